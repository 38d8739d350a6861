"""From exec until the first list shows rows of the encrypted store and has answered a key, against a bare window.

    python benchmarks/start.py [PROCESSES]

Medians over processes, taken in turn: a bare PySide6 window that answers a key; FieldDesk at its work orders with 100
records; with 100,000; and with Today as the place where it was closed. The key store is in memory (a system's own adds
what it takes); everything else is the program's own start.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HQ, ACCOUNT = "bench", "bench"


def bare() -> None:
    """The floor: the smallest window with a list that answers a key."""
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QListWidget

    app = QApplication([])
    view = QListWidget()
    view.addItems(["one", "two"])
    view.show()

    def look() -> None:
        QTest.keyClick(view, Qt.Key.Key_Down)
        if view.currentRow() >= 0:
            tell()
            app.quit()

    timer = QTimer(interval=1)
    timer.timeout.connect(look)
    timer.start()
    app.exec()


def ours(home: Path, key: bytes, user: str, place: str) -> None:
    """The program as it starts, but for the key store; `place` is where its window was closed the last time."""
    from fielddesk.core.config import change_choices

    change_choices(home, place=place)
    from dataclasses import replace

    from fielddesk.app import Wishes, started, usual_parts

    def key_store():  # type: ignore[no-untyped-def]
        from fielddesk.store.keys import MemoryKeyStore, keep_store_key

        kept = MemoryKeyStore()
        keep_store_key(kept, HQ, user, key)
        return kept

    parts = replace(usual_parts(home, syncs=False), key_store=key_store)
    app, window = started(parts, Wishes())

    from PySide6.QtCore import Qt, QTimer  # not before: the program loads Qt late

    def look() -> None:
        from PySide6.QtTest import QTest

        if place == "today":
            if shows_the_day(window):
                end()
            return

        from fielddesk.ui.lists import RowList

        for view in window.desk.findChildren(RowList):
            if view.isVisible() and view.rows.rowCount() > 1 and view.rows.row_at(1) is not None:
                before = view.currentIndex().row()
                QTest.keyClick(view, Qt.Key.Key_Down)
                if view.currentIndex().row() != before:
                    end()
                    return

    def end() -> None:
        timer.stop()
        tell()
        window.close()
        app.quit()

    timer = QTimer(interval=2)
    timer.timeout.connect(look)
    timer.start()
    QTimer.singleShot(60_000, app.quit)
    app.exec()


def shows_the_day(window) -> bool:  # type: ignore[no-untyped-def]
    """Whether Today has its rows and answers a key: the keyboard goes to the next button."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    if window.desk.current_place() != "today" or getattr(window.desk.page("today"), "_day", None) is None:
        return False
    before = QApplication.focusWidget()
    QTest.keyClick(before or window.desk, Qt.Key.Key_Tab)
    return QApplication.focusWidget() is not before


def tell() -> None:
    print(time.monotonic(), flush=True)


def profile(folder: Path, records: int) -> bytes:
    """A home with one profile of so many records; returns its key."""
    from laptop import ME, made_up

    from fielddesk.core.clock import SystemClock
    from fielddesk.core.ids import new_id
    from fielddesk.core.paths import profile_name
    from fielddesk.store.laptop import Enrolment, create_laptop
    from fielddesk.store.outbox import put_setting
    from fielddesk.store.tx import write

    key = os.urandom(32)
    enrolment = Enrolment(
        hq_id=HQ, hq_url="http://127.0.0.1:1", hq_name="", epoch=1, incarnation=1, user=ME, account=ACCOUNT,
        role="service_engineer", device=new_id(1, b"\2" * 10), device_code="B1",
    )  # fmt: skip
    store = create_laptop(folder / "profiles" / profile_name(HQ, ACCOUNT), key, enrolment, SystemClock())

    def fill(connection):  # type: ignore[no-untyped-def]
        for table, rows in made_up(records, random.Random(7)).items():
            write(connection, table, "add", rows)
        put_setting(connection, cursor=1_000)
        return None, []

    store.write(fill)
    store.close()
    return key


def _environment() -> dict[str, str]:
    """As an installed program has it: modules compiled once, whatever this machine forbids."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    kept["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir()) / "fielddesk-compiled")
    return {"QT_QPA_PLATFORM": "offscreen"} | kept


def timed(*words: str) -> float:
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, __file__, *words],
        capture_output=True,
        text=True,
        timeout=90,
        env=_environment(),
    )
    if not done.stdout.strip():
        sys.exit(f"the window never answered: {done.stderr[-2000:]}")
    return float(done.stdout.split()[-1]) - begun


def main(processes: int) -> None:
    sys.path.insert(0, str(Path(__file__).parent))
    from laptop import ME

    with tempfile.TemporaryDirectory() as name:
        small, large = Path(name, "small"), Path(name, "large")
        keys = profile(small, 100).hex(), profile(large, 100_000).hex()
        kinds = {
            "bare window": ("bare",),
            "100 records": ("ours", str(small), keys[0], ME, "orders"),
            "100,000 records": ("ours", str(large), keys[1], ME, "orders"),
            "100,000 records, Today first": ("ours", str(large), keys[1], ME, "today"),
        }
        spent: dict[str, list[float]] = {kind: [] for kind in kinds}
        for nth in range(processes + 1):
            for kind, words in kinds.items():
                found = timed(*words)
                if nth:  # the first of each fills the system's file cache
                    spent[kind].append(found)
    medians = {what: statistics.median(found) for what, found in spent.items()}
    for what, seconds in medians.items():
        print(f"{what}: {seconds * 1000:,.0f} ms, {seconds / medians['bare window']:.2f} x a bare window")
    print(f"100,000 records against 100: {medians['100,000 records'] / medians['100 records']:.2f} x")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["bare"]:
            bare()
        case ["ours", home, key, user, place]:
            ours(Path(home), bytes.fromhex(key), user, place)
        case words:
            main(int(words[0]) if words else 7)
