"""The form of a new revision of the strategy table: one stage at a time, its texts in the three languages."""

from __future__ import annotations

import copy
from functools import partial
from typing import Any, Final

from fielddesk.core import canonical
from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.features.lifecycle.actions import publish_strategy
from fielddesk.features.lifecycle.dialogs import said_in, stage_words
from fielddesk.features.lifecycle.model import StrategyRevision
from fielddesk.features.lifecycle.queries import first_table, latest_revision, table_of
from fielddesk.features.lifecycle.rules import LANGUAGES, MATURITY, STAGES
from fielddesk.store.actions import Call, call
from fielddesk.ui.fields import Choice, Field, Line, Prose
from fielddesk.ui.forms import Day
from fielddesk.ui.making import NewRecord
from fielddesk.ui.seams import Bench
from fielddesk.ui.text import Words, spoken

TEXTS: Final = ("goal", "focus")
PERCENTS: Final = ("respond_percent", "resolve_percent")


class Whole(Line):
    """A whole number from 0 on, such as a share in per cent."""

    def parse(self, text: str) -> Any:
        plain = text.strip()
        if not plain.isascii() or not plain.isdigit() or len(plain) > 3:
            raise FieldDeskError("whole_number_wanted")
        return int(plain)


class NewRevision(NewRecord):
    """What the next revision says of one stage. What is typed is kept for each stage by itself."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(
            bench,
            lambda: _("New revision"),
            lambda: _("Orders that are opened from its day on follow it; those that are open keep theirs."),
            lambda: _("Publish revision"),
        )
        self._stage = MATURITY
        self._last: StrategyRevision | None = None
        self._loaded: dict[str, Any] = {}
        stages: list[tuple[str, Words]] = [(stage, partial(stage_words, stage)) for stage in STAGES]
        self.stage = Choice("stage", lambda: _("Stage"), stages, needed=True)
        self.stage.start(self._stage)
        self.stage.committed.connect(self._other_stage)
        self.form.add(self.stage)
        for key, label in _labels().items():
            self.form.add(_field(bench, key, label))
        bench.watch({StrategyRevision.tablename}, self._read)

    # ---------------------------------------------------------------- what stands

    def begin(self) -> None:
        """Show the newest revision's words of the stage, with what was typed the last time."""
        self._read()

    def _read(self) -> None:
        self._bench.read(latest_revision, self._take, key=f"new_revision.{id(self)}")

    def _take(self, last: StrategyRevision | None) -> None:
        self._last = last
        if not self.form.subject:
            self._show_stage()

    def _show_stage(self) -> None:
        self.drafts = f"new_revision.{self._stage}"  # type: ignore[misc]
        self._loaded = fields_of(self._table(), self._stage)
        self.usual = {"stage": self._stage, "valid_from": self._bench.today(), **self._loaded}  # type: ignore[misc]
        self.form.start("", self.usual)  # not committed: that would keep it under the other stage
        super().begin()

    def _table(self) -> dict[str, Any]:
        return table_of(self._last.table) if self._last else first_table()

    def _other_stage(self, _shown: object, stage: object) -> None:
        if not stage or stage == self._stage:
            self.stage.start(self._stage)
            return
        self.form.flush_drafts()
        self._stage = str(stage)
        self._show_stage()

    # ---------------------------------------------------------------- publishing

    def call_of(self, values: dict[str, Any]) -> Call:
        table = with_fields(self._table(), self._stage, self._loaded, values)
        number = self._last.number if self._last else 0
        return call(
            publish_strategy, number=number + 1, valid_from=values["valid_from"], table=canonical.dumps(table),
            reason=values["reason"],
        )  # fmt: skip

    def told(self, values: dict[str, Any]) -> str:
        return _("Revision published")


def _labels() -> dict[str, Words]:
    labels: dict[str, Words] = {}
    for key, words in (("goal", lambda: _("Goal")), ("focus", lambda: _("Focus")), ("service", lambda: _("Service"))):
        for language in LANGUAGES:
            labels[f"{key}.{language}"] = partial(_in_language, words, language)
    labels["respond_percent"] = lambda: _("Answer within, %")
    labels["resolve_percent"] = lambda: _("Solved within, %")
    labels["checklist"] = lambda: _("Usual checklist")
    labels["alert_months"] = lambda: _("Alerts, months ahead")
    labels["valid_from"] = lambda: _("Valid from")
    labels["reason"] = lambda: _("What changes and why")
    return labels


def _in_language(words: Words, language: str) -> str:
    return said_in(spoken(words), language)


def _field(bench: Bench, key: str, label: Words) -> Field:
    if key in (*PERCENTS, "alert_months"):
        return Whole(key, label, needed=True)
    if key == "valid_from":
        return Day(key, label, needed=True, today=bench.today)
    if key.startswith("service."):
        return Prose(key, label, needed=True, hint=lambda: _("One service a line, as many lines in each language"))
    if key == "reason":
        return Prose(key, label, needed=True)
    return Line(key, label, needed=key != "checklist")


def fields_of(table: dict[str, Any], stage: str) -> dict[str, Any]:
    """What a table says of a stage, by field of the form."""
    found = table["stages"][stage]
    values: dict[str, Any] = {f"{key}.{language}": found[key][language] for key in TEXTS for language in LANGUAGES}
    for language in LANGUAGES:
        values[f"service.{language}"] = "\n".join(text[language] for text in found["service"])
    values |= {key: found["lane"][key] for key in PERCENTS}
    return values | {"checklist": found["checklist"], "alert_months": table["terms"]["alert_months"]}


def with_fields(table: dict[str, Any], stage: str, loaded: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """A table with what was changed since it was loaded; what another revision changed meanwhile stays.

    FieldDeskError('services_differ') where the languages name a different number of services.
    """
    new = copy.deepcopy(table)
    found = new["stages"][stage]
    changed = {key: values[key] for key in loaded if values[key] != loaded[key]}
    for key in changed:
        name, _dot, language = key.partition(".")
        if name in TEXTS:
            found[name][language] = changed[key]
    if any(key.startswith("service.") for key in changed):
        found["service"] = services(values)
    found["lane"] |= {key: changed[key] for key in PERCENTS if key in changed}
    found["checklist"] = changed.get("checklist", found["checklist"]) or ""
    new["terms"]["alert_months"] = changed.get("alert_months", new["terms"]["alert_months"])
    return new


def services(values: dict[str, Any]) -> list[dict[str, str]]:
    """The services of a stage, from one text a language with a line each."""
    lines = {
        language: [line.strip() for line in str(values[f"service.{language}"]).splitlines() if line.strip()]
        for language in LANGUAGES
    }
    if len({len(each) for each in lines.values()}) > 1:
        fewest = min(LANGUAGES, key=lambda language: len(lines[language]))
        raise FieldDeskError("services_differ", field=f"service.{fewest}")
    return [dict(zip(LANGUAGES, line, strict=True)) for line in zip(*(lines[each] for each in LANGUAGES), strict=True)]
