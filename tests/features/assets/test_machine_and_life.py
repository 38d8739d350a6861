"""The machine an asset is part of, its warranty and its product's dates, and everything that ever happened to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fielddesk.core.errors import RuleBroken
from fielddesk.features.assets.actions import create_asset, edit_asset
from fielddesk.features.assets.model import Asset
from fielddesk.features.assets.page import AssetsPage
from fielddesk.features.assets.panel import AssetPanel, MachinePanel
from fielddesk.features.assets.queries import chain_above, machine
from fielddesk.features.assets.rules import warranty
from fielddesk.features.parts.actions import use_part
from fielddesk.features.people.panel import HistoryPanel
from fielddesk.features.people.rules import DISPATCHER
from fielddesk.features.workorders.actions import create_order
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.ui import theme
from tests.support.benches import Workplace, workplace
from tests.support.laptops import new_laptop, some_id
from tests.support.lives import ARM, HP250, PRESS, RC4, ROBOT, WRIST, live
from tests.support.region import CHEN, VAN, put

HARBOUR = some_id("Harbour Stamping")


@pytest.fixture
def laptop(laptop: Store) -> Store:
    live(laptop)
    return laptop


def page_of(desk: Workplace, asset_id: str = ROBOT) -> AssetsPage:
    page = desk.open("assets")
    assert isinstance(page, AssetsPage)
    desk.bench.show("asset", asset_id)
    desk.settle()
    return page


def part_of(laptop: Store, asset_id: str, parent_id: str | None) -> None:
    with laptop.read() as read:
        shown = {"parent_id": read.one(Asset, asset_id).parent_id}
    given_ = {"parent_id": parent_id} if parent_id else {"emptied": ["parent_id"]}
    laptop.do(call(edit_asset, based_on=shown, asset_id=asset_id, **given_))


def tree(laptop: Store, asset_id: str) -> list[tuple[str, int, bool]]:
    with laptop.read() as read:
        return [(line.asset.name, line.depth, line.again) for line in machine(read, asset_id)[0]]


# ---------------------------------------------------------------- the tree


def test_each_part_shows_the_whole_machine_from_its_top(laptop: Store) -> None:
    whole = [("Robot RC-4", 0, False), ("Arm", 1, False), ("Wrist", 2, False)]
    assert tree(laptop, ROBOT) == tree(laptop, WRIST) == whole


@pytest.mark.parametrize(("child", "parent"), [(ROBOT, ROBOT), (ROBOT, ARM), (ROBOT, WRIST), (ARM, WRIST)])
def test_a_machine_does_not_become_a_part_of_itself(laptop: Store, child: str, parent: str) -> None:
    with pytest.raises(RuleBroken, match="part_of_itself"):
        part_of(laptop, child, parent)


def test_a_ring_made_by_two_laptops_is_shown_and_not_followed_for_ever(desk: Workplace, laptop: Store) -> None:
    with laptop.read() as read:
        robot = read.one(Asset, ROBOT)
    put(laptop, [Asset.from_body(robot.body() | {"parent_id": WRIST}, 2)])
    assert [again for _, _, again in tree(laptop, ROBOT)].count(True) == 1
    panel = page_of(desk).tabs.choose("machine")
    desk.settle()
    assert isinstance(panel, MachinePanel)
    assert "which cannot be" in panel.ring.words()
    part_of(laptop, ROBOT, None)  # and it can be mended
    desk.settle()
    assert panel.ring.words() == ""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7) | st.none()), max_size=20), st.integers(0, 7))
def test_whatever_is_a_part_of_what_a_tree_ends_and_holds_each_once(
    tmp_path_factory: pytest.TempPathFactory, wires: list[tuple[int, int | None]], shown: int
) -> None:
    parents = dict(wires)
    store = new_laptop(tmp_path_factory.mktemp("ring") / "laptop")
    try:
        put(
            store,
            [
                Asset(id=some_id(f"n{n}"), customer_id=HARBOUR, serial=f"N{n}", name=f"N{n}", rev=1,
                      parent_id=None if parents.get(n) is None else some_id(f"n{parents[n]}"))
                for n in range(8)
            ],
        )  # fmt: skip
        with store.read() as read:
            lines, more = machine(read, some_id(f"n{shown}"))
            above = chain_above(read, read.one(Asset, some_id(f"n{shown}")))
    finally:
        store.close()
    first = [line.asset.id for line in lines if not line.again]
    assert len(first) == len(set(first)) <= 8
    assert some_id(f"n{shown}") in first
    assert len(above) < 8
    assert not more


def test_a_machine_of_very_many_parts_is_shown_in_part(laptop: Store) -> None:
    put(
        laptop,
        [Asset(id=some_id(f"p{n}"), customer_id=HARBOUR, serial=f"P{n}", name=f"P{n:03}", parent_id=PRESS, rev=1)
         for n in range(60)],
    )  # fmt: skip
    with laptop.read() as read:
        lines, more = machine(read, PRESS, most=20)
        assert (len(lines), more) == (20, True)


def test_a_line_of_the_tree_leads_to_its_record(desk: Workplace) -> None:
    page = page_of(desk)
    panel = page.tabs.choose("machine")
    desk.settle()
    assert isinstance(panel, MachinePanel)
    assert [panel.list.rows.row_at(n).indent for n in range(3)] == [0, 1, 2]
    panel.list.opened.emit(WRIST)
    desk.settle()
    assert page.pane.title.text() == "Wrist"


# ---------------------------------------------------------------- model, warranty, dates


def test_the_head_says_stage_and_warranty_and_what_ends_soon(desk: Workplace) -> None:
    page = page_of(desk)
    assert [chip.words() for chip in page.pane._shown_chips] == ["Decline", "Warranty ended on 31 Dec 2026"]
    assert page.pane.banner._fact.text() == "Last parts order on 31 Mar 2027, in 2 months"
    assert page.pane.banner._advice.text() == (
        "End of service on 20 Jun 2027, in 5 months. Its replacement is Robot cell RC-5 (RC-5)."
    )
    page_of(desk, PRESS)
    assert [chip.words() for chip in page.pane._shown_chips] == ["Maturity", "In warranty until 31 Dec 2029"]
    assert not page.pane.banner.isVisible()


@pytest.mark.parametrize(
    ("until", "state"), [(None, ""), ("2027-01-15", "in"), ("2027-01-14", "out"), ("2027-01-16", "in")]
)
def test_the_last_day_of_a_warranty_is_still_in_it(until: str | None, state: str) -> None:
    assert warranty(until, "2027-01-15") == state


def test_a_warranty_does_not_end_before_the_machine_was_installed(laptop: Store) -> None:
    with pytest.raises(RuleBroken, match="warranty_before_installed"):
        laptop.do(
            call(edit_asset, based_on={"installed_on": None}, asset_id=ROBOT, installed_on="2027-02-01")
        )  # fmt: skip


def test_the_model_is_picked_by_typing_and_taken_away_again(desk: Workplace, laptop: Store, qtbot: QtBot) -> None:
    page = page_of(desk)
    panel = page.tabs.panel("overview")
    assert isinstance(panel, AssetPanel)
    picker = panel.form.fields["model_id"]
    assert picker.text() == "Robot cell RC-4 (RC-4)"
    picker.editor.setFocus()
    picker.editor.selectAll()
    qtbot.keyClicks(picker.editor, "hp-2")
    qtbot.keyClick(picker.editor, Qt.Key.Key_Return)
    desk.settle()
    with laptop.read() as read:
        assert read.one(Asset, ROBOT).model_id == HP250
    assert desk.desk.toast.take_back()
    desk.settle()
    with laptop.read() as read:
        assert read.one(Asset, ROBOT).model_id == RC4
    assert picker.text() == "Robot cell RC-4 (RC-4)"
    picker.editor.clear()
    qtbot.keyClick(picker.editor, Qt.Key.Key_Tab)
    desk.settle()
    with laptop.read() as read:
        assert read.one(Asset, ROBOT).model_id is None


def test_a_day_is_emptied_and_undo_brings_it_back(desk: Workplace, laptop: Store) -> None:
    panel = page_of(desk).tabs.panel("overview")
    assert isinstance(panel, AssetPanel)
    until = panel.form.fields["warranty_until"]
    until.none.click()  # type: ignore[attr-defined]
    desk.settle()
    with laptop.read() as read:
        assert read.one(Asset, ROBOT).warranty_until is None
    assert desk.desk.toast.take_back()
    desk.settle()
    assert until.text() == "2026-12-31"


def test_a_site_of_the_customer_is_chosen_and_led_to(desk: Workplace) -> None:
    panel = page_of(desk).tabs.panel("overview")
    assert isinstance(panel, AssetPanel)
    panel.facts.pressed.emit("site")
    desk.settle()
    assert desk.desk.current_place() == "customers"
    assert desk.desk.page("customers").tabs.panel().title.text() == "Plant East, Dock Road 15, Hamburg"  # type: ignore[attr-defined]


@pytest.fixture
def office(qtbot: QtBot, dressed: theme.Theme, laptop: Store) -> Iterator[Workplace]:
    laptop.identity = laptop.identity.__class__(CHEN, DISPATCHER, laptop.identity.device, "A7")
    with workplace(qtbot, laptop) as place:
        yield place


def test_a_new_part_is_entered_with_model_site_parent_and_days(office: Workplace, laptop: Store) -> None:
    page = page_of(office)
    page.show_new()
    office.settle()
    form = page.new_pane
    form.customer.put_back(HARBOUR, form._offer_sites)
    office.settle()
    for key, value in (("serial", "GR-1"), ("name", "Gripper"), ("warranty_until", "2028-01-01")):
        form.form.fields[key].write(value)
    form.form.fields["parent_id"].put_back(WRIST)
    form.form.fields["model_id"].put_back(RC4)
    office.settle()
    form.form.fields["site_id"].write(some_id("hall"))
    form.make.click()
    office.settle()
    with laptop.read() as read:
        [made] = read.all(Asset, Asset.c.serial == "GR-1")
    assert (made.parent_id, made.model_id, made.site_id) == (WRIST, RC4, some_id("hall"))
    assert tree(laptop, made.id)[-1] == ("Gripper", 3, False)


# ---------------------------------------------------------------- history


def test_the_history_tells_orders_parts_and_changes_newest_first_and_leads_to_them(
    desk: Workplace, laptop: Store
) -> None:
    order_id = str(
        laptop.do(
            call(create_order, number="WO-77", kind="repair", title="Axis 3 is loud", customer_id=HARBOUR,
                 asset_id=ROBOT)
        ).results[0]
    )  # fmt: skip
    laptop.clock.pass_time(60)  # type: ignore[attr-defined]
    laptop.do(call(use_part, order_id=order_id, part_id=some_id("4S-118"), quantity=2_000_000, place_id=VAN))
    laptop.clock.pass_time(60)  # type: ignore[attr-defined]
    laptop.do(call(edit_asset, based_on={"remark": ""}, asset_id=ROBOT, remark="Quiet again"))
    panel = page_of(desk).tabs.choose("history")
    desk.settle()
    assert isinstance(panel, HistoryPanel)
    entries = panel.entries.entries()
    assert [entry.text for entry in entries[:3]] == [
        "Record changed", "2 sets × 4S-118 Seal kit: Fitted", "Work order WO-77: Axis 3 is loud"
    ]  # fmt: skip
    assert len(entries) == 6  # and the three orders it had before
    panel.entries.followed.emit(*(entries[2].leads_to or ("", "")))
    desk.settle()
    assert desk.desk.current_place() == "orders"


def test_create_asset_of_the_version_before_is_still_understood(laptop: Store) -> None:
    from fielddesk.store.actions import ACTIONS

    for kind in ("create_asset", "edit_asset"):
        action = ACTIONS[kind]
        args, shown = action.upcast(1, {"asset_id": ROBOT, "name": "x"}, {"name": "y"})
        assert (args, shown) == ({"asset_id": ROBOT, "name": "x"}, {"name": "y"})
    assert create_asset.__name__ in ACTIONS
