"""The store: an action is saved whole or not at all, once, and comes back after every kind of end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.clock import FixedClock
from fielddesk.core.errors import Conflict, FieldDeskError, RuleBroken, StoreProblem
from fielddesk.features.assets.actions import create_asset, edit_asset
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.actions import create_customer
from fielddesk.features.customers.model import Customer
from fielddesk.features.parts.actions import use_part
from fielddesk.features.parts.model import Movement
from fielddesk.features.people.rules import DISPATCHER
from fielddesk.features.workorders.actions import add_note, create_order, set_order_status
from fielddesk.features.workorders.model import Note, WorkOrder
from fielddesk.store import actions, connect
from fielddesk.store.actions import call
from fielddesk.store.again import numbers_in
from fielddesk.store.database import Changes, Store
from fielddesk.store.journal import ABORTED, OP, Journal
from fielddesk.store.keys import Keys
from fielddesk.store.lanes import MACHINE, ThreadWriter
from fielddesk.store.outbox import put_setting, queue_end
from fielddesk.store.tx import Reading
from fielddesk.store.types import Id, Prose
from tests.support.disks import FailingDisk
from tests.support.dying import killed_at, needs_fork
from tests.support.laptops import KEY, as_after_a_kill, kept, new_laptop, open_again, operations, some_id

PART, VAN = some_id("seal"), some_id("van")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = new_laptop(tmp_path / "profile", role=DISPATCHER)
    yield store
    store.close()


def an_order(store: Store, number: str = "WO-A7-2027-1") -> str:
    order = call(create_order, number=number, kind="repair", title="Pump leaks", customer_id=some_id("customer"))
    return str(store.do(order).results[0])


def a_note(order_id: str, text: str = "Seal replaced") -> actions.Call:
    return call(add_note, order_id=order_id, text=text)


def seals(order_id: str, count: int = 2) -> actions.Call:
    return call(use_part, order_id=order_id, part_id=PART, quantity=count * 1_000_000, place_id=VAN)


def journal_kinds(folder: Path) -> list[str]:
    with Journal.open(folder, Keys(KEY)) as journal:
        return [record.kind for record in journal.records()]


def body_of(store: Store, op_id: str) -> dict[str, object]:
    return canonical.loads(next(own.body for own in operations(store) if own.id == op_id))


# ---------------------------------------------------------------- doing


def test_an_action_leaves_its_rows_its_event_and_one_operation_with_its_hash(store: Store) -> None:
    order = an_order(store)
    done = store.do(seals(order))
    (movement,) = kept(store, Movement)
    assert isinstance(movement, Movement)
    assert (movement.id, movement.quantity, movement.order_id) == (done.results[0], -2_000_000, order)
    own = operations(store)[-1]
    assert (own.id, own.kind, own.nature, own.about_id, own.seq, own.place) == (
        done.op_ids[0], "use_part", "fact", order, 2, 2,
    )  # fmt: skip
    assert own.hash == canonical.digest(own.body)
    assert own.incarnation == "1"
    with store.read() as read:
        told = read.value(sa.text("SELECT told FROM event WHERE id = :id").bindparams(id=own.id))
    assert canonical.loads(told)["part_id"] == PART


def test_what_a_rule_refuses_leaves_nothing_behind_and_takes_no_place(store: Store) -> None:
    order = an_order(store)
    with pytest.raises(RuleBroken) as refused:
        store.do([a_note(order), call(set_order_status, order_id=order, status="no_such_state", based_on={})])
    assert refused.value.code
    assert kept(store, Note) == []
    store.do(a_note(order))
    assert [(own.kind, own.place, own.seq) for own in operations(store)] == [
        ("create_order", 1, 1), ("add_note", 2, 2),
    ]  # fmt: skip


def test_actions_done_together_are_saved_together_and_each_is_an_operation(store: Store) -> None:
    order = an_order(store)
    done = store.do([a_note(order), seals(order)])
    assert [own.id for own in operations(store)][1:] == list(done.op_ids)


def test_a_role_that_may_not_is_told_before_anything_is_written(tmp_path: Path) -> None:
    store = new_laptop(tmp_path / "profile")
    with pytest.raises(RuleBroken, match="not_allowed"):
        store.do(call(create_customer, number="C-1", name="Foundry"))
    assert operations(store) == []
    store.close()


def test_an_edit_that_somebody_else_made_meanwhile_is_a_conflict_and_changes_nothing(store: Store) -> None:
    customer = store.do(call(create_customer, number="C-1", name="Foundry")).results[0]
    asset = store.do(call(create_asset, customer_id=customer, serial="S-1", name="Press")).results[0]
    store.do(call(edit_asset, asset_id=asset, model="P 200", based_on={"model": ""}))
    with pytest.raises(Conflict):
        store.do(call(edit_asset, asset_id=asset, model="P 300", based_on={"model": ""}))
    (row,) = kept(store, Asset)
    assert isinstance(row, Asset)
    assert row.model == "P 200"
    assert len(operations(store)) == 3


def test_an_operation_names_what_it_needs_and_no_more(store: Store) -> None:
    customer = store.do(call(create_customer, number="C-1", name="Foundry"))
    asset = store.do(call(create_asset, customer_id=customer.results[0], serial="S-1", name="Press"))
    row = asset.results[0]
    first = store.do(call(edit_asset, asset_id=row, model="P 200", based_on={"model": ""}))
    other = store.do(call(edit_asset, asset_id=row, name="Big press", based_on={"name": "Press"}))
    second = store.do(call(edit_asset, asset_id=row, model="P 300", based_on={"model": "P 200"}))
    order = store.do(
        call(create_order, number="WO-A7-2027-1", kind="repair", title="Leak", customer_id=customer.results[0])
    )
    note = store.do(a_note(order.results[0]))

    def needs(done: object) -> list[str]:
        return body_of(store, done.op_ids[0])["depends_on"]  # type: ignore[attr-defined,return-value]

    assert needs(customer) == []
    assert needs(asset) == list(customer.op_ids)
    assert needs(first) == list(asset.op_ids)
    assert needs(other) == list(asset.op_ids)
    assert needs(second) == sorted([*asset.op_ids, *first.op_ids])
    assert needs(note) == list(order.op_ids), "a fact needs the row, never an edit of it"


def test_listeners_hear_what_a_commit_touched_and_nothing_of_what_failed(store: Store) -> None:
    heard: list[Changes] = []
    order = an_order(store)
    end = store.listen(heard.append)
    store.do(seals(order))
    with pytest.raises(RuleBroken):
        store.do(seals(order, 0))
    end()
    store.do(a_note(order))
    (change,) = heard
    assert change.tables == {"movement", "event", "own_operation"}


def test_a_screen_that_fails_to_listen_does_not_make_saved_work_look_lost(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    order = an_order(store)
    heard: list[Changes] = []

    def broken(changes: Changes) -> None:
        raise ZeroDivisionError

    store.listen(broken)
    store.listen(heard.append)
    store.do(a_note(order))
    assert len(heard) == 1
    assert "a listener failed" in caplog.text


def test_numbers_are_drawn_once_each_and_start_again_with_the_year(tmp_path: Path) -> None:
    clock = FixedClock(at=1_798_750_000_000_000)  # 31 December 2026, evening in Berlin
    store = new_laptop(tmp_path / "profile", clock=clock)
    assert [store.draw_number("WO") for _ in range(3)] == [f"WO-A7-2026-{n}" for n in (1, 2, 3)]
    clock.pass_time(86_400)
    assert store.draw_number("WO") == "WO-A7-2027-1"
    assert store.draw_number("RP") == "RP-A7-2027-1"
    store.close()
    again = open_again(tmp_path / "profile", clock=clock)
    assert again.draw_number("WO") == "WO-A7-2027-2"
    again.close()


@pytest.mark.parametrize("count", ["9" * 5000, "1" * 10, "²", "٣"])
def test_nothing_a_person_writes_counts_as_a_drawn_number(count: str) -> None:
    number = f"WO-A7-2027-{count}"
    args = {"text": "WO-A7-2027-7", "number": number, "lines": [number, {"number": "XX-A7-2027-5"}]}
    assert numbers_in(args, "A7") == {}


def test_a_note_that_looks_like_a_number_does_not_stop_a_rebuild(store: Store) -> None:
    order = an_order(store, store.draw_number("WO"))
    store.replay([("f" * 32, body_with(store, a_note(order, "X-A7-2027-" + "9" * 5000)))])
    assert store.draw_number("WO").endswith("-2")


def body_with(store: Store, note: actions.Call) -> str:
    """The text of a note's operation, under an id that the store does not know."""
    return canonical.dumps(body_of(store, store.do(note).op_ids[0]) | {"id": "f" * 32})


