"""Operations a second that one headquarters process takes on PostgreSQL, in batches of 100.

    python benchmarks/headquarters.py [OPERATIONS]

Three mixes: facts; decisions and facts with 1 % conflicts; an operation that raises in every batch. Beside them the
floor: the same bodies inserted bare, in the same batches, into one table of the same server. Durable PostgreSQL.

The second line of a mix says where the time of one batch went: processor time of headquarters' process and of its
connection's process at the server, and the rest, which is the disk, the line between them, and whoever else uses the
machine. Times of processors are what to compare on a machine that is not quiet. "Best quarter": three of four batches
took longer.
"""

from __future__ import annotations

import contextlib
import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.clock import SystemClock
from fielddesk.core.ids import new_id
from fielddesk.features.assets.actions import create_asset
from fielddesk.features.customers.actions import create_customer
from fielddesk.features.parts.actions import create_place, import_parts
from fielddesk.features.parts.model import Part
from fielddesk.features.people.actions import create_user
from fielddesk.features.people.rules import ENGINEER, FIELD_STAFF
from fielddesk.features.workorders.actions import create_order
from fielddesk.hq import admin
from fielddesk.hq.service import Headquarters, on_postgresql
from fielddesk.store.actions import ACTIONS, call, fact
from fielddesk.store.types import Id
from tests.support.postgres import DURABLE, Server

BATCH = 100
ORDERS = 400


@fact(may=FIELD_STAFF, about="order_id")
def break_down(tx: Any, ctx: Any, *, order_id: Id) -> None:
    """Raise, as a fault in an action's own code would."""
    raise ZeroDivisionError(order_id)


class World:
    """A headquarters with orders of one engineer, and that engineer's laptop as a line of operations."""

    def __init__(self, hq: Headquarters) -> None:
        self.hq = hq
        boss = admin.found(hq, "Bench", "admin", "Administrator")
        self.user = str(hq.perform(call(create_user, login="eve", name="Eve", role=ENGINEER), boss).results[0])
        customer = hq.perform(call(create_customer, number="K1", name="Acme"), boss).results[0]
        self.assets = [
            str(one)
            for start in range(0, ORDERS, BATCH)
            for one in hq.perform(
                [
                    call(create_asset, customer_id=customer, serial=f"S{n}", name="Press")
                    for n in range(start, start + BATCH)
                ],
                boss,
            ).results
        ]
        self.orders = [
            str(one)
            for start in range(0, ORDERS, BATCH)
            for one in hq.perform(
                [
                    call(
                        create_order, number=f"WO-{n}", kind="repair", title="Leak", customer_id=customer,
                        asset_id=self.assets[n], assignee_id=self.user,
                    )
                    for n in range(start, start + BATCH)
                ],
                boss,
            ).results
        ]  # fmt: skip
        line = {
            "number": "4S-118",
            "names": canonical.dumps({"en": "Seal kit"}),
            "category": "",
            "unit": "piece",
            "replaced_by": None,
        }
        hq.perform(call(import_parts, lines=[line]), boss)
        with hq.read() as read:
            self.part = str(read.value(sa.select(Part.c.id)))
        self.van = str(hq.perform(call(create_place, name="Van", kind="van", keeper_id=self.user), boss).results[0])
        code = admin.enrolment_code(hq, self.user)
        self.who = hq.enrol({"protocol": 1, "nonce": "n", "code": code, "device_name": "bench"})
        self.seq = 0
        self.names = dict.fromkeys(self.assets, "Press")
        self.status = dict.fromkeys(self.orders, "assigned")
        self.draw = random.Random(7)

    def operation(self, kind: str, args: dict[str, Any], based_on: Any = None) -> dict[str, Any]:
        self.seq += 1
        now = time.time_ns() // 1000
        body = canonical.dumps(
            {
                "id": new_id(now), "kind": kind, "version": 1, "args": ACTIONS[kind].check(args),
                "based_on": based_on, "depends_on": [], "occurred_at": now, "tz": "Europe/Berlin", "boot_s": 1,
            }
        )  # fmt: skip
        return {"seq": self.seq, "hash": canonical.digest(body), "body": body}

    def a_fact(self, n: int) -> dict[str, Any]:
        order = self.orders[self.draw.randrange(ORDERS)]
        if n % 2:
            return self.operation(
                "add_note", {"order_id": order, "text": f"Cylinder {n} leaks at the rod, seal kit fitted."}
            )
        return self.operation(
            "use_part", {"order_id": order, "part_id": self.part, "quantity": 1_000_000, "place_id": self.van}
        )

    def a_mixed_one(self, n: int) -> dict[str, Any]:
        if n % 4 < 2:
            return self.a_fact(n)
        asset = self.assets[self.draw.randrange(ORDERS)]
        shown = self.names[asset] if n % 100 != 3 else "never so"
        if n % 100 != 3:
            self.names[asset] = f"Press {n}"
        return self.operation("edit_asset", {"asset_id": asset, "name": f"Press {n}"}, {"name": shown})

    def one_with_errors(self, n: int) -> dict[str, Any]:
        if n % BATCH == 50:
            return self.operation("break_down", {"order_id": self.orders[0]})
        return self.a_mixed_one(n)

    def push(self, operations: list[dict[str, Any]]) -> list[str]:
        asked = {
            "protocol": 1, "nonce": "n", "device": self.who["device_id"], "incarnation": self.who["incarnation"],
            "hq_id": self.who["hq_id"], "epoch": self.who["epoch"], "ops": operations,
        }  # fmt: skip
        answer = self.hq.push(asked, self.who["token"])
        assert len(answer["outcomes"]) == len(operations), answer["later"]
        return [one["outcome"]["is"] for one in answer["outcomes"]]


