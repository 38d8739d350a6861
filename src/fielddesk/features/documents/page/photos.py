"""What photos and files hand to the window: a tab on orders, assets and customers, and their words."""

from __future__ import annotations

from functools import partial

from fielddesk.core.i18n import _
from fielddesk.features.documents.dialogs import ACTIONS, FIELDS
from fielddesk.features.documents.queries import Owner, attachment_names, photo_count
from fielddesk.store.tx import Reading
from fielddesk.ui.seams import Bench, Offers, PanelOffer, SubjectPanel

TABLE = "attachment"
_OWNERS = (("work_order", "order_id", 40), ("asset", "asset_id", 50), ("customer", "customer_id", 50))


def _photos(of: str, bench: Bench) -> SubjectPanel:
    from fielddesk.features.documents.panel.photos import PhotosPanel  # few look at photos in the first second

    return PhotosPanel(bench, of)


def _count(of: str, read: Reading, row_id: str) -> int:
    return photo_count(read, Owner(**{of: row_id}))


def offer_photos(offers: Offers) -> None:
    """The tab of photos and files."""
    for subject, column, order in _OWNERS:
        offers.add(
            PanelOffer(
                subject, "photos", lambda: _("Photos and files"), order, partial(_photos, column),
                partial(_count, column), frozenset({TABLE}),
            )
        )  # fmt: skip
    offers.add(*ACTIONS)
    offers.name_rows(TABLE, attachment_names)
    offers.word_fields(TABLE, FIELDS)
