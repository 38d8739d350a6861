"""Forms: what is typed is kept, committed when a field is left, never overwritten, and refused in words."""

from collections.abc import Iterator
from datetime import date

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QDropEvent, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPlainTextEdit, QVBoxLayout, QWidget

from fielddesk.core import i18n
from fielddesk.core.errors import FieldDeskError
from fielddesk.ui.buttons import Button
from fielddesk.ui.days import Month
from fielddesk.ui.field import DRAFT_AFTER_MS, checked_text
from fielddesk.ui.forms import Choice, Day, Form, Line, Prose, Quantity, parse_day

KEYS = QKeySequence.StandardKey


class Sheet(QWidget):
    """A form beside something else to go to, and what it said."""

    def __init__(self) -> None:
        super().__init__()
        self.form = Form()
        self.elsewhere = QLineEdit()
        column = QVBoxLayout(self)
        column.addWidget(self.form)
        column.addWidget(self.elsewhere)
        self.form.add(Line("fault", "Fault found", limit=50))
        self.form.add(Prose("remarks", "Remarks"))
        self.form.add(Quantity("oil", "Oil used", "l"))
        self.form.add(Day("due", "Due"))
        self.form.add(Choice("cause", "Cause", [("wear", "Wear"), ("dirt", "Dirt")]))
        self.committed: list[tuple] = []
        self.typed: list[tuple] = []
        self.said: list[str] = []
        self.form.committed.connect(lambda *words: self.committed.append(words))
        self.form.typed.connect(lambda *words: self.typed.append(words))
        self.form.said.connect(self.said.append)
        self.values = {"fault": "worn", "remarks": "", "oil": 2_500_000, "due": "2028-03-17", "cause": "wear"}
        self.form.load("1051", self.values)

    def field(self, key: str):
        return self.form.fields[key]


@pytest.fixture
def sheet(qtbot) -> Sheet:
    window = Sheet()
    qtbot.addWidget(window)
    window.resize(700, 600)
    window.show()
    window.activateWindow()
    return window


def type_into(qtbot, sheet: Sheet, key: str, text: str) -> None:
    editor = sheet.field(key).editor
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, text)


def trouble(sheet: Sheet, key: str) -> str:
    field = sheet.field(key)
    return field._trouble_words.text() if not field._trouble.isHidden() else ""


def test_leaving_a_field_commits_it_once_with_what_was_shown(sheet: Sheet, qtbot) -> None:
    type_into(qtbot, sheet, "fault", "bearing worn")
    sheet.elsewhere.setFocus()
    assert sheet.committed == [("fault", "worn", "bearing worn")]
    sheet.field("fault").editor.setFocus()
    sheet.elsewhere.setFocus()
    assert len(sheet.committed) == 1


def test_enter_commits_too_and_an_untouched_field_commits_nothing(sheet: Sheet, qtbot) -> None:
    sheet.field("fault").editor.setFocus()
    sheet.elsewhere.setFocus()
    assert sheet.committed == []
    type_into(qtbot, sheet, "fault", "x")
    qtbot.keyClick(sheet.field("fault").editor, Qt.Key.Key_Return)
    assert sheet.committed == [("fault", "worn", "x")]


def test_a_second_edit_before_the_first_is_stored_starts_from_the_first(sheet: Sheet, qtbot) -> None:
    for words in ("one", "two"):
        type_into(qtbot, sheet, "fault", words)
        qtbot.keyClick(sheet.field("fault").editor, Qt.Key.Key_Return)
    assert sheet.committed == [("fault", "worn", "one"), ("fault", "one", "two")]


def test_an_answer_from_before_the_commit_does_not_bring_the_old_value_back(sheet: Sheet, qtbot) -> None:
    type_into(qtbot, sheet, "fault", "one")
    qtbot.keyClick(sheet.field("fault").editor, Qt.Key.Key_Return)
    sheet.form.load("1051", sheet.values)
    assert sheet.field("fault").text() == "one"
    sheet.form.saved("fault", "09:41:07")
    sheet.form.load("1051", {**sheet.values, "fault": "one"})
    assert sheet.field("fault").text() == "one"
    assert sheet.said[-1] == "Saved 09:41:07"


