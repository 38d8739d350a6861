"""Stories with the record of a machine: saved field by field, drafts, changes from elsewhere, undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from fielddesk.core import canonical, i18n
from fielddesk.core.errors import StoreProblem
from fielddesk.features.assets.model import Asset
from fielddesk.features.assets.page import AssetsPage
from fielddesk.features.assets.panel import AssetPanel
from fielddesk.features.assets.queries import AssetFilter, asset_count, asset_page, asset_place
from fielddesk.features.people.panel import HistoryPanel
from fielddesk.features.people.rules import DISPATCHER
from fielddesk.store.database import Store
from fielddesk.store.outbox import Draft, OwnOperation
from fielddesk.ui import theme
from tests.support.benches import Workplace, workplace
from tests.support.laptops import some_id
from tests.support.look import IN_EACH_LANGUAGE, faults
from tests.support.region import CHEN, put
from tests.support.slow import slow_disk

ROBOT, PRESS = some_id("7SR-1033"), some_id("HP250-0042")


def record(desk: Workplace, asset_id: str = ROBOT) -> AssetPanel:
    page = desk.open("assets")
    assert isinstance(page, AssetsPage)
    desk.bench.show("asset", asset_id)
    desk.settle()
    panel = page.tabs.panel("overview")
    assert isinstance(panel, AssetPanel)
    return panel


def asset(store: Store, asset_id: str = ROBOT) -> Asset:
    with store.read() as read:
        return read.one(Asset, asset_id)


def drafts(store: Store) -> list[str]:
    with store.read() as read:
        return [str(canonical.loads(draft.text)) for draft in read.all(Draft)]


def words(widget: object) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())  # type: ignore[attr-defined]


def type_into(panel: AssetPanel, key: str, text: str, qtbot: QtBot, *, enter: bool = True) -> None:
    editor = panel.form.fields[key].editor
    editor.setFocus()
    editor.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(editor, text)
    if enter:
        qtbot.keyClick(editor, Qt.Key.Key_Return)


def test_a_row_is_a_name_then_serial_and_customer_and_copies_its_serial(desk: Workplace) -> None:
    page = desk.open("assets")
    assert isinstance(page, AssetsPage)
    desk.bench.show("asset", ROBOT)
    desk.settle()
    row = page.list.currentIndex().data(Qt.ItemDataRole.UserRole)
    assert row.told() == ["Robot RC-4", "7SR-1033 · Harbour Stamping", "RC-4"]
    page.menu(ROBOT)[-1].run()
    assert QGuiApplication.clipboard().text() == "7SR-1033"


def test_each_field_is_saved_by_itself_and_undo_brings_the_old_value_back(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    panel = record(desk)
    type_into(panel, "building", "Hall 3", qtbot)
    desk.settle()
    assert (asset(laptop).building, asset(laptop).position) == ("Hall 3", "B4")
    assert panel.said.text().startswith("Saved ")
    assert desk.desk.toast.words() == "Building saved"
    assert desk.desk.toast.take_back()
    desk.settle()
    assert asset(laptop).building == "Hall 2"
    assert panel.form.fields["building"].text() == "Hall 2"


def test_building_and_position_travel_together_as_the_form_showed_them(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    panel = record(desk)
    type_into(panel, "building", "Hall 3", qtbot)
    desk.settle()
    type_into(panel, "model", "RC-5", qtbot)
    desk.settle()
    with laptop.read() as read:
        bodies = [canonical.loads(own.body) for own in read.all(OwnOperation, order=[OwnOperation.c.place])]
    assert [(body["args"]["building"], body["args"]["model"], body["based_on"]) for body in bodies] == [
        ("Hall 3", None, {"building": "Hall 2", "position": "B4"}),
        (None, "RC-5", {"model": "RC-4"}),
    ]


def test_a_field_can_be_emptied_but_not_the_serial(desk: Workplace, laptop: Store, qtbot: QtBot) -> None:
    panel = record(desk)
    type_into(panel, "position", " ", qtbot)
    type_into(panel, "serial", " ", qtbot)
    desk.settle()
    assert asset(laptop).position == ""
    assert asset(laptop).serial == "7SR-1033"
    assert "This is needed." in words(panel)


def test_what_another_changed_while_i_type_is_told_and_mine_stays(desk: Workplace, laptop: Store, qtbot: QtBot) -> None:
    panel = record(desk)
    type_into(panel, "remark", "Door sticks", qtbot, enter=False)
    put(laptop, [Asset.from_body(asset(laptop).body() | {"remark": "Door mended"}, 2)])
    desk.settle()
    assert panel.form.fields["remark"].text() == "Door sticks"
    assert "Changed elsewhere to: Door mended" in words(panel)


def test_a_save_that_meets_anothers_change_is_refused_in_words(desk: Workplace, laptop: Store, qtbot: QtBot) -> None:
    panel = record(desk)
    kept, laptop._listeners = laptop._listeners, []  # the pull came in this very moment: the page has not heard of it
    put(laptop, [Asset.from_body(asset(laptop).body() | {"model": "RC-9"}, 2)])
    laptop._listeners = kept
    type_into(panel, "model", "RC-5", qtbot)
    desk.settle()
    assert asset(laptop).model == "RC-9"
    assert "Somebody else changed this in the meantime." in words(panel)
    assert panel.form.fields["model"].text() == "RC-5"  # what was typed is not lost


def test_a_draft_is_there_again_after_the_window_was_closed(dressed: theme.Theme, laptop: Store, qtbot: QtBot) -> None:
    with workplace(qtbot, laptop) as desk:
        panel = record(desk)
        editor = panel.form.fields["remark"].editor
        qtbot.keyClicks(editor, "Guard is loo")
        panel.form.flush_drafts()  # what the half second does
        desk.settle()
    with workplace(qtbot, laptop) as desk:
        panel = record(desk)
        assert panel.form.fields["remark"].text() == "Guard is loo"
        assert panel.said.text() == "Draft, not saved yet"
        assert asset(laptop).remark == ""
        assert panel.may_leave()
        desk.settle()
        assert asset(laptop).remark == "Guard is loo"
    with workplace(qtbot, laptop) as desk:
        assert record(desk).said.text() == ""  # the draft went with the save


def test_a_saved_field_leaves_no_draft_behind_when_the_program_is_killed_right_after(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    panel = record(desk)
    type_into(panel, "remark", "Guard is loose", qtbot, enter=False)
    panel.form.flush_drafts()
    desk.settle()
    assert drafts(laptop) == ["Guard is loose"]
    left: list[list[str]] = []
    laptop.point = lambda name: left.append(drafts(laptop)) if name == "after_commit" else None
    assert panel.may_leave()
    desk.settle()
    assert asset(laptop).remark == "Guard is loose"
    assert left == [[]]


def test_what_is_typed_into_a_field_while_it_is_saved_keeps_its_own_draft(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    panel = record(desk)
    with slow_disk(laptop) as disk:
        type_into(panel, "model", "RC-5", qtbot)
        type_into(panel, "model", "RC-55", qtbot, enter=False)
        panel.form.flush_drafts()
        disk.go_on()
        QApplication.processEvents()
    desk.settle()
    assert asset(laptop).model == "RC-5"
    assert drafts(laptop) == ["RC-55"]
    assert panel.form.fields["model"].text() == "RC-55"


def test_a_field_refused_late_does_not_write_over_what_was_typed_since(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    panel = record(desk)

    def full(name: str) -> None:
        if name == "before_journal":
            laptop.point = lambda _name: None
            raise StoreProblem("disk_full")

    laptop.point = full
    with slow_disk(laptop) as disk:
        type_into(panel, "model", "RC-5", qtbot)
        type_into(panel, "model", "RC-55", qtbot, enter=False)
        panel.form.flush_drafts()
        disk.go_on()
        QApplication.processEvents()
    desk.settle()
    assert drafts(laptop) == ["RC-55"]
    assert panel.form.fields["model"].text() == "RC-55"


def test_what_is_typed_for_one_machine_is_saved_there_when_another_is_chosen(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    panel = record(desk)
    type_into(panel, "remark", "Only the robot", qtbot, enter=False)
    record(desk, PRESS)
    assert (asset(laptop).remark, asset(laptop, PRESS).remark) == ("Only the robot", "")


def test_the_history_shows_old_and_new(desk: Workplace, qtbot: QtBot) -> None:
    panel = record(desk)
    type_into(panel, "building", "Hall 3", qtbot)
    desk.settle()
    history = desk.desk.page("assets").tabs.choose("history")  # type: ignore[attr-defined]
    desk.settle()
    assert isinstance(history, HistoryPanel)
    entry = history.entries.entries()[0]
    assert (entry.text, entry.details) == ("Record changed", ("Building: Hall 2 → Hall 3",))
    assert entry.second == "Anna Berg, 09:00"
    assert entry.mark == ("not sent yet", "idle")


def test_a_machine_shows_its_orders_and_leads_to_them(desk: Workplace) -> None:
    record(desk)
    page = desk.desk.page("assets")
    panel = page.tabs.choose("orders")  # type: ignore[attr-defined]
    desk.settle()
    rows = panel.list.rows
    assert rows.row_at(1).title == "Robot cell stops"
    panel.list.opened.emit(rows.row_at(1).id)
    desk.settle()
    assert desk.desk.current_place() == "orders"
    assert desk.desk.page("orders").pane.title.text() == "Robot cell stops"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("7sr", {"Robot RC-4", "机器人 RC-4"}),
        ("press hp", {"Press HP-160 #1", "Press HP-250 #2"}),
        ("lindqvist", {"Press HP-160 #1"}),
    ],
)
def test_machines_are_found_by_serial_name_and_customer(laptop: Store, text: str, names: set[str]) -> None:
    wanted = AssetFilter(text)
    with laptop.read() as read:
        rows = asset_page(read, wanted, 0, 10)
        assert {row.name for row in rows} == names
        assert asset_count(read, wanted) == len(names)
        assert [asset_place(read, wanted, row.id) for row in rows] == list(range(len(rows)))
        assert asset_place(read, wanted, some_id("KD-881")) is None


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
@pytest.mark.parametrize(("scheme", "size"), [("light", 100), ("dark", 150)])
def test_every_tab_is_named_whole_and_large_enough_in_each_language(
    desk: Workplace, dressed: theme.Theme, qapp: QApplication, language: str, scheme: str, size: int
) -> None:
    i18n.set_language(language)
    dressed.choose(scheme, size)
    desk.desk.resize(1280 * size // 100, 640 * size // 100)
    record(desk)
    found = []
    for key in ("overview", "orders", "history"):
        desk.desk.page("assets").tabs.choose(key)  # type: ignore[attr-defined]
        desk.settle()
        found += [f"{key}: {fault}" for fault in faults(desk.desk)]
    assert found == []


def test_the_office_enters_an_asset_of_a_customer_and_finds_what_it_typed_before(
    dressed: theme.Theme, laptop: Store, qtbot: QtBot
) -> None:
    laptop.identity = laptop.identity.__class__(CHEN, DISPATCHER, laptop.identity.device, "A7")
    with workplace(qtbot, laptop) as desk:
        page = desk.open("assets")
        assert isinstance(page, AssetsPage)
        page.new.click()
        desk.settle()
        form = page.new_pane
        qtbot.keyClicks(form.customer.editor, "northf")
        qtbot.keyClick(form.customer.editor, Qt.Key.Key_Return)
        desk.settle()
        qtbot.keyClicks(form.form.fields["serial"].editor, "KD-9")
        assert page.may_leave()
    with workplace(qtbot, laptop) as desk:
        page = desk.open("assets")
        assert isinstance(page, AssetsPage)
        offer = next(each for each in desk.offers.commands if each.key == "asset.new")
        offer.run(desk.bench)
        desk.settle()
        form = page.new_pane
        assert (form.customer.text(), form.form.fields["serial"].text()) == ("Northfield Castings", "KD-9")
        form.make.click()
        assert "This is needed." in words(form)
        qtbot.keyClicks(form.form.fields["name"].editor, "Kiln drive 9")
        form.make.click()
        desk.settle()
        assert page.pane.title.text() == "Kiln drive 9"
        with laptop.read() as read:
            (made,) = read.all(Asset, Asset.c.serial == "KD-9")
        assert made.customer_id == some_id("Northfield Castings")
    assert drafts(laptop) == []


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
def test_the_form_of_a_new_asset_is_whole_in_each_language(
    dressed: theme.Theme, laptop: Store, qtbot: QtBot, language: str
) -> None:
    i18n.set_language(language)
    laptop.identity = laptop.identity.__class__(CHEN, DISPATCHER, laptop.identity.device, "A7")
    with workplace(qtbot, laptop) as desk:
        desk.desk.resize(1280, 640)
        page = desk.open("assets")
        assert isinstance(page, AssetsPage)
        page.show_new()
        desk.settle()
        page.new_pane.make.click()
        desk.settle()
        assert faults(desk.desk) == []


def test_a_name_with_an_override_is_told_beside_its_field_and_not_changed_by_looking(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    name = "Robot \u202e4-CR"
    with laptop.read() as read:
        put(laptop, [Asset.from_body(read.one(Asset, ROBOT).body() | {"name": name}, 2)])
    panel = record(desk)
    assert panel.form.fields["name"].text() == name
    assert "There are invisible characters in it: Robot \ufffd4-CR" in words(panel)
    assert panel.may_leave()
    desk.settle()
    assert asset(laptop).name == name
    type_into(panel, "name", "Robot RC-4", qtbot)
    desk.settle()
    assert "invisible" not in words(panel)
    assert asset(laptop).name == "Robot RC-4"
