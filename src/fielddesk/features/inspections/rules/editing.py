"""Writing a checklist: what is wrong with it so far, keys for new items, and what a version changes to the last."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, Final

from fielddesk.core.errors import RuleBroken
from fielddesk.core.frozen import dataclass
from fielddesk.features.inspections.rules.items import Item, read_item

ADDED: Final = "added"
REMOVED: Final = "removed"
CHANGED: Final = "changed"
MOVED: Final = "moved"

_LONGEST_KEY: Final = 40


@dataclass(frozen=True)
class Difference:
    """What became of one item: added, removed, changed (with the names of its fields) or only moved."""

    what: str
    key: str
    names: str
    fields: tuple[str, ...] = ()


def look_at(trees: Sequence[Any]) -> list[Item | RuleBroken]:
    """Each item as it would be read, or what is wrong with it; the good ones count for the conditions of later ones."""
    earlier: dict[str, Item] = {}
    found: list[Item | RuleBroken] = []
    for place, tree in enumerate(trees, 1):
        try:
            item = read_item(tree, place, earlier)
        except RuleBroken as broken:
            found.append(broken)
        else:
            earlier[item.key] = item
            found.append(item)
    return found


def new_key(name: str, taken: Iterable[str]) -> str:
    """A key for a new item from what it is called; never one of those taken, also not of items long removed."""
    known = set(taken)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_KEY].strip("-") or "item"
    if stem == "none":
        stem = "item"
    count, key = 1, stem
    while key in known:
        count += 1
        key = f"{stem}-{count}"
    return key


def renamed(trees: Sequence[dict[str, Any]], old: str, new: str) -> list[dict[str, Any]]:
    """The same items with one key changed, also where a condition names it."""
    found = []
    for tree in trees:
        one = {**tree, "key": new} if tree.get("key") == old else dict(tree)
        when = one.get("when")
        if isinstance(when, dict) and when.get("item") == old:
            one["when"] = {**when, "item": new}
        found.append(one)
    return found


def differences(old: Sequence[Item], new: Sequence[Item]) -> list[Difference]:
    """What a version changes: in the order of the new one, what was removed at the end."""
    before = {item.key: item for item in old}
    after = {item.key for item in new}
    kept = _longest_order([item.key for item in old if item.key in after], [i.key for i in new if i.key in before])
    found = []
    for item in new:
        was = before.get(item.key)
        if was is None:
            found.append(Difference(ADDED, item.key, item.names))
        elif names := tuple(spec.name for spec in fields(Item) if getattr(was, spec.name) != getattr(item, spec.name)):
            found.append(Difference(CHANGED, item.key, item.names, names))
        elif item.key not in kept:
            found.append(Difference(MOVED, item.key, item.names))
    found += [Difference(REMOVED, item.key, item.names) for item in old if item.key not in after]
    return found


def _longest_order(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """The most items that stand in the same order in both: the others were moved."""
    place = {key: n for n, key in enumerate(old)}
    best: list[list[str]] = [[]]
    for key in new:
        longest: list[str] = []
        for run in best:
            if len(run) > len(longest) and place[run[-1]] < place[key]:
                longest = run
        best.append([*longest, key])
    return {key for key in max(best, key=lambda run: len(run))}
