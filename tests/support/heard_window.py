"""The real window over a furnished profile, told on standard input what to show: for a reader in another process.

`python -m tests.support.heard_window FOLDER LANGUAGE`; lines in: `scene NAME`, `toast WORDS`, `end`; each is answered.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication

from fielddesk.app import Wishes, application, make_window, usual_parts
from fielddesk.core.clock import FixedClock
from fielddesk.core.config import Choices, keep_choices
from fielddesk.core.errors import NetworkProblem
from fielddesk.shell.hands import Hands
from fielddesk.shell.window import Window
from fielddesk.store.keys import MemoryKeyStore, keep_store_key
from tests.features.pictures import every_scene, furnish_orders, show
from tests.support.benches import Asked, Workplace
from tests.support.laptops import ENROLMENT, KEY, new_laptop
from tests.support.machine import NOON
from tests.support.scenes import furnish


class Nobody:
    """Headquarters that nobody reaches."""

    def __getattr__(self, name: str) -> Any:
        def nobody(*_words: Any) -> None:
            if name in ("enrol", "hello", "push", "pull", "snapshot"):
                raise NetworkProblem("no_route")

        return nobody


class RealPlace(Workplace):
    """The hands of a scene at the program's own window."""

    def __init__(self, window: Window) -> None:
        assert window.bench is not None
        self.desk, self.bench = window.desk, window.bench
        self.store, self.offers = window.bench.store, window.bench.offers
        self._asked = Asked(self.bench._readers, self.bench._look_ups, self.bench._workers)


def opened(home: Path, language: str) -> tuple[Window, RealPlace]:
    """Make the profile and open the program's window on it."""
    folder = home / "profiles" / "anna"
    store = new_laptop(folder, clock=FixedClock(at=NOON))
    furnish(store)
    furnish_orders(store)
    store.close()
    keys = MemoryKeyStore()
    keep_store_key(keys, ENROLMENT.hq_id, ENROLMENT.user, KEY)
    keep_choices(home, Choices(language=language, theme="light"))
    nobody: Any = Nobody()
    parts = replace(
        usual_parts(home, syncs=False), clock=FixedClock(at=NOON), key_store=lambda: keys,
        hq=lambda address, token: nobody,
    )  # fmt: skip
    window = make_window(application(), parts, Wishes(), folder)
    window.desk.resize(1366, 768)
    window.show()
    hands = Hands(window.desk)
    hands.until(lambda: window.opened is not None and window.bench is not None, "it opens")
    return window, RealPlace(window)


def main(home: Path, language: str) -> None:
    window, place = opened(home, language)
    sys.excepthook = sys.__excepthook__  # in full, for whoever reads what the test says
    scenes = every_scene(place.bench.me.role)
    hands = Hands(window.desk)
    print("ready", flush=True)
    for line in iter(window_lines(hands).__next__, "end"):
        what, _, words = line.partition(" ")
        if what == "scene":
            show(place, scenes[words])
        elif what == "toast":
            window.desk.show_toast(words)
        hands.pause(100)
        print(line, flush=True)
    window.desk.close()
    QCoreApplication.processEvents()


def window_lines(hands: Hands) -> Any:
    """Lines of standard input, while the window lives on between them."""
    import queue
    import threading

    lines: queue.Queue[str] = queue.Queue()

    def listen() -> None:
        for line in sys.stdin:
            lines.put(line.strip())
        lines.put("end")

    threading.Thread(target=listen, daemon=True).start()
    while True:
        hands.until(lambda: not lines.empty(), "somebody says something", 300)
        yield lines.get()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
