"""The place of checklists: what inspections ask, version after version; the office writes them."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QGuiApplication

from fielddesk.core.i18n import _, ngettext
from fielddesk.features.inspections.dialogs import named
from fielddesk.features.inspections.panel.checklist import ChecklistPanel
from fielddesk.features.inspections.panel.checklist_record import CLASSES, ChecklistRecord, NewChecklist
from fielddesk.features.inspections.panel.plans import PlanPanel, count_of_plans
from fielddesk.features.inspections.panel.versions import VersionsPanel
from fielddesk.features.inspections.queries import (
    ChecklistRow,
    checklist_count,
    checklist_page,
    checklist_place,
    checklist_row,
    version_count,
)
from fielddesk.features.people.dialogs import for_the_office
from fielddesk.features.people.panel import history_of
from fielddesk.features.people.rules import OFFICE
from fielddesk.store.tx import Reading
from fielddesk.ui.lists import Row
from fielddesk.ui.making import NEW
from fielddesk.ui.menus import MenuLine
from fielddesk.ui.page import Page
from fielddesk.ui.records import Head, RecordsPage
from fielddesk.ui.seams import Bench, CommandOffer, Hit, Offers, PanelOffer, PlaceOffer, SearchOffer
from fielddesk.ui.signs import Chip

TABLE: Final = "checklist"


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


def row_of(row: ChecklistRow) -> Row:
    """A checklist as two lines."""
    items = ngettext("{n} item", "{n} items", row.items).format(n=row.items)
    version = _("Version {n}").format(n=row.version) if row.version else _("not published")
    return Row(row.id, named(row.names), row.number, version, icon="list-checks", below=items, number=row.number)


def _find(read: Reading, text: str, limit: int) -> list[Hit]:
    found = [row_of(row) for row in checklist_page(read, text, 0, limit)]
    return [Hit(TABLE, row.id, row.title, row.second, "list-checks") for row in found]


def _page(bench: Bench) -> Page:
    return TemplatesPage(bench)


def _show(bench: Bench) -> None:
    bench.show(TABLE, "")


def _new(bench: Bench) -> None:
    bench.show(TABLE, NEW)


def _versions(read: Reading, row_id: str) -> int:
    return version_count(read, row_id)


def offer_templates(offers: Offers) -> None:
    """Hand checklists and plans to the window."""
    watched = frozenset({TABLE, "checklist_version"})
    offers.add(
        PlaceOffer("checklists", lambda: _("Checklists"), "list-checks", 32, _page, shows=frozenset({TABLE}),
                   in_navigation=False),
        PanelOffer(TABLE, "items", lambda: _("Items"), 10, ChecklistPanel, watches=watched),
        PanelOffer(TABLE, "versions", lambda: _("Versions"), 20, VersionsPanel, _versions, watched),
        PanelOffer(TABLE, "record", lambda: _("Record"), 30, ChecklistRecord, watches=frozenset({TABLE})),
        history_of(TABLE),
        PanelOffer("asset", "plans", lambda: _("Plans"), 31, PlanPanel, count_of_plans,
                   frozenset({"inspection_plan", "plan_exception", "inspection", TABLE})),
        CommandOffer("checklist.show", lambda: _("Checklists"), _show, icon="list-checks",
                     place=lambda: _("Inspections")),
        CommandOffer("checklist.new", lambda: _("New checklist"), _new, icon="plus", place=lambda: _("Checklists"),
                     blocked=for_the_office),
        SearchOffer("checklists", lambda: _("Checklists"), 35, _find),
    )  # fmt: skip


__all__ = ["TemplatesPage", "offer_templates"]
