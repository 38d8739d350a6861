"""Running once more what was done here before: after a crash, under new rows, after an upgrade."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.errors import Conflict, FieldDeskError, RuleBroken, StoreProblem
from fielddesk.core.frozen import dataclass
from fielddesk.store import connect, events, outbox
from fielddesk.store.actions import ACTIONS, Ctx, ids_in
from fielddesk.store.outbox import OwnOperation, TouchedRow
from fielddesk.store.tx import Key, Reading, Tx, write

log = logging.getLogger(__name__)
_DRAWN = re.compile(r"(?P<kind>WO|RP)-(?P<code>[^-]+)-(?P<year>[0-9]{4})-(?P<count>[1-9][0-9]{0,8})")
"""A number as a laptop draws it; of more digits nobody ever drew one, and it would not fit where it is counted."""
NUMBERS = "number."
"""How the settings begin that count the numbers drawn here."""


@dataclass(frozen=True)
class Identity:
    """Whose store this is: user id, role, device id, the code in numbers made here."""

    user: str
    role: str
    device: str
    device_code: str


def identity_in(read: Reading) -> Identity:
    """Whose store this is, from its settings; store_damaged where they are not there."""
    kept = outbox.settings(read)
    names = ("user", "role", "device", "device_code")
    if not all(isinstance(kept.get(name), str) for name in names):
        raise StoreProblem("store_damaged", file="", why="settings")
    return Identity(**{name: kept[name] for name in names})


def context(identity: Identity, op_id: str, at: int, zone: str, based_on: Any) -> Ctx:
    """The context of an operation of this laptop's user."""
    return Ctx(op_id, at, zone, identity.user, identity.role, identity.device, based_on or {})


def run_again(
    identity: Identity, connection: sa.Connection, op_id: str, body: str
) -> tuple[Tx, FieldDeskError | None, dict[str, Any]]:
    """Run a kept operation on the rows of now; what it changed, or why it does not run (then it changed nothing)."""
    tree = canonical.loads(body)
    ctx = context(identity, op_id, tree["occurred_at"], tree["tz"], tree.get("based_on"))
    tx = Tx(connection, fresh=False, can_undo=True)
    try:
        action = ACTIONS.get(tree["kind"])
        if action is None:
            raise RuleBroken("kind_unknown", kind=tree["kind"])
        args, shown = action.upcast(tree["version"], tree["args"], tree.get("based_on") or {})
        ctx = replace(ctx, based_on=shown)
        args = action.check(args)
        action.run(tx, ctx, **args)
        events.record(tx, ctx, action, args)
        tx.keep()
    except (RuleBroken, Conflict) as trouble:
        tx.undo()
        return tx, trouble, tree
    except (FieldDeskError, sa.exc.SQLAlchemyError, OSError):
        raise
    except Exception as fault:  # the action's own: the operation stays, or the program could never start again
        log.exception("%s does not run on the rows of now", tree["kind"])
        tx.undo()
        return tx, RuleBroken("action_failed", kind=tree["kind"], fault=type(fault).__name__), tree
    return tx, None, tree


def lay_on_top(identity: Identity, connection: sa.Connection, own: OwnOperation, before: list[TouchedRow]) -> set[Key]:
    """Run an operation of the outbox on the rows of now and remember anew what it wrote; what changed.

    `before` is what it was known to touch. Where it does not run it stays, with its trouble.
    """
    tx, trouble, tree = run_again(identity, connection, own.id, own.body)
    if trouble is None:
        rows = outbox.touched_rows(tx, own.id, tree["args"])
    else:
        named = {row.row_id: row.tablename_ for row in before} | dict.fromkeys(ids_in(tree["args"]), "row")
        rows = [TouchedRow(op_id=own.id, row_id=row_id, tablename_=table, wrote=0) for row_id, table in named.items()]
    if {row.values() for row in rows} != {row.values() for row in before}:
        write(connection, TouchedRow, "drop", before)
        write(connection, TouchedRow, "add", rows)
        if (touches := outbox.touches(rows)) != own.touches:
            connect.run(connection, "UPDATE own_operation SET touches = ? WHERE id = ?", (touches, own.id))
    text = None if trouble is None else trouble_text(trouble)
    if text != own.trouble:
        connect.run(connection, "UPDATE own_operation SET trouble = ? WHERE id = ?", (text, own.id))
    return set(tx.changes) | {(OwnOperation.tablename, own.id)}


def trouble_text(trouble: FieldDeskError) -> str:
    return canonical.dumps({"code": trouble.code, "values": trouble.values})


def numbers_in(args: Any, device_code: str) -> dict[str, int]:
    """The highest of each kind of number that the arguments hold and this laptop drew, by the setting that counts.

    Only what an argument named `number` holds: a person may write anything into a note.
    """
    found: dict[str, int] = {}
    for inner in args.values() if isinstance(args, dict) else args if isinstance(args, list) else ():
        for name, count in numbers_in(inner, device_code).items():
            found[name] = max(count, found.get(name, 0))
    number = args.get("number") if isinstance(args, dict) else None
    if isinstance(number, str) and (drawn := _DRAWN.fullmatch(number)) and drawn["code"] == device_code:
        name = number_setting(drawn["kind"], device_code, drawn["year"])
        found[name] = max(int(drawn["count"]), found.get(name, 0))
    return found


def number_setting(kind: str, device_code: str, year: str) -> str:
    return f"{NUMBERS}{kind.lower()}.{device_code.lower()}.{year}"
