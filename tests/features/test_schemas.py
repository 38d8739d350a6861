"""The arguments of an action are a promise to every laptop that is offline: they change only under a new number."""

from __future__ import annotations

import json

from fielddesk.core.paths import resources
from fielddesk.features import registry


def test_each_action_has_its_arguments_committed_and_they_are_as_committed():
    folder = resources() / "schemas"
    for name, text in registry.schemas().items():
        assert (folder / name).exists(), f"commit {name}: python -m fielddesk.features.registry"
        assert json.loads((folder / name).read_text("utf-8")) == json.loads(text), (
            f"{name} changed under an old number: give the action a new version and an up-caster"
        )


def test_the_two_versions_before_are_still_accepted():
    folder = resources() / "schemas"
    for kind, action in registry.actions().items():
        for older in range(max(1, action.version - 2), action.version):
            assert (folder / f"{kind}-{older}.json").exists()
            assert older in action.upcasts


def test_every_table_is_in_the_order_in_which_parents_come_first():
    assert set(registry.tables()) == set(registry.BY_NAME)
    seen: set[str] = set()
    for name, table in registry.tables().items():
        parents = {col.ref for col in table.columns if col.ref and col.ref not in ("*", name)}
        assert parents <= seen, (name, parents - seen)
        seen.add(name)
