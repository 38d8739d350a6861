"""A headquarters and a laptop's store as small as can be, for the laws of the sync engine.

They hold operations and feed rows in lists and do what the documents say; the engine, the driver and the messages
under test are the real ones.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from fielddesk.core.errors import NetworkProblem, StoreProblem
from fielddesk.sync.protocol import (
    After,
    Answer,
    Echo,
    EnrolAnswer,
    EnrolRequest,
    Fork,
    HelloAnswer,
    HelloRequest,
    Later,
    Mark,
    Op,
    Outcome,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushRequest,
    Request,
    Row,
    Sent,
    SnapshotAnswer,
    SnapshotRequest,
)
from fielddesk.sync.state import Asks, Facts, SnapshotAt

DEVICE = "d" * 32


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def op_body(number: int, kind: str = "add_note") -> str:
    return json.dumps({"id": f"{number:032x}", "kind": kind, "version": 1})


@dataclass
class Timekeeper:
    """Engine time and time of day in one; it moves only when told."""

    at: int = 1_800_000_000_000_000

    def now(self) -> int:
        return self.at

    def zone(self) -> str:
        return "UTC"

    def since_boot(self) -> int | None:
        return None

    def pass_time(self, seconds: float) -> None:
        self.at += round(seconds * 1e6)


@dataclass
class ToyHq:
    """Headquarters in memory: one commit of one row for each operation, and an outcome at its position."""

    hq_id: str = "hq"
    epoch: int = 1
    queues: dict[Mark, list[tuple[str, str]]] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    applied: list[str] = field(default_factory=list)
    feed: list[Row] = field(default_factory=list)
    revs: dict[str, int] = field(default_factory=dict)
    pruned: int = 0
    unknown: str = ""
    revoked: bool = False
    forks: int = 0
    snapshots_begun: int = 0
    hung_up: bool = False
    asked: list[Request] = field(default_factory=list)
    before: Callable[[Request], None] | None = None
    after: Callable[[Request, Answer], Answer] | None = None

    def edit(self, number: int) -> None:
        """Somebody at headquarters changes a row."""
        self._commit(f"{number:032x}")

    def restore(self, kept: int) -> None:
        """A backup comes back that knows only the first `kept` commits."""
        self.feed = self.feed[:kept]
        known = {row["id"] for row in self.feed}
        self.revs = {row["id"]: row["rev"] for row in self.feed}
        self.outcomes = {op: outcome for op, outcome in self.outcomes.items() if op in known}
        self.applied = [op for op in self.applied if op in known]
        self.queues = {}
        self.epoch += 1

    def _commit(self, row_id: str) -> int:
        pos = len(self.feed) + 1
        rev = self.revs[row_id] = self.revs.get(row_id, 0) + 1
        body = {"id": row_id, "title": f"rev {rev}"}
        row = {"pos": pos, "commit": pos, "table": "note", "id": row_id, "rev": rev, "op": "put", "body": body}
        self.feed.append(row)
        return pos

    def _said(self, request: Request, answer: Callable[[], Any]) -> Any:
        self.asked.append(request)
        if self.before is not None:
            self.before(request)
        if not isinstance(request, EnrolRequest | HelloRequest):
            if request.hq_id != self.hq_id:
                raise NetworkProblem("wrong_hq")
            if request.epoch != self.epoch:
                raise NetworkProblem("epoch")
        given = answer()
        return self.after(request, given) if self.after is not None else given

    def _echo(self, request: Any) -> Echo:
        return Echo(self.hq_id, self.epoch, request.nonce, request.incarnation)

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        raise NotImplementedError

    def hello(self, request: HelloRequest) -> HelloAnswer:
        def answer() -> HelloAnswer:
            if self.revoked:
                raise NetworkProblem("revoked")
            incarnation = request.incarnation
            if request.epoch != self.epoch:
                incarnation = f"restored-{self.epoch}-{len(self.asked)}"
            return HelloAnswer(Echo(self.hq_id, self.epoch, request.nonce, incarnation), (1,), {}, 0)

        return self._said(request, answer)

    def push(self, request: PushRequest) -> PushAnswer:
        return self._said(request, lambda: self._push(request))

    def _push(self, request: PushRequest) -> PushAnswer:
        queue = self.queues.setdefault(request.incarnation, [])
        settled: list[Outcome] = []
        later = None
        for op in request.ops:
            kind = json.loads(op.body)["kind"]
            if kind == self.unknown:
                later = Later(op.id, kind, 1)
                break
            if op.seq > len(queue) + 1:
                break
            known = self.outcomes.get(op.id)
            if (op.seq <= len(queue) and queue[op.seq - 1][0] != op.id) or (known and known.hash != op.hash):
                return PushAnswer(self._echo(request), tuple(settled), len(queue) + 1, None, self._fork())
            if op.seq == len(queue) + 1:
                queue.append((op.id, op.hash))
            if known is None:
                pos = self._commit(op.id)
                self.applied.append(op.id)
                self.outcomes[op.id] = Outcome(op.seq, op.id, op.hash, "applied", {"is": "applied"}, pos)
            settled.append(replace(self.outcomes[op.id], seq=op.seq))
        return PushAnswer(self._echo(request), tuple(settled), len(queue) + 1, later, None)

    def _fork(self) -> Fork:
        self.forks += 1
        return Fork(f"fork-{self.epoch}-{self.forks}", f"F{self.forks}")

    def pull(self, request: PullRequest) -> PullAnswer:
        return self._said(request, lambda: self._pull(request))

    def _pull(self, request: PullRequest) -> PullAnswer:
        if self.revoked:
            raise NetworkProblem("revoked")
        queue, head, sent = self.queues.get(request.incarnation, []), len(self.feed), request.sent
        forked = len(queue) > (sent.seq if sent else 0) or (
            sent is not None and sent.seq <= len(queue) and queue[sent.seq - 1][0] != sent.id
        )
        echo, start = self._echo(request), request.from_
        if forked:
            return PullAnswer(echo, start, start, head, [], (), False, False, self._fork())
        if start < self.pruned:
            return PullAnswer(echo, start, start, max(head, start), [], (), False, True, None)
        to = min(start + request.limit, head)
        outcomes = tuple(each for each in self.outcomes.values() if each.pos and start < each.pos <= to)
        return PullAnswer(echo, start, to, head, self.feed[start:to], outcomes, to < head, False, None)

    def snapshot(self, request: SnapshotRequest) -> SnapshotAnswer:
        return self._said(request, lambda: self._snapshot(request))

    def _snapshot(self, request: SnapshotRequest) -> SnapshotAnswer:
        if self.revoked:
            raise NetworkProblem("revoked")
        self.snapshots_begun += request.after is None
        newest = {row["id"]: {name: row[name] for name in ("table", "id", "rev", "body")} for row in self.feed}
        rows = [newest[each] for each in sorted(newest) if request.after is None or each > request.after[1]]
        piece = rows[: request.limit]
        more = ("note", piece[-1]["id"]) if len(rows) > len(piece) else None
        return SnapshotAnswer(self._echo(request), len(self.feed), piece, more)

    def cancel(self) -> None:
        pass

    def ready(self) -> None:
        pass

    def close(self) -> None:
        self.hung_up = True


@dataclass
class Kept:
    """An operation on the laptop."""

    op: Op
    outcome: Outcome | None = None
    cleared: bool = False


@dataclass
class ToyStore:
    """The laptop's store in memory."""

    hq_id: str = "hq"
    epoch: Mark = 1
    incarnation: Mark = "first"
    cursor: int | None = None
    sent: Sent | None = None
    kept: list[Kept] = field(default_factory=list)
    half: SnapshotAt | None = None
    seen: set[str] = field(default_factory=set)
    rows: dict[str, Row] = field(default_factory=dict)
    asks_over: int = 10**9
    fail: Callable[[str], None] | None = None
    cleared_by: list[str] = field(default_factory=list)
    anew: bool = False

    def work(self, number: int, kind: str = "add_note") -> None:
        """The engineer saves something."""
        body, placed = op_body(number, kind), [each.op.seq for each in self.kept if each.op.seq]
        self.kept.append(Kept(Op(max(placed, default=0) + 1, f"{number:032x}", sha(body), body)))

    def _may(self, what: str) -> None:
        if self.fail is not None:
            self.fail(what)

    def load_state(self) -> Facts:
        self._may("load")
        return self._facts()

    def _facts(self) -> Facts:
        open_ = [each.op.seq for each in self.kept if each.outcome is None]
        placed = [each.op.seq for each in self.kept if each.op.seq]
        return Facts(
            hq_id=self.hq_id,
            epoch=self.epoch,
            device=DEVICE,
            incarnation=self.incarnation,
            cursor=self.cursor,
            sent=self.sent,
            next_seq=min(open_, default=max(placed, default=0) + 1),
            waiting=len(open_),
            unconfirmed=sum(each.outcome is not None and not each.cleared for each in self.kept),
            needs_person=0,
            snapshot=self.half,
        )

    def waiting_ops(self, from_seq: int, limit: int, max_bytes: int) -> tuple[Op, ...]:
        self._may("read")
        ops = sorted((each.op for each in self.kept if each.op.seq >= max(1, from_seq)), key=lambda op: op.seq)
        return tuple(ops[:limit])

    def mark_sent(self, batch: tuple[Op, ...]) -> bool:
        self._may("mark")
        here = {each.op for each in self.kept}
        if not set(batch) <= here:
            return False
        if self.sent is None or batch[-1].seq > self.sent.seq:
            self.sent = Sent(batch[-1].seq, batch[-1].id)
        return True

    def take_outcomes(self, answer: PushAnswer) -> Facts:
        self._may("outcomes")
        self._take(answer.outcomes)
        self._clear("outcomes")
        return self._facts()

    def _take(self, outcomes: tuple[Outcome, ...]) -> None:
        told = {(each.id, each.hash): each for each in outcomes}
        for each in self.kept:
            each.outcome = told.get((each.op.id, each.op.hash), each.outcome)

    def _clear(self, by: str) -> None:
        for each in self.kept:
            if each.outcome and not each.cleared and self.cursor is not None and (each.outcome.pos or 0) <= self.cursor:
                each.cleared = True
                self.cleared_by.append(by)
                assert each.op.id in self.rows, "cleared, and its row is not here"

    def apply_page(self, page: PullAnswer, agreed: int) -> Facts | Asks:
        self._may("page")
        if page.from_ != self.cursor:
            return self._facts()
        if len(page.rows) > self.asks_over and len(page.rows) > agreed:
            return Asks(len(page.rows), len(self.rows))
        for row in page.rows:
            if row["id"] not in self.rows or row["rev"] > self.rows[row["id"]]["rev"]:
                self.rows[row["id"]] = {name: row[name] for name in ("id", "rev", "body")}
        self.cursor = page.to
        self._take(page.outcomes)
        self._clear("page")
        return self._facts()

    def apply_snapshot(self, page: SnapshotAnswer, after: After | None, agreed: int = 0) -> Facts | Asks:
        self._may("snapshot")
        if page.next is None:
            gone = self.rows.keys() - ({row["id"] for row in page.rows} | (self.seen if after else set()))
            if len(gone) > self.asks_over and len(gone) > agreed:
                return Asks(len(gone), len(self.rows))
        if after is None:
            self.half, self.seen = SnapshotAt(page.pos, ("", "")), set()
        elif self.half is None or self.half.after != after:
            return self._facts()
        assert self.half is not None
        for row in page.rows:
            self.seen.add(row["id"])
            if self.anew or row["id"] not in self.rows or row["rev"] > self.rows[row["id"]]["rev"]:
                self.rows[row["id"]] = {name: row[name] for name in ("id", "rev", "body")}
        if page.next is not None:
            self.half = SnapshotAt(self.half.pos, page.next)
            return self._facts()
        self.rows = {each: row for each, row in self.rows.items() if each in self.seen}
        self.cursor, self.half, self.anew = self.half.pos, None, False
        self._clear("snapshot")
        return self._facts()

    def take_fork(self, fork: Fork) -> Facts:
        self._may("fork")
        if self.incarnation != fork.incarnation:
            self.incarnation = fork.incarnation
            self._forget([each for each in self.kept if each.outcome is None])
        return self._facts()

    def take_epoch(self, epoch: Mark, incarnation: Mark) -> Facts:
        self._may("epoch")
        if self.epoch != epoch:
            self.epoch, self.incarnation, self.anew = epoch, incarnation, True
            for each in self.kept:
                each.outcome, each.cleared = None, False
            self._forget(self.kept)
        return self._facts()

    def _forget(self, again: list[Kept]) -> None:
        places = {each.op.id: place for place, each in enumerate(again, 1)}
        for each in self.kept:
            each.op = replace(each.op, seq=places.get(each.op.id, 0))
        self.sent, self.cursor, self.half = None, None, None


def disk_full(_what: str) -> None:
    raise StoreProblem("disk_full")
