"""Visits and due days as an iCalendar file that a calendar takes in, and once more as news of the same visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fielddesk.core.frozen import dataclass

SINCE = 1_577_836_800
"""2020: the number of an entry's edition is the seconds since then, so that a later export is always the newer one."""


@dataclass(frozen=True)
class Entry:
    """A line of the calendar: at a moment (`at`, microseconds UTC, shown on the clocks of `zone`) or on a `day`."""

    uid: str
    title: str
    day: str
    at: int | None
    minutes: int
    zone: str
    place: str
    text: str


def calendar_of(entries: Sequence[Entry], name: str, now: int) -> bytes:
    """The file. `now` (microseconds UTC) is its edition; one hour ahead of a visit, or at nine the day before a due
    day, the calendar reminds."""
    from icalendar import Calendar

    book = Calendar()
    book.add("prodid", "-//FieldDesk//Visits//EN")
    book.add("version", "2.0")
    book.add("method", "PUBLISH")
    book.add("x-wr-calname", name)
    for entry in entries:
        book.add_component(_event(entry, now))
    book.add_missing_timezones()
    return bytes(book.to_ical())


def _event(entry: Entry, now: int) -> Any:
    from icalendar import Alarm, Event

    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", now // 1_000_000 - SINCE)
    event.add("dtstamp", _moment(now))
    event.add("summary", entry.title)
    if entry.at is not None:
        begins = _moment(entry.at).astimezone(_zone(entry.zone))
        event.add("dtstart", begins)
        event.add("dtend", begins + timedelta(minutes=entry.minutes))
    else:
        day = date.fromisoformat(entry.day)
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")  # something is due, and the day is still free
    if entry.place:
        event.add("location", entry.place)
    if entry.text:
        event.add("description", entry.text)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", entry.title)
    alarm.add("trigger", timedelta(hours=-1 if entry.at is not None else -15))
    event.add_component(alarm)
    return event


def _moment(us: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)


def _zone(name: str) -> Any:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
