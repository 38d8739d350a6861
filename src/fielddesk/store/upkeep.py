"""What a profile needs beside the work: looked over after a bad end, a second copy each day, old journal let go of."""

from __future__ import annotations

from pathlib import Path

from fielddesk.core.clock import DAY
from fielddesk.core.frozen import dataclass
from fielddesk.store import backup
from fielddesk.store.backup import Backup, moment_of
from fielddesk.store.database import Store
from fielddesk.store.disk import DISK, Disk
from fielddesk.store.keys import Keys

DAILY = "daily"
WISHED = "wished"
"""Why a copy was made: by itself, or because a person asked for it."""
EVERY = DAY
HORIZON = 30 * DAY
"""Headquarters may come back out of a backup this old and ask for what it lost (sync.md)."""


@dataclass(frozen=True)
class Kept:
    """What was done: whether the store was looked over, the copy that was made, how many journal files went."""

    looked_over: bool
    made: Backup | None
    let_go: int


def keep_up(store: Store, folder: Path, keys: Keys, *, disk: Disk = DISK) -> Kept:
    """Do what is due now; for a thread of its own. store_damaged, disk_full, folder_read_only.

    A damaged store is not copied: it would push a sound copy out.
    """
    looked_over = store.ended_badly
    if looked_over:
        store.check()
        store.ended_badly = False
    now = store.clock.now()
    made = None
    if is_due(backup.backups(folder, keys), now):
        made = backup.make(folder, keys, store.clock, why=DAILY, disk=disk)
    return Kept(looked_over, made, store.let_go_of_journal(now - HORIZON))


def is_due(copies: list[Backup], now: int) -> bool:
    """Whether no copy was made within a day; one from the future tells of a clock that was wrong, not of a copy."""
    return not any(abs(now - moment_of(copy)) < EVERY for copy in copies)
