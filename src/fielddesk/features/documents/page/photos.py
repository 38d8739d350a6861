"""What photos and files hand to the window: a tab on orders, assets and customers, and their words."""

from __future__ import annotations

from functools import partial

from fielddesk.core.i18n import _
from fielddesk.features.documents.dialogs import ACTIONS, FIELDS
from fielddesk.features.documents.panel import PhotosPanel, count_of
from fielddesk.features.documents.queries import attachment_names
from fielddesk.ui.seams import Offers, PanelOffer

TABLE = "attachment"
_OWNERS = (("work_order", "order_id", 40), ("asset", "asset_id", 50), ("customer", "customer_id", 50))


def offer_photos(offers: Offers) -> None:
    """The tab of photos and files."""
    for subject, column, order in _OWNERS:
        offers.add(
            PanelOffer(
                subject, "photos", lambda: _("Photos and files"), order, partial(PhotosPanel, of=column),
                partial(count_of, column), frozenset({TABLE}),
            )
        )  # fmt: skip
    offers.add(*ACTIONS)
    offers.name_rows(TABLE, attachment_names)
    offers.word_fields(TABLE, FIELDS)
