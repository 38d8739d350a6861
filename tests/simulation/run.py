"""Runs seeds of the simulator: `python -m tests.simulation.run --seeds 0:200 --steps 120 --laptops 3`.

Prints how many schedules a second it makes, and of the first red seed what is broken, the last lines of its trace
and the command that replays it.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import logging
import shutil
import sys
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.plan import Plan, draw
from tests.simulation.record import Broken
from tests.simulation.template import template
from tests.simulation.world import World

REGRESS = Path(__file__).parents[1] / "regress"
"""Plans that were red once."""
OFTEN = 0.1
"""The chance of a fault that was asked for."""


@dataclass(frozen=True)
class Result:
    """What came of a seed: broken laws, or what was raised; the trace's hash and its last lines."""

    plan: Plan
    broken: tuple[Broken, ...]
    raised: str | None
    digest: str
    lines: tuple[str, ...]

    @property
    def red(self) -> bool:
        return bool(self.broken) or self.raised is not None

    def laws(self) -> set[str]:
        return {one.law for one in self.broken}

    def told(self, lines: int = 60) -> str:
        plan = self.plan
        faults = ", ".join(f"{name} {chance:.2f}" for name, chance in plan.chances.items()) or "none"
        parts = [
            f"seed {plan.seed}: red; faults: {faults}",
            f"push {plan.push_size}, page {plan.page_size}, {'no rows' if plan.fresh else 'rows'} at the beginning",
            *self.lines[-lines:],
            *map(str, self.broken),
            *([self.raised] if self.raised else []),
            f"replay: python -m tests.simulation.run --seeds {plan.seed} --steps {plan.steps} --laptops {plan.laptops}",
        ]
        return "\n".join(parts)


def run_plan(plan: Plan, *, digest: bool = False) -> Result:
    """One run in a folder of its own."""
    place, origin = template()
    collected = gc.isenabled()
    gc.disable()  # a fifth of the time went into looking for rings; they go at the end
    folder = place / f"seed-{plan.seed}"
    shutil.rmtree(folder, ignore_errors=True)
    world = World(plan, folder, origin)
    raised = None
    try:
        world.run()
    except Exception:
        raised = traceback.format_exc()
    try:
        found = world.digest() if digest and not world.broken and raised is None else ""
        return Result(plan, tuple(world.broken), raised, found, tuple(world.trace.lines))
    finally:
        world.close()
        if collected:  # a process with windows leaves it off: on a thread it would destroy widgets
            gc.enable()


def run_seed(seed: int, steps: int = 120, laptops: int = 3, *, digest: bool = False) -> Result:
    return run_plan(draw(seed, steps, laptops), digest=digest)


def run_many(
    seeds: Iterable[int], steps: int, laptops: int, seconds: float | None = None
) -> tuple[int, float, Result | None]:
    """Runs until the first red seed, the last one, or the end of the time: how many, how long, and the red one."""
    template()
    began, count = time.perf_counter(), 0
    for seed in seeds:
        result = run_seed(seed, steps, laptops)
        count += 1
        if result.red:
            return count, time.perf_counter() - began, result
        if seconds is not None and time.perf_counter() - began > seconds:
            break
    return count, time.perf_counter() - began, None


def seeds_of(text: str) -> Iterable[int]:
    """`7`, `0:200`, or `1000:` for as long as there is time."""
    if ":" not in text:
        return [int(text)]
    first, last = text.split(":")
    return range(int(first), int(last)) if last else itertools.count(int(first))


def main() -> int:
    words = argparse.ArgumentParser(description="Runs seeds of the simulator until one is red.")
    words.add_argument("--seeds", default="0:200")
    words.add_argument("--steps", type=int, default=120)
    words.add_argument("--laptops", type=int, default=3)
    words.add_argument("--seconds", type=float)
    words.add_argument("--go-on", action="store_true", help="run all seeds and list the red ones")
    words.add_argument("--keep", action="store_true", help="keep a red seed under tests/regress, where ./test runs it")
    words.add_argument("--lines", type=int, default=60)
    words.add_argument("--faults", help="only these faults, each about every tenth time")
    words.add_argument("--until", help="run all seeds until this law fails in one")
    words.add_argument("--json", type=Path, help="write each red seed's laws here")
    told = words.parse_args()
    logging.disable(logging.CRITICAL)
    if told.go_on or told.json or told.faults or told.until:
        return _survey(told)
    count, seconds, red = run_many(seeds_of(told.seeds), told.steps, told.laptops, told.seconds)
    if red is not None:
        print(red.told(told.lines))
        if told.keep:
            REGRESS.mkdir(exist_ok=True)
            laws = {"laws": sorted(red.laws())}
            (REGRESS / f"seed-{red.plan.seed}.json").write_text(json.dumps(red.plan.told() | laws) + "\n")
    print(f"{count} schedules in {seconds:.1f} s, {count / seconds:.2f} a second, {'RED' if red else 'all green'}")
    return 1 if red else 0


def _survey(told: argparse.Namespace) -> int:
    template()
    began, count = time.perf_counter(), 0
    reds: dict[int, list[str]] = {}
    for seed in seeds_of(told.seeds):
        plan = draw(seed, told.steps, told.laptops)
        if told.faults:
            plan = plan.with_faults(dict.fromkeys(told.faults.split(","), OFTEN))
        result = run_plan(plan)
        count += 1
        if result.red:
            reds[seed] = sorted(result.laws()) or ["raised"]
            first = str(result.broken[0]) if result.broken else (result.raised or "").strip().splitlines()[-1]
            print(f"{seed}: {', '.join(reds[seed])} | {first[:300]}", flush=True)
        if told.until in result.laws() or (told.seconds and time.perf_counter() - began > told.seconds):
            break
    seconds = time.perf_counter() - began
    print(f"{count} schedules in {seconds:.1f} s, {count / seconds:.2f} a second, {len(reds)} red")
    if told.json:
        told.json.write_text(json.dumps({"count": count, "reds": {str(k): v for k, v in reds.items()}}))
    return 1 if reds else 0


if __name__ == "__main__":
    sys.exit(main())
