"""A walk through the demo in the real window without a screen: an order without a connection, then sync."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from fielddesk.features.parts.panel import PartsUsed
from fielddesk.features.sync_centre.page import SyncPage
from fielddesk.features.workorders.page import OrdersPage
from fielddesk.features.workorders.panel import SafetyPanel
from fielddesk.shell.hands import Hands, NotSeen
from fielddesk.sync.status import Status
from fielddesk.ui.lists import RowList
from fielddesk.ui.page import SplitPage

if TYPE_CHECKING:
    from fielddesk.shell.demo import EmbeddedHq
    from fielddesk.shell.window import Window

PART = "7SR1-03-4"
NOTE = "Bearing runs hot, grease was black. 轴承过热，已更换。"


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


class Walk:
    """The journey, one method a stretch."""

    def __init__(self, window: Window, out: Path, hq: EmbeddedHq) -> None:
        self.window, self.desk, self.hq = window, window.desk, hq
        self.hands = Hands(window.desk, out)

    def begin(self) -> None:
        """The window opens and everything comes from headquarters."""
        self.desk.resize(1366, 768)
        self.window.show()
        self.hands.until(lambda: self.window.opened, "the store opens")
        self.hands.until(lambda: self._status().synced_at, "the first sync ends", 120)
        self.hands.until(lambda: self._list().chosen_id(), "an order is chosen")
        self.hands.pause(700)
        self.hands.picture("work-orders")

    def lose_the_network(self) -> None:
        """Headquarters is out of reach from here on."""
        self.hq.pause()
        line = self.window.line
        assert line is not None
        line.sync_now()
        self.hands.until(lambda: self._status().code == "offline", "the status bar says offline", 60)

    def find_an_order(self) -> None:
        """By its number, in the search box."""
        row = self._list().rows.row_at(2)
        assert row is not None
        number = row.number
        self.hands.press("Ctrl+F")
        self.hands.type(number)
        search = self.window.search
        assert search is not None
        self.hands.until(lambda: search.results.isVisible() and search.results.rows, "the search box finds it")
        self.hands.picture("search")
        self.hands.press("Return")
        self.hands.until(lambda: number in self._shown() and self._list().chosen_id() == row.id, "the order opens")

    def work_on_it(self) -> None:
        """Look at the place, start, note, a part, done: with the keyboard alone."""
        self._next_step()
        self._look_at_the_place()
        self.hands.until(lambda: self._waiting() >= 2, "work is begun")
        self.hands.press("Alt+N")
        self.hands.type(NOTE)
        self.hands.press("Ctrl+Return")
        self.hands.until(lambda: self._waiting() >= 3, "the note is kept")
        self.hands.pause(300)
        self.hands.picture("note-offline")
        self._fit_a_part()
        self._next_step()
        self.hands.until(lambda: self._waiting() >= 5, "the order is completed")
        self.hands.picture("completed-offline")

    def _look_at_the_place(self) -> None:
        """Safety before work: 1 answers yes to each question, and the button that has the keyboard then begins."""
        page = self._page()
        assert isinstance(page, OrdersPage)
        self.hands.until(lambda: isinstance(page.tabs.panel("safety"), SafetyPanel), "the safety check comes up")
        panel = page.tabs.panel("safety")
        assert isinstance(panel, SafetyPanel)
        self.hands.until(panel.questions.missing, "its questions are there")
        self.hands.picture("safety")
        begin_safely(self.hands, panel)

    def _fit_a_part(self) -> None:
        """Scan a part: its number and Enter, how many and Enter."""
        page = self._page()
        assert isinstance(page, OrdersPage)
        self.hands.tab_to(page.tabs.tabs.bar)
        while page.tabs.tabs.current() != "parts":
            self.hands.press("Left")
        self.hands.press("Alt+P")
        panel = page.tabs.panel("parts")
        assert isinstance(panel, PartsUsed)
        self.hands.type(PART)
        self.hands.press("Return")
        self.hands.until(lambda: self.hands.keyboard() is panel.adding.quantity.editor, f"{PART} is found")
        self.hands.picture("part-offline")
        self.hands.type("1")
        self.hands.press("Return")
        self.hands.until(lambda: self._waiting() >= 4, "the part is kept")

    def look_at_what_waits(self) -> None:
        """The sync centre lists it in words."""
        self._go("sync")
        page = self._page()
        assert isinstance(page, SyncPage)
        page.show_waiting()
        self.hands.until(lambda: page.list.rows.rowCount() >= 5 and page.list.chosen_id(), "what waits is listed")
        self.hands.pause(300)
        self.hands.picture("waiting")

    def find_the_network(self) -> None:
        """Headquarters answers again; everything goes there."""
        self.hq.go_on()
        self.hands.press("F5")
        self.hands.until(lambda: self._status().code == "agreed" and not self._waiting(), "everything was sent", 60)
        self.hands.until(lambda: not self.desk.status.waiting.text(), "the status bar says so")
        self.hands.picture("sent")

    def look_around(self) -> None:
        """The other places, languages and themes."""
        for key in [place.key for place in self.desk.navigation.places()]:
            self._go(key)
            self.hands.pause(500)
            self.hands.picture(key)
        self.hands.press("Ctrl+K")
        self.hands.picture("commands")
        self.hands.press("Escape")
        preferences = self.window.preferences
        for language, theme, size in (("zh_CN", "dark", 100), ("zh_TW", "contrast", 100), ("en", "light", 150)):
            preferences.language, preferences.theme, preferences.text_size = language, theme, size
            self.hands.pause(100)
            self._go("orders")
            self.hands.pause(600)
            self.hands.picture(f"orders-{language}-{theme}-{size}")

    def end(self) -> None:
        self.desk.close()

    # ---------------------------------------------------------------- what is to be seen

    def _go(self, key: str) -> None:
        self.desk.show_place(key)
        self.hands.pause()

    def _page(self) -> SplitPage:
        page = self.desk.page(self.desk.current_place())
        assert isinstance(page, SplitPage)
        return page

    def _shown(self) -> str:
        pane = self._page().pane
        return f"{pane.title.text()} {pane.second.text()}"

    def _list(self) -> RowList:
        return self._page().list

    def _status(self) -> Status:
        assert self.window.line is not None
        return self.window.line.status

    def _waiting(self) -> int:
        words = self.desk.status.waiting.text()
        return int("".join(letter for letter in words if letter.isdigit()) or 0)

    def _next_step(self) -> None:
        """Tab to the primary button at the bottom right and press it."""
        foot = self._page().pane.foot_right
        last = foot.itemAt(foot.count() - 1)
        button = last.widget() if last is not None else None
        assert button is not None
        self.hands.tab_to(button)
        self.hands.press("Space")


def walk(app: QApplication, window: Window, out: Path, hq: EmbeddedHq, say: Callable[[str], None]) -> int:
    """Walk through it all; the answer is the exit code."""
    journey = Walk(window, out, hq)
    stretches = (
        journey.begin, journey.lose_the_network, journey.find_an_order, journey.work_on_it,
        journey.look_at_what_waits, journey.find_the_network, journey.look_around,
    )  # fmt: skip
    try:
        for stretch in stretches:
            say(f"· {(stretch.__doc__ or '').splitlines()[0]}")
            stretch()
    except NotSeen as missing:
        journey.hands.picture("stopped-here")
        say(f"The walk stopped: {missing}. Pictures so far: {out}")
        return 1
    finally:
        journey.end()
        app.processEvents()
    say(f"Pictures: {out}")
    return 0
