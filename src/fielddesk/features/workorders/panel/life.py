"""What the life stage of the machine asks of an order: steps to be given, lane, channels, documents due."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.features.lifecycle.dialogs import (
    OUTCOMES,
    lane_words,
    model_words,
    rule_words,
    stage_words,
    text_words,
)
from fielddesk.features.lifecycle.rules import DECLINED, DONE, NOT_APPLICABLE, TAKEN_BACK, check_step
from fielddesk.features.workorders.actions import record_step
from fielddesk.features.workorders.queries import LifeView, StepRow, life_view
from fielddesk.store.actions import Call, call
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.facts import Facts
from fielddesk.ui.fields import Prose
from fielddesk.ui.flow import Flow
from fielddesk.ui.moments import moment_words
from fielddesk.ui.page import Scroll
from fielddesk.ui.seams import Bench, SubjectPanel
from fielddesk.ui.signs import Chip, Empty
from fielddesk.ui.text import Text

_ANSWERS = ((DONE, "check", "tonal"), (DECLINED, "hand-palm", "default"), (NOT_APPLICABLE, "prohibit", "quiet"))


class StepBox(QWidget):
    """One step: what is asked for, what was said of it, a remark, and the answers as buttons.

    Signals: `answered(step, outcome, remark)`, `typed(step, text)` for the draft of the remark.
    """

    answered = Signal(str, str, str)
    typed = Signal(str, object)

    def __init__(self, row: StepRow) -> None:
        super().__init__()
        self.step = row.step.key
        self._row = row
        self.words = Text(lambda: text_words(self._row.step.words), "strong", wraps=True)
        self.chip = Chip("")
        self.said = Text("", "second", wraps=True)
        self.remark = Prose(f"step.{self.step}", lambda: _("Remark"), hint=lambda: _("What was said, to whom, or why"))
        theme.size(self.remark.editor, height=64)
        self.remark.start("")
        self.remark.typed.connect(lambda text: self.typed.emit(self.step, text))
        self.remark.committed.connect(lambda _shown, text: self.typed.emit(self.step, text))
        self.buttons = {
            outcome: Button(partial(_answer_words, outcome), icon, kind) for outcome, icon, kind in _ANSWERS
        }
        self.again = Button(lambda: _("Take back"), "arrow-counter-clockwise", "quiet")
        self._lay()
        for outcome, button in self.buttons.items():
            button.clicked.connect(partial(self._answer, outcome))
        self.again.clicked.connect(partial(self._answer, TAKEN_BACK))

    def _lay(self) -> None:
        column = QVBoxLayout(self)
        theme.space(column, (0, 4, 0, 4), 8)
        row = QWidget()
        head = Flow(row)
        theme.space(head, spacing=8)
        column.addWidget(self.words)
        head.addWidget(self.chip)
        column.addWidget(row)
        column.addWidget(self.said)
        column.addWidget(self.remark)
        foot = QWidget()
        answers = Flow(foot)
        theme.space(answers, spacing=8)
        for button in (*self.buttons.values(), self.again):
            answers.addWidget(button)
        column.addWidget(foot)

    def show_row(self, row: StepRow, said: str) -> None:
        """Show how the step stands; `said` is who said it, when, and the remark."""
        self._row = row
        self.words.set_words(lambda: text_words(row.step.words))
        title, state, icon = OUTCOMES.get(row.outcome, ("", "warn", ""))
        self.chip.show_state((lambda: _(title)) if title else (lambda: _("Still to be given")), state, icon)
        self.said.set_words(said)
        self.said.setVisible(bool(said))
        open_ = not row.outcome
        self.remark.setVisible(open_)
        for button in self.buttons.values():
            button.setVisible(open_)
        self.again.setVisible(not open_)

    def row(self) -> StepRow:
        """How the step stands."""
        return self._row

    def _answer(self, outcome: str) -> None:
        remark = self.remark.text().strip()
        try:
            check_step(outcome, remark)
        except FieldDeskError as error:
            self.remark.say_trouble(error)
            self.remark.editor.setFocus()
            return
        self.answered.emit(self.step, outcome, remark if outcome != TAKEN_BACK else "")


def _answer_words(outcome: str) -> str:
    return _(OUTCOMES[outcome][0])


class LifePanel(SubjectPanel):
    """Steps first: they are what there is to do here; then what the stage says."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._order_id = ""
        self._boxes: dict[str, StepBox] = {}
        self.facts = Facts()
        for key, label in (
            ("stage", lambda: _("Life stage")),
            ("goal", lambda: _("Goal")),
            ("lane", lambda: _("Lane")),
            ("pool", lambda: _("Parts pool")),
            ("checklist", lambda: _("Checklist")),
            ("inspection", lambda: _("Inspection")),
            ("channels", lambda: _("Channels")),
            ("documents", lambda: _("Documents due")),
            ("service", lambda: _("Service")),
        ):
            self.facts.add(key, label)
        self.empty = Empty("path", lambda: _("This order has no life stage"), self._why_none)
        self._steps = QVBoxLayout()
        theme.space(self._steps, spacing=12)
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 0, 8), 16)
        column.addWidget(self.empty)
        column.addLayout(self._steps)
        column.addWidget(self.facts)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))
        self.empty.hide()

    @staticmethod
    def _why_none() -> str:
        return _("Name the product model in the record of its asset; orders opened after that follow its stage.")

    def boxes(self) -> dict[str, StepBox]:
        """The steps that are asked for, by key."""
        return dict(self._boxes)

    # ---------------------------------------------------------------- what the tabs ask

    def show_subject(self, row_id: str) -> None:
        self.may_leave()
        self._order_id = row_id
        self._clear()
        self.reload()

    def reload(self) -> None:
        order_id = self._order_id

        def ask(read: Reading) -> LifeView | None:
            return life_view(read, order_id)

        self._bench.read(ask, self._take, key=f"life.{id(self)}")

    def may_leave(self) -> bool:
        for box in self._boxes.values():
            box.remark.flush_draft()
        return True

    def focus(self) -> None:
        for box in self._boxes.values():
            for button in box.buttons.values():
                if button.isVisibleTo(self):
                    button.setFocus()
                    return
        self.setFocus()

    # ---------------------------------------------------------------- showing

    def _clear(self) -> None:
        for box in self._boxes.values():
            self._steps.removeWidget(box)
            box.hide()
            box.deleteLater()
        self._boxes = {}

    def _take(self, view: LifeView | None) -> None:
        if view is None or view.order.id != self._order_id:
            return
        none = not view.policy.goal
        self.empty.setVisible(none)
        self.facts.setVisible(not none)
        if [row.step.key for row in view.steps] != list(self._boxes):
            self._clear()
            for row in view.steps:
                self._boxes[row.step.key] = self._make(view.order.id, row)
        for row in view.steps:
            self._boxes[row.step.key].show_row(row, self._said(row))
        self.facts.show_values(_facts(view))

    def _make(self, order_id: str, row: StepRow) -> StepBox:
        box = StepBox(row)
        box.answered.connect(partial(self._record, order_id))
        box.typed.connect(lambda step, text: self._bench.keep_draft(f"step.{step}", order_id, text or None))
        self._steps.addWidget(box)

        def restore(text: str | None) -> None:
            if text and self._boxes.get(row.step.key) is box and not box.remark.dirty():
                box.remark.restore(text)

        self._bench.draft(f"step.{row.step.key}", order_id, restore)
        return box

    def _said(self, row: StepRow) -> str:
        if not row.outcome:
            return ""
        when = moment_words(row.at, self._bench.now(), self._bench.zone())
        who = _("{who}, {when}").format(who=row.who or _("somebody"), when=when)
        return f"{row.remark}\n{who}" if row.remark else who

    # ---------------------------------------------------------------- saying

    def _record(self, order_id: str, step: str, outcome: str, remark: str) -> None:
        box = self._boxes[step]
        before = box.row()

        def taken_back(_done: object) -> Call:
            if outcome != TAKEN_BACK:
                return call(record_step, order_id=order_id, step=step, outcome=TAKEN_BACK)
            return call(record_step, order_id=order_id, step=step, outcome=before.outcome, remark=before.remark)

        box.remark.start("")
        self._bench.do(
            call(record_step, order_id=order_id, step=step, outcome=outcome, remark=remark),
            said=lambda: _("{step}: {outcome}").format(
                step=text_words(before.step.words), outcome=_answer_words(outcome)
            ),
            undo=taken_back,
            failed=lambda error: self._refused(order_id, step, remark, error),
            drops=[(f"step.{step}", order_id)],
        )

    def _refused(self, order_id: str, step: str, remark: str, error: FieldDeskError) -> None:
        """Give the remark back, and say what was wrong with it."""
        self._bench.keep_draft(f"step.{step}", order_id, remark or None)
        if order_id == self._order_id and step in self._boxes:
            self._boxes[step].remark.restore(remark)
            self._boxes[step].remark.say_trouble(error)


def _facts(view: LifeView) -> dict[str, str]:
    """What the stage says, line by line."""
    asked = view.policy
    revision = _("revision {number} of the strategy").format(number=view.order.strategy)
    stage = stage_words(view.order.stage)
    words = [part for part in (stage, model_words(view.model), revision if stage else "") if part]
    return {
        "stage": " · ".join(words),
        "goal": text_words(asked.goal),
        "lane": lane_words(asked.respond_percent, asked.resolve_percent) if asked.hastens else "",
        "pool": text_words(asked.pool[1]),
        "checklist": asked.checklist,
        "inspection": rule_words(asked.inspection),
        "channels": _listed([text for _code, text in asked.channels]),
        "documents": _listed([text for _code, text in asked.documents]),
        "service": _listed(list(asked.service)),
    }


def _listed(texts: list[Mapping[str, str]]) -> str:
    return "\n".join(f"• {text_words(text)}" for text in texts)
