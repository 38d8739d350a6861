"""A laptop whose person may do everything, with the region on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fielddesk.core.clock import FixedClock
from fielddesk.features.people.rules import ADMINISTRATOR
from tests.support import region
from tests.support.inspections import Shop
from tests.support.laptops import new_laptop


@pytest.fixture
def shop(tmp_path: Path, clock: FixedClock) -> Iterator[Shop]:
    store = new_laptop(tmp_path / "laptop", clock=clock, role=ADMINISTRATOR)
    region.fill(store)
    yield Shop(store)
    store.close()
