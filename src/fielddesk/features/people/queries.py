"""Who is who."""

from __future__ import annotations

from fielddesk.features.people.model import User
from fielddesk.store.tx import Reading


def names_of_people(read: Reading) -> dict[str, str]:
    """User id to name."""
    return {user.id: user.name for user in read.all(User)}


def assignable_people(read: Reading) -> list[User]:
    """People who can be given an order, by name."""
    return read.all(User, User.c.archived_at.is_(None), User.c.revoked_at.is_(None), order=[User.c.name, User.c.id])
