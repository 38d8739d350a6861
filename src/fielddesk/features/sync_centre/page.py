"""The sync centre: where one stands with headquarters, what needs a person, what waits, what arrived."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _, format_moment, language
from fielddesk.core.ids import new_id
from fielddesk.features.sync_centre import queries
from fielddesk.features.sync_centre.actions import MINE, decided, done_again
from fielddesk.features.sync_centre.dialogs import (
    ICONS,
    ChainCard,
    ConflictCard,
    SaidCard,
    chain_words,
    outcome_state,
    outcome_words,
    record_words,
    refused_words,
    what_was_done,
)
from fielddesk.features.sync_centre.panel import Line, Standing
from fielddesk.features.sync_centre.queries import Sought, Work
from fielddesk.store.actions import Call, Ctx
from fielddesk.store.events import Event
from fielddesk.store.outbox import OwnOperation
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button, Gate
from fielddesk.ui.lists import Row
from fielddesk.ui.moments import moment_words
from fielddesk.ui.page import SplitPage
from fielddesk.ui.paging import Source
from fielddesk.ui.seams import Bench, Names, SubjectPage, paged
from fielddesk.ui.signs import Chip
from fielddesk.ui.text import Worded

NEEDS, WAITING, HISTORY = "needs", "waiting", "history"
SEARCH_AFTER_MS = 150


class Outbox(Protocol):
    """What the sync centre may do with work that has an outcome."""

    def settle(
        self,
        op_ids: Sequence[str],
        calls: Sequence[Call],
        then: Callable[[], None],
        failed: Callable[[FieldDeskError], None],
    ) -> None:
        """Do the calls and mark the operations as dealt with, both or neither."""
        ...

    def context(self, op_id: str) -> Ctx:
        """Who does it and when, for a run on trial."""
        ...


class SyncPage(SplitPage, SubjectPage):
    """Three lists (needs you, waiting, history) and the chosen piece of work."""

    watches = frozenset({OwnOperation.tablename, Event.tablename})

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
        self._bench, self._line, self._outbox = bench, line, outbox
        self._names_of = {kind: words.names_of for kind, words in bench.offers.actions.items()}
        self._sought = Sought()
        self._work: Work | None = None
        self._cards: list[QWidget] = []
        self._conflict: ConflictCard | None = None
        self._shown_in = ""
        self._has_record = False
        self._going: set[str] = set()
        """Work whose next step is under way: a second press must not take it again."""
        holder = QWidget()
        self._shown = QVBoxLayout(holder)
        theme.space(self._shown, spacing=16)
        self.pane.add(holder)
        self.pane.add_stretch()
        self._make_left()
        self._make_foot()
        self.list.chosen.connect(self._choose)
        self.list.counted.connect(self._counted)
        self.filters.chosen.connect(self._show_list)
        self._show_list(NEEDS)

    def _make_left(self) -> None:
        self.standing = Standing(self._line, self._bench.zone)
        column = self.left.layout()
        assert isinstance(column, QVBoxLayout)
        column.insertWidget(1, self.standing)
        self.filters.add(NEEDS, lambda: _("Needs you"))
        self.filters.add(WAITING, lambda: _("Waiting"))
        self.filters.add(HISTORY, lambda: _("History"))
        self.search = _Search()
        self._finder = QWidget()
        below = QVBoxLayout(self._finder)
        theme.space(below, (16, 0, 12, 12))
        below.addWidget(self.search)
        column.insertWidget(3, self._finder)
        self._finder.hide()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SEARCH_AFTER_MS)
        self._soon.timeout.connect(self._seek)
        self.search.textChanged.connect(lambda _text: self._soon.start())

    def _make_foot(self) -> None:
        self.open_record = Button(lambda: _("Open the record"), "arrow-square-out")
        self.open_record.clicked.connect(self._open_record)
        self.let_go = Button(lambda: _("Let go"), "x")
        self.let_go.clicked.connect(self._let_go)
        self.again = Button(lambda: _("Do again"), "arrow-clockwise", "primary")
        self.again.clicked.connect(self._do_again)
        self.decide = Gate(Button(lambda: _("Decide"), "check", "primary"))
        self.decide.pressed.connect(self._decide)
        for widget in (self.open_record, self.let_go, self.again, self.decide):
            self.pane.add_action(widget)

    # ---------------------------------------------------------------- the lists

    def _show_list(self, which: str) -> None:
        self._finder.setVisible(which == HISTORY)
        empty = {
            NEEDS: (_("Nothing needs you"), _("Conflicts and refusals appear here, each with its next step.")),
            WAITING: (_("Nothing waits"), _("What you do without a connection waits here until it is sent.")),
            HISTORY: (_("Nothing was sent yet"), _("What headquarters has taken appears here, newest first.")),
        }
        self.left.empty.show_words(*empty[which])
        self.list.choose("")
        self.show_nothing()
        self.list.show_source(self._source(which))
        self._ask_counts()

    def _source(self, which: str) -> Source:
        sought = self._sought if which == HISTORY else Sought()

        def fetch(read: Reading, offset: int, limit: int) -> Sequence[Row]:
            if which == NEEDS:
                works: Sequence[Work] = queries.needing(read)[offset : offset + limit]
            elif which == WAITING:
                works = queries.waiting(read, offset, limit)
            else:
                works = queries.history(read, sought, offset, limit)
            names = self._names(read, works)
            return [self._shown_row(work, names) for work in works]

        def count(read: Reading) -> int:
            if which == NEEDS:
                return queries.counts(read)[1]
            return queries.waiting_count(read) if which == WAITING else queries.history_count(read, sought)

        def find(read: Reading, op_id: str) -> int | None:
            if which == NEEDS:
                places = [work.id for work in queries.needing(read)]
                return places.index(op_id) if op_id in places else None
            return queries.place_of(read, which, sought, op_id)

        return paged(self._bench, fetch, count, find)

    def _names(self, read: Reading, works: Sequence[Work]) -> dict[str, str]:
        wanted = queries.named_by(works, self._names_of)
        for work in works:
            for name, words in self._bench.offers.fields.get(work.table or "", {}).items():
                if words.names_of and name in work.fields:
                    ids = {str(value) for value in work.fields[name].values() if value}
                    wanted.setdefault(words.names_of, set()).update(ids)
        return self._bench.offers.names(read, wanted)

    def _shown_row(self, work: Work, names: Names) -> Row:
        when = moment_words(work.at, self._bench.now(), self._bench.zone())
        state = outcome_state(work)
        became = outcome_words(work) if state != "idle" else ""
        second = " · ".join(part for part in (record_words(work, names), became, chain_words(len(work.chain))) if part)
        icon = ICONS.get(work.outcome, "") if work.settled_at is None and not work.trouble else ""
        return Row(work.id, what_was_done(work, self._bench.offers, names), second, when, state, icon)

    def _seek(self) -> None:
        text = self.search.text().strip()
        offers = self._bench.offers

        def rows_named(read: Reading) -> frozenset[str]:
            hits = [hit for each in offers.searches for hit in each.find(read, text, 50)] if text else []
            return frozenset(hit.id for hit in hits)

        def found(about: frozenset[str]) -> None:
            self._sought = Sought(text, about)
            if self.filters.current() == HISTORY:
                self.list.show_source(self._source(HISTORY))

        self._bench.read(rows_named, found, key="sync.search")

    def _ask_counts(self) -> None:
        def show(found: tuple[int, int]) -> None:
            self.filters.set_count(WAITING, found[0])
            self.filters.set_count(NEEDS, found[1])

        self._bench.read(queries.counts, show, key="sync.counts")

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
        if self._work is not None:
            self._choose(self._work.id)

    def _choose(self, op_id: str) -> None:
        if not op_id:
            return

        def ask(read: Reading) -> tuple[Work, dict[str, str]] | None:
            work = queries.work(read, op_id)
            return None if work is None else (work, self._names(read, [work, *work.chain]))

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
        self.pane.show_title(noun, record_words(work, names) or format_moment(work.at, zone))
        self.pane.show_chips([Chip(lambda: outcome_words(work), outcome_state(work), ICONS.get(work.outcome, ""))])
        self._clear()
        self._add(SaidCard(work, offers, names, zone))
        self._conflict = None
        if work.fields:
            self._conflict = ConflictCard(work, offers, names)
            self._conflict.decided.connect(self._may_decide)
            self._add(self._conflict)
            for name, side in choices.items():
                self._conflict.compare.take(name, side)
        if work.chain:
            self._add(ChainCard(work.chain, offers, names, zone))
        self._has_record = bool(record_words(work, names))
        self._show_steps(work)
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

    def _show_steps(self, work: Work) -> None:
        open_now = work.settled_at is None
        conflict = open_now and work.outcome == "conflict"
        rejected = open_now and work.outcome in ("rejected", "parked")
        self.decide.setVisible(conflict)
        self.again.setVisible(rejected)
        self.let_go.setVisible(rejected)
        for button in (self.again, self.let_go):
            button.setEnabled(work.id not in self._going)
        place = self._bench.offers.place_of(work.about_table or "")
        self.open_record.setVisible(self._has_record and place is not None)
        if conflict and self._conflict is not None:
            self._may_decide(len(self._conflict.choices()) == len(work.fields))

    def _may_decide(self, complete: bool) -> None:
        self.decide.let(None if complete else (lambda: _("Take one version for each field first")))
        if self._work is not None and self._work.id in self._going:
            self.decide.button.setEnabled(False)

    def _begin(self, work: Work) -> bool:
        """Whether a next step may begin; from here on none other does."""
        if work.id in self._going:
            return False
        self._going.add(work.id)
        self._show_steps(work)
        return True

    def _end(self, work: Work) -> None:
        self._going.discard(work.id)
        if self._work is not None and self._work.id == work.id:
            self._show_steps(self._work)

    # ---------------------------------------------------------------- next steps

    def _open_record(self) -> None:
        if self._work is not None and self._work.about_table and self._work.about_id:
            self._bench.show(self._work.about_table, self._work.about_id)

    def _decide(self) -> None:
        work, card = self._work, self._conflict
        if work is None or card is None or not self._begin(work):
            return
        choices = card.choices()
        mine = any(side == MINE for side in choices.values())
        said = _("Decided: yours goes to headquarters") if mine else _("Decided: theirs stays")
        ids = [work.id, *(each.id for each in work.chain)]
        chain = work.chain if mine else ()  # what was built on mine goes where mine goes
        now, bench, outbox = self._bench.now, self._bench, self._outbox

        def prepare(read: Reading) -> list[Call]:
            return done_again(read, chain, outbox.context, lambda: new_id(now()), decided(work, choices))

        bench.read(
            prepare,
            lambda calls: outbox.settle(ids, calls, partial(self._settled, work, said), partial(self._failed, work)),
            failed=partial(self._not_again, work),
        )

    def _do_again(self) -> None:
        work = self._work
        if work is None or not self._begin(work):
            return
        works = [work, *work.chain]
        now, bench, outbox = self._bench.now, self._bench, self._outbox

        def prepare(read: Reading) -> list[Call]:
            return done_again(read, works, outbox.context, lambda: new_id(now()))

        def go(calls: list[Call]) -> None:
            ids = [each.id for each in works]
            said = _("Done again; it goes to headquarters")
            outbox.settle(ids, calls, partial(self._settled, work, said), partial(self._failed, work))

        bench.read(prepare, go, failed=partial(self._not_again, work))

    def _not_again(self, work: Work, error: Exception) -> None:
        if not isinstance(error, FieldDeskError):
            self._end(work)
            raise error
        self._failed(work, error)

    def _let_go(self) -> None:
        work = self._work
        if work is None or not self._begin(work):
            return
        ids = [work.id, *(each.id for each in work.chain)]
        said = _("Let go; it stays in the history")
        self._outbox.settle(ids, [], partial(self._settled, work, said), partial(self._failed, work))

    def _settled(self, work: Work, said: str) -> None:
        self._going.discard(work.id)
        if self._work is not None and self._work.id == work.id:
            self._work = None
        self._bench.toast(said)
        self.list.setFocus()

    def _failed(self, work: Work, error: FieldDeskError) -> None:
        self._end(work)
        self._bench.toast(refused_words(error), icon="warning-fill")


class _Search(Worded, QLineEdit):
    """The search line over the history."""

    def __init__(self) -> None:
        super().__init__()
        self.setClearButtonEnabled(True)
        self.say("setPlaceholderText", lambda: _("Search what was sent"))
        self.say("set_name", lambda: _("Search what was sent"))
