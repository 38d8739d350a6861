"""Plans with their next visit, the calendar, and the visits that are to be opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from fielddesk.core.frozen import dataclass
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.model import Customer
from fielddesk.features.inspections.model import Checklist, Inspection, InspectionPlan, PlanException
from fielddesk.features.inspections.queries.lists import InspectionRow, inspections_among
from fielddesk.features.inspections.rules import (
    FROM_COMPLETION,
    Done,
    Exceptional,
    Plan,
    Visit,
    absorb,
    due_days,
    parse_rule,
    period_days,
    standing,
)  # fmt: skip
from fielddesk.features.people.model import User
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.store.tx import LOOKUP_BATCH, Reading

LOOK_BACK_DAYS = 62
"""A due day that nobody opened is still opened this long after; what is older was not kept by anybody."""
LOOK_AHEAD_DAYS = 800


@dataclass(frozen=True)
class PlanFilter:
    """Which plans a list holds."""

    today: str
    asset_id: str | None = None
    customer_id: str | None = None
    checklist_id: str | None = None
    ended: bool = False


@dataclass(frozen=True)
class PlanRow:
    """A line of a list of plans; `next` is its next open visit (None: it has none), `last` the last one done."""

    plan: InspectionPlan
    asset: str
    serial: str
    customer: str
    checklist: str
    """Names text."""
    engineer: str
    next: Visit | None
    last: Visit | None


@dataclass(frozen=True)
class VisitRow:
    """One visit of a plan, with the inspection that was opened for it (None: not yet)."""

    plan: InspectionPlan
    checklist: str
    asset: str
    customer: str
    visit: Visit
    standing: str
    inspection_id: str | None


@dataclass(frozen=True)
class CalendarDay:
    """What a day holds: inspections that are opened or done, and visits that will be."""

    day: str
    inspections: tuple[InspectionRow, ...]
    visits: tuple[VisitRow, ...]


def plan_page(read: Reading, wanted: PlanFilter, offset: int, limit: int) -> list[PlanRow]:
    """Plans by asset and checklist."""
    c = InspectionPlan.c
    query = (
        sa.select(c.id)
        .select_from(_joined())
        .where(*_where(wanted))
        .order_by(Asset.c.name.asc().nulls_last(), Checklist.c.number.asc().nulls_last(), c.id)
        .limit(limit)
        .offset(offset)
    )
    return _plan_rows(read, [row[0] for row in read.rows(query)], wanted.today)


def plan_count(read: Reading, wanted: PlanFilter) -> int:
    """How many `plan_page` has."""
    return int(read.value(sa.select(sa.func.count()).select_from(_joined()).where(*_where(wanted))) or 0)


def plan_place(read: Reading, wanted: PlanFilter, plan_id: str) -> int | None:
    """At which place of `plan_page` a plan stands."""
    c = InspectionPlan.c
    query = (
        sa.select(c.id)
        .select_from(_joined())
        .where(*_where(wanted))
        .order_by(Asset.c.name.asc().nulls_last(), Checklist.c.number.asc().nulls_last(), c.id)
    )
    ids = [row[0] for row in read.rows(query)]
    return ids.index(plan_id) if plan_id in ids else None


def plan_view(read: Reading, plan_id: str, today: str) -> PlanRow | None:
    """One plan with its next visit; None where it is not on this laptop."""
    return next(iter(_plan_rows(read, [plan_id], today)), None)


def plan_names(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    """The asset that each of these plans is for, by the plan's id."""
    plans = read.among(InspectionPlan, ids)
    assets = {row.id: f"{row.name} ({row.serial})" for row in read.among(Asset, {plan.asset_id for plan in plans})}
    return {plan.id: assets[plan.asset_id] for plan in plans if plan.asset_id in assets}


def visits_of_asset(read: Reading, asset_id: str, first: str, last: str, today: str) -> list[VisitRow]:
    """Every visit of an asset's plans between two days, what spares another one considered."""
    c = InspectionPlan.c
    plans = read.all(InspectionPlan, c.asset_id == asset_id, c.archived_at.is_(None), order=[c.id])
    return _visit_rows(read, plans, first, last, today)


def calendar(
    read: Reading, first: str, last: str, today: str, *, me: str | None = None, asset_id: str | None = None
) -> list[CalendarDay]:
    """The days between `first` and `last` (ISO) that hold something; with `me` only what that person goes to."""
    c = InspectionPlan.c
    here = [c.archived_at.is_(None), sa.or_(c.ended_on.is_(None), c.ended_on >= first)]
    if asset_id is not None:
        here.append(c.asset_id == asset_id)
    plans = read.all(InspectionPlan, *here, order=[c.id])
    rows = _visit_rows(read, plans, first, last, today)
    opened = _opened_between(read, first, last, me, asset_id, today)
    days: dict[str, tuple[list[InspectionRow], list[VisitRow]]] = {}
    for inspection in opened:
        days.setdefault(inspection.completed_on or inspection.planned_on or first, ([], []))[0].append(inspection)
    for row in rows:
        waits = row.inspection_id is None and row.visit.is_open and first <= row.visit.planned_on <= last
        if waits and (me is None or row.plan.engineer_id == me):
            days.setdefault(row.visit.planned_on, ([], []))[1].append(row)
    return [CalendarDay(day, tuple(found[0]), tuple(found[1])) for day, found in sorted(days.items())]


