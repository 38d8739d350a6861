"""Works through an inspection with the keyboard alone: readings, one that is questioned, an item that fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fielddesk.features.documents.panel.photos import Photos
from fielddesk.features.inspections.page import InspectionsPage
from fielddesk.features.inspections.panel import InspectionPanel, InspectionsOf, Running
from fielddesk.features.inspections.panel.item_card import ItemCard
from fielddesk.features.inspections.queries.running import readings_of_all
from fielddesk.features.inspections.rules import (
    CHOICE,
    NUMBER,
    PASS_FAIL,
    TEXT,
    TICK,
    TREND,
    Item,
    question_of,
    trend_of,
)  # fmt: skip
from fielddesk.shell.hands import NotSeen
from fielddesk.shell.journey.deskwork import Deskwork
from fielddesk.ui.text import Text

MILLION = 1_000_000


@dataclass(frozen=True)
class Seen:
    """What stood beside one reading: how many earlier ones were drawn, and its limits."""

    item: str
    earlier: int
    limits: str


class Inspecting(Deskwork):
    """One inspection, item by item."""

    def running(self) -> Running:
        page = self.page()
        assert isinstance(page, InspectionsPage)
        return page.running

    def card(self) -> ItemCard:
        """The item in front, once it has the keyboard."""
        run = self.running()
        self.hands.until(lambda: run.card is not None and run.card.isAncestorOf(self.hands.keyboard()), "an item")
        assert run.card is not None
        return run.card

    def at(self) -> str:
        """The key of the item in front."""
        return self.card().item.key

    # ---------------------------------------------------------------- the way there

    def open_due(self) -> None:
        """From the machine that was scanned to the inspection that is due."""
        self.tab("inspections")
        panel = self.tabs().panel("inspections")
        assert isinstance(panel, InspectionsOf)
        self.hands.until(lambda: panel.list.rows.rowCount(), "its inspections")
        self.hands.tab_to(panel.list)
        self.hands.until(panel.list.chosen_id, "the first is chosen")
        self.hands.press("Return")
        self.hands.until(lambda: self.desk.current_place() == "inspections", "the visit is shown")
        page = self.page()
        assert isinstance(page, InspectionsPage)
        self.hands.until(lambda: page.visit.shown is not None and page.visit.title.text(), "which visit it is")
        self.press_button(page.visit.start, "Start")
        self.card()

    def begin_order(self, at_safety: Callable[[], object] = lambda: None) -> None:
        """The banner leads to the order, where the place is looked at before work begins."""
        banner = self.running().pane.banner
        self.hands.until(banner.isVisible, "the banner asks for safety first")
        self.press_button(banner.findChildren(type(self.running().next))[0], "Go to the order")
        self.hands.until(lambda: self.tabs().tabs.current() == "safety", "safety before work")
        at_safety()
        self.look_at_the_place()

    def go_on_inspecting(self) -> None:
        """From the order into its inspection."""
        self.tab("inspection")
        panel = self.tabs().panel("inspection")
        assert isinstance(panel, InspectionPanel)
        self.hands.until(lambda: panel.buttons, "its inspection")
        self.press_button(panel.buttons[0], "Continue inspection")
        self.card()

    # ---------------------------------------------------------------- answering

    def answer(self) -> Seen | None:
        """Answer the item in front as one would with nothing wrong, and go on; what stood beside a reading."""
        card = self.card()
        item, seen = card.item, None
        if item.kind == NUMBER:
            seen = Seen(item.key, len(card.trend.earlier()) if card.trend else 0, card.limits.text())
            self.hands.type(typed(item, self._usual(item)))
        elif item.kind == TEXT:
            self.hands.type("All in order.")
        else:
            self.hands.press({TICK: "D", PASS_FAIL: "P", CHOICE: "1"}[item.kind])
        self.hands.press("Ctrl+Return" if item.kind == TEXT else "Return")
        return seen

    def answer_until(self, key: str) -> list[Seen]:
        """Answer everything up to an item, which is in front then."""
        found = []
        while self.at() != key:
            before = self.at()
            if (seen := self.answer()) is not None:
                found.append(seen)
            if self.at() == before:
                raise NotSeen(f"{before} does not go on")
        return found

    def off_its_trend(self) -> str:
        """Type a value within the limits that is off its trend; it is questioned. What the question says."""
        card = self.card()
        self.hands.type(typed(card.item, self._unusual(card.item)))
        self.hands.press("Return")
        self.hands.until(lambda: card.question is not None, "the value is questioned")
        return "\n".join(label.text() for label in card.banner.findChildren(Text) if label.isVisible())

    def keep(self) -> None:
        """Keep the questioned value with one key, and go on."""
        before = self.waiting()
        self.hands.press("K")
        self.hands.until(lambda: self.waiting() > before, "the value is kept")
        self.hands.press("Return")

    # ---------------------------------------------------------------- what fails

    def fail(self, why: str) -> None:
        """The item in front fails; a note says how."""
        card, before = self.card(), self.waiting()
        self.hands.press("F")
        self.hands.until(lambda: self.waiting() > before, "the answer is kept")
        self.press_button(card.note_button, "Note")
        self.hands.type(why)
        self.hands.press("Ctrl+Return")
        self.hands.until(lambda: self.waiting() > before + 1, "the note is kept")

    def add_photo(self, path: Path) -> None:
        """A photo of the item in front, from a file."""
        card = self.card()
        self.press_button(card.photo, "Photo")
        photos = card.pictures
        assert isinstance(photos, Photos)
        before = len(photos.tiles)
        self.press_button(photos.add, "Add photos or files")
        self.choose_file(lambda: photos.dialog, path)
        self.hands.until(lambda: len(photos.tiles) > before, "the photo is there")
        self.hands.until(lambda: all(tile.has_picture() for tile in photos.tiles.values()), "the photo is seen")

    def draw_arrow(self, picture: str = "") -> None:
        """Open the photo, put an arrow on it, move its two ends; what is drawn becomes a picture of its own."""
        photos = self.card().pictures
        assert isinstance(photos, Photos)
        self.hands.tab_to(next(iter(photos.tiles.values())))
        self.hands.press("Return")
        self.hands.until(lambda: photos.opening.drawing is not None, "the photo over the window")
        drawing = photos.opening.drawing
        assert drawing is not None
        self.hands.until(lambda: self.hands.keyboard() is drawing.canvas, "the photo has the keyboard")
        for key, times in (("A", 1), ("Up", 15), ("Left", 4), ("Space", 1), ("Right", 20), ("Down", 10)):
            for _time in range(times):
                self.hands.press(key)
        if picture:
            self.hands.picture(picture)
        self.hands.press("Ctrl+Return")
        self.hands.until(lambda: len(photos.tiles) == 2, "the drawing is there")
        self.hands.until(lambda: all(tile.has_picture() for tile in photos.tiles.values()), "the drawing is seen")

    def make_follow_up(self) -> str:
        """One key makes the order that repairs what failed; its number."""
        failed = self.running().failed
        self.hands.until(failed.make.isVisible, "the order is proposed")
        self.hands.press("Ctrl+R")
        self.hands.until(failed.link.isVisible, "the order is made")
        return failed.link.words().rpartition(" ")[2]

    def next_item(self) -> None:
        """On to the next item, whatever has the keyboard."""
        before = self.at()
        self.hands.press("Ctrl+Down")
        self.hands.until(lambda: self.at() != before, "the next item")

    def complete(self) -> None:
        """Answer the rest; the last Enter completes, and the page that is signed is in front."""
        run = self.running()
        while run.shown_id():
            before = self.at()
            self.answer()
            self.hands.until(partial(_has_left, run, before), f"{before} goes on")
        self.hands.until(lambda: self.desk.current_place() == "orders", "the order")
        self.hands.until(lambda: self.tabs().tabs.current() == "sign_off", "the page that is signed")

    # ---------------------------------------------------------------- what the gauges show

    def _past(self, item: Item) -> tuple[list[tuple[int, int]], int]:
        """Earlier readings of an item, and the present moment."""
        view = self.running().view
        assert view is not None
        assert self.window.opened is not None
        assert self.window.bench is not None
        with self.window.opened.store.read() as read:
            rows = readings_of_all(read, view.inspection, [item]).get(item.key, [])
        return [(row.at, row.number) for row in rows], self.window.bench.now()

    def _usual(self, item: Item) -> int:
        """A reading that nobody would question, in millionths."""
        past, now = self._past(item)
        trend = trend_of(item, past, now)
        return _fitting(item, trend.expected if trend is not None else past[-1][1] if past else _middle(item))

    def _unusual(self, item: Item) -> int:
        """A reading within its limits that is off its trend, in millionths."""
        past, now = self._past(item)
        assert item.low is not None
        assert item.high is not None
        for part in (2, 98, 10, 90):
            number = _fitting(item, item.low + (item.high - item.low) * part // 100)
            question = question_of(item, past, now, number)
            if question is not None and question.why == TREND:
                return number
        raise NotSeen(f"a value of {item.key} that is off its trend")


def _has_left(run: Running, key: str) -> bool:
    return not run.shown_id() or (run.card is not None and run.card.item.key != key)


def _middle(item: Item) -> int:
    low = item.low or 0
    return (low + (item.high if item.high is not None else low + 10 * MILLION)) // 2


def _fitting(item: Item, number: int) -> int:
    """Within the limits, with the decimals that the item asks for."""
    step = int(item.resolution)
    low = number if item.low is None else max(number, item.low)
    inside = low if item.high is None else min(low, item.high)
    down = inside // step * step
    return down if item.low is None or down >= item.low else down + step


def typed(item: Item, number: int) -> str:
    """As one types it."""
    whole, rest = divmod(abs(number), MILLION)
    decimals = f"{rest:06}"[: item.decimals]
    return ("-" if number < 0 else "") + str(whole) + (f".{decimals}" if decimals else "")


__all__ = ["Inspecting", "Seen", "typed"]
