"""The next step of what headquarters did not take: pressed once or twice, it is taken once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from pytestqt.qtbot import QtBot

from fielddesk.core import canonical
from fielddesk.core.errors import RuleBroken
from fielddesk.features.parts.actions import use_part
from fielddesk.features.sync_centre.dialogs import explanation
from fielddesk.features.sync_centre.page import SyncPage
from fielddesk.features.sync_centre.queries import work
from fielddesk.shell.outcomes import WindowOutbox
from fielddesk.store.actions import Call, call
from fielddesk.store.database import Store
from fielddesk.store.outbox import OwnOperation
from fielddesk.sync.status import Status
from tests.support.benches import Workplace
from tests.support.laptops import operations, some_id
from tests.support.region import MILLION, VAN

ORDER, BEARING = some_id("WO-A7-2026-1051"), some_id("7SR1-03-4")
REJECTED = {"is": "rejected", "code": "malformed", "values": {}, "field": None}


class Offline:
    """A line that says nothing."""

    status = Status("offline")

    def listen(self, listener: Callable[[Status], None]) -> None:
        listener(self.status)

    def sync_now(self) -> None: ...

    def stop(self) -> None: ...

    def answer_removal(self, agreed: bool) -> None: ...

    def enrol_again(self) -> None: ...


def fitting() -> Call:
    return call(use_part, order_id=ORDER, part_id=BEARING, quantity=MILLION, place_id=VAN)


def came_back(store: Store, detail: dict[str, Any]) -> str:
    """A part that was fitted, and what headquarters said of it."""
    op_id = store.do(fitting()).op_ids[0]
    values = {"outcome": detail["is"], "detail": canonical.dumps(detail)}

    def say(connection: sa.Connection) -> tuple[None, list[tuple[str, str]]]:
        connection.execute(sa.update(OwnOperation.__table__).where(OwnOperation.c.id == op_id).values(**values))
        return None, [(OwnOperation.tablename, op_id)]

    store.write(say)
    return op_id


@pytest.fixture
def page(desk: Workplace, qtbot: QtBot) -> SyncPage:
    page = SyncPage(desk.bench, Offline(), WindowOutbox(lambda: desk.bench))
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    return page


def chosen(desk: Workplace, page: SyncPage, op_id: str) -> None:
    page.show_subject(OwnOperation.tablename, op_id)
    desk.settle()
    assert page._work is not None
    assert page._work.id == op_id


@pytest.mark.parametrize(("button", "done"), [("again", 1), ("let_go", 0)])
def test_a_next_step_pressed_twice_is_taken_once(
    desk: Workplace, laptop: Store, page: SyncPage, button: str, done: int
) -> None:
    refused = came_back(laptop, REJECTED)
    before = len(operations(laptop))
    chosen(desk, page, refused)
    pressed = getattr(page.steps, button)
    pressed.click()
    assert not page.steps.again.isEnabled()
    assert not page.steps.let_go.isEnabled()
    pressed.click()
    getattr(page.steps, "_do_again" if button == "again" else "_let_go")()
    desk.settle()
    assert len(operations(laptop)) == before + done
    assert next(own for own in operations(laptop) if own.id == refused).settled_at is not None


def test_a_step_that_did_not_work_can_be_tried_again(
    desk: Workplace, laptop: Store, page: SyncPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = came_back(laptop, REJECTED)
    chosen(desk, page, refused)
    with monkeypatch.context() as away:
        away.setattr(laptop, "identity", replace(laptop.identity, role="visitor"))
        page.steps.again.click()
        desk.settle()
    assert page.steps.again.isEnabled()
    page.steps.again.click()
    desk.settle()
    assert next(own for own in operations(laptop) if own.id == refused).settled_at is not None


def test_what_was_dealt_with_is_not_done_a_second_time(laptop: Store) -> None:
    refused = came_back(laptop, REJECTED)
    laptop.submit([fitting()], settles=[refused]).result()
    before = operations(laptop)
    with pytest.raises(RuleBroken, match="settled_already"):
        laptop.submit([fitting()], settles=[refused]).result()
    assert operations(laptop) == before


def test_held_work_says_who_lets_it_through_and_by_which_number(laptop: Store) -> None:
    held = came_back(laptop, {"is": "held", "reason": "revoked"})
    with laptop.read() as read:
        found = work(read, held)
    assert found is not None
    assert explanation(found, "UTC") == (
        "This laptop was locked when it arrived. It is kept whole there and here. Call headquarters: the administrator "
        f"lets it through. Its number there ends in {held[-8:]}."
    )
