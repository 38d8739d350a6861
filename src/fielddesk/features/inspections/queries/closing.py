"""What an order's inspections still lack before the order is completed, and what came out of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from fielddesk.core.frozen import dataclass
from fielddesk.features.inspections.model import ChecklistVersion, Inspection
from fielddesk.features.inspections.queries.running import file_counts, items_of, newest_answers
from fielddesk.features.inspections.rules import missing, numbers_of
from fielddesk.features.workorders.model import OrderLink, WorkOrder
from fielddesk.features.workorders.rules import CANCELLED, FOLLOW_UP
from fielddesk.store.tx import Reading


@dataclass(frozen=True)
class OpenInspection:
    """An inspection that is not completed; `names` is that of the first required item without answer, a Names text,
    and `numbers` theirs on the list. With none of them it only waits for its completion."""

    id: str
    started: bool
    numbers: tuple[int, ...]
    names: str
    item: str


def inspections_on(read: Reading, order_id: str) -> list[Inspection]:
    """The inspections of an order in the order they were made."""
    c = Inspection.c
    return read.all(Inspection, c.order_id == order_id, c.archived_at.is_(None), order=[c.id])


def open_on(read: Reading, order_id: str) -> list[OpenInspection]:
    """Inspections of an order that are not completed, with what each lacks."""
    return [_open(read, one) for one in inspections_on(read, order_id) if one.completed_at is None]


def _open(read: Reading, one: Inspection) -> OpenInspection:
    version = read.get(ChecklistVersion, one.version_id)
    items = items_of(version.items) if version is not None else ()
    answers = newest_answers(read, one.id)
    left = missing(items, answers, file_counts(read, one.order_id))
    numbers = numbers_of(items)
    return OpenInspection(
        one.id, one.started_at is not None or bool(answers), tuple(numbers[item.key] for item in left),
        left[0].names if left else "{}", left[0].key if left else "",
    )  # fmt: skip


def inspected(read: Reading, order_id: str) -> bool:
    """Whether an order has inspections, all of them completed: there is something to report and to sign."""
    found = inspections_on(read, order_id)
    return bool(found) and all(one.completed_at is not None for one in found)


def running_of(read: Reading, order_ids: Sequence[str]) -> dict[str, Inspection]:
    """The first inspection of each of these orders that is not completed, by the order's id."""
    c = Inspection.c
    found: dict[str, Inspection] = {}
    if order_ids:
        where = (c.order_id.in_(sorted(order_ids)), c.archived_at.is_(None), c.completed_at.is_(None))
        for one in read.all(Inspection, *where, order=[sa.desc(c.id)]):
            found[one.order_id] = one
    return found


def follow_ups(read: Reading, order_id: str) -> dict[str, list[str]]:
    """Numbers of the orders that came out of failed items and still stand, by item."""
    c, order = OrderLink.c, WorkOrder.c
    query = (
        sa.select(c.item, order.number)
        .select_from(OrderLink.__table__.join(WorkOrder.__table__, order.id == c.other_id))
        .where(c.order_id == order_id, c.kind == FOLLOW_UP, c.archived_at.is_(None), order.status != CANCELLED)
        .order_by(c.at, c.id)
    )
    found: dict[str, list[str]] = {}
    for item, number in map(tuple, read.rows(query)):
        found.setdefault(item, []).append(number)
    return found


def completed_moments(asset_id: str) -> sa.Select[Any]:
    """(moment, id) of the completed inspections of an asset, for its history."""
    c = Inspection.c
    return sa.select(c.completed_at, c.id).where(
        c.asset_id == asset_id, c.completed_at.is_not(None), c.archived_at.is_(None)
    )
