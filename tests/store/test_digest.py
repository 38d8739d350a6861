"""The digest: what a laptop holds of headquarters' rows, whatever waits on top of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fielddesk.features.assets.actions import edit_asset
from fielddesk.features.assets.model import Asset
from fielddesk.features.people.rules import DISPATCHER
from fielddesk.features.workorders.actions import add_note
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.store.digest import base_digest, rows_digest
from fielddesk.store.outbox import OwnOperation, Stub, TouchedRow
from fielddesk.store.tables import BY_NAME
from fielddesk.store.tx import write
from tests.support.laptops import new_laptop, some_id

PRESS = Asset(id=some_id("press"), rev=3, customer_id=some_id("c"), serial="S-1", name="Press", model="P 1")
LATHE = Asset(id=some_id("lathe"), rev=4, customer_id=some_id("c"), serial="S-2", name="Lathe")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = new_laptop(tmp_path / "profile", role=DISPATCHER)
    put(store, PRESS, LATHE)
    yield store
    store.close()


def put(store: Store, *rows: Any) -> None:
    def lay(connection: Any) -> tuple[None, list[tuple[str, str]]]:
        for row in rows:
            write(connection, type(row), "put", [row])
        return None, []

    store.write(lay)


def digest(store: Store) -> dict[str, int]:
    with store.read() as read:
        return base_digest(read)


def test_it_is_the_sum_over_the_rows_of_each_table_in_any_order(store: Store) -> None:
    assert digest(store) == dict.fromkeys(BY_NAME, 0) | {"asset": rows_digest([LATHE, PRESS])}
    assert rows_digest([LATHE, PRESS]) == rows_digest([PRESS, LATHE]) != rows_digest([PRESS])


def test_waiting_work_does_not_count_however_often_a_row_was_edited(store: Store) -> None:
    before = digest(store)
    store.do(call(edit_asset, asset_id=PRESS.id, model="P 2", based_on={"model": "P 1"}))
    store.do(call(edit_asset, asset_id=PRESS.id, model="P 3", based_on={"model": "P 2"}))
    store.do(call(add_note, order_id=some_id("order"), text="x"))
    assert digest(store) == before


def test_confirmed_work_counts(store: Store) -> None:
    before = digest(store)
    store.do(call(edit_asset, asset_id=PRESS.id, model="P 2", based_on={"model": "P 1"}))

    def confirm(connection: Any) -> tuple[None, list[tuple[str, str]]]:
        connection.execute(OwnOperation.__table__.update().values(standing=0))
        connection.execute(TouchedRow.__table__.delete())
        return None, []

    store.write(confirm)
    assert digest(store)["asset"] != before["asset"]
    assert digest(store)["event"] != 0


def test_a_row_that_left_the_scope_and_stays_for_waiting_work_does_not_count(store: Store) -> None:
    store.do(call(edit_asset, asset_id=PRESS.id, model="P 2", based_on={"model": "P 1"}))
    put(store, Stub(row_id=PRESS.id, tablename_="asset"))
    assert digest(store)["asset"] == rows_digest([LATHE])


def test_another_revision_of_the_same_words_is_the_same_row(store: Store) -> None:
    before = digest(store)
    put(store, Asset(**{**PRESS.body(), "rev": 9}))
    assert digest(store) == before
    put(store, Asset(**{**PRESS.body(), "rev": 10, "remark": "new"}))
    assert digest(store) != before
