"""Labels before they are printed: for one thing or for all of a list, on a roll or on sheets already begun."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout

from fielddesk.core import pdf
from fielddesk.core.errors import FieldDeskError
from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _, format_number, language, ngettext, speaking
from fielddesk.features.documents.page.handling import Handling
from fielddesk.features.documents.papers import CODE_NOTES, LABEL_NOTES, MOST_LABELS, QR, ROLL_62, SHEET_24, Label
from fielddesk.features.documents.papers.labels import label_sheet
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button, Filters
from fielddesk.ui.combo import Combo
from fielddesk.ui.escaping import Escapes
from fielddesk.ui.leaves import Leaves
from fielddesk.ui.panes import Pane
from fielddesk.ui.seams import Bench
from fielddesk.ui.text import Text, Words
from fielddesk.ui.wording import sentence

ON_A_SHEET = 24
SHOWN = 48
"""So many labels are shown; the rest is printed unseen."""


@dataclass(frozen=True)
class Some:
    """Labels that can be chosen together: what they are called, and which they are."""

    words: Words
    labels: tuple[Label, ...]


class LabelPane(Escapes, Pane):
    """`show_labels` fills it. Signal `left_alone` when the person goes back."""

    left_alone = Signal()

    def __init__(self, bench: Bench) -> None:
        super().__init__(lambda: _("Print labels"), "", scrolls=False)
        self._bench = bench
        self._some: Mapping[str, Some] = {}
        self.handling = Handling(bench, self)
        self.which = Filters(lambda: _("Which labels"))
        self.which.chosen.connect(lambda _key: self._render())
        self._which_made: set[str] = set()
        self.size_of = Filters(lambda: _("Size of the labels"))
        self.code = Filters(lambda: _("Kind of code"))
        for notes, filters in ((LABEL_NOTES, self.size_of), (CODE_NOTES, self.code)):
            for key, words in notes.items():
                filters.add(key, partial(_, words))
            filters.chosen.connect(lambda _key: self._render())
        self.first = Combo()
        for place in range(1, ON_A_SHEET + 1):
            self.first.addItem(format_number(place), place)
        self.first.activated.connect(lambda _place: self._render())
        self._first_label = Text(lambda: _("First free label on the sheet"), "second")
        self.note = Text("", "second", wraps=True)
        self.leaves = Leaves()
        self._make()

    def _make(self) -> None:
        self.first.setAccessibleName(_("First free label on the sheet"))
        begun = QHBoxLayout()
        theme.space(begun, spacing=8)
        begun.addWidget(self._first_label)
        begun.addWidget(self.first)
        begun.addStretch(1)
        for widget in (self.which, self.size_of, self.code):
            self.add(widget)
        self.column.addLayout(begun)
        self.add(self.note)
        self.add(self.leaves, 1)
        theme.space(self.column, spacing=8)
        back = Button(lambda: _("Back"), "arrow-left", "quiet")
        back.clicked.connect(self.left_alone)
        self.add_action(back, left=True)
        self.save = Button(lambda: _("Save as…"), "floppy-disk")
        self.save.clicked.connect(lambda: self.handling.save(self._made, self._name()))
        self.add_action(self.save)
        self.printer = Button(lambda: _("Print"), "printer", "primary")
        self.printer.clicked.connect(lambda: self.handling.print(self._made, self._name()))
        self.add_action(self.printer)

    def escaped(self) -> None:
        self.left_alone.emit()

    def retranslate(self) -> None:
        self.first.setAccessibleName(_("First free label on the sheet"))

    def show_labels(self, some: Mapping[str, Some]) -> None:
        """Offer these sets of labels; the first is chosen."""
        self._some = some
        for key in some:
            if key not in self._which_made:
                self._which_made.add(key)
                self.which.add(key, partial(self._words_of, key))
        for key, one in some.items():
            self.which.set_count(key, len(one.labels))
        self.which.choose(next(iter(some)))
        self._render()
        self.which.setFocus()

    def _words_of(self, key: str) -> str:
        words = self._some[key].words if key in self._some else ""
        return words() if callable(words) else words

    def labels(self) -> tuple[Label, ...]:
        """What would be printed now."""
        chosen = self._some.get(self.which.current())
        return chosen.labels if chosen else ()

    def _sheet(self, most: int) -> Callable[[], pdf.Sheet]:
        labels, size, code = list(self.labels()[:most]), self.size_of.current(), self.code.current()
        first = int(self.first.currentData() or 1) if size == SHEET_24 else 1
        spoken = language()

        def made() -> pdf.Sheet:
            with speaking(spoken):
                return label_sheet(labels, size, code, first)

        return made

    def _render(self) -> None:
        on_sheet = self.size_of.current() == SHEET_24
        self.first.setVisible(on_sheet)
        self._first_label.setVisible(on_sheet)
        self.note.set_words(self._standing)
        self.leaves.show_words(lambda: _("Making the pages…"))
        made = self._sheet(SHOWN if on_sheet else 6)

        def pages() -> list[QImage]:
            return [QImage.fromData(page) for page in pdf.pages(made(), 90 if on_sheet else 200)]

        self._bench.work(pages, self._show, failed=self._failed, key=f"labels.{id(self)}")

    def _show(self, pages: list[QImage]) -> None:
        self.leaves.show_pages(pages, _("Labels"))

    def _failed(self, error: FieldDeskError) -> None:
        self.leaves.show_words(lambda: sentence(error))

    def _standing(self) -> str:
        count = len(self.labels())
        told = ngettext("{n} label.", "{n} labels.", count).format(n=format_number(count))
        if count >= MOST_LABELS:
            told += " " + _("More are not printed at once; type in the list above to have fewer.")
        return told + " " + _("Printers must print at 100 %, not fitted to the page.")

    def _made(self, then: Callable[[bytes], None]) -> None:
        made = self._sheet(MOST_LABELS)
        self._bench.work(lambda: pdf.render(made()), then, failed=self.handling.told)

    def _name(self) -> str:
        return f"{_('Labels')} {self._bench.today()}"


__all__ = ["QR", "ROLL_62", "LabelPane", "Some"]
