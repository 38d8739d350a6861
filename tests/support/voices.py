"""What somebody who hears the window is told: every control with a name and a role, every cell with row and column."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QScrollArea, QTableView, QWidget

from fielddesk.ui.tables import Table
from fielddesk.ui.text import spoken

Role = QAccessible.Role
NO_ROLES = frozenset({Role.NoRole, Role.Client, Role.Pane, Role.Whitespace, Role.Border, Role.Grouping})
"""Roles that say nothing of what can be done: fine for what only holds others together, not for what takes the keys."""
MOST_CELLS = 60


def name_of(spoken_of: QAccessibleInterface) -> str:
    return spoken_of.text(QAccessible.Text.Name).strip()


def mute(window: QWidget) -> list[str]:
    """Everything in sight that takes the keyboard, or is a list, and that a voice cannot tell of; one line each."""
    found = []
    for widget in _in_sight(window):
        heard = QAccessible.queryAccessibleInterface(widget)
        told = f"{type(widget).__name__} in {_around(widget)}"
        if heard is None:
            found.append(f"{told} is not heard at all")
            continue
        if not name_of(heard):
            found.append(f"{told} has no name")
        if heard.role() in NO_ROLES:
            found.append(f"{told} “{name_of(heard)}” has the role {heard.role().name}")
        if isinstance(widget, QTableView):
            found += [f"{told}: {fault}" for fault in _mute_cells(widget, heard)]
    return found


def _in_sight(window: QWidget) -> Iterator[QWidget]:
    for widget in window.findChildren(QWidget):
        if not widget.isVisibleTo(window) or not widget.isVisible() or isinstance(widget, QScrollArea):
            continue
        if isinstance(widget.parentWidget(), QAbstractItemView) or isinstance(widget.focusProxy(), QComboBox):
            continue
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
            yield widget


def _around(widget: QWidget) -> str:
    """The own class that a widget stands in, to find it by."""
    outer = widget.parentWidget()
    while outer is not None and not type(outer).__module__.startswith("fielddesk"):
        outer = outer.parentWidget()
    return type(outer).__name__ if outer is not None else "-"


def _mute_cells(view: QTableView, heard: QAccessibleInterface) -> Iterator[str]:
    if heard.role() != Role.Table:
        yield f"its role is {heard.role().name}"
    columns = view.rows.columns if isinstance(view, Table) else ()
    seen = 0
    for place in range(min(heard.childCount(), MOST_CELLS)):
        child = heard.child(place)
        cell = child.tableCellInterface() if child is not None else None
        if child is None or cell is None or child.role() != Role.Cell:
            continue
        seen += 1
        where = f"cell {cell.rowIndex()}, {cell.columnIndex()}"
        if not name_of(child):
            yield f"{where} says nothing"
        elif columns and not name_of(child).startswith(f"{spoken(columns[cell.columnIndex()].title)}:"):
            yield f"{where} does not name its column: “{name_of(child)}”"
    if view.model().rowCount() and not seen:
        yield "none of its cells is heard"
