"""The line above a list: type to find, choose the order."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from fielddesk.core.i18n import _
from fielddesk.ui import theme
from fielddesk.ui.combo import Combo
from fielddesk.ui.editing import EditLine
from fielddesk.ui.text import Glyph, Worded, Words, spoken

ASK_AFTER_MS = 120


class FindEdit(Worded, EditLine):
    """Finds in one list while one types. Signals: `asked(text)`, `down` to go into the list."""

    asked = Signal(str)
    down = Signal()

    def __init__(self, hint: Words, tip: Words = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("icon", "true")
        self._glyph = Glyph("funnel", "text2", 18, self)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(ASK_AFTER_MS)
        self._soon.timeout.connect(self._ask)
        self._asked = ""
        self.textChanged.connect(lambda _text: self._soon.start())
        self.returnPressed.connect(self._ask)
        self.say("setPlaceholderText", hint)
        self.say("set_name", hint)
        self.say("set_tip", tip)
        self.say("setAccessibleDescription", tip)

    def _ask(self) -> None:
        self._soon.stop()
        if self.text().strip() != self._asked:
            self._asked = self.text().strip()
            self.asked.emit(self._asked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self._ask()
            self.down.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self._ask()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._glyph.move(theme.px(12), (self.height() - self._glyph.height()) // 2)


class FindRow(Worded, QWidget):
    """The edit and, with `sorts` (key, words), the order of the list. Signals: `asked(text)`, `sorted(key)`."""

    asked = Signal(str)
    sorted = Signal(str)

    def __init__(
        self, hint: Words, sorts: list[tuple[str, Words]] | None = None, tip: Words = "", *, above: int = 0
    ) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        theme.space(row, (16, above, 12, 12), 8)
        self.edit = FindEdit(hint, tip)
        self.edit.asked.connect(self.asked)
        row.addWidget(self.edit, 1)
        self._sorts = sorts or []
        self.order = Combo()
        self.order.setVisible(bool(sorts))
        self.order.setSizeAdjustPolicy(Combo.SizeAdjustPolicy.AdjustToContents)
        row.addWidget(self.order)
        self.retranslate()
        self.order.activated.connect(lambda _place: self.sorted.emit(self.order.currentData()))

    def retranslate(self) -> None:
        chosen = self.order.currentData()
        self.order.clear()
        for key, words in self._sorts:
            self.order.addItem(spoken(words), key)
        self.order.setCurrentIndex(max(0, self.order.findData(chosen)))
        self.order.setAccessibleName(_("Order of the list"))
