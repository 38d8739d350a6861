"""What the items of checklists are called, for sentences about answers."""

from __future__ import annotations

from collections.abc import Iterable

from fielddesk.core import canonical
from fielddesk.features.inspections.model import ChecklistVersion
from fielddesk.features.inspections.rules import parse_items
from fielddesk.store.tx import Reading


def item_names(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    """By version of a checklist, as JSON: the key of each item to its names and unit."""
    return {
        row.id: canonical.dumps({item.key: [item.names, item.unit] for item in parse_items(row.items)})
        for row in read.among(ChecklistVersion, ids)
    }
