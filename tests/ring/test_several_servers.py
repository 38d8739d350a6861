"""Several servers on one PostgreSQL: any of them serves anybody, in any order, and one that hangs holds nobody up."""

from __future__ import annotations

import itertools
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from fielddesk.features.parts.rules import MILLION
from fielddesk.sync.client import HttpHq
from tests.ring.laptop import Laptop
from tests.ring.places import Site, agree, until

pytestmark = pytest.mark.slow
NewLaptop = Callable[..., Laptop]


class EachInTurn:
    """A line that puts every question to the next server, as a balancer before them does."""

    def __init__(self, addresses: list[str], token: str | None) -> None:
        self._lines = [HttpHq(address, token) for address in addresses]
        self._next = itertools.cycle(self._lines)

    def __getattr__(self, name: str) -> Any:
        if name in ("cancel", "ready", "close"):
            return lambda: [getattr(line, name)() for line in self._lines]
        return getattr(next(self._next), name)


@pytest.fixture
def site_of_three(new_hq: Callable[..., Site]) -> Site:
    site = new_hq("postgresql")
    for _ in range(3):
        site.serve()
    return site


def in_turn(site: Site) -> Callable[[str, str | None], Any]:
    return lambda _address, token: EachInTurn(site.addresses, token)


def all_at_once(*works: Callable[[], Any]) -> None:
    """Each in a thread of its own, begun together; the first error is ours."""
    together = threading.Barrier(len(works))
    errors: list[BaseException] = []

    def run(work: Callable[[], Any]) -> None:
        try:
            together.wait(30)
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    if errors:
        raise errors[0]


def test_three_servers_answer_one_laptop_in_turn_as_one_would(site_of_three: Site, new_laptop: NewLaptop) -> None:
    site = site_of_three
    laptop, dispatcher = (new_laptop(login, site, line=in_turn(site)) for login in ("engineer", "dispatcher"))
    order = laptop.rows("work_order", assignee_id=laptop.who()["user"], status="assigned", kind="repair")[0]
    for turn in range(5):
        laptop.do("add_note", order_id=order["id"], text=f"turn {turn}")
        shown = dispatcher.row("asset", order["asset_id"])
        dispatcher.do("edit_asset", shown, asset_id=shown["id"], remark=f"turn {turn}")
        for desk in (laptop, dispatcher, laptop):
            assert desk.sync()["code"] == "agreed"
        assert laptop.row("asset", shown["id"])["remark"] == f"turn {turn}"
    assert site.ask("SELECT count(*) FROM queue") == [(3,)]  # one for each laptop and headquarters' own: nobody forked
    assert set(site.outcomes().values()) == {"applied"}
    agree(site, engineer=laptop, dispatcher=dispatcher)


def test_laptops_that_work_and_sync_all_at_once_through_all_servers_lose_and_double_nothing(
    site_of_three: Site, new_laptop: NewLaptop
) -> None:
    site = site_of_three
    logins = ("engineer", "colleague", "dispatcher", "engineer")
    laptops = [new_laptop(login, site, line=in_turn(site)) for login in logins]
    engineer = laptops[0]
    order = engineer.rows("work_order", assignee_id=engineer.who()["user"], status="assigned", kind="repair")[0]
    own = {login: laptop.rows("work_order", assignee_id=laptop.who()["user"]) for login, laptop in
           zip(logins, laptops, strict=True)}  # fmt: skip
    van = engineer.rows("place", keeper_id=engineer.who()["user"])[0]["id"]
    part = engineer.rows("part", number="4S-118")[0]["id"]
    had = site.stock(van, part)

    def day(number: int) -> None:
        laptop, login = laptops[number], logins[number]
        mine = own[login][0]["id"] if own[login] else order["id"]
        for turn in range(4):
            for each in range(5):
                laptop.do("add_note", order_id=mine, text=f"laptop {number}, {turn}/{each}")
            laptop.do("use_part", order_id=mine, part_id=part, quantity=MILLION, place_id=van)
            until(lambda: laptop.sync()["code"] == "agreed", "agreed")

    all_at_once(*(lambda number=number: day(number) for number in range(len(laptops))))  # type: ignore[misc]
    texts = [note["text"] for note in site.rows("note")]
    wanted = [f"laptop {number}, {turn}/{each}" for number in range(4) for turn in range(4) for each in range(5)]
    assert {text: texts.count(text) for text in wanted} == dict.fromkeys(wanted, 1)
    assert site.stock(van, part) == had - 16 * MILLION
    assert set(site.outcomes().values()) == {"applied"}
    for login, laptop in zip(logins, laptops, strict=True):
        assert laptop.sync()["code"] == "agreed"
        agree(site, **{login: laptop})


