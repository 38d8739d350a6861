"""Stories of a running inspection: real widgets over a real store, mostly by keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from fielddesk.core import i18n
from fielddesk.core.clock import FixedClock
from fielddesk.features.inspections.model import Answer, Inspection
from fielddesk.features.inspections.page import InspectionsPage
from fielddesk.features.inspections.panel import Running
from fielddesk.features.inspections.panel.item_card import ItemCard
from fielddesk.features.parts.model import Reservation
from fielddesk.features.workorders.model import Note, OrderLink, WorkOrder
from fielddesk.store.database import Store
from fielddesk.store.outbox import Draft
from fielddesk.ui import theme
from tests.support.benches import Workplace, workplace
from tests.support.laptops import some_id
from tests.support.look import IN_EACH_LANGUAGE, faults
from tests.support.machine import INSPECTION, ITEMS, ORDER, fill_press, named
from tests.support.region import BENNO, VAN

Keys = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


class Person:
    """Who works through the inspection by keyboard."""

    def __init__(self, desk: Workplace, qtbot: QtBot) -> None:
        self.desk, self._qtbot = desk, qtbot
        page = desk.open("inspections")
        assert isinstance(page, InspectionsPage)
        self.page = page
        page.run(INSPECTION)
        desk.settle()

    @property
    def run(self) -> Running:
        return self.page.running

    @property
    def card(self) -> ItemCard:
        card = self.run.card
        assert card is not None
        return card

    @property
    def at(self) -> str:
        return self.card.item.key

    def press(self, *keys: Qt.Key, by: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        for key in keys:
            held = QApplication.focusWidget()
            assert held is not None, "nothing has the keyboard"
            self._qtbot.keyClick(held, key, by)
            self.desk.settle()

    def type(self, text: str) -> None:
        self._qtbot.keyClicks(QApplication.focusWidget(), text)

    def to_the_pressure(self) -> None:
        for key in (Keys.Key_D, Keys.Key_P, Keys.Key_P):
            self.press(key, Keys.Key_Return)
        assert self.at == "pressure"


@pytest.fixture
def anna(desk: Workplace, qtbot: QtBot) -> Person:
    return Person(desk, qtbot)


def answers(store: Store) -> dict[str, Answer]:
    with store.read() as read:
        rows = read.all(Answer, Answer.c.inspection_id == INSPECTION, order=[Answer.c.at])
    return {row.item: row for row in rows}


def drafts(store: Store) -> dict[tuple[str, str], str]:
    with store.read() as read:
        return {(row.name, row.about_id): row.text for row in read.all(Draft)}


def words(widget: object) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())  # type: ignore[attr-defined]


def rows(run: Running) -> list[str]:
    found = run.list.rows
    return [", ".join(found.row_at(place).told()) for place in range(found.rowCount())]


def test_an_inspection_is_done_by_keyboard_alone_and_leads_to_its_order(anna: Person, press: Store) -> None:
    assert anna.at == "guard"
    anna.to_the_pressure()
    anna.type("97,9")  # a comma is a decimal sign too
    anna.press(Keys.Key_Return)
    assert anna.at == "valve"
    anna.press(Keys.Key_P, Keys.Key_Return)
    anna.type("2026-05-01")
    anna.press(Keys.Key_Return)
    assert anna.at == "remark"
    anna.type("Runs well.")
    anna.press(Keys.Key_Return)  # a line further, as in every long text
    anna.type("No noise.")
    anna.press(Keys.Key_Return, by=CONTROL)
    given = answers(press)
    assert given["pressure"].number == 97_900_000
    assert (given["pressure"].verdict, given["pressure"].questioned) == ("passed", "none")
    assert given["oil"].day == "2026-05-01"
    assert given["remark"].text == "Runs well.\nNo noise."
    anna.run.complete.click()  # the photo may be left out
    anna.desk.settle()
    with press.read() as read:
        inspection = read.one(Inspection, INSPECTION)
    assert (inspection.completed_on, inspection.result) == ("2026-11-18", "passed")
    assert anna.desk.desk.current_place() == "orders"
    assert not anna.desk.desk.navigation.is_rail()
    assert anna.desk.desk.toast.take_back()
    anna.desk.settle()
    with press.read() as read:
        assert read.one(Inspection, INSPECTION).completed_at is None


def test_an_order_whose_work_has_not_begun_asks_for_safety_first(anna: Person) -> None:
    assert "Safety before work has not been answered yet" in words(anna.run.pane.banner)
    anna.run.pane.banner.findChildren(type(anna.run.next))[0].click()
    anna.desk.settle()
    assert anna.desk.desk.current_place() == "orders"


def test_the_places_make_room_while_an_inspection_runs(anna: Person) -> None:
    assert anna.desk.desk.navigation.is_rail()
    anna.run.head.findChildren(type(anna.run.next))[0].click()
    anna.desk.settle()
    assert not anna.desk.desk.navigation.is_rail()
    assert anna.page.visit.start.words() == "Continue"


def test_a_value_off_its_trend_is_questioned_and_one_key_keeps_it(anna: Person, press: Store) -> None:
    anna.to_the_pressure()
    anna.type("93.2")
    anna.press(Keys.Key_Return)
    assert anna.at == "pressure"
    said = words(anna.card.banner).replace("\N{NO-BREAK SPACE}", " ")
    assert "Off its trend: 4.4 bar below the last quarter" in said
    assert "pressure" not in answers(press)
    assert "Within limits 92 to 108" in words(anna.card)
    assert any("Questioned" in row or "Now" in row for row in rows(anna.run))
    anna.card.why.editor.setFocus()
    anna.type("Gauge checked twice")
    anna.card.answer.focus()
    anna.press(Keys.Key_K)
    kept = answers(press)["pressure"]
    assert (kept.number, kept.verdict, kept.questioned) == (93_200_000, "passed", "trend")
    assert kept.kept_because == "Gauge checked twice"
    assert anna.card.banner.isHidden()
    assert [key for key in drafts(press) if key[1].startswith(INSPECTION)] == []
    anna.press(Keys.Key_Return)
    assert anna.at == "valve"


def test_the_language_changes_under_a_questioned_value_and_nothing_is_lost(anna: Person) -> None:
    anna.to_the_pressure()
    anna.type("93.2")
    anna.press(Keys.Key_Return)
    i18n.set_language("zh_CN")
    anna.desk.settle()
    assert anna.card.answer.field is not None
    assert anna.card.answer.field.text() == "93.2"
    assert "偏离趋势" in words(anna.card.banner)
    assert "偏离趋势" in anna.card.banner.accessibleName()
    assert anna.card.trend is not None
    assert ", " not in anna.card.trend.accessibleDescription()
    anna.press(Keys.Key_K)
    assert anna.card.banner.isHidden()


def test_measured_again_a_value_is_as_if_never_typed(anna: Person, press: Store) -> None:
    anna.to_the_pressure()
    anna.type("120")
    anna.press(Keys.Key_Return)
    assert "Outside its limits: 12\N{NO-BREAK SPACE}bar too high" in words(anna.card.banner)
    assert "Above the limit of 108" in words(anna.card)
    anna.card.measure_again()
    anna.desk.settle()
    assert anna.card.answer.field is not None
    assert anna.card.answer.field.text() == ""
    assert ("pressure", INSPECTION) not in drafts(press)
    anna.type("98")
    anna.press(Keys.Key_Return)
    assert answers(press)["pressure"].number == 98_000_000
    assert anna.at == "valve"


def test_a_value_kept_outside_its_limits_fails_the_item(anna: Person, press: Store) -> None:
    anna.to_the_pressure()
    anna.type("91")
    anna.press(Keys.Key_Return, Keys.Key_K)
    kept = answers(press)["pressure"]
    assert (kept.verdict, kept.questioned, kept.kept_because) == ("failed", "limits", "")
    assert anna.run.failed.isVisible()


def test_what_is_no_number_stays_with_a_sentence_under_it(anna: Person, press: Store) -> None:
    anna.to_the_pressure()
    anna.type("9x3")
    anna.press(Keys.Key_Return)
    assert anna.at == "pressure"
    assert "This is not a number." in words(anna.card)
    assert "pressure" not in answers(press)


def test_a_questioned_value_waits_as_a_draft_while_one_looks_elsewhere(anna: Person, press: Store) -> None:
    anna.to_the_pressure()
    anna.type("93.2")
    anna.press(Keys.Key_Return)
    anna.press(Keys.Key_Up, by=CONTROL)
    assert anna.at == "seal"
    assert "Accumulator pressure, Questioned" in "\n".join(rows(anna.run))
    assert drafts(press)[("pressure", INSPECTION)] == '"93.2"'
    anna.press(Keys.Key_Down, by=CONTROL)
    assert anna.at == "pressure"
    assert anna.card.banner.isVisible()
    anna.run.next.click()
    assert anna.at == "pressure"  # first it is decided
    held = QApplication.focusWidget()
    assert held is not None
    assert held.accessibleName() == "Keep (K)"
    anna.press(Keys.Key_Return)
    assert answers(press)["pressure"].number == 93_200_000


def test_an_item_appears_by_an_earlier_answer_and_goes_again(anna: Person, press: Store) -> None:
    anna.press(Keys.Key_D, Keys.Key_Return, Keys.Key_P, Keys.Key_Return, Keys.Key_F)
    assert "4  Where does it leak?" in rows(anna.run)
    assert anna.run.head.progress.text() == "3 of 9 done"
    assert anna.run.head.failed.text() == "1 failed"
    anna.press(Keys.Key_P)
    assert "4  Where does it leak?" not in rows(anna.run)
    assert anna.run.head.progress.text() == "3 of 8 done"
    assert "Before: Failed (Anna Berg" in words(anna.card.earlier)
    anna.run._bench.undo.take_last()
    anna.desk.settle()
    assert answers(press)["seal"].verdict == "failed"
    assert anna.card.answer.marks is not None
    assert anna.card.answer.marks.chosen() == "failed"


def test_a_failed_item_makes_its_order_with_the_parts_in_one_step(anna: Person, press: Store) -> None:
    anna.press(Keys.Key_D, Keys.Key_Return, Keys.Key_P, Keys.Key_Return, Keys.Key_F)
    anna.card.show_note()
    anna.type("Oil runs along the rod.")
    assert "1 on the van" in words(anna.run.failed)
    anna.press(Keys.Key_R, by=CONTROL)
    with press.read() as read:
        [link] = read.all(OrderLink, OrderLink.c.order_id == ORDER)
        made = read.one(WorkOrder, link.other_id)
        [reserved] = read.all(Reservation, Reservation.c.order_id == made.id)
    assert (link.kind, link.item) == ("follow_up", "seal")
    assert (made.kind, made.status, made.asset_id) == ("repair", "assigned", some_id("HP250-0042"))
    assert (reserved.part_id, reserved.quantity, reserved.place_id) == (some_id("4S-118"), 1_000_000, VAN)
    assert anna.run.failed.link.isVisible()
    assert made.number in anna.run.failed.link.words()
    assert not anna.run.failed.make.isVisible()
    assert anna.desk.desk.toast.take_back()
    anna.desk.settle()
    with press.read() as read:
        assert read.one(WorkOrder, made.id).status == "cancelled"
        assert sum(row.quantity for row in read.all(Reservation, Reservation.c.order_id == made.id)) == 0
    assert anna.run.failed.make.isVisible()


def test_a_note_goes_with_the_answer_and_a_later_one_is_a_newer_answer(anna: Person, press: Store) -> None:
    anna.card.show_note()
    anna.type("Hinge is loose")
    anna.card.answer.focus()
    assert "guard" not in answers(press)
    anna.press(Keys.Key_D)
    assert answers(press)["guard"].text == "Hinge is loose"
    anna.card.show_note()
    anna.type(", tightened")
    anna.press(Keys.Key_Return, by=CONTROL)
    assert answers(press)["guard"].text == "Hinge is loose, tightened"


def test_what_cannot_be_done_needs_its_reason(anna: Person, press: Store) -> None:
    anna.to_the_pressure()
    anna.card.cannot.click()
    anna.desk.settle()
    assert "pressure" not in answers(press)
    anna.type("Gauge broken")
    anna.press(Keys.Key_Return, by=CONTROL)
    given = answers(press)["pressure"]
    assert (given.verdict, given.text, given.number) == ("not_applicable", "Gauge broken", None)


def test_what_is_missing_is_named_and_one_press_away(anna: Person, press: Store) -> None:
    anna.press(Keys.Key_D)
    anna.run.try_to_complete()
    anna.desk.settle()
    said = words(anna.run.pane.banner)
    assert "Still without answer: 2 Pump noise, 3 Rod seal, main cylinder, 5 Accumulator pressure, 6 Press" in said
    assert anna.at == "noise"
    with press.read() as read:
        assert read.one(Inspection, INSPECTION).completed_at is None


def test_a_started_inspection_goes_on_where_it_was_after_a_restart(
    dressed: theme.Theme, press: Store, qtbot: QtBot
) -> None:
    with workplace(qtbot, press) as desk:
        desk.desk.activateWindow()
        qtbot.waitUntil(desk.desk.isActiveWindow)
        anna = Person(desk, qtbot)
        anna.to_the_pressure()
        anna.type("97.")
        qtbot.waitUntil(lambda: drafts(press).get(("pressure", INSPECTION)) == '"97."', timeout=700)
    with workplace(qtbot, press) as desk:
        place = desk.offers.place_of("inspection")
        assert place is not None
        assert place.resumes is not None
        with press.read() as read:
            found = place.resumes(read, desk.bench.me)
        assert found is not None
        desk.bench.show(*found)
        desk.settle()
        page = desk.desk.page("inspections")
        assert isinstance(page, InspectionsPage)
        card = page.running.card
        assert card is not None
        assert (card.item.key, card.answer.field.text()) == ("pressure", "97.")  # type: ignore[union-attr]
        assert page.running.saved.text() == "Draft, not saved yet"
        page.running.leave()
        desk.settle()
        with press.read() as read:
            assert place.resumes(read, desk.bench.me) is None


def test_a_colleague_goes_on_at_the_same_item(dressed: theme.Theme, press: Store, qtbot: QtBot) -> None:
    with workplace(qtbot, press) as desk:
        desk.desk.activateWindow()
        qtbot.waitUntil(desk.desk.isActiveWindow)
        anna = Person(desk, qtbot)
        anna.to_the_pressure()
        anna.run.leave()
        desk.settle()
        visit = anna.page.visit
        visit.hand.click()
        visit._colleague.write(BENNO)
        visit.hand_asking.form.fields["text"].write("Gauge M3 is behind the cover.")
        visit.hand_asking.go.click()
        desk.settle()
        assert desk.desk.toast.words() == "Handed over to Benno Okafor"
        assert not visit.hand.isVisible()
    with press.read() as read:
        assert read.one(WorkOrder, ORDER).assignee_id == BENNO
        [note] = read.all(Note, Note.c.order_id == ORDER)
    assert note.text == "Gauge M3 is behind the cover."
    with workplace(qtbot, press, user=BENNO) as desk:
        assert Person(desk, qtbot).at == "pressure"


def test_a_completed_inspection_is_looked_at_and_opened_again_to_change_it(anna: Person, press: Store) -> None:
    anna.to_the_pressure()
    anna.type("97.9")
    anna.press(Keys.Key_Return, Keys.Key_P)
    anna.run.complete.click()
    anna.desk.settle()
    anna.page.show_subject("inspection", "run:" + INSPECTION)
    anna.desk.settle()
    assert not anna.card.answer.isEnabled()
    assert anna.run.complete.words() == "Open again"
    anna.run.complete.click()
    anna.desk.settle()
    assert anna.card.answer.isEnabled()
    with press.read() as read:
        assert read.one(Inspection, INSPECTION).completed_at is None


def test_an_answer_is_taken_back_also_after_one_has_left(anna: Person, press: Store) -> None:
    anna.press(Keys.Key_D)
    anna.run.leave()
    anna.desk.settle()
    assert anna.desk.bench.undo.take_last()
    anna.desk.settle()
    assert answers(press)["guard"].verdict == "none"


def test_a_clock_that_was_set_back_loses_neither_a_correction_nor_the_trend(anna: Person, press: Store) -> None:
    anna.to_the_pressure()
    anna.type("97.9")
    anna.press(Keys.Key_Return)
    clock = press.clock
    assert isinstance(clock, FixedClock)
    clock.at = 1_000_000
    marked = next(key for key, row in answers(press).items() if row.verdict == "passed" and key != "guard")
    anna.run.show_item(marked)
    for key in (Keys.Key_F, Keys.Key_P, Keys.Key_F):
        anna.press(key)
    anna.desk.settle()
    assert anna.run.stands.answers()[marked].verdict == "failed"
    assert anna.desk.bench.undo.take_last()
    anna.desk.settle()
    assert anna.run.stands.answers()[marked].verdict == "passed"
    anna.run.show_item("pressure")
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    anna.type("93.2")
    anna.press(Keys.Key_Return)
    assert anna.run.card is not None
    assert anna.run.card.question is not None


def test_an_answer_from_elsewhere_never_overwrites_what_is_typed(anna: Person, press: Store) -> None:
    anna.to_the_pressure()
    anna.type("97")
    anna.run.reload()
    anna.desk.settle()
    assert anna.card.answer.field is not None
    assert anna.card.answer.field.text() == "97"


def test_the_earlier_readings_stand_there_before_anything_is_typed(anna: Person) -> None:
    anna.to_the_pressure()
    trend = anna.card.trend
    assert trend is not None
    told = trend.accessibleDescription().replace("\N{NO-BREAK SPACE}", " ")
    assert told == "Q4: 98.4 bar, Q1: 97.9 bar, Q2: 98.1 bar, Q3: 97.6 bar, min 92 bar, max 108 bar"
    assert trend.accessibleName() == "Last four quarters"


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
@pytest.mark.parametrize(
    ("size", "width", "height"),
    [(100, 1366, 768), pytest.param(150, 1920, 960, marks=pytest.mark.slow), (100, 1000, 600)],
)
def test_a_running_inspection_is_whole_in_every_window(
    anna: Person, dressed: theme.Theme, language: str, size: int, width: int, height: int
) -> None:
    i18n.set_language(language)
    dressed.choose("light", size)
    anna.desk.desk.resize(width, height)
    found = []
    for key in ("guard", "noise", "seal", "pressure", "oil", "remark", "plate"):
        anna.run.show_item(key)
        if key == "pressure":
            anna.card.answer.field.write("93.2")  # type: ignore[union-attr]
            anna.card.commit()
        anna.desk.settle()
        found += [f"{key}: {fault}" for fault in faults(anna.desk.desk)]
    assert not found, "\n".join(found)


def test_a_checklist_of_two_hundred_items_with_hostile_names_is_worked_through(
    dressed: theme.Theme, laptop: Store, qtbot: QtBot
) -> None:
    many = [
        {"key": f"i{n}", "kind": "pass_fail", "names": named(f"<b>Item</b> & {'long ' * 40}{n}", f"项{n}", f"項{n}")}
        for n in range(200)
    ]
    fill_press(laptop, items=[*many, *ITEMS])
    with workplace(qtbot, laptop) as desk:
        page = desk.open("inspections")
        assert isinstance(page, InspectionsPage)
        page.run(INSPECTION)
        desk.settle()
        assert page.running.list.rows.rowCount() == 200 + 10
        assert faults(desk.desk) == []
        assert "<b>Item</b>" in page.running.card.title.text()  # type: ignore[union-attr]


def test_what_the_next_item_complains_of_stays_while_the_last_answer_reaches_the_disk(anna: Person) -> None:
    anna.to_the_pressure()
    before = anna.card
    anna.run.show_item("oil")
    anna.desk.settle()
    field = anna.card.answer.field
    assert field is not None
    anna.type("31 February")
    assert not field.commit()
    complaint = field.editor.accessibleDescription()
    anna.run.stands.saving += 1
    anna.run._stored(before)
    anna.desk.settle()
    assert field.editor.accessibleDescription() == complaint
    assert not field._trouble.isHidden()
