"""What a refusal of checklists, plans and inspections says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fielddesk.core.i18n import N_, _, format_day, format_number, ngettext
from fielddesk.features.inspections.dialogs.words import named
from fielddesk.ui.wording import add_sentences


def _missing(values: Mapping[str, Any]) -> str:
    count = int(values.get("count", 1))
    if count == 1:
        return _("Item {number} has no answer yet: {name}").format(
            number=values.get("numbers", ""), name=named(str(values.get("names", "{}")))
        )
    return ngettext("{n} item has no answer yet: {numbers}", "{n} items have no answer yet: {numbers}", count).format(
        n=format_number(count), numbers=values.get("numbers", "")
    )


def _on(words: str) -> Any:
    return lambda values: _(words).format(day=_day(values.get("due_on")))


def _day(value: Any) -> str:
    try:
        return format_day(str(value))
    except ValueError:
        return str(value or "")


def _item(words: str) -> Any:
    """What is wrong with one item of a checklist that somebody wrote."""

    def made(values: Mapping[str, Any]) -> str:
        said = _(words).format(
            **{name: values.get(name, "") for name in ("name", "limit")},
        )
        return _("Item {item}: {what}").format(item=values.get("item", values.get("place", "")), what=said)

    return made


SENTENCES: Final[dict[str, Any]] = {
    "items_missing": _missing,
    "completed_already": N_("This inspection is completed already."),
    "verdict_unknown": N_("Press what the item came to."),
    "question_unknown": N_("The reason why the value was questioned is not known."),
    "choice_unknown": N_("Take one of the choices."),
    "text_missing": N_("Type what you found."),
    "day_missing": N_("Type or pick a day."),
    "item_is_heading": N_("A heading is not answered."),
    "not_your_order": N_("This order belongs to somebody else; only who has it, or the office, can give it away."),
    "hand_over_not_yours": N_(
        "You are not the one who gave this order away last; ask the colleague who has it, or the office."
    ),
    "colleague_began": N_("Your colleague has begun with it already; ask them to hand it back."),
    "colleague_gone": N_("This colleague can no longer take orders. Choose another."),
    "moved_nowhere": N_("The visit is on this day already."),
    "moved_too_far": N_("This is farther than one visit from the next. Skip it with a reason instead."),
    "visit_done": _on(N_("The visit of {day} is done already.")),
    "visit_skipped": _on(N_("The visit of {day} was skipped. Put it back first.")),
    "visit_started": N_("The inspection of this visit has begun. Hand it over or complete it."),
    "rule_malformed": N_("This is not a recurrence rule. Write it like FREQ=MONTHLY;INTERVAL=3."),
    "rule_part_unknown": lambda values: _("FieldDesk does not know {part} in a recurrence rule.").format(
        part=values.get("part", "")
    ),
    "rule_too_often": N_("A plan can ask for one visit a day at most."),
    "rule_too_rare": N_("There are more than ten years between two visits. Make it more often."),
    "rule_parts_clash": N_("Two parts of this recurrence rule do not go together."),
    "rule_never": N_("There is no day that fits this recurrence rule."),
    "rule_not_from_completion": N_("Counted from the last visit, a plan knows only an interval, no days or number."),
    "mode_unknown": N_("A plan counts from fixed days or from the last visit."),
    "tolerance_wrong": lambda values: _("Between 0 and {most} days count as on time.").format(
        most=values.get("most", 366)
    ),
    "start_too_far": lambda values: _("A plan begins between the years {low} and {high}.").format(
        low=values.get("low", ""), high=values.get("high", "")
    ),
    "checklist_number_taken": lambda values: _("There is a checklist with the number {number} already.").format(
        number=values.get("number", "")
    ),
    "version_not_next": N_("The versions of a checklist follow each other; look at the newest first."),
    "version_there": N_("Somebody else published this version meanwhile. Look at theirs first."),
    "items_malformed": N_("This is not a list of checklist items."),
    "items_none": N_("A checklist asks for at least one thing."),
    "items_too_many": lambda values: _("Too many items: {most} at most.").format(most=values.get("most", "")),
    "inspection_line_unknown": lambda values: _("There is no order {number} for this line.").format(
        number=values.get("number", "")
    ),
    "inspection_line_wrong": lambda values: _("The line of {number} does not fit its checklist (item {item}).").format(
        number=values.get("number", ""), item=values.get("item", "")
    ),
    "item_malformed": _item(N_("it is not written as an item")),
    "item_key_wrong": _item(N_("its key may have small letters, digits and . _ - only")),
    "item_key_twice": _item(N_("its key is there twice")),
    "item_field_unknown": _item(N_("{name} is not known")),
    "item_kind_unknown": _item(N_("its kind is not known")),
    "item_not_a_number": _item(N_("unit and limits belong to numbers only")),
    "item_text_too_long": _item(N_("a text is longer than {limit} characters")),
    "item_text_broken": _item(N_("a text has characters that cannot be stored")),
    "item_names_wrong": _item(N_("its names are written in a way that is not understood")),
    "item_without_name": _item(N_("it has no name")),
    "item_number_wrong": _item(N_("a number is not as it should be")),
    "item_limits_crossed": _item(N_("its lower limit is above the upper one")),
    "item_options_wrong": _item(N_("a choice needs two or more different options")),
    "item_part_wrong": _item(N_("a proposed part has no number")),
    "item_condition_wrong": _item(N_("its condition is not understood")),
    "item_condition_not_earlier": _item(N_("its condition looks at an item that does not stand before it")),
}
add_sentences(SENTENCES)
