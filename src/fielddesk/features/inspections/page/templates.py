"""What checklists and plans hand to the window; their screens are loaded when they are first wanted."""

from __future__ import annotations

from fielddesk.core.i18n import _
from fielddesk.features.inspections.page.rows import TABLE, row_of
from fielddesk.features.inspections.queries import (
    PlanFilter,
    checklist_page,
    plan_count,
    version_count,
)
from fielddesk.features.people.dialogs import for_the_office
from fielddesk.features.people.panel import history_of
from fielddesk.store.tx import Reading
from fielddesk.ui.making import NEW
from fielddesk.ui.page import Page
from fielddesk.ui.seams import Bench, CommandOffer, Hit, Offers, PanelOffer, PlaceOffer, SearchOffer, SubjectPanel


def _find(read: Reading, text: str, limit: int) -> list[Hit]:
    found = [row_of(row) for row in checklist_page(read, text, 0, limit)]
    return [Hit(TABLE, row.id, row.title, row.second, "list-checks") for row in found]


def _page(bench: Bench) -> Page:
    from fielddesk.features.inspections.page.checklists import TemplatesPage

    return TemplatesPage(bench)


def _items(bench: Bench) -> SubjectPanel:
    from fielddesk.features.inspections.panel.checklist import ChecklistPanel

    return ChecklistPanel(bench)


def _versions(bench: Bench) -> SubjectPanel:
    from fielddesk.features.inspections.panel.versions import VersionsPanel

    return VersionsPanel(bench)


def _record(bench: Bench) -> SubjectPanel:
    from fielddesk.features.inspections.panel.checklist_record import ChecklistRecord

    return ChecklistRecord(bench)


def _plans(bench: Bench) -> SubjectPanel:
    from fielddesk.features.inspections.panel.plans import PlanPanel

    return PlanPanel(bench)


def _show(bench: Bench) -> None:
    bench.show(TABLE, "")


def _new(bench: Bench) -> None:
    bench.show(TABLE, NEW)


def count_of_plans(read: Reading, asset_id: str) -> int:
    """How many plans an asset has, also ended ones."""
    return plan_count(read, PlanFilter("", asset_id, ended=True))


def offer_templates(offers: Offers) -> None:
    """Hand checklists and plans to the window."""
    watched = frozenset({TABLE, "checklist_version"})
    offers.add(
        PlaceOffer("checklists", lambda: _("Checklists"), "list-checks", 32, _page, shows=frozenset({TABLE}),
                   in_navigation=False),
        PanelOffer(TABLE, "items", lambda: _("Items"), 10, _items, watches=watched),
        PanelOffer(TABLE, "versions", lambda: _("Versions"), 20, _versions, version_count, watched),
        PanelOffer(TABLE, "record", lambda: _("Record"), 30, _record, watches=frozenset({TABLE})),
        history_of(TABLE),
        PanelOffer("asset", "plans", lambda: _("Plans"), 31, _plans, count_of_plans,
                   frozenset({"inspection_plan", "plan_exception", "inspection", TABLE})),
        CommandOffer("checklist.show", lambda: _("Checklists"), _show, icon="list-checks",
                     place=lambda: _("Inspections")),
        CommandOffer("checklist.new", lambda: _("New checklist"), _new, icon="plus", place=lambda: _("Checklists"),
                     blocked=for_the_office),
        SearchOffer("checklists", lambda: _("Checklists"), 35, _find),
    )  # fmt: skip
