"""Tells apart two orders that came with one number: only clones of one profile can draw the same number twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.ids import derived_id
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.hq.batch import Batch
from fielddesk.store.events import Event
from fielddesk.store.statements import ask
from fielddesk.store.types import LINE_LENGTH

MARK_LENGTH = 60
"""At most so many characters stand behind the number asked for: a slash and a device's code."""


def mark_doubles(connection: sa.Connection, batch: Batch, code_of: Callable[[str], str]) -> dict[str, tuple[str, str]]:
    """Give each order of this batch whose number another one has already a number of its own, and say so in its event.

    `code_of` gives the device code of the queue in which an operation stands. Returns the number asked for and the
    number given, by operation. The batch must be flushed, and nobody else may publish until the commit: two clones
    that push at the same moment would else not see each other.
    """
    added = [
        change.after
        for key, change in batch.changes.items()
        if key[0] == "work_order" and change.before is None and isinstance(change.after, WorkOrder)
    ]
    if not added:
        return {}
    doubles = _doubles(connection, added)
    if not doubles:
        return {}
    made = {
        derived_id(change.after.id, "order"): change.after
        for change in batch.changes.values()
        if isinstance(change.after, Event) and change.after.kind in ("create_order", "create_inspection")
    }
    marked: dict[str, tuple[str, str]] = {}
    for order in doubles:
        event = made.get(order.id)
        if event is None:
            continue  # from a list, which leaves a number that is there as it is
        given = _free(connection, order.number, code_of(event.id))
        told = canonical.loads(event.told) | {"number": given, "number_asked": order.number}
        marked[event.id] = (order.number, given)
        batch.put_instead(replace(order, number=given))
        batch.put_instead(replace(event, told=canonical.dumps(told)))
        batch.flush()
    return marked


def _doubles(connection: sa.Connection, added: list[WorkOrder]) -> list[WorkOrder]:
    """Those of the added orders whose number an older one has, or one that came before it here."""
    mine = {order.id for order in added}
    numbers = sorted({order.number for order in added})
    found = ask(connection, "SELECT number, id FROM work_order WHERE number IN (?..)", numbers)
    taken = {number for number, row_id in found if row_id not in mine}
    doubles = []
    for order in added:
        if order.number in taken:
            doubles.append(order)
        taken.add(order.number)
    return doubles


def _free(connection: sa.Connection, number: str, code: str) -> str:
    """The number with the code of the device behind it, or with a count where that is no difference."""
    stem = number[: LINE_LENGTH - MARK_LENGTH] + "/"
    after = stem[:-1] + chr(ord("/") + 1)
    text = "SELECT number FROM work_order WHERE number >= ? AND number < ?"
    taken = {row[0] for row in ask(connection, text, stem, after)}
    if code not in number.split("-") and stem + code not in taken:
        return stem + code
    count = 2
    while f"{stem}{count}" in taken:
        count += 1
    return f"{stem}{count}"
