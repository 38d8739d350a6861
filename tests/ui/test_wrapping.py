"""Texts of any length and without a blank stay within their room, are read at once and copied as they were written."""

import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QTextLayout
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.compare import Compare, Difference, Version
from fielddesk.ui.entries import Entries, Entry
from fielddesk.ui.facts import Facts
from fielddesk.ui.fields import Prose
from fielddesk.ui.page import Scroll
from fielddesk.ui.text import Text
from tests.support.look import faults

TOKEN = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9" * 11
HELD_DOWN = "z" * 99_990


class Sheet(Scroll):
    """A body that scrolls up and down, as wide as the right side of the smallest window."""

    def __init__(self, *widgets: QWidget) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        for widget in widgets:
            column.addWidget(widget)
        column.addStretch(1)
        super().__init__(inner)
        self.resize(460, 400)


def settled(sheet: Sheet) -> Sheet:
    sheet.show()
    for _turn in range(8):
        QApplication.processEvents()
    return sheet


@pytest.mark.parametrize(
    "text", [HELD_DOWN, TOKEN, "z" * 5_000 + " and words", "轴承" * 400, "https://example.org/" + TOKEN]
)
def test_one_long_word_makes_no_page_wider_than_its_room(qtbot, text: str) -> None:
    field, add = Prose("text", "New note"), Button("Add note")
    entries, facts = Entries(), Facts()
    entries.show_entries([Entry("2", text, text[:500], details=(text,)), Entry("1", "A short one", "Anna, 9:41")])
    facts.add("description", "Description")
    facts.add_link("customer", "Customer")
    facts.show_values({"description": text, "customer": text[:500]})
    compare = Compare("Mine", "Theirs")
    compare.show_differences([Difference("a", "Description", text, text, text)])
    sheet = Sheet(field, add, facts, entries)
    qtbot.addWidget(sheet)
    settled(sheet)
    assert sheet.widget().width() == sheet.viewport().width()
    assert faults(sheet) == []
    other = Sheet(compare)
    qtbot.addWidget(other)
    other.resize(640, 400)
    settled(other)
    assert faults(other) == []


def test_a_note_as_long_as_may_be_is_laid_out_before_one_notices(qtbot) -> None:
    entries = Entries()
    sheet = Sheet(entries)
    qtbot.addWidget(sheet)
    settled(sheet)
    before = time.process_time()
    entries.show_entries([Entry("1", HELD_DOWN, "Anna, 9:41"), Entry("2", "word by word " * 7_600, "Anna, 9:40")])
    settled(sheet)
    sheet.resize(520, 400)
    settled(sheet)
    assert time.process_time() - before < 1.0


def test_words_are_broken_only_where_they_do_not_fit(qtbot) -> None:
    label = Text("Bearing and seal kit are on the van", wraps=True)
    qtbot.addWidget(label)
    label.resize(theme.px(110), 200)
    lines = broken(label)
    assert len(lines) > 1
    assert [word for line in lines for word in line.split()] == label.text().split()
    label.setText("x" * 60)
    assert len(broken(label)) > 2


def broken(label: Text) -> list[str]:
    layout: QTextLayout = label._lines.layout(label.width(), label.font())
    rows = [layout.lineAt(place) for place in range(layout.lineCount())]
    return [label.text()[row.textStart() : row.textStart() + row.textLength()] for row in rows]


def test_what_is_read_aloud_and_copied_is_what_was_written(qtbot) -> None:
    text = f"\U0001f527 first\r\n{TOKEN}\nlast"
    entries, facts = Entries(), Facts()
    entries.show_entries([Entry("1", text, "Anna, 9:41")])
    value = facts.add("description", "Description")
    facts.show_values({"description": text})
    sheet = Sheet(facts, entries)
    qtbot.addWidget(sheet)
    settled(sheet)
    row = entries._widgets[0]
    row.copy()
    assert QGuiApplication.clipboard().text() == f"{text}\nAnna, 9:41"
    assert TOKEN in row.accessibleName()
    assert value.text() == text
    value.setFocus()
    qtbot.keyClick(value, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == text
    qtbot.keyClick(value, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert value.selectedText() == text


def test_a_piece_of_a_value_is_marked_with_the_pointer_and_copied(qtbot) -> None:
    facts = Facts()
    value = facts.add("token", "Token")
    facts.show_values({"token": f"\U0001f527 {TOKEN}"})
    sheet = Sheet(facts)
    qtbot.addWidget(sheet)
    settled(sheet)
    top, bottom = value._place().top() + 4, value._place().bottom() - 4
    qtbot.mousePress(value, Qt.MouseButton.LeftButton, pos=QPoint(int(value._place().left()), int(top)))
    qtbot.mouseMove(value, QPoint(value.width() - 1, int(bottom)))
    qtbot.mouseRelease(value, Qt.MouseButton.LeftButton)
    before = value.grab().toImage()
    marked = value.selectedText()
    assert marked.startswith("\U0001f527 eyJ")
    assert len(marked) > 300
    qtbot.keyClick(value, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == marked
    qtbot.mouseClick(value, Qt.MouseButton.LeftButton, pos=QPoint(60, int(top)))
    assert value.selectedText() == ""
    assert value.grab().toImage() != before
    qtbot.mouseDClick(value, Qt.MouseButton.LeftButton, pos=QPoint(120, int(bottom)))
    assert value.selectedText() == TOKEN


def test_what_is_new_is_marked_also_behind_a_picture_letter(qtbot) -> None:
    version = Version("Note", "\U0001f527 worn out", "\U0001f527 worn", choosable=True)
    qtbot.addWidget(version)
    (piece,) = version._formats()
    assert (piece.start, piece.length) == (7, 4)
