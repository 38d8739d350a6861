"""The window: places at the left, search and commands above, the page, and below in words where one stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from fielddesk.core.i18n import _
from fielddesk.ui import icons, theme
from fielddesk.ui.buttons import Button, IconButton
from fielddesk.ui.editing import EditLine
from fielddesk.ui.navigation import Navigation, Place
from fielddesk.ui.page import Page
from fielddesk.ui.reading import go_on
from fielddesk.ui.text import Elided, Glyph, Text, Worded, Words, see_through
from fielddesk.ui.toast import Toast
from fielddesk.ui.tokens import FULL_NAVIGATION_FROM

SEARCH_AFTER_MS = 120

__all__ = ["Desk", "Place", "SearchBox", "StatusBar"]


class SearchBox(Worded, EditLine):
    """The one search box; a hand scanner types into it and ends with Enter.

    Signals: `asked(text)` shortly after a keystroke, `entered(text)` on Enter, `down()` to go into the results,
    `picture_asked` for the button, `picture_given(QImage or Path)` when one of a label was pasted or dropped here.
    """

    picture_asked = Signal()
    picture_given = Signal(object)
    asked = Signal(str)
    entered = Signal(str)
    down = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("icon", "true")
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SEARCH_AFTER_MS)
        self._soon.timeout.connect(lambda: self.asked.emit(self.text()))
        self.textEdited.connect(lambda _text: self._soon.start())
        self.returnPressed.connect(self._enter)
        row = QHBoxLayout(self)
        theme.space(row, (12, 0, 0, 0))
        row.addWidget(see_through(Glyph("magnifying-glass", "text2", 18)))
        row.addStretch(1)
        self.from_picture = IconButton(lambda: _("Find from a picture of a label"), "qr-code")
        self.from_picture.setCursor(Qt.CursorShape.ArrowCursor)
        self.from_picture.clicked.connect(self.picture_asked)
        row.addWidget(self.from_picture)
        self._leave_room()
        self.setAcceptDrops(True)
        self.say("setPlaceholderText", lambda: _("Search or scan: orders, assets, parts, customers"))
        self.say("set_name", lambda: _("Search"))
        self.say("set_tip", lambda: _("Search everything") + "  Ctrl+F")

    def _enter(self) -> None:
        self._soon.stop()
        self.entered.emit(self.text())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "from_picture"):
            self._leave_room()

    def _leave_room(self) -> None:
        """What is typed ends before the button."""
        self.setTextMargins(0, 0, theme.px(36), 0)

    # ---------------------------------------------------------------- pictures of labels

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste) and self._take_picture(QGuiApplication.clipboard().mimeData()):
            event.accept()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _picture_in(event.mimeData()) is not None:
            event.acceptProposedAction()
        else:
            super().dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        if self._take_picture(event.mimeData()):
            event.acceptProposedAction()
        else:
            super().dropEvent(event)

    def _take_picture(self, mime: QMimeData) -> bool:
        given = _picture_in(mime)
        if given is not None:
            self.picture_given.emit(given)
        return given is not None


def _picture_in(mime: QMimeData) -> QImage | Path | None:
    """A picture or a file that was copied or is dragged; None where it is text."""
    if mime.hasImage():
        image = mime.imageData()
        return image if isinstance(image, QImage) else None
    files = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    return files[0] if len(files) == 1 else None


class TopBar(Worded, QFrame):
    """Brand, search box, commands, the person signed in."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "top")
        theme.size(self, height=56)
        self.search = SearchBox()
        theme.size(self.search, least=200)
        self.search.setMaximumWidth(theme.px(420))
        self.commands = Button(lambda: _("Commands"), "command", "quiet", tip=lambda: _("All commands") + "  Ctrl+K")
        self.user = Button("", "user-circle", "bare")
        self._brand = Text("FieldDesk", "heading")
        self._left = QWidget()
        brand = QHBoxLayout(self._left)
        theme.space(brand, (20, 0, 12, 0), 10)
        brand.addWidget(Glyph("wrench-fill", "bar", 22))
        brand.addWidget(self._brand)
        brand.addStretch(1)
        row = QHBoxLayout(self)
        theme.space(row, (0, 0, 16, 0), 8)
        row.addWidget(self._left)
        row.addWidget(self.search, 1)
        row.addStretch(1)
        row.addWidget(self.commands)
        row.addWidget(self.user)

    def fit(self, navigation: int, room: int) -> None:
        """Begin the search box over the page's left edge; give up the brand's name where there is no room."""
        narrow = room < theme.px(760)
        self._brand.setVisible(not narrow)
        self._left.setMinimumWidth(navigation + theme.px(10) if navigation > theme.px(100) or narrow else 0)
        self.search.setMaximumWidth(theme.px(420))
        self.search.setMinimumWidth(theme.px(120 if narrow else 200))
        self._fit_words()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # another name, another language
            self._fit_words()
        return super().event(event)

    def _fit_words(self) -> None:
        """Where the search box and all words have no room side by side, the buttons show their icons alone."""
        ends = (self.commands, self.user)
        wanted = self._left.minimumSizeHint().width() + self.search.minimumWidth() + theme.px(56)
        wanted = max(wanted, self._left.minimumWidth() + self.search.minimumWidth() + theme.px(56))
        wanted += sum(button.room_for_words() for button in ends)
        for button in ends:
            button.show_words(wanted <= self.width())


