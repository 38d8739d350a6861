"""What somebody does at the desk with the keyboard alone: goes to places, scans, chooses tabs, presses buttons."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from fielddesk.features.workorders.panel import SafetyPanel
from fielddesk.shell.hands import Hands
from fielddesk.store.outbox import OwnOperation
from fielddesk.sync.status import Status
from fielddesk.ui.buttons import Button
from fielddesk.ui.page import Page, SplitPage
from fielddesk.ui.subject import SubjectTabs
from fielddesk.ui.text import spoken

if TYPE_CHECKING:
    from fielddesk.shell.window import Window


def begin_safely(hands: Hands, panel: SafetyPanel) -> None:
    """Answer yes to all that is asked before work, and press the button that has the keyboard then."""
    hands.until(panel.questions.missing, "the questions are there")
    while panel.questions.missing():
        hands.press("1")
    if not panel.permit.isHidden():
        hands.type("PTW-1")
        hands.tab_to(panel.go)
    hands.until(lambda: hands.keyboard() is panel.go, "the button has the keyboard")
    hands.press("Space")


class Deskwork:
    """Keys at one window; what is looked at in the store is only how much waits."""

    def __init__(self, window: Window, hands: Hands) -> None:
        self.window, self.desk, self.hands = window, window.desk, hands

    # ---------------------------------------------------------------- what is to be seen

    def page(self) -> Page:
        page = self.desk.page(self.desk.current_place())
        assert isinstance(page, Page)
        return page

    def record(self) -> SplitPage:
        page = self.page()
        assert isinstance(page, SplitPage)
        return page

    def status(self) -> Status:
        assert self.window.line is not None
        return self.window.line.status

    def waiting(self) -> int:
        """How many operations have no outcome yet."""
        assert self.window.opened is not None
        with self.window.opened.store.read() as read:
            count = sa.select(sa.func.count()).select_from(OwnOperation.__table__)
            return int(read.value(count.where(OwnOperation.c.outcome.is_(None))) or 0)

    # ---------------------------------------------------------------- places and commands

    def command(self, words: str) -> None:
        """Run a command by its words, from the list of all commands."""
        self.hands.press("Ctrl+K")
        self.hands.until(lambda: not self.window.palette.isHidden(), "the list of commands")
        self.hands.type(words)
        self.hands.press("Return")
        self.hands.until(self.window.palette.isHidden, f"{words} runs")

    def run(self, key: str) -> None:
        """Run a command by its key, by its words in the language of the moment."""
        self.command(next(spoken(each.words) for each in self.window.commands() if each.key == key))

    def go(self, key: str) -> None:
        """Go to a place by the words it is called by."""
        title = next(spoken(place.title) for place in self.desk.navigation.places() if place.key == key)
        if self.desk.current_place() != key:
            self.command(f"{title} ")
            self.hands.until(lambda: self.desk.current_place() == key, f"{title} is shown")
        self.hands.pause()

    def press_button(self, button: Button, what: str) -> None:
        """Tab to a button and press it with Space."""
        self.hands.until(lambda: button.isVisible() and button.isEnabled(), f"{what} can be pressed")
        self.hands.tab_to(button)
        self.hands.press("Space")

    def tabs(self) -> SubjectTabs:
        found = self.record().tabs  # type: ignore[attr-defined]
        assert isinstance(found, SubjectTabs)
        return found

    def tab(self, key: str) -> None:
        """Go to a tab of the chosen record with the arrow keys."""
        tabs = self.tabs().tabs
        self.hands.tab_to(tabs.bar)
        keys = tabs._keys
        while tabs.current() != key:
            self.hands.press("Right" if keys.index(tabs.current()) < keys.index(key) else "Left")

    def next_button(self) -> Button:
        """The button at the bottom right."""
        foot = self.record().pane.foot_right
        widgets = [item.widget() for place in range(foot.count()) if (item := foot.itemAt(place)) is not None]
        return [each for each in widgets if isinstance(each, Button) and each.isVisible()][-1]

    def next_step(self) -> None:
        """Tab to the button at the bottom right and press it."""
        self.press_button(self.next_button(), "the next step")

    # ---------------------------------------------------------------- finding

    def scan(self, code: str) -> None:
        """A hand scanner: it types what stands on a label into the search box, and ends with Enter."""
        self.hands.press("Ctrl+F")
        self.hands.type(code)
        self.hands.press("Return")
        self.hands.until(lambda: not self.desk.top.search.text(), f"what {code} names is opened")
        self._is_open("the machine")

    def scan_picture(self, path: Path) -> None:
        """A picture of a label, from a file."""
        search = self.window.search
        assert search is not None
        self.hands.press("Ctrl+Shift+F")
        self.choose_file(lambda: search.dialog, path)
        self._is_open("the machine in the picture")

    def choose_file(self, dialog: object, path: Path) -> None:
        """Type the name of a file into the dialog that asks for one."""
        self.hands.answer(dialog, str(path))  # type: ignore[arg-type]

    def _is_open(self, what: str) -> None:
        self.hands.until(lambda: self.desk.current_place() == "assets", f"{what} is found")
        pane = self.record().pane
        self.hands.until(lambda: pane.isVisible() and pane.title.text(), f"{what} is opened")
        self.hands.pause(150)

    # ---------------------------------------------------------------- safety

    def look_at_the_place(self) -> None:
        """Safety before work: it has the keyboard; 1 answers yes to each question."""
        panel = self.tabs().panel("safety")
        assert isinstance(panel, SafetyPanel)
        before = self.waiting()
        begin_safely(self.hands, panel)
        self.hands.until(lambda: self.waiting() >= before + 2, "work is begun")
