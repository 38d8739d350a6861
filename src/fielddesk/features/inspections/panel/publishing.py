"""Above the items of a checklist: which version is published, what is changed since, and publishing the next one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from fielddesk.core.i18n import N_, _, format_number, ngettext
from fielddesk.features.inspections.dialogs import named
from fielddesk.features.inspections.rules import ADDED, CHANGED, MOVED, REMOVED, Difference
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.forms import Form, Line
from fielddesk.ui.signs import Remark
from fielddesk.ui.text import Text

LINES: Final = 6
"""So many changes are named; of more only the number is told."""
WHAT: Final = {
    ADDED: N_("New: {name}"), REMOVED: N_("Gone: {name}"), CHANGED: N_("Changed: {name} ({fields})"),
    MOVED: N_("Moved: {name}"),
}  # fmt: skip
FIELD_WORDS: Final = {
    "kind": N_("kind"), "names": N_("name"), "help": N_("help"), "required": N_("needed or not"),
    "when": N_("when it is asked"), "parts": N_("parts"), "picture": N_("picture"), "unit": N_("unit"),
    "low": N_("lower limit"), "high": N_("upper limit"), "decimals": N_("digits"), "options": N_("choices"),
}  # fmt: skip


def difference_words(one: Difference) -> str:
    """Changed: Accumulator pressure (lower limit)."""
    fields = _(", ").join(_(FIELD_WORDS[name]) for name in one.fields if name in FIELD_WORDS)
    return _(WHAT[one.what]).format(name=named(one.names), fields=fields)


def summary_words(found: Sequence[Difference]) -> str:
    """2 new, 1 changed."""
    counted = {what: sum(one.what == what for one in found) for what in (ADDED, CHANGED, MOVED, REMOVED)}
    words = []
    if n := counted[ADDED]:
        words.append(ngettext("{n} new", "{n} new", n).format(n=format_number(n)))
    if n := counted[CHANGED]:
        words.append(ngettext("{n} changed", "{n} changed", n).format(n=format_number(n)))
    if n := counted[MOVED]:
        words.append(ngettext("{n} moved", "{n} moved", n).format(n=format_number(n)))
    if n := counted[REMOVED]:
        words.append(ngettext("{n} gone", "{n} gone", n).format(n=format_number(n)))
    return _(", ").join(words)


class Publishing(QFrame):
    """Signals: `asked(remark)` to publish, `given_up` to go back to what is published."""

    asked = Signal(str)
    given_up = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.standing = Text("", "strong", wraps=True)
        self.changes = Text("", "second", wraps=True)
        self.remark = Line("remark", lambda: _("What is new"), hint=lambda: _("Stands with the version, for everybody"))
        self._form = Form()
        self._form.add(self.remark)
        self._form.committed.connect(lambda _key, _shown, _new: self.remark.saved())
        self.trouble = Remark("bad")
        self.away = Button(lambda: _("Give up changes"), kind="quiet")
        self.away.clicked.connect(self.given_up)
        self.publish = Button(lambda: _("Publish"), "paper-plane-tilt", "primary")
        self.publish.clicked.connect(self._ask)
        row = QHBoxLayout()
        theme.space(row, spacing=8)
        row.addWidget(self.standing, 1)
        row.addWidget(self.away)
        row.addWidget(self.publish)
        column = QVBoxLayout(self)
        theme.space(column, (16, 8, 12, 8), 8)
        column.addLayout(row)
        for widget in (self.changes, self._form, self.trouble):
            column.addWidget(widget)

    def show_state(self, version: int, found: Sequence[Difference], bad: str, *, changed: bool) -> None:
        """`version` is the newest published (0: none), `bad` what keeps the next one from being published."""
        published = _("Version {n} is published").format(n=version) if version else _("Nothing is published yet")
        summary = summary_words(found)
        self.standing.setText(f"{published} · {summary}" if summary else published)
        lines = [difference_words(one) for one in found[:LINES]]
        if len(found) > LINES:
            more = len(found) - LINES
            lines.append(ngettext("and {n} more", "and {n} more", more).format(n=format_number(more)))
        self.changes.setText("\n".join(lines))
        self.changes.setVisible(bool(lines))
        self._form.setVisible(changed)
        self.away.setVisible(changed)
        self.publish.set_words(lambda: _("Publish version {n}").format(n=version + 1))
        self.publish.setVisible(changed)
        self.publish.setEnabled(not bad)
        self.trouble.show_words(bad)
        self.trouble.setVisible(bool(bad))

    def say_trouble(self, words: str) -> None:
        """What headquarters or a rule says against it."""
        self.trouble.show_words(words)
        self.trouble.setVisible(bool(words))

    def clear(self) -> None:
        """It is published: nothing is new any more."""
        self.remark.start("")

    def _ask(self) -> None:
        if self.remark.commit():
            self.asked.emit(str(self.remark.shown or ""))
