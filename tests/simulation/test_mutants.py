"""Every mutant is caught by the law that is there for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.simulation import laws
from tests.simulation.mutants import MUTANTS, Mutant, laws_broken_by, patched
from tests.simulation.watch import Watch


def _named(mutant: Mutant) -> Any:
    mark = pytest.mark.slow if mutant.quick else pytest.mark.long
    return pytest.param(mutant, id=mutant.name.replace(" ", "-"), marks=mark)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutant", list(map(_named, MUTANTS)))
def test_a_mutant_is_caught_by_its_law(mutant: Mutant, tmp_path: Path) -> None:
    broken, told = laws_broken_by(mutant, tmp_path)
    assert mutant.law in broken, told


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_a_mutant_still_finds_the_text_it_changes(mutant: Mutant, tmp_path: Path) -> None:
    patched(mutant, tmp_path)
    named = {law.__name__ for law in laws.LAWS} | set(vars(Watch))
    assert mutant.law in named
