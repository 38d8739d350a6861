"""A picture with its marks on the screen: drawn with pointer, finger or pen, or with the keys alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QSizePolicy, QWidget

from fielddesk.ui import marks, theme
from fielddesk.ui.lists import paint_ring
from fielddesk.ui.marks import ARROW, CIRCLE, KINDS, MOST_MARKS, MOST_TEXT, TEXT, Mark
from fielddesk.ui.text import Worded, Words

NEAR: Final = 16
"""Pixels on the screen at 100 %: so near a finger must come."""
MOST_ZOOM: Final = 8.0
_KEYS: Final = {Qt.Key.Key_A: ARROW, Qt.Key.Key_C: CIRCLE, Qt.Key.Key_T: TEXT}
_WAYS: Final = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip


class Canvas(Worded, QWidget):
    """Signals: `changed` after each change of the marks; `chosen` when another mark, or none, is chosen;
    `words_wanted` when the words of a new text have to be typed; `zoomed`.
    """

    changed = Signal()
    chosen = Signal()
    words_wanted = Signal()
    zoomed = Signal()
    heard_as = "picture"

    def __init__(self, name: Words, how: Words) -> None:
        super().__init__()
        self.image = QImage()
        self.marks: list[Mark] = []
        self.tool, self.ink = ARROW, "bad"
        self.current = -1
        self.end = 2
        """Which end of the chosen mark the arrow keys move: 1, 2, or 0 for all of it."""
        self._done: list[list[Mark]] = []
        self._undone: list[list[Mark]] = []
        self._step = ""
        self._zoom = 1.0
        self._middle = QPointF()
        self._grip: tuple[str, QPointF] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.grabGesture(Qt.GestureType.PinchGesture)
        theme.size(self, least=200, least_height=160)
        self.say("set_name", name)
        self.say("setAccessibleDescription", how)

    # ---------------------------------------------------------------- picture and marks

    def show_image(self, image: QImage) -> None:
        self.image = image
        self.fit()

    def show_marks(self, found: list[Mark]) -> None:
        """Put marks on as they were left; there is nothing to undo then."""
        self.marks, self._done, self._undone, self._step = [self._inside(mark) for mark in found], [], [], ""
        self.choose(-1)

    def meant(self) -> list[Mark]:
        """The marks without those that are too small or have no words."""
        return [mark for mark in self.marks if not mark.is_nothing()]

    def choose(self, place: int) -> None:
        self.current = place if 0 <= place < len(self.marks) else -1
        self.end = 2
        self._step = ""
        self.chosen.emit()
        self.update()

    def mark(self) -> Mark | None:
        """The chosen one."""
        return self.marks[self.current] if 0 <= self.current < len(self.marks) else None

    def _change(self, news: list[Mark], step: str) -> None:
        """`step` names what is done; the same again, such as one key after the other, is undone as one."""
        if step != self._step or not step:
            self._done.append(list(self.marks))
        self._step, self._undone = step, []
        self.marks = news
        self.changed.emit()
        self.update()

    def put(self, kind: str) -> None:
        """A new mark in the middle of what is seen."""
        middle, reach = self._to_image(QPointF(self.rect().center())), self._pixels(theme.px(70))
        x, y = round(middle.x()), round(middle.y())
        far = (x, y) if kind == TEXT else (x + reach, y + reach)
        near = (x, y) if kind == TEXT else (x - reach, y - reach)
        self._add(Mark(kind, *near, *far, self.ink))

    def _add(self, mark: Mark) -> None:
        if len(self.marks) < MOST_MARKS:
            self._change([*self.marks, self._inside(mark)], "")
            self.choose(len(self.marks) - 1)
            if mark.kind == TEXT:
                self.words_wanted.emit()

    def _inside(self, mark: Mark) -> Mark:
        return marks.inside(mark, self.image.width(), self.image.height())

    def _replace(self, mark: Mark, step: str) -> None:
        mark = self._inside(mark)
        self._change([mark if place == self.current else each for place, each in enumerate(self.marks)], step)

    def write(self, text: str) -> None:
        """The words of the chosen text."""
        mark = self.mark()
        if mark is not None and mark.kind == TEXT and mark.text != text:
            self._replace(replace(mark, text=text[:MOST_TEXT]), f"words {self.current}")

    def choose_ink(self, ink: str) -> None:
        """The colour of the chosen mark and of those to come."""
        self.ink = ink
        mark = self.mark()
        if mark is not None and mark.ink != ink:
            self._replace(replace(mark, ink=ink), "")

    def delete(self) -> None:
        """Take the chosen mark away."""
        if self.mark() is not None:
            self._change([each for place, each in enumerate(self.marks) if place != self.current], "")
            self.choose(-1)

    def can_undo(self) -> bool:
        return bool(self._done)

    def can_redo(self) -> bool:
        return bool(self._undone)

    def undo(self) -> None:
        self._swap(self._done, self._undone)

    def redo(self) -> None:
        self._swap(self._undone, self._done)

    def _swap(self, here: list[list[Mark]], there: list[list[Mark]]) -> None:
        if here:
            there.append(self.marks)
            self.marks = here.pop()
            self.choose(min(self.current, len(self.marks) - 1))
            self.changed.emit()

    # ---------------------------------------------------------------- zoom

    def fit(self) -> None:
        """All of the picture."""
        self._zoom = 1.0
        self._middle = QPointF(self.image.width() / 2, self.image.height() / 2)
        self.zoomed.emit()
        self.update()

    def zoom(self, by: float) -> None:
        self._zoom = max(1.0, min(MOST_ZOOM, self._zoom * by))
        self._pan(QPointF())
        self.zoomed.emit()

    def zoomed_by(self) -> int:
        """In per cent of all of the picture."""
        return round(100 * self._zoom)

    def _scale(self) -> float:
        """Pixels on the screen for one of the picture."""
        if self.image.isNull():
            return 1.0
        room = self.rect()
        return max(0.01, min(room.width() / self.image.width(), room.height() / self.image.height())) * self._zoom

    def _pixels(self, on_screen: float) -> int:
        return max(1, round(on_screen / self._scale()))

    def _origin(self) -> QPointF:
        return QPointF(self.rect().center()) - self._middle * self._scale()

    def _to_image(self, point: QPointF) -> QPointF:
        return (point - self._origin()) / self._scale()

    def _pan(self, by: QPointF) -> None:
        """Move what is seen by so many pixels of the picture; its middle stays on the picture."""
        middle = self._middle + by
        self._middle = QPointF(
            max(0.0, min(self.image.width(), middle.x())), max(0.0, min(self.image.height(), middle.y()))
        )
        self.update()

    # ---------------------------------------------------------------- pointer, finger, pen

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._to_image(event.position())
        if event.button() == Qt.MouseButton.MiddleButton:
            self._grip = ("pan", event.position())
            return
        if event.button() != Qt.MouseButton.LeftButton or self.image.isNull():
            return
        place, grip = self._under(at)
        if place >= 0:
            self.choose(place)
            self._grip = (grip, at)
        else:
            x, y = round(at.x()), round(at.y())
            self._add(Mark(self.tool, x, y, x, y, self.ink))
            self._grip = ("new", at)
        event.accept()

    def _under(self, at: QPointF) -> tuple[int, str]:
        """The mark under a point and what of it: its ends before itself, the chosen one before others."""
        near = self._pixels(theme.px(NEAR))
        order = sorted(range(len(self.marks)), key=lambda place: (place == self.current, place), reverse=True)
        thick = marks.stroke(self.image.width(), self.image.height())
        for place in order:
            mark = self.marks[place]
            if mark.kind != TEXT and place == self.current:
                for end, x, y in ((2, mark.x2, mark.y2), (1, mark.x1, mark.y1)):
                    if abs(at.x() - x) <= near and abs(at.y() - y) <= near:
                        return place, f"end {end}"
            if marks.hit(mark, at.x(), at.y(), near / 2, thick):
                return place, "all"
        return -1, ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        mark = self.mark()
        if self._grip is None:
            return
        what, before = self._grip
        if what == "pan":
            self._pan((before - event.position()) / self._scale())
            self._grip = (what, event.position())
            return
        at = self._to_image(event.position())
        if mark is None:
            return
        dx, dy = round(at.x() - before.x()), round(at.y() - before.y())
        if not (dx or dy):
            return
        end = {"new": 2, "end 1": 1, "end 2": 2}.get(what, 0)
        self._replace(mark.moved(end, dx, dy), f"drag {self.current} {what}" if what != "new" else "")
        if what == "new":  # one step with its putting there
            self._done.pop()
        self._grip = (what, before + QPointF(dx, dy))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        mark = self.mark()
        is_new = self._grip is not None and self._grip[0] == "new"
        if is_new and mark is not None and mark.kind != TEXT and mark.is_nothing():  # a tap: nothing was drawn
            self.marks.pop()
            self._done.pop()
            self.choose(-1)
            self.changed.emit()
        self._grip = None
        self._step = ""

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(1.0015 ** event.angleDelta().y())
        event.accept()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Gesture and isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self._grip = None
                self.zoom(pinch.scaleFactor())
                return True
        return super().event(event)

    # ---------------------------------------------------------------- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not (self._edit_key(event) or self._zoom_key(event) or self._draw_key(event)):
            super().keyPressEvent(event)

    def _edit_key(self, event: QKeyEvent) -> bool:
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Redo) or (
            event.key() == Qt.Key.Key_Y and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self.redo()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete()
        else:
            return False
        return True

    def _zoom_key(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(1.25)
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom(0.8)
        elif event.key() == Qt.Key.Key_0:
            self.fit()
        else:
            return False
        return True

    def _draw_key(self, event: QKeyEvent) -> bool:
        key, mark = event.key(), self.mark()
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            return False
        if key in _KEYS:
            self.put(_KEYS[Qt.Key(key)])
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp) and self.marks:
            step = 1 if key == Qt.Key.Key_PageDown else -1
            self.choose((self.current + step) % len(self.marks) if mark is not None else 0)
        elif key == Qt.Key.Key_Space and mark is not None:
            self.other_end()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and mark is not None and mark.kind == TEXT:
            self.words_wanted.emit()
        elif key in _WAYS:
            fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._go(*_WAYS[Qt.Key(key)], self._pixels(theme.px(2 if fine else 12)))
        else:
            return False
        return True

    def other_end(self) -> None:
        """The arrow keys move the other end from now on, then all of the mark."""
        self.end = {2: 1, 1: 0, 0: 2}[self.end]
        self._step = ""
        self.chosen.emit()
        self.update()

    def _go(self, x: int, y: int, by: int) -> None:
        mark = self.mark()
        if mark is None:
            self._pan(QPointF(x * 3 * by, y * 3 * by))
        else:
            self._replace(mark.moved(self.end, x * by, y * by), f"keys {self.current} {self.end}")

    # ---------------------------------------------------------------- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("sunken"))
        if not self.image.isNull():
            scale = self._scale()
            painter.save()
            painter.translate(self._origin())
            painter.scale(scale, scale)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(0, 0, self.image)
            marks.paint(painter, self.marks, marks.stroke(self.image.width(), self.image.height()))
            painter.restore()
            self._paint_ends(painter, scale)
        if self.hasFocus():
            paint_ring(painter, self.rect())
        painter.end()

    def _paint_ends(self, painter: QPainter, scale: float) -> None:
        """Grips at the ends of the chosen mark; the one that the keys move is filled."""
        mark = self.mark()
        if mark is None:
            return
        half = theme.px(6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for end, x, y in ((1, mark.x1, mark.y1), (2, mark.x2, mark.y2))[: 1 if mark.kind == TEXT else 2]:
            at = QPointF(x, y) * scale + self._origin()
            box = QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half)
            painter.fillRect(box, theme.colour("focus"))
            if self.end not in (end, 0) and mark.kind != TEXT:
                painter.fillRect(box.adjusted(2, 2, -2, -2), theme.colour("surface"))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


__all__ = ["KINDS", "Canvas"]
