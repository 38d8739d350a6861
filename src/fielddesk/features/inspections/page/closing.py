"""What an order's inspection leads on to: its items, then the customer's signature, then the report, then the end."""

from __future__ import annotations

from functools import partial

from fielddesk.core.errors import RuleBroken
from fielddesk.core.i18n import _
from fielddesk.features.documents.papers import issued_before
from fielddesk.features.inspections.papers.content import KIND
from fielddesk.features.inspections.queries import inspected, open_on
from fielddesk.features.inspections.queries.closing import OpenInspection
from fielddesk.store.tx import Reading
from fielddesk.ui.seams import ClosingCheck, Missing
from fielddesk.ui.wording import sentence

ORDER = "work_order"


def not_completed(read: Reading, order_id: str) -> list[Missing]:
    """Inspections of the order that are still open, with the required items that have no answer."""
    return [
        Missing(partial(_open_words, one), "inspection", partial(_step_words, one)) for one in open_on(read, order_id)
    ]


def not_reported(read: Reading, order_id: str) -> list[Missing]:
    """The report, as soon as there is something to report; it may also be issued later, so it keeps nobody waiting."""
    if not inspected(read, order_id) or issued_before(read, KIND, ORDER, order_id):
        return []
    return [
        Missing(lambda: _("The report is not issued yet"), "documents", lambda: _("Inspection report"), may_wait=True)
    ]


def _open_words(one: OpenInspection) -> str:
    if not one.numbers:
        return _("The inspection is not completed")
    listed = ", ".join(map(str, one.numbers[:20])) + (", …" if len(one.numbers) > 20 else "")
    return sentence(RuleBroken("items_missing", count=len(one.numbers), numbers=listed, names=one.names))


def _step_words(one: OpenInspection) -> str:
    return _("Continue inspection") if one.started else _("Start inspection")


CHECKS = (ClosingCheck("inspection", 10, not_completed), ClosingCheck("inspection_report", 40, not_reported))
