"""Revoked laptops and orders that went to somebody else: late work is held or taken, never lost, and nothing erased."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fielddesk.features.parts.rules import MILLION
from tests.ring.headquarters import ClockAhead
from tests.ring.laptop import Laptop
from tests.ring.places import Site, agree, until

pytestmark = pytest.mark.slow
NewLaptop = Callable[..., Laptop]
DAY_S = 24 * 3600


def first_order(laptop: Laptop) -> str:
    return str(laptop.rows("work_order", assignee_id=laptop.who()["user"], status="assigned", kind="repair")[0]["id"])


def write(laptop: Laptop, order: str, *words: str) -> list[str]:
    return [str(laptop.do("add_note", order_id=order, text=each)[0]) for each in words]


def texts(rows: Site | Laptop) -> list[str]:
    return [note["text"] for note in rows.rows("note")]


def give_to(site: Site, order: str, login: str) -> None:
    shown = site.row("work_order", order)
    site.do("assign_order", {"assignee_id": shown["assignee_id"]}, order_id=order, assignee_id=site.user(login))


def locked(laptop: Laptop) -> None:
    """Sync in its thread until the laptop has handed in what it had and knows that it is revoked."""
    worker = laptop.work()
    until(lambda: worker.status.code == "locked" and worker.status.waiting == 0 and not worker.status.trying, "locked")
    assert laptop.bugs == []
    assert worker.close()
    laptop.worker = None


def settled(laptop: Laptop) -> None:
    """Sync until nothing waits; a snapshot asks once more for what is not final, which takes a second round."""
    for _ in range(3):
        status = laptop.sync()
        assert status["code"] == "agreed"
        if not status["waiting"]:
            return
    raise AssertionError("it waits for ever")


def test_all_that_a_revoked_laptop_sends_is_held_and_its_own_rows_stay(site: Site, new_laptop: NewLaptop) -> None:
    laptop = new_laptop("engineer", site)
    order = first_order(laptop)
    asset = next(row["asset_id"] for row in laptop.rows("work_order") if row["asset_id"])
    words = [f"waiting {number}" for number in range(50)]
    waiting = write(laptop, order, *words)
    waiting += [laptop.do("edit_asset", laptop.row("asset", asset), asset_id=asset, remark="edited")[0]]
    before = laptop.dump()
    rows = len(site.rows("note"))
    site.verb("revoke", laptop.who()["device"])

    locked(laptop)
    assert site.outcomes() == laptop.outcomes() == dict.fromkeys(waiting, "held")
    assert len(site.rows("note")) == rows
    after = laptop.dump()
    assert {name for name in after if after[name] != before[name]} <= {"own_operation", "local_setting"}
    laptop.stop()
    laptop.start()
    assert set(words) <= set(texts(laptop))
    late = write(laptop, order, "written after it was revoked")
    locked(laptop)
    assert site.outcomes()[late[0]] == "held"

    listed = site.verb("held").splitlines()
    assert {line.split()[0] for line in listed} == {*waiting, *late}
    site.books.release(waiting[0])
    site.books.void(waiting[1])
    assert texts(site).count("waiting 0") == 1
    assert texts(site).count("waiting 1") == 0


def test_a_revoked_laptop_that_is_let_in_again_hears_what_became_of_its_held_work(
    site: Site, new_laptop: NewLaptop
) -> None:
    laptop = new_laptop("engineer", site)
    order = first_order(laptop)
    first, second, third = write(laptop, order, "released before", "released after", "given up")
    site.verb("revoke", laptop.who()["device"])
    locked(laptop)
    site.books.release(first)
    laptop.stop()
    assert laptop.enrol(site.address, site.code("engineer"))["again"]
    write(laptop, order, "and on it goes")
    settled(laptop)
    assert laptop.facts()["needs_person"] == 2
    site.books.release(second)
    site.books.void(third)
    settled(laptop)
    assert [laptop.outcomes()[op] for op in (first, second, third)] == ["applied", "applied", "void"]
    assert laptop.facts()["needs_person"] == 0
    for rows in (site, laptop):
        found = texts(rows)
        assert [found.count(words) for words in ("released before", "released after", "given up")] == [1, 1, 0]
        assert found.count("and on it goes") == 1
    agree(site, engineer=laptop)


def test_what_a_former_assignee_did_before_hearing_of_it_is_taken_and_what_they_decided_is_not(
    site: Site, new_laptop: NewLaptop
) -> None:
    engineer, colleague = new_laptop("engineer", site), new_laptop("colleague", site)
    order = first_order(engineer)
    van = engineer.rows("place", keeper_id=engineer.who()["user"])[0]["id"]
    part = engineer.rows("part", number="4S-118")[0]["id"]
    had = site.stock(van, part)
    [note] = write(engineer, order, "done before I heard")
    used, _ = engineer.do("use_part", order_id=order, part_id=part, quantity=MILLION, place_id=van)
    decided, _ = engineer.do(
        "set_order_status", {"status": "assigned", "status_reason": ""}, order_id=order, status="in_progress", unasked=1
    )
    give_to(site, order, "colleague")

    status = engineer.sync()
    assert (status["code"], status["waiting"], status["needs_person"]) == ("agreed", 0, 1)
    assert engineer.outcomes() == {note: "applied", used: "applied", decided: "rejected"}
    [item] = engineer.needing()
    assert (item["id"], item["detail"]["code"]) == (decided, "scope_left")
    assert engineer.row("work_order", order) is None
    assert colleague.sync()["code"] == "agreed"
    assert colleague.row("work_order", order)["status"] == "assigned"
    for rows in (site, colleague):
        assert texts(rows).count("done before I heard") == 1
    assert site.stock(van, part) == had - MILLION
    agree(site, engineer=engineer, colleague=colleague)


@pytest.mark.parametrize(
    ("hq_days", "laptop_days", "outcome"),
    [(31, 31, "held"), (29, 29, "applied"), (0, 31, "applied"), (31, 0, "held")],
    ids=["a month later", "within the month", "by a clock a month ahead", "a month later by a clock behind"],
)
def test_a_fact_counts_by_when_it_occurred_and_a_wrong_clock_changes_nothing(
    new_hq: Callable[..., Site], new_laptop: NewLaptop, hq_days: int, laptop_days: int, outcome: str
) -> None:
    site = new_hq("sqlite")
    site.serve()
    engineer = new_laptop("engineer", site)
    order = first_order(engineer)
    give_to(site, order, "colleague")  # while the engineer has no signal
    site.stop()
    site.serve(ahead=hq_days * DAY_S)
    engineer.clock = engineer.store.clock = ClockAhead(laptop_days * DAY_S)
    [note] = write(engineer, order, "still at it")
    # In a month headquarters has let go of its feed: a snapshot, and what is held is asked for once more.
    settled(engineer)
    assert (site.outcomes()[note], engineer.outcomes()[note]) == (outcome, outcome)
    assert texts(site).count("still at it") == (outcome == "applied")
    if outcome == "held":
        assert engineer.facts()["needs_person"] == 1
        assert texts(engineer).count("still at it") == 1  # it stays on top, marked
        site.books.release(note)
        settled(engineer)
        assert engineer.facts()["needs_person"] == 0
        assert engineer.outcomes()[note] == "applied"
        assert texts(site).count("still at it") == 1
    agree(site, engineer=engineer)