@pytest.mark.slow
def test_typing_is_told_as_a_draft_within_half_a_second_even_without_a_pause(sheet: Sheet, qtbot) -> None:
    assert DRAFT_AFTER_MS <= 500
    editor = sheet.field("remarks").editor
    editor.setFocus()
    with qtbot.waitSignal(sheet.form.typed, timeout=500) as told:
        qtbot.keyClicks(editor, "slow", delay=20)
        qtbot.keyClicks(editor, "ly" * 20, delay=15)
    assert told.args[0] == "remarks"
    assert "slow" in told.args[1]


def press(qtbot, editor: QWidget, key: Qt.Key) -> None:
    qtbot.keyClick(editor, key, Qt.KeyboardModifier.ControlModifier)


def test_escape_puts_a_line_back_and_its_draft_goes_when_the_field_is_left(sheet: Sheet, qtbot) -> None:
    type_into(qtbot, sheet, "fault", "half a thou")
    field = sheet.field("fault")
    qtbot.keyClick(field.editor, Qt.Key.Key_Escape)
    sheet.form.flush_drafts()
    assert field.text() == "worn"
    assert sheet.typed == [("fault", "half a thou")]  # the power may fail now: it is all there
    assert field._aside_row.words() == "What you typed is put aside. Ctrl+Z brings it back."
    sheet.elsewhere.setFocus()
    assert sheet.typed == [("fault", "half a thou"), ("fault", None)]
    assert sheet.committed == []


@pytest.mark.parametrize("key", ["fault", "oil", "due"])
def test_what_escape_put_aside_is_brought_back_by_undo(sheet: Sheet, qtbot, key: str) -> None:
    type_into(qtbot, sheet, key, "12345")
    field = sheet.field(key)
    qtbot.keyClick(field.editor, Qt.Key.Key_Escape)
    press(qtbot, field.editor, Qt.Key.Key_Z)
    assert field.text() == "12345"
    assert field._aside_row.isHidden()
    sheet.form.flush_drafts()
    assert sheet.typed == [(key, "12345")]


def test_what_escape_put_aside_can_be_had_back_also_after_the_field_was_left(sheet: Sheet, qtbot) -> None:
    type_into(qtbot, sheet, "fault", "half a thou")
    field = sheet.field("fault")
    qtbot.keyClick(field.editor, Qt.Key.Key_Escape)
    sheet.elsewhere.setFocus()
    qtbot.mouseClick(field._aside_row.again, Qt.MouseButton.LeftButton)
    assert field.text() == "half a thou"
    assert field.editor.hasFocus()
    sheet.form.flush_drafts()
    assert sheet.typed[-1] == ("fault", "half a thou")
    sheet.elsewhere.setFocus()
    assert sheet.committed == [("fault", "worn", "half a thou")]
    assert field._aside_row.isHidden()


def test_what_was_put_aside_belongs_to_its_record_and_goes_when_something_else_is_saved(sheet: Sheet, qtbot) -> None:
    type_into(qtbot, sheet, "fault", "half a thou")
    field = sheet.field("fault")
    qtbot.keyClick(field.editor, Qt.Key.Key_Escape)
    type_into(qtbot, sheet, "fault", "other")
    qtbot.keyClick(field.editor, Qt.Key.Key_Return)
    assert sheet.committed == [("fault", "worn", "other")]
    assert field._aside_row.isHidden()
    type_into(qtbot, sheet, "fault", "again")
    qtbot.keyClick(field.editor, Qt.Key.Key_Escape)
    sheet.form.load("1052", sheet.values)
    assert field._aside_row.isHidden()
    assert sheet.typed[-1] == ("fault", None)


def test_escape_takes_what_was_changed_elsewhere_and_undo_what_was_typed(sheet: Sheet, qtbot) -> None:
    type_into(qtbot, sheet, "fault", "mine")
    sheet.form.load("1051", {**sheet.values, "fault": "theirs"})
    field = sheet.field("fault")
    qtbot.keyClick(field.editor, Qt.Key.Key_Escape)
    assert (field.text(), field.dirty()) == ("theirs", False)
    press(qtbot, field.editor, Qt.Key.Key_Z)
    assert field.text() == "mine"
    field.commit()
    assert sheet.committed == [("fault", "theirs", "mine")]


def test_escape_leaves_prose_as_it_is(sheet: Sheet, qtbot) -> None:
    type_into(qtbot, sheet, "remarks", "a long story")
    qtbot.keyClick(sheet.field("remarks").editor, Qt.Key.Key_Escape)
    assert sheet.field("remarks").text() == "a long story"
    sheet.form.flush_drafts()
    assert sheet.typed == [("remarks", "a long story")]