def test_numbers_are_known_again_from_what_actions_carry() -> None:
    args = {"number": "WO-A7-2027-12", "lines": [{"number": "WO-A7-2027-9"}, "WO-B1-2027-99", "WO-A7-2027-x"]}
    assert numbers_in(args, "A7") == {"number.wo.a7.2027": 12}


@pytest.mark.parametrize("moment", [-5_000_000, 253_402_300_800_000_000, 10**18])
def test_a_clock_beyond_all_years_saves_nothing_and_says_so(store: Store, moment: int) -> None:
    order = an_order(store)
    right, store.clock = store.clock, FixedClock(at=moment)
    for attempt in (lambda: store.do(a_note(order)), lambda: store.draw_number("WO")):
        with pytest.raises(FieldDeskError) as refused:
            attempt()
        assert refused.value.code == "clock_wrong"
    store.clock = right
    store.do(a_note(order, "after"))
    with store.read() as read:
        assert [note.text for note in read.all(Note)] == ["after"]


def test_an_odd_zone_is_not_sent(store: Store) -> None:
    order = an_order(store)
    store.clock = FixedClock(name="CET-1CEST,M3.5.0,M10.5.0/3")
    assert body_of(store, store.do(a_note(order)).op_ids[0])["tz"] == "UTC"


