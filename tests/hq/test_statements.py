"""What headquarters asks and tells both databases: any letters, few statements, and errors that say what they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from fielddesk.features.assets.actions import edit_asset
from fielddesk.features.customers.model import Customer
from fielddesk.hq.service import Headquarters
from fielddesk.hq.tables import Feed, HqSetting
from fielddesk.store.statements import add_rows, add_values, ask, ask_together, change_rows, is_passing, tell
from tests.hq.conftest import BOTH
from tests.support.offices import Office

ODD = [
    "", " ", "NULL", "null", "{}", "{a,b}", '"', '""', '","', "\\", '\\"', "\\N", "a,b", "a\tb", "line\nline", "\r",
    "''", "%s", "?", "é", "维修", "🔧", "x" * 5_000,
]  # fmt: skip


@pytest.fixture(params=BOTH)
def hq(request: pytest.FixtureRequest, make_hq: Callable[..., Headquarters]) -> Headquarters:
    return make_hq(request.param)


def test_odd_texts_are_found_by_list_and_put_as_they_are(hq: Headquarters) -> None:
    rows = [HqSetting(name=text, value=text[::-1]) for text in ODD]

    def write(connection: sa.Connection) -> None:
        add_rows(connection, HqSetting, rows[:3])
        add_rows(connection, HqSetting, rows, put=True)

    hq.write(write)
    with hq.reading() as connection:
        text = "SELECT name, value FROM hq_setting WHERE name IN (?..)"
        for wanted in ([], ODD[:1], ODD[5:6], ODD[8:9], ODD):
            found = dict(map(tuple, ask(connection, text, wanted)))
            assert found == {name: name[::-1] for name in wanted}
        assert len(ask(connection, "SELECT name FROM hq_setting WHERE NOT name IN (?..)", ODD[1:])) == 1


def test_numbers_are_found_by_list(hq: Headquarters) -> None:
    lines = [(pos, pos, "customer", "note", f"{pos:032x}", 1, "put", None) for pos in (1, 2, 2**53 + 1, 2**62)]
    hq.write(lambda connection: add_values(connection, Feed, lines))
    with hq.reading() as connection:
        for wanted in ([], [2], [2, 2**53 + 1, 2**62, 7]):
            found = [row[0] for row in ask(connection, "SELECT pos FROM feed WHERE pos IN (?#..) ORDER BY pos", wanted)]
            assert found == [pos for pos in wanted if pos != 7]


def test_rows_change_together_with_odd_texts_large_numbers_and_nothing(hq: Headquarters) -> None:
    def customer(n: int, text: str, archived: int | None) -> Customer:
        return Customer(id=f"{n:032x}", number=f"C{n}", name=text, city=text, archived_at=archived, rev=2**62 - n)

    before = [customer(n, "plain", None if n % 2 else n) for n in range(len(ODD) + 2)]
    after = [customer(n, text, n if n % 2 else None) for n, text in enumerate(ODD)]

    def write(connection: sa.Connection) -> None:
        add_rows(connection, Customer, before)
        change_rows(connection, Customer, after)
        change_rows(connection, Customer, [customer(len(ODD), "alone", None)])

    hq.write(write)
    with hq.read() as read:
        assert read.all(Customer, order=[Customer.c.id]) == [*after, customer(len(ODD), "alone", None), before[-1]]


def test_edits_of_many_records_take_as_many_statements_as_of_few(office: Office) -> None:
    eve = office.person("eve")
    assets = []
    for _ in range(14):
        customer = office.customer()
        assets.append(office.asset(customer))
        office.order(customer, assets[-1], eve)
    laptop = office.laptop("eve")
    counts = []
    for some in (assets[:2], assets[2:]):
        for asset in some:
            laptop.say(edit_asset, asset_id=asset, name="Press 2", based_on={"name": "Press"})
        heard: list[str] = []
        sa.event.listen(office.hq.engine, "before_cursor_execute", lambda *told, heard=heard: heard.append(told[2]))
        answer = laptop.push(laptop.queue[-len(some) :])
        assert [one["outcome"]["is"] for one in answer["outcomes"]] == ["applied"] * len(some)
        counts.append(len(heard))
    assert counts[0] == counts[1]


def test_a_statement_that_is_refused_says_so_and_leaves_the_connection_in_use(hq: Headquarters) -> None:
    with pytest.raises(sa.exc.DBAPIError) as refused:
        hq.write(lambda connection: tell(connection, "UPDATE counter SET nothing = ?", 1))
    assert not is_passing(refused.value)
    assert not refused.value.connection_invalidated
    assert hq.write(lambda connection: ask(connection, "SELECT 1")[0][0]) == 1


def test_a_connection_that_ends_is_of_the_moment_and_the_work_is_done_by_another(
    make_hq: Callable[..., Headquarters],
) -> None:
    hq = make_hq("postgresql", pause=lambda seconds: None)
    tries: list[BaseException] = []

    def work(connection: sa.Connection) -> Any:
        try:
            if not tries:
                ask(connection, "SELECT pg_terminate_backend(pg_backend_pid())")
        except sa.exc.DBAPIError as error:
            tries.append(error)
            raise
        return ask(connection, "SELECT 1")[0][0]

    assert hq.write(work) == 1
    assert [is_passing(error) for error in tries] == [True]


def test_questions_asked_together_are_answered_in_their_order(hq: Headquarters) -> None:
    with hq.reading() as connection:
        assert ask_together(connection, []) == []
        answers = ask_together(
            connection, [("SELECT 1",), ("SELECT 2 WHERE 3 IN (?#..)", [3]), ("SELECT 4 WHERE 1 = 2",)]
        )
        assert [[tuple(row) for row in answer] for answer in answers] == [[(1,)], [(2,)], []]


@pytest.mark.slow
def test_a_question_refused_among_others_is_the_one_that_is_told(make_hq: Callable[..., Headquarters]) -> None:
    hq = make_hq("postgresql", lock_s=1, pause=lambda seconds: None)
    office = Office(hq)
    locking = "SELECT name FROM counter WHERE name = 'feed' FOR UPDATE"
    with hq.engine.connect() as other:
        ask(other, locking)
        with hq.engine.connect() as connection:
            with pytest.raises(sa.exc.DBAPIError) as refused:
                ask_together(connection, [("SELECT 1",), (locking,), ("SELECT 2",)])
            assert is_passing(refused.value)  # "lock not available", not that what stood behind it was not run
            connection.rollback()
            assert ask_together(connection, [("SELECT 1",), ("SELECT 2",)]) == [[(1,)], [(2,)]]
    assert office.customer()
