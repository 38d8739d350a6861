"""Names and notes from outside are shown as they are: no markup is read, no picture loaded, no link made."""

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from fielddesk.ui.buttons import Button, Gate, Tick
from fielddesk.ui.compare import Compare, Difference
from fielddesk.ui.desk import Desk, Place
from fielddesk.ui.forms import Choice, Form, Line, Prose
from fielddesk.ui.lists import Row, RowList
from fielddesk.ui.page import PlainPage, SplitPage
from fielddesk.ui.signs import Banner, Card, CardRow, Chip, Empty, Notice
from fielddesk.ui.tables import Column, Table
from fielddesk.ui.tabs import Tabs
from fielddesk.ui.text import Elided, Text, plain_tip

EVIL = '<b>bold</b> <img src="file:///etc/passwd"> <a href="http://example.org">x</a> & Co &lt;i&gt;'


@pytest.fixture(autouse=True)
def no_document_loads_anything(monkeypatch):
    loaded = []
    monkeypatch.setattr(QTextDocument, "loadResource", lambda _self, _kind, url: loaded.append(QUrl(url)))
    yield
    assert loaded == []


def widgets() -> list[QWidget]:
    banner = Banner()
    banner.show_notices([Notice(EVIL, EVIL, answers=[(EVIL, lambda: None)]), Notice(EVIL)])
    gate = Gate(Button(EVIL))
    gate.let(EVIL)
    card = Card(EVIL, action=EVIL)
    card.add(CardRow(EVIL, EVIL, lead=EVIL))
    form = Form()
    for field in (Line("a", EVIL, hint=EVIL), Prose("b", EVIL, hint=EVIL), Choice("c", EVIL, [("x", EVIL)])):
        form.add(field)
    form.load("1", {"a": EVIL, "b": EVIL, "c": "x"})
    form.refused("a", EVIL)
    compare = Compare(EVIL, EVIL)
    compare.show_differences([Difference("a", EVIL, EVIL, EVIL, EVIL)])
    tabs = Tabs(EVIL)
    tabs.add("a", EVIL, QWidget())
    page = PlainPage(EVIL, EVIL)
    page.pane.show_chips([Chip(EVIL)])
    page.pane.say_saved(EVIL)
    split = SplitPage(EVIL, ("tray", EVIL, EVIL), ("tray", EVIL, EVIL))
    desk = Desk()
    desk.set_places([Place("a", EVIL, "sun")], {"a": QWidget()})
    desk.show_user(EVIL)
    desk.show_toast(EVIL, lambda: None)
    desk.status.show_connection(EVIL)
    desk.status.show_waiting(EVIL)
    desk.status.show_needs_you(EVIL)
    rows = RowList(EVIL)
    rows.show_rows([Row("1", EVIL, EVIL, EVIL)])
    table = Table(EVIL, [Column("a", EVIL, lambda row: row.title)])
    table.show_rows([Row("1", EVIL)])
    small = (Text(EVIL), Elided(EVIL), Button(EVIL), Tick(EVIL), Chip(EVIL), Empty("tray", EVIL, EVIL))
    return [*small, banner, gate, card, form, compare, tabs, page, split, desk, rows, table]


def test_no_widget_reads_markup(qtbot) -> None:
    seen = 0
    for top in widgets():
        qtbot.addWidget(top)
        top.resize(300, 200)
        top.show()
        QApplication.processEvents()
        for widget in [top, *top.findChildren(QWidget)]:
            if isinstance(widget, QLabel):
                assert widget.textFormat() == Qt.TextFormat.PlainText, widget.text()
                assert not widget.textInteractionFlags() & Qt.TextInteractionFlag.LinksAccessibleByMouse
                seen += 1
            assert_plain_tip(widget.toolTip())
    assert seen > 40


def assert_plain_tip(tip: str) -> None:
    """What a tooltip shows, read the way Qt reads it, holds no picture and no link, and its text is what was meant."""
    if not GuiQt.mightBeRichText(tip):
        return
    document = QTextDocument()
    document.setHtml(tip)
    html = document.toHtml()
    assert "<img" not in html
    assert "<a " not in html
    assert EVIL in document.toPlainText()


def test_tooltips_of_rows_and_cells_are_escaped(qtbot) -> None:
    rows = RowList("Orders")
    rows.show_rows([Row("1", EVIL)])
    qtbot.addWidget(rows)
    QApplication.processEvents()
    tip = rows.rows.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "<img" not in tip
    assert_plain_tip(tip)


@pytest.mark.parametrize(
    "text", ["a < b", "a & b", "&lt;b&gt;", "<b>x</b>", "plain", "<?xml?>", "<!doctype html>", "a\nb"]
)
def test_a_tooltip_shows_exactly_the_text(text: str) -> None:
    tip = plain_tip(text)
    document = QTextDocument()
    if GuiQt.mightBeRichText(tip):
        document.setHtml(tip)
        assert document.toPlainText() == text
    else:
        assert tip == text


def test_a_label_paints_markup_letter_by_letter(qtbot) -> None:
    plain, marked = Text("bbb"), Text("<b>bbb</b>")
    for label in (plain, marked):
        qtbot.addWidget(label)
    assert marked.sizeHint().width() > 1.5 * plain.sizeHint().width()


def test_an_ampersand_from_outside_is_shown_and_makes_no_key(qtbot) -> None:
    button = Button("Bolts & nuts")
    qtbot.addWidget(button)
    assert button.words() == "Bolts & nuts"
    assert button.shortcut().isEmpty()
    assert button.accessibleName() == "Bolts & nuts"
    tabs = Tabs("x")
    qtbot.addWidget(tabs)
    tabs.add("a", "Bolts & nuts", QWidget())
    assert tabs.bar.tabText(0) == "Bolts && nuts"
