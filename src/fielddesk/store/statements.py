"""Statements headquarters writes once and both databases understand, and which database errors pass by themselves."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.store.connect import as_problem, driver_of, is_heard, run, said_by_driver
from fielddesk.store.tables import Row
from fielddesk.store.tx import insert_text, write

_IN_TEXTS = "IN (?..)"
_IN_NUMBERS = "IN (?#..)"


@functools.cache
def _translated(text: str, dialect: str) -> str:
    if dialect == "sqlite":
        each = "IN (SELECT value FROM json_each(?))"
        return text.replace(_IN_TEXTS, each).replace(_IN_NUMBERS, each).replace(" FOR UPDATE", "")
    # Not `= ANY(?)`: a prepared plan compares with the values one after the other in every row it reads.
    each = "IN (SELECT unnest(?::{}[]))"
    return text.replace(_IN_TEXTS, each.format("text")).replace(_IN_NUMBERS, each.format("int8")).replace("?", "%s")


def ask(connection: sa.Connection, text: str, *values: Any) -> Sequence[Any]:
    """Rows of a query in plain SQL: `?` stands for a value, `IN (?..)` for a list of texts, `IN (?#..)` for one of
    numbers; FOR UPDATE falls away on SQLite, where whoever writes is alone."""
    found: Sequence[Any] = _run(connection, text, values).fetchall()
    return found


def ask_together(connection: sa.Connection, questions: Sequence[tuple[Any, ...]]) -> list[Sequence[Any]]:
    """Answers to several questions, each with its values as for `ask`, in one exchange where the database has that.

    They are answered in order, each seeing what was committed until then.
    """
    if len(questions) < 2 or connection.dialect.name == "sqlite" or is_heard(connection):
        return [ask(connection, *question) for question in questions]
    driver = driver_of(connection)
    try:
        with driver.pipeline():
            answers = [
                driver.execute(_translated(text, connection.dialect.name), _written(values, _array_text))
                for text, *values in questions
            ]
        return [answer.fetchall() for answer in answers]
    except connection.dialect.loaded_dbapi.Error as error:
        raise said_by_driver(connection, questions[0][0], error) from error


def tell(connection: sa.Connection, text: str, *values: Any) -> int:
    """Run a statement, written as for `ask`; returns how many rows it met."""
    return int(_run(connection, text, values).rowcount)


def _run(connection: sa.Connection, text: str, values: tuple[Any, ...]) -> Any:
    name = connection.dialect.name
    return run(
        connection, _translated(text, name), _written(values, canonical.dumps if name == "sqlite" else _array_text)
    )


def _written(values: Sequence[Any], as_text: Callable[[Any], str]) -> tuple[Any, ...]:
    return tuple([as_text(value) if value.__class__ is list else value for value in values])


def _array_text(values: Sequence[Any]) -> str:
    """An array as PostgreSQL reads it; the driver would ask each value how it is written."""
    if None in values:
        return "{" + ",".join(["NULL" if value is None else _array_text((value,))[1:-1] for value in values]) + "}"
    texts = list(map(str, values))
    inside = '","'.join(texts)
    if "\\" in inside or inside.count('"') != 2 * max(0, len(texts) - 1):
        inside = '","'.join([text.replace("\\", "\\\\").replace('"', '\\"') for text in texts])
    return f'{{"{inside}"}}' if texts else "{}"


def _of_arrays(table: Any, what: str) -> str:
    """The statement that puts, or updates, rows given as one array for each column."""
    names = ", ".join(f'"{name}"' for name in table.column_names)
    rest = [name for name in table.column_names if name not in table.key]
    arrays = _arrays(table)
    if what == "update":
        news = ", ".join(f'"{name}" = new."{name}"' for name in rest)
        same = " AND ".join(f'old."{name}" = new."{name}"' for name in table.key)
        return f'UPDATE "{table.tablename}" old SET {news} FROM {arrays} AS new ({names}) WHERE {same}'  # noqa: S608
    keys = ", ".join(f'"{name}"' for name in table.key)
    news = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
    text = f'INSERT INTO "{table.tablename}" ({names}) SELECT * FROM {arrays}'  # noqa: S608 - from the models
    return f"{text} ON CONFLICT ({keys}) DO " + (f"UPDATE SET {news}" if rest else "NOTHING")


_text_of_arrays: Callable[[Any, str], str] = functools.cache(_of_arrays)


def _arrays(table: type[Row]) -> str:
    kinds = ("int8" if isinstance(col.kind.sql, sa.BigInteger) else "text" for col in table.columns)
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in kinds)})"


def _as_arrays(rows: Sequence[tuple[Any, ...]]) -> tuple[str, ...]:
    return tuple(map(_array_text, zip(*rows, strict=True)))


def add_rows(connection: sa.Connection, table: type[Row], rows: Sequence[Row], *, put: bool = False) -> None:
    """Add rows in one statement; with `put`, replace those that stand already (then no key may come twice)."""
    add_values(connection, table, [row.values() for row in rows], put=put)


def add_values(
    connection: sa.Connection, table: type[Row], rows: Sequence[tuple[Any, ...]], *, put: bool = False
) -> None:
    """Like `add_rows`, from the values of each row in the order of the table's columns."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        run(connection, insert_text(table, put=put), *rows)
        return
    if not put:
        _copy(connection, table, rows)
        return
    run(connection, _text_of_arrays(table, "put"), _as_arrays(rows))


def change_rows(connection: sa.Connection, table: type[Row], rows: Sequence[Row]) -> None:
    """Give rows that are there, and locked by this transaction, the values they have here; in one statement."""
    if connection.dialect.name == "sqlite":
        write(connection, table, "update", rows)
    else:
        run(connection, _text_of_arrays(table, "update"), _as_arrays([row.values() for row in rows]))


def _copy(connection: sa.Connection, table: type[Row], rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows through COPY: writing arrays as text in Python cost half of a push."""
    names = ", ".join(f'"{name}"' for name in table.column_names)
    driver = driver_of(connection)
    try:
        with driver.cursor() as cursor, cursor.copy(f'COPY "{table.tablename}" ({names}) FROM STDIN') as copy:
            write_row = copy.write_row
            for row in rows:
                write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:
        raise said_by_driver(connection, "COPY", error) from error


def is_passing(error: BaseException) -> bool:
    """Whether a database error is of the moment (deadlock, lock, lost connection) and the same work may go through.

    Nobody's operation is at fault then, and it never counts.
    """
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    if error.connection_invalidated or isinstance(error, sa.exc.InterfaceError):
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # SQLite, or a connection that broke before the server could say why
        return as_problem(error.orig or error) is not None or "connection" in str(error.orig).lower()
    return str(state)[:2] in _PASSING_CLASSES or state in _PASSING


_PASSING_CLASSES = {"08", "40", "53", "57"}  # connection, transaction rolled back, resources, operator
_PASSING = {"55P03", "25P03", "25006", "58030"}  # lock not available, idle in transaction, read only, i/o error


def ids_of(rows: Iterable[Sequence[Any]]) -> list[Any]:
    """The first column."""
    return [row[0] for row in rows]
