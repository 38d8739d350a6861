"""How the window stood when it was closed: kept in the encrypted store, with a copy for the moment before it opens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from fielddesk.core.config import change_choices
from fielddesk.core.errors import StoreProblem
from fielddesk.store.database import Store
from fielddesk.store.lanes import PEOPLE
from fielddesk.store.outbox import put_setting
from fielddesk.store.tx import Key
from fielddesk.ui.desk import Desk

LEAST_SEEN = 120
"""Pixels of the window that must lie on a screen for it to be put back where it was."""


def place_window(window: QWidget, stood: Sequence[int]) -> None:
    """Put a window where it stood (left, top, width, height, maximised); unless that screen is gone."""
    if len(stood) != 5:
        return
    wanted = QRect(*stood[:4])
    for screen in QGuiApplication.screens():
        seen = screen.availableGeometry().intersected(wanted)
        if seen.width() >= LEAST_SEEN and seen.height() >= LEAST_SEEN:
            window.setGeometry(wanted)
            break
    if stood[4]:
        window.showMaximized()


def stands(window: QWidget) -> tuple[int, ...]:
    """Where a window stands now."""
    box = window.normalGeometry() if window.isMaximized() else window.geometry()
    return (box.x(), box.y(), box.width(), box.height(), int(window.isMaximized()))


def keep_standing(desk: Desk, store: Store, home: Path) -> None:
    """Keep where the window stands and what it shows; a full disk is no reason to hold a person back at the end."""
    stood, place = stands(desk), desk.current_place()

    def keep(connection: sa.Connection) -> tuple[None, list[Key]]:
        put_setting(connection, window={"stood": list(stood), "place": place})
        return None, []

    try:
        store.write(keep, lane=PEOPLE)
    except StoreProblem:
        pass
    change_choices(home, window=stood, place=place or None)
