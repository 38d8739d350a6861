"""Where the steps lie that bring an older store up to date, and which is the newest; asking Alembic takes longer."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from fielddesk.core.paths import migrations
from fielddesk.store import connect

MORE: list[Path] = []
"""Further folders with steps; tests put theirs here."""

COPY, REBUILT = "store.upgrading.db", "store.rebuilding.db"
"""What a database is called that is to take the store's place; never the only copy of anything."""


def folders() -> list[Path]:
    """Every folder with steps."""
    return [migrations() / "versions", *MORE]


def newest() -> str:
    """The step this version's tables stand at. A step's file begins with its number, which is its name."""
    return max(path.name.partition("_")[0] for folder in folders() for path in folder.glob("[0-9]*.py"))


def step_of(connection: sa.Connection) -> str | None:
    """The step a database stands at; None for an empty one."""
    there = "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
    if not connect.run(connection, there).fetchone()[0]:
        return None
    found = connect.run(connection, "SELECT version_num FROM alembic_version").fetchone()
    return None if found is None else str(found[0])
