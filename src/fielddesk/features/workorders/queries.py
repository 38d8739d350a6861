"""Work orders as screens show them: lists of any length, one order with its surroundings, its notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.clock import moment_at
from fielddesk.core.frozen import dataclass
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.model import Contact, Customer, Site
from fielddesk.features.customers.queries import address_of
from fielddesk.features.lifecycle.model import ProductModel
from fielddesk.features.lifecycle.queries import policy_for, standing_of
from fielddesk.features.lifecycle.rules import TAKEN_BACK, Policy, Step, steps_missing
from fielddesk.features.people.model import User
from fielddesk.features.people.queries import person_names
from fielddesk.features.people.rules import OFFICE
from fielddesk.features.workorders.model import (
    Note,
    OrderLink,
    OrderStep,
    SafetyCheck,
    SafetyIncident,
    SignOff,
    WorkOrder,
)
from fielddesk.features.workorders.rules import FINISHED, STATES, checks_of, is_safe, still_counts
from fielddesk.store.matching import has_text
from fielddesk.store.tx import Reading

MINE: Final = "mine"
TODAY: Final = "today"
WEEK: Final = "week"
LATE: Final = "late"
OPEN: Final = "open"
ALL: Final = "all"
INCIDENTS: Final = "incidents"

BY_DUE: Final = "due"
BY_VISIT: Final = "visit"
BY_NUMBER: Final = "number"
NEWEST: Final = "newest"

ALL_OF_THEM: Final = 10_000_000
ENOUGH: Final = 200
UNFINISHED: Final = tuple(state for state in STATES if state not in FINISHED)


@dataclass(frozen=True)
class OrderRow:
    """A line of a list of orders."""

    id: str
    number: str
    title: str
    customer: str
    status: str
    due_on: str | None
    opened_at: int
    planned_at: int | None


@dataclass(frozen=True)
class OrderFilter:
    """Which orders a list holds and in which order; `me` and `today` (ISO) say whose and from when one is late.

    `zone` says when a day begins; with `everybody` today and this week hold all visits, not mine alone.
    """

    me: str
    today: str
    view: str = ALL
    text: str = ""
    sort: str = BY_DUE
    asset_id: str | None = None
    customer_id: str | None = None
    zone: str = "UTC"
    everybody: bool = False


@dataclass(frozen=True)
class OrderView:
    """One order and what stands beside it; names are empty where their row is not on this laptop.

    `checked` is the newest safety check, `incidents` how many were reported, `came_from` the order this one follows.
    """

    order: WorkOrder
    customer: str
    address: str
    phone: str
    asset: str
    serial: str
    assignee: str
    site: Site | None = None
    contact: Contact | None = None
    checked: SafetyCheck | None = None
    incidents: int = 0
    came_from: LinkedOrder | None = None

    def zone(self, here: str) -> str:
        """Whose clocks the visit goes by: those of the site, or where no site is named those of this laptop."""
        return self.site.zone if self.site is not None else here

    def asked(self) -> tuple[str, ...]:
        """What is looked at before this work begins, as its kind and its site ask (rules.checks_of)."""
        site = self.site
        return checks_of(
            self.order.kind,
            induction=bool(site and site.induction_needed),
            permit=bool(site and site.permit_needed),
        )

    def safety_asked(self, now: int) -> tuple[str, ...]:
        """What must be looked at before work may begin (again) now; nothing where it may."""
        asked, checked = self.asked(), self.checked
        if checked is not None and still_counts(checked.at, now) and is_safe(canonical.loads(checked.answers), asked):
            return ()
        return asked


@dataclass(frozen=True)
class LinkedOrder:
    """An order that belongs to another one. `back`: the link was made from there, so a follow_up is its origin.

    `number` and `title` are empty where it is not on this laptop; `id` is then still the order's.
    """

    link_id: str
    id: str
    number: str
    title: str
    status: str
    kind: str
    back: bool
    item: str
    at: int


@dataclass(frozen=True)
class CheckRow:
    """A safety check with the name of who made it; `answers` by the key of what was looked at."""

    id: str
    answers: Mapping[str, str]
    permit: str
    remark: str
    by: str
    at: int


@dataclass(frozen=True)
class IncidentRow:
    """An incident with the name of who reported it."""

    id: str
    kind: str
    text: str
    happened_at: int
    by: str
    at: int


@dataclass(frozen=True)
class NoteRow:
    """A note with its author's name."""

    id: str
    text: str
    author: str
    at: int


