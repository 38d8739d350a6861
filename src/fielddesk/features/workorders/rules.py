"""Kinds and states of a work order, which state may follow which, and what is looked at before work begins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from fielddesk.core.errors import RuleBroken
from fielddesk.features.people.rules import OFFICE

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
    ON_HOLD: (OPEN, ASSIGNED),
    CANCELLED: (ASSIGNED, IN_PROGRESS, ON_HOLD),
}
"""Where undo may lead beside: back to what the order was before a wrong press."""
UNSAFE: Final[dict[str, tuple[str, ...]]] = {OPEN: (ON_HOLD,)}
"""Where a place that is not safe leads beside: an order that nobody has yet waits too."""
STATES: Final = tuple(NEXT)
FINISHED: Final = frozenset({COMPLETED, CANCELLED})
NEEDS_REASON: Final = frozenset({ON_HOLD, CANCELLED})


def can_follow(status: str, wanted: str) -> bool:
    return any(wanted in way.get(status, ()) for way in (NEXT, TAKEN_BACK, UNSAFE))


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


def check_imported_state(status: str) -> None:
    """RuleBroken where a list gives a new order a state that needs a person, such as assigned, or none of ours."""
    if status not in (OPEN, IN_PROGRESS, COMPLETED, CANCELLED):
        raise RuleBroken("status_unknown", field="status", status=status)


def check_note(text: str) -> None:
    """RuleBroken for a note of nothing but space."""
    if not text.strip():
        raise RuleBroken("note_empty", field="text")


# ---------------------------------------------------------------- correcting an order

EDITED: Final = ("title", "description", "site_id", "contact_id", "planned_at")
"""What `edit_order` may touch."""
MAY_BE_EMPTY: Final = frozenset({"site_id", "contact_id", "planned_at"})
ON_THE_SPOT: Final = frozenset({"description", "contact_id", "planned_at"})
"""What field staff correct themselves: what they saw, whom they talked to, when they come."""


def can_edit(role: str, name: str) -> bool:
    """Whether this role corrects this field of an order."""
    return name in EDITED and (role in OFFICE or name in ON_THE_SPOT)


def check_edit(role: str, names: Mapping[str, object]) -> None:
    """RuleBroken where nothing is changed, a field is the office's, or an order would lose its title."""
    if not names:
        raise RuleBroken("nothing_to_change")
    for name, value in names.items():
        if not can_edit(role, name):
            raise RuleBroken("field_of_the_office", field=name)
        if value is None and name not in MAY_BE_EMPTY:
            raise RuleBroken("value_missing", field=name)
    if "title" in names and not str(names["title"]).strip():
        raise RuleBroken("title_missing", field="title")


# ---------------------------------------------------------------- links

RELATED: Final = "related"
FOLLOW_UP: Final = "follow_up"
LINKS: Final = (RELATED, FOLLOW_UP)


def check_link(order_id: str, other_id: str, kind: str) -> None:
    """RuleBroken where an order would be linked to itself, or in a way that is none of ours."""
    if kind not in LINKS:
        raise RuleBroken("link_kind_unknown", field="kind", kind=kind)
    if order_id == other_id:
        raise RuleBroken("link_to_itself", field="other_id")


# ---------------------------------------------------------------- safety before work (EX1)

HAZARDS: Final = "hazards"
ENERGY: Final = "energy"
PROTECTION: Final = "protection"
INDUCTION: Final = "induction"
PERMIT: Final = "permit"
CHECKS: Final = (HAZARDS, ENERGY, PROTECTION, INDUCTION, PERMIT)
"""What is looked at, in the order in which it is asked."""

YES: Final = "yes"
NO: Final = "no"
NOT_APPLICABLE: Final = "not_applicable"
ANSWERS: Final = (YES, NO, NOT_APPLICABLE)
MAY_NOT_APPLY: Final = frozenset({ENERGY})
"""A job that opens no machine needs no lock; eyes and clothing every job on site needs."""

