"""Looks a window over as a picky colleague would: what is cut off, what has no name, what is too small to hit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLabel,
    QLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QTabBar,
    QWidget,
)

from fielddesk.ui import theme
from fielddesk.ui.buttons import Link
from fielddesk.ui.tables import Table
from fielddesk.ui.text import Elided

IN_EACH_LANGUAGE = ["en", *(pytest.param(name, marks=pytest.mark.slow) for name in ("zh_CN", "zh_TW"))]
"""The quick look before a commit looks a page over in one language; every run of all tests does it in each."""
TARGET = 40
CONTROLS = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QAbstractItemView, QTabBar)


def faults(window: QWidget) -> list[str]:
    """Everything wrong with what is visible in a window, one line each."""
    looks = (_clipped, _too_wide, _sideways, _overlapping, _unnamed, _small)
    found = [fault for look in looks for fault in look(window)]
    primary = [button for button in _visible(window, QPushButton) if button.property("kind") == "primary"]
    if len(primary) > 1:
        found.append(f"{len(primary)} primary buttons: {[button.text() for button in primary]}")
    return found


def _visible(window: QWidget, *kinds: type) -> Iterator:
    for kind in kinds:
        for widget in window.findChildren(kind):
            if widget.isVisibleTo(window) and widget.width() > 0:
                yield widget


def _told(widget: QWidget) -> str:
    words = getattr(widget, "text", lambda: "")() if not isinstance(widget, QPlainTextEdit) else ""
    return f"{type(widget).__name__} {str(words)[:40]!r}"


def _clipped(window: QWidget) -> Iterator[str]:
    for label in _visible(window, QLabel):
        if isinstance(label, Elided) or not label.text():
            continue  # shows "…" and the whole as tooltip; what matters is that it has a line's height
        if label.wordWrap():
            if label.heightForWidth(label.width()) > label.height():
                yield f"{_told(label)} is cut off: {label.height()} high, wants {label.heightForWidth(label.width())}"
        elif label.sizeHint().width() > label.width() or label.sizeHint().height() > label.height():
            yield f"{_told(label)} is cut off: {label.size().toTuple()}, wants {label.sizeHint().toTuple()}"
    for line in _visible(window, Elided):
        if line.text() and (line.height() < line.sizeHint().height() or line.width() < theme.px(24)):
            yield f"{_told(line)} has no room: {line.size().toTuple()}"
    for button in _visible(window, QPushButton):
        hint = button.minimumSizeHint() if isinstance(button, Link) else button.sizeHint()
        if hint.width() > button.width() or hint.height() > button.height():
            yield f"{_told(button)} is cut off: {button.size().toTuple()}, wants {hint.toTuple()}"
    for widget in _visible(window, *CONTROLS):
        if not _reachable(widget, window):
            yield f"{_told(widget)} lies outside its window"


def _too_wide(window: QWidget) -> Iterator[str]:
    """What lies beyond the right edge of a body that scrolls up and down only."""
    for area in _visible(window, QScrollArea):
        if area.horizontalScrollBarPolicy() != Qt.ScrollBarPolicy.ScrollBarAlwaysOff or area.widget() is None:
            continue
        room = area.viewport().width()
        for widget in area.widget().findChildren(QWidget):
            if not widget.isVisibleTo(window) or not isinstance(widget, (QLabel, *CONTROLS)) or _inner_part(widget):
                continue
            right = widget.mapTo(area.widget(), widget.rect().topRight()).x() + area.widget().x()
            if right >= room:
                yield f"{_told(widget)} goes {right + 1 - room} beyond the right edge of what scrolls"
        if area.widget().width() > room:
            yield f"{_told(area.widget())} is {area.widget().width()} wide where {room} are seen"


def _sideways(window: QWidget) -> Iterator[str]:
    """A table in a body that scrolls: it shows every row and column, or there are bars within bars."""
    for table in _visible(window, Table):
        area = _around(table, QScrollArea)
        if area is not None and (table._most or area.verticalScrollBar().maximum() > 0):
            for bar in (table.horizontalScrollBar(), table.verticalScrollBar()):
                if bar.maximum() > 0:
                    yield f"{_told(table)} scrolls {bar.orientation().name} in what scrolls itself"


def _overlapping(window: QWidget) -> Iterator[str]:
    """Two things of one row or column that lie over each other; what a layout keeps apart does not."""
    for layout in window.findChildren(QLayout):
        widgets = [item.widget() for place in range(layout.count()) if (item := layout.itemAt(place)) is not None]
        seen = [widget for widget in widgets if widget is not None and widget.isVisibleTo(window)]
        if isinstance(layout, QStackedLayout) or not layout.parentWidget().isVisibleTo(window):
            continue
        for place, one in enumerate(seen):
            for other in seen[place + 1 :]:
                both = one.geometry() & other.geometry()
                if both.width() > 1 and both.height() > 1:
                    yield f"{_told(one)} and {_told(other)} lie over each other by {both.size().toTuple()}"


def _around(widget: QWidget, kind: type) -> Any:
    outer = widget.parentWidget()
    while outer is not None and not isinstance(outer, kind):
        outer = outer.parentWidget()
    return outer


def _reachable(widget: QWidget, window: QWidget) -> bool:
    """Whether a control lies inside the window, or inside something that scrolls to it."""
    inner, outer = widget, widget.parentWidget()
    place = QRect(widget.rect())
    while outer is not None and inner is not window:
        place.translate(inner.pos())
        if isinstance(outer, (QScrollArea, QTabBar)) or isinstance(outer.parentWidget(), QScrollArea):
            return True
        if not outer.rect().adjusted(-1, -1, 1, 1).contains(place):
            return False
        inner, outer = outer, outer.parentWidget()
    return True


def _unnamed(window: QWidget) -> Iterator[str]:
    for widget in _visible(window, *CONTROLS):
        if _inner_part(widget):
            continue
        spoken = QAccessible.queryAccessibleInterface(widget)
        if spoken is None or not spoken.text(QAccessible.Text.Name).strip():
            yield f"{_told(widget)} has no name"


def _small(window: QWidget) -> Iterator[str]:
    least = theme.px(TARGET)
    for widget in _visible(window, QAbstractButton, QLineEdit, QComboBox, QPlainTextEdit):
        if _inner_part(widget):
            continue
        if widget.height() < least or widget.width() < least:
            yield f"{_told(widget)} is {widget.width()} x {widget.height()}, under {least}"
    for bar in _visible(window, QTabBar):
        for place in range(bar.count()):
            if not bar.isTabVisible(place):
                continue  # it stands in the menu behind More
            if bar.tabRect(place).height() < least or bar.tabRect(place).width() < least:
                yield f"tab {bar.tabText(place)!r} is {bar.tabRect(place).size().toTuple()}, under {least}"


def _inner_part(widget: QWidget) -> bool:
    """A part that Qt made inside another control, or a head that only labels."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, (QLineEdit, QComboBox, QTabBar)):
            return True
        parent = parent.parentWidget()
    return isinstance(widget, QHeaderView) or type(widget).__name__ == "QTableCornerButton"
