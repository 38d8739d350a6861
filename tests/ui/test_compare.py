"""Two versions of a record side by side: what differs is marked, and each field has one choice, by keyboard too."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from fielddesk.core import i18n
from fielddesk.ui.compare import MINE, THEIRS, Compare, Difference, Version, changed_spans
from fielddesk.ui.page import Scroll
from fielddesk.ui.text import Text
from tests.support.look import faults

DIFFERENCES = [
    Difference("status", "Status", "Planned", "In progress", "On hold"),
    Difference("fault", "Fault found", "Axis 3 bearing", "Axis 3 bearing worn", "Axis 4 bearing"),
]


@pytest.fixture
def compare(qtbot) -> Compare:
    view = Compare("This laptop", "M. Okafor")
    qtbot.addWidget(view)
    view.resize(800, 300)
    view.show_differences(DIFFERENCES)
    view.show()
    view.activateWindow()
    return view


@pytest.mark.parametrize(
    ("before", "after", "marked"),
    [
        ("Axis 3 bearing", "Axis 4 bearing", ["4"]),
        ("worn", "worn", []),
        ("", "new", ["new"]),
        ("gone", "", []),
        ("三号轴承磨损", "四号轴承磨损", ["四"]),
        ("a b", "a b c", [" c"]),
    ],
)
def test_only_what_is_new_is_marked(before: str, after: str, marked: list[str]) -> None:
    assert [after[start : start + length] for start, length in changed_spans(before, after)] == marked


def test_a_very_long_text_is_compared_as_a_whole() -> None:
    assert changed_spans("a" * 30_000, "b" * 30_000) == [(0, 30_000)]


def test_choices_are_taken_field_by_field_until_all_are_made(compare: Compare, qtbot) -> None:
    complete: list[bool] = []
    compare.complete.connect(complete.append)
    with qtbot.waitSignal(compare.chosen) as chosen:
        qtbot.mouseClick(compare._versions["status", MINE], Qt.MouseButton.LeftButton)
    assert chosen.args == ["status", MINE]
    qtbot.mouseClick(compare._versions["fault", THEIRS], Qt.MouseButton.LeftButton)
    assert compare.choices() == {"status": MINE, "fault": THEIRS}
    assert complete == [False, True]
    qtbot.mouseClick(compare._versions["fault", MINE], Qt.MouseButton.LeftButton)
    assert compare.choices()["fault"] == MINE
    assert not compare._versions["fault", THEIRS].isChecked()


def test_the_keyboard_does_all_of_it(compare: Compare, qtbot) -> None:
    first = compare._versions["status", MINE]
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Return)
    assert compare.choices() == {"status": MINE}
    qtbot.keyClick(first, Qt.Key.Key_Right)
    assert compare._versions["status", THEIRS].hasFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert compare.choices() == {"status": THEIRS}
    qtbot.keyClick(compare, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert compare.choices() == {"status": MINE, "fault": MINE}
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert compare.choices() == {"status": THEIRS, "fault": THEIRS}


def test_each_version_is_named_with_its_field_and_whose_it_is(compare: Compare) -> None:
    names = [version.accessibleName() for version in compare.findChildren(Version)]
    assert "Status, Before: Planned" in names
    assert "Status, This laptop: In progress" in names
    assert "Status, M. Okafor: On hold" in names


def test_what_everyone_began_from_cannot_be_chosen_by_mistake(compare: Compare, qtbot) -> None:
    base = next(
        version for version in compare.findChildren(Version) if version.accessibleName().startswith("Status, Before")
    )
    qtbot.mouseClick(base, Qt.MouseButton.LeftButton)
    assert compare.choices() == {}
    assert base.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_choices_survive_a_change_of_language(compare: Compare) -> None:
    compare._versions["status", MINE].click()
    i18n.set_language("zh_CN")
    QApplication.processEvents()
    assert compare.choices() == {"status": MINE}
    assert compare._versions["status", MINE].isChecked()
    assert any("更改前" in version.accessibleName() for version in compare.findChildren(Version))


def test_long_texts_wrap_and_make_their_row_higher(compare: Compare) -> None:
    compare.show_differences([Difference("remarks", "Remarks", "short", "word " * 80, "short")])
    QApplication.processEvents()
    version = compare._versions["remarks", MINE]
    assert version.height() >= version.heightForWidth(version.width()) > 100


def test_differences_are_painted_in_every_theme(compare: Compare, dressed) -> None:
    pictures = []
    for scheme in ("light", "dark", "contrast"):
        dressed.choose(scheme)
        QApplication.processEvents()
        pictures.append(compare.grab().toImage())
    assert pictures[0] != pictures[1] != pictures[2]


def test_in_a_narrow_window_mine_stands_above_theirs_and_what_was_taken_stays(compare: Compare, qtbot) -> None:
    mine, theirs = compare._versions["fault", MINE], compare._versions["fault", THEIRS]
    QApplication.processEvents()
    assert mine.y() == theirs.y()
    mine.setFocus()
    mine.click()
    holder = Scroll(compare)
    qtbot.addWidget(holder)
    holder.resize(420, 500)
    holder.show()
    for _turn in range(4):
        QApplication.processEvents()
    assert (mine.x(), mine.width()) == (theirs.x(), theirs.width())
    assert mine.y() + mine.height() < theirs.y()
    assert faults(holder) == []
    assert compare.choices() == {"fault": MINE}
    shown = [text.text() for text in compare.findChildren(Text) if text.isVisible()]
    assert shown.count("This laptop") == shown.count("M. Okafor") == 2
    mine.setFocus()
    qtbot.keyClick(mine, Qt.Key.Key_Down)
    qtbot.keyClick(theirs, Qt.Key.Key_Space)
    assert compare.choices() == {"fault": THEIRS}
    holder.resize(900, 500)
    for _turn in range(4):
        QApplication.processEvents()
    assert mine.y() == theirs.y()
    assert holder.takeWidget() is compare
