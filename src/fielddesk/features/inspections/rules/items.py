"""The items of a checklist, and how they are read from the JSON of its version: anything malformed is refused by name.

An item is an object with `key`, `kind`, `names` {en, zh_CN, zh_TW} and, where they apply, `help` (names), `required`
(default true), `when` (a condition), `parts` [{number, quantity}] proposed when it fails, `picture` (its help has
one), `unit`, `low`, `high` (millionths), `decimals`, and `options` [{key, names, fails}].
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from fielddesk.core import canonical
from fielddesk.core.errors import RuleBroken
from fielddesk.core.frozen import dataclass

TICK: Final = "tick"
PASS_FAIL: Final = "pass_fail"
NUMBER: Final = "number"
CHOICE: Final = "choice"
TEXT: Final = "text"
DATE: Final = "date"
PHOTO: Final = "photo"
SIGNATURE: Final = "signature"
SECTION: Final = "section"
"""A heading: it is not answered; its condition holds for the items under it."""
KINDS: Final = (PASS_FAIL, TICK, NUMBER, CHOICE, TEXT, DATE, PHOTO, SIGNATURE, SECTION)
ANSWERED_BY_FILE: Final = frozenset({PHOTO, SIGNATURE})

PASSED: Final = "passed"
FAILED: Final = "failed"
NOT_APPLICABLE: Final = "not_applicable"
NOTED: Final = "noted"
NONE: Final = "none"
VERDICTS: Final = (PASSED, FAILED, NOT_APPLICABLE, NOTED, NONE)
MARKS: Final = (PASSED, FAILED, NOT_APPLICABLE)
"""What a person may press on an item of pass or fail."""

MOST_ITEMS: Final = 500
MOST_OPTIONS: Final = 50
MOST_PARTS: Final = 20
MOST_DECIMALS: Final = 6
LONGEST: Final = 500
_LIMIT: Final = 10**15
_BROKEN: Final = re.compile("[\x00-\x1f\ud800-\udfff]")
_KEY = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,63}\Z", re.ASCII)
_LANGUAGES = frozenset({"en", "zh_CN", "zh_TW"})
_FIELDS = frozenset(
    {
        "key",
        "kind",
        "names",
        "help",
        "required",
        "when",
        "parts",
        "picture",
        "unit",
        "low",
        "high",
        "decimals",
        "options",
    }
)


@dataclass(frozen=True)
class Given:
    """An answer as it stands: what was recorded for an item. Quantities in millionths, a day as ISO text."""

    verdict: str = NONE
    number: int | None = None
    choice: str | None = None
    text: str = ""
    day: str | None = None


@dataclass(frozen=True)
class Option:
    """One choice of an item; `fails` says that taking it fails the item."""

    key: str
    names: str
    fails: bool = False


@dataclass(frozen=True)
class ProposedPart:
    """A part that a failed item asks for; quantity in millionths."""

    number: str
    quantity: int


@dataclass(frozen=True)
class Condition:
    """When an item is asked: an earlier one has one of these verdicts, or choices, or a number between two bounds."""

    item: str
    verdicts: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    at_least: int | None = None
    at_most: int | None = None

    def holds(self, given: Given | None) -> bool:
        """Whether the answer meets it; no answer meets nothing."""
        if given is None or given.verdict == NONE:
            return False
        if self.verdicts:
            return given.verdict in self.verdicts
        if self.choices:
            return given.choice in self.choices
        if given.number is None:
            return False
        low = self.at_least is None or given.number >= self.at_least
        return low and (self.at_most is None or given.number <= self.at_most)


@dataclass(frozen=True)
class Item:
    """One line of a checklist. `names` and `help` are Names text; limits in millionths of the unit."""

    key: str
    kind: str
    names: str
    help: str = "{}"
    required: bool = True
    when: Condition | None = None
    parts: tuple[ProposedPart, ...] = ()
    picture: bool = False
    unit: str = ""
    low: int | None = None
    high: int | None = None
    decimals: int = 0
    options: tuple[Option, ...] = ()

    @property
    def resolution(self) -> int:
        """The smallest step of its number, in millionths."""
        return int(10 ** (MOST_DECIMALS - self.decimals))

    def option(self, key: str | None) -> Option | None:
        return next((option for option in self.options if option.key == key), None)


def parse_items(text: str | list[Any]) -> tuple[Item, ...]:
    """Items from the JSON of a version; RuleBroken with the code, `item` (its key or place) and `place` (from 1).

    Codes: items_malformed, items_none, items_too_many, item_* for what is wrong with one of them.
    """
    return _read_again(text) if isinstance(text, str) else _read_all(text)


@lru_cache(maxsize=16)
def _read_again(text: str) -> tuple[Item, ...]:
    """A version never changes, and a past of a thousand inspections was given under a few of them."""
    try:
        return _read_all(canonical.loads(text))
    except ValueError:
        raise RuleBroken("items_malformed", field="items") from None


def _read_all(tree: Any) -> tuple[Item, ...]:
    if not isinstance(tree, list):
        raise RuleBroken("items_malformed", field="items")
    if len(tree) > MOST_ITEMS:
        raise RuleBroken("items_too_many", field="items", count=len(tree), most=MOST_ITEMS)
    found: dict[str, Item] = {}
    for place, one in enumerate(tree, 1):
        item = read_item(one, place, found)
        found[item.key] = item
    if all(item.kind == SECTION for item in found.values()):
        raise RuleBroken("items_none", field="items")
    return tuple(found.values())


def read_item(tree: Any, place: int, earlier: dict[str, Item]) -> Item:
    """One item at its place (from 1) behind the earlier ones; RuleBroken item_* as in `parse_items`."""
    return _Reader(tree, place).item(earlier)


def to_json(items: tuple[Item, ...] | list[Item]) -> str:
    """Items as the canonical text that `parse_items` reads."""
    return canonical.dumps([tree_of(item) for item in items])


def tree_of(item: Item) -> dict[str, Any]:
    """An item as the object that it is read from."""
    tree: dict[str, Any] = {"key": item.key, "kind": item.kind, "names": canonical.loads(item.names)}
    if item.help != "{}":
        tree["help"] = canonical.loads(item.help)
    if not item.required:
        tree["required"] = False
    if item.when is not None:
        tree["when"] = _condition_tree(item.when)
    if item.parts:
        tree["parts"] = [{"number": part.number, "quantity": part.quantity} for part in item.parts]
    if item.picture:
        tree["picture"] = True
    if item.kind == NUMBER:
        given = {"unit": item.unit, "low": item.low, "high": item.high, "decimals": item.decimals}
        tree |= {name: value for name, value in given.items() if value not in (None, "")}
    if item.options:
        tree["options"] = [
            {"key": option.key, "names": canonical.loads(option.names), **({"fails": True} if option.fails else {})}
            for option in item.options
        ]
    return tree


def _condition_tree(when: Condition) -> dict[str, Any]:
    tree: dict[str, Any] = {"item": when.item}
    if when.verdicts:
        tree["verdicts"] = list(when.verdicts)
    if when.choices:
        tree["choices"] = list(when.choices)
    if when.at_least is not None:
        tree["at_least"] = when.at_least
    if when.at_most is not None:
        tree["at_most"] = when.at_most
    return tree


class _Reader:
    """Reads one item; every complaint names the item and its place."""

    def __init__(self, tree: Any, place: int) -> None:
        self._place = place
        self._name = str(place)
        if not isinstance(tree, dict):
            raise self._broken("item_malformed")
        self._tree: dict[str, Any] = tree

    def item(self, earlier: dict[str, Item]) -> Item:
        key, kind = self._tree.get("key"), self._tree.get("kind")
        if not isinstance(key, str) or not _KEY.match(key) or key == NONE:
            raise self._broken("item_key_wrong")
        self._name = key
        if key in earlier:
            raise self._broken("item_key_twice")
        if unknown := sorted(str(name) for name in self._tree.keys() - _FIELDS):
            raise self._broken("item_field_unknown", name=unknown[0][:LONGEST])
        if not isinstance(kind, str) or kind not in KINDS:
            raise self._broken("item_kind_unknown")
        item = Item(
            key=key, kind=kind, names=self._names(self._tree.get("names")),
            help=self._names(self._tree.get("help") or {}, needed=False),
            required=self._flag("required", True) and kind != SECTION, when=self._condition(earlier),
            parts=self._parts(), picture=self._flag("picture", False), options=self._options(kind),
            **(self._number() if kind == NUMBER else {}),
        )  # fmt: skip
        if kind != NUMBER and self._tree.keys() & {"unit", "low", "high", "decimals"}:
            raise self._broken("item_not_a_number")
        return item

    def _broken(self, code: str, **values: Any) -> RuleBroken:
        return RuleBroken(code, field="items", item=self._name, place=self._place, **values)

    def _flag(self, name: str, default: bool) -> bool:
        value = self._tree.get(name, default)
        if not isinstance(value, bool):
            raise self._broken("item_malformed")
        return value

    def _line(self, value: Any, limit: int = LONGEST) -> str:
        if not isinstance(value, str):
            raise self._broken("item_malformed")
        if len(value) > limit:
            raise self._broken("item_text_too_long", limit=limit)
        if _BROKEN.search(value):
            raise self._broken("item_text_broken")
        return value

    def _names(self, tree: Any, *, needed: bool = True) -> str:
        if not isinstance(tree, dict) or set(tree) - _LANGUAGES:
            raise self._broken("item_names_wrong")
        names = {language: self._line(text) for language, text in tree.items()}
        names = {language: text for language, text in names.items() if text.strip()}
        if needed and not names:
            raise self._broken("item_without_name")
        return canonical.dumps(names)

    def _list(self, name: str, most: int) -> list[dict[str, Any]]:
        value = self._tree.get(name) or []
        if not isinstance(value, list) or len(value) > most or not all(isinstance(one, dict) for one in value):
            raise self._broken("item_malformed")
        return value

    def _whole(self, value: Any, low: int, high: int) -> int:
        if type(value) is not int or not low <= value <= high:
            raise self._broken("item_number_wrong")
        return value

    def _number(self) -> dict[str, Any]:
        low, high = (self._bound(self._tree, name) for name in ("low", "high"))
        if low is not None and high is not None and low > high:
            raise self._broken("item_limits_crossed")
        decimals = self._whole(self._tree.get("decimals", 0), 0, MOST_DECIMALS)
        return {"unit": self._line(self._tree.get("unit", ""), 20), "low": low, "high": high, "decimals": decimals}

    def _bound(self, tree: dict[str, Any], name: str) -> int | None:
        value = tree.get(name)
        return None if value is None else self._whole(value, -_LIMIT, _LIMIT)

    def _options(self, kind: str) -> tuple[Option, ...]:
        found: dict[str, Option] = {}
        for one in self._list("options", MOST_OPTIONS):
            key, fails = one.get("key"), one.get("fails", False)
            if not isinstance(key, str) or not _KEY.match(key) or key in found or not isinstance(fails, bool):
                raise self._broken("item_options_wrong")
            found[key] = Option(key, self._names(one.get("names")), fails)
        if (kind == CHOICE) != bool(found) or (kind == CHOICE and len(found) < 2):
            raise self._broken("item_options_wrong")
        return tuple(found.values())

    def _parts(self) -> tuple[ProposedPart, ...]:
        found = []
        for one in self._list("parts", MOST_PARTS):
            number = self._line(one.get("number"))
            if not number.strip():
                raise self._broken("item_part_wrong")
            found.append(ProposedPart(number, self._whole(one.get("quantity", 1_000_000), 1, _LIMIT)))
        return tuple(found)

    def _condition(self, earlier: dict[str, Item]) -> Condition | None:
        tree = self._tree.get("when")
        if tree is None:
            return None
        if not isinstance(tree, dict) or tree.keys() - {"item", "verdicts", "choices", "at_least", "at_most"}:
            raise self._broken("item_condition_wrong")
        there = earlier.get(tree["item"]) if isinstance(tree.get("item"), str) else None
        if there is None or there.kind == SECTION:
            raise self._broken("item_condition_not_earlier")
        verdicts, choices = (self._words(tree.get(name)) for name in ("verdicts", "choices"))
        low, high = (self._bound(tree, name) for name in ("at_least", "at_most"))
        by_number = low is not None or high is not None
        if bool(verdicts) + bool(choices) + by_number != 1:
            raise self._broken("item_condition_wrong")
        if set(verdicts) - set(VERDICTS[:-1]) or set(choices) - {option.key for option in there.options}:
            raise self._broken("item_condition_wrong")
        if by_number and (there.kind != NUMBER or (low is not None and high is not None and low > high)):
            raise self._broken("item_condition_wrong")
        return Condition(there.key, verdicts, choices, low, high)

    def _words(self, value: Any) -> tuple[str, ...]:
        if value is None:
            return ()
        if not isinstance(value, list) or len(value) > MOST_OPTIONS or not all(isinstance(one, str) for one in value):
            raise self._broken("item_condition_wrong")
        return tuple(value)
