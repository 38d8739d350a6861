"""The zone a machine is set to has a name that headquarters knows, whatever the setting looks like."""

from __future__ import annotations

from pathlib import Path

import pytest

from fielddesk.core import clock
from fielddesk.core.clock import SystemClock
from fielddesk.store.types import ZONE


@pytest.fixture
def localtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The link by which a machine is set; to Tokyo until a test says otherwise."""
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/Asia/Tokyo")
    monkeypatch.setattr(clock, "_LOCALTIME", str(link))
    monkeypatch.delenv("TZ", raising=False)
    return link


@pytest.mark.parametrize(
    ("setting", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (":Europe/Berlin", "Europe/Berlin"),
        ("posix/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        (":/usr/share/zoneinfo/right/Europe/Paris", "Europe/Paris"),
        (":/etc/localtime", "Asia/Tokyo"),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "Asia/Tokyo"),
        ("CET-1CEST", "Asia/Tokyo"),
        ("Mars/Olympus", "Asia/Tokyo"),
        ("../../etc/passwd", "Asia/Tokyo"),
        ("localtime", "Asia/Tokyo"),
        ("Europe", "Asia/Tokyo"),
        ("", "Asia/Tokyo"),
    ],
)
def test_the_zone_is_one_that_headquarters_takes(
    localtime: Path, monkeypatch: pytest.MonkeyPatch, setting: str, zone: str
) -> None:
    monkeypatch.setenv("TZ", setting)
    assert SystemClock().zone() == zone
    ZONE.check(zone)


@pytest.mark.parametrize(
    ("target", "zone"),
    [
        ("/usr/share/zoneinfo/posix/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("/var/db/timezone/zoneinfo/Asia/Shanghai", "Asia/Shanghai"),
        ("/usr/share/zoneinfo/Mars/Olympus", "UTC"),
        ("/somewhere/else", "UTC"),
    ],
)
def test_the_link_of_the_machine_is_followed(localtime: Path, target: str, zone: str) -> None:
    localtime.unlink()
    localtime.symlink_to(target)
    assert SystemClock().zone() == zone


def test_without_any_setting_it_is_utc(localtime: Path) -> None:
    localtime.unlink()
    assert SystemClock().zone() == "UTC"


def test_store_and_clock_mean_the_same_by_a_zone() -> None:
    assert clock._ZONE_NAME.pattern == ZONE.schema["pattern"]
