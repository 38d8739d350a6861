"""Puts the chosen look on the whole window at once: light, dark or high contrast, at any text size."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QPalette
from PySide6.QtWidgets import QApplication, QLayout, QWidget

from fielddesk.core import i18n
from fielddesk.ui import fonts, voice
from fielddesk.ui.sheet import style_sheet
from fielddesk.ui.tokens import LARGEST_TEXT, SMALLEST_TEXT, Look

ROLES = {
    QPalette.ColorRole.Window: "bg",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "surface",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.PlaceholderText: "text2",
    QPalette.ColorRole.Button: "surface",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "on_accent",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "on_accent",
    QPalette.ColorRole.Accent: "accent",
    QPalette.ColorRole.Link: "link",
    QPalette.ColorRole.LinkVisited: "link",
    QPalette.ColorRole.ToolTipBase: "toast",
    QPalette.ColorRole.ToolTipText: "on_toast",
    QPalette.ColorRole.Mid: "line",
    QPalette.ColorRole.Dark: "edge",
}
_DISABLED = (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText)
_QT_SCHEMES = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark, "contrast": Qt.ColorScheme.Dark}

_look = Look()


def look() -> Look:
    """The look that is on now; painters and delegates read it while they paint."""
    return _look


def px(logical: float) -> int:
    """A measure in pixels at the present text size."""
    return _look.px(logical)


@lru_cache(maxsize=128)
def _colour(value: str) -> QColor:
    return QColor(value)


def colour(token: str) -> QColor:
    """A colour of the present look, by the name in the token table."""
    return _colour(_look.colours[token])


def palette_of(a_look: Look) -> QPalette:
    """The Qt palette of a look, for what no style sheet reaches."""
    palette = QPalette()
    for role, name in ROLES.items():
        palette.setColor(role, QColor(a_look.colours[name]))
    for role in _DISABLED:
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(a_look.colours["disabled"]))
    return palette


# ---------------------------------------------------------------- measures that no style sheet knows


def space(layout: QLayout, margins: tuple[float, float, float, float] = (0, 0, 0, 0), spacing: float = 0) -> QLayout:
    """Margins (left, top, right, bottom) and spacing of a layout, in pixels at 100 %; they follow the text size."""
    layout.setProperty("space", [*margins, spacing])
    _space(layout)
    return layout


def _space(layout: QLayout) -> None:
    wanted = layout.property("space")
    if wanted:
        layout.setContentsMargins(*(px(each) for each in wanted[:4]))
        layout.setSpacing(px(wanted[4]))


def size(
    widget: QWidget,
    *,
    width: float | None = None,
    height: float | None = None,
    least: float | None = None,
    least_height: float | None = None,
) -> None:
    """A fixed width or height, or a least one, in pixels at 100 %; they follow the text size."""
    wanted = {"fixed_width": width, "fixed_height": height, "least_width": least, "least_height": least_height}
    for name, value in wanted.items():
        if value is not None:
            widget.setProperty(name, value)
    _size(widget)


def _size(widget: QWidget) -> None:
    if (width := widget.property("fixed_width")) is not None:
        widget.setFixedWidth(px(width))
    if (height := widget.property("fixed_height")) is not None:
        widget.setFixedHeight(px(height))
    if (least := widget.property("least_width")) is not None:
        widget.setMinimumWidth(px(least))
    if (least := widget.property("least_height")) is not None:
        widget.setMinimumHeight(px(least))


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Change a property that the style sheet asks for, and show it."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


# ---------------------------------------------------------------- theme


class Theme(QObject):
    """Chooses the look: the person's own choice, else that of the system, and follows either while it runs."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._scheme: str | None = None
        self._text_size = 100
        self._applying = False
        app.setStyle("Fusion")
        voice.install()
        fonts.load()
        self._hints = app.styleHints()
        self._contrast = self._hints.accessibility()
        self._hints.colorSchemeChanged.connect(self._system_changed)
        self._contrast.contrastPreferenceChanged.connect(self._system_changed)
        self._stop = i18n.on_language_change(self._speak)
        self.destroyed.connect(self._stop)
        self.apply()

    def choose(self, scheme: str | None = None, text_size: int = 100) -> None:
        """`scheme` None follows the system; `text_size` in per cent, 100 to 200."""
        self._scheme = scheme
        self._text_size = max(SMALLEST_TEXT, min(LARGEST_TEXT, text_size))
        self.apply()

    def chosen(self) -> tuple[str | None, int]:
        """What `choose` was last told."""
        return self._scheme, self._text_size

    def system_scheme(self) -> str:
        """What the system asks for; light where it does not say."""
        if self._contrast.contrastPreference() == Qt.ContrastPreference.HighContrast:
            return "contrast"
        return "dark" if self._hints.colorScheme() == Qt.ColorScheme.Dark else "light"

    def apply(self) -> None:
        """Put the look on: palette, font, sheet and measures, in this order."""
        global _look
        self._applying = True
        try:
            if self._scheme is None:
                self._hints.unsetColorScheme()
            else:
                self._hints.setColorScheme(_QT_SCHEMES[self._scheme])
            _look = Look(self._scheme or self.system_scheme(), self._text_size)
            # Off before on: replacing a sheet polishes each widget once for every level it is nested (0.7 s for 390
            # widgets, 0.2 s this way). And a widget whose size or weight the sheet set would keep the old families.
            self._app.setStyleSheet("")
            self._app.setPalette(palette_of(_look))
            fonts.put_on(self._app, i18n.language(), _look)
            self._app.setStyleSheet(style_sheet(_look))
            for top in self._app.topLevelWidgets():
                _measure(top)
        finally:
            self._applying = False
        self.changed.emit()

    def _system_changed(self) -> None:
        if self._scheme is None and not self._applying:
            self.apply()

    def _speak(self) -> None:
        self.apply()
        # The application tells every window, a window its children: each widget of the kit then says its words anew.
        QCoreApplication.sendEvent(self._app, QEvent(QEvent.Type.LanguageChange))


def _measure(top: QWidget) -> None:
    if layout := top.layout():
        _space(layout)
    _size(top)
    for inner in top.findChildren(QLayout):
        _space(inner)
    for widget in top.findChildren(QWidget):
        _size(widget)


_theme: Theme | None = None


def start(app: QApplication) -> Theme:
    """Dress the application; once for each application."""
    global _theme
    if _theme is None or _theme.parent() is not app:
        _theme = Theme(app)
    return _theme


def announce(widget: QWidget, words: str) -> None:
    """Say a sentence to assistive technology without moving the focus."""
    if QAccessible.isActive():
        from PySide6.QtGui import QAccessibleAnnouncementEvent

        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))
