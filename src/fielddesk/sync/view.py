"""What the engine's state looks like from outside: the status that the window shows."""

from __future__ import annotations

from typing import Any

from fielddesk.sync.state import AT_REST, State
from fielddesk.sync.status import Code, Status


def look(state: State, now: int) -> Status:
    """The status of this state; `since` is the driver's to fill in."""
    code, problem, values = _code(state)
    done, total = _progress(state, code)
    facts, baggage = state.facts, state.baggage
    bytes_done, bytes_total = _bytes(state, code)
    return Status(
        code=code,
        problem=problem,
        values=values,
        done=done,
        total=total,
        waiting=facts.waiting if facts else 0,
        needs_person=facts.needs_person if facts else 0,
        retry_in=max(0, state.due - now) if state.due is not None else None,
        synced_at=facts.synced_at if facts else None,
        clock_ahead=state.clock_ahead,
        trying=state.doing not in AT_REST,
        bytes_done=bytes_done,
        bytes_total=bytes_total,
        files_waiting=baggage.out,
        files_lost=baggage.lost,
        files_problem=baggage.problem,
    )


def _code(state: State) -> tuple[Code, str | None, dict[str, Any]]:
    match state.doing:
        case "stopped":
            return "stopped", None, {}
        case "asks" if state.asks is not None:
            return "asks", None, {"removed": state.asks.removed, "of": state.asks.of}
        case "blocked" if not state.revoked:
            return "blocked", state.problem, state.values
    if state.revoked:
        return "locked", None, {}
    if state.problem is not None:
        # While a try runs after a failure the window keeps saying what is wrong: it would flicker otherwise.
        return ("store" if state.store_trouble else "offline"), state.problem, state.values
    match state.doing:
        case "idle" | "load":
            return ("starting", None, {}) if state.facts is None else _settled(state)
        case "hello" | "epoch" | "fork":
            return "connecting", None, {}
        case "read" | "mark" | "push" | "outcomes":
            return "sending", None, {}
        case "snapshot" | "snapshot_rows":
            return "snapshot", None, {}
        case "look" | "carry" if state.baggage.out + state.baggage.into:
            return ("sending_files" if state.baggage.sending else "fetching_files"), None, {}
        case "pull" | "page" if state.pull_head > state.pull_start:
            return "receiving", None, {}
    return _settled(state)


def _settled(state: State) -> tuple[Code, str | None, dict[str, Any]]:
    if state.later is not None:
        return "waiting", "later", {"kind": state.later.kind, "version": state.later.version}
    if state.gap is not None:
        return "waiting", "gap", {"expected": state.gap}
    if state.push_problem is not None:
        return "waiting", state.push_problem.code, state.push_problem.values
    return "agreed", None, {}


def _progress(state: State, code: Code) -> tuple[int, int | None]:
    if code == "sending":
        return state.sent_count, max(state.sent_total, state.sent_count)
    if code == "snapshot":
        return state.taken_rows, None
    if code == "sending_files":
        return state.files_sent, state.files_sent + state.baggage.out
    if code == "fetching_files":
        return state.files_fetched, state.files_fetched + state.baggage.into
    if code == "receiving" and state.facts is not None:
        return (state.facts.cursor or 0) - state.pull_start, state.pull_head - state.pull_start
    return 0, None


def _bytes(state: State, code: Code) -> tuple[int, int]:
    if code == "sending_files":
        return state.bytes_sent, state.bytes_sent + state.baggage.out_bytes
    if code == "fetching_files":
        return state.bytes_fetched, state.bytes_fetched + state.baggage.into_bytes
    return 0, 0
