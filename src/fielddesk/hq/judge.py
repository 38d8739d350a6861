"""What becomes of one operation: applied, merged, conflict, rejected, parked, held or quarantined, never an error."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.clock import DAY
from fielddesk.core.errors import Conflict, RowMissing, RuleBroken
from fielddesk.features.people.rules import sees_everything
from fielddesk.features.workorders.rules import CANCELLED
from fielddesk.hq.batch import Batch, OperationTx, named_rows
from fielddesk.hq.envelope import Envelope
from fielddesk.hq.reach import NATURE, OPEN, REACH, ROOTS, followed, holder_of
from fielddesk.store import events
from fielddesk.store.actions import ACTIONS, Action, Ctx
from fielddesk.store.events import Event
from fielddesk.store.statements import ask
from fielddesk.store.tables import Synced
from fielddesk.store.tx import Key, Tx

log = logging.getLogger(__name__)

TRIES = 3
"""So often an action's own code may raise before its operation is put aside."""
GRACE = 30 * DAY
"""A former holder's facts are taken if they occurred up to this long after the row left their scope (sync.md)."""
PARKS = frozenset({"rejected", "conflict", "parked", "void"})
WAITS = frozenset({"held", "quarantined"})
_REACHED = frozenset(col.ref for columns in REACH.values() for col in columns)


@dataclass(frozen=True)
class Sender:
    """Who sent an operation, as headquarters knows them now."""

    device_id: str
    user_id: str
    role: str
    revoked: bool = False

    @property
    def sees_everything(self) -> bool:
        return sees_everything(self.role)


@dataclass(slots=True)
class Verdict:
    """What came of an operation. `detail` is what travels; `waits_for` the row or operation a held one waits for."""

    detail: dict[str, Any]
    waits_for: str | None = None
    result: Any = None

    @property
    def word(self) -> str:
        return str(self.detail["is"])


def held(reason: str, waits_for: str | None = None, **values: Any) -> Verdict:
    return Verdict({"is": "held", "reason": reason, **values}, waits_for)


def rejected(broken: RuleBroken) -> Verdict:
    values = {name: value for name, value in broken.values.items() if name != "field" and _travels(value)}
    return Verdict({"is": "rejected", "code": broken.code, "values": values, "field": broken.values.get("field")})


def _travels(value: Any) -> bool:
    return value is None or isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))


