"""The people of the service organisation."""

from __future__ import annotations

from fielddesk.store.tables import CATALOGUE, Synced, column
from fielddesk.store.types import Code, Line, Moment


class User(Synced, scope=CATALOGUE):
    """A person who signs in; colleagues see the name on what they did."""

    login: Code
    name: Line
    role: Code
    revoked_at: Moment | None = column(default=None)

    indexes = (("login",),)
