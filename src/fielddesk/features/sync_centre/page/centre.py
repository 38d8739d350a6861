"""The page of the sync centre: where one stands with headquarters, four lists, and what is chosen in them."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.i18n import N_, _, format_moment, language
from fielddesk.features.sync_centre import queries
from fielddesk.features.sync_centre.dialogs import (
    ICONS,
    ChainCard,
    ConflictCard,
    SaidCard,
    gone_words,
    outcome_state,
    outcome_words,
    record_words,
)
from fielddesk.features.sync_centre.page.lists import HISTORY, NEEDS, WAITING, WorkLists
from fielddesk.features.sync_centre.page.receipts import RECEIPTS, ReceiptCard, receipt_rows
from fielddesk.features.sync_centre.page.steps import NextSteps, Outbox
from fielddesk.features.sync_centre.panel import Line, Standing
from fielddesk.features.sync_centre.queries import ReceiptLine, Sought, Work
from fielddesk.store.contents import Receipt
from fielddesk.store.events import Event
from fielddesk.store.outbox import OwnOperation
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.editing import EditLine
from fielddesk.ui.moments import moment_words
from fielddesk.ui.page import SplitPage
from fielddesk.ui.seams import Bench, SubjectPage
from fielddesk.ui.signs import Chip
from fielddesk.ui.text import Worded

SEARCH_AFTER_MS = 150


class SyncPage(SplitPage, SubjectPage):
    """Four lists (needs you, waiting, history, receipts) and the chosen piece of work, or session of sync."""

    watches = frozenset({OwnOperation.tablename, Event.tablename, Receipt.tablename})

    def __init__(self, bench: Bench, line: Line, outbox: Outbox, parent: QWidget | None = None) -> None:
        super().__init__(
            lambda: _("Sync"),
            (
                "check-circle",
                lambda: _("Nothing needs you"),
                lambda: _("Conflicts and refusals appear here, each with its next step."),
            ),
            (
                "arrows-clockwise",
                lambda: _("Nothing chosen"),
                lambda: _("Choose a line at the left to see what became of it."),
            ),
        )
        self._bench, self._line = bench, line
        self._lists = WorkLists(bench)
        self._sought = Sought()
        self._work: Work | None = None
        self._cards: list[QWidget] = []
        self._conflict: ConflictCard | None = None
        self._shown_in = ""
        holder = QWidget()
        self._shown = QVBoxLayout(holder)
        theme.space(self._shown, spacing=16)
        self.pane.add(holder)
        self.pane.add_stretch()
        self._make_left()
        self.steps = NextSteps(bench, self.pane, outbox)
        self.steps.settled.connect(self._settled)
        self.list.chosen.connect(self._choose)
        self.list.counted.connect(self._counted)
        self.filters.chosen.connect(self._show_list)
        self._show_list(NEEDS)
        self._ask_receipt()

    def _make_left(self) -> None:
        self.standing = Standing(self._line, self._bench.zone)
        self.left.column.insertWidget(1, self.standing)
        self.filters.add(NEEDS, lambda: _("Needs you"))
        self.filters.add(WAITING, lambda: _("Waiting"))
        self.filters.add(HISTORY, lambda: _("History"))
        self.filters.add(RECEIPTS, lambda: _("Receipts"))
        self.search = _Search()
        self._finder = QWidget()
        below = QVBoxLayout(self._finder)
        theme.space(below, (16, 0, 12, 12))
        below.addWidget(self.search)
        self.left.column.insertWidget(3, self._finder)
        self._finder.hide()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SEARCH_AFTER_MS)
        self._soon.timeout.connect(self._seek)
        self.search.textChanged.connect(lambda _text: self._soon.start())

    # ---------------------------------------------------------------- the lists

    def _show_list(self, which: str) -> None:
        self._finder.setVisible(which == HISTORY)
        empty = {
            NEEDS: (N_("Nothing needs you"), N_("Conflicts and refusals appear here, each with its next step.")),
            WAITING: (N_("Nothing waits"), N_("What you do without a connection waits here until it is sent.")),
            HISTORY: (N_("Nothing was sent yet"), N_("What headquarters has taken appears here, newest first.")),
            RECEIPTS: (N_("No sync yet"), N_("What each sync carried, both ways, appears here.")),
        }
        fact, how = empty[which]
        self.left.empty.show_words(lambda: _(fact), lambda: _(how))
        self.list.choose("")
        self.show_nothing()
        if which == RECEIPTS:
            self.list.show_source(receipt_rows(self._bench))
        else:
            self.list.show_source(self._lists.source(which, self._sought if which == HISTORY else Sought()))
        self._ask_counts()

    def _seek(self) -> None:
        text = self.search.text().strip()
        offers = self._bench.offers

        def rows_named(read: Reading) -> frozenset[str]:
            hits = [hit for each in offers.searches for hit in each.find(read, text, 50)] if text else []
            return frozenset(hit.id for hit in hits)

        def found(about: frozenset[str]) -> None:
            self._sought = Sought(text, about)
            if self.filters.current() == HISTORY:
                self.list.show_source(self._lists.source(HISTORY, self._sought))

        self._bench.read(rows_named, found, key="sync.search")

    def _ask_counts(self) -> None:
        def show(found: tuple[int, int]) -> None:
            self.filters.set_count(WAITING, found[0])
            self.filters.set_count(NEEDS, found[1])

        self._bench.read(queries.counts, show, key="sync.counts")

    def _ask_receipt(self) -> None:
        def show(found: list[ReceiptLine]) -> None:
            if found:
                at, bench = found[0].ended_at or found[0].began_at, self._bench
                self.standing.show_receipt(found[0], lambda: moment_words(at, bench.now(), bench.zone()))

        self._bench.read(lambda read: queries.receipts(read, 0, 1), show, key="sync.receipt")

    def _counted(self, count: int) -> None:
        if count and not self.list.chosen_id() and not self.stacked():
            self.list.choose_first()

    def show_waiting(self) -> None:
        """Go to the list of what waits to be sent."""
        self.filters.choose(WAITING)
        self._show_list(WAITING)

    # ---------------------------------------------------------------- the chosen one

    def show_subject(self, table: str, row_id: str) -> None:
        """Show one operation, in the list where it stands."""

        def show(work: Work | None) -> None:
            if work is None:
                return
            which = HISTORY
            if work.outcome is None and not work.trouble:
                which = WAITING
            elif work.settled_at is None and outcome_state(work) != "ok":
                which = NEEDS
            self.filters.choose(which)
            self._show_list(which)
            self.list.choose(row_id)
            self.show_detail(focus=False)

        self._bench.read(lambda read: queries.work(read, row_id), show, key="sync.subject")

    def retranslate(self) -> None:
        """What was shown in another language is made anew; the choices of a person stay."""
        self._shown_in = ""

    def reload(self) -> None:
        self.list.reload()
        self._ask_counts()
        self._ask_receipt()
        if self._work is not None:
            self._choose(self._work.id)
        elif self.filters.current() == RECEIPTS:
            self._choose(self.list.chosen_id())

    def _choose(self, op_id: str) -> None:
        if not op_id:
            return
        if self.filters.current() == RECEIPTS:
            self._bench.read(lambda read: queries.receipt(read, op_id), self._show_session, key="sync.work")
            return

        def ask(read: Reading) -> tuple[Work, dict[str, str]] | None:
            work = queries.work(read, op_id)
            return None if work is None else (work, self._lists.names(read, [work, *work.chain]))

        self._bench.read(ask, self._show_work, key="sync.work")

    def _show_work(self, found: tuple[Work, dict[str, str]] | None) -> None:
        if found is None:
            self.show_nothing()
            return
        work, names = found
        if work == self._work and self._cards and self._shown_in == language():
            self.fill_detail()
            return  # what a person has chosen in it stays
        choices = self._conflict.choices() if work == self._work and self._conflict is not None else {}
        self._work, self._shown_in = work, language()
        offers, zone = self._bench.offers, self._bench.zone()
        words = offers.actions.get(work.kind)
        noun = words.noun if words else work.kind
        record = record_words(work, names) or gone_words(work, offers, names)
        self.pane.show_title(noun, record or format_moment(work.at, zone))
        self.pane.show_chips([Chip(lambda: outcome_words(work), outcome_state(work), ICONS.get(work.outcome, ""))])
        self._clear()
        self._add(SaidCard(work, offers, names, zone))
        self._conflict = None
        if work.fields:
            self._conflict = ConflictCard(work, offers, names)
            self._add(self._conflict)
            for name, side in choices.items():
                self._conflict.compare.take(name, side)
        if work.chain:
            self._add(ChainCard(work.chain, offers, names, zone))
        self.steps.show_work(work, self._conflict, has_record=bool(record_words(work, names)))
        self.fill_detail()

    def _show_session(self, receipt: ReceiptLine | None) -> None:
        if receipt is None:
            self.show_nothing()
            return
        self._work, self._conflict = None, None
        zone, whole = self._bench.zone(), receipt.how == "complete"
        self.pane.show_title(_("Sync"), format_moment(receipt.began_at, zone))
        state, icon = ("ok", "check-circle") if whole else ("warn", "warning")
        self.pane.show_chips([Chip(lambda: _("Complete") if whole else _("Not complete"), state, icon)])
        self._clear()
        self._add(ReceiptCard(receipt, zone))
        self.steps.show_none()
        self.fill_detail()

    def _add(self, card: QWidget) -> None:
        self._shown.addWidget(card)
        self._cards.append(card)

    def _clear(self) -> None:
        for card in self._cards:
            self._shown.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = []

    def _settled(self, work_id: str) -> None:
        if self._work is not None and self._work.id == work_id:
            self._work = None
        self.list.setFocus()


class _Search(Worded, EditLine):
    """The search line over the history."""

    def __init__(self) -> None:
        super().__init__()
        self.setClearButtonEnabled(True)
        self.say("setPlaceholderText", lambda: _("Search what was sent"))
        self.say("set_name", lambda: _("Search what was sent"))
