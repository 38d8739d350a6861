"""Everybody has exactly the rows that are theirs, each with what it reaches, whatever is given to whom and when."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from fielddesk.core.errors import RuleBroken
from fielddesk.features.assets.actions import create_asset, edit_asset
from fielddesk.features.assets.model import Asset
from fielddesk.features.parts.actions import receive_stock, take_part_back, use_part
from fielddesk.features.people.model import User
from fielddesk.features.people.rules import ADMINISTRATOR
from fielddesk.features.registry import actions, tables
from fielddesk.features.workorders.actions import add_note, set_order_status
from fielddesk.hq.batch import TABLE_OF
from fielddesk.hq.reach import FOLLOWS, NATURE, REACH
from fielddesk.store.actions import ACTIONS, Ctx, decision
from fielddesk.store.tx import Tx
from fielddesk.store.types import ID, Code, Id
from tests.support.offices import Laptop, Office


@pytest.fixture
def eve(office: Office) -> Laptop:
    office.person("eve")
    return office.laptop("eve")


@pytest.fixture
def max_(office: Office) -> Laptop:
    office.person("max")
    return office.laptop("max")


def ops_of(laptop: Laptop) -> list[str]:
    return [row["op"] for row in laptop.pages[-1]["rows"]]


def test_an_order_comes_with_customer_asset_notes_movements_and_events(office: Office, eve: Laptop) -> None:
    customer = office.customer()
    asset = office.asset(customer)
    order = office.order(customer, asset)
    part = office.part()
    office.do(add_note, order_id=order, text="before anybody had it")
    office.do(use_part, order_id=order, part_id=part, quantity=1_000_000, place_id=office.van(None))
    eve.catch_up()
    assert eve.has("work_order") == eve.has("customer") == eve.has("note") == eve.has("movement") == set()
    office.assign(order, eve.user)
    eve.catch_up()
    assert (eve.has("work_order"), eve.has("customer"), eve.has("asset")) == ({order}, {customer}, {asset})
    assert len(eve.has("note")) == len(eve.has("movement")) == 1
    assert eve.bodies() == office.scope(eve.user)


def test_an_order_that_is_given_away_leaves_with_all_that_came_with_it(
    office: Office, eve: Laptop, max_: Laptop
) -> None:
    customer = office.customer()
    order = office.order(customer, office.asset(customer), eve.user)
    office.do(add_note, order_id=order, text="x")
    eve.catch_up()
    assert eve.has("customer") == {customer}
    office.assign(order, max_.user)
    eve.catch_up()
    max_.catch_up()
    assert eve.bodies() == office.scope(eve.user)
    assert max_.bodies() == office.scope(max_.user)
    assert eve.has("work_order") == eve.has("customer") == eve.has("asset") == eve.has("note") == set()
    assert max_.has("customer") == {customer}


def test_a_row_shared_by_two_orders_stays_until_the_last_of_them_leaves(office: Office, eve: Laptop) -> None:
    customer = office.customer()
    asset = office.asset(customer)
    first, second = office.order(customer, asset, eve.user), office.order(customer, asset, eve.user)
    eve.catch_up()
    office.assign(first, None)
    eve.catch_up()
    assert (eve.has("customer"), eve.has("asset"), eve.has("work_order")) == ({customer}, {asset}, {second})
    office.assign(second, None)
    eve.catch_up()
    assert eve.has("customer") == eve.has("asset") == eve.has("work_order") == set()


def test_a_movement_on_ones_own_van_stays_when_its_order_leaves(office: Office, eve: Laptop) -> None:
    order = office.order(office.customer(), assignee_id=eve.user)
    van, part = office.van(eve.user), office.part()
    eve.say(use_part, order_id=order, part_id=part, quantity=1_000_000, place_id=van)
    eve.push()
    office.assign(order, None)
    eve.catch_up()
    assert len(eve.has("movement")) == 1
    assert eve.has("work_order") == set()
    assert eve.bodies() == office.scope(eve.user)


def test_the_ledger_of_a_van_is_its_keepers_alone(office: Office, eve: Laptop, max_: Laptop) -> None:
    van, part = office.van(eve.user), office.part()
    office.do(receive_stock, place_id=van, part_id=part, quantity=1_000_000)
    for laptop in (eve, max_):
        laptop.catch_up()
        assert laptop.bodies() == office.scope(laptop.user)
    assert (len(eve.has("movement")), len(max_.has("movement"))) == (1, 0)
    assert van in max_.has("place")


def puts_of(laptop: Laptop, table: str) -> list[str]:
    return [row["id"] for row in laptop.pages[-1]["rows"] if row["op"] == "put" and row["table"] == table]


def put_into(office: Office, part: str, machine: str | None) -> None:
    given = {"parent_id": machine} if machine else {"emptied": ["parent_id"]}
    office.do(edit_asset, asset_id=part, based_on={"parent_id": office.row("asset", part)["parent_id"]}, **given)


def test_who_has_one_part_of_a_machine_has_the_whole_machine(office: Office, eve: Laptop) -> None:
    customer = office.customer()
    robot, arm, wrist, other = (office.asset(customer) for _ in range(4))
    put_into(office, arm, robot)
    put_into(office, wrist, arm)
    put_into(office, other, arm)
    order = office.order(customer, wrist, eve.user)
    eve.catch_up()
    assert eve.has("asset") == {robot, arm, wrist, other}
    assert puts_of(eve, "asset")[:2] == [robot, arm]  # the machine before its parts: each prefix is whole
    office.assign(order, None)
    eve.catch_up()
    assert eve.has("asset") == set()
    leaves = [row["id"] for row in eve.pages[-1]["rows"] if row["op"] == "leave" and row["table"] == "asset"]
    assert leaves[-2:] == [arm, robot]


def test_a_part_that_is_put_into_a_machine_comes_and_goes_with_it(office: Office, eve: Laptop) -> None:
    customer, elsewhere = office.customer(), office.customer()
    robot, arm, wrist = office.asset(customer), office.asset(customer), office.asset(elsewhere)
    put_into(office, wrist, arm)
    office.order(customer, robot, eve.user)
    eve.catch_up()
    assert eve.has("asset") == {robot}
    put_into(office, arm, robot)
    eve.catch_up()
    assert (eve.has("asset"), eve.has("customer")) == ({robot, arm, wrist}, {customer, elsewhere})
    new = office.do(create_asset, customer_id=customer, serial="N", name="Gripper", parent_id=wrist)
    eve.catch_up()
    assert new in eve.has("asset")
    put_into(office, arm, None)
    eve.catch_up()
    assert (eve.has("asset"), eve.has("customer")) == ({robot}, {customer})
    assert eve.bodies() == office.scope(eve.user)


def test_a_ring_of_parts_refused_by_headquarters_costs_nobody_a_row(office: Office, eve: Laptop) -> None:
    customer = office.customer()
    robot, arm = office.asset(customer), office.asset(customer)
    office.order(customer, robot, eve.user)
    office.order(customer, arm, eve.user)
    eve.catch_up()
    put_into(office, arm, robot)
    eve.say(edit_asset, asset_id=robot, parent_id=arm, based_on={"parent_id": None})
    [said] = eve.push()["outcomes"]
    assert said["outcome"]["code"] == "part_of_itself"
    eve.catch_up()
    assert eve.has("asset") == {robot, arm}
    assert eve.bodies() == office.scope(eve.user)


def test_a_dispatcher_sees_everything(office: Office, eve: Laptop) -> None:
    office.order(office.customer(), assignee_id=eve.user)
    dora = office.laptop("dispatcher")
    dora.catch_up()
    assert dora.bodies() == office.rows()
    dora.snapshot(limit=7)
    assert dora.bodies() == office.rows()


@pytest.mark.usefixtures("selling")
def test_a_machine_sold_to_another_customer_brings_the_new_one_and_takes_the_old_one(
    office: Office, eve: Laptop
) -> None:
    old, new = office.customer("old"), office.customer("new")
    asset = office.asset(old)
    order = office.order(new, asset, eve.user)
    eve.catch_up()
    assert eve.has("customer") == {old, new}
    office.do("sell_asset", asset_id=asset, customer_id=new, based_on={"customer_id": old})
    eve.catch_up()
    assert eve.has("customer") == {new}
    office.assign(order, None)
    eve.catch_up()
    assert eve.has("customer") == eve.has("asset") == set()
    assert eve.bodies() == office.scope(eve.user)


@pytest.mark.usefixtures("promoting")
def test_a_new_role_is_seen_by_a_new_snapshot(office: Office, eve: Laptop) -> None:
    office.order(office.customer())
    eve.catch_up()
    boss = office.dispatcher
    office.dispatcher = office.boss
    office.do("promote", user_id=eve.user, role=ADMINISTRATOR, based_on={"role": "service_engineer"})
    office.dispatcher = boss
    assert eve.pull()["snapshot"]
    eve.snapshot()
    eve.catch_up()
    assert eve.bodies() == office.rows()


@pytest.fixture
def selling() -> Iterator[None]:
    def sell_asset(tx: Tx, ctx: Ctx, *, asset_id: Id, customer_id: Id) -> None:
        """Move a machine to another customer."""
        tx.change(tx.one(Asset, asset_id), ctx.based_on, customer_id=customer_id)

    decision(may=ACTIONS["assign_order"].may, about="asset_id")(sell_asset)
    yield
    del ACTIONS["sell_asset"]


@pytest.fixture
def promoting() -> Iterator[None]:
    def promote(tx: Tx, ctx: Ctx, *, user_id: Id, role: Code) -> None:
        """Give a person another role."""
        tx.change(tx.one(User, user_id), ctx.based_on, role=role)

    decision(may=ACTIONS["create_user"].may, about="user_id")(promote)
    yield
    del ACTIONS["promote"]


@pytest.mark.usefixtures("selling")
@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_each_has_what_is_theirs(office: Office, seed: int) -> None:
    chance = random.Random(seed)
    people = [office.person(name) for name in ("ann", "bob", "cy")]
    laptops = [office.laptop(name) for name in ("ann", "bob", "cy", "dispatcher")]
    customers = [office.customer() for _ in range(3)]
    assets = [office.asset(chance.choice(customers)) for _ in range(4)]
    part = office.part()
    places = [office.van(person) for person in people] + [office.van(None)]
    orders: list[str] = []
    fitted: list[tuple[str, str, str]] = []
    for _step in range(40):
        what = chance.choice(
            ["open", "open", "assign", "assign", "note", "use", "back", "sell", "rename", "pull", "fit", "fit"]
        )
        if what == "open":
            asset_id, assignee_id = chance.choice([*assets, None]), chance.choice([*people, None])
            orders.append(office.order(chance.choice(customers), asset_id, assignee_id))
        elif what == "sell":
            asset, to = chance.choice(assets), chance.choice(customers)
            office.do("sell_asset", asset_id=asset, customer_id=to, based_on=office.row("asset", asset))
        elif what == "rename":
            asset = chance.choice(assets)
            office.do(edit_asset, asset_id=asset, name=f"Press {_step}", based_on=office.row("asset", asset))
        elif what == "fit":
            part_in, machine = chance.choice(assets), chance.choice([*assets, None])
            with suppress(RuleBroken):  # a ring, or nothing changed
                put_into(office, part_in, machine)
        elif what == "pull":
            chance.choice(laptops).catch_up(limit=chance.choice([1, 3, 1000]))
        elif orders:
            order, place = chance.choice(orders), chance.choice(places)
            if what == "assign":
                office.assign(order, chance.choice([*people, None]))
            elif what == "note":
                office.do(add_note, order_id=order, text=str(_step))
            elif what == "use":
                moved = office.do(use_part, order_id=order, part_id=part, quantity=1_000_000, place_id=place)
                fitted.append((order, moved, place))
            elif fitted:
                order, moved, place = fitted.pop(chance.randrange(len(fitted)))
                office.do(
                    take_part_back, order_id=order, movement_id=moved, part_id=part, quantity=500_000, place_id=place
                )
    for laptop in laptops:
        laptop.catch_up(limit=chance.choice([1, 5, 1000]))
        assert laptop.bodies() == office.scope(laptop.user)
        fed = dict(laptop.rows)
        laptop.snapshot(limit=chance.choice([1, 4, 1000]))
        assert laptop.rows == fed


def test_membership_counts_every_root_and_nothing_else(office: Office, eve: Laptop) -> None:
    customer = office.customer()
    asset = office.asset(customer)
    first, second = office.order(customer, asset, eve.user), office.order(customer, None, eve.user)
    text = "SELECT root_id, table_name, row_id FROM member WHERE user_id = ?"
    assert sorted(office.ask(text, eve.user)) == sorted(
        [(first, "work_order", first), (first, "customer", customer), (first, "asset", asset),
         (second, "work_order", second), (second, "customer", customer)]
    )  # fmt: skip
    office.assign(first, None)
    office.assign(second, None)
    assert office.ask(text, eve.user) == []


def test_a_snapshot_taken_while_orders_change_hands_ends_right_once_the_feed_is_replayed(
    office: Office, eve: Laptop
) -> None:
    customer = office.customer()
    asset = office.asset(customer)
    orders = [office.order(customer, asset, eve.user if n % 2 else None) for n in range(8)]
    after, first = None, None
    for step in range(100):
        page = eve.hq.snapshot(eve.question(after=after, limit=3), eve.token)
        first = page["pos"] if first is None else first
        for row in page["rows"]:
            eve.rows[(row["table"], row["id"])] = (row["rev"], row["body"])
        after = page["next"]
        if after is None:
            break
        order = orders[step % 8]
        office.assign(order, None if office.holder(order) else eve.user)
        shown = office.row("asset", asset)
        office.do(edit_asset, asset_id=asset, name=f"Press {step}", based_on=shown)
    assert first is not None
    eve.cursor = first
    while True:
        page = eve.pull(limit=1000)
        for row in page["rows"]:
            key = (row["table"], row["id"])
            if row["op"] == "leave":
                eve.rows.pop(key, None)
            elif key not in eve.rows or eve.rows[key][0] < row["rev"]:
                eve.rows[key] = (row["rev"], row["body"])
        eve.cursor = page["to"]
        if not page["more"]:
            break
    assert eve.bodies() == office.scope(eve.user)


def test_a_status_change_reaches_only_who_has_the_order(office: Office, eve: Laptop, max_: Laptop) -> None:
    order = office.order(office.customer(), assignee_id=eve.user)
    eve.catch_up()
    max_.catch_up()
    eve.say(
        set_order_status, order_id=order, status="in_progress", based_on={"status": "assigned", "status_reason": ""},
        unasked=1,
    )  # fmt: skip
    eve.push()
    eve.catch_up()
    max_.catch_up()
    assert ops_of(eve) == ["put", "put"]
    assert ops_of(max_) == []


# ---------------------------------------------------------------- what the tables and actions must declare


def test_every_argument_that_names_a_row_is_known_by_its_name() -> None:
    """Scope is asked before an action runs; an argument of another name would be asked only afterwards."""
    named = {(kind, name) for kind, action in actions().items() for name in ids_named_in(action.schema())}
    assert ("set_stock_levels", "place_id") in named
    one_of_the_others = "subject_id"  # the action refuses any that is not named by another argument or its row too
    assert {(kind, name) for kind, name in named if name not in TABLE_OF and name != one_of_the_others} == set()


def ids_named_in(schema: Any) -> Iterator[str]:
    """Names of the properties of a JSON schema that hold a row's id."""
    if isinstance(schema, dict):
        for name, inner in schema.get("properties", {}).items():
            if any(each.get("pattern") == ID.schema["pattern"] for each in [inner, *inner.get("anyOf", [])]):
                yield name
        for inner in schema.values():
            yield from ids_named_in(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from ids_named_in(inner)


def test_a_row_follows_either_rows_of_scopes_or_any_row() -> None:
    """A snapshot asks each column by itself; a catalogue table among several would give everyone the row."""
    for name, columns in FOLLOWS.items():
        assert all(col.ref == "*" or NATURE[str(col.ref)] != "catalogue" for col in columns), name
        for col in columns:
            if col.ref == "*":
                assert any(each.name == col.name.removesuffix("_id") + "_table" for each in tables()[name].columns)


def test_what_is_reached_comes_before_what_reaches_it() -> None:
    order = list(tables())
    for name, columns in REACH.items():
        # A row of the same table is put before it by its depth (scope.py).
        assert all(order.index(str(col.ref)) < order.index(name) or col.ref == name for col in columns)
    for name, columns in FOLLOWS.items():
        assert all(col.ref == "*" or order.index(str(col.ref)) < order.index(name) for col in columns)
