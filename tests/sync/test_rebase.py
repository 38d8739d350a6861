"""What headquarters sends goes under the work that waits; only what met is run again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.errors import StoreProblem
from fielddesk.features.assets.actions import edit_asset
from fielddesk.features.assets.model import Asset
from fielddesk.features.parts.actions import use_part
from fielddesk.features.parts.model import Movement, Part, Place
from fielddesk.features.people.rules import DISPATCHER
from fielddesk.features.workorders.actions import add_note, create_order, set_order_status
from fielddesk.features.workorders.model import Note, WorkOrder
from fielddesk.store import outbox
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.store.tables import Synced
from fielddesk.sync.apply import LaptopSync
from fielddesk.sync.protocol import Echo, Fork, Outcome, PullAnswer, PushAnswer, SnapshotAnswer
from tests.support.laptops import new_laptop, some_id

ASSET = Asset(id=some_id("press"), customer_id=some_id("customer"), serial="P-1", name="Press", rev=1)
ORDER = WorkOrder(
    id=some_id("order"), number="WO-1", kind="repair", title="Leak", customer_id=some_id("customer"),
    asset_id=ASSET.id, status="in_progress", opened_at=1_800_000_000_000_000, rev=2,
)  # fmt: skip
PART = Part(id=some_id("part"), number="4S-118", names='{"en":"Seal kit"}', rev=3)
VAN = Place(id=some_id("van"), name="Van 12", kind="van", keeper_id=some_id("anna"), rev=4)
ECHO = Echo("hq-test", 1, "", 1)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    store = new_laptop(tmp_path / "profile", role=DISPATCHER)
    LaptopSync(store).apply_snapshot(
        SnapshotAnswer(ECHO, 10, [wire(row) for row in (ASSET, ORDER, PART, VAN)], None), None
    )
    yield store
    store.close()


def wire(row: Synced, **news: Any) -> dict[str, Any]:
    body = row.body() | news
    return {"table": row.tablename, "id": row.id, "rev": row.rev, "op": "put", "body": body, "pos": 0, "commit": 0}


def page(store: Store, *rows: dict[str, Any], outcomes: tuple[Outcome, ...] = (), size: int = 10) -> PullAnswer:
    cursor = LaptopSync(store).load_state().cursor
    assert cursor is not None
    numbered = [row | {"pos": cursor + n, "rev": cursor + n} for n, row in enumerate(rows, 1)]
    return PullAnswer(ECHO, cursor, cursor + size, cursor + size, numbered, outcomes, False, False, None)


def outcome_of(store: Store, op_id: str, is_: str, pos: int, **detail: Any) -> Outcome:
    with store.read() as read:
        own = read.get(outbox.OwnOperation, op_id)
    assert own is not None
    return Outcome(own.seq, op_id, own.hash, is_, {"is": is_, **detail}, pos)


def rows_of(store: Store, table: type[Synced]) -> list[Any]:
    with store.read() as read:
        return read.all(table)


def troubles(store: Store) -> list[str]:
    with store.read() as read:
        return [canonical.loads(own.trouble)["code"] for own in outbox.standing(read) if own.trouble]


def test_an_edit_of_another_field_at_headquarters_lies_under_mine(store: Store):
    store.do(call(edit_asset, based_on={"name": "Press"}, asset_id=ASSET.id, name="Press 2"))
    LaptopSync(store).apply_page(page(store, wire(ASSET, model="HP-250")), 0)
    [asset] = rows_of(store, Asset)
    assert (asset.name, asset.model) == ("Press 2", "HP-250")
    assert troubles(store) == []


def test_an_edit_that_no_longer_fits_shows_theirs_and_stays_in_the_outbox(store: Store):
    sync = LaptopSync(store)
    [op] = store.do(call(edit_asset, based_on={"name": "Press"}, asset_id=ASSET.id, name="Press 2")).op_ids
    sync.apply_page(page(store, wire(ASSET, name="Stamping press")), 0)
    assert rows_of(store, Asset)[0].name == "Stamping press"
    assert troubles(store) == ["conflict"]
    assert [own.id for own in sync.waiting_ops(1, 10, 10_000)] == [op]


def test_what_headquarters_takes_back_lets_the_edit_stand_again(store: Store):
    store.do(call(edit_asset, based_on={"name": "Press"}, asset_id=ASSET.id, name="Press 2"))
    LaptopSync(store).apply_page(page(store, wire(ASSET, name="Stamping press")), 0)
    LaptopSync(store).apply_page(page(store, wire(ASSET, name="Press")), 0)
    assert rows_of(store, Asset)[0].name == "Press 2"
    assert troubles(store) == []


def test_only_the_pull_lets_go_of_an_applied_operation_and_its_rows_are_there_once(store: Store):
    sync = LaptopSync(store)
    done = store.do(call(add_note, order_id=ORDER.id, text="Seal worn"))
    answer = PushAnswer(ECHO, (outcome_of(store, done.op_ids[0], "applied", 15),), 2, None, None)
    assert sync.take_outcomes(answer).unconfirmed == 1
    [note] = rows_of(store, Note)
    facts = sync.apply_page(page(store, wire(note)), 0)
    assert (facts.waiting, facts.unconfirmed) == (0, 0)  # type: ignore[union-attr]
    [confirmed] = rows_of(store, Note)
    assert confirmed.rev > 0
    assert confirmed.text == "Seal worn"


def test_a_rejected_decision_is_put_back_and_what_stood_on_it_too(store: Store):
    sync = LaptopSync(store)
    order = store.do(
        call(create_order, number="WO-A7-2027-1", kind="repair", title="Pump", customer_id=ORDER.customer_id)
    )
    note = store.do(call(add_note, order_id=order.results[0], text="Noisy"))
    with store.read() as read:
        kept = read.get(outbox.OwnOperation, note.op_ids[0])
    assert kept is not None
    assert canonical.loads(kept.body)["depends_on"] == list(order.op_ids)
    outcomes = (
        outcome_of(store, order.op_ids[0], "rejected", 12, code="kind_unknown", values={}, field="kind"),
        outcome_of(store, note.op_ids[0], "parked", 12, on=order.op_ids[0]),
    )
    facts = sync.apply_page(page(store, outcomes=outcomes), 0)
    assert rows_of(store, Note) == []
    assert [row.id for row in rows_of(store, WorkOrder)] == [ORDER.id]
    assert facts.needs_person == 2  # type: ignore[union-attr]


def test_a_held_operation_stays_on_top_of_the_rows_until_its_final_outcome(store: Store):
    sync = LaptopSync(store)
    done = store.do(call(add_note, order_id=ORDER.id, text="Came late"))
    sync.apply_page(page(store, outcomes=(outcome_of(store, done.op_ids[0], "held", 12, reason="not_in_scope"),)), 0)
    assert [note.text for note in rows_of(store, Note)] == ["Came late"]
    sync.apply_page(page(store, outcomes=(outcome_of(store, done.op_ids[0], "void", 22),)), 0)
    assert rows_of(store, Note) == []


def test_a_row_that_leaves_the_scope_stays_while_unsent_work_names_it(store: Store):
    sync = LaptopSync(store)
    done = store.do(call(add_note, order_id=ORDER.id, text="Left behind"))
    leave = wire(ORDER) | {"op": "leave", "body": None}
    sync.apply_page(page(store, leave), 0)
    assert [row.id for row in rows_of(store, WorkOrder)] == [ORDER.id]
    sync.apply_page(page(store, outcomes=(outcome_of(store, done.op_ids[0], "applied", 25),)), 0)
    assert rows_of(store, WorkOrder) == []
    assert rows_of(store, Note) == []


def test_an_older_revision_never_replaces_a_newer_row(store: Store):
    sync = LaptopSync(store)
    sync.apply_page(page(store, wire(ASSET, name="Newest")), 0)
    old = page(store)
    sync.apply_page(
        PullAnswer(
            ECHO, old.from_, old.to, old.head, [wire(ASSET, name="Oldest") | {"rev": 5}], (), False, False, None
        ),
        0,
    )
    assert rows_of(store, Asset)[0].name == "Newest"


def test_a_page_that_does_not_follow_the_cursor_touches_nothing(store: Store):
    sync = LaptopSync(store)
    stale = page(store, wire(ASSET, name="Stale"))
    sync.apply_page(page(store, wire(ASSET, name="Fresh")), 0)
    sync.apply_page(stale, 0)
    assert rows_of(store, Asset)[0].name == "Fresh"


def test_stock_used_offline_is_run_again_on_a_corrected_ledger(store: Store):
    store.do(call(use_part, order_id=ORDER.id, part_id=PART.id, quantity=2_000_000, place_id=VAN.id))
    received = Movement(
        id=some_id("received"), kind="received", part_id=PART.id, place_id=VAN.id, quantity=5_000_000,
        by_id=some_id("boss"), at=1_800_000_000_000_000,
    )  # fmt: skip
    LaptopSync(store).apply_page(page(store, wire(received), wire(PART, category="Seals")), 0)
    assert sum(row.quantity for row in rows_of(store, Movement)) == 3_000_000


def test_a_row_of_an_unknown_table_is_set_aside_and_a_broken_one_stops_the_page(store: Store):
    sync = LaptopSync(store)
    strange = {"table": "drone", "id": some_id("drone"), "op": "put", "body": {"id": some_id("drone"), "wings": 4}}
    sync.apply_page(page(store, strange), 0)
    with store.read() as read:
        assert [row.tablename_ for row in read.all(outbox.SetAside)] == ["drone"]
    before = sync.load_state()
    with pytest.raises(StoreProblem, match="row_refused"):
        sync.apply_page(page(store, wire(ASSET, name="fine"), wire(PART, number="a\x00b")), 0)
    assert sync.load_state() == before
    assert rows_of(store, Asset)[0].name == "Press"


def test_a_pull_that_would_empty_the_laptop_asks_first(store: Store):
    sync = LaptopSync(store)
    many = [
        WorkOrder(
            id=some_id(f"o{n}"), number=f"WO-{n}", kind="repair", title="x", customer_id=ORDER.customer_id,
            opened_at=1_800_000_000_000_000,
        )
        for n in range(80)
    ]  # fmt: skip
    sync.apply_page(page(store, *[wire(row) for row in many], size=100), 0)
    gone = page(store, *[wire(row) | {"op": "leave", "body": None} for row in many], size=100)
    asked = sync.apply_page(gone, 0)
    assert (asked.removed, asked.of) == (80, 82)  # type: ignore[union-attr]
    assert len(rows_of(store, WorkOrder)) == 81
    sync.apply_page(gone, 80)
    assert len(rows_of(store, WorkOrder)) == 1


def test_a_snapshot_that_would_empty_the_laptop_asks_first(store: Store):
    sync = LaptopSync(store)
    many = [
        WorkOrder(
            id=some_id(f"o{n}"), number=f"WO-{n}", kind="repair", title="x", customer_id=ORDER.customer_id,
            opened_at=1_800_000_000_000_000, rev=1,
        )
        for n in range(80)
    ]  # fmt: skip
    parts = [Part(id=some_id(f"p{n}"), number=f"P-{n}", names='{"en":"Seal"}', rev=1) for n in range(500)]
    sync.apply_page(page(store, *[wire(row) for row in (*parts, *many)], size=1000), 0)
    catalogue = [wire(row) for row in (PART, VAN, *parts)]
    first = SnapshotAnswer(ECHO, 2000, catalogue[:200], ("part", catalogue[199]["id"]))
    sync.apply_snapshot(first, None)
    last = SnapshotAnswer(ECHO, 2000, [*catalogue[200:], wire(ASSET)], None)
    before = sync.load_state()
    asked = sync.apply_snapshot(last, ("part", catalogue[199]["id"]))
    assert (asked.removed, asked.of) == (81, 82)  # type: ignore[union-attr]
    assert len(rows_of(store, WorkOrder)) == 81, "500 parts that stay hide nothing"
    assert sync.load_state() == before
    sync.apply_snapshot(last, ("part", catalogue[199]["id"]), 81)
    assert rows_of(store, WorkOrder) == []
    assert sync.load_state().cursor == 2000
    gone = sync.apply_snapshot(SnapshotAnswer(ECHO, 2100, [wire(ASSET)], None), None)
    assert gone.removed == 502, "an emptied catalogue is asked about too"  # type: ignore[union-attr]


def test_a_fork_gives_new_places_and_keeps_ids_and_bodies(store: Store):
    sync = LaptopSync(store)
    first = store.do(call(add_note, order_id=ORDER.id, text="one"))
    second = store.do(
        call(
            set_order_status,
            based_on={"status": "in_progress", "status_reason": ""},
            order_id=ORDER.id,
            status="completed",
        )
    )
    sync.take_outcomes(PushAnswer(ECHO, (outcome_of(store, first.op_ids[0], "applied", 50),), 2, None, None))
    facts = sync.take_fork(Fork(2, "A8"))
    [op] = sync.waiting_ops(1, 10, 10_000)
    assert (op.seq, op.id, facts.cursor, facts.sent) == (1, second.op_ids[0], None, None)
    assert sync.take_fork(Fork(2, "A8")) == facts
    assert store.draw_number("WO").split("-")[1] == "A8"


def test_after_a_restore_of_headquarters_everything_kept_waits_again(store: Store):
    sync = LaptopSync(store)
    done = store.do(call(add_note, order_id=ORDER.id, text="before the restore"))
    [note] = rows_of(store, Note)
    sync.apply_page(page(store, wire(note), outcomes=(outcome_of(store, done.op_ids[0], "applied", 20),)), 0)
    assert sync.load_state().waiting == 0
    facts = sync.take_epoch(2, 5)
    assert (facts.waiting, facts.cursor, facts.epoch, facts.incarnation) == (1, None, 2, 5)
    assert [op.id for op in sync.waiting_ops(1, 10, 10_000)] == list(done.op_ids)
    assert sync.take_epoch(2, 5) == facts


def test_a_snapshot_removes_confirmed_rows_it_does_not_bring_and_keeps_waiting_work(store: Store):
    sync = LaptopSync(store)
    store.do(call(add_note, order_id=ORDER.id, text="waits"))
    first = SnapshotAnswer(ECHO, 40, [wire(ORDER) | {"rev": 30}], ("work_order", ORDER.id))
    sync.apply_snapshot(first, None)
    assert sync.load_state().snapshot is not None
    sync.apply_snapshot(SnapshotAnswer(ECHO, 45, [], None), ("work_order", ORDER.id))
    assert rows_of(store, Asset) == []
    assert [note.text for note in rows_of(store, Note)] == ["waits"]
    assert sync.load_state().cursor == 40


def test_a_row_the_restored_headquarters_lacked_comes_back_whatever_its_revision(store: Store):
    """Its maker sends it again only after this laptop's snapshot; until then unsent work keeps the old one."""
    sync = LaptopSync(store)
    store.do(call(add_note, order_id=ORDER.id, text="Seal worn"))
    sync.take_epoch(2, 2)
    sync.apply_snapshot(SnapshotAnswer(ECHO, 5, [wire(row) for row in (ASSET, PART, VAN)], None), None)
    again = page(store, wire(ORDER, title="Leak, made again"))
    sync.apply_page(replace(again, rows=[again.rows[0] | {"rev": 1}]), 0)
    [order] = rows_of(store, WorkOrder)
    assert (order.title, order.rev) == ("Leak, made again", 1)


