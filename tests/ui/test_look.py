"""Every page shape in 3 themes and 3 languages on the smallest screen: nothing cut off, unnamed or too small to hit."""

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget

from fielddesk.core import i18n
from fielddesk.ui import tokens
from fielddesk.ui.buttons import Button
from fielddesk.ui.desk import Desk
from fielddesk.ui.text import Text
from tests.support.look import IN_EACH_LANGUAGE, faults
from tests.ui.gallery import make_desk
from tests.ui.samples import said

PAGES = ("today", "orders", "sync")


@pytest.fixture
def desk(qtbot) -> Desk:
    window = make_desk()
    qtbot.addWidget(window)
    window.resize(1280, 640)
    window.show()
    return window


def settle() -> None:
    for _turn in range(12):  # a change of height climbs one layout a turn
        QApplication.processEvents()


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
@pytest.mark.parametrize("scheme", tokens.SCHEMES)
def test_nothing_is_cut_off_unnamed_or_too_small(desk: Desk, dressed, scheme: str, language: str) -> None:
    i18n.set_language(language)
    dressed.choose(scheme, 100)
    for key in PAGES:
        desk.show_place(key)
        settle()
        assert faults(desk) == [], key


@pytest.mark.parametrize(
    ("size", "width", "height"),
    [(100, 1000, 600), (125, 1280, 640), (150, 1280, 640), (200, 1920, 1000)],
)
def test_larger_text_still_shows_everything(desk: Desk, dressed, size: int, width: int, height: int) -> None:
    desk.resize(width, height)
    for language in i18n.LANGUAGES:
        i18n.set_language(language)
        dressed.choose("light", size)
        for key in PAGES:
            desk.show_place(key)
            settle()
            assert faults(desk) == [], (key, language)
    assert (desk.width(), desk.height()) == (width, height)


def test_the_check_sees_what_is_wrong(qtbot) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    label = Text("A label that is cut off in the middle")
    label.setFixedWidth(40)
    small = QPushButton("Open")
    small.setStyleSheet("min-height: 10px; max-height: 12px")
    column.addWidget(label)
    column.addWidget(small)
    column.addWidget(QLineEdit())
    column.addWidget(Button("Start", kind="primary"))
    column.addWidget(Button(said("Open"), kind="primary"))
    qtbot.addWidget(window)
    window.show()
    seen = "\n".join(faults(window))
    assert "cut off" in seen
    assert "has no name" in seen
    assert "under 40" in seen
    assert "2 primary buttons" in seen
