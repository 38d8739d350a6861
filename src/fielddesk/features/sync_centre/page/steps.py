"""The next steps of a piece of work: decide, do it again, let it go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.core.ids import new_id
from fielddesk.features.sync_centre.actions import MINE, decided, done_again
from fielddesk.features.sync_centre.dialogs import (
    ConflictCard,
    refused_words,
)
from fielddesk.features.sync_centre.queries import Work
from fielddesk.store.actions import Call, Ctx
from fielddesk.store.tx import Reading
from fielddesk.ui.buttons import Button, Gate
from fielddesk.ui.page import Pane
from fielddesk.ui.seams import Bench


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


class NextSteps(QObject):
    """What can be done about a piece of work: the buttons in the foot of its pane. Signal `settled(id)`."""

    settled = Signal(str)

    def __init__(self, bench: Bench, pane: Pane, outbox: Outbox) -> None:
        super().__init__(pane)
        self._bench, self._outbox = bench, outbox
        self._work: Work | None = None
        self._conflict: ConflictCard | None = None
        self._has_record = False
        self._going: set[str] = set()
        """Work whose next step is under way: a second press must not take it again."""
        self.open_record = Button(lambda: _("Open the record"), "arrow-square-out")
        self.open_record.clicked.connect(self._open_record)
        self.let_go = Button(lambda: _("Let go"), "x")
        self.let_go.clicked.connect(self._let_go)
        self.again = Button(lambda: _("Do again"), "arrow-clockwise", "primary")
        self.again.clicked.connect(self._do_again)
        self.decide = Gate(Button(lambda: _("Decide"), "check", "primary"))
        self.decide.pressed.connect(self._decide)
        for widget in (self.open_record, self.let_go, self.again, self.decide):
            pane.add_action(widget)

    def show_work(self, work: Work, conflict: ConflictCard | None, *, has_record: bool) -> None:
        """Show what can be done about this work, with its conflict where it has one."""
        self._work, self._conflict, self._has_record = work, conflict, has_record
        if conflict is not None:
            conflict.decided.connect(self._may_decide)
        self._show(work)

    def show_none(self) -> None:
        """What is shown has no next step."""
        self._work = self._conflict = None
        for button in (self.decide, self.again, self.let_go, self.open_record):
            button.setVisible(False)

    def _show(self, work: Work) -> None:
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
        self._show(work)
        return True

    def _end(self, work: Work) -> None:
        self._going.discard(work.id)
        if self._work is not None and self._work.id == work.id:
            self._show(self._work)

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
            lambda calls: outbox.settle(ids, calls, partial(self._ended, work, said), partial(self._failed, work)),
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
            outbox.settle(ids, calls, partial(self._ended, work, said), partial(self._failed, work))

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
        self._outbox.settle(ids, [], partial(self._ended, work, said), partial(self._failed, work))

    def _ended(self, work: Work, said: str) -> None:
        self._going.discard(work.id)
        if self._work is not None and self._work.id == work.id:
            self._work = None
        self._bench.toast(said)
        self.settled.emit(work.id)

    def _failed(self, work: Work, error: FieldDeskError) -> None:
        self._end(work)
        self._bench.toast(refused_words(error), icon="warning-fill")
