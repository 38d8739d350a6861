"""Opening a database: SQLCipher on a laptop, PostgreSQL or plain SQLite at headquarters. Nobody else knows which."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool, QueuePool

from fielddesk.core.errors import StoreProblem

PAGE_CACHE_KIB = 65_536
READER_CACHE_KIB = 4_096
"""For a connection that only reads: each thread has one, and what it once keeps it never gives back. This holds the
inner pages of every index and the rows in view; of a look that reads a whole table nothing is worth keeping."""
BUSY_MS = 30_000
CHECKPOINT_PAGES = 8_000
"""Pages in the log before they are copied back: 32 MB. SQLite's own 1,000 copied the same ones every forty actions."""


class Gate:
    """Open while an action or an apply writes; the triggers abort any other write to a synced table."""

    def __init__(self) -> None:
        self.open = False

    def __call__(self) -> int:
        return 1 if self.open else 0


def encrypted_engine(path: Path, key: bytes, gate: Gate) -> sa.Engine:
    """A laptop's store; `key` is the raw 256-bit database key (deriving one costs 145 ms a connection).

    Errors come as the driver's; `as_problem` turns them into StoreProblem.
    """
    return _sqlite_engine(path, gate, key, NullPool)


@contextlib.contextmanager
def sole(path: Path, key: bytes) -> Iterator[sa.Connection]:
    """A connection to an encrypted database that nobody else has open; it may write to every table."""
    gate = Gate()
    gate.open = True
    engine = encrypted_engine(path, key, gate)
    try:
        with told(path), engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def readable_rows(path: Path, key: bytes, queries: Sequence[str]) -> list[list[tuple[Any, ...]]]:
    """What can still be read of a damaged database, and nothing is written to it: for each query its rows up to the
    first one that cannot be read."""
    import sqlcipher3

    found: list[list[tuple[Any, ...]]] = [[] for _ in queries]
    with contextlib.suppress(sqlcipher3.Error):
        connection = sqlcipher3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        with contextlib.closing(connection):
            _unlock(connection, key)
            for rows, query in zip(found, queries, strict=True):
                with contextlib.suppress(sqlcipher3.Error):
                    for row in connection.execute(query):  # one at a time: extend() would lose all to the last
                        rows.append(row)
    return found