# ---------------------------------------------------------------- the place in the queue


def test_the_queue_goes_on_where_sync_has_put_it(store: Store) -> None:
    order = an_order(store)

    def forked(connection: sa.Connection) -> tuple[None, list[tuple[str, str]]]:
        put_setting(connection, incarnation="9", next_seq=41)
        return None, []

    store.write(forked)
    store.do(a_note(order))
    own = operations(store)[-1]
    assert (own.incarnation, own.seq, own.place) == ("9", 41, 2)


def test_a_failed_transaction_gives_its_place_back(store: Store) -> None:
    order = an_order(store)

    def stop(name: str) -> None:
        if name == "after_journal":
            raise StoreProblem("disk_full")

    store.point = stop
    with pytest.raises(StoreProblem):
        store.do([a_note(order), a_note(order)])
    store.point = lambda name: None
    store.do(a_note(order))
    assert [(own.place, own.seq) for own in operations(store)] == [(1, 1), (2, 2)]


def test_the_queue_goes_on_behind_the_last_operation_after_a_start(store: Store, tmp_path: Path) -> None:
    order = an_order(store)
    store.do([a_note(order), a_note(order)])
    with store.read() as read:
        assert queue_end(read) == (4, 4, "1")
    store.write(lambda connection: (put_setting(connection, incarnation="9", next_seq=2), []))
    with store.read() as read:
        assert queue_end(read) == (4, 2, "9"), "the last operation is of another queue"
    store.do(a_note(order))
    with store.read() as read:
        assert queue_end(read) == (5, 3, "9")


