"""The choices of an item: a name in each language, and whether taking one fails the item."""

from __future__ import annotations

from copy import deepcopy
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.core.i18n import _
from fielddesk.features.inspections.rules import new_key
from fielddesk.features.inspections.rules.items import LONGEST, MOST_OPTIONS
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.pasting import LineEditor

_NAMED: Final = {"en": "English", "zh_CN": "简体", "zh_TW": "繁體"}


class OptionsEditor(QWidget):
    """Signal `changed(options)` with what they are now."""

    changed = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self._options: list[dict[str, Any]] = []
        self._rows: list[QWidget] = []
        self._column = QVBoxLayout(self)
        theme.space(self._column, spacing=8)
        self.more = Button(lambda: _("Add a choice"), "plus", "quiet")
        self.more.clicked.connect(self._add)
        self._column.addWidget(self.more)

    def show_options(self, options: list[dict[str, Any]]) -> None:
        """Show these choices."""
        self._options = deepcopy(options)
        self._build()

    def editors(self, place: int) -> dict[str, LineEditor]:
        """The lines of one choice by language."""
        return {line.objectName(): line for line in self._rows[place].findChildren(LineEditor)}

    def _build(self) -> None:
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        for place, option in enumerate(self._options):
            row = self._row(place, option)
            self._column.insertWidget(place, row)
            self._rows.append(row)
        self.more.setEnabled(len(self._options) < MOST_OPTIONS)

    def _row(self, place: int, option: dict[str, Any]) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        theme.space(row, spacing=8)
        for language, word in _NAMED.items():
            line = LineEditor(LONGEST)
            line.setObjectName(language)
            line.setPlaceholderText(word)
            line.setText(str(option.get("names", {}).get(language, "")))
            line.setAccessibleName(_("Choice {n}, {language}").format(n=place + 1, language=word))
            line.textEdited.connect(partial(self._typed, place, language))
            row.addWidget(line, 1)
        fails = Button(lambda: _("Fails"), "x-circle", "filter", tip=lambda: _("Taking this choice fails the item"))
        fails.setCheckable(True)
        fails.setChecked(bool(option.get("fails")))
        fails.toggled.connect(partial(self._failing, place))
        row.addWidget(fails)
        away = Button(lambda: _("Remove choice"), "trash", "quiet")
        away.show_words(False)
        away.clicked.connect(partial(self._remove, place))
        row.addWidget(away)
        return holder

    def _typed(self, place: int, language: str, text: str) -> None:
        names = {**self._options[place].get("names", {}), language: text.strip()}
        self._options[place]["names"] = {each: name for each, name in names.items() if name}
        self.changed.emit(deepcopy(self._options))

    def _failing(self, place: int, on: bool) -> None:
        self._options[place].pop("fails", None)
        if on:
            self._options[place]["fails"] = True
        self.changed.emit(deepcopy(self._options))

    def _add(self) -> None:
        key = new_key("choice", [str(option["key"]) for option in self._options])
        self._options.append({"key": key, "names": {}})
        self._build()
        self.editors(len(self._options) - 1)["en"].setFocus()
        self.changed.emit(deepcopy(self._options))

    def _remove(self, place: int) -> None:
        del self._options[place]
        self._build()
        self.more.setFocus()
        self.changed.emit(deepcopy(self._options))
