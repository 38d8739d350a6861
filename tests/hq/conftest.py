"""Every law of headquarters holds on both databases."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fielddesk.core.clock import FixedClock
from fielddesk.hq.service import Headquarters, on_postgresql, on_sqlite
from tests.support.offices import Office
from tests.support.postgres import Server, postgres

__all__ = ["postgres"]

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]
"""The quick look before a commit asks SQLite only; every run of all tests asks both."""


@pytest.fixture(scope="session")
def spare_databases() -> list[str]:
    """Addresses of databases that have the tables and nothing else, and that no test uses now."""
    return []


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database that has the tables and nothing else, to copy."""
    path = tmp_path_factory.mktemp("empty") / "hq.db"
    on_sqlite(path).close()
    return path


@pytest.fixture
def make_hq(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Headquarters]]:
    """`make_hq("sqlite")` or `make_hq("postgresql")`: a headquarters nobody has founded yet."""
    made: list[Headquarters] = []
    urls: list[str] = []
    spare: list[str] = request.getfixturevalue("spare_databases")

    def make(kind: str, **more: Any) -> Headquarters:
        clock = more.pop("clock", None) or FixedClock()
        more.setdefault("contents", tmp_path / f"contents{len(made)}")
        if kind == "sqlite":
            path = tmp_path / f"hq{len(made)}.db"
            shutil.copyfile(request.getfixturevalue("empty_file"), path)
            hq = on_sqlite(path, clock, **more)
        else:
            server: Server = request.getfixturevalue("postgres")
            urls.append(spare.pop() if spare else server.new_database())
            hq = on_postgresql(urls[-1], clock, **more)
        made.append(hq)
        return hq

    yield make
    for hq in made:
        hq.close()
    for url in urls:
        request.getfixturevalue("postgres").clear(url)
        spare.append(url)


@pytest.fixture(params=BOTH)
def office(request: pytest.FixtureRequest, make_hq: Callable[..., Headquarters]) -> Office:
    """A headquarters with an administrator and a dispatcher."""
    return Office(make_hq(request.param))


@pytest.fixture
def office_on_postgresql(make_hq: Callable[..., Headquarters]) -> Office:
    return Office(make_hq("postgresql"))


@pytest.fixture
def office_on_sqlite(make_hq: Callable[..., Headquarters]) -> Office:
    return Office(make_hq("sqlite"))