_AT_A_MACHINE: Final = (HAZARDS, ENERGY, PROTECTION)
_NEAR_MACHINES: Final = (HAZARDS, PROTECTION)
ON_SITE: Final[dict[str, tuple[str, ...]]] = {
    "repair": _AT_A_MACHINE,
    "inspection": _AT_A_MACHINE,
    "installation": _AT_A_MACHINE,
    "upgrade": _AT_A_MACHINE,
    "decommissioning": _AT_A_MACHINE,
    "training": _NEAR_MACHINES,
    "parts_delivery": _NEAR_MACHINES,
}
"""Kinds of orders whose work is at the customer's, with what each asks; the others are done from a desk."""
SAFE_FOR: Final = 86_400_000_000
"""Microseconds for which a check holds: after a night, or a longer wait, the place is looked at again."""

ACCIDENT: Final = "accident"
NEAR_MISS: Final = "near_miss"
UNSAFE_STATE: Final = "unsafe_state"
INCIDENTS: Final = (ACCIDENT, NEAR_MISS, UNSAFE_STATE)


def checks_of(kind: str, *, induction: bool = False, permit: bool = False) -> tuple[str, ...]:
    """What is asked before work of this kind begins; `induction` and `permit` say what the site asks for beside."""
    usual = ON_SITE.get(kind, ())
    more = (INDUCTION,) * induction + (PERMIT,) * permit
    return (*usual, *more) if usual else ()


def check_answers(answers: Mapping[str, str], permit: str, remark: str) -> None:
    """RuleBroken where answers are none of ours, a permit has no number, or a "no" has no reason."""
    for key, answer in answers.items():
        if key not in CHECKS or answer not in ANSWERS:
            raise RuleBroken("answer_unknown", field=key)
        if answer == NOT_APPLICABLE and key not in MAY_NOT_APPLY:
            raise RuleBroken("answer_needed", field=key)
    if answers.get(PERMIT) == YES and not permit.strip():
        raise RuleBroken("permit_missing", field="permit")
    if NO in answers.values() and not remark.strip():
        raise RuleBroken("unsafe_reason_missing", field="remark")


def is_safe(answers: Mapping[str, str], wanted: tuple[str, ...]) -> bool:
    """Whether all that is wanted was looked at and nothing speaks against the work."""
    return NO not in answers.values() and all(key in answers for key in wanted)


def still_counts(checked_at: int, now: int) -> bool:
    """Whether a check is young enough to begin on (both in microseconds)."""
    return now - checked_at <= SAFE_FOR


def check_start(kind: str, answers: Mapping[str, str] | None, checked_at: int, now: int) -> None:
    """RuleBroken where work of this kind must not begin on this check; `answers` None: there is none.

    Asked is only what the kind asks for. What the site wants is asked on the laptop that is there: headquarters may
    have learned of a permit since, and does not refuse work for what nobody there could know.
    """
    wanted = checks_of(kind)
    if not wanted:
        return
    if answers is None:
        raise RuleBroken("safety_missing")
    if not is_safe(answers, wanted):
        raise RuleBroken("not_safe")
    if not still_counts(checked_at, now):
        raise RuleBroken("safety_too_old")


def check_incident(kind: str, text: str) -> None:
    """RuleBroken for an incident of no kind of ours, or one that says nothing."""
    if kind not in INCIDENTS:
        raise RuleBroken("incident_kind_unknown", field="kind", kind=kind)
    if not text.strip():
        raise RuleBroken("incident_empty", field="text")


def check_sign_off(signer: str, signature: str, reason: str, satisfaction: int, recommendation: int) -> None:
    """RuleBroken unless there is a signature with its signer's name, or a reason why there is none."""
    if signature and not signer.strip():
        raise RuleBroken("signer_missing", field="signer")
    if not signature and not reason.strip():
        raise RuleBroken("signature_missing", field="signature")
    if not 0 <= satisfaction <= 5:
        raise RuleBroken("satisfaction_unknown", field="satisfaction")
    if not -1 <= recommendation <= 10:
        raise RuleBroken("recommendation_unknown", field="recommendation")


def utc_day(moment: int) -> str:
    """The day of a moment (microseconds since 1970) in UTC, the same on every machine."""
    days = date(1970, 1, 1).toordinal() + moment // 86_400_000_000
    return date.fromordinal(max(1, min(days, date.max.toordinal()))).isoformat()  # whatever a clock says
