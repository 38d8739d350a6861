"""The page the customer is handed: what was done, how it was, and the signature; nothing else of the window is there.

It speaks the customer's language, and it is left by holding a button for a second. What is typed and rated is a draft
within half a second; a signature is none: it is drawn again after a crash.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from fielddesk.core import canonical, i18n
from fielddesk.core.errors import FieldDeskError
from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import N_, _
from fielddesk.features.workorders.dialogs import SATISFACTION
from fielddesk.features.workorders.rules import check_sign_off
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.cover import Cover, HoldButton
from fielddesk.ui.field import DRAFT_AFTER_MS
from fielddesk.ui.flow import Flow
from fielddesk.ui.forms import Form, Line, Prose
from fielddesk.ui.page import Scroll
from fielddesk.ui.rating import Scale
from fielddesk.ui.signature import SignaturePad
from fielddesk.ui.signs import Card, Remark
from fielddesk.ui.text import Glyph, Heading, Text, Words
from fielddesk.ui.wording import sentence

FIELDS: Final = ("signer", "comment", "reason")
DRAWN: Final = "drawn"
"""Stands for the hash of a signature before its picture is kept."""


@dataclass(frozen=True)
class Said:
    """What the customer said; `picture` is the signature, None where there is none."""

    signer: str
    satisfaction: int
    recommendation: int
    comment: str
    reason: str
    picture: QImage | None


class SigningPage(Cover):
    """Signals: `typed(text)` its draft, None when nothing is said; `finished(said)`: store it, then call `thank` or
    `refuse`. `summary` are titles with their lines.
    """

    typed = Signal(object)
    finished = Signal(object)

    def __init__(
        self, window: QWidget, title: str, second: str, engineer: str, summary: Sequence[tuple[str, list[str]]]
    ) -> None:
        super().__init__(window, lambda: _("Sign-off"), locked=True)
        self._engineer = engineer
        self._draft: str | None = None
        self._busy = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(DRAFT_AFTER_MS)
        self._soon.timeout.connect(self.flush)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._page(title, second, summary))
        self._stack.addWidget(self._thanks())
        column = QVBoxLayout(self)
        theme.space(column)
        column.addWidget(self._stack)

    # ---------------------------------------------------------------- parts

    def _page(self, title: str, second: str, summary: Sequence[tuple[str, list[str]]]) -> QWidget:
        inner = QWidget()
        middle = QVBoxLayout(inner)
        theme.space(middle, (24, 0, 24, 16), 16)
        self.summary = Card(lambda: _("This visit"))
        for name, lines in summary:
            self.summary.add(_part(name, lines))
        if not summary:
            self.summary.add(_part("", [title]))
        middle.addWidget(self.summary)
        middle.addWidget(self._ratings())
        middle.addWidget(self._signature())
        middle.addStretch(1)
        page = QWidget()
        column = QVBoxLayout(page)
        theme.space(column, (0, 16, 0, 16), 12)
        column.addLayout(self._head(title, second))
        column.addWidget(Scroll(inner), 1)
        column.addLayout(self._foot())
        return page

    def _head(self, title: str, second: str) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, (24, 0, 24, 0), 12)
        words = QVBoxLayout()
        theme.space(words, spacing=2)
        self.title = Heading(title)
        words.addWidget(self.title)
        words.addWidget(Text(second, "second", wraps=True))
        row.addLayout(words, 1)
        self.back = self._hold(N_("Give back unsigned"))
        row.addWidget(self.back, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _hold(self, words: str) -> HoldButton:
        button = HoldButton(
            lambda: _("{what} (hold for a second)").format(what=_(words)),
            "arrow-u-up-left",
            tip=lambda: _("Hold it for a second, with the pointer, Space or Enter"),
        )
        button.held.connect(self.go_back)
        return button

    def _ratings(self) -> Card:
        card = Card(lambda: _("How was it?"))
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (16, 12, 16, 12), 16)
        steps: list[tuple[int, Words]] = [(n + 1, partial(_, words)) for n, words in enumerate(SATISFACTION)]
        self.satisfaction = Scale(lambda: _("How satisfied are you with this visit?"), steps)
        numbers: list[tuple[int, Words]] = [(n, "") for n in range(11)]
        self.recommendation = Scale(
            lambda: _("How likely are you to recommend us?"), numbers,
            lambda: _("0: not at all"), lambda: _("10: very likely"),
        )  # fmt: skip
        for scale in (self.satisfaction, self.recommendation):
            scale.rated.connect(lambda _value: self._changed())
            column.addWidget(scale)
        self.words = Form()
        self.words.add(Prose("comment", lambda: _("Anything to add?")))
        column.addWidget(self.words)
        card.add(inner)
        self._listen(self.words)
        return card

    def _signature(self) -> Card:
        card = Card(lambda: _("Your signature"))
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (16, 12, 16, 12), 12)
        self.name = Form()
        self.name.add(Line("signer", lambda: _("Your name")))
        self.pad = SignaturePad(lambda: _("Box for your signature"))
        self.pad.changed.connect(self._signed)
        row = Flow()
        theme.space(row, spacing=8)
        self.clear = Button(lambda: _("Clear"), "eraser")
        self.clear.clicked.connect(self.pad.clear)
        self.type_it = Button(lambda: _("Use my typed name"), "keyboard")
        self.type_it.clicked.connect(self._type_name)
        self.not_signing = Button(lambda: _("I do not sign"), kind="filter")
        self.not_signing.setCheckable(True)
        self.not_signing.toggled.connect(self._not_signing)
        for button in (self.clear, self.type_it, self.not_signing):
            row.addWidget(button)
        self.why = Form()
        self.why.add(Line("reason", lambda: _("Why not?")))
        self.why.hide()
        column.addWidget(self.name)
        column.addWidget(self.pad)
        column.addLayout(row)
        column.addWidget(self.why)
        card.add(inner)
        for form in (self.name, self.why):
            self._listen(form)
        return card

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, (24, 0, 24, 0), 12)
        self.trouble = Remark(icon="warning-circle-fill")
        self.finish = Button(lambda: _("Finish"), "check", "primary")
        self.finish.clicked.connect(self._finish)
        row.addWidget(self.trouble, 1)
        row.addStretch(1)
        row.addWidget(self.finish)
        return row

    def _thanks(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        theme.space(column, (24, 24, 24, 24), 16)
        column.addStretch(1)
        line = QHBoxLayout()
        theme.space(line, spacing=16)
        words = QVBoxLayout()
        theme.space(words, spacing=4)
        words.addWidget(Text(lambda: _("Thank you"), "title", wraps=True))
        words.addWidget(
            Text(lambda: _("Please hand the screen back to {name}.").format(name=self._engineer), wraps=True)
        )
        self.hand_back = self._hold(N_("Back to the engineer"))
        words.addSpacing(theme.px(16))
        words.addWidget(self.hand_back)
        line.addStretch(1)
        line.addWidget(Glyph("check-circle-fill", "ok", 40), 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 2)
        line.addStretch(1)
        column.addLayout(line)
        column.addStretch(2)
        return page

    # ---------------------------------------------------------------- what is said

    def _fields(self) -> dict[str, Any]:
        return {**self.name.fields, **self.words.fields, **self.why.fields}

    def begin(self, signer: str, draft: str | None) -> None:
        """Fill in who is likely to sign and what was said and never finished; the first question gets the keyboard."""
        kept = _draft(draft)
        for key, field in self._fields().items():
            field.start("")
            if text := kept.get(key) or (signer if key == "signer" else ""):
                field.restore(text)
        self.satisfaction.show_value(kept.get("satisfaction"))
        self.recommendation.show_value(kept.get("recommendation"))
        self.not_signing.setChecked(bool(kept.get("reason")))
        self._draft = draft
        self.satisfaction.buttons[1].setFocus()

    def said(self) -> dict[str, Any]:
        """What stands there now, but for the signature; what was not said is left out."""
        found: dict[str, Any] = {key: field.text() for key, field in self._fields().items() if field.text()}
        for key, scale in (("satisfaction", self.satisfaction), ("recommendation", self.recommendation)):
            if scale.value() is not None:
                found[key] = scale.value()
        return found

    def _listen(self, form: Form) -> None:
        for field in form.fields.values():
            field.start("")
        form.typed.connect(lambda _key, _text: self.flush())
        form.committed.connect(lambda _key, _shown, _new: self._changed())

    def _changed(self) -> None:
        self.trouble.show_words("")
        if not self._soon.isActive():
            self._soon.start()

    def flush(self) -> None:
        """Tell the draft now."""
        self._soon.stop()
        if self._stack.currentIndex() == 0:
            said = self.said()
            text = canonical.dumps(said) if said else None
            if text != self._draft:
                self._draft = text
                self.typed.emit(text)

    def _signed(self) -> None:
        if not self.pad.is_empty():
            self.not_signing.setChecked(False)
        self._changed()

    def _type_name(self) -> None:
        name = self.name.fields["signer"].text().strip()
        if not name:
            self._refuse_field("signer", FieldDeskError("signer_missing"))
            return
        self.pad.type_name(name)

    def _not_signing(self, on: bool) -> None:
        self.why.setVisible(on)
        if on:
            self.pad.clear()
            self.why.fields["reason"].editor.setFocus()
        self._changed()

    # ---------------------------------------------------------------- finishing

    def _finish(self) -> None:
        if self._busy:
            return
        signs = not self.not_signing.isChecked()
        try:
            values = {key: field.parse(field.text()) for key, field in self._fields().items()}
            signature = DRAWN if signs and not self.pad.is_empty() else ""
            reason = "" if signs else values["reason"]
            satisfaction, recommendation = self.satisfaction.value() or 0, self.recommendation.value()
            rated = -1 if recommendation is None else recommendation
            check_sign_off(values["signer"], signature, reason, satisfaction, rated)
        except FieldDeskError as error:
            self.refuse(error)
            return
        self._busy = True
        self._soon.stop()
        picture = self.pad.image() if signature else None
        self.finished.emit(Said(values["signer"], satisfaction, rated, values["comment"], reason, picture))

    def refuse(self, error: FieldDeskError) -> None:
        """It was not stored; everything stays."""
        self._busy = False
        key = str(error.values.get("field", ""))
        if key == "signature" and self.not_signing.isChecked():
            key = "reason"
        self._refuse_field(key, error)

    def _refuse_field(self, key: str, error: FieldDeskError) -> None:
        self.trouble.show_words(partial(sentence, error))
        theme.announce(self, self.trouble.words())
        field = self._fields().get(key)
        if field is not None:
            field.editor.setFocus()
        elif key == "signature":
            self.pad.setFocus()

    def thank(self) -> None:
        """It is stored: ask for the screen to be handed back."""
        self._busy = False
        self._stack.setCurrentIndex(1)
        self.hand_back.setFocus()

    def go_back(self) -> None:
        """Hand the screen back to the engineer."""
        self.flush()
        self.close_up()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.accept()  # no key leaves this page


def _part(name: str, lines: list[str]) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    theme.space(column, (16, 8, 16, 8), 4)
    if name:
        column.addWidget(Text(name, "strong", wraps=True))
    for line in lines:
        column.addWidget(Text(line, wraps=True))
    return holder


def _draft(text: str | None) -> dict[str, Any]:
    """A draft as it was kept; what is none of ours is left out."""
    try:
        tree = canonical.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(tree, dict):
        return {}
    kinds = {**dict.fromkeys(FIELDS, str), "satisfaction": int, "recommendation": int}
    return {key: value for key, value in tree.items() if type(value) is kinds.get(key)}


class Speaking:
    """Lets the whole window speak the customer's language, and then the engineer's again."""

    def __init__(self, language: str) -> None:
        self._before = (i18n.language(), i18n.region())
        self._changed = language != self._before[0]
        if self._changed:
            i18n.set_language(language)

    def end(self) -> None:
        if self._changed:
            i18n.set_language(*self._before)
            self._changed = False