# ---------------------------------------------------------------- reading


def test_a_reader_sees_one_moment_while_others_write(store: Store) -> None:
    order = an_order(store)
    count = sa.select(sa.func.count()).select_from(Note.__table__)
    with store.read() as read:
        before = read.value(count)
        writer = threading.Thread(target=lambda: store.do(a_note(order)))
        writer.start()
        writer.join()
        assert read.value(count) == before == 0
    with store.read() as read:
        assert read.value(count) == 1


def test_a_read_within_a_read_sees_the_same_moment(store: Store) -> None:
    order = an_order(store)
    with store.read() as outer:
        assert outer.all(Note) == []
        writer = threading.Thread(target=lambda: store.do(a_note(order)))
        writer.start()
        writer.join()
        with store.read() as inner:
            assert inner.all(Note) == []
        assert outer.all(Note) == []
    assert len(kept(store, Note)) == 1


def test_readers_of_threads_that_ended_do_not_pile_up(store: Store) -> None:
    an_order(store)
    for _ in range(20):
        reader = threading.Thread(target=lambda: kept(store, WorkOrder))
        reader.start()
        reader.join()
    assert len(store._open_readers) <= 2


def test_a_first_look_does_not_wait_for_a_long_transaction(store: Store) -> None:
    an_order(store)
    begun, go_on = threading.Event(), threading.Event()

    def slow(connection: sa.Connection) -> tuple[None, list[tuple[str, str]]]:
        begun.set()
        assert go_on.wait(10)
        return None, []

    writer = threading.Thread(target=lambda: store.write(slow))
    writer.start()
    assert begun.wait(10)
    seen: list[int] = []
    reader = threading.Thread(target=lambda: seen.append(len(kept(store, WorkOrder))))
    reader.start()
    reader.join(5)
    go_on.set()
    writer.join()
    assert seen == [1]


def test_a_reader_cannot_write_and_nobody_writes_outside_an_action(store: Store) -> None:
    an_order(store)
    with store.read() as read, pytest.raises(sa.exc.DBAPIError, match="readonly database"):
        connect.run(read.connection, "UPDATE work_order SET title = 'x'")
    with store.engine.connect() as stranger, pytest.raises(sa.exc.DBAPIError, match="write outside an action"):
        connect.run(stranger, "UPDATE work_order SET title = 'x'")


def test_errors_say_no_customer_text(store: Store) -> None:
    with store.read() as read, pytest.raises(sa.exc.DBAPIError) as failed:
        connect.run(read.connection, "SELECT * FROM no_such_table WHERE x = ?", ("Foundry Miller",))
    assert "Miller" not in str(failed.value)


def test_a_store_that_another_program_holds_is_busy_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "BUSY_MS", 50)
    store = new_laptop(tmp_path / "profile", role=DISPATCHER)
    order = an_order(store)
    with store.engine.connect() as scanner:
        connect.run(scanner, "BEGIN IMMEDIATE")
        with pytest.raises(StoreProblem, match="store_busy"):
            store.do(a_note(order))
        connect.run(scanner, "ROLLBACK")
    store.do(a_note(order))
    assert len(kept(store, Note)) == 1
    store.close()


# ---------------------------------------------------------------- the writer's thread


def test_the_window_hands_work_to_one_thread_and_people_go_first(tmp_path: Path) -> None:
    store = new_laptop(tmp_path / "profile", role=DISPATCHER, more={"writer": ThreadWriter})
    order = an_order(store)
    begun, go_on = threading.Event(), threading.Event()
    said: list[str] = []

    def slow(connection: sa.Connection) -> tuple[None, list[tuple[str, str]]]:
        begun.set()
        go_on.wait(10)
        return None, []

    def page(connection: sa.Connection) -> tuple[None, list[tuple[str, str]]]:
        said.append("page")
        return None, []

    first = store.write_later(slow, lane=MACHINE)
    assert begun.wait(10)
    later = store.write_later(page, lane=MACHINE)
    note = store.submit(a_note(order))
    store.listen(lambda change: said.append("note"))
    go_on.set()
    for future in (first, later, note):
        future.result(10)
    assert said == ["note", "page"]
    store.close()


