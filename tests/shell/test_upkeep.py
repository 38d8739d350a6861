"""Backups by themselves and on wish, and a store that is found damaged while one works in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from fielddesk.core.errors import StoreProblem
from fielddesk.features.settings.page import SettingsPage
from fielddesk.features.workorders.model import Note
from fielddesk.shell.hands import Hands
from fielddesk.shell.upkeep import ProfileUpkeep
from fielddesk.shell.window import Window
from fielddesk.store import backup
from fielddesk.store.keys import Keys
from fielddesk.ui.text import Text
from tests.shell.conftest import Desktop, buttons_of, press, words_of
from tests.store.test_upkeep import damage_unread_page
from tests.support.laptops import KEY, kept


@pytest.fixture
def opened(set_up: Desktop) -> tuple[Window, Hands]:
    return set_up.open()


def settings_of(window: Window, hands: Hands) -> SettingsPage:
    window.desk.show_place("settings")
    page: Any = window.desk.page("settings")
    hands.until(lambda: page.backups.where.words.text(), "the card of backups")
    assert isinstance(page, SettingsPage)
    return page


def upkeep_of(window: Window) -> ProfileUpkeep:
    assert window.upkeep is not None
    return window.upkeep


def words(text: Text) -> str:
    return text.text()


def test_a_person_makes_a_backup_and_sees_when_and_where(set_up: Desktop, opened: tuple[Window, Hands]) -> None:
    window, hands = opened
    page = settings_of(window, hands)
    card = page.backups
    hands.until(lambda: words(card.newest.words).startswith("None yet"), "none was made")
    card.newest.button.click()
    assert words(card.newest.words) == "Backing up…"
    assert not card.newest.button.isEnabled(), "one is under way"
    hands.until(lambda: words(card.newest.words).endswith("1 MB"), "when it was made and how large it is")
    assert card.newest.button.isEnabled()
    assert window.desk.toast.words() == "The backup is made"
    assert card.where.button.isEnabled()
    (made,) = backup.backups(set_up.folder, Keys(KEY))
    assert made.path.parent == Path(words(card.where.words))


def test_what_is_due_is_done_by_itself(set_up: Desktop, opened: tuple[Window, Hands]) -> None:
    window, hands = opened
    upkeep_of(window).keep_up()
    hands.until(lambda: backup.backups(set_up.folder, Keys(KEY)), "the daily copy")


def test_a_sound_store_is_said_to_be_sound(opened: tuple[Window, Hands]) -> None:
    window, hands = opened
    card = settings_of(window, hands).backups
    card.whole.button.click()
    hands.until(lambda: words(card.whole.words).startswith("Checked just now"), "it is whole")


def test_the_buttons_of_the_cards_stand_in_a_narrow_window_with_large_type(opened: tuple[Window, Hands]) -> None:
    window, hands = opened
    window.desk.resize(1000, 768)
    window.preferences.text_size = 150
    page = settings_of(window, hands)
    hands.pause(100)
    for row in (page.backups.where, page.reports.save):
        right = row.button.mapTo(window.desk, row.button.rect().topRight()).x()
        assert right < window.desk.width(), row.button.words()
    window.preferences.text_size = 100


def test_a_full_disk_is_told_once_and_not_every_hour(opened: tuple[Window, Hands]) -> None:
    window, hands = opened
    upkeep = upkeep_of(window)
    upkeep._refused(StoreProblem("disk_full", file="store.db", folder=""))
    hands.until(lambda: "The disk is full" in window.desk.toast.words(), "it is told")
    window.desk.toast.hide()
    upkeep._refused(StoreProblem("disk_full", file="store.db", folder=""))
    hands.pause(50)
    assert not window.desk.toast.isVisible()


def test_a_store_found_damaged_is_mended_with_the_backup_without_a_network(set_up: Desktop) -> None:
    window, hands = set_up.open()
    upkeep_of(window).keep_up()
    hands.until(lambda: backup.backups(set_up.folder, Keys(KEY)), "the daily copy")
    assert window.opened is not None
    before = len(kept(window.opened.store, Note))
    window.desk.close()

    damage_unread_page(set_up.folder)
    window = set_up.window(set_up.folder)
    hands = Hands(window.desk)
    hands.until(lambda: window.opened is not None or set_up.said, "it opens, if only for a moment")
    if window.upkeep is not None:  # else what the first page read has told of it already
        window.upkeep.look_over(lambda _problem: None)
    hands.until(lambda: "store_damaged" in set_up.said, "the work is stopped")
    assert words_of(window).startswith("The store on this laptop is damaged")
    assert buttons_of(window)[0] == "Mend it"
    press(window, "Mend it")
    hands.until(lambda: window.opened is not None and window.bench is not None, "it opens again")
    hands.until(lambda: window.desk.toast.words().startswith("The store was mended with a backup"), "it says how")
    assert window.opened is not None
    assert len(kept(window.opened.store, Note)) == before, "nobody was asked for it"
    assert list(set_up.folder.glob("store-damaged-*.db")), "nothing is deleted"


def test_a_problem_report_is_found_in_the_settings_and_tells_nothing_of_the_work(
    opened: tuple[Window, Hands], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, hands = opened
    card = settings_of(window, hands).reports
    hands.until(lambda: words(card.newest.words).startswith("None."), "there is none yet")
    assert not card.newest.button.isEnabled()
    try:
        try:
            raise KeyError("token 7f3a of Harbour Stamping")
        except KeyError as first:
            raise StoreProblem("file_damaged", file="Harbour Stamping.pdf") from first
    except StoreProblem as error:
        window.mistake(error)
        window.mistake(error)
    hands.until(lambda: "report in Settings" in window.desk.toast.words(), "where it is")
    page: Any = window.desk.page("settings")
    page.reload()
    hands.until(lambda: words(card.newest.words).endswith("; 2 are kept"), "when, and how many")
    card.newest.button.click()
    copied = QGuiApplication.clipboard().text()
    assert "FieldDesk " in copied
    assert "builtins.KeyError" in copied
    assert "fielddesk.core.errors.StoreProblem file_damaged" in copied
    assert f"tests/shell/{Path(__file__).name}:" in copied
    for secret in ("Harbour", "7f3a", str(tmp_path), str(Path.home())):
        assert secret not in copied, secret

    for place, said in ((tmp_path / "no" / "r.txt", "could not be saved"), (tmp_path / "r.txt", "copy is saved")):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_words, place=place: (str(place), ""))
        card.save.button.click()
        hands.until(lambda said=said: said in window.desk.toast.words(), said)  # type: ignore[misc]
    assert (tmp_path / "r.txt").read_text(encoding="utf-8") == copied
