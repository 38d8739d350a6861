"""Kinds and states of a work order, and which state may follow which."""

from __future__ import annotations

from typing import Final

from fielddesk.core.errors import RuleBroken

KINDS: Final = (
    "repair", "inspection", "installation", "training", "remote_assistance", "upgrade", "parts_delivery",
    "follow_up_call", "decommissioning", "data_migration",
)  # fmt: skip
"""WO1, the first ten."""

OPEN: Final = "open"
ASSIGNED: Final = "assigned"
IN_PROGRESS: Final = "in_progress"
ON_HOLD: Final = "on_hold"
COMPLETED: Final = "completed"
CANCELLED: Final = "cancelled"

NEXT: Final[dict[str, tuple[str, ...]]] = {
    OPEN: (IN_PROGRESS, CANCELLED),
    ASSIGNED: (IN_PROGRESS, ON_HOLD, CANCELLED),
    IN_PROGRESS: (COMPLETED, ON_HOLD, CANCELLED),
    ON_HOLD: (IN_PROGRESS, CANCELLED),
    COMPLETED: (IN_PROGRESS,),
    CANCELLED: (OPEN,),
}
"""Which state a person may choose after which; open and assigned follow from the assignment."""
TAKEN_BACK: Final[dict[str, tuple[str, ...]]] = {
    IN_PROGRESS: (OPEN, ASSIGNED),
    ON_HOLD: (ASSIGNED,),
    CANCELLED: (ASSIGNED, IN_PROGRESS, ON_HOLD),
}
"""Where undo may lead beside: back to what the order was before a wrong press."""
STATES: Final = tuple(NEXT)
FINISHED: Final = frozenset({COMPLETED, CANCELLED})
NEEDS_REASON: Final = frozenset({ON_HOLD, CANCELLED})


def can_follow(status: str, wanted: str) -> bool:
    return wanted in NEXT.get(status, ()) or wanted in TAKEN_BACK.get(status, ())


def check_status(status: str, wanted: str, reason: str) -> None:
    """RuleBroken where the state is unknown, cannot follow, or lacks the reason it needs."""
    if wanted not in NEXT:
        raise RuleBroken("status_unknown", field="status", status=wanted)
    if not can_follow(status, wanted):
        raise RuleBroken("status_cannot_follow", field="status", status=status, wanted=wanted)
    if wanted in NEEDS_REASON and not reason.strip():
        raise RuleBroken("reason_missing", field="reason")


def check_order(number: str, kind: str, title: str) -> None:
    """RuleBroken where an order has no number or title, or a kind that is none of ours."""
    if not number.strip():
        raise RuleBroken("number_missing", field="number")
    if not title.strip():
        raise RuleBroken("title_missing", field="title")
    if kind not in KINDS:
        raise RuleBroken("kind_unknown", field="kind", kind=kind)


def check_note(text: str) -> None:
    """RuleBroken for a note of nothing but space."""
    if not text.strip():
        raise RuleBroken("note_empty", field="text")
