"""The window over an open profile: doing, undoing, finding, commands, drafts, and what is kept for the next time."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from fielddesk.core.config import read_choices
from fielddesk.core.errors import RuleBroken, StoreProblem
from fielddesk.features.workorders.actions import add_note, set_order_status
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.shell.crash import CrashReports
from fielddesk.shell.hands import Hands
from fielddesk.shell.opening import Attempt, open_profile
from fielddesk.shell.window import Window
from fielddesk.store.actions import call
from fielddesk.store.outbox import OwnOperation
from fielddesk.store.vault import Vault
from fielddesk.ui import theme
from tests.shell.conftest import Desktop


@pytest.fixture
def opened(set_up: Desktop) -> tuple[Window, Hands]:
    return set_up.open()


def order_of(window: Window) -> WorkOrder:
    assert window.opened is not None
    with window.opened.store.read() as read:
        return read.all(WorkOrder, WorkOrder.c.status == "assigned", order=[WorkOrder.c.number])[0]


def now(window: Window, order: WorkOrder) -> WorkOrder:
    assert window.opened is not None
    with window.opened.store.read() as read:
        return read.one(WorkOrder, order.id)


def begin(window: Window, order: WorkOrder) -> None:
    """Start work on an order, with its way back."""
    assert window.bench is not None
    shown = {"status": order.status, "status_reason": ""}
    after = {"status": "on_hold", "status_reason": "no part"}
    window.bench.do(
        call(set_order_status, based_on=shown, order_id=order.id, status="on_hold", reason="no part"),
        said="Put on hold",
        undo=lambda _done: call(set_order_status, based_on=after, order_id=order.id, status="in_progress", unasked=1),
    )


def test_what_was_done_is_told_and_taken_back_by_the_toast_or_by_a_key(opened: tuple[Window, Hands]) -> None:
    window, hands = opened
    order = order_of(window)
    begin(window, order)
    hands.until(lambda: window.desk.toast.words() == "Put on hold", "the toast")
    assert now(window, order).status == "on_hold"
    hands.press("Ctrl+Z")
    hands.until(lambda: now(window, order).status == "in_progress", "it is taken back")
    assert window.bench is not None
    assert len(window.bench.undo) == 0, "the key took the toast's entry, so that nothing is taken back twice"
    hands.until(lambda: window.desk.toast.words() == "Undone", "the toast says so")
    window.desk.toast.hide()
    window.desk.toast._undo = None
    hands.press("Ctrl+Z")
    hands.until(lambda: window.desk.toast.words() == "Nothing to undo", "there is no more")


def test_what_a_rule_refuses_is_told_in_words_and_nothing_is_kept(opened: tuple[Window, Hands]) -> None:
    window, hands = opened
    order = order_of(window)
    assert window.bench is not None
    shown = {"status": order.status, "status_reason": ""}
    refused: list[Any] = []
    wrong = call(set_order_status, based_on=shown, order_id=order.id, status="completed", reason="")
    window.bench.do(wrong, failed=refused.append)
    hands.until(lambda: refused, "it is refused")
    assert isinstance(refused[0], RuleBroken)
    window.bench.do(wrong)
    hands.until(lambda: window.desk.toast.isVisible(), "a toast says why")
    assert "(" not in window.desk.toast.words(), "in words, not as a code"
    assert window.opened is not None
    with window.opened.store.read() as read:
        assert read.all(OwnOperation) == []


def test_a_disk_that_refuses_is_told_while_the_window_stays(opened: tuple[Window, Hands]) -> None:
    window, hands = opened
    assert window.bench is not None
    heard: list[Any] = []
    window.bench._refused(heard.append, StoreProblem("disk_full", file="store.db"))
    hands.until(lambda: "The disk is full" in window.desk.toast.words(), "the person is told")
    assert [each.code for each in heard] == ["disk_full"]


def test_drafts_survive_the_end_of_the_program(set_up: Desktop) -> None:
    window, hands = set_up.open()
    assert window.bench is not None
    window.bench.keep_draft("note.text", "0" * 32, "half a sent")
    window.desk.close()
    window, hands = set_up.open()
    found: list[str | None] = []
    assert window.bench is not None
    window.bench.draft("note.text", "0" * 32, found.append)
    hands.until(lambda: found, "the draft")
    assert found == ["half a sent"]
    window.bench.keep_draft("note.text", "0" * 32, None)
    window.bench.draft("note.text", "0" * 32, found.append)
    hands.until(lambda: len(found) == 2, "the answer")
    assert found[1] is None


def test_the_search_box_finds_by_number_and_opens_with_enter(opened: tuple[Window, Hands]) -> None:
    window, hands = opened
    order = order_of(window)
    assert window.search is not None
    hands.press("Ctrl+F")
    hands.type(order.number[:6])
    hands.until(lambda: window.search and window.search.results.isVisible(), "something is found")
    hands.type(order.number[6:])
    hands.press("Return")  # quicker than the look-up, as a hand scanner is: it must not open what was found before
    page: Any = window.desk.page("orders")
    hands.until(lambda: page.list.chosen_id() == order.id, "that order opens")
    assert not window.search.results.isVisible()
    assert window.desk.top.search.text() == ""


def test_a_search_without_a_hit_says_so(opened: tuple[Window, Hands]) -> None:
    window, hands = opened
    hands.press("Ctrl+F")
    hands.type("zzzz")
    assert window.search is not None
    hands.until(lambda: window.search and window.search.results.note.text(), "it says so")
    assert "zzzz" in window.search.results.note.text()
    hands.press("Escape")
    assert not window.search.results.isVisible()


def test_every_place_and_command_is_in_the_palette_with_its_key(opened: tuple[Window, Hands]) -> None:
    window, hands = opened
    hands.press("Ctrl+K")
    assert window.palette.isVisible()
    keys = [command.shortcut for command in window.commands() if command.shortcut]
    assert len(keys) == len(set(keys)), "one key, one command"
    hands.type("settings")
    hands.press("Return")
    assert window.desk.current_place() == "settings"
    hands.press("F5")
    assert window.line is not None
    hands.until(lambda: window.line and window.line.status.code == "offline", "F5 asked for a sync")


def test_language_theme_and_text_size_change_at_once_and_are_kept(set_up: Desktop) -> None:
    window, hands = set_up.open()
    window.desk.show_place("settings")
    page: Any = window.desk.page("settings")
    page.language.combo.setCurrentIndex(page.language.combo.findData("zh_CN"))
    page.language.combo.activated.emit(0)
    hands.until(lambda: page.pane.title.text() == "设置", "the page speaks Chinese")
    page.theme.combo.setCurrentIndex(page.theme.combo.findData("contrast"))
    page.theme.combo.activated.emit(0)
    page.text_size.combo.setCurrentIndex(page.text_size.combo.findData("150"))
    page.text_size.combo.activated.emit(0)
    hands.until(lambda: (theme.look().scheme, theme.look().text_size) == ("contrast", 150), "the look changes")
    window.desk.close()
    kept = read_choices(set_up.home)
    assert (kept.language, kept.theme, kept.text_size, kept.place) == ("zh_CN", "contrast", 150, "settings")
    window, hands = set_up.open()
    assert window.desk.current_place() == "settings"


def test_the_window_comes_back_where_it_stood(set_up: Desktop) -> None:
    window, hands = set_up.open()
    window.desk.setGeometry(20, 30, 700, 500)
    hands.pause(50)
    stood = window.desk.geometry()
    window.desk.close()
    again = set_up.window(set_up.folder)
    assert again.desk.geometry() == stood
    Hands(again.desk).until(lambda: again.opened is not None, "it opens, and is not taken away while it does")


def test_a_window_closed_while_it_opens_lets_go_of_the_profile(set_up: Desktop) -> None:
    window = set_up.window(None)
    window.folder = set_up.folder
    attempt = Attempt(Future(), Future())
    window.open(attempt=attempt)
    window.desk.close()
    attempt.opened.set_result(open_profile(window.parts, set_up.folder, loaded=attempt.begun.set_result))
    Hands(window.desk).pause(50)
    assert window.bench is None
    assert window.opened is None
    set_up.open()


def test_choices_that_make_no_sense_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "choices.json").write_text(
        '{"language": "fr", "theme": 7, "text_size": 5000, "profile": "../x", "window": [1], "more": 1}'
    )
    found = read_choices(tmp_path)
    assert (found.language, found.theme, found.text_size, found.profile, found.window) == (None, None, 100, None, ())
    (tmp_path / "choices.json").write_bytes(b"\xff\x00")
    assert read_choices(tmp_path).text_size == 100


def test_the_choices_file_tells_nothing_of_the_work(set_up: Desktop) -> None:
    window, _hands = set_up.open()
    window.desk.close()
    text = (set_up.home / "choices.json").read_text()
    assert "Harbour" not in text
    assert "anna" not in text.lower()


def test_a_mistake_of_ours_becomes_an_encrypted_report_and_one_sentence(
    opened: tuple[Window, Hands], set_up: Desktop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    window, hands = opened
    monkeypatch.delenv("FIELDDESK_SHOW_MISTAKES", raising=False)
    secret = "Customer Harbour Stamping called"
    window.mistake(ValueError(secret))
    hands.until(lambda: "FieldDesk made a mistake" in window.desk.toast.words(), "one sentence")
    assert window.opened is not None
    vault: Vault = window.opened.vault
    [name] = vault.names("crash")
    assert secret in vault.read_bytes("crash", name).decode()
    for path in set_up.folder.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
    said = capsys.readouterr().err
    assert secret not in said
    assert "ValueError" in said


def test_a_mistake_on_a_thread_is_kept_too_and_the_oldest_report_goes(
    opened: tuple[Window, Hands], monkeypatch: pytest.MonkeyPatch
) -> None:
    window, hands = opened
    assert sys.excepthook == window.reports._uncaught
    assert threading.excepthook == window.reports._uncaught_in_thread

    def fail() -> None:
        raise KeyError("on a thread")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert window.opened is not None
    vault = window.opened.vault
    assert len(vault.names("crash")) == 1
    for _ in range(25):
        window.reports.keep(ValueError("again"))
    assert len(vault.names("crash")) == 20
    hands.pause(20)


def test_without_a_profile_no_report_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDDESK_SHOW_MISTAKES", "")
    monkeypatch.chdir(tmp_path)
    told: list[str] = []
    reports = CrashReports(lambda: 1)
    reports._told = told.append
    assert reports.keep(ValueError("x")) == ""
    assert told == [""]
    assert os.listdir(tmp_path) == []


def test_many_commits_ask_a_page_again_only_now_and_then(opened: tuple[Window, Hands]) -> None:
    window, hands = opened
    order = order_of(window)
    page: Any = window.desk.page("orders")
    asked: list[int] = []
    page.reload = lambda: asked.append(1)
    assert window.opened is not None
    store = window.opened.store
    for number in range(60):
        store.do(call(add_note, order_id=order.id, text=f"note {number}"))
    hands.pause(700)
    assert 1 <= len(asked) <= 4


def test_a_hidden_page_is_asked_again_when_it_comes_to_the_front(opened: tuple[Window, Hands]) -> None:
    window, hands = opened
    order = order_of(window)
    page: Any = window.desk.page("orders")
    window.desk.show_place("settings")
    asked: list[int] = []
    page.reload = lambda: asked.append(1)
    assert window.opened is not None
    window.opened.store.do(call(add_note, order_id=order.id, text="seen later"))
    hands.pause(700)
    assert asked == []
    window.desk.show_place("orders")
    assert asked == [1]


def test_the_status_bar_counts_what_waits(opened: tuple[Window, Hands]) -> None:
    window, hands = opened
    order = order_of(window)
    assert window.opened is not None
    window.opened.store.do(call(add_note, order_id=order.id, text="one"))
    hands.until(lambda: window.desk.status.waiting.text() == "1 change waits to be sent", "one waits")
    window.opened.store.do(call(add_note, order_id=order.id, text="two"))
    hands.until(lambda: window.desk.status.waiting.text() == "2 changes wait to be sent", "two wait")


def test_a_tray_follows_the_line_where_there_is_one_and_nothing_needs_it(
    opened: tuple[Window, Hands], monkeypatch: pytest.MonkeyPatch
) -> None:
    from PySide6.QtWidgets import QSystemTrayIcon

    from fielddesk.shell.tray import Tray, make_tray
    from fielddesk.sync.status import Status

    window, hands = opened
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: False))
    assert make_tray(window, lambda: None) is None
    raised: list[int] = []
    tray = Tray(window, lambda: raised.append(1))
    tray.hear(Status("offline", "no_route", since=1_800_000_000_000_000))
    assert "Offline since" in tray.icon.toolTip()
    [show, sync, _end] = tray._menu.actions()
    show.trigger()
    assert raised == [1]
    sync.trigger()
    hands.until(lambda: window.line and window.line.status.code == "offline", "it asked for a sync")
    window.preferences.language = "zh_CN"
    hands.until(lambda: tray._menu.actions()[1].text() == "立即同步", "it speaks Chinese")
    tray.end()
