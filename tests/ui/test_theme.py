"""The look: readable in every theme, changed while the program runs, one table of colours."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontInfo, QFontMetrics, QImage
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from fielddesk.core import i18n
from fielddesk.ui import fonts, icons, sheet, theme, tokens
from fielddesk.ui.buttons import Button
from fielddesk.ui.signs import Banner, Chip, Notice
from fielddesk.ui.text import Text

STATES = tokens.STATES
GROUNDS = ("bg", "surface", "sunken", "select", "hover")
TEXT = [
    *[("text", ground) for ground in (*GROUNDS, *(f"{state}_soft" for state in STATES))],
    *[("text2", ground) for ground in (*GROUNDS, *(f"{state}_soft" for state in STATES))],
    *[("link", ground) for ground in GROUNDS],
    *[("on_accent", ground) for ground in ("accent", "accent_hover")],
    *[(state, ground) for state in STATES for ground in ("surface", "bg", "select", f"{state}_soft", "hover")],
    ("on_toast", "toast"),
    ("toast_link", "toast"),
    ("disabled", "surface"),
]
MARKS = [
    ("disabled", "sunken"),  # off, so WCAG asks nothing; it can still be read
    ("toast_ok", "toast"),
    *[("edge", ground) for ground in ("bg", "surface", "sunken")],
    *[("focus", ground) for ground in ("bg", "surface", "sunken", "accent", "select", "hover")],
    *[("bar", ground) for ground in ("select", "track", "surface", "sunken")],
    ("accent", "surface"),
    ("bar", "bg"),
]


def luminance(value: str) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    colour = QColor(value)
    return 0.2126 * linear(colour.red()) + 0.7152 * linear(colour.green()) + 0.0722 * linear(colour.blue())


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", tokens.SCHEMES)
def test_text_and_marks_can_be_told_from_what_lies_under_them(scheme: str) -> None:
    colours = tokens.COLOURS[scheme]
    assert len(TEXT) + len(MARKS) == 72
    assert len(set(TEXT + MARKS)) == 72
    for pairs, least in ((TEXT, 4.5), (MARKS, 3.0)):
        for ink, ground in pairs:
            assert contrast(colours[ink], colours[ground]) >= least, (scheme, ink, ground)


def test_the_weakest_text_pair_is_the_one_that_was_measured() -> None:
    weakest = min(
        (contrast(tokens.COLOURS[s][a], tokens.COLOURS[s][b]), s, a, b) for s in tokens.SCHEMES for a, b in TEXT
    )
    assert weakest[1:] == ("contrast", "on_accent", "accent_hover")
    assert round(weakest[0], 2) == 4.72


def test_every_theme_has_the_same_31_names() -> None:
    for scheme in tokens.SCHEMES:
        assert len(tokens.COLOURS[scheme]) == 31
        assert list(tokens.COLOURS[scheme]) == list(tokens.COLOURS["light"])


def test_no_colour_is_written_outside_the_token_table() -> None:
    for file in Path(tokens.__file__).parent.glob("*.py"):
        if file.name != "tokens.py":
            assert not re.search(r"#[0-9A-Fa-f]{6}\b|QColor\(\d|rgba?\(", file.read_text("utf-8")), file.name


@pytest.mark.parametrize("scheme", tokens.SCHEMES)
@pytest.mark.parametrize("size", [100, 125, 150, 200])
def test_the_sheet_uses_only_names_that_exist_and_leaves_no_place_unfilled(scheme: str, size: int) -> None:
    text = sheet.style_sheet(tokens.Look(scheme, size))
    assert "$" not in text
    assert text.count("{") == text.count("}")
    assert "-1px" not in text


def shot(widget: QWidget) -> QImage:
    widget.ensurePolished()
    return widget.grab().toImage()


def ink_of(image: QImage, ground: str) -> set[str]:
    shown = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    return shown - {QColor(ground).name()}


def test_a_change_of_theme_shows_at_once_in_sheet_palette_and_icons(qtbot, dressed) -> None:
    button = Button("Open", "wrench")
    chip = Chip("Ready", "ok")
    for widget in (button, chip):
        qtbot.addWidget(widget)
        widget.show()
    before = shot(button), shot(chip)
    dressed.choose("dark")
    after = shot(button), shot(chip)
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert QApplication.palette().window().color() == QColor(tokens.COLOURS["dark"]["bg"])
    assert QColor(tokens.COLOURS["dark"]["ok_soft"]).name() in ink_of(after[1], "#000000")


def test_text_size_grows_targets_fonts_and_layouts_together(qtbot, dressed) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    theme.space(column, (8, 8, 8, 8), 8)
    button, label = Button("Open"), Text("Work orders", "title")
    column.addWidget(button)
    column.addWidget(label)
    qtbot.addWidget(window)
    window.show()
    assert button.height() == 40
    dressed.choose("light", 200)
    QApplication.processEvents()
    assert button.sizeHint().height() == 80
    assert label.font().pixelSize() == 44
    assert column.contentsMargins().left() == 16
    dressed.choose("light", 999)
    assert theme.look().text_size == 200


def test_the_system_is_followed_until_a_person_chooses(dressed, monkeypatch) -> None:
    dressed.choose(None)
    assert theme.look().scheme == "light"  # offscreen says Unknown, and Unknown means light
    monkeypatch.setattr(dressed, "system_scheme", lambda: "dark")
    dressed._hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.look().scheme == "dark"
    monkeypatch.setattr(dressed, "system_scheme", lambda: "contrast")
    dressed._contrast.contrastPreferenceChanged.emit(Qt.ContrastPreference.HighContrast)
    assert theme.look().scheme == "contrast"
    dressed.choose("light")
    dressed._hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.look().scheme == "light"


@pytest.mark.parametrize("scheme", tokens.SCHEMES)
@pytest.mark.parametrize("size", [100, 150, 200])
def test_the_focus_ring_moves_nothing(qtbot, dressed, scheme: str, size: int) -> None:
    dressed.choose(scheme, size)
    window = QWidget()
    column = QVBoxLayout(window)
    widgets = [Button("Open"), Button("Quiet", kind="quiet"), QLineEdit("text"), Button("Bare", "user", "bare")]
    for widget in widgets:
        column.addWidget(widget)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    places = []
    for widget in widgets:
        widget.setFocus()
        QApplication.processEvents()
        assert widget.hasFocus()
        places.append([(each.geometry().getRect(), each.sizeHint().toTuple()) for each in widgets])
    assert all(place == places[0] for place in places)


def test_digits_have_one_width(qapp) -> None:
    metrics = QFontMetrics(qapp.font())
    assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("0000")
    for weight in (400, 500, 600):
        metrics = QFontMetrics(fonts.sized(qapp.font(), 22, weight))
        assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("0000")


def test_latin_is_shown_in_the_shipped_font(qapp) -> None:
    assert QFontInfo(qapp.font()).family() == "Inter"
    assert {QFontInfo(fonts.sized(qapp.font(), 14, weight)).weight() for weight in (400, 500, 600)} == {400, 500, 600}


def test_each_chinese_script_keeps_its_own_forms_through_changes_of_language(qtbot) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    for kind in ("", "caption", "second", "strong", "heading", "title", "reading"):
        column.addWidget(Text("骨直：令，序", kind))
    qtbot.addWidget(window)
    window.show()
    pictures = []
    for language in ("zh_TW", "zh_CN", "zh_TW", "zh_CN"):
        i18n.set_language(language)
        QApplication.processEvents()
        pictures.append(window.grab().toImage())
    assert pictures[0] == pictures[2]
    assert pictures[1] == pictures[3]
    assert pictures[0] != pictures[1]


def test_a_placeholder_is_as_readable_as_a_second_line(qtbot) -> None:
    edit = QLineEdit()
    edit.setPlaceholderText("██████")
    qtbot.addWidget(edit)
    edit.resize(300, 40)
    edit.show()
    assert QColor(tokens.COLOURS["light"]["text2"]).name() in ink_of(shot(edit), tokens.COLOURS["light"]["surface"])


def test_a_label_with_a_state_is_not_painted_as_a_banner(qtbot) -> None:
    label = Text("35 min late")
    label.set_state("bad")
    holder = QWidget()
    QVBoxLayout(holder).addWidget(label)
    qtbot.addWidget(holder)
    holder.show()
    assert QColor(tokens.COLOURS["light"]["bad_soft"]).name() not in ink_of(shot(holder), "#ffffff")
    banner = Banner()
    banner.show_notices([Notice("Late", state="bad")])
    qtbot.addWidget(banner)
    assert QColor(tokens.COLOURS["light"]["bad_soft"]).name() in ink_of(shot(banner), "#ffffff")


def test_in_contrast_chips_and_banners_have_a_border_in_their_colour(qtbot, dressed) -> None:
    dressed.choose("contrast")
    chip = Chip("Ready", "ok")
    qtbot.addWidget(chip)
    chip.show()
    image = shot(chip)
    assert image.pixelColor(image.width() // 2, 0).name() == QColor(tokens.COLOURS["contrast"]["ok"]).name()


def test_icons_are_known_by_name_and_follow_the_theme(qtbot, dressed) -> None:
    assert icons.known("seal-check")
    assert icons.known("clock-fill")
    with pytest.raises(KeyError):
        icons.icon("no-such-icon")
    one = icons.icon("circle-fill", "ok")
    light = one.pixmap(32).toImage().pixelColor(16, 16).name()
    dressed.choose("dark")
    assert light == QColor(tokens.COLOURS["light"]["ok"]).name()
    assert one.pixmap(32).toImage().pixelColor(16, 16).name() == QColor(tokens.COLOURS["dark"]["ok"]).name()


def test_the_icon_and_font_licences_travel_with_them() -> None:
    root = Path(tokens.__file__).parents[3] / "resources"
    assert "MIT License" in (root / "icons" / "LICENSE-Phosphor.txt").read_text("utf-8")
    assert "SIL Open Font License" in (root / "fonts" / "LICENSE-Inter.txt").read_text("utf-8")
