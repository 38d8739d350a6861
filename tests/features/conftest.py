"""A laptop with a small service region on it, and the window dressed as every test expects it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fielddesk.core import i18n
from fielddesk.core.clock import FixedClock
from fielddesk.store.database import Store
from fielddesk.ui import theme
from tests.support.benches import Workplace, workplace
from tests.support.laptops import new_laptop
from tests.support.region import fill


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def laptop(tmp_path: Path, clock: FixedClock) -> Iterator[Store]:
    """Anna's laptop, on SQLCipher, with the region as headquarters sent it."""
    store = new_laptop(tmp_path / "laptop", clock=clock)
    fill(store)
    yield store
    store.close()


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[theme.Theme]:
    """Light, English, 100 %."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    i18n.set_language("en")
    look = theme.start(qapp)
    if (theme.look().scheme, theme.look().text_size) != ("light", 100):
        look.choose("light")
    yield look
    i18n.set_language("en")


@pytest.fixture
def desk(qtbot: QtBot, dressed: theme.Theme, laptop: Store) -> Iterator[Workplace]:
    """The window over Anna's laptop."""
    with workplace(qtbot, laptop) as place:
        yield place
