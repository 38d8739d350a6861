"""Every table and action of the product, from the ground up; importing it loads no Qt."""

from __future__ import annotations

from fielddesk.features.assets import actions as _assets
from fielddesk.features.customers import actions as _customers
from fielddesk.features.parts import actions as _parts
from fielddesk.features.people import actions as _people
from fielddesk.features.workorders import actions as _workorders
from fielddesk.store import events as _events
from fielddesk.store.actions import ACTIONS, Action
from fielddesk.store.tables import BY_NAME, Synced

_LOADED = (_people, _customers, _assets, _workorders, _parts, _events)

TABLE_ORDER = ("user", "customer", "asset", "work_order", "note", "part", "place", "movement", "stock_level", "event")
"""Tables so that a row's parents come before it."""


def tables() -> dict[str, type[Synced]]:
    """Synced tables by name, parents first."""
    return {name: BY_NAME[name] for name in TABLE_ORDER}


def actions() -> dict[str, Action]:
    """Actions by kind."""
    return dict(ACTIONS)
