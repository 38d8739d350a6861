"""A newer program meets an older store: all waiting work goes along, and whatever breaks, the old or the new is there.

Every version of the program runs in a process of its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fielddesk.core import canonical
from fielddesk.core.clock import FixedClock
from fielddesk.core.errors import StoreProblem
from fielddesk.features.assets.actions import edit_asset
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.actions import create_customer
from fielddesk.features.parts.actions import use_part
from fielddesk.features.people.rules import DISPATCHER
from fielddesk.features.workorders.actions import add_note, create_order, set_order_status
from fielddesk.store import backup, connect, migrate, steps
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.store.digest import base_digest
from fielddesk.store.keys import Keys
from fielddesk.store.laptop import DATABASE
from fielddesk.store.outbox import SetAside, TouchedRow, put_setting, queue_end, settings
from fielddesk.store.tx import write
from tests.support import versions
from tests.support.dying import killed_at, needs_fork
from tests.support.laptops import KEY, new_laptop, open_again, operations, some_id

pytestmark = needs_fork
KEYS = Keys(KEY)
POINTS = [
    "upgrade_backed_up", "upgrade_copied", "upgrade_put_back", "upgrade_migrated", "upgrade_run_again",
    "upgrade_checked", "upgrade_before_swap", "upgrade_swapped",
]  # fmt: skip
KINDS = [
    "create_customer", "create_order", "add_note", "use_part", "set_order_status", "edit_asset", "edit_asset",
    "mount_gauge", "name_gauge", "name_gauge", "paint_asset", "create_customer",
]  # fmt: skip
ASSET, GAUGE, DIAL = some_id("asset"), some_id("gauge"), some_id("dial")
Reached = Callable[[str], None]


def in_a_process(work: Callable[[], object]) -> None:
    assert not killed_at("never", lambda reached: work())


def with_the_older_program(folder: Path) -> None:
    """Rows from headquarters, then twelve operations that wait: facts and decisions, some on one row."""
    Gauge = versions.older()
    mount_gauge, name_gauge, paint_asset = Gauge.actions
    store = new_laptop(folder, role=DISPATCHER)

    def from_headquarters(connection: Any) -> tuple[None, list[tuple[str, str]]]:
        write(connection, Asset, "put", [
            Asset(id=ASSET, rev=3, customer_id=some_id("c"), serial="S-1", name="Press", model="P 1"),
            Asset(id=some_id("other"), rev=4, customer_id=some_id("c"), serial="S-2", name="Lathe"),
        ])  # fmt: skip
        write(connection, Gauge, "put", [Gauge(id=GAUGE, rev=2, asset_id=ASSET, name="oil", remark="new seal")])
        waiting = canonical.dumps({"id": DIAL, "archived_at": None, "name": "Dial 7", "colour": "red"})
        write(connection, SetAside, "put", [SetAside(row_id=DIAL, tablename_="dial", rev=5, body=waiting)])
        put_setting(connection, cursor=700)
        return None, []

    store.write(from_headquarters)
    with store.read() as read:
        before = base_digest(read)
    customer = store.do(call(create_customer, number="C-1", name="Foundry")).results[0]
    order = store.do(
        call(
            create_order,
            number="WO-A7-2027-1",
            kind="repair",
            title="Leak",
            customer_id=customer,
            asset_id=ASSET,
            assignee_id=some_id("anna"),
        )
    ).results[0]
    store.do([
        call(add_note, order_id=order, text="arrived"),
        call(use_part, order_id=order, part_id=some_id("seal"), quantity=2_000_000, place_id=some_id("van")),
    ])  # fmt: skip
    shown = {"status": "assigned", "status_reason": ""}
    store.do(call(set_order_status, order_id=order, status="in_progress", based_on=shown, unasked=1))
    store.do(call(edit_asset, asset_id=ASSET, model="P 200", based_on={"model": "P 1"}))
    store.do(call(edit_asset, asset_id=ASSET, name="Big press", based_on={"name": "Press"}))
    store.do(call(mount_gauge, asset_id=ASSET, name="water", text="by the door"))
    store.do(call(name_gauge, gauge_id=GAUGE, name="oil left", based_on={"name": "oil"}))
    store.do(call(name_gauge, gauge_id=GAUGE, name="oil right", based_on={"name": "oil left"}))
    store.do(call(paint_asset, asset_id=ASSET))
    with store.read() as read:
        assert base_digest(read) == before
    known = store.do(call(create_customer, number="C-2", name="Mill"))

    def headquarters_has_it_already(connection: Any) -> tuple[None, list[tuple[str, str]]]:
        connect.run(connection, "UPDATE customer SET rev = 6 WHERE id = ?", (known.results[0],))
        connect.run(connection, "DELETE FROM touched_row WHERE op_id = ?", known.op_ids)
        return None, []

    store.write(headquarters_has_it_already)
    store.close()


@pytest.fixture(scope="module")
def older_profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("older") / "profile"
    in_a_process(lambda: with_the_older_program(folder))
    return folder


@pytest.fixture
def folder(older_profile: Path, tmp_path: Path) -> Path:
    shutil.copytree(older_profile, tmp_path / "profile")
    return tmp_path / "profile"


def bodies(folder: Path) -> list[tuple[str, str]]:
    """(id, body) of all operations, read without any program."""
    query = "SELECT id, body FROM own_operation ORDER BY place"
    return connect.readable_rows(folder / DATABASE, KEYS.subkey("database"), (query,))[0]  # type: ignore[return-value]


def step(folder: Path) -> str:
    with connect.sole(folder / DATABASE, KEYS.subkey("database")) as connection:
        return str(steps.step_of(connection))


def check_new(store: Store, Gauge: Any, before: list[tuple[str, str]]) -> None:
    """Everything is there in the new tables, with the waiting work on top."""
    own = operations(store)
    assert [(one.id, one.body) for one in own] == before
    assert [one.kind for one in own] == KINDS
    assert [one.place for one in own] == list(range(1, 13))
    assert {one.kind: canonical.loads(one.trouble)["code"] for one in own if one.trouble} == {
        "paint_asset": "kind_unknown"
    }
    with store.read() as read:
        press = read.get(Asset, ASSET)
        assert press is not None
        assert (press.rev, press.model, press.name) == (3, "P 200", "Big press")
        oil = read.get(Gauge, GAUGE)
        assert (oil.rev, oil.name, oil.note, oil.unit) == (2, "OIL RIGHT", "new seal", "bar")
        (water,) = read.all(Gauge, Gauge.c.rev == 0)
        assert (water.name, water.note) == ("WATER", "by the door")
        assert read.get(Gauge.dial, DIAL).name == "Dial 7"
        assert read.all(SetAside) == []
        images = {row.op_id: row.before for row in read.all(TouchedRow) if row.row_id == GAUGE and row.before}
        first = canonical.loads(images[own[8].id])[1]
        assert first == {
            "id": GAUGE, "archived_at": None, "asset_id": ASSET, "name": "OIL", "note": "new seal", "unit": "bar",
        }  # fmt: skip
        kept = settings(read)
        assert kept["cursor"] is None, "what headquarters knows of the new column is fetched"
        assert queue_end(read).place == 13
        assert read.value(migrate.sa.text("SELECT count(*) FROM note")) == 1
    store.check()
    store.do(call(use_part, order_id=own[2].about_id, part_id=some_id("s"), quantity=1, place_id=some_id("van")))


# ---------------------------------------------------------------- stories


def test_an_upgrade_brings_all_waiting_work_along_and_names_its_backup(folder: Path) -> None:
    before = bodies(folder)
    assert len(before) == 12

    def start() -> None:
        Gauge = versions.newer()
        store = open_again(folder)
        (told,) = store.found
        assert (told.code, told.values["step"], told.values["to"]) == ("store_upgraded", "9001", "9002")
        (saved,) = backup.backups(folder, KEYS)
        assert (saved.name, saved.why) == (told.values["backup"], "upgrade")
        check_new(store, Gauge, before)
        store.close()
        again = open_again(folder)
        assert again.found == []
        again.close()

    in_a_process(start)
    assert step(folder) == "9002"


def test_writing_past_an_action_is_refused_after_an_upgrade_too(folder: Path) -> None:
    def start() -> None:
        versions.newer()
        store = open_again(folder)
        with store.engine.connect() as stranger:
            for statement in ("UPDATE gauge SET name = 'x'", "DELETE FROM dial", "INSERT INTO dial VALUES (1,1,1,1)"):
                with pytest.raises(migrate.sa.exc.DBAPIError, match="write outside an action"):
                    connect.run(stranger, statement)
        store.close()

    in_a_process(start)


@pytest.mark.parametrize("point", POINTS)
def test_killed_during_an_upgrade_the_next_start_works_and_nothing_is_lost(folder: Path, point: str) -> None:
    before = bodies(folder)

    def start(reached: Reached) -> None:
        versions.newer()
        open_again(folder, point=reached)

    assert killed_at(point, start)
    assert step(folder) == ("9002" if point == "upgrade_swapped" else "9001")
    assert bodies(folder) == before

    def next_start() -> None:
        Gauge = versions.newer()
        store = open_again(folder)
        check_new(store, Gauge, before)
        store.close()
        assert not list(folder.glob("store.upgrading*"))
        assert len(backup.backups(folder, KEYS)) == (1 if point == "upgrade_swapped" else 2)

    in_a_process(next_start)


@pytest.mark.parametrize("point", POINTS[:-1])
def test_killed_before_the_swap_the_older_program_still_works(folder: Path, point: str) -> None:
    before = bodies(folder)

    def start(reached: Reached) -> None:
        versions.newer()
        open_again(folder, point=reached)

    assert killed_at(point, start)

    def older_start() -> None:
        Gauge = versions.older()
        store = open_again(folder)
        assert [(one.id, one.body) for one in operations(store)] == before
        with store.read() as read:
            oil = read.get(Gauge, GAUGE)
            assert (oil.name, oil.remark) == ("oil right", "new seal")
        store.close()

    in_a_process(older_start)


def test_killed_with_the_log_full_of_work_the_upgrade_takes_it_along(folder: Path) -> None:
    def older_work(reached: Reached) -> None:
        versions.older()
        store = open_again(folder)
        order = operations(store)[2].about_id
        for number in range(30):
            store.do(call(add_note, order_id=order, text=f"note {number}"))
        reached("written")

    assert killed_at("written", older_work)
    assert (folder / (DATABASE + "-wal")).stat().st_size > 0

    def start() -> None:
        versions.newer()
        store = open_again(folder)
        assert [one.kind for one in operations(store)] == KINDS + ["add_note"] * 30
        store.close()

    in_a_process(start)


def test_the_backup_of_an_upgrade_opens_with_the_older_program(folder: Path, tmp_path: Path) -> None:
    before = bodies(folder)

    def start() -> None:
        versions.newer()
        open_again(folder).close()

    def back() -> None:
        versions.older()
        (saved,) = backup.backups(folder, KEYS)
        backup.restore(saved.path, KEY, tmp_path / "restored")
        store = open_again(tmp_path / "restored")
        assert [(one.id, one.body) for one in operations(store)] == before
        store.close()

    in_a_process(start)
    in_a_process(back)


def test_the_older_program_leaves_a_newer_store_alone(folder: Path) -> None:
    def start() -> None:
        versions.newer()
        open_again(folder).close()

    def older_start() -> None:
        versions.older()
        with pytest.raises(StoreProblem, match="store_newer"):
            open_again(folder)

    in_a_process(start)
    content = (folder / DATABASE).read_bytes()
    in_a_process(older_start)
    assert (folder / DATABASE).read_bytes() == content


def test_a_step_that_changes_rows_it_does_not_name_is_refused_and_the_store_stays(folder: Path) -> None:
    before = bodies(folder)

    def start() -> None:
        versions.newer("steps_bad")
        with pytest.raises(StoreProblem) as told:
            open_again(folder)
        assert told.value.code == "upgrade_failed"
        assert "asset" in told.value.values["why"]
        assert [saved.name for saved in backup.backups(folder, KEYS)] == [told.value.values["backup"]]

    in_a_process(start)
    assert step(folder) == "9001"
    assert bodies(folder) == before


def test_an_upgrade_that_loses_an_operation_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = bodies(folder)

    def start() -> None:
        versions.newer()
        whole = migrate._run_again

        def careless(connection: Any, seen: Any) -> None:
            whole(connection, seen)
            connect.begin_write(connection)
            connect.run(connection, "DELETE FROM own_operation WHERE place = 4")
            connection.commit()

        monkeypatch.setattr(migrate, "_run_again", careless)
        with pytest.raises(StoreProblem) as told:
            open_again(folder)
        assert told.value.code == "upgrade_failed"
        assert "upgrade_lost_operations" in told.value.values["why"]

    in_a_process(start)
    assert (step(folder), bodies(folder)) == ("9001", before)


def test_without_room_for_a_copy_the_upgrade_does_not_begin(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def start() -> None:
        versions.newer()
        monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 1_000_000))  # type: ignore[attr-defined]
        with pytest.raises(StoreProblem, match="disk_full"):
            open_again(folder)

    in_a_process(start)
    assert step(folder) == "9001"
    assert not (folder / "backups").exists()


def test_a_new_profile_stands_at_the_newest_step(tmp_path: Path) -> None:
    def start() -> None:
        Gauge = versions.newer()
        store = new_laptop(tmp_path / "profile", clock=FixedClock())
        with store.read() as read:
            assert read.all(Gauge) == []
            assert steps.step_of(read.connection) == steps.newest() == "9002"
        store.close()

    in_a_process(start)
