"""A picture over the whole window: to look at, and to draw arrows, circles and words on; what is drawn is a new one."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.core.i18n import N_, _, format_number
from fielddesk.ui import marks, theme
from fielddesk.ui.buttons import Button, IconButton
from fielddesk.ui.canvas import Canvas
from fielddesk.ui.cover import Cover
from fielddesk.ui.editing import EditLine
from fielddesk.ui.field import DRAFT_AFTER_MS
from fielddesk.ui.flow import Flow
from fielddesk.ui.marks import ARROW, CIRCLE, INKS, MOST_TEXT, TEXT
from fielddesk.ui.text import Heading, Text, Words, spoken
from fielddesk.ui.tokens import COLOURS

TOOLS: Final = {
    ARROW: (N_("Arrow"), "arrow-up-right", "A"),
    CIRCLE: (N_("Circle"), "circle", "C"),
    TEXT: (N_("Text"), "text-t", "T"),
}
INK_WORDS: Final = {
    "bad": N_("Red"), "warn": N_("Brown"), "ok": N_("Green"), "info": N_("Blue"), "text": N_("Black"),
}  # fmt: skip


class Drawing(Cover):
    """Signals: `kept(image, marks)` when what is drawn shall be a picture of its own, `typed(text)` within half a
    second of each change: its draft, None once nothing is drawn.
    """

    kept = Signal(object, object)
    typed = Signal(object)

    def __init__(self, window: QWidget, title: Words, second: Words = "") -> None:
        super().__init__(window, title)
        self.canvas = Canvas(
            title,
            lambda: _(
                "A, C and T put an arrow, a circle or text. The arrow keys move its end, Space takes the other end."
            ),
        )
        self._draft: str | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(DRAFT_AFTER_MS)
        self._soon.timeout.connect(self.flush)
        column = QVBoxLayout(self)
        theme.space(column, (16, 12, 16, 12), 12)
        column.addLayout(self._head(title, second))
        column.addWidget(self._tool_row())
        column.addWidget(self._words_row())
        column.addWidget(self.canvas, 1)
        column.addLayout(self._foot())
        self.canvas.changed.connect(self._changed)
        self.canvas.chosen.connect(self._chosen)
        self.canvas.words_wanted.connect(self._ask_words)
        self.canvas.zoomed.connect(self._tell_zoom)
        self._chosen()

    # ---------------------------------------------------------------- parts

    def _head(self, title: Words, second: Words) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, spacing=12)
        back = IconButton(lambda: _("Back") + "  Esc", "arrow-left")
        back.clicked.connect(self.go_back)
        words = QVBoxLayout()
        theme.space(words, spacing=2)
        words.addWidget(Heading(title))
        self.second = Text(second, "second", wraps=True)
        words.addWidget(self.second)
        row.addWidget(back, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return row

    def _tool_row(self) -> QWidget:
        holder = QWidget()
        row = Flow(holder)
        theme.space(row, spacing=8)
        self.tools: dict[str, Button] = {}
        group = QButtonGroup(self)
        for kind, (words, icon, key) in TOOLS.items():
            button = Button(partial(_, words), icon, "filter", tip=partial(_with_key, words, key))
            button.setCheckable(True)
            button.setChecked(kind == self.canvas.tool)
            button.clicked.connect(partial(self._take_tool, kind))
            group.addButton(button)
            self.tools[kind] = button
            row.addWidget(button)
        self.inks: dict[str, Button] = {}
        colours = QButtonGroup(self)
        for ink in INKS:
            button = IconButton(partial(_, INK_WORDS[ink]), "circle-fill", "filter")
            button.setIcon(_dot(ink))
            theme.size(button, width=48)
            button.setCheckable(True)
            button.setChecked(ink == self.canvas.ink)
            button.clicked.connect(partial(self._take_ink, ink))
            colours.addButton(button)
            self.inks[ink] = button
            row.addWidget(button)
        for button in self._steps():
            row.addWidget(button)
        return holder

    def _steps(self) -> list[Button]:
        self.undo = IconButton(lambda: _("Undo") + "  Ctrl+Z", "arrow-counter-clockwise")
        self.undo.clicked.connect(self.canvas.undo)
        self.redo = IconButton(lambda: _("Redo") + "  Ctrl+Y", "arrow-clockwise")
        self.redo.clicked.connect(self.canvas.redo)
        self.delete = IconButton(lambda: _("Delete this mark"), "trash")
        self.delete.clicked.connect(self.canvas.delete)
        larger = IconButton(lambda: _("Larger") + "  +", "magnifying-glass-plus")
        larger.clicked.connect(lambda: self.canvas.zoom(1.25))
        smaller = IconButton(lambda: _("Smaller") + "  -", "magnifying-glass-minus")
        smaller.clicked.connect(lambda: self.canvas.zoom(0.8))
        self.whole = Button("", kind="quiet", tip=lambda: _("All of the picture") + "  0")
        self.whole.clicked.connect(self.canvas.fit)
        return [self.undo, self.redo, self.delete, larger, smaller, self.whole]

    def _words_row(self) -> QWidget:
        self.words_row = QWidget()
        row = QHBoxLayout(self.words_row)
        theme.space(row, spacing=8)
        label = Text(lambda: _("Text on the picture"), "second")
        self.words = EditLine()
        self.words.setMaxLength(MOST_TEXT)
        self.words.textEdited.connect(self.canvas.write)
        self.words.returnPressed.connect(self.canvas.setFocus)
        label.setBuddy(self.words)
        row.addWidget(label)
        row.addWidget(self.words, 1)
        self.words_row.hide()
        return self.words_row

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, spacing=8)
        self.hint = Text(
            lambda: _("Draw with the pointer, a finger or a pen. Until it is kept it stays as a draft."),
            "caption",
            wraps=True,
        )
        self.keep = Button(lambda: _("Keep the drawing"), "check", "primary", tip=lambda: "Ctrl+Enter")
        self.keep.clicked.connect(self._keep)
        row.addWidget(self.hint, 1)
        row.addWidget(self.keep)
        return row

    # ---------------------------------------------------------------- picture and draft

    def show_picture(self, image: QImage, draft: str | None = None) -> None:
        """The picture, with what was drawn on it and never kept."""
        self.canvas.show_image(image)
        if draft:
            self.canvas.show_marks(marks.from_text(draft))
            self._draft = draft
        self._tell_steps()
        self.canvas.setFocus()

    def flush(self) -> None:
        """Tell the draft now."""
        self._soon.stop()
        found = self.canvas.meant()
        text = marks.to_text(found) if found else None
        if text != self._draft:
            self._draft = text
            self.typed.emit(text)

    def _changed(self) -> None:
        if not self._soon.isActive():
            self._soon.start()
        self._tell_steps()
        mark = self.canvas.mark()
        if mark is not None and mark.kind == TEXT and self.words.text() != mark.text:
            self.words.setText(mark.text)

    def _tell_steps(self) -> None:
        self.undo.setEnabled(self.canvas.can_undo())
        self.redo.setEnabled(self.canvas.can_redo())
        self.keep.setEnabled(bool(self.canvas.meant()))

    # ---------------------------------------------------------------- tools

    def _take_tool(self, kind: str) -> None:
        self.canvas.tool = kind
        self.canvas.setFocus()

    def _take_ink(self, ink: str) -> None:
        self.canvas.choose_ink(ink)

    def _chosen(self) -> None:
        mark = self.canvas.mark()
        self.delete.setEnabled(mark is not None)
        self.words_row.setVisible(mark is not None and mark.kind == TEXT)
        if mark is not None:
            self.inks[mark.ink].setChecked(True)
            self.canvas.ink = mark.ink
            self.words.setText(mark.text)
            self.tools[mark.kind].setChecked(True)
            self.canvas.tool = mark.kind
            theme.announce(self.canvas, spoken(self._mark_words))

    def _mark_words(self) -> str:
        mark = self.canvas.mark()
        if mark is None:
            return ""
        what = _(TOOLS[mark.kind][0])
        ends = {1: _("its beginning moves"), 2: _("its end moves"), 0: _("all of it moves")}
        return f"{what}: {ends[self.canvas.end]}"

    def _ask_words(self) -> None:
        self.words_row.show()
        self.words.setAccessibleName(_("Text on the picture"))
        self.words.setFocus()

    def _tell_zoom(self) -> None:
        self.whole.set_words(lambda: _("{n} %").format(n=format_number(self.canvas.zoomed_by())))

    # ---------------------------------------------------------------- leaving

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.words.hasFocus():
                self.canvas.setFocus()
            else:
                self.go_back()
        elif (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self._keep()
        event.accept()

    def go_back(self) -> None:
        """Back to the window; what is drawn stays as a draft."""
        self.flush()
        self.close_up()

    def _keep(self) -> None:
        found = self.canvas.meant()
        if found:
            self._soon.stop()
            self.kept.emit(self.canvas.image, found)
            self.close_up()


def _with_key(words: str, key: str) -> str:
    return f"{_(words)}  {key}"


def _dot(ink: str) -> QIcon:
    """A dot in a colour of the marks, which no theme changes, in a white rim."""
    side = 40
    pixmap = QPixmap(side, side)
    pixmap.fill(QColor(Qt.GlobalColor.transparent))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for token, edge in (("surface", 2), (ink, 6)):
        painter.setBrush(QColor(COLOURS["light"][token]))
        painter.drawEllipse(edge, edge, side - 2 * edge, side - 2 * edge)
    painter.end()
    return QIcon(pixmap)
