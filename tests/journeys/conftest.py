"""Journeys start a headquarters and laptops of their own and end them whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fielddesk.shell.demo import EmbeddedHq
from tests.journeys.places import FarLaptop, headquarters


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[EmbeddedHq]:
    """Headquarters with demo data, over real HTTP."""
    place = headquarters(tmp_path / "headquarters")
    yield place
    place.close()


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Callable[..., FarLaptop]]:
    """Starts a laptop as a process of its own, by name; the same name again finds the same disk."""
    started: list[FarLaptop] = []

    def start(name: str, who: str = "persons") -> FarLaptop:
        started.append(FarLaptop(tmp_path / name, tmp_path / f"{name}-pictures", who))
        return started[-1]

    yield start
    for each in started:
        each.end()
