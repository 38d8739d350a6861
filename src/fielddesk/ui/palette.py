"""The command palette: every command by name with its key; typing finds it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _
from fielddesk.ui import theme
from fielddesk.ui.editing import EditLine
from fielddesk.ui.lists import Row
from fielddesk.ui.overlay import Overlay
from fielddesk.ui.text import Words, spoken


@dataclass(frozen=True)
class Command:
    """Something a person can do: its words, its key, what runs. `blocked` says in words why not now, or "".

    `also` are other words to find it by.
    """

    key: str
    words: Words
    run: Callable[[], None]
    shortcut: str = ""
    icon: str = "caret-right"
    place: Words = ""
    also: Words = ""
    blocked: Callable[[], str] | None = None


def folded(text: str) -> str:
    """Text as it is compared: no case, no accents, no width."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def rank(wanted: str, words: str) -> int | None:
    """How well typed text fits some words, lower is better; None when it does not.

    Beginning of the whole, beginnings of words in any order, anywhere; letters in order as the last resort.
    """
    wanted, words = folded(wanted).strip(), folded(words)
    if not wanted:
        return 0
    if words.startswith(wanted):
        return 0
    pieces, starts = wanted.split(), words.split()
    if all(any(start.startswith(piece) for start in starts) for piece in pieces):
        return 1
    if all(piece in words for piece in pieces):
        return 2
    letters = iter(words)
    if len(wanted) > 2 and all(letter in letters for letter in wanted.replace(" ", "")):
        return 3
    return None


class Palette(Overlay):
    """Shows the commands of the moment and runs the one that is picked."""

    def __init__(self, window: QWidget) -> None:
        edit = EditLine()
        super().__init__(window, edit, lambda: _("Commands"), 1)
        edit.setParent(self)
        self.column.insertWidget(0, edit)
        edit.textChanged.connect(self._find)
        self.picked.connect(self._run)
        self._commands: dict[str, Command] = {}
        self.retranslate()

    def retranslate(self) -> None:
        self.edit.setPlaceholderText(_("Type what you want to do"))
        self.edit.setAccessibleName(_("Find a command"))

    def open_with(self, commands: Iterable[Command]) -> None:
        """Come up with these commands; a second time it goes away."""
        if not self.isHidden():
            self.close_up()
            return
        self._commands = {command.key: command for command in commands}
        self.edit.clear()
        self._find("")
        self.open_up()
        self.edit.setFocus()

    def _find(self, typed: str) -> None:
        ranked = []
        for place, command in enumerate(self._commands.values()):
            words = f"{spoken(command.words)} {spoken(command.also)} {spoken(command.place)}"
            fits = rank(typed, words)
            if fits is not None:
                ranked.append((fits, bool(command.blocked and command.blocked()), place, command))
        rows = [self._row(each[-1]) for each in sorted(ranked, key=lambda each: each[:3])]
        self.show_rows(rows, "" if rows else _("No command has these words."))

    def _row(self, command: Command) -> Row:
        key = QKeySequence(command.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
        blocked = command.blocked() if command.blocked else ""
        return Row(command.key, spoken(command.words), right=blocked or key or spoken(command.place), icon=command.icon)

    def _run(self, key: str) -> None:
        command = self._commands[key]
        if not (command.blocked and command.blocked()):
            command.run()

    def place(self) -> None:
        window = self.inside
        width = min(theme.px(560), window.width() - theme.px(32))
        height = min(self.wanted_height(8) + theme.px(46), window.height() - theme.px(110))
        self.setGeometry((window.width() - width) // 2, theme.px(64), width, height)
