"""What a simulated run will suffer, drawn before it begins, so that one number replays it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import Any

LINE = (
    "drop_request",  # never arrives
    "drop_answer",  # arrives, and the answer is lost
    "double_request",  # arrives twice; one of the answers comes back
    "late_request",  # arrives some steps later, its answer goes nowhere
    "old_answer",  # an answer to an earlier question comes instead
    "cut_request",  # headquarters gets the first bytes only
    "cut_answer",  # the laptop gets the first bytes only
    "captive_portal",  # a hotel's page comes instead
    "busy",  # headquarters asks to come back later
    "twin_request",  # behind a push comes another with the same ids at the same places and other words
)
"""Chances for each exchange."""
MACHINE = (
    "kill",  # the program dies at a named point or a step of the disk
    "power_off",  # the same, and what was not synced is gone
    "disk_full",  # the journal cannot be written for a while
    "clock",  # the laptop's clock or zone is set, forward or back
    "restore_laptop",  # yesterday's image of the profile comes back
    "clone_laptop",  # the profile is copied to a second laptop, and both go on
    "damage_store",  # a laptop's database cannot be read any more
    "restore_hq",  # yesterday's image of headquarters comes back
    "kill_hq",  # headquarters dies at a named point
    "reassign",  # the office gives an order to somebody else
    "office_edit",  # the office edits, orders and cancels
    "settle",  # somebody at headquarters releases or gives up what waits for a person
    "prune",  # headquarters drops the older part of its feed
    "stop",  # a person stops the sync
)
"""Chances for each step."""
OF_THE_OFFICE = frozenset({"restore_hq", "kill_hq", "reassign", "office_edit", "settle", "prune"})
USUAL = {
    "kill": 0.06, "power_off": 0.06, "disk_full": 0.03, "clock": 0.05, "restore_laptop": 0.04, "clone_laptop": 0.02,
    "damage_store": 0.02,
    "restore_hq": 0.05, "kill_hq": 0.04, "reassign": 0.08,
    "office_edit": 0.1, "settle": 0.05,
    "prune": 0.03, "stop": 0.04,
}  # fmt: skip
"""Around which the chances of a step are drawn; those of an exchange around 0.12."""
PUSHES = (1, 2, 5, 50)
PAGES = (3, 8, 20, 100)
"""How many operations a push and how many rows a page may hold: real sizes would never split what a run makes."""


def stream(seed: int, part: str) -> random.Random:
    """The random numbers of one part; more of them used there change nothing anywhere else."""
    return random.Random(f"{seed}/{part}")


@dataclass(frozen=True)
class Plan:
    """One run: chances by fault, and how much travels at once."""

    seed: int
    steps: int = 120
    laptops: int = 3
    chances: dict[str, float] = field(default_factory=dict)
    push_size: int = 50
    page_size: int = 50
    fresh: bool = False
    """Whether the laptops begin without any row, before their first snapshot."""

    def chance(self, fault: str) -> float:
        return self.chances.get(fault, 0.0)

    def without(self, *faults: str) -> Plan:
        return replace(self, chances={name: chance for name, chance in self.chances.items() if name not in faults})

    def with_faults(self, chances: dict[str, float]) -> Plan:
        return replace(self, chances=chances)

    def told(self) -> dict[str, Any]:
        """The plan as a regression file keeps it."""
        return {"seed": self.seed, "steps": self.steps, "laptops": self.laptops}


def draw(seed: int, steps: int = 120, laptops: int = 3, faults: tuple[str, ...] | None = None) -> Plan:
    """The plan of a seed. Each fault is in about half of the runs; `faults` are the only ones that may be.

    Swarm testing: faults that are always there hide what only shows without them.
    """
    dice = stream(seed, "plan")
    chances: dict[str, float] = {}
    for name in (*LINE, *MACHINE):
        there, strength = dice.random() < 0.5, dice.uniform(0.3, 2.0)
        if there and (faults is None or name in faults):
            chances[name] = USUAL.get(name, 0.12) * strength
    sizes = dice.choice(PUSHES), dice.choice(PAGES)
    if dice.random() < 0.05:
        chances = {}
    return Plan(seed, steps, laptops, chances, *sizes, fresh=dice.random() < 0.25)
