"""Real parts only: a headquarters process over HTTP on each database, laptops on SQLCipher with their journal."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fielddesk.core.clock import SystemClock
from fielddesk.hq import admin, demo
from fielddesk.hq.jobs import refresh_levels
from fielddesk.hq.service import Headquarters, on_postgresql, on_sqlite
from tests.ring.laptop import Laptop
from tests.ring.places import LaptopProcess, Site, new_site
from tests.support.postgres import Server, postgres

__all__ = ["postgres"]


def fill(hq: Headquarters) -> None:
    """A dispatcher, two engineers with vans, customers, machines, parts, stock and orders."""
    demo.make_demo(hq, admin.found(hq, "Service North", "admin", "Ada Lovelace"), SystemClock())
    refresh_levels(hq)
    hq.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a headquarters on SQLite with demo data, to copy."""
    folder = tmp_path_factory.mktemp("template")
    hq = on_sqlite(folder / "headquarters.db")
    fill(hq)
    return folder


@pytest.fixture(scope="session")
def template_database(postgres: Server) -> str:
    """The same as a database."""
    url = postgres.new_database()
    fill(on_postgresql(url))
    return url.rpartition("/")[2]


@pytest.fixture
def new_hq(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Site]]:
    """`new_hq("sqlite")` or `new_hq("postgresql")`: a headquarters with demo data; nobody serves yet."""
    made: list[Site] = []

    def make(kind: str = "sqlite") -> Site:
        folder = tmp_path / f"hq{len(made)}"
        if kind == "sqlite":
            made.append(new_site(folder, request.getfixturevalue("template"), None))
        else:
            source = request.getfixturevalue("template_database")
            made.append(new_site(folder, None, lambda: request.getfixturevalue("postgres"), source))
        return made[-1]

    yield make
    for site in made:
        site.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, new_hq: Callable[[str], Site]) -> Site:
    """A headquarters that serves, on each database."""
    found = new_hq(request.param)
    found.serve()
    return found


@pytest.fixture
def site_on_sqlite(new_hq: Callable[[str], Site]) -> Site:
    found = new_hq("sqlite")
    found.serve()
    return found


@pytest.fixture
def new_laptop(tmp_path: Path) -> Iterator[Callable[..., Laptop]]:
    """A laptop in a home of its own, within the test's process; with `of` and `at` enrolled and synced."""
    made: list[Laptop] = []
    numbers = itertools.count(1)

    def make(of: str = "", at: Site | None = None, **more: Any) -> Laptop:
        laptop = Laptop(more.pop("home", None) or tmp_path / f"laptop{next(numbers)}", **more)
        made.append(laptop)
        if at is not None:
            laptop.enrol(at.address, at.code(of))
            assert laptop.sync()["code"] == "agreed"
        return laptop

    yield make
    for laptop in made:
        laptop.stop()


@pytest.fixture
def new_process(tmp_path: Path) -> Iterator[Callable[..., LaptopProcess]]:
    """The same as a process of its own."""
    made: list[LaptopProcess] = []
    numbers = itertools.count(1)

    def make(of: str = "", at: Site | None = None, home: Path | None = None) -> LaptopProcess:
        laptop = LaptopProcess(home or tmp_path / f"process{next(numbers)}")
        made.append(laptop)
        if at is not None:
            laptop.enrol(at.address, at.code(of))
            assert laptop.sync()["code"] == "agreed"
        return laptop

    yield make
    for laptop in made:
        laptop.close()
