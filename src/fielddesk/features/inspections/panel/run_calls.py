"""The actions a running inspection does, and what takes each of them back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fielddesk.core.i18n import _
from fielddesk.features.inspections.actions import answer_item, complete_inspection, reopen_inspection, take_answer_back
from fielddesk.features.inspections.model import Answer, Inspection
from fielddesk.features.inspections.queries.running import given_of
from fielddesk.features.inspections.rules import PASSED, Given
from fielddesk.store.actions import Call, call
from fielddesk.store.database import Done
from fielddesk.ui.seams import Bench


def _ids(own: Inspection) -> dict[str, Any]:
    return {
        "inspection_id": own.id, "order_id": own.order_id, "asset_id": own.asset_id, "version_id": own.version_id,
    }  # fmt: skip


def answer_call(own: Inspection, item: str, given: Given, questioned: str, because: str, after: int = 0) -> Call:
    """The fact that records an answer; `after` is the moment of the one that stands now, 0 where there is none."""
    return call(
        answer_item, **_ids(own), item=item, verdict=given.verdict, number=given.number, choice=given.choice,
        text=given.text, day=given.day, questioned=questioned, kept_because=because, after=after,
    )  # fmt: skip


def taking_back(own: Inspection, item: str, before: Answer | None, after: int) -> Callable[[Done], Call]:
    """What makes an item as it was before: its earlier answer once more, or none; `after` as in `answer_call`."""

    def made(_done: Done) -> Call:
        if before is None:
            return call(take_answer_back, **_ids(own), item=item, after=after)
        return answer_call(own, item, given_of(before), before.questioned, before.kept_because, after)

    return made


def complete(
    bench: Bench, own: Inspection, result: str, then: Callable[[], None], failed: Callable[[Any], None]
) -> None:
    """Complete an inspection, and tell its result with a way back."""
    bench.do(
        call(complete_inspection, inspection_id=own.id, completed_on=bench.today()),
        said=lambda: _("Inspection completed: {result}").format(
            result=_("everything passed") if result == PASSED else _("with failed items")
        ),
        undo=lambda _done: call(reopen_inspection, inspection_id=own.id),
        then=lambda _done: then(),
        failed=failed,
    )


def open_again(bench: Bench, own: Inspection) -> None:
    """Take a completion back, to change an answer."""
    bench.do(call(reopen_inspection, inspection_id=own.id), said=lambda: _("Inspection open again"))
