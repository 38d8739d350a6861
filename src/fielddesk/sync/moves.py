"""What every step of the engine is made of: begin or end a round, ask headquarters, tell the store, rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from fielddesk.core.errors import FieldDeskError
from fielddesk.sync import waits
from fielddesk.sync.state import Ask, Doing, Effect, Event, Load, LookAtContents, SetTimer, State, StoreEffect

Step: TypeAlias = tuple[State, tuple[Effect, ...]]


def rest_until(state: State, due: int) -> Step:
    return replace(state, due=due), (SetTimer(due),)


def begin(state: State, event: Event) -> Step:
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
        round_at=event.now,
    )
    return tell_store(fresh, "load", lambda no: Load(no))


def finish(state: State, event: Event) -> Step:
    """The rows are complete: both sides have told each other all they have. Contents of files come behind them."""
    if state.revoked:
        return block(state, event, "revoked")
    done = replace(
        state,
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
    if state.carries and not state.again and event.now >= state.files_held_until:
        return look_at_contents(done)
    return rest(done, event)


def look_at_contents(state: State) -> Step:
    epoch = state.known.epoch
    return tell_store(state, "look", lambda no: LookAtContents(no, epoch))


def rest(state: State, event: Event) -> Step:
    """Nothing is left to do for now."""
    wait = waits.SOON if state.again else waits.pause(event.draw)
    held = state.files_held_until - event.now
    if state.carries and 0 < held < wait:
        wait = held
    done = replace(state, doing="rest", waits_for=None, files_sent=0, files_fetched=0, bytes_sent=0, bytes_fetched=0)
    return rest_until(done, event.now + wait)


def fail(state: State, event: Event, problem: FieldDeskError, *, in_store: bool = False) -> Step:
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
        files_sent=0,
        files_fetched=0,
        bytes_sent=0,
        bytes_fetched=0,
    )
    return rest_until(failed, event.now + soft)


def block(state: State, event: Event, problem: str) -> Step:
    """Nothing goes on before a person acts."""
    failed, _effects = fail(state, event, FieldDeskError(problem))
    return replace(failed, doing="blocked", due=None, greeted_at=None), (SetTimer(None),)


def better(state: State) -> State:
    """Something got through: what was wrong before is over."""
    return replace(state, failures=0, problem=None, values={}, store_trouble=False, answer=None)


def tell_store(state: State, doing: Doing, effect: Callable[[int], StoreEffect]) -> Step:
    no = state.no + 1
    return replace(state, doing=doing, no=no, waits_for=no), (effect(no),)


def ask(state: State, doing: Doing, request: Callable[[str, dict[str, Any]], Any]) -> Step:
    facts, no = state.known, state.no + 1
    state = replace(state, doing=doing, no=no, waits_for=no, answer=None)
    envelope = {"device": facts.device, "incarnation": facts.incarnation, "hq_id": facts.hq_id, "epoch": facts.epoch}
    return state, (Ask(no, request(state.nonce, envelope)),)
