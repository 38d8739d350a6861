"""Making a new record: its form at the right side of a page, kept as drafts until the record is made."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.store.actions import Call
from fielddesk.store.database import Done
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.escaping import Escapes
from fielddesk.ui.fields import Choice, Field
from fielddesk.ui.forms import Form
from fielddesk.ui.page import Pane, SplitPage
from fielddesk.ui.picking import Picker
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Card
from fielddesk.ui.text import Words
from fielddesk.ui.wording import sentence

NEW: Final = "new"
"""Shown instead of a record: the form of a new one. Also whom the drafts of that form are about."""


class NewRecord(Escapes, Pane):
    """The form of a new record. Subclasses add their fields to `form` and say which action makes it.

    Signals: `made(row id)`, `left_alone` when the person does something else first.
    """

    made = Signal(str)
    left_alone = Signal()

    drafts: ClassVar[str] = ""
    """Under which name its drafts are kept, each with the key of its field behind a dot."""
    number_kind: ClassVar[str] = ""
    """Which number is drawn on this laptop for it, where one is."""
    usual: ClassVar[dict[str, Any]] = {}
    """What an empty form holds."""
    offers_undo: ClassVar[bool] = False
    """Whether `taken_back` knows how a new record is taken back."""

    def __init__(self, bench: Bench, title: Words, second: Words, make: Words) -> None:
        super().__init__(title, second)
        self._bench = bench
        self._number = ""
        self._busy = False
        self._handed: dict[str, str] = {}
        """The text of each field as it was handed over to be saved."""
        self.form = Form()
        self.form.typed.connect(self._typed)
        self.form.committed.connect(self._left_field)
        card = Card()
        inner = QVBoxLayout()
        theme.space(inner, (16, 16, 16, 12))
        inner.addWidget(self.form)
        card.column().addLayout(inner)
        self.add(card)
        self.add_stretch()
        later = Button(lambda: _("Not now"), kind="quiet", tip=lambda: _("What you typed is kept"))
        later.clicked.connect(self.left_alone)
        self.add_action(later)
        self.make = Button(make, "plus", "primary")
        self.make.clicked.connect(self._make)
        self.add_action(self.make)

    # ---------------------------------------------------------------- what a subclass says

    def call_of(self, values: dict[str, Any]) -> Call:
        """The action that makes the record of these values; its first result is the record's id."""
        raise NotImplementedError

    def told(self, values: dict[str, Any]) -> str:
        """What is told once it is made."""
        raise NotImplementedError

    def taken_back(self, values: dict[str, Any], row_id: str) -> Call:
        """What takes the new record back, where `offers_undo` says so."""
        raise NotImplementedError

    def offer(self) -> None:
        """The form comes up: ask for what its fields offer."""

    def put_back(self, field: Field, draft: str) -> None:
        """Put what was typed the last time into a field that holds nothing yet."""
        if isinstance(field, Choice):
            field.start(draft)
        else:
            field.restore(draft)

    def changed(self, key: str, value: Any) -> None:
        """A field was left with another value: what depends on it."""

    # ---------------------------------------------------------------- coming up and being left

    def escaped(self) -> None:
        self.left_alone.emit()

    def begin(self) -> None:
        """Show the form with what was typed the last time."""
        if not self.form.subject:
            self.form.load(NEW, self.usual)
            for key in self.form.fields:
                self._bench.draft(f"{self.drafts}.{key}", NEW, partial(self._restore, key))
        self.offer()
        self.form.focus_first()

    def keep(self) -> None:
        """Keep what is typed right now, before the window closes or another place is shown."""
        if self.form.subject:
            self.form.flush_drafts()

    def _restore(self, key: str, text: str | None) -> None:
        field = self.form.fields[key]
        if text and not field.dirty():
            self.put_back(field, text)

    def _typed(self, key: str, text: str | None) -> None:
        field = self.form.fields[key]
        if not isinstance(field, Picker):  # what is typed there only looks for a record
            # Nothing typed any more is what the field was left with before: of a new record only the draft knows it.
            self._bench.keep_draft(f"{self.drafts}.{key}", NEW, (field.text() if text is None else text) or None)

    def _left_field(self, key: str, _shown: object, new: object) -> None:
        field = self.form.fields[key]
        field.saved()
        kept = str(new) if new and isinstance(field, Choice | Picker) else field.text()
        self._bench.keep_draft(f"{self.drafts}.{key}", NEW, kept or None)
        self.changed(key, new)

    # ---------------------------------------------------------------- making it

    def _values(self) -> dict[str, Any] | None:
        """What the fields hold; None where one is refused: every mistake is told, the first gets the keyboard."""
        values: dict[str, Any] = {}
        refused: list[tuple[Field, FieldDeskError]] = []
        for key, field in self.form.fields.items():
            try:
                values[key] = field.parse(field.text())
                if field.needed and not values[key]:
                    raise FieldDeskError("value_missing")
            except FieldDeskError as error:
                refused.append((field, error))
        if refused:  # first the keyboard: a field that is left takes back what was said of it
            refused[0][0].editor.setFocus(Qt.FocusReason.OtherFocusReason)
        for field, why in reversed(refused):
            field.say_trouble(why)
        return None if refused else values

    def _make(self) -> None:
        if self._busy or (values := self._values()) is None:
            return
        self._busy = True
        self.keep()  # a draft still waiting for its half second would be written after the record
        self._handed = {key: field.text() for key, field in self.form.fields.items()}
        if self.number_kind and not self._number:
            self._bench.draw_number(self.number_kind, partial(self._do, values), self._refused)
        else:
            self._do(values, self._number)

    def _do(self, values: dict[str, Any], number: str) -> None:
        self._number = number
        if number:
            values["number"] = number
        try:
            made = self.call_of(values)
        except FieldDeskError as error:
            self._refused(error)
            return

        def undone(done: Done) -> Call:
            return self.taken_back(values, done.results[0])

        self._bench.do(
            made,
            then=self._made,
            failed=self._refused,
            said=lambda: self.told(values),
            undo=undone if self.offers_undo else None,
            drops=[(f"{self.drafts}.{key}", NEW) for key in self.form.fields if not self._changed_since(key)],
        )

    def _changed_since(self, key: str) -> bool:
        return self.form.fields[key].text() != self._handed[key]

    def _made(self, done: Done) -> None:
        self._busy, self._number = False, ""
        for key, field in self.form.fields.items():
            if self._changed_since(key):  # typed while the record was being saved: it waits for the next one
                field.flush_draft()
            field.start(None)
        self.form.subject = ""
        self.made.emit(done.results[0])

    def _refused(self, error: FieldDeskError) -> None:
        self._busy = False
        field = self.form.fields.get(str(error.values.get("field", "")))
        if field is None:
            self._bench.toast(sentence(error), icon="warning-fill")
            return
        field.say_trouble(error)
        field.editor.setFocus(Qt.FocusReason.OtherFocusReason)


