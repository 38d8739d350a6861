"""Which features the window shows; each hands in its places, commands, look-ups and words."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from fielddesk.core.i18n import _
from fielddesk.features.sync_centre import queries
from fielddesk.store.outbox import OwnOperation
from fielddesk.store.tx import Reading
from fielddesk.ui.page import Page
from fielddesk.ui.seams import Bench, Me, Offers, PlaceOffer

if TYPE_CHECKING:
    from fielddesk.features.settings.page import Preferences
    from fielddesk.features.settings.panel import Keeper
    from fielddesk.features.sync_centre.page import Outbox
    from fielddesk.features.sync_centre.panel import Line

FEATURES = (
    "documents", "people", "lifecycle", "customers", "assets", "workorders", "parts",
    "inspections", "today", "lists",
)  # fmt: skip
"""Features with a page, from the ground up."""
PAPERS = ("inspections",)
"""Features that have kinds of documents to issue."""


def offers(
    line: Line, outbox: Outbox, preferences: Preferences, keeper: Callable[[], Keeper | None] = lambda: None
) -> Offers:
    """Everything that can be shown; imports the features' pages, and makes none of them."""
    found = Offers()
    for name in PAPERS:
        import_module(f"fielddesk.features.{name}.papers")
    for name in FEATURES:
        import_module(f"fielddesk.features.{name}.page").offer(found)

    def sync_page(bench: Bench) -> Page:
        from fielddesk.features.sync_centre.page import SyncPage  # few look at it in the first second

        return SyncPage(bench, line, outbox)

    def settings_page(bench: Bench) -> Page:
        from fielddesk.features.settings.page import SettingsPage

        return SettingsPage(bench, preferences, keeper)

    own = frozenset({OwnOperation.tablename})
    found.add(
        PlaceOffer("sync", lambda: _("Sync"), "arrows-clockwise", 110, sync_page, _needing, own, own),
        PlaceOffer("settings", lambda: _("Settings"), "gear-six", 200, settings_page, at_bottom=True),
    )
    return found


def _needing(read: Reading, _me: Me, _today: str) -> int:
    return queries.counts(read)[1]
