"""What a profile needs beside the work is done when it is due: looked over, copied daily, old journal let go of."""

from __future__ import annotations

from pathlib import Path

import pytest

from fielddesk.core.clock import DAY, FixedClock
from fielddesk.core.errors import StoreProblem
from fielddesk.features.workorders.actions import add_note
from fielddesk.store import backup, connect
from fielddesk.store.actions import call
from fielddesk.store.journal import FOLDER, Journal
from fielddesk.store.keys import Keys
from fielddesk.store.laptop import DATABASE, find_key
from fielddesk.store.upkeep import DAILY, HORIZON, WISHED, keep_up
from tests.support.disks import FailingDisk
from tests.support.laptops import KEY, new_laptop, open_again, operations
from tests.support.places import Place

KEYS = Keys(KEY)


def test_a_copy_is_made_once_a_day_however_often_one_looks(tmp_path: Path) -> None:
    clock = FixedClock()
    store = new_laptop(tmp_path / "profile", clock=clock)
    made = []
    for _ in range(48):
        made.append(keep_up(store, tmp_path / "profile", KEYS).made)
        clock.pass_time(3600)
    store.close()
    assert sum(one is not None for one in made) == 2
    assert [one.why for one in backup.backups(tmp_path / "profile", KEYS)] == [DAILY] * 2


def test_a_copy_somebody_asked_for_is_todays_copy(tmp_path: Path) -> None:
    store = new_laptop(tmp_path / "profile")
    backup.make(tmp_path / "profile", KEYS, store.clock, why=WISHED)
    assert keep_up(store, tmp_path / "profile", KEYS).made is None
    store.close()


def test_a_copy_from_a_clock_that_ran_ahead_does_not_stand_in_for_years(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    store = new_laptop(folder)
    backup.make(folder, KEYS, FixedClock(at=4_100_000_000_000_000))
    assert keep_up(store, folder, KEYS).made is not None
    store.close()


def test_after_a_bad_end_the_store_is_looked_over_and_a_damaged_one_is_not_copied(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    store = new_laptop(folder)
    store.ended_badly = True
    kept = keep_up(store, folder, KEYS)
    assert kept.looked_over
    assert not keep_up(store, folder, KEYS).looked_over, "once is enough"
    store.close()

    damage_unread_page(folder)
    store = open_again(folder)
    store.ended_badly = True
    with pytest.raises(StoreProblem) as told:
        keep_up(store, folder, KEYS)
    assert told.value.code == "store_damaged"
    assert len(backup.backups(folder, KEYS)) == 1, "the sound one"
    store.close()


def test_a_damaged_store_is_never_copied_and_the_sound_copies_stay(tmp_path: Path) -> None:
    """A copy seals the damaged page anew: it would look sound, and push out those that are."""
    folder, clock = tmp_path / "profile", FixedClock()
    store = new_laptop(folder, clock=clock)
    keep_up(store, folder, KEYS)
    store.close()
    sound = backup.backups(folder, KEYS)
    damage_unread_page(folder)
    for why in (DAILY, WISHED):
        with pytest.raises(StoreProblem) as told:
            backup.make(folder, KEYS, FixedClock(), why=why)
        assert told.value.code == "store_damaged"
    assert backup.backups(folder, KEYS) == sound
    assert not list((folder / "backups").glob("*.new"))


def test_after_a_clock_that_ran_ahead_the_new_copy_stays(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    store = new_laptop(folder)
    for day in range(6):
        backup.make(folder, KEYS, FixedClock(at=4_000_000_000_000_000 + day * DAY))
    made = backup.make(folder, KEYS, FixedClock())
    store.close()
    assert made in backup.backups(folder, KEYS)
    assert len(backup.backups(folder, KEYS)) == backup.KEPT


def damage_unread_page(folder: Path) -> None:
    """One bit of a page that no start reads is another."""
    path = folder / DATABASE
    with connect.sole(path, KEYS.subkey("database")) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE type = 'index' AND tbl_name = 'movement' AND sql IS NOT NULL"
        page = connect.run(connection, query).fetchone()[0]
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 + 2000] ^= 1
    path.write_bytes(content)


def test_a_full_disk_is_told_and_costs_no_copy(tmp_path: Path) -> None:
    folder, clock = tmp_path / "profile", FixedClock()
    store = new_laptop(folder, clock=clock)
    keep_up(store, folder, KEYS)
    clock.pass_time(2 * 86_400)
    with pytest.raises(StoreProblem) as told:
        keep_up(store, folder, KEYS, disk=FailingDisk(2))
    assert told.value.code == "disk_full"
    assert len(backup.backups(folder, KEYS)) == 1
    store.close()


def test_the_journal_lets_go_of_what_has_its_end_and_is_past_the_horizon(tmp_path: Path) -> None:
    place = Place(tmp_path)
    order = place.order()
    folder = place.enrol().folder
    keys = Keys(find_key(folder, place.key_store))
    store = place.open(folder)
    assert place.sync(store) == "agreed"
    store.take_journal(Journal.open(folder, keys, clock=place.clock, segment_bytes=2_000))
    for number in range(10):
        store.do(call(add_note, order_id=order, text=f"note {number} " + "x" * 500))
    assert place.sync(store) == "agreed"
    place.clock.pass_time((HORIZON - DAY) // 1_000_000)
    store.do(call(add_note, order_id=order, text="new and waiting " + "x" * 2_000))
    files = len(list((folder / FOLDER).iterdir()))
    assert keep_up(store, folder, keys).let_go == 0, "headquarters might come back out of a backup and ask for it"
    place.clock.pass_time(3 * 86_400)
    assert keep_up(store, folder, keys).let_go == 4
    assert len(list((folder / FOLDER).iterdir())) <= files - 4
    waiting = [own.id for own in operations(store) if own.outcome is None]
    store.close()
    store = place.open(folder)
    assert store.found == []
    assert place.sync(store) == "agreed"
    assert len(place.notes()) == 11
    assert len(waiting) == 1
    store.close()
    place.hq.close()
