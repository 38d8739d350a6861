"""Checklists, plans and inspections in words."""

from __future__ import annotations

from fielddesk.features.inspections.dialogs.history import ACTIONS, FIELDS
from fielddesk.features.inspections.dialogs.sentences import SENTENCES
from fielddesk.features.inspections.dialogs.words import (
    STANDINGS,
    VERDICTS,
    failed_words,
    item_rows,
    item_title,
    limits_words,
    named,
    plan_words,
    progress_words,
    question_words,
    rule_words,
    standing_words,
    value_words,
    verdict_chip,
    verdict_words,
    visit_due,
)  # fmt: skip

__all__ = [
    "ACTIONS", "FIELDS", "SENTENCES", "STANDINGS", "VERDICTS", "failed_words", "item_rows", "item_title",
    "limits_words", "named", "plan_words", "progress_words", "question_words", "rule_words", "standing_words",
    "value_words", "verdict_chip", "verdict_words", "visit_due",
]  # fmt: skip
