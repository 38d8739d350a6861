"""Parts, stock places and the ledger. Stock is never stored as a number one edits: it is a sum of movements (SP4)."""

from __future__ import annotations

from fielddesk.store.tables import CATALOGUE, Synced, column, follows, ref, root
from fielddesk.store.types import Code, Id, Line, Moment, Names, Quantity


class Part(Synced, scope=CATALOGUE):
    """A part of the catalogue; `replaced_by` is the number of its successor."""

    number: Line
    names: Names
    category: Line = column(default="")
    unit: Code = column(default="piece")
    replaced_by: Line | None = column(default=None)

    indexes = (("number", "id", "archived_at"), ("replaced_by",))


class Place(Synced, scope=root("keeper_id", catalogue=True)):
    """Where stock lies: a van, a depot, headquarters. Its keeper has its whole ledger."""

    name: Line
    kind: Code
    keeper_id: Id | None = ref("user", default=None)


class Movement(Synced, scope=follows("order_id", "place_id")):
    """One line of the ledger; a negative quantity leaves the place."""

    kind: Code
    part_id: Id = ref("part")
    place_id: Id = ref("place")
    quantity: Quantity
    order_id: Id | None = ref("work_order", default=None)
    reverses_id: Id | None = ref("movement", default=None)
    by_id: Id = ref("user")
    at: Moment

    indexes = (("place_id", "part_id"), ("order_id",), ("part_id",))


class StockLevel(Synced, scope=CATALOGUE):
    """What headquarters had at a place at a moment; for places whose ledger this laptop does not hold."""

    place_id: Id = ref("place")
    part_id: Id = ref("part")
    quantity: Quantity
    as_of: Moment

    indexes = (("place_id", "part_id"), ("part_id",))


class Reservation(Synced, scope=follows("order_id", "place_id")):
    """Parts kept for an order; a line below zero lets some go. What is reserved is the sum, as in the ledger."""

    order_id: Id = ref("work_order")
    part_id: Id = ref("part")
    place_id: Id | None = ref("place", default=None)
    """None: wanted, from wherever."""
    quantity: Quantity
    by_id: Id = ref("user")
    at: Moment

    indexes = (("order_id",), ("place_id", "part_id"), ("part_id",))
