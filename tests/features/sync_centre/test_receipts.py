"""After each sync a person can see what it carried, in one line and in full, and what is still under way."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from pytestqt.qtbot import QtBot

from fielddesk.core.i18n import speaking
from fielddesk.features.sync_centre.page import RECEIPTS, SyncPage
from fielddesk.features.sync_centre.panel import bytes_words, connection_words, ended_words, files_words
from fielddesk.features.sync_centre.queries import ReceiptLine, place_of_receipt, receipts
from fielddesk.shell.outcomes import WindowOutbox
from fielddesk.store.contents import Receipt
from fielddesk.store.database import Store
from fielddesk.store.tx import write
from fielddesk.sync.status import Status
from tests.features.sync_centre.test_next_steps import Offline
from tests.support.benches import Workplace
from tests.support.laptops import some_id

MINUTE = 60_000_000


def carried(store: Store, number: int, how: str = "complete") -> Receipt:
    began = store.clock.now() - (10 - number) * MINUTE
    receipt = Receipt(
        id=some_id(f"receipt {number}"), began_at=began, ended_at=None if how == "under_way" else began + 7_000_000,
        how=how, rows_out='{"answer":5,"attachment":1,"event":12,"note":2}', rows_in='{"work_order":1}', files_out=3,
        file_bytes_out=4_160_000, bytes_out=4_200_000, bytes_in=900,
    )  # fmt: skip

    def keep(connection: sa.Connection) -> tuple[None, list[tuple[str, str]]]:
        write(connection, Receipt, "put", [receipt])
        return None, [(Receipt.tablename, receipt.id)]

    store.write(keep)
    return receipt


@pytest.fixture
def page(desk: Workplace, qtbot: QtBot) -> SyncPage:
    page = SyncPage(desk.bench, Offline(), WindowOutbox(lambda: desk.bench))
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    return page


def test_the_last_sync_is_said_in_one_line(desk: Workplace, laptop: Store, page: SyncPage) -> None:
    desk.settle()
    assert not page.standing._last.isVisible()
    carried(laptop, 1)
    carried(laptop, 2)
    page.reload()
    desk.settle()
    said = page.standing._last.text()
    assert said.startswith("Last sync ")
    assert "Out: 3 records · 5 answers · 3 photos and files (4.1\N{NO-BREAK SPACE}MB). In: 1 record." in said


def test_a_session_is_shown_in_full(desk: Workplace, laptop: Store, page: SyncPage) -> None:
    carried(laptop, 1)
    cut = carried(laptop, 2, "under_way")
    page.filters.choose(RECEIPTS)
    page._show_list(RECEIPTS)
    desk.settle()
    assert page.list.chosen_id() == cut.id, "the newest first"
    card = page._cards[0]
    facts = {key: value.text() for key, value in card.facts._values.items()}  # type: ignore[attr-defined]
    assert facts["ended"].startswith("Not finished")
    assert facts["into"] == "1 record"
    assert facts["line"] == "4.2\N{NO-BREAK SPACE}MB out, 1\N{NO-BREAK SPACE}kB in"
    assert not any(button.isVisible() for button in (page.steps.again, page.steps.let_go, page.steps.open_record))
    with laptop.read() as read:
        assert place_of_receipt(read, some_id("receipt 1")) == 1
        assert [each.id for each in receipts(read, 0, 5)] == [cut.id, some_id("receipt 1")]


def test_what_travels_is_said_in_the_status_bar() -> None:
    going = Status("sending_files", done=2, total=7, bytes_done=50, bytes_total=200)
    assert connection_words(going, "UTC") == "Sending photos 3 of 7"
    assert going.percent == 25
    assert connection_words(Status("fetching_files", done=7, total=7), "UTC") == "Fetching photos 7 of 7"


def test_lost_and_waiting_photos_are_told() -> None:
    said = files_words(Status("agreed", files_lost=1, files_waiting=2, files_problem="disk_full"))
    assert "1 photo or file went from this laptop" in said
    assert "disk is too full" in said
    assert "2 photos and files wait" in said
    assert files_words(Status("agreed")) == ""


def test_every_end_has_words(laptop: Store) -> None:
    carried(laptop, 1)
    with laptop.read() as read:
        one = receipts(read, 0, 1)[0]
    for how in ("complete", "stopped", "asks", "locked", "no_route", "disk_full", "something_new"):
        with speaking("en"):
            assert ended_words(ReceiptLine(one.id, 1, 2, how, one.out, one.into))
    assert bytes_words(10) == "1\N{NO-BREAK SPACE}kB"
    assert bytes_words(512_000_000) == "512\N{NO-BREAK SPACE}MB"
