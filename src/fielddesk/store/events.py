"""What happened: one row for each operation, which history, timelines and audit read."""

from __future__ import annotations

from typing import Any

from fielddesk.core.errors import Conflict, RuleBroken
from fielddesk.store.actions import Action, Ctx
from fielddesk.store.tables import Scope, Synced, ref
from fielddesk.store.tx import Tx
from fielddesk.store.types import Code, Id, Json, Moment


class Event(Synced, scope=Scope(follows=("about_id",))):
    """One operation and its outcome; the id is the operation's."""

    kind: Code
    outcome: Code
    about_table: Code | None = None
    about_id: Id | None = ref("*", default=None)
    actor_id: Id = ref("user")
    at: Moment
    told: Json = "{}"
    """Values for the sentence: what the action told, and `changed`: {field: [old, new]}."""

    indexes = (("about_id", "at"),)


def record(tx: Tx, ctx: Ctx, action: Action, args: dict[str, Any], clash: Conflict | None = None) -> None:
    """Add the event of an operation that was just run, or of one that met a conflict and left nothing else."""
    about = args.get(action.about) if action.about else next((row_id for _, row_id in tx.changes), None)
    told: dict[str, Any] = dict(ctx.told)
    if clash is not None:
        told["conflict"] = clash.fields
        about = about or clash.row_id
    elif action.nature == "decision" and (changed := _changed(tx)):
        told["changed"] = changed
    event = Event(
        id=ctx.op_id,
        kind=action.kind,
        outcome="conflict" if clash else "applied",
        about_table=_table_of(tx, action, about, clash),
        about_id=about,
        actor_id=ctx.actor,
        at=ctx.at,
        told=told,  # type: ignore[arg-type]  # its check writes it, once
    )
    try:
        tx.add(event)
    except RuleBroken as broken:
        if broken.code != "not_json":
            raise
        raise TypeError(f"{action.kind} tells what is no JSON") from broken  # a fault of its code, not a refusal


def _changed(tx: Tx) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for change in tx.changes.values():
        if change.before is None or change.after is None:
            continue
        for name in sorted(change.fields):
            old, new = getattr(change.before, name), getattr(change.after, name)
            if old != new:
                found[name] = [old, new]
    return found


def _table_of(tx: Tx, action: Action, about: str | None, clash: Conflict | None) -> str | None:
    if clash is not None:
        return clash.table
    if about is None:
        return None
    for (table, row_id), change in tx.changes.items():
        if row_id == about:
            return table
        if change.after is not None:
            own = change.after.__dict__
            for name, target in change.table.refs:
                if own[name] == about:
                    return target
    return None