def bring_in_log(connection: sa.Connection, path: Path) -> None:
    """Write everything from the log into the database's own file; store_busy where somebody else holds it."""
    if run(connection, "PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        raise StoreProblem("store_busy", file=path.name)


def copy_encrypted(path: Path, copy: Path, key: bytes) -> None:
    """Copy one moment of an encrypted database that others may be writing to; nobody waits for it.

    The copy is encrypted with the same key and on the disk when this returns. About 17 ms a megabyte.
    """
    import sqlcipher3

    with contextlib.closing(sqlcipher3.connect(str(copy), isolation_level=None)) as target:
        _unlock(target, key)
        with contextlib.closing(sqlcipher3.connect(str(path), isolation_level=None)) as source:
            _unlock(source, key)
            try:
                # The copy seals a damaged page anew, and would look sound: so both are read, before and after.
                damaged = source.execute("PRAGMA cipher_integrity_check").fetchall()
                source.backup(target)
                damaged += [row for row in target.execute("PRAGMA quick_check(1)") if row[0] != "ok"]
            except source.Error as error:
                raise as_problem(error, path) or error from error
            if damaged:
                raise StoreProblem("store_damaged", file=path.name, folder=str(path.parent))


def plain_engine(path: Path, gate: Gate) -> sa.Engine:
    """Headquarters on one machine: the same SQLite, without a key."""
    return _sqlite_engine(path, gate, None, NullPool)


def postgresql_engine(url: str, *, idle_s: int = 30, lock_s: int = 20) -> sa.Engine:
    """Headquarters on PostgreSQL. Short idle and lock time-outs, so that no stopped process holds the feed."""
    idle = f"-c idle_in_transaction_session_timeout={idle_s * 1000}"
    options = f"{idle} -c lock_timeout={lock_s * 1000} -c timezone=UTC"
    return sa.create_engine(
        sa.engine.make_url(url).set(drivername="postgresql+psycopg"),
        connect_args={"options": options},
        hide_parameters=True,  # an error's text goes to logs, the values are customers' words
        poolclass=QueuePool,
        pool_size=20,
        max_overflow=20,
        pool_pre_ping=False,
    )


def _unlock(connection: Any, key: bytes) -> None:
    """The first words to an encrypted database, before anything is read of it."""
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("PRAGMA cipher_hmac_algorithm = HMAC_SHA256")  # docs/decisions.md, sqlcipher3
    connection.execute("PRAGMA cipher_log_level = NONE")  # it would write to the terminal what we raise


def _sqlite_engine(path: Path, gate: Gate, key: bytes | None, pool: Any) -> sa.Engine:
    import sqlcipher3

    def connect() -> Any:
        connection = sqlcipher3.connect(
            str(path), isolation_level=None, check_same_thread=False, timeout=BUSY_MS / 1000, cached_statements=512
        )
        try:
            if key is not None:
                _unlock(connection, key)
            connection.execute(f"PRAGMA cache_size = -{PAGE_CACHE_KIB}")
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("PRAGMA foreign_keys = OFF")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            connection.create_function("fielddesk_gate", 0, gate)
        except BaseException:
            connection.close()
            raise
        return connection

    engine = sa.create_engine(
        "sqlite://", module=sqlcipher3.dbapi2, creator=connect, poolclass=pool, hide_parameters=True
    )
    engine.dialect.paramstyle = "qmark"
    return engine


def run(connection: sa.Connection, statement: str, *rows: Sequence[Any]) -> Any:
    """Run one statement, once for each row of values, and return what can be fetched from.

    By the driver itself, unless somebody listens to SQLAlchemy's statements: on SQLite ten times quicker than by way
    of SQLAlchemy (58 against 5 microseconds for a small look-up), on PostgreSQL a twentieth of a push. Errors are
    SQLAlchemy's all the same.
    """
    if is_heard(connection):
        return connection.exec_driver_sql(statement, list(rows) if len(rows) > 1 else rows[0] if rows else None)
    driver = driver_of(connection)
    try:
        if len(rows) > 1:
            cursor = driver.cursor()
            cursor.executemany(statement, rows)
            return cursor
        return driver.execute(statement, rows[0] if rows else ())
    except connection.dialect.loaded_dbapi.Error as error:
        raise said_by_driver(connection, statement, error) from error


def is_heard(connection: sa.Connection) -> bool:
    """Whether somebody listens to SQLAlchemy's statements."""
    return bool(connection._has_events or connection.engine._has_events)


def driver_of(connection: sa.Connection) -> Any:
    """The driver's own connection, in a transaction that SQLAlchemy's commit() ends."""
    if connection.dialect.name != "sqlite" and not connection.in_transaction():
        connection.begin()  # the driver begins by itself, and SQLAlchemy would not know of it
    return connection.connection.driver_connection


def said_by_driver(connection: sa.Connection, statement: str, error: BaseException) -> sa.exc.DBAPIError:
    """A driver's error as SQLAlchemy would have raised it; a connection that broke is given up."""
    dialect: Any = connection.dialect
    broken = bool(getattr(connection.connection.driver_connection, "broken", False))
    if broken:
        connection.invalidate(error)
    found = sa.exc.DBAPIError.instance(
        statement, None, error, dialect.loaded_dbapi.Error,
        hide_parameters=True, connection_invalidated=broken, dialect=dialect,
    )  # fmt: skip
    assert isinstance(found, sa.exc.DBAPIError)
    return found


def begin_write(connection: sa.Connection) -> None:
    """Start a writing transaction; on SQLite the one writer's lock is taken at once."""
    if connection.dialect.name == "sqlite":
        _begin(connection, "BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("SET LOCAL fielddesk.gate = '1'")


def begin_read(connection: sa.Connection) -> None:
    """Start a transaction that sees one moment of the database."""
    if connection.dialect.name == "sqlite":
        _begin(connection, "BEGIN")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def _begin(connection: sa.Connection, how: str) -> None:
    # SQLAlchemy must know of the transaction, else its commit() does nothing; the driver itself never begins one.
    if not connection.in_transaction():
        connection.begin()
    run(connection, how)


def is_whole(connection: sa.Connection) -> bool:
    """Whether every page is what was written, and what is written makes sense; about 5 ms a megabyte (SQLCipher)."""
    sealed = not run(connection, "PRAGMA cipher_integrity_check").fetchall()
    return sealed and run(connection, "PRAGMA quick_check(1)").fetchone()[0] == "ok"


def guard(connection: sa.Connection, tables: list[str]) -> None:
    """Make the triggers that abort a write outside an action or an apply; committed by the caller.

    Made at every open from the models, since a table rebuilt by a migration loses its triggers.
    """
    make = _guard_sqlite if connection.dialect.name == "sqlite" else _guard_postgresql
    for table in tables:
        make(connection, table)


def has_guards(connection: sa.Connection, tables: list[str]) -> bool:
    """Whether the triggers of all these tables are there (SQLite)."""
    counted = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 6) = 'guard_'"
    return bool(run(connection, counted).fetchone()[0] >= 3 * len(tables))


def _guard_sqlite(connection: sa.Connection, table: str) -> None:
    for verb in ("INSERT", "UPDATE", "DELETE"):
        connection.exec_driver_sql(
            f'CREATE TRIGGER IF NOT EXISTS guard_{table}_{verb.lower()} BEFORE {verb} ON "{table}" '
            f"WHEN fielddesk_gate() = 0 BEGIN SELECT RAISE(ABORT, 'write outside an action: {table}'); END"
        )


def _guard_postgresql(connection: sa.Connection, table: str) -> None:
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION fielddesk_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF coalesce(current_setting('fielddesk.gate', true), '') <> '1' THEN "
        "RAISE EXCEPTION 'write outside an action: %%', TG_TABLE_NAME; END IF; RETURN NULL; END $$"
    )
    connection.exec_driver_sql(
        f'CREATE OR REPLACE TRIGGER guard_{table} BEFORE INSERT OR UPDATE OR DELETE ON "{table}" '
        "FOR EACH STATEMENT EXECUTE FUNCTION fielddesk_guard()"
    )


