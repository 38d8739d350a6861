"""Inspections as screens show them: lists, the calendar, one that is under way, trends, plans and checklists."""

from __future__ import annotations

from fielddesk.features.inspections.queries.checklists import (
    ChecklistRow,
    VersionRow,
    checklist_count,
    checklist_for,
    checklist_names,
    checklist_page,
    checklist_place,
    latest_version,
    version_page,
)  # fmt: skip
from fielddesk.features.inspections.queries.lists import (
    ALL,
    DONE,
    DUE,
    LATE,
    MINE,
    OPEN,
    InspectionFilter,
    InspectionRow,
    due_count,
    inspection_count,
    inspection_names,
    inspection_page,
    inspection_place,
    inspections_of,
)  # fmt: skip
from fielddesk.features.inspections.queries.plans import (
    CalendarDay,
    PlanFilter,
    PlanRow,
    VisitRow,
    calendar,
    plan_count,
    plan_names,
    plan_page,
    plan_place,
    plan_view,
    visits_of_asset,
    visits_to_open,
)  # fmt: skip
from fielddesk.features.inspections.queries.running import (
    InspectionView,
    ItemView,
    ProposedRow,
    ReadingRow,
    earlier_readings,
    file_counts,
    inspection_view,
    items_of,
    newest_answers,
    proposed_parts,
)  # fmt: skip

__all__ = [
    "ALL", "DONE", "DUE", "LATE", "MINE", "OPEN", "CalendarDay", "ChecklistRow", "InspectionFilter", "InspectionRow",
    "InspectionView", "ItemView", "PlanFilter", "PlanRow", "ProposedRow", "ReadingRow", "VersionRow", "VisitRow",
    "calendar", "checklist_count", "checklist_for", "checklist_names", "checklist_page", "checklist_place",
    "due_count", "earlier_readings", "file_counts", "inspection_count", "inspection_names", "inspection_page",
    "inspection_place", "inspection_view", "inspections_of", "items_of", "latest_version", "newest_answers",
    "plan_count", "plan_names", "plan_page", "plan_place", "plan_view", "proposed_parts", "version_page",
    "visits_of_asset", "visits_to_open",
]  # fmt: skip
