"""Where inspections tell of themselves elsewhere: above the signature, in the history of an asset, in the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from fielddesk.core.i18n import _
from fielddesk.features.inspections.dialogs.told import appointment_of, summary_lines, told_inspections
from fielddesk.features.inspections.model import Inspection
from fielddesk.features.inspections.queries import (
    calendar,
    completed_moments,
    follow_ups,
    inspection_view,
    inspections_on,
)  # fmt: skip
from fielddesk.features.inspections.queries.lists import inspections_among
from fielddesk.features.people.rules import sees_everything
from fielddesk.store.tx import Reading
from fielddesk.ui.entries import Entry
from fielddesk.ui.seams import Appointment, Me, SummaryOffer, TimelineOffer

CALENDAR_DAYS: Final = 366
NO_DAY: Final = "2000-01-01"
"""Where it does not matter how a due day stands."""


def summary(read: Reading, order_id: str) -> list[str]:
    """The inspections of an order as its customer reads them; nothing while none was begun."""
    orders = follow_ups(read, order_id)
    views = [inspection_view(read, one.id) for one in inspections_on(read, order_id)]
    return [line for view in views if view is not None and view.answers for line in summary_lines(view, orders)]


def tell(read: Reading, ids: Sequence[str], now: int, zone: str) -> dict[str, Entry]:
    """Completed inspections as lines of a history."""
    ended = {row.id: row.completed_at or 0 for row in read.among(Inspection, ids)}
    return told_inspections(inspections_among(read, list(ids), NO_DAY), ended, now, zone)


def appointments(read: Reading, me: Me, today: str) -> list[Appointment]:
    """The visits of the coming year that nobody has opened yet: one's own, or everybody's for who plans."""
    last = (date.fromisoformat(today) + timedelta(days=CALENDAR_DAYS)).isoformat()
    whose = None if sees_everything(me.role) else me.user_id
    return [appointment_of(row) for day in calendar(read, today, last, today, me=whose) for row in day.visits]


TELLING: Final = (
    SummaryOffer("inspection", 20, lambda: _("Inspection"), summary),
    TimelineOffer("asset", "inspections", completed_moments, tell),
)
