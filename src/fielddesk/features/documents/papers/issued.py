"""Issued documents as screens show them: lists, and one with what replaced it and whether its record has changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from fielddesk.core.frozen import dataclass
from fielddesk.features.documents.model import Attachment, IssuedDocument
from fielddesk.features.documents.papers.kinds import PAPERS, digest_of
from fielddesk.store.matching import has_text
from fielddesk.store.tables import BY_NAME
from fielddesk.store.tx import Reading


@dataclass(frozen=True)
class Filter:
    """Which documents a list holds: those with a text, those of one record (`of` names the column)."""

    text: str = ""
    of: str = ""
    row_id: str = ""


@dataclass(frozen=True)
class DocumentRow:
    """A line of a list of documents; the customer is empty where it is not on this laptop."""

    id: str
    number: str
    kind: str
    language: str
    customer: str
    at: int
    replaced: int


@dataclass(frozen=True)
class DocumentView:
    """One document with what stands around it. `changed` None: nobody here can tell whether its record has."""

    document: IssuedDocument
    size: int
    customer: str
    order: str
    asset: str
    by: str
    replaces: str
    replaced_by: str
    changed: bool | None


def document_page(read: Reading, wanted: Filter, offset: int, limit: int) -> list[DocumentRow]:
    """Documents, the newest first."""
    c, later, customer = IssuedDocument.c, IssuedDocument.__table__.alias("later"), BY_NAME["customer"]
    page = sa.select(c.id.label("id")).select_from(_from(wanted)).where(*_where(wanted))
    inner = page.order_by(c.at.desc(), c.id.desc()).limit(limit).offset(offset).subquery()
    replaced = sa.exists(sa.select(sa.literal(1)).where(later.c.replaces_id == c.id))
    joined = inner.join(IssuedDocument.__table__, c.id == inner.c.id)
    query = (
        sa.select(c.id, c.number, c.kind, c.language, sa.func.coalesce(customer.c.name, ""), c.at, replaced)
        .select_from(joined.outerjoin(customer.__table__, customer.c.id == c.customer_id))
        .order_by(c.at.desc(), c.id.desc())
    )
    return [DocumentRow(*row) for row in map(tuple, read.rows(query))]


def document_count(read: Reading, wanted: Filter) -> int:
    """How many `document_page` has."""
    return int(read.value(sa.select(sa.func.count()).select_from(_from(wanted)).where(*_where(wanted))) or 0)


def document_place(read: Reading, wanted: Filter, document_id: str) -> int | None:
    """At which place of `document_page` a document stands."""
    c, row = IssuedDocument.c, read.get(IssuedDocument, document_id)
    here = sa.select(sa.literal(1)).select_from(_from(wanted)).where(c.id == document_id, *_where(wanted))
    if row is None or not read.value(here):
        return None
    before = sa.tuple_(c.at, c.id) > sa.tuple_(sa.literal(row.at), sa.literal(row.id))
    count = sa.select(sa.func.count()).select_from(_from(wanted)).where(*_where(wanted), before)
    return int(read.value(count) or 0)


def document_names(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    """Numbers of these documents by id."""
    return {one.id: one.number for one in read.among(IssuedDocument, ids)}


def document_view(read: Reading, document_id: str) -> DocumentView | None:
    """One document; None where it is not (any more) on this laptop."""
    one = read.get(IssuedDocument, document_id)
    if one is None:
        return None
    file = read.get(Attachment, one.attachment_id)
    old = read.get(IssuedDocument, one.replaces_id) if one.replaces_id else None
    new = read.all(IssuedDocument, IssuedDocument.c.replaces_id == one.id, limit=1)
    order = _row(read, "work_order", one.order_id)
    asset = _row(read, "asset", one.asset_id)
    return DocumentView(
        one,
        file.size if file else 0,
        getattr(_row(read, "customer", one.customer_id), "name", ""),
        f"{order.number} · {order.title}" if order else "",
        f"{asset.name} ({asset.serial})" if asset else "",
        getattr(_row(read, "user", one.by_id), "name", ""),
        old.number if old else "",
        new[0].number if new else "",
        _changed(read, one),
    )


def issued_before(read: Reading, kind: str, subject: str, row_id: str) -> list[IssuedDocument]:
    """Documents of a kind that stand on a record: those replaced since are left out; the newest first."""
    c = IssuedDocument.c
    column = getattr(c, COLUMNS[subject])
    found = read.all(
        IssuedDocument, column == row_id, c.kind == kind, c.archived_at.is_(None), order=[c.at.desc(), c.id]
    )
    replaced = {one.replaces_id for one in found if one.replaces_id}
    return [one for one in found if one.id not in replaced]


def issued_moments(asset_id: str) -> sa.Select[Any]:
    """(moment, id) of what was issued on the orders of an asset, for its history; its own tells of the others."""
    c = IssuedDocument.c
    return sa.select(c.at, c.id).where(c.asset_id == asset_id, c.order_id.is_not(None), c.archived_at.is_(None))


COLUMNS = {"work_order": "order_id", "asset": "asset_id", "customer": "customer_id"}
"""Table of a record to the column that names it."""


def _row(read: Reading, table: str, row_id: str | None) -> Any:
    return read.get(BY_NAME[table], row_id) if row_id else None


def _changed(read: Reading, one: IssuedDocument) -> bool | None:
    paper = PAPERS.get(one.kind)
    subject = getattr(one, COLUMNS[paper.subject]) if paper else None
    content = paper.content(read, subject) if paper and subject else None
    return None if content is None else digest_of(content) != one.digest


def _from(wanted: Filter) -> sa.FromClause:
    customer = BY_NAME["customer"]
    if not wanted.text.strip():
        return IssuedDocument.__table__
    return IssuedDocument.__table__.outerjoin(customer.__table__, customer.c.id == IssuedDocument.c.customer_id)


def _where(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    c = IssuedDocument.c
    found: list[sa.ColumnElement[bool]] = [c.archived_at.is_(None)]
    if wanted.of:
        found.append(getattr(c, wanted.of) == wanted.row_id)
    if text := wanted.text.strip():
        found.append(sa.or_(*(has_text(each, text) for each in (c.number, c.title, BY_NAME["customer"].c.name))))
    return found
