"""The one style sheet of the window: `$name` is a colour, `$p12` twelve pixels at 100 % text.

Widgets differ by property: `kind` (button, label, frame), `state` (ok, warn, bad, info, idle), `chip`, `banner`.
A QLabel is a QFrame, so a rule for frames always asks for `kind` too. A focus ring is a heavier border, so it takes
as much off the padding: nothing moves. There is no rule for every QWidget: body size and colour come from the font and
palette of the application.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Template

from fielddesk.ui.tokens import STATES, Look

_SHEET = """
QMainWindow, QDialog, QWidget[kind="desk"], QWidget[kind="page"] { background: $bg; }
QToolTip { background: $toast; color: $on_toast; border: $p1 solid $edge; padding: $p6 $p8; font-size: $p14; }

QFrame[kind="top"] { background: $surface; border: none; border-bottom: $p1 solid $line; }
QFrame[kind="status"] { background: $surface; border: none; border-top: $p1 solid $line; }
QFrame[kind="listpane"] { background: $surface; border: none; border-right: $p1 solid $line; }
QFrame[kind="listpane"][stacked="true"] { border-right: none; }
QFrame[kind="card"] { background: $surface; border: $p1 solid $line; border-radius: $p10; }
QFrame[kind="line"] { background: $line; border: none; min-height: 1px; max-height: 1px; }
QFrame[kind="rowline"] { background: transparent; border: none; border-top: $p1 solid $line; border-radius: 0; }
QScrollArea, QScrollArea > QWidget > QWidget[kind="body"], QStackedWidget { background: transparent; border: none; }

QLabel { background: transparent; }
QLabel[kind="caption"] { font-size: $p12; color: $text2; }
QLabel[kind="second"] { color: $text2; }
QLabel[kind="strong"] { font-weight: 600; }
QLabel[kind="medium"] { font-weight: 500; }
QLabel[kind="heading"] { font-size: $p16; font-weight: 600; }
QLabel[kind="title"] { font-size: $p22; font-weight: 600; }
QLabel[kind="reading"] { font-size: $p28; font-weight: 600; }
QLabel[kind="error"] { color: $bad; }
QLabel:disabled { color: $disabled; }

QFrame[chip="true"] { border-radius: $half24; min-height: $p24; max-height: $p24; border: none; }
QFrame[banner="true"] { border: none; border-left: $p4 solid $line; min-height: $p56; }

QPushButton { font-weight: 500; color: $text; background: $surface; border: $p1 solid $edge; border-radius: $p6;
  padding: $p4 $p15; min-height: $b40; }
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $select; }
QPushButton:checked { border: $p2 solid $bar; padding: $p3 $p14; font-weight: 600; }
QPushButton:disabled { color: $disabled; border: $p1 dashed $disabled; background: transparent; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; border-color: $primary_edge; font-weight: 600; }
QPushButton[kind="primary"]:hover { background: $accent_hover; }
QPushButton[kind="primary"]:disabled { color: $disabled; background: transparent; border: $p1 dashed $disabled; }
QPushButton[kind="tonal"] { background: $select; border-color: $bar; font-weight: 600; }
QPushButton[kind="tonal"]:disabled { background: transparent; border: $p1 dashed $disabled; }
QPushButton[kind="quiet"] { background: transparent; color: $link; border: $p1 solid transparent; font-weight: 600; }
QPushButton[kind="quiet"]:hover { background: $hover; }
QPushButton[kind="quiet"]:disabled { color: $disabled; }
QPushButton[kind="link"] { background: transparent; color: $link; border: $p1 solid transparent; text-align: left;
  font-weight: 600; padding: $p4 $p3; }
QPushButton[kind="link"]:hover { background: $hover; }
QPushButton[kind="bare"] { background: transparent; border: $p1 solid transparent; text-align: left; font-weight: 500;
  padding: $p4 $p7; }
QPushButton[kind="alert"] { background: transparent; border: $p1 solid transparent; color: $warn; padding: $p4 $p7;
  font-weight: 500; }
QPushButton[kind="filter"] { padding: $p4 $p10; }
QPushButton[kind="filter"]:checked { padding: $p3 $p9; }
QPushButton[kind="alert"]:hover, QPushButton[kind="bare"]:hover { background: $hover; }
QPushButton[kind="day"] { background: transparent; border: $p1 solid transparent; padding: 0; min-height: $d40; }
QPushButton[kind="day"]:hover { background: $hover; }
QPushButton[kind="day"][away="true"] { color: $text2; font-weight: 400; }
QPushButton[kind="day"]:checked { background: $accent; color: $on_accent; border: $p1 solid $primary_edge; padding: 0; }
QPushButton[kind="day"]:focus { border: ${ring}px solid $focus; padding: 0; min-height: $d40ring; }
QPushButton[kind="mark"] { font-size: $p16; font-weight: 600; min-height: $b54; padding: $p4 $p19; }
QPushButton[kind="mark"]:checked { border: $p2 solid $bar; padding: $p4 $p18; min-height: $m54; }
QPushButton[kind="mark"]:focus { border: ${ring}px solid $focus; padding: $p4 $ringpad_mark; min-height: $m54ring; }
QPushButton[kind="toast"] { background: transparent; color: $toast_link; border: $p1 solid transparent;
  font-weight: 600; min-height: $b40; padding: 0 $p11; }
