"""What a history says: who, when, what changed from what to what, and what lost against another's change."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from fielddesk.core import canonical, i18n
from fielddesk.features.people.panel import HistoryPanel
from fielddesk.features.people.queries import colleagues, history_count
from fielddesk.store.database import Store
from fielddesk.store.events import Event
from fielddesk.ui.entries import EntryRow
from tests.support.benches import Workplace
from tests.support.laptops import some_id
from tests.support.region import ANNA, BENNO, DAY, put

ROBOT = some_id("7SR-1033")


def happened(store: Store, name: str, days: int = 0, **fields: object) -> Event:
    told = fields.pop("told", {})
    row = Event(
        id=some_id(f"event {name}"), kind="edit_asset", outcome="applied", about_table="asset", about_id=ROBOT,
        actor_id=BENNO, at=store.clock.now() - days * DAY, told=canonical.dumps(told), rev=1,
    )  # fmt: skip
    row = Event.from_body(row.body() | fields, 1)
    put(store, [row])
    return row


def lines(desk: Workplace) -> HistoryPanel:
    page = desk.open("assets")
    desk.bench.show("asset", ROBOT)
    panel = page.tabs.choose("history")  # type: ignore[attr-defined]
    desk.settle()
    assert isinstance(panel, HistoryPanel)
    return panel


def test_a_conflict_shows_the_value_that_lost_and_the_one_that_stands(desk: Workplace, laptop: Store) -> None:
    clash = {"building": {"base": "Hall 2", "mine": "Hall 7", "theirs": "Hall 3"}}
    happened(laptop, "clash", outcome="conflict", told={"conflict": clash})
    entry = lines(desk).entries.entries()[0]
    assert entry.text == "Did not take effect, somebody was faster: Record changed"
    assert entry.details == ("Building: “Hall 7” was wanted, “Hall 3” stands",)
    assert entry.state == "warn"


def test_what_changed_is_told_from_old_to_new_and_nothing_is_called_empty(desk: Workplace, laptop: Store) -> None:
    happened(laptop, "edit", told={"changed": {"remark": ["", "Door sticks"], "model": ["RC-4", "RC-5"]}})
    entry = lines(desk).entries.entries()[0]
    assert sorted(entry.details) == ["Model: RC-4 → RC-5", "Remark: (empty) → Door sticks"]


def test_when_is_said_as_briefly_as_the_day_allows(desk: Workplace, laptop: Store) -> None:
    for days in (0, 1, 9, 400):
        happened(laptop, f"{days} days ago", days)
    seconds = [entry.second for entry in lines(desk).entries.entries() if entry.leads_to is None]
    assert seconds == [
        "Benno Okafor, 09:00",
        "Benno Okafor, yesterday, 09:00",
        "Benno Okafor, 6 Jan, 09:00",
        "Benno Okafor, 11 Dec 2025",
    ]


def test_an_action_of_a_newer_version_and_a_person_unknown_here_still_make_a_line(
    desk: Workplace, laptop: Store
) -> None:
    happened(laptop, "new", kind="paint_asset", actor_id=some_id("nobody"))
    entry = lines(desk).entries.entries()[0]
    assert (entry.text, entry.second) == ("paint_asset", "somebody, 09:00")


def test_a_long_history_is_shown_in_pieces(desk: Workplace, laptop: Store) -> None:
    for number in range(45):
        happened(laptop, str(number), told={"changed": {"model": [str(number), str(number + 1)]}})
    panel = lines(desk)
    assert len(panel.entries.entries()) == 40
    panel.entries.more.click()
    desk.settle()
    assert len([entry for entry in panel.entries.entries() if entry.leads_to is None]) == 45
    assert panel.entries.more.isHidden()
    with laptop.read() as read:
        assert history_count(read, ROBOT) == 45


def test_an_entry_is_copied_with_ctrl_c(desk: Workplace, laptop: Store, qtbot: QtBot) -> None:
    happened(laptop, "edit", told={"changed": {"model": ["RC-4", "<b>RC-5</b>"]}})
    row = lines(desk).findChild(EntryRow)
    assert row is not None
    row.setFocus()
    qtbot.keyClick(row, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Record changed\nModel: RC-4 → <b>RC-5</b>\nBenno Okafor, 09:00"


@pytest.mark.parametrize(("language", "said"), [("zh_CN", "型号：RC-4 → RC-5"), ("zh_TW", "型號：RC-4 → RC-5")])
def test_the_same_event_is_read_in_each_persons_language(
    desk: Workplace, laptop: Store, language: str, said: str
) -> None:
    happened(laptop, "edit", told={"changed": {"model": ["RC-4", "RC-5"]}})
    panel = lines(desk)
    i18n.set_language(language)
    desk.settle()
    assert panel.entries.entries()[0].details == (said,)


def test_colleagues_are_found_by_name_and_login(laptop: Store) -> None:
    with laptop.read() as read:
        assert [user.id for user in colleagues(read, "BERG")] == [ANNA]
        assert [user.login for user in colleagues(read, "chen")] == ["chen"]
        assert len(colleagues(read)) == 3


@pytest.mark.parametrize(
    ("review", "words"),
    [
        ("order_cancelled", "For review: the order was cancelled at headquarters when this arrived."),
        ("scope_left", "For review: the order had been given away when this arrived."),
    ],
)
def test_what_headquarters_wants_looked_at_says_why(desk: Workplace, laptop: Store, review: str, words: str) -> None:
    happened(laptop, "late", kind="add_note", told={"review": review})
    assert lines(desk).entries.entries()[0].details == (words,)


def test_an_order_whose_number_was_taken_says_which_it_asked_for(desk: Workplace, laptop: Store) -> None:
    told = {"number": "WO-A7-2027-1/B3", "number_asked": "WO-A7-2027-1", "title": "Leak"}
    happened(laptop, "double", kind="create_order", told=told)
    text = lines(desk).entries.entries()[0].text
    assert text == "Order WO-A7-2027-1/B3 opened: Leak (WO-A7-2027-1 was taken already)"