def visits_to_open(read: Reading, today: str, ahead_days: int) -> list[VisitRow]:
    """Visits that nobody has opened yet and whose planned day is at most so many days ahead, soonest first."""
    c = InspectionPlan.c
    end = _shift(today, ahead_days)
    plans = read.all(InspectionPlan, c.archived_at.is_(None), c.starts_on <= end, order=[c.id])
    begin = _shift(today, -LOOK_BACK_DAYS)
    rows = _visit_rows(read, plans, begin, end, today)
    done: dict[str, str] = {}
    for row in rows:
        if row.visit.completed_on is not None:
            done[row.plan.id] = max(done.get(row.plan.id, ""), row.visit.due_on)
    found = [
        row
        for row in rows
        if row.visit.is_open
        and not row.visit.foreseen
        and row.inspection_id is None
        and row.visit.planned_on <= end
        # Days before the plan was made, or before what was done last, are nobody's to keep.
        and row.visit.planned_on >= _shift(_made_on(row.plan), -row.plan.tolerance_days)
        and row.visit.due_on > done.get(row.plan.id, "")
    ]
    return sorted(found, key=lambda row: (row.visit.planned_on, row.plan.id))


# ---------------------------------------------------------------- what a plan's visits follow from


def _visit_rows(read: Reading, plans: Sequence[InspectionPlan], first: str, last: str, today: str) -> list[VisitRow]:
    """Visits of these plans; all plans of an asset must be among them, so that one can spare another."""
    exceptions, inspections = _exceptions(read, plans), _inspections(read, plans)
    opened = {(row.plan_id, row.due_on): row for rows in inspections.values() for row in rows}
    checklists = {row.id: row.names for row in read.among(Checklist, {plan.checklist_id for plan in plans})}
    assets = {row.id: row for row in read.among(Asset, {plan.asset_id for plan in plans})}
    customers = {row.id: row.name for row in read.among(Customer, {row.customer_id for row in assets.values()})}
    by_asset: dict[str, list[InspectionPlan]] = {}
    for plan in plans:
        by_asset.setdefault(plan.asset_id, []).append(plan)
    found: list[VisitRow] = []
    for asset_id, mine in by_asset.items():
        asset = assets.get(asset_id)
        for plan, visit in _asset_visits(mine, exceptions, inspections, first, last):
            there = opened.get((plan.id, visit.due_on))
            found.append(
                VisitRow(
                    plan, checklists.get(plan.checklist_id, "{}"), asset.name if asset else "",
                    customers.get(asset.customer_id, "") if asset else "", visit, standing(visit, today),
                    there.id if there else None,
                )
            )  # fmt: skip
    return sorted(found, key=lambda row: (row.visit.planned_on, row.plan.id))


def _asset_visits(
    plans: Sequence[InspectionPlan], exceptions: dict[str, list[PlanException]],
    inspections: dict[str, list[Inspection]], first: str, last: str,
) -> list[tuple[InspectionPlan, Visit]]:  # fmt: skip
    # Twice the longest tolerance around: what stands just outside can spare what stands inside.
    around = 2 * max(plan.tolerance_days for plan in plans) + 1
    begin, end = _shift(first, -around), _shift(last, around)
    visits = {}
    for plan in plans:
        mine = [Exceptional(one.due_on, one.moved_to, one.reason) for one in exceptions.get(plan.id, [])]
        done = _done(inspections.get(plan.id, []))
        if plan.mode == FROM_COMPLETION:
            done += _done_by_longer(plan, plans, inspections)
        visits[plan.id] = (counted(plan), due_days(counted(plan), mine, done, begin, end))
    by_id = {plan.id: plan for plan in plans}
    return [
        (by_id[key], visit)
        for key, found in absorb(visits).items()
        for visit in found
        if first <= visit.planned_on <= last or first <= visit.due_on <= last
    ]


def counted(plan: InspectionPlan) -> Plan:
    """The plan as the rules count it."""
    return Plan(plan.rule, plan.starts_on, plan.mode, plan.tolerance_days, plan.ended_on)


def _done(rows: Iterable[Inspection]) -> list[Done]:
    return [Done(row.due_on, row.completed_on) for row in rows if row.completed_on and row.due_on]


def _done_by_longer(
    plan: InspectionPlan, plans: Sequence[InspectionPlan], inspections: dict[str, list[Inspection]]
) -> list[Done]:
    """Completions of the asset's longer plans: a quarterly visit did the monthly one's work too."""
    period = period_days(parse_rule(plan.rule))
    longer = [other for other in plans if period_days(parse_rule(other.rule)) > period]
    days = [row.completed_on for other in longer for row in inspections.get(other.id, []) if row.completed_on]
    return [Done(day, day) for day in days]


