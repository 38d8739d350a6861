"""One visit, read by the id of its inspection or, before anybody opened it, by its plan and day."""

from __future__ import annotations

from typing import Final

from fielddesk.core.frozen import dataclass
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.model import Customer
from fielddesk.features.inspections.model import Inspection
from fielddesk.features.inspections.queries import (
    DONE,
    InspectionFilter,
    InspectionRow,
    PlanRow,
    VisitRow,
    inspection_page,
    latest_version,
    plan_view,
    visits_of_asset,
)  # fmt: skip
from fielddesk.features.inspections.queries.lists import inspections_among
from fielddesk.features.people.model import User
from fielddesk.features.people.queries import assignable_people
from fielddesk.features.people.rules import FIELD_STAFF
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.store.tx import Reading
from fielddesk.store.types import in_language

LANGUAGES: Final = {"en": "en", "zh_cn": "zh_CN", "zh_tw": "zh_TW"}
AT: Final = "@"
"""Between a plan and a day in the name of a visit that nobody has opened yet."""


@dataclass(frozen=True)
class Shown:
    """One visit: the inspection that was opened for it, its plan, and the visit as the plan knows it."""

    id: str
    inspection: InspectionRow | None
    plan: PlanRow | None
    visit: VisitRow | None
    version_id: str
    last: InspectionRow | None
    asset_id: str
    serial: str
    people: list[User]
    assignee_id: str | None
    title: str
    """What the order is called that is opened for it: as the customer reads it, wherever it is opened first."""

    @property
    def due_on(self) -> str | None:
        if self.visit is not None:
            return self.visit.visit.due_on
        return self.inspection.due_on if self.inspection is not None else None

    @property
    def planned_on(self) -> str | None:
        if self.inspection is not None and self.inspection.planned_on:
            return self.inspection.planned_on
        return self.visit.visit.planned_on if self.visit is not None else None

    @property
    def standing(self) -> str:
        """How it stands, with what a plan alone knows: skipped, covered by another."""
        if self.visit is not None and self.visit.visit.skipped:
            return "skipped"
        if self.visit is not None and self.visit.visit.absorbed_by is not None and self.inspection is None:
            return "absorbed"
        found = self.inspection.standing if self.inspection is not None else ""
        found = found or (self.visit.standing if self.visit is not None else "")
        done = self.inspection is not None and self.inspection.completed_at is not None
        return "done_late" if done and found == "late" else found


def visit_key(plan_id: str, due_on: str) -> str:
    return f"{plan_id}{AT}{due_on}"


def shown_of(read: Reading, row_id: str, today: str, me: str) -> Shown | None:
    """Read a visit by the id of its inspection, or by its plan and day; None where it is not on this laptop."""
    plan_id, _at, due_on = row_id.partition(AT)
    inspection, assignee = None, None
    if not due_on:
        row = read.get(Inspection, row_id)
        found = inspections_among(read, [row_id], today)
        if row is None or not found:
            return None
        inspection, plan_id, due_on = found[0], row.plan_id or "", row.due_on or ""
        order = read.get(WorkOrder, row.order_id)
        assignee = order.assignee_id if order is not None else None
    plan = plan_view(read, plan_id, today) if plan_id else None
    visit, version = None, None
    if plan is not None and due_on:
        rows = visits_of_asset(read, plan.plan.asset_id, due_on, due_on, today)
        visit = next((one for one in rows if one.plan.id == plan_id and one.visit.due_on == due_on), None)
        version = latest_version(read, plan.plan.checklist_id)
    if inspection is None and visit is None:
        return None
    if inspection is None and visit is not None and visit.inspection_id:
        return shown_of(read, visit.inspection_id, today, me)
    asset_id = inspection.asset_id if inspection is not None else plan.plan.asset_id if plan is not None else ""
    asset = read.get(Asset, asset_id) if asset_id else None
    done = inspection_page(read, InspectionFilter(me, today, DONE, asset_id=asset_id), 0, 2)
    last = next((one for one in done if inspection is None or one.id != inspection.id), None)
    return Shown(
        row_id, inspection, plan, visit, version.id if version is not None else "", last, asset_id,
        asset.serial if asset is not None else "",
        [user for user in assignable_people(read) if user.role in FIELD_STAFF],
        assignee if inspection is not None else plan.plan.engineer_id if plan is not None else None,
        _title(read, plan, asset),
    )  # fmt: skip


def _title(read: Reading, plan: PlanRow | None, asset: Asset | None) -> str:
    customer = read.get(Customer, asset.customer_id) if asset is not None else None
    language = LANGUAGES.get(customer.language if customer is not None else "", "en")
    return in_language(plan.checklist, language) if plan is not None else ""