def test_what_is_wrong_with_a_field_is_said_again_in_another_language(sheet: Sheet, qtbot) -> None:
    sheet.field("oil").write("abc")
    sheet.field("oil").commit()
    type_into(qtbot, sheet, "fault", "mine")
    sheet.field("fault").commit()
    sheet.form.refused("fault", FieldDeskError("text_too_long", limit=50))
    i18n.set_language("zh_CN")
    QApplication.processEvents()
    assert trouble(sheet, "oil") == "这不是数字，请写成 12.5 这样。"
    assert trouble(sheet, "fault") == "太长：最多 50 个字符。"
    assert sheet.field("fault").editor.accessibleDescription() == trouble(sheet, "fault")
    sheet.field("oil").start(None)
    i18n.set_language("en")
    QApplication.processEvents()
    assert trouble(sheet, "oil") == ""


def test_a_restored_draft_is_shown_as_typed_and_commits_against_what_the_store_holds(sheet: Sheet) -> None:
    sheet.form.restore({"fault": "from before the crash", "nowhere": "x"})
    assert sheet.said[-1] == "Draft, not saved yet"
    assert sheet.field("fault").dirty()
    sheet.field("fault").commit()
    assert sheet.committed == [("fault", "worn", "from before the crash")]


def test_a_reload_never_overwrites_typing_but_tells_the_change(sheet: Sheet, qtbot) -> None:
    type_into(qtbot, sheet, "fault", "mine")
    sheet.form.load("1051", {**sheet.values, "fault": "theirs", "remarks": "new"})
    field = sheet.field("fault")
    assert field.text() == "mine"
    assert field._elsewhere_words.text() == "Changed elsewhere to: theirs"
    assert sheet.field("remarks").text() == "new"
    field.commit()
    assert sheet.committed == [("fault", "worn", "mine")]  # the base is what was shown: the store finds the conflict


def test_what_was_changed_elsewhere_can_be_taken_instead(sheet: Sheet, qtbot) -> None:
    type_into(qtbot, sheet, "fault", "mine")
    sheet.form.load("1051", {**sheet.values, "fault": "theirs"})
    qtbot.mouseClick(sheet.field("fault").take_theirs, Qt.MouseButton.LeftButton)
    assert sheet.field("fault").text() == "theirs"
    assert all(entry[2] != "mine" for entry in sheet.committed[1:])


def test_another_record_commits_what_was_typed_for_the_first_one(sheet: Sheet, qtbot) -> None:
    subjects: list[tuple] = []
    sheet.form.committed.connect(lambda key, shown, new: subjects.append((sheet.form.subject, key, new)))
    type_into(qtbot, sheet, "fault", "mine")
    sheet.form.load("1052", {"fault": "other"})
    assert subjects == [("1051", "fault", "mine")]
    assert sheet.field("fault").text() == "other"


def test_a_refused_action_leaves_the_words_typed_and_says_why(sheet: Sheet, qtbot) -> None:
    type_into(qtbot, sheet, "fault", "mine")
    qtbot.keyClick(sheet.field("fault").editor, Qt.Key.Key_Return)
    sheet.form.refused("fault", "The order is closed.")
    assert trouble(sheet, "fault") == "The order is closed."
    assert sheet.field("fault").dirty()
    assert sheet.field("fault").shown == "worn"
    assert sheet.field("fault").editor.accessibleDescription() == "The order is closed."
    assert sheet.said[-1] == "Not saved"


@pytest.mark.parametrize(
    ("key", "typed", "words"),
    [
        ("fault", "x" * 51, "1 character too many."),
        ("fault", "a\x00b", "There is a character in it that cannot be stored. Delete it and type the text again."),
        ("oil", "abc", "This is not a number. Write it like 12.5."),
        ("oil", "1,234", "This can mean 1234 or 1.234. Write the one you mean."),
        ("oil", "0.1234567", "At most 6 digits after the decimal sign."),
        ("oil", "2000000000", "The number is too large; 1,000,000,000 is the most."),
        ("due", "31 February", "This is not a day. Write it like 2028-03-17."),
        ("due", "3/4/2028", "This is not a day. Write it like 2028-03-17."),
    ],
)
def test_what_a_field_cannot_take_is_refused_in_words_under_it(sheet: Sheet, key: str, typed: str, words: str) -> None:
    sheet.field(key).write(typed)
    assert sheet.field(key).commit() is False
    assert trouble(sheet, key) == words
    assert sheet.committed == []
    assert sheet.typed == [(key, typed)]  # kept as a draft all the same


