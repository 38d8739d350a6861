"""The time of day as FieldDesk writes it: whole microseconds since 1970, UTC."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

SECOND = 1_000_000
DAY = 86_400 * SECOND


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


def local_day(moment: int, zone: str) -> str:
    """The calendar day of a moment in a zone, ISO; falls back to UTC where the zone is unknown here."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return datetime.fromtimestamp(moment / SECOND, UTC).date().isoformat()
    return datetime.fromtimestamp(moment / SECOND, place).date().isoformat()


def _system_zone() -> str:
    if name := os.environ.get("TZ"):
        return name.lstrip(":")
    # Asked for with every action: one look at the link, and only where that is not enough all the way along it.
    try:
        target = os.readlink("/etc/localtime")
        if "zoneinfo/" not in target:
            target = str(Path("/etc/localtime").resolve())
    except OSError:
        return "UTC"
    return target.split("zoneinfo/", 1)[1] if "zoneinfo/" in target else "UTC"
