"""Issued documents: their place, and the tab on orders, assets and customers."""

from __future__ import annotations

from functools import partial

from fielddesk.core.i18n import _
from fielddesk.features.documents.page.issued import TABLE, DocumentsOf
from fielddesk.features.documents.page.photos import offer_photos
from fielddesk.features.documents.page.words import ACTIONS, FIELDS, row_of, told_documents
from fielddesk.features.documents.papers import Filter, document_count, document_names, document_page, issued_moments
from fielddesk.features.documents.papers.issued import COLUMNS
from fielddesk.store.tx import Reading
from fielddesk.ui.page import Page
from fielddesk.ui.seams import Bench, Hit, Offers, PanelOffer, PlaceOffer, SearchOffer, SubjectPanel, TimelineOffer

ON_RECORDS = frozenset(
    {
        TABLE,
        "answer",
        "inspection",
        "sign_off",
        "movement",
        "attachment",
        "order_link",
        "work_order",
        "asset",
        "customer",
    }
)
"""Whatever changes here changes what a document would say."""


def _page(bench: Bench) -> Page:
    from fielddesk.features.documents.page.place import DocumentsPage

    return DocumentsPage(bench)


def _panel(bench: Bench) -> SubjectPanel:
    from fielddesk.features.documents.page.place import DocumentPanel

    return DocumentPanel(bench)


def _find(read: Reading, text: str, limit: int) -> list[Hit]:
    rows = [row_of(row, "UTC") for row in document_page(read, Filter(text), 0, limit)]
    return [Hit(TABLE, row.id, row.title, row.second, "file-text", row.number) for row in rows]


def _count_of(subject: str, read: Reading, row_id: str) -> int:
    return document_count(read, Filter(of=COLUMNS[subject], row_id=row_id))


def offer(offers: Offers) -> None:
    """Hand the feature's screens to the window."""
    offer_photos(offers)
    offers.add(
        PlaceOffer("documents", lambda: _("Documents"), "file-text", 80, _page, shows=frozenset({TABLE})),
        PanelOffer(TABLE, "overview", lambda: _("Document"), 10, _panel, watches=ON_RECORDS),
        SearchOffer("documents", lambda: _("Documents"), 60, _find),
        TimelineOffer("asset", "documents", issued_moments, told_documents),
        *ACTIONS,
    )
    for subject, order in (("work_order", 60), ("asset", 70), ("customer", 70)):
        offers.add(
            PanelOffer(
                subject, "documents", lambda: _("Documents"), order, partial(DocumentsOf, subject=subject),
                partial(_count_of, subject), ON_RECORDS,
            )
        )  # fmt: skip
    offers.name_rows(TABLE, document_names)
    offers.word_fields(TABLE, FIELDS)
