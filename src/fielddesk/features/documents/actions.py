"""What is done with photos, files and documents: put on a record, described, taken off; issued once, never changed."""

from __future__ import annotations

from fielddesk.core.errors import RuleBroken
from fielddesk.features.documents.model import Attachment, IssuedDocument
from fielddesk.features.documents.rules import DOCUMENT, EVERYBODY, NO_ITEM, check_attachment
from fielddesk.store.actions import Ctx, decision, fact
from fielddesk.store.tx import Tx
from fielddesk.store.types import Code, Count, Id, Line, Moment, Opaque


@fact(may=EVERYBODY, about="subject_id")
def add_attachment(
    tx: Tx, ctx: Ctx, *, subject_id: Id, kind: Code, name: Line, media_type: Line, size: Count, sha256: Opaque,
    order_id: Id | None = None, asset_id: Id | None = None, customer_id: Id | None = None, item: Code = NO_ITEM,
    thumbnail: Opaque = "", thumbnail_size: Count = 0, original_id: Id | None = None, caption: Line = "",
    taken_at: Moment | None = None,
) -> str:  # fmt: skip
    """Put a photo, drawing, signature or file on a record; its content is kept under `sha256` before this is done.

    `subject_id` is the record it was put on, one of order, asset and customer: its history tells of it. The others
    show it too.
    """
    check_attachment(kind, name, size, sha256, subject_id, (order_id, asset_id, customer_id))
    ctx.tell(kind=kind, name=name)
    return tx.add(
        Attachment(
            id=ctx.id("attachment"), order_id=order_id, asset_id=asset_id, customer_id=customer_id, item=item,
            kind=kind, name=name, media_type=media_type, size=size, sha256=sha256, thumbnail=thumbnail,
            thumbnail_size=thumbnail_size, original_id=original_id, caption=caption, taken_at=taken_at,
            by_id=ctx.actor, at=ctx.at,
        )
    )  # fmt: skip


@decision(may=EVERYBODY, about="subject_id", undo="describe_attachment")
def describe_attachment(tx: Tx, ctx: Ctx, *, attachment_id: Id, subject_id: Id, caption: Line) -> None:
    """Say what a photo or file shows."""
    row = tx.change(_of(tx, attachment_id, subject_id), ctx.based_on, caption=caption)
    ctx.tell(kind=row.kind, name=row.name)


@decision(may=EVERYBODY, about="subject_id", undo="restore_attachment")
def archive_attachment(tx: Tx, ctx: Ctx, *, attachment_id: Id, subject_id: Id) -> None:
    """Take a photo or file off a record; row and content stay. One that is off already stays as it is."""
    row = _of(tx, attachment_id, subject_id)
    ctx.tell(kind=row.kind, name=row.name)
    if row.archived_at is None:
        tx.change(row, None, archived_at=ctx.at)


@decision(may=EVERYBODY, about="subject_id", undo="archive_attachment")
def restore_attachment(tx: Tx, ctx: Ctx, *, attachment_id: Id, subject_id: Id) -> None:
    """Put a photo or file back on its record."""
    row = _of(tx, attachment_id, subject_id)
    ctx.tell(kind=row.kind, name=row.name)
    if row.archived_at is not None:
        tx.change(row, None, archived_at=None)


@fact(may=EVERYBODY, about="subject_id")
def issue_document(
    tx: Tx, ctx: Ctx, *, subject_id: Id, number: Line, kind: Code, language: Code, title: Line, sha256: Opaque,
    size: Count, digest: Opaque, order_id: Id | None = None, asset_id: Id | None = None, customer_id: Id | None = None,
    replaces_id: Id | None = None, reason: Line = "",
) -> str:  # fmt: skip
    """Issue a numbered PDF on a record; its content is kept under `sha256` before this is done.

    `digest` is that of what it states. A correction names what it replaces, and why (EX3).
    """
    if not number.strip():
        raise RuleBroken("document_number_missing", field="number")
    if subject_id not in (order_id, asset_id, customer_id):
        raise RuleBroken("document_without_record", field="subject_id")
    if replaces_id is not None and not reason.strip():
        raise RuleBroken("document_reason_missing", field="reason")
    if size < 1:
        raise RuleBroken("document_empty", field="size")
    ctx.tell(number=number, kind=kind, language=language, title=title)
    attachment = tx.add(
        Attachment(
            id=ctx.id("attachment"), order_id=order_id, asset_id=asset_id, customer_id=customer_id, kind=DOCUMENT,
            name=f"{number}.pdf", media_type="application/pdf", size=size, sha256=sha256, by_id=ctx.actor, at=ctx.at,
        )
    )  # fmt: skip
    return tx.add(
        IssuedDocument(
            id=ctx.id("document"), number=number, kind=kind, language=language, title=title, order_id=order_id,
            asset_id=asset_id, customer_id=customer_id, attachment_id=attachment, sha256=sha256, digest=digest,
            replaces_id=replaces_id, reason=reason, by_id=ctx.actor, at=ctx.at,
        )
    )  # fmt: skip


def _of(tx: Tx, attachment_id: str, subject_id: str) -> Attachment:
    """The attachment, if it is on that record: the history of no other one tells of it."""
    row = tx.one(Attachment, attachment_id)
    if subject_id not in (row.order_id, row.asset_id, row.customer_id):
        raise RuleBroken("attachment_without_record", field="subject_id")
    return row
