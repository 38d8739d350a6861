"""The demo's people: three engineers, a dispatcher, 40 customers with 120 sites and somebody to ask for at each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fielddesk.core.paths import resources
from fielddesk.features.people.rules import DISPATCHER, ENGINEER

STAFF: Final = (
    ("dispatcher", "M. Adeyemi", DISPATCHER),
    ("engineer", "M. Okafor", ENGINEER),
    ("colleague", "林怡君", ENGINEER),
    ("third", "李志强", ENGINEER),
)
ENGINEERS: Final = ("engineer", "colleague", "third")


@dataclass(frozen=True)
class Town:
    """Where five customers have their sites: streets and names as people write them there."""

    city: str
    postal_code: str
    country: str
    zone: str
    language: str
    streets: list[str]
    firms: list[str]
    contacts: list[str]
    sites: list[str]
    gate: str


TIERS: Final = ("key", "standard", "standard", "strategic", "standard")


@dataclass(frozen=True)
class Firm:
    """A customer of the demo, with its sites and the people there."""

    number: str
    name: str
    tier: str
    town: Town
    sites: tuple[tuple[str, str, str], ...]
    """(name, street, contact)."""


def firms() -> Iterator[Firm]:
    """40 customers, five in each town, each with three sites."""
    lines = json.loads((resources() / "demo" / "towns.json").read_text(encoding="utf-8"))
    towns = [Town(**line) for line in lines]
    for place in range(sum(len(town.firms) for town in towns)):
        town, row = towns[place % len(towns)], place // len(towns)
        streets, contacts = town.streets, town.contacts
        sites = tuple(
            (name, streets[(row + nth) % len(streets)], contacts[(row + nth) % len(contacts)])
            for nth, name in enumerate(town.sites)
        )
        yield Firm(f"K-{1001 + place}", town.firms[row], TIERS[row], town, sites)
