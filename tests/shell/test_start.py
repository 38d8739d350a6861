"""Whatever stops FieldDesk at its start has its own sentence and a way out, in the window."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from fielddesk.app import Wishes, started
from fielddesk.core.errors import StoreProblem
from fielddesk.shell.hands import Hands
from fielddesk.shell.problems import _PAGES, way_words
from fielddesk.store import instance
from fielddesk.store.keys import MemoryKeyStore, keep_store_key, recovery_code
from fielddesk.store.profile import FILE
from tests.shell.conftest import Desktop, buttons_of, press, words_of
from tests.support.laptops import ENROLMENT, KEY, new_laptop


def test_the_window_opens_on_the_orders_of_the_profile(set_up: Desktop) -> None:
    window, hands = set_up.open()
    page: Any = window.desk.page("orders")
    hands.until(lambda: page.list.rows.rowCount() > 0 and page.list.chosen_id(), "the orders are listed")
    assert window.desk.current_place() == "orders"
    assert window.desk.status.saved.text() == "Everything you do is saved on this laptop"
    first = page.list.chosen_id()
    page.focus()
    hands.press("Down")
    assert page.list.chosen_id() != first


def test_without_a_profile_it_says_how_to_set_the_laptop_up(desktop: Desktop) -> None:
    window = desktop.window(None)
    assert desktop.said == ["no_profile"]
    assert words_of(window).startswith("This laptop is not set up yet")
    press(window, "Set up this laptop")
    assert list(window.start_page.form.fields) == ["address", "code"]


def test_setting_up_without_a_network_keeps_what_was_typed_and_says_so(desktop: Desktop) -> None:
    window = desktop.window(None)
    desktop.said.clear()
    window.enrol("https://hq.example.com", "68PX-KQDQ")
    Hands(window.desk).until(lambda: desktop.said, "the answer")
    assert desktop.said == ["no_route"]
    form = window.start_page.form
    assert (form.fields["address"].text(), form.fields["code"].text()) == ("https://hq.example.com", "68PX-KQDQ")
    from fielddesk.ui.text import Text

    shown = " ".join(text.text() for text in window.start_page.findChildren(Text) if text.isVisible())
    assert "Nobody answers at headquarters' address" in shown
    assert not list(desktop.home.glob("profiles/*/profile.json"))


@pytest.mark.slow
def test_a_second_window_on_one_profile_brings_the_first_to_the_front(set_up: Desktop) -> None:
    first, hands = set_up.open()
    first.desk.showMinimized()
    second, _ = set_up.stopped()
    assert set_up.said == ["already_open"]
    assert words_of(second).startswith("FieldDesk is open already")
    hands.until(lambda: not first.desk.isMinimized(), "the first one comes up")
    ended: list[bool] = []
    second.ended.connect(lambda: ended.append(True))
    hands.until(lambda: ended and not second.desk.isVisible(), "the second one makes way")
    assert first.opened is not None


def test_a_second_window_that_nobody_answers_stays_and_says_why(
    set_up: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fielddesk.shell.window.MAKES_WAY_AFTER_MS", 0)
    monkeypatch.setattr(instance, "ask_to_front", partial(instance.ask_to_front, wait_s=0.0))
    with instance.take(set_up.folder):  # a program that hangs: it holds the profile and hears nobody
        window, hands = set_up.stopped()
        assert set_up.said == ["already_open"]
        hands.pause(150)
        assert window.desk.isVisible()


def test_a_lost_key_is_asked_for_by_recovery_code_and_kept_again(set_up: Desktop) -> None:
    set_up.keys = MemoryKeyStore()
    window, hands = set_up.stopped()
    assert set_up.said == ["key_lost"]
    assert "unsent work is still here" in words_of(window)
    press(window, "Type the recovery code")
    field = window.start_page.form.fields["code"]
    hands.until(lambda: hands.keyboard() is field.editor, "the field has the keyboard")
    hands.type("7K2QF")
    press(window, "Open the profile")
    assert field.editor.accessibleDescription() == "A recovery code has 65 letters and digits; here are 5."
    field.write(recovery_code(KEY).lower().replace("-", " "))
    press(window, "Open the profile")
    hands.until(lambda: window.opened is not None, "it opens")
    assert set_up.keys.read(ENROLMENT.hq_id, ENROLMENT.user, "store-key") is not None


def test_the_recovery_code_of_another_profile_opens_nothing(set_up: Desktop) -> None:
    set_up.keys = MemoryKeyStore()
    window, hands = set_up.stopped()
    press(window, "Type the recovery code")
    window.start_page.form.fields["code"].write(recovery_code(bytes(32)))
    set_up.said.clear()
    press(window, "Open the profile")
    hands.until(lambda: set_up.said, "it is refused")
    assert set_up.said == ["wrong_key"]


def test_a_wrong_key_is_told_from_damage_and_changes_nothing(set_up: Desktop) -> None:
    keep_store_key(set_up.keys, ENROLMENT.hq_id, ENROLMENT.user, bytes(32))
    before = contents(set_up.folder)
    window, _ = set_up.stopped()
    assert set_up.said == ["wrong_key"]
    assert buttons_of(window)[0] == "Type the recovery code"
    assert contents(set_up.folder) == before


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != "lock"}


def test_a_damaged_store_is_mended_from_the_window_and_keeps_unsent_work(set_up: Desktop) -> None:
    database = set_up.folder / "store.db"
    content = bytearray(database.read_bytes())
    content[4096:12288] = os.urandom(8192)
    database.write_bytes(content)
    window, hands = set_up.stopped()
    assert set_up.said == ["store_damaged"]
    press(window, "Mend it")
    hands.until(lambda: window.opened is not None, "it opens again", 30)
    hands.until(lambda: "begun anew" in window.desk.toast.words(), "it says what was done")
    assert [path for path in set_up.folder.iterdir() if "damaged" in path.name], "the damaged file is kept"


def test_a_profile_of_a_newer_version_is_left_alone(set_up: Desktop) -> None:
    header = json.loads((set_up.folder / FILE).read_text())
    header["format"] = 99
    from fielddesk.core import canonical

    del header["sum"]
    header["sum"] = canonical.digest(canonical.dumps(header))
    (set_up.folder / FILE).write_text(json.dumps(header))
    window, _ = set_up.stopped()
    assert set_up.said == ["profile_newer"]
    assert "written by a newer FieldDesk" in words_of(window)


@pytest.mark.parametrize("code", ["key_store_missing", "key_store_locked"])
def test_a_key_store_that_is_not_there_or_locked_says_so_and_can_be_tried_again(set_up: Desktop, code: str) -> None:
    answers: list[Any] = [StoreProblem(code), set_up.keys]

    def key_store() -> Any:
        answer = answers.pop(0)
        if isinstance(answer, StoreProblem):
            raise answer
        return answer

    window, hands = set_up.stopped(key_store=key_store)
    assert set_up.said == [code]
    press(window, "Try again")
    hands.until(lambda: window.opened is not None, "it opens")


def test_a_full_disk_and_a_read_only_folder_say_so(set_up: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    from fielddesk.store import laptop

    for code, words in (("disk_full", "The disk is full"), ("folder_read_only", "may not write into its folder")):

        def refuse(*_words: Any, code: str = code, **_more: Any) -> None:
            raise StoreProblem(code, file="store.db", folder=str(set_up.folder))

        with monkeypatch.context() as patch:
            patch.setattr(laptop, "open_laptop", refuse)
            set_up.said.clear()
            window, _ = set_up.stopped()
            assert set_up.said == [code]
            assert words in words_of(window)
    assert str(set_up.folder) in words_of(window)


def test_a_page_at_start_is_said_again_in_another_language(set_up: Desktop) -> None:
    set_up.keys = MemoryKeyStore()
    window, hands = set_up.stopped()
    english = words_of(window)
    window.preferences.language = "zh_TW"
    hands.pause(100)
    assert words_of(window) != english
    assert any("\u4e00" <= letter <= "\u9fff" for letter in words_of(window))


def test_every_button_of_every_page_has_words() -> None:
    for page in _PAGES.values():
        assert page.ways, page.fact
        assert all(way_words(way) for way in page.ways)


def test_a_start_offline_shows_everything_and_says_offline(set_up: Desktop) -> None:
    window, hands = set_up.open()
    assert window.line is not None
    window.line.sync_now()
    hands.until(lambda: "Offline since" in window.desk.status.connection.text(), "the status bar says so")


def test_work_of_a_store_that_was_killed_is_brought_back_and_told(set_up: Desktop) -> None:
    # A profile whose journal holds an operation that the database never got: what a kill after the journal leaves.
    import shutil

    from fielddesk.features.workorders.actions import add_note
    from fielddesk.store.actions import call
    from tests.support.laptops import as_after_a_kill, kept, open_again

    store = open_again(set_up.folder)
    from fielddesk.features.workorders.model import WorkOrder

    order = kept(store, WorkOrder)[0]
    before = set_up.home / "before"
    as_after_a_kill(store, before)
    store.do(call(add_note, order_id=order.id, text="after the copy"))
    store.close()
    for name in ("store.db", "store.db-wal", "store.db-shm"):
        (set_up.folder / name).unlink(missing_ok=True)
        if (before / name).exists():
            shutil.copy(before / name, set_up.folder / name)
    window, hands = set_up.open()
    hands.until(lambda: "brought back" in window.desk.toast.words(), "it says what came back")


def test_two_profiles_open_the_one_used_last(desktop: Desktop) -> None:
    from fielddesk.core.config import change_choices
    from fielddesk.shell.opening import last_profile

    for name in ("anna", "ben"):
        new_laptop(desktop.home / "profiles" / name).close()
    change_choices(desktop.home, profile="ben")
    from fielddesk.core.config import read_choices

    assert last_profile(desktop.home, read_choices(desktop.home).profile) == desktop.home / "profiles" / "ben"
    assert last_profile(desktop.home, "gone") == desktop.home / "profiles" / "anna"
    assert last_profile(Path("/nowhere"), None) is None


def test_a_profile_asked_for_by_name_is_never_exchanged_for_another(desktop: Desktop, qapp: QApplication) -> None:
    new_laptop(desktop.folder).close()
    for name in ("nobody", "../profiles/anna", ""):
        _app, window = started(desktop.parts(), Wishes(profile=name))
        window.ended.disconnect(qapp.quit)
        desktop.windows.append(window)
        assert window.opened is None
        told = words_of(window)
        assert told.startswith(f"There is no profile of the name “{name}” on this laptop | There are: anna (http://")
        press(window, "Set up this laptop")
        press(window, "Back")
        assert words_of(window) == told
    _app, window = started(desktop.parts(), Wishes(profile="anna"))
    window.ended.disconnect(qapp.quit)
    desktop.windows.append(window)
    Hands(window.desk).until(lambda: window.opened is not None, "it opens")


def test_a_laptop_that_headquarters_no_longer_knows_asks_for_a_new_code_and_can_go_back(set_up: Desktop) -> None:
    from fielddesk.features.workorders.actions import add_note
    from fielddesk.features.workorders.model import WorkOrder
    from fielddesk.store.actions import call
    from fielddesk.sync.status import Status
    from tests.support.laptops import kept

    window, hands = set_up.open()
    assert window.opened is not None
    store = window.opened.store
    store.do(call(add_note, order_id=kept(store, WorkOrder)[0].id, text="not sent yet"))
    window.desk.show_place("sync")
    page: Any = window.desk.page("sync")
    assert window.line is not None
    window.line._hear(Status("blocked", "device_unknown"))
    assert page.standing.enrol.isVisible()
    assert not page.standing.sync_now.isVisible()
    page.standing.enrol.click()
    form = window.start_page.form
    assert form.fields["address"].text() == ENROLMENT.hq_url
    assert window.opened is None
    press(window, "Back")
    hands.until(lambda: window.opened is not None and window.bench is not None, "it opens again")
    hands.until(lambda: window.desk.status.waiting.text() == "1 change waits to be sent", "the work is still there")
    window.desk.show_place("orders")
    orders: Any = window.desk.page("orders")
    hands.until(lambda: orders.list.chosen_id(), "and the pages work as before")


def test_keeping_what_headquarters_wants_to_remove_is_said(set_up: Desktop) -> None:
    from fielddesk.sync.status import Status

    window, _hands = set_up.open()
    window.desk.show_place("sync")
    page: Any = window.desk.page("sync")
    assert window.line is not None
    window.line._hear(Status("asks", values={"removed": 120, "of": 300}))
    assert page.standing.agree.isVisible()
    page.standing.keep.click()
    assert not page.standing.agree.isVisible()
    assert page.standing.sync_now.isVisible()
    assert page.standing._why.text() == "Nothing is removed. Sync rests until you press Sync now."
    window.line._hear(Status("agreed", synced_at=1))
    window.line._hear(Status("asks", values={"removed": 120, "of": 300}))
    assert page.standing.agree.isVisible(), "asked anew"
