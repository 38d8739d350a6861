"""A failed item: what was found, the parts it asks for, and the order that repairs it, made with one key."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _, format_quantity
from fielddesk.core.ids import new_id
from fielddesk.features.documents.model import Attachment
from fielddesk.features.documents.rules import PICTURES
from fielddesk.features.inspections.actions import follow_up_calls, follow_up_id
from fielddesk.features.inspections.dialogs import item_title, named, value_words
from fielddesk.features.inspections.queries import InspectionView, ItemView, ProposedRow, proposed_parts
from fielddesk.features.inspections.queries.running import given_of, pictures_of_item
from fielddesk.features.parts.actions import release_part
from fielddesk.features.parts.dialogs import amount, part_name
from fielddesk.features.parts.queries import PlaceStock, stocks
from fielddesk.features.workorders.actions import set_order_status
from fielddesk.features.workorders.model import OrderLink, WorkOrder
from fielddesk.features.workorders.queries import asset_standing
from fielddesk.store.actions import Call, call
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button, Link
from fielddesk.ui.copying import Copyable
from fielddesk.ui.pictures import THUMBNAIL, picture
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Card, Chip
from fielddesk.ui.text import Glyph, Heading, Text, Words
from fielddesk.ui.wording import sentence

PICTURE_HIGH = 132
"""Pixels at 100 %."""


@dataclass(frozen=True)
class Proposal:
    """What a failed item proposes: parts with their stock, the photos of what failed, the stage and strategy revision
    an order is opened under today, and the order that was made of it (number, id). `picture` is the hash of the newest
    photo of it, small; "" where there is none."""

    item: str
    parts: Sequence[tuple[ProposedRow, Sequence[PlaceStock]]]
    made: tuple[str, str] | None
    photos: Sequence[Attachment] = ()
    standing: tuple[str, int] | None = None
    picture: str = ""


def newest_picture(read: Reading, order_id: str, item: str) -> str:
    """The hash of the newest photo or drawing of an item, small; "" where there is none."""
    c = Attachment.c
    where = (c.order_id == order_id, c.item == item, c.kind.in_(PICTURES), c.archived_at.is_(None), c.thumbnail != "")
    found = read.all(Attachment, *where, order=[c.at.desc(), c.id.desc()], limit=1)
    return found[0].thumbnail if found else ""


def proposal_of(read: Reading, view: InspectionView, item: ItemView, me: str, role: str, today: str) -> Proposal:
    """Read what a failed item proposes."""
    parts = proposed_parts(read, item.item)
    found = stocks(read, [part.part_id for part in parts if part.part_id], me, role)
    link, order = OrderLink.c, WorkOrder.c
    query = (
        sa.select(order.number, order.id)
        .select_from(OrderLink.__table__.join(WorkOrder.__table__, order.id == link.other_id))
        .where(
            link.order_id == view.inspection.order_id, link.item == item.item.key, link.kind == "follow_up",
            link.archived_at.is_(None), order.status != "cancelled",
        )
        .order_by(link.at.desc(), link.id)
        .limit(1)
    )  # fmt: skip
    made = next((tuple(row) for row in read.rows(query)), None)
    return Proposal(
        item.item.key,
        [(part, found.get(part.part_id or "", ())) for part in parts],
        None if made is None else (str(made[0]), str(made[1])),
        pictures_of_item(read, view.inspection.order_id, item.item.key),
        asset_standing(read, view.inspection.asset_id, today),
        newest_picture(read, view.inspection.order_id, item.item.key),
    )


def at_hand(stock: Sequence[PlaceStock]) -> tuple[int, str]:
    """What one has oneself (millionths), and the place it is at."""
    own = [place for place in stock if place.mine]
    return sum(place.quantity for place in own), next((place.place_id for place in own if place.quantity > 0), "")


class FailedCard(Card):
    """The card of a failed item. Signals: `change_asked(item key)`, `made` once the follow-up order stands."""

    change_asked = Signal(str)
    made = Signal()

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._about: InspectionView | None = None
        self._view: ItemView | None = None
        self._proposal: Proposal | None = None
        self._busy = False
        self._lines: list[QWidget] = []
        inner = QVBoxLayout()
        theme.space(inner, (16, 12, 12, 12), 8)
        self.column().addLayout(inner)
        head = QHBoxLayout()
        theme.space(head, spacing=8)
        self.title = Heading("", "heading")
        head.addWidget(self.title)
        head.addWidget(Chip(lambda: _("Failed"), "bad"))
        head.addStretch(1)
        self.change = Button(lambda: _("Change"), kind="quiet")
        self.change.clicked.connect(self._change)
        head.addWidget(self.change)
        self.make = Button(lambda: _("Make follow-up order"), "plus", "tonal", key="Ctrl+R")
        self.make.clicked.connect(self.make_order)
        head.addWidget(self.make)
        inner.addLayout(head)
        self.note = Copyable("")
        self._parts = QVBoxLayout()
        theme.space(self._parts, spacing=4)
        self.link = Link("")
        self.link.clicked.connect(self._show_order)
        self.picture = QLabel()
        self.picture.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.picture.hide()
        self._picture_of = ""
        inner.addLayout(self._body())
        self.hide()

    def _body(self) -> QHBoxLayout:
        """The photo, and beside it what was found and what it needs."""
        holder = QWidget()  # a layout alone would be no wider than its link
        words = QVBoxLayout(holder)
        theme.space(words, spacing=8)
        words.addWidget(self.note)
        words.addLayout(self._parts)
        words.addWidget(self.link)
        words.addStretch(1)
        body = QHBoxLayout()
        theme.space(body, spacing=16)
        body.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        body.addWidget(holder, 1)
        return body

    def show_failed(self, about: InspectionView | None, view: ItemView | None, *, current: bool = False) -> None:
        """Show an item that failed, or nothing; `current`: its own card stands above."""
        changed = view is None or self._view is None or view.item.key != self._view.item.key
        self._about, self._view = about, view
        if changed:
            self._proposal = None
        if about is None or view is None:
            self.hide()
            return
        self.title.set_words(lambda: item_title(view.item, view.number))
        given = given_of(view.answer) if view.answer is not None else None
        text = given.text if given is not None else ""
        value = value_words(view.item, given) if given is not None and given.number is not None else ""
        self.note.set_words("\n".join(part for part in (value, text) if part))
        self.note.setVisible(bool(self.note.text()))
        self.change.setVisible(not current)
        self.show()
        self._show_parts()
        self._ask()

    def _change(self) -> None:
        if self._view is not None:
            self.change_asked.emit(self._view.item.key)

    def reload(self) -> None:
        if self._view is not None:
            self._ask()

    def _ask(self) -> None:
        about, view, me, today = self._about, self._view, self._bench.me, self._bench.today()
        if about is not None and view is not None:
            self._bench.read(
                lambda read: proposal_of(read, about, view, me.user_id, me.role, today), self._take,
                key=f"failed.{id(self)}",
            )  # fmt: skip

    def _take(self, proposal: Proposal) -> None:
        if self._view is not None and proposal.item == self._view.item.key:
            self._proposal = proposal
            self._show_parts()
            self._show_picture(proposal.picture)

    def _show_picture(self, sha256: str) -> None:
        """The photo, as soon as it is on this laptop."""
        if sha256 == self._picture_of:
            return
        self._picture_of = sha256
        self.picture.hide()
        if sha256:
            self._bench.read_blob(
                sha256, lambda content: self._decode(sha256, content), key=f"failed.picture.{id(self)}"
            )

    def _decode(self, sha256: str, content: bytes | None) -> None:
        if content is None:
            self._picture_of = ""  # not here yet: asked again when the card is read again
        else:
            self._bench.work(
                lambda: picture(content, THUMBNAIL), lambda image: self._put_picture(sha256, image),
                failed=lambda _error: None,
            )  # fmt: skip

    def _put_picture(self, sha256: str, image: QImage) -> None:
        if sha256 == self._picture_of:
            high = theme.px(PICTURE_HIGH)
            self.picture.setPixmap(
                QPixmap.fromImage(image.scaledToHeight(high, Qt.TransformationMode.SmoothTransformation))
            )
            self.picture.setAccessibleName(_("Photo of what failed"))
            self.picture.show()

    def _show_parts(self) -> None:
        for line in self._lines:
            self._parts.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines = []
        proposal = self._proposal
        made = proposal.made if proposal is not None else None
        self.make.setVisible(proposal is not None and made is None)
        self.link.setVisible(made is not None)
        if made is not None:
            number = made[0]
            self.link.set_words(lambda: _("Follow-up order {number}").format(number=number))
            return
        for part, stock in proposal.parts if proposal is not None else ():
            self._line("package", _proposing(part, stock))
        if proposal is not None:
            self._line("keyboard", self._hint)

    def _hint(self) -> str:
        if self._proposal is not None and self._proposal.parts:
            return _("Ctrl+R makes the order with the parts in it")
        return _("Ctrl+R makes the order")

    def _line(self, icon: str, words: Words) -> None:
        holder = QWidget()
        row = QHBoxLayout(holder)
        theme.space(row, spacing=8)
        row.addWidget(Glyph(icon, "text2", 20))
        row.addWidget(Text(words, "second", wraps=True), 1)
        self._parts.addWidget(holder)
        self._lines.append(holder)

    def _show_order(self) -> None:
        if self._proposal is not None and self._proposal.made is not None:
            self._bench.show("work_order", self._proposal.made[1])

    # ---------------------------------------------------------------- making the order

    def make_order(self) -> None:
        """Make the follow-up order with the proposed parts reserved for it; undo takes all of it back."""
        about, view, proposal = self._about, self._view, self._proposal
        if self._busy or about is None or about.order is None or view is None or proposal is None or proposal.made:
            return
        self._busy = True
        self.make.setEnabled(False)
        self._bench.draw_number("WO", lambda number: self._do(about, view, proposal, number), self._refused)

    def _do(self, about: InspectionView, view: ItemView, proposal: Proposal, number: str) -> None:
        order = about.order
        assert order is not None
        title = _("{item} (from inspection)").format(item=named(view.item.names))
        parts = [
            (part.part_id, part.quantity, at_hand(stock)[1] or None) for part, stock in proposal.parts if part.part_id
        ]
        op_id = new_id(self._bench.now())
        description = _("Item {number} of {order} failed: {item}").format(
            number=view.number, order=order.number, item=named(view.item.names)
        )
        given = given_of(view.answer) if view.answer is not None else None
        if given is not None:
            found = " · ".join(part for part in (value_words(view.item, given), given.text) if part)
            description = f"{description}\n{found}"
        try:
            calls = follow_up_calls(
                op_id, order, view.item.key, number=number, title=title[:200], description=description, parts=parts,
                assignee_id=order.assignee_id, standing=proposal.standing, photos=proposal.photos,
            )  # fmt: skip
        except FieldDeskError as error:
            self._refused(error)
            return
        self._bench.do(
            calls,
            then=lambda _done: self._done(),
            failed=self._refused,
            said=lambda: _("Follow-up order {number} made").format(number=number),
            undo=lambda _done: _taken_back(follow_up_id(op_id), bool(order.assignee_id), parts),
        )

    def _done(self) -> None:
        self._busy = False
        self.make.setEnabled(True)
        self.reload()
        self.made.emit()

    def _refused(self, error: FieldDeskError) -> None:
        self._busy = False
        self.make.setEnabled(True)
        self._bench.toast(lambda: sentence(error), icon="warning-fill")


def _proposing(part: ProposedRow, stock: Sequence[PlaceStock]) -> Words:
    def words() -> str:
        name = part_name(part.names) or ""
        said = " ".join(each for each in (name, part.number) if each)
        if part.part_id is None:
            return _("Proposed: {part}, not in the catalogue on this laptop").format(part=said)
        mine, _place = at_hand(stock)
        count = format_quantity(mine) if mine > 0 else ""
        asked = amount(part.quantity, part.unit)
        if count:
            return _("Proposed: {part}, {asked}; {count} on the van").format(part=said, asked=asked, count=count)
        return _("Proposed: {part}, {asked}; none on the van").format(part=said, asked=asked)

    return words


def _taken_back(order_id: str, assigned: bool, parts: Sequence[tuple[str, int, str | None]]) -> list[Call]:
    shown = {"status": "assigned" if assigned else "open", "status_reason": ""}
    calls = [
        call(
            set_order_status,
            based_on=shown,
            order_id=order_id,
            status="cancelled",
            reason=_("Made by mistake, taken back at once"),
        )
    ]
    calls += [
        call(release_part, order_id=order_id, part_id=part_id, quantity=quantity, place_id=place_id)
        for part_id, quantity, place_id in parts
    ]
    return calls


__all__ = ["FailedCard", "Proposal", "proposal_of"]
