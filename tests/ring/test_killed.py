"""J9 with sudden deaths: either laptop or headquarters ends at a named point, and then all of it goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.ring.places import Died, LaptopProcess, Site, agree

pytestmark = pytest.mark.slow
NewProcess = Callable[..., LaptopProcess]

SAVING = ("before_journal", "after_journal", "before_commit", "after_commit")
NOT_SAVED = ("before_journal",)
SYNCING = (
    "asking_hello", "answered_hello", "asking_push", "answered_push", "before_commit:1", "before_commit:2",
    "before_commit:3", "asking_pull", "answered_pull", "rebase_put_back", "rebase_run_again", "before_cursor",
)  # fmt: skip


def asset_of(site: Site, engineer: LaptopProcess) -> str:
    order = next(order for order in engineer.rows("work_order") if order["asset_id"])
    return str(order["asset_id"])


def sync_on(laptop: LaptopProcess) -> dict[str, Any]:
    """Sync, and after a death start and sync again, as a person would."""
    try:
        status = laptop.sync()
    except Died:
        laptop.start()
        status = laptop.sync()
    return dict(status)


def times_taken(site: Site, words: str) -> int:
    """How many operations at headquarters carry these words."""
    return len(site.ask("SELECT id FROM operation WHERE body LIKE ?", f"%{words}%"))


def edit_through(laptop: LaptopProcess, asset: dict[str, Any], point: str, **fields: str) -> None:
    """Edit, dying at `point`; at the next start the edit is there if it had come as far as the journal."""
    laptop.die_at(point)
    before = len(laptop.outcomes())
    with pytest.raises(Died):
        laptop.do("edit_asset", asset, asset_id=asset["id"], **fields)
    laptop.start()
    assert len(laptop.outcomes()) == before + (point not in NOT_SAVED), point
    if point in NOT_SAVED:
        laptop.do("edit_asset", asset, asset_id=asset["id"], **fields)


def settle(laptop: LaptopProcess) -> None:
    """Take mine in the conflict about the name."""
    [conflict] = laptop.needing()
    assert set(conflict["fields"]) == {"name"}
    laptop.decide(conflict["id"], {"name": "mine"})


@pytest.mark.parametrize("dying", ["engineer", "dispatcher"])
def test_a_laptop_that_ends_while_it_saves_loses_nothing_and_sends_it_once(
    site_on_sqlite: Site, new_process: NewProcess, dying: str
) -> None:
    site = site_on_sqlite
    people = {login: new_process(login, site) for login in ("engineer", "dispatcher")}
    asset_id = asset_of(site, people["engineer"])
    lasting = next(login for login in people if login != dying)
    for point in SAVING:
        shown = people[dying].row("asset", asset_id)
        people[lasting].do("edit_asset", shown, asset_id=asset_id, software_version=f"version {point}")
        edit_through(people[dying], shown, point, remark=f"remark {point}")
        for login in (lasting, dying, lasting):
            assert people[login].sync()["code"] == "agreed"
        assert times_taken(site, f"remark {point}") == 1
        row = site.row("asset", asset_id)
        assert (row["remark"], row["software_version"]) == (f"remark {point}", f"version {point}"), point
        agree(site, **people)


@pytest.mark.parametrize("dying", ["engineer", "dispatcher"])
def test_a_laptop_that_ends_anywhere_in_a_sync_goes_on_and_the_conflict_is_settled_once(
    site_on_sqlite: Site, new_process: NewProcess, dying: str
) -> None:
    site = site_on_sqlite
    people = {login: new_process(login, site) for login in ("engineer", "dispatcher")}
    asset_id = asset_of(site, people["engineer"])
    lasting = next(login for login in people if login != dying)
    for point in SYNCING:
        shown = site.row("asset", asset_id)
        people[lasting].do("edit_asset", shown, asset_id=asset_id, name=f"their {point}", model=f"model {point}")
        people[dying].do("edit_asset", shown, asset_id=asset_id, name=f"mine {point}", remark=f"remark {point}")
        people[lasting].sync()
        people[dying].die_at(point)
        with pytest.raises(Died):
            people[dying].sync()
        people[dying].start()
        assert people[dying].sync()["code"] == "agreed", point
        settle(people[dying])
        for login in (dying, lasting):
            status = people[login].sync()
            assert (status["code"], status["waiting"], status["needs_person"]) == ("agreed", 0, 0), point
        assert times_taken(site, f"mine {point}") == 2, point  # the one that met a conflict, and the one that took mine
        row = site.row("asset", asset_id)
        told = (row["name"], row["model"], row["remark"])
        assert told == (f"mine {point}", f"model {point}", f"remark {point}")
        agree(site, **people)


def catalogue(site: Site, count: int) -> None:
    """So many more parts."""
    for start in range(0, count, 200):
        lines = [
            {"number": f"N-{number:06}", "names": f'{{"en":"Part {number}"}}', "category": "", "unit": "piece",
             "replaced_by": None}
            for number in range(start, start + 200)
        ]  # fmt: skip
        site.do("import_parts", lines=lines)


DEATHS_OF_HQ = {
    "sqlite": ("hello.done", "push.asked", "push.before_stamp", "push.after_stamp", "push.before_commit", "push.done",
               "pull.asked", "pull.done"),
    "postgresql": ("push.asked", "push.before_stamp", "push.after_stamp", "push.done", "pull.done"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_headquarters_that_ends_anywhere_answers_again_and_nothing_is_lost_or_doubled(
    new_hq: Callable[[str], Site], new_laptop: Callable[..., Any], kind: str
) -> None:
    site = new_hq(kind)
    site.serve()
    people = {login: new_laptop(login, site) for login in ("engineer", "dispatcher")}
    asset_id = asset_of(site, people["engineer"])
    for point in DEATHS_OF_HQ[kind]:
        shown = site.row("asset", asset_id)
        people["dispatcher"].do("edit_asset", shown, asset_id=asset_id, name=f"their {point}")
        people["dispatcher"].sync()
        people["engineer"].do("edit_asset", shown, asset_id=asset_id, name=f"mine {point}", remark=f"remark {point}")
        site.stop()
        site.serve(die_at=point)
        status = people["engineer"].sync()
        assert (status["code"], status["problem"]) == ("offline", "cut_off"), point
        site.died()
        site.serve()
        assert people["engineer"].sync()["code"] == "agreed"
        settle(people["engineer"])
        for login in ("engineer", "dispatcher"):
            status = people[login].sync()
            assert (status["code"], status["waiting"], status["needs_person"]) == ("agreed", 0, 0), point
        assert times_taken(site, f"mine {point}") == 2, point
        assert site.row("asset", asset_id)["name"] == f"mine {point}"
        assert site.row("asset", asset_id)["remark"] == f"remark {point}"
        agree(site, **people)


@pytest.mark.parametrize("point", ["snapshot.asked:2", "snapshot.done:2"])
def test_headquarters_that_ends_in_a_first_sync_is_asked_for_the_rest_of_it(
    new_hq: Callable[[str], Site], new_laptop: Callable[..., Any], point: str
) -> None:
    site = new_hq("sqlite")
    catalogue(site, 6_000)
    site.serve(die_at=point)
    laptop = new_laptop()
    laptop.enrol(site.address, site.code("dispatcher"))
    assert laptop.sync()["code"] == "offline"
    site.died()
    assert laptop.facts()["snapshot"] is not None
    assert 0 < len(laptop.rows("part")) < len(site.rows("part"))
    site.serve()
    assert laptop.sync()["code"] == "agreed"
    agree(site, dispatcher=laptop)
