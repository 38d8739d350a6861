"""Tables: columns as declared, read aloud with their names, copied as a spreadsheet takes them."""

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from fielddesk.core import i18n
from fielddesk.ui import theme
from fielddesk.ui.tables import Column, Table, squeezed
from tests.ui.samples import said


@dataclass(frozen=True)
class Fitted:
    id: str
    part: str
    number: str
    quantity: int


FITTED = [
    Fitted("a", "Bearing, replaces 7SR1-03-3", "7SR1-03-4", 1),
    Fitted("b", "Seal kit\twith a tab\nand a line", "4S-118", 12),
    Fitted("c", "Grease", "GR-0400", 2),
]


@pytest.fixture
def table(qtbot) -> Table:
    columns = [
        Column("part", said("Part"), lambda row: row.part, stretch=True),
        Column("number", said("Number"), lambda row: row.number),
        Column("quantity", said("Quantity"), lambda row: str(row.quantity), number=True),
    ]
    view = Table(said("Parts fitted"), columns)
    qtbot.addWidget(view)
    view.resize(700, 300)
    view.show_rows(FITTED)
    view.show()
    return view


def test_rows_are_44_high_heads_32_and_numbers_stand_right(table: Table) -> None:
    assert table.rowHeight(0) == 44
    assert table.horizontalHeader().height() == 32
    right = Qt.AlignmentFlag.AlignRight
    assert table.rows.index(0, 2).data(Qt.ItemDataRole.TextAlignmentRole) & right
    assert table.rows.headerData(2, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole) & right
    assert not table.showGrid()


def test_copying_takes_the_selected_rows_with_their_heads(table: Table, qtbot) -> None:
    table.selectRow(1)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text()
    assert copied == "Part\tNumber\tQuantity\nSeal kit with a tab and a line\t4S-118\t12"


def test_with_nothing_selected_all_rows_are_copied(table: Table) -> None:
    table.clearSelection()
    assert len(table.as_text().split("\n")) == 4


def test_each_cell_is_announced_with_its_column_and_each_row_by_its_first_cell(table: Table) -> None:
    spoken = QAccessible.queryAccessibleInterface(table)
    assert spoken.text(QAccessible.Text.Name) == "Parts fitted"
    assert table.rows.index(0, 1).data(Qt.ItemDataRole.AccessibleTextRole) == "Number: 7SR1-03-4"
    assert table.rows.headerData(0, Qt.Orientation.Vertical) == "Bearing, replaces 7SR1-03-3"
    assert table.rows.headerData(2, Qt.Orientation.Horizontal) == "Quantity"


def test_heads_follow_the_language(table: Table) -> None:
    i18n.set_language("zh_TW")
    QApplication.processEvents()
    assert table.rows.headerData(2, Qt.Orientation.Horizontal) == "數量"
    assert table.accessibleName() == "已裝備品"


def test_no_cell_is_cut_while_there_is_room(table: Table) -> None:
    for place in (1, 2):
        assert table.columnWidth(place) >= table.sizeHintForColumn(place)
    assert sum(table.columnWidth(place) for place in range(3)) <= table.viewport().width()


def test_a_narrow_table_scrolls_sideways_instead_of_squeezing(table: Table) -> None:
    table.resize(220, 300)
    assert table.columnWidth(0) >= 150
    assert table.horizontalScrollBar().maximum() > 0


def test_the_chosen_row_stays_chosen_when_rows_come_back(table: Table, qtbot) -> None:
    table.choose("c")
    table.show_rows([FITTED[2], FITTED[0]])
    qtbot.waitUntil(lambda: table.currentIndex().row() == 0)
    assert table.chosen_id() == "c"


def test_enter_opens_the_row(table: Table, qtbot) -> None:
    table.choose("b")
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == ["b"]


def test_a_height_made_for_its_rows_follows_the_text_size(table: Table, dressed: theme.Theme) -> None:
    """It stayed at the old size, and the last row was cut in half until the record was shown anew."""
    table.fit_height()
    rows = table.rows.rowCount()
    assert table.height() == 32 + rows * 44 + 4
    dressed.choose("light", 150)
    assert table.height() == 48 + rows * 66 + 6


def test_a_table_in_a_page_that_scrolls_shows_every_row_and_column_without_bars_of_its_own(table: Table, qtbot) -> None:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.addWidget(table)
    column.addStretch(1)
    qtbot.addWidget(holder)
    table.fit_height()
    holder.resize(320, 900)
    holder.show()
    QApplication.processEvents()
    assert sum(table.columnWidth(place) for place in range(3)) == table.viewport().width()
    assert table.columnWidth(2) > 56  # what is narrow stays whole
    table.show_rows([Fitted(str(n), "Seal kit " * 9, "4S-118", n) for n in range(14)])
    QApplication.processEvents()
    assert table.height() >= 32 + 14 * 44
    for bar in (table.horizontalScrollBar(), table.verticalScrollBar()):
        assert (bar.maximum(), bar.isVisible()) == (0, False)
    assert table.rows.index(0, 0).data(Qt.ItemDataRole.ToolTipRole).startswith("Seal kit Seal kit")
    holder.resize(2_000, 900)
    QApplication.processEvents()
    assert sum(table.columnWidth(place) for place in range(3)) == table.viewport().width()
    table.setParent(None)


def test_the_widest_columns_give_way_first() -> None:
    assert squeezed([300, 80, 200, 60], 400) == [130, 80, 130, 60]
    assert squeezed([100, 50], 400) == [100, 50]
    assert sum(squeezed([301, 300, 299], 401)) == 401
    assert squeezed([10, 10], -5) == [0, 0]