class StatusBar(Worded, QFrame):
    """Where one stands with headquarters, in words; colour only helps."""

    needs_you_pressed = Signal()
    connection_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "status")
        theme.size(self, height=41)
        self._glyph = Glyph("cloud-slash", "text2", 20)
        self.connection = Elided("", "medium")
        self.waiting = Elided("", "second")
        self.needs_you = Button("", "warning-fill", "alert")
        self.needs_you.clicked.connect(self.needs_you_pressed)
        self.saved = Elided("", "second")
        row = QHBoxLayout(self)
        theme.space(row, (20, 0, 20, 0), 8)
        row.addWidget(self._glyph)
        row.addWidget(self.connection)
        self._dots = [Text("·", "second"), Text("·", "second")]
        row.addWidget(self._dots[0])
        row.addWidget(self.waiting)
        row.addWidget(self._dots[1])
        row.addWidget(self.needs_you)
        row.addWidget(self.saved, 1000)
        row.addStretch(1)  # while a toast stands in its place
        # Where there is no room for everything, this is what gives way.
        self.saved.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.saved.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.saved.set_words(lambda: _("Everything you do is saved on this laptop"))
        self.show_waiting("")
        self.show_needs_you("")

    def show_connection(self, words: Words, icon: str = "cloud-slash", state: str = "") -> None:
        """Since when there is a connection or none; `state` colours the icon."""
        self.connection.set_words(words)
        self._glyph.show_icon(icon, state or "text2")

    def show_waiting(self, words: Words) -> None:
        """What waits to be sent; nothing hides it."""
        self.waiting.set_words(words)
        self.waiting.setVisible(bool(self.waiting.text()))
        self._dots[0].setVisible(bool(self.waiting.text()))

    def show_needs_you(self, words: Words) -> None:
        """What needs a person; pressing it goes there."""
        self.needs_you.set_words(words)
        shown = bool(self.needs_you.text())
        self.needs_you.setVisible(shown)
        self._dots[1].setVisible(shown)

    def show_saved(self, words: Words) -> None:
        """At the right: where the work is kept."""
        self.saved.set_words(words)