def test_a_lone_surrogate_never_reaches_the_store() -> None:
    with pytest.raises(FieldDeskError) as caught:
        checked_text("a\ud800", 10, one_line=True)
    assert caught.value.code == "text_broken"


def test_a_complaint_goes_away_as_soon_as_the_text_is_right(sheet: Sheet, qtbot) -> None:
    type_into(qtbot, sheet, "oil", "2,5x")
    sheet.elsewhere.setFocus()
    assert trouble(sheet, "oil")
    qtbot.keyClick(sheet.field("oil").editor, Qt.Key.Key_End)
    qtbot.keyClick(sheet.field("oil").editor, Qt.Key.Key_Backspace)
    assert trouble(sheet, "oil") == ""
    sheet.field("oil").commit()
    assert sheet.committed == []  # 2.5 is what was there


def test_a_quantity_is_committed_in_millionths_and_shown_as_the_language_writes_it(sheet: Sheet, qtbot) -> None:
    type_into(qtbot, sheet, "oil", "3,75")
    qtbot.keyClick(sheet.field("oil").editor, Qt.Key.Key_Return)
    assert sheet.committed == [("oil", 2_500_000, 3_750_000)]
    assert sheet.field("oil").text() == "3.75"


def test_an_emptied_field_commits_nothing_at_all_as_value(sheet: Sheet) -> None:
    sheet.field("oil").write("")
    sheet.field("due").write(" ")
    sheet.form.commit()
    assert sheet.committed == [("oil", 2_500_000, None), ("due", "2028-03-17", None)]


def test_a_needed_field_says_so(qtbot) -> None:
    form = Form()
    qtbot.addWidget(form)
    form.add(Line("serial", "Serial number", needed=True))
    form.load("1", {"serial": "7SR"})
    form.fields["serial"].write("")
    assert not form.commit()
    assert form.fields["serial"]._trouble_words.text() == "This is needed."
    assert form.label_of("serial").text() == "Serial number (needed)"  # before anything is pressed
    assert form.fields["serial"].editor.accessibleName() == "Serial number (needed)"
    i18n.set_language("zh_CN")
    QApplication.processEvents()
    assert form.label_of("serial").text() == form.fields["serial"].editor.accessibleName() == "Serial number（必填）"
    with pytest.raises(FieldDeskError) as caught:
        form.values()
    assert (caught.value.code, caught.value.values["field"]) == ("value_missing", "serial")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2028-03-17", "2028-03-17"),
        ("2028/3/7", "2028-03-07"),
        ("20280317", "2028-03-17"),
        ("17.3.2028", "2028-03-17"),
        ("2028年3月17日", "2028-03-17"),
        ("２０２８－３－１７", "2028-03-17"),
    ],
)
def test_a_day_is_understood_the_way_people_write_it(typed: str, day: str) -> None:
    assert parse_day(typed) == day


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("today", "2028-02-28"),
        ("Tomorrow ", "2028-02-29"),
        ("yesterday", "2028-02-27"),
        ("in 3 days", "2028-03-02"),
        ("今天", "2028-02-28"),
        ("明天", "2028-02-29"),
        ("3 天后", "2028-03-02"),
        ("3天後", "2028-03-02"),
    ],
)
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_a_day_is_understood_as_the_lists_say_it_in_any_language(typed: str, day: str, language: str) -> None:
    i18n.set_language(language)
    assert parse_day(typed, "2028-02-28") == day
    with pytest.raises(FieldDeskError):
        parse_day(typed)


def test_a_day_typed_in_a_word_is_said_in_full_and_committed_as_a_day(qtbot) -> None:
    form = Form()
    qtbot.addWidget(form)
    form.add(Day("due", "Due", today=lambda: "2028-02-28"))
    form.load("1", {"due": None})
    committed: list[tuple] = []
    form.committed.connect(lambda *words: committed.append(words))
    qtbot.keyClicks(form.fields["due"].editor, "tomorrow")
    assert form.fields["due"].said.text() == "Tuesday 29 February 2028"
    qtbot.keyClick(form.fields["due"].editor, Qt.Key.Key_Return)
    assert committed == [("due", None, "2028-02-29")]
    assert form.fields["due"].text() == "2028-02-29"


def test_a_day_is_said_in_full_beside_the_field(sheet: Sheet) -> None:
    assert sheet.field("due").said.text() == "Friday 17 March 2028"
    i18n.set_language("zh_CN")
    QApplication.processEvents()
    assert sheet.field("due").said.text() == "2028年3月17日星期五"


