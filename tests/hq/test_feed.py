"""The feed skips nothing and splits nothing, however many write at once and whoever stops in the middle."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fielddesk.core import canonical
from fielddesk.core.clock import FixedClock
from fielddesk.core.ids import derived_id
from fielddesk.features.assets.actions import edit_asset
from fielddesk.features.parts.actions import import_parts, use_part
from fielddesk.features.workorders.actions import add_note, set_order_status
from fielddesk.hq import admin, pull
from fielddesk.hq.service import Headquarters, on_postgresql
from fielddesk.store.actions import call
from tests.support.offices import Laptop, Office


@pytest.fixture
def laptop(office: Office) -> Laptop:
    office.person("eve")
    return office.laptop("eve")


@pytest.fixture
def order(office: Office, laptop: Laptop) -> str:
    return office.order(office.customer(), assignee_id=laptop.user)


def lines(count: int) -> list[dict[str, Any]]:
    blank = {"names": '{"en":"Seal"}', "category": "", "unit": "piece", "replaced_by": None}
    return [{"number": f"P-{n:05}", **blank} for n in range(count)]


# ---------------------------------------------------------------- pages


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_a_page_ends_only_between_commits(office: Office, laptop: Laptop, order: str, limit: int) -> None:
    chance = random.Random(limit)
    for _ in range(12):
        for n in range(chance.choice([1, 1, 2, 5])):
            laptop.say(add_note, order_id=order, text=str(n))
        laptop.push()
    pages = laptop.catch_up(limit)
    assert pages > 1
    ends = {commit for (commit,) in office.ask("SELECT DISTINCT commit_no FROM feed")}
    seen: set[int] = set()
    for page in laptop.pages:
        commits = {row["commit"] for row in page["rows"]}
        assert not commits & seen
        seen |= commits
        assert page["to"] in ends
    assert laptop.bodies() == office.scope(laptop.user)


def test_a_large_change_is_several_commits_of_at_most_five_hundred_rows(office: Office, laptop: Laptop) -> None:
    office.do(import_parts, lines=lines(1200))
    sizes = [size for (size,) in office.ask("SELECT count(*) FROM feed GROUP BY commit_no")]
    assert max(sizes) == 500
    laptop.catch_up(limit=300)
    assert len(laptop.has("part")) == 1200


def test_entering_a_large_order_keeps_the_closure_after_every_page(office: Office, laptop: Laptop, order: str) -> None:
    office.assign(order, None)
    for start in range(0, 1100, 100):
        calls = [call(add_note, order_id=order, text=str(n)) for n in range(start, start + 100)]
        office.hq.perform(calls, office.dispatcher)
    office.assign(order, laptop.user)
    assert laptop.catch_up(limit=1) > 4  # `take` looks at the closure after each page
    assert len(laptop.has("note")) == 1100
    assert laptop.bodies() == office.scope(laptop.user)


def test_outcomes_come_in_pages_too(laptop: Laptop, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pull, "OUTCOMES", 3)
    bad = {"status": "nonsense", "based_on": {"status": "assigned", "status_reason": ""}}
    ops = []
    for _ in range(5):
        ops += [laptop.say(set_order_status, order_id=order, **bad) for _ in range(2)]  # type: ignore[arg-type]
        laptop.push()
    laptop.outcomes.clear()
    assert laptop.catch_up() > 2
    assert set(laptop.outcomes) == set(ops)


def test_positions_have_no_holes_and_each_commit_ends_where_it_says(office: Office, laptop: Laptop, order: str) -> None:
    laptop.say(add_note, order_id=order, text="x")
    laptop.push()
    rows = office.ask("SELECT pos, commit_no FROM feed ORDER BY pos")
    assert [pos for pos, _ in rows] == list(range(1, len(rows) + 1))
    last = {commit: pos for pos, commit in rows}
    assert all(commit == pos for commit, pos in last.items())


def test_a_pruned_feed_asks_for_exactly_one_snapshot(office: Office, laptop: Laptop, order: str) -> None:
    laptop.catch_up()
    other = office.laptop("eve")
    laptop.say(add_note, order_id=order, text="x")
    laptop.push()
    laptop.catch_up()
    assert admin.prune_feed(office.hq, laptop.cursor) > 0
    page = other.pull()
    assert (page["snapshot"], page["rows"], page["to"]) == (True, [], 0)
    other.snapshot()
    other.catch_up()
    assert other.bodies() == laptop.bodies() == office.scope(laptop.user)
    assert laptop.pull()["snapshot"] is False


def test_pulling_is_repeatable_and_changes_nothing(laptop: Laptop, order: str) -> None:
    laptop.say(add_note, order_id=order, text="x")
    laptop.push()
    first = laptop.pull(limit=2)
    assert laptop.pull(limit=2) == first
    assert laptop.pull(start=first["to"], limit=2)["from"] == first["to"]


# ---------------------------------------------------------------- many at once


def test_a_cursor_over_a_plain_sequence_loses_rows_and_ours_none(
    office_on_postgresql: Office, request: pytest.FixtureRequest
) -> None:
    """The schedule that breaks it: the slower writer drew first and commits last."""
    office = office_on_postgresql
    url = office.hq.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as reader:
        reader.execute("CREATE TABLE naive (pos BIGSERIAL PRIMARY KEY, what TEXT)")
        try:
            with psycopg.connect(url) as slow, psycopg.connect(url) as fast:
                slow.execute("INSERT INTO naive (what) VALUES ('slow')")
                fast.execute("INSERT INTO naive (what) VALUES ('fast')")
                fast.commit()
                seen = reader.execute("SELECT pos, what FROM naive WHERE pos > 0 ORDER BY pos").fetchall()
                slow.commit()
                later = reader.execute("SELECT what FROM naive WHERE pos > %s", (seen[-1][0],)).fetchall()
            assert [what for _, what in seen] == ["fast"]
            assert later == []  # 'slow' is lost for this reader, for ever
        finally:
            reader.execute("DROP TABLE naive")
    eve = _eve(office)
    order = office.order(office.customer(), assignee_id=eve.user)
    eve.catch_up()
    start = eve.cursor
    drawn, go = threading.Event(), threading.Event()

    def hold(name: str) -> None:
        if name == "after_stamp" and threading.current_thread().name == "slow":
            drawn.set()
            assert go.wait(20)

    office.hq.point = hold
    writers = [
        threading.Thread(target=office.do, args=(add_note,), kwargs={"order_id": order, "text": name}, name=name)
        for name in ("slow", "fast")
    ]
    writers[0].start()
    assert drawn.wait(20)
    writers[1].start()
    assert eve.pull(start=start)["rows"] == []  # nothing of the fast one passes the slow one
    go.set()
    for writer in writers:
        writer.join(20)
    eve.catch_up()
    assert sorted(body["text"] for (table, _), body in eve.bodies().items() if table == "note") == ["fast", "slow"]


def _eve(office: Office) -> Laptop:
    office.person("eve")
    return office.laptop("eve")


def test_eight_writers_with_delays_before_commit_and_no_reader_misses_a_row(office: Office) -> None:
    eve = _eve(office)
    writers = [office.laptop("dispatcher") for _ in range(8)]
    customer = office.customer()
    orders = [office.order(customer, assignee_id=eve.user) for _ in range(3)]
    chance = random.Random(5)
    delays = [chance.uniform(0, 0.02) for _ in range(500)]
    drawn = iter(delays)
    office.hq.point = lambda name: time.sleep(next(drawn, 0)) if name == "after_stamp" else None
    done = threading.Event()
    failures: list[BaseException] = []

    def write(laptop: Laptop, number: int) -> None:
        try:
            for n in range(6):
                laptop.say(add_note, order_id=orders[n % 3], text=f"{number}-{n}")
                if n == 3:
                    shown = {"assignee_id": office.holder(orders[0])}
                    to = eve.user if number % 2 else None
                    laptop.say("assign_order", order_id=orders[0], assignee_id=to, due_on=None, based_on=shown)
                laptop.push(laptop.queue[-2:])
        except BaseException as failure:
            failures.append(failure)

    def read() -> None:
        try:
            while not done.is_set():
                eve.catch_up(limit=3)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=write, args=(laptop, n)) for n, laptop in enumerate(writers)]
    reader = threading.Thread(target=read)
    for thread in (*threads, reader):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    reader.join()
    assert failures == []
    eve.catch_up(limit=3)
    assert eve.bodies() == office.scope(eve.user)
    writers[0].catch_up(limit=5)
    assert writers[0].bodies() == office.rows()
    assert sum(table == "note" for table, _ in office.rows()) == 48


def test_two_laptops_edit_one_field_in_the_same_moment_one_applies_and_one_conflicts(office: Office) -> None:
    customer = office.customer()
    asset = office.asset(customer)
    laptops = []
    for name in ("ann", "bob"):
        office.order(customer, asset, office.person(name))
        laptops.append(office.laptop(name))
    shown = office.row("asset", asset)
    ops = [
        laptop.say(edit_asset, asset_id=asset, name=f"Press of {laptop.answer['account']}", based_on=shown)
        for laptop in laptops
    ]
    inside, go = threading.Event(), threading.Event()

    def hold(name: str) -> None:
        if name == "before_stamp" and threading.current_thread().name == "first":
            inside.set()
            assert go.wait(20)

    office.hq.point = hold
    first = threading.Thread(target=laptops[0].push, name="first")
    second = threading.Thread(target=laptops[1].push, name="second")
    first.start()
    assert inside.wait(20)
    second.start()
    second.join(0.5)
    assert second.is_alive()  # it waits for the row, whatever it will say of it
    go.set()
    first.join(20)
    second.join(20)
    assert laptops[0].did(ops[0]) == {"is": "applied"}
    told = laptops[1].did(ops[1])
    assert told["is"] == "conflict"
    assert told["fields"]["name"]["theirs"] == "Press of ann"
    for laptop in laptops:
        laptop.catch_up()
        assert laptop.bodies() == office.scope(laptop.user)
        assert laptop.rows[("asset", asset)][1]["name"] == "Press of ann"


def test_the_last_part_used_by_two_vans_at_once_is_in_the_ledger_twice(office: Office) -> None:
    part, depot, customer = office.part(), office.van(None), office.customer()
    laptops = []
    for name in ("ann", "bob"):
        order = office.order(customer, assignee_id=office.person(name))
        laptop = office.laptop(name)
        laptop.say(use_part, order_id=order, part_id=part, quantity=1_000_000, place_id=depot)
        laptops.append(laptop)
    threads = [threading.Thread(target=laptop.push) for laptop in laptops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row["quantity"] for (table, _), row in office.rows().items() if table == "movement"] == [-1_000_000] * 2


# ---------------------------------------------------------------- who stops in the middle

CHILD = """
import os, signal, sys
from fielddesk.core.clock import FixedClock
from fielddesk.core.ids import derived_id
from fielddesk.hq.service import on_postgresql, on_sqlite
from fielddesk.core import canonical
kind, where, point, how, question, token = sys.argv[1:]
def stop(name):
    if name == point:
        print("there", flush=True)
        os.kill(os.getpid(), getattr(signal, how))
