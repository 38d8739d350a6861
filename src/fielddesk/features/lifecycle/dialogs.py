"""Product models, stages and the strategy table in words, and the field that takes a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

from fielddesk.core import canonical
from fielddesk.core.i18n import N_, _, format_day, ngettext, pick
from fielddesk.features.lifecycle import rules
from fielddesk.features.lifecycle.model import ProductModel
from fielddesk.features.lifecycle.queries import ModelRow, model_page
from fielddesk.features.lifecycle.rules import Alert, InspectionRule
from fielddesk.store.tx import Reading
from fielddesk.ui.fields import Choice, Field, Line
from fielddesk.ui.forms import Day
from fielddesk.ui.lists import Row
from fielddesk.ui.seams import ActionWords, Bench, FieldWords, Names
from fielddesk.ui.signs import Chip, Notice
from fielddesk.ui.taking import RecordPicker
from fielddesk.ui.text import Words
from fielddesk.ui.wording import add_sentences

STAGES: Final = {
    rules.RESEARCH: (N_("Research and development"), "info", "flask"),
    rules.LAUNCH: (N_("Launch"), "info", "rocket-launch"),
    rules.MATURITY: (N_("Maturity"), "ok", "check-circle-fill"),
    rules.DECLINE: (N_("Decline"), "warn", "trend-down"),
    rules.RETIREMENT: (N_("Retirement"), "warn", "flag-checkered"),
}
"""Stage to its words, colour and icon."""

CLASSES: Final = {
    "industrial_equipment": N_("Industrial equipment"),
    "consumer_electronics": N_("Consumer electronics"),
    "software": N_("Software"),
    "other": N_("Other product"),
}
DATES: Final[dict[str, Words]] = {
    "launch_on": lambda: _("Launch on"),
    "end_of_sale_on": lambda: _("End of sale"),
    "market_exit_on": lambda: _("Market exit"),
    "end_of_service_on": lambda: _("End of service"),
    "last_parts_order_on": lambda: _("Last parts order"),
}
STILL_BINDS: Final = ("end_of_service_on", "last_parts_order_on")
EVERY: Final = {
    "month": N_("every month"),
    "quarter": N_("every quarter"),
    "half_year": N_("every half year"),
    "year": N_("every year"),
}
OUTCOMES: Final = {
    rules.DONE: (N_("Given"), "ok", "check-circle-fill"),
    rules.DECLINED: (N_("Declined by the customer"), "info", "hand-palm"),
    rules.NOT_APPLICABLE: (N_("Does not apply"), "idle", "prohibit"),
    rules.TAKEN_BACK: (N_("Taken back"), "idle", "arrow-counter-clockwise"),
}
PARTS: Final[dict[str, str]] = {
    "name": N_("name"), "focus": N_("focus"), "goal": N_("goal"), "service": N_("service"),
    "resources": N_("resources"), "roles": N_("roles"), "channels": N_("channels"), "documents": N_("documents"),
    "inspection": N_("inspection"), "lane": N_("lane"), "pool": N_("parts pool"), "steps": N_("steps asked for"),
    "checklist": N_("checklist"), "notice": N_("notice"), "terms": N_("terms"), "words": N_("words"),
    "common": N_("resources of every stage"), "stages": N_("stages"),
}  # fmt: skip
"""Parts of the strategy table, for what a revision changed and where one is not whole."""

add_sentences(
    {
        "class_unknown": N_("Choose one of the four product classes."),
        "stage_unknown": N_("Choose one of the five stages."),
        "stage_as_before": lambda values: _("The model is in this stage already: {stage}.").format(
            stage=stage_words(str(values.get("stage", "")))
        ),
        "model_there_already": N_("There is a model with this number already."),
        "replaces_itself": N_("A model cannot be its own replacement."),
        "dates_out_of_order": lambda values: _("{after} cannot lie before {before}.").format(
            after=date_words(str(values.get("after", ""))), before=date_words(str(values.get("before", "")))
        ),
        "revision_taken": N_("Another revision was published in the meantime. Look at it, then publish yours anew."),
        "strategy_wrong": lambda values: _("The strategy table is not whole: {where}.").format(
            where=part_words(str(values.get("where", "")))
        ),
        "whole_number_wanted": N_("Type a whole number."),
        "services_differ": N_("Write as many services here as in the other languages, one a line."),
        "outcome_unknown": N_("Choose given, declined, or does not apply."),
        "remark_missing": N_("Say why in a few words; the office reads it."),
    }
)


def stage_words(stage: str) -> str:
    """A stage as it reads; nothing for an order without one."""
    return _(STAGES[stage][0]) if stage in STAGES else "" if stage == rules.NO_STAGE else stage


def stage_state(stage: str) -> str:
    return STAGES[stage][1] if stage in STAGES else "idle"


def stage_icon(stage: str) -> str:
    return STAGES[stage][2] if stage in STAGES else "circle-dashed"


def stage_chip(stage: str) -> Chip:
    """A stage as a chip beside a title."""
    return Chip(lambda: stage_words(stage), stage_state(stage), stage_icon(stage))


def model_words(model: ProductModel | None) -> str:
    """A model as it is called: its name in the reader's language, then its number."""
    if model is None:
        return ""
    name = pick(canonical.loads(model.names))
    return f"{name} ({model.number})" if name and name != model.number else model.number


