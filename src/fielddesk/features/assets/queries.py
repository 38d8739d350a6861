"""Assets as screens show them: the list, one with its customer, and the choices of a form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.model import Customer
from fielddesk.features.customers.queries import address_of
from fielddesk.store.matching import has_text
from fielddesk.store.tx import Reading


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
    """One asset and whose it is; the customer may not be here yet (then its fields are empty)."""

    asset: Asset
    customer: str
    customer_id: str
    address: str


@dataclass(frozen=True)
class AssetFilter:
    """Which assets a list holds: those of one customer, those with a text in them."""

    text: str = ""
    customer_id: str | None = None


def asset_view(read: Reading, asset_id: str) -> AssetView | None:
    """One asset with its customer; None where it is not (any more) on this laptop."""
    asset = read.get(Asset, asset_id)
    if asset is None:
        return None
    customer = read.get(Customer, asset.customer_id)
    if customer is None:
        return AssetView(asset, "", asset.customer_id, "")
    return AssetView(asset, customer.name, customer.id, address_of(customer))


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
    if text := wanted.text.strip():
        found.append(sa.or_(meets(text), has_text(Customer.c.name, text)))
    return found
