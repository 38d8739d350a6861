"""Inspections on other records: the one of a work order, and the visits of an asset."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.core.i18n import _, format_day
from fielddesk.features.inspections.actions import create_inspection
from fielddesk.features.inspections.dialogs import STANDINGS, failed_words, named, progress_words, verdict_words
from fielddesk.features.inspections.model import Checklist, ChecklistVersion
from fielddesk.features.inspections.panel.lists import inspection_source, standing_of
from fielddesk.features.inspections.panel.names import RUN
from fielddesk.features.inspections.queries import (
    ALL,
    InspectionFilter,
    InspectionRow,
    checklist_for,
    inspections_of,
    latest_version,
)  # fmt: skip
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.features.workorders.queries import order_policy
from fielddesk.features.workorders.rules import FINISHED
from fielddesk.store.actions import call
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.lists import RowList
from fielddesk.ui.menus import MenuLine, give_menu
from fielddesk.ui.page import Scroll
from fielddesk.ui.seams import Bench, SubjectPanel
from fielddesk.ui.signs import Card, CardRow, Chip, Empty

TABLE = "inspection"


def _usual(read: Reading, order: WorkOrder) -> Checklist | None:
    """The checklist for an order's machine: as the stage the order was opened under says, else of its model."""
    return checklist_for(read, order.asset_id or "", order_policy(read, order).checklist)


class InspectionPanel(SubjectPanel):
    """The inspections of a work order: how far each is, and the way into it."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._order_id = ""
        self._shown: list[InspectionRow] | None = None
        self._version: ChecklistVersion | None = None
        self._order: WorkOrder | None = None
        self._goes_on = False
        self.card = Card()
        self.empty = Empty(
            "clipboard-text",
            lambda: _("No inspection on this order"),
            lambda: _("Orders of an inspection plan bring theirs along. You can add the one of the asset's model."),
        )
        self.add_one = Button(lambda: _("Add inspection"), "plus")
        self.add_one.clicked.connect(self._add)
        self.buttons: list[Button] = []
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 0, 0), 8)
        column.addWidget(self.empty)
        column.addWidget(self.card)
        row = QHBoxLayout()
        theme.space(row, (20, 0, 0, 0))
        row.addWidget(self.add_one)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))
        self.card.hide()
        self.empty.hide()
        self.add_one.hide()

    def show_subject(self, row_id: str) -> None:
        if row_id != self._order_id:
            self._shown = None
        self._order_id = row_id
        self.reload()

    def reload(self) -> None:
        order_id, today = self._order_id, self._bench.today()

        def ask(read: Reading) -> tuple[str, list[InspectionRow], ChecklistVersion | None, WorkOrder | None]:
            order = read.get(WorkOrder, order_id)
            rows = inspections_of(read, order_id, today)
            checklist = _usual(read, order) if order and order.asset_id and not rows else None
            return order_id, rows, latest_version(read, checklist.id) if checklist else None, order

        self._bench.read(ask, self._take, key=f"order.inspections.{id(self)}")

    def go_on(self) -> None:
        """Into the inspection that is not complete, as soon as it is known."""
        self._goes_on = True
        self.reload()

    def focus(self) -> None:
        if self.buttons:
            self.buttons[0].setFocus()
        elif self.add_one.isVisible():
            self.add_one.setFocus()
        else:
            self.setFocus()

    def _take(self, answer: tuple[str, list[InspectionRow], ChecklistVersion | None, WorkOrder | None]) -> None:
        order_id, rows, self._version, self._order = answer
        if order_id != self._order_id:
            return
        self.empty.setVisible(not rows)
        self.card.setVisible(bool(rows))
        may = self._order is not None and self._order.status not in FINISHED
        self.add_one.setVisible(not rows and self._version is not None and may)
        self._run_open(rows)
        if rows == self._shown:
            return
        self._shown = rows
        self.card.clear()
        self.buttons = []
        for row in rows:
            self.card.add(self._row(row))

    def _run_open(self, rows: list[InspectionRow]) -> None:
        goes_on, self._goes_on = self._goes_on, False
        waiting = next((row for row in rows if row.completed_at is None), None)
        if goes_on and waiting is not None:
            self._bench.show(TABLE, RUN + waiting.id)

    def _row(self, row: InspectionRow) -> CardRow:
        standing = standing_of(row)
        _words, state, icon = STANDINGS[standing]
        done = row.completed_at is not None
        said = [progress_words(row.done, row.total) if row.total else ""]
        said += [failed_words(row.failed) if row.failed else ""]
        if row.completed_on:
            said = [_("done on {day}").format(day=format_day(row.completed_on)), *said[1:]]
        line = CardRow(
            lambda: named(row.names) or row.title, " · ".join(part for part in (row.asset, *said) if part),
            icon=icon, state=state,
        )  # fmt: skip
        if done:
            line.add(Chip(lambda: verdict_words(row.result), "ok" if row.result == "passed" else "bad"))
        started = row.started_at is not None or row.done > 0
        button = Button(
            lambda: _("Look at it") if done else _("Continue inspection") if started else _("Start inspection"),
            "" if done else "play", "default" if done else "tonal",
        )  # fmt: skip
        button.clicked.connect(lambda: self._bench.show(TABLE, RUN + row.id))
        line.add(button)
        self.buttons.append(button)
        return line

    def _add(self) -> None:
        order, version = self._order, self._version
        if order is None or order.asset_id is None or version is None:
            return
        self._bench.do(
            call(
                create_inspection, order_id=order.id, asset_id=order.asset_id, version_id=version.id,
                due_on=order.due_on,
            ),
            then=lambda done: self._bench.show(TABLE, RUN + str(done.results[0])),
        )  # fmt: skip


class InspectionsOf(SubjectPanel):
    """The inspections of an asset, open ones first; Enter or a double click goes to one."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self.list = RowList(lambda: _("Inspections"))
        self.list.opened.connect(self._open)
        give_menu(self.list, lambda row_id: [MenuLine(lambda: _("Show"), lambda: self._open(row_id))])
        self.empty = Empty(
            "clipboard-text",
            lambda: _("No inspections yet"),
            lambda: _("Inspections of this asset appear here, done ones too, when a plan or an order asks for them."),
        )
        self.list.counted.connect(self._counted)
        column = QVBoxLayout(self)
        theme.space(column, (0, 8, 0, 0))
        column.addWidget(self.empty)
        column.addWidget(self.list, 1)
        self.empty.hide()

    def show_subject(self, row_id: str) -> None:
        wanted = InspectionFilter(self._bench.me.user_id, self._bench.today(), ALL, asset_id=row_id)
        self.list.show_source(inspection_source(self._bench, wanted))

    def reload(self) -> None:
        self.list.reload()

    def focus(self) -> None:
        self.list.setFocus()
        self.list.choose_first()

    def _open(self, row_id: str) -> None:
        self._bench.show(TABLE, row_id)

    def _counted(self, count: int) -> None:
        self.empty.setVisible(not count)
        self.list.setVisible(bool(count))
