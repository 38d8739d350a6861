"""Photos and files of a record, as its screens show them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa

from fielddesk.core.frozen import dataclass
from fielddesk.features.documents.model import Attachment
from fielddesk.features.documents.rules import DOCUMENT, NO_ITEM, SIGNATURE
from fielddesk.store.tables import BY_NAME
from fielddesk.store.tx import Reading

ELSEWHERE: Final = (SIGNATURE, DOCUMENT)
"""Kinds that are shown where they belong, with the sign-off and among the documents."""


@dataclass(frozen=True)
class Owner:
    """The record whose photos are meant: an order, an asset or a customer; `item` one item of an order's checklist."""

    order_id: str | None = None
    asset_id: str | None = None
    customer_id: str | None = None
    item: str = NO_ITEM

    @property
    def id(self) -> str:
        """The record they are put on."""
        return self.order_id or self.asset_id or self.customer_id or ""


@dataclass(frozen=True)
class PhotoRow:
    """A photo or file with the name of who put it there; `by` is empty where that person is not on this laptop."""

    row: Attachment
    by: str


def photos_of(read: Reading, owner: Owner, limit: int) -> list[PhotoRow]:
    """The newest photos and files of a record, the oldest of them first, as they were put there.

    Of an order those of its checklist's items too, unless one item is asked for. Signatures and issued documents have
    places of their own.
    """
    user = BY_NAME["user"]
    query = (
        sa.select(*Attachment.__table__.columns, sa.func.coalesce(user.c.name, ""))
        .select_from(Attachment.__table__.outerjoin(user.__table__, user.c.id == Attachment.c.by_id))
        .where(*_where(owner))
        .order_by(Attachment.c.at.desc(), Attachment.c.id.desc())
        .limit(limit)
    )
    found = [PhotoRow(Attachment.from_values(values[:-1]), values[-1]) for values in map(tuple, read.rows(query))]
    return found[::-1]


def photo_count(read: Reading, owner: Owner) -> int:
    """How many photos and files a record has."""
    return int(read.value(sa.select(sa.func.count()).select_from(Attachment.__table__).where(*_where(owner))) or 0)


def relatives(read: Reading, owner: Owner) -> Owner:
    """The same record with those that show its photos too: an order's are also its asset's."""
    if owner.order_id is None:
        return owner
    order = BY_NAME["work_order"]
    asset_id = read.value(sa.select(order.c.asset_id).where(order.c.id == owner.order_id))
    return Owner(owner.order_id, asset_id, owner.customer_id, owner.item)


def hashes_known(read: Reading, hashes: Iterable[str]) -> set[str]:
    """Those of these contents that some photo or file on this laptop has."""
    wanted = sorted(set(hashes))
    found: set[str] = set()
    for start in range(0, len(wanted), 500):
        piece = wanted[start : start + 500]
        found.update(row[0] for row in read.rows(sa.select(Attachment.c.sha256).where(Attachment.c.sha256.in_(piece))))
    return found


def is_here(read: Reading, owner: Owner, sha256: str) -> bool:
    """Whether a record has this content already, at the same item."""
    where = [*_where(owner), Attachment.c.sha256 == sha256, Attachment.c.item == owner.item]
    return bool(read.value(sa.select(sa.literal(1)).select_from(Attachment.__table__).where(*where).limit(1)))


def attachment_names(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    """File names by id."""
    return {row.id: row.caption or row.name for row in read.among(Attachment, ids)}


def _where(owner: Owner) -> list[sa.ColumnElement[bool]]:
    c = Attachment.c
    found: list[sa.ColumnElement[bool]] = [c.archived_at.is_(None), c.kind.not_in(ELSEWHERE)]
    if owner.order_id is not None:
        found.append(c.order_id == owner.order_id)
    elif owner.asset_id is not None:
        found.append(c.asset_id == owner.asset_id)
    else:
        found.append(c.customer_id == (owner.customer_id or ""))
    if owner.item != NO_ITEM:
        found.append(c.item == owner.item)
    return found
