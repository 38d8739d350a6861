"""The one place where an item's photos and its signature are taken in: the panels of the documents feature."""

from __future__ import annotations

import importlib
from typing import Any

from PySide6.QtWidgets import QWidget

from fielddesk.ui.seams import Bench


def photos_of(bench: Bench, order_id: str, item: str) -> QWidget | None:
    """The photos of an item, with the ways to take more; None where this program has no such panel."""
    return _panel("Photos", bench, order_id, item)


def signature_of(bench: Bench, order_id: str, item: str) -> QWidget | None:
    """The signature of an item, with the pad to sign on; None where this program has no such panel."""
    return _panel("ItemSignature", bench, order_id, item)


def _panel(name: str, bench: Bench, order_id: str, item: str) -> QWidget | None:
    try:
        made: Any = getattr(importlib.import_module("fielddesk.features.documents.panel"), name, None)
    except ModuleNotFoundError:
        return None
    if made is None:
        return None
    found = made(bench, order_id=order_id, item=item)
    return found if isinstance(found, QWidget) else None
