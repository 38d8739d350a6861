"""Moments as one says them in passing: 14:05, yesterday 14:05, 3 Mar 14:05, 3 Mar 2027."""

from __future__ import annotations

from fielddesk.core.clock import local_day
from fielddesk.core.i18n import _, format_day, format_moment


def moment_words(moment: int, now: int, zone: str) -> str:
    """A moment (microseconds UTC) as short as today allows: the time, the day and time, or the day with its year."""
    day, today = local_day(moment, zone), local_day(now, zone)
    time = format_moment(moment, zone, "time")
    if day == today:
        return time
    if day == local_day(now - 86_400_000_000, zone):
        return _("yesterday, {time}").format(time=time)
    if day[:4] == today[:4]:
        return _("{day}, {time}").format(day=format_day(day, "short"), time=time)
    return format_day(day)
