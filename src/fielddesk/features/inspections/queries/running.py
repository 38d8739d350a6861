"""One inspection under way: its items with what was answered, now and before, and how readings went over the years."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import sqlalchemy as sa

from fielddesk.core.frozen import dataclass
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.model import Customer, Site
from fielddesk.features.documents.model import Attachment
from fielddesk.features.documents.rules import DRAWING, PHOTO
from fielddesk.features.inspections.model import Answer, Checklist, ChecklistVersion, Inspection, InspectionPlan
from fielddesk.features.inspections.rules import (
    NONE,
    NUMBER,
    Given,
    Item,
    Progress,
    missing,
    numbers_of,
    parse_items,
    progress_of,
    visible,
)  # fmt: skip
from fielddesk.features.parts.model import Part
from fielddesk.features.people.model import User
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.store.tx import Reading

READINGS = 12


@dataclass(frozen=True)
class ItemView:
    """An item with its number on the list (0 for a heading), the answer that stands and those before it, newest
    first."""

    item: Item
    number: int
    shown: bool
    answer: Answer | None
    earlier: tuple[Answer, ...]
    files: int


@dataclass(frozen=True)
class InspectionView:
    """One inspection and what it is about; names are empty where their row is not on this laptop."""

    inspection: Inspection
    order: WorkOrder | None
    checklist: Checklist | None
    version: int
    items: tuple[ItemView, ...]
    asset: str
    serial: str
    customer: str
    site: str
    zone: str
    assignee: str
    tolerance_days: int
    progress: Progress
    missing: tuple[str, ...]
    """Keys of required items without answer."""
    newer_version: bool
    people: dict[str, str]
    """Names of those who answered, by id."""

    @property
    def answers(self) -> dict[str, Given]:
        """The standing answers by item."""
        return {view.item.key: given_of(view.answer) for view in self.items if view.answer is not None}

    @property
    def file_counts(self) -> dict[str, int]:
        return {view.item.key: view.files for view in self.items if view.files}


@dataclass(frozen=True)
class ReadingRow:
    """A measured value of the past: moment (microseconds), millionths, and the inspection it was read in."""

    at: int
    number: int
    inspection_id: str
    version_id: str
    questioned: str


@dataclass(frozen=True)
class ProposedRow:
    """A part that a failed item proposes; `part_id` is None where the catalogue has no such number."""

    number: str
    quantity: int
    part_id: str | None
    names: str
    unit: str


@lru_cache(maxsize=64)
def items_of(text: str) -> tuple[Item, ...]:
    """The items of a version's text, parsed once."""
    return parse_items(text)


def given_of(answer: Answer) -> Given:
    """What an answer says."""
    return Given(answer.verdict, answer.number, answer.choice, answer.text, answer.day)


def newest_answers(read: Reading, inspection_id: str) -> dict[str, Given]:
    """The standing answer of each item; one that was taken back is left out."""
    rows = _answers(read, [inspection_id])
    newest = {row.item: given_of(row) for row in rows}
    return {item: given for item, given in newest.items() if given.verdict != NONE}


def file_counts(read: Reading, order_id: str) -> dict[str, int]:
    """How many photos and signatures the items of an order's checklist have."""
    c = Attachment.c
    query = (
        sa.select(c.item, sa.func.count())
        .where(c.order_id == order_id, c.item != NONE, c.archived_at.is_(None), c.original_id.is_(None))
        .group_by(c.item)
    )
    return {row[0]: int(row[1]) for row in map(tuple, read.rows(query))}


def pictures_of_item(read: Reading, order_id: str, item: str) -> list[Attachment]:
    """Pictures of an item of an order's checklist, as they were taken; one that was drawn on stands for the one under
    it."""
    c = Attachment.c
    found = read.all(Attachment, c.order_id == order_id, c.item == item, c.archived_at.is_(None), order=[c.at, c.id])
    under = {one.original_id for one in found}
    return [one for one in found if one.kind in (PHOTO, DRAWING) and one.id not in under]


def inspection_view(read: Reading, inspection_id: str) -> InspectionView | None:
    """One inspection with its items; None where it, or its version, is not on this laptop."""
    inspection = read.get(Inspection, inspection_id)
    version = read.get(ChecklistVersion, inspection.version_id) if inspection else None
    if inspection is None or version is None:
        return None
    order = read.get(WorkOrder, inspection.order_id)
    asset = read.get(Asset, inspection.asset_id)
    customer = read.get(Customer, asset.customer_id) if asset else None
    site_id = (order.site_id if order else None) or (asset.site_id if asset else None)
    site = read.get(Site, site_id) if site_id else None
    person = read.get(User, order.assignee_id) if order and order.assignee_id else None
    plan = read.get(InspectionPlan, inspection.plan_id) if inspection.plan_id else None
    rows = _answers(read, [inspection_id])
    items, files = items_of(version.items), file_counts(read, inspection.order_id)
    views = _item_views(items, rows, files)
    answers = {view.item.key: given_of(view.answer) for view in views if view.answer is not None}
    newer = read.value(
        sa.select(sa.func.max(ChecklistVersion.c.version)).where(
            ChecklistVersion.c.checklist_id == version.checklist_id
        )
    )
    return InspectionView(
        inspection, order, read.get(Checklist, version.checklist_id), version.version, views,
        asset.name if asset else "", asset.serial if asset else "", customer.name if customer else "",
        site.name if site else "", site.zone if site else "", person.name if person else "",
        plan.tolerance_days if plan else 0, progress_of(items, answers, files),
        tuple(item.key for item in missing(items, answers, files)), int(newer or 0) > version.version,
        {user.id: user.name for user in read.among(User, {row.by_id for row in rows})},
    )  # fmt: skip