def test_what_was_not_final_is_asked_for_again_after_a_snapshot(store: Store):
    """The feed would have told what became of it, and the snapshot skipped that piece of the feed."""
    sync = LaptopSync(store)
    held = store.do(call(add_note, order_id=ORDER.id, text="Came late")).op_ids[0]
    parked = store.do(call(add_note, order_id=ORDER.id, text="Needs another")).op_ids[0]
    done = store.do(call(add_note, order_id=ORDER.id, text="Applied")).op_ids[0]
    answers = (
        outcome_of(store, held, "held", 12, reason="row_missing"),
        outcome_of(store, parked, "parked", 12, on=some_id("other")),
        outcome_of(store, done, "applied", 12),
    )
    sync.mark_sent(sync.waiting_ops(1, 10, 10_000))
    sync.apply_page(page(store, outcomes=answers), 0)
    rows = [wire(row) for row in (ASSET, ORDER, PART, VAN)]
    facts = sync.apply_snapshot(SnapshotAnswer(ECHO, 90, rows, None), None)
    assert (facts.waiting, facts.next_seq) == (2, 1)
    assert [note.text for note in rows_of(store, Note)] == ["Came late"]
    sync.take_fork(Fork(9, "B1"))
    sync.take_outcomes(PushAnswer(ECHO, (outcome_of(store, held, "held", 12, reason="row_missing"),), 2, None, None))
    facts = sync.apply_snapshot(SnapshotAnswer(ECHO, 95, rows, None), None)
    assert {op.id: op.seq for op in sync.waiting_ops(1, 10, 10_000)} == {held: 1, parked: 2}


