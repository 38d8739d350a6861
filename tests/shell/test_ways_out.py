"""What a person can do where something is not as it should be: every button does it, every sentence says how."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fielddesk.__main__ import _parser
from fielddesk.app import Wishes, demo_command, make_window, usual_parts
from fielddesk.core import i18n
from fielddesk.core.errors import StoreProblem
from fielddesk.shell.problems import trouble_words
from fielddesk.shell.window import Window
from fielddesk.ui.wording import sentence

ON_SAVING = (
    "disk_full", "folder_read_only", "store_busy", "store_damaged", "journal_closed", "file_damaged", "row_refused",
)  # fmt: skip


@pytest.fixture
def window(qapp: QApplication, tmp_path: Path) -> Iterator[Window]:
    """FieldDesk on a laptop that is not set up yet."""
    window = make_window(qapp, usual_parts(tmp_path), Wishes(language="en", theme="light"), None)
    window.ended.disconnect(qapp.quit)
    window.show()
    yield window
    window.desk.close()
    window.desk.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    i18n.set_language("en")


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for the program is a shell script")
def test_look_around_in_a_demo_starts_the_demo_beside_this_window(
    window: Window, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, program = tmp_path / "told", tmp_path / "python"
    program.write_text(f'#!/bin/sh\necho "$@" > "{told}.new"\nmv "{told}.new" "{told}"\n')
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    card = window.start_page.card
    assert card is not None
    [look] = [button for button in card.buttons if button.text() == "Look around in a demo"]
    look.click()
    qtbot.waitUntil(told.exists)
    assert told.read_text().split() == ["-m", "fielddesk", "--demo", "--language", "en"]
    assert window.desk.toast.isVisible()
    assert window.desk.isVisible()


def test_where_the_demo_cannot_be_started_it_is_said(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    said: list[str] = []
    monkeypatch.setattr(window.desk, "show_toast", lambda words, **more: said.append(words()))
    window.start_page.way.emit("demo")
    assert said == ["The demo could not be started"]


def test_the_demo_is_started_with_words_the_program_knows() -> None:
    words = demo_command("zh_TW")
    options = _parser().parse_args(words[3:])
    assert words[:3] == [sys.executable, "-m", "fielddesk"]
    assert (options.demo, options.language) == (True, "zh_TW")


@pytest.mark.parametrize("language", ["en", "zh_CN", "zh_TW"])
@pytest.mark.parametrize("code", ON_SAVING)
def test_a_save_that_the_disk_refused_says_what_happened_and_what_to_do(language: str, code: str) -> None:
    problem = StoreProblem(code, folder="/laptop", file="outbox.file")
    with i18n.speaking(language):
        words = sentence(problem)
        assert words == trouble_words(problem)
        assert words.count("。" if language != "en" else ". ") >= 1
    assert code not in words
    assert "{" not in words


def test_a_full_disk_is_told_while_one_works(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(window.desk, "show_toast", lambda words, **more: said.append(words()))
    window.tell_trouble(StoreProblem("disk_full", folder="/laptop"))
    window.tell_trouble(StoreProblem("journal_closed", folder="/laptop"))
    assert said == [
        "The disk is full. Everything you did before is safe. Make room on this disk, then try again.",
        "The second copy of your work cannot be written. This was not saved; what you did before is safe. Try again, "
        "and if it comes back, start FieldDesk anew.",
    ]
