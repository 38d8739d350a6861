"""The place of checklists: what inspections ask, version after version; the office writes them."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from fielddesk.core.i18n import _
from fielddesk.features.inspections.dialogs import named
from fielddesk.features.inspections.page.rows import TABLE, row_of
from fielddesk.features.inspections.panel.checklist_record import CLASSES, NewChecklist
from fielddesk.features.inspections.queries import (
    ChecklistRow,
    checklist_count,
    checklist_page,
    checklist_place,
    checklist_row,
)
from fielddesk.features.people.rules import OFFICE
from fielddesk.store.tx import Reading
from fielddesk.ui.lists import Row
from fielddesk.ui.menus import MenuLine
from fielddesk.ui.records import Head, RecordsPage
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Chip


class TemplatesPage(RecordsPage):
    """Checklists."""

    table = TABLE
    wants_room = True
    """Items, form and preview stand side by side only where the names of the places make room."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(
            bench,
            lambda: _("Checklists"),
            (
                "list-checks",
                lambda: _("No checklists yet"),
                lambda: _("Make one with New, or take files in at headquarters."),
            ),
            ("list-checks", lambda: _("No checklist chosen"), lambda: _("Choose one in the list to see what it asks.")),
            lambda: _("Number or name"),
            lambda: _("Checklist"),
        )
        if bench.me.role in OFFICE:
            self.offer_new(lambda: _("New checklist"), lambda: NewChecklist(bench))

    def show_subject(self, table: str, row_id: str) -> None:
        if row_id:  # without one the place itself is meant
            super().show_subject(table, row_id)

    def rows(self, read: Reading, text: str, offset: int, limit: int) -> list[Row]:
        return [row_of(row) for row in checklist_page(read, text, offset, limit)]

    def count(self, read: Reading, text: str) -> int:
        return checklist_count(read, text)

    def place(self, read: Reading, text: str, row_id: str) -> int | None:
        return checklist_place(read, text, row_id)

    def record(self, read: Reading, row_id: str) -> ChecklistRow | None:
        return checklist_row(read, row_id)

    def head(self, record: ChecklistRow) -> Head:
        version = _("Version {n}").format(n=record.version) if record.version else _("Nothing is published yet")
        known = CLASSES.get(record.product_class)
        second = " · ".join(part for part in (record.number, _(known) if known else "") if part)
        return named(record.names), second, [Chip(lambda: version, "info" if record.version else "warn")], ()

    def menu(self, row_id: str) -> list[MenuLine]:
        place = self.list.rows.place_of(row_id)
        row = self.list.rows.row_at(place) if place is not None else None
        number = row.number if row else ""
        copy = MenuLine(lambda: _("Copy number"), lambda: QGuiApplication.clipboard().setText(number))
        return [*super().menu(row_id), copy]
