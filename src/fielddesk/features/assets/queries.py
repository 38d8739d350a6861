"""Assets as screens show them: the list, one with its customer, and the choices of a form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa

from fielddesk.core.frozen import dataclass
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.model import Customer, Site
from fielddesk.features.customers.queries import address_of, sites_of
from fielddesk.features.documents.model import Attachment
from fielddesk.features.lifecycle.model import ProductModel
from fielddesk.features.lifecycle.queries import alerts_of, replacement_of
from fielddesk.features.lifecycle.rules import Alert
from fielddesk.store.matching import has_text
from fielddesk.store.tx import Reading

TREE_LINES: Final = 500
"""A machine with more parts is shown so far; every part is still found by typing."""


@dataclass(frozen=True)
class AssetRow:
    """A line of the list of assets."""

    id: str
    name: str
    serial: str
    model: str
    customer: str


@dataclass(frozen=True)
class AssetView:
    """One asset, whose it is and what surrounds it; words are empty where their row is not here (yet).

    `site` and `address` are where it stands, `alerts` what of its model's dates comes soon, `photos` how many pictures
    and files there are of it.
    """

    asset: Asset
    customer: str
    customer_id: str
    address: str
    site: str = ""
    model: ProductModel | None = None
    replacement: ProductModel | None = None
    alerts: tuple[Alert, ...] = ()
    photos: int = 0
    sites: tuple[Site, ...] = ()
    """The customer's sites, to choose from."""


@dataclass(frozen=True)
class TreeLine:
    """A line of a machine's tree; `depth` from 0 at its top. `again`: what stands above comes again here, so the
    tree is not followed any further."""

    asset: Asset
    depth: int
    again: bool = False


@dataclass(frozen=True)
class AssetFilter:
    """Which assets a list holds: those of one customer or product model, those with a text."""

    text: str = ""
    customer_id: str | None = None
    model_id: str | None = None


def asset_view(read: Reading, asset_id: str, today: str) -> AssetView | None:
    """One asset with what surrounds it; None where it is not (any more) on this laptop."""
    asset = read.get(Asset, asset_id)
    if asset is None:
        return None
    customer = read.get(Customer, asset.customer_id)
    site = read.get(Site, asset.site_id) if asset.site_id else None
    model = read.get(ProductModel, asset.model_id) if asset.model_id else None
    return AssetView(
        asset, customer.name if customer else "", asset.customer_id,
        (address_of(site) if site else "") or (address_of(customer) if customer else ""),
        site.name if site else "", model,
        replacement_of(read, model),
        alerts_of(read, model, today), photo_count(read, asset_id), tuple(sites_of(read, asset.customer_id)),
    )  # fmt: skip


def photo_count(read: Reading, asset_id: str) -> int:
    """How many pictures and files there are of an asset, those of its orders too."""
    here = (Attachment.c.asset_id == asset_id, Attachment.c.archived_at.is_(None))
    return int(read.value(sa.select(sa.func.count()).where(*here)) or 0)


# ---------------------------------------------------------------- the tree


def chain_above(read: Reading, asset: Asset) -> list[Asset]:
    """What an asset is a part of, the nearest first; it ends where it would come round again.

    Two laptops that were offline can each have made one a part of the other: headquarters refuses the second, until
    then the ring is on both.
    """
    found: list[Asset] = []
    seen = {asset.id}
    here: Asset | None = asset
    while here is not None and here.parent_id is not None and here.parent_id not in seen:
        seen.add(here.parent_id)
        here = read.get(Asset, here.parent_id)
        if here is not None:
            found.append(here)
    return found


def part_count(read: Reading, asset_id: str) -> int:
    """How many assets are directly a part of this one."""
    query = sa.select(sa.func.count()).where(Asset.c.parent_id == asset_id, Asset.c.archived_at.is_(None))
    return int(read.value(query) or 0)


