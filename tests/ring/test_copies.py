"""Cloned laptops, profiles out of backups and a headquarters out of a backup: everybody's work arrives, once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fielddesk.core.clock import SystemClock
from fielddesk.features.parts.rules import MILLION
from fielddesk.store import backup
from fielddesk.store.keys import Keys
from fielddesk.store.laptop import find_key
from tests.ring.laptop import Laptop
from tests.ring.places import Site, agree

pytestmark = pytest.mark.slow
NewLaptop = Callable[..., Laptop]


def work(laptop: Laptop, words: str) -> str:
    """A note and a part out of the van, on the first order; the note's operation."""
    order = laptop.rows("work_order", assignee_id=laptop.who()["user"], status="assigned", kind="repair")[0]
    van = laptop.rows("place", keeper_id=laptop.who()["user"])[0]
    part = laptop.rows("part", number="4S-118")[0]
    laptop.do("use_part", order_id=order["id"], part_id=part["id"], quantity=MILLION, place_id=van["id"])
    return str(laptop.do("add_note", order_id=order["id"], text=words)[0])


def stock_of(rows: Any, laptop: Laptop) -> int:
    """What the engineer's van holds, by the ledger of `rows`."""
    van = laptop.rows("place", keeper_id=laptop.who()["user"])[0]
    part = laptop.rows("part", number="4S-118")[0]
    return sum(row["quantity"] for row in rows.rows("movement", place_id=van["id"], part_id=part["id"]))


def texts(rows: Any) -> list[str]:
    return [note["text"] for note in rows.rows("note")]


def settled(*laptops: Laptop) -> None:
    """Everybody syncs until nobody has news for another."""
    for laptop in (*laptops, *laptops):
        status = laptop.sync()
        assert (status["code"], status["waiting"]) == ("agreed", 0)


def clone_of(laptop: Laptop, new_laptop: NewLaptop, home: Path) -> Laptop:
    """The whole home copied to another machine, key and token with it."""
    laptop.stop()
    shutil.copytree(laptop.home, home)
    laptop.start()
    clone = new_laptop(home=home)
    clone.start()
    return clone


def test_a_cloned_laptop_and_its_origin_both_bring_their_work_and_get_codes_of_their_own(
    site: Site, new_laptop: NewLaptop, tmp_path: Path
) -> None:
    origin = new_laptop("engineer", site)
    before = stock_of(site, origin)
    waiting = work(origin, "waiting when the disk was cloned")
    clone = clone_of(origin, new_laptop, tmp_path / "clone")
    work(origin, "by the origin")
    work(clone, "by the clone")
    code = origin.who()["device_code"]
    assert clone.who()["device_code"] == code

    settled(origin, clone)
    assert len({origin.who()["device_code"], clone.who()["device_code"]}) == 2
    assert origin.facts()["incarnation"] != clone.facts()["incarnation"]
    assert origin.draw_number("WO") != clone.draw_number("WO")
    for rows in (site, origin, clone):
        for words in ("waiting when the disk was cloned", "by the origin", "by the clone"):
            assert texts(rows).count(words) == 1
        assert stock_of(rows, origin) == before - 3 * MILLION
    assert set(site.outcomes("add_note", "use_part").values()) == {"applied"}
    assert len(site.outcomes("add_note", "use_part")) == 6
    assert origin.outcomes()[waiting] == clone.outcomes()[waiting] == "applied"
    agree(site, engineer=origin)
    agree(site, engineer=clone)


def test_clones_go_on_working_side_by_side_without_forking_again(
    site_on_sqlite: Site, new_laptop: NewLaptop, tmp_path: Path
) -> None:
    site = site_on_sqlite
    origin = new_laptop("engineer", site)
    clone = clone_of(origin, new_laptop, tmp_path / "clone")
    for laptop in (origin, clone):
        work(laptop, "first")
    settled(origin, clone)
    incarnations = site.ask("SELECT count(*) FROM queue")
    for turn in range(4):
        work(origin, f"origin {turn}")
        work(clone, f"clone {turn}")
        settled(clone, origin)
    assert site.ask("SELECT count(*) FROM queue") == incarnations
    agree(site, engineer=origin)
    agree(site, engineer=clone)


def test_a_profile_out_of_an_older_backup_brings_what_it_holds_and_fetches_what_it_had_sent_since(
    site: Site, new_laptop: NewLaptop, tmp_path: Path
) -> None:
    laptop = new_laptop("engineer", site)
    before = stock_of(site, laptop)
    work(laptop, "waiting in the backup")
    kept = backup.make(laptop.folder, Keys(find_key(laptop.folder, laptop.key_store)), SystemClock())
    work(laptop, "sent after the backup")
    settled(laptop)
    code = laptop.who()["device_code"]
    laptop.stop()

    home = tmp_path / "restored"
    home.mkdir()
    shutil.copy2(laptop.home / "keys.json", home / "keys.json")
    key = find_key(laptop.folder, laptop.key_store)
    backup.restore(kept.path, key, home / "profiles" / laptop.folder.name)
    again = new_laptop(home=home)
    again.start()
    assert texts(again).count("sent after the backup") == 0
    work(again, "after the restore")
    settled(again)
    assert again.who()["device_code"] != code
    for rows in (site, again):
        for words in ("waiting in the backup", "sent after the backup", "after the restore"):
            assert texts(rows).count(words) == 1, words
        assert stock_of(rows, again) == before - 3 * MILLION
    agree(site, engineer=again)


