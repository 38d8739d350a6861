"""Stories with half-written text: whatever ends the program, a saved text is there once, and no typed one is lost."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fielddesk.core import canonical
from fielddesk.core.errors import StoreProblem
from fielddesk.features.workorders.model import Note, WorkOrder
from fielddesk.features.workorders.page import OrdersPage
from fielddesk.features.workorders.panel import NotesPanel
from fielddesk.store.database import Store
from fielddesk.store.outbox import Draft
from tests.support.benches import Workplace
from tests.support.laptops import some_id
from tests.support.slow import slow_disk

ORDER, OTHER = some_id("WO-A7-2026-1051"), some_id("WO-A7-2026-1038")


def page_of(desk: Workplace) -> OrdersPage:
    page = desk.open("orders")
    assert isinstance(page, OrdersPage)
    return page


def notes_of(desk: Workplace) -> NotesPanel:
    page = page_of(desk)
    desk.bench.show("work_order", ORDER)
    desk.settle()
    panel = page.tabs.choose("notes")
    assert isinstance(panel, NotesPanel)
    desk.settle()
    return panel


def drafts(store: Store) -> dict[tuple[str, str], str]:
    with store.read() as read:
        return {(row.name, row.about_id): str(canonical.loads(row.text)) for row in read.all(Draft)}


def texts(store: Store, order_id: str = ORDER) -> list[str]:
    with store.read() as read:
        return [note.text for note in read.all(Note, Note.c.order_id == order_id)]


def looks_after_commit(store: Store) -> list[dict[tuple[str, str], str]]:
    """The drafts as each process killed right after a commit of an action would have left them."""
    seen: list[dict[tuple[str, str], str]] = []
    store.point = lambda name: seen.append(drafts(store)) if name == "after_commit" else None
    return seen


def refusing(store: Store) -> Callable[[str], None]:
    def full(name: str) -> None:
        if name == "before_journal":
            store.point = lambda _name: None
            raise StoreProblem("disk_full")

    return full


def type_note(panel: NotesPanel, text: str, qtbot: QtBot) -> None:
    qtbot.keyClicks(panel.field.editor, text)
    panel.field.flush_draft()  # what the half second does


def test_a_note_is_never_in_the_list_and_in_the_box_after_a_kill(desk: Workplace, laptop: Store, qtbot: QtBot) -> None:
    panel = notes_of(desk)
    type_note(panel, "Typed slowly", qtbot)
    desk.settle()
    assert drafts(laptop) == {("note.text", ORDER): "Typed slowly"}
    seen = looks_after_commit(laptop)
    panel.add.click()
    desk.settle()
    assert "Typed slowly" in texts(laptop)
    assert seen == [{}]


def test_a_new_order_is_never_made_and_still_in_the_form_after_a_kill(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    page = page_of(desk)
    page.new.click()
    desk.settle()
    form = page.new_pane
    qtbot.keyClicks(form.title_field.editor, "Gearbox hums")
    qtbot.keyClicks(form.customer.editor, "northf")
    qtbot.keyClick(form.customer.editor, Qt.Key.Key_Return)
    form.keep()  # what the half second does
    desk.settle()
    assert ("new_order.title", "new") in drafts(laptop)
    seen = looks_after_commit(laptop)
    form.make.click()
    desk.settle()
    with laptop.read() as read:
        assert len(read.all(WorkOrder, WorkOrder.c.title == "Gearbox hums")) == 1
    assert seen == [{}]


def test_escape_in_a_new_order_loses_nothing_that_was_typed(desk: Workplace, laptop: Store, qtbot: QtBot) -> None:
    page = page_of(desk)
    page.new.click()
    desk.settle()
    form = page.new_pane
    desk.desk.activateWindow()
    qtbot.waitUntil(desk.desk.isActiveWindow)
    title, story = form.title_field, form.form.fields["description"]
    qtbot.keyClicks(story.editor, "Since Monday")
    qtbot.keyClick(story.editor, Qt.Key.Key_Escape)
    title.editor.setFocus()
    qtbot.keyClicks(title.editor, "Gearbox hums")
    story.editor.setFocus()
    title.editor.setFocus()
    qtbot.keyClicks(title.editor, " loudly")
    qtbot.keyClick(title.editor, Qt.Key.Key_Escape)
    form.keep()
    desk.settle()
    assert title.text() == "Gearbox hums"
    assert drafts(laptop)[("new_order.title", "new")] == "Gearbox hums loudly"  # had back by Ctrl+Z, or by a restart
    assert drafts(laptop)[("new_order.description", "new")] == "Since Monday"
    story.editor.setFocus()
    desk.settle()
    assert drafts(laptop)[("new_order.title", "new")] == "Gearbox hums"
    qtbot.mouseClick(title._aside_row.again, Qt.MouseButton.LeftButton)
    assert title.text() == "Gearbox hums loudly"


def test_what_is_typed_for_the_next_order_while_one_is_saved_waits_in_the_form(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    page = page_of(desk)
    page.new.click()
    desk.settle()
    form = page.new_pane
    qtbot.keyClicks(form.title_field.editor, "Gearbox hums")
    qtbot.keyClicks(form.customer.editor, "northf")
    qtbot.keyClick(form.customer.editor, Qt.Key.Key_Return)
    desk.settle()
    form._number = "WO-A7-2026-7000"  # drawn already
    with slow_disk(laptop) as disk:
        form.make.click()
        form.title_field.editor.setFocus()
        form.title_field.editor.selectAll()
        qtbot.keyClicks(form.title_field.editor, "And the next")
        form.title_field.flush_draft()
        disk.go_on()
        QApplication.processEvents()
        disk.go_on()
    desk.settle()
    assert drafts(laptop) == {("new_order.title", "new"): "And the next"}


def test_the_next_note_typed_while_one_is_saved_keeps_its_own_draft(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    panel = notes_of(desk)
    with slow_disk(laptop) as disk:
        type_note(panel, "First", qtbot)
        panel.add.click()
        type_note(panel, "Second", qtbot)
        disk.go_on()
    desk.settle()
    assert "First" in texts(laptop)
    assert panel.field.text() == "Second"
    assert drafts(laptop) == {("note.text", ORDER): "Second"}


def test_a_note_being_saved_does_not_come_back_when_its_order_is_shown_again(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    panel = notes_of(desk)
    type_note(panel, "First", qtbot)
    desk.settle()
    with slow_disk(laptop) as disk:
        panel.add.click()
        type_note(panel, "Second", qtbot)
        panel.show_subject(OTHER)
        panel.show_subject(ORDER)
        assert panel.field.text() == "Second"
        disk.go_on()
    desk.settle()
    assert panel.field.text() == "Second"
    assert drafts(laptop) == {("note.text", ORDER): "Second"}


def test_a_note_refused_late_stands_before_what_was_typed_since(desk: Workplace, laptop: Store, qtbot: QtBot) -> None:
    panel = notes_of(desk)
    with slow_disk(laptop) as disk:
        type_note(panel, "First", qtbot)
        laptop.point = refusing(laptop)
        panel.add.click()
        type_note(panel, "Second", qtbot)
        disk.go_on()
    desk.settle()
    assert "First" not in texts(laptop)
    assert panel.field.text() == "First\nSecond"
    assert panel.field._trouble_words.text()
    assert drafts(laptop) == {("note.text", ORDER): "First\nSecond"}
    panel.add.click()
    desk.settle()
    assert "First\nSecond" in texts(laptop)
    assert drafts(laptop) == {}


def test_a_note_refused_while_another_order_is_shown_joins_the_draft_of_its_own(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    panel = notes_of(desk)
    with slow_disk(laptop) as disk:
        laptop.point = refusing(laptop)
        type_note(panel, "First", qtbot)
        panel.add.click()
        type_note(panel, "Second", qtbot)
        panel.show_subject(OTHER)
        disk.go_on()
        QApplication.processEvents()
        disk.go_on()
    desk.settle()
    assert panel.field.text() == ""
    assert drafts(laptop) == {("note.text", ORDER): "First\nSecond"}
    panel.show_subject(ORDER)
    desk.settle()
    assert panel.field.text() == "First\nSecond"
