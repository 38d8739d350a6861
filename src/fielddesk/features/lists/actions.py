"""Which action takes the lines of which list in; the actions themselves belong to the records' own features."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from fielddesk.features.assets.actions import import_assets
from fielddesk.features.customers.actions import import_customers
from fielddesk.features.lists.rules import ASSETS, CUSTOMERS, ORDERS, PARTS
from fielddesk.features.parts.actions import import_parts
from fielddesk.features.workorders.actions import import_orders
from fielddesk.store.actions import ACTIONS, Call, call

TAKES: Final[Mapping[str, Callable[..., int]]] = {
    CUSTOMERS: import_customers,
    ASSETS: import_assets,
    PARTS: import_parts,
    ORDERS: import_orders,
}


def call_for(kind: str, lines: Sequence[Mapping[str, Any]]) -> Call:
    """The call that takes these lines in; RuleBroken with the field where a value of one is not acceptable."""
    return call(TAKES[kind], lines=[dict(line) for line in lines])


def may_take(kind: str, role: str) -> bool:
    """Whether this role may take a list of this kind in."""
    return role in ACTIONS[TAKES[kind].__name__].may
