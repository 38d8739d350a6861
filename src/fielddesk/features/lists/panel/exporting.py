"""Any list or table written into a file: every row in the order shown, page by page, with progress and stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import MILLION, _, decimal_sign, format_number, format_quantity, group_sign, ngettext
from fielddesk.core.i18n import parse_quantity as parse
from fielddesk.core.sheet_writing import Cell, SheetWriter
from fielddesk.features.lists.dialogs import cell_words, head_words
from fielddesk.features.lists.queries import TABLES, records
from fielddesk.features.lists.rules import TARGETS
from fielddesk.ui.exporting import window_of
from fielddesk.ui.lists import Row, RowList
from fielddesk.ui.progress import Progress
from fielddesk.ui.seams import Bench
from fielddesk.ui.tables import Table
from fielddesk.ui.text import spoken
from fielddesk.ui.wording import sentence

AT_ONCE = 500


def suggested_name(view: RowList | Table, today: str) -> str:
    """What the file is called if nobody says otherwise: the list's name and the day."""
    name = "".join(letter for letter in view.accessibleName() if letter.isalnum() or letter in " -_").strip()
    return f"{name or 'list'} {today}.xlsx"


class Export(QObject):
    """One export, under way until it is whole or stopped; a file appears only when it is whole."""

    def __init__(self, bench: Bench, view: RowList | Table, path: Path) -> None:
        window = window_of(view)
        super().__init__(window)
        self._bench, self._path = bench, path
        self._source = view.rows.source()
        self._kind = TABLES.get(view.table, "") if isinstance(view, RowList) else ""
        self._columns = view.rows.columns if isinstance(view, Table) else ()
        self._offset, self._total = 0, 0
        self._seen: set[str] = set()
        self._writer: SheetWriter | None = None
        self._stop = False
        self._spreadsheet = path.suffix.lower() == ".xlsx"
        self.strip = Progress()
        self.strip.stopped.connect(self._stopping)
        if window is not None:
            window.show_running(self.strip)  # type: ignore[attr-defined]

    def start(self) -> None:
        source = self._source
        if source is None:
            self._end()
            return
        self._tell()
        source.run(source.count, self._counted)

    def _stopping(self) -> None:
        self._stop = True

    def _counted(self, total: int) -> None:
        self._total = total
        heads, path = self._heads(), self._path
        separator = ";" if decimal_sign() == "," else ","
        self._bench.work(lambda: SheetWriter(path, heads, separator=separator), self._begun, failed=self._failed)

    def _begun(self, writer: SheetWriter) -> None:
        self._writer = writer
        self.destroyed.connect(writer.give_up)  # the window was closed in the middle
        self._next()

    def _next(self) -> None:
        if self._stop:
            self._give_up()
            return
        source, offset = self._source, self._offset
        assert source is not None
        self._tell()
        source.run(lambda: source.fetch(offset, AT_ONCE), self._fetched)

    def _fetched(self, rows: Sequence[Any]) -> None:
        self._offset += len(rows)
        # While pages are read rows may move from one to the next: each is written once.
        news = [row for row in rows if row.id not in self._seen]
        self._seen.update(row.id for row in news)
        last = len(rows) < AT_ONCE
        if self._kind:
            kind, ids = self._kind, [row.id for row in news]
            self._bench.read(lambda read: records(read, kind, ids), partial(self._with_records, ids, last))
        else:
            self._write([self._cells(row) for row in news], last)

    def _with_records(self, ids: list[str], last: bool, found: dict[str, dict[str, Any]]) -> None:
        zone, targets = self._bench.zone(), TARGETS[self._kind]
        lines = [found[row_id] for row_id in ids if row_id in found]
        self._write([[cell_words(t.reads, line.get(t.key), zone) for t in targets] for line in lines], last)

    def _write(self, rows: list[list[Cell]], last: bool) -> None:
        writer = self._writer
        assert writer is not None
        then: Callable[[Any], None] = self._finish if last else lambda _count: self._next()
        self._bench.work(lambda: writer.add(rows), then, failed=self._failed)

    def _finish(self, _count: int) -> None:
        writer = self._writer
        assert writer is not None
        self._bench.work(writer.finish, self._done, failed=self._failed)

    def _done(self, count: int) -> None:
        name = self._path.name

        def said() -> str:
            words = ngettext("{n} row exported to {file}", "{n} rows exported to {file}", count)
            return words.format(n=format_number(count), file=name)

        self._end()
        self._bench.toast(said)

    def _give_up(self) -> None:
        if self._writer is not None:
            self._bench.work(self._writer.give_up, lambda _nothing: None)
        self._end()
        self._bench.toast(lambda: _("Export stopped; nothing was written"), icon="info-fill")

    def _failed(self, problem: FieldDeskError) -> None:
        if self._writer is not None:
            self._writer.give_up()
        self._end()
        self._bench.toast(lambda: sentence(problem), icon="warning-fill")

    def _end(self) -> None:
        self.strip.hide()
        self.strip.deleteLater()
        self.deleteLater()

    def _tell(self) -> None:
        done, total = self._offset, self._total

        def words() -> str:
            return _("Exporting: {done} of {total}").format(done=format_number(done), total=format_number(total))

        self.strip.show_progress(words, done, total or None)

    # ---------------------------------------------------------------- heads and cells

    def _heads(self) -> list[str]:
        if self._kind:
            return [head_words(self._kind, target.key) for target in TARGETS[self._kind]]
        if self._columns:
            return [spoken(column.title) for column in self._columns]
        return [_("Number"), _("Name"), _("Details"), _("State"), _("Remark")]

    def _cells(self, row: Any) -> list[Cell]:
        if self._columns:
            return [self._number(column.text(row)) if column.number else column.text(row) for column in self._columns]
        assert isinstance(row, Row)
        return [row.number, row.title, row.second, row.right, row.below]

    def _number(self, text: str) -> Cell:
        """A number as a spreadsheet takes it; what is none, such as one with its unit, stays text."""
        try:
            value = parse(text.replace(group_sign(), ""))
        except FieldDeskError:
            return text
        if not self._spreadsheet:
            return format_quantity(value, grouped=False).replace("\N{MINUS SIGN}", "-")
        return value // MILLION if value % MILLION == 0 else value / MILLION
