"""Photos and files on a record, and the numbered documents that were issued."""

from __future__ import annotations

from fielddesk.store.tables import Holds, Synced, column, follows, ref
from fielddesk.store.types import Code, Count, Id, Line, Moment, Opaque


class Attachment(Synced, scope=follows("order_id", "asset_id", "customer_id")):
    """A photo, drawing, signature or file; the row travels with the rows, the content behind them, by its hash."""

    order_id: Id | None = ref("work_order", default=None)
    asset_id: Id | None = ref("asset", default=None)
    """Also of an order's photo, so that the asset's history shows it."""
    customer_id: Id | None = ref("customer", default=None)
    item: Code = column(default="none")
    """Key of the checklist item it belongs to, "none" for none."""
    kind: Code
    name: Line
    media_type: Line
    size: Count
    """Bytes of the content."""
    sha256: Opaque
    """Hash of the content, 64 hexadecimal digits."""
    thumbnail: Opaque = column(default="")
    """Hash of a small JPEG of it, empty where there is none; thumbnails travel first."""
    thumbnail_size: Count = column(default=0)
    original_id: Id | None = ref("attachment", default=None)
    """The picture that this one is drawn on."""
    caption: Line = column(default="")
    taken_at: Moment | None = column(default=None)
    by_id: Id = ref("user")
    at: Moment

    contents = (Holds("sha256", "size"), Holds("thumbnail", "thumbnail_size", small=True))
    indexes = (("order_id", "at"), ("asset_id", "at"), ("customer_id",), ("sha256",), ("thumbnail",))


class IssuedDocument(Synced, scope=follows("order_id", "asset_id", "customer_id")):
    """A numbered PDF as it was issued; a correction is a new one that names what it replaces (DO6, EX3)."""

    number: Line
    kind: Code
    language: Code
    title: Line
    order_id: Id | None = ref("work_order", default=None)
    asset_id: Id | None = ref("asset", default=None)
    customer_id: Id | None = ref("customer", default=None)
    attachment_id: Id = ref("attachment")
    """Its file."""
    sha256: Opaque
    """Hash of the file."""
    digest: Opaque
    """Hash of what it states, as canonical JSON: shows whether the record has changed since."""
    replaces_id: Id | None = ref("issued_document", default=None)
    reason: Line = column(default="")
    """Why it replaces that one."""
    by_id: Id = ref("user")
    at: Moment

    indexes = (("order_id", "at"), ("asset_id", "at"), ("customer_id", "at"), ("number",), ("at", "id", "archived_at"))
