"""The card of backups in the settings: when the last one was made, one now, is the store whole, where they lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from fielddesk.core.errors import StoreProblem
from fielddesk.core.i18n import _, format_moment, format_number
from fielddesk.ui.buttons import Button
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Card, CardRow
from fielddesk.ui.text import Words
from fielddesk.ui.wording import sentence


@dataclass(frozen=True)
class Copies:
    """Where backups lie, and the moment (microseconds UTC) and size in bytes of each, newest first."""

    folder: Path
    found: list[tuple[int, int]]


class Keeper(Protocol):
    """Who looks after the profile. Each call returns at once and answers later with None, or what stood in the way."""

    def copies(self, then: Callable[[Copies], None]) -> None: ...

    def copy_now(self, then: Callable[[StoreProblem | None], None]) -> None: ...

    def look_over(self, then: Callable[[StoreProblem | None], None]) -> None: ...


class BackupCard(Card):
    """Backups are made once a day by themselves; nothing here has to be done by hand."""

    def __init__(self, bench: Bench, keeper: Callable[[], Keeper | None]) -> None:
        super().__init__(lambda: _("Backups"))
        self._bench, self._keeper = bench, keeper
        self._folder: Path | None = None
        self.newest = _Row(lambda: _("Newest backup"), lambda: _("Back up now"), self._copy)
        self.whole = _Row(lambda: _("The store"), lambda: _("Check it now"), self._check)
        self.where = _Row(lambda: _("Folder of the backups"), lambda: _("Show the folder"), self._show_folder)
        self.whole.tell(lambda: _("Checked by itself after a bad end"))
        self.where.button.setEnabled(False)
        for row in (self.newest, self.whole, self.where):
            self.add(row)

    def reload(self) -> None:
        keeper = self._keeper()
        if keeper is not None:
            keeper.copies(self._show)

    def _show(self, copies: Copies) -> None:
        self._folder = copies.folder
        self.where.tell(str(copies.folder))
        self.where.button.setEnabled(copies.folder.is_dir())
        zone = self._bench.zone()

        def newest() -> str:
            if not copies.found:
                return _("None yet. One is made every day while FieldDesk is open.")
            at, size = copies.found[0]
            megabytes = format_number(max(1, round(size / 1_000_000)))
            return _("{when}, {n} MB").format(when=format_moment(at, zone), n=megabytes)

        self.newest.tell(newest)

    def _copy(self) -> None:
        keeper = self._keeper()
        if keeper is not None:
            self.newest.work(lambda: _("Backing up…"))
            keeper.copy_now(self._copied)

    def _copied(self, problem: StoreProblem | None) -> None:
        self.newest.rest()
        if problem is not None:
            self.newest.tell(lambda: sentence(problem), "bad")
        else:
            self.reload()
            self._bench.toast(lambda: _("The backup is made"))

    def _check(self) -> None:
        keeper = self._keeper()
        if keeper is not None:
            self.whole.work(lambda: _("Reading every page…"))
            keeper.look_over(self._checked)

    def _checked(self, problem: StoreProblem | None) -> None:
        self.whole.rest()
        if problem is not None:
            self.whole.tell(lambda: sentence(problem), "bad")
        else:
            self.whole.tell(lambda: _("Checked just now: all of it is as it was written"), "ok")

    def _show_folder(self) -> None:
        if self._folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))


class _Row(CardRow):
    """What is so, in words, and a button that does something about it."""

    def __init__(self, title: Words, does: Words, run: Callable[[], None]) -> None:
        super().__init__(title)
        self.words = self.add_words("")
        self.button = Button(does)
        self.button.clicked.connect(run)
        self.add(self.button)

    def tell(self, words: Words, state: str = "") -> None:
        self.words.set_words(words)
        self.words.set_state(state)

    def work(self, words: Words) -> None:
        """Something is under way; it can be asked for again when it has ended."""
        self.tell(words)
        self.button.setEnabled(False)

    def rest(self) -> None:
        self.button.setEnabled(True)
