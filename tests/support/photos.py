"""Photos for tests of how contents travel: a fact that puts one on an order, known only while a test wants it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

from fielddesk.features.documents.model import Attachment
from fielddesk.features.people.rules import ROLES
from fielddesk.store.actions import ACTIONS, Ctx, fact
from fielddesk.store.tx import Tx
from fielddesk.store.types import Count, Id, Line, Opaque


@fact(may=frozenset(ROLES), about="order_id")
def put_photo(
    tx: Tx, ctx: Ctx, *, order_id: Id, sha256: Opaque, size: Count, thumbnail: Opaque = "", thumbnail_size: Count = 0,
    name: Line = "photo.jpg",
) -> str:  # fmt: skip
    return tx.add(
        Attachment(
            id=ctx.id("attachment"), order_id=order_id, kind="photo", name=name, media_type="image/jpeg", size=size,
            sha256=sha256, thumbnail=thumbnail, thumbnail_size=thumbnail_size, by_id=ctx.actor, at=ctx.at,
        )
    )  # fmt: skip


_KNOWN = ACTIONS.pop("put_photo")


def know_photos() -> None:
    """From now on, in a process of its own."""
    ACTIONS["put_photo"] = _KNOWN


@contextmanager
def photos_known() -> Iterator[None]:
    """The action is there within the block, and nowhere else: other tests count the actions."""
    know_photos()
    try:
        yield
    finally:
        ACTIONS.pop("put_photo", None)


def pixels(seed: int, size: int) -> bytes:
    """A content that no other seed gives."""
    return random.Random(seed).randbytes(size)