QPushButton:focus { border: ${ring}px solid $focus; padding: $ringpad_y $ringpad_x; }
QPushButton[kind="link"]:focus { padding: $ringpad_y $ringpad_link; }
QPushButton[kind="bare"]:focus, QPushButton[kind="alert"]:focus { padding: $ringpad_y $ringpad_bare; }
QPushButton[kind="filter"]:focus { padding: $ringpad_y $ringpad_filter; }
QPushButton[kind="toast"]:focus { border: ${ring}px solid $toast_link; padding: 0 $ringpad_toast; }

QLineEdit, QPlainTextEdit, QComboBox { background: $surface; color: $text; border: $p1 solid $edge;
  border-radius: $p6; padding: $p4 $p11; min-height: $b40; selection-background-color: $accent;
  selection-color: $on_accent; placeholder-text-color: $text2; }
QPlainTextEdit { padding: $p7 $p8; }
QLineEdit:focus, QComboBox:focus { border: ${ring}px solid $focus; padding: $ringpad_y $ringpad_field; }
QPlainTextEdit:focus { border: ${ring}px solid $focus; padding: $ringpad_prose_y $ringpad_prose_x; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled { color: $disabled; border: $p1 dashed $disabled;
  background: transparent; }
QLineEdit:read-only, QPlainTextEdit:read-only { background: $bg; }
QLineEdit[kind="reading"] { font-size: $p28; font-weight: 600; min-height: $b54; }
QLineEdit[error="true"], QPlainTextEdit[error="true"], QComboBox[error="true"] { border-color: $bad; }
QLineEdit[icon="true"] { padding-left: $p39; }
QLineEdit[icon="true"]:focus { padding-left: $ringpad_icon; }
QComboBox { padding-right: $p36; }
QComboBox:focus { padding-right: $p36; }
QComboBox::drop-down { border: none; width: $p36; }
QComboBox::down-arrow { image: none; }
QComboBox QAbstractItemView { background: $surface; color: $text; border: $p1 solid $edge; padding: $p4;
  selection-background-color: $select; selection-color: $text; }
QLineEdit QToolButton { background: transparent; border: none; padding: 0; min-height: 0; min-width: 0; }

QCheckBox, QRadioButton { spacing: $p12; min-height: $p40; background: transparent; padding: 0 $p4;
  border: ${ring}px solid transparent; border-radius: $p6; }
QCheckBox:focus, QRadioButton:focus { border: ${ring}px solid $focus; }
QCheckBox:disabled, QRadioButton:disabled { color: $disabled; }
QCheckBox::indicator { width: $p22; height: $p22; border: $p1 solid $edge; border-radius: $p4; background: $surface; }
QCheckBox::indicator:checked { background: $accent; border-color: $primary_edge; }
QCheckBox::indicator:disabled { border: $p1 dashed $disabled; background: transparent; }
QRadioButton::indicator { width: $p20; height: $p20; border: $p2 solid $edge; border-radius: $half24;
  background: $surface; }
QRadioButton::indicator:checked { width: $p10; height: $p10; border: $p7 solid $accent; background: $on_accent; }

QListView, QTreeView { background: $surface; border: none; }
QListView[kind="navigation"] { background: $sunken; border: none; border-right: $p1 solid $line; }
QTableView { background: $surface; alternate-background-color: $surface; border: none; gridline-color: transparent;
  selection-background-color: $select; selection-color: $text; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section { background: $surface; color: $text2; font-size: $p12; font-weight: 400; border: none;
  border-bottom: $p1 solid $edge; padding: 0 $p10; min-height: $p32; }
QHeaderView::section:focus { color: $text; }
QTableCornerButton::section { background: $surface; border: none; }

QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $text2; font-weight: 500; padding: 0 $p14; min-height: $tab43;
  border: ${ring}px solid transparent; border-bottom: $p3 solid transparent; margin-right: $p4; }
QTabBar::tab:hover { color: $text; background: $hover; }
QTabBar::tab:selected { color: $text; font-weight: 600; border-bottom: $p3 solid $bar; }
QTabBar::tab:focus { border: ${ring}px solid $focus; border-radius: $p4; }
QTabBar::tab:disabled { color: $disabled; }
QTabBar::scroller { width: 0; }
QTabBar::tear { width: 0; }

QProgressBar { background: $track; border: none; border-radius: $p3; min-height: $p6; max-height: $p6; }
QProgressBar::chunk { background: $bar; border-radius: $p3; }
QProgressBar[state="warn"]::chunk { background: $warn; }
QProgressBar[state="bad"]::chunk { background: $bad; }
QProgressBar[state="ok"]::chunk { background: $ok; }

QScrollBar:vertical { background: transparent; width: $p12; margin: 0; }
QScrollBar:horizontal { background: transparent; height: $p12; margin: 0; }
QScrollBar::handle { background: $edge; border-radius: $p4; margin: $p2; }
QScrollBar::handle:vertical { min-height: $p40; }
QScrollBar::handle:horizontal { min-width: $p40; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; background: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMenu { background: $surface; color: $text; border: $p1 solid $edge; padding: $p4; }
QMenu::item { padding: $p10 $p16; min-height: $p20; border-radius: $p4; }
QMenu::item:selected { background: $select; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { background: $line; height: 1px; margin: $p4 0; }
QSplitter::handle { background: $line; }

QFrame[kind="toast"] { background: $toast; border: none; border-radius: $p6; min-height: $p40; max-height: $p40; }
QFrame[kind="toast"] QLabel { color: $on_toast; }
QFrame[kind="overlay"] { background: $surface; border: $p1 solid $edge; border-radius: $p10; }
QFrame[kind="photo"] { background: $sunken; border: $p1 solid $line; border-radius: $p6; }
"""

_STATE = """
QPushButton[kind="mark"][state="$s"]:checked { background: $soft; color: $ink; border: $p2 solid $ink; }
QPushButton[kind="mark"][state="$s"]:checked:focus { border: ${ring}px solid $focus; padding: $p4 $ringpad_mark; }
QLabel[state="$s"] { color: $ink; }
QFrame[chip="true"][state="$s"] { background: $soft; border: $chip_edge; }
QFrame[banner="true"][state="$s"] { background: $soft; border: $banner_edge; border-left: $p4 solid $ink; }
"""


class _Measures(Mapping[str, str]):
    """What a `$name` of the sheet stands for under one look."""

    def __init__(self, look: Look) -> None:
        self.look = look
        px, ring = look.px, look.ring
        edge = px(1) or 1
        self.named = {
            **look.colours,
            "ring": str(ring),
            "primary_edge": look.colours["line"] if look.scheme == "contrast" else look.colours["accent"],
            # A control is `min-height` plus padding plus border: these leave exactly the 40, 54 and 43 of the table.
            "b40": f"{px(40) - 2 * px(4) - 2 * edge}px",
            "d40": f"{px(40) - 2 * edge}px",
            "d40ring": f"{px(40) - 2 * ring}px",
            "b54": f"{px(54) - 2 * px(4) - 2 * edge}px",
            "m54": f"{px(54) - 2 * px(4) - 2 * px(2)}px",
            "m54ring": f"{px(54) - 2 * px(4) - 2 * ring}px",
            "ringpad_mark": f"{px(19) + edge - ring}px",
            "tab43": f"{px(43) - ring - px(3)}px",
            "half24": f"{px(24) // 2 - 1}px",
            "ringpad_y": f"{px(4) + edge - ring}px",
            "ringpad_x": f"{px(15) + edge - ring}px",
            "ringpad_link": f"{px(3) + edge - ring}px",
            "ringpad_filter": f"{px(10) + edge - ring}px",
            "ringpad_bare": f"{px(7) + edge - ring}px",
            "ringpad_toast": f"{px(11) + edge - ring}px",
            "ringpad_field": f"{px(11) + edge - ring}px",
            "ringpad_icon": f"{px(39) + edge - ring}px",
            "ringpad_prose_y": f"{px(7) + edge - ring}px",
            "ringpad_prose_x": f"{px(8) + edge - ring}px",
        }

    def __getitem__(self, name: str) -> str:
        if name in self.named:
            return self.named[name]
        if name[0] == "p" and name[1:].isdigit():
            return f"{self.look.px(int(name[1:]))}px"
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.named)

    def __len__(self) -> int:
        return len(self.named)


def style_sheet(look: Look) -> str:
    """The whole sheet for one look."""
    measures = _Measures(look)
    parts = [Template(_SHEET).substitute(measures)]
    for state in STATES:
        ink, soft = look.colours[state], look.colours[f"{state}_soft"]
        edge = f"{look.px(1)}px solid {ink}" if look.scheme == "contrast" else "none"
        measures.named |= {"s": state, "ink": ink, "soft": soft, "chip_edge": edge, "banner_edge": edge}
        parts.append(Template(_STATE).substitute(measures))
    return "".join(parts)
