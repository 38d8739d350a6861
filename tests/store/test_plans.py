"""What is asked of the outbox finds its index, so that years of history behind the work at hand cost nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fielddesk.features.assets.actions import edit_asset
from fielddesk.features.assets.model import Asset
from fielddesk.features.inspections import queries as inspections
from fielddesk.features.parts import queries as parts
from fielddesk.features.people import queries as people
from fielddesk.features.people.rules import ENGINEER
from fielddesk.features.sync_centre import queries as centre
from fielddesk.features.workorders import queries as orders
from fielddesk.store import connect, outbox
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.store.tx import Reading, write
from fielddesk.sync.apply import LaptopSync
from fielddesk.sync.protocol import Echo, Outcome, PushAnswer
from tests.support.laptops import new_laptop, some_id

PRESS = some_id("press")


@pytest.fixture
def store(tmp_path: Path) -> Any:
    store = new_laptop(tmp_path / "profile")

    def put(connection: sa.Connection) -> tuple[None, list[Any]]:
        row = Asset(id=PRESS, customer_id=some_id("mill"), serial="S1", name="Press", rev=1)
        write(connection, Asset, "add", [row])
        outbox.put_setting(connection, cursor=1)
        return None, []

    store.write(put)
    store.do(call(edit_asset, based_on={"name": "Press"}, asset_id=PRESS, name="Press 1"))
    store.do(call(edit_asset, based_on={"name": "Press 1"}, asset_id=PRESS, name="Press 2"))
    yield store
    store.close()


def plans(store: Store, do: Callable[[], Any]) -> list[str]:
    """How the database finds the rows of every statement that `do` gives it."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if statement.split()[0] in ("SELECT", "UPDATE", "DELETE"):
            asked.append((statement, values[0] if many else values))

    sa.event.listen(store.engine, "before_cursor_execute", note)
    do()
    sa.event.remove(store.engine, "before_cursor_execute", note)
    found: list[str] = []
    with store.read() as read:
        for statement, values in asked:
            lines = read.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values or ()).fetchall()
            found += [f"{line[3]} -- {statement[:200]}" for line in lines]
    return found


def reading(ask: Callable[[Reading], Any]) -> Callable[[Store], Callable[[], Any]]:
    def of(store: Store) -> Callable[[], Any]:
        def run() -> None:
            with store.read() as read:
                ask(read)

        return run

    return of


def answered(store: Store) -> Callable[[], Any]:
    first, second = LaptopSync(store).waiting_ops(1, 10, 10**6)
    outcomes = [
        Outcome(id=op.id, seq=op.seq, hash=op.hash, is_="applied", detail={}, pos=n)
        for n, op in enumerate((first, second), 1)
    ]
    echo = Echo("hq-test", 1, store.identity.device, 1)
    return lambda: LaptopSync(store).take_outcomes(
        PushAnswer(echo=echo, outcomes=tuple(outcomes), next_seq=3, later=None, fork=None)
    )


ASKED: dict[str, Callable[[Store], Callable[[], Any]]] = {
    "an action": lambda store: (
        lambda: store.do(call(edit_asset, based_on={"name": "Press 2"}, asset_id=PRESS, name="Press 3"))
    ),
    "what is sent": lambda store: lambda: LaptopSync(store).waiting_ops(1, 10, 10**6),
    "what sync begins with": lambda store: LaptopSync(store).load_state,
    "an answer": answered,
    "which stand": reading(outbox.standing),
    "how many wait": reading(outbox.waiting_count),
    "what is known": reading(lambda read: outbox.known_among(read, [PRESS])),
    "the sync centre's counts": reading(centre.counts),
    "the sync centre's waiting": reading(lambda read: centre.waiting(read, 0, 50)),
    "the sync centre's clashes": reading(centre.needing),
    "what an operation touched": reading(lambda read: outbox.rows_touched_by(read, [PRESS])),
    "what touched a row": reading(lambda read: outbox.touching(read, [PRESS])),
    "marks": reading(lambda read: people.marks(read, [PRESS])),
    "parts on their way": reading(lambda read: parts.stocks(read, [PRESS], some_id("anna"), ENGINEER)),
}


