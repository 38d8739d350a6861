"""Runs of the simulator: the same few each time, new ones each time, and every one that was ever red."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.plan import LINE, MACHINE, draw
from tests.simulation.run import REGRESS, Result, run_plan, run_seed

ROOT = Path(__file__).parents[2]
FRESH_SECONDS = 30.0


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What headquarters logs of a refused request is no part of a run."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def _green(result: Result) -> None:
    assert not result.red, result.told()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_run_with_every_kind_of_fault_ends_in_agreement(seed: int) -> None:
    _green(run_seed(seed, steps=60))


def test_a_run_without_faults_ends_in_agreement() -> None:
    _green(run_plan(draw(5, steps=60, faults=())))


@pytest.mark.slow
@pytest.mark.parametrize("fault", [*LINE, *MACHINE])
def test_a_run_with_one_kind_of_fault_ends_in_agreement(fault: str) -> None:
    plan = draw(11, steps=80, faults=())
    _green(run_plan(plan.with_faults({fault: 0.1})))


@pytest.mark.slow
def test_new_runs_end_in_agreement() -> None:
    """As many as fit into the time, with numbers nobody has tried; a red one says how to replay it."""
    first = int(os.environ.get("FIELDDESK_SEED", time.time_ns() // 1_000_000 % 10**9))
    until = time.monotonic() + FRESH_SECONDS
    seed = first
    while time.monotonic() < until:
        _green(run_seed(seed))
        seed += 1
    print(f"{seed - first} new runs from seed {first}")


def test_runs_that_were_red_once_are_green() -> None:
    for path in sorted(REGRESS.glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        _green(run_seed(told["seed"], told["steps"], told["laptops"]))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_trace() -> None:
    """In another process too, where Python orders its sets in another way."""
    code = "from tests.simulation.run import run_seed; print(run_seed(4, steps=50, digest=True).digest)"

    def elsewhere(hash_seed: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": hash_seed}, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout.strip()

    here = run_seed(4, steps=50, digest=True)
    _green(here)
    assert len(here.digest) == 64
    assert here.digest == elsewhere("1") == elsewhere("2")


def test_another_seed_gives_another_trace() -> None:
    assert run_seed(6, steps=20, digest=True).digest != run_seed(7, steps=20, digest=True).digest
