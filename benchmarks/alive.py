"""How long the window ever keeps a person waiting while a large pull arrives, and what it takes of memory.

    python benchmarks/alive.py gaps [ORDERS] [PULLED]
    python benchmarks/alive.py memory [ORDERS]

gaps: Work orders open and sorted over 100,000 orders, a timer of one millisecond on the main thread, rows in view
changing while 100,000 records are taken in as pages, four reloads a second. Printed: p50, p99 and longest gap between
two ticks, beside the same without the pull. memory: the window at work against a bare window with the same imports.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

PAGE_ROWS = 500
RELOADS_MS = 250
RESTING_S = 5.0


def _window(home: Path, key: bytes, user: str):  # type: ignore[no-untyped-def]
    """The program as it starts on this profile, at the work orders."""
    from fielddesk.app import Wishes, started, usual_parts

    def key_store():  # type: ignore[no-untyped-def]
        from fielddesk.store.keys import MemoryKeyStore, keep_store_key

        kept = MemoryKeyStore()
        keep_store_key(kept, "bench", user, key)
        return kept

    parts = replace(usual_parts(home, syncs=False), key_store=key_store)
    app, window = started(parts, Wishes())
    _until(app, lambda: window.opened)
    window.desk.show_place("orders")
    page = window.desk.page("orders")
    _until(app, lambda: page.list.rows.rowCount() > 1 and page.list.rows.row_at(1) is not None)
    return app, window, page


def _until(app, holds) -> None:  # type: ignore[no-untyped-def]
    limit = time.monotonic() + 60
    while not holds():
        app.processEvents()
        if time.monotonic() > limit:
            raise SystemExit("the window never came so far")


def gaps(orders: int, pulled: int) -> None:
    from start import profile

    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_WORK")) as name:
        from laptop import ME

        key = profile(Path(name), orders)
        app, window, page = _window(Path(name), key, ME)
        store = window.bench.store
        resting = _gaps_until(page, lambda began: time.monotonic() - began > RESTING_S)
        pages = _pages(store, page, pulled)
        done = threading.Event()
        spent: list[float] = []
        thread = threading.Thread(target=_take_in, args=(store, pages, done, spent), name="sync")
        thread.start()
        busy = _gaps_until(page, lambda began: done.is_set())
        thread.join()
        window.desk.close()
        app.processEvents()
    _print("at rest, four reloads a second", resting)
    _print(f"while {pulled:,} records arrive ({spent[0]:.1f} s)", busy)


def _gaps_until(page, over) -> list[float]:  # type: ignore[no-untyped-def]
    """Milliseconds between ticks of a timer of one millisecond on the main thread."""
    from PySide6.QtCore import QEventLoop, Qt, QTimer

    loop = QEventLoop()  # quitting the application would close its windows
    found: list[float] = []
    last = [time.perf_counter()]
    began = time.monotonic()

    def tick() -> None:
        now = time.perf_counter()
        found.append((now - last[0]) * 1000)
        last[0] = now
        if over(began):
            loop.quit()

    ticks, reloads = QTimer(), QTimer()
    ticks.setTimerType(Qt.TimerType.PreciseTimer)
    ticks.timeout.connect(tick)
    reloads.timeout.connect(page.reload)
    last[0] = time.perf_counter()
    ticks.start(1)
    reloads.start(RELOADS_MS)
    loop.exec()
    return found


def _pages(store, page, pulled: int):  # type: ignore[no-untyped-def]
    """Pages as headquarters sends them: new records, and in each the rows that are in view, changed."""
    import json

    from laptop import BASE, made_up

    from fielddesk.features.assets.model import Asset
    from fielddesk.features.workorders.model import WorkOrder

    seen = [page.list.rows.row_at(place).id for place in range(8)]
    with store.read() as read:
        shown = read.among(WorkOrder, seen)
    fresh = made_up(pulled, random.Random(8), hour=9)
    news = [*fresh[Asset], *fresh[WorkOrder]]
    found, cursor = [], BASE
    for start in range(0, len(news), PAGE_ROWS):
        nth = start // PAGE_ROWS
        rows = [*news[start : start + PAGE_ROWS], *(replace(row, title=f"{row.title[:40]} · {nth}") for row in shown)]
        lines = [
            {
                "pos": cursor + n, "commit": cursor + n, "table": row.tablename, "id": row.id, "rev": cursor + n,
                "op": "put", "body": row.body(),
            }
            for n, row in enumerate(rows, 1)
        ]  # fmt: skip
        found.append((cursor, cursor + len(rows), json.dumps(lines)))
        cursor += len(rows)
    return found


def _take_in(store, pages, done: threading.Event, spent: list[float]) -> None:  # type: ignore[no-untyped-def]
    import json

    from fielddesk.sync.apply import LaptopSync
    from fielddesk.sync.protocol import Echo, PullAnswer

    sync = LaptopSync(store)
    began = time.perf_counter()
    for begin, end, text in pages:
        sync.apply_page(
            PullAnswer(
                echo=Echo("bench", 1, "", 1), from_=begin, to=end, head=end, rows=json.loads(text), outcomes=(),
                more=end != pages[-1][1], snapshot=False, fork=None,
            ),
            0,
        )  # fmt: skip
    spent.append(time.perf_counter() - began)
    done.set()


def _print(what: str, found: list[float]) -> None:
    cuts = statistics.quantiles(found, n=100)
    longest = sorted(found)[-5:]
    print(
        f"{what}: {len(found):,} ticks, p50 {cuts[49]:.2f} ms, p99 {cuts[98]:.2f} ms, longest {longest[-1]:.1f} ms "
        f"(the five longest: {', '.join(f'{each:.1f}' for each in longest)})"
    )


def memory(orders: int) -> None:
    """Resident memory: the window over so many orders after work, against a bare window with the same imports."""
    found = {}
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_WORK")) as name:
        from laptop import ME
        from start import profile

        key = profile(Path(name), orders)
        loaded = Path(name, "modules")
        for which in ("ours", "bare"):  # in this order: the bare window loads what the other one has loaded
            words = [sys.executable, __file__, f"--{which}", name, key.hex(), ME, str(loaded)]
            out = subprocess.run(words, capture_output=True, text=True, check=True).stdout
            found[which] = int(out.split()[-1])
    bare, ours = found["bare"] / 1024, found["ours"] / 1024
    print(f"bare window with the same imports: {bare:.0f} MB")
    print(f"at work over {orders:,} orders: {ours:.0f} MB, {ours / bare:.2f} x")


def _bare_memory(loaded: Path) -> None:
    from importlib import import_module

    from PySide6.QtWidgets import QListWidget

    from fielddesk.app import application

    app = application()
    for name in loaded.read_text(encoding="utf-8").split():
        try:
            import_module(name)
        except ImportError:
            pass  # a name that is only a place in another module
    view = QListWidget()
    view.addItems(["one", "two"])
    view.show()
    for _nth in range(50):
        app.processEvents()
        time.sleep(0.01)
    print(_resident())


def _our_memory(home: Path, key: bytes, user: str, loaded: Path) -> None:
    app, window, page = _window(home, key, user)
    for place in range(0, page.list.rows.rowCount(), max(1, page.list.rows.rowCount() // 200)):
        page.list.setCurrentIndex(page.list.rows.index(place, 0))
        app.processEvents()
    for place in window.bench.offers.places:
        window.desk.show_place(place.key)
        for _nth in range(20):
            app.processEvents()
            time.sleep(0.005)
    loaded.write_text("\n".join(name for name in sys.modules if name != "__main__"), encoding="utf-8")
    print(_resident())
    window.desk.close()
    app.processEvents()


def _resident() -> int:
    """Kilobytes of this process that are in memory."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise SystemExit("this system does not say how much memory a process takes")


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    what = sys.argv[1] if len(sys.argv) > 1 else ""
    numbers = [int(word) for word in sys.argv[2:] if word.isdigit()]
    if what == "gaps":
        gaps(numbers[0] if numbers else 100_000, numbers[1] if len(numbers) > 1 else 100_000)
    elif what == "memory":
        memory(numbers[0] if numbers else 100_000)
    elif what == "--bare":
        _bare_memory(Path(sys.argv[5]))
    elif what == "--ours":
        _our_memory(Path(sys.argv[2]), bytes.fromhex(sys.argv[3]), sys.argv[4], Path(sys.argv[5]))
    else:
        raise SystemExit(__doc__)