@dataclass
class Measured:
    """What one mix took, in seconds."""

    batches: int
    here: float
    server: float
    each: list[float] = field(default_factory=list)
    said: dict[str, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return self.batches * BATCH / sum(self.each)

    def split(self) -> str:
        here, server, whole = (1000 * took / self.batches for took in (self.here, self.server, sum(self.each)))
        quick = 1000 * sorted(self.each)[self.batches // 4]
        return (
            f"  a batch: {whole:.1f} ms = {here:.1f} Python + {server:.1f} server + {whole - here - server:.1f} rest; "
            f"best quarter {quick:.1f} ms, {1000 * BATCH / quick:,.0f} a second"
        )


def measured(world: World, url: str, count: int, make: Callable[[int], dict[str, Any]]) -> Measured:
    batches = [[make(n) for n in range(start, start + BATCH)] for start in range(0, count, BATCH)]
    found = Measured(len(batches), -time.process_time(), -server_time(url))
    for batch in batches:
        begun = time.perf_counter()
        words = world.push(batch)
        found.each.append(time.perf_counter() - begun)
        for word in words:
            found.said[word] = found.said.get(word, 0) + 1
    found.here += time.process_time()
    found.server += server_time(url)
    return found


def server_time(url: str) -> float:
    """Processor seconds that the processes of this database's open connections have used; 0 where nothing tells."""
    asked = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    ticks = 0
    with psycopg.connect(url) as connection:
        for (pid,) in connection.execute(asked):
            with contextlib.suppress(OSError):
                told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += int(told[11]) + int(told[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def floor(url: str, count: int, bodies: list[str]) -> float:
    """The same number of bodies, in the same batches, into one table."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE bare (n bigint PRIMARY KEY, body text)")
        begun = time.perf_counter()
        for start in range(0, count, BATCH):
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO bare VALUES (%s, %s)",
                    [(n, bodies[n % len(bodies)]) for n in range(start, start + BATCH)],
                )
        return count / (time.perf_counter() - begun)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000

    server = Server(DURABLE)
    try:
        url = server.new_database()
        world = World(on_postgresql(url, SystemClock()))
        bare = floor(url, count, [world.a_fact(n)["body"] for n in range(100)])
        world.seq = 0
        print(f"floor, bodies inserted bare: {bare:,.0f} a second")
        mixes = {"facts": world.a_fact, "mixed, 1 % conflicts": world.a_mixed_one}
        mixes["an error in every batch"] = world.one_with_errors
        for name, make in mixes.items():
            found = measured(world, url, count, make)
            print(f"{name}: {found.rate:,.0f} operations a second, {found.rate / bare:.2f} x the floor ({found.said})")
            print(found.split())
        world.hq.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
