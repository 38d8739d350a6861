"""Looks at the place before work, as a person does: the check, then the start that names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fielddesk.core import canonical
from fielddesk.core.ids import derived_id, new_id
from fielddesk.features.customers.model import Contact, Site
from fielddesk.features.workorders.actions import record_safety_check, set_order_status
from fielddesk.features.workorders.rules import HAZARDS, IN_PROGRESS, ON_SITE, YES
from fielddesk.store.actions import Call, call
from fielddesk.store.tables import Synced
from tests.support.laptops import some_id

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


WORKS = some_id("works at the harbour")
KIM = some_id("Kim Sørensen")


def the_works(customer: str = "Harbour Stamping", zone: str = "Asia/Shanghai") -> list[Synced]:
    """A site that warns of something and asks for an induction and a permit, and whom one asks for there."""
    return [
        Site(
            id=WORKS, customer_id=some_id(customer), name="Works 2, press hall", street="Dock Road 16",
            postal_code="20457", city="Hamburg", country="DE", zone=zone, access="Gate 3, ask for Ms Sørensen.",
            hazards="Overhead crane. Hydraulic lines stay under pressure for 10 minutes.", induction_needed=1,
            permit_needed=1, rev=1,
        ),
        Contact(
            id=KIM, customer_id=some_id(customer), site_id=WORKS, name="Kim Sørensen", position="Shift leader",
            phone="+49 40 555 17", rev=1,
        ),
    ]  # fmt: skip
