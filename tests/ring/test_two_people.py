"""J9: engineer and dispatcher edit one machine offline, weeks apart; nothing is overwritten unseen."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.ring.laptop import Laptop
from tests.ring.places import Site, agree

pytestmark = pytest.mark.slow

NewLaptop = Callable[..., Laptop]


def shared_asset(site: Site, engineer: Laptop) -> dict[str, Any]:
    """A machine that is in the engineer's scope."""
    order = next(order for order in engineer.rows("work_order") if order["asset_id"])
    return site.row("asset", order["asset_id"])


def test_different_fields_edited_offline_by_two_people_merge(site: Site, new_laptop: NewLaptop) -> None:
    engineer, dispatcher = new_laptop("engineer", site), new_laptop("dispatcher", site)
    shown = shared_asset(site, engineer)
    dispatcher.do("edit_asset", shown, asset_id=shown["id"], software_version="9.1")
    mine, _ = engineer.do("edit_asset", shown, asset_id=shown["id"], remark="Guard bolts replaced")
    assert dispatcher.sync()["code"] == "agreed"
    assert engineer.sync()["code"] == "agreed"
    assert engineer.outcomes()[mine] == "merged"
    assert dispatcher.sync()["code"] == "agreed"
    for rows in (site, engineer, dispatcher):
        after = rows.row("asset", shown["id"])
        assert after == shown | {"software_version": "9.1", "remark": "Guard bolts replaced"}
    agree(site, engineer=engineer, dispatcher=dispatcher)


def test_the_same_field_is_a_conflict_and_the_losing_value_stays_in_the_history_of_all_three(
    site: Site, new_laptop: NewLaptop
) -> None:
    engineer, dispatcher = new_laptop("engineer", site), new_laptop("dispatcher", site)
    shown = shared_asset(site, engineer)
    theirs, _ = dispatcher.do("edit_asset", shown, asset_id=shown["id"], name="Press 4")
    mine, _ = engineer.do("edit_asset", shown, asset_id=shown["id"], name="Press 4 B", remark="Seen on the plate")
    dispatcher.sync()
    assert engineer.sync()["needs_person"] == 1

    conflict = engineer.needing()[0]
    assert conflict["id"] == mine
    assert conflict["fields"] == {"name": {"base": shown["name"], "mine": "Press 4 B", "theirs": "Press 4"}}
    assert conflict["detail"]["by"] == "M. Adeyemi"
    assert isinstance(conflict["detail"]["at"], int)
    assert engineer.row("asset", shown["id"])["name"] == "Press 4"

    [again] = engineer.decide(mine, {"name": "mine"})
    assert again != mine
    assert engineer.sync()["needs_person"] == 0
    assert engineer.outcomes()[again] == "applied"
    dispatcher.sync()
    for rows in (site, engineer, dispatcher):
        assert rows.row("asset", shown["id"]) == shown | {"name": "Press 4 B", "remark": "Seen on the plate"}
        told = {event["id"]: json.loads(event["told"]) for event in rows.rows("event", about_id=shown["id"])}
        assert told[theirs]["changed"] == {"name": [shown["name"], "Press 4"]}
        assert told[mine]["conflict"]["name"]["mine"] == "Press 4 B"
        assert told[again]["changed"]["name"] == ["Press 4", "Press 4 B"]
    agree(site, engineer=engineer, dispatcher=dispatcher)


def test_theirs_kept_leaves_my_value_in_the_history_and_sends_nothing(site: Site, new_laptop: NewLaptop) -> None:
    engineer, dispatcher = new_laptop("engineer", site), new_laptop("dispatcher", site)
    shown = shared_asset(site, engineer)
    dispatcher.do("edit_asset", shown, asset_id=shown["id"], model="HP-251")
    mine, _ = engineer.do("edit_asset", shown, asset_id=shown["id"], model="HP-252")
    dispatcher.sync()
    engineer.sync()
    assert engineer.decide(mine, {"model": "theirs"}) == []
    status = engineer.sync()
    assert (status["waiting"], status["needs_person"]) == (0, 0)
    dispatcher.sync()
    for rows in (site, engineer, dispatcher):
        assert rows.row("asset", shown["id"])["model"] == "HP-251"
        [lost] = [event for event in rows.rows("event", about_id=shown["id"]) if event["id"] == mine]
        assert (lost["outcome"], json.loads(lost["told"])["conflict"]["model"]["mine"]) == ("conflict", "HP-252")
    agree(site, engineer=engineer, dispatcher=dispatcher)
