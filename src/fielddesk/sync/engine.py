"""Decides what sync does next: one step from what is known and what has happened to what shall be done.

A round is: load what the store remembers, hello (at start, every six hours, and after any doubt who answers), push
until nothing waits, a snapshot where one is due, pull until the feed is at its head, contents of files piece by piece,
rest. One thing is under way at a time, an Ask, a Carry or an effect on the store; each has a number, and an event with
another number is late and ignored. Between two pieces of files whatever is new among the rows goes first.
Any failure ends the round; the next begins where the store stands. Rules are those of "Sync: what it promises".
"""

from __future__ import annotations

from dataclasses import replace

from fielddesk.core.clock import SECOND
from fielddesk.sync import waits
from fielddesk.sync.carriage import carried
from fielddesk.sync.exchange import answered, failed, stored
from fielddesk.sync.moves import Step, begin, rest_until
from fielddesk.sync.state import (
    ASKING,
    AT_REST,
    Answered,
    Asks,
    Cancel,
    Carried,
    Doing,
    Effect,
    Event,
    Facts,
    Failed,
    LocalWork,
    PersonAnswered,
    Say,
    SetTimer,
    SnapshotAt,
    Started,
    State,
    Stop,
    SyncNow,
    TimerRang,
    Wake,
    Wanted,
)
from fielddesk.sync.view import look

__all__ = ["Asks", "Facts", "SnapshotAt", "State", "step"]


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
            return begin(State(session=event.session, no=state.no, carries=event.carries), event)
        case Stop():
            return _stop(state)
        case LocalWork():
            return _local_work(state, event)
        case PersonAnswered():
            return _person_answered(state, event)
        case TimerRang():
            return _timer_rang(state, event)
        case SyncNow():
            state = replace(state, files_held_until=0)
            return _wished(replace(state, revoked=False) if state.doing in AT_REST else state, event, AT_REST)
        case Wanted():
            return _wished(state, event, frozenset({"idle", "rest"}))
        case Wake():
            return _woken(state, event)
        case Answered() | Failed() | Carried():
            if event.request_no != state.waits_for:
                return state, ()
            if isinstance(event, Carried):
                return carried(state, event)
            return answered(state, event) if isinstance(event, Answered) else failed(state, event)
        case _:
            if event.no != state.waits_for:
                return state, ()
            return stored(state, event)


def _wished(state: State, event: Event, from_: frozenset[Doing]) -> Step:
    """A round now, or as soon as the rules allow; during a round, another one after it."""
    if state.doing not in from_:
        return (state if state.doing in AT_REST else replace(state, again=True)), ()
    if event.now >= state.not_before:
        return begin(state, event)
    doing: Doing = "rest" if state.doing in ("idle", "stopped") else state.doing
    return rest_until(replace(state, doing=doing), state.not_before)


def _woken(state: State, event: Wake) -> Step:
    """A round within two seconds, each laptop at a moment of its own: what woke one may have woken a hundred."""
    if state.doing not in ("idle", "rest"):
        return (state if state.doing in AT_REST else replace(state, again=True)), ()
    soon = max(event.now + int(event.draw * 2 * SECOND), state.not_before)
    if state.due is not None and state.due <= soon:
        return state, ()
    return rest_until(replace(state, doing="rest"), soon)


def _timer_rang(state: State, event: Event) -> Step:
    if state.due is None or state.doing not in AT_REST or state.doing == "stopped":
        return state, ()
    if event.now < max(state.due, state.not_before):
        return rest_until(state, max(state.due, state.not_before))
    return begin(state, event)


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
    return rest_until(state, soon)


def _person_answered(state: State, event: PersonAnswered) -> Step:
    if state.doing != "asks" or state.asks is None or not event.agreed:
        return state, ()
    return _wished(replace(state, agreed=state.asks.removed), event, AT_REST)


def _stop(state: State) -> Step:
    asking = state.doing in ASKING and state.waits_for is not None
    effects: tuple[Effect, ...] = (Cancel(state.waits_for),) if asking and state.waits_for is not None else ()
    stopped = replace(state, doing="stopped", waits_for=None, batch=(), answer=None, due=None)
    return stopped, (*effects, SetTimer(None))
