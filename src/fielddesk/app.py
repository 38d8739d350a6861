"""Puts the program together: clock, key store, folders, headquarters, writer and window; each can be replaced."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fielddesk.core.clock import SystemClock
from fielddesk.core.config import Choices, read_choices
from fielddesk.core.paths import profiles_folder
from fielddesk.shell.opening import Parts, last_profile

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from fielddesk.shell.window import Window
    from fielddesk.store.keys import KeyStore
    from fielddesk.store.lanes import Writer
    from fielddesk.sync.protocol import Hq


@dataclass(frozen=True)
class Wishes:
    """What was asked for on the command line."""

    profile: str | None = None
    enrol: tuple[str, str] | None = None
    demo: bool = False
    journey: Path | None = None
    language: str | None = None
    theme: str | None = None
    text_size: int | None = None
    offline: bool = False


def usual_parts(home: Path | None = None, *, syncs: bool = True) -> Parts:
    """The real clock, the key store of the system, headquarters over HTTP, a writer on its own thread."""
    return Parts(home or profiles_folder().parent, SystemClock(), _key_store, _headquarters, _writer, syncs=syncs)


def _key_store() -> KeyStore:
    from fielddesk.store.keys import SystemKeyStore

    return SystemKeyStore()


def _headquarters(address: str, token: str | None) -> Hq:
    from fielddesk.sync.client import HttpHq

    return HttpHq(address, token)


def _writer() -> Writer:
    from fielddesk.store.lanes import ThreadWriter

    return ThreadWriter()


def application(words: Sequence[str] = ("fielddesk",)) -> QApplication:
    """The one application object, with what must be set before it is made."""
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QApplication

    if (there := QApplication.instance()) is not None:
        return there  # type: ignore[return-value]
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(list(words[:1]))
    app.setApplicationName("FieldDesk")
    app.setDesktopFileName("fielddesk")
    return app


def choices_for(home: Path, wishes: Wishes) -> Choices:
    """The kept choices, with what the command line says instead for this once."""
    kept = read_choices(home)
    return Choices(
        wishes.language or kept.language, wishes.theme or kept.theme, wishes.text_size or kept.text_size, kept.profile,
        kept.window, kept.place,
    ).checked()  # fmt: skip


def make_window(app: QApplication, parts: Parts, wishes: Wishes, folder: Path | None) -> Window:
    """The window over these parts; not shown yet."""
    from fielddesk.shell.preferences import WindowPreferences
    from fielddesk.shell.window import Window

    preferences = WindowPreferences(app, parts.home, choices_for(parts.home, wishes))
    window = Window(parts, preferences, folder)
    window.ended.connect(app.quit)
    return window


def has_display() -> bool:
    """Whether a window could be seen."""
    import sys

    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run(wishes: Wishes) -> int:
    """Open the window and work until it is closed; the answer is the program's exit code."""
    if wishes.demo or wishes.journey is not None:
        from fielddesk.shell.demo import run_demo

        return run_demo(wishes)
    parts = usual_parts(syncs=not wishes.offline)
    app = application()
    folder = last_profile(parts.home, wishes.profile or read_choices(parts.home).profile)
    window = make_window(app, parts, wishes, folder)
    window.show(enrol=wishes.enrol)
    return app.exec()
