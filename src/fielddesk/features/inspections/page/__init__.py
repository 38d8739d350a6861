"""What inspections hand to the window: their place, the tabs on orders and assets, commands, words."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fielddesk.core import canonical
from fielddesk.core.i18n import _
from fielddesk.features.inspections.dialogs import ACTIONS, FIELDS, named
from fielddesk.features.inspections.dialogs.history import ITEMS
from fielddesk.features.inspections.model import Inspection
from fielddesk.features.inspections.page.closing import CHECKS
from fielddesk.features.inspections.page.telling import TELLING, appointments
from fielddesk.features.inspections.page.templates import offer_templates
from fielddesk.features.inspections.panel.names import RUN, RUNNING
from fielddesk.features.inspections.queries import (
    ALL,
    LATE,
    OPEN,
    InspectionFilter,
    checklist_names,
    due_count,
    inspection_count,
    inspection_names,
    inspection_page,
    inspections_of,
    plan_names,
)  # fmt: skip
from fielddesk.features.inspections.queries.item_names import item_names
from fielddesk.store.outbox import Draft
from fielddesk.store.tx import Reading
from fielddesk.ui.page import Page
from fielddesk.ui.seams import Bench, CommandOffer, Hit, Me, Offers, PanelOffer, PlaceOffer, SearchOffer, SubjectPanel

if TYPE_CHECKING:
    from fielddesk.features.inspections.page.checklists import TemplatesPage
    from fielddesk.features.inspections.page.place import InspectionsPage

TABLE = "inspection"
LONG_AGO = "2000-01-01"
"""Where it does not matter how a due day stands."""


def _waiting(read: Reading, me: Me, today: str) -> int:
    return due_count(read, me.user_id, today)


def _resumes(read: Reading, _me: Me) -> tuple[str, str] | None:
    """The inspection that was running when the program ended, where it still waits."""
    draft = read.get(Draft, *RUNNING)
    inspection = read.get(Inspection, str(canonical.loads(draft.text))) if draft is not None else None
    return (TABLE, RUN + inspection.id) if inspection is not None and inspection.completed_at is None else None


def _find(read: Reading, text: str, limit: int) -> list[Hit]:
    found = inspection_page(read, InspectionFilter("", LONG_AGO, OPEN, text), 0, limit)
    return [
        Hit(TABLE, row.id, named(row.names) or row.title, " · ".join(p for p in (row.number, row.asset) if p),
            "clipboard-text")
        for row in found
    ]  # fmt: skip


def _count_of_order(read: Reading, order_id: str) -> int:
    return len(inspections_of(read, order_id, LONG_AGO))


def _count_of_asset(read: Reading, asset_id: str) -> int:
    return inspection_count(read, InspectionFilter("", LONG_AGO, ALL, asset_id=asset_id))


def _page(bench: Bench) -> Page:
    from fielddesk.features.inspections.page.place import InspectionsPage

    return InspectionsPage(bench)


def _on_order(bench: Bench) -> SubjectPanel:
    from fielddesk.features.inspections.panel.records import InspectionPanel

    return InspectionPanel(bench)


def _on_asset(bench: Bench) -> SubjectPanel:
    from fielddesk.features.inspections.panel.records import InspectionsOf

    return InspectionsOf(bench)


def _calendar(bench: Bench) -> None:
    from fielddesk.features.inspections.page.place import CALENDAR, VIEW

    bench.show(TABLE, VIEW + CALENDAR)


def _overdue(bench: Bench) -> None:
    from fielddesk.features.inspections.page.place import VIEW

    bench.show(TABLE, VIEW + LATE)


def offer(offers: Offers) -> None:
    """Hand the feature's screens to the window."""
    offers.add(
        PlaceOffer("inspections", lambda: _("Inspections"), "clipboard-text", 30, _page, _waiting,
                   frozenset({TABLE, "work_order"}), frozenset({TABLE, "answer"}), resumes=_resumes),
        PanelOffer("work_order", "inspection", lambda: _("Inspection"), 15, _on_order, _count_of_order,
                   frozenset({TABLE, "answer", "attachment"})),
        PanelOffer("asset", "inspections", lambda: _("Inspections"), 30, _on_asset, _count_of_asset,
                   frozenset({TABLE, "answer"})),
        CommandOffer("inspection.calendar", lambda: _("Calendar of inspections"), _calendar, icon="calendar-blank",
                     place=lambda: _("Inspections")),
        CommandOffer("inspection.overdue", lambda: _("Overdue inspections"), _overdue, icon="timer",
                     place=lambda: _("Inspections")),
        SearchOffer("inspections", lambda: _("Inspections"), 15, _find),
        *CHECKS,
        *TELLING,
        *ACTIONS,
    )  # fmt: skip
    offer_templates(offers)
    offers.appointments.append(appointments)
    offers.name_rows(TABLE, inspection_names)
    offers.name_rows("checklist", checklist_names)
    offers.name_rows(ITEMS, item_names)
    offers.name_rows("inspection_plan", plan_names)
    for table, fields in FIELDS.items():
        offers.word_fields(table, fields)


def __getattr__(name: str) -> Any:
    where = {"InspectionsPage": "place", "TemplatesPage": "checklists"}
    if name not in where:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{where[name]}"), name)


__all__ = ["InspectionsPage", "TemplatesPage", "offer"]