def test_a_day_picked_from_the_calendar_is_committed(sheet: Sheet, qtbot) -> None:
    qtbot.mouseClick(sheet.field("due").open, Qt.MouseButton.LeftButton)
    month = sheet.field("due").findChild(Month)
    assert month.accessibleName() == "Calendar"
    chosen = next(button for button in month.findChildren(Button) if button.isChecked())
    assert chosen.accessibleName() == "Friday 17 March 2028"
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(next(button for button in month.findChildren(Button) if button.isChecked()), key)
    assert sheet.committed == [("due", "2028-03-17", "2028-03-25")]


def test_the_calendar_turns_months_by_key_and_keeps_to_days_that_exist(qtbot) -> None:
    month = Month(date(2028, 1, 31))
    qtbot.addWidget(month)
    month.show()
    picked: list[str] = []
    month.picked.connect(picked.append)
    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_Return, Qt.Key.Key_PageUp, Qt.Key.Key_PageUp, Qt.Key.Key_Return):
        qtbot.keyClick(next(button for button in month.findChildren(Button) if button.isChecked()), key)
    assert picked == ["2028-02-29", "2027-12-29"]


def test_a_choice_commits_its_key_and_keeps_a_value_no_longer_offered(sheet: Sheet) -> None:
    choice = sheet.field("cause")
    choice.editor.setCurrentIndex(2)
    choice.editor.activated.emit(2)
    assert sheet.committed == [("cause", "wear", "dirt")]
    sheet.form.load("1052", {"cause": "rust"})
    assert choice.editor.currentText() == "rust (no longer offered)"
    assert not choice.dirty()


def test_text_is_stored_in_one_normal_form(sheet: Sheet) -> None:
    sheet.field("fault").write("Kaputtes Gera\u0308t ")
    sheet.field("fault").commit()
    assert sheet.committed == [("fault", "worn", "Kaputtes Ger\u00e4t")]


def test_switching_to_another_window_is_not_leaving_the_field(sheet: Sheet, qtbot) -> None:
    type_into(qtbot, sheet, "fault", "half")
    sheet.field("fault").editor.clearFocus()
    before = len(sheet.committed)
    type_into(qtbot, sheet, "fault", "half a thought")
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    QApplication.processEvents()
    assert len(sheet.committed) == before


def test_every_label_names_its_field(sheet: Sheet) -> None:
    for field in sheet.form.fields.values():
        assert field.editor.accessibleName() == field.label.text()
        assert field.label.buddy() is field.editor


def test_in_a_narrow_window_labels_stand_above_their_fields(sheet: Sheet) -> None:
    sheet.resize(700, 700)
    QApplication.processEvents()
    assert sheet.field("fault").label.y() <= sheet.field("fault").y()
    assert sheet.field("fault").x() > 100
    sheet.resize(380, 700)
    QApplication.processEvents()
    assert sheet.field("fault").x() < 50


@pytest.fixture
def ten_megabytes() -> Iterator[str]:
    text = "torque checked\n" * 700_000
    clipboard = QGuiApplication.clipboard()
    clipboard.setText(text)
    yield text
    clipboard.clear()