def order_view(read: Reading, order_id: str) -> OrderView | None:
    """One order; None where it is not (any more) on this laptop."""
    order = read.get(WorkOrder, order_id)
    if order is None:
        return None
    customer = read.get(Customer, order.customer_id)
    asset = read.get(Asset, order.asset_id) if order.asset_id else None
    person = read.get(User, order.assignee_id) if order.assignee_id else None
    site = read.get(Site, order.site_id) if order.site_id else None
    return OrderView(
        order,
        customer.name if customer else "",
        (address_of(site) if site else "") or (address_of(customer) if customer else ""),
        customer.phone if customer else "",
        asset.name if asset else "",
        asset.serial if asset else "",
        person.name if person else "",
        site,
        read.get(Contact, order.contact_id) if order.contact_id else None,
        newest_check(read, order_id),
        incident_count(read, order_id),
        next((link for link in linked_orders(read, order_id) if link.back and link.kind == "follow_up"), None),
    )


def order_names(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    """Number and title of these orders by id."""
    return {order.id: f"{order.number} {order.title}" for order in read.among(WorkOrder, ids)}


def open_orders_of(read: Reading, user_id: str) -> set[str]:
    """Ids of the orders that a person has and has not finished."""
    c = WorkOrder.c
    query = sa.select(c.id).where(c.assignee_id == user_id, c.status.not_in(FINISHED), c.archived_at.is_(None))
    return {row[0] for row in read.rows(query)}


def order_moments(asset_id: str) -> sa.Select[Any]:
    """(moment, id) of the orders of an asset, for its history."""
    c = WorkOrder.c
    return sa.select(c.opened_at, c.id).where(c.asset_id == asset_id, c.archived_at.is_(None))


def first_view(role: str) -> str:
    """What somebody looks at first: the office has no orders of its own, it gives them."""
    return OPEN if role in OFFICE else MINE


def order_page(read: Reading, wanted: OrderFilter, offset: int, limit: int) -> list[OrderRow]:
    """One page of a list of orders."""
    if wanted.text.strip():
        return orders_among(read, order_matches(read, wanted)[offset : offset + limit])
    query = sa.select(WorkOrder.c.id).where(*_where(wanted)).order_by(*_order(wanted, WorkOrder.c))
    return orders_among(read, [row[0] for row in read.rows(query.limit(limit).offset(offset))])


def order_matches(read: Reading, wanted: OrderFilter, most: int = ALL_OF_THEM) -> list[str]:
    """Ids of all orders of a list in their order, in one look through the table; for a list that has a text.

    With `most` the look ends at so many, whichever come first.

    A text stands anywhere in four columns, so no index helps: each order is looked at once, not once a page.
    """
    c = WorkOrder.c
    # The limit keeps SQLite from walking the table in the wanted order, which reads each row from another place.
    inner = sa.select(c.id, c.due_on, c.number, c.opened_at, c.planned_at).where(*_where(wanted)).limit(most).subquery()
    return [row[0] for row in read.rows(sa.select(inner.c.id).order_by(*_order(wanted, inner.c)))]


def orders_among(read: Reading, ids: list[str]) -> list[OrderRow]:
    """These orders as lines of a list, in this order; one that is gone meanwhile is left out."""
    c = WorkOrder.c
    query = (
        sa.select(
            c.id,
            c.number,
            c.title,
            sa.func.coalesce(Customer.c.name, ""),
            c.status,
            c.due_on,
            c.opened_at,
            c.planned_at,
        )
        .select_from(WorkOrder.__table__.outerjoin(Customer.__table__, Customer.c.id == c.customer_id))
        .where(c.id.in_(ids))
    )
    found = {row[0]: OrderRow(*row) for row in map(tuple, read.rows(query))}
    return [found[row_id] for row_id in ids if row_id in found]


def order_count(read: Reading, wanted: OrderFilter) -> int:
    """How many orders `order_page` has."""
    return int(read.value(sa.select(sa.func.count()).select_from(WorkOrder.__table__).where(*_where(wanted))) or 0)


def order_place(read: Reading, wanted: OrderFilter, order_id: str) -> int | None:
    """At which place of `order_page` an order stands; None where it is not in that list."""
    row = read.get(WorkOrder, order_id)
    here = sa.select(sa.literal(1)).select_from(WorkOrder.__table__).where(WorkOrder.c.id == order_id, *_where(wanted))
    if row is None or not read.value(here):
        return None
    count = sa.select(sa.func.count()).select_from(WorkOrder.__table__).where(*_where(wanted), _before(wanted, row))
    return int(read.value(count) or 0)


def find_orders(read: Reading, text: str, limit: int) -> list[OrderRow]:
    """Orders for the search box: a number that begins so first, then what has the text, the newest of some first."""
    c = WorkOrder.c
    wanted = text.strip()
    name = sa.func.coalesce(Customer.c.name, "")
    fields = (c.id, c.number, c.title, name, c.status, c.due_on, c.opened_at, c.planned_at)
    joined = WorkOrder.__table__.outerjoin(Customer.__table__, Customer.c.id == c.customer_id)
    begins = sa.and_(c.number >= wanted, c.number < wanted + "\U0010ffff")
    exact = sa.select(*fields).select_from(joined).where(begins).order_by(c.number).limit(limit)
    found = [OrderRow(*row) for row in map(tuple, read.rows(exact))]
    if len(found) < limit:
        known = {row.id for row in found}
        rest = order_matches(read, OrderFilter("", "", text=wanted, sort=NEWEST), ENOUGH)
        found += orders_among(read, [row_id for row_id in rest if row_id not in known][:limit])
    return found[:limit]


def note_page(read: Reading, order_id: str, offset: int, limit: int) -> list[NoteRow]:
    """Notes of an order, newest first."""
    c = Note.c
    query = (
        sa.select(c.id, c.text, sa.func.coalesce(User.c.name, ""), c.at)
        .select_from(Note.__table__.outerjoin(User.__table__, User.c.id == c.author_id))
        .where(c.order_id == order_id, c.archived_at.is_(None))
        .order_by(c.at.desc(), c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [NoteRow(*row) for row in map(tuple, read.rows(query))]


def note_count(read: Reading, order_id: str) -> int:
    """How many notes an order has."""
    query = sa.select(sa.func.count()).where(Note.c.order_id == order_id, Note.c.archived_at.is_(None))
    return int(read.value(query) or 0)


# ---------------------------------------------------------------- where one goes, and whom one asks for


def contacts_of(read: Reading, customer_id: str, site_id: str | None, text: str = "") -> list[Contact]:
    """People at a customer's, those of this site first, by name."""
    c = Contact.c
    where = [c.customer_id == customer_id, c.archived_at.is_(None)]
    if wanted := text.strip():
        where.append(sa.or_(*(has_text(column, wanted) for column in (c.name, c.position, c.phone))))
    found = read.all(Contact, *where, order=[c.name, c.id])
    return sorted(found, key=lambda contact: contact.site_id != site_id) if site_id else found


# ---------------------------------------------------------------- safety, and orders that belong together


def newest_check(read: Reading, order_id: str) -> SafetyCheck | None:
    """The safety check that counts: the newest one."""
    c = SafetyCheck.c
    found = read.all(SafetyCheck, c.order_id == order_id, c.archived_at.is_(None), order=[c.at.desc(), c.id], limit=1)
    return found[0] if found else None


def safety_checks(read: Reading, order_id: str) -> list[CheckRow]:
    """Safety checks of an order, newest first."""
    c = SafetyCheck.c
    query = (
        sa.select(c.id, c.answers, c.permit, c.remark, sa.func.coalesce(User.c.name, ""), c.at)
        .select_from(SafetyCheck.__table__.outerjoin(User.__table__, User.c.id == c.by_id))
        .where(c.order_id == order_id, c.archived_at.is_(None))
        .order_by(c.at.desc(), c.id)
    )
    return [CheckRow(row[0], canonical.loads(row[1]), *row[2:]) for row in map(tuple, read.rows(query))]


def incidents(read: Reading, order_id: str) -> list[IncidentRow]:
    """Incidents reported on an order, newest first."""
    c = SafetyIncident.c
    query = (
        sa.select(c.id, c.kind, c.text, c.happened_at, sa.func.coalesce(User.c.name, ""), c.at)
        .select_from(SafetyIncident.__table__.outerjoin(User.__table__, User.c.id == c.by_id))
        .where(c.order_id == order_id, c.archived_at.is_(None))
        .order_by(c.at.desc(), c.id)
    )
    return [IncidentRow(*row) for row in map(tuple, read.rows(query))]


def incident_count(read: Reading, order_id: str) -> int:
    """How many incidents were reported on an order."""
    c = SafetyIncident.c
    return int(read.value(sa.select(sa.func.count()).where(c.order_id == order_id, c.archived_at.is_(None))) or 0)


def linked_orders(read: Reading, order_id: str) -> list[LinkedOrder]:
    """Orders that belong to this one, whichever of the two the link was made from; each way of belonging once."""
    c, other = OrderLink.c, WorkOrder.c
    found: dict[tuple[str, str, bool], LinkedOrder] = {}
    for own, far, back in ((c.order_id, c.other_id, False), (c.other_id, c.order_id, True)):
        query = (
            sa.select(
                c.id, far, sa.func.coalesce(other.number, ""), sa.func.coalesce(other.title, ""),
                sa.func.coalesce(other.status, ""), c.kind, c.item, c.at,
            )
            .select_from(OrderLink.__table__.outerjoin(WorkOrder.__table__, other.id == far))
            .where(own == order_id, c.archived_at.is_(None))
        )  # fmt: skip
        for link_id, far_id, number, title, status, kind, item, at in map(tuple, read.rows(query)):
            link = LinkedOrder(link_id, far_id, number, title, status, kind, back, item, at)
            found.setdefault((far_id, kind, back and kind == "follow_up"), link)
    return sorted(found.values(), key=lambda link: (link.at, link.link_id))


def link_count(read: Reading, order_id: str) -> int:
    """How many orders belong to this one."""
    return len(linked_orders(read, order_id))


@dataclass(frozen=True)
class Handover:
    """What the sign-off needs of an order: who may sign, and the language they read."""

    view: OrderView
    contacts: tuple[Contact, ...]
    language: str
    """en, zh_cn or zh_tw: that of the contact of the order, else of the customer."""


def handover(read: Reading, order_id: str) -> Handover | None:
    """None where the order is not (any more) on this laptop."""
    view = order_view(read, order_id)
    if view is None:
        return None
    customer = read.get(Customer, view.order.customer_id)
    here = (Contact.c.customer_id == view.order.customer_id, Contact.c.archived_at.is_(None))
    contacts = tuple(read.all(Contact, *here, order=[Contact.c.name, Contact.c.id], limit=ENOUGH))
    own = next((contact.language for contact in contacts if contact.id == view.order.contact_id), "")
    return Handover(view, contacts, own or (customer.language if customer else "en"))


def sign_offs(read: Reading, order_id: str) -> list[tuple[SignOff, str]]:
    """What customers said and signed on an order, newest first, with who handed them the screen."""
    c = SignOff.c
    query = (
        sa.select(*SignOff.__table__.columns, sa.func.coalesce(User.c.name, ""))
        .select_from(SignOff.__table__.outerjoin(User.__table__, User.c.id == c.by_id))
        .where(c.order_id == order_id, c.archived_at.is_(None))
        .order_by(c.at.desc(), c.id.desc())
    )
    return [(SignOff.from_values(values[:-1]), values[-1]) for values in map(tuple, read.rows(query))]


def sign_off_count(read: Reading, order_id: str) -> int:
    """How many sign-offs an order has."""
    query = sa.select(sa.func.count()).where(SignOff.c.order_id == order_id, SignOff.c.archived_at.is_(None))
    return int(read.value(query) or 0)


# ---------------------------------------------------------------- what the stage of the product asks for


@dataclass(frozen=True)
class StepRow:
    """A step the stage asks for, and what was said of it last: outcome "" and no moment where nothing was."""

    step: Step
    outcome: str = ""
    remark: str = ""
    who: str = ""
    at: int = 0


@dataclass(frozen=True)
class LifeView:
    """What the revision an order was opened under asks of it, and its steps in their order."""

    order: WorkOrder
    policy: Policy
    model: ProductModel | None
    steps: tuple[StepRow, ...]


def order_policy(read: Reading, order: WorkOrder) -> Policy:
    """What the stage and revision an order was opened under ask of it; nothing where the revision is not here."""
    asset = read.get(Asset, order.asset_id) if order.asset_id else None
    return policy_for(read, order.stage, order.strategy, asset.model_id if asset else None, order.kind)


def missing_steps(read: Reading, order: WorkOrder) -> list[Step]:
    """Steps the order's own stage asks for that are neither given nor declined; none of an order without a stage."""
    if not order.strategy:
        return []
    said = read.all(OrderStep, OrderStep.c.order_id == order.id, order=[OrderStep.c.at, OrderStep.c.id])
    return steps_missing(order_policy(read, order).steps, [(row.step, row.outcome) for row in said])


def life_view(read: Reading, order_id: str) -> LifeView | None:
    """An order with what its stage asks for; None where it is not here."""
    order = read.get(WorkOrder, order_id)
    if order is None:
        return None
    asked = order_policy(read, order)
    said = read.all(OrderStep, OrderStep.c.order_id == order_id, order=[OrderStep.c.at, OrderStep.c.id])
    last = {row.step: row for row in said}
    newest = {step: row for step, row in last.items() if row.outcome != TAKEN_BACK}
    names = person_names(read, {row.by_id for row in newest.values()})
    steps = tuple(_step_row(step, newest.get(step.key), names) for step in asked.steps)
    asset = read.get(Asset, order.asset_id) if order.asset_id else None
    model = read.get(ProductModel, asset.model_id) if asset and asset.model_id else None
    return LifeView(order, asked, model, steps)


def _step_row(step: Step, row: OrderStep | None, names: Mapping[str, str]) -> StepRow:
    if row is None:
        return StepRow(step)
    return StepRow(step, row.outcome, row.remark, names.get(row.by_id, ""), row.at)


def step_count(read: Reading, order_id: str) -> int:
    """How many steps the stage still asks for."""
    order = read.get(WorkOrder, order_id)
    return len(missing_steps(read, order)) if order else 0


def asset_standing(read: Reading, asset_id: str | None, today: str) -> tuple[str, int]:
    """Stage and revision an order about this asset is opened under today."""
    asset = read.get(Asset, asset_id) if asset_id else None
    return standing_of(read, asset.model_id if asset else None, today)


# ---------------------------------------------------------------- which orders, in which order


def days_of(view: str, today: str) -> tuple[str, str]:
    """The first day of a view and the day after its last, ISO: a week goes from Monday on."""
    first = date.fromisoformat(today)
    if view == WEEK:
        first -= timedelta(days=first.weekday())
    return first.isoformat(), (first + timedelta(days=7 if view == WEEK else 1)).isoformat()


def _visited(wanted: OrderFilter) -> sa.ColumnElement[bool]:
    """Visited within the days of the view, or where no visit is agreed, due there. Each half has an index of its own:
    one condition with OR would have the whole table looked through."""
    c = WorkOrder.c
    begins, ends = days_of(wanted.view, wanted.today)
    visit = sa.select(c.id).where(
        c.planned_at >= moment_at(begins, 0, wanted.zone), c.planned_at < moment_at(ends, 0, wanted.zone)
    )
    # Said of a sum, that no visit is agreed: else its index is taken for the one to use, and most orders have none.
    due = sa.select(c.id).where(c.due_on >= begins, c.due_on < ends, (c.planned_at + 0).is_(None))
    found: sa.ColumnElement[bool] = c.id.in_(visit.union_all(due))
    return found


def _where(wanted: OrderFilter) -> list[sa.ColumnElement[bool]]:
    c = WorkOrder.c
    found: list[sa.ColumnElement[bool]] = [c.archived_at.is_(None)]
    if wanted.view not in (ALL, INCIDENTS):
        found.append(c.status.in_(UNFINISHED))
    if wanted.view in (TODAY, WEEK):
        found.append(_visited(wanted))
    if wanted.view == MINE or (wanted.view in (TODAY, WEEK) and not wanted.everybody):
        found.append(c.assignee_id == wanted.me)
    if wanted.view == INCIDENTS:
        found.append(c.id.in_(sa.select(SafetyIncident.c.order_id).where(SafetyIncident.c.archived_at.is_(None))))
    if wanted.view == LATE:
        found.append(c.due_on < wanted.today)
    if wanted.asset_id is not None:
        found.append(c.asset_id == wanted.asset_id)
    if wanted.customer_id is not None:
        found.append(c.customer_id == wanted.customer_id)
    if text := wanted.text.strip():
        found.append(
            sa.or_(
                has_text(c.number, text),
                has_text(c.title, text),
                c.customer_id.in_(sa.select(Customer.c.id).where(has_text(Customer.c.name, text))),
                c.asset_id.in_(sa.select(Asset.c.id).where(has_text(Asset.c.serial, text))),
            )
        )
    return found


def _order(wanted: OrderFilter, c: Any) -> list[sa.ColumnElement[Any]]:
    if wanted.sort == BY_NUMBER:
        return [c.number, c.id]
    if wanted.sort == NEWEST:
        return [c.opened_at.desc(), c.id.desc()]
    if wanted.sort == BY_VISIT:
        return [c.planned_at.asc().nulls_last(), c.id]
    return [c.due_on.asc().nulls_last(), c.number, c.id]


def _before(wanted: OrderFilter, row: WorkOrder) -> sa.ColumnElement[bool]:
    """Whether an order stands before this one."""
    c = WorkOrder.c
    number, row_id = sa.literal(row.number), sa.literal(row.id)
    if wanted.sort == BY_NUMBER:
        return sa.tuple_(c.number, c.id) < sa.tuple_(number, row_id)
    if wanted.sort == NEWEST:
        return sa.tuple_(c.opened_at, c.id) > sa.tuple_(sa.literal(row.opened_at), row_id)
    if wanted.sort == BY_VISIT:
        if row.planned_at is None:
            return sa.or_(c.planned_at.is_not(None), c.id < row_id)
        return sa.or_(c.planned_at < row.planned_at, sa.and_(c.planned_at == row.planned_at, c.id < row_id))
    among_equals = sa.tuple_(c.number, c.id) < sa.tuple_(number, row_id)
    if row.due_on is None:
        return sa.or_(c.due_on.is_not(None), among_equals)
    return sa.or_(c.due_on < row.due_on, sa.and_(c.due_on == row.due_on, among_equals))
