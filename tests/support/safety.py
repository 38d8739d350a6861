"""Looks at the place before work, as a person does: the check, then the start that names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fielddesk.core import canonical
from fielddesk.core.ids import derived_id, new_id
from fielddesk.features.workorders.actions import record_safety_check, set_order_status
from fielddesk.features.workorders.rules import HAZARDS, IN_PROGRESS, ON_SITE, YES
from fielddesk.store.actions import Call, call

ASSIGNED = {"status": "assigned", "status_reason": ""}


def all_clear(kind: str = "repair") -> str:
    """Answers that let work of this kind begin."""
    return canonical.dumps(dict.fromkeys(ON_SITE.get(kind, (HAZARDS,)), YES))


def a_check(order_id: str, now: int, kind: str = "repair") -> tuple[Call, str]:
    """A look at the place that finds everything in order, and the id of its row."""
    made = replace(call(record_safety_check, order_id=order_id, answers=all_clear(kind)), op_id=new_id(now))
    return made, derived_id(made.op_id or "", "check")


def a_safe_start(
    order_id: str, now: int, shown: Mapping[str, str] | None = None, kind: str = "repair"
) -> tuple[Call, Call]:
    """The check and the start, as the one press of the safety tab does them."""
    check, check_id = a_check(order_id, now, kind)
    start = call(
        set_order_status, based_on=shown or ASSIGNED, order_id=order_id, status=IN_PROGRESS, safety_check_id=check_id
    )
    return check, start
