"""The search box: what the features' look-ups find, as a list under it; a scanner's Enter opens the one exact thing."""

from __future__ import annotations

from PySide6.QtCore import QObject

from fielddesk.core.i18n import _
from fielddesk.shell.bench import WindowBench
from fielddesk.store.tx import Reading
from fielddesk.ui.desk import Desk
from fielddesk.ui.lists import Row
from fielddesk.ui.overlay import SearchResults
from fielddesk.ui.page import Page
from fielddesk.ui.palette import folded
from fielddesk.ui.seams import Hit, SearchOffer
from fielddesk.ui.text import spoken

MOST_OF_ONE = 6
MOST = 40
Found = list[tuple[SearchOffer, Hit]]


class _Results(SearchResults):
    """Picks only from the answer to what stands in the box: Enter before it came waits for it."""

    def __init__(self, window: Desk) -> None:
        super().__init__(window, window.top.search)
        self.answers = ""
        self.waits = False

    def pick(self) -> None:
        if self.answers == self.edit.text().strip():
            super().pick()
        else:
            self.waits = True


class Search(QObject):
    """Between the search box, the features' look-ups and the page that shows what was picked."""

    def __init__(self, desk: Desk, bench: WindowBench) -> None:
        super().__init__(desk)
        self._desk, self._bench = desk, bench
        self.results = _Results(desk)
        self.results.picked.connect(self._picked)
        self._hits: dict[str, Hit] = {}
        desk.searched.connect(self._asked)
        desk.search_entered.connect(self._entered)
        desk.top.search.textEdited.connect(self._emptied)

    def _emptied(self, text: str) -> None:
        if not text.strip():
            self._bench.look_up(lambda _read: None, lambda _nothing: None, "search")
            self.results.close_up()

    def _asked(self, text: str) -> None:
        wanted = text.strip()
        if not wanted:
            return
        offers = self._bench.offers.searches

        def find(read: Reading) -> Found:
            return [(offer, hit) for offer in offers for hit in offer.find(read, wanted, MOST_OF_ONE)]

        self._bench.look_up(find, lambda found: self._show(wanted, found), "search")

    def _entered(self, text: str) -> None:
        """Enter while no list is open: a scanner, or a hand quicker than the look-up."""
        if text.strip():
            self.results.waits = True
            self._asked(text)

    def _show(self, wanted: str, found: Found) -> None:
        waits, self.results.waits = self.results.waits, False
        found = _exact_first(wanted, found)[:MOST]
        self._hits = {f"{hit.table}:{hit.id}": hit for _offer, hit in found}
        if waits and found and (len(found) == 1 or _is_exact(wanted, found[0][1])):
            self.results.close_up()
            self._open(found[0][1])
            return
        rows = [
            Row(f"{hit.table}:{hit.id}", hit.title, hit.subtitle, right=spoken(offer.title), icon=hit.icon)
            for offer, hit in found
        ]
        note = "" if rows else _("Nothing found for “{words}”. Numbers and names are searched.").format(words=wanted)
        self.results.answers = wanted
        self.results.show_rows(rows, note)
        if self.results.isHidden():
            self.results.open_up()

    def _picked(self, key: str) -> None:
        self._open(self._hits[key])

    def _open(self, hit: Hit) -> None:
        self._desk.top.search.clear()
        self._bench.show(hit.table, hit.id)
        page = self._desk.page(self._desk.current_place())
        if isinstance(page, Page):
            page.focus()


def _is_exact(wanted: str, hit: Hit) -> bool:
    """Whether the typed or scanned text is the number or serial of this thing, as it stands in its two lines."""
    return folded(wanted) in folded(f"{hit.title} {hit.subtitle}").replace("·", " ").replace(",", " ").split()


def _exact_first(wanted: str, found: Found) -> Found:
    return sorted(found, key=lambda each: not _is_exact(wanted, each[1]))
