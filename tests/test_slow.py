"""The list of slow tests names only tests that are there."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
LISTED = (HERE / "slow.txt").read_text(encoding="utf-8").split("\n")[:-1]


@pytest.mark.parametrize("file", sorted({line.partition("::")[0] for line in LISTED}))
def test_what_is_called_slow_is_there(file: str) -> None:
    text = (HERE.parent / file).read_text(encoding="utf-8")
    named = {line.partition("::")[2].partition("[")[0] for line in LISTED if line.startswith(f"{file}::")}
    assert {name for name in named if f"def {name}(" not in text} == set()


def test_the_list_is_in_order() -> None:
    assert sorted(set(LISTED)) == LISTED
