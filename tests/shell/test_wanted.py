"""A picture that is not on this laptop is asked for when somebody looks at it, and shown when it has come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fielddesk.store.contents import Content
from fielddesk.store.database import Store
from fielddesk.store.tx import write
from tests.support.benches import Workplace, workplace
from tests.support.laptops import new_laptop, some_id


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = new_laptop(tmp_path / "laptop")
    yield found
    found.close()


@pytest.fixture
def desk(qtbot: QtBot, store: Store) -> Iterator[Workplace]:
    with workplace(qtbot, store) as place:
        yield place


def listed(store: Store, sha256: str, state: str) -> None:
    one = Content(sha256=sha256, size=5, rank=3, state=state, row_id=some_id("photo"))
    store.write(lambda connection: (write(connection, Content, "put", [one]), [(Content.tablename, sha256)]))


def kept(store: Store, sha256: str) -> Content | None:
    with store.read() as read:
        return read.get(Content, sha256)


def test_what_is_missing_is_asked_for_once(desk: Workplace, store: Store) -> None:
    sha256 = "ab" * 32
    listed(store, sha256, "away")
    asked: list[bool] = []
    desk.bench.wanted.connect(lambda: asked.append(True))
    got: list[bytes | None] = []
    desk.bench.read_blob(sha256, got.append)
    desk.settle()
    assert got == [None]
    assert asked == [True]
    found = kept(store, sha256)
    assert found is not None
    assert found.asked


def test_what_is_here_is_shown_and_a_damaged_one_fetched_anew(desk: Workplace, store: Store) -> None:
    assert store.blobs is not None
    blob = store.blobs.keep(b"a picture of a leaking seal")
    listed(store, blob.sha256, "safe")
    got: list[bytes | None] = []
    desk.bench.read_blob(blob.sha256, got.append)
    desk.settle()
    assert got == [b"a picture of a leaking seal"]
    path = store.blobs.vault.path("files", blob.sha256)
    raw = bytearray(path.read_bytes())
    raw[-3] ^= 1
    path.write_bytes(raw)
    desk.bench.read_blob(blob.sha256, got.append)
    desk.settle()
    assert got[-1] is None
    found = kept(store, blob.sha256)
    assert found is not None
    assert (found.state, found.asked) == ("away", 1)
    assert not store.blobs.has(blob.sha256)


def test_what_is_no_hash_asks_for_nothing(desk: Workplace, store: Store) -> None:
    asked: list[bool] = []
    desk.bench.wanted.connect(lambda: asked.append(True))
    for name in ("", "../../x", "zz" * 32):
        desk.bench.read_blob(name, lambda content: None)
    desk.settle()
    assert asked == []
