"""What was there before: readings of earlier visits, answers that were changed, and the picture of the help."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from fielddesk.core.clock import local_day
from fielddesk.core.i18n import _, format_day
from fielddesk.features.inspections.dialogs import named, value_words
from fielddesk.features.inspections.model import Answer
from fielddesk.features.inspections.model import HelpPicture as PictureRow
from fielddesk.features.inspections.queries import ReadingRow
from fielddesk.features.inspections.queries.running import given_of
from fielddesk.features.inspections.rules import NONE, Item
from fielddesk.store.tx import Reading as Read
from fielddesk.ui import theme
from fielddesk.ui.moments import moment_words
from fielddesk.ui.pictures import picture
from fielddesk.ui.seams import Bench
from fielddesk.ui.text import Text
from fielddesk.ui.trend import Reading

PICTURE_HEIGHT = 220


def quarters_of(days: Sequence[str]) -> list[int] | None:
    """The quarters of these days (ISO), where each falls into another one and none is left out; else None."""
    counted = [int(day[:4]) * 4 + (int(day[5:7]) - 1) // 3 for day in days]
    if len(counted) < 2 or any(later - sooner != 1 for sooner, later in pairwise(counted)):
        return None
    return [each % 4 + 1 for each in counted]


def _days(readings: Sequence[ReadingRow], zone: str) -> list[str]:
    return [local_day(row.at, zone) for row in readings]


def in_quarters(readings: Sequence[ReadingRow], zone: str) -> bool:
    """Whether these readings are one a quarter."""
    return quarters_of(_days(readings, zone)) is not None


def caption_of(readings: Sequence[ReadingRow], zone: str) -> str:
    """What stands over the picture of the earlier readings."""
    if len(readings) == 4 and quarters_of(_days(readings, zone)):
        return _("Last four quarters")
    return _("Earlier readings") if readings else _("No earlier readings yet")


def reading_marks(readings: Sequence[ReadingRow], zone: str) -> list[Reading]:
    """The earlier readings as marks: each with its quarter, or its day where they are no row of quarters."""
    days = _days(readings, zone)
    quarters = quarters_of(days)
    if quarters is not None:
        return [Reading(partial(_quarter, n), row.number) for n, row in zip(quarters, readings, strict=True)]
    return [Reading(partial(format_day, day, "short"), row.number) for day, row in zip(days, readings, strict=True)]


def _quarter(n: int) -> str:
    return _("Q{n}").format(n=n)


class EarlierAnswers(QWidget):
    """Answers of this inspection that were changed since, the newest first."""

    def __init__(self, item: Item, bench: Bench, people: dict[str, str]) -> None:
        super().__init__()
        self._item, self._bench, self._people = item, bench, people
        self._shown: tuple[Answer, ...] = ()
        self._lines: list[Text] = []
        self._column = QVBoxLayout(self)
        theme.space(self._column, spacing=2)
        self.hide()

    def show_answers(self, earlier: Sequence[Answer]) -> None:
        if tuple(earlier) == self._shown:
            return
        self._shown = tuple(earlier)
        for line in self._lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines = [Text(partial(self._words, answer), "caption", wraps=True) for answer in earlier]
        for line in self._lines:
            self._column.addWidget(line)
        self.setVisible(bool(earlier))

    def _words(self, answer: Answer) -> str:
        when = moment_words(answer.at, self._bench.now(), self._bench.zone())
        who = self._people.get(answer.by_id) or _("somebody")
        if answer.verdict == NONE:
            return _("Taken back by {who}, {when}").format(who=who, when=when)
        value = " · ".join(part for part in (value_words(self._item, given_of(answer)), answer.text) if part)
        return _("Before: {answer} ({who}, {when})").format(answer=value, who=who, when=when)


class HelpPicture(QFrame):
    """The picture that shows how an item is done, as large as there is room; hidden until its content is here."""

    heard_as = "picture"

    def __init__(self, bench: Bench, version_id: str, item: str) -> None:
        super().__init__()
        self.setProperty("kind", "photo")
        self._bench = bench
        self._image = QImage()
        theme.size(self, height=PICTURE_HEIGHT)
        self.hide()

        def look(read: Read) -> PictureRow | None:
            c = PictureRow.c
            return next(iter(read.all(PictureRow, c.version_id == version_id, c.item == item, limit=1)), None)

        bench.read(look, self._found)

    def _found(self, row: PictureRow | None) -> None:
        if row is not None:
            self._row = row
            self.setAccessibleName(named(row.caption or "{}") or _("Picture of how it is done"))
            self._bench.read_blob(row.sha256, self._take)

    def _take(self, content: bytes | None) -> None:
        if content is None:
            return
        self._bench.work(lambda: picture(content), self._show, failed=lambda _error: None)

    def _show(self, image: QImage) -> None:
        self._image = image
        self.setVisible(not image.isNull())

    def sizeHint(self) -> QSize:
        return QSize(theme.px(320), theme.px(PICTURE_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._image.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        room = self.contentsRect()
        shown = self._image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = room.adjusted(0, 0, 0, 0)
        place.setSize(shown)
        place.moveCenter(room.center())
        painter.drawImage(place, self._image)
        painter.end()
