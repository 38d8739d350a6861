"""What a checklist is called and what it is for: the form of a new one, and its record."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core import canonical
from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import N_, _, format_moment
from fielddesk.features.inspections.actions import create_checklist, edit_checklist
from fielddesk.features.inspections.model import Checklist
from fielddesk.features.inspections.rules import new_key
from fielddesk.features.people.rules import OFFICE
from fielddesk.store.actions import Call, call
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.field import Field
from fielddesk.ui.fields import Choice, Line
from fielddesk.ui.forms import Form
from fielddesk.ui.making import NewRecord
from fielddesk.ui.page import Scroll
from fielddesk.ui.seams import Bench, SubjectPanel
from fielddesk.ui.text import Text, Words

LANGUAGES: Final = ("en", "zh_CN", "zh_TW")
CLASSES: Final = {
    "industrial_equipment": N_("Industrial equipment"), "consumer_electronics": N_("Consumer electronics"),
    "software": N_("Software"), "other": N_("Other products"),
}  # fmt: skip
ANY: Final = "none"


def _name_fields() -> list[Field]:
    return [
        Line("en", lambda: _("Name, English")),
        Line("zh_CN", lambda: _("Name, simplified Chinese")),
        Line("zh_TW", lambda: _("Name, traditional Chinese")),
    ]


def _class_field() -> Choice:
    kinds: list[tuple[str, Words]] = [(key, partial(_, words)) for key, words in CLASSES.items()]
    return Choice("product_class", lambda: _("Usual for"), kinds)


class NewChecklist(NewRecord):
    """The form of a new checklist; what it asks is written on its record."""

    drafts = "new_checklist"

    def __init__(self, bench: Bench) -> None:
        super().__init__(
            bench,
            lambda: _("New checklist"),
            lambda: _("Its items are written next, and published as its first version."),
            lambda: _("Create checklist"),
        )
        for field in _name_fields():
            self.form.add(field)
        self.form.add(
            Line("number", lambda: _("Number"), limit=60, hint=lambda: _("Like press-quarterly; a strategy names it"))
        )
        self.form.add(_class_field())

    def call_of(self, values: dict[str, Any]) -> Call:
        names = {language: values[language] for language in LANGUAGES if values.get(language)}
        if not names:
            raise FieldDeskError("name_missing", field="en")
        number = values.get("number") or new_key(names.get("en", ""), ())
        return call(create_checklist, number=number, names=names, product_class=values.get("product_class") or ANY)

    def told(self, values: dict[str, Any]) -> str:
        name = next(values[language] for language in LANGUAGES if values.get(language))
        return _("{name} entered").format(name=name)


class ChecklistRecord(SubjectPanel):
    """The names of a checklist and what it is usual for, each saved where it is left."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._row: Checklist | None = None
        self._checklist_id = ""
        self.form = Form()
        for field in _name_fields():
            self.form.add(field)
        self.form.add(_class_field())
        self.form.committed.connect(self._commit)
        self.form.typed.connect(self._typed)
        self.said = Text("", "caption")
        self.form.said.connect(self.said.setText)
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 0, 8), 12)
        column.addWidget(self.form)
        column.addWidget(self.said)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))
        self.form.setEnabled(bench.me.role in OFFICE)

    def show_subject(self, row_id: str) -> None:
        self.may_leave()
        self._checklist_id = row_id
        self.reload()

    def reload(self) -> None:
        checklist_id = self._checklist_id

        def ask(read: Reading) -> Checklist | None:
            return read.get(Checklist, checklist_id)

        self._bench.read(ask, self._take, key=f"checklist.record.{id(self)}")

    def may_leave(self) -> bool:
        good = self.form.commit()
        self.form.flush_drafts()
        return good

    def focus(self) -> None:
        self.form.focus_first()

    def _take(self, row: Checklist | None) -> None:
        if row is None or row.id != self._checklist_id:
            return
        first = self.form.subject != row.id
        self._row = row
        names = canonical.loads(row.names)
        shown = {language: names.get(language, "") for language in LANGUAGES}
        self.form.load(row.id, shown | {"product_class": None if row.product_class == ANY else row.product_class})
        if first:
            for key in self.form.fields:
                self._bench.draft(f"checklist.{key}", row.id, partial(self._restore, row.id, key))

    def _restore(self, checklist_id: str, key: str, text: str | None) -> None:
        if text is not None and checklist_id == self.form.subject and not self.form.fields[key].dirty():
            self.form.restore({key: text})

    def _typed(self, key: str, text: str | None) -> None:
        self._bench.keep_draft(f"checklist.{key}", self.form.subject, text)

    def _commit(self, key: str, shown: object, new: object) -> None:
        row, subject = self._row, self.form.subject
        if row is None:
            return
        if key in LANGUAGES:
            column, before = "names", row.names
            names = canonical.loads(row.names) | {key: new}
            after: str = canonical.dumps({each: name for each, name in names.items() if name})
        else:
            column, before, after = "product_class", row.product_class, str(new or ANY)

        def edit(value: str, base: str) -> Call:
            return call(edit_checklist, based_on={column: base}, checklist_id=subject, **{column: value})

        self._bench.do(
            edit(after, before),
            said=lambda: _("{field} saved").format(field=self.form.label_of(key).text()),
            undo=lambda _done: edit(before, after),
            then=lambda _done: self._saved(subject, key),
            failed=lambda error: self._refused(subject, key, error),
            drops=[(f"checklist.{key}", subject)],
        )

    def _saved(self, subject: str, key: str) -> None:
        if subject == self.form.subject:
            self.form.saved(key, format_moment(self._bench.now(), self._bench.zone(), "seconds"))

    def _refused(self, subject: str, key: str, error: FieldDeskError) -> None:
        if subject == self.form.subject:
            self.form.refused(key, error)
