"""Plots say in shapes and words what they say in colours, and as one sentence to who cannot see them."""

import sys

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QProgressBar

from fielddesk.core import i18n
from fielddesk.ui import tokens
from fielddesk.ui.plots import Clock
from fielddesk.ui.trend import Reading, Trend, load_plots

QUARTERS = [Reading("Q2", 98_400_000), Reading("Q3", 97_900_000), Reading("Q4", 98_100_000), Reading("Q1", 97_600_000)]
NOW = Reading("now", 93_200_000)


@pytest.fixture
def trend(qtbot) -> Trend:
    view = Trend("Accumulator pressure")
    qtbot.addWidget(view)
    view.resize(460, 220)
    view.show_readings(QUARTERS, NOW, low=92_000_000, high=108_000_000, unit="bar", state="warn")
    view.show()
    return view


def colours(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_a_trend_reads_as_a_sentence(trend: Trend) -> None:
    assert trend.accessibleName() == "Accumulator pressure"
    told = trend.accessibleDescription().replace("\N{NO-BREAK SPACE}", " ")
    assert told == "Q2: 98.4 bar, Q3: 97.9 bar, Q4: 98.1 bar, Q1: 97.6 bar, now: 93.2 bar, min 92 bar, max 108 bar"
    i18n.set_language("zh_CN")
    trend.retranslate()
    assert "下限 92" in trend.accessibleDescription()


@pytest.mark.parametrize("scheme", tokens.SCHEMES)
def test_todays_reading_stands_out_in_its_state_in_every_theme(trend: Trend, dressed, scheme: str) -> None:
    dressed.choose(scheme)
    shown = colours(trend.grab().toImage())
    for token in ("warn", "info", "ok"):
        assert QColor(tokens.COLOURS[scheme][token]).name() in shown, token


def test_the_band_between_the_limits_is_filled_but_in_contrast(trend: Trend, dressed) -> None:
    soft = QColor(tokens.COLOURS["light"]["ok_soft"]).name()
    assert soft in colours(trend.grab().toImage())
    dressed.choose("contrast")
    assert soft not in colours(trend.grab().toImage())


@pytest.mark.parametrize(
    ("before", "now", "low", "high"),
    [([], None, None, None), ([], NOW, None, None), (QUARTERS[:1], None, 1, None), ([NOW, NOW], NOW, None, None)],
)
def test_few_or_equal_readings_are_drawn_too(trend: Trend, before, now, low, high) -> None:
    trend.show_readings(before, now, low=low, high=high)
    assert not trend.grab().isNull()


def test_a_clock_tells_its_words_beside_its_bar(qtbot) -> None:
    clock = Clock()
    qtbot.addWidget(clock)
    clock.show()
    clock.show_time("1 h 10 min left", 0.7, "warn", "resolve by 14:30")
    bar = clock.findChild(QProgressBar)
    assert (bar.value(), bar.accessibleName()) == (70, "1 h 10 min left")
    clock.show_time("35 min late", 1.4, "bad")
    assert bar.value() == 100
    assert bar.property("state") == "bad"


def test_the_values_of_a_trend_are_also_a_table(trend: Trend) -> None:
    trend.table_shown.click()
    assert trend.table.isVisible()
    cells = trend.table.as_text().replace("\N{NO-BREAK SPACE}", " ").split("\n")
    assert cells[0] == "When\tValue"
    assert cells[1:6] == ["Q2\t98.4 bar", "Q3\t97.9 bar", "Q4\t98.1 bar", "Q1\t97.6 bar", "now\t93.2 bar"]
    assert cells[6:] == ["Upper limit\t108 bar", "Lower limit\t92 bar"]


def test_the_plot_package_leaves_our_reports_of_mistakes_in_place() -> None:
    mine = sys.excepthook
    load_plots()
    assert sys.excepthook is mine


def test_the_first_look_at_a_trend_has_room_for_all_its_words(qtbot) -> None:
    trend = Trend("Earlier readings")
    qtbot.addWidget(trend)
    trend.resize(560, 240)
    trend.show()
    readings = [Reading(f"day {place}", value * 1_000_000) for place, value in enumerate((182, 98, 181, 171))]
    trend.show_readings(readings, low=92_000_000, high=108_000_000)
    qtbot.waitUntil(lambda: trend.plot.height() < 400)
    view = trend.plot.getViewBox()
    inside = view.mapRectToScene(view.boundingRect())
    words = [item for item in trend.plot.items() if type(item).__name__ == "TextItem"]
    assert len(words) == 2 * len(readings) + 2
    for item in words:
        assert inside.adjusted(-1, -1, 1, 1).contains(item.mapRectToScene(item.boundingRect()))