def test_two_laptops_that_push_one_field_in_one_moment_one_applies_and_one_conflicts(
    site_of_three: Site, new_laptop: NewLaptop
) -> None:
    site = site_of_three
    laptops = [new_laptop("engineer", site), new_laptop("dispatcher", site)]
    asset = next(order["asset_id"] for order in laptops[0].rows("work_order") if order["asset_id"])
    for turn in range(5):
        shown = site.row("asset", asset)
        done = [
            laptop.do("edit_asset", shown, asset_id=asset, remark=f"{turn} by {number}")[0]
            for number, laptop in enumerate(laptops)
        ]
        all_at_once(*(
            lambda laptop=laptop, address=address: laptop.sync(address)  # type: ignore[misc]
            for laptop, address in zip(laptops, site.addresses, strict=False)
        ))  # fmt: skip
        outcomes = [site.outcomes()[op] for op in done]
        assert sorted(outcomes) == ["applied", "conflict"], turn
        assert site.row("asset", asset)["remark"] == f"{turn} by {outcomes.index('applied')}"
        loser = laptops[outcomes.index("conflict")]
        assert loser.decide(done[outcomes.index("conflict")], {"remark": "theirs"}) == []
        for laptop in laptops:
            assert laptop.sync()["code"] == "agreed"
    agree(site, engineer=laptops[0], dispatcher=laptops[1])


def test_a_server_killed_among_others_costs_one_try(new_hq: Callable[..., Site], new_laptop: NewLaptop) -> None:
    site = new_hq("postgresql")
    site.serve(die_at="push.after_stamp")
    site.serve()
    laptop = new_laptop("engineer", site)
    order = laptop.rows("work_order", assignee_id=laptop.who()["user"], status="assigned", kind="repair")[0]["id"]
    laptop.do("add_note", order_id=order, text="pushed to the one that dies")
    assert laptop.sync(site.addresses[0])["problem"] == "cut_off"
    assert laptop.sync(site.addresses[1])["code"] == "agreed"
    assert [note["text"] for note in site.rows("note")].count("pushed to the one that dies") == 1
    agree(site, engineer=laptop)


@pytest.mark.long
def test_a_server_halted_between_stamp_and_commit_holds_the_others_up_for_half_a_minute_at_most(
    new_hq: Callable[..., Site], new_laptop: NewLaptop
) -> None:
    site = new_hq("postgresql")
    site.serve(die_at="push.after_stamp:1:stop")
    site.serve()
    halted, other = new_laptop("engineer", site), new_laptop("dispatcher", site)
    order = halted.rows("work_order", assignee_id=halted.who()["user"], status="assigned", kind="repair")[0]["id"]
    halted.do("add_note", order_id=order, text="in the halted one")
    stuck = threading.Thread(target=lambda: halted.sync(site.addresses[0]))
    stuck.start()
    until(lambda: site.ask("SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction'"), "it is halted")
    other.do("add_note", order_id=order, text="in the other one")
    until(lambda: other.sync(site.addresses[1])["waiting"] == 0, "the other one goes on", within=50)
    stuck.join(40)
    site.serving[0].process.signal(signal.SIGCONT)
    for laptop in (halted, other, halted):
        assert laptop.sync(site.addresses[1])["code"] == "agreed"
    texts = [note["text"] for note in site.rows("note")]
    assert (texts.count("in the halted one"), texts.count("in the other one")) == (1, 1)
    agree(site, engineer=halted, dispatcher=other)
