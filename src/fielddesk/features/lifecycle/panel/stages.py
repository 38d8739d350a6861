"""The stages a product model went through, and the way into another one, always with its day and reason."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _, format_day
from fielddesk.features.lifecycle.actions import change_stage
from fielddesk.features.lifecycle.dialogs import DATES, model_field, stage_icon, stage_state, stage_words
from fielddesk.features.lifecycle.model import ProductModel, StageChange
from fielddesk.features.lifecycle.panel.picture import StageLine
from fielddesk.features.lifecycle.queries import ModelView, model_view
from fielddesk.features.lifecycle.rules import spans
from fielddesk.features.people.queries import person_names
from fielddesk.features.people.rules import OFFICE
from fielddesk.store.actions import Call, call
from fielddesk.store.database import Done
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.entries import Entries, Entry
from fielddesk.ui.forms import Form
from fielddesk.ui.moments import moment_words
from fielddesk.ui.page import Scroll
from fielddesk.ui.seams import Bench, SubjectPanel
from fielddesk.ui.text import Text

Answer = tuple[str, ModelView | None, dict[str, str]]


class StagesPanel(SubjectPanel):
    """A picture of the model's life, the form that changes its stage (for the office), and every change so far."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._model_id = ""
        self._model: ProductModel | None = None
        self.line = StageLine()
        self.entries = Entries()
        self.form = Form()
        self.change = Button(lambda: _("Change stage"), "path", "tonal")
        self.change.clicked.connect(self._change)
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 16, 0, 8), 16)
        column.addWidget(self.line)
        column.addWidget(self._make_change())
        column.addWidget(self.entries)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))

    def _make_change(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        theme.space(column, spacing=8)
        column.addWidget(Text(lambda: _("Into another stage: as planned, early, or held longer"), "heading"))
        for key in ("stage", "stage_since", "stage_reason"):
            self.form.add(model_field(self._bench, key, needed=True))
        self.form.typed.connect(self._typed)
        self.form.committed.connect(self._left)
        column.addWidget(self.form)
        row = QHBoxLayout()
        theme.space(row)
        row.addStretch(1)
        row.addWidget(self.change)
        column.addLayout(row)
        box.setVisible(self._bench.me.role in OFFICE)
        return box

    # ---------------------------------------------------------------- what the tabs ask

    def show_subject(self, row_id: str) -> None:
        self.form.flush_drafts()
        self._model_id = row_id
        self._begin()
        self.reload()

    def _begin(self) -> None:
        model_id = self._model_id
        self.form.start(model_id, {"stage_since": self._bench.today()})
        reason = self.form.fields["stage_reason"]

        def restore(text: str | None) -> None:
            if text and model_id == self._model_id and not reason.text():
                reason.write(text)

        self._bench.draft("stage.reason", model_id, restore)

    def reload(self) -> None:
        model_id, today = self._model_id, self._bench.today()

        def ask(read: Reading) -> Answer:
            view = model_view(read, model_id, today)
            return model_id, view, person_names(read, {change.by_id for change in view.stages} if view else ())

        self._bench.read(ask, self._take, key=f"stages.{id(self)}")

    def may_leave(self) -> bool:
        self.form.flush_drafts()
        return True

    def focus(self) -> None:
        self.form.focus_first()

    def _typed(self, key: str, text: str | None) -> None:
        if key == "stage_reason":
            kept = self.form.fields[key].text() if text is None else text
            self._bench.keep_draft("stage.reason", self._model_id, kept or None)

    def _left(self, key: str, _shown: object, new: object) -> None:
        self.form.fields[key].saved()
        if key == "stage_reason":
            self._bench.keep_draft("stage.reason", self._model_id, str(new) if new else None)

    def _take(self, answer: Answer) -> None:
        model_id, view, names = answer
        if view is None or model_id != self._model_id:
            return
        self._model = view.model
        dates = {key: day for key in DATES if (day := getattr(view.model, key)) is not None}
        life = spans([(change.to_stage, change.since) for change in view.stages])
        self.line.show_life(life, dates, self._bench.today())
        self.entries.show_entries([self._entry(change, names) for change in reversed(view.stages)])

    def _entry(self, change: StageChange, names: dict[str, str]) -> Entry:
        words = _("{stage}, from {day} on").format(stage=stage_words(change.to_stage), day=format_day(change.since))
        when = moment_words(change.at, self._bench.now(), self._bench.zone())
        second = _("{who}, {when}").format(who=names.get(change.by_id) or _("somebody"), when=when)
        details = (change.reason,) if change.reason else ()
        return Entry(
            change.id, words, second, stage_icon(change.to_stage), stage_state(change.to_stage), details=details
        )  # fmt: skip

    # ---------------------------------------------------------------- changing

    def _change(self) -> None:
        model = self._model
        if model is None or model.id != self._model_id:
            return
        try:
            values = self.form.values()
            done = self._call(model, values)
        except FieldDeskError as error:
            self._refused(error)
            return
        before = {"stage": model.stage, "stage_since": model.stage_since, "stage_reason": model.stage_reason}

        def taken_back(_done: Done) -> Call:
            reason = before["stage_reason"] or _("Taken back")
            return call(
                change_stage, based_on=values, model_id=model.id, stage=before["stage"], since=before["stage_since"],
                reason=reason,
            )  # fmt: skip

        self._bench.do(
            done,
            then=lambda _done: self._begin(),
            failed=self._refused,
            said=lambda: _("{number} is in the stage {stage}").format(
                number=model.number, stage=stage_words(values["stage"])
            ),
            undo=taken_back,
            drops=[("stage.reason", model.id)],
        )

    def _call(self, model: ProductModel, values: dict[str, Any]) -> Call:
        shown = {"stage": model.stage, "stage_since": model.stage_since, "stage_reason": model.stage_reason}
        return call(
            change_stage, based_on=shown, model_id=model.id, stage=values["stage"], since=values["stage_since"],
            reason=values["stage_reason"],
        )  # fmt: skip

    def _refused(self, error: FieldDeskError) -> None:
        key = {"reason": "stage_reason", "since": "stage_since"}.get(str(error.values.get("field")), "")
        field = self.form.fields.get(key or str(error.values.get("field")), self.form.fields["stage"])
        field.say_trouble(error)
        field.editor.setFocus()