def test_an_older_profile_in_which_nothing_waits_is_noticed_by_the_pull_before_it_draws_a_number_twice(
    site_on_sqlite: Site, new_laptop: NewLaptop, tmp_path: Path
) -> None:
    site = site_on_sqlite
    laptop = new_laptop("engineer", site)
    laptop.stop()
    shutil.copytree(laptop.home, tmp_path / "older")
    laptop.start()
    work(laptop, "sent after the copy")
    settled(laptop)
    code = laptop.who()["device_code"]
    laptop.stop()
    again = new_laptop(home=tmp_path / "older")
    again.start()
    settled(again)
    assert again.who()["device_code"] != code
    assert texts(again).count("sent after the copy") == 1
    agree(site, engineer=again)


def test_a_headquarters_out_of_an_older_copy_gets_back_from_the_laptops_what_it_lost(
    idle_site: Site, new_laptop: NewLaptop
) -> None:
    site = idle_site
    site.serve()
    engineer, dispatcher = new_laptop("engineer", site), new_laptop("dispatcher", site)
    before = stock_of(site, engineer)
    known = work(engineer, "known to the backup")
    settled(engineer, dispatcher)
    site.stop()
    copy = site.copy()

    site.serve()
    lost = work(engineer, "lost with the disk")
    asset = next(order["asset_id"] for order in engineer.rows("work_order") if order["asset_id"])
    shown = engineer.row("asset", asset)
    dispatcher.do("edit_asset", shown, asset_id=asset, remark="decided after the backup")
    settled(engineer, dispatcher)
    waiting = work(engineer, "waiting when headquarters fell")
    site.stop()
    site.bring_back(copy)
    epoch = engineer.facts()["epoch"]
    assert site.verb("restored").startswith("Epoch ")
    site.serve()
    assert texts(site).count("lost with the disk") == 0

    settled(engineer, dispatcher)
    for rows in (site, engineer, dispatcher):
        for words in ("known to the backup", "lost with the disk", "waiting when headquarters fell"):
            assert texts(rows).count(words) == 1, words
        assert rows.row("asset", asset)["remark"] == "decided after the backup"
    assert stock_of(site, engineer) == stock_of(engineer, engineer) == before - 3 * MILLION
    taken = site.outcomes()
    assert [taken[op] for op in (known, lost, waiting)] == ["applied"] * 3
    assert engineer.facts()["epoch"] == dispatcher.facts()["epoch"] != epoch
    agree(site, engineer=engineer, dispatcher=dispatcher)


def test_a_laptop_enrolled_after_the_backup_is_told_so_and_brings_its_work_with_a_new_code(
    idle_site: Site, new_laptop: NewLaptop
) -> None:
    site = idle_site
    copy = site.copy()
    site.serve()
    engineer = new_laptop("engineer", site)
    work(engineer, "lost with the disk")
    settled(engineer)
    work(engineer, "waiting when headquarters fell")
    site.stop()
    site.bring_back(copy)
    site.verb("restored")
    site.serve()

    status = engineer.sync()
    assert (status["code"], status["problem"], status["waiting"]) == ("blocked", "device_unknown", 2)
    engineer.stop()
    assert engineer.enrol(site.address, site.code("engineer"))["again"]
    settled(engineer)
    for rows in (site, engineer):
        for words in ("lost with the disk", "waiting when headquarters fell"):
            assert texts(rows).count(words) == 1, words
    agree(site, engineer=engineer)


def test_a_restore_that_is_said_only_days_later_still_loses_nobodys_work(
    idle_site: Site, new_laptop: NewLaptop
) -> None:
    site = idle_site
    site.serve()
    engineer, colleague = new_laptop("engineer", site), new_laptop("colleague", site)
    site.stop()
    copy = site.copy()
    site.serve()
    words = ("the engineer's, lost", "the colleague's, lost", "the engineer's, waiting", "the colleague's, since then")
    work(engineer, words[0])
    work(colleague, words[1])
    settled(engineer, colleague)
    work(engineer, words[2])
    site.stop()
    site.bring_back(copy)
    site.serve()
    engineer.sync()
    work(colleague, words[3])
    colleague.sync()

    site.verb("restored")
    settled(engineer, colleague)
    for each in words:
        assert texts(site).count(each) == 1, each
    agree(site, engineer=engineer, colleague=colleague)
