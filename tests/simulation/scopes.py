"""Who should have which row, worked out a second time and in the plainest way, to hold headquarters' answer against."""

from __future__ import annotations

from typing import TypeAlias

from fielddesk.features.people.rules import sees_everything
from fielddesk.store.tables import BY_NAME, Synced
from fielddesk.store.tx import Key

Rows: TypeAlias = dict[Key, Synced]


def scope_of(rows: Rows, user: str, role: str) -> Rows:
    """The rows a user has: the catalogue, what they hold and what that reaches, and what follows any of these."""
    if sees_everything(role):
        return dict(rows)
    members = _members(rows, user)
    open_to_all = {key for key in rows if BY_NAME[key[0]].scope.catalogue}
    found = members | open_to_all
    # What follows a row of a place or order hangs on those a user holds; a catalogue of everyone's opens nothing of
    # a place's ledger, though a plain catalogue row shares its history with all.
    anchors = members | {key for key in open_to_all if BY_NAME[key[0]].scope.holder is None}
    grown = True
    while grown:
        grown = False
        for key, row in rows.items():
            if key not in found and any(target in anchors for target in _followed(row)):
                found.add(key)
                anchors.add(key)
                grown = True
    return {key: rows[key] for key in found}


def _members(rows: Rows, user: str) -> set[Key]:
    found = {
        key
        for key, row in rows.items()
        if (holder := BY_NAME[key[0]].scope.holder) is not None and getattr(row, holder) == user
    }
    edge = set(found)
    while edge:
        reached = {
            (col.ref, target)
            for key in edge
            for col in rows[key].columns
            if col.reach and col.ref and (target := getattr(rows[key], col.name)) is not None
        }
        reached |= {
            key
            for key, row in rows.items()
            for col in row.columns
            if col.back and col.ref and (col.ref, getattr(row, col.name)) in edge
        }
        edge = {key for key in reached if key in rows} - found
        found |= edge
    return found


def _followed(row: Synced) -> list[Key]:
    targets: list[Key] = []
    for col in row.columns:
        if col.name in BY_NAME[row.tablename].scope.follows and (target := getattr(row, col.name)) is not None:
            table = getattr(row, col.name.removesuffix("_id") + "_table") if col.ref == "*" else col.ref
            if table:
                targets.append((table, target))
    return targets
