"""Whether a text stands in a column, in capitals or small letters: how each database asks it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class _Has(FunctionElement[bool]):
    """`column LIKE pattern` without regard to the case of Latin letters."""

    inherit_cache = True
    name = "has"
    type = sa.Boolean()


@compiles(_Has, "sqlite")
def _on_sqlite(element: _Has, compiler: Any, **more: Any) -> str:
    # SQLite's LIKE does not tell capitals from small letters in ASCII; lower() would only make it twice as slow.
    column, pattern = (compiler.process(clause, **more) for clause in element.clauses)
    return f"{column} LIKE {pattern} ESCAPE '!'"


@compiles(_Has, "postgresql")
def _on_postgresql(element: _Has, compiler: Any, **more: Any) -> str:
    column, pattern = (compiler.process(clause, **more) for clause in element.clauses)
    return f"{column} ILIKE {pattern} ESCAPE '!'"


def has_text(column: sa.ColumnElement[Any], text: str) -> sa.ColumnElement[bool]:
    """Whether a column holds this text somewhere; signs that LIKE would read as wildcards are only signs."""
    plain = text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return _Has(column, sa.bindparam(None, f"%{plain}%", type_=column.type, unique=True))
