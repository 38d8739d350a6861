"""Does what the sync engine decides: asks headquarters, tells the store, keeps the timer, shows the status.

`Driver` works one effect at a time in the thread that calls it, so that a simulator can stop it, or let it die,
between any two. `SyncWorker` in `worker.py` is the thread that the program runs it in. `SyncStore` is what the store
must be able to do for it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Protocol

from fielddesk.core.clock import Clock
from fielddesk.core.errors import FieldDeskError, NetworkProblem, StoreProblem
from fielddesk.sync.engine import step
from fielddesk.sync.protocol import (
    After,
    Answer,
    ContentsRequest,
    EnrolAnswer,
    EnrolRequest,
    Fork,
    HelloRequest,
    Hq,
    Mark,
    Op,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushRequest,
    Request,
    Row,
    SnapshotAnswer,
    SnapshotRequest,
)
from fielddesk.sync.state import (
    Answered,
    ApplyOutcomes,
    ApplyPage,
    ApplySnapshot,
    Ask,
    Asks,
    Baggage,
    Cancel,
    Carried,
    Carry,
    Effect,
    Event,
    Facts,
    Failed,
    Load,
    Loaded,
    LocalWork,
    LookAtContents,
    Looked,
    PersonAnswered,
    ReadWaiting,
    Say,
    SentStored,
    SetTimer,
    Started,
    State,
    Stop,
    Stored,
    StoreEffect,
    StoreFailed,
    StoreSent,
    SyncNow,
    TakeEpoch,
    TakeFork,
    TimerRang,
    WaitingRead,
    Wake,
    Wanted,
)
from fielddesk.sync.status import Status


class Carrier(Protocol):
    """What sync needs of whoever carries contents of files; as with `SyncStore`, each call stands being cut off."""

    def plan(self, epoch: Mark) -> Baggage:
        """What is to be carried now."""
        ...

    def carry(self, ticket: ContentsRequest, size: int) -> Baggage:
        """Carry one piece of at most `size` bytes: one exchange. NetworkProblem, StoreProblem."""
        ...

    def close(self) -> None: ...


class Receipts(Protocol):
    """Who writes down what a session carried; a failing disk must not keep anything from being carried."""

    def begin(self, wished: bool) -> None:
        """A round begins, in a new session or in the one under way; `wished`: a person asked for it."""
        ...

    def pushed(self, answer: PushAnswer) -> None:
        """Called before the outcomes are stored."""
        ...

    def pulled(self, rows: list[Row]) -> None:
        """Called before a page or snapshot is stored; counts once `stored` says that it was."""
        ...

    def stored(self) -> None: ...

    def carried(self, baggage: Baggage) -> None: ...

    def end(self, how: str) -> None:
        """Sync rests."""
        ...


class SyncStore(Protocol):
    """What sync needs of the store.

    Each call is one local transaction or none, durable when it returns; calls come from one thread, one after the
    other. StoreProblem (disk full, locked, read-only, damaged) means that nothing changed: sync says so, waits and
    begins again with `load_state`; anything else raised is a mistake of ours. The program may die right before or
    right after any call, and the same call may then come again: each must stand that.
    """

    def load_state(self) -> Facts:
        """What is known; called at the start of each round, so it must be cheap with 10,000 operations waiting."""
        ...

    def waiting_ops(self, from_seq: int, limit: int, max_bytes: int) -> tuple[Op, ...]:
        """Operations of this incarnation with seq >= from_seq, by seq, without a gap.

        At most `limit`, their bodies at most `max_bytes` of UTF-8 together, but one if there is one. `from_seq` is
        `Facts.next_seq` or further, except when headquarters says it lacks earlier places: then it is lower and
        operations that have an outcome are given again. What begins later than `from_seq` says those are gone.
        """
        ...

    def mark_sent(self, batch: tuple[Op, ...]) -> bool:
        """Remember, before any byte leaves, that all of this batch may have left.

        In one transaction: if each operation still stands at its seq with its id and hash, `sent` becomes the last of
        them (never a lower seq than it was); otherwise nothing is written and the answer is False.
        """
        ...

    def take_outcomes(self, answer: PushAnswer) -> Facts:
        """Store each outcome by (id, hash), never by seq; unknown operations are ignored.

        A final outcome is never replaced by one that is not. Nothing is cleared whose `pos` the cursor has not
        reached: only the pull knows whether its rows contain the operation.
        """
        ...

    def apply_page(self, page: PullAnswer, agreed: int) -> Facts | Asks:
        """Rows, cursor and outcomes in one transaction, and the rebase of what met.

        `page.from_` must equal the stored cursor, else nothing changes. A row is replaced only by a higher rev, an
        unknown table set aside. Operations whose outcome has `pos <= page.to` are cleared. If more than 30 % and more
        than 50 rows would go (counted since the feed was last at its head) and more than `agreed`: nothing changes
        and the answer is Asks. `page.more` False is the moment for `synced_at`.
        """
        ...

    def apply_snapshot(self, page: SnapshotAnswer, after: After | None, agreed: int) -> Facts | Asks:
        """One piece of a snapshot in one transaction; `after` is what was asked for.

        None begins anew: a half-taken one is forgotten and the `pos` of this piece kept. Otherwise `after` must be
        the stored one, else nothing changes. With `page.next` None it is complete: rows not seen go (those with
        unsent work stay), the cursor becomes the kept `pos`, what has an outcome up to it is cleared. If as many would
        go as `apply_page` asks about, of the catalogue or of the rest, and more than `agreed`: nothing changes and the
        answer is Asks.
        """
        ...

    def take_fork(self, fork: Fork) -> Facts:
        """Go on under the fork's incarnation and device code.

        Operations without an outcome get new places from 1 in their order, ids, hashes and bodies stay; `sent`,
        `cursor` and a half-taken snapshot are forgotten, rows stay. A fork already taken changes nothing.
        """
        ...

    def take_epoch(self, epoch: Mark, incarnation: Mark) -> Facts:
        """Headquarters was restored: every operation kept waits again, from place 1, in its order.

        `sent`, `cursor` and a half-taken snapshot are forgotten; the next snapshot replaces rows whatever their rev.
        An epoch already taken changes nothing.
        """
        ...


def monotonic() -> int:
    """Microseconds of a clock that is never set back."""
    return time.monotonic_ns() // 1000


class Driver:
    """Runs the engine over a store and a headquarters, in the thread of the caller.

    `elapsed` gives the engine's time (microseconds, only forward; a simulator's own), `clock` the time of day for
    what is shown. `effects` are decided and not yet done, `timer` is when `ring` is due.
    """

    def __init__(
        self,
        store: SyncStore,
        hq: Hq,
        clock: Clock,
        random: Random,
        *,
        elapsed: Callable[[], int] = monotonic,
        listener: Callable[[Status], None] | None = None,
        contents: Carrier | None = None,
        receipts: Receipts | None = None,
    ) -> None:
        self.state = State()
        self.effects: deque[Effect] = deque()
        self.timer: int | None = None
        self.status: Status = Status("starting")
        self._store, self._hq, self._clock, self._random = store, hq, clock, random
        self._contents, self._receipts = contents, receipts
        self._wished = False
        self.elapsed = elapsed
        self.listener = listener

    # ------------------------------------------------------------ what happens

    def start(self) -> None:
        """The program runs: a first round."""
        now, draw, session = self.elapsed(), self._random.random(), f"{self._random.getrandbits(128):032x}"
        self.feed(Started(now=now, draw=draw, session=session, carries=self._contents is not None))

    def wanted(self) -> None:
        """A person waits for a content."""
        self.feed(Wanted(now=self.elapsed(), draw=self._random.random()))

    def close(self) -> None:
        """Let go of the files that are being carried."""
        if self._contents is not None:
            self._contents.close()

    def sync_now(self) -> None:
        """A person asks for a sync."""
        self._wished = True
        self.feed(SyncNow(now=self.elapsed(), draw=self._random.random()))

    def wake(self) -> None:
        """The network is back, the computer woke up, or headquarters has news."""
        self.feed(Wake(now=self.elapsed(), draw=self._random.random()))

    def local_work(self, count: int) -> None:
        """An operation was saved; `count` wait now."""
        self.feed(LocalWork(now=self.elapsed(), draw=self._random.random(), count=count))

    def answer_removal(self, agreed: bool) -> None:
        """A person has looked at what a pull wants to remove."""
        self.feed(PersonAnswered(now=self.elapsed(), draw=self._random.random(), agreed=agreed))

    def stop(self) -> None:
        """Rest until `sync_now`; what was decided and not begun is dropped."""
        self.feed(Stop(now=self.elapsed(), draw=self._random.random()))

    def ring(self) -> None:
        """The timer's moment; harmless at any other."""
        if self.timer is not None and self.elapsed() >= self.timer:
            self.timer = None
            self.feed(TimerRang(now=self.elapsed(), draw=self._random.random()))

    def feed(self, event: Event) -> None:
        """Let the engine hear an event; what it decides joins `effects`."""
        self.state, effects = step(self.state, event)
        self.effects.extend(effects)

    # ------------------------------------------------------------ what is done

    def take(self) -> Effect | None:
        """The next effect that still matters, taken off `effects`; a stop may have come since it was decided."""
        while self.effects:
            effect = self.effects.popleft()
            if not self._stale(effect):
                return effect
        return None

    def step(self) -> Effect | None:
        """Do the next effect and let the engine hear what came of it; None when there is none."""
        effect = self.take()
        if effect is not None:
            event = self.execute(effect)
            if event is not None:
                self.feed(event)
        return effect

    def run_until_rest(self) -> Status:
        """Start if need be, ring a timer that is due, and work until nothing is left to do but wait."""
        if self.state.doing == "idle":
            self.start()
        self.ring()
        while self.step() is not None:
            pass
        return self.status

    def _stale(self, effect: Effect) -> bool:
        if isinstance(effect, Ask | Carry):
            return effect.request_no != self.state.waits_for
        return not isinstance(effect, SetTimer | Cancel | Say) and effect.no != self.state.waits_for

    def execute(self, effect: Effect) -> Event | None:
        """Do one effect; the answer is what the engine should hear of it, None for nothing."""
        match effect:
            case SetTimer():
                self.timer = effect.at
            case Say():
                self._say(effect.status)
            case Cancel():
                self._hq.cancel()
                self._hq.ready()
            case Ask():
                return self._ask(effect)
            case Carry():
                return self._carry(effect)
            case _:
                try:
                    return self._tell_store(effect)
                except StoreProblem as problem:
                    return self.broken(effect, problem)
        return None

    def broken(self, effect: Effect, problem: FieldDeskError) -> Event | None:
        """What the engine hears when an effect could not be done."""
        now, draw = self.elapsed(), self._random.random()
        if isinstance(effect, Carry) and isinstance(problem, StoreProblem):
            return StoreFailed(now=now, draw=draw, no=effect.request_no, problem=problem)
        if isinstance(effect, Ask | Carry):
            return Failed(now=now, draw=draw, request_no=effect.request_no, problem=problem)
        if isinstance(effect, SetTimer | Cancel | Say):
            return None
        return StoreFailed(now=now, draw=draw, no=effect.no, problem=problem)

    def _ask(self, effect: Ask) -> Event | None:
        try:
            request = effect.request
            if not isinstance(request, EnrolRequest):
                request = replace(request, now=self._clock.now())
            answer = self._exchange(request)
        except NetworkProblem as problem:
            return self.broken(effect, problem)
        return Answered(
            now=self.elapsed(),
            draw=self._random.random(),
            request_no=effect.request_no,
            answer=answer,
            clock=self._clock.now(),
        )

    def _carry(self, effect: Carry) -> Event | None:
        assert self._contents is not None
        try:
            ticket = replace(effect.ticket, now=self._clock.now())
            baggage = self._contents.carry(ticket, effect.size)
        except (NetworkProblem, StoreProblem) as problem:
            return self.broken(effect, problem)
        if self._receipts is not None:
            self._receipts.carried(baggage)
        return Carried(now=self.elapsed(), draw=self._random.random(), request_no=effect.request_no, baggage=baggage)

    def _exchange(self, request: Request) -> Answer:
        if isinstance(request, HelloRequest):
            return self._hq.hello(request)
        if isinstance(request, PushRequest):
            return self._hq.push(request)
        if isinstance(request, PullRequest):
            return self._hq.pull(request)
        assert isinstance(request, SnapshotRequest)
        return self._hq.snapshot(request)

    def _tell_store(self, effect: StoreEffect) -> Event:
        store, result, receipts = self._store, None, self._receipts
        match effect:
            case Load(no):
                if receipts is not None:
                    receipts.begin(self._wished)
                    self._wished = False
                facts = store.load_state()
                return Loaded(now=self.elapsed(), draw=self._random.random(), no=no, facts=facts)
            case ReadWaiting(no, from_seq, limit, max_bytes):
                ops = store.waiting_ops(from_seq, limit, max_bytes)
                return WaitingRead(now=self.elapsed(), draw=self._random.random(), no=no, ops=ops)
            case StoreSent(no, batch):
                stands = store.mark_sent(batch)
                return SentStored(now=self.elapsed(), draw=self._random.random(), no=no, stands=stands)
            case LookAtContents(no, epoch):
                assert self._contents is not None
                baggage = self._contents.plan(epoch)
                return Looked(now=self.elapsed(), draw=self._random.random(), no=no, baggage=baggage)
            case ApplyOutcomes(no, answer):
                if receipts is not None:
                    receipts.pushed(answer)
                result = store.take_outcomes(answer)
            case ApplyPage(no, page, agreed):
                if receipts is not None:
                    receipts.pulled(page.rows)
                return self._stored(no, store.apply_page(page, agreed))
            case ApplySnapshot(no, piece, after, agreed):
                if receipts is not None:
                    receipts.pulled(piece.rows)
                return self._stored(no, store.apply_snapshot(piece, after, agreed))
            case TakeFork(no, fork):
                result = store.take_fork(fork)
            case TakeEpoch(no, epoch, incarnation):
                result = store.take_epoch(epoch, incarnation)
        return self._stored(no, result)

    def _stored(self, no: int, result: Facts | Asks) -> Event:
        if self._receipts is not None and isinstance(result, Facts):
            self._receipts.stored()
        return Stored(now=self.elapsed(), draw=self._random.random(), no=no, result=result)

    def _say(self, status: Status) -> None:
        since = self.status.since if status.code == self.status.code else None
        if self._receipts is not None and not status.trying:
            self._receipts.end("complete" if status.code in ("agreed", "waiting") else status.problem or status.code)
        self.status = replace(status, since=self._clock.now() if since is None else since)
        if self.listener is not None:
            self.listener(self.status)


def enrol(hq: Hq, code: str, device_name: str, random: Random) -> EnrolAnswer:
    """Make this laptop known to headquarters with a one-time code; NetworkProblem when it does not work.

    NetworkProblem("code_wrong"): mistyped, used or too old, which headquarters tells no stranger apart. `random` must
    be one that nobody can guess (`random.SystemRandom`).
    """
    nonce = f"{random.getrandbits(160):040x}"
    try:
        answer = hq.enrol(EnrolRequest(nonce, code, device_name))
    except NetworkProblem as problem:
        if problem.values.get("by") == "code_wrong":
            raise NetworkProblem("code_wrong") from None
        raise
    if answer.echo.nonce != nonce:
        raise NetworkProblem("bad_answer", what="nonce")
    return answer
