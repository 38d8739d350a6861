"""The places of product models and of the strategy table: everybody reads, the office keeps them."""

from __future__ import annotations

from functools import partial
from typing import Final

from fielddesk.core import canonical
from fielddesk.core.i18n import _, format_day, pick
from fielddesk.features.lifecycle.dialogs import (
    ACTIONS,
    FIELDS,
    REVISION_FIELDS,
    alert_notices,
    class_words,
    model_names,
    row_of,
    stage_chip,
    stage_words,
)
from fielddesk.features.lifecycle.panel import (
    ModelPanel,
    NewModel,
    NewRevision,
    RevisionPanel,
    StagePanel,
    StagesPanel,
    TermsPanel,
)
from fielddesk.features.lifecycle.queries import (
    ModelView,
    RevisionView,
    model_count,
    model_page,
    model_place,
    model_view,
    revision_count,
    revision_names,
    revision_page,
    revision_place,
    revision_view,
)
from fielddesk.features.lifecycle.rules import STAGES
from fielddesk.features.people.dialogs import for_the_office
from fielddesk.features.people.panel import history_of
from fielddesk.features.people.rules import OFFICE
from fielddesk.store.tx import Reading
from fielddesk.ui.lists import Row
from fielddesk.ui.making import NEW
from fielddesk.ui.page import Page
from fielddesk.ui.records import Head, RecordsPage
from fielddesk.ui.seams import Bench, CommandOffer, Hit, Offers, PanelOffer, PlaceOffer, SearchOffer
from fielddesk.ui.signs import Chip

MODELS: Final = "product_model"
STRATEGY: Final = "strategy_revision"


class ModelsPage(RecordsPage):
    """Product models."""

    table = MODELS

    def __init__(self, bench: Bench) -> None:
        super().__init__(
            bench,
            lambda: _("Product models"),
            ("cube", lambda: _("No product models yet"), lambda: _("The office enters them; each is in one stage.")),
            ("cube", lambda: _("No model chosen"), lambda: _("Choose one in the list to see its stage and dates.")),
            lambda: _("Number or name"),
            lambda: _("Product model"),
        )
        if bench.me.role in OFFICE:
            self.offer_new(lambda: _("New product model"), lambda: NewModel(bench))

    def rows(self, read: Reading, text: str, offset: int, limit: int) -> list[Row]:
        return [row_of(row) for row in model_page(read, text, offset, limit)]

    def count(self, read: Reading, text: str) -> int:
        return model_count(read, text)

    def place(self, read: Reading, text: str, row_id: str) -> int | None:
        return model_place(read, text, row_id)

    def record(self, read: Reading, row_id: str) -> ModelView | None:
        return model_view(read, row_id, self._bench.today())

    def head(self, record: ModelView) -> Head:
        model = record.model
        second = " · ".join((model.number, class_words(model.product_class)))
        title = pick(canonical.loads(model.names)) or model.number
        return title, second, [stage_chip(model.stage)], alert_notices(record.alerts, record.replacement)


class StrategyPage(RecordsPage):
    """The revisions of the strategy table, each stage as a tab."""

    table = STRATEGY

    def __init__(self, bench: Bench) -> None:
        super().__init__(
            bench,
            lambda: _("Strategy"),
            ("strategy", lambda: _("No strategy table yet"), lambda: _("It comes with the first sync.")),
            ("strategy", lambda: _("No revision chosen"), lambda: _("Choose one to read it stage by stage.")),
            lambda: _("Revision"),
            lambda: _("Strategy table"),
        )
        self.finder.edit.hide()  # few revisions; its margins keep the list away from the title
        if bench.me.role in OFFICE:
            self.offer_new(lambda: _("New revision"), lambda: NewRevision(bench))

    def rows(self, read: Reading, text: str, offset: int, limit: int) -> list[Row]:
        return [
            Row(
                row.id, _("Revision {number}").format(number=row.number), row.reason or row.who, "",
                icon="strategy", below=_("from {day}").format(day=format_day(row.valid_from)),
                number=str(row.number),
            )
            for row in revision_page(read, offset, limit)
        ]  # fmt: skip

    def count(self, read: Reading, text: str) -> int:
        return revision_count(read)

    def place(self, read: Reading, text: str, row_id: str) -> int | None:
        return revision_place(read, row_id)

    def record(self, read: Reading, row_id: str) -> RevisionView | None:
        return revision_view(read, row_id, self._bench.today())

    def head(self, record: RevisionView) -> Head:
        row = record.revision
        chips = [Chip(lambda: _("In force"), "ok")] if record.in_force else []
        second = _("Valid from {day}").format(day=format_day(row.valid_from, "long"))
        return _("Strategy, revision {number}").format(number=row.number), second, chips, ()


def _find(read: Reading, text: str, limit: int) -> list[Hit]:
    return [
        Hit(MODELS, row.id, pick(row.names) or row.number, f"{row.number} · {stage_words(row.stage)}", "cube")
        for row in model_page(read, text, 0, limit)
    ]


def _new(table: str, bench: Bench) -> None:
    bench.show(table, NEW)


def _models(bench: Bench) -> Page:
    return ModelsPage(bench)


def _strategy(bench: Bench) -> Page:
    return StrategyPage(bench)


def offer(offers: Offers) -> None:
    """Hand the feature's screens to the window."""
    watched = frozenset({MODELS, "stage_change", STRATEGY})
    offers.add(
        PlaceOffer("models", lambda: _("Product models"), "cube", 80, _models, shows=frozenset({MODELS})),
        PlaceOffer("strategy", lambda: _("Strategy"), "strategy", 82, _strategy, shows=frozenset({STRATEGY})),
        PanelOffer(MODELS, "overview", lambda: _("Record"), 10, ModelPanel, watches=watched),
        PanelOffer(MODELS, "stages", lambda: _("Stages"), 20, StagesPanel, watches=watched),
        history_of(MODELS),
        PanelOffer(STRATEGY, "overview", lambda: _("Revision"), 10, RevisionPanel, watches=frozenset({STRATEGY})),
        *(
            PanelOffer(STRATEGY, stage, partial(stage_words, stage), 20 + place, partial(StagePanel, stage=stage))
            for place, stage in enumerate(STAGES)
        ),
        PanelOffer(STRATEGY, "terms", lambda: _("Every stage"), 40, TermsPanel),
        CommandOffer("model.new", lambda: _("New product model"), partial(_new, MODELS), icon="plus",
                     place=lambda: _("Product models"), blocked=for_the_office),
        CommandOffer("strategy.new", lambda: _("New revision of the strategy"), partial(_new, STRATEGY), icon="plus",
                     place=lambda: _("Strategy"), blocked=for_the_office),
        SearchOffer("models", lambda: _("Product models"), 50, _find),
        *ACTIONS,
    )  # fmt: skip
    offers.name_rows(MODELS, model_names)
    offers.word_fields(MODELS, FIELDS)
    offers.name_rows(STRATEGY, revision_names)
    offers.word_fields(STRATEGY, REVISION_FIELDS)
