"""A list before it is taken in: how it is read, which column is which, and what would become of its first rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _
from fielddesk.core.sheets import TEXT, Cells, Form
from fielddesk.features.lists import rules
from fielddesk.features.lists.dialogs import (
    DAY_ORDER_WORDS,
    ENCODING_WORDS,
    KIND_WORDS,
    SEPARATOR_WORDS,
    VERDICT_WORDS,
    head_words,
)
from fielddesk.features.lists.model import Plan, Verdict
from fielddesk.ui import theme
from fielddesk.ui.combo import Combo
from fielddesk.ui.lists import one_line
from fielddesk.ui.panes import Scroll
from fielddesk.ui.tables import Column, Table
from fielddesk.ui.text import Text, Worded, Words, spoken, visible
from fielddesk.ui.wording import sentence

_SHOWN_HEAD: Final = 40


@dataclass(frozen=True)
class Shown:
    """A row of the preview."""

    id: str
    verdict: Verdict


class Asked(Worded, QWidget):
    """A label over a choice. Signal `picked(key)`."""

    picked = Signal(str)

    def __init__(self, label: Words) -> None:
        super().__init__()
        self._label = Text(label, "second", wraps=True)
        self.combo = Combo()
        self._label.setBuddy(self.combo)
        self.combo.activated.connect(lambda _place: self.picked.emit(str(self.combo.currentData())))
        self._options: Sequence[tuple[str, Words]] = ()
        column = QVBoxLayout(self)
        theme.space(column, spacing=4)
        column.addWidget(self._label)
        column.addWidget(self.combo)
        self.say("_name", label)

    def _name(self, words: str) -> None:
        self.combo.setAccessibleName(words)

    def show_choices(self, options: Sequence[tuple[str, Words]], chosen: str) -> None:
        """The keys that can be chosen with their words, and the one that is."""
        self._options = options
        self.combo.clear()
        for key, words in options:
            self.combo.addItem(visible(one_line(spoken(words))), key)
        self.combo.setCurrentIndex(max(0, self.combo.findData(chosen)))

    def retranslate(self) -> None:
        if hasattr(self, "_options"):
            self.show_choices(self._options, str(self.combo.currentData() or ""))

    def pick(self, key: str) -> None:
        """Choose as a person does."""
        self.combo.setCurrentIndex(self.combo.findData(key))
        self.picked.emit(key)


class Preview(Worded, QWidget):
    """Signals: `read_anew(form)`: the file is to be read another way; `planned(plan)`: the same rows are meant
    otherwise; `kind_chosen(kind)` and `header_chosen(row)`: the columns are to be guessed for that."""

    read_anew = Signal(object)
    planned = Signal(object)
    kind_chosen = Signal(str)
    header_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form: Form = Form(TEXT)
        self.plan = Plan("", {})
        self._first: Sequence[tuple[int, Cells]] = ()
        self._verdicts: Sequence[Verdict] = ()
        self.asks: dict[str, Asked] = {}
        self.columns: dict[str, Asked] = {}
        left = QWidget()
        self._left = QVBoxLayout(left)
        theme.space(self._left, (0, 0, 12, 0), 10)
        self._make_asks()
        self._heading = Text(lambda: _("Columns"), "heading")
        self._left.addWidget(self._heading)
        self._grid = QGridLayout()
        theme.space(self._grid, spacing=10)
        self._left.addLayout(self._grid)
        self._left.addStretch(1)
        scroll = Scroll(left)
        theme.size(scroll, width=280)
        self._right = QVBoxLayout()
        theme.space(self._right, spacing=8)
        self.told = Text("", "second", wraps=True)
        self._right.addWidget(self.told)
        self.table: Table | None = None
        row = QHBoxLayout(self)
        theme.space(row, spacing=12)
        row.addWidget(scroll)
        row.addLayout(self._right, 1)

    def _make_asks(self) -> None:
        for key, label in (
            ("kind", lambda: _("What is in the list")),
            ("sheet", lambda: _("Sheet")),
            ("encoding", lambda: _("Encoding")),
            ("separator", lambda: _("Between the cells")),
            ("header", lambda: _("Row with the heads")),
            ("day_order", lambda: _("How days are written")),
            ("status", lambda: _("Orders without a state are")),
        ):
            ask = self.asks[key] = Asked(label)
            ask.picked.connect(partial(self._picked, key))
            self._left.addWidget(ask)

    # ---------------------------------------------------------------- showing

    def show_list(self, form: Form, plan: Plan, first: Sequence[tuple[int, Cells]]) -> None:
        """Show how the file is read and meant; what becomes of its rows comes with `show_verdicts`."""
        other = (form, plan.kind, plan.header) != (self.form, self.plan.kind, self.plan.header) or first != self._first
        self.form, self.plan, self._first = form, plan, first
        self._show_asks()
        self._show_columns()
        if other or self.table is None:
            self._make_table()

    def first(self) -> Sequence[tuple[int, Cells]]:
        """The first rows of the file, as they are read now."""
        return self._first

    def heads(self) -> Cells:
        return next((cells for number, cells in self._first if number == self.plan.header), [])

    def _show_asks(self) -> None:
        plan, form = self.plan, self.form
        choices: dict[str, tuple[Sequence[tuple[str, Words]], str]] = {
            "kind": ([("", lambda: _("Choose…")), *_worded(KIND_WORDS)], plan.kind),
            "sheet": ([(name, name) for name in form.sheets], form.sheet),
            "encoding": (_worded(ENCODING_WORDS), form.encoding),
            "separator": (_worded(SEPARATOR_WORDS), form.separator),
            "header": ([(str(number), partial(_row_words, number, cells)) for number, cells in self._first[:20]],
                       str(plan.header)),
            "day_order": (_worded(DAY_ORDER_WORDS), plan.day_order),
            "status": ([("completed", lambda: _("Completed")), ("open", lambda: _("Unassigned"))], plan.status),
        }  # fmt: skip
        days = any(target.reads in (rules.DAY, rules.MOMENT) for target in rules.TARGETS.get(plan.kind, ()))
        shown = {
            "sheet": len(form.sheets) > 1,
            "encoding": form.form == TEXT,
            "separator": form.form == TEXT,
            "day_order": days,
            "status": plan.kind == rules.ORDERS and "status" not in plan.columns,
        }
        for key, (options, chosen) in choices.items():
            self.asks[key].show_choices(options, chosen)
            self.asks[key].setVisible(shown.get(key, True))

    def _show_columns(self) -> None:
        targets = rules.TARGETS.get(self.plan.kind, ())
        if [target.key for target in targets] != list(self.columns):
            for ask in self.columns.values():
                self._grid.removeWidget(ask)
                ask.hide()
                ask.deleteLater()
            self.columns = {}
            for place, target in enumerate(targets):
                ask = Asked(partial(_target_words, self.plan.kind, target))
                ask.picked.connect(partial(self._column_picked, target.key))
                self.columns[target.key] = ask
                self._grid.addWidget(ask, place, 0)
        self._heading.setVisible(bool(targets))
        options: list[tuple[str, Words]] = [("", lambda: _("Not in the list"))]
        options += [(str(n), head[:_SHOWN_HEAD] or _nth_words(n)) for n, head in enumerate(self.heads())]
        for key, ask in self.columns.items():
            chosen = self.plan.columns.get(key)
            ask.show_choices(options, "" if chosen is None else str(chosen))

    def _make_table(self) -> None:
        if self.table is not None:
            self._right.removeWidget(self.table)
            self.table.hide()
            self.table.deleteLater()
        columns = [
            Column("row", lambda: _("Row"), lambda row: row.id, number=True),
            Column(
                "what",
                lambda: _("What happens"),
                _verdict_words,
                stretch=True,
                state=_verdict_state,
                icon=_verdict_icon,
            ),
        ]
        for place, head in enumerate(self.heads()):
            columns.append(
                Column(str(place), head or partial(_nth_words, place), partial(_cell, place),
                       state=partial(self._cell_state, place), icon=partial(self._cell_icon, place))
            )  # fmt: skip
        self.table = Table(lambda: _("First rows of the list"), columns)
        self.table.chosen.connect(self._row_chosen)
        self._right.addWidget(self.table, 1)
        rows = [Verdict(number, cells, "") for number, cells in self._first if number > self.plan.header]
        self.show_verdicts(rows[:100])

    def show_verdicts(self, verdicts: Sequence[Verdict]) -> None:
        """What becomes of the first rows."""
        self._verdicts = verdicts
        if self.table is not None:
            self.table.show_rows([Shown(str(verdict.number), verdict) for verdict in verdicts])
        self.retranslate()

    def _row_chosen(self, row_id: str) -> None:
        """Say all of why the chosen row is refused; its cell has room for the beginning only."""
        problem = next((each.problem for each in self._verdicts if str(each.number) == row_id), None)
        if problem is None:
            self.retranslate()
        else:
            self.told.setText(_("Row {n}: {heads}").format(n=row_id, heads=sentence(problem)))

    def retranslate(self) -> None:
        if not hasattr(self, "table"):
            return
        refused = sum(verdict.what == "refused" for verdict in self._verdicts)
        if refused:
            words = _("Of the first {n} rows, {refused} would be refused; all others are taken.")
        else:
            words = _("The first {n} rows as they are read now. Nothing is taken before you say so.")
        self.told.setText(words.format(n=len(self._verdicts), refused=refused))

    def _cell_state(self, place: int, row: Shown) -> str:
        problem = row.verdict.problem
        at_fault = problem is not None and self.plan.columns.get(str(problem.values.get("field"))) == place
        return "bad" if at_fault else ""

    def _cell_icon(self, place: int, row: Shown) -> str:
        return "warning-circle-fill" if self._cell_state(place, row) else ""

    # ---------------------------------------------------------------- choosing

    def _picked(self, key: str, value: str) -> None:
        match key:
            case "kind":
                self.kind_chosen.emit(value)
            case "header":
                self.header_chosen.emit(int(value))
            case "day_order":
                self.planned.emit(replace(self.plan, day_order=value))
            case "status":
                self.planned.emit(replace(self.plan, status=value))
            case "sheet":
                self.read_anew.emit(replace(self.form, sheet=value))
            case "encoding":
                self.read_anew.emit(replace(self.form, encoding=value))
            case _:
                self.read_anew.emit(replace(self.form, separator=value))

    def _column_picked(self, key: str, value: str) -> None:
        """A column fills one target: given to another, it is taken from the one it filled."""
        place = int(value) if value else None
        columns = {one: at for one, at in self.plan.columns.items() if one != key and at != place}
        if place is not None:
            columns[key] = place
        self.planned.emit(replace(self.plan, columns=columns))

    def focus(self) -> None:
        self.asks["kind"].combo.setFocus(Qt.FocusReason.OtherFocusReason)


def _worded(words: Mapping[str, str]) -> list[tuple[str, Words]]:
    return [(key, partial(_, text)) for key, text in words.items()]


def _target_words(kind: str, target: rules.Target) -> str:
    words = head_words(kind, target.key)
    return _("{label} (needed)").format(label=words) if target.needed else words


def _row_words(number: int, cells: Cells) -> str:
    heads = " · ".join(cell for cell in cells if cell)[:_SHOWN_HEAD]
    return _("Row {n}: {heads}").format(n=number, heads=heads)


def _nth_words(place: int) -> str:
    return _("Column {n}").format(n=place + 1)


def _cell(place: int, row: Shown) -> str:
    cells = row.verdict.cells
    return cells[place] if place < len(cells) else ""


def _verdict_words(row: Shown) -> str:
    problem = row.verdict.problem
    if problem is not None:
        return _("Refused: {why}").format(why=sentence(problem))
    return _(VERDICT_WORDS[row.verdict.what][0])


def _verdict_state(row: Shown) -> str:
    return VERDICT_WORDS[row.verdict.what][1]


def _verdict_icon(row: Shown) -> str:
    return VERDICT_WORDS[row.verdict.what][2]