def _exceptions(read: Reading, plans: Sequence[InspectionPlan]) -> dict[str, list[PlanException]]:
    c = PlanException.c
    found: dict[str, list[PlanException]] = {}
    for ids in _batches(plans):
        for row in read.all(PlanException, c.plan_id.in_(ids), c.archived_at.is_(None), order=[c.plan_id, c.due_on]):
            found.setdefault(row.plan_id, []).append(row)
    return found


def _inspections(read: Reading, plans: Sequence[InspectionPlan]) -> dict[str, list[Inspection]]:
    c = Inspection.c
    found: dict[str, list[Inspection]] = {}
    for ids in _batches(plans):
        for row in read.all(Inspection, c.plan_id.in_(ids), c.archived_at.is_(None), order=[c.plan_id, c.due_on]):
            found.setdefault(str(row.plan_id), []).append(row)
    return found


def _batches(plans: Sequence[InspectionPlan]) -> Iterable[list[str]]:
    ids = sorted(plan.id for plan in plans)
    return (ids[start : start + LOOKUP_BATCH] for start in range(0, len(ids), LOOKUP_BATCH))


def _opened_between(
    read: Reading, first: str, last: str, me: str | None, asset_id: str | None, today: str
) -> list[InspectionRow]:
    c = Inspection.c
    planned = sa.and_(WorkOrder.c.due_on >= first, WorkOrder.c.due_on <= last, c.completed_at.is_(None))
    finished = sa.and_(c.completed_on >= first, c.completed_on <= last, c.completed_at.is_not(None))
    query = (
        sa.select(c.id)
        .select_from(Inspection.__table__.join(WorkOrder.__table__, WorkOrder.c.id == c.order_id))
        .where(c.archived_at.is_(None), sa.or_(planned, finished), WorkOrder.c.status != "cancelled")
        .order_by(WorkOrder.c.due_on.asc().nulls_last(), WorkOrder.c.number, c.id)
    )
    if me is not None:
        query = query.where(WorkOrder.c.assignee_id == me)
    if asset_id is not None:
        query = query.where(c.asset_id == asset_id)
    return inspections_among(read, [row[0] for row in read.rows(query)], today)


# ---------------------------------------------------------------- lists of plans


def _plan_rows(read: Reading, ids: Sequence[str], today: str) -> list[PlanRow]:
    plans = {plan.id: plan for plan in read.among(InspectionPlan, ids)}
    c = InspectionPlan.c
    assets = sorted({plan.asset_id for plan in plans.values()})
    beside = read.all(InspectionPlan, c.asset_id.in_(assets), c.archived_at.is_(None), order=[c.id])
    begin, end = _shift(today, -LOOK_AHEAD_DAYS), _shift(today, LOOK_AHEAD_DAYS)
    visits: dict[str, list[VisitRow]] = {}
    for row in _visit_rows(read, beside, begin, end, today):
        visits.setdefault(row.plan.id, []).append(row)
    machines = {row.id: row for row in read.among(Asset, assets)}
    customers = {row.id: row.name for row in read.among(Customer, {row.customer_id for row in machines.values()})}
    people = {row.id: row.name for row in read.among(User, {p.engineer_id for p in plans.values() if p.engineer_id})}
    lists = {row.id: row.names for row in read.among(Checklist, {plan.checklist_id for plan in plans.values()})}
    found = []
    for row_id in ids:
        if (plan := plans.get(row_id)) is None:
            continue
        machine = machines.get(plan.asset_id)
        mine = [row.visit for row in visits.get(row_id, [])]
        open_ones = [v for v in mine if v.is_open and (v.planned_on >= _shift(today, -LOOK_BACK_DAYS))]
        done = [visit for visit in mine if visit.completed_on is not None]
        found.append(
            PlanRow(
                plan, machine.name if machine else "", machine.serial if machine else "",
                customers.get(machine.customer_id, "") if machine else "", lists.get(plan.checklist_id, "{}"),
                people.get(plan.engineer_id or "", ""), open_ones[0] if open_ones else None,
                max(done, key=lambda visit: visit.completed_on or "", default=None),
            )
        )  # fmt: skip
    return found


def _joined() -> sa.FromClause:
    c = InspectionPlan.c
    return InspectionPlan.__table__.outerjoin(Asset.__table__, Asset.c.id == c.asset_id).outerjoin(
        Checklist.__table__, Checklist.c.id == c.checklist_id
    )


def _where(wanted: PlanFilter) -> list[sa.ColumnElement[bool]]:
    c = InspectionPlan.c
    found: list[sa.ColumnElement[bool]] = [c.archived_at.is_(None)]
    if not wanted.ended:
        found.append(sa.or_(c.ended_on.is_(None), c.ended_on >= wanted.today))
    if wanted.asset_id is not None:
        found.append(c.asset_id == wanted.asset_id)
    if wanted.customer_id is not None:
        found.append(Asset.c.customer_id == wanted.customer_id)
    if wanted.checklist_id is not None:
        found.append(c.checklist_id == wanted.checklist_id)
    return found


def _shift(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _made_on(plan: InspectionPlan) -> str:
    """The day a plan was made; its id begins with the moment."""
    return datetime.fromtimestamp(int(plan.id[:12], 16) / 1000, UTC).date().isoformat()
