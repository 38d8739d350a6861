"""The letters of the window: Inter for Latin, the system's own family for each Chinese script, digits of one width."""

from __future__ import annotations

import sys

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from fielddesk.core.paths import resources
from fielddesk.ui.tokens import Look

LATIN = "Inter"
_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf")
_SIMPLIFIED = {"win32": "Microsoft YaHei UI", "darwin": "PingFang SC"}
_TRADITIONAL = {"win32": "Microsoft JhengHei UI", "darwin": "PingFang TC"}

_spoken: str | None = None


def load() -> None:
    """Make the shipped fonts known to Qt; again after a change of application object."""
    global _spoken
    if _spoken is None or LATIN not in QFontDatabase.families():
        for name in _FILES:
            QFontDatabase.addApplicationFont(str(resources() / "fonts" / name))
    _spoken = None


def families(language: str) -> list[str]:
    """Which families to try, in this order; one script for Han characters, so that 骨 and 直 look right."""
    simplified = _SIMPLIFIED.get(sys.platform, "Noto Sans CJK SC")
    traditional = _TRADITIONAL.get(sys.platform, "Noto Sans CJK TC")
    return [LATIN, traditional, simplified] if language == "zh_TW" else [LATIN, simplified, traditional]


def put_on(app: QApplication, language: str, look: Look) -> None:
    """Set the application font for a language and text size, while no style sheet is on: each widget has it then."""
    global _spoken
    font = QFont()
    font.setFamilies(families(language))
    font.setPixelSize(look.px(14))
    font.setFeature(QFont.Tag("tnum"), 1)
    app.setFont(font)
    if _spoken not in (None, language):
        # Qt keeps which family filled in for the first one, whatever follows it in the list: Traditional text would
        # keep Simplified forms. A font that comes and goes makes it forget; before this every widget must have the new
        # list, after this nothing may have been measured with the old one.
        again = QFontDatabase.addApplicationFont(str(resources() / "fonts" / _FILES[0]))
        QFontDatabase.removeApplicationFont(again)
    _spoken = language


def sized(font: QFont, pixels: int, weight: int = 400) -> QFont:
    """The same family at another size and weight, for painters."""
    other = QFont(font)
    other.setPixelSize(pixels)
    other.setWeight(QFont.Weight(weight))
    return other
