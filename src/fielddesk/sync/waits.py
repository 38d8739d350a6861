"""How long sync waits before it tries again, and how much it asks for at once.

After five failures in a row there is at most one try in 30 seconds, whoever wishes one; a headquarters that names a
time is not asked earlier; random parts keep a hundred laptops from coming in one wave after an outage.
"""

from __future__ import annotations

from dataclasses import replace

from fielddesk.core.clock import SECOND
from fielddesk.core.errors import FieldDeskError
from fielddesk.sync.state import State

SOON = 1 * SECOND
"""From local work to its push; more work in this time travels with it."""
PAUSE = 60 * SECOND
"""Between two rounds when nothing happens."""
PATIENT = 5
SLOW = 30 * SECOND
LONGEST = 2 * 60 * SECOND
RETRY_AFTER_LIMIT = 3600
SKEWED_VERSIONS = 15 * 60 * SECOND
PUSH_HELD = 5 * 60 * SECOND
SMALLER = frozenset({"timeout", "cut_off", "too_large", "too_long"})
SMALLEST_PIECE, LARGEST_PIECE = 16 * 1024, 4 * 1024 * 1024
"""Bytes of a content in one exchange."""
APPLY_AIM = SECOND // 20
"""What one page may take in the store, so that a person's own work never waits longer."""


def pause(draw: float) -> int:
    """Microseconds between two quiet rounds."""
    return PAUSE + int(draw * PAUSE / 6)


def after_failure(problem: FieldDeskError, count: int, draw: float) -> tuple[int, int]:
    """Microseconds after the `count`-th failure in a row: until a try is allowed at all, and until the planned one."""
    hard = SLOW if count >= PATIENT else SECOND
    if count >= PATIENT:
        base = min(SLOW * 2 ** min(count - PATIENT, 8), LONGEST)
    else:
        base = SECOND * 2**count
    soft = base + int(base * draw / 2)
    if problem.code in ("too_old", "too_new"):
        soft = max(soft, SKEWED_VERSIONS + int(SKEWED_VERSIONS * draw / 4))
    asked = problem.values.get("retry_after_s")
    if problem.code == "busy" and isinstance(asked, int) and asked > 0:
        named = min(asked, RETRY_AFTER_LIMIT) * SECOND
        hard = max(hard, named)
        soft = max(soft, named + int(draw * (named // 2 + 5 * SECOND)))
    return hard, soft


def not_too_far(state: State, now: int) -> State:
    """A clock that was set back must not put the next try into next year."""
    far = now + 2 * RETRY_AFTER_LIMIT * SECOND
    if state.not_before <= far and (state.due is None or state.due <= far):
        return state
    near = now + SLOW
    return replace(state, not_before=min(state.not_before, near), due=state.due and min(state.due, near))


def larger(size: int, limit: int) -> int:
    return min(size * 2, limit)


def smaller(state: State) -> State:
    """Half as much at once of what has just failed."""
    match state.doing:
        case "push":
            return replace(state, push_size=max(1, min(state.push_size, len(state.batch)) // 2))
        case "pull":
            return replace(state, pull_size=max(1, state.pull_size // 2))
        case "snapshot":
            return replace(state, snapshot_size=max(1, state.snapshot_size // 2))
        case "carry":
            return replace(state, piece_size=max(SMALLEST_PIECE, state.piece_size // 2))
    return state


def fitting_piece(size: int, took: int) -> int:
    """Bytes to carry next, after a piece of this size took so many microseconds: a piece keeps the rows waiting."""
    if took > 2 * SECOND:
        return max(SMALLEST_PIECE, size // 2)
    return larger(size, LARGEST_PIECE) if took < SECOND // 2 else size


def fitting(size: int, took: int) -> int:
    """Rows to ask for next, after a page of about `size` rows took so many microseconds to store."""
    if took > 2 * APPLY_AIM:
        return max(min(size, 200), size // 2)
    return larger(size, 10_000) if took < APPLY_AIM // 2 else size
