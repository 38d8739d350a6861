"""A laptop with its profile on a disk, and windows that open it as the program does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fielddesk.app import Wishes, make_window, usual_parts
from fielddesk.core import i18n
from fielddesk.core.clock import FixedClock
from fielddesk.core.config import Choices, keep_choices
from fielddesk.core.errors import NetworkProblem
from fielddesk.shell.hands import Hands
from fielddesk.shell.opening import Parts
from fielddesk.shell.window import Window
from fielddesk.store.keys import MemoryKeyStore, keep_store_key
from fielddesk.ui import theme
from tests.support.laptops import ENROLMENT, KEY, new_laptop
from tests.support.region import fill


class NoNetwork:
    """Headquarters that nobody can reach."""

    def __getattr__(self, name: str) -> Any:
        def nobody(*_words: Any) -> None:
            if name in ("enrol", "hello", "push", "pull", "snapshot"):
                raise NetworkProblem("no_route")

        return nobody


class Desktop:
    """A computer with FieldDesk on it: its home folder, its key store, and the windows that were opened."""

    def __init__(self, home: Path) -> None:
        self.home, self.folder = home, home / "profiles" / "anna"
        self.keys = MemoryKeyStore()
        keep_store_key(self.keys, ENROLMENT.hq_id, ENROLMENT.user, KEY)
        keep_choices(home, Choices(language="en", theme="light"))
        self.windows: list[Window] = []
        self.said: list[str] = []

    def parts(self, **others: Any) -> Parts:
        no_network: Any = NoNetwork()
        usual = replace(
            usual_parts(self.home, syncs=False), clock=FixedClock(), key_store=lambda: self.keys,
            hq=lambda address, token: no_network,
        )  # fmt: skip
        return replace(usual, **others)

    def window(self, folder: Path | None, **others: Any) -> Window:
        """A window on the screen; `problem` says what stopped it."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        window = make_window(app, self.parts(**others), Wishes(), folder)
        window.ended.disconnect(app.quit)
        window.failed.connect(self.said.append)
        window.desk.resize(1366, 768)
        self.windows.append(window)
        window.show()
        return window

    def open(self, **others: Any) -> tuple[Window, Hands]:
        """A window on Anna's profile, ready to work in."""
        window = self.window(self.folder, **others)
        hands = Hands(window.desk)
        hands.until(lambda: window.opened is not None and window.bench is not None, f"it opens; it said {self.said}")
        return window, hands

    def stopped(self, folder: Path | None = None, **others: Any) -> tuple[Window, Hands]:
        """A window that shows what stopped it."""
        window = self.window(folder or self.folder, **others)
        hands = Hands(window.desk)
        hands.until(lambda: self.said, "it says what is wrong")
        hands.pause(50)
        return window, hands


def words_of(window: Window) -> str:
    """The fact and the advice of the page at start."""
    card = window.start_page.card
    assert card is not None
    return f"{card.fact.text()} | {card.advice.text()}"


def buttons_of(window: Window) -> list[str]:
    card = window.start_page.card
    assert card is not None
    return [button.words() for button in card.buttons]


def press(window: Window, words: str) -> None:
    """Press the button with these words on the page at start."""
    card = window.start_page.card
    assert card is not None
    next(button for button in card.buttons if button.words() == words).click()


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[None]:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    i18n.set_language("en")
    theme.start(qapp).choose("light")
    yield
    i18n.set_language("en")
    theme.start(qapp).choose("light")


@pytest.fixture
def desktop(tmp_path: Path, qtbot: QtBot, dressed: None) -> Iterator[Desktop]:
    """A computer on which nothing of FieldDesk is yet."""
    computer = Desktop(tmp_path / "home")
    yield computer
    for window in computer.windows:
        window.desk.close()
        window.desk.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def set_up(desktop: Desktop) -> Desktop:
    """The same with Anna's profile and a small service region in it."""
    store = new_laptop(desktop.folder)
    fill(store)
    store.close()
    return desktop


Pressed = Callable[[Window, str], None]