class MakesNew(SplitPage):
    """A page on which a new record can be made: a button above its list, the form at its right side."""

    _maker: Callable[[], NewRecord] | None = None
    _form: NewRecord | None = None

    def offer_new(self, tip: Words, maker: Callable[[], NewRecord]) -> None:
        """Put the button up; the form is made when it is first wanted."""
        self._maker = maker
        self.new = Button(lambda: _("New"), "plus", tip=tip)
        self.new.clicked.connect(self.show_new)
        self.left.add_action(self.new)

    @property
    def new_pane(self) -> Any:
        """The form of a new record."""
        if self._form is None:
            assert self._maker is not None, "this page makes nothing"
            self._form = self._maker()
            self.add_pane(self._form)
            self._form.made.connect(self.new_made)
            self._form.left_alone.connect(self._back_from_new)
        return self._form

    def show_new(self) -> None:
        """Put up the form, for those who may."""
        if self._maker is not None:
            self.show_pane(self.new_pane)
            self.new_pane.begin()

    def keep_new(self) -> None:
        """Keep what is typed in the form."""
        if self._form is not None:
            self._form.keep()

    def new_made(self, row_id: str) -> None:
        """Show the record that was just made."""
        raise NotImplementedError

    def has_chosen(self) -> bool:
        """Whether a record is shown when the form goes away."""
        raise NotImplementedError

    def _back_from_new(self) -> None:
        self.keep_new()
        if self.has_chosen():
            self.fill_detail()
        else:
            self.show_nothing()
        self.show_list()
