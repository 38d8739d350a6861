"""Who is who, what happened to a record, and what of it headquarters does not have yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.frozen import dataclass
from fielddesk.features.people.model import User
from fielddesk.store.events import Event
from fielddesk.store.outbox import NEEDS_PERSON, WAITS, OwnOperation, TouchedRow
from fielddesk.store.tx import Reading

UNSENT: Final = "unsent"
CLASHES: Final = "clashes"
HELD: Final = "held"
ASKS: Final = "asks"
_WORST: Final = (ASKS, HELD, CLASHES, UNSENT)


@dataclass(frozen=True)
class Happening:
    """One line of a history. `told` is what the action told of itself; `waits` that headquarters has not got it."""

    id: str
    kind: str
    outcome: str
    at: int
    actor: str
    about_table: str | None
    told: Mapping[str, Any]
    waits: bool


def person_names(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    """Names of these people by id."""
    return {user.id: user.name for user in read.among(User, ids)}


def assignable_people(read: Reading) -> list[User]:
    """People who can be given an order, by name."""
    return read.all(User, User.c.archived_at.is_(None), User.c.revoked_at.is_(None), order=[User.c.name, User.c.id])


def colleagues(read: Reading, text: str = "") -> list[User]:
    """Everybody of the service organisation by name, also who has left; `text` finds names and logins."""
    wanted = text.strip().lower()
    people = read.all(User, order=[User.c.archived_at.is_not(None), User.c.name, User.c.id])
    return [user for user in people if wanted in user.name.lower() or wanted in user.login]


def moments(about_id: str) -> sa.Select[Any]:
    """(moment, id) of what happened to a record."""
    return sa.select(Event.c.at, Event.c.id).where(Event.c.about_id == about_id)


def timeline(read: Reading, sources: Mapping[str, sa.Select[Any]], offset: int, limit: int) -> list[tuple[str, str]]:
    """(source, id) of what happened, newest first, from selects of (moment, id): sorted and paged by the database."""
    parts = []
    for name, select in sources.items():
        at, row_id = select.subquery().c
        parts.append(sa.select(at.label("at"), row_id.label("id"), sa.literal(name, sa.Text()).label("source")))
    all_of_them = sa.union_all(*parts).subquery().c
    query = sa.select(all_of_them.source, all_of_them.id)
    query = query.order_by(all_of_them.at.desc(), all_of_them.source, all_of_them.id.desc())
    return [(source, row_id) for source, row_id in map(tuple, read.rows(query.limit(limit).offset(offset)))]


def happenings(read: Reading, event_ids: Iterable[str]) -> list[Happening]:
    """What these events say, newest first."""
    event, user, own = Event.c, User.c, OwnOperation.c
    query = (
        sa.select(
            event.id, event.kind, event.outcome, event.at, sa.func.coalesce(user.name, ""), event.about_table,
            event.told, own.id,
        )
        .select_from(
            Event.__table__.outerjoin(User.__table__, user.id == event.actor_id).outerjoin(
                OwnOperation.__table__, sa.and_(own.id == event.id, own.outcome.is_(None))
            )
        )
        .where(event.id.in_(list(event_ids)))
        .order_by(event.at.desc(), event.id.desc())
    )  # fmt: skip
    return [
        Happening(row_id, kind, outcome, at, actor, table, canonical.loads(told), waits is not None)
        for row_id, kind, outcome, at, actor, table, told, waits in map(tuple, read.rows(query))
    ]


def history(read: Reading, about_id: str, offset: int, limit: int) -> list[Happening]:
    """What happened to a record, newest first."""
    found = timeline(read, {"event": moments(about_id)}, offset, limit)
    return happenings(read, [row_id for _, row_id in found])


def history_count(read: Reading, about_id: str) -> int:
    """How many lines the history of a record has."""
    return int(read.value(sa.select(sa.func.count()).where(Event.c.about_id == about_id)) or 0)


def marks(read: Reading, row_ids: Iterable[str]) -> dict[str, str]:
    """How each of these records stands with headquarters; one that agrees is left out.

    `unsent`: work on it waits. `clashes`: it will meet another's change. `held`: headquarters keeps it back.
    `asks`: a person has to look. Work is on a record when it wrote it or is about it. Only on a laptop.
    """
    wanted = sorted(set(row_ids))
    own, touched = OwnOperation.c, TouchedRow.c
    asks = sa.and_(own.outcome.in_(NEEDS_PERSON), own.settled_at.is_(None))
    about = sa.select(own.about_id, own.outcome, own.trouble).where(own.about_id.in_(wanted))
    wrote = (
        sa.select(touched.row_id, own.outcome, own.trouble)
        .select_from(sa.join(TouchedRow.__table__, OwnOperation.__table__, touched.op_id == own.id))
        .where(touched.row_id.in_(wanted), touched.wrote == 1, sa.or_(WAITS, asks))
    )
    found: dict[str, str] = {}
    for query in (about.where(WAITS), about.where(asks), wrote):  # each of the three by an index of its own
        for row_id, outcome, trouble in map(tuple, read.rows(query)):
            mark = _mark(outcome, trouble)
            found[row_id] = min(mark, found.get(row_id, UNSENT), key=_WORST.index)
    return found


def _mark(outcome: str | None, trouble: str | None) -> str:
    if outcome is None:
        return CLASHES if trouble else UNSENT
    return HELD if outcome == "held" else ASKS