class Judge:
    """Runs operations one after the other within a batch."""

    def __init__(self, connection: sa.Connection, batch: Batch) -> None:
        self.connection = connection
        self.batch = batch
        self.outcomes: dict[str, dict[str, Any]] = {}
        """Outcome of every operation that another one here needs."""
        self.made: set[tuple[str, str]] = set()
        """(user, row): rows that somebody made who may not hold them; they keep the right of a former holder."""
        self._by_grace = False
        self._member: dict[tuple[str, str], bool] = {}
        self._left: dict[tuple[str, str], int | None] = {}

    # -- before the first ------------------------------------------------------------------------------------------

    def read_ahead(self, sender: Sender, operations: Sequence[Envelope]) -> None:
        """Fetch, in few questions, what these operations will ask for."""
        facts: set[Key] = {("user", sender.user_id)}
        decisions: set[Key] = set()
        needed: set[str] = set()
        for read in operations:
            action = ACTIONS.get(read.kind)
            mine = facts if action is None or action.nature == "fact" else decisions
            mine.update(named_rows(read.args))
            needed.update(read.depends_on)
        # An account or a part is named by everybody and changed by next to nobody: looking is enough.
        closed = {key for key in decisions if key[0] not in OPEN}
        self.batch.read_ahead(closed, lock=True)
        named = facts | decisions
        self.batch.read_ahead(named, lock=False)
        self.learn_outcomes(needed)
        if not sender.sees_everything:
            named |= set(self._reached_from(decisions))  # whoever changes a row must have what it reaches
            self.batch.read_ahead(named, lock=False)
            self._learn_members(sender.user_id, [row for table, row in named if table in _REACHED])

    def _reached_from(self, keys: Iterable[Key]) -> Iterator[Key]:
        for key in keys:
            row = self.batch.rows.get(key)
            if row is not None:
                yield from _targets(row)

    def learn_outcomes(self, needed: Iterable[str]) -> None:
        wanted = sorted(set(needed) - self.outcomes.keys())
        if wanted:
            for op_id, detail in ask(self.connection, "SELECT id, detail FROM operation WHERE id IN (?..)", wanted):
                self.outcomes[op_id] = canonical.loads(detail)

    def _learn_members(self, user: str, rows: Iterable[str]) -> None:
        wanted = sorted({row for row in rows if (user, row) not in self._member})
        if wanted:
            text = "SELECT DISTINCT row_id FROM member WHERE user_id = ? AND row_id IN (?..)"
            found = {row[0] for row in ask(self.connection, text, user, wanted)}
            self._member.update({(user, row): row in found for row in wanted})

    # -- one operation ---------------------------------------------------------------------------------------------

    def judge(self, sender: Sender, read: Envelope | None, skew: int, *, released: bool = False) -> Verdict:
        """Decide on an operation, and if it stands, put what it does into the batch.

        `released`: a person at headquarters lets a held one through; right and scope are not asked again.
        """
        if sender.revoked and not released:
            return held("revoked")
        if read is None:
            return rejected(RuleBroken("malformed"))
        if not released and (verdict := self._needs(read)) is not None:
            return verdict
        action = ACTIONS[read.kind]
        if sender.role not in action.may and not released:
            return self._no_right(action, RuleBroken("not_allowed", kind=read.kind))
        for attempt in range(1, TRIES + 1):
            try:
                return self._run(sender, read, action, skew, released)
            except sa.exc.SQLAlchemyError:
                raise  # never the operation's fault by itself; the batch finds out
            except Exception as fault:
                # Only where and what kind: the message may hold a customer's words.
                place = where(fault)
                log.error("%s %s: attempt %d: %s at %s", read.kind, read.id, attempt, type(fault).__name__, place)
        return Verdict({"is": "quarantined"})

    def has_come(self, verdict: Verdict) -> bool:
        """Whether what a held operation waits for is there now."""
        wanted = verdict.waits_for
        assert wanted is not None
        if verdict.detail["reason"] == "row_missing":
            return self.batch.look(verdict.detail["table"], wanted) is not None
        found = ask(self.connection, "SELECT detail FROM operation WHERE id = ?", wanted)
        if not found:
            return False  # it stands in this same push, and what it waits for has been told already
        self.outcomes[wanted] = canonical.loads(found[0][0])
        return self.outcomes[wanted]["is"] not in WAITS

    def _needs(self, read: Envelope) -> Verdict | None:
        for op_id in read.depends_on:
            detail = self.outcomes.get(op_id)
            if detail is None:
                continue  # never came, or compacted away: the rows themselves will tell
            if detail["is"] in PARKS:
                return Verdict({"is": "parked", "on": detail.get("on", op_id)})
            if detail["is"] in WAITS:
                return held("waits", op_id, on=op_id)
        return None

    def _no_right(self, action: Action, broken: RuleBroken) -> Verdict:
        if action.nature == "fact":
            return held(broken.code)
        return rejected(broken)

    def _run(self, sender: Sender, read: Envelope, action: Action, skew: int, released: bool) -> Verdict:
        tx = OperationTx(self.batch)
        args: dict[str, Any] = {}
        self._by_grace = False
        try:
            args, shown = action.upcast(read.version, read.args, read.based_on or {})
            ctx = Ctx(read.id, read.at, read.zone, sender.user_id, sender.role, sender.device_id, shown)
            args = action.check(args)
            guarded = not sender.sees_everything and not released
            if guarded and (verdict := self._out_of_scope(sender, action, read.at + skew, named_rows(args))):
                return verdict
            result = action.run(tx, ctx, **args)
            self._check_references(tx)
            if guarded and (verdict := self._out_of_scope(sender, action, read.at + skew, _touched(tx))):
                tx.undo()
                return verdict
            if review := self._review(action, args):
                ctx.tell(review=review)  # it stands, and somebody looks at the order and its billing
            events.record(tx, ctx, action, args)
        except Conflict as clash:
            tx.undo()
            return self._conflict(ctx, action, args, clash)
        except RowMissing as gone:
            tx.undo()
            if action.nature == "fact":
                return held("row_missing", gone.values["id"], **gone.values)
            return rejected(gone)
        except RuleBroken as broken:
            tx.undo()
            return rejected(broken)
        except sa.exc.SQLAlchemyError:
            raise  # the transaction may be gone: nothing can be taken back here
        except Exception:
            tx.undo()
            raise
        self._note_made(sender, tx)
        self.batch.take_in(tx)
        return Verdict({"is": "merged" if tx.merged else "applied"}, result=result)

    def _review(self, action: Action, args: dict[str, Any]) -> str | None:
        """Why the order of what was just done is looked at; a fact itself is never refused for it (sync.md)."""
        order_id = args.get("order_id")
        if action.nature == "fact" and isinstance(order_id, str):
            order = self.batch.look("work_order", order_id)
            if getattr(order, "status", None) == CANCELLED:
                return "order_cancelled"
        return "scope_left" if self._by_grace else None

    def _check_references(self, tx: Tx) -> None:
        """RowMissing for the first row that is named and not there."""
        for key, change in tx.changes.items():
            row = change.after
            if row is None or key[0] == "event":
                continue
            own = row.__dict__
            for name, table in change.table.refs:
                target = own[name]
                if target is None or (change.before is not None and name not in change.fields):
                    continue
                if (table, target) not in tx.changes and not self.batch.look(table, target):
                    raise RowMissing(table, target)

    # -- scope -----------------------------------------------------------------------------------------------------

    def _out_of_scope(self, sender: Sender, action: Action, at: int, keys: Iterable[Key]) -> Verdict | None:
        """A fact on a row that was never the sender's is held, a decision rejected; both are logged."""
        for table, row_id in keys:
            if table in OPEN or NATURE[table] != "member":
                continue
            row = self.batch.look(table, row_id)
            if row is None or self._has(sender.user_id, row):
                continue
            left = self._left_at(sender.user_id, row_id)
            if action.nature == "fact" and left is not None and at <= left + GRACE:
                self._by_grace = True
                continue
            reason = "not_in_scope" if left is None else "scope_left"
            log.warning("%s by device %s on %s %s: %s", action.kind, sender.device_id, table, row_id, reason)
            return self._no_right(action, RuleBroken(reason, table=table, id=row_id))
        return None

    def _has(self, user: str, row: Synced) -> bool:
        if (user, row.id) in self.made:
            return True
        if row.tablename in ROOTS and holder_of(row) == user:
            return True
        if row.tablename in ROOTS and row.tablename not in _REACHED:
            return False
        self._learn_members(user, [row.id])
        return self._member[(user, row.id)]

    def _left_at(self, user: str, row_id: str) -> int | None:
        if (user, row_id) not in self._left:
            text = "SELECT left_at FROM past_member WHERE user_id = ? AND row_id = ?"
            found = ask(self.connection, text, user, row_id)
            self._left[(user, row_id)] = found[0][0] if found else None
        return self._left[(user, row_id)]

    def _note_made(self, sender: Sender, tx: Tx) -> None:
        if sender.sees_everything:
            return
        for (table, row_id), change in tx.changes.items():
            if change.before is None and table not in OPEN and NATURE[table] == "member":
                self.made.add((sender.user_id, row_id))

    # -- conflict --------------------------------------------------------------------------------------------------

    def _conflict(self, ctx: Ctx, action: Action, args: dict[str, Any], clash: Conflict) -> Verdict:
        """The losing value stays in the history, and the answer says who was first."""
        by, at = self._rival(clash)
        tx = OperationTx(self.batch)
        events.record(tx, ctx, action, args, clash)
        self.batch.take_in(tx)
        return Verdict(
            {"is": "conflict", "table": clash.table, "id": clash.row_id, "fields": clash.fields, "by": by, "at": at}
        )

    def _rival(self, clash: Conflict) -> tuple[str | None, int | None]:
        """(name, moment) of the last operation that changed one of these fields of the row."""
        here = [
            change.after
            for key, change in reversed(self.batch.changes.items())
            if key[0] == "event" and isinstance(change.after, Event) and change.after.about_id == clash.row_id
        ]
        found = [(row.actor_id, row.at, row.told) for row in here if row.outcome == "applied"]
        text = (
            "SELECT actor_id, at, told FROM event WHERE about_id = ? AND outcome = 'applied' "
            "ORDER BY at DESC, id DESC LIMIT 20"
        )
        found += [tuple(row) for row in ask(self.connection, text, clash.row_id)]
        if not found:
            return None, None
        changed = (each for each in found if clash.fields.keys() & canonical.loads(each[2]).get("changed", {}).keys())
        actor, at, _ = next(changed, found[0])
        user = self.batch.look("user", actor)
        return (getattr(user, "name", None), at)


def _touched(tx: Tx) -> Iterable[Key]:
    """Rows whose scope what was just done belongs to."""
    for key, change in tx.changes.items():
        row = change.after
        if row is None or key[0] == "event":
            continue
        if change.before is not None:
            yield key
        elif NATURE[key[0]] == "follower":
            yield from followed(row)
        yield from _targets(row)


def _targets(row: Synced) -> Iterator[Key]:
    """Rows that this row takes along into a scope."""
    for col in REACH.get(row.tablename, ()):
        if (target := getattr(row, col.name)) is not None and col.ref:
            yield (col.ref, target)


def where(fault: BaseException) -> str:
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "nowhere" if trace is None else f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
