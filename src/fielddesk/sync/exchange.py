"""How a round goes on, from what headquarters answers and what the store makes of it to the next question.

The order is hello, push, snapshot, pull, contents of files (carriage.py). Rules are those of "Sync: what it promises".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fielddesk.core.clock import SECOND
from fielddesk.core.errors import FieldDeskError, NetworkProblem
from fielddesk.sync import waits
from fielddesk.sync.carriage import hold_contents, looked
from fielddesk.sync.moves import Step, ask, better, block, fail, finish, tell_store
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
    Answered,
    ApplyOutcomes,
    ApplyPage,
    ApplySnapshot,
    Asks,
    Doing,
    Event,
    Facts,
    Failed,
    Loaded,
    Looked,
    ReadWaiting,
    SentStored,
    SetTimer,
    State,
    Stored,
    StoreEffect,
    StoreFailed,
    StoreSent,
    TakeEpoch,
    TakeFork,
    WaitingRead,
)

HELLO_EVERY = 6 * 3600 * SECOND
TURNS = 3
"""Forks and epochs in one round before it counts as a failure."""
BACKWARD = 2
"""How often a round goes back for a place that headquarters says it lacks."""


def next_step(state: State, event: Event) -> Step:
    """What this round still lacks."""
    facts = state.known
    if not state.revoked and (state.greeted_at is None or event.now - state.greeted_at >= HELLO_EVERY):
        return ask(state, "hello", lambda nonce, envelope: HelloRequest(nonce, **envelope))
    if not state.push_done and (facts.waiting or state.push_from is not None):
        start = facts.next_seq if state.push_from is None else state.push_from
        size = state.push_size
        return tell_store(state, "read", lambda no: ReadWaiting(no, start, size, PUSH_BYTES))
    if state.revoked:
        return finish(state, event)
    if facts.cursor is None or facts.snapshot is not None or state.snapshot_anew:
        after = facts.snapshot.after if facts.snapshot and not state.snapshot_anew else None
        size = state.snapshot_size
        state = replace(state, after=after)
        return ask(
            state, "snapshot", lambda nonce, envelope: SnapshotRequest(nonce, **envelope, after=after, limit=size)
        )
    cursor, sent, size = facts.cursor, facts.sent, state.pull_size
    return ask(
        state, "pull", lambda nonce, envelope: PullRequest(nonce, **envelope, from_=cursor, sent=sent, limit=size)
    )


def stored(state: State, event: Loaded | Looked | WaitingRead | SentStored | Stored | StoreFailed) -> Step:
    if isinstance(event, StoreFailed):
        if state.doing in ("look", "carry"):
            state = hold_contents(state, event, event.problem)
        return fail(state, event, event.problem, in_store=True)
    match state.doing, event:
        case "load", Loaded():
            state = replace(state, facts=event.facts, sent_total=event.facts.waiting)
            state = replace(state, pull_start=event.facts.cursor or 0, pull_head=event.facts.cursor or 0)
            return next_step(state, event)
        case "look", Looked():
            return looked(state, event)
        case "read", WaitingRead():
            return _batch_read(state, event)
        case "mark", SentStored():
            return _batch_marked(state, event)
        case "page" | "snapshot_rows", Stored(result=Asks() as asks):
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
        return next_step(replace(state, push_done=True, gap=gap), event)
    if any(op.seq != start + place for place, op in enumerate(event.ops)):
        return next_step(replace(state, push_done=True, gap=start), event)
    return tell_store(replace(state, batch=event.ops), "mark", lambda no: StoreSent(no, event.ops))


def _batch_marked(state: State, event: SentStored) -> Step:
    if not event.stands:
        if state.rereads >= BACKWARD:
            return next_step(replace(state, push_done=True, again=True, batch=()), event)
        return next_step(replace(state, rereads=state.rereads + 1, batch=()), event)
    batch, facts = state.batch, state.known
    last = Sent(batch[-1].seq, batch[-1].id)
    if facts.sent is None or facts.sent.seq < last.seq:
        state = replace(state, facts=replace(facts, sent=last))
    return ask(replace(state, rereads=0), "push", lambda nonce, envelope: PushRequest(nonce, **envelope, ops=batch))


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
        return fail(state, event, NetworkProblem("bad_answer", what="hash"))
    if answer.outcomes:
        return tell_store(replace(state, answer=answer), "outcomes", lambda no: ApplyOutcomes(no, answer))
    return _after_push(state, event, answer, 0)


def _outcomes_stored(state: State, event: Stored) -> Step:
    answer = state.answer
    assert isinstance(answer, PushAnswer)
    settled = _settled(state.batch, answer) or 0
    if settled:
        state = replace(better(state), sent_count=state.sent_count + settled, push_held_until=0, push_problem=None)
        state = replace(state, push_from=state.batch[settled - 1].seq + 1, push_size=waits.larger(state.push_size, 500))
    return _after_push(state, event, answer, settled)


def _after_push(state: State, event: Event, answer: PushAnswer, settled: int) -> Step:
    first = state.batch[0].seq
    fork = answer.fork
    if fork is not None:
        return _turn(state, event, "fork", lambda no: TakeFork(no, fork))
    state = replace(state, batch=(), answer=None)
    if answer.later is not None:
        return next_step(replace(state, later=answer.later, push_done=True), event)
    if settled:
        at_end = state.known.waiting == 0 and (state.push_from or 0) >= state.known.next_seq
        return next_step(replace(state, push_done=at_end), event)
    if 1 <= answer.next_seq < first and state.back < BACKWARD:
        return next_step(replace(state, push_from=answer.next_seq, back=state.back + 1), event)
    if answer.next_seq != first:
        # Further ahead than we ever were is a fork, which the pull will tell; nothing of ours is skipped.
        return next_step(replace(state, push_done=True, gap=answer.next_seq), event)
    return fail(state, event, NetworkProblem("bad_answer", what="next_seq"))


# ---------------------------------------------------------------- who answers


def _turn(state: State, event: Event, doing: Doing, effect: Callable[[int], StoreEffect]) -> Step:
    """A fork or another epoch, but not for ever: each costs a new incarnation."""
    if state.turns >= TURNS:
        return fail(_tired(state), event, NetworkProblem("bad_answer", what=doing))
    return tell_store(replace(state, turns=state.turns + 1, batch=(), answer=None), doing, effect)


def _tired(state: State) -> State:
    """A headquarters that costs a snapshot each time is not asked again every few seconds."""
    return replace(state, failures=max(state.failures, waits.PATIENT))


def _turned(state: State, event: Stored) -> Step:
    """The queue has new places and the rows a new source: push from its first place, then a snapshot."""
    fresh = replace(
        state, push_from=None, push_done=False, back=0, gap=None, snapshot_anew=False, batch=(), answer=None
    )
    return next_step(replace(fresh, sent_count=0, sent_total=state.known.waiting), event)


def _epoch_taken(state: State, event: Stored) -> Step:
    return _turned(replace(state, greeted_at=event.now), event)


def answered(state: State, event: Answered) -> Step:
    answer = event.answer
    if answer.echo.nonce != state.nonce:
        return fail(state, event, NetworkProblem("bad_answer", what="nonce"))
    state = replace(state, answered_at=event.now)
    match state.doing, answer:
        case "hello", HelloAnswer():
            return _greeted(state, event, answer)
        case ("push", PushAnswer()) | ("pull", PullAnswer()) | ("snapshot", SnapshotAnswer()):
            stranger = _stranger(state, answer.echo)
            if stranger is not None:
                return fail(replace(state, greeted_at=None), event, stranger)
    match state.doing, answer:
        case "push", PushAnswer():
            return _pushed(state, event, answer)
        case "pull", PullAnswer():
            return _pulled(state, event, answer)
        case "snapshot", SnapshotAnswer():
            return _snapshot_came(state, event, answer)
    return fail(state, event, NetworkProblem("bad_answer", what="kind"))


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
        return block(state, event, "wrong_hq")
    if PROTOCOL not in answer.protocols:
        newer = bool(answer.protocols) and min(answer.protocols) > PROTOCOL
        return fail(state, event, NetworkProblem("too_old" if newer else "too_new"))
    state = replace(state, clock_ahead=event.clock - answer.now if event.clock else None)
    if echo.epoch != state.known.epoch:
        return _turn(state, event, "epoch", lambda no: TakeEpoch(no, echo.epoch, echo.incarnation))
    if echo.incarnation != state.known.incarnation:
        return fail(state, event, NetworkProblem("bad_answer", what="incarnation"))
    return next_step(replace(state, greeted_at=event.now), event)


def failed(state: State, event: Failed) -> Step:
    code, doing = event.problem.code, state.doing
    if doing == "carry":
        state = hold_contents(state, event, event.problem)
    if code == "wrong_hq" or code == "device_unknown":
        return block(state, event, code)
    if code == "revoked":
        # Headquarters takes what a revoked laptop still has and holds it for review; only then all is over.
        if doing == "push" or state.revoked or state.facts is None or not state.facts.waiting:
            return block(replace(state, revoked=True), event, "revoked")
        return fail(replace(state, revoked=True), event, event.problem)
    if code in ("epoch", "not_headquarters", "refused"):
        state = replace(state, greeted_at=None)
    if code in waits.SMALLER:
        state = waits.smaller(state)
    if doing == "push" and (code == "refused" or (code == "too_large" and len(state.batch) == 1)):
        # What headquarters will not take must not keep the laptop from hearing what is new.
        state = replace(state, push_held_until=event.now + waits.PUSH_HELD, push_problem=event.problem)
    return fail(state, event, event.problem)


# ---------------------------------------------------------------- pull and snapshot


def _pulled(state: State, event: Answered, answer: PullAnswer) -> Step:
    if answer.from_ != state.known.cursor:
        return fail(state, event, NetworkProblem("bad_answer", what="from"))
    fork = answer.fork
    if fork is not None:
        return _turn(state, event, "fork", lambda no: TakeFork(no, fork))
    if answer.snapshot:
        if state.snapshots:
            return fail(_tired(state), event, NetworkProblem("bad_answer", what="snapshot"))
        return next_step(replace(state, snapshot_anew=True, snapshots=1, answer=None), event)
    if answer.more and answer.to == answer.from_:
        return fail(state, event, NetworkProblem("bad_answer", what="to"))
    agreed = state.agreed
    state = replace(state, answer=answer, pull_head=answer.head)
    return tell_store(state, "page", lambda no: ApplyPage(no, answer, agreed))


def _page_stored(state: State, event: Stored) -> Step:
    page = state.answer
    assert isinstance(page, PullAnswer)
    if state.known.cursor != page.to:
        return fail(state, event, FieldDeskError("program_error", what="cursor"), in_store=True)
    size = waits.fitting(state.pull_size, event.now - state.answered_at)
    state = replace(better(state), pull_size=size, taken_rows=state.taken_rows + len(page.rows))
    return next_step(_work_between(state), event) if page.more else finish(state, event)


def _snapshot_came(state: State, event: Answered, answer: SnapshotAnswer) -> Step:
    if answer.next is not None and answer.next == state.after:
        return fail(state, event, NetworkProblem("bad_answer", what="next"))
    after, agreed = state.after, state.agreed
    state = replace(state, answer=answer)
    return tell_store(state, "snapshot_rows", lambda no: ApplySnapshot(no, answer, after, agreed))


def _snapshot_stored(state: State, event: Stored) -> Step:
    piece, facts = state.answer, state.known
    assert isinstance(piece, SnapshotAnswer)
    if piece.next != (facts.snapshot.after if facts.snapshot else None) or (
        piece.next is None and facts.cursor is None
    ):
        return fail(state, event, FieldDeskError("program_error", what="snapshot"), in_store=True)
    size = waits.fitting(state.snapshot_size, event.now - state.answered_at)
    state = replace(better(state), snapshot_anew=False, snapshot_size=size)
    state = replace(state, taken_rows=state.taken_rows + len(piece.rows))
    if piece.next is None:
        state = replace(state, pull_start=facts.cursor or 0, pull_head=facts.cursor or 0, taken_rows=0)
    return next_step(_work_between(state), event)


def _work_between(state: State) -> State:
    """What was saved during a long snapshot or pull does not wait for its end."""
    facts = state.known
    if not state.again or not facts.waiting or state.later or state.gap is not None or state.push_problem:
        return state
    return replace(state, again=False, push_done=False, push_from=None, sent_count=0, sent_total=facts.waiting)


_AFTER: dict[Doing, Callable[[State, Stored], Step]] = {
    "outcomes": _outcomes_stored,
    "fork": _turned,
    "epoch": _epoch_taken,
    "page": _page_stored,
    "snapshot_rows": _snapshot_stored,
}
