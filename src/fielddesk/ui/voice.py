"""What widgets of our own are to somebody who hears the window: Qt knows only its own kinds, and calls all others
"filler"."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

_ROLES = {
    "entry": QAccessible.Role.ListItem,
    "entries": QAccessible.Role.List,
    "heading": QAccessible.Role.Heading,
    "notice": QAccessible.Role.AlertMessage,
    "picture": QAccessible.Role.Graphic,
    "chart": QAccessible.Role.Chart,
    "page": QAccessible.Role.Document,
    "group": QAccessible.Role.Grouping,
}
_installed = False


def install() -> None:
    """From now on a widget with `heard_as` has that role; its accessible name says the rest. Once is enough."""
    global _installed
    if not _installed:
        QAccessible.installFactory(_heard)
        _installed = True


def _heard(_kind: str, thing: QObject) -> QAccessibleInterface | None:
    """Asked by Qt the first time that anybody wants to hear of a thing; None leaves it to Qt."""
    role = _ROLES.get(getattr(thing, "heard_as", ""))
    return QAccessibleWidget(thing, role) if role is not None and isinstance(thing, QWidget) else None
