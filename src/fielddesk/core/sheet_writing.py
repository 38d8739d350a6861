"""Rows into a CSV or XLSX file that a spreadsheet opens as it was meant: no text in it runs as a formula.

A file appears under its name when it is whole, or not at all.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.formulas import inert, runs
from fielddesk.core.sheets import MOST_ROWS

CELL_LENGTH: Final = 32_767
"""More letters no cell of a spreadsheet holds."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

Cell = str | int | float | None


class SheetWriter:
    """Writes one file, rows after the heads. `finish` puts it under its name, `give_up` leaves nothing behind.

    Raises FieldDeskError: file_not_written (why), sheet_full where an XLSX has all the rows it can hold.
    """

    def __init__(self, path: Path, heads: Sequence[str], *, separator: str = ",") -> None:
        self.path = path
        self._beside = path.with_name(f".{path.name}.part")
        self.rows = 0
        self._over = False
        self._book = _Workbook(heads) if path.suffix.lower() == ".xlsx" else None
        self._file: Any = None
        if self._book is None:
            self._file = self._tried(lambda: self._beside.open("w", encoding="utf-8-sig", newline=""))
            self._lines = csv.writer(self._file, delimiter=separator, lineterminator="\r\n")
            self.add([list(heads)], counts=False)

    def add(self, rows: Sequence[Sequence[Cell]], *, counts: bool = True) -> int:
        """Write rows; returns how many there are now."""
        if self._book is not None:
            if self.rows + len(rows) >= MOST_ROWS:
                raise FieldDeskError("sheet_full", most=MOST_ROWS - 1)
            self._book.add(rows)
        else:
            plain = [["" if cell is None else inert(_readable(str(cell))) for cell in row] for row in rows]
            self._tried(lambda: self._lines.writerows(plain))
        self.rows += len(rows) if counts else 0
        return self.rows

    def finish(self) -> int:
        """Put the file under its name; returns its rows."""
        if self._book is not None:
            book = self._book
            self._tried(lambda: book.save(self._beside))
        else:
            self._tried(self._file.close)
        self._tried(lambda: os.replace(self._beside, self.path))
        self._over = True
        return self.rows

    def give_up(self) -> None:
        """Leave nothing behind; a file that is finished stays."""
        if self._over:
            return
        self._over = True
        try:
            if self._file is not None:
                self._file.close()
            if self._book is not None:
                self._book.close()
            self._beside.unlink(missing_ok=True)
        except OSError:
            pass  # a stick that was pulled out: there is nothing to tidy up

    def _tried(self, write: Any) -> Any:
        try:
            return write()
        except OSError as problem:
            why = problem.strerror or type(problem).__name__
            self.give_up()
            raise FieldDeskError("file_not_written", file=self.path.name, why=why) from None


def _readable(text: str) -> str:
    """Half a character has no UTF-8; whatever else stands there is written as it is."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


class _Workbook:
    """An XLSX written row by row. Text is written as text, so that = at its front is a sign and nothing more."""

    def __init__(self, heads: Sequence[str]) -> None:
        from openpyxl import Workbook
        from openpyxl.styles import Font

        self._book = Workbook(write_only=True)
        self._sheet: Any = self._book.create_sheet()
        self._sheet.freeze_panes = "A2"
        bold = Font(bold=True)
        cells = [self._text(head) for head in heads]
        for cell in cells:
            cell.font = bold
        self._sheet.append(cells)

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        for row in rows:
            self._sheet.append([self._text(cell) if isinstance(cell, str) else cell for cell in row])

    def save(self, path: Path) -> None:
        self._book.save(path)

    def close(self) -> None:
        """Throw away what was gathered in a file of its own."""
        self._sheet.close()
        if (kept := getattr(self._sheet._writer, "out", None)) is not None and isinstance(kept, str):
            Path(kept).unlink(missing_ok=True)

    def _text(self, text: str) -> Any:
        from openpyxl.cell import WriteOnlyCell

        clean = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
        if len(clean) > CELL_LENGTH:
            clean = clean[: CELL_LENGTH - 1] + "…"
        cell = WriteOnlyCell(self._sheet, clean)
        cell.data_type = "s"
        if runs(clean):
            cell.quotePrefix = True  # and stays text when somebody edits it
        return cell


__all__ = ["Cell", "SheetWriter"]
