"""Cards of the settings. Photos: the folder new ones come from. Backups: the last one, one now, is the store whole,
where they lie. Problem reports: what FieldDesk kept of its own mistakes, in a copy that may leave the laptop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from fielddesk.core.errors import StoreProblem
from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _, format_moment, format_number, ngettext
from fielddesk.features.documents.panel import hot_folder
from fielddesk.ui.buttons import Button
from fielddesk.ui.handing import choose_folder
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Card, CardRow
from fielddesk.ui.text import Elided, Text, Words
from fielddesk.ui.wording import sentence

REPORT_FILE = "fielddesk-report.txt"


@dataclass(frozen=True)
class Copies:
    """Where backups lie, and the moment (microseconds UTC) and size in bytes of each, newest first."""

    folder: Path
    found: list[tuple[int, int]]


@dataclass(frozen=True)
class Reports:
    """The moments (microseconds UTC) of the problem reports, newest first, and what the newest may tell outside."""

    found: list[int]
    newest: str


class Keeper(Protocol):
    """Who looks after the profile. Each call returns at once and answers later with None, or what stood in the way."""

    def copies(self, then: Callable[[Copies], None]) -> None: ...

    def copy_now(self, then: Callable[[StoreProblem | None], None]) -> None: ...

    def look_over(self, then: Callable[[StoreProblem | None], None]) -> None: ...

    def reports(self, then: Callable[[Reports], None]) -> None: ...


class BackupCard(Card):
    """Backups are made once a day by themselves; nothing here has to be done by hand."""

    def __init__(self, bench: Bench, keeper: Callable[[], Keeper | None]) -> None:
        super().__init__(lambda: _("Backups"))
        self._bench, self._keeper = bench, keeper
        self._folder: Path | None = None
        self.newest = _Row(lambda: _("Newest backup"), lambda: _("Back up now"), self._copy)
        self.whole = _Row(lambda: _("The store"), lambda: _("Check it now"), self._check)
        self.where = _Row(lambda: _("Folder of the backups"), lambda: _("Show the folder"), self._show_folder,
                          Elided("", "second"))  # fmt: skip
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


class ReportCard(Card):
    """What is copied says where in the program a mistake happened, and nothing of what was on the screen."""

    def __init__(self, bench: Bench, keeper: Callable[[], Keeper | None]) -> None:
        super().__init__(lambda: _("Problem reports"))
        self._bench, self._keeper = bench, keeper
        self._newest = ""
        self.newest = _Row(lambda: _("Newest report"), lambda: _("Copy the newest"), self._copy)
        self.save = _Row(lambda: _("For your service centre"), lambda: _("Save a copy…"), self._save)
        self.save.tell(lambda: _("It says where in the program it happened: no names, no texts, no key"))
        for row in (self.newest, self.save):
            row.button.setEnabled(False)
            self.add(row)

    def reload(self) -> None:
        keeper = self._keeper()
        if keeper is not None:
            keeper.reports(self._show)

    def _show(self, reports: Reports) -> None:
        self._newest = reports.newest
        for row in (self.newest, self.save):
            row.button.setEnabled(bool(reports.newest))
        zone = self._bench.zone()

        def newest() -> str:
            if not reports.found:
                return _("None. One is kept whenever FieldDesk makes a mistake.")
            count = len(reports.found)
            return ngettext("{when}; {n} is kept", "{when}; {n} are kept", count).format(
                when=format_moment(reports.found[0], zone), n=format_number(count)
            )

        self.newest.tell(newest)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._newest)
        self._bench.toast(lambda: _("The report is on the clipboard"))

    def _save(self) -> None:
        path, _kind = QFileDialog.getSaveFileName(self, _("Save a copy…"), REPORT_FILE)
        if not path:
            return
        try:
            Path(path).write_text(self._newest, encoding="utf-8")
        except OSError:
            self._bench.toast(lambda: _("It could not be saved there. Choose another folder."), icon="warning-fill")
        else:
            self._bench.toast(lambda: _("The copy is saved"))


class PhotoFolderCard(Card):
    """The folder from which new pictures are offered on the order in front (EX5); nothing in it is ever changed."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(lambda: _("Photos from phone or camera"))
        self._folder = hot_folder(bench)
        self.dialog: QFileDialog | None = None
        self.where = _Row(lambda: _("Photo folder"), lambda: _("Choose a folder…"), self._choose)
        self.none = Button(lambda: _("Watch none"))
        self.none.clicked.connect(lambda: self._folder.choose(""))
        self.where.add(self.none)
        self.add(self.where)
        self._folder.changed.connect(self.reload)
        self.reload()

    def reload(self) -> None:
        path = self._folder.path
        self.none.setVisible(bool(path))  # beside the other button it is too wide for a small window at 200 %
        if not path:
            self.where.tell(lambda: _("None. New pictures in a folder, or on a card, are offered on your orders."))
        elif self._folder.missing:
            self.where.tell(lambda: _("{folder} is not there now; it is looked for.").format(folder=path), "warn")
        else:
            self.where.tell(path)

    def _choose(self) -> None:
        self.dialog = choose_folder(self, lambda: _("Choose a folder…"), self._chosen)

    def _chosen(self, folder: Path) -> None:
        self._folder.choose(str(folder))
        self.reload()


class _Row(CardRow):
    """What is so, in words, and a button that does something about it."""

    def __init__(self, title: Words, does: Words, run: Callable[[], None], words: Text | None = None) -> None:
        super().__init__(title)
        self.words = self.add_below(words or Text("", "second", wraps=True))
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
