"""Visits and due days written into an iCalendar file."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path

from fielddesk.core.clock import local_day
from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _, format_number, ngettext
from fielddesk.features.lists.papers import Entry, calendar_of
from fielddesk.features.lists.queries import Visit, visits
from fielddesk.features.people.rules import sees_everything
from fielddesk.store.tx import Reading
from fielddesk.ui.seams import Appointment, Bench, Me


def appointments(read: Reading, me: Me, _today: str) -> list[Appointment]:
    """One's own orders, those of everybody for who plans: the agreed visit, or the day an order is due."""
    return [_appointment(visit) for visit in visits(read, me.user_id, sees_everything(me.role))]


def _appointment(visit: Visit) -> Appointment:
    order = visit.order
    title = f"{order.number} {order.title}"
    lines = (visit.customer, visit.phone, visit.asset, order.description)
    return Appointment(
        f"{order.id}@fielddesk",
        title if order.planned_at is not None else _("Due: {title}").format(title=title),
        order.due_on or local_day(order.planned_at or 0, visit.zone or "UTC"),
        order.planned_at,
        zone=visit.zone,
        place=", ".join(part for part in (visit.customer, visit.address) if part),
        text="\n".join(line for line in lines if line),
    )


def export_visits(bench: Bench, path: Path) -> None:
    """Write everything that stands in a person's calendar into a file."""
    me, today, zone, now = bench.me, bench.today(), bench.zone(), bench.now()
    found: list[Appointment] = []

    def ask(read: Reading) -> list[Appointment]:
        return [each for gather in bench.offers.appointments for each in gather(read, me, today)]

    def write(entries: list[Appointment]) -> None:
        found.extend(entries)
        bench.work(partial(_write, path, entries, _("FieldDesk visits"), zone, now), written)

    def written(_nothing: None) -> None:
        count = len(found)
        words = ngettext("{n} entry exported to {file}", "{n} entries exported to {file}", count)
        bench.toast(words.format(n=format_number(count), file=path.name))

    bench.read(ask, write)


def _write(path: Path, found: list[Appointment], name: str, zone: str, now: int) -> None:
    entries = [Entry(**{**asdict(each), "zone": each.zone or zone}) for each in found]
    try:
        path.write_bytes(calendar_of(entries, name, now))
    except OSError as problem:
        why = problem.strerror or type(problem).__name__
        raise FieldDeskError("file_not_written", file=path.name, why=why) from None