def test_what_was_handed_in_before_closing_is_saved(tmp_path: Path) -> None:
    store = new_laptop(tmp_path / "profile", role=DISPATCHER, more={"writer": ThreadWriter})
    order = an_order(store)
    for number in range(20):
        store.submit(a_note(order, f"note {number}"))
    store.close()
    again = open_again(tmp_path / "profile")
    assert len(kept(again, Note)) == 20
    assert again.found == []
    again.close()


# ---------------------------------------------------------------- the journal, and ends of every kind


@needs_fork
@pytest.mark.parametrize(
    ("point", "there"),
    [("before_journal", False), ("after_journal", True), ("before_commit", True), ("after_commit", True)],
)
def test_killed_around_a_commit_the_work_is_there_once_as_soon_as_the_journal_has_it(
    tmp_path: Path, point: str, there: bool
) -> None:
    folder = tmp_path / "profile"
    store = new_laptop(folder, role=DISPATCHER)
    order = an_order(store)
    store.close()

    def work(reached: object) -> None:
        store = open_again(folder)
        store.point = reached  # type: ignore[assignment]
        store.do(seals(order))

    assert killed_at(point, work)
    for _ in range(2):
        store = open_again(folder)
        assert len(kept(store, Movement)) == int(there)
        assert len(operations(store)) == 1 + int(there)
        store.close()


def test_an_action_that_failed_at_the_last_moment_does_not_come_back(tmp_path: Path) -> None:
    store = new_laptop(tmp_path / "profile", role=DISPATCHER)
    order = an_order(store)

    def stop(name: str) -> None:
        if name == "before_commit":
            raise StoreProblem("disk_full")

    store.point = stop
    with pytest.raises(StoreProblem, match="disk_full"):
        store.do(seals(order))
    killed = as_after_a_kill(store, tmp_path / "killed")
    store.close()
    assert journal_kinds(killed) == [OP, OP, ABORTED]
    again = open_again(killed)
    assert kept(again, Movement) == []
    again.close()


