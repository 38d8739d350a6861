"""Writing a checklist: each item looked at by itself, keys that stay, and what a version changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fielddesk.core.errors import RuleBroken
from fielddesk.features.inspections.rules import (
    ADDED,
    CHANGED,
    MOVED,
    REMOVED,
    Difference,
    Item,
    differences,
    look_at,
    new_key,
    parse_items,
    renamed,
    tree_of,
)  # fmt: skip


def tick(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "kind": "tick", "names": {"en": key}, **more}


def items(*keys: str) -> tuple[Item, ...]:
    return parse_items([tick(key) for key in keys])


def what(found: list[Difference]) -> list[tuple[str, str]]:
    return [(one.what, one.key) for one in found]


def test_one_bad_item_leaves_the_others_readable() -> None:
    after = tick("c", when={"item": "b", "verdicts": ["passed"]})
    good, bad, hangs = look_at([tick("a"), tick("b", names={}), after])
    assert isinstance(good, Item)
    assert isinstance(bad, RuleBroken)
    assert isinstance(hangs, RuleBroken)
    assert (bad.code, hangs.code) == ("item_without_name", "item_condition_not_earlier")


def test_a_key_comes_from_the_name_and_is_never_one_that_was_used() -> None:
    assert new_key("Rod seal, main cylinder", []) == "rod-seal-main-cylinder"
    assert new_key("Größe 3/4″", []) == "groe-3-4"
    assert new_key("密封", []) == "item"
    assert new_key("None", []) == "item"
    assert new_key("Rod seal", ["rod-seal", "rod-seal-2"]) == "rod-seal-3"


@given(st.text(max_size=200), st.sets(st.sampled_from(["item", "item-2", "a"])))
def test_any_name_gives_a_key_that_is_read(name: str, taken: set[str]) -> None:
    key = new_key(name, taken)
    assert key not in taken
    assert parse_items([tick(key)])[0].key == key


def test_another_key_goes_into_the_conditions_that_name_it() -> None:
    trees = renamed([tick("new-1"), tick("b", when={"item": "new-1", "verdicts": ["passed"]})], "new-1", "seal")
    assert [item.key for item in parse_items(trees)] == ["seal", "b"]


def test_a_version_tells_what_it_adds_removes_changes_and_moves() -> None:
    old = items("a", "b", "c", "d")
    new = (old[0], replace(old[2], required=False), *items("x"), old[1])
    found = differences(old, new)
    assert what(found) == [(CHANGED, "c"), (ADDED, "x"), (MOVED, "b"), (REMOVED, "d")]
    assert found[0].fields == ("required",)
    assert differences(old, old) == []


@given(st.permutations("abcdef"))
def test_moving_one_item_is_one_difference(order: list[str]) -> None:
    old = items(*order)
    moved = [*old[1:], old[0]]
    assert what(differences(old, moved)) in ([(MOVED, old[0].key)], [])


some_keys = st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1)


@given(some_keys, some_keys)
def test_differences_account_for_every_item(left: list[str], right: list[str]) -> None:
    old, new = items(*left), items(*right)
    found = differences(old, new)
    assert {one.key for one in found if one.what == ADDED} == set(right) - set(left)
    assert {one.key for one in found if one.what == REMOVED} == set(left) - set(right)
    assert (found == []) == (left == right)


def test_a_tree_and_its_item_are_the_same() -> None:
    for item in items("a", "b"):
        assert parse_items([tree_of(item)]) == (item,)
