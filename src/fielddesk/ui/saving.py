"""The record of one row as a form, each field saved as it is left: draft, undo, and what is refused in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _, format_moment
from fielddesk.store.actions import Call
from fielddesk.store.database import Done
from fielddesk.ui import theme
from fielddesk.ui.forms import Form
from fielddesk.ui.picking import Picker
from fielddesk.ui.seams import Bench
from fielddesk.ui.text import Text

Edit = Callable[[str, dict[str, Any], dict[str, Any]], Call]
"""Makes the action of one edit: row id, the new value by field, what the form showed of that field and its group."""


class SavedForm(QWidget):
    """A form over one row. `drafts` is the name its drafts are kept under, each with its field behind a dot.

    `grouped` names the fields that merge as one: what was shown of all of them goes along with each (Asset.grouped).
    """

    def __init__(
        self, bench: Bench, drafts: str, edit: Edit, grouped: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        super().__init__()
        self._bench, self._drafts, self._edit = bench, drafts, edit
        self._grouped = grouped or {}
        self._latest: dict[tuple[str, str], str | None] = {}
        """What was last typed or handed over, by row and field: a late refusal gives back nothing older."""
        self.form = Form()
        self.form.committed.connect(self._commit)
        self.form.typed.connect(self._typed)
        self.form.said.connect(self._say)
        self.said = Text("", "caption")
        column = QVBoxLayout(self)
        theme.space(column, spacing=12)
        column.addWidget(self.form)
        column.addWidget(self.said)

    def show_row(self, row_id: str, values: Mapping[str, Any]) -> None:
        """Show a row: another one with its drafts, the same one again as a reload that leaves typing alone."""
        first = self.form.subject != row_id
        self.form.load(row_id, {key: values.get(key) for key in self.form.fields})
        if first:
            for key, field in self.form.fields.items():
                if not isinstance(field, Picker):  # what is typed there only looks for a record
                    self._bench.draft(f"{self._drafts}.{key}", row_id, partial(self._restore, row_id, key))

    def leave(self) -> bool:
        """Commit what is typed, keep what is refused as a draft; False where something is refused."""
        good = self.form.commit()
        self.form.flush_drafts()
        return good

    def _restore(self, row_id: str, key: str, text: str | None) -> None:
        if text is not None and row_id == self.form.subject and not self.form.fields[key].dirty():
            self.form.restore({key: text})

    def _typed(self, key: str, text: str | None) -> None:
        if isinstance(self.form.fields[key], Picker):
            return
        self._latest[self.form.subject, key] = text
        self._bench.keep_draft(f"{self._drafts}.{key}", self.form.subject, text)

    def _say(self, words: str) -> None:
        self.said.setText(words)

    def _commit(self, key: str, shown: object, new: object) -> None:
        """Save one field. What the form showed of the fields it merges with goes along."""
        subject = self.form.subject
        self._latest[subject, key] = str(new)
        base = {name: self.form.fields[name].shown for name in self._grouped.get(key, (key,))} | {key: shown}
        wanted = base | {key: new}

        def taken_back(_done: Done) -> Call:
            return self._edit(subject, {key: shown}, wanted)

        try:
            edit = self._edit(subject, {key: new}, base)
        except FieldDeskError as error:
            self._refused(subject, key, new, error)
            return
        self._bench.do(
            edit,
            said=lambda: _("{field} saved").format(field=self.form.label_of(key).text()),
            undo=taken_back,
            then=lambda _done: self._saved(subject, key),
            failed=lambda error: self._refused(subject, key, new, error),
            drops=[(f"{self._drafts}.{key}", subject)],
        )

    def _saved(self, subject: str, key: str) -> None:
        if subject == self.form.subject:
            self.form.saved(key, format_moment(self._bench.now(), self._bench.zone(), "seconds"))

    def _refused(self, subject: str, key: str, new: object, error: FieldDeskError) -> None:
        if self._latest.get((subject, key)) == str(new) and not isinstance(self.form.fields[key], Picker):
            self._bench.keep_draft(f"{self._drafts}.{key}", subject, None if new is None else str(new))
        if subject == self.form.subject:
            self.form.refused(key, error)


def given(change: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of an edit whose action takes None for "not touched": emptied fields are named in `emptied`."""
    news = {key: value for key, value in change.items() if value is not None}
    empty = [key for key, value in change.items() if value is None]
    return news | ({"emptied": empty} if empty else {})
