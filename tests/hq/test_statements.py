"""Whatever letters a value has, it comes back from either database as it went in, by every way of writing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from fielddesk.features.customers.model import Customer
from fielddesk.hq.service import Headquarters
from fielddesk.hq.tables import Feed, HqSetting
from fielddesk.store.statements import add_rows, add_values, ask, change_rows
from tests.hq.conftest import BOTH

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
