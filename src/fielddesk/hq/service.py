"""Headquarters itself: answers what laptops ask, and does what people and jobs do here; it knows no HTTP."""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.clock import Clock, SystemClock
from fielddesk.core.errors import Conflict, RuleBroken, StoreProblem
from fielddesk.core.ids import new_id
from fielddesk.features.people.model import User
from fielddesk.features.registry import tables
from fielddesk.hq import ask as asks
from fielddesk.hq.envelope import accepted_versions
from fielddesk.hq.feed import head
from fielddesk.hq.files import Files
from fielddesk.hq.judge import Sender, Verdict
from fielddesk.hq.pull import feed_page, is_forked, snapshot_page
from fielddesk.hq.push import Answer, Push, Sent
from fielddesk.hq.queues import held_operations
from fielddesk.hq.settings import Refused, put_settings, settings
from fielddesk.hq.tables import Device, Operation, Queue
from fielddesk.hq.transactions import BUSY_S, Transactions
from fielddesk.store import connect, schema
from fielddesk.store.actions import Call
from fielddesk.store.statements import add_rows, ask, tell
from fielddesk.store.tx import Reading
from fielddesk.sync.protocol import PROTOCOL

log = logging.getLogger(__name__)

AT_ONCE = 200
"""Operations of one transaction; a longer push is several."""
CONTENTS = "contents"
"""Folder of photos and files, beside the database where nothing else is said."""


@dataclass(frozen=True)
class Performed:
    """What came of actions done at headquarters: ids of the operations, and what each action returned."""

    op_ids: tuple[str, ...]
    results: tuple[Any, ...]


@dataclass(frozen=True)
class Caller:
    """A laptop that has shown its token."""

    sender: Sender
    settings: dict[str, Any]
    feed_from: int
    login: str


