"""A checklist as a row, in its list and in the search box."""

from __future__ import annotations

from typing import Final

from fielddesk.core.i18n import _, ngettext
from fielddesk.features.inspections.dialogs import named
from fielddesk.features.inspections.queries import ChecklistRow
from fielddesk.ui.lists import Row

TABLE: Final = "checklist"


def row_of(row: ChecklistRow) -> Row:
    """A checklist as two lines."""
    items = ngettext("{n} item", "{n} items", row.items).format(n=row.items)
    version = _("Version {n}").format(n=row.version) if row.version else _("not published")
    return Row(row.id, named(row.names), row.number, version, icon="list-checks", below=items, number=row.number)
