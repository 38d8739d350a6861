"""Puts the program together: clock, key store, folders, headquarters, writer and window; each can be replaced."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fielddesk.core.clock import SystemClock
from fielddesk.core.config import Choices, read_choices
from fielddesk.core.errors import StoreProblem
from fielddesk.core.frozen import dataclass
from fielddesk.core.paths import profiles_folder
from fielddesk.shell.opening import Parts, begin_opening, last_profile, load, named_profile

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from fielddesk.shell.demo import EmbeddedHq
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

    from fielddesk.ui.garbage import keep_to_main_thread

    if (there := QApplication.instance()) is not None:
        return there  # type: ignore[return-value]
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(list(words[:1]))
    app.setApplicationName("FieldDesk")
    app.setDesktopFileName("fielddesk")
    keep_to_main_thread()
    return app


def choices_for(home: Path, wishes: Wishes) -> Choices:
    """The kept choices, with what the command line says instead for this once."""
    kept = read_choices(home)
    return Choices(
        wishes.language or kept.language, wishes.theme or kept.theme, wishes.text_size or kept.text_size, kept.profile,
        kept.window, kept.place,
    ).checked()  # fmt: skip


def make_window(app: QApplication, parts: Parts, wishes: Wishes, folder: Path | None, *, demo: bool = False) -> Window:
    """The window over these parts; not shown yet."""
    from fielddesk.shell.preferences import WindowPreferences
    from fielddesk.shell.window import Window

    preferences = WindowPreferences(app, parts.home, choices_for(parts.home, wishes))
    window = Window(parts, preferences, folder, demo=demo)
    window.ended.connect(app.quit)
    if not demo:
        window.on_demo = lambda: open_demo(preferences.language)
    return window


def demo_command(language: str | None) -> list[str]:
    """The words that start the demo as a program of its own, in the language of whoever asked for it."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "fielddesk"]
    return [*program, "--demo", *(["--language", language] if language else [])]


def open_demo(language: str | None = None) -> bool:
    """Start the demo in a window of its own, which outlives this one; False where the system refuses."""
    from PySide6.QtCore import QProcess

    program, *words = demo_command(language)
    started_it: bool | tuple[bool, int] = QProcess.startDetached(program, words)
    return started_it[0] if isinstance(started_it, tuple) else started_it


def has_display() -> bool:
    """Whether a window could be seen."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run(wishes: Wishes) -> int:
    """Open the window and work until it is closed; the answer is the program's exit code."""
    if wishes.demo or wishes.journey is not None:
        return run_demo(wishes)
    if not has_display() and not os.environ.get("QT_QPA_PLATFORM"):
        say("There is no screen here. python -m fielddesk --demo --journey DIR walks through a demo in pictures.")
        return 2
    app, _window = started(usual_parts(syncs=not wishes.offline), wishes)
    return app.exec()


def started(parts: Parts, wishes: Wishes) -> tuple[QApplication, Window]:
    """The window on the screen and its profile being opened, in the order in which it is there soonest."""
    gc.disable()  # collecting while everything is being loaded costs a tenth of it; ui/garbage.py takes over
    folder, absent = _wished_profile(parts.home, wishes.profile)
    attempt = None
    if folder is not None and wishes.enrol is None:
        load()
        attempt = begin_opening(parts, folder)
    app = application()
    window = make_window(app, parts, wishes, folder)
    window.absent = absent or window.absent
    window.show(enrol=wishes.enrol, attempt=attempt)
    return app, window


def _wished_profile(home: Path, name: str | None) -> tuple[Path | None, StoreProblem | None]:
    """The profile to open, or why there is none: one that was asked for by name is never exchanged for another."""
    if name is None:
        return last_profile(home, read_choices(home).profile), None
    try:
        return named_profile(home, name), None
    except StoreProblem as problem:
        return None, problem


def run_demo(wishes: Wishes) -> int:
    """Headquarters, data, an enrolled engineer, a window; or the walk with pictures where there is no screen."""
    import tempfile

    from fielddesk.shell.demo import EmbeddedHq, real_lists

    walks = wishes.journey is not None or not has_display()
    if walks:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="fielddesk-demo-", ignore_cleanup_errors=True) as name:
        lists = real_lists()
        say("Starting a headquarters with demo data" + (f" and the lists in {lists[0].parent}" if lists else "") + " …")
        hq = EmbeddedHq(Path(name) / "headquarters", lists)
        try:
            return _show_demo(wishes, Path(name), hq, walks)
        finally:
            hq.close()


def _show_demo(wishes: Wishes, place: Path, hq: EmbeddedHq, walks: bool) -> int:
    from fielddesk.shell.demo import ENGINEER
    from fielddesk.shell.enrolment import enrol_here
    from fielddesk.store.keys import MemoryKeyStore

    key_store = MemoryKeyStore()
    parts = replace(usual_parts(place / "laptop"), key_store=lambda: key_store)
    say("The demo's profile is new each time; its key is only in memory and goes with it.")
    folder = enrol_here(parts, hq.address, hq.codes[ENGINEER]).folder
    app = application()
    window = make_window(app, parts, wishes, folder, demo=True)
    if walks:
        import tempfile

        from fielddesk.shell.journey import walk

        out = wishes.journey or Path(tempfile.mkdtemp(prefix="fielddesk-pictures-"))
        return walk(app, window, out, hq, say)
    _end_with_the_terminal(app, window)
    window.show()
    return app.exec()


def _end_with_the_terminal(app: QApplication, window: Window) -> None:
    """Ctrl+C at the terminal closes the window as a person would, so that the demo leaves nothing behind."""
    import signal

    from PySide6.QtCore import QTimer

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: window.desk.close())
    ticks = QTimer(app)
    ticks.timeout.connect(lambda: None)  # Python hears of a signal only while it runs
    ticks.start(300)


def say(words: str) -> None:
    """A line for whoever started this at a terminal."""
    sys.stderr.write(words + "\n")