def test_after_a_restore_what_a_person_settled_is_not_sent_a_second_time(store: Store):
    sync = LaptopSync(store)
    done = store.do(call(edit_asset, based_on={"name": "Press"}, asset_id=ASSET.id, name="Mine"))
    sync.apply_page(page(store, outcomes=(outcome_of(store, done.op_ids[0], "conflict", 12, fields={}),)), 0)

    def settle(connection: Any) -> tuple[None, list[Any]]:
        connection.execute(sa.update(outbox.OwnOperation.__table__).values(settled_at=1))
        return None, []

    store.write(settle)
    again = store.do(call(edit_asset, based_on={"name": "Press"}, asset_id=ASSET.id, name="Mine after all"))
    sync.take_epoch(2, 5)
    assert [op.id for op in sync.waiting_ops(1, 10, 10_000)] == list(again.op_ids)


def test_after_a_restore_work_on_what_headquarters_lacks_stays_in_sight(store: Store):
    sync = LaptopSync(store)
    done = store.do(call(use_part, order_id=ORDER.id, part_id=PART.id, quantity=1_000_000, place_id=VAN.id))
    [movement] = rows_of(store, Movement)
    sync.apply_page(page(store, wire(movement), outcomes=(outcome_of(store, done.op_ids[0], "applied", 20),)), 0)
    sync.take_epoch(2, 5)
    held = outcome_of(store, done.op_ids[0], "held", 7, reason="not_in_scope")
    sync.take_outcomes(PushAnswer(ECHO, (held,), 2, None, None))
    brought = [wire(row) for row in (ASSET, PART, VAN)]  # the order was given out after the backup
    sync.apply_snapshot(SnapshotAnswer(ECHO, 8, brought, None), None)
    assert [row.id for row in rows_of(store, WorkOrder)] == [ORDER.id]
    assert [row.quantity for row in rows_of(store, Movement)] == [-1_000_000]
    sync.apply_page(page(store, outcomes=(outcome_of(store, done.op_ids[0], "void", 15),)), 0)
    assert rows_of(store, WorkOrder) == []
    assert rows_of(store, Movement) == []
