"""How much one laptop does: actions a second with all durability on, and what a pulled page costs under waiting work.

    python benchmarks/laptop.py actions [COUNT]
    python benchmarks/laptop.py pull [ROWS_IN_STORE]

Every figure is a ratio or stands beside its floor, measured in the same run on the same disk.
"""

from __future__ import annotations

import gc
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from fielddesk.core.clock import SystemClock
from fielddesk.core.ids import new_id
from fielddesk.features.assets.actions import edit_asset
from fielddesk.features.assets.model import Asset
from fielddesk.features.parts.actions import use_part
from fielddesk.features.parts.model import Part, Place
from fielddesk.features.people.rules import ENGINEER
from fielddesk.features.workorders.actions import add_note
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.store import connect
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.store.laptop import Enrolment, create_laptop
from fielddesk.store.outbox import put_setting
from fielddesk.store.tables import Synced
from fielddesk.store.tx import write
from fielddesk.sync.apply import LaptopSync
from fielddesk.sync.protocol import Echo, PullAnswer

NOW = 1_800_000_000_000_000
ME = new_id(NOW, b"\1" * 10)
BASE = 1_000
"""Position of headquarters' feed that the made-up store has."""


def made_up(count: int, draw: random.Random, hour: int = 0) -> dict[type[Synced], list[Synced]]:
    """`count` confirmed rows of an hour: one in ten an asset, the rest orders."""

    def row_id() -> str:
        return new_id(NOW + (hour * 3600 + draw.randrange(3600)) * 10**6, draw.randbytes(10))

    assets = [
        Asset(id=row_id(), customer_id=ME, serial=f"S{n}", name=f"Press {n}", rev=BASE)
        for n in range(max(10, count // 10))
    ]
    orders = [
        WorkOrder(
            id=row_id(), number=f"WO-HQ-2026-{hour}{n:06}", kind="repair", title=f"Leak at cylinder {n}", rev=BASE,
            customer_id=ME, asset_id=assets[n % len(assets)].id, assignee_id=ME, status="in_progress", opened_at=NOW,
        )
        for n in range(count - len(assets))
    ]  # fmt: skip
    part = Part(id=row_id(), number="4S-118", names='{"en":"Seal kit"}', rev=BASE)
    place = Place(id=row_id(), name="Van 12", kind="van", keeper_id=ME, rev=BASE)
    return {Asset: assets, WorkOrder: orders, Part: [part], Place: [place]}


def filled(folder: Path, rows: dict[type[Synced], list[Synced]]) -> Store:
    enrolment = Enrolment(
        hq_id="bench", hq_url="http://127.0.0.1:1", hq_name="", epoch=1, incarnation=1, user=ME, account="bench",
        role=ENGINEER, device=new_id(NOW, b"\2" * 10), device_code="B1",
    )  # fmt: skip
    store = create_laptop(folder, os.urandom(32), enrolment, SystemClock())

    def fill(connection):  # type: ignore[no-untyped-def]
        for table, some in rows.items():
            write(connection, table, "add", some)
        put_setting(connection, cursor=BASE)
        return None, []

    store.write(fill)
    return store


def fsync_floor(folder: Path, count: int) -> list[float]:
    """Seconds of two small appends with a sync each, as an action needs them: journal and database."""
    found = []
    with (folder / "floor").open("wb", buffering=0) as one, (folder / "floor2").open("wb", buffering=0) as two:
        for _ in range(count):
            start = time.perf_counter()
            for file in (one, two):
                file.write(b"x" * 900)
                os.fdatasync(file.fileno())
            found.append(time.perf_counter() - start)
    return found


def actions(count: int) -> None:
    draw = random.Random(7)
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_WORK")) as name:
        folder = Path(name)
        rows = made_up(10_000, draw)
        store = filled(folder / "profile", rows)
        orders, assets = rows[WorkOrder], rows[Asset]
        part, place = rows[Part][0], rows[Place][0]
        edits = {asset.id: asset.name for asset in assets}  # type: ignore[attr-defined]
        spent = []
        begun = time.perf_counter()
        for n in range(count):
            order = orders[draw.randrange(len(orders))]
            kind = n % 3
            if kind == 0:
                one = call(add_note, order_id=order.id, text=f"Cylinder {n} leaks at the rod, seal kit fitted.")
            elif kind == 1:
                one = call(use_part, order_id=order.id, part_id=part.id, quantity=1_000_000, place_id=place.id)
            else:
                asset_id = draw.choice(list(edits))
                one = call(edit_asset, based_on={"name": edits[asset_id]}, asset_id=asset_id, name=f"Press {n}b")
                edits[asset_id] = f"Press {n}b"
            start = time.perf_counter()
            store.do(one)
            spent.append(time.perf_counter() - start)
        whole = time.perf_counter() - begun
        floor = fsync_floor(folder, count)
        store.close()
    p95, floor95 = (statistics.quantiles(found, n=20)[18] for found in (spent, floor))
    print(f"actions a second, all durability on (third notes, parts, edits): {count / whole:,.0f}")
    print(f"floor, two synced appends a second: {count / sum(floor):,.0f}; ratio {sum(spent) / sum(floor):.2f}")
    print(
        f"p95 of one action {p95 * 1000:.2f} ms, of its two syncs {floor95 * 1000:.2f} ms, "
        f"beyond them {(p95 - floor95) * 1000:.2f} ms"
    )


def pull(size: int, page_rows: int = 10_000) -> None:
    draw = random.Random(7)
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_WORK")) as name:
        rows = made_up(size, draw)
        store = filled(Path(name) / "profile", rows)
        sync = LaptopSync(store)
        orders = draw.sample(rows[WorkOrder], 1_000)
        del rows
        gc.collect()
        results = {}
        cursor = BASE
        for waiting in (0, 50, 500):
            have = sync.load_state().waiting
            touched = draw.sample(orders, waiting)
            for order in touched[have:]:
                store.do(call(add_note, order_id=order.id, text="waits"))
            fresh = made_up(page_rows, draw, 1 + len(results))
            news = [*fresh[Asset], *fresh[WorkOrder]][: page_rows - waiting]
            bodies = [(row.tablename, row.id, row.body()) for row in [*news, *touched]]
            page = PullAnswer(
                echo=Echo("bench", 1, "", 1), from_=cursor, to=cursor + page_rows, head=cursor + page_rows,
                rows=[
                    {
                        "pos": cursor + n, "commit": cursor + n, "table": table, "id": row_id, "rev": cursor + n,
                        "op": "put", "body": body,
                    }
                    for n, (table, row_id, body) in enumerate(bodies, 1)
                ],
                outcomes=(), more=False, snapshot=False, fork=None,
            )  # fmt: skip
            del fresh, news, bodies
            gc.collect()
            start = time.perf_counter()
            sync.apply_page(page, 0)
            results[waiting] = time.perf_counter() - start
            cursor += page_rows
        floor = bare_insert(Path(name), made_up(page_rows, draw))
        store.close()
    print(f"floor: 10,000 rows inserted bare into an encrypted file: {floor * 1000:,.0f} ms")
    for waiting, seconds in results.items():
        print(
            f"a pull of {page_rows:,} rows into {size:,}, {waiting} waiting operations all met: "
            f"{seconds * 1000:,.0f} ms, {seconds / floor:.2f} x the floor"
        )


def bare_insert(folder: Path, rows: dict[type[Synced], list[Synced]]) -> float:
    gate = connect.Gate()
    gate.open = True
    engine = connect.encrypted_engine(folder / "floor.db", b"k" * 32, gate)
    with engine.begin() as connection:
        for table in rows:
            table.__table__.create(connection)
    start = time.perf_counter()
    with engine.begin() as connection:
        connection.exec_driver_sql("BEGIN")
        for table, some in rows.items():
            write(connection, table, "add", some)
    spent = time.perf_counter() - start
    engine.dispose()
    return spent


if __name__ == "__main__":
    what = sys.argv[1] if len(sys.argv) > 1 else ""
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    if what == "actions":
        actions(size or 3_000)
    elif what == "pull":
        pull(size or 500_000)
    else:
        sys.exit(__doc__)
