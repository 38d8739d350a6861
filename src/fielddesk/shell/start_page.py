"""The page before the store is open: what went wrong and the way out, the recovery code, setting up this laptop."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError, StoreProblem
from fielddesk.core.i18n import _
from fielddesk.shell.problems import Trouble, Way, way_words
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.copying import Copyable
from fielddesk.ui.flow import Flow
from fielddesk.ui.forms import Form, Line
from fielddesk.ui.page import Page, Scroll
from fielddesk.ui.signs import Card
from fielddesk.ui.text import Glyph, Text, Words

WIDEST = 680


class StartPage(Page):
    """Signals: `way(name)` a way out was pressed; `code_typed(recovery code)`; `enrol_asked(address, code)`."""

    way = Signal(str)
    code_typed = Signal(str)
    enrol_asked = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stack = QStackedWidget()
        column = QVBoxLayout(self)
        theme.space(column)
        column.addWidget(self._stack)
        self._trouble: Callable[[], Trouble] | None = None
        self.card: _Card | None = None
        self.form = Form()
        self.show_opening("")

    def _show(self, card: QWidget) -> None:
        inner = QWidget()
        row = QHBoxLayout(inner)
        theme.space(row, (24, 32, 24, 24))
        row.addStretch(1)
        middle = QVBoxLayout()
        middle.addWidget(card)
        middle.addStretch(1)
        row.addLayout(middle, 100)
        row.addStretch(1)
        card.setMaximumWidth(theme.px(WIDEST))
        old = self._stack.currentWidget()
        self._stack.addWidget(scroll := Scroll(inner))
        self._stack.setCurrentWidget(scroll)
        if old is not None:
            self._stack.removeWidget(old)
            old.hide()
            old.deleteLater()

    # ---------------------------------------------------------------- opening

    def show_opening(self, words: Words) -> None:
        """While the store opens: nothing but, if it takes long, what is being done."""
        self._trouble = self.card = None
        self.opening = Text(words, "second")
        self._show(self.opening)

    # ---------------------------------------------------------------- what went wrong

    def show_trouble(self, made: Callable[[], Trouble]) -> None:
        """A page of what happened; `made` says it again after a change of language."""
        self._trouble = made
        trouble = made()
        card = _Card(trouble.fact, trouble.advice, trouble.icon)
        for place, way in enumerate(trouble.ways):
            card.add_button(_way_button(way, place == 0, self.way.emit))
        if trouble.details:
            card.add_details(trouble.details)
        self.card = card
        self._show(card)
        theme.announce(self, f"{trouble.fact}. {trouble.advice}")

    def reload(self) -> None:
        if self._trouble is not None:
            self.show_trouble(self._trouble)

    # ---------------------------------------------------------------- recovery code

    def ask_for_code(self) -> None:
        """The form for the recovery code that headquarters reads out."""
        self._trouble = None
        card = _Card(
            _("Type the recovery code"),
            _(
                "Thirteen groups of five letters and digits, as headquarters reads them to you. Dashes and capitals do "
                "not matter."
            ),
            "key",
        )
        self.form = Form()
        self.form.add(Line("code", lambda: _("Recovery code"), hint="7K2QF-0XB4M-…"))
        card.add_widget(self.form)
        card.add_button(_button(lambda: _("Open the profile"), self._take_code, primary=True))
        card.add_button(_button(lambda: _("Back"), lambda: self.way.emit("again")))
        self.card = card
        self._show(card)
        self.form.focus_first()

    def _take_code(self) -> None:
        from fielddesk.store.keys import parse_recovery_code

        field = self.form.fields["code"]
        try:
            parse_recovery_code(field.text())
        except StoreProblem as problem:
            field.say_trouble(problem)
            return
        self.code_typed.emit(field.text())

    # ---------------------------------------------------------------- enrolment

    def ask_for_enrolment(self, address: str = "", code: str = "", problem: FieldDeskError | None = None) -> None:
        """The form that sets this laptop up, with what went wrong at the last try."""
        self._trouble = None
        card = _Card(
            _("Set up this laptop"),
            _("Your service centre gives you both. The code works once; after that this laptop knows you."),
            "laptop",
        )
        self.form = Form()
        self.form.add(Line("address", lambda: _("Address"), hint="https://hq.example.com", needed=True)).write(address)
        self.form.add(Line("code", lambda: _("Enrolment code"), needed=True)).write(code)
        card.add_widget(self.form)
        if problem is not None:
            from fielddesk.shell.enrolment import enrolment_words

            card.add_problem(enrolment_words(problem))
        card.add_button(_button(lambda: _("Set up this laptop"), self._take_enrolment, primary=True))
        card.add_button(_button(lambda: _("Back"), lambda: self.way.emit("again")))
        self.card = card
        self._show(card)
        self.form.focus_first()

    def _take_enrolment(self) -> None:
        try:
            values = self.form.values()
        except FieldDeskError:
            return
        self.enrol_asked.emit(values["address"], values["code"])

    def focus(self) -> None:
        buttons = self.findChildren(Button)
        if buttons:
            buttons[0].setFocus()


class _Card(Card):
    """A fact, an advice and what can be done."""

    def __init__(self, fact: str, advice: str, icon: str) -> None:
        super().__init__()
        inner = QWidget()
        self._inner = QVBoxLayout(inner)
        theme.space(self._inner, (24, 24, 24, 20), 12)
        head = QHBoxLayout()
        theme.space(head, spacing=16)
        head.addWidget(Glyph(icon, "text2", 28), 0, Qt.AlignmentFlag.AlignTop)
        self.fact = Text(fact, "title", wraps=True)
        head.addWidget(self.fact, 1)
        self._inner.addLayout(head)
        self.advice = Text(advice, wraps=True)
        self._inner.addWidget(self.advice)
        self._buttons = Flow()
        theme.space(self._buttons, (0, 8, 0, 0), 8)
        self._inner.addLayout(self._buttons)
        self.add(inner)
        self.buttons: list[Button] = []

    def add_widget(self, widget: QWidget) -> None:
        self._inner.insertWidget(self._inner.count() - 1, widget)

    def add_problem(self, words: str) -> None:
        text = Text(words, "error", wraps=True)
        self.add_widget(text)
        theme.announce(self, words)

    def add_button(self, button: Button) -> None:
        """The first one added is the best way out and stands last, as the next step does everywhere."""
        self._buttons.insertWidget(0, button)
        self.buttons.append(button)

    def add_details(self, details: str) -> None:
        """What a service centre asks for; shown on request."""
        line = QFrame()
        line.setProperty("kind", "line")
        words = Copyable(details, "caption")
        words.hide()
        more = Button(lambda: _("Details"), "caret-down", "quiet")
        more.clicked.connect(lambda: words.setVisible(words.isHidden()))
        self._inner.addWidget(line)
        self._inner.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        self._inner.addWidget(words)


def _button(words: Words, run: Callable[[], None], *, primary: bool = False) -> Button:
    button = Button(words, kind="primary" if primary else "default")
    button.clicked.connect(lambda: run())
    return button


def _way_button(way: Way, primary: bool, pressed: Callable[[str], None]) -> Button:
    return _button(lambda: way_words(way), lambda: pressed(way), primary=primary)