class Desk(Worded, QWidget):
    """The frame of the window; it knows places by key and nothing of what they are about.

    Signals: `place_shown(key)`, `searched(text)`, `search_entered(text)`, `commands_asked`, `user_pressed`,
    `needs_you_pressed`, `undo_asked` (Ctrl+Z while no toast offers its own undo), `closing`, `export_asked(view)`: a
    list wants to be written into a file, `dropped(path)`: a file that `takes_file` accepts fell on the window.
    """

    place_shown = Signal(str)
    searched = Signal(str)
    search_entered = Signal(str)
    commands_asked = Signal()
    user_pressed = Signal()
    needs_you_pressed = Signal()
    undo_asked = Signal()
    closing = Signal()
    export_asked = Signal(object)
    dropped = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "desk")
        self.setWindowTitle("FieldDesk")
        self.setWindowIcon(icons.icon("wrench-fill", "bar"))
        self.top = TopBar()
        self.navigation = Navigation()
        self.stack = QStackedWidget()
        self.status = StatusBar()
        grid = QGridLayout(self)
        theme.space(grid)
        grid.addWidget(self.top, 0, 0, 1, 2)
        grid.addWidget(self.navigation, 1, 0)
        grid.addWidget(self.stack, 1, 1)
        self._running = QVBoxLayout()
        theme.space(self._running)
        grid.addLayout(self._running, 2, 0, 1, 2)
        grid.addWidget(self.status, 3, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(1, 1)
        self.toast = Toast(self)
        self.setMinimumSize(480, 320)  # in place of what the pages ask for: their bodies scroll
        self._makers: dict[str, Callable[[], QWidget]] = {}
        self._pages: dict[str, QWidget] = {}
        self._current = ""
        self.can_export = False
        self.takes_file: Callable[[Path], bool] = lambda path: False
        self.setAcceptDrops(True)
        self._connect()
        self.resize(1366, 768)

    def _connect(self) -> None:
        self.navigation.chosen.connect(self.show_place)
        self.toast.shown.connect(self.status.saved.hide)
        self.toast.ended.connect(self.status.saved.show)
        self.top.search.asked.connect(self.searched)
        self.top.search.entered.connect(self.search_entered)
        self.top.commands.clicked.connect(self.commands_asked)
        self.top.user.clicked.connect(self.user_pressed)
        self.status.needs_you_pressed.connect(self.needs_you_pressed)
        for key, run in (
            ("Ctrl+F", self.focus_search),
            ("Ctrl+K", self.commands_asked.emit),
            ("Ctrl+Z", self._undo),
            ("F6", self._next_part),
            ("Ctrl+Tab", self._next_place),
        ):
            QShortcut(QKeySequence(key), self, run)

    # ---------------------------------------------------------------- places and pages

    def set_places(self, places: list[Place], pages: dict[str, QWidget | Callable[[], QWidget]]) -> None:
        """The places and, by the same key, their pages; a callable makes its page when it is first shown."""
        self.navigation.show_places(places)
        for key, page in pages.items():
            if isinstance(page, QWidget):
                self._take_page(key, page)
            else:
                self._makers[key] = page

    def clear_places(self) -> None:
        """Take every place and page away, as before `set_places`."""
        self.navigation.show_places([])
        for page in self._pages.values():
            self.stack.removeWidget(page)
            page.hide()
            page.deleteLater()
        self._pages, self._makers, self._current = {}, {}, ""

    def set_count(self, key: str, count: int) -> None:
        self.navigation.set_count(key, count)

    def show_place(self, key: str) -> None:
        """Go to a place, unless the page that is shown holds the person back."""
        if key == self._current:
            return
        now = self._pages.get(self._current)
        if isinstance(now, Page) and not now.may_leave():
            self.navigation.choose(self._current)
            return
        page = self.page(key)
        self._current = key
        self.stack.setCurrentWidget(page)
        self._arrange()
        self.navigation.choose(key)
        if isinstance(page, Page):
            page.arrive()
        self.place_shown.emit(key)

    def page(self, key: str) -> QWidget:
        """The page of a place; made now if it has not been."""
        if key not in self._pages:
            self._take_page(key, self._makers[key]())
        return self._pages[key]

    def _take_page(self, key: str, page: QWidget) -> None:
        self._pages[key] = page
        self.stack.addWidget(page)
        if isinstance(page, Page):
            page.room_wanted.connect(self._arrange)

    def made_pages(self) -> dict[str, QWidget]:
        """The pages that exist so far."""
        return dict(self._pages)

    def current_place(self) -> str:
        return self._current

    # ---------------------------------------------------------------- words

    def show_toast(
        self, words: Words, undo: Callable[[], None] | None = None, *, icon: str = "check-circle-fill"
    ) -> None:
        """Tell what happened, with its undo."""
        self.toast.show_words(words, undo, icon=icon)

    def show_running(self, strip: QWidget) -> None:
        """Show long work above the status bar, whatever place is shown; it is taken away by being deleted."""
        self._running.addWidget(strip)
        strip.show()

    def focus_search(self) -> None:
        self.top.search.setFocus()
        self.top.search.selectAll()

    def _undo(self) -> None:
        if not self.toast.take_back():
            self.undo_asked.emit()

    def focusNextPrevChild(self, ahead: bool) -> bool:
        """Tab and Shift+Tab, from wherever in the window."""
        return go_on(self, back=not ahead)

    def _next_part(self) -> None:
        """F6: from the places to the page and back."""
        page = self.stack.currentWidget()
        if self.navigation.hasFocus() and page is not None:
            if isinstance(page, Page):
                page.focus()
            else:
                page.setFocus()
        else:
            self.navigation.setFocus()

    def _next_place(self) -> None:
        keys = [place.key for place in self.navigation.places()]
        if keys:
            at = keys.index(self._current) if self._current in keys else -1
            self.show_place(keys[(at + 1) % len(keys)])

    # ---------------------------------------------------------------- files from outside

    def dragEnterEvent(self, event: QDropEvent) -> None:
        if self._file_in(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = self._file_in(event)
        if path is not None:
            event.acceptProposedAction()
            self.dropped.emit(path)

    def _file_in(self, event: QDropEvent) -> Path | None:
        """The one file of a drop, where it is of a kind that is taken."""
        urls = event.mimeData().urls()
        if len(urls) != 1 or not urls[0].isLocalFile():
            return None
        path = Path(urls[0].toLocalFile())
        return path if self.takes_file(path) else None

    # ---------------------------------------------------------------- room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "toast"):
            self._arrange()
            self.toast.place()

    def closeEvent(self, event: QEvent) -> None:
        self.closing.emit()
        event.accept()

    def _arrange(self) -> None:
        page = self._pages.get(self._current)
        rail = self.width() < theme.px(FULL_NAVIGATION_FROM) or (isinstance(page, Page) and page.wants_room)
        if rail != self.navigation.is_rail():
            self.navigation.set_rail(rail)
        self.top.fit(self.navigation.width(), self.width())
