"""Walks through a window with Tab alone, as somebody without a mouse, and looks whether one sees where one is."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QScrollArea,
    QWidget,
)

from fielddesk.ui.tabs import Bar

MOST = 200


def walk(window: QWidget, key: Qt.Key = Qt.Key.Key_Tab) -> list[QWidget]:
    """Everything that has had the keyboard on the way round, in its order; `key` Backtab goes the other way."""
    if QApplication.focusWidget() is None:
        window.setFocus(Qt.FocusReason.OtherFocusReason)
        QTest.keyClick(window, key)
    seen: list[QWidget] = []
    for _step in range(MOST):
        now = QApplication.focusWidget()
        if now is None or now in seen:
            break
        seen.append(now)
        QTest.keyClick(now, key)
    return seen


def unreached(window: QWidget) -> list[str]:
    """What can be used by pointer and is not reached by Tab; and what keeps the keyboard."""
    seen = walk(window)
    found = []
    if len(seen) > 1 and QApplication.focusWidget() is seen[-1]:
        found.append(f"{told(seen[-1])} keeps the keyboard")
    seen += walk(window, Qt.Key.Key_Backtab)  # what stands there may depend on where one comes from
    groups = {each.group() for each in seen if isinstance(each, QAbstractButton) and each.group() is not None}
    for widget in _usable(window):
        if widget in seen:
            continue
        if isinstance(widget, QAbstractButton) and widget.group() in groups and widget.group().exclusive():
            continue  # one stop for Tab; the arrows go on from there
        found.append(f"Tab never reaches {told(widget)}")
    return found


def told(widget: QWidget) -> str:
    outer = widget.parentWidget()
    while outer is not None and not type(outer).__module__.startswith("fielddesk"):
        outer = outer.parentWidget()
    return f"{type(widget).__name__} “{widget.accessibleName()}” in {type(outer).__name__}"


def _usable(window: QWidget) -> Iterator[QWidget]:
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or not widget.isEnabled() or widget.focusProxy() is not None:
            continue
        if isinstance(widget.parentWidget(), QComboBox | QLineEdit | Bar) and not isinstance(widget, QAbstractButton):
            continue
        pressed = isinstance(widget, QAbstractButton | QLineEdit | QComboBox)
        listed = isinstance(widget, QAbstractItemView) and not isinstance(widget, QHeaderView)
        takes = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and not isinstance(widget, QScrollArea)
        if pressed or listed or takes:
            yield widget


def without_ring(seen: list[QWidget], known: set[tuple[str, str]]) -> list[str]:
    """Those of these widgets that look the same with and without the keyboard; each kind is looked at once."""
    found = []
    for widget in seen:
        kind = (type(widget).__name__, str(widget.property("kind")))
        if kind in known or not widget.isVisible():
            continue
        known.add(kind)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        if QApplication.focusWidget() is not widget:
            continue
        QApplication.processEvents()
        on = widget.grab().toImage()
        widget.clearFocus()
        QApplication.processEvents()
        if widget.grab().toImage() == on:
            found.append(f"{told(widget)} shows no ring")
    return found
