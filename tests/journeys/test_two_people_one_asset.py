"""J9: two people edit one machine's record without a connection; nothing is overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fielddesk.shell.demo import EmbeddedHq
from tests.journeys.places import FarLaptop, Gone, ask_hq, kill_at

Start = Callable[[str], FarLaptop]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def shared_asset(hq: EmbeddedHq) -> str:
    """The serial of a machine on which both engineers have an order."""
    [(serial,)] = ask_hq(
        hq,
        "SELECT a.serial FROM asset a JOIN work_order o ON o.asset_id = a.id JOIN user u ON u.id = o.assignee_id "
        "WHERE u.login IN ('engineer', 'colleague') GROUP BY a.id "
        "HAVING count(DISTINCT u.login) = 2 ORDER BY a.id LIMIT 1",
    )
    return str(serial)


def both(hq: EmbeddedHq, start: Start) -> tuple[FarLaptop, FarLaptop]:
    """Two laptops, set up and in step, with their cables pulled out."""
    anna, ben = start("anna"), start("ben")
    anna.send("enrol", hq.address, hq.codes["engineer"])
    ben.send("enrol", hq.address, hq.codes["colleague"])
    for one in (anna, ben):
        one.answer()
        one.send("sync")
    for one in (anna, ben):
        one.answer()
        one("plug", False)
    return anna, ben


def test_two_people_edit_one_machine_weeks_apart(hq: EmbeddedHq, laptop: Start) -> None:
    anna, ben = both(hq, laptop)
    serial = shared_asset(hq)
    before = anna("asset", serial)

    # Different fields: both stand.
    anna("edit_asset", serial, "software_version", "4.9-anna")
    ben("edit_asset", serial, "name", "Press, re-fitted")
    # The same field: one of them will be asked.
    ben("edit_asset", serial, "model", "HP-250 B")
    anna("edit_asset", serial, "model", "HP-250 A")
    assert "wait to be sent" in anna("status")

    ben("plug", True)
    ben("sync")
    anna("plug", True)
    words = anna("sync")
    assert "1 needs you" in words

    at_anna = anna("asset", serial)
    assert at_anna["software_version"] == "4.9-anna"
    assert at_anna["name"] == "Press, re-fitted"
    assert at_anna["model"] == "HP-250 B"

    seen = anna("decide", "mine")
    assert seen == {"model": ["Model", before["model"], "HP-250 A", "HP-250 B"]}
    anna("sync")
    ben("sync")
    assert anna("asset", serial) == ben("asset", serial)
    assert ben("asset", serial)["model"] == "HP-250 A"

    # The other value stays in the history, on every laptop.
    for one in (anna, ben):
        told = one("history", before["id"])
        changes = [each["told"].get("changed", {}).get("model") for each in told if each["outcome"] == "applied"]
        assert [before["model"], "HP-250 B"] in changes
        assert ["HP-250 B", "HP-250 A"] in changes
        clash = next(each for each in told if each["outcome"] == "conflict")
        assert clash["told"]["conflict"]["model"] == {"base": before["model"], "mine": "HP-250 A", "theirs": "HP-250 B"}
    assert anna("close") == []
    assert ben("close") == []


def test_keeping_theirs_settles_the_conflict_without_another_operation(hq: EmbeddedHq, laptop: Start) -> None:
    anna, ben = both(hq, laptop)
    serial = shared_asset(hq)
    anna("edit_asset", serial, "name", "Anna's name")
    ben("edit_asset", serial, "name", "Ben's name")
    ben("plug", True)
    ben("sync")
    anna("plug", True)
    anna("sync")
    before = ask_hq(hq, "SELECT count(*) FROM operation")
    anna("decide", "theirs")
    anna("sync")
    assert anna("asset", serial)["name"] == "Ben's name"
    assert ask_hq(hq, "SELECT count(*) FROM operation") == before


def test_a_laptop_killed_in_the_middle_of_it_loses_nothing(hq: EmbeddedHq, laptop: Start) -> None:
    anna, ben = both(hq, laptop)
    serial = shared_asset(hq)
    ben("edit_asset", serial, "name", "Ben's name")
    ben("plug", True)
    ben("sync")

    # While an edit of her own is saved. From its record in the journal on it has happened, whatever the database knows.
    kept = anna("asset", serial)["software_version"]
    for number, point in enumerate(("before_journal", "after_journal", "before_commit", "after_commit")):
        anna("die_at", point)
        with pytest.raises(Gone):
            anna("edit_asset", serial, "software_version", f"9.{number}")
        kept = kept if point == "before_journal" else f"9.{number}"
        anna = laptop("anna")
        anna("open", False)
        assert anna("asset", serial)["software_version"] == kept, point
    # While the page with the other's edit is taken in.
    anna("die_at", "before_cursor")
    anna("plug", True)
    with pytest.raises(Gone):
        anna("sync")

    anna = laptop("anna")
    anna("open")
    anna("sync")
    ben("sync")
    assert anna("asset", serial) == ben("asset", serial)
    assert (ben("asset", serial)["software_version"], ben("asset", serial)["name"]) == (kept, "Ben's name")
    assert "need" not in anna("status")
    assert edits(hq) == 4


def test_headquarters_killed_in_the_middle_of_it_applies_each_edit_once(hq: EmbeddedHq, laptop: Start) -> None:
    anna, ben = both(hq, laptop)
    serial = shared_asset(hq)
    ben("edit_asset", serial, "name", "Ben's name")
    for number, point in enumerate(("before_stamp", "after_stamp", "before_commit", "after_commit")):
        anna("edit_asset", serial, "software_version", f"9.{number}")
        kill_at(hq, point)
        anna("plug", True)
        anna("press_sync")
        assert hq.child.wait(30) == -9, point
        anna("plug", False)
        hq.go_on()
    anna("plug", True)
    ben("plug", True)
    anna("sync")
    ben("sync")
    anna("sync")
    assert anna("asset", serial) == ben("asset", serial)
    assert (ben("asset", serial)["software_version"], ben("asset", serial)["name"]) == ("9.3", "Ben's name")
    assert edits(hq) == 5


def edits(hq: EmbeddedHq) -> int:
    """How many edits of machines headquarters has applied."""
    [(count,)] = ask_hq(hq, "SELECT count(*) FROM event WHERE kind = 'edit_asset' AND outcome = 'applied'")
    return int(count)