def machine(read: Reading, asset_id: str, most: int = TREE_LINES) -> tuple[list[TreeLine], bool]:
    """The whole machine an asset belongs to, from its top down, parts by name; and whether there is more of it.

    At most `most` lines; a ring among the parts is shown once and marked.
    """
    asset = read.get(Asset, asset_id)
    if asset is None:
        return [], False
    top = [asset, *chain_above(read, asset)][-1]
    below = sa.select(Asset.c.id).where(Asset.c.id == top.id).cte("below", recursive=True)
    # UNION, not UNION ALL: a part that comes again adds nothing, so a ring ends.
    below = below.union(sa.select(Asset.c.id).where(Asset.c.parent_id == below.c.id, Asset.c.archived_at.is_(None)))
    ids = [row[0] for row in read.rows(sa.select(below.c.id).limit(most + 1))]
    parts: dict[str, list[Asset]] = {}
    for part in read.all(Asset, Asset.c.id.in_(ids[:most]), order=[Asset.c.name, Asset.c.serial, Asset.c.id]):
        if part.parent_id is not None:
            parts.setdefault(part.parent_id, []).append(part)
    return _in_order(top, parts), len(ids) > most


def _in_order(top: Asset, parts: dict[str, list[Asset]]) -> list[TreeLine]:
    lines: list[TreeLine] = []
    seen: set[str] = set()
    open_lines = [(top, 0)]
    while open_lines:
        asset, depth = open_lines.pop()
        again = asset.id in seen
        lines.append(TreeLine(asset, depth, again))
        if not again:
            seen.add(asset.id)
            open_lines += [(part, depth + 1) for part in reversed(parts.get(asset.id, []))]
    return lines


# ---------------------------------------------------------------- lists


def asset_names(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    """Name and serial of these assets by id."""
    return {asset.id: f"{asset.name} ({asset.serial})" for asset in read.among(Asset, ids)}


def assets_of(read: Reading, customer_id: str) -> list[Asset]:
    """Machines an order of this customer can be about, by name."""
    here = (Asset.c.customer_id == customer_id, Asset.c.archived_at.is_(None))
    return read.all(Asset, *here, order=[Asset.c.name, Asset.c.serial, Asset.c.id])


def asset_page(read: Reading, wanted: AssetFilter, offset: int, limit: int) -> list[AssetRow]:
    """Assets by name and serial."""
    c = Asset.c
    inner = sa.select(c.id.label("id")).select_from(_from(wanted)).where(*_where(wanted))
    page = inner.order_by(c.name, c.serial, c.id).limit(limit).offset(offset).subquery()
    joined = page.join(Asset.__table__, c.id == page.c.id)
    query = (
        sa.select(c.id, c.name, c.serial, c.model, sa.func.coalesce(Customer.c.name, ""))
        .select_from(joined.outerjoin(Customer.__table__, Customer.c.id == c.customer_id))
        .order_by(c.name, c.serial, c.id)
    )
    return [AssetRow(*row) for row in map(tuple, read.rows(query))]


def asset_count(read: Reading, wanted: AssetFilter) -> int:
    """How many assets `asset_page` has."""
    return int(read.value(sa.select(sa.func.count()).select_from(_from(wanted)).where(*_where(wanted))) or 0)


def asset_place(read: Reading, wanted: AssetFilter, asset_id: str) -> int | None:
    """At which place of `asset_page` an asset stands."""
    c = Asset.c
    row = read.get(Asset, asset_id)
    if row is None:
        return None
    here = sa.select(sa.literal(1)).select_from(_from(wanted)).where(c.id == asset_id, *_where(wanted))
    if not read.value(here):
        return None
    key = sa.tuple_(sa.literal(row.name), sa.literal(row.serial), sa.literal(row.id))
    before = sa.tuple_(c.name, c.serial, c.id) < key
    count = sa.select(sa.func.count()).select_from(_from(wanted)).where(*_where(wanted), before)
    return int(read.value(count) or 0)


def meets(text: str) -> sa.ColumnElement[bool]:
    """Whether an asset has this text in its serial, name or model."""
    columns = (Asset.c.serial, Asset.c.name, Asset.c.model)
    return sa.or_(*(has_text(column, text.strip()) for column in columns))


def _from(wanted: AssetFilter) -> sa.FromClause:
    """The table, with its customer only where the text may stand there."""
    if not wanted.text.strip():
        return Asset.__table__
    return Asset.__table__.outerjoin(Customer.__table__, Customer.c.id == Asset.c.customer_id)


def _where(wanted: AssetFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [Asset.c.archived_at.is_(None)]
    if wanted.customer_id is not None:
        found.append(Asset.c.customer_id == wanted.customer_id)
    if wanted.model_id is not None:
        found.append(Asset.c.model_id == wanted.model_id)
    if text := wanted.text.strip():
        found.append(sa.or_(meets(text), has_text(Customer.c.name, text)))
    return found
