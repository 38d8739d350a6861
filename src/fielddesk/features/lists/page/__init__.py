"""What lists hand to the window: the place to import one, the way out of every list, and files dropped on the window.

The pages are loaded when somebody first asks for them: few do in the first second.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fielddesk.core.i18n import _
from fielddesk.features.lists.dialogs import takes
from fielddesk.features.people.dialogs import for_the_office
from fielddesk.store.tx import Reading
from fielddesk.ui import exporting
from fielddesk.ui.page import Page
from fielddesk.ui.seams import Appointment, Bench, CommandOffer, Me, Offers, PlaceOffer

if TYPE_CHECKING:
    from fielddesk.features.lists.panel.exporting import Export
    from fielddesk.ui.lists import RowList
    from fielddesk.ui.tables import Table

PLACE = "lists"


def _page(bench: Bench) -> Page:
    from fielddesk.features.lists.page.importing import ImportPage

    return ImportPage(bench)


def _import(bench: Bench) -> None:
    bench.show(PLACE, "")


def _dropped(bench: Bench, path: Path) -> None:
    bench.show(PLACE, str(path))


def _export(bench: Bench) -> None:
    if not exporting.ask_export():
        bench.toast(lambda: _("There is no list here to export."), icon="info-fill")


def ask_and_export(bench: Bench, view: RowList | Table) -> None:
    """Ask where to, then export."""
    from fielddesk.features.lists.dialogs import ask_target
    from fielddesk.features.lists.panel.exporting import suggested_name

    path = ask_target(view.window(), suggested_name(view, bench.today()))
    if path is not None:
        export_to(bench, view, path)


def export_to(bench: Bench, view: RowList | Table, path: Path) -> Export:
    """Write a list or table into a file."""
    from fielddesk.features.lists.panel.exporting import Export

    export = Export(bench, view, path)
    export.start()
    return export


def _calendar(bench: Bench) -> None:
    from fielddesk.features.lists.dialogs import ask_target
    from fielddesk.features.lists.panel.calendar import export_visits

    window = next(iter(exporting.desks()), None)
    if window is None:
        return
    path = ask_target(window, _("Visits") + f" {bench.today()}.ics", endings=_("Calendar") + " (*.ics)")
    if path is not None:
        export_visits(bench, path)


def _appointments(read: Reading, me: Me, today: str) -> list[Appointment]:
    from fielddesk.features.lists.panel.calendar import appointments

    return appointments(read, me, today)


def offer(offers: Offers) -> None:
    """Hand the feature's screens to the window."""
    offers.add(
        PlaceOffer(PLACE, lambda: _("Import a list"), "tray-arrow-down", 190, _page, shows=frozenset({PLACE}),
                   in_navigation=False),
        CommandOffer("list.import", lambda: _("Import a list…"), _import, icon="tray-arrow-down",
                     place=lambda: _("Lists"), also=lambda: _("CSV, XLSX, customers, assets, parts, orders"),
                     blocked=for_the_office),
        CommandOffer("list.export", lambda: _("Export this list…"), _export, icon="export", place=lambda: _("Lists"),
                     also=lambda: _("CSV, XLSX, save as a file")),
        CommandOffer("visits.export", lambda: _("Export visits to a calendar…"), _calendar, icon="calendar-plus",
                     place=lambda: _("Work orders"), also=lambda: "iCalendar, ics, Outlook"),
    )  # fmt: skip
    offers.appointments.append(_appointments)
    exporter: Any = ask_and_export
    offers.exporter = exporter
    offers.takes_file = takes
    offers.take_file = _dropped
