"""What needs a person, side by side: decided field by field, done again as one chain, found again in the history."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from pytestqt.qtbot import QtBot

from fielddesk.core import canonical
from fielddesk.features.assets.actions import edit_asset
from fielddesk.features.assets.model import Asset
from fielddesk.features.parts.actions import use_part
from fielddesk.features.parts.model import Movement
from fielddesk.features.sync_centre import queries
from fielddesk.features.sync_centre.page import HISTORY, NEEDS, WAITING, SyncPage
from fielddesk.features.workorders.actions import add_note, create_order
from fielddesk.features.workorders.model import Note, WorkOrder
from fielddesk.shell.outcomes import WindowOutbox
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.sync.apply import LaptopSync
from fielddesk.sync.protocol import Echo, Outcome, PullAnswer, PushAnswer
from tests.features.sync_centre.test_next_steps import BEARING, Offline
from tests.support.benches import Workplace
from tests.support.laptops import kept, operations, some_id
from tests.support.look import faults
from tests.support.region import MILLION, VAN

AT = 1_800_000_000_000_000


@pytest.fixture
def page(desk: Workplace, qtbot: QtBot) -> SyncPage:
    page = SyncPage(desk.bench, Offline(), WindowOutbox(lambda: desk.bench))
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    desk.bench.changed.connect(lambda tables: page.reload() if page.watches & tables else None)
    return page


def echo(store: Store) -> Echo:
    facts = LaptopSync(store).load_state()
    return Echo(facts.hq_id, facts.epoch, "n", facts.incarnation)


def headquarters_says(store: Store, outcomes: dict[str, dict[str, Any]], rows: list[dict[str, Any]] = []) -> None:  # noqa: B006
    """Outcomes by operation id, and the rows of a page that brings them, as a push and a pull would."""
    sync = LaptopSync(store)
    own = {each.id: each for each in operations(store)}
    told = tuple(
        Outcome(own[op_id].seq, op_id, own[op_id].hash, detail["is"], detail, pos)
        for pos, (op_id, detail) in enumerate(outcomes.items(), 100)
    )
    sync.take_outcomes(PushAnswer(echo(store), told, 99, None, None))
    facts = sync.load_state()
    assert facts.cursor is not None
    numbered = [{"pos": facts.cursor + 1 + n, "commit": facts.cursor + 1 + n, **row} for n, row in enumerate(rows)]
    end = max(200, facts.cursor + 50)
    sync.apply_page(PullAnswer(echo(store), facts.cursor, end, end, numbered, told, False, False, None), 0)


@pytest.fixture
def with_cursor(laptop: Store) -> None:
    from fielddesk.store.outbox import put_setting

    def start(connection: sa.Connection) -> tuple[None, list[Any]]:
        put_setting(connection, cursor=1)
        return None, []

    laptop.write(start)


def press_of(store: Store) -> Asset:
    [asset] = [each for each in kept(store, Asset)][:1]
    assert isinstance(asset, Asset)
    return asset


def conflict_on(store: Store, asset: Asset, **theirs: Any) -> str:
    """An edit of mine of three fields, two of which somebody else changed first."""
    op_id = store.do(
        call(
            edit_asset, asset_id=asset.id, name="My name", model="My model", remark="My remark",
            based_on={"name": asset.name, "model": asset.model, "remark": asset.remark},
        )
    ).op_ids[0]  # fmt: skip
    mine = {"name": "My name", "model": "My model"}
    fields = {
        name: {"base": getattr(asset, name), "mine": mine[name], "theirs": value} for name, value in theirs.items()
    }
    detail = {"is": "conflict", "table": "asset", "id": asset.id, "fields": fields, "by": "Dora", "at": AT}
    body = {**asset.body(), **theirs}
    row = {"table": "asset", "id": asset.id, "rev": asset.rev + 1, "op": "put", "body": body}
    headquarters_says(store, {op_id: detail}, [row])
    return op_id


def test_a_conflict_shows_base_mine_and_theirs_with_who_and_when(
    desk: Workplace, laptop: Store, with_cursor: None, page: SyncPage
) -> None:
    asset = press_of(laptop)
    conflict_on(laptop, asset, name="Their name", model="Their model")
    desk.settle()
    page.reload()
    desk.settle()
    assert page.filters.current() == NEEDS
    assert page._conflict is not None
    shown = [(each.base, each.mine, each.theirs) for each in page._conflict.compare._differences]
    assert shown == [(asset.name, "My name", "Their name"), (asset.model, "My model", "Their model")]
    words = page._cards[0].explanation.text()  # type: ignore[attr-defined]
    assert words.startswith("Dora changed the same on")
    assert not page.steps.decide.button.isEnabled()
    assert "Take one version" in page.steps.decide.button.accessibleDescription()


@pytest.mark.parametrize("name", ["Their name", "A token " + "eyJhbGciOiJIUzI1NiJ9" * 20])
@pytest.mark.parametrize(("width", "height"), [(1000, 600), (1366, 768), (640, 600)])
def test_a_conflict_is_whole_in_a_small_window_whatever_is_in_it(
    desk: Workplace, laptop: Store, with_cursor: None, page: SyncPage, name: str, width: int, height: int
) -> None:
    conflict_on(laptop, press_of(laptop), name=name, model="Their model")
    page.resize(width, height)
    desk.settle()
    page.reload()
    desk.settle()
    page.list.choose_first()
    page.show_detail()
    desk.settle()
    assert page._conflict is not None
    assert faults(page) == []


def test_each_field_is_decided_for_itself_and_what_nobody_touched_goes_along(
    desk: Workplace, laptop: Store, with_cursor: None, page: SyncPage
) -> None:
    asset = press_of(laptop)
    refused = conflict_on(laptop, asset, name="Their name", model="Their model")
    desk.settle()
    page.reload()
    desk.settle()
    assert page._conflict is not None
    page._conflict.compare.take("name", "mine")
    page._conflict.compare.take("model", "theirs")
    page.steps.decide.button.click()
    desk.settle()
    again = operations(laptop)[-1]
    tree = canonical.loads(again.body)
    assert again.id != refused
    assert {name: value for name, value in tree["args"].items() if value is not None} == {
        "asset_id": asset.id, "name": "My name", "remark": "My remark",
    }  # fmt: skip
    assert tree["based_on"] == {"name": "Their name", "remark": asset.remark}
    now = next(each for each in kept(laptop, Asset) if each.id == asset.id)
    assert isinstance(now, Asset)
    assert (now.name, now.model, now.remark) == ("My name", "Their model", "My remark")
    with laptop.read() as read:
        assert queries.counts(read) == (1, 0)
        [settled] = queries.history(read, queries.Sought(), 0, 10)
    assert (settled.id, settled.outcome) == (refused, "conflict")


def test_keeping_theirs_makes_no_operation_where_nothing_of_mine_is_left(
    desk: Workplace, laptop: Store, with_cursor: None, page: SyncPage
) -> None:
    asset = press_of(laptop)
    op_id = laptop.do(call(edit_asset, asset_id=asset.id, name="Mine", based_on={"name": asset.name})).op_ids[0]
    fields = {"name": {"base": asset.name, "mine": "Mine", "theirs": "Theirs"}}
    detail = {"is": "conflict", "table": "asset", "id": asset.id, "fields": fields, "by": "Dora", "at": AT}
    headquarters_says(laptop, {op_id: detail})
    desk.settle()
    page.reload()
    desk.settle()
    assert page._conflict is not None
    page._conflict.compare.take_all("theirs")
    page.steps.decide.button.click()
    desk.settle()
    assert len(operations(laptop)) == 1
    assert operations(laptop)[0].settled_at is not None


def test_fields_that_merge_as_one_are_taken_together(
    desk: Workplace, laptop: Store, with_cursor: None, page: SyncPage
) -> None:
    asset = press_of(laptop)
    group = Asset.grouped.get("building", ())
    assert len(group) == 2
    first, second = group[0], group[1]
    op_id = laptop.do(
        call(edit_asset, asset_id=asset.id, based_on={name: getattr(asset, name) for name in group}, **{first: "Mine"})
    ).op_ids[0]
    fields = {
        first: {"base": getattr(asset, first), "mine": "Mine", "theirs": "Theirs"},
        second: {"base": getattr(asset, second), "mine": getattr(asset, second), "theirs": "Their other"},
    }
    detail = {"is": "conflict", "table": "asset", "id": asset.id, "fields": fields, "by": "Dora", "at": AT}
    body = {**asset.body(), first: "Theirs", second: "Their other"}
    headquarters_says(
        laptop, {op_id: detail}, [{"table": "asset", "id": asset.id, "rev": asset.rev + 1, "op": "put", "body": body}]
    )
    desk.settle()
    page.reload()
    desk.settle()
    assert page._conflict is not None
    page._conflict.compare.take(first, "mine")
    assert page._conflict.choices() == {first: "mine", second: "mine"}
    page.steps.decide.button.click()
    desk.settle()
    now = next(each for each in kept(laptop, Asset) if each.id == asset.id)
    assert (getattr(now, first), getattr(now, second)) == ("Mine", getattr(asset, second))


def test_a_refused_order_and_what_was_parked_on_it_are_one_item_and_one_step(
    desk: Workplace, laptop: Store, with_cursor: None, page: SyncPage
) -> None:
    done = laptop.do(
        call(create_order, number="WO-A7-2027-77", kind="repair", title="New leak", customer_id=some_id("harbour"))
    )
    order, ids = done.results[0], [done.op_ids[0]]
    ids += laptop.do(call(add_note, order_id=order, text="Seen on the way")).op_ids
    ids += laptop.do(call(use_part, order_id=order, part_id=BEARING, quantity=MILLION, place_id=VAN)).op_ids
    headquarters_says(
        laptop,
        {
            ids[0]: {"is": "rejected", "code": "malformed", "values": {}, "field": None},
            ids[1]: {"is": "parked", "on": ids[0]},
            ids[2]: {"is": "parked", "on": ids[0]},
        },
    )
    assert [each.id for each in kept(laptop, WorkOrder) if each.id == order] == [], "headquarters has no such order"
    page.reload()
    desk.settle()
    assert page.list.rows.rowCount() == 1
    assert page.filters._label(NEEDS).endswith("1")
    assert page._work is not None
    assert [each.id for each in page._work.chain] == ids[1:]
    page.steps.again.click()
    desk.settle()
    [again] = [
        each for each in kept(laptop, WorkOrder) if isinstance(each, WorkOrder) and each.number == "WO-A7-2027-77"
    ]
    assert again.id != order
    assert [each.text for each in kept(laptop, Note) if isinstance(each, Note) and each.order_id == again.id] == [
        "Seen on the way"
    ]
    moved = [each for each in kept(laptop, Movement) if isinstance(each, Movement) and each.order_id == again.id]
    assert [each.quantity for each in moved] == [-MILLION]
    with laptop.read() as read:
        assert queries.counts(read) == (3, 0)


def test_work_on_a_record_that_left_the_laptop_still_says_what_it_was(
    desk: Workplace, laptop: Store, with_cursor: None, page: SyncPage
) -> None:
    asset = press_of(laptop)
    moved = laptop.do(
        call(edit_asset, asset_id=asset.id, building="Hall 9", based_on={"building": asset.building})
    ).op_ids[0]
    called = laptop.do(call(edit_asset, asset_id=asset.id, name="Old press", based_on={"name": asset.name})).op_ids[0]
    gone = {"table": "asset", "id": asset.id, "rev": asset.rev + 3, "op": "leave", "body": None}
    headquarters_says(laptop, {moved: {"is": "applied"}, called: {"is": "applied"}}, [gone])
    page.filters.choose(HISTORY)
    page._show_list(HISTORY)
    desk.settle()
    shown = [page.list.rows.row_at(place).second for place in range(2)]
    assert shown[0].startswith("Old press · no longer on this laptop")
    assert shown[1].startswith(f"Building: {asset.building or '–'} → Hall 9 · no longer on this laptop")
    assert page.pane.second.text() == "Old press · no longer on this laptop"
    assert page.steps.open_record.isHidden()


def test_letting_go_keeps_it_in_the_history_which_can_be_searched(
    desk: Workplace, laptop: Store, with_cursor: None, page: SyncPage
) -> None:
    order = kept(laptop, WorkOrder)[0]
    taken = laptop.do(call(add_note, order_id=order.id, text="Gate 3, 钥匙在门卫处")).op_ids[0]
    other = laptop.do(call(add_note, order_id=order.id, text='He said "no" \\ maybe')).op_ids[0]
    headquarters_says(laptop, {taken: {"is": "applied"}, other: {"is": "applied"}})
    page.filters.choose(HISTORY)
    page._show_list(HISTORY)
    desk.settle()
    assert page.list.rows.rowCount() == 2
    for words, found in (("门卫", taken), ('"no"', other), ("\\ maybe", other)):
        page.search.setText(words)
        page._soon.stop()
        page._seek()
        desk.settle()
        rows = [page.list.rows.row_at(n).id for n in range(page.list.rows.rowCount())]  # type: ignore[union-attr]
        assert rows == [found], words
    assert isinstance(order, WorkOrder)
    page.search.setText(order.number)
    page._soon.stop()
    page._seek()
    desk.settle()
    assert page.list.rows.rowCount() == 2, "by the number of the order they are about"


def test_what_no_longer_fits_is_said_before_it_is_sent(
    desk: Workplace, laptop: Store, with_cursor: None, page: SyncPage
) -> None:
    asset = press_of(laptop)
    laptop.do(call(edit_asset, asset_id=asset.id, name="Mine", based_on={"name": asset.name}))
    body = {**asset.body(), "name": "Theirs"}
    headquarters_says(laptop, {}, [{"table": "asset", "id": asset.id, "rev": asset.rev + 1, "op": "put", "body": body}])
    desk.settle()
    page.reload()
    desk.settle()
    assert page._work is not None
    assert page.pane._shown_chips[0].words() == "Will conflict"
    assert not page.steps.decide.isVisible()
    page.filters.choose(WAITING)
    page._show_list(WAITING)
    desk.settle()
    assert page.list.rows.rowCount() == 1, "and it still waits to be sent"


def test_held_work_stays_in_sight_and_cannot_be_let_go(
    desk: Workplace, laptop: Store, with_cursor: None, page: SyncPage
) -> None:
    order = kept(laptop, WorkOrder)[0]
    note = laptop.do(call(add_note, order_id=order.id, text="x")).op_ids[0]
    headquarters_says(laptop, {note: {"is": "held", "reason": "revoked"}})
    page.reload()
    desk.settle()
    assert page._work is not None
    assert page._work.id == note
    for step in (page.steps.decide, page.steps.again, page.steps.let_go):
        assert not step.isVisible()
    assert page.steps.open_record.isVisible()
