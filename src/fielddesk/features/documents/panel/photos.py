"""The photos and files of a record: a strip to add to, with what is said of the one that has the keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _, format_number
from fielddesk.features.documents.panel.details import Details
from fielddesk.features.documents.panel.opening import Opening
from fielddesk.features.documents.panel.taking import Report, Taking, Thing, things_in, things_of
from fielddesk.features.documents.panel.tiles import Tile
from fielddesk.features.documents.queries import Owner, PhotoRow, photo_count, photos_of
from fielddesk.features.documents.rules import NO_ITEM, PICTURES
from fielddesk.store.tx import Reading
from fielddesk.ui import handing, theme
from fielddesk.ui.buttons import Button, IconButton
from fielddesk.ui.flow import Flow
from fielddesk.ui.page import Scroll
from fielddesk.ui.seams import Bench, SubjectPanel
from fielddesk.ui.signs import Empty, Remark
from fielddesk.ui.text import Text, no_mnemonic
from fielddesk.ui.wording import sentence

AT_ONCE: Final = 60


class Photos(QWidget):
    """Photos of an order, an asset or a customer; with `item` those of one item of the order's checklist.

    Compact ones have small pictures and one button, for a row of a checklist: those of an item are, unless told
    otherwise. Signal `counted(n)`.
    """

    counted = Signal(int)

    def __init__(
        self,
        bench: Bench,
        *,
        order_id: str | None = None,
        asset_id: str | None = None,
        customer_id: str | None = None,
        item: str = NO_ITEM,
        compact: bool | None = None,
    ) -> None:
        super().__init__()
        self._bench = bench
        self._compact = item != NO_ITEM if compact is None else compact
        self.owner = Owner(order_id, asset_id, customer_id, item)
        self._limit = AT_ONCE
        self.tiles: dict[str, Tile] = {}
        self.taking = Taking(bench, self)
        self.taking.went_on.connect(self._went_on)
        self.taking.ended.connect(self._ended)
        self.opening = Opening(bench, self, self.taking)
        self.dialog: QWidget | None = None
        self._into_sight = QTimer(self)
        self._into_sight.setSingleShot(True)
        self._into_sight.setInterval(0)
        self._into_sight.timeout.connect(self._bring_into_sight)
        self.setAcceptDrops(True)
        self._build()
        paste = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self, self.paste)
        paste.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        end = bench.watch({"attachment"}, self.reload)
        self.destroyed.connect(lambda: end())
        if self.owner.id:
            self.reload()

    # ---------------------------------------------------------------- parts

    def _build(self) -> None:
        column = QVBoxLayout(self)
        theme.space(column, spacing=8)
        self.add: Button = (
            IconButton(lambda: _("Add a photo"), "camera-plus", "default")
            if self._compact
            else Button(lambda: _("Add photos or files…"), "plus")
        )
        if self._compact:
            theme.size(self.add, width=56)
        self.add.clicked.connect(self.ask_files)
        self.setFocusProxy(self.add)
        holder = QWidget()
        self._flow = Flow(holder)
        theme.space(self._flow, spacing=8)
        self.more = Button(lambda: _("Show earlier ones"), kind="quiet")
        self.more.clicked.connect(self._show_more)
        self.more.hide()
        self.empty = Empty(
            "images",
            lambda: _("No photos or files yet"),
            lambda: _("Add them with the button, paste them with Ctrl+V, or drop them here."),
        )
        self.empty.hide()
        self.details = Details(self._bench, self.opening)
        if self._compact:
            self._flow.addWidget(self.add)
            column.addWidget(holder)
        else:
            column.addLayout(self._buttons())
        column.addWidget(self._progress())
        self.remark = Remark("warn")
        column.addWidget(self.remark)
        if not self._compact:
            column.addWidget(self.details)
            column.addWidget(self.empty)
            column.addWidget(self.more)
            column.addWidget(holder)
        column.addStretch(1)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, spacing=8)
        self.paste_button = Button(lambda: _("Paste"), "clipboard", tip=lambda: _("Paste a picture") + "  Ctrl+V")
        self.paste_button.clicked.connect(self.paste)
        row.addWidget(self.add)
        row.addWidget(self.paste_button)
        row.addWidget(Text(lambda: _("or drop them here"), "caption", wraps=True), 1)
        return row

    def _progress(self) -> QWidget:
        self.progress = QWidget()
        row = QHBoxLayout(self.progress)
        theme.space(row, spacing=8)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("Photos being added"))
        self.how_far = Text("", "second")
        self.stop = Button(lambda: _("Stop"), kind="quiet")
        self.stop.clicked.connect(self.taking.stop)
        row.addWidget(self.bar, 1)
        row.addWidget(self.how_far)
        row.addWidget(self.stop)
        self.progress.hide()
        return self.progress

    # ---------------------------------------------------------------- showing

    def show_of(
        self,
        *,
        order_id: str | None = None,
        asset_id: str | None = None,
        customer_id: str | None = None,
        item: str = NO_ITEM,
    ) -> None:
        """Show another record's photos."""
        owner = Owner(order_id, asset_id, customer_id, item)
        if owner != self.owner:
            self.details.leave()
            self.owner, self._limit = owner, AT_ONCE
            self.remark.show_words("")
            self._show([], 0)
            self.empty.hide()
        self.reload()

    def reload(self) -> None:
        owner, limit = self.owner, self._limit

        def ask(read: Reading) -> tuple[Owner, list[PhotoRow], int]:
            return owner, photos_of(read, owner, limit), photo_count(read, owner)

        if owner.id:
            self._bench.read(ask, self._take, key=f"photos.{id(self)}")

    def _take(self, answer: tuple[Owner, list[PhotoRow], int]) -> None:
        owner, photos, count = answer
        if owner == self.owner:
            self._show(photos, count)
            self.counted.emit(count)

    def _show(self, photos: Sequence[PhotoRow], count: int) -> None:
        wanted = {photo.row.id: photo for photo in photos}
        for row_id, tile in list(self.tiles.items()):
            if wanted.get(row_id) != tile.photo:
                had = tile.hasFocus()
                self._flow.removeWidget(tile)
                tile.hide()
                tile.deleteLater()
                del self.tiles[row_id]
                if had:
                    self.add.setFocus()
        for place, (row_id, photo) in enumerate(wanted.items()):
            if row_id not in self.tiles:
                self.tiles[row_id] = self._tile(photo)
                self._flow.insertWidget(place, self.tiles[row_id])
        self.tiles = {row_id: self.tiles[row_id] for row_id in wanted}
        self.empty.setVisible(not photos and not self._compact)
        self.more.setVisible(count > len(photos) and not self._compact)
        self.details.keep_to(wanted)
        self._mark()
        self.updateGeometry()

    def _tile(self, photo: PhotoRow) -> Tile:
        tile = Tile(self._bench, photo, compact=self._compact)
        tile.opened.connect(partial(self._open, photo))
        tile.taken_away.connect(lambda: self.opening.take_away(self.owner, photo.row))
        tile.dragged.connect(lambda: self.opening.drag(photo.row))
        tile.entered.connect(partial(self._entered, photo))
        tile.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tile.customContextMenuRequested.connect(partial(self._menu, tile))
        return tile

    def _open(self, photo: PhotoRow) -> None:
        self.opening.open(self.owner, photo.row)

    def _entered(self, photo: PhotoRow) -> None:
        if not self._compact:
            self.details.show_photo(self.owner, photo)
            self._mark()
            self._into_sight.start()

    def _bring_into_sight(self) -> None:
        """What is said of a photo takes room above it: once it has, the photo is brought back into sight."""
        tile, around = self.tiles.get(self.details.row_id()), self.parentWidget()
        while around is not None and not isinstance(around, QScrollArea):
            around = around.parentWidget()
        if tile is not None and around is not None:
            around.ensureWidgetVisible(tile, 0, theme.px(8))

    def _mark(self) -> None:
        for row_id, tile in self.tiles.items():
            tile.mark_current(not self._compact and row_id == self.details.row_id())

    def _show_more(self) -> None:
        self._limit += 5 * AT_ONCE
        self.reload()

    def _menu(self, tile: Tile, where: QPoint) -> None:
        row, opening = tile.photo.row, self.opening
        menu = QMenu(tile)
        lines = [
            (_("Look at it and draw") if row.kind in PICTURES else _("Open"), partial(self._open, tile.photo)),
            (_("Open outside"), partial(opening.open_outside, row)),
            (_("Save as…"), partial(opening.save, row)),
            (_("Copy"), partial(opening.copy, row)),
            (_("Take away"), partial(opening.take_away, self.owner, row)),
        ]
        for words, run in lines:
            menu.addAction(no_mnemonic(words)).triggered.connect(lambda _on=False, run=run: run())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(tile.mapToGlobal(where))

    # ---------------------------------------------------------------- taking in

    def ask_files(self) -> None:
        """Ask for files."""
        self.dialog = handing.choose_files(
            self, lambda: _("Add photos or files…"), lambda paths: self.take(things_of(paths))
        )

    def paste(self) -> None:
        """Take in what is on the clipboard."""
        things = things_in(QGuiApplication.clipboard().mimeData())
        if things:
            self.take(things)
        else:
            self.remark.show_words(lambda: sentence(FieldDeskError("clipboard_without_picture")))

    def take(self, things: Sequence[Thing]) -> None:
        """Take things in for the record that is shown."""
        if self.owner.id:
            self.remark.show_words("")
            self.taking.take(self.owner, things)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        mime = event.mimeData()
        if mime.hasImage() or any(url.isLocalFile() for url in mime.urls()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)  # never a move: the file stays where it is
        event.accept()
        self.take(things_in(event.mimeData()))

    def _went_on(self, done: int, of: int) -> None:
        self.progress.setVisible(of > 1)
        self.bar.setRange(0, of)
        self.bar.setValue(done)
        self.how_far.setText(_("{n} of {m}").format(n=format_number(done), m=format_number(of)))

    def _ended(self, report: Report) -> None:
        self.progress.hide()
        told = report.words()
        self.remark.show_words(told)
        if told:
            theme.announce(self, self.remark.words())


class PhotosPanel(SubjectPanel):
    """The tab of a record with its photos and files."""

    def __init__(self, bench: Bench, of: str = "order_id") -> None:
        super().__init__()
        self._of = of
        self.photos = Photos(bench)
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 0, 8))
        column.addWidget(self.photos)
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))

    def show_subject(self, row_id: str) -> None:
        self.photos.show_of(**{self._of: row_id})

    def reload(self) -> None:
        self.photos.reload()

    def focus(self) -> None:
        self.photos.add.setFocus()

    def may_leave(self) -> bool:
        return self.photos.details.leave()
