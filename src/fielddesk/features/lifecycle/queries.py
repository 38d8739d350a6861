"""Product models and the strategy table as screens show them, and what both ask of one order."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.frozen import dataclass
from fielddesk.core.paths import resources
from fielddesk.features.lifecycle.model import ProductModel, StageChange, StrategyRevision
from fielddesk.features.lifecycle.rules import DATES, NO_STAGE, Alert, Policy, alerts, changed_parts, policy
from fielddesk.features.people.model import User
from fielddesk.store.matching import has_text
from fielddesk.store.tx import Reading

USUAL_ALERT_MONTHS: Final = 6
"""How far ahead dates are told while no revision of the table says it."""


@dataclass(frozen=True)
class ModelRow:
    """A line of the list of models; `names` by language."""

    id: str
    number: str
    names: dict[str, str]
    stage: str
    product_class: str


@dataclass(frozen=True)
class ModelView:
    """A model, what replaces it where anything does, its stages from first to last, its alerts."""

    model: ProductModel
    replacement: ProductModel | None
    stages: tuple[StageChange, ...]
    alerts: tuple[Alert, ...]


@dataclass(frozen=True)
class RevisionView:
    """A revision with who published it, what it changed (stage.part), and whether it is the one in force."""

    revision: StrategyRevision
    who: str
    changed: tuple[str, ...]
    in_force: bool


@dataclass(frozen=True)
class RevisionRow:
    """A revision of the strategy table without the table itself."""

    id: str
    number: int
    valid_from: str
    reason: str
    who: str
    at: int


# ---------------------------------------------------------------- product models


def model_page(read: Reading, text: str, offset: int, limit: int) -> list[ModelRow]:
    """Models by number; with a text those who have it in number or name."""
    c = ProductModel.c
    query = sa.select(c.id, c.number, c.names, c.stage, c.product_class).where(*_wanted(text))
    found = read.rows(query.order_by(c.number, c.id).limit(limit).offset(offset))
    return [
        ModelRow(row_id, number, canonical.loads(names), stage, product_class)
        for row_id, number, names, stage, product_class in map(tuple, found)
    ]


def model_count(read: Reading, text: str) -> int:
    """How many models `model_page` has."""
    return int(read.value(sa.select(sa.func.count()).select_from(ProductModel.__table__).where(*_wanted(text))) or 0)


def model_place(read: Reading, text: str, model_id: str) -> int | None:
    """At which place of `model_page` a model stands."""
    c = ProductModel.c
    row = read.get(ProductModel, model_id)
    if row is None or not read.value(sa.select(sa.literal(1)).where(c.id == model_id, *_wanted(text))):
        return None
    before = sa.tuple_(c.number, c.id) < sa.tuple_(sa.literal(row.number), sa.literal(row.id))
    count = sa.select(sa.func.count()).select_from(ProductModel.__table__).where(*_wanted(text), before)
    return int(read.value(count) or 0)


def _wanted(text: str) -> list[sa.ColumnElement[bool]]:
    c = ProductModel.c
    found: list[sa.ColumnElement[bool]] = [c.archived_at.is_(None)]
    if text.strip():
        found.append(sa.or_(has_text(c.number, text.strip()), has_text(c.names, text.strip())))
    return found


def model_view(read: Reading, model_id: str, today: str) -> ModelView | None:
    """One model with its stages and what of its dates comes soon; None where it is not here."""
    model = read.get(ProductModel, model_id)
    if model is None:
        return None
    order = [StageChange.c.at, StageChange.c.id]
    stages = tuple(read.all(StageChange, StageChange.c.model_id == model_id, order=order))
    return ModelView(model, replacement_of(read, model), stages, alerts_of(read, model, today))


def replacement_of(read: Reading, model: ProductModel | None) -> ProductModel | None:
    """The model that replaces another; None where none does or it is not here."""
    return read.get(ProductModel, model.replacement_id) if model is not None and model.replacement_id else None


def alerts_of(read: Reading, model: ProductModel | None, today: str) -> tuple[Alert, ...]:
    """Which dates of a model come soon or are past, as far ahead as the strategy table says."""
    if model is None:
        return ()
    dates = {key: getattr(model, key) for key in DATES}
    return tuple(alerts(dates, today, alert_months(read, today))) if any(dates.values()) else ()


# ---------------------------------------------------------------- the strategy table


def latest_revision(read: Reading) -> StrategyRevision | None:
    """The newest revision that is here; None where none has arrived."""
    found = read.all(StrategyRevision, order=[StrategyRevision.c.number.desc()], limit=1)
    return found[0] if found else None


def revision_in_force(read: Reading, today: str) -> StrategyRevision | None:
    """The newest revision that is valid on this day; None where none is."""
    c = StrategyRevision.c
    found = read.all(StrategyRevision, c.valid_from <= today, order=[c.number.desc()], limit=1)
    return found[0] if found else None


def revision(read: Reading, number: int) -> StrategyRevision | None:
    """The revision with this number."""
    found = read.all(StrategyRevision, StrategyRevision.c.number == number, limit=1)
    return found[0] if found else None


def revision_names(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    """Numbers of these revisions by id."""
    return {row.id: str(row.number) for row in read.among(StrategyRevision, ids)}


@lru_cache(maxsize=8)
def table_of(text: str) -> dict[str, Any]:
    """A table out of its canonical text; nobody writes into it."""
    tree: dict[str, Any] = canonical.loads(text)
    return tree


def first_table() -> dict[str, Any]:
    """The table a new headquarters begins with."""
    tree: dict[str, Any] = canonical.loads((resources() / "strategy" / "first.json").read_text(encoding="utf-8"))
    return tree


def alert_months(read: Reading, today: str) -> int:
    """How many months ahead the dates of a model are told."""
    found = revision_in_force(read, today)
    return USUAL_ALERT_MONTHS if found is None else int(table_of(found.table)["terms"]["alert_months"])


def revision_view(read: Reading, revision_id: str, today: str) -> RevisionView | None:
    """One revision; None where it is not here."""
    row = read.get(StrategyRevision, revision_id)
    if row is None:
        return None
    person = read.get(User, row.by_id)
    before = revision(read, row.number - 1)
    changed = changed_parts(table_of(before.table), table_of(row.table)) if before else []
    valid = revision_in_force(read, today)
    return RevisionView(row, person.name if person else "", tuple(changed), valid is not None and valid.id == row.id)


def revision_page(read: Reading, offset: int, limit: int) -> list[RevisionRow]:
    """Revisions, the newest first."""
    c = StrategyRevision.c
    query = (
        sa.select(c.id, c.number, c.valid_from, c.reason, sa.func.coalesce(User.c.name, ""), c.at)
        .select_from(StrategyRevision.__table__.outerjoin(User.__table__, User.c.id == c.by_id))
        .order_by(c.number.desc(), c.id)
        .limit(limit)
        .offset(offset)
    )
    return [RevisionRow(*row) for row in map(tuple, read.rows(query))]


def revision_count(read: Reading) -> int:
    """How many revisions there are."""
    return int(read.value(sa.select(sa.func.count()).select_from(StrategyRevision.__table__)) or 0)


def revision_place(read: Reading, revision_id: str) -> int | None:
    """At which place of `revision_page` a revision stands."""
    row = read.get(StrategyRevision, revision_id)
    if row is None:
        return None
    newer = sa.select(sa.func.count()).where(StrategyRevision.c.number > row.number)
    return int(read.value(newer) or 0)


# ---------------------------------------------------------------- what is asked of an order


def standing_of(read: Reading, model_id: str | None, today: str) -> tuple[str, int]:
    """Stage of a model and number of the revision in force: what an order that is opened today names of both."""
    model = read.get(ProductModel, model_id) if model_id else None
    if model is None:
        return NO_STAGE, 0
    found = revision_in_force(read, today)
    return model.stage, found.number if found else 0


def policy_for(read: Reading, stage: str, number: int, model_id: str | None, kind: str) -> Policy:
    """What the revision an order was opened under asks of it; nothing where either is not here."""
    found = revision(read, number) if number else None
    model = read.get(ProductModel, model_id) if model_id else None
    table = table_of(found.table) if found else None
    return policy(table, stage, model.product_class if model else "other", kind)
