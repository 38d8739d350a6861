"""The window of FieldDesk: opens the profile, shows the places, and keeps what a person set up for the next time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QShortcut

from fielddesk.core.config import change_choices, read_choices
from fielddesk.core.errors import FieldDeskError, StoreProblem
from fielddesk.core.i18n import _
from fielddesk.shell.crash import CrashReports
from fielddesk.shell.frame import Frame
from fielddesk.shell.opening import Attempt, Opened, Parts, begin_opening, in_thread
from fielddesk.shell.preferences import WindowPreferences
from fielddesk.shell.standing import place_window
from fielddesk.ui.navigation import Place
from fielddesk.ui.page import Page
from fielddesk.ui.tasks import Tasks
from fielddesk.ui.text import Text
from fielddesk.ui.toast import SHOWN_MS

if TYPE_CHECKING:
    from fielddesk.shell.start_page import StartPage
    from fielddesk.shell.tray import Tray
    from fielddesk.store.profile import Header
    from fielddesk.sync.enrol import Enrolled
    from fielddesk.ui.palette import Command, Palette

SLOW_AFTER_MS = 400
TRAY_AFTER_MS = 3_000
MAKES_WAY_AFTER_MS = 1_500
"""Long enough to be read, should both windows be seen at once."""


class Window(Frame):
    """Signals: `ready` once the first page can be worked with; `failed(code)` when a page tells what went wrong;
    `ended` when the window is closed; `enrolled(folder)`."""

    ready = Signal()
    failed = Signal(str)
    ended = Signal()
    _to_front = Signal()
    _crashed = Signal(str)

    def __init__(
        self, parts: Parts, preferences: WindowPreferences, folder: Path | None = None, *, demo: bool = False
    ) -> None:
        super().__init__(parts, preferences)
        self._demo = demo
        self.folder = folder
        self.absent = StoreProblem("no_profile")
        """Why there is no folder to open, where there is none."""
        self._opening = Text("", "second")
        self._start_page: StartPage | None = None
        self._palette: Palette | None = None
        self._tray: Tray | None = None
        self.reports = CrashReports(parts.clock.now)
        self.on_demo: Callable[[], bool] | None = None
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(SLOW_AFTER_MS)
        self._slow.timeout.connect(lambda: self._opening.set_words(lambda: _("Opening your work…")))
        self._late: set[str] = set()
        self._has_ended = False
        self._shortcuts: list[QShortcut] = []
        self._waits = Tasks(0, name="opening", parent=self)
        self._waits.broke.connect(self.mistake)
        self._connect()

    def _connect(self) -> None:
        self.desk.closing.connect(self.close)
        self.desk.commands_asked.connect(self._show_commands)
        self.desk.place_shown.connect(self._place_shown)
        self.desk.undo_asked.connect(self._undo)
        self.desk.needs_you_pressed.connect(lambda: self._go("sync"))
        self.desk.status.connection_pressed.connect(lambda: self._go("sync"))
        self.desk.user_pressed.connect(lambda: self._go("settings"))
        self._to_front.connect(self._come_to_front)
        self._crashed.connect(self._tell_crash)
        self.reports.install(self._crashed.emit)

    # ---------------------------------------------------------------- opening

    def show(self, *, enrol: tuple[str, str] | None = None, attempt: Attempt | None = None) -> None:
        """Show the window and open the profile, or set this laptop up with an address and a code first.

        `attempt` is one that was begun before there was a window.
        """
        self._dress()
        self._show_start()
        self.desk.show()
        if enrol is not None:
            self.enrol(*enrol)
        else:
            self.open(attempt=attempt)

    def _dress(self) -> None:
        place_window(self.desk, read_choices(self.parts.home).window)

    def _show_start(self) -> None:
        """The window without places: only the start page."""
        self.desk.navigation.hide()
        for part in (self.desk.top.search, self.desk.top.commands, self.desk.top.user, self.desk.status):
            part.hide()
        page = self._start_page or self._opening
        if self.desk.stack.indexOf(page) < 0:
            self.desk.stack.addWidget(page)
        self.desk.stack.setCurrentWidget(page)

    @property
    def start_page(self) -> StartPage:
        """The page of what went wrong and of enrolment; most starts need none."""
        if self._start_page is None:
            from fielddesk.shell.start_page import StartPage

            self._start_page = StartPage()
            self._start_page.way.connect(self._way)
            self._start_page.code_typed.connect(self._open_with)
            self._start_page.enrol_asked.connect(self.enrol)
        return self._start_page

    @property
    def palette(self) -> Palette:
        """The commands, made when they are first asked for."""
        if self._palette is None:
            from fielddesk.ui.palette import Palette

            self._palette = Palette(self.desk)
        return self._palette

    def open(self, *, code: str | None = None, mend: bool = False, attempt: Attempt | None = None) -> None:
        """Open the profile on a thread; where there is none, say how to set this laptop up."""
        if self.folder is None:
            self.show_problem(self.absent)
            return
        self._opening.set_words("")
        if self._start_page is not None:
            self._start_page.show_opening(lambda: _("Opening your work…"))
        self._slow.start()
        attempt = attempt or begin_opening(self.parts, self.folder, code=code, mend=mend)
        opened = attempt.opened
        self._waits.follow(attempt.begun, lambda header: self._begin(header, opened))
        self._waits.follow(opened, self._take, self._refuse)

    def _begin(self, header: Header, opening: Future[Opened]) -> None:
        if self._has_ended:
            return
        from fielddesk.shell.work import begin_work

        begin_work(self, header, opening)

    def _open_with(self, code: str) -> None:
        self.open(code=code)

    def _refuse(self, error: Exception) -> None:
        if self._has_ended:
            return
        self._slow.stop()
        if self.bench is not None:
            from fielddesk.shell.work import end_work

            end_work(self)
        if isinstance(error, FieldDeskError):
            self.show_problem(error)
        else:
            self.mistake(error)

    def show_problem(self, problem: FieldDeskError) -> None:
        """The page of what the world did to us."""
        from fielddesk.shell.problems import trouble

        if problem.code == "already_open" and self.folder is not None:
            self._ask_other_to_front()
        self.start_page.show_trouble(lambda: trouble(problem))
        self._show_start()
        self.start_page.focus()
        self.failed.emit(problem.code)

    def _ask_other_to_front(self) -> None:
        from fielddesk.store.instance import ask_to_front

        folder = self.folder
        assert folder is not None
        self._waits.follow(in_thread(lambda: ask_to_front(folder), "to front"), self._other_came)

    def _other_came(self, came: bool) -> None:
        """The other window has the profile and is in front: nobody needs this one."""
        if came and self.opened is None and self.bench is None:
            QTimer.singleShot(MAKES_WAY_AFTER_MS, self, self._make_way)

    def _make_way(self) -> None:
        if self.opened is None and self.bench is None and not self._has_ended:
            self.desk.close()

    def _way(self, way: str) -> None:
        match way:
            case "again":
                self.open()
            case "mend":
                self.open(mend=True)
            case "code":
                self.start_page.ask_for_code()
            case "folder":
                where = self.folder if self.folder is not None else self.parts.home
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(where)))
            case "enrol":
                self.start_page.ask_for_enrolment(self._known_address())
            case "front":
                self._ask_other_to_front()
            case "demo":
                self._look_around()
            case "end":
                self.desk.close()

    def _look_around(self) -> None:
        """Start the demo beside this window, which stays: who has looked around goes on here."""
        if self.on_demo is None:
            return
        if self.on_demo():
            self.desk.show_toast(lambda: _("The demo opens in a window of its own in a moment"), icon="info-fill")
        else:
            self.desk.show_toast(lambda: _("The demo could not be started"), icon="warning-fill")

    # ---------------------------------------------------------------- enrolment

    def enrol(self, address: str, code: str) -> None:
        """Set this laptop up with a one-time code, then open it."""
        from fielddesk.shell.enrolment import enrol_here
        from fielddesk.sync.reading import whole_address

        address = whole_address(address)
        self.start_page.show_opening(lambda: _("Asking headquarters…"))
        self._show_start()
        asking = in_thread(lambda: enrol_here(self.parts, address, code), "enrolment")
        self._waits.follow(asking, self._enrolled, lambda error: self._not_enrolled(address, code, error))

    def enrol_again(self) -> None:
        """Headquarters no longer knows this laptop: close the profile, ask for a new code, then go on with it."""
        opened = self.opened
        if opened is not None:
            self._leave_profile()
            self.start_page.ask_for_enrolment(opened.header.hq_url)
            self._show_start()

    def _known_address(self) -> str:
        """Where this profile's headquarters is, as far as its header says so."""
        from fielddesk.store.profile import read_header

        try:
            return "" if self.folder is None else read_header(self.folder).hq_url
        except StoreProblem:
            return ""

    def _enrolled(self, enrolled: Enrolled) -> None:
        self.folder = enrolled.folder
        change_choices(self.parts.home, profile=self.folder.name)
        if not self._has_ended:
            self.open()

    def _not_enrolled(self, address: str, code: str, error: Exception) -> None:
        if self._has_ended:
            return
        if isinstance(error, FieldDeskError):
            self.start_page.ask_for_enrolment(address, code, error)
            self.failed.emit(error.code)
        else:
            self.mistake(error)

    # ---------------------------------------------------------------- the open profile

    def _take(self, opened: Opened) -> None:
        self._slow.stop()
        if self._has_ended:
            opened.store.close()
            return
        self.opened = opened
        self.reports.use(opened.vault)
        if opened.store.instance is not None:
            opened.store.instance.listen(self._to_front.emit)
        from fielddesk.shell.work import begin_work, work_opened

        if self.bench is None:  # the header was lost and has come back
            whole: Future[Opened] = Future()
            whole.set_result(opened)
            begin_work(self, opened.header, whole)
        work_opened(self, opened)
        self.ready.emit()
        QTimer.singleShot(TRAY_AFTER_MS, self, self._make_tray)

    def _make_tray(self) -> None:
        from fielddesk.shell.tray import make_tray

        if self._tray is None and not self._has_ended:
            self._tray = make_tray(self, self._come_to_front)
        if self._tray is not None and self.line is not None:
            self.line.listen(self._tray.hear)

    def show_places(self, places: list[Place], pages: dict[str, Any]) -> None:
        """The desk with its places; the start page is put away."""
        self.desk.set_places(places, pages)
        self.desk.navigation.show()
        for part in (self.desk.top.search, self.desk.top.commands, self.desk.top.user, self.desk.status):
            part.show()
        self.desk.status.show_saved(self._saved_words)

    def _saved_words(self) -> str:
        if self._demo:
            return _("Demo: all of it goes when the window closes")
        return _("Everything you do is saved on this laptop")

    # ---------------------------------------------------------------- pages

    def reload_pages(self, tables: frozenset[str]) -> None:
        """Ask again what is shown of these tables; a hidden page does it when it comes to the front."""
        for key, page in self.desk.made_pages().items():
            if isinstance(page, Page) and page.watches & tables:
                if key == self.desk.current_place():
                    page.reload()
                else:
                    self._late.add(key)

    def reload_late(self, key: str) -> None:
        """Ask this page again when it comes to the front."""
        self._late.add(key)

    def _place_shown(self, key: str) -> None:
        page = self.desk.made_pages().get(key)
        if key in self._late and isinstance(page, Page):
            self._late.discard(key)
            page.reload()

    # ---------------------------------------------------------------- commands

    def commands(self) -> list[Command]:
        """Every command there is now."""
        from fielddesk.shell.commands import commands_of

        return commands_of(self, self._undo)

    def install_shortcuts(self) -> None:
        """Give commands their keys."""
        from fielddesk.shell.commands import shortcuts_of

        for shortcut in self._shortcuts:
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        self._shortcuts = shortcuts_of(self, self.commands())

    def _go(self, key: str) -> None:
        """Go to a place, if there are places yet."""
        if self.bench is not None:
            self.desk.show_place(key)

    def _show_commands(self) -> None:
        self.palette.open_with(self.commands())

    def _undo(self) -> None:
        if self.bench is not None and not self.bench.undo.take_last():
            self.desk.show_toast(lambda: _("Nothing to undo"), icon="info-fill")

    def tell_trouble(self, problem: StoreProblem) -> None:
        """The disk or the store refused while the window is open."""
        from fielddesk.shell.problems import trouble_words

        self.desk.show_toast(lambda: trouble_words(problem), icon="warning-fill")
        if problem.code == "store_damaged" and self.upkeep is not None:
            self.upkeep.look_over(lambda _problem: None)  # what it finds stops the work, with a way out

    def stop_for(self, problem: StoreProblem) -> None:
        """Close the profile, which cannot be worked on as it is, and show the way out."""
        if self.opened is not None:
            self._leave_profile()
            self.show_problem(problem)

    def tell_found(self, found: Sequence[StoreProblem]) -> None:
        """What opening met and mended by itself, one after the other."""
        if found:
            from fielddesk.shell.problems import found_words
        for place, problem in enumerate(found):
            words = partial(found_words, problem)
            QTimer.singleShot(place * SHOWN_MS, self, partial(self.desk.show_toast, words, icon="info-fill"))

    # ---------------------------------------------------------------- mistakes of ours

    def mistake(self, error: BaseException) -> None:
        """A mistake of ours: keep a report and say so."""
        self.reports.keep(error)

    def _tell_crash(self, report: str) -> None:
        from fielddesk.shell.problems import bug_page, bug_words

        if self._has_ended:
            return
        if self.bench is None:
            self.start_page.show_trouble(lambda: bug_page(report))
            self._show_start()
            self.failed.emit("bug")
        else:
            self.desk.show_toast(lambda: bug_words(report), icon="bug-beetle")

    # ---------------------------------------------------------------- the end

    def _come_to_front(self) -> None:
        self.desk.setWindowState(self.desk.windowState() & ~Qt.WindowState.WindowMinimized)
        self.desk.show()
        self.desk.raise_()
        self.desk.activateWindow()

    def close(self) -> None:
        """Commit what is typed, keep how the window stood, end sync, close the store."""
        if self.opened is not None or self.bench is not None:
            self._leave_profile()
        self._end()

    def _leave_profile(self) -> None:
        """Commit what is typed and keep how the window stood; then let go of the profile."""
        for page in self.desk.made_pages().values():
            if isinstance(page, Page):
                page.may_leave()
        self._keep_standing()
        from fielddesk.shell.work import end_work

        end_work(self)
        opened, self.opened = self.opened, None
        if opened is not None:
            self.reports.use(None)
            opened.store.close()

    def _end(self) -> None:
        self._has_ended = True
        if self._tray is not None:
            self._tray.end()
        self._waits.close()
        self.reports.uninstall()
        self.ended.emit()

    def _keep_standing(self) -> None:
        if self.opened is not None:
            from fielddesk.shell.kept import keep_standing

            keep_standing(self.desk, self.opened.store, self.parts.home)
