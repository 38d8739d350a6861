"""Inspections and visits as rows of a list."""

from __future__ import annotations

from collections.abc import Sequence

from fielddesk.core.i18n import _, due_words, format_day, relative_day
from fielddesk.features.inspections.dialogs import STANDINGS, named, progress_words
from fielddesk.features.inspections.panel.visit_shown import visit_key
from fielddesk.features.inspections.queries import (
    CalendarDay,
    InspectionFilter,
    InspectionRow,
    VisitRow,
    inspection_count,
    inspection_page,
    inspection_place,
)  # fmt: skip
from fielddesk.features.people.dialogs import mark_of
from fielddesk.features.people.queries import marks
from fielddesk.store.tx import Reading
from fielddesk.ui.calendar import DayEntry
from fielddesk.ui.lists import Row
from fielddesk.ui.paging import Source
from fielddesk.ui.seams import Bench, paged


def standing_of(row: InspectionRow) -> str:
    """How an inspection stands as a whole."""
    if row.completed_at is not None:
        return {"late": "done_late"}.get(row.standing, row.standing or "on_time")
    return row.standing or "coming"


def row_of(row: InspectionRow, today: str, mark: str | None = None) -> Row:
    """An inspection as two lines: checklist and asset; at the right how far it is and when it is due."""
    standing = standing_of(row)
    _words, state, icon = STANDINGS[standing]
    done = row.completed_at is not None
    second = " · ".join(part for part in (row.asset, row.customer) if part) or row.number
    if done:
        failed = row.result == "failed"
        right = _("failed") if failed else _("passed")
        below = format_day(row.completed_on, "short") if row.completed_on else ""
        state, icon = ("bad", "x-circle-fill") if failed else ("ok", "check-circle-fill")
        return Row(row.id, named(row.names) or row.title, second, right, state, icon, state, below, "",
                   mark_of(mark), row.number)  # fmt: skip
    right = progress_words(row.done, row.total) if row.started_at is not None or row.done else ""
    below = _due(row.planned_on, today)
    colour = "" if state == "idle" else state
    if row.started_at is not None and state != "bad":
        state, icon = "info", "play-circle-fill"
    return Row(row.id, named(row.names) or row.title, second, right, state, icon, "", below, colour, mark_of(mark),
               row.number)  # fmt: skip


def _due(day: str | None, today: str) -> str:
    if day is None:
        return ""
    if day < today:
        return due_words(day, today)
    near = relative_day(day, today)
    return near if near in (_("today"), _("tomorrow")) else format_day(day, "short")


def visit_row(row: VisitRow, today: str) -> Row:
    """A visit that nobody has opened yet."""
    _words, state, icon = STANDINGS[row.standing]
    second = " · ".join(part for part in (row.asset, row.customer) if part)
    return Row(
        visit_key(row.plan.id, row.visit.due_on), named(row.checklist), second, _("planned"), state, icon, "",
        _due(row.visit.planned_on, today), "" if state == "idle" else state,
    )  # fmt: skip


def day_rows(day: CalendarDay | None, today: str) -> list[Row]:
    """What falls on a day."""
    if day is None:
        return []
    return [*(row_of(row, today) for row in day.inspections), *(visit_row(row, today) for row in day.visits)]


def day_entries(days: Sequence[CalendarDay], today: str) -> dict[str, list[DayEntry]]:
    """What a calendar shows in its days."""
    return {day.day: [DayEntry(row.id, _entry_words(row), row.state) for row in day_rows(day, today)] for day in days}


def _entry_words(row: Row) -> str:
    asset = row.second.split(" · ")[0]
    return asset or row.title


def inspection_source(bench: Bench, wanted: InspectionFilter) -> Source:
    """Inspections as rows of a list."""

    def fetch(read: Reading, offset: int, limit: int) -> list[Row]:
        rows = inspection_page(read, wanted, offset, limit)
        marked = marks(read, [row.id for row in rows])
        return [row_of(row, wanted.today, marked.get(row.id)) for row in rows]

    return paged(
        bench, fetch, lambda read: inspection_count(read, wanted),
        lambda read, row_id: inspection_place(read, wanted, row_id),
    )  # fmt: skip
