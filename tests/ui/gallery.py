"""Draws every widget of the kit in each theme, language and text size, to look at: `python -m tests.ui.gallery DIR`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from fielddesk.core import i18n
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button, Gate
from fielddesk.ui.compare import Compare, Difference
from fielddesk.ui.desk import Desk
from fielddesk.ui.forms import Choice, Day, Form, Line, Prose, Quantity
from fielddesk.ui.lists import Row
from fielddesk.ui.navigation import Place
from fielddesk.ui.page import PlainPage, SplitPage
from fielddesk.ui.palette import Command, Palette
from fielddesk.ui.plots import Clock
from fielddesk.ui.signs import Card, CardRow, Chip, Empty, Notice
from fielddesk.ui.tables import Column, Table
from fielddesk.ui.tabs import Tabs
from fielddesk.ui.text import Text
from fielddesk.ui.trend import Reading, Trend
from tests.ui.samples import said

PLACES = [
    Place("today", said("Today"), "sun"),
    Place("orders", said("Work orders"), "wrench"),
    Place("inspections", said("Inspections"), "clipboard-text"),
    Place("assets", said("Assets"), "factory"),
    Place("parts", said("Parts"), "nut"),
    Place("knowledge", said("Knowledge"), "book-open"),
    Place("customers", said("Customers"), "buildings"),
    Place("quality", said("Quality"), "gauge"),
    Place("documents", said("Documents"), "files"),
    Place("sync", said("Sync"), "arrows-clockwise"),
    Place("settings", said("Settings"), "gear", at_bottom=True),
]
COUNTS = {"orders": 9, "inspections": 4, "parts": 2, "quality": 1, "sync": 2}


def order_rows() -> list[Row]:
    def row(key: str, title: str, second: str, right: str, state: str, icon: str = "", right_state: str = "") -> Row:
        return Row(key, said(title)(), said(second)(), said(right)(), state, icon, right_state)

    progress, hold = "Northfield Castings · in progress", "Northfield Castings · on hold"
    return [
        row("1042", "1042 Kiln drive trips", progress, "35 min late", "bad", "", "bad"),
        row("1051", "1051 Robot cell stops", "Harbour Stamping · in progress", "1 h 10 min", "warn", "", "warn"),
        row("1038", "1038 Pressure drifts", "Lindqvist Metall · assigned", "tomorrow", "idle"),
        row("1047", "1047 Oil change 2 000 h", "Lindqvist Metall · assigned", "17 Mar", "idle"),
        row("1050", "1050 Waiting for seal kit", hold, "paused", "info", "pause-circle-fill", "info"),
        row("1053", "1053 Replace light curtain", "Lindqvist Metall · assigned", "21 Mar", "idle"),
        row("1029", "1029 Spindle bearing", "Harbour Stamping · completed", "done", "ok", "", "ok"),
    ]


class OrdersPage(SplitPage):
    """The page of the pictures: a list, and an order with banner, tabs, form, table and foot."""

    def __init__(self) -> None:
        super().__init__(
            said("Work orders"),
            (
                "wrench",
                said("No work orders yet"),
                said("Orders assigned to you appear here, also those made offline."),
            ),
            ("wrench", said("No order chosen"), said("Choose one at the left.")),
        )
        self.left.add_action(Button(said("New"), "plus"))
        self.filters.add("mine", said("Mine"), 9)
        self.filters.add("late", said("Late"), 1)
        self.filters.add("all", said("All"))
        self.filters.add_at_end(Button(said("Filter"), "funnel", "quiet"))
        self.reload()
        self.pane.show_title(said("1051 Robot cell stops"), said("Harbour Stamping · Robot RC-4, serial 7SR-1033"))
        self.pane.show_chips(
            [Chip(said("In progress"), "info", "play-circle-fill"), Chip(said("High"), "warn", "arrow-fat-up-fill")]
        )
        self.pane.show_notices(
            [
                Notice(
                    said("Decline: parts until 2031-06-30, 41 of 60 left"),
                    said("Advise replacement on this visit. Notice 2027-114 sent 3 Feb."),
                    "warn",
                    "trend-down",
                    [(said("Advise replacement"), lambda: None)],
                )
            ]
        )
        clock = Clock()
        clock.show_time(said("1 h 10 min"), 0.7, "warn", "14:30")
        self.pane.corner.addWidget(clock)
        card = Card()
        tabs = Tabs(said("1051 Robot cell stops"))
        tabs.add("overview", said("Overview"), self._overview())
        for key, words, count in (("parts", "Parts", 3), ("time", "Time", None), ("notes", "Notes", 2)):
            tabs.add(key, said(words), QWidget(), count)
        tabs.add("documents", said("Documents"), QWidget())
        tabs.add("history", said("History"), QWidget())
        inner = QVBoxLayout()
        theme.space(inner, (16, 4, 16, 12))
        inner.addWidget(tabs)
        card.column().addLayout(inner)
        self.pane.add(card, 1)
        gate = Gate(Button(said("Complete order"), "check"))
        gate.let(said("First give or decline the replacement advice."))
        self.pane.add_action(gate, left=True)
        self.pane.add_action(Button(said("Note"), "note-pencil"))
        self.pane.add_action(Button(said("Start time"), "timer"))
        self.show_detail(focus=False)

    def _overview(self) -> QWidget:
        panel = QWidget()
        column = QVBoxLayout(panel)
        theme.space(column, (0, 12, 0, 0), 12)
        self.form = Form()
        self.form.add(Line("fault", said("Fault found")))
        self.form.add(Choice("cause", said("Cause"), [("wear", said("Wear"))]))
        self.form.load("1051", {"fault": said("Axis 3 bearing worn, stops under load")(), "cause": "wear"})
        column.addWidget(self.form)
        head = QHBoxLayout()
        head.addWidget(Text(said("Parts fitted"), "heading"))
        head.addStretch(1)
        head.addWidget(Button(said("Scan or add part"), "barcode"))
        column.addLayout(head)
        column.addWidget(parts_table(), 1)
        return panel

    def reload(self) -> None:
        self.list.show_rows(order_rows())
        self.list.choose("1051")


class PartRow:
    def __init__(self, key: str, name: str, number: str, quantity: int) -> None:
        self.id, self.name, self.number, self.quantity = key, name, number, quantity


def parts_table() -> Table:
    table = Table(
        said("Parts fitted"),
        [
            Column("name", said("Part"), lambda row: said(row.name)()),
            Column("number", said("Number"), lambda row: row.number),
            Column("quantity", said("Quantity"), lambda row: str(row.quantity), number=True),
            Column("where", said("Where"), lambda row: said("Van 12: 2")()),
        ],
    )
    table.show_rows(
        [
            PartRow("a", "Bearing, replaces 7SR1-03-3", "7SR1-03-4", 1),
            PartRow("b", "Seal kit, always with it", "4S-118", 1),
            PartRow("c", "Grease LGEP 2, 400 g", "GR-0400", 2),
        ]
    )
    table.choose("a")
    table.fit_height()
    return table


class TodayPage(PlainPage):
    def __init__(self) -> None:
        super().__init__(said("Today"), said("Harbour Stamping · Robot RC-4, serial 7SR-1033"))
        self.pane.corner.addWidget(Button(said("Add to today"), "plus"))
        row = QHBoxLayout()
        theme.space(row, spacing=16)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column in (left, right):
            theme.space(column, spacing=16)
        row.addLayout(left, 5)
        row.addLayout(right, 3)
        visits = Card(said("Visits"))
        visits.set_count(3)
        for number, (time, chip, state) in enumerate(
            (("08:30", "Ready", "ok"), ("11:00", "1 part missing", "warn"), ("15:15", "Ready", "ok"))
        ):
            card_row = CardRow(said("1042 Kiln drive trips"), said("Harbour Stamping · in progress"), lead=time)
            card_row.add(Chip(said(chip), state))
            card_row.add(Button(said("Start"), kind="primary") if number == 0 else Button(said("Open")))
            visits.add(card_row)
        left.addWidget(visits)
        parts = Card(said("Parts that run out"), action=said("All parts"))
        part = CardRow(said("Seal kit, always with it"), said("Van 12: 2"), icon="nut")
        part.add_words(said("1 left"), "warn")
        part.add(Button(said("Reserve")))
        parts.add(part)
        left.addWidget(parts)
        waits = Card()
        waits.add(
            Empty(
                "tray",
                said("Nothing waits for an answer"),
                said("Questions from the office and from customers appear here."),
            )
        )
        left.addWidget(waits)
        left.addStretch(1)
        late = Card(said("Late and soon late"), action=said("Board"))
        for state, title, words in (
            ("bad", "1042 Kiln drive trips", "35 min late"),
            ("warn", "1051 Robot cell stops", "1 h 10 min"),
            ("idle", "1038 Pressure drifts", "tomorrow"),
        ):
            icon = {"bad": "x-circle-fill", "warn": "warning-fill", "idle": "clock"}[state]
            late_row = CardRow(said(title), said("Lindqvist Metall · assigned"), icon=icon, state=state)
            late_row.add_words(said(words), state)
            late.add(late_row)
        right.addWidget(late)
        right.addStretch(1)
        self.pane.column.addLayout(row)


class PiecesPage(PlainPage):
    """Everything else: fields and their words, buttons, conflict."""

    def __init__(self) -> None:
        super().__init__(said("Conflict on order 1051"), said("Two people changed the same fields."))
        card = Card(said("Fault found"))
        form = Form()
        form.add(Line("fault", said("Fault found")))
        form.add(Prose("remarks", said("Remarks")))
        form.add(Quantity("oil", said("Oil used"), "l"))
        form.add(Quantity("reading", said("Measured"), "bar", reading=True))
        form.add(Day("due", said("Due")))
        form.add(Choice("cause", said("Cause"), [("wear", said("Wear"))]))
        form.load(
            "1",
            {
                "fault": said("Axis 3 bearing worn, stops under load")(),
                "remarks": said("Wear of the bearing, slow at first")(),
                "oil": 2_500_000,
                "reading": 93_200_000,
                "due": "2028-03-17",
                "cause": "wear",
            },
        )
        form.fields["oil"].write("1,234")
        form.fields["oil"].commit()
        form.fields["fault"].write("x")
        form.load("1", {**form.based_on(), "fault": said("Wear of the bearing, slow at first")()})
        self.form = form
        inner = QVBoxLayout()
        theme.space(inner, (16, 12, 16, 12), 12)
        inner.addWidget(form)
        bar = QProgressBar()
        bar.setTextVisible(False)
        bar.setValue(64)
        bar.setAccessibleName(said("Time")())
        inner.addWidget(bar)
        row = QHBoxLayout()
        for kind in ("default", "tonal", "quiet", "bare"):
            row.addWidget(Button(said("Reserve"), "nut", kind))
        off = Button(said("Open"))
        off.setEnabled(False)
        row.addWidget(off)
        row.addStretch(1)
        inner.addLayout(row)
        chips = QHBoxLayout()
        for state in ("ok", "warn", "bad", "info", "idle"):
            chips.addWidget(Chip(said("Ready"), state))
        chips.addStretch(1)
        inner.addLayout(chips)
        holder = QWidget()
        holder.setLayout(inner)
        card.add(holder)
        trend = Trend(said("Measured"))
        quarters = [Reading(f"Q{n}", value) for n, value in ((2, 98_400_000), (3, 97_900_000), (4, 98_100_000))]
        now = Reading(said("Today"), 93_200_000)
        trend.show_readings(quarters, now, low=92_000_000, high=108_000_000, unit="bar", state="warn")
        inner.addWidget(trend)
        other = Card(said("Conflict on order 1051"))
        compare = Compare(said("This laptop"), said("The other laptop"))
        compare.show_differences(
            [
                Difference("status", said("Status"), said("Ready")(), said("In progress")(), said("done")()),
                Difference(
                    "fault",
                    said("Fault found"),
                    said("Axis 3 bearing worn, stops under load")(),
                    said("Axis 3 bearing worn, stops under load")() + " 2",
                    said("Wear of the bearing, slow at first")(),
                ),
            ]
        )
        compare._versions["status", "mine"].click()
        pad = QVBoxLayout()
        theme.space(pad, (16, 12, 16, 12))
        pad.addWidget(compare)
        holder = QWidget()
        holder.setLayout(pad)
        other.add(holder)
        self.pane.add(other)
        self.pane.add(card)
        self.pane.add_action(Button(said("Keep")))
        self.pane.add_action(Button(said("Take these"), "check", "primary"))


def make_desk() -> Desk:
    """A desk with sample pages."""
    desk = Desk()
    blanks: dict[str, QWidget | Callable[[], QWidget]] = {place.key: PlainPage for place in PLACES}
    desk.set_places(PLACES, {**blanks, "today": TodayPage, "orders": OrdersPage, "sync": PiecesPage})
    for key, count in COUNTS.items():
        desk.set_count(key, count)
    desk.top.user.set_words("M. Okafor")
    desk.status.show_connection(said("Offline since 07:42"))
    desk.status.show_waiting(said("12 changes wait to be sent"))
    desk.status.show_needs_you(said("2 need you"))
    return desk


def draw(target: Path, schemes: list[str], languages: list[str], sizes: list[int]) -> None:
    """Every page in every combination as PNG."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    look = theme.start(app)
    desk = make_desk()
    desk.show()
    palette = Palette(desk)
    commands = [
        Command("new", said("New"), lambda: None, "Ctrl+N", "plus", said("Work orders")),
        Command("today", said("Add to today"), lambda: None, "Alt+1", "sun", said("Today")),
        Command("part", said("Scan or add part"), lambda: None, "", "barcode", said("Parts")),
    ]
    for scheme in schemes:
        for language in languages:
            i18n.set_language(language)
            for size in sizes:
                look.choose(scheme, size)
                desk.resize(*{100: (1366, 768), 200: (1920, 1000)}.get(size, (1280, 640)))
                for key in ("today", "orders", "sync"):
                    desk.show_place(key)
                    desk.toast.hide()
                    if key == "orders":
                        page = desk.page("orders")
                        page.form.fields["fault"].editor.setFocus()
                        page.form.fields["fault"].editor.selectAll()
                        desk.show_toast(said("Bearing 7SR1-03-4 fitted"), lambda: None)
                    if key == "today":
                        palette.open_with(commands)
                    for _again in range(4):
                        app.processEvents()
                    desk.grab().save(str(target / f"{key}-{scheme}-{language}-{size}.png"))
                    palette.close_up()
                    if key == "today":
                        app.processEvents()
                        desk.grab().save(str(target / f"{key}-plain-{scheme}-{language}-{size}.png"))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    words = dict(word.split("=") for word in sys.argv[2:])
    draw(
        folder,
        words.get("themes", "light,dark,contrast").split(","),
        words.get("languages", "en,zh_CN,zh_TW").split(","),
        [int(each) for each in words.get("sizes", "100,150").split(",")],
    )
