"""Real parts only: a headquarters process over HTTP on each database, laptops on SQLCipher with their journal."""

from __future__ import annotations

import gzip
import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from fielddesk.core.clock import SystemClock
from fielddesk.hq import admin, demo
from fielddesk.hq.jobs import refresh_levels
from fielddesk.hq.service import Headquarters, on_postgresql, on_sqlite
from tests.ring.laptop import Laptop
from tests.ring.places import LaptopProcess, Site, site_on_a_copy
from tests.support.postgres import Server, postgres

__all__ = ["postgres"]


SHARED = Path(os.environ.get("FIELDDESK_SHARED", Path(__file__).parents[2].parent / "shared")) / "data"


def fill(hq: Headquarters, lists: Sequence[Path] = ()) -> None:
    """A dispatcher, two engineers with vans, customers, machines, parts, stock and orders; of real lists if given."""
    boss = admin.found(hq, "Service North", "admin", "Ada Lovelace")
    demo.make_demo(hq, boss, SystemClock(), lists, extent=demo.SMALL)
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


@pytest.fixture(scope="session")
def real_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same on the beginnings of the real lists."""
    folder = tmp_path_factory.mktemp("real")
    hq = on_sqlite(folder / "headquarters.db")
    fill(hq, [_beginning(path, folder) for path in _real_lists()])
    return folder


@pytest.fixture(scope="session")
def whole_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same on the whole of the real lists."""
    lists = _real_lists()
    folder = tmp_path_factory.mktemp("whole")
    fill(on_sqlite(folder / "headquarters.db"), lists)
    return folder


def _real_lists() -> list[Path]:
    lists = demo.real_lists(SHARED)
    if len(lists) < 2:
        pytest.skip("the real lists lie beside the checkout in shared/data; they are not here")
    return lists


def _beginning(path: Path, folder: Path, lines: int = 800) -> Path:
    with gzip.open(path, "rb") as whole, gzip.open(folder / path.name, "wb") as piece:
        piece.writelines(itertools.islice(whole, lines))
    return folder / path.name


@pytest.fixture
def new_hq(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Site]]:
    """`new_hq("sqlite")` or `new_hq("postgresql")`: a headquarters with demo data; nobody serves yet.

    `on="real_template"` or `"whole_template"` (SQLite): on real lists.
    """
    made: list[Site] = []

    def make(kind: str = "sqlite", on: str = "template") -> Site:
        folder = tmp_path / f"hq{len(made)}"
        if kind == "sqlite":
            made.append(site_on_a_copy(folder, request.getfixturevalue(on)))
        else:
            server, source = request.getfixturevalue("postgres"), request.getfixturevalue("template_database")
            made.append(Site(folder, server.new_database(source), server))
        return made[-1]

    yield make
    for site in made:
        site.close()


@pytest.fixture
def foreign_hq(tmp_path: Path) -> Iterator[Site]:
    """Another headquarters, which knows nobody of ours."""
    found = Site(tmp_path / "foreign")
    fill(on_sqlite(found.folder / "headquarters.db"))
    yield found
    found.close()


BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]


@pytest.fixture(params=BOTH)
def site(request: pytest.FixtureRequest, new_hq: Callable[[str], Site]) -> Site:
    """A headquarters that serves, on each database."""
    found = new_hq(request.param)
    found.serve()
    return found


@pytest.fixture(params=BOTH)
def idle_site(request: pytest.FixtureRequest, new_hq: Callable[[str], Site]) -> Site:
    """The same before anybody serves."""
    return new_hq(request.param)


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
