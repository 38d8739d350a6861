"""Stock as the screen shows it: exact where the whole ledger is here, else what headquarters said and what waits."""

from __future__ import annotations

import pytest

import fielddesk.features.parts.dialogs  # noqa: F401 - brings the sentences
from fielddesk.core.errors import RuleBroken
from fielddesk.features.parts.actions import receive_stock, take_part_back, use_part
from fielddesk.features.parts.queries import (
    PlaceStock,
    find_parts,
    fitted,
    movement_page,
    part_count,
    part_page,
    part_place,
    part_view,
    stock,
)
from fielddesk.features.people.rules import DISPATCHER, ENGINEER
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.ui.wording import sentence
from tests.support.laptops import some_id
from tests.support.region import ANNA, CHEN, DEPOT, MILLION, OTHER_VAN, VAN

ORDER = some_id("WO-A7-2026-1051")
BEARING, OLD, SEAL = some_id("7SR1-03-4"), some_id("7SR1-03-3"), some_id("4S-118")


def at(store: Store, part: str, role: str = ENGINEER, me: str = ANNA) -> dict[str, PlaceStock]:
    with store.read() as read:
        return {line.place: line for line in stock(read, part, me, role)}


def use(store: Store, part: str, quantity: int, place: str) -> str:
    done = store.do(call(use_part, order_id=ORDER, part_id=part, quantity=quantity * MILLION, place_id=place))
    return str(done.results[0])


def test_my_own_van_is_the_sum_of_its_ledger(laptop: Store) -> None:
    use(laptop, BEARING, 1, VAN)
    van = at(laptop, BEARING)["Van 12"]
    assert (van.quantity, van.as_of, van.waiting, van.mine) == (1 * MILLION, None, 0, True)


def test_another_place_shows_what_headquarters_said_with_its_moment(laptop: Store, clock: object) -> None:
    depot = at(laptop, BEARING)["Depot Nord"]
    assert depot.quantity == 14 * MILLION
    assert depot.as_of
    assert not depot.mine


def test_what_i_took_from_another_place_counts_at_once_as_long_as_it_waits(laptop: Store) -> None:
    use(laptop, BEARING, 3, DEPOT)
    depot = at(laptop, BEARING)["Depot Nord"]
    assert (depot.quantity, depot.waiting) == (11 * MILLION, -3 * MILLION)


def test_a_place_headquarters_never_spoke_of_shows_only_what_waits(laptop: Store) -> None:
    use(laptop, BEARING, 1, OTHER_VAN)
    other = at(laptop, BEARING)["Van 7"]
    assert (other.quantity, other.as_of, other.waiting) == (-MILLION, 0, -MILLION)


def test_who_sees_everything_has_the_whole_ledger_of_every_place(laptop: Store) -> None:
    laptop.do(call(receive_stock, place_id=DEPOT, part_id=BEARING, quantity=5 * MILLION))
    found = at(laptop, BEARING, DISPATCHER, CHEN)
    assert {(line.place, line.quantity, line.as_of) for line in found.values()} == {
        ("Van 12", 2 * MILLION, None),
        ("Depot Nord", 5 * MILLION, None),
    }


def test_my_own_place_is_shown_first_even_when_it_holds_nothing(laptop: Store) -> None:
    assert next(iter(at(laptop, OLD).values())) == PlaceStock(VAN, "Van 12", "van", True, 0, None, 0)


def test_stock_below_zero_stands(laptop: Store) -> None:
    use(laptop, SEAL, 3, VAN)
    assert at(laptop, SEAL)["Van 12"].quantity == -2 * MILLION


def test_taking_a_part_back_leaves_nothing_fitted_and_the_van_as_it_was(laptop: Store) -> None:
    movement = use(laptop, BEARING, 2, VAN)
    back = {"part_id": BEARING, "quantity": 2 * MILLION, "place_id": VAN}
    laptop.do(call(take_part_back, order_id=ORDER, movement_id=movement, **back))
    with laptop.read() as read:
        assert fitted(read, ORDER) == []
        assert [row.kind for row in movement_page(read, BEARING, 0, 9)] == ["taken_back", "fitted", "received"]
    assert at(laptop, BEARING)["Van 12"].quantity == 2 * MILLION


def test_a_part_is_taken_back_once_however_often_it_is_said(laptop: Store) -> None:
    movement = use(laptop, BEARING, 2, VAN)
    back = call(
        take_part_back, order_id=ORDER, movement_id=movement, part_id=BEARING, quantity=2 * MILLION, place_id=VAN
    )
    laptop.do(back)
    with pytest.raises(RuleBroken, match="taken_back_already") as told:
        laptop.do(back)
    assert sentence(told.value) == "This part was taken back already."
    assert at(laptop, BEARING)["Van 12"].quantity == 2 * MILLION


def test_taking_some_back_leaves_the_rest_fitted(laptop: Store) -> None:
    movement = use(laptop, BEARING, 2, VAN)
    back = {"part_id": BEARING, "quantity": MILLION, "place_id": VAN}
    laptop.do(call(take_part_back, order_id=ORDER, movement_id=movement, **back))
    with laptop.read() as read:
        assert [(row.number, row.quantity, row.place, row.by) for row in fitted(read, ORDER)] == [
            ("7SR1-03-4", MILLION, "Van 12", "Anna Berg")
        ]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("7SR1-03-3", ["7SR1-03-3"]),
        ("7sr1", ["7SR1-03-3", "7SR1-03-4"]),
        ("密封", ["4S-118"]),
        ("密封件套組", ["4S-118"]),
        ("grease", ["GR-0400"]),
        ("%", []),
    ],
)
def test_a_part_is_found_by_number_and_by_its_name_in_any_language(
    laptop: Store, text: str, numbers: list[str]
) -> None:
    with laptop.read() as read:
        assert [row.number for row in find_parts(read, text, ANNA, ENGINEER, 5)] == numbers


def test_the_catalogue_pages_by_number_with_stock_near_me_and_in_all(laptop: Store) -> None:
    with laptop.read() as read:
        rows = part_page(read, "", ANNA, ENGINEER, 0, 3) + part_page(read, "", ANNA, ENGINEER, 3, 3)
        assert [row.number for row in rows] == sorted(row.number for row in rows)
        assert len(rows) == part_count(read, "") == 6
        assert [part_place(read, "", row.id) for row in rows] == list(range(6))
        bearing = next(row for row in rows if row.id == BEARING)
    assert (bearing.near, bearing.total) == (2 * MILLION, 16 * MILLION)


def test_a_part_knows_its_successor_and_what_it_replaces(laptop: Store) -> None:
    with laptop.read() as read:
        old, new = part_view(read, OLD), part_view(read, BEARING)
    assert old is not None
    assert new is not None
    assert old.successor is not None
    assert old.successor.id == BEARING
    assert [part.id for part in new.replaces] == [OLD]
