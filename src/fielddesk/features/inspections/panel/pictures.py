"""The one place where an item's photos and its signature are taken in, by the panels of the documents feature."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from fielddesk.ui.seams import Bench


def photos_of(bench: Bench, order_id: str, item: str) -> QWidget:
    """The photos of an item, with the ways to take more."""
    from fielddesk.features.documents.panel.photos import Photos  # loaded when the first one is wanted

    return Photos(bench, order_id=order_id, item=item)


def signature_of(bench: Bench, order_id: str, item: str) -> QWidget:
    """The signature of an item, with the pad to sign on."""
    from fielddesk.features.inspections.panel.signing import ItemSignature

    return ItemSignature(bench, order_id=order_id, item=item)
