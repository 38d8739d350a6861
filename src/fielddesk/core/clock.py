"""The time of day as FieldDesk writes it: whole microseconds since 1970, UTC."""

from __future__ import annotations

import os
import re
import sys
import time
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.frozen import dataclass

SECOND = 1_000_000
DAY = 86_400 * SECOND
LAST_MOMENT = 253_402_300_800 * SECOND - 2 * DAY
"""Two days before the year 10000, so that every zone has a calendar day for it."""
_ZONE_NAME = re.compile(r"[A-Za-z0-9_+\-]+(/[A-Za-z0-9_+\-]+){0,2}\Z", re.ASCII)
_NO_ZONES = frozenset({"localtime", "posixrules", "Factory"})
"""Files that lie among the zones and mean something else on each machine."""
_LOCALTIME = "/etc/localtime"


class Clock(Protocol):
    """Where the program reads the time; passed in, so that a test or a simulator can own it."""

    def now(self) -> int:
        """Microseconds since 1970, UTC, as this machine claims."""
        ...

    def zone(self) -> str:
        """IANA name of the zone the machine is set to."""
        ...

    def since_boot(self) -> int | None:
        """Whole seconds since the machine started; None where the system does not tell."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> int:
        return time.time_ns() // 1000

    def zone(self) -> str:
        return _system_zone()

    def since_boot(self) -> int | None:
        try:
            return int(time.clock_gettime(time.CLOCK_BOOTTIME))
        except (AttributeError, OSError):
            return int(time.monotonic())


@dataclass
class FixedClock:
    """A clock that stands until it is moved."""

    at: int = 1_800_000_000 * SECOND
    name: str = "Europe/Berlin"
    boot: int = 0

    def now(self) -> int:
        self.at += 1
        return self.at

    def zone(self) -> str:
        return self.name

    def since_boot(self) -> int | None:
        return self.at // SECOND - self.boot

    def pass_time(self, seconds: float) -> None:
        self.at += int(seconds * SECOND)


def moment_and_zone(clock: Clock) -> tuple[int, str]:
    """What a clock says, as an operation can carry it; clock_wrong before 1970 or after the year 9999.

    An odd zone is no reason to lose work: then it is UTC.
    """
    moment, zone = clock.now(), clock.zone()
    if not 0 <= moment < LAST_MOMENT:
        raise FieldDeskError("clock_wrong")
    return moment, zone if _ZONE_NAME.match(zone) else "UTC"


def local_day(moment: int, zone: str) -> str:
    """The calendar day of a moment in a zone, ISO; falls back to UTC where the zone is unknown here."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return datetime.fromtimestamp(moment / SECOND, UTC).date().isoformat()
    return datetime.fromtimestamp(moment / SECOND, place).date().isoformat()


def moment_at(day: str, minutes: int, zone: str) -> int:
    """The moment when clocks of a zone show that many minutes past midnight of a day (ISO); UTC where the zone is
    unknown here. A time that summer time leaves out is read on the clock before it, one that comes twice is the first.
    """
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    place: tzinfo
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        place = UTC
    local = datetime.fromisoformat(day).replace(hour=minutes // 60, minute=minutes % 60, tzinfo=place)
    since = local - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * SECOND


@lru_cache(maxsize=64)
def is_zone(name: str) -> bool:
    """Whether this is the name of a zone that every machine with the IANA list knows; no path and no rule."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if not _ZONE_NAME.match(name) or name in _NO_ZONES:
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _system_zone() -> str:
    if name := os.environ.get("TZ"):
        # It may hold a path, or a rule like CET-1CEST that has no name: then the machine's own setting counts.
        name = _zone_in(name.removeprefix(":"))
        if is_zone(name):
            return name
    if sys.platform == "win32":
        return _zone_in_registry()
    # Asked for with every action: one look at the link, and only where that is not enough all the way along it.
    try:
        target = os.readlink(_LOCALTIME)
        if "zoneinfo/" not in target:
            target = str(Path(_LOCALTIME).resolve())
    except (OSError, RuntimeError):
        return "UTC"
    name = _zone_in(target)
    return name if is_zone(name) else "UTC"


def _zone_in(text: str) -> str:
    """The zone's name at the end of a path, without the folders of its two other flavours."""
    return text.rpartition("zoneinfo/")[2].removeprefix("posix/").removeprefix("right/")


def _zone_in_registry() -> str:
    """Windows has its own names for zones; the Unicode consortium keeps the list of what they are called elsewhere."""
    if sys.platform == "win32":
        import winreg

        from babel.core import get_global

        try:
            with winreg.OpenKey(
                winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Control\TimeZoneInformation"
            ) as key:
                own = str(winreg.QueryValueEx(key, "TimeZoneKeyName")[0]).partition("\x00")[0]
        except OSError:
            return "UTC"
        name = str(get_global("windows_zone_mapping").get(own, "UTC"))
        return name if is_zone(name) else "UTC"
    else:  # the two halves keep type checkers of either system content
        return "UTC"
