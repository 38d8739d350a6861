"""Which rows a person should have, worked out from all rows in the plain way (sync.md, Scope is membership).

Independent of headquarters' own bookkeeping: nothing here reads who was noted as a member of what.
"""

from __future__ import annotations

from typing import Any

from fielddesk.store.tables import BY_NAME

Key = tuple[str, str]
Rows = dict[Key, dict[str, Any]]


def in_scope(user: str, rows: Rows) -> Rows:
    """The rows of this user: the catalogue, what they hold and what that reaches, and what follows any of it."""
    reached = _reached(user, rows)
    return {key: body for key, body in rows.items() if _has(key, rows, reached)}


def _reached(user: str, rows: Rows) -> set[Key]:
    found = {key for key, body in rows.items() if (holder := BY_NAME[key[0]].scope.holder) and body[holder] == user}
    waiting = list(found)
    parts = _parts(rows)
    while waiting:
        table, row_id = waiting.pop()
        for col in BY_NAME[table].columns:
            there = (col.ref, rows[(table, row_id)][col.name]) if col.reach else ("", None)
            if there in rows and there not in found:
                found.add(there)
                waiting.append(there)
        for other in parts.get((table, row_id), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def _parts(rows: Rows) -> dict[Key, list[Key]]:
    """What names a row and goes where it goes: the parts of a machine."""
    found: dict[Key, list[Key]] = {}
    for other, body in rows.items():
        for col in BY_NAME[other[0]].columns:
            if col.back and body[col.name] is not None:
                found.setdefault((col.ref, body[col.name]), []).append(other)
    return found


def _has(key: Key, rows: Rows, reached: set[Key]) -> bool:
    scope = BY_NAME[key[0]].scope
    if scope.follows:
        hung, open_to_all = _hangs_on(key, rows)
        return bool(hung & reached) or (open_to_all and not hung)
    return bool(scope.catalogue) or key in reached


def _hangs_on(key: Key, rows: Rows) -> tuple[set[Key], bool]:
    """The rows that a row follows, in the end, and whether one of them is everybody's."""
    body, table = rows[key], BY_NAME[key[0]]
    hung: set[Key] = set()
    open_to_all = False
    for col in table.columns:
        if col.name not in table.scope.follows or body[col.name] is None:
            continue
        there = (body["about_table"] if col.ref == "*" else col.ref, body[col.name])
        if there not in rows:
            continue
        scope = BY_NAME[there[0]].scope
        if scope.follows:
            more, also = _hangs_on(there, rows)
            hung, open_to_all = hung | more, open_to_all or also
        elif scope.catalogue and not scope.holder:
            open_to_all = True
        else:
            hung.add(there)
    return hung, open_to_all
