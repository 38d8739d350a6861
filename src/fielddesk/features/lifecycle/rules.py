"""Stages, product classes, and the strategy table: what it must hold, and what it asks of an order (LC1 to LC3).

The table is data that headquarters revises. Texts in it are {"en": …, "zh_CN": …, "zh_TW": …}; roles, channels,
documents and parts pools are codes whose words stand in the table too. Shares are whole per cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date
from itertools import pairwise
from typing import Any, Final

from fielddesk.core.errors import RuleBroken
from fielddesk.core.frozen import dataclass

RESEARCH: Final = "research"
LAUNCH: Final = "launch"
MATURITY: Final = "maturity"
DECLINE: Final = "decline"
RETIREMENT: Final = "retirement"
STAGES: Final = (RESEARCH, LAUNCH, MATURITY, DECLINE, RETIREMENT)
NO_STAGE: Final = "none"
"""Of an order whose machine has no product model."""

CLASSES: Final = ("industrial_equipment", "consumer_electronics", "software", "other")
DATES: Final = ("launch_on", "end_of_sale_on", "market_exit_on", "end_of_service_on", "last_parts_order_on")
ENDING: Final = DATES[1:]
"""Dates that are told ahead; all but the launch take something away."""

ON_SITE: Final = "on_site"
REMOTE: Final = "remote_health_check"
EVERY: Final = ("month", "quarter", "half_year", "year")

DONE: Final = "done"
DECLINED: Final = "declined"
NOT_APPLICABLE: Final = "not_applicable"
TAKEN_BACK: Final = "taken_back"
OUTCOMES: Final = (DONE, DECLINED, NOT_APPLICABLE, TAKEN_BACK)
"""What a person says of a step that the stage asks for; after the last it is asked for again."""
SETTLED: Final = frozenset({DONE, DECLINED, NOT_APPLICABLE})

LANGUAGES: Final = ("en", "zh_CN", "zh_TW")
RESOURCES: Final = ("people", "material", "process")
WORDED: Final = ("roles", "channels", "documents", "pools", "statements")
MOST_PERCENT: Final = 400
Text = Mapping[str, str]


@dataclass(frozen=True)
class InspectionRule:
    """How machines of a class are looked after in a stage: `kind` on_site or remote_health_check, `every` a period;
    `checklist` the number of the one for it, empty where each model or class has its own."""

    kind: str
    every: str
    checklist: str = ""


@dataclass(frozen=True)
class Step:
    """Something the stage asks for before an order is completed."""

    key: str
    words: Text


@dataclass(frozen=True)
class Policy:
    """What a stage asks of one order. Texts by language; codes with their words: (code, text).

    `respond_percent` and `resolve_percent` scale the terms of the order's lane (100: as agreed, 50: half the time).
    """

    stage: str
    name: Text = field(default_factory=dict)
    focus: Text = field(default_factory=dict)
    goal: Text = field(default_factory=dict)
    service: tuple[Text, ...] = ()
    resources: Mapping[str, tuple[Text, ...]] = field(default_factory=dict)
    roles: tuple[tuple[str, Text], ...] = ()
    channels: tuple[tuple[str, Text], ...] = ()
    documents: tuple[tuple[str, Text], ...] = ()
    inspection: InspectionRule | None = None
    respond_percent: int = 100
    resolve_percent: int = 100
    pool: tuple[str, Text] = ("", {})
    steps: tuple[Step, ...] = ()
    checklist: str = ""
    """Number of the checklist that is taken where nobody chooses another; empty: none is named."""

    @property
    def hastens(self) -> bool:
        """Whether the lane is shorter than usual."""
        return min(self.respond_percent, self.resolve_percent) < 100


def policy(table: Mapping[str, Any] | None, stage: str, product_class: str, kind: str) -> Policy:
    """What a table asks of an order of this kind about a machine of this class in this stage.

    Without a table, or of a stage it does not know, nothing is asked.
    """
    found = (table or {}).get("stages", {}).get(stage)
    if table is None or found is None:
        return Policy(stage)
    words = table["words"]

    def worded(group: str, codes: Iterable[str]) -> tuple[tuple[str, Text], ...]:
        return tuple((code, _name_in(words.get(group, {}), code)) for code in codes)

    rule = found["inspection"].get(product_class)
    return Policy(
        stage, found["name"], found["focus"], found["goal"], tuple(found["service"]),
        {key: tuple(found["resources"][key]) for key in RESOURCES}, worded("roles", found["roles"]),
        worded("channels", found["channels"]), worded("documents", found["documents"]),
        InspectionRule(rule["kind"], rule["every"], rule.get("checklist", "")) if rule else None,
        found["lane"]["respond_percent"],
        found["lane"]["resolve_percent"], worded("pools", [found["pool"]])[0],
        tuple(Step(step["key"], step["words"]) for step in found["steps"] if _asks(step, product_class, kind)),
        (rule or {}).get("checklist") or found["checklist"],
    )  # fmt: skip


def _asks(step: Mapping[str, Any], product_class: str, kind: str) -> bool:
    return kind in (step["kinds"] or [kind]) and product_class in (step["classes"] or [product_class])


def _name_in(words: Mapping[str, Any], code: str) -> Text:
    text: Mapping[str, Any] = words.get(code, {"en": code})
    named: Text = text.get("name", text)  # roles have a name and what they do
    return named


def steps_missing(asked: Sequence[Step], outcomes: Iterable[tuple[str, str]]) -> list[Step]:
    """Steps that are neither given nor declined; `outcomes` are (step, outcome), the newest last."""
    newest = dict(outcomes)
    return [step for step in asked if newest.get(step.key) not in SETTLED]


def check_step(outcome: str, remark: str) -> None:
    """RuleBroken for an outcome that is none of ours, or one that leaves the step out without saying why."""
    if outcome not in OUTCOMES:
        raise RuleBroken("outcome_unknown", field="outcome", outcome=outcome)
    if outcome in (DECLINED, NOT_APPLICABLE) and not remark.strip():
        raise RuleBroken("remark_missing", field="remark")


# ---------------------------------------------------------------- product models


@dataclass(frozen=True)
class Alert:
    """A date of a model that comes soon or is past; `months` whole months until it, negative once it is past."""

    key: str
    day: str
    months: int
    days: int


def alerts(dates: Mapping[str, str | None], today: str, months_ahead: int) -> list[Alert]:
    """Dates that take something away within so many months or have done so already, the nearest first."""
    found = []
    for key in ENDING:
        if (day := dates.get(key)) is not None:
            away = months_between(today, day)
            if away < months_ahead or (away == months_ahead and day[8:] <= today[8:]):
                found.append(Alert(key, day, away, (date.fromisoformat(day) - date.fromisoformat(today)).days))
    return sorted(found, key=lambda alert: (alert.days < 0, abs(alert.days), ENDING.index(alert.key)))


def months_between(today: str, day: str) -> int:
    """Whole months from one ISO day to another, towards zero; negative when it is past."""
    if day < today:
        return -months_between(day, today)
    whole = (int(day[:4]) - int(today[:4])) * 12 + int(day[5:7]) - int(today[5:7])
    return whole - (day[8:] < today[8:])


def spans(changes: Iterable[tuple[str, str]]) -> list[tuple[str, str, str | None]]:
    """Stages with the day they began and ended (None: the present one), from (stage, since) in the order of entry.

    A later entry stands: what an earlier one said of days from its own day on is forgotten.
    """
    kept: list[tuple[str, str]] = []
    for stage, since in changes:
        kept = [(each, day) for each, day in kept if day < since]
        if not kept or kept[-1][0] != stage:
            kept.append((stage, since))
    ends: list[str | None] = [day for _, day in kept[1:]]
    return [(stage, day, end) for (stage, day), end in zip(kept, [*ends, None], strict=False)]


def check_model(number: str, names: Mapping[str, str], product_class: str) -> None:
    """RuleBroken where a model has no number or name, or a class that is none of ours."""
    if not number.strip():
        raise RuleBroken("number_missing", field="number")
    if not any(name.strip() for name in names.values()):
        raise RuleBroken("name_missing", field="names")
    if product_class not in CLASSES:
        raise RuleBroken("class_unknown", field="product_class", product_class=product_class)


def check_stage(stage: str) -> None:
    """RuleBroken for a stage that is none of the five."""
    if stage not in STAGES:
        raise RuleBroken("stage_unknown", field="stage", stage=stage)


def check_dates(dates: Mapping[str, str | None]) -> None:
    """RuleBroken where a model would end before it began: dates stand in the order of DATES, except the last order of
    parts, which may lie anywhere after the launch."""
    row = [(key, day) for key in DATES[:4] if (day := dates.get(key)) is not None]
    for (before, first), (after, second) in pairwise(row):
        if second < first:
            raise RuleBroken("dates_out_of_order", field=after, before=before, after=after)
    launch, last = dates.get(DATES[0]), dates.get("last_parts_order_on")
    if launch is not None and last is not None and last < launch:
        raise RuleBroken("dates_out_of_order", field="last_parts_order_on", before=DATES[0],
                         after="last_parts_order_on")  # fmt: skip


# ---------------------------------------------------------------- the strategy table


def check_strategy(table: Any) -> None:
    """RuleBroken('strategy_wrong') with the place at fault, such as stages.decline.lane, where a table is not whole."""
    stages = _dict(table, "stages")
    words = _dict(table, "words")
    if sorted(stages) != sorted(STAGES):
        _not_whole("stages")
    for group in WORDED:
        for code, text in _dict(words, group, "words").items():
            names = [text.get("name"), text.get("does")] if group == "roles" and isinstance(text, dict) else [text]
            for name in names:
                _text(name, f"words.{group}.{code}")
    for key in RESOURCES:
        _texts(_dict(table, "common").get(key), f"common.{key}")
    _check_terms(_dict(table, "terms"))
    for stage in STAGES:
        _check_one_stage(stages[stage], words, f"stages.{stage}")


def _check_one_stage(found: Any, words: Mapping[str, Any], where: str) -> None:
    if not isinstance(found, dict):
        _not_whole(where)
    for key in ("name", "focus", "goal"):
        _text(found.get(key), f"{where}.{key}")
    _texts(found.get("service"), f"{where}.service")
    for key in RESOURCES:
        _texts(_dict(found, "resources", where).get(key), f"{where}.resources.{key}")
    for key in ("roles", "channels", "documents"):
        codes = found.get(key)
        if not isinstance(codes, list) or not all(isinstance(code, str) and code in words[key] for code in codes):
            _not_whole(f"{where}.{key}")
    if not isinstance(found.get("pool"), str) or found["pool"] not in words["pools"]:
        _not_whole(f"{where}.pool")
    lane = _dict(found, "lane", where)
    for key in ("respond_percent", "resolve_percent"):
        if type(lane.get(key)) is not int or not 1 <= lane[key] <= MOST_PERCENT:
            _not_whole(f"{where}.lane.{key}")
    for product_class, rule in _dict(found, "inspection", where).items():
        good = product_class in CLASSES and isinstance(rule, dict)
        if not good or rule.get("kind") not in (ON_SITE, REMOTE) or rule.get("every") not in EVERY:
            _not_whole(f"{where}.inspection")
        if not isinstance(rule.get("checklist", ""), str):
            _not_whole(f"{where}.inspection")
    if not isinstance(found.get("checklist"), str):
        _not_whole(f"{where}.checklist")
    _check_steps(found.get("steps"), f"{where}.steps")


def _check_steps(steps: Any, where: str) -> None:
    if not isinstance(steps, list):
        _not_whole(where)
    keys = []
    for step in steps:
        if not isinstance(step, dict) or not isinstance(step.get("key"), str) or not step["key"].isascii():
            _not_whole(where)
        _text(step.get("words"), f"{where}.{step['key']}")
        for name in ("kinds", "classes"):
            if not isinstance(step.get(name), list) or not all(isinstance(each, str) for each in step[name]):
                _not_whole(f"{where}.{step['key']}.{name}")
        keys.append(step["key"])
    if len(keys) != len(set(keys)):
        _not_whole(where)


def _check_terms(terms: Mapping[str, Any]) -> None:
    for key in ("alert_months", "commitment_years_least", "commitment_years_most"):
        if type(terms.get(key)) is not int or not 0 <= terms[key] <= 120:
            _not_whole(f"terms.{key}")
    if terms["commitment_years_least"] > terms["commitment_years_most"]:
        _not_whole("terms.commitment_years_most")
    if not isinstance(terms.get("emergency"), list):
        _not_whole("terms.emergency")
    for level in terms["emergency"]:
        if not isinstance(level, dict) or type(level.get("level")) is not int:
            _not_whole("terms.emergency")
        _text(level.get("effect"), f"terms.emergency.{level['level']}")


def _dict(tree: Any, key: str, where: str = "") -> dict[str, Any]:
    found = tree.get(key) if isinstance(tree, dict) else None
    if not isinstance(found, dict):
        _not_whole(f"{where}.{key}" if where else key)
    return found  # type: ignore[return-value]


def _text(text: Any, where: str) -> None:
    """A text of the table is there in all three languages: a reader of one of them must not find a gap."""
    if not isinstance(text, dict) or set(text) != set(LANGUAGES):
        _not_whole(where)
    if not all(isinstance(each, str) and each.strip() for each in text.values()):
        _not_whole(where)


def _texts(texts: Any, where: str) -> None:
    if not isinstance(texts, list):
        _not_whole(where)
    for place, text in enumerate(texts):
        _text(text, f"{where}.{place + 1}")


def _not_whole(where: str) -> None:
    raise RuleBroken("strategy_wrong", field="table", where=where)


def changed_parts(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> list[str]:
    """What a revision changes, as stage.part (decline.service); other parts by their own name (terms)."""
    if old is None:
        return []
    found = []
    for stage in STAGES:
        was, is_ = old["stages"][stage], new["stages"][stage]
        found += [f"{stage}.{key}" for key in sorted({*was, *is_}) if was.get(key) != is_.get(key)]
    return [*found, *(key for key in sorted({*old, *new} - {"stages"}) if old.get(key) != new.get(key))]
