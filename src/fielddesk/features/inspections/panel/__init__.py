"""Inspections as panels: a visit, a running inspection with its items, and what other records show of them."""

from __future__ import annotations

from fielddesk.features.inspections.panel.lists import day_entries, day_rows, inspection_source
from fielddesk.features.inspections.panel.records import (
    RUN,
    InspectionPanel,
    InspectionsOf,
    count_of_asset,
    count_of_order,
)  # fmt: skip
from fielddesk.features.inspections.panel.run import Running
from fielddesk.features.inspections.panel.run_state import RUNNING
from fielddesk.features.inspections.panel.visit import VisitPane
from fielddesk.features.inspections.panel.visit_shown import AT

__all__ = [
    "AT", "RUN", "RUNNING", "InspectionPanel", "InspectionsOf", "Running", "VisitPane", "count_of_asset",
    "count_of_order", "day_entries", "day_rows", "inspection_source",
]  # fmt: skip
