"""How long a page of a list takes on a laptop with 100,000 orders, on SQLCipher, each asked five times.

    python benchmarks/lists.py [ORDERS]

Printed: the first answer (pages of the file not in memory yet) and the best. A text is looked for in four columns of
every order, which no index answers; the list shows its first page meanwhile and never waits for it.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fielddesk.core.clock import moment_at
from fielddesk.features.assets.model import Asset
from fielddesk.features.assets.queries import AssetFilter, asset_page
from fielddesk.features.customers.model import Customer
from fielddesk.features.customers.queries import customer_page
from fielddesk.features.parts.model import Movement, Part, Place, StockLevel
from fielddesk.features.parts.queries import part_page
from fielddesk.features.people.rules import ENGINEER
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.features.workorders.queries import (
    ALL,
    BY_DUE,
    BY_NUMBER,
    BY_VISIT,
    INCIDENTS,
    LATE,
    MINE,
    NEWEST,
    OPEN,
    WEEK,
    OrderFilter,
    find_orders,
    order_count,
    order_matches,
    order_page,
    order_place,
)
from fielddesk.features.workorders.queries import TODAY as TODAYS
from fielddesk.store.database import Store
from fielddesk.store.tables import Synced
from fielddesk.store.tx import Reading, write
from tests.support.laptops import new_laptop, some_id

ME = some_id("anna")
TODAY = "2026-11-22"
WORDS = (
    "kiln",
    "drive",
    "robot",
    "cell",
    "stops",
    "pressure",
    "drifts",
    "oil",
    "light",
    "curtain",
    "bearing",
    "seal",
    "pump",
)


def made_up(count: int, draw: random.Random) -> dict[type[Synced], Sequence[Synced]]:
    """Orders as a region has them after years: nine in ten finished, with what they are about."""

    def row_id() -> str:
        return f"{draw.getrandbits(128):032x}"

    customers = [Customer(id=row_id(), number=f"C-{n}", name=f"Customer {n} Works") for n in range(count // 50)]
    assets = [
        Asset(id=row_id(), customer_id=draw.choice(customers).id, serial=f"SN-{n}", name=f"Press {n}")
        for n in range(count // 10)
    ]
    parts = [
        Part(id=row_id(), number=f"P-{n}", names=f'{{"en":"Bearing {n}","zh_CN":"轴承 {n}"}}') for n in range(20_000)
    ]
    places = [Place(id=row_id(), name=f"Van {n}", kind="van", keeper_id=None if n else ME) for n in range(50)]
    levels = [
        StockLevel(id=row_id(), place_id=place.id, part_id=part.id, quantity=10**6, as_of=1)
        for place in places[1:]
        for part in draw.sample(parts, 1000)
    ]
    people = [ME, *(row_id() for _ in range(40))]
    orders = [one_order(n, row_id(), draw, people, draw.choice(assets)) for n in range(count)]
    moves = [
        Movement(id=row_id(), kind="fitted", part_id=draw.choice(parts).id, place_id=places[0].id, quantity=-(10**6),
                 order_id=draw.choice(orders).id, by_id=ME, at=n)
        for n in range(20_000)
    ]  # fmt: skip
    return {
        Customer: customers, Asset: assets, Part: parts, Place: places, StockLevel: levels, WorkOrder: orders,
        Movement: moves,
    }  # fmt: skip


def one_order(n: int, row_id: str, draw: random.Random, people: list[str], asset: Asset) -> WorkOrder:
    status = draw.choices(["completed", "open", "assigned", "in_progress"], [90, 3, 4, 3])[0]
    years = ("2026",) if status != "completed" else ("2021", "2022", "2023", "2024", "2025")
    months = range(10, 13) if status != "completed" else range(1, 13)
    due = f"{draw.choice(years)}-{draw.choice(months):02d}-{draw.randrange(1, 29):02d}"
    return WorkOrder(
        id=row_id, number=f"WO-A7-2026-{n}", kind="repair", title=" ".join(draw.sample(WORDS, 4)),
        description="It stops under load. " * 8, customer_id=asset.customer_id, asset_id=asset.id, status=status,
        assignee_id=draw.choice(people), due_on=due if draw.random() < 0.9 else None, opened_at=n * 10**9,
        planned_at=moment_at(due, 60 * draw.randrange(7, 18), "UTC") if draw.random() < 0.7 else None,
    )  # fmt: skip


def questions(read: Reading) -> dict[str, Callable[[Reading], Any]]:
    """What a screen asks: first and last page, how many, where one stands, a text."""
    asked: dict[str, Callable[[Reading], Any]] = {}
    for view in (MINE, TODAYS, WEEK, LATE, OPEN, ALL, INCIDENTS):
        for sort in (BY_DUE, BY_VISIT, BY_NUMBER, NEWEST):
            wanted = OrderFilter(ME, TODAY, view, sort=sort, everybody=True)
            last = max(0, order_count(read, wanted) - 64)
            found = order_page(read, wanted, last // 2, 1)
            asked |= {
                f"{view}, {sort}: first page": lambda read, wanted=wanted: order_page(read, wanted, 0, 64),
                f"{view}, {sort}: last page": lambda read, wanted=wanted, last=last: order_page(read, wanted, last, 64),
                f"{view}, {sort}: place of one": lambda read, wanted=wanted, found=found: (
                    order_place(read, wanted, found[0].id) if found else None
                ),
            }
        asked[f"{view}: how many"] = lambda read, wanted=wanted: order_count(read, wanted)
    rare, usual = OrderFilter(ME, TODAY, ALL, "SN-999"), OrderFilter(ME, TODAY, ALL, "robot")
    return asked | {
        "a text that few have": lambda read: order_matches(read, rare),
        "a text that many have": lambda read: order_matches(read, usual),
        "search box, a number": lambda read: find_orders(read, "WO-A7-2026-777", 8),
        "search box, a word": lambda read: find_orders(read, "robot", 8),
        "parts: first page with stock": lambda read: part_page(read, "", ME, ENGINEER, 0, 64),
        "parts: last page with stock": lambda read: part_page(read, "", ME, ENGINEER, 19_900, 64),
        "parts: a text": lambda read: part_page(read, "轴承 199", ME, ENGINEER, 0, 64),
        "assets: last page": lambda read: asset_page(read, AssetFilter(), 9_900, 64),
        "customers: last page": lambda read: customer_page(read, "", 1_900, 64),
    }


def measured(store: Store) -> None:
    with store.read() as read:
        for name, ask in questions(read).items():
            times = []
            for _again in range(5):
                began = time.perf_counter()
                ask(read)
                times.append((time.perf_counter() - began) * 1000)
            print(f"{name:40} first {times[0]:7.1f} ms   best {min(times):7.1f} ms")


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = new_laptop(Path(folder) / "laptop")
        rows = made_up(count, random.Random(1))

        def fill(connection: Any) -> tuple[None, list[tuple[str, str]]]:
            for table, some in rows.items():
                write(connection, table, "add", some)
            return None, []

        store.write(fill)
        measured(store)
        store.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
