"""Where the window stands on the screen, and how it is put back there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

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
