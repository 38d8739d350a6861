"""The record of a product model: the office corrects it field by field, everybody else reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core import canonical
from fielddesk.core.i18n import _, format_day
from fielddesk.features.lifecycle.actions import edit_model
from fielddesk.features.lifecycle.dialogs import (
    DATES,
    FIELDS,
    NAME_FIELDS,
    class_words,
    model_field,
    model_words,
    stage_words,
)
from fielddesk.features.lifecycle.queries import ModelView, model_view
from fielddesk.features.people.rules import OFFICE
from fielddesk.store.actions import Call, call
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.facts import Facts
from fielddesk.ui.page import Scroll
from fielddesk.ui.saving import SavedForm, given
from fielddesk.ui.seams import Bench, SubjectPanel

ORDER: Final = ("number", *NAME_FIELDS, "product_class", *DATES, "dates_source", "replacement_id")
_GROUPED: Final = dict.fromkeys(NAME_FIELDS, tuple(NAME_FIELDS))


def names_of(values: Mapping[str, Any]) -> dict[str, str]:
    """The names of a model out of the three fields they are typed into; empty ones are left out."""
    return {language: text for key, language in NAME_FIELDS.items() if (text := str(values.get(key) or "").strip())}


def _edit(model_id: str, change: dict[str, Any], base: dict[str, Any]) -> Call:
    if not set(change) & set(NAME_FIELDS):
        return call(edit_model, based_on=base, model_id=model_id, **given(change))
    shown = canonical.dumps(names_of(base))
    return call(edit_model, based_on={"names": shown}, model_id=model_id, names=_or_empty(names_of(base | change)))


def _or_empty(names: dict[str, str]) -> dict[str, str]:
    return names or {"en": ""}  # refused as a missing name, where the form stands


class ModelPanel(SubjectPanel):
    """Stage, class, dates with their source, and what replaces the model."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._model_id = ""
        self._view: ModelView | None = None
        self._keeps = bench.me.role in OFFICE
        self.facts = Facts()
        self.facts.add("stage", lambda: _("Stage"))
        if not self._keeps:
            self.facts.add("product_class", lambda: _("Product class"))
            for key, words in DATES.items():
                self.facts.add(key, words)
            self.facts.add("dates_source", lambda: _("Source of the dates"))
            self.facts.add_link("replacement_id", lambda: _("Replacement"))
            self.facts.pressed.connect(self._follow)
        self.record = SavedForm(bench, "product_model", _edit, _GROUPED)
        if self._keeps:
            for key in ORDER:
                self.record.form.add(model_field(bench, key))
        self.record.setVisible(self._keeps)
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 0, 8), 8)
        column.addWidget(self.facts)
        column.addWidget(self.record)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))

    def show_subject(self, row_id: str) -> None:
        self.record.leave()
        self._model_id = row_id
        self.reload()

    def reload(self) -> None:
        model_id, today = self._model_id, self._bench.today()

        def ask(read: Reading) -> ModelView | None:
            return model_view(read, model_id, today)

        self._bench.read(ask, self._take, key=f"model.{id(self)}")

    def may_leave(self) -> bool:
        return self.record.leave()

    def focus(self) -> None:
        if self._keeps:
            self.record.form.focus_first()
        else:
            self.setFocus()

    def _follow(self, _key: str) -> None:
        if self._view is not None and self._view.model.replacement_id:
            self._bench.show("product_model", self._view.model.replacement_id)

    def _take(self, view: ModelView | None) -> None:
        if view is None or view.model.id != self._model_id:
            return
        self._view, model = view, view.model
        since = _("{stage}, since {day}").format(stage=stage_words(model.stage), day=format_day(model.stage_since))
        values = {"stage": f"{since}: {model.stage_reason}" if model.stage_reason else since}
        if not self._keeps:
            values |= {key: FIELDS[key].say(getattr(model, key), {}) for key in (*DATES, "dates_source")}
            values |= {
                "product_class": class_words(model.product_class),
                "replacement_id": model_words(view.replacement),
            }
        self.facts.show_values(values)
        if self._keeps:
            names = canonical.loads(model.names)
            parts = {key: names.get(language, "") for key, language in NAME_FIELDS.items()}
            self.record.show_row(model.id, model.body() | parts)