class Headquarters(Transactions):
    """One headquarters on one database.

    `draw_random` and `pause` are for a simulator that must not depend on chance or time. `contents` is the folder of
    photos and files; without one there are none.
    """

    def __init__(
        self,
        engine: sa.Engine,
        gate: connect.Gate,
        clock: Clock | None = None,
        *,
        draw_random: Callable[[int], bytes] = secrets.token_bytes,
        pause: Callable[[float], None] = time.sleep,
        point: Callable[[str], None] = lambda name: None,
        contents: Path | None = None,
    ) -> None:
        super().__init__(engine, gate, pause, point)
        self.clock = clock or SystemClock()
        self._random = draw_random
        self.files: Files | None = None
        if contents is not None:
            self.files = Files(self, self.clock, contents, draw_random, self._sender)
        tables()  # every table and action is known from here on

    # -- what laptops ask ------------------------------------------------------------------------------------------

    def hello(self, request: dict[str, Any], token: str | None) -> dict[str, Any]:
        """Say what is spoken here; to a laptop of another epoch also its new incarnation."""
        question = asks.asked(request)

        def greet(connection: sa.Connection) -> dict[str, Any]:
            caller = self._caller(connection, question, token)
            incarnation = question.incarnation
            if question.epoch != caller.settings["epoch"]:
                incarnation = self._new_queue(connection, caller.sender.device_id, incarnation, keep_code=True)[0]
            text = "UPDATE device SET seen_at = ?, program = ? WHERE id = ?"
            tell(connection, text, self.clock.now(), question.program, caller.sender.device_id)
            return self._echo(caller, question, incarnation) | {
                "protocols": [PROTOCOL], "accepts": accepted_versions(), "now": self.clock.now(),
            }  # fmt: skip

        return self.write(greet)

    def push(self, request: dict[str, Any], token: str | None) -> dict[str, Any]:
        """Take operations; each gets one outcome, for ever. A revoked laptop's are all held."""
        question = asks.asked(request)
        operations = asks.operations(request)
        whole = Answer()
        fork: dict[str, str] | None = None
        echo: dict[str, Any] = {}
        for start in range(0, max(1, len(operations)), AT_ONCE):
            piece = operations[start : start + AT_ONCE]

            def take(connection: sa.Connection, isolated: bool, piece: Sequence[Sent] = piece) -> Any:
                caller = self._caller(connection, question, token, may_be_revoked=True)
                self._check_place(caller, question)
                now = self.clock.now()
                skew = 0 if question.now is None else now - question.now
                push = Push(
                    connection, caller.sender, question.incarnation, now,
                    skew=skew, isolated=isolated, point=self.point,
                )  # fmt: skip
                answer = push.take(piece)
                forked = self._fork(connection, caller, question) if answer.forked else None
                return answer, forked, self._echo(caller, question, question.incarnation)

            answer, fork, echo = self.write_twice(take)
            whole.outcomes += answer.outcomes
            whole.next_seq, whole.later = answer.next_seq, answer.later
            if answer.stopped:
                break
        return echo | {
            "outcomes": whole.outcomes, "next_seq": whole.next_seq, "later": whole.later, "fork": fork,
        }  # fmt: skip

    def pull(self, request: dict[str, Any], token: str | None) -> dict[str, Any]:
        """The feed behind a cursor."""
        question = asks.asked(request)
        start, limit = asks.whole(request, "from"), asks.whole(request, "limit")
        sent = asks.sent_place(request)
        with self.reading() as connection:
            caller = self._caller(connection, question, token)
            self._check_place(caller, question)
            device = caller.sender.device_id
            echo = self._echo(caller, question, question.incarnation)
            forked = is_forked(connection, device, question.incarnation, sent)
            if not forked:
                if start < max(caller.settings.get("pruned", 0), caller.feed_from):
                    return echo | _nothing(start, head(connection), snapshot=True) | {"fork": None}
                who = caller.sender
                page = feed_page(connection, device, who.user_id, who.sees_everything, start, limit)
                return echo | page | {"fork": None}
        fork = self.write(lambda connection: self._fork(connection, caller, question))
        return echo | _nothing(start, start, snapshot=False) | {"fork": fork}

    def snapshot(self, request: dict[str, Any], token: str | None) -> dict[str, Any]:
        """Every row in scope, a page at a time."""
        question = asks.asked(request)
        after, limit = asks.after_place(request), asks.whole(request, "limit")
        with self.reading() as connection:
            caller = self._caller(connection, question, token)
            self._check_place(caller, question)
            page = snapshot_page(connection, caller.sender.user_id, caller.sender.sees_everything, after, limit)
            return self._echo(caller, question, question.incarnation) | page

    def contents(self, request: dict[str, Any], token: str | None) -> dict[str, Any]:
        """Which contents of files are here and which are wanted; of others no word."""
        question, hashes = asks.asked(request), asks.hashes(request)
        if self.files is None:
            raise Refused(503, "busy", retry_after_s=BUSY_S)
        with self.reading() as connection:
            caller = self._caller(connection, question, token)
            self._check_place(caller, question)
            sorted_ = self.files.sort(connection, caller.sender, hashes)
            return self._echo(caller, question, question.incarnation) | sorted_

    def enrol(self, request: dict[str, Any], token: str | None = None) -> dict[str, Any]:
        """Give a laptop its identity for a one-time code; Refused(401, 'code_wrong') says no more than that."""
        if request.__class__ is not dict or request.get("protocol") != PROTOCOL:
            raise Refused(422, "protocol_unknown", protocols=[PROTOCOL])
        nonce, name = asks.line(request, "nonce"), asks.line(request, "device_name")
        code = digest_of(plain_code(asks.line(request, "code")))
        secret = self._random(32).hex()

        def take_in(connection: sa.Connection) -> dict[str, Any]:
            now = self.clock.now()
            found = ask(
                connection,
                "SELECT user_id FROM enrolment_code "
                "WHERE code_hash = ? AND used_at IS NULL AND expires_at > ? FOR UPDATE",
                code,
                now,
            )
            user = Reading(connection).get(User, found[0][0]) if found else None
            if user is None or user.archived_at is not None or user.revoked_at is not None:
                raise Refused(401, "code_wrong")
            tell(connection, "UPDATE enrolment_code SET used_at = ? WHERE code_hash = ?", now, code)
            known = settings(connection)
            device = Device(
                id=new_id(now, self._random(10)), user_id=user.id, name=name, token_hash=digest_of(secret),
                enrolled_at=now,
            )  # fmt: skip
            add_rows(connection, Device, [device])
            incarnation, device_code = self._new_queue(connection, device.id, None)
            return {
                "hq_id": known["hq_id"], "epoch": known["epoch"], "nonce": nonce, "incarnation": incarnation,
                "hq_name": known["name"], "user_id": user.id, "account": user.login, "device_id": device.id,
                "device_code": device_code, "token": secret, "recovery_public": known["recovery_public"],
                "role": user.role,
            }  # fmt: skip

        return self.write(take_in)

    # -- what is done here -----------------------------------------------------------------------------------------

    def perform(self, calls: Call | Sequence[Call], user_id: str) -> Performed:
        """Do actions at headquarters, all or none, as operations of its own device.

        Raises RuleBroken or Conflict, as on a laptop; also RuleBroken('held' | 'quarantined') for what would wait.
        """
        together = (calls,) if isinstance(calls, Call) else tuple(calls)

        def do(connection: sa.Connection, isolated: bool) -> Performed:
            known = settings(connection)
            user = Reading(connection).get(User, user_id)
            role = "" if user is None else user.role
            sender = Sender(known["own_device"], user_id, role)
            now = self.clock.now()
            push = Push(connection, sender, known["own_incarnation"], now, isolated=isolated, point=self.point)
            text = "SELECT next_seq FROM queue WHERE device_id = ? AND incarnation = ? FOR UPDATE"
            seq = ask(connection, text, sender.device_id, known["own_incarnation"])[0][0]
            bodies = [self._body(one, now) for one in together]
            sent = [Sent(place, canonical.digest(body), body) for place, (_, body) in enumerate(bodies, seq)]
            answer = push.take(sent)
            if answer.later is not None or len(answer.outcomes) != len(sent):
                raise RuleBroken("kind_unknown", kind=together[len(answer.outcomes)].action.kind)
            for one in answer.outcomes:
                raise_unless_done(one["outcome"])
            ids = tuple(one["id"] for one in answer.outcomes)
            return Performed(ids, tuple(push.results[op_id] for op_id in ids))

        return self.write_twice(do)

    def _body(self, one: Call, now: int) -> tuple[str, str]:
        op_id = one.op_id or new_id(now, self._random(10))
        body = canonical.dumps(
            {
                "id": op_id, "kind": one.action.kind, "version": one.action.version, "args": one.args,
                "based_on": one.based_on, "depends_on": [], "occurred_at": now, "tz": self.clock.zone(),
                "boot_s": None,
            }
        )  # fmt: skip
        return op_id, body

    def release(self, op_id: str) -> Verdict:
        """Let a held, parked or quarantined operation run now, whatever its sender's right or scope."""
        return self._settle(op_id, lambda push, one: push.release(one))

    def void(self, op_id: str) -> Verdict:
        """Give a held, parked or quarantined operation up; what needs it is parked."""
        return self._settle(op_id, lambda push, one: push.void(one))

    def _settle(self, op_id: str, settle: Callable[[Push, Operation], Verdict]) -> Verdict:
        def run(connection: sa.Connection, isolated: bool) -> Verdict:
            # Queues are locked before operations, here as in a push: two who settle, or one and a push, never ring.
            found = ask(connection, "SELECT device_id, user_id, incarnation FROM operation WHERE id = ?", op_id)
            if not found:
                raise RuleBroken("operation_unknown", id=op_id)
            device, user, incarnation = found[0]
            ask(connection, "SELECT 1 FROM queue WHERE device_id = ? FOR UPDATE", device)
            waiting = held_operations(connection, "id = ?", op_id)
            if not waiting:
                raise RuleBroken("operation_settled", id=op_id)
            push = Push(
                connection, Sender(device, user, ""), incarnation, self.clock.now(), isolated=isolated, point=self.point
            )
            return settle(push, waiting[0])

        return self.write_twice(run)

    # -- who asks --------------------------------------------------------------------------------------------------

    def _caller(
        self, connection: sa.Connection, question: asks.Asked, token: str | None, *, may_be_revoked: bool = False
    ) -> Caller:
        """The laptop behind a token; 401 where there is none, it is revoked, or it says it is another."""
        text = (
            "SELECT d.id, d.user_id, d.revoked_at, d.feed_from, u.role, u.login, u.archived_at, u.revoked_at "
            'FROM device d JOIN "user" u ON u.id = d.user_id WHERE d.token_hash = ?'
        )
        known = settings(connection)
        if question.hq_id is not None and question.hq_id != known["hq_id"]:
            raise Refused(409, "wrong_hq")  # before the token, which a laptop at the wrong door has none of
        found = ask(connection, text, digest_of(token)) if token else []
        if not found or found[0][0] != question.device:
            log.warning("refused: unknown device or token%s", "" if not found else ", token of another device")
            raise Refused(401, "device_unknown")
        device, user, revoked, feed_from, role, login, archived, user_revoked = found[0]
        is_revoked = any(moment is not None for moment in (revoked, archived, user_revoked))
        if is_revoked and not may_be_revoked:
            log.warning("refused: device %s is revoked", device)
            raise Refused(401, "revoked")
        return Caller(Sender(device, user, role, is_revoked), known, feed_from, login)

    def _sender(self, connection: sa.Connection, question: asks.Asked, token: str | None) -> Sender:
        return self._caller(connection, question, token).sender

    def _check_place(self, caller: Caller, question: asks.Asked) -> None:
        if question.hq_id is None:
            raise Refused(422, "request_wrong", field="hq_id")
        if question.epoch != caller.settings["epoch"]:
            raise Refused(409, "epoch")

    def _echo(self, caller: Caller, question: asks.Asked, incarnation: str) -> dict[str, Any]:
        known = caller.settings
        return {
            "hq_id": known["hq_id"], "epoch": known["epoch"], "nonce": question.nonce, "incarnation": incarnation,
        }  # fmt: skip

    # -- queues ----------------------------------------------------------------------------------------------------

    def _fork(self, connection: sa.Connection, caller: Caller, question: asks.Asked) -> dict[str, str]:
        """A queue of its own for a laptop that found somebody else in its place."""
        log.warning("fork: device %s", caller.sender.device_id)
        incarnation, code = self._new_queue(connection, caller.sender.device_id, None)
        return {"incarnation": incarnation, "device_code": code}

    def _new_queue(
        self, connection: sa.Connection, device_id: str, old: str | None, *, keep_code: bool = False
    ) -> tuple[str, str]:
        """A fresh incarnation; its device code is new, unless the laptop keeps that of its old one."""
        code = None
        if keep_code:
            text = "SELECT device_code FROM queue WHERE device_id = ? AND incarnation = ?"
            code = next((row[0] for row in ask(connection, text, device_id, old)), None)
        if code is None:
            ask(connection, "SELECT value FROM hq_setting WHERE name = ? FOR UPDATE", "device_codes")
            given = settings(connection).get("device_codes", 0)
            put_settings(connection, device_codes=given + 1)
            code = device_code(given)
        incarnation = self._random(6).hex()
        queue = Queue(
            device_id=device_id, incarnation=incarnation, device_code=code, next_seq=1, made_at=self.clock.now()
        )
        add_rows(connection, Queue, [queue])
        return incarnation, code