@pytest.mark.parametrize(
    ("key", "words"),
    [("fault", "Too long: 50 characters at most."), ("remarks", "Too long: 100,000 characters at most.")],
)
def test_ten_megabytes_pasted_are_refused_in_words_before_any_of_it_is_taken(
    sheet: Sheet, qtbot, ten_megabytes: str, key: str, words: str
) -> None:
    type_into(qtbot, sheet, key, "seal")
    sheet.form.flush_drafts()
    editor = sheet.field(key).editor
    taken: list[str] = []
    editor.textChanged.connect(lambda *_text: taken.append(editor.objectName()))
    qtbot.keyClick(editor, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    editor.paste()
    assert (taken, sheet.field(key).text()) == ([], "seal")
    assert trouble(sheet, key) == words
    sheet.form.flush_drafts()
    assert sheet.typed == [(key, "seal")]
    qtbot.keyClicks(editor, "s")
    assert trouble(sheet, key) == ""  # the complaint goes with the next key


@pytest.mark.parametrize("key", ["fault", "remarks"])
def test_ten_megabytes_dropped_are_refused_like_those_pasted(sheet: Sheet, qtbot, ten_megabytes: str, key: str) -> None:
    load = QMimeData()
    load.setText(ten_megabytes)
    editor = sheet.field(key).editor
    if key == "remarks":
        editor.insertFromMimeData(load)  # Qt's one door for what is dropped on prose
    else:
        copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        editor.dropEvent(QDropEvent(QPointF(4, 4), copy, load, left, none))
    assert not sheet.field(key).dirty()
    assert trouble(sheet, key).startswith("Too long: ")


@pytest.mark.parametrize(("key", "limit"), [("fault", 50), ("remarks", 100_000)])
@pytest.mark.slow
def test_a_paste_that_just_fits_is_taken_also_in_place_of_what_is_marked(
    sheet: Sheet, qtbot, key: str, limit: int
) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("e\u0301" * (limit - 1) + "x")  # stored as one character each
    type_into(qtbot, sheet, key, "to be replaced")
    editor = sheet.field(key).editor
    editor.selectAll()
    qtbot.keyClick(editor, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    clipboard.clear()
    assert trouble(sheet, key) == ""
    assert sheet.field(key).commit()
    assert sheet.committed[-1][2] == "\u00e9" * (limit - 1) + "x"


def menu_of(editor: QWidget) -> QMenu:
    """What opens by the menu key."""
    middle = editor.rect().center()
    target = editor.viewport() if isinstance(editor, QPlainTextEdit) else editor
    reason = QContextMenuEvent.Reason.Keyboard
    QApplication.sendEvent(target, QContextMenuEvent(reason, middle, editor.mapToGlobal(middle)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def pick(menu: QMenu, words: str) -> None:
    action = next(each for each in menu.actions() if each.text() == words)
    assert action.isEnabled(), words
    action.trigger()
    menu.close()


def lines_of(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


@pytest.mark.parametrize("key", ["fault", "remarks"])
def test_paste_in_the_menu_of_a_text_looks_at_the_size_too(sheet: Sheet, qtbot, ten_megabytes: str, key: str) -> None:
    before = sheet.field(key).text()
    pick(menu_of(sheet.field(key).editor), "Paste")
    assert sheet.field(key).text() == before
    assert trouble(sheet, key).startswith("Too long: ")


@pytest.mark.parametrize("key", ["fault", "remarks", "due"])
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Undo", "Redo", "Cut", "Copy", "Paste", "Delete", "Select all"]),
        ("zh_CN", ["撤销", "重做", "剪切", "复制", "粘贴", "删除", "全选"]),
        ("zh_TW", ["復原", "重做", "剪下", "複製", "貼上", "刪除", "全選"]),
    ],
)
def test_the_menu_of_a_text_speaks_the_language_of_the_window(
    sheet: Sheet, language: str, words: list[str], key: str
) -> None:
    i18n.set_language(language)
    menu = menu_of(sheet.field(key).editor)
    assert lines_of(menu) == words
    assert [action.shortcut().toString() for action in menu.actions() if not action.isSeparator()] == [
        QKeySequence(key).toString()
        for key in (KEYS.Undo, KEYS.Redo, KEYS.Cut, KEYS.Copy, KEYS.Paste, KEYS.Delete, KEYS.SelectAll)
    ]
    menu.close()


@pytest.mark.parametrize("key", ["fault", "remarks"])
def test_every_line_of_the_menu_does_what_it_says(sheet: Sheet, qtbot, key: str) -> None:
    type_into(qtbot, sheet, key, "seal leaks")
    field, editor = sheet.field(key), sheet.field(key).editor
    editor.selectAll()
    pick(menu_of(editor), "Copy")
    assert QGuiApplication.clipboard().text() == "seal leaks"
    pick(menu_of(editor), "Delete")
    assert field.text() == ""
    pick(menu_of(editor), "Undo")
    assert field.text() == "seal leaks"
    pick(menu_of(editor), "Redo")
    assert field.text() == ""
    pick(menu_of(editor), "Paste")
    pick(menu_of(editor), "Select all")
    pick(menu_of(editor), "Cut")
    assert field.text() == ""
    assert QGuiApplication.clipboard().text() == "seal leaks"


def test_what_only_can_be_read_offers_only_what_reading_allows(sheet: Sheet) -> None:
    for key in ("fault", "remarks"):
        editor = sheet.field(key).editor
        editor.setReadOnly(True)
        menu = menu_of(editor)
        on = [action.text() for action in menu.actions() if action.isEnabled() and not action.isSeparator()]
        assert on == (["Select all"] if sheet.field(key).text() else [])
        menu.close()
