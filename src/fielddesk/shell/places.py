"""Which features the window shows; each hands in its places, commands, look-ups and words."""

from __future__ import annotations

from importlib import import_module

from fielddesk.features.settings import page as settings
from fielddesk.features.settings.page import Preferences
from fielddesk.features.sync_centre import page as sync_centre
from fielddesk.features.sync_centre.page import Outbox
from fielddesk.features.sync_centre.panel import Line
from fielddesk.ui.seams import Offers

FEATURES = ("people", "customers", "assets", "workorders", "parts")
"""Features with a page, from the ground up."""


def offers(line: Line, outbox: Outbox, preferences: Preferences) -> Offers:
    """Everything that can be shown; imports the features' pages, and makes none of them."""
    found = Offers()
    for name in FEATURES:
        try:
            module = import_module(f"fielddesk.features.{name}.page")
        except ModuleNotFoundError as missing:
            if missing.name != f"fielddesk.features.{name}.page":
                raise
            continue
        module.offer(found)
    sync_centre.offer(found, line, outbox)
    settings.offer(found, preferences)
    return found
