"""Laptops for tests: a fresh profile on SQLCipher with a journal, written inline, with an owned clock."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from fielddesk.core.clock import Clock, FixedClock
from fielddesk.core.ids import derived_id
from fielddesk.features import registry
from fielddesk.features.people.rules import ENGINEER
from fielddesk.store.database import Store
from fielddesk.store.laptop import Enrolment, create_laptop, open_laptop
from fielddesk.store.outbox import OwnOperation
from fielddesk.store.tables import Synced

KEY = bytes(range(32))
assert registry.ACTIONS


def some_id(name: str) -> str:
    """The same id for the same name, in every test."""
    return derived_id("0190" * 8, name)


ENROLMENT = Enrolment(
    hq_id="hq-test", hq_url="http://127.0.0.1:1", hq_name="Test headquarters", epoch=1, incarnation=1,
    user=some_id("anna"), account="anna", role=ENGINEER, device=some_id("laptop a7"), device_code="A7",
)  # fmt: skip


def new_laptop(
    folder: Path, *, clock: Clock | None = None, key: bytes = KEY, more: dict[str, Any] | None = None, **who: Any
) -> Store:
    """A fresh profile in `folder`, open; `who` replaces facts of ENROLMENT (user, role, device, device_code, …)."""
    return create_laptop(folder, key, replace(ENROLMENT, **who), clock or FixedClock(), **(more or {}))


def open_again(folder: Path, *, clock: Clock | None = None, key: bytes = KEY, **more: Any) -> Store:
    """Open a profile as the program does at a start."""
    return open_laptop(folder, key, clock or FixedClock(at=1_800_100_000_000_000), **more)


def as_after_a_kill(store: Store, place: Path) -> Path:
    """The profile as it would be found had the program been killed this moment; the store stays open."""
    assert store.path is not None
    shutil.copytree(store.path.parent, place)
    return place


def kept(store: Store, table: type[Synced]) -> list[Synced]:
    """All rows of a table as the store shows them, by id."""
    with store.read() as read:
        return read.all(table, order=[table.c.id])


def operations(store: Store) -> list[OwnOperation]:
    """Everything the outbox holds, in the order it was done."""
    with store.read() as read:
        return read.all(OwnOperation, order=[OwnOperation.c.place])
