"""An engineer who inspects a press, and the dispatcher who sees it: what journey J1 asks of persons at laptops."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QLabel

from fielddesk.features.assets.papers import one_label
from fielddesk.features.customers.model import Customer
from fielddesk.features.documents.model import Attachment, IssuedDocument
from fielddesk.features.inspections.model import Answer, Inspection
from fielddesk.features.inspections.queries import plan_view
from fielddesk.features.parts.model import Part, Reservation
from fielddesk.features.today.page import TodayPage
from fielddesk.features.workorders.model import OrderLink, SignOff, WorkOrder
from fielddesk.shell.journey.closing import Closing
from fielddesk.shell.journey.samples import label_picture, leaking_rod
from fielddesk.store.contents import Content
from fielddesk.store.digest import base_digest
from fielddesk.store.tx import Reading
from fielddesk.ui.signs import CardRow
from tests.journeys.persons import Line, Person, main


class Inspector(Person):
    """Everything by keyboard; what looks into the store says so in its name or returns rows."""

    def __init__(self, home: Path, pictures: Path | None = None) -> None:
        super().__init__(home, pictures)
        self.work = Closing(self.window, self.hands)

    # -- the morning -----------------------------------------------------------------------------------------------

    def slow_line(self, on: bool) -> None:
        """Rows come through, photos and files do not."""
        Line.slow = on

    def today(self) -> list[list[str]]:
        """The visits of today, line by line as they are to be read."""
        self.work.go("today")
        page = self.desk.page("today")
        assert isinstance(page, TodayPage)
        self.hands.until(lambda: page.visits.focus_first(), "the visits of today")
        self.hands.pause(700)  # the pages read again twice a second
        self.hands.picture("today")
        rows = [row for row in page.visits.findChildren(CardRow) if row.isVisible()]
        return [[label.text() for label in row.findChildren(QLabel) if label.isVisible()] for row in rows]

    def label(self, folder: str) -> list[str]:
        """What the label of the machine of the first visit says, and a picture of it; the order, machine and plan."""

        def look(read: Reading) -> list[str]:
            me, c = self.window.bench.me.user_id, WorkOrder.c  # type: ignore[union-attr]
            mine = (c.assignee_id == me, c.kind == "inspection", c.planned_at.is_not(None))
            order = read.all(WorkOrder, *mine, order=[c.planned_at], limit=1)[0]
            inspection = read.all(Inspection, Inspection.c.order_id == order.id)[0]
            [label] = one_label(read, order.asset_id or "")
            picture = label_picture(label, Path(folder))
            return [label.code, str(picture), order.id, inspection.id, inspection.plan_id or "", order.customer_id]

        return list(self._ask(look))

    # -- in the plant ----------------------------------------------------------------------------------------------

    def scan(self, code: str) -> str:
        self.work.scan(code)
        return self.page().pane.second.text()

    def scan_picture(self, path: str) -> str:
        self.work.scan_picture(Path(path))
        return self.page().pane.second.text()

    def open_due(self) -> str:
        """Open the due inspection, look at the place, begin; the item in front."""
        self.work.open_due()
        self.work.begin_order()
        self.work.go_on_inspecting()
        return self.work.at()

    def answer_until(self, key: str) -> list[list[Any]]:
        """Answer up to an item; for each reading its item, how many earlier ones were drawn, and its limits."""
        return [[seen.item, seen.earlier, seen.limits] for seen in self.work.answer_until(key)]

    def fail_with_drawing(self, why: str, folder: str) -> str:
        """The item fails, with a photo and an arrow on it; one key makes the order, whose number comes back."""
        self.work.fail(why)
        self.work.add_photo(leaking_rod(Path(folder)))
        self.work.draw_arrow()
        self.hands.picture("failed")
        number = self.work.make_follow_up()
        self.work.next_item()
        return number

    def question_and_keep(self) -> str:
        """A value off its trend; what was asked before it was kept."""
        said = self.work.off_its_trend()
        self.hands.picture("questioned")
        self.work.keep()
        return said

    def type_note_slowly(self, text: str, told: str) -> None:
        """Type a note on the item in front, a letter every 40 ms, and write each with its moment into a file."""
        card = self.work.card()
        self.work.press_button(card.note_button, "Note")
        with Path(told).open("a", encoding="utf-8") as file:
            for place in range(len(text)):
                self.hands.type(text[place])
                file.write(json.dumps([card.item.key, text[: place + 1], time.monotonic()]) + "\n")
                file.flush()
                self.hands.pause(40)

    def in_front(self) -> list[str]:
        """Which item is in front after a start, and the note that stands there."""
        self.hands.until(lambda: self.desk.current_place() == "inspections", "the inspection is in front again")
        card = self.work.card()
        self.hands.pause(300)
        return [card.item.key, card.note.text()]

    def answer_one(self) -> str:
        """Answer the item in front; the next one."""
        item = self.work.at()
        self.work.answer()
        self.hands.until(lambda: self.work.at() != item, f"the item after {item}")
        return self.work.at()

    def answers(self, inspection_id: str) -> dict[str, list[Any]]:
        """Item to verdict, number, note and why it was questioned, as they stand."""

        def look(read: Reading) -> dict[str, list[Any]]:
            rows = read.all(Answer, Answer.c.inspection_id == inspection_id, order=[Answer.c.at, Answer.c.id])
            return {row.item: [row.verdict, row.number, row.text, row.questioned] for row in rows}

        return dict(self._ask(look))

    def complete(self) -> None:
        self.work.complete()
        self.hands.picture("completed")

    def sign(self, signer: str) -> None:
        self.work.sign("Inspected.", satisfaction=4, recommendation=9, signer=signer, picture="sign-off")

    def report(self) -> None:
        self.work.issue_report("report")
        self.work.finish_order()

    # -- the evening -----------------------------------------------------------------------------------------------

    def photos_sent(self, order_id: str) -> bool:
        """Whether headquarters has said that it has every photo and file of an order."""

        def look(read: Reading) -> bool:
            wanted = {row.sha256 for row in read.all(Attachment, Attachment.c.order_id == order_id)}
            safe = read.all(Content, Content.c.sha256.in_(sorted(wanted)), Content.c.state == "safe")
            return {row.sha256 for row in safe} == wanted

        return bool(self._ask(look))

    def network_returns(self, order_id: str) -> str:
        """The cable is in again, which the system tells the program; the words of the status bar once all was sent."""
        Line.plugged, Line.slow = True, False
        line = self.window.line
        assert line is not None
        line.wake()
        self.hands.until(lambda: line.status.code == "agreed" and not self.waiting(), "all was sent", 60)
        self.hands.until(lambda: self.photos_sent(order_id), "the photos and the report too", 60)
        self.hands.pause(700)
        return self.status()

    def set_customer_language(self, customer_id: str, language: str) -> None:
        """The customer wants to be written to in another language."""
        from fielddesk.features.customers.actions import edit_customer
        from fielddesk.store.actions import call

        before = self.waiting()
        with self.window.opened.store.read() as read:  # type: ignore[union-attr]
            old = read.one(Customer, customer_id).language
        bench = self.window.bench
        assert bench is not None
        bench.do(call(edit_customer, based_on={"language": old}, customer_id=customer_id, language=language))
        self.hands.until(lambda: self.waiting() > before, "the language is kept")

    def digest(self) -> dict[str, int]:
        """Of the rows as headquarters knows them, by table."""
        return dict(self._ask(base_digest))

    def visit(self, order_id: str) -> dict[str, Any]:
        """All that came of a visit, as it is on this laptop."""

        def look(read: Reading) -> dict[str, Any]:
            order = read.get(WorkOrder, order_id)
            if order is None:
                return {}
            [inspection] = read.all(Inspection, Inspection.c.order_id == order_id)
            links = read.all(OrderLink, OrderLink.c.order_id == order_id)
            others = [read.one(WorkOrder, link.other_id) for link in links]
            kept = read.all(Reservation, Reservation.c.order_id.in_([other.id for other in others]))
            documents = read.all(IssuedDocument, IssuedDocument.c.order_id == order_id)
            files = read.all(Attachment, Attachment.c.order_id == order_id, order=[Attachment.c.at])
            plan = plan_view(read, inspection.plan_id or "", self.window.bench.today())  # type: ignore[union-attr]
            return {
                "status": order.status, "result": inspection.result, "completed_on": inspection.completed_on,
                "due_on": inspection.due_on, "next": plan.next.due_on if plan and plan.next else None,
                "follow_ups": [[link.kind, link.item] for link in links],
                "orders": [[other.number, other.kind, other.status, other.asset_id == order.asset_id]
                           for other in others],
                "kept": [[read.one(Part, row.part_id).number, row.quantity] for row in kept],
                "signed": [[row.signer, row.satisfaction, row.recommendation]
                           for row in read.all(SignOff, SignOff.c.order_id == order_id)],
                "documents": [[row.number, row.language, row.sha256] for row in documents],
                "files": [[row.kind, row.item, row.sha256, row.original_id is not None] for row in files],
            }  # fmt: skip

        return dict(self._ask(look))

    def content(self, sha256: str, path: str) -> None:
        """Write a content into a file, once it is on this laptop: contents travel behind the rows."""
        bench = self.window.bench
        assert bench is not None
        self.hands.until(lambda: bench.has_blob(sha256), "the content arrives", 60)
        found: list[bytes | None] = []
        bench.read_blob(sha256, found.append)
        self.hands.until(lambda: found, "the content is read")
        Path(path).write_bytes(found[0] or b"")


if __name__ == "__main__":
    main(Inspector)