def as_problem(error: BaseException, path: Path | None = None) -> StoreProblem | None:
    """What the world did to the database, in our codes; None where the error is of another kind."""
    where = {"file": path.name, "folder": str(path.parent)} if path else {"file": "", "folder": ""}
    text = str(error).lower()
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreProblem("disk_full", **where)
    if isinstance(error, OSError) and error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return StoreProblem("folder_read_only", **where)
    for words, code in _SIGNS:
        if words in text:
            if words == _NOT_OPENED and path is not None and is_writable(path.parent):
                code = "file_busy"  # there and ours to write to: somebody else holds it
            return StoreProblem(code, **where)
    return None


@contextlib.contextmanager
def told(path: Path | None) -> Iterator[None]:
    """Turn what the world did to a database into the StoreProblem a person can act on."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        problem = as_problem(error.orig or error, path)
        if problem is None:
            raise
        raise problem from error


_NOT_OPENED = "unable to open database file"
_SIGNS: tuple[tuple[str, str], ...] = (
    ("database or disk is full", "disk_full"),
    ("no space left", "disk_full"),
    ("readonly database", "folder_read_only"),
    ("read-only", "folder_read_only"),
    (_NOT_OPENED, "folder_read_only"),
    ("file is not a database", "store_damaged"),
    ("disk image is malformed", "store_damaged"),
    ("malformed database schema", "store_damaged"),
    ("hmac", "store_damaged"),
    ("database is locked", "store_busy"),
    ("disk i/o error", "disk_failed"),
)


def is_writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)
