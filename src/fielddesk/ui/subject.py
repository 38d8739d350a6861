"""The tabs of one record: every panel that features offer on its kind, made when first wanted."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.seams import Bench, PanelOffer, SubjectPanel
from fielddesk.ui.signs import Card
from fielddesk.ui.tabs import Tabs
from fielddesk.ui.text import Words


class SubjectTabs(Card):
    """Panels about one row of a table; the same panels serve row after row."""

    def __init__(self, bench: Bench, subject: str, name: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._bench = bench
        self._offers: list[PanelOffer] = bench.offers.panels(subject)
        self._row_id = ""
        self._shown: dict[str, str] = {}
        self.tabs = Tabs(name)
        inner = QVBoxLayout()
        theme.space(inner, (16, 4, 16, 8))
        inner.addWidget(self.tabs)
        self.column().addLayout(inner)
        for offer in self._offers:
            self.tabs.add(offer.key, offer.title, partial(offer.make, bench))
        self.tabs.chosen.connect(self._tab_chosen)
        self.watches = frozenset[str]().union(*(offer.watches for offer in self._offers))

    def show_subject(self, row_id: str) -> None:
        """Show another row in every panel; the tab stays."""
        self._row_id = row_id
        for offer in self._offers:
            if self.tabs.panel(offer.key) is not None and offer.key != self.tabs.current():
                self._shown.setdefault(offer.key, "")
        self._tab_chosen(self.tabs.current())
        self._ask_counts()

    def reload(self) -> None:
        """Read the present panel and the counts again; the others do it when they are chosen."""
        if not self._row_id:
            return
        self._shown = {self.tabs.current(): self._row_id}
        if (panel := self.panel()) is not None:
            panel.reload()
        self._ask_counts()

    def panel(self, key: str = "") -> SubjectPanel | None:
        """The panel of a tab (the present one), if it has been made."""
        found = self.tabs.panel(key or self.tabs.current())
        return found if isinstance(found, SubjectPanel) else None

    def choose(self, key: str) -> SubjectPanel | None:
        """Go to a tab and put the keyboard there."""
        self.tabs.choose(key)
        self._tab_chosen(key)
        panel = self.panel()
        if panel is not None:
            panel.focus()
        return panel

    def may_leave(self) -> bool:
        """Commit what is typed in any panel."""
        panels = [self.panel(offer.key) for offer in self._offers]
        return all([panel.may_leave() for panel in panels if panel is not None])

    def _tab_chosen(self, key: str) -> None:
        panel = self.panel(key)
        if panel is not None and self._row_id and self._shown.get(key) != self._row_id:
            self._shown[key] = self._row_id
            panel.show_subject(self._row_id)

    def _ask_counts(self) -> None:
        counted = [(offer.key, offer.count) for offer in self._offers if offer.count is not None]
        row_id = self._row_id

        def ask(read: Reading) -> dict[str, int]:
            return {key: count(read, row_id) for key, count in counted}

        self._bench.read(ask, partial(self._take_counts, row_id), key=f"counts.{id(self)}")

    def _take_counts(self, row_id: str, counts: dict[str, int]) -> None:
        if row_id == self._row_id:
            for key, count in counts.items():
                self.tabs.set_count(key, count or None)