hq = on_sqlite(__import__("pathlib").Path(where), FixedClock(at=1_900_000_000_000_000)) if kind == "sqlite" else \\
    on_postgresql(where, FixedClock(at=1_900_000_000_000_000), idle_s=2)
hq.point = stop
answer = hq.push(canonical.loads(question), token)
print(answer["outcomes"][0]["outcome"]["is"], flush=True)
hq.close()
"""


def run_child(office: Office, laptop: Laptop, point: str, how: str) -> subprocess.Popen[str]:
    engine = office.hq.engine
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            where = connection.exec_driver_sql("PRAGMA database_list").fetchall()[0][2]
    else:
        where = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    question = canonical.dumps(laptop.question(ops=laptop.queue))
    words = [sys.executable, "-c", CHILD, engine.dialect.name, where, point, how, question, laptop.token]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def wake(pid: int) -> None:
    """Let a process go on that is about to stop itself; a signal that came before it stopped would be lost."""
    for _ in range(600):
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T":
            break
        time.sleep(0.05)
    os.kill(pid, signal.SIGCONT)


@pytest.mark.slow
@pytest.mark.parametrize("point", ["before_stamp", "after_stamp", "before_commit", "after_commit"])
def test_headquarters_killed_in_a_push_has_taken_all_of_it_or_nothing(
    office: Office, laptop: Laptop, order: str, point: str
) -> None:
    laptop.say(add_note, order_id=order, text="one")
    laptop.say(add_note, order_id=order, text="two")
    child = run_child(office, laptop, point, "SIGKILL")
    assert child.wait(60) == -signal.SIGKILL
    assert child.stdout is not None
    assert child.stdout.read() == "there\n"
    child.stdout.close()
    notes = sum(table == "note" for table, _ in office.rows())
    assert notes == (2 if point == "after_commit" else 0)
    answer = laptop.push()
    assert [one["outcome"]["is"] for one in answer["outcomes"]] == ["applied"] * 2
    laptop.catch_up()
    assert sum(table == "note" for table, _ in office.rows()) == 2
    assert laptop.bodies() == office.scope(laptop.user)


@pytest.mark.slow
def test_a_process_stopped_between_stamp_and_commit_does_not_stop_the_feed(office_on_postgresql: Office) -> None:
    office = office_on_postgresql
    laptop = _eve(office)
    order = office.order(office.customer(), assignee_id=laptop.user)
    laptop.catch_up()
    laptop.say(add_note, order_id=order, text="from the stopped one")
    child = run_child(office, laptop, "after_stamp", "SIGSTOP")
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "there\n"
        office.do(add_note, order_id=order, text="from the other")
        laptop.take(laptop.pull())
        texts = [body["text"] for (table, _), body in laptop.bodies().items() if table == "note"]
        assert texts == ["from the other"]
    finally:
        wake(child.pid)
    assert child.stdout.readline() == "there\n"  # its transaction was ended, it tries again, and stops again
    wake(child.pid)
    child.wait(60)
    child.stdout.close()
    laptop.push()
    laptop.catch_up()
    texts = sorted(body["text"] for (table, _), body in laptop.bodies().items() if table == "note")
    assert texts == ["from the other", "from the stopped one"]


def test_a_connection_that_is_cut_in_the_middle_is_replaced_and_the_outcome_stands_once(
    office_on_postgresql: Office,
) -> None:
    office = office_on_postgresql
    laptop = _eve(office)
    order = office.order(office.customer(), assignee_id=laptop.user)
    laptop.say(add_note, order_id=order, text="x")
    url = office.hq.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    cuts = iter([True, True])

    def cut(name: str) -> None:
        if name == "after_stamp" and next(cuts, False):
            with psycopg.connect(url, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )

    office.hq.point = cut
    laptop.push()
    office.hq.point = lambda name: None
    assert next(cuts, "used up") == "used up"
    assert sum(table == "note" for table, _ in office.rows()) == 1
    laptop.catch_up()
    assert laptop.bodies() == office.scope(laptop.user)


def test_two_processes_serve_one_laptop(office_on_postgresql: Office, make_hq: Callable[..., Headquarters]) -> None:
    office = office_on_postgresql
    laptop = _eve(office)
    order = office.order(office.customer(), assignee_id=laptop.user)
    url = office.hq.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    other = on_postgresql(url, FixedClock(at=office.clock.now()))
    try:
        for n in range(6):
            laptop.hq = other if n % 2 else office.hq
            laptop.say(add_note, order_id=order, text=str(n))
            laptop.push()
            laptop.hq = office.hq if n % 2 else other
            laptop.catch_up()
    finally:
        other.close()
    assert len(laptop.has("note")) == 6


def test_a_write_that_is_no_action_is_aborted(office: Office) -> None:
    office.customer()
    with office.hq.engine.connect() as connection, pytest.raises(Exception, match="write outside an action"):
        connection.exec_driver_sql("UPDATE customer SET name = 'x'")


def test_a_fact_and_the_row_it_waits_for_that_come_beside_each_other_find_each_other(office: Office) -> None:
    """Each looked for the other before either was committed."""
    eve, customer = _eve(office), office.customer()
    dora = office.laptop("dispatcher")
    created = dora.say(
        "create_order", number="WO-1", kind="repair", title="x", customer_id=customer, assignee_id=eve.user
    )
    noted = eve.say(add_note, order_id=derived_id(created, "order"), text="early")
    inside, go = threading.Event(), threading.Event()

    def hold(name: str) -> None:
        if name == "before_stamp" and threading.current_thread().name == "fact":
            inside.set()
            assert go.wait(20)

    office.hq.point = hold
    fact = threading.Thread(target=eve.push, name="fact")
    fact.start()
    assert inside.wait(20)
    if office.hq.engine.dialect.name == "postgresql":
        dora.push()  # while the fact, not yet stamped, has not found the order
    go.set()
    fact.join(20)
    office.hq.point = lambda name: None
    dora.push()
    eve.catch_up()
    assert eve.did(noted) == {"is": "applied"}
    assert eve.bodies() == office.scope(eve.user)


def test_long_texts_make_more_pages_not_larger_ones(office: Office, laptop: Laptop, order: str) -> None:
    """A thousand notes of 100,000 characters must not make an answer that no laptop can take."""
    for n in range(60):
        laptop.say(add_note, order_id=order, text="报告" * 50_000 if n % 2 else f"{n} " * 20_000)
        laptop.push(laptop.queue[-1:])
    office.assign(order, None)
    office.assign(order, laptop.user)
    laptop.catch_up(limit=2000)
    assert laptop.bodies() == office.scope(laptop.user)
    assert max(len(canonical.dumps(page["rows"])) for page in laptop.pages) < 3 * pull.PAGE_BYTES // 2

    after = None
    while True:
        page = laptop.hq.snapshot(laptop.question(after=after, limit=2000), laptop.token)
        assert len(canonical.dumps(page["rows"])) < 3 * pull.PAGE_BYTES // 2

        after = page["next"]
        if after is None:
            break
