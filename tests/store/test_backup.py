"""Backups: one encrypted file holds a profile as of one moment, and what comes back from it loses nobody's work."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from fielddesk.core.clock import FixedClock
from fielddesk.core.errors import StoreProblem
from fielddesk.features.people.rules import DISPATCHER
from fielddesk.features.workorders.actions import add_note, create_order
from fielddesk.features.workorders.model import Note
from fielddesk.store import backup
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.store.keys import Keys
from fielddesk.store.lanes import ThreadWriter
from fielddesk.store.laptop import find_key, open_laptop
from fielddesk.sync.enrol import enrol
from tests.support.direct import Direct, sync
from tests.support.disks import FailingDisk
from tests.support.dying import killed_at, needs_fork
from tests.support.laptops import KEY, kept, new_laptop, open_again, operations, some_id
from tests.support.places import ADDRESS, Place

KEYS = Keys(KEY)


def an_order(store: Store) -> str:
    order = call(create_order, number="WO-A7-2027-1", kind="repair", title="Leak", customer_id=some_id("customer"))
    return str(store.do(order).results[0])


def write_note(store: Store, order: str, text: str) -> None:
    store.do(call(add_note, order_id=order, text=text))


def texts(store: Store) -> list[str]:
    return sorted(row.text for row in kept(store, Note))  # type: ignore[attr-defined]


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(StoreProblem) as told:
        work()
    return told.value.code


def test_a_backup_comes_back_as_the_profile_was(tmp_path: Path) -> None:
    folder, clock = tmp_path / "profile", FixedClock(at=1_800_000_000_000_000)
    store = new_laptop(folder, role=DISPATCHER, clock=clock)
    order = an_order(store)
    write_note(store, order, "before")
    made = backup.make(folder, KEYS, clock)
    write_note(store, order, "after")
    ids = [own.id for own in operations(store)]
    store.close()
    (listed,) = backup.backups(folder, KEYS)
    assert listed == made
    assert (listed.name, listed.why) == ("20270115T080000Z", "daily")
    backup.restore(made.path, KEY, tmp_path / "restored")
    again = open_again(tmp_path / "restored")
    assert again.found == []
    assert texts(again) == ["before"]
    assert [own.id for own in operations(again)] == ids[:-1]
    again.check()
    again.close()
    assert not list(folder.rglob("*.new"))


def test_no_word_of_the_profile_can_be_read_in_a_backup(tmp_path: Path) -> None:
    store = new_laptop(tmp_path / "profile", role=DISPATCHER)
    write_note(store, an_order(store), "Foundry Miller " * 50)
    made = backup.make(tmp_path / "profile", KEYS, FixedClock())
    store.close()
    content = made.path.read_bytes()
    assert b"Miller" not in content
    assert b"SQLite format" not in content
    assert b"store.db" not in content


def test_a_backup_while_work_goes_on_holds_a_moment_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    store = new_laptop(folder, role=DISPATCHER, more={"writer": ThreadWriter})
    order = an_order(store)
    go_on = threading.Event()
    go_on.set()
    written = 0

    def work() -> None:
        nonlocal written
        while go_on.is_set():
            write_note(store, order, f"{written:05} " + "x" * 500)
            written += 1

    worker = threading.Thread(target=work)
    worker.start()
    made = []
    for _ in range(4):
        at_least = written
        made.append((at_least, backup.make(folder, KEYS, FixedClock(), keep=10), written))
    go_on.clear()
    worker.join()
    store.close()
    for number, (at_least, one, at_most) in enumerate(made):
        backup.restore(one.path, KEY, tmp_path / str(number))
        again = open_again(tmp_path / str(number))
        count = len(kept(again, Note))
        assert at_least <= count <= at_most + 1
        assert [text[:5] for text in texts(again)] == [f"{n:05}" for n in range(count)], "no gap"
        again.close()


def test_only_the_last_few_of_a_kind_are_kept(tmp_path: Path) -> None:
    folder, clock = tmp_path / "profile", FixedClock(at=1_800_000_000_000_000)
    store = new_laptop(folder, clock=clock)
    backup.make(folder, KEYS, clock, why="upgrade")
    for _ in range(5):
        clock.pass_time(86_400)
        backup.make(folder, KEYS, clock, keep=3)
    store.close()
    assert [(one.name[:8], one.why) for one in backup.backups(folder, KEYS)] == [
        ("20270120", "daily"), ("20270119", "daily"), ("20270118", "daily"), ("20270115", "upgrade"),
    ]  # fmt: skip


def test_two_backups_within_a_second_are_two(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    store = new_laptop(folder)
    first, second = (backup.make(folder, KEYS, FixedClock()) for _ in range(2))
    store.close()
    assert first.path != second.path
    assert len(backup.backups(folder, KEYS)) == 2


def test_a_damaged_backup_is_found_and_not_offered_as_sound(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    store = new_laptop(folder)
    made = backup.make(folder, KEYS, FixedClock())
    store.close()
    content = bytearray(made.path.read_bytes())
    content[len(content) // 2] ^= 1
    made.path.write_bytes(content)
    place = tmp_path / "restored"
    assert code_of(lambda: backup.restore(made.path, KEY, place)) == "file_damaged"
    assert not place.exists()
    made.path.write_bytes(content[:-1])
    assert backup.backups(folder, KEYS) == []
    assert code_of(lambda: backup.restore(made.path, bytes(reversed(KEY)), tmp_path / "other")) == "file_damaged"


def test_a_backup_is_not_unpacked_over_a_profile(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    store = new_laptop(folder)
    made = backup.make(folder, KEYS, FixedClock())
    store.close()
    assert code_of(lambda: backup.restore(made.path, KEY, folder)) == "profile_exists"


def test_a_restore_that_was_cut_short_can_be_done_again(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    store = new_laptop(folder, role=DISPATCHER)
    write_note(store, an_order(store), "kept")
    made = backup.make(folder, KEYS, FixedClock())
    store.close()
    place = tmp_path / "restored"
    for at in range(1, 40):
        disk = FailingDisk(at)
        with contextlib.suppress(StoreProblem):
            backup.restore(made.path, KEY, place, disk=disk)
        if place.exists():  # it is there whole, from its last step on
            break
    assert at > 5, "several steps were refused"
    assert {path.name for path in tmp_path.iterdir()} == {"profile", "restored"}
    again = open_again(place)
    assert texts(again) == ["kept"]
    again.close()


@pytest.mark.parametrize("at", range(1, 8))
def test_a_full_disk_leaves_the_old_backups_and_no_half_one(tmp_path: Path, at: int) -> None:
    folder = tmp_path / "profile"
    store = new_laptop(folder)
    first = backup.make(folder, KEYS, FixedClock(at=1_800_000_000_000_000))
    disk = FailingDisk(at)
    assert code_of(lambda: backup.make(folder, KEYS, FixedClock(), keep=1, disk=disk)) == "disk_full"
    store.close()
    kept_ones = backup.backups(folder, KEYS)
    assert first in kept_ones or at > 6
    assert all(one.size > 0 for one in kept_ones)
    assert not list((folder / "backups").glob("*.new"))


@needs_fork
def test_killed_in_the_middle_of_a_backup_the_next_one_works(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    new_laptop(folder).close()

    def work(reached: Callable[[str], None]) -> None:
        class Dying(FailingDisk):
            def sync(self, file: int) -> None:
                reached("sync")

        backup.make(folder, KEYS, FixedClock(), disk=Dying(10**9))

    assert killed_at("sync", work)
    assert backup.backups(folder, KEYS) == []
    store = open_again(folder)
    assert not list((folder / "backups").glob("*.new")), "what was cut short is swept away"
    backup.make(folder, KEYS, FixedClock())
    store.close()
    assert len(backup.backups(folder, KEYS)) == 1


def test_an_old_backup_beside_the_living_profile_loses_neither_ones_work(tmp_path: Path) -> None:
    """The laptop went on after the backup; the restored one goes on too, as after a theft that was none."""
    place = Place(tmp_path)
    order = place.order()
    folder = enrol(
        Direct(place.hq), ADDRESS, place.code(), "laptop 7", place.key_store, place.profiles, place.clock
    ).folder
    key = find_key(folder, place.key_store)
    living = place.open(folder)
    write_note(living, order, "sent before the backup")
    assert place.sync(living) == "agreed"
    write_note(living, order, "waiting at the backup")
    made = backup.make(folder, Keys(key), place.clock)
    write_note(living, order, "after the backup")
    assert place.sync(living) == "agreed"

    backup.restore(made.path, key, tmp_path / "restored")
    restored = open_laptop(tmp_path / "restored", key, place.clock)
    write_note(restored, order, "in the restored one")
    assert sync(restored, place.hq, place.token()).code == "agreed"
    write_note(living, order, "in the living one")
    assert place.sync(living) == "agreed"
    assert sync(restored, place.hq, place.token()).code == "agreed"

    everything = sorted(
        ["sent before the backup", "waiting at the backup", "after the backup", "in the restored one",
         "in the living one"]
    )  # fmt: skip
    assert place.notes() == everything
    for store in (living, restored):
        assert texts(store) == everything
        assert place.agrees(store)
        store.close()
    assert living.identity.device_code != restored.identity.device_code
    place.hq.close()
