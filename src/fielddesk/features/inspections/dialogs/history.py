"""What histories, the outbox and the conflict screen say of checklists, plans and inspections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from fielddesk.core import canonical
from fielddesk.core.i18n import N_, _, format_day, format_number, format_quantity, ngettext
from fielddesk.features.inspections.dialogs.words import named, rule_words, verdict_words
from fielddesk.features.inspections.rules import FAILED, FROM_COMPLETION, NONE
from fielddesk.ui.moments import moment_words
from fielddesk.ui.seams import ActionWords, FieldWords, Names

Told = Mapping[str, Any]
ITEMS: Final = "checklist_version.items"
"""The look-up that names the items of a version of a checklist (queries/item_names)."""


def _day(value: Any) -> str:
    try:
        return format_day(str(value)) if value else ""
    except ValueError:
        return str(value)


def _of_day(words: str) -> Callable[[Told, Names], str]:
    def made(told: Told, _names: Names) -> str:
        return _(words).format(
            day=_day(told.get("due_on")), to=_day(told.get("moved_to")), reason=told.get("reason", "")
        )

    return made


def _of_order(words: str) -> Callable[[Told, Names], str]:
    return lambda told, _names: _(words).format(number=told.get("number", ""))


def _item(told: Told, names: Names) -> tuple[str, str]:
    """What an item is called, and its unit; its key where its checklist is not on this laptop."""
    key = str(told.get("item", ""))
    try:
        words, unit = canonical.loads(names.get(str(told.get("version_id")), "{}"))[key]
    except (ValueError, KeyError, TypeError):
        return key, ""
    return named(words) or key, unit


def _answered(told: Told, names: Names) -> str:
    (item, unit), verdict = _item(told, names), verdict_words(str(told.get("verdict", "")))
    measured = told.get("measured")
    value = format_quantity(int(measured), unit) if measured is not None else ""
    said = " · ".join(part for part in (value, verdict) if part)
    return _("{item}: {answer}").format(item=item, answer=said or _("answered"))


def _taken_back(told: Told, names: Names) -> str:
    return _("Answer to {item} taken back").format(item=_item(told, names)[0])


def _completed(told: Told, _names: Names) -> str:
    if told.get("result") == FAILED:
        failed = int(told.get("failed", 0) or 0)
        return ngettext(
            "Inspection completed, {n} item failed", "Inspection completed, {n} items failed", failed
        ).format(n=format_number(failed))
    return _("Inspection completed, everything passed") if told.get("result") else _("Inspection completed")


def _handed(told: Told, names: Names) -> str:
    return _("Inspection handed over to {who}").format(who=names.get(str(told.get("assignee_id")), _("a colleague")))


def _checklist(words: str) -> Callable[[Told, Names], str]:
    return lambda told, _names: _(words).format(
        name=named(str(told.get("names", "{}"))) or told.get("number", ""), version=told.get("version", "")
    )


def _planned(told: Told, _names: Names) -> str:
    return _("Inspection planned: {rule}").format(rule=rule_words(str(told.get("rule", ""))))


def _plain(words: str) -> Callable[[Told, Names], str]:
    return lambda _told, _names: _(words)


def _taken_in(told: Told, _names: Names) -> str:
    return _("Inspections taken in from a list: {count}").format(count=told.get("count", ""))


ACTIONS: Final = (
    ActionWords("create_checklist", lambda: _("New checklist"), _checklist(N_("Checklist {name} entered")),
                "list-checks"),
    ActionWords("edit_checklist", lambda: _("Checklist"), _plain(N_("Checklist changed")), "list-checks"),
    ActionWords("publish_version", lambda: _("Version of a checklist"),
                _checklist(N_("Version {version} of {name} published")), "list-checks"),
    ActionWords("create_plan", lambda: _("Inspection plan"), _planned, "calendar-plus"),
    ActionWords("edit_plan", lambda: _("Inspection plan"), _plain(N_("Inspection plan changed")), "calendar"),
    ActionWords("end_plan", lambda: _("End of a plan"), _plain(N_("End of the inspection plan changed")), "calendar-x"),
    ActionWords("move_visit", lambda: _("Visit moved"), _of_day(N_("Visit of {day} moved to {to}: {reason}")),
                "calendar-check"),
    ActionWords("skip_visit", lambda: _("Visit skipped"), _of_day(N_("Visit of {day} skipped: {reason}")),
                "skip-forward"),
    ActionWords("restore_visit", lambda: _("Visit put back"), _of_day(N_("Visit of {day} put back")),
                "arrow-counter-clockwise"),
    ActionWords("open_visit", lambda: _("Inspection opened"), _of_order(N_("Inspection opened as {number}")),
                "clipboard-text"),
    ActionWords("create_inspection", lambda: _("New inspection"), _of_order(N_("Inspection added to {number}")),
                "clipboard-text"),
    ActionWords("start_inspection", lambda: _("Inspection begun"), lambda _told, _names: _("Inspection begun"),
                "play"),
    ActionWords("answer_item", lambda: _("Answer"), _answered, "check-square", {"version_id": ITEMS}),
    ActionWords("take_answer_back", lambda: _("Answer taken back"), _taken_back, "arrow-u-up-left",
                {"version_id": ITEMS}),
    ActionWords("complete_inspection", lambda: _("Inspection completed"), _completed, "check-circle"),
    ActionWords("reopen_inspection", lambda: _("Inspection open again"), _plain(N_("Completion taken back")),
                "arrow-counter-clockwise"),
    ActionWords("hand_over", lambda: _("Inspection handed over"), _handed, "user-switch", {"assignee_id": "user"}),
    ActionWords("take_hand_over_back", lambda: _("Inspection taken back"), _plain(N_("Handing over taken back")),
                "arrow-counter-clockwise"),
    ActionWords("import_inspections", lambda: _("List of inspections"), _taken_in, "tray"),
)  # fmt: skip


def _mode(value: Any) -> str:
    return _("counted from the last visit") if value == FROM_COMPLETION else _("on fixed days")


def _days(value: Any) -> str:
    return ngettext("{n} day", "{n} days", int(value)).format(n=value)


def _result(value: Any) -> str:
    return "" if value == NONE else verdict_words(str(value))


def _moment(value: Any) -> str:
    return moment_words(int(value), int(value), "UTC")


FIELDS: Final[dict[str, dict[str, FieldWords]]] = {
    "checklist": {
        "number": FieldWords(lambda: _("Number")),
        "names": FieldWords(lambda: _("Name"), lambda value: named(str(value))),
        "product_class": FieldWords(lambda: _("Product class")),
        "model_id": FieldWords(lambda: _("Model"), names_of="product_model"),
    },
    "inspection_plan": {
        "asset_id": FieldWords(lambda: _("Asset"), names_of="asset"),
        "checklist_id": FieldWords(lambda: _("Checklist"), names_of="checklist"),
        "rule": FieldWords(lambda: _("How often"), lambda value: rule_words(str(value))),
        "starts_on": FieldWords(lambda: _("Begins on"), _day),
        "mode": FieldWords(lambda: _("Counted"), _mode),
        "tolerance_days": FieldWords(lambda: _("On time within"), _days),
        "engineer_id": FieldWords(lambda: _("Usual engineer"), names_of="user"),
        "ended_on": FieldWords(lambda: _("Ends on"), _day),
    },
    "plan_exception": {
        "plan_id": FieldWords(lambda: _("Inspection plan"), names_of="inspection_plan"),
        "asset_id": FieldWords(lambda: _("Asset"), names_of="asset"),
        "due_on": FieldWords(lambda: _("Due"), _day),
        "moved_to": FieldWords(lambda: _("Moved to"), _day),
        "reason": FieldWords(lambda: _("Reason")),
        "by_id": FieldWords(lambda: _("By"), names_of="user"),
        "at": FieldWords(lambda: _("When"), _moment),
    },
    "inspection": {
        "order_id": FieldWords(lambda: _("Work order"), names_of="work_order"),
        "asset_id": FieldWords(lambda: _("Asset"), names_of="asset"),
        "version_id": FieldWords(lambda: _("Version of the checklist")),
        "plan_id": FieldWords(lambda: _("Inspection plan"), names_of="inspection_plan"),
        "due_on": FieldWords(lambda: _("Due"), _day),
        "started_at": FieldWords(lambda: _("Begun"), _moment),
        "completed_at": FieldWords(lambda: _("Completed"), _moment),
        "completed_on": FieldWords(lambda: _("Completed on"), _day),
        "result": FieldWords(lambda: _("Result"), _result),
    },
}