def _item_views(items: tuple[Item, ...], rows: list[Answer], files: dict[str, int]) -> tuple[ItemView, ...]:
    by_item: dict[str, list[Answer]] = {}
    for row in rows:
        by_item.setdefault(row.item, []).insert(0, row)
    standing = {key: found[0] for key, found in by_item.items() if found[0].verdict != NONE}
    shown = {item.key for item in visible(items, {key: given_of(row) for key, row in standing.items()})}
    numbers = numbers_of(items)
    return tuple(
        ItemView(
            item, numbers.get(item.key, 0), item.key in shown, standing.get(item.key),
            tuple(row for row in by_item.get(item.key, []) if row is not standing.get(item.key)),
            files.get(item.key, 0),
        )
        for item in items
    )  # fmt: skip


def _answers(read: Reading, inspection_ids: Iterable[str]) -> list[Answer]:
    c = Answer.c
    wanted = sorted(set(inspection_ids))
    return read.all(Answer, c.inspection_id.in_(wanted), c.archived_at.is_(None), order=[c.inspection_id, c.at, c.id])


def progress_among(read: Reading, rows: Iterable[tuple[str, str, str]]) -> dict[str, Progress]:
    """How far inspections are; rows of (inspection, order, version) ids."""
    wanted = list(rows)
    if not wanted:
        return {}
    answers: dict[str, dict[str, Given]] = {}
    for row in _answers(read, [row[0] for row in wanted]):
        answers.setdefault(row.inspection_id, {})[row.item] = given_of(row)
    versions = {row.id: row for row in read.among(ChecklistVersion, {row[2] for row in wanted})}
    c = Attachment.c
    query = (
        sa.select(c.order_id, c.item, sa.func.count())
        .where(c.order_id.in_(sorted({row[1] for row in wanted})), c.item != NONE, c.archived_at.is_(None))
        .group_by(c.order_id, c.item)
    )
    files: dict[str, dict[str, int]] = {}
    for order_id, item, count in map(tuple, read.rows(query)):
        files.setdefault(order_id, {})[item] = int(count)
    return {
        row_id: progress_of(items_of(versions[version].items), answers.get(row_id, {}), files.get(order_id, {}))
        for row_id, order_id, version in wanted
        if version in versions
    }


def earlier_readings(
    read: Reading, asset_id: str, item: str, *, but: str = "", before: int | None = None, limit: int = READINGS
) -> list[ReadingRow]:
    """The last readings of an item on an asset, across versions, oldest first: of each inspection the one that stands.

    `but` leaves an inspection out (the one under way), `before` takes only what was read before that moment.
    """
    c = Answer.c
    query = (
        sa.select(c.at, c.number, c.inspection_id, c.version_id, c.questioned, c.verdict)
        .where(c.asset_id == asset_id, c.item == item, c.archived_at.is_(None), c.inspection_id != but)
        .order_by(c.at.desc(), c.id.desc())
        .limit(limit * 4)
    )
    found: dict[str, ReadingRow | None] = {}
    if before is not None:
        query = query.where(c.at < before)
    for at, number, inspection_id, version_id, questioned, verdict in map(tuple, read.rows(query)):
        if inspection_id not in found:
            stands = verdict != NONE and number is not None
            found[inspection_id] = ReadingRow(at, number, inspection_id, version_id, questioned) if stands else None
    return sorted((row for row in found.values() if row is not None), key=lambda row: row.at)[-limit:]


def readings_of_all(read: Reading, inspection: Inspection, items: Iterable[Item]) -> dict[str, list[ReadingRow]]:
    """Earlier readings of every item that is a number, for an inspection under way."""
    return {
        item.key: earlier_readings(read, inspection.asset_id, item.key, but=inspection.id)
        for item in items
        if item.kind == NUMBER
    }


def proposed_parts(read: Reading, item: Item) -> list[ProposedRow]:
    """The parts that an item proposes when it fails, as the catalogue has them; a superseded number leads to its
    successor."""
    found = []
    for one in item.parts:
        part = _part(read, one.number)
        for _ in range(10):
            after = _part(read, part.replaced_by) if part and part.replaced_by else None
            if after is None:
                break
            part = after
        if part is None:
            found.append(ProposedRow(one.number, one.quantity, None, "{}", "piece"))
        else:
            found.append(ProposedRow(part.number, one.quantity, part.id, part.names, part.unit))
    return found


def _part(read: Reading, number: str) -> Part | None:
    return next(iter(read.all(Part, Part.c.number == number, Part.c.archived_at.is_(None), limit=1)), None)
