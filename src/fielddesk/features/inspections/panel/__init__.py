"""Inspections as panels: a visit, a running inspection with its items, and what other records show of them.

Each is loaded when it is first wanted: a start shows none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fielddesk.features.inspections.panel.names import RUN, RUNNING

if TYPE_CHECKING:
    from fielddesk.features.inspections.panel.lists import day_entries, day_rows, inspection_source
    from fielddesk.features.inspections.panel.records import InspectionPanel, InspectionsOf
    from fielddesk.features.inspections.panel.run import Running
    from fielddesk.features.inspections.panel.visit import VisitPane
    from fielddesk.features.inspections.panel.visit_shown import AT

_WHERE = {
    "day_entries": "lists", "day_rows": "lists", "inspection_source": "lists",
    "InspectionPanel": "records", "InspectionsOf": "records", "Running": "run", "VisitPane": "visit",
    "AT": "visit_shown",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


__all__ = [
    "AT", "RUN", "RUNNING", "InspectionPanel", "InspectionsOf", "Running", "VisitPane", "day_entries", "day_rows",
    "inspection_source",
]  # fmt: skip