def raise_unless_done(detail: dict[str, Any]) -> None:
    """RuleBroken or Conflict for an outcome that is neither applied nor merged."""
    match detail["is"]:
        case "applied" | "merged":
            return
        case "conflict":
            raise Conflict(detail["table"], detail["id"], detail["fields"])
        case "rejected":
            field = {"field": detail["field"]} if detail.get("field") else {}
            raise RuleBroken(detail["code"], **{**detail["values"], **field})
        case word:
            raise RuleBroken(word, **{name: value for name, value in detail.items() if name != "is"})


def _nothing(start: int, end: int, *, snapshot: bool) -> dict[str, Any]:
    return {
        "from": start, "to": start, "head": max(start, end), "rows": [], "outcomes": [], "more": False,
        "snapshot": snapshot,
    }  # fmt: skip


_LETTERS = "ABCDEFGJKLMNPQRSTVWXYZ"  # no H: headquarters' own code is HQ; no I, O, U


def device_code(given: int) -> str:
    """The code of the n-th queue, from 0: A1, B1, … Z1, A2, …"""
    return f"{_LETTERS[given % len(_LETTERS)]}{given // len(_LETTERS) + 1}"


def digest_of(secret: str) -> str:
    """A secret as headquarters keeps it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def plain_code(code: str) -> str:
    """An enrolment code as it is compared: no dashes or spaces, capitals, O for 0 and I or L for 1 as people type."""
    kept = "".join(letter for letter in code.upper() if letter.isalnum())
    return kept.translate(str.maketrans("OIL", "011"))


def on_sqlite(path: Path, clock: Clock | None = None, **more: Any) -> Headquarters:
    """Headquarters on one machine; makes or upgrades the database."""
    gate = connect.Gate()
    more.setdefault("contents", path.parent / CONTENTS)
    return _opened(connect.plain_engine(path, gate), gate, clock, more)


def on_postgresql(url: str, clock: Clock | None = None, **more: Any) -> Headquarters:
    """Headquarters on PostgreSQL; makes or upgrades the tables."""
    times = {name: more.pop(name) for name in ("idle_s", "lock_s") if name in more}
    return _opened(connect.postgresql_engine(url, **times), connect.Gate(), clock, more)


def _opened(engine: sa.Engine, gate: connect.Gate, clock: Clock | None, more: dict[str, Any]) -> Headquarters:
    tables()
    gate.open = True
    with engine.connect() as connection:
        at = schema.revision_of(connection)
        connection.rollback()
        if at is not None and at not in schema.known_revisions():
            raise StoreProblem("store_newer", step=at)
        schema.upgrade(connection, "hq")
    gate.open = False
    return Headquarters(engine, gate, clock, **more)
