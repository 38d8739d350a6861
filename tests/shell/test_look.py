"""The whole window in the sizes people have: nothing cut off, squashed or laid over something else."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit

from fielddesk.core import i18n
from fielddesk.shell.hands import Hands
from fielddesk.ui import theme
from fielddesk.ui.editing import EditLine, EditProse
from fielddesk.ui.making import MakesNew
from fielddesk.ui.page import SplitPage
from fielddesk.ui.text import Text
from tests.shell.conftest import Desktop
from tests.support.look import faults

SIZES = [
    (100, 1000, 600),
    (125, 1366, 768),
    pytest.param(150, 1366, 768, marks=pytest.mark.slow),
    pytest.param(200, 1000, 600, marks=pytest.mark.slow),
]


def settle(hands: Hands) -> None:
    hands.pause(50)
    for _turn in range(12):  # a change of height climbs one layout a turn
        QApplication.processEvents()


def test_every_line_to_type_in_opens_our_own_menu(set_up: Desktop) -> None:
    window, _hands = set_up.open()
    for place in window.desk.navigation.places():
        page = window.desk.page(place.key)
        if isinstance(page, MakesNew):
            page.show_new()
    edits = [*window.desk.findChildren(QLineEdit), *window.desk.findChildren(QPlainTextEdit)]
    assert len(edits) > 10
    assert [edit for edit in edits if not isinstance(edit, EditLine | EditProse)] == []


@pytest.mark.parametrize(("size", "width", "height"), SIZES)
@pytest.mark.slow
def test_every_place_is_whole_in_the_windows_people_have(
    set_up: Desktop, qapp: QApplication, size: int, width: int, height: int
) -> None:
    window, hands = set_up.open()
    found = []
    for language in i18n.LANGUAGES:
        i18n.set_language(language)
        theme.start(qapp).choose("light", size)
        window.desk.resize(width, height)
        for place in window.desk.navigation.places():
            window.desk.show_place(place.key)
            settle(hands)
            found += [f"{place.key} {language}: {fault}" for fault in faults(window.desk)]
            shown = [text.text() for text in window.desk.findChildren(Text) if text.isVisible()]
            assert language == "en" or "Nothing needs you" not in shown
            page = window.desk.page(place.key)
            if isinstance(page, SplitPage) and page.stacked() and page.list.rows.rowCount():
                page.list.choose_first()
                page.show_detail()
                settle(hands)
                found += [f"{place.key} opened {language}: {fault}" for fault in faults(window.desk)]
                page.show_list()
    assert (window.desk.width(), window.desk.height()) == (width, height)
    assert not found, "\n".join(found)
