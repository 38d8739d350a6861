"""A walk through the demo in the real window without a screen: a quarterly inspection, from morning to evening."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from fielddesk.features.assets.model import Asset
from fielddesk.features.assets.papers import one_label
from fielddesk.features.documents.model import IssuedDocument
from fielddesk.features.inspections.model import Inspection
from fielddesk.features.sync_centre.page import SyncPage
from fielddesk.features.today.page import TodayPage
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.shell.hands import Hands, NotSeen
from fielddesk.shell.journey.closing import Closing
from fielddesk.shell.journey.samples import label_picture, leaking_rod
from fielddesk.store.tx import Reading

if TYPE_CHECKING:
    from fielddesk.shell.demo import EmbeddedHq
    from fielddesk.shell.window import Window

LOOKS = (("zh_CN", "dark", 100), ("zh_TW", "contrast", 100), ("en", "light", 150))
QUESTIONED, FAILS = "accumulator-pressure", "rod-seal"
DONE = "Inspected all 22 items. The rod seal drips; a repair is ordered with the seal kit."


class Walk:
    """The journey, one method a stretch."""

    def __init__(self, window: Window, out: Path, hq: EmbeddedHq) -> None:
        self.window, self.desk, self.hq, self.out = window, window.desk, hq, out
        self.hands = Hands(window.desk, out)
        self.work = Closing(window, self.hands)
        self._order_id = self._code = ""

    def begin(self) -> None:
        """Morning: everything comes from headquarters, and today says which visits are ready."""
        self.desk.resize(1366, 768)
        self.window.show()
        self.hands.until(lambda: self.window.opened, "the store opens")
        self.hands.until(lambda: self.work.status().synced_at, "the first sync ends", 120)
        self.hands.until(lambda: self.work.status().code == "agreed", "all is here", 120)
        self.work.go("today")
        page = self.work.page()
        assert isinstance(page, TodayPage)
        self.hands.until(lambda: page.visits.focus_first(), "the visits of today")
        self.hands.pause(700)
        self.hands.picture("today")

    def lose_the_network(self) -> None:
        """In the plant headquarters is out of reach."""
        self.hq.pause()
        line = self.window.line
        assert line is not None
        line.sync_now()
        self.hands.until(lambda: self.work.status().code == "offline", "the status bar says offline", 60)

    def find_the_machine(self) -> None:
        """The label of the press is scanned: from a picture of it, then with a hand scanner."""
        self._code, label = self._first_visit()
        self.work.scan_picture(label)
        self.hands.pause(400)
        self.hands.picture("machine-from-its-label")
        self.work.go("today")
        self.work.scan(self._code)

    def look_first(self) -> None:
        """The due inspection is opened; the place is looked at before work."""
        self.work.open_due()
        self.hands.picture("not-begun")
        self.work.begin_order(lambda: self.hands.picture("safety"))
        self.work.go_on_inspecting()

    def inspect(self) -> None:
        """Item by item, each reading beside its last quarters; item 14 fails, and one key orders the repair."""
        self.work.answer_until("system-pressure")
        self.hands.pause(300)
        self.hands.picture("reading")
        self.work.answer_until(FAILS)
        self.work.fail("Oil at the rod, one drop a minute. 活塞杆漏油，每分钟一滴。")
        self.work.add_photo(leaking_rod(self.out))
        self.work.draw_arrow("drawing")
        self.hands.pause(400)
        self.hands.picture("failed-with-drawing")
        self.work.make_follow_up()
        self.hands.picture("follow-up-order")
        self.work.next_item()

    def question(self) -> None:
        """A value off its trend is questioned, and kept with one key."""
        assert self.work.at() == QUESTIONED
        self.work.off_its_trend()
        self.hands.pause(400)
        self.hands.picture("questioned")
        self.work.keep()

    def close_the_visit(self) -> None:
        """The rest is answered; the customer rates and signs on a page of their own; the report is issued."""
        self.work.complete()
        self.hands.picture("completed")
        self.work.sign(DONE, satisfaction=5, recommendation=9, signer="Kim Sørensen", picture="sign-off")
        self.work.issue_report("report")
        self.hands.picture("issued")
        self._save_the_report()
        self.work.finish_order()
        self.hands.picture("order-completed")

    def _save_the_report(self) -> None:
        opened = self.window.opened
        assert opened is not None
        with opened.store.read() as read:
            [document] = read.all(IssuedDocument, IssuedDocument.c.order_id == self._order_id)
        assert self.window.bench is not None
        found: list[bytes | None] = []
        self.window.bench.read_blob(document.sha256, found.append)
        self.hands.until(lambda: found, "the file of the report")
        (self.out / f"{document.number}.pdf").write_bytes(found[0] or b"")

    def look_at_what_waits(self) -> None:
        """The sync centre lists what waits, in words."""
        self.work.go("sync")
        page = self.work.page()
        assert isinstance(page, SyncPage)
        page.show_waiting()
        self.hands.until(lambda: page.list.rows.rowCount() >= 5 and page.list.chosen_id(), "what waits is listed")
        self.hands.pause(300)
        self.hands.picture("waiting")

    def find_the_network(self) -> None:
        """Evening: headquarters answers again, and everything goes there by itself, photos and report too."""
        self.hq.go_on()
        line = self.window.line
        assert line is not None
        line.wake()  # as the system's word that the network is back does
        self.hands.until(lambda: self.work.status().code == "agreed" and not self.work.waiting(), "all was sent", 90)
        self.hands.until(lambda: not self.desk.status.waiting.text(), "the status bar says so")
        self.hands.pause(700)
        self.hands.picture("sent")

    def look_around(self) -> None:
        """The other places, languages and themes."""
        for key in [place.key for place in self.desk.navigation.places()]:
            self.work.go(key)
            self.hands.pause(600)
            self.hands.picture(key)
        self.hands.press("Ctrl+K")
        self.hands.picture("commands")
        self.hands.press("Escape")
        preferences = self.window.preferences
        for language, theme, size in LOOKS:
            preferences.language, preferences.theme, preferences.text_size = language, theme, size
            self.hands.pause(100)
            for key in ("today", "orders", "inspections"):
                self.work.go(key)
                self.hands.pause(600)
                self.hands.picture(f"{key}-{language}-{theme}-{size}")
            self.work.run("inspection.calendar")
            self.hands.pause(600)
            self.hands.picture(f"calendar-{language}-{theme}-{size}")

    def end(self) -> None:
        self.desk.close()

    # ---------------------------------------------------------------- what the story is about

    def _first_visit(self) -> tuple[str, Path]:
        """What the label of the machine of the first visit says, and a picture of it."""
        opened, bench = self.window.opened, self.window.bench
        assert opened is not None
        assert bench is not None

        def look(read: Reading) -> tuple[str, str, list[object]]:
            c = WorkOrder.c
            mine = (c.assignee_id == bench.me.user_id, c.kind == "inspection", c.planned_at.is_not(None))
            first = read.all(WorkOrder, *mine, order=[c.planned_at], limit=1)[0]
            assert read.all(Inspection, Inspection.c.order_id == first.id)
            asset = read.one(Asset, first.asset_id or "")
            return first.id, asset.id, list(one_label(read, asset.id))

        with opened.store.read() as read:
            self._order_id, _asset_id, labels = look(read)
        label = labels[0]
        return label.code, label_picture(label, self.out)  # type: ignore[attr-defined,arg-type]


def walk(app: QApplication, window: Window, out: Path, hq: EmbeddedHq, say: Callable[[str], None]) -> int:
    """Walk through it all; the answer is the exit code."""
    journey = Walk(window, out, hq)
    stretches = (
        journey.begin, journey.lose_the_network, journey.find_the_machine, journey.look_first, journey.inspect,
        journey.question, journey.close_the_visit, journey.look_at_what_waits, journey.find_the_network,
        journey.look_around,
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
    say(f"Pictures and report: {out}")
    return 0
