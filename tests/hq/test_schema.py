"""A database made by the migrations is the one the code declares, on every database and both sides."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import fielddesk.hq.tables
import fielddesk.store.contents
import fielddesk.store.outbox  # noqa: F401 - declares the laptop's own tables
from fielddesk.features.registry import tables
from fielddesk.hq.service import Headquarters
from fielddesk.store import connect, schema
from fielddesk.store.tables import BY_NAME, SYNCED
from tests.support.postgres import Server

SIDES = [("sqlcipher", "laptop"), ("sqlite", "hq"), ("postgresql", "hq")]


def opened(kind: str, folder: Path, request: pytest.FixtureRequest) -> sa.Engine:
    gate = connect.Gate()
    gate.open = True
    if kind == "sqlcipher":
        return connect.encrypted_engine(folder / "store.db", os.urandom(32), gate)
    if kind == "sqlite":
        return connect.plain_engine(folder / "hq.db", gate)
    server: Server = request.getfixturevalue("postgres")
    return connect.postgresql_engine(server.new_database())


@pytest.mark.parametrize(("kind", "side"), SIDES)
def test_models_and_migrations_agree(kind: str, side: Any, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    engine = opened(kind, tmp_path, request)
    with engine.connect() as connection:
        schema.upgrade(connection, side)
        assert schema.revision_of(connection) == schema.newest_revision()
        there = sa.inspect(connection)
        declared = {name: table for data in schema.models(side) for name, table in data.tables.items()}
        assert set(there.get_table_names()) == {*declared, "alembic_version"}
        for name, table in declared.items():
            columns = {column["name"]: column for column in there.get_columns(name)}
            assert list(columns) == [column.name for column in table.columns], name
            for column in table.columns:
                assert columns[column.name]["nullable"] == bool(column.nullable), (name, column.name)
                assert isinstance(columns[column.name]["type"], type(column.type).__mro__[1]), (name, column.name)
            assert there.get_pk_constraint(name)["constrained_columns"] == [each.name for each in table.primary_key]
        assert compare_metadata(MigrationContext.configure(connection), schema.models(side)) == []
        made = shapes(connection) if kind != "postgresql" else {}
    engine.dispose()
    if kind != "postgresql":
        plain = sa.create_engine("sqlite://")
        with plain.connect() as connection:
            for data in schema.models(side):
                data.create_all(connection)
            assert made == shapes(connection)
        plain.dispose()


def shapes(connection: sa.Connection) -> dict[str, str]:
    """Of tables and indexes what Alembic does not compare on SQLite: row numbers, and which rows an index holds."""
    query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
    found: dict[str, str] = {}
    for name, text in map(tuple, connection.exec_driver_sql(query)):
        if text.startswith("CREATE TABLE"):
            found[name] = "WITHOUT ROWID" if text.endswith("WITHOUT ROWID") else ""
        elif text.startswith("CREATE INDEX"):
            found[name] = text
    return found


def test_text_sorts_byte_by_byte_on_postgresql(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    engine = opened("postgresql", tmp_path, request)
    with engine.connect() as connection:
        schema.upgrade(connection, "hq")
        wrong = connection.exec_driver_sql(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"
        ).fetchall()
        other = connection.exec_driver_sql(
            "SELECT DISTINCT data_type FROM information_schema.columns WHERE table_schema = 'public' "
            "AND table_name <> 'alembic_version'"
        ).fetchall()
    engine.dispose()
    assert wrong == []
    assert {kind for (kind,) in other} == {"text", "bigint"}


@pytest.mark.parametrize(("kind", "side"), SIDES)
def test_upgrading_twice_changes_nothing(kind: str, side: Any, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    engine = opened(kind, tmp_path, request)
    with engine.connect() as connection:
        schema.upgrade(connection, side)
        before = sorted(sa.inspect(connection).get_table_names())
        connection.rollback()
        schema.upgrade(connection, side)
        assert sorted(sa.inspect(connection).get_table_names()) == before
    engine.dispose()


@pytest.mark.parametrize(("kind", "side"), SIDES)
def test_an_upgrade_that_fails_leaves_the_database_as_it_was(
    kind: str, side: Any, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = opened(kind, tmp_path, request)

    def fail(_connection: sa.Connection, _tables: list[str]) -> None:
        raise RuntimeError("power loss")

    with monkeypatch.context() as broken:
        broken.setattr(connect, "guard", fail)
        with engine.connect() as connection, pytest.raises(RuntimeError):
            schema.upgrade(connection, side)
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
        connection.rollback()
        schema.upgrade(connection, side)
        assert "work_order" in sa.inspect(connection).get_table_names()
    engine.dispose()


def test_every_table_that_travels_has_its_guard(make_hq: Any) -> None:
    hq: Headquarters = make_hq("postgresql")
    with hq.reading() as connection:
        found = connection.exec_driver_sql("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal").fetchall()
    assert {name for (name,) in found} == {f"guard_{name}" for name in SYNCED.tables}


def test_each_step_is_known_and_there_is_one_newest() -> None:
    assert schema.newest_revision() in schema.known_revisions()


def test_the_registry_names_every_table_that_travels() -> None:
    assert set(tables()) == set(SYNCED.tables) == set(BY_NAME)
