"""One photo or file as a small picture that can be pressed, dragged out, and read by its name."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication

from fielddesk.core.i18n import _
from fielddesk.features.documents.dialogs import kind_icon, kind_words, title_of
from fielddesk.features.documents.queries import PhotoRow
from fielddesk.features.documents.rules import DRAWING
from fielddesk.ui import icons, theme
from fielddesk.ui.lists import paint_ring
from fielddesk.ui.moments import moment_words
from fielddesk.ui.pictures import THUMBNAIL, picture
from fielddesk.ui.seams import Bench
from fielddesk.ui.text import Worded, plain_tip, visible

WIDE, HIGH = 168, 164
COMPACT = 72


class Tile(Worded, QAbstractButton):
    """Signals: `opened`, `taken_away` (Delete), `menu_asked(where)`, `dragged` when it is pulled out of the window,
    `entered` when it gets the keyboard.
    """

    opened = Signal()
    taken_away = Signal()
    dragged = Signal()
    entered = Signal()

    def __init__(self, bench: Bench, photo: PhotoRow, *, compact: bool) -> None:
        super().__init__()
        self.photo, self._bench, self._compact = photo, bench, compact
        self.is_current = False
        self._pixmap = QPixmap()
        self._pressed_at: QPoint | None = None
        side = COMPACT if compact else WIDE
        theme.size(self, width=side, height=COMPACT if compact else HIGH)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.clicked.connect(self.opened)
        self.say("set_name", self.words)
        self.say("setToolTip", lambda: plain_tip(self.words()))
        if photo.row.thumbnail:
            bench.read_blob(photo.row.thumbnail, self._arrived)

    def words(self) -> str:
        """What assistive technology reads."""
        row = self.photo.row
        when = moment_words(row.taken_at or row.at, self._bench.now(), self._bench.zone())
        who = _("{who}, {when}").format(who=self.photo.by or _("somebody"), when=when)
        return f"{kind_words(row.kind)}: {title_of(row)}, {who}"

    def _arrived(self, content: bytes | None) -> None:
        if content is not None:
            self._bench.work(partial(picture, content, THUMBNAIL), self._show, failed=lambda _error: None)

    def _show(self, image: QImage) -> None:
        self._pixmap = QPixmap.fromImage(image)
        self.update()

    def has_picture(self) -> bool:
        """Whether its small picture is on the screen."""
        return not self._pixmap.isNull()

    def mark_current(self, on: bool) -> None:
        self.is_current = on
        self.update()

    # ---------------------------------------------------------------- hands

    def sizeHint(self) -> QSize:
        return QSize(self.minimumWidth(), self.minimumHeight())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.taken_away.emit()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        away = (event.position().toPoint() - self._pressed_at).manhattanLength() if self._pressed_at else 0
        if away >= QApplication.startDragDistance():
            self._pressed_at = None
            self.setDown(False)
            self.dragged.emit()
            return
        super().mouseMoveEvent(event)

    def focusInEvent(self, event: object) -> None:
        super().focusInEvent(event)  # type: ignore[arg-type]
        self.entered.emit()
        self.update()

    # ---------------------------------------------------------------- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("select" if self.is_current else "surface"))
        line = 0 if self._compact else theme.px(34)
        box = self.rect().adjusted(1, 1, -1, -1 - line)
        painter.fillRect(box, theme.colour("sunken"))
        self._paint_picture(painter, box)
        if line:
            below = QRect(theme.px(8), self.height() - line, self.width() - theme.px(16), line)
            painter.setPen(theme.colour("text"))
            title = QFontMetrics(self.font()).elidedText(
                visible(title_of(self.photo.row)), Qt.TextElideMode.ElideMiddle, below.width()
            )
            painter.drawText(below, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), title)
        painter.setPen(theme.colour("line"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if self.is_current:
            painter.fillRect(0, self.height() - theme.px(4), self.width(), theme.px(4), theme.colour("bar"))
        if self.hasFocus():
            paint_ring(painter, self.rect())
        painter.end()

    def _paint_picture(self, painter: QPainter, box: QRect) -> None:
        if self._pixmap.isNull():
            side = theme.px(28)
            where = QRect(box.center().x() - side // 2, box.center().y() - side // 2, side, side)
            icons.paint(painter, where, kind_icon(self.photo.row.kind), "text2")
            return
        size = self._pixmap.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
        where = QRect(QPoint(), size)
        where.moveCenter(box.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(where, self._pixmap)
        if self.photo.row.kind == DRAWING:
            side = theme.px(24)
            corner = QRect(where.right() - side - 2, where.top() + 2, side, side)
            painter.fillRect(corner, theme.colour("surface"))
            icons.paint(painter, corner.adjusted(3, 3, -3, -3), "pencil-simple", "text")
