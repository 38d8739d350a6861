"""Decides what sync does next: one step from what is known and what has happened to what shall be done.

A round is: load what the store remembers, hello (at start, every six hours, and after any doubt who answers), push
until nothing waits, a snapshot where one is due, pull until the feed is at its head, rest. One thing is under way at
a time, an Ask or an effect on the store; each has a number, and an event with another number is late and ignored.
Any failure ends the round; the next begins where the store stands. Rules are those of "Sync: what it promises".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from fielddesk.core.clock import SECOND
from fielddesk.core.errors import FieldDeskError, NetworkProblem
from fielddesk.sync import waits
from fielddesk.sync.protocol import (
    PROTOCOL,
    PUSH_BYTES,
    Echo,
    HelloAnswer,
    HelloRequest,
    Op,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushRequest,
    Sent,
    SnapshotAnswer,
    SnapshotRequest,
)
from fielddesk.sync.state import (
    ASKING,
    AT_REST,
    Answered,
    ApplyOutcomes,
    ApplyPage,
    ApplySnapshot,
    Ask,
    Asks,
    Cancel,
    Doing,
    Effect,
    Event,
    Facts,
    Failed,
    Load,
    Loaded,
    LocalWork,
    PersonAnswered,
    ReadWaiting,
    Say,
    SentStored,
    SetTimer,
    SnapshotAt,
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
)
from fielddesk.sync.view import look

__all__ = ["Asks", "Facts", "SnapshotAt", "State", "step"]

Step: TypeAlias = tuple[State, tuple[Effect, ...]]

HELLO_EVERY = 6 * 3600 * SECOND
TURNS = 3
"""Forks and epochs in one round before it counts as a failure."""
BACKWARD = 2
"""How often a round goes back for a place that headquarters says it lacks."""


def step(state: State, event: Event) -> Step:
    """The next state and what shall be done, in this order; says where one stands whenever that changes."""
    state, effects = _decide(waits.not_too_far(state, event.now), event)
    status = look(state, event.now)
    said = state.said
    if said is not None and state.due == state.said_due and replace(status, retry_in=said.retry_in) == said:
        return state, effects
    return replace(state, said=status, said_due=state.due), (*effects, Say(status))


def _decide(state: State, event: Event) -> Step:
    match event:
        case Started():
            return _begin(State(session=event.session, no=state.no), event)
        case Stop():
            return _stop(state)
        case LocalWork():
            return _local_work(state, event)
        case PersonAnswered():
            return _person_answered(state, event)
        case TimerRang():
            return _timer_rang(state, event)
        case SyncNow():
            return _wished(replace(state, revoked=False) if state.doing in AT_REST else state, event, AT_REST)
        case Wake():
            return _woken(state, event)
        case Answered() | Failed():
            if event.request_no != state.waits_for:
                return state, ()
            return _answered(state, event) if isinstance(event, Answered) else _failed(state, event)
        case _:
            if event.no != state.waits_for:
                return state, ()
            return _stored(state, event)


# ---------------------------------------------------------------- begin and end of a round


def _wished(state: State, event: Event, from_: frozenset[Doing]) -> Step:
    """A round now, or as soon as the rules allow; during a round, another one after it."""
    if state.doing not in from_:
        return (state if state.doing in AT_REST else replace(state, again=True)), ()
    if event.now >= state.not_before:
        return _begin(state, event)
    doing: Doing = "rest" if state.doing in ("idle", "stopped") else state.doing
    return _rest_until(replace(state, doing=doing), state.not_before)


def _woken(state: State, event: Wake) -> Step:
    """A round within two seconds, each laptop at a moment of its own: what woke one may have woken a hundred."""
    if state.doing not in ("idle", "rest"):
        return (state if state.doing in AT_REST else replace(state, again=True)), ()
    soon = max(event.now + int(event.draw * 2 * SECOND), state.not_before)
    if state.due is not None and state.due <= soon:
        return state, ()
    return _rest_until(replace(state, doing="rest"), soon)


def _rest_until(state: State, due: int) -> Step:
    return replace(state, due=due), (SetTimer(due),)


def _timer_rang(state: State, event: Event) -> Step:
    if state.due is None or state.doing not in AT_REST or state.doing == "stopped":
        return state, ()
    if event.now < max(state.due, state.not_before):
        return _rest_until(state, max(state.due, state.not_before))
    return _begin(state, event)


def _local_work(state: State, event: LocalWork) -> Step:
    if state.facts is not None:
        state = replace(state, facts=replace(state.facts, waiting=event.count))
    if state.doing not in AT_REST:
        return replace(state, again=True), ()
    if state.doing != "rest" or state.failures:
        return state, ()
    soon = max(event.now + waits.SOON, state.not_before)
    if state.due is not None and state.due <= soon:
        return state, ()
    return _rest_until(state, soon)


def _person_answered(state: State, event: PersonAnswered) -> Step:
    if state.doing != "asks" or state.asks is None or not event.agreed:
        return state, ()
    return _wished(replace(state, agreed=state.asks.removed), event, AT_REST)


def _stop(state: State) -> Step:
    asking = state.doing in ASKING and state.waits_for is not None
    effects: tuple[Effect, ...] = (Cancel(state.waits_for),) if asking and state.waits_for is not None else ()
    stopped = replace(state, doing="stopped", waits_for=None, batch=(), answer=None, due=None)
    return stopped, (*effects, SetTimer(None))


def _begin(state: State, event: Event) -> Step:
    fresh = replace(
        state,
        push_from=None,
        push_done=event.now < state.push_held_until,
        rereads=0,
        back=0,
        later=None,
        gap=None,
        again=False,
        asks=None,
        snapshots=0,
        sent_count=0,
        taken_rows=0,
        due=None,
    )
    return _store(fresh, "load", lambda no: Load(no))


def _finish(state: State, event: Event) -> Step:
    """The round is complete: both sides have told each other all they have."""
    if state.revoked:
        return _block(state, event, "revoked")
    wait = waits.SOON if state.again else waits.pause(event.draw)
    done = replace(
        state,
        doing="rest",
        waits_for=None,
        failures=0,
        turns=0,
        agreed=0,
        problem=None,
        values={},
        store_trouble=False,
        not_before=event.now,
        batch=(),
        answer=None,
    )
    return _rest_until(done, event.now + wait)


def _fail(state: State, event: Event, problem: FieldDeskError, *, in_store: bool = False) -> Step:
    """End the round, say why, and wait: longer with every failure in a row."""
    count = state.failures + 1
    hard, soft = waits.after_failure(problem, count, event.draw)
    failed = replace(
        state,
        doing="rest",
        waits_for=None,
        failures=count,
        turns=0,
        agreed=0,
        problem=problem.code,
        values=problem.values,
        store_trouble=in_store,
        not_before=event.now + hard,
        batch=(),
        answer=None,
    )
    return _rest_until(failed, event.now + soft)


def _block(state: State, event: Event, problem: str) -> Step:
    """Nothing goes on before a person acts."""
    failed, _effects = _fail(state, event, FieldDeskError(problem))
    return replace(failed, doing="blocked", due=None, greeted_at=None), (SetTimer(None),)


def _better(state: State) -> State:
    """Something got through: what was wrong before is over."""
    return replace(state, failures=0, problem=None, values={}, store_trouble=False, answer=None)


# ---------------------------------------------------------------- what comes next in a round


def _store(state: State, doing: Doing, effect: Callable[[int], StoreEffect]) -> Step:
    no = state.no + 1
    return replace(state, doing=doing, no=no, waits_for=no), (effect(no),)


def _ask(state: State, doing: Doing, request: Callable[[str, dict[str, Any]], Any]) -> Step:
    facts, no = state.known, state.no + 1
    state = replace(state, doing=doing, no=no, waits_for=no, answer=None)
    envelope = {"device": facts.device, "incarnation": facts.incarnation, "hq_id": facts.hq_id, "epoch": facts.epoch}
    return state, (Ask(no, request(state.nonce, envelope)),)


def _next(state: State, event: Event) -> Step:
    """What this round still lacks."""
    facts = state.known
    if not state.revoked and (state.greeted_at is None or event.now - state.greeted_at >= HELLO_EVERY):
        return _ask(state, "hello", lambda nonce, envelope: HelloRequest(nonce, **envelope))
    if not state.push_done and (facts.waiting or state.push_from is not None):
        start = facts.next_seq if state.push_from is None else state.push_from
        size = state.push_size
        return _store(state, "read", lambda no: ReadWaiting(no, start, size, PUSH_BYTES))
    if state.revoked:
        return _finish(state, event)
    if facts.cursor is None or facts.snapshot is not None or state.snapshot_anew:
        after = facts.snapshot.after if facts.snapshot and not state.snapshot_anew else None
        size = state.snapshot_size
        state = replace(state, after=after)
        return _ask(
            state, "snapshot", lambda nonce, envelope: SnapshotRequest(nonce, **envelope, after=after, limit=size)
        )
    cursor, sent, size = facts.cursor, facts.sent, state.pull_size
    return _ask(
        state, "pull", lambda nonce, envelope: PullRequest(nonce, **envelope, from_=cursor, sent=sent, limit=size)
    )


def _stored(state: State, event: Loaded | WaitingRead | SentStored | Stored | StoreFailed) -> Step:
    if isinstance(event, StoreFailed):
        return _fail(state, event, event.problem, in_store=True)
    match state.doing, event:
        case "load", Loaded():
            state = replace(state, facts=event.facts, sent_total=event.facts.waiting)
            state = replace(state, pull_start=event.facts.cursor or 0, pull_head=event.facts.cursor or 0)
            return _next(state, event)
        case "read", WaitingRead():
            return _batch_read(state, event)
        case "mark", SentStored():
            return _batch_marked(state, event)
        case "page", Stored(result=Asks() as asks):
            asking = replace(state, doing="asks", waits_for=None, asks=asks, agreed=0, due=None, answer=None)
            return asking, (SetTimer(None),)
        case _, Stored(result=Facts() as facts):
            return _AFTER[state.doing](replace(state, facts=facts), event)
    raise AssertionError(f"{event} while {state.doing}")


# ---------------------------------------------------------------- push


def _batch_read(state: State, event: WaitingRead) -> Step:
    start = state.known.next_seq if state.push_from is None else state.push_from
    if not event.ops:
        # Going back for a gap must find something; anywhere else an empty answer is the end of the queue.
        gap = start if state.back and start < state.known.next_seq else None
        return _next(replace(state, push_done=True, gap=gap), event)
    if any(op.seq != start + place for place, op in enumerate(event.ops)):
        return _next(replace(state, push_done=True, gap=start), event)
    return _store(replace(state, batch=event.ops), "mark", lambda no: StoreSent(no, event.ops))


def _batch_marked(state: State, event: SentStored) -> Step:
    if not event.stands:
        if state.rereads >= BACKWARD:
            return _next(replace(state, push_done=True, again=True, batch=()), event)
        return _next(replace(state, rereads=state.rereads + 1, batch=()), event)
    batch, facts = state.batch, state.known
    last = Sent(batch[-1].seq, batch[-1].id)
    if facts.sent is None or facts.sent.seq < last.seq:
        state = replace(state, facts=replace(facts, sent=last))
    return _ask(replace(state, rereads=0), "push", lambda nonce, envelope: PushRequest(nonce, **envelope, ops=batch))


def _settled(batch: tuple[Op, ...], answer: PushAnswer) -> int | None:
    """How many operations of the batch, from its first, have an outcome; None if one has another hash."""
    hashes = {outcome.id: outcome.hash for outcome in answer.outcomes}
    if any(hashes.get(op.id, op.hash) != op.hash for op in batch):
        return None
    for place, op in enumerate(batch):
        if op.id not in hashes:
            return place
    return len(batch)


def _pushed(state: State, event: Answered, answer: PushAnswer) -> Step:
    settled = _settled(state.batch, answer)
    if settled is None:
        return _fail(state, event, NetworkProblem("bad_answer", what="hash"))
    if answer.outcomes:
        return _store(replace(state, answer=answer), "outcomes", lambda no: ApplyOutcomes(no, answer))
    return _after_push(state, event, answer, 0)


def _outcomes_stored(state: State, event: Stored) -> Step:
    answer = state.answer
    assert isinstance(answer, PushAnswer)
    settled = _settled(state.batch, answer) or 0
    if settled:
        state = replace(_better(state), sent_count=state.sent_count + settled, push_held_until=0, push_problem=None)
        state = replace(state, push_from=state.batch[settled - 1].seq + 1, push_size=waits.larger(state.push_size, 500))
    return _after_push(state, event, answer, settled)


def _after_push(state: State, event: Event, answer: PushAnswer, settled: int) -> Step:
    first = state.batch[0].seq
    fork = answer.fork
    if fork is not None:
        return _turn(state, event, "fork", lambda no: TakeFork(no, fork))
    state = replace(state, batch=(), answer=None)
    if answer.later is not None:
        return _next(replace(state, later=answer.later, push_done=True), event)
    if settled:
        at_end = state.known.waiting == 0 and (state.push_from or 0) >= state.known.next_seq
        return _next(replace(state, push_done=at_end), event)
    if 1 <= answer.next_seq < first and state.back < BACKWARD:
        return _next(replace(state, push_from=answer.next_seq, back=state.back + 1), event)
    if answer.next_seq != first:
        # Further ahead than we ever were is a fork, which the pull will tell; nothing of ours is skipped.
        return _next(replace(state, push_done=True, gap=answer.next_seq), event)
    return _fail(state, event, NetworkProblem("bad_answer", what="next_seq"))


# ---------------------------------------------------------------- who answers


def _turn(state: State, event: Event, doing: Doing, effect: Callable[[int], StoreEffect]) -> Step:
    """A fork or another epoch, but not for ever: each costs a new incarnation."""
    if state.turns >= TURNS:
        return _fail(_tired(state), event, NetworkProblem("bad_answer", what=doing))
    return _store(replace(state, turns=state.turns + 1, batch=(), answer=None), doing, effect)


def _tired(state: State) -> State:
    """A headquarters that costs a snapshot each time is not asked again every few seconds."""
    return replace(state, failures=max(state.failures, waits.PATIENT))


def _turned(state: State, event: Stored) -> Step:
    """The queue has new places and the rows a new source: push from its first place, then a snapshot."""
    fresh = replace(
        state, push_from=None, push_done=False, back=0, gap=None, snapshot_anew=False, batch=(), answer=None
    )
    return _next(replace(fresh, sent_count=0, sent_total=state.known.waiting), event)


def _epoch_taken(state: State, event: Stored) -> Step:
    return _turned(replace(state, greeted_at=event.now), event)


def _answered(state: State, event: Answered) -> Step:
    answer = event.answer
    if answer.echo.nonce != state.nonce:
        return _fail(state, event, NetworkProblem("bad_answer", what="nonce"))
    state = replace(state, answered_at=event.now)
    match state.doing, answer:
        case "hello", HelloAnswer():
            return _greeted(state, event, answer)
        case ("push", PushAnswer()) | ("pull", PullAnswer()) | ("snapshot", SnapshotAnswer()):
            stranger = _stranger(state, answer.echo)
            if stranger is not None:
                return _fail(replace(state, greeted_at=None), event, stranger)
    match state.doing, answer:
        case "push", PushAnswer():
            return _pushed(state, event, answer)
        case "pull", PullAnswer():
            return _pulled(state, event, answer)
        case "snapshot", SnapshotAnswer():
            return _snapshot_came(state, event, answer)
    return _fail(state, event, NetworkProblem("bad_answer", what="kind"))


def _stranger(state: State, echo: Echo) -> NetworkProblem | None:
    """Why this answer is not to be used, hello excepted."""
    if echo.hq_id != state.known.hq_id:
        return NetworkProblem("not_headquarters", what="hq_id")
    if echo.epoch != state.known.epoch:
        return NetworkProblem("epoch")
    if echo.incarnation != state.known.incarnation:
        return NetworkProblem("bad_answer", what="incarnation")
    return None


def _greeted(state: State, event: Answered, answer: HelloAnswer) -> Step:
    echo = answer.echo
    if echo.hq_id != state.known.hq_id:
        return _block(state, event, "wrong_hq")
    if PROTOCOL not in answer.protocols:
        newer = bool(answer.protocols) and min(answer.protocols) > PROTOCOL
        return _fail(state, event, NetworkProblem("too_old" if newer else "too_new"))
    state = replace(state, clock_ahead=event.clock - answer.now if event.clock else None)
    if echo.epoch != state.known.epoch:
        return _turn(state, event, "epoch", lambda no: TakeEpoch(no, echo.epoch, echo.incarnation))
    if echo.incarnation != state.known.incarnation:
        return _fail(state, event, NetworkProblem("bad_answer", what="incarnation"))
    return _next(replace(state, greeted_at=event.now), event)


def _failed(state: State, event: Failed) -> Step:
    code, doing = event.problem.code, state.doing
    if code == "wrong_hq" or code == "device_unknown":
        return _block(state, event, code)
    if code == "revoked":
        # Headquarters takes what a revoked laptop still has and holds it for review; only then all is over.
        if doing == "push" or state.revoked or state.facts is None or not state.facts.waiting:
            return _block(replace(state, revoked=True), event, "revoked")
        return _fail(replace(state, revoked=True), event, event.problem)
    if code in ("epoch", "not_headquarters"):
        state = replace(state, greeted_at=None)
    if code in waits.SMALLER:
        state = waits.smaller(state)
    if doing == "push" and (code == "refused" or (code == "too_large" and len(state.batch) == 1)):
        # What headquarters will not take must not keep the laptop from hearing what is new.
        state = replace(state, push_held_until=event.now + waits.PUSH_HELD, push_problem=event.problem)
    return _fail(state, event, event.problem)


# ---------------------------------------------------------------- pull and snapshot


def _pulled(state: State, event: Answered, answer: PullAnswer) -> Step:
    if answer.from_ != state.known.cursor:
        return _fail(state, event, NetworkProblem("bad_answer", what="from"))
    fork = answer.fork
    if fork is not None:
        return _turn(state, event, "fork", lambda no: TakeFork(no, fork))
    if answer.snapshot:
        if state.snapshots:
            return _fail(_tired(state), event, NetworkProblem("bad_answer", what="snapshot"))
        return _next(replace(state, snapshot_anew=True, snapshots=1, answer=None), event)
    if answer.more and answer.to == answer.from_:
        return _fail(state, event, NetworkProblem("bad_answer", what="to"))
    agreed = state.agreed
    state = replace(state, answer=answer, pull_head=answer.head)
    return _store(state, "page", lambda no: ApplyPage(no, answer, agreed))


def _page_stored(state: State, event: Stored) -> Step:
    page = state.answer
    assert isinstance(page, PullAnswer)
    if state.known.cursor != page.to:
        return _fail(state, event, FieldDeskError("program_error", what="cursor"), in_store=True)
    size = waits.fitting(state.pull_size, event.now - state.answered_at)
    state = replace(_better(state), pull_size=size, taken_rows=state.taken_rows + len(page.rows))
    return _next(state, event) if page.more else _finish(state, event)


def _snapshot_came(state: State, event: Answered, answer: SnapshotAnswer) -> Step:
    if answer.next is not None and answer.next == state.after:
        return _fail(state, event, NetworkProblem("bad_answer", what="next"))
    after = state.after
    return _store(replace(state, answer=answer), "snapshot_rows", lambda no: ApplySnapshot(no, answer, after))


def _snapshot_stored(state: State, event: Stored) -> Step:
    piece, facts = state.answer, state.known
    assert isinstance(piece, SnapshotAnswer)
    if piece.next != (facts.snapshot.after if facts.snapshot else None) or (
        piece.next is None and facts.cursor is None
    ):
        return _fail(state, event, FieldDeskError("program_error", what="snapshot"), in_store=True)
    size = waits.fitting(state.snapshot_size, event.now - state.answered_at)
    state = replace(_better(state), snapshot_anew=False, snapshot_size=size)
    state = replace(state, taken_rows=state.taken_rows + len(piece.rows))
    if piece.next is None:
        state = replace(state, pull_start=facts.cursor or 0, pull_head=facts.cursor or 0, taken_rows=0)
    return _next(state, event)


_AFTER: dict[Doing, Callable[[State, Stored], Step]] = {
    "outcomes": _outcomes_stored,
    "fork": _turned,
    "epoch": _epoch_taken,
    "page": _page_stored,
    "snapshot_rows": _snapshot_stored,
}