@pytest.mark.parametrize("view", [orders.MINE, orders.TODAY, orders.WEEK, orders.INCIDENTS])
@pytest.mark.parametrize("sort", [orders.BY_DUE, orders.BY_VISIT])
@pytest.mark.parametrize("everybody", [False, True])
def test_a_list_of_orders_finds_its_few_by_an_index(store: Store, view: str, sort: str, everybody: bool) -> None:
    """A hundred thousand orders stand in the table; mine, today's and this week's are a handful of them."""
    wanted = orders.OrderFilter(some_id("anna"), "2027-01-15", view, sort=sort, everybody=everybody)
    found = plans(store, reading(lambda read: orders.order_page(read, wanted, 0, 64))(store))
    found += plans(store, reading(lambda read: orders.order_count(read, wanted))(store))
    assert found
    assert [line for line in found if line.startswith("SCAN work_order")] == []
    none_agreed = "planned_at=?"  # most orders have no visit: an index on that finds nearly all of them
    assert [line for line in found if none_agreed in line.partition(" -- ")[0]] == []


def test_what_belongs_to_an_order_is_found_by_an_index(store: Store) -> None:
    one, me = some_id("order"), some_id("anna")
    found = plans(store, reading(lambda read: orders.linked_orders(read, one))(store))
    found += plans(store, reading(lambda read: orders.safety_checks(read, one))(store))
    found += plans(store, reading(lambda read: orders.incidents(read, one))(store))
    found += plans(store, reading(lambda read: parts.reserved(read, one, me, ENGINEER))(store))
    found += plans(store, reading(lambda read: parts.parts_count(read, one))(store))
    scans = ("SCAN order_link", "SCAN safety_check", "SCAN safety_incident", "SCAN reservation", "SCAN movement")
    assert [line for line in found if line.startswith(scans)] == []


@pytest.mark.parametrize("what", ASKED)
def test_it_asks_the_outbox_by_an_index(store: Store, what: str) -> None:
    found = plans(store, ASKED[what](store))
    assert found
    for line in found:
        short = "outcome_incarnation" in line  # the operations at hand
        assert short or not line.startswith(("SCAN own_operation", "SCAN o ", "SCAN touched_row", "SCAN t ")), line


def test_who_reads_keeps_little_in_memory(store: Store) -> None:
    with store.read() as read:
        assert read.connection.exec_driver_sql("PRAGMA cache_size").scalar() == -connect.READER_CACHE_KIB
    assert connect.READER_CACHE_KIB * 8 <= connect.PAGE_CACHE_KIB


def test_an_edit_writes_only_the_columns_it_changed(store: Store) -> None:
    """An index of any column that an UPDATE names is written anew, even where the value is the same."""
    said: list[str] = []
    sa.event.listen(store.engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    store.do(call(edit_asset, based_on={"name": "Press 2"}, asset_id=PRESS, name="Press 3"))
    (update,) = [one for one in said if one.startswith('UPDATE "asset"')]
    assert update == 'UPDATE "asset" SET "name" = ? WHERE "id" = ?'
    with store.read() as read:
        assert read.one(Asset, PRESS).name == "Press 3"


TODAY = "2027-01-15"
INSPECTIONS: dict[str, Callable[[Reading], Any]] = {
    "one": lambda read: inspections.inspection_view(read, PRESS),
    "readings": lambda read: inspections.earlier_readings(read, PRESS, "pressure"),
    "of an order": lambda read: inspections.inspections_of(read, PRESS, TODAY),
    "mine": lambda read: inspections.inspection_page(read, wanted(inspections.MINE), 0, 50),
    "open": lambda read: inspections.inspection_page(read, wanted(inspections.OPEN), 0, 50),
    "done": lambda read: inspections.inspection_page(read, wanted(inspections.DONE), 0, 50),
    "of an asset": lambda read: inspections.inspection_page(read, wanted(inspections.ALL, PRESS), 0, 50),
    "what waits": lambda read: inspections.due_count(read, PRESS, TODAY),
    "plans of an asset": lambda read: inspections.plan_page(read, inspections.PlanFilter(TODAY, PRESS), 0, 50),
    "visits of an asset": lambda read: inspections.visits_of_asset(read, PRESS, TODAY, "2027-12-31", TODAY),
    "the newest version": lambda read: inspections.latest_version(read, PRESS),
}


def wanted(view: str, asset_id: str | None = None) -> inspections.InspectionFilter:
    return inspections.InspectionFilter(PRESS, TODAY, view, asset_id=asset_id)


@pytest.mark.parametrize("what", INSPECTIONS)
def test_it_finds_inspections_by_an_index(store: Store, what: str) -> None:
    found = plans(store, reading(INSPECTIONS[what])(store))
    assert found
    long = ("answer", "inspection", "work_order", "attachment", "inspection_plan", "plan_exception")
    for line in found:
        assert not line.startswith(tuple(f"SCAN {table} " for table in long)) or "USING INDEX" in line, line