def test_a_failure_the_journal_could_not_be_told_of_goes_with_the_next_record(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    disk = FailingDisk(at=10**9)
    store = new_laptop(folder, role=DISPATCHER, more={"disk": disk})
    order = an_order(store)

    def stop(name: str) -> None:
        if name == "after_journal":
            disk.at, disk.times, disk.steps = 1, 1, 0  # the note that it did not happen is refused too
            raise StoreProblem("disk_full")

    store.point = stop
    with pytest.raises(StoreProblem, match="disk_full"):
        store.do(seals(order))
    store.point = lambda name: None
    store.do(seals(order))  # the person does it once more
    killed = as_after_a_kill(store, tmp_path / "killed")
    store.close()
    again = open_again(killed)
    assert len(kept(again, Movement)) == 1
    assert journal_kinds(killed) == [OP, OP, ABORTED, OP]
    again.close()


def test_a_full_disk_at_any_step_of_saving_loses_and_doubles_nothing(tmp_path: Path) -> None:
    steps = 0
    for at in range(1, 30):
        folder = tmp_path / f"profile{at}"
        disk = FailingDisk(at=10**9)
        store = new_laptop(folder, role=DISPATCHER, more={"disk": disk})
        order = an_order(store)
        disk.at, disk.steps = at, 0
        failure = store.submit(a_note(order, "first")).exception()
        saved = [] if failure else ["first"]
        if failure:
            assert isinstance(failure, StoreProblem)
            assert failure.code == "disk_full"
            steps += 1
        disk.at = 10**9
        store.do(a_note(order, "second"))
        store.close()
        again = open_again(folder)
        assert sorted(row.text for row in kept(again, Note)) == [*saved, "second"]  # type: ignore[attr-defined]
        again.close()
        if saved:
            break
    assert steps, "no step of saving was refused"


def test_a_disk_that_refuses_everything_for_a_while_is_worked_on_again_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    disk = FailingDisk(at=10**9)
    store = new_laptop(folder, role=DISPATCHER, more={"disk": disk})
    order = an_order(store)
    disk.at, disk.times, disk.steps = 1, 10**9, 0
    for _ in range(3):
        with pytest.raises(StoreProblem):
            store.do(a_note(order, "refused"))
    disk.at = 10**9
    store.do(a_note(order, "saved"))
    killed = as_after_a_kill(store, tmp_path / "killed")
    store.close()
    for place in (folder, killed):
        again = open_again(place)
        assert [row.text for row in kept(again, Note)] == ["saved"]  # type: ignore[attr-defined]
        assert again.found == []
        again.close()


def test_work_that_no_longer_runs_on_the_rows_stays_with_its_trouble(tmp_path: Path) -> None:
    store = new_laptop(tmp_path / "profile", role=DISPATCHER)
    asset = some_id("an asset nobody has")
    body = canonical.dumps(
        {
            "id": some_id("operation"), "kind": "edit_asset", "version": 1, "args": {"asset_id": asset, "name": "X"},
            "based_on": {"name": "Y"}, "depends_on": [], "occurred_at": 1_800_000_000_000_000, "tz": "UTC",
            "boot_s": None,
        }
    )  # fmt: skip
    store.replay([(some_id("operation"), body)])
    (own,) = operations(store)
    assert own.body == body
    assert canonical.loads(own.trouble or "null")["code"] == "row_missing"
    store.close()


def test_an_action_of_ours_that_breaks_does_not_keep_the_program_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "profile"
    store = new_laptop(folder, role=DISPATCHER)
    order = an_order(store)
    store.do([a_note(order), seals(order)])
    killed = as_after_a_kill(store, tmp_path / "killed")
    store.close()
    for part in ("store.db-wal", "store.db-shm"):  # as if the power had taken all that was not checkpointed
        (killed / part).unlink()

    def broken(tx: object, ctx: object, *, order_id: Id, text: Prose) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(actions.ACTIONS, "add_note", replace(actions.ACTIONS["add_note"], run=broken))
    again = open_again(killed)
    assert len(kept(again, Movement)) == 1
    assert [canonical.loads(own.trouble or "null") for own in operations(again)][1] == {
        "code": "action_failed", "values": {"fault": "ZeroDivisionError", "kind": "add_note"},
    }  # fmt: skip
    assert "add_note does not run" in caplog.text
    again.close()


def test_a_reading_action_meets_what_the_same_transaction_has_written(store: Store) -> None:
    number = "C-7"
    store.do([call(create_customer, number=number, name="Foundry"), call(create_customer, number="C-8", name="Mill")])
    with store.read() as read:
        assert {row.number for row in read.all(Customer)} == {"C-7", "C-8"}
        assert isinstance(read, Reading)
        assert read.all(WorkOrder) == []


def test_six_typed_characters_that_look_like_a_nul_are_only_characters(store: Store) -> None:
    customer = store.do(call(create_customer, number="C\\u0000", name="Foundry \\\\u0000")).results[0]
    asset = store.do(call(create_asset, customer_id=customer, serial="S-1", name="Press")).results[0]
    store.do(call(edit_asset, asset_id=asset, remark="\\u0000 is nul", based_on={"remark": ""}))
    store.do(call(edit_asset, asset_id=asset, remark="was that", based_on={"remark": "\\u0000 is nul"}))
    (row,) = kept(store, Asset)
    assert isinstance(row, Asset)
    assert row.remark == "was that"
