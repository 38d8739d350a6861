"""Inspections as others tell them: to the customer before signing, in the history of an asset, in a calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fielddesk.core.i18n import _, format_day, format_number, ngettext
from fielddesk.features.inspections.actions import visit_order_id
from fielddesk.features.inspections.dialogs.words import item_title, limits_words, named, value_words, verdict_words
from fielddesk.features.inspections.queries import InspectionRow, InspectionView, VisitRow
from fielddesk.features.inspections.queries.running import ItemView, given_of
from fielddesk.features.inspections.rules import FAILED, LIMITS
from fielddesk.ui.entries import Entry
from fielddesk.ui.moments import moment_words
from fielddesk.ui.seams import Appointment


def result_words(failed: int, done: int) -> str:
    """What an inspection came to."""
    if failed:
        return ngettext("{n} item failed", "{n} items failed", failed).format(n=format_number(failed))
    return ngettext("{n} item looked at, everything passed", "{n} items looked at, everything passed", done).format(
        n=format_number(done)
    )


def summary_lines(view: InspectionView, follow_ups: Mapping[str, Sequence[str]]) -> list[str]:
    """An inspection as the customer reads it: what it came to, then each failed item, with what was found and the
    orders that came of it, and each reading outside its limits. Nothing else that was written goes in."""
    title = named(view.checklist.names) if view.checklist is not None else _("Inspection")
    lines = [_("{checklist}: {result}").format(checklist=title, result=result_words(view.progress.failed,
                                                                                     view.progress.done))]  # fmt: skip
    for item in view.items:
        if item.shown and item.answer is not None and _worth_telling(item):
            lines.append(_item_line(item, follow_ups.get(item.item.key, ())))
    return lines


def _worth_telling(item: ItemView) -> bool:
    return item.answer is not None and (item.answer.verdict == FAILED or item.answer.questioned == LIMITS)


def _item_line(item: ItemView, orders: Sequence[str]) -> str:
    assert item.answer is not None
    given = given_of(item.answer)
    found = value_words(item.item, given)
    if item.answer.number is not None:
        found = " · ".join(part for part in (found, limits_words(item.item)) if part)
    line = _("{item}: {answer}").format(item=item_title(item.item, item.number), answer=found or verdict_words(FAILED))
    if given.text.strip():
        line = f"{line} · {given.text.strip()}"
    if orders:
        line = f"{line} · " + _("follow-up order {number}").format(number=", ".join(orders))
    return line


def told_inspections(
    rows: Sequence[InspectionRow], moments: Mapping[str, int], now: int, zone: str
) -> dict[str, Entry]:
    """Completed inspections as entries of the history of their asset; `moments` is when each ended."""
    found = {}
    for row in rows:
        passed = not row.failed
        text = _("{checklist}: {result}").format(
            checklist=named(row.names) or row.title, result=result_words(row.failed, row.done)
        )
        second = _("{when}, order {number}").format(when=moment_words(moments[row.id], now, zone), number=row.number)
        found[row.id] = Entry(
            row.id, text, second, "clipboard-text", "ok" if passed else "bad",
            (verdict_words(row.result), "ok" if passed else "bad") if verdict_words(row.result) else None,
            leads_to=("inspection", row.id),
        )  # fmt: skip
    return found


def appointment_of(row: VisitRow) -> Appointment:
    """A visit that nobody has opened yet, as a day in a calendar; the order that is opened for it takes its place."""
    title = " · ".join(part for part in (named(row.checklist) or _("Inspection"), row.asset) if part)
    window = row.plan.tolerance_days
    text = ngettext("{n} day early or late is on time", "{n} days early or late are on time", window).format(n=window)
    moved = ""
    if row.visit.planned_on != row.visit.due_on:
        moved = _("Moved from {day}: {reason}").format(day=format_day(row.visit.due_on), reason=row.visit.reason)
    return Appointment(
        f"{visit_order_id(row.plan.id, row.visit.due_on)}@fielddesk", _("Due: {title}").format(title=title),
        row.visit.planned_on, place=row.customer, text="\n".join(part for part in (text, moved) if part),
    )  # fmt: skip
