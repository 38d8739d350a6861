"""Icons of one family (Phosphor), drawn sharp at any size in the colour of the present theme."""

from __future__ import annotations

import json
from functools import cache

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap

from fielddesk.core.paths import resources
from fielddesk.ui import theme

_FILES = {False: "Phosphor.ttf", True: "Phosphor-Fill.ttf"}


@cache
def _characters() -> dict[str, int]:
    """Code point of each icon by its name; the same in both fonts."""
    codes: dict[str, int] = json.loads((resources() / "icons" / "phosphor.json").read_text("ascii"))
    return codes


_families: dict[bool, str] = {}


def _family(filled: bool) -> str:
    if filled not in _families:
        number = QFontDatabase.addApplicationFont(str(resources() / "icons" / _FILES[filled]))
        _families[filled] = QFontDatabase.applicationFontFamilies(number)[0]
    return _families[filled]


def split(name: str) -> tuple[str, bool]:
    """An icon's bare name, and whether it is the filled one ("clock-fill")."""
    return (name[:-5], True) if name.endswith("-fill") else (name, False)


def known(name: str) -> bool:
    """Whether there is an icon of this name."""
    return split(name)[0] in _characters()


def paint(painter: QPainter, rect: QRect | QRectF, name: str, token: str) -> None:
    """Draw an icon into a square, in the colour of a token."""
    bare, filled = split(name)
    font = QFont(_family(filled))
    font.setPixelSize(max(1, round(min(rect.width(), rect.height()))))
    font.setStyleStrategy(QFont.StyleStrategy.NoFontMerging)
    painter.save()
    painter.setFont(font)
    painter.setPen(theme.colour(token))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, chr(_characters()[bare]))
    painter.restore()


class _Glyph(QIconEngine):
    """One icon that takes its colour from the theme while it is painted, so a change of theme shows at once."""

    def __init__(self, name: str, token: str, on: str | None, on_token: str | None) -> None:
        super().__init__()
        self._kind = (name, token, on, on_token)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        name, token, on, on_token = self._kind
        if state == QIcon.State.On:
            name, token = on or name, on_token or token
        paint(painter, rect, name, "disabled" if mode == QIcon.Mode.Disabled else token)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(QPointF(0, 0).toPoint(), size), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        return _Glyph(*self._kind)


def icon(name: str, token: str = "text", *, on: str | None = None, on_token: str | None = None) -> QIcon:
    """An icon by name ("wrench", "check-circle-fill") and colour token; `on` is shown where a button is checked."""
    if not known(name):
        raise KeyError(name)
    return QIcon(_Glyph(name, token, on, on_token))


def picture(name: str, token: str, pixels: int, ratio: float = 1.0) -> QPixmap:
    """An icon as a picture of `pixels` logical size, for a label; it does not follow the theme by itself."""
    return icon(name, token).pixmap(QSize(pixels, pixels), ratio)
