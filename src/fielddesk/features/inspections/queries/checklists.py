"""Checklists and their versions, and which of them an asset is inspected by."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from fielddesk.core.frozen import dataclass
from fielddesk.features.assets.model import Asset
from fielddesk.features.inspections.model import Checklist, ChecklistVersion
from fielddesk.features.inspections.queries.running import items_of
from fielddesk.features.inspections.rules import SECTION
from fielddesk.features.lifecycle.model import ProductModel
from fielddesk.features.lifecycle.queries import policy_for
from fielddesk.features.lifecycle.rules import Policy
from fielddesk.features.people.model import User
from fielddesk.features.workorders.queries import asset_standing
from fielddesk.store.matching import has_text
from fielddesk.store.tx import Reading
from fielddesk.store.types import in_language


@dataclass(frozen=True)
class ChecklistRow:
    """A line of the list of checklists; `version` is the newest (0: none published)."""

    id: str
    number: str
    names: str
    product_class: str
    version: int
    items: int


@dataclass(frozen=True)
class VersionRow:
    """A version of a checklist."""

    id: str
    version: int
    remark: str
    by: str
    at: int
    items: str


def checklist_page(read: Reading, text: str, offset: int, limit: int) -> list[ChecklistRow]:
    """Checklists by number."""
    c = Checklist.c
    rows = read.all(Checklist, *_where(text), order=[c.number, c.id], limit=limit + offset)[offset:]
    newest = {row.id: latest_version(read, row.id) for row in rows}
    return [_row(row, newest[row.id]) for row in rows]


def checklist_row(read: Reading, checklist_id: str) -> ChecklistRow | None:
    """One checklist as a line of that list; None where it is not on this laptop."""
    row = read.get(Checklist, checklist_id)
    return None if row is None else _row(row, latest_version(read, checklist_id))


def checklist_count(read: Reading, text: str) -> int:
    return int(read.value(sa.select(sa.func.count()).select_from(Checklist.__table__).where(*_where(text))) or 0)


def checklist_place(read: Reading, text: str, checklist_id: str) -> int | None:
    """At which place of `checklist_page` a checklist stands."""
    c = Checklist.c
    ids = [row[0] for row in read.rows(sa.select(c.id).where(*_where(text)).order_by(c.number, c.id))]
    return ids.index(checklist_id) if checklist_id in ids else None


def checklist_names(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    """Number and English name of these checklists by id."""
    return {row.id: f"{row.number} {in_language(row.names, 'en')}" for row in read.among(Checklist, ids)}


def latest_version(read: Reading, checklist_id: str) -> ChecklistVersion | None:
    """The newest version of a checklist; None where none was published."""
    c = ChecklistVersion.c
    newest = [c.version.desc(), c.id]
    return next(iter(read.all(ChecklistVersion, c.checklist_id == checklist_id, order=newest, limit=1)), None)


def version_page(read: Reading, checklist_id: str, offset: int, limit: int) -> list[VersionRow]:
    """Versions of a checklist, newest first."""
    c = ChecklistVersion.c
    query = (
        sa.select(c.id, c.version, c.remark, sa.func.coalesce(User.c.name, ""), c.at, c["items"])
        .select_from(ChecklistVersion.__table__.outerjoin(User.__table__, User.c.id == c.by_id))
        .where(c.checklist_id == checklist_id)
        .order_by(c.version.desc(), c.id)
        .limit(limit)
        .offset(offset)
    )
    return [VersionRow(*row) for row in map(tuple, read.rows(query))]


def version_count(read: Reading, checklist_id: str) -> int:
    """How many versions a checklist has."""
    query = sa.select(sa.func.count()).where(ChecklistVersion.c.checklist_id == checklist_id)
    return int(read.value(query) or 0)


def checklist_keys(read: Reading, checklist_id: str) -> frozenset[str]:
    """Every key that an item of any version ever had: another item must not take its history."""
    texts = [
        row[0]
        for row in read.rows(
            sa.select(ChecklistVersion.c["items"]).where(ChecklistVersion.c.checklist_id == checklist_id)
        )
    ]
    return frozenset(item.key for text in texts for item in items_of(text))


def checklist_for(read: Reading, asset_id: str, named: str = "") -> Checklist | None:
    """The checklist an asset is inspected by where nobody says another: the one with the number `named` (by the
    strategy table, for the stage of the asset), else of its model, else of its product class."""
    if named and (
        found := read.all(Checklist, Checklist.c.number == named, Checklist.c.archived_at.is_(None), limit=1)
    ):
        return found[0]
    asset = read.get(Asset, asset_id)
    model = read.get(ProductModel, asset.model_id) if asset and asset.model_id else None
    if model is None:
        return None
    c = Checklist.c
    here = (c.archived_at.is_(None), sa.or_(c.model_id == model.id, c.model_id.is_(None)))
    mine = read.all(Checklist, *here, c.product_class.in_([model.product_class, "none"]), order=[c.number, c.id])
    return min(mine, key=lambda row: (row.model_id is None, row.product_class == "none", row.number), default=None)


def asked_by_stage(read: Reading, asset_id: str, today: str) -> Policy:
    """What the stage of a machine asks of its inspections today; nothing of one without a model."""
    asset = read.get(Asset, asset_id)
    stage, strategy = asset_standing(read, asset_id, today)
    return policy_for(read, stage, strategy, asset.model_id if asset else None, "inspection")


def _row(checklist: Checklist, version: ChecklistVersion | None) -> ChecklistRow:
    items = items_of(version.items) if version else ()
    return ChecklistRow(
        checklist.id, checklist.number, checklist.names, checklist.product_class, version.version if version else 0,
        sum(item.kind != SECTION for item in items),
    )  # fmt: skip


def _where(text: str) -> list[sa.ColumnElement[bool]]:
    c = Checklist.c
    found: list[sa.ColumnElement[bool]] = [c.archived_at.is_(None)]
    if wanted := text.strip():
        found.append(sa.or_(has_text(c.number, wanted), has_text(c.names, wanted)))
    return found
