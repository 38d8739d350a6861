"""A failed item makes the order that repairs it, with the parts for it, in one step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fielddesk.core.ids import derived_id
from fielddesk.features.documents.actions import add_attachment
from fielddesk.features.documents.model import Attachment
from fielddesk.features.parts.actions import reserve_part
from fielddesk.features.workorders.actions import add_note, create_order, link_orders
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.store.actions import Call, call


def follow_up_calls(
    op_id: str, order: WorkOrder, item: str, *, number: str, title: str, description: str = "", note: str = "",
    parts: Iterable[tuple[str, int, str | None]] = (), assignee_id: str | None = None, due_on: str | None = None,
    standing: tuple[str, int] | None = None, photos: Iterable[Attachment] = (),
) -> list[Call]:  # fmt: skip
    """What one press does: a repair order for what failed on `order`, the link to it, the parts reserved for it, and
    the photos of what failed on it too, by the content that is here already.

    `op_id` is a new id (`new_id(now)`): the order's id follows from it, see `follow_up_id`. `number` is a drawn one,
    `item` the key of the failed item, `parts` are (part id, millionths, place to take it from or None). `note` is
    written on the new order. It goes to the same site and person, under the `standing` (stage, strategy revision:
    `workorders.queries.asset_standing`) of its own day.
    """
    stage, strategy = standing or (None, None)
    made = follow_up_id(op_id)
    first = call(
        create_order,
        number=number,
        kind="repair",
        title=title,
        customer_id=order.customer_id,
        asset_id=order.asset_id,
        description=description,
        due_on=due_on,
        assignee_id=assignee_id,
        site_id=order.site_id,
        contact_id=order.contact_id,
        stage=stage,
        strategy=strategy,
    )
    calls = [
        replace(first, op_id=op_id),
        call(link_orders, order_id=order.id, other_id=made, kind="follow_up", item=item),
    ]
    calls += [
        call(reserve_part, order_id=made, part_id=part_id, quantity=quantity, place_id=place_id)
        for part_id, quantity, place_id in parts
    ]
    calls += [_shown_again(made, photo) for photo in photos]
    if note.strip():
        calls.append(call(add_note, order_id=made, text=note))
    return calls


def _shown_again(order_id: str, photo: Attachment) -> Call:
    """A photo on the new order: another row, the same content. The asset shows it already, from the inspection."""
    return call(
        add_attachment, subject_id=order_id, order_id=order_id, kind=photo.kind, name=photo.name,
        media_type=photo.media_type, size=photo.size, sha256=photo.sha256, thumbnail=photo.thumbnail,
        thumbnail_size=photo.thumbnail_size, caption=photo.caption, taken_at=photo.taken_at,
    )  # fmt: skip


def follow_up_id(op_id: str) -> str:
    """The id of the order that `follow_up_calls` makes."""
    return derived_id(op_id, "order")
