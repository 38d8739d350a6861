"""Putting a file out of the way without ever deleting it: it may be the only copy of somebody's work."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from fielddesk.core.clock import SECOND
from fielddesk.store.disk import DISK, Disk, told

COMPANIONS = ("-wal", "-shm")
"""What SQLite keeps beside a database; a database and its log belong together under every name."""
STAMP = "%Y%m%dT%H%M%SZ"


def stamp(now: int) -> str:
    """A moment as part of a file name, UTC."""
    return datetime.fromtimestamp(now // SECOND, UTC).strftime(STAMP)


def free_name(path: Path, why: str, now: int) -> Path:
    """A name beside `path` that says why and when, and that nothing has yet."""
    names = (
        f"{path.stem}-{why}-{stamp(now)}{again}{path.suffix}" for again in ("", *(f"-{n}" for n in range(2, 1000)))
    )
    return next(
        free
        for free in map(path.with_name, names)
        if not any(free.with_name(free.name + end).exists() for end in ("", *COMPANIONS))
    )


def move_aside(path: Path, why: str, now: int, disk: Disk = DISK) -> Path | None:
    """Rename a file; the answer is where it now lies, None where there was none."""
    if not path.exists():
        return None
    aside = free_name(path, why, now)
    with told(path):
        disk.rename(path, aside)
        disk.sync_folder(path.parent)
    return aside


def move_database_aside(path: Path, why: str, now: int, disk: Disk = DISK) -> Path | None:
    """Rename a database and its log; nobody may have it open. None where neither is there.

    The log goes first: a new database would otherwise find it, were the power to fail in between.
    """
    aside = free_name(path, why, now)
    found = None
    for end in (*COMPANIONS, ""):
        part = path.with_name(path.name + end)
        if part.exists():
            with told(part):
                disk.rename(part, aside.with_name(aside.name + end))
                disk.sync_folder(path.parent)
            found = aside
    return found


def remove_database(path: Path) -> None:
    """Delete a copy of a database that nobody needs, with its log; where there is none, nothing happens."""
    for end in ("", *COMPANIONS):
        with told(path):
            path.with_name(path.name + end).unlink(missing_ok=True)
