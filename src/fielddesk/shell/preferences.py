"""What a person chose for look and language: on the whole window at once, kept for the next start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QLocale, QObject, QTimer
from PySide6.QtWidgets import QApplication

from fielddesk.core import i18n
from fielddesk.core.config import Choices, change_choices, read_choices
from fielddesk.ui import theme


class WindowPreferences(QObject):
    """`language` and `theme` None follow the system. Setting one is kept in the non-secret choices."""

    def __init__(self, app: QApplication, home: Path, given: Choices | None = None) -> None:
        super().__init__(app)
        self._app, self._home = app, home
        self._choices = given or read_choices(home)
        self._regional = QLocale.system().name()
        i18n.set_language(self._spoken(), self._regional_for(self._spoken()))
        self._theme = theme.start(app)
        self._theme.choose(self._choices.theme, self._choices.text_size)

    @property
    def language(self) -> str | None:
        return self._choices.language

    @language.setter
    def language(self, chosen: str | None) -> None:
        self._keep(language=chosen)
        spoken = self._spoken()
        # After the list that was pressed has closed: its own entries are said anew too.
        QTimer.singleShot(0, self, lambda: i18n.set_language(spoken, self._regional_for(spoken)))

    @property
    def theme(self) -> str | None:
        return self._choices.theme

    @theme.setter
    def theme(self, chosen: str | None) -> None:
        self._keep(theme=chosen)
        QTimer.singleShot(0, self, self._apply)

    @property
    def text_size(self) -> int:
        return self._choices.text_size

    @text_size.setter
    def text_size(self, chosen: int) -> None:
        self._keep(text_size=chosen)
        QTimer.singleShot(0, self, self._apply)

    def _apply(self) -> None:
        self._theme.choose(self._choices.theme, self._choices.text_size)

    def _keep(self, **news: Any) -> None:
        self._choices = change_choices(self._home, **news)

    def _spoken(self) -> str:
        return self._choices.language or i18n.closest_language(QLocale.system().uiLanguages()[0])

    def _regional_for(self, spoken: str) -> str | None:
        """How the system writes numbers, where that is not simply how the language does."""
        own = {"en": ("en_US", "en_GB", "C"), "zh_CN": ("zh_CN",), "zh_TW": ("zh_TW",)}
        return None if self._regional in own[spoken] else self._regional
