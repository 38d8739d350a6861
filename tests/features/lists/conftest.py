"""The window on the dispatcher's laptop, who may import lists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fielddesk.core.clock import FixedClock
from fielddesk.features.lists.page.importing import ImportPage
from fielddesk.features.people.rules import DISPATCHER
from fielddesk.store.database import Store
from fielddesk.ui import theme
from tests.support.benches import Workplace, workplace
from tests.support.laptops import new_laptop
from tests.support.region import CHEN, fill


@pytest.fixture
def laptop(tmp_path: Path, clock: FixedClock) -> Iterator[Store]:
    store = new_laptop(tmp_path / "laptop", clock=clock, role=DISPATCHER, user=CHEN)
    fill(store)
    yield store
    store.close()


@pytest.fixture
def desk(qtbot: QtBot, dressed: theme.Theme, laptop: Store) -> Iterator[Workplace]:
    with workplace(qtbot, laptop) as place:
        yield place


@pytest.fixture
def page(desk: Workplace) -> ImportPage:
    found = desk.open("lists")
    assert isinstance(found, ImportPage)
    return found
