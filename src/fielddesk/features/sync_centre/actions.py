"""What a person decided about an outcome, as operations to be done anew; the old ones stay as they were."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fielddesk.core.errors import RuleBroken
from fielddesk.features.sync_centre.queries import Work
from fielddesk.store.actions import ACTIONS, Action, Call, Ctx
from fielddesk.store.tables import BY_NAME
from fielddesk.store.tx import Reading, Tx

MINE, THEIRS = "mine", "theirs"


def decided(work: Work, choices: Mapping[str, str]) -> list[Call]:
    """The operation that carries what was decided about a conflict; none where theirs was kept throughout.

    `choices` maps each field to mine or theirs; fields that belong together must agree. It is based on theirs, so it
    conflicts anew should they change it again. Fields of mine that nobody else had touched go with it.
    """
    if set(choices) != set(work.fields):
        raise RuleBroken("choice_missing", field=min(set(work.fields) - set(choices), default=""))
    kept = {name for name, side in choices.items() if side == MINE}
    action = _action(work)
    columns = {name: _column_of(work, name) for name in work.args}
    given_up = {name for name, column in columns.items() if column in work.fields and column not in kept}
    if any(action.arguments.model_fields[name].is_required() for name in given_up):
        return []
    args = {name: value for name, value in work.args.items() if name not in given_up}
    # Of fields that merge as one a person edited one and keeps all of theirs or all of mine.
    untouched = {name for name in kept & _names(action) if work.args.get(name) is None}
    args.update({name: work.fields[name]["mine"] for name in untouched})
    columns.update({name: name for name in untouched})
    if not any(columns[name] and value is not None for name, value in args.items()):
        return []
    based_on = {name: value for name, value in (work.based_on or {}).items() if name not in work.fields}
    based_on.update({name: work.fields[name]["theirs"] for name in kept})
    return [Call(action, action.check(args), based_on)]


def _names(action: Action) -> set[str]:
    return set(action.arguments.model_fields)


def _column_of(work: Work, argument: str) -> str:
    """The column an argument sets: its own name, or `status_reason` for `reason`; "" where it sets none."""
    columns = BY_NAME[work.table].column_names if work.table in BY_NAME else ()
    if argument in columns:
        return argument
    return next((name for name in columns if name.endswith(f"_{argument}")), "")


def _action(work: Work) -> Action:
    if work.kind not in ACTIONS:
        raise RuleBroken("kind_unknown", kind=work.kind)
    return ACTIONS[work.kind]


def done_again(
    read: Reading,
    works: Sequence[Work],
    context: Callable[[str], Ctx],
    fresh_id: Callable[[], str],
    first: Sequence[Call] = (),
) -> list[Call]:
    """A rejected operation and what was parked on it, as new operations on the newest rows, after `first`.

    They get new ids, and so do the rows they make: what names such a row is re-pointed. RuleBroken or Conflict where
    one of them still cannot be done. `context(op_id)` is who and when, `fresh_id()` draws an id.
    """
    old_tx, new_tx = Tx(read.connection), Tx(read.connection)
    calls: list[Call] = list(first)
    renamed: dict[str, str] = {}
    for one in first:
        ctx = context(fresh_id())
        ctx.based_on = one.based_on or {}
        one.action.run(new_tx, ctx, **one.args)
    for work in works:
        action, op_id = _action(work), fresh_id()
        args = action.check(_renamed(work.args, renamed))
        based_on = _based_on_now(new_tx, work, renamed)
        before = len(new_tx.changes)
        ctx = context(op_id)
        ctx.based_on = based_on or {}
        action.run(new_tx, ctx, **args)
        made = [key[1] for key, change in list(new_tx.changes.items())[before:] if change.before is None]
        renamed.update(zip(_made_before(old_tx, work, context), made, strict=False))
        calls.append(Call(action, args, based_on, op_id))
    return calls


def _made_before(tx: Tx, work: Work, context: Callable[[str], Ctx]) -> list[str]:
    """Ids of the rows that the operation made when it was done first, in order: the same run under its own id."""
    before = len(tx.changes)
    action = _action(work)
    ctx = context(work.id)
    try:
        action.run(tx, ctx, **action.check(work.args))
    except RuleBroken:
        return []
    return [key[1] for key, change in list(tx.changes.items())[before:] if change.before is None]


def _based_on_now(tx: Tx, work: Work, renamed: Mapping[str, str]) -> dict[str, Any] | None:
    """What the record shows now: who does something again has seen why it did not go through."""
    if work.based_on is None:
        return None
    about = renamed.get(work.about_id or "", work.about_id or "")
    row = tx.get(BY_NAME[work.about_table], about) if work.about_table in BY_NAME else None
    return {name: getattr(row, name, value) if row else value for name, value in work.based_on.items()}


def _renamed(value: Any, renamed: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return renamed.get(value, value)
    if isinstance(value, Mapping):
        return {key: _renamed(inner, renamed) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, renamed) for inner in value]
    return value
