"""Takes operations out of a laptop's queue: each one once, each with an outcome, in one transaction with its effect."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.hq.batch import Batch
from fielddesk.hq.envelope import Envelope, id_in, known_action, read_envelope, storable
from fielddesk.hq.feed import close_stamp, lock_counter, remember_past, stamp
from fielddesk.hq.judge import WAITS, Judge, Sender, Verdict
from fielddesk.hq.numbers import mark_doubles
from fielddesk.hq.queues import held_operations, places_of, sender_of
from fielddesk.hq.reach import holder_of
from fielddesk.hq.tables import Operation, QueuePlace
from fielddesk.store.statements import add_values, ask, is_passing, tell

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """One operation as it came: its place, its digest, its text."""

    seq: int
    hash: str
    body: str


@dataclass
class Answer:
    """What a push comes to."""

    outcomes: list[dict[str, Any]] = field(default_factory=list)
    next_seq: int = 1
    later: dict[str, Any] | None = None
    forked: bool = False
    stopped: bool = False
    """Nothing behind this point was taken."""


@dataclass(slots=True)
class _Fresh:
    sent: Sent
    id: str
    read: Envelope | None
    verdict: Verdict | None = None


@dataclass(slots=True)
class _Known:
    hash: str
    detail: dict[str, Any]
    pos: int
    place: tuple[str, str, int]


class Push:
    """One transaction of a push. `isolated` runs each operation under a savepoint: the second try of a batch that the
    database refused as a whole. `point` is called at named moments, where tests end the process."""

    def __init__(
        self,
        connection: sa.Connection,
        sender: Sender,
        incarnation: str,
        now: int,
        *,
        skew: int = 0,
        isolated: bool = False,
        point: Callable[[str], None] = lambda name: None,
    ) -> None:
        self.connection = connection
        self.sender = sender
        self.incarnation = incarnation
        self.now = now
        self.skew = skew
        self.isolated = isolated
        self.point = point
        self.batch = Batch(connection)
        self.judge = Judge(connection, self.batch)
        self.answer = Answer()
        self.results: dict[str, Any] = {}
        self._replaced: dict[str, Verdict] = {}
        self._moved: list[tuple[str, str, int, str]] = []

    def take(self, operations: Sequence[Sent]) -> Answer:
        """Take what can be taken; the caller commits. An unknown queue is a fork."""
        queue = ask(
            self.connection,
            "SELECT next_seq FROM queue WHERE device_id = ? AND incarnation = ? FOR UPDATE",
            self.sender.device_id,
            self.incarnation,
        )
        if not queue:
            self.answer.forked = self.answer.stopped = True
            return self.answer
        self.answer.next_seq = start = queue[0][0]
        fresh = self._sort(operations)
        self.judge.read_ahead(self.sender, [one.read for one in fresh if one.read])
        for one in fresh:
            self._run(one)
        self._publish(fresh)
        if self.answer.next_seq != start:
            text = "UPDATE queue SET next_seq = ? WHERE device_id = ? AND incarnation = ?"
            tell(self.connection, text, self.answer.next_seq, self.sender.device_id, self.incarnation)
        return self.answer

    # -- which are new ---------------------------------------------------------------------------------------------

    def _sort(self, operations: Sequence[Sent]) -> list[_Fresh]:
        """Tell what was taken before from what is new, up to the first that cannot be taken."""
        reads = [(sent, read_envelope(sent.body)) for sent in operations]
        named = [(sent, read, read.id if read else id_in(sent.body, sent.hash)) for sent, read in reads]
        known = self._known([op_id for _, _, op_id in named])
        places = self._places([sent.seq for sent, _, _ in named if sent.seq < self.answer.next_seq])
        fresh: dict[str, _Fresh] = {}
        for sent, read, op_id in named:
            before = known.get(op_id)
            here = fresh.get(op_id)
            if sent.seq > self.answer.next_seq:
                self.answer.stopped = True
                break
            other = here.sent.hash if here else before.hash if before else sent.hash
            if other != sent.hash or (sent.seq < self.answer.next_seq and places.get(sent.seq) != op_id):
                self.answer.forked = self.answer.stopped = True
                break
            new = before is None and here is None
            if new and read is not None and known_action(read.kind, read.version) is None:
                self.answer.later = {"id": op_id, "kind": read.kind, "version": read.version}
                self.answer.stopped = True
                break
            if sent.seq == self.answer.next_seq:
                self.answer.next_seq += 1
                places[sent.seq] = op_id
                if not new:
                    self._moved.append((self.sender.device_id, self.incarnation, sent.seq, op_id))
            if new:
                fresh[op_id] = _Fresh(sent, op_id, read)
            self._note_outcome(sent, op_id, before)
        return list(fresh.values())

    def _note_outcome(self, sent: Sent, op_id: str, before: _Known | None) -> None:
        self.answer.outcomes.append(
            {
                "seq": sent.seq, "id": op_id, "hash": sent.hash,
                "outcome": before.detail if before else None, "pos": before.pos if before else None,
            }
        )  # fmt: skip

    def _known(self, ids: list[str]) -> dict[str, _Known]:
        text = "SELECT id, hash, detail, pos, device_id, incarnation, seq FROM operation WHERE id IN (?..)"
        return {
            row[0]: _Known(row[1], canonical.loads(row[2]), row[3], (row[4], row[5], row[6]))
            for row in ask(self.connection, text, ids)
        }

    def _places(self, seqs: list[int]) -> dict[int, str]:
        return places_of(self.connection, self.sender.device_id, self.incarnation, seqs) if seqs else {}

    # -- what becomes of them --------------------------------------------------------------------------------------

    def _run(self, one: _Fresh) -> Verdict:
        one.verdict = self._judge(self.sender, one.read, self._skew_of(one.read))
        self.judge.outcomes[one.id] = one.verdict.detail
        self.results[one.id] = one.verdict.result
        return one.verdict

    def _skew_of(self, read: Envelope | None) -> int:
        """What to add to the claimed time; nothing can have occurred after it came."""
        if read is None:
            return 0
        return min(self.skew, self.now - read.at)

    def _judge(self, sender: Sender, read: Envelope | None, skew: int, *, released: bool = False) -> Verdict:
        if not self.isolated:
            return self.judge.judge(sender, read, skew, released=released)
        try:
            with self.batch.all_or_nothing():
                return self.judge.judge(sender, read, skew, released=released)
        except Exception as refusal:
            if is_passing(refusal):
                raise
            # What the database refuses comes in many classes, the driver's and Python's own.
            log.error("%s: refused by the database: %s", read.id if read else "malformed", type(refusal).__name__)
            return Verdict({"is": "quarantined"})

    def _settle_waiting(self, fresh: Sequence[_Fresh]) -> None:
        """Run what waited for this push, and what in it waits for something that came beside it.

        Only while the counter is locked: of two pushes, one with a fact and one with the row it waits for, neither
        would else see the other, and nobody would ever run the fact.
        """
        self.batch.forget_missing()
        for one in fresh:
            if one.verdict is not None and one.verdict.waits_for and self.judge.has_come(one.verdict):
                self._run(one)
        final = {one.id for one in fresh} | self._replaced.keys()
        told: set[str] = set()
        come = {op_id for op_id in final if self.judge.outcomes[op_id]["is"] not in WAITS}
        while True:
            come |= {key[1] for key, change in self.batch.changes.items() if change.before is None}
            come -= told
            if not come:
                return
            told |= come
            waiting = held_operations(self.connection, "waits_for IN (?..)", sorted(come))
            come = set()
            for old in waiting:
                if self._again(old, released=False):
                    come.add(old.id)

    def _again(self, one: Operation, *, released: bool) -> bool:
        """Judge a held operation anew; True where it has got its final outcome."""
        read = read_envelope(one.body)
        self.judge.learn_outcomes(read.depends_on if read else ())
        sender = sender_of(self.connection, self.batch, one.device_id, one.user_id)
        verdict = self._judge(sender, read, one.skew or 0, released=released)
        self.judge.outcomes[one.id] = verdict.detail
        if (verdict.detail, verdict.waits_for) != (canonical.loads(one.detail), one.waits_for):
            self._replaced[one.id] = verdict
        return verdict.word not in WAITS

    # -- by a person at headquarters -------------------------------------------------------------------------------

    def release(self, one: Operation) -> Verdict:
        """Run a held or quarantined operation whatever its sender's right or scope; the caller commits."""
        self._again(one, released=True)
        self._publish([])
        return self._replaced.get(one.id) or Verdict(canonical.loads(one.detail), one.waits_for)

    def void(self, one: Operation) -> Verdict:
        """Give an operation up; what needs it is parked."""
        verdict = Verdict({"is": "void"})
        self.judge.outcomes[one.id] = verdict.detail
        self._replaced[one.id] = verdict
        self._publish([])
        return verdict

    # -- writing ---------------------------------------------------------------------------------------------------

    def _publish(self, fresh: Sequence[_Fresh]) -> int:
        """Write rows, feed, membership and outcomes; returns the position of this commit."""
        add_values(self.connection, QueuePlace, self._moved)
        if not fresh and not self._replaced and not self.batch.changes:
            return 0
        self.point("before_stamp")
        self.batch.flush()
        last = lock_counter(self.connection)
        self._settle_waiting(fresh)
        self._tell_apart(fresh)
        stamped = stamp(self.connection, self.batch, last, self.now)
        remember_past(self.connection, self._made_for_others(), self.now)
        for user in self._changed_roles():
            text = "UPDATE device SET feed_from = ? WHERE user_id = ?"
            tell(self.connection, text, stamped.pos, user)
        add_values(self.connection, Operation, [self._operation(one, stamped.pos) for one in fresh])
        for op_id, verdict in self._replaced.items():
            tell(
                self.connection,
                "UPDATE operation SET outcome = ?, detail = ?, pos = ?, waits_for = ? WHERE id = ?",
                verdict.word, canonical.dumps(verdict.detail), stamped.pos, verdict.waits_for, op_id,
            )  # fmt: skip
        verdicts = {one.id: one.verdict for one in fresh}
        for outcome in self.answer.outcomes:
            verdict_now = self._replaced.get(outcome["id"]) or verdicts.get(outcome["id"])
            if verdict_now is not None:
                outcome["outcome"], outcome["pos"] = verdict_now.detail, stamped.pos
        close_stamp(self.connection, stamped)
        self.point("after_stamp")
        return stamped.pos

    def _tell_apart(self, fresh: Sequence[_Fresh]) -> None:
        """An order whose number is taken gets one of its own, and its sender hears it; never a refusal (sync.md)."""
        here = {one.id: one for one in fresh}
        self.batch.flush()
        for op_id, numbers in mark_doubles(self.connection, self.batch, self._code_of).items():
            one = here.get(op_id)
            before = self._replaced.get(op_id) or (one.verdict if one else None)
            verdict = Verdict({"is": "merged", "number": list(numbers)}, result=before.result if before else None)
            self.judge.outcomes[op_id] = verdict.detail
            if one is None or op_id in self._replaced:
                self._replaced[op_id] = verdict
            else:
                one.verdict = verdict

    def _code_of(self, op_id: str) -> str:
        """The device code of the queue an operation came in; one that is new here came in this one."""
        text = (
            "SELECT queue.device_code FROM operation JOIN queue ON queue.device_id = operation.device_id "
            "AND queue.incarnation = operation.incarnation WHERE operation.id = ?"
        )
        own = "SELECT device_code FROM queue WHERE device_id = ? AND incarnation = ?"
        found = ask(self.connection, text, op_id)
        found = found or ask(self.connection, own, self.sender.device_id, self.incarnation)
        return str(found[0][0]) if found else ""

    def _operation(self, one: _Fresh, pos: int) -> tuple[Any, ...]:
        """The values of its row."""
        verdict, read = one.verdict, one.read
        assert verdict is not None
        return (
            one.id, one.sent.hash, self.sender.device_id, self.incarnation, one.sent.seq, self.sender.user_id,
            read.kind if read else "malformed", one.sent.body if read else storable(one.sent.body),
            verdict.word, canonical.dumps(verdict.detail), pos, verdict.waits_for,
            read.at if read else self.now, read.zone if read else "UTC", self._skew_of(read), self.now,
        )  # fmt: skip

    def _made_for_others(self) -> set[tuple[str, str]]:
        """Rows somebody made and does not hold: they may still add facts for a while."""
        if not self.judge.made:
            return set()
        added = {key[1]: change.after for key, change in self.batch.changes.items() if key[0] != "event"}
        found = set()
        for user, row_id in self.judge.made:
            row = added.get(row_id)
            if row is not None and holder_of(row) != user:
                found.add((user, row_id))
        return found

    def _changed_roles(self) -> list[str]:
        """Users who from now on see more, or less, of the feed."""
        return [
            key[1]
            for key, change in self.batch.changes.items()
            if key[0] == "user" and change.before is not None and "role" in change.fields
        ]
