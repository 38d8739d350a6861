"""Names and notes from outside are shown as they are: no markup is read, no picture loaded, no link made."""

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QTabBar, QWidget

from fielddesk.ui.buttons import Button, Gate
from fielddesk.ui.compare import Compare, Difference, Version
from fielddesk.ui.desk import Desk, Place
from fielddesk.ui.forms import Choice, Form, Line, Prose
from fielddesk.ui.lists import Row, RowList
from fielddesk.ui.page import PlainPage, SplitPage
from fielddesk.ui.signs import Banner, Card, CardRow, Chip, Empty, Notice
from fielddesk.ui.tables import Column, Table
from fielddesk.ui.tabs import Tabs
from fielddesk.ui.text import Elided, Text, plain_tip, visible

EVIL = '<b>bold</b> <img src="file:///etc/passwd"> <a href="http://example.org">x</a> & Co &lt;i&gt;'
TURNED = "Acme \u202egnitsaC\u202c \u2066Co\u2069\u200b\u200e"
"""A name that reads "Acme Casting" where it is not Acme's: right-to-left override, isolates and marks without width."""


@pytest.fixture(autouse=True)
def no_document_loads_anything(monkeypatch):
    loaded = []
    monkeypatch.setattr(QTextDocument, "loadResource", lambda _self, _kind, url: loaded.append(QUrl(url)))
    yield
    assert loaded == []


def widgets(said: str = EVIL) -> list[QWidget]:
    banner = Banner()
    banner.show_notices([Notice(said, said, answers=[(said, lambda: None)]), Notice(said)])
    gate = Gate(Button(said))
    gate.let(said)
    card = Card(said, action=said)
    card.add(CardRow(said, said, lead=said))
    form = Form()
    for field in (Line("a", said, hint=said), Prose("b", said, hint=said), Choice("c", said, [("x", said)])):
        form.add(field)
    form.load("1", {"a": said, "b": said, "c": "x"})
    form.refused("a", said)
    compare = Compare(said, said)
    compare.show_differences([Difference("a", said, said, said, said)])
    tabs = Tabs(said)
    tabs.add("a", said, QWidget())
    page = PlainPage(said, said)
    page.pane.show_chips([Chip(said)])
    split = SplitPage(said, ("tray", said, said), ("tray", said, said))
    desk = Desk()
    desk.set_places([Place("a", said, "sun")], {"a": QWidget()})
    desk.top.user.set_words(said)
    desk.show_toast(said, lambda: None)
    desk.status.show_connection(said)
    desk.status.show_waiting(said)
    desk.status.show_needs_you(said)
    rows = RowList(said)
    rows.show_rows([Row("1", said, said, said)])
    table = Table(said, [Column("a", said, lambda row: row.title)])
    table.show_rows([Row("1", said)])
    small = (Text(said), Elided(said), Button(said), Chip(said), Empty("tray", said, said))
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


def test_what_turns_or_hides_letters_is_seen_wherever_a_text_is_shown(qtbot) -> None:
    seen = 0
    for top in widgets(TURNED):
        qtbot.addWidget(top)
        top.resize(300, 200)
        top.show()
        QApplication.processEvents()
        for widget in [top, *top.findChildren(QWidget)]:
            for told in told_by(widget):
                assert told == visible(told), widget
                seen += "Acme" in told
    assert seen > 60


def told_by(widget: QWidget) -> list[str]:
    """What a widget shows, and what assistive technology and the pointer get of it; not what one types into it."""
    found = [widget.toolTip(), widget.accessibleName(), widget.windowTitle()]
    if isinstance(widget, QLabel | QAbstractButton):
        found.append(widget.text())
    if isinstance(widget, QComboBox):
        found += [widget.itemText(place) for place in range(widget.count())]
    if isinstance(widget, QTabBar):
        found += [widget.tabText(place) for place in range(widget.count())]
    if isinstance(widget, Version):
        found.append(widget.words())
    if isinstance(widget, RowList | Table):
        index = widget.rows.index(0, 0)
        roles = Qt.ItemDataRole
        found += [
            str(index.data(role) or "") for role in (roles.DisplayRole, roles.AccessibleTextRole, roles.ToolTipRole)
        ]
    return found


@pytest.mark.parametrize("kind", [RowList, Table])
def test_a_turned_name_is_painted_in_the_order_of_its_letters(qtbot, kind) -> None:
    """The picture of a row with an override is the picture of the same letters with marks, letter for letter."""
    view = RowList("x") if kind is RowList else Table("x", [Column("a", "a", lambda row: row.title)])
    qtbot.addWidget(view)
    view.resize(400, 120)
    view.show()
    pictures = []
    for name in (TURNED, visible(TURNED), TURNED.replace("\u202e", "\u200b")):
        view.show_rows([Row("1", name, name, name)])
        QApplication.processEvents()
        pictures.append(view.grab().toImage())
    assert pictures[0] == pictures[1] == pictures[2]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë, 海港冲压, مصنع, मशीन", "Zoë, 海港冲压, مصنع, मशीन"),
        ("می\u200cخواهم \U0001f469\u200d\U0001f527", "می\u200cخواهم \U0001f469\u200d\U0001f527"),
        ("a\tb\nc\r\nd", "a\tb\nc\r\nd"),
        ("co\u00adop\u2028line", "co\u2010op\nline"),
        ("7SR\u202e4-30\x1b[0m", "7SR\ufffd4-30\ufffd[0m"),
        ("\ufeffname\u3164", "\ufffdname\ufffd"),
    ],
)
def test_only_what_disguises_is_marked(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert len(shown) == len(text)
