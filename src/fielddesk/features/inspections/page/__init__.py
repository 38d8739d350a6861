"""What inspections hand to the window: their place, the tabs on orders and assets, commands, words."""

from __future__ import annotations

from fielddesk.core import canonical
from fielddesk.core.i18n import _
from fielddesk.features.inspections.dialogs import ACTIONS, FIELDS, named
from fielddesk.features.inspections.dialogs.history import ITEMS
from fielddesk.features.inspections.model import Inspection
from fielddesk.features.inspections.page.checklists import TemplatesPage, offer_templates
from fielddesk.features.inspections.page.closing import CHECKS
from fielddesk.features.inspections.page.place import CALENDAR, TABLE, VIEW, InspectionsPage
from fielddesk.features.inspections.page.telling import TELLING, appointments
from fielddesk.features.inspections.panel import (
    RUN,
    RUNNING,
    InspectionPanel,
    InspectionsOf,
    count_of_asset,
    count_of_order,
)  # fmt: skip
from fielddesk.features.inspections.queries import (
    LATE,
    OPEN,
    InspectionFilter,
    checklist_names,
    due_count,
    inspection_names,
    inspection_page,
    plan_names,
)  # fmt: skip
from fielddesk.features.inspections.queries.item_names import item_names
from fielddesk.store.outbox import Draft
from fielddesk.store.tx import Reading
from fielddesk.ui.page import Page
from fielddesk.ui.seams import Bench, CommandOffer, Hit, Me, Offers, PanelOffer, PlaceOffer, SearchOffer

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


def _page(bench: Bench) -> Page:
    return InspectionsPage(bench)


def _calendar(bench: Bench) -> None:
    bench.show(TABLE, VIEW + CALENDAR)


def _overdue(bench: Bench) -> None:
    bench.show(TABLE, VIEW + LATE)


def offer(offers: Offers) -> None:
    """Hand the feature's screens to the window."""
    offers.add(
        PlaceOffer("inspections", lambda: _("Inspections"), "clipboard-text", 30, _page, _waiting,
                   frozenset({TABLE, "work_order"}), frozenset({TABLE, "answer"}), resumes=_resumes),
        PanelOffer("work_order", "inspection", lambda: _("Inspection"), 15, InspectionPanel, count_of_order,
                   frozenset({TABLE, "answer", "attachment"})),
        PanelOffer("asset", "inspections", lambda: _("Inspections"), 30, InspectionsOf, count_of_asset,
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


__all__ = ["InspectionsPage", "TemplatesPage", "offer"]
