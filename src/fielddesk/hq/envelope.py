"""Reads the text of one operation, strictly: a laptop writes it in one way, so anything else was not written by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError

from fielddesk.core import canonical
from fielddesk.core.ids import is_id
from fielddesk.store.actions import ACTIONS, Action
from fielddesk.store.types import CODE, MOMENT, ZONE

MOST_NEEDED = 10_000
NEWEST_VERSION = 10_000
COUNT_LIMIT = 2**63 - 1


@dataclass(slots=True)  # frozen would double the price of making one
class Envelope:
    """What an operation says of itself; `args` and `based_on` are not checked yet."""

    id: str
    kind: str
    version: int
    args: dict[str, Any]
    based_on: dict[str, Any] | None
    depends_on: list[str]
    at: int
    zone: str


def read_envelope(body: str) -> Envelope | None:
    """The operation in a body, None where it is malformed. Fields that nobody here knows are kept in the body."""
    try:
        tree = canonical.loads(body)
        # Doubled keys, spaces and odd numbers do not survive the round: the body is what it means, or it is nothing.
        if tree.__class__ is not dict or canonical.dumps(tree) != body:
            return None
        read = Envelope(
            tree["id"], CODE.check(tree["kind"]), tree["version"], tree["args"], tree["based_on"],
            tree["depends_on"], MOMENT.check(tree["occurred_at"]), _zone(tree["tz"]),
        )  # fmt: skip
    except (ValueError, KeyError, RecursionError, PydanticCustomError):
        return None
    return read if _is_sound(read) else None


def _zone(text: Any) -> str:
    """The zone, UTC for a text that is none: a laptop's odd setting is no reason to lose what was done there."""
    try:
        return str(ZONE.check(text))
    except PydanticCustomError:
        if text.__class__ is not str:
            raise
        return "UTC"


def _is_sound(read: Envelope) -> bool:
    return (
        is_id(read.id)
        and read.version.__class__ is int
        and 1 <= read.version <= NEWEST_VERSION
        and read.args.__class__ is dict
        and (read.based_on is None or (read.based_on.__class__ is dict and all(map(_is_plain, read.based_on.values()))))
        and read.depends_on.__class__ is list
        and len(read.depends_on) <= MOST_NEEDED
        and all(map(is_id, read.depends_on))
    )


def _is_plain(value: Any) -> bool:
    """What a column can hold: a conflict sends it back, and nothing else may travel."""
    return value is None or value.__class__ is str or (value.__class__ is int and abs(value) <= COUNT_LIMIT)


def id_in(body: str, digest: str) -> str:
    """The id a malformed operation claims, else one made from its digest: its outcome must have a name."""
    try:
        claimed = canonical.loads(body)["id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        claimed = None
    return claimed if is_id(claimed) else digest[:32]


def storable(body: str) -> str:
    """A malformed body as text that every database takes."""
    return body if "\x00" not in body else canonical.dumps({"malformed": body})


def known_action(kind: str, version: int) -> Action | None:
    """The action that runs this version, today's or one of the two before; None: headquarters must be updated first.

    A version too old to be brought up is known and refused when it is run.
    """
    action = ACTIONS.get(kind)
    return action if action is not None and version <= action.version else None


def accepted_versions() -> dict[str, list[int]]:
    """Each kind with the versions that are taken here."""
    return {kind: sorted({*action.upcasts, action.version}) for kind, action in sorted(ACTIONS.items())}
