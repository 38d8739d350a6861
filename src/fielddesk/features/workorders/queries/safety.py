"""Safety before work: the checks that were made on an order, and what was reported on it."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.frozen import dataclass
from fielddesk.features.people.model import User
from fielddesk.features.workorders.model import (
    SafetyCheck,
    SafetyIncident,
)
from fielddesk.store.tx import Reading


@dataclass(frozen=True)
class CheckRow:
    """A safety check with the name of who made it; `answers` by the key of what was looked at."""

    id: str
    answers: Mapping[str, str]
    permit: str
    remark: str
    by: str
    at: int


@dataclass(frozen=True)
class IncidentRow:
    """An incident with the name of who reported it."""

    id: str
    kind: str
    text: str
    happened_at: int
    by: str
    at: int


def newest_check(read: Reading, order_id: str) -> SafetyCheck | None:
    """The safety check that counts: the newest one."""
    c = SafetyCheck.c
    found = read.all(SafetyCheck, c.order_id == order_id, c.archived_at.is_(None), order=[c.at.desc(), c.id], limit=1)
    return found[0] if found else None


def safety_checks(read: Reading, order_id: str) -> list[CheckRow]:
    """Safety checks of an order, newest first."""
    c = SafetyCheck.c
    query = (
        sa.select(c.id, c.answers, c.permit, c.remark, sa.func.coalesce(User.c.name, ""), c.at)
        .select_from(SafetyCheck.__table__.outerjoin(User.__table__, User.c.id == c.by_id))
        .where(c.order_id == order_id, c.archived_at.is_(None))
        .order_by(c.at.desc(), c.id)
    )
    return [CheckRow(row[0], canonical.loads(row[1]), *row[2:]) for row in map(tuple, read.rows(query))]


def incidents(read: Reading, order_id: str) -> list[IncidentRow]:
    """Incidents reported on an order, newest first."""
    c = SafetyIncident.c
    query = (
        sa.select(c.id, c.kind, c.text, c.happened_at, sa.func.coalesce(User.c.name, ""), c.at)
        .select_from(SafetyIncident.__table__.outerjoin(User.__table__, User.c.id == c.by_id))
        .where(c.order_id == order_id, c.archived_at.is_(None))
        .order_by(c.at.desc(), c.id)
    )
    return [IncidentRow(*row) for row in map(tuple, read.rows(query))]


def incident_count(read: Reading, order_id: str) -> int:
    """How many incidents were reported on an order."""
    c = SafetyIncident.c
    return int(read.value(sa.select(sa.func.count()).where(c.order_id == order_id, c.archived_at.is_(None))) or 0)
