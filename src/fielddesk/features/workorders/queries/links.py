"""Orders that belong together."""

from __future__ import annotations

import sqlalchemy as sa

from fielddesk.core.frozen import dataclass
from fielddesk.features.workorders.model import (
    OrderLink,
    WorkOrder,
)
from fielddesk.store.tx import Reading


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
