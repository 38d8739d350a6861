"""The search box: what the features' look-ups find, as a list under it; a scanner's Enter opens the one exact thing.

A picture of a label, chosen, pasted or dropped here, is read on a thread of its own and found as if it were typed.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from fielddesk.core.errors import FieldDeskError
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
from fielddesk.ui.wording import sentence

MOST_OF_ONE = 6
MOST = 40
Found = list[tuple[SearchOffer, Hit]]
_LABEL = re.compile(r"(?:\A|.*\s)[0-9a-f]{32}\Z", re.ASCII | re.DOTALL)
"""A label of ours: a number, a space, the id of the row."""


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
        desk.top.search.picture_asked.connect(self.ask_for_picture)
        desk.top.search.picture_given.connect(self.read_picture)
        self.dialog: QWidget | None = None

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
        exact = [hit for _offer, hit in found if _is_exact(wanted, hit)]
        # Two machines with the same serial, or a part and a machine with one number: a person chooses.
        if waits and found and (len(found) == 1 or len(exact) == 1):
            self.results.close_up()
            self._open(found[0][1])
            return
        self._list(wanted, found)

    def _list(self, wanted: str, found: Found) -> None:
        self._hits = {f"{hit.table}:{hit.id}": hit for _offer, hit in found}
        rows = [
            Row(f"{hit.table}:{hit.id}", hit.title, hit.subtitle, right=spoken(offer.title), icon=hit.icon)
            for offer, hit in found
        ]
        note = "" if rows else _nothing(wanted)
        self.results.answers = wanted
        self.results.show_rows(rows, note)
        if self.results.isHidden():
            self.results.open_up()

    # ---------------------------------------------------------------- from a picture

    def ask_for_picture(self) -> None:
        """Ask for a picture of a label."""
        from fielddesk.ui.handing import choose_files

        self.dialog = choose_files(
            self._desk, lambda: _("Picture of a label"), lambda files: self.read_picture(files[0])
        )

    def read_picture(self, source: QImage | Path) -> None:
        """Read the codes in a picture and go to what they name."""
        from fielddesk.shell.scanning import codes_in

        self._bench.work(partial(codes_in, source), self._codes, failed=self._unread, key="search.picture")

    def _unread(self, error: FieldDeskError) -> None:
        self._desk.show_toast(lambda: sentence(error), icon="warning-fill")

    def _codes(self, codes: list[str]) -> None:
        offers = self._bench.offers.searches

        def find(read: Reading) -> Found:
            found: dict[tuple[str, str], tuple[SearchOffer, Hit]] = {}
            for code in codes:
                for offer in offers:
                    for hit in offer.find(read, code, MOST_OF_ONE):
                        if _is_exact(code, hit):
                            found.setdefault((hit.table, hit.id), (offer, hit))
            return list(found.values())

        self._bench.look_up(find, partial(self._show_read, codes), "search")

    def _show_read(self, codes: list[str], found: Found) -> None:
        """One thing is opened; of several a person chooses; what is unknown is said, and can be looked for."""
        if len(found) == 1:
            hit = found[0][1]
            self.results.close_up()
            self._desk.show_toast(lambda: _("Read: {text}").format(text=hit.title), icon="qr-code")
            self._open(hit)
            return
        self.results.waits = False
        self._desk.focus_search()
        if found:
            self._desk.top.search.clear()
            self._list("", found[:MOST])
        else:
            self._desk.top.search.setText(codes[0])
            self._asked(codes[0])

    def _picked(self, key: str) -> None:
        self._open(self._hits[key])

    def _open(self, hit: Hit) -> None:
        self._desk.top.search.clear()
        self._bench.show(hit.table, hit.id)
        page = self._desk.page(self._desk.current_place())
        if isinstance(page, Page):
            page.focus()


def _nothing(wanted: str) -> str:
    if _LABEL.match(wanted.casefold()):
        return _(
            "What this label belongs to is not on this laptop. It comes with a sync once an order of yours is about it."
        )
    return _("Nothing found for “{words}”. Numbers and names are searched.").format(words=wanted)


def _is_exact(wanted: str, hit: Hit) -> bool:
    """Whether the typed or scanned text is the number or serial of this thing, or stands so in its two lines."""
    if hit.number:
        return folded(wanted) == folded(hit.number).strip()
    return folded(wanted) in folded(f"{hit.title} {hit.subtitle}").replace("·", " ").replace(",", " ").split()


def _exact_first(wanted: str, found: Found) -> Found:
    return sorted(found, key=lambda each: not _is_exact(wanted, each[1]))