def model_names(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    """Name and number of these models by id."""
    return {model.id: model_words(model) for model in read.among(ProductModel, ids)}


def class_words(product_class: str) -> str:
    return _(CLASSES[product_class]) if product_class in CLASSES else product_class


def date_words(key: str) -> str:
    """What a date of a model is called."""
    words = DATES.get(key)
    return key if words is None else words() if callable(words) else words


def part_words(where: str) -> str:
    """A place in the strategy table in words: Decline, service."""
    return ", ".join(
        stage_words(part) if part in STAGES else _(PARTS[part]) if part in PARTS else part
        for part in where.split(".")
        if part != "stages" or part == where
    )


def rule_words(rule: InspectionRule | None) -> str:
    """How machines are looked after: on-site inspection, every quarter."""
    if rule is None:
        return ""
    kind = _("Inspection on site") if rule.kind == rules.ON_SITE else _("Remote health check")
    return _("{kind}, {every}").format(kind=kind, every=_(EVERY[rule.every]))


def lane_words(respond_percent: int, resolve_percent: int) -> str:
    """What the lane of a stage does to the agreed terms."""
    if (respond_percent, resolve_percent) == (100, 100):
        return _("As agreed")
    return _("Answer within {respond} % and repair within {resolve} % of the agreed time").format(
        respond=respond_percent, resolve=resolve_percent
    )


def text_words(text: Mapping[str, str]) -> str:
    """A text of the strategy table in the reader's language."""
    return pick(text)


# ---------------------------------------------------------------- dates that come


def alert_words(alert: Alert) -> str:
    """A date that comes or is past: "End of service on 3 Mar 2027, in 4 months"."""
    day = format_day(alert.day, "medium")
    return _("{what} on {day}, {when}").format(what=date_words(alert.key), day=day, when=_away(alert))


def _away(alert: Alert) -> str:
    if alert.days == 0:
        return _("today")
    if alert.days < 0:
        if alert.months:
            return ngettext("{n} month ago", "{n} months ago", -alert.months).format(n=-alert.months)
        return ngettext("{n} day ago", "{n} days ago", -alert.days).format(n=-alert.days)
    if alert.months:
        return ngettext("in {n} month", "in {n} months", alert.months).format(n=alert.months)
    return ngettext("in {n} day", "in {n} days", alert.days).format(n=alert.days)


def alert_notices(alerts: tuple[Alert, ...], replacement: ProductModel | None = None) -> list[Notice]:
    """What the banner of a machine or model says of its dates: the nearest, then the others and what replaces it.

    Of dates that are past only those are told that still bind: no more parts, no more service.
    """
    told = [alert for alert in alerts if alert.days >= 0 or alert.key in STILL_BINDS]
    if not told:
        return []

    def advice() -> str:
        others = [_("{what}.").format(what=alert_words(alert)) for alert in told[1:]]
        if replacement is not None:
            others.append(_("Its replacement is {model}.").format(model=model_words(replacement)))
        return " ".join(others) or _("Tell the customer in time.")

    state = "bad" if any(alert.days < 0 for alert in told) else "warn"
    return [Notice(lambda: alert_words(told[0]), advice, state, "calendar-x-fill")]


# ---------------------------------------------------------------- rows and fields


def row_of(model: ModelRow) -> Row:
    """A model as a row of a list: its name, then its number and class, the stage at the right."""
    second = " · ".join((model.number, class_words(model.product_class)))
    return Row(
        model.id, pick(model.names) or model.number, second, stage_words(model.stage), stage_state(model.stage),
        stage_icon(model.stage), stage_state(model.stage) if model.stage == rules.DECLINE else "", number=model.number,
    )  # fmt: skip


class ModelPicker(RecordPicker):
    """The field of a form that takes a product model."""

    def __init__(self, bench: Bench, key: str, label: Words) -> None:
        def find(read: Reading, text: str) -> list[Row]:
            return [row_of(row) for row in model_page(read, text, 0, 5)]

        super().__init__(bench, key, label, find, model_names, hint=lambda: _("Type a number or a name"))


NAME_FIELDS: Final = {"name_en": "en", "name_zh_cn": "zh_CN", "name_zh_tw": "zh_TW"}
"""The fields a model's names are typed into, with the language of each."""


def said_in(label: str, language: str) -> str:
    """The label of a field for what is said in one language."""
    words = {"en": _("English"), "zh_CN": _("simplified Chinese"), "zh_TW": _("traditional Chinese")}
    return _("{label}, {language}").format(label=label, language=words[language])


def model_field(bench: Bench, key: str, *, needed: bool = False) -> Field:
    """The field of a model's form."""
    if key in NAME_FIELDS:
        return Line(key, lambda: said_in(_("Name"), NAME_FIELDS[key]))
    label = FIELDS[key].label
    if key == "product_class":
        classes: list[tuple[str, Words]] = [(name, partial(class_words, name)) for name in CLASSES]
        return Choice(key, label, classes, needed=True)
    if key == "stage":
        stages: list[tuple[str, Words]] = [(stage, partial(stage_words, stage)) for stage in STAGES]
        return Choice(key, label, stages, needed=True)
    if key == "replacement_id":
        return ModelPicker(bench, key, label)
    if key in DATES or key == "stage_since":
        return Day(key, label, needed=needed or key == "stage_since", today=bench.today)
    return Line(key, label, needed=needed or key == "number")


# ---------------------------------------------------------------- what histories say


def _model_entered(told: Mapping[str, Any], _names: Names) -> str:
    return _("Model {number} entered: {stage}").format(
        number=told.get("number", ""), stage=stage_words(str(told.get("stage", "")))
    )


def _model_edited(_told: Mapping[str, Any], _names: Names) -> str:
    return _("Record changed")


def _stage_changed(told: Mapping[str, Any], _names: Names) -> str:
    if "stage" not in told:
        return _("Stage changed")
    return _("Stage is now {stage}, from {day} on: {reason}").format(
        stage=stage_words(str(told["stage"])), day=format_day(str(told["since"])), reason=told.get("reason", "")
    )


def _published(told: Mapping[str, Any], _names: Names) -> str:
    changed = "; ".join(part_words(part) for part in told.get("changed_parts", []))
    if not changed:
        return _("Revision {number} published").format(number=told.get("number", ""))
    return _("Revision {number} published: {changed}").format(number=told.get("number", ""), changed=changed)


def _models_taken_in(told: Mapping[str, Any], _names: Names) -> str:
    return _("Product models taken in from a list: {count}").format(count=told.get("count", ""))


ACTIONS: Final = (
    ActionWords("create_model", lambda: _("New product model"), _model_entered, "plus"),
    ActionWords("edit_model", lambda: _("Change of a product model"), _model_edited, "pencil-simple"),
    ActionWords("change_stage", lambda: _("Stage of a product model"), _stage_changed, "path"),
    ActionWords("publish_strategy", lambda: _("Revision of the strategy"), _published, "strategy"),
    ActionWords("import_models", lambda: _("List of product models"), _models_taken_in, "tray"),
)


def _names_in_words(value: Any) -> str:
    return pick(canonical.loads(str(value)))


def _day(value: Any) -> str:
    return format_day(str(value), "medium")


FIELDS: Final[dict[str, FieldWords]] = {
    "number": FieldWords(lambda: _("Number")),
    "names": FieldWords(lambda: _("Name"), _names_in_words),
    "product_class": FieldWords(lambda: _("Product class"), class_words),
    "stage": FieldWords(lambda: _("Stage"), stage_words),
    "stage_since": FieldWords(lambda: _("In it since"), _day),
    "stage_reason": FieldWords(lambda: _("Reason")),
    **{key: FieldWords(words, _day) for key, words in DATES.items()},
    "dates_source": FieldWords(lambda: _("Source of the dates")),
    "replacement_id": FieldWords(lambda: _("Replacement"), names_of="product_model"),
}

REVISION_FIELDS: Final[dict[str, FieldWords]] = {
    "number": FieldWords(lambda: _("Revision")),
    "valid_from": FieldWords(lambda: _("Valid from"), _day),
    "reason": FieldWords(lambda: _("Reason")),
}
