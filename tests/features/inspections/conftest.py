"""The window over Anna's laptop with a press that is due today."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from fielddesk.core.clock import FixedClock
from fielddesk.store.database import Store
from fielddesk.ui import theme
from tests.support.benches import Workplace, workplace
from tests.support.machine import NOON, fill_press


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(at=NOON)


@pytest.fixture
def press(laptop: Store) -> Store:
    """Anna's laptop with the press's quarterly inspection due today and four behind it."""
    fill_press(laptop)
    return laptop


@pytest.fixture
def desk(qtbot: QtBot, dressed: theme.Theme, press: Store) -> Iterator[Workplace]:
    """The window over it, active as before a person."""
    with workplace(qtbot, press) as place:
        place.desk.activateWindow()
        qtbot.waitUntil(place.desk.isActiveWindow)
        yield place
