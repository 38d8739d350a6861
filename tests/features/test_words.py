"""Nothing of the spine is without words: every action, every column a history shows, every refusal."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from fielddesk.core import i18n
from fielddesk.core.errors import RuleBroken
from fielddesk.features import registry
from fielddesk.features.parts.rules import PLACE_KINDS
from fielddesk.features.people.rules import ROLES
from fielddesk.features.workorders.rules import KINDS, STATES
from fielddesk.store.actions import ACTIONS
from fielddesk.store.tables import BY_NAME
from fielddesk.ui import icons
from fielddesk.ui.seams import Offers
from fielddesk.ui.text import spoken
from fielddesk.ui.wording import sentence
from tests.support.benches import FEATURES, spine

FOLDER = Path(registry.__file__).parent
VALUES = {"status": "open", "wanted": "completed", "most": 10**12, "limit": 5, "low": 0, "high": 9, "field": "title"}


@pytest.fixture(scope="module")
def offers() -> Offers:
    return spine()


def of_the_spine() -> list[str]:
    places = tuple(f"fielddesk.features.{name}.actions." for name in FEATURES)
    # A layer may be a package of its own.
    return sorted(kind for kind, action in ACTIONS.items() if f"{action.run.__module__}.".startswith(places))


def codes() -> Iterator[str]:
    """Codes that the rules and actions of the spine refuse with."""
    for name in FEATURES:
        for layer in ("rules", "actions"):
            for path in (*FOLDER.glob(f"{name}/{layer}.py"), *FOLDER.glob(f"{name}/{layer}/*.py")):
                yield from _codes_in(ast.parse(path.read_text(encoding="utf-8")))


def _codes_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        # `_broken` adds to a code what every complaint of its kind says; who calls it names the code.
        name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
        if name in ("RuleBroken", "_broken") and not isinstance(node.args[0], ast.Name):
            code = node.args[0]
            assert isinstance(code, ast.Constant)
            yield str(code.value)


@pytest.mark.parametrize("kind", of_the_spine())
def test_every_action_has_words_for_the_history(offers: Offers, kind: str) -> None:
    words = offers.actions[kind]
    assert spoken(words.noun)
    assert words.said({}, {})  # also of an event that an older version told less of
    assert icons.known(words.icon)


@pytest.mark.parametrize(
    "table", ["work_order", "asset", "customer", "site", "contact", "product_model", "part", "user"]
)
def test_every_column_that_can_change_has_a_label(offers: Offers, table: str) -> None:
    left_out = {"id", "archived_at", "rev", "opened_at", "revoked_at"}
    names = set(BY_NAME[table].column_names) - left_out
    assert names - set(offers.fields[table]) == set()


@pytest.mark.parametrize("code", sorted({*codes(), "not_allowed", "row_missing", "conflict"}))
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_refusal_has_a_sentence(offers: Offers, code: str, language: str) -> None:
    with i18n.speaking(language):
        said = sentence(RuleBroken(code, **VALUES))
        assert code not in said
        assert "{" not in said


@pytest.mark.parametrize("language", ["zh_CN", "zh_TW"])
def test_states_kinds_roles_and_places_are_translated(offers: Offers, language: str) -> None:
    asked = [
        *((offers, "work_order", "status", value) for value in STATES),
        *((offers, "work_order", "kind", value) for value in KINDS),
        *((offers, "user", "role", value) for value in ROLES),
    ]
    with i18n.speaking(language):
        said = [found.value(table, column, value, {}) for found, table, column, value in asked]
    assert [words for words in said if words.isascii()] == []
    assert PLACE_KINDS


def test_no_two_commands_share_a_key(offers: Offers) -> None:
    keys = [command.shortcut for command in offers.commands if command.shortcut]
    assert len(keys) == len(set(keys))
    assert set(keys).isdisjoint(("Ctrl+F", "Ctrl+K", "Ctrl+Z", "Ctrl+Q", "Ctrl+Shift+F", "F5", "F6", "Ctrl+Tab"))
    assert {"Ctrl+N", "Alt+N", "Alt+P"} <= set(keys)
    assert all(icons.known(command.icon) for command in offers.commands)


def test_the_tabs_of_an_order_follow_the_work(offers: Offers) -> None:
    assert [panel.key for panel in offers.panels("work_order")] == [
        "overview", "safety", "inspection", "parts", "notes", "photos", "sign_off", "documents", "links", "life",
        "history",
    ]  # fmt: skip
