"""The order in which Tab goes through the window: as one reads it, whatever was made first.

Qt goes in the order of making; a banner that comes up later, or a button put beside a title, would come last.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QGridLayout, QLayout, QWidget

from fielddesk.ui.panes import into_sight

WHOLE = (QAbstractItemView, QComboBox)
"""What is one stop, with whatever Qt has put into it."""


def reading_order(top: QWidget) -> Iterator[QWidget]:
    """All that can have the keyboard now, in the order of the layouts it stands in."""
    if not top.isVisible() or not top.isEnabled():
        return
    if top.focusPolicy() != Qt.FocusPolicy.NoFocus and top.focusProxy() is None:
        yield top
    if isinstance(top, WHOLE):
        return
    layout = top.layout()
    laid = list(_of(layout)) if layout is not None else []
    others = [each for each in top.children() if isinstance(each, QWidget) and not each.isWindow()]
    for each in (*laid, *(other for other in others if other not in laid)):
        yield from reading_order(each)


def _of(layout: QLayout) -> Iterator[QWidget]:
    places = list(range(layout.count()))
    if isinstance(layout, QGridLayout):
        places.sort(key=lambda place: layout.getItemPosition(place)[:2])  # type: ignore[index]
    for place in places:
        item = layout.itemAt(place)
        widget, inner = (None, None) if item is None else (item.widget(), item.layout())
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _of(inner)


def go_on(window: QWidget, *, back: bool = False) -> bool:
    """Give the keyboard to the next in reading, or to the one before; False where nothing takes it."""
    now = QApplication.focusWidget()
    order = [each for each in reading_order(window) if each is now or each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    if not order or order == [now]:
        return False
    step = -1 if back else 1
    at = order.index(now) + step if now in order else (-1 if back else 0)
    chosen = order[at % len(order)]
    chosen.setFocus(Qt.FocusReason.BacktabFocusReason if back else Qt.FocusReason.TabFocusReason)
    into_sight(chosen)
    return True
