"""The same operations give the same rows on both databases, by whatever path they come."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from fielddesk.core.clock import FixedClock
from fielddesk.core.ids import derived_id, new_id
from fielddesk.features.workorders.rules import STATES
from fielddesk.hq.service import Headquarters
from tests.support.offices import Laptop, Office

START = 1_800_000_000_000_000


def story(seed: int) -> list[tuple[str, str, dict[str, Any]]]:
    """(operation id, kind, arguments and what was shown) of a made-up month, some of it impossible."""
    chance = random.Random(seed)
    ids = iter(new_id(START + n * 1000, chance.randbytes(10)) for n in range(10_000))
    told: list[tuple[str, str, dict[str, Any]]] = []

    def tell(action: str, /, **args: Any) -> str:
        op_id = next(ids)
        told.append((op_id, action, args))
        return op_id

    customers = [derived_id(tell("create_customer", number=f"C{n}", name=f"客户 {n} é"), "customer") for n in range(4)]
    assets = [
        derived_id(tell("create_asset", customer_id=chance.choice(customers), serial=f"S{n}", name="Press"), "asset")
        for n in range(6)
    ]
    line = {"names": '{"en":"Seal","zh_CN":"密封"}', "category": "", "unit": "piece", "replaced_by": None}
    parts_op = tell("import_parts", lines=[{"number": f"P{n}", **line} for n in range(20)])
    parts = [derived_id(parts_op, "part", f"P{n}") for n in range(20)]
    places = [derived_id(tell("create_place", name=f"Depot {n}", kind="depot"), "place") for n in range(3)]
    orders: list[str] = []
    for n in range(150):
        what = chance.choice(["order", "note", "note", "use", "use", "edit", "status", "bad"])
        if what == "order" or not orders:
            made = tell(
                "create_order", number=f"WO{n}", kind="repair", title=f"Leak {n}", customer_id=chance.choice(customers)
            )
            orders.append(derived_id(made, "order"))
        elif what == "note":
            tell("add_note", order_id=chance.choice(orders), text=f"naïve note {n} 🔧")
        elif what == "use":
            tell(
                "use_part", order_id=chance.choice(orders), part_id=chance.choice(parts),
                quantity=chance.randrange(1, 10**12), place_id=chance.choice(places),
            )  # fmt: skip
        elif what == "edit":
            shown = {"name": chance.choice(["Press", "Press 2"]), "building": "", "position": ""}
            tell(
                "edit_asset", asset_id=chance.choice(assets), name=chance.choice(["Press 2", "Press 3"]), based_on=shown
            )
        elif what == "status":
            shown = {"status": chance.choice(STATES), "status_reason": ""}
            tell(
                "set_order_status",
                order_id=chance.choice(orders),
                status=chance.choice(STATES),
                reason="so",
                based_on=shown,
            )
        else:
            tell("add_note", order_id="0" * 32, text="nowhere")
    return told


def played(hq: Headquarters, told: list[tuple[str, str, dict[str, Any]]], sizes: list[int]) -> tuple[Any, Any, Laptop]:
    """Digests and outcomes after the story came in pushes of these sizes."""
    office = Office(hq)
    laptop = office.laptop("dispatcher")
    for n, (op_id, kind, args) in enumerate(told):
        args = dict(args)
        laptop.say(kind, based_on=args.pop("based_on", None), op_id=op_id, at=START + n, **args)
    start = 0
    chance = random.Random(1)
    while start < len(laptop.queue):
        size = chance.choice(sizes)
        laptop.push(laptop.queue[start : start + size])
        start += size
    laptop.catch_up()
    assert laptop.bodies() == office.rows()
    outcomes = [laptop.did(op_id) for op_id, _, _ in told]
    return office.digests(), outcomes, laptop


@pytest.mark.parametrize("seed", [1, 2])
def test_both_databases_and_all_batch_sizes_agree(make_hq: Callable[..., Headquarters], seed: int) -> None:
    told = story(seed)
    found = []
    for kind, sizes in (("sqlite", [1]), ("sqlite", [100]), ("postgresql", [7, 50]), ("postgresql", [1000])):
        draw = random.Random(99).randbytes
        found.append(played(make_hq(kind, clock=FixedClock(), draw_random=draw), told, sizes)[:2])
    words = {outcome["is"] for outcome in found[0][1]}
    assert words >= {"applied", "conflict", "rejected", "held"}
    for digests, outcomes in found[1:]:
        assert outcomes == found[0][1]
        assert digests == found[0][0]
