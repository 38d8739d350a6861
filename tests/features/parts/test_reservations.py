"""Stories of parts kept for an order: reserved, fitted in one press, let go, short on the van."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from fielddesk.features.parts.actions import release_part, reserve_part, use_part
from fielddesk.features.parts.panel import PartsUsed
from fielddesk.features.parts.queries import fitted, part_page, parts_count, reserved, stock
from fielddesk.features.people.rules import ENGINEER
from fielddesk.features.workorders.actions import set_order_status
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.store.outbox import Draft
from fielddesk.ui import theme
from tests.support.benches import Workplace, workplace
from tests.support.laptops import some_id
from tests.support.look import faults
from tests.support.region import ANNA, DEPOT, MILLION, VAN

ORDER, OTHER = some_id("WO-A7-2026-1051"), some_id("WO-A7-2026-1038")
GREASE, SEAL, CURTAIN = some_id("GR-0400"), some_id("4S-118"), some_id("LC-24")


def keep(store: Store, part: str, quantity: int, order: str = ORDER, place: str | None = VAN) -> None:
    store.do(call(reserve_part, order_id=order, part_id=part, quantity=quantity * MILLION, place_id=place))


def kept(store: Store, order: str = ORDER) -> list[tuple[str, int, int]]:
    """Number, how many are kept, how many are short, each in whole pieces."""
    with store.read() as read:
        rows = reserved(read, order, ANNA, ENGINEER)
        return [(row.number, row.quantity // MILLION, row.short // MILLION) for row in rows]


def panel_of(desk: Workplace) -> PartsUsed:
    desk.open("orders")
    desk.bench.show("work_order", ORDER)
    desk.settle()
    panel = desk.desk.page("orders").tabs.choose("parts")
    assert isinstance(panel, PartsUsed)
    desk.settle()
    return panel


def words(page: object) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())  # type: ignore[attr-defined]


def test_what_is_kept_is_fitted_in_one_press_and_undo_keeps_it_again(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    keep(laptop, GREASE, 2)
    panel = panel_of(desk)
    [row] = panel.kept.rows()
    assert "GR-0400 · 2 reserved · Van 12: 6" in words(panel)
    row.button.setFocus()
    qtbot.keyClick(row.button, Qt.Key.Key_Space)
    desk.settle()
    assert kept(laptop) == []
    with laptop.read() as read:
        assert [(line.number, line.quantity) for line in fitted(read, ORDER)] == [("GR-0400", 2 * MILLION)]
    assert panel.kept.isHidden()
    assert desk.desk.toast.take_back()
    desk.settle()
    assert kept(laptop) == [("GR-0400", 2, 0)]
    with laptop.read() as read:
        assert fitted(read, ORDER) == []
        assert parts_count(read, ORDER) == 1


def test_fewer_than_were_kept_are_fitted_with_enter_in_the_number(desk: Workplace, laptop: Store, qtbot: QtBot) -> None:
    keep(laptop, GREASE, 3)
    [row] = panel_of(desk).kept.rows()
    row.quantity.focus_all()
    qtbot.keyClicks(row.quantity.editor, "1")
    qtbot.keyClick(row.quantity.editor, Qt.Key.Key_Return)
    desk.settle()
    assert kept(laptop) == [("GR-0400", 2, 0)]


def test_scanning_a_part_that_was_kept_ends_its_reservation(desk: Workplace, laptop: Store, qtbot: QtBot) -> None:
    keep(laptop, GREASE, 1)
    panel = panel_of(desk)
    qtbot.keyClicks(panel.adding.part.editor, "GR-0400")
    qtbot.keyClick(panel.adding.part.editor, Qt.Key.Key_Return)
    desk.settle()
    qtbot.keyClick(panel.adding.quantity.editor, Qt.Key.Key_Return)
    desk.settle()
    assert kept(laptop) == []


def test_a_part_is_reserved_from_the_line_that_adds_and_let_go_with_delete(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    panel = panel_of(desk)
    qtbot.keyClicks(panel.adding.part.editor, "4S-118")
    qtbot.keyClick(panel.adding.part.editor, Qt.Key.Key_Return)
    desk.settle()
    panel.adding.quantity.write("3")
    panel.adding.reserve.click()
    desk.settle()
    assert kept(laptop) == [("4S-118", 3, 2)]
    assert "2 sets short on your van" in words(panel)
    panel.open.setChecked(False)
    desk.settle()
    assert faults(desk.desk) == []
    [row] = panel.kept.rows()
    row.button.setFocus()
    qtbot.keyClick(row.button, Qt.Key.Key_Delete)
    desk.settle()
    assert kept(laptop) == []
    assert desk.desk.toast.take_back()
    desk.settle()
    assert kept(laptop) == [("4S-118", 3, 2)]


def test_what_is_wanted_from_wherever_is_taken_from_ones_own_van(desk: Workplace, laptop: Store) -> None:
    keep(laptop, CURTAIN, 1, place=None)
    panel = panel_of(desk)
    assert "wanted from wherever; 0 with you" in words(panel)
    assert "1 short on your van" in words(panel)
    [row] = panel.kept.rows()
    row.button.click()
    desk.settle()
    with laptop.read() as read:
        assert [line.place_id for line in fitted(read, ORDER)] == [VAN]


def test_stock_is_what_others_have_not_kept_until_their_order_ends(laptop: Store) -> None:
    def free(order: str = "") -> int:
        with laptop.read() as read:
            return next(one.free for one in stock(read, GREASE, ANNA, ENGINEER) if one.place_id == VAN) // MILLION

    def near() -> int | None:
        with laptop.read() as read:
            return next(row.near for row in part_page(read, "GR-0400", ANNA, ENGINEER, 0, 5))

    keep(laptop, GREASE, 4, OTHER)
    assert (free(), near()) == (2, 2 * MILLION)
    keep(laptop, GREASE, 9, OTHER)
    assert free() == 0  # more is kept than lies there: none is free, and none is below zero
    keep(laptop, GREASE, 1)
    assert kept(laptop) == [("GR-0400", 1, 1)]
    laptop.do(
        call(set_order_status, based_on={"status": "assigned", "status_reason": ""}, order_id=OTHER,
             status="cancelled", reason="sold")
    )  # fmt: skip
    assert free() == 5
    assert kept(laptop) == [("GR-0400", 1, 0)]


def test_let_go_twice_is_shown_as_none_and_never_as_less(laptop: Store) -> None:
    keep(laptop, GREASE, 1, place=DEPOT)
    for _twice in range(2):
        laptop.do(call(release_part, order_id=ORDER, part_id=GREASE, quantity=MILLION, place_id=DEPOT))
    assert kept(laptop) == []
    with laptop.read() as read:
        assert all(one.reserved == 0 for one in stock(read, GREASE, ANNA, ENGINEER))
    laptop.do(call(use_part, order_id=ORDER, part_id=GREASE, quantity=MILLION, place_id=VAN))


def test_a_part_half_added_is_there_again_in_the_next_window(dressed: theme.Theme, laptop: Store, qtbot: QtBot) -> None:
    with workplace(qtbot, laptop) as desk:
        panel = panel_of(desk)
        qtbot.keyClicks(panel.adding.part.editor, "GR-0400")
        qtbot.keyClick(panel.adding.part.editor, Qt.Key.Key_Return)
        desk.settle()
        panel.adding.quantity.editor.setText("4")
        panel.may_leave()
        desk.settle()
    with workplace(qtbot, laptop) as desk:
        desk.open("orders")
        desk.bench.show("work_order", ORDER)
        desk.settle()
        desk.desk.page("orders").tabs.tabs.choose("parts")
        desk.settle()
        panel = desk.desk.page("orders").tabs.panel()
        assert isinstance(panel, PartsUsed)
        assert panel.open.isChecked()
        assert (panel.adding.part.text(), panel.adding.quantity.text()) == ("GR-0400", "4")
        panel.focus()
        qtbot.keyClick(panel.adding.part.editor, Qt.Key.Key_Return)
        desk.settle()
        panel.adding.add.click()
        desk.settle()
        with laptop.read() as read:
            assert [line.quantity for line in fitted(read, ORDER)] == [4 * MILLION]
            assert read.all(Draft) == []
