"""What came of an import: how many rows made or changed a record, and each that was refused with its reason."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _, format_number
from fielddesk.core.sheet_writing import SheetWriter
from fielddesk.features.lists.dialogs import HEADS, head_words
from fielddesk.features.lists.model import Refused, Report
from fielddesk.ui import theme
from fielddesk.ui.lists import one_line
from fielddesk.ui.signs import Chip, Empty
from fielddesk.ui.tables import Column, Table
from fielddesk.ui.text import Words, spoken
from fielddesk.ui.wording import sentence


@dataclass(frozen=True)
class Line:
    """A refused row as it is listed."""

    id: str
    refused: Refused


class ReportPanel(QWidget):
    """The table of refused rows; the counts stand beside the title."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = ""
        self.table = Table(
            lambda: _("Refused rows"),
            [
                Column("row", lambda: _("Row"), lambda line: line.id, number=True),
                Column("column", lambda: _("Column"), self._column),
                Column("reason", lambda: _("Reason"), reason_words, stretch=True, state=lambda _line: "bad"),
                Column("cells", lambda: _("The row"), lambda line: one_line(" | ".join(line.refused.cells))),
            ],
        )
        self.empty = Empty(
            "check-circle",
            lambda: _("No row was refused"),
            lambda: _("The same file once more would change nothing."),
        )
        column = QVBoxLayout(self)
        theme.space(column, spacing=12)
        column.addWidget(self.empty)
        column.addWidget(self.table, 1)

    def _column(self, line: Line) -> str:
        key = str(line.refused.values.get("field", "")).rpartition("lines.")[2].lstrip("0123456789.")
        return head_words(self._kind, key) if key in HEADS.get(self._kind, {}) else ""

    def show_report(self, report: Report, kind: str) -> None:
        self._kind = kind
        self.table.show_rows([Line(str(one.number), one) for one in report.refused])
        self.table.setVisible(bool(report.refused))
        self.empty.setVisible(not report.refused)


def chips_of(report: Report) -> list[Chip]:
    """The counts, for beside the title."""
    said = (
        (report.added, lambda: _("{n} new"), "ok", "plus-circle"),
        (report.changed, lambda: _("{n} changed"), "ok", "pencil-simple"),
        (report.unchanged, lambda: _("{n} unchanged"), "idle", "equals"),
        (len(report.refused), lambda: _("{n} refused"), "bad", "x-circle-fill"),
    )
    return [
        Chip(partial(_counted, words, count), state, icon)
        for count, words, state, icon in said
        if count or words is said[0][1]
    ]


def _counted(words: Words, count: int) -> str:
    return spoken(words).format(n=format_number(count))


def reason_words(line: Line) -> str:
    return sentence(FieldDeskError(line.refused.code, **line.refused.values))


def refused_heads(report: Report) -> list[str]:
    """Heads of the file of refused rows: those of the list, then why."""
    width = max((len(one.cells) for one in report.refused), default=0)
    return [*report.heads, *[""] * (width - len(report.heads)), _("Row in the file"), _("Reason")]


def write_refused(report: Report, path: Path, separator: str) -> int:
    """Write the refused rows as they stood in the file, with the reason in the person's language; returns how many."""
    heads = refused_heads(report)
    writer = SheetWriter(path, heads, separator=separator)
    try:
        for one in report.refused:
            cells = [*one.cells, *[""] * len(heads)][: len(heads) - 2]
            writer.add([[*cells, one.number, reason_words(Line(str(one.number), one))]])
        return writer.finish()
    except BaseException:
        writer.give_up()
        raise
