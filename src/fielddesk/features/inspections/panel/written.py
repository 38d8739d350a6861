"""A checklist as it is being written: its items with their pictures, what is published of it, and its draft."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import field
from typing import Any, Final

from fielddesk.core import canonical
from fielddesk.core.errors import RuleBroken
from fielddesk.core.frozen import dataclass
from fielddesk.features.inspections.model import Checklist, ChecklistVersion, HelpPicture
from fielddesk.features.inspections.queries import checklist_keys, items_of, latest_version
from fielddesk.features.inspections.rules import SECTION, Item, new_key, renamed, tree_of
from fielddesk.store.tx import Reading

NEW: Final = "new:"
"""Before the key of an item that has not been published; it gets one from its name."""
PICTURE: Final = ("media_type", "size", "sha256", "caption")


@dataclass
class Entry:
    """One item as it is being written; `uid` stays, whatever its key becomes."""

    uid: str
    tree: dict[str, Any]


@dataclass(frozen=True)
class Stored:
    """What the store knows of the checklist."""

    checklist: Checklist
    version: ChecklistVersion | None
    keys: frozenset[str]
    pictures: tuple[HelpPicture, ...] = field(default=())


def stored_of(read: Reading, checklist_id: str) -> Stored | None:
    """The checklist with its newest version; None where it is not on this laptop."""
    checklist = read.get(Checklist, checklist_id)
    if checklist is None:
        return None
    version = latest_version(read, checklist_id)
    pictures = read.all(HelpPicture, HelpPicture.c.version_id == version.id) if version else []
    return Stored(checklist, version, checklist_keys(read, checklist_id), tuple(pictures))


def items_in(version: ChecklistVersion | None) -> tuple[Item, ...]:
    """What a version asks; nothing where none is published."""
    return items_of(version.items) if version is not None else ()


class Written:
    """The items that are written now. `pictures` are those of their help by the key of the item."""

    def __init__(self) -> None:
        self.stored: Stored | None = None
        self.entries: list[Entry] = []
        self.pictures: dict[str, dict[str, Any]] = {}
        self._count = 0

    def clear(self) -> None:
        self.stored, self.entries, self.pictures = None, [], {}

    def begin(self, stored: Stored) -> None:
        """Begin with what is published."""
        self.stored = stored
        self.entries = [Entry(item.key, tree_of(item)) for item in items_in(stored.version)]
        self.pictures = {row.item: {name: getattr(row, name) for name in PICTURE} for row in stored.pictures}

    def is_changed(self) -> bool:
        """Whether something is written that is not published."""
        if self.stored is None:
            return False
        if [entry.tree for entry in self.entries] != [tree_of(item) for item in items_in(self.stored.version)]:
            return True
        was = {row.item: row.sha256 for row in self.stored.pictures}
        return {key: picture["sha256"] for key, picture in self.pictures.items() if key in self._shown()} != was

    def _shown(self) -> set[str]:
        return {str(entry.tree["key"]) for entry in self.entries if entry.tree.get("picture")}

    def kept(self) -> str | None:
        """What is kept of it as a draft; None where all of it is published."""
        if not self.is_changed():
            return None
        return canonical.dumps({"items": [entry.tree for entry in self.entries], "pictures": self.pictures})

    def restore(self, text: str) -> bool:
        """Take what was kept the last time; False where that cannot be read."""
        try:
            kept = canonical.loads(text)
        except ValueError:
            return False
        kept = kept if isinstance(kept, dict) else {"items": kept}
        trees, pictures = kept.get("items"), kept.get("pictures")
        if not isinstance(trees, list) or not all(isinstance(tree, dict) for tree in trees):
            return False
        self.entries = [Entry(str(tree.get("key", n)), tree) for n, tree in enumerate(trees)]
        if isinstance(pictures, dict):
            self.pictures = {key: each for key, each in pictures.items() if set(PICTURE) <= set(each)}
        return True

    def place(self, uid: str) -> int:
        """At which place an item stands; -1 where it is gone."""
        return next((n for n, entry in enumerate(self.entries) if entry.uid == uid), -1)

    def numbers(self) -> list[int]:
        """The numbers the items carry; 0 for a heading."""
        found, number = [], 0
        for entry in self.entries:
            number += entry.tree.get("kind") != SECTION
            found.append(number if entry.tree.get("kind") != SECTION else 0)
        return found

    def insert(self, place: int, tree: dict[str, Any]) -> str:
        """Put a new item at a place; returns its uid. A copy keeps the picture of the one it is made of."""
        known = {entry.uid for entry in self.entries}
        while f"{NEW}{self._count}" in known:
            self._count += 1
        uid = f"{NEW}{self._count}"
        if tree.get("key") in self.pictures:
            self.pictures[uid] = dict(self.pictures[tree["key"]])
        self.entries.insert(place, Entry(uid, {**tree, "key": uid}))
        return uid

    def publishable(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The items as they are published, and their pictures: a new item has a key from its name that no version
        ever used."""
        trees = [deepcopy(entry.tree) for entry in self.entries]
        taken = set(self.stored.keys if self.stored else ()) | {str(tree["key"]) for tree in trees}
        pictures = {key: self.pictures[key] for key in self._shown() if key in self.pictures}
        for tree in list(trees):
            old = str(tree["key"])
            if old.startswith(NEW):
                names = tree.get("names") or {}
                key = new_key(str(names.get("en") or ""), taken)
                taken.add(key)
                trees = renamed(trees, old, key)
                if old in pictures:
                    pictures[key] = pictures.pop(old)
        return trees, [{"item": key, **picture} for key, picture in sorted(pictures.items())]


def by_number(looked: Item | RuleBroken, number: int) -> Item | RuleBroken:
    """A complaint that names its item as the list shows it: a new one has no key a person knows."""
    if isinstance(looked, Item):
        return looked
    return RuleBroken(looked.code, **{**looked.values, "item": str(number or looked.values.get("place", ""))})
