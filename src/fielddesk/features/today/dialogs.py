"""The day in words: what a visit lacks, and how late something is."""

from __future__ import annotations

from collections.abc import Sequence

from fielddesk.core.i18n import _, format_day, format_moment, ngettext
from fielddesk.features.parts.dialogs import amount
from fielddesk.features.today import rules
from fielddesk.features.today.queries import Visit
from fielddesk.features.today.rules import Lack, is_ready


def lack_words(lack: Lack) -> str:
    """One thing a visit lacks, as a sentence with what to do."""
    values = lack.values
    if lack.code == rules.PART_SHORT:
        count = amount(values["count"], "piece")
        return _("Part {number}: {count} short on the van.").format(number=values["number"], count=count)
    if lack.code == rules.NO_PICTURES:
        n = values["count"]
        return ngettext(
            "{n} help picture has not arrived yet. Stay connected a little longer.",
            "{n} help pictures have not arrived yet. Stay connected a little longer.",
            n,
        ).format(n=n)
    if lack.code == rules.NO_FILES:
        n = values["count"]
        return ngettext(
            "{n} photo or file of the order has not arrived yet. Stay connected a little longer.",
            "{n} photos or files of the order have not arrived yet. Stay connected a little longer.",
            n,
        ).format(n=n)
    return {
        rules.NO_CUSTOMER: _("The customer's record has not arrived yet. Sync before you leave."),
        rules.NO_ASSET: _("The asset's record has not arrived yet. Sync before you leave."),
        rules.NO_CHECKLIST: _("The checklist has not arrived yet. Sync before you leave."),
        rules.NO_ADDRESS: _("No address is known. Ask the office."),
        rules.NO_PERMIT: _("Work there needs a permit. Ask for it on arrival."),
        rules.NO_INDUCTION: _("The site wants a safety induction before work."),
    }[lack.code]


def ready_words(lacks: Sequence[Lack]) -> tuple[str, str]:
    """Words and state of the chip that says whether a visit is ready."""
    found = tuple(lacks)
    if is_ready(found):
        return _("Ready"), "ok"
    parts = [lack for lack in found if lack.code == rules.PART_SHORT]
    others = [lack for lack in found if lack.code not in rules.ADVICE and lack.code != rules.PART_SHORT]
    if parts and not others:
        n = len(parts)
        return ngettext("{n} part missing", "{n} parts missing", n).format(n=n), "warn"
    return _("Not ready"), "warn"


def day_words(day: str, visits: Sequence[Visit], zone: str) -> str:
    """The line under the title: the day, how many visits, when the first one begins."""
    words = [format_day(day, "long")]
    if not visits:
        return " · ".join([*words, _("no visits")])
    n = len(visits)
    count = ngettext("{n} visit planned", "{n} visits planned", n).format(n=n)
    first = visits[0].planned_at
    if first is not None:
        count = _("{visits}, first at {time}").format(visits=count, time=format_moment(first, zone, "time"))
    return " · ".join([*words, count])
