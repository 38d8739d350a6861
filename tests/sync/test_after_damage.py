"""After damage or loss of the newest bytes, laptop and headquarters find together and no work is missing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from fielddesk.features.workorders.actions import add_note, set_order_status
from fielddesk.features.workorders.model import Note, WorkOrder
from fielddesk.store import backup, connect
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.store.keys import Keys
from fielddesk.store.laptop import DATABASE, find_key
from fielddesk.store.outbox import put_setting, setting
from fielddesk.store.rebuild import rebuild
from fielddesk.store.tx import Key
from tests.support.laptops import as_after_a_kill, kept, operations
from tests.support.places import FileKeyStore, Place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.hq.close()


def texts(store: Store) -> list[str]:
    return sorted(row.text for row in kept(store, Note))  # type: ignore[attr-defined]


def at_work(place: Place) -> tuple[Path, str]:
    """A profile with one note sent and confirmed, one sent and not confirmed by a pull, one waiting."""
    order = place.order()
    folder = place.enrol().folder
    store = place.open(folder)
    assert place.sync(store) == "agreed"
    store.do(call(add_note, order_id=order, text="confirmed"))
    store.do(
        call(
            set_order_status,
            order_id=order,
            status="in_progress",
            unasked=1,
            based_on={"status": "assigned", "status_reason": ""},
        )
    )
    assert place.sync(store) == "agreed"
    store.do(call(add_note, order_id=order, text="waiting"))
    store.close()
    return folder, order


def zeroed(folder: Path) -> None:
    path = folder / DATABASE
    path.write_bytes(bytes(path.stat().st_size))


def ruined_but_for_the_outbox(folder: Path) -> None:
    """The journal is gone and a page of the database too, but one that holds no operation."""
    path = folder / DATABASE
    whole = path.read_bytes()
    for at in range(len(whole) - 50, 0, -4096):
        path.write_bytes(whole[:at] + bytes(10) + whole[at + 10 :])
        query = "SELECT id, body, standing FROM own_operation NOT INDEXED"
        if len(connect.readable_rows(path, Keys(key_in(folder)).subkey("database"), (query,))[0]) == 3:
            break
    shutil.rmtree(folder / "journal")


def damaged_but_for_the_settings(folder: Path) -> None:
    """Some page of the database is gone, but none that holds a setting."""
    path = folder / DATABASE
    whole = path.read_bytes()
    query = "SELECT name FROM local_setting NOT INDEXED"
    key = Keys(key_in(folder)).subkey("database")
    settings = connect.readable_rows(path, key, (query,))[0]
    for at in range(len(whole) - 50, 0, -4096):
        path.write_bytes(whole[:at] + bytes(10) + whole[at + 10 :])
        if connect.readable_rows(path, key, (query,))[0] == settings:
            return
    raise AssertionError("no such page")


def key_in(folder: Path) -> bytes:
    return find_key(folder, FileKeyStore(folder.parents[1] / "keys"))


@pytest.mark.parametrize("harm", [zeroed, ruined_but_for_the_outbox])
def test_a_rebuilt_store_sends_what_waited_and_agrees_again(place: Place, harm: Callable[[Path], None]) -> None:
    folder, order = at_work(place)
    harm(folder)
    store = rebuild(folder, find_key(folder, place.key_store), place.clock)
    assert place.sync(store) == "agreed"
    assert place.agrees(store)
    assert place.notes() == texts(store) == ["confirmed", "waiting"]
    (row,) = kept(store, WorkOrder)
    assert row.status == "in_progress"  # type: ignore[attr-defined]
    assert [own.outcome for own in operations(store)] == ["applied"] * len(operations(store))
    store.do(call(add_note, order_id=order, text="after"))
    assert place.sync(store) == "agreed"
    assert place.notes() == ["after", "confirmed", "waiting"]
    store.close()


def test_a_rebuilt_store_without_any_waiting_work_gets_its_rows_again(place: Place) -> None:
    folder, _ = at_work(place)
    store = place.open(folder)
    assert place.sync(store) == "agreed"
    store.close()
    zeroed(folder)
    store = rebuild(folder, find_key(folder, place.key_store), place.clock)
    assert place.sync(store) == "agreed"
    assert place.agrees(store)
    assert texts(store) == ["confirmed", "waiting"]
    store.close()


def test_a_log_that_lost_its_newest_bytes_after_sending_costs_nothing_and_doubles_nothing(
    place: Place, tmp_path: Path
) -> None:
    folder, order = at_work(place)
    store = place.open(folder)
    store.do(call(add_note, order_id=order, text="sent and then forgotten"))
    assert place.sync(store) == "agreed"
    store.do(call(add_note, order_id=order, text="newest"))
    killed = as_after_a_kill(store, tmp_path / "killed")
    store.close()
    log = killed / (DATABASE + "-wal")
    content = log.read_bytes()
    log.write_bytes(content[: len(content) // 3])
    store = place.open(killed)
    assert [problem.code for problem in store.found] == ["work_brought_back"]
    assert texts(store) == ["confirmed", "newest", "sent and then forgotten", "waiting"]
    assert place.sync(store) == "agreed"
    assert place.agrees(store)
    assert place.notes() == texts(store) == ["confirmed", "newest", "sent and then forgotten", "waiting"]
    store.close()


def test_two_laptops_out_of_one_rebuilt_and_one_copied_profile_both_arrive(place: Place, tmp_path: Path) -> None:
    folder, order = at_work(place)
    key = find_key(folder, place.key_store)
    shutil.copytree(folder, tmp_path / "copy")
    zeroed(tmp_path / "copy")
    copy = rebuild(tmp_path / "copy", key, place.clock)
    copy.do(call(add_note, order_id=order, text="in the copy"))
    first = place.open(folder)
    first.do(call(add_note, order_id=order, text="in the first"))
    for store in (copy, first, copy, first):
        assert place.sync(store) == "agreed"
    for store in (copy, first):
        assert place.agrees(store)
        assert texts(store) == place.notes() == ["confirmed", "in the copy", "in the first", "waiting"]
        store.close()


@pytest.mark.parametrize("sent", [False, True], ids=["and waits", "and was sent"])
def test_without_a_network_a_rebuilt_store_has_yesterdays_rows_and_todays_work(place: Place, sent: bool) -> None:
    folder, order = at_work(place)
    key = find_key(folder, place.key_store)
    backup.make(folder, Keys(key), place.clock)
    place.clock.pass_time(86_400)
    store = place.open(folder)
    today = call(set_order_status, order_id=order, status="completed",
                 based_on={"status": "in_progress", "status_reason": ""})  # fmt: skip
    store.do(today)
    store.do(call(add_note, order_id=order, text="today"))
    if sent:
        assert place.sync(store) == "agreed"
    store.close()
    zeroed(folder)

    store = rebuild(folder, key, place.clock)
    (told,) = store.found
    assert told.code == "store_rebuilt"
    assert told.values["copy"] == backup.moment_of(backup.backups(folder, Keys(key))[0])
    assert texts(store) == ["confirmed", "today", "waiting"], "nobody was asked yet"
    (row,) = kept(store, WorkOrder)
    assert row.status == "completed"  # type: ignore[attr-defined]

    assert place.sync(store) == "agreed"
    assert place.agrees(store)
    assert place.notes() == texts(store) == ["confirmed", "today", "waiting"]
    assert [own.outcome for own in operations(store)] == ["applied"] * len(operations(store))
    store.close()


def test_a_copy_that_is_no_copy_any_more_or_of_before_a_fork_is_left_alone(place: Place, tmp_path: Path) -> None:
    folder, order = at_work(place)
    key = find_key(folder, place.key_store)
    made = backup.make(folder, Keys(key), place.clock)
    shutil.copytree(folder, tmp_path / "clone")
    first, clone = place.open(folder), place.open(tmp_path / "clone")
    clone.do(call(add_note, order_id=order, text="in the clone"))
    first.do(call(add_note, order_id=order, text="in the first"))
    for store in (clone, first, clone, first):  # one of the two becomes an incarnation of its own
        assert place.sync(store) == "agreed"
    for store, where in ((clone, tmp_path / "clone"), (first, folder)):
        store.close()
        place.open(where).close()  # what the fork gave stands in the header from here on
    everything = ["confirmed", "in the clone", "in the first", "waiting"]
    copies = []
    for where in (folder, tmp_path / "clone"):
        zeroed(where)
        store = rebuild(where, key, place.clock)
        copies.append(store.found[0].values["copy"])
        assert place.sync(store) == "agreed"
        assert place.agrees(store)
        assert texts(store) == place.notes() == everything
        store.close()
    assert copies.count(0) == 1, "the one that forked has an older copy than itself"

    content = bytearray(made.path.read_bytes())
    content[len(content) // 2] ^= 1
    made.path.write_bytes(content)
    zeroed(folder)
    store = rebuild(folder, key, place.clock)
    assert store.found[0].values["copy"] == 0
    assert place.sync(store) == "agreed"
    assert texts(store) == everything
    store.close()


def test_a_number_drawn_after_the_copy_is_not_drawn_again(place: Place) -> None:
    folder, _ = at_work(place)
    key = find_key(folder, place.key_store)
    backup.make(folder, Keys(key), place.clock)
    store = place.open(folder)
    numbers = [store.draw_number("WO") for _ in range(3)]

    def lock(connection: sa.Connection) -> tuple[None, list[Key]]:
        put_setting(connection, locked="by headquarters")
        return None, []

    store.write(lock)
    store.close()
    damaged_but_for_the_settings(folder)
    store = rebuild(folder, key, place.clock)
    assert store.found[0].values["copy"]
    assert store.draw_number("WO") not in numbers
    with store.read() as read:
        assert setting(read, "locked") == "by headquarters", "what was set since the copy was made"
    store.close()
