"""Brings a database to the tables of this version, step by step; the steps lie in the folder `migrations`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import sqlalchemy as sa
from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from fielddesk.core.paths import migrations
from fielddesk.store import connect, steps
from fielddesk.store.tables import HEADQUARTERS, LAPTOP, SYNCED

Side = Literal["laptop", "hq"]


def upgrade(connection: sa.Connection, side: Side, *, revision: str = "head") -> None:
    """Run the steps that this database lacks and make its guards, in one transaction, and commit.

    The connection must not be in a transaction. On SQLite foreign keys are off (connect.py), as a rebuilt table needs.
    """
    connect.begin_write(connection)
    try:
        if connection.dialect.name == "postgresql":
            # Two servers that start at once: the second waits here and then finds nothing to do.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(81042)")
        config = alembic_config(side)
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        present = set(sa.inspect(connection).get_table_names())
        connect.guard(connection, sorted(present & set(SYNCED.tables)))
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def revision_of(connection: sa.Connection) -> str | None:
    """The step a database stands at; None where it has none of our tables."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """The step this version's tables stand at."""
    return str(ScriptDirectory.from_config(alembic_config("laptop")).get_current_head())


def known_revisions() -> set[str]:
    """Every step this version knows; a database at another one was written by a newer version."""
    return {step.revision for step in ScriptDirectory.from_config(alembic_config("laptop")).walk_revisions()}


def alembic_config(side: Side) -> Config:
    """What Alembic is told; `attributes` take the connection."""
    config = Config()
    config.set_main_option("script_location", str(migrations()).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(map(str, steps.folders())).replace("%", "%%"))
    config.attributes["side"] = side
    return config


def models(side: Side) -> list[sa.MetaData]:
    """The tables as the code declares them, for comparison; whoever asks has imported the modules that do."""
    return [SYNCED, LAPTOP if side == "laptop" else HEADQUARTERS]


# ---------------------------------------------------------------- words of a step


def laptop() -> bool:
    """Whether this step runs on a laptop's store."""
    return bool(context.config.attributes["side"] == "laptop")


def hq() -> bool:
    """Whether this step runs at headquarters."""
    return not laptop()


def _text_type() -> sa.Text:
    # Byte order on both databases; SQLite compares so by itself and knows no collation of that name.
    return sa.Text(collation="C") if context.get_bind().dialect.name == "postgresql" else sa.Text()


def _column(make: Callable[[], sa.types.TypeEngine[Any]], name: str, *, key: bool = False, null: bool = False) -> Any:
    return sa.Column(name, make(), primary_key=key, nullable=null, autoincrement=False)


text = partial(_column, _text_type)
"""`text("name", key=False, null=False)`: a column of text that compares byte by byte."""
whole = partial(_column, sa.BigInteger)
"""`whole("rev")`: a column of whole numbers of 64 bits."""
