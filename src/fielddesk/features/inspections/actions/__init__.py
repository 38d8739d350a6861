"""What is done with checklists, plans and inspections."""

from __future__ import annotations

from fielddesk.features.inspections.actions.checklists import (
    create_checklist,
    edit_checklist,
    publish_version,
    version_id,
)
from fielddesk.features.inspections.actions.follow_up import follow_up_calls, follow_up_id
from fielddesk.features.inspections.actions.lists import AnswerLine, InspectionLine, import_inspections
from fielddesk.features.inspections.actions.plans import (
    create_plan,
    edit_plan,
    end_plan,
    move_visit,
    open_visit,
    restore_visit,
    skip_visit,
    visit_inspection_id,
    visit_order_id,
)  # fmt: skip
from fielddesk.features.inspections.actions.running import (
    answer_item,
    complete_inspection,
    create_inspection,
    hand_over,
    reopen_inspection,
    start_inspection,
    take_answer_back,
    take_hand_over_back,
)  # fmt: skip

__all__ = [
    "AnswerLine", "InspectionLine", "answer_item", "complete_inspection", "create_checklist", "create_inspection",
    "create_plan", "edit_checklist", "edit_plan", "end_plan", "follow_up_calls", "follow_up_id", "hand_over",
    "import_inspections", "move_visit", "open_visit", "publish_version", "reopen_inspection",
    "restore_visit", "skip_visit", "start_inspection", "take_answer_back", "take_hand_over_back", "version_id",
    "visit_inspection_id", "visit_order_id",
]  # fmt: skip
