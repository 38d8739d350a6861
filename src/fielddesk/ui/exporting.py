"""How a list or table asks to be written into a file: it asks the window, which hands it to who knows how.

Every list and table has it in its menu; a window without such a one does not offer it.
"""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QMenu, QTableView, QWidget

from fielddesk.core.i18n import _
from fielddesk.ui.paging import PagedModel
from fielddesk.ui.text import no_mnemonic


def window_of(view: QWidget) -> QWidget | None:
    """The desk around a view, where it exports at all."""
    window: QWidget | None = view
    while window is not None:
        if getattr(window, "can_export", False):
            return window
        window = window.parentWidget()
    return None


def add_export(menu: QMenu, view: QTableView) -> None:
    """Put "Export this list…" at the end of a menu."""
    window = window_of(view)
    if window is None or not isinstance(view.model(), PagedModel) or not view.model().rowCount():
        return
    asked = getattr(window, "export_asked")  # noqa: B009 - a signal that only a desk has
    menu.addAction(no_mnemonic(_("Export this list…"))).triggered.connect(lambda: asked.emit(view))


def desks() -> list[QWidget]:
    """The windows on the screen that export."""
    return [each for each in QApplication.topLevelWidgets() if each.isVisible() and getattr(each, "can_export", False)]


def shown_views() -> list[QTableView]:
    """Lists and tables on the screen that have rows, that with the keyboard first; the palette and menus are none."""
    found: list[QTableView] = []
    for window in desks():
        found += [view for view in window.findChildren(QTableView) if _is_list(view)]
    return sorted(found, key=lambda view: not view.hasFocus())


def _is_list(view: QTableView) -> bool:
    model = view.model()
    in_overlay = any(each.property("kind") == "overlay" for each in _around(view))
    return view.isVisible() and isinstance(model, PagedModel) and model.rowCount() > 0 and not in_overlay


def _around(view: QWidget) -> list[QWidget]:
    found, each = [], view.parentWidget()
    while each is not None:
        found.append(each)
        each = each.parentWidget()
    return found


def ask_export() -> bool:
    """Export the list a person looks at; False where none is shown."""
    for view in shown_views():
        window = window_of(view)
        if window is not None:
            window.export_asked.emit(view)  # type: ignore[attr-defined]
            return True
    return False
