"""How contents of files are carried behind the rows: piece by piece, and never before a row that is new."""

from __future__ import annotations

from dataclasses import replace

from fielddesk.core.clock import SECOND
from fielddesk.core.errors import FieldDeskError
from fielddesk.sync import waits
from fielddesk.sync.moves import Step, begin, better, look_at_contents, rest
from fielddesk.sync.protocol import ContentsRequest
from fielddesk.sync.state import Carried, Carry, Event, Looked, State

ROWS_EVERY = 60 * SECOND
"""How long contents are carried before the rows have another look."""


def looked(state: State, event: Looked) -> Step:
    """What there is to carry is known."""
    state = replace(state, baggage=event.baggage)
    if state.again or not event.baggage.left:
        return rest(state, event)
    return _carry(state, event)


def _carry(state: State, event: Event) -> Step:
    facts, no, size = state.known, state.no + 1, state.piece_size
    state = replace(state, doing="carry", no=no, waits_for=no, asked_at=event.now)
    ticket = ContentsRequest(
        state.nonce, facts.device, facts.incarnation, hq_id=facts.hq_id, epoch=facts.epoch, hashes=()
    )
    return state, (Carry(no, ticket, size),)


def carried(state: State, event: Carried) -> Step:
    """A piece is through: rows first where there is anything new, else the next piece."""
    brought = event.baggage
    size = state.piece_size
    if max(brought.out_moved, brought.into_moved) >= size:
        size = waits.fitting_piece(size, event.now - state.asked_at)
    state = replace(
        better(state),
        baggage=brought,
        piece_size=size,
        file_failures=0,
        files_sent=state.files_sent + brought.sent,
        files_fetched=state.files_fetched + brought.fetched,
        bytes_sent=state.bytes_sent + brought.out_moved,
        bytes_fetched=state.bytes_fetched + brought.into_moved,
    )
    if state.again or not 0 <= event.now - state.round_at < ROWS_EVERY:
        return begin(state, event)
    if brought.left:
        return _carry(state, event)
    return look_at_contents(state)


def hold_contents(state: State, event: Event, problem: FieldDeskError) -> State:
    """Contents that fail wait on their own: the rows go on at their pace, and a line that only they break is not
    tried every few seconds."""
    count = state.file_failures + 1
    _hard, soft = waits.after_failure(problem, count, event.draw)
    return replace(state, file_failures=count, files_held_until=event.now + soft)
