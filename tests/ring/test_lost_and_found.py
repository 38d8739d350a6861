"""Keys that do not fit or are gone, ruined files, an upgrade, a stolen disk: the work stays and arrives once."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fielddesk.core import canonical
from fielddesk.core.errors import StoreProblem
from fielddesk.features.people.rules import ENGINEER
from fielddesk.hq import admin
from fielddesk.store import steps
from fielddesk.store.keys import keep_store_key
from fielddesk.store.laptop import DATABASE
from fielddesk.store.profile import SEALED_KEY
from tests.ring.laptop import Laptop
from tests.ring.places import Died, LaptopProcess, Site, agree

pytestmark = pytest.mark.slow

NewLaptop = Callable[..., Laptop]


def files(folder: Path) -> dict[str, str]:
    """What lies in a profile, by name, but for the lock that every attempt to open it touches."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


def write(laptop: Laptop | LaptopProcess, *words: str) -> None:
    order = laptop.rows("work_order", assignee_id=laptop.who()["user"], status="assigned", kind="repair")[0]["id"]
    for each in words:
        laptop.do("add_note", order_id=order, text=each)


def arrived(site: Site, laptop: Laptop, *words: str) -> None:
    """All of it, once, and both sides agree."""
    status = laptop.sync()
    assert (status["code"], status["waiting"], status["needs_person"]) == ("agreed", 0, 0)
    texts = [note["text"] for note in site.rows("note")]
    assert {each: texts.count(each) for each in words} == dict.fromkeys(words, 1)
    assert set(words) <= {note["text"] for note in laptop.rows("note")}
    agree(site, engineer=laptop)


def test_a_wrong_key_is_told_renames_nothing_and_with_the_right_one_the_work_is_sent(
    site_on_sqlite: Site, new_laptop: NewLaptop
) -> None:
    site = site_on_sqlite
    laptop = new_laptop("engineer", site)
    write(laptop, "waiting under the key")
    hq_id, user = laptop.kept("hq_id"), laptop.kept("user")
    laptop.stop()
    right, lying = laptop.key_store.path.read_bytes(), files(laptop.folder)
    keep_store_key(laptop.key_store, hq_id, user, bytes(32))
    for mend in (False, True):
        with pytest.raises(StoreProblem) as told:
            laptop.start(mend)
        assert told.value.code == "wrong_key"
        assert files(laptop.folder) == lying
    laptop.key_store.path.write_bytes(right)
    laptop.start()
    arrived(site, laptop, "waiting under the key")


def test_a_lost_key_store_costs_a_call_and_a_code_but_no_work(site: Site, new_laptop: NewLaptop) -> None:
    laptop = new_laptop("engineer", site)
    write(laptop, "waiting when the key store was lost")
    laptop.stop()
    laptop.key_store.path.unlink()
    lying = files(laptop.folder)
    with pytest.raises(StoreProblem) as told:
        laptop.start()
    assert (told.value.code, told.value.values["sealed"]) == ("key_lost", 1)
    assert files(laptop.folder) == lying

    laptop.recover(site.verb("recover-key", str(laptop.folder / SEALED_KEY)))
    laptop.start()
    assert laptop.rows("note", text="waiting when the key store was lost")
    status = laptop.sync()  # the token was in the key store too
    assert (status["code"], status["problem"], status["waiting"]) == ("blocked", "device_unknown", 1)
    laptop.stop()
    assert laptop.enrol(site.address, site.code("engineer"))["again"]
    arrived(site, laptop, "waiting when the key store was lost")


def scratch(path: Path) -> None:
    """A disk that forgets some of its sectors."""
    content = bytearray(path.read_bytes())
    for at in range(8192, len(content), 40_960):
        content[at : at + 64] = bytes(64)
    path.write_bytes(content)


def start_and_check(laptop: Laptop) -> None:
    """With the look in the background that finds a page which no start reads."""
    laptop.start()
    laptop.store.check()


def start_or_mend(laptop: Laptop) -> None:
    try:
        start_and_check(laptop)
    except StoreProblem as problem:
        laptop.stop()
        if problem.code not in ("store_damaged", "store_missing"):
            raise
        laptop.start(mend=True)


RUINS: dict[str, Callable[[Path], None]] = {
    "scratched": scratch,
    "cut short": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "empty": lambda path: path.write_bytes(b""),
    "gone": lambda path: path.unlink(),
}


@pytest.mark.parametrize("ruin", RUINS)
def test_a_ruined_database_is_put_aside_rebuilt_and_what_waited_arrives_once(
    site_on_sqlite: Site, new_laptop: NewLaptop, ruin: str
) -> None:
    site = site_on_sqlite
    laptop = new_laptop("engineer", site)
    write(laptop, "sent before")
    laptop.sync()
    write(laptop, "waiting one", "waiting two")
    laptop.stop()
    RUINS[ruin](laptop.folder / DATABASE)
    with pytest.raises(StoreProblem) as told:
        start_and_check(laptop)
    assert told.value.code in ("store_damaged", "store_missing")
    laptop.stop()
    assert "store_rebuilt" in laptop.start(mend=True)
    assert {"waiting one", "waiting two"} <= {note["text"] for note in laptop.rows("note")}
    arrived(site, laptop, "sent before", "waiting one", "waiting two")
    assert (ruin == "gone") != any(path.name.startswith("store-damaged") for path in laptop.folder.iterdir())


@pytest.mark.parametrize("point", ["rebuild_laid", "rebuild_put_aside", "rebuild_in_place"])
def test_killed_in_the_rebuild_it_is_done_again_and_nothing_is_lost(
    site_on_sqlite: Site, new_process: Callable[..., LaptopProcess], new_laptop: NewLaptop, point: str
) -> None:
    site = site_on_sqlite
    process = new_process("engineer", site)
    write(process, "waiting")
    process.close()
    laptop = new_laptop(home=process.home)
    scratch(laptop.folder / DATABASE)
    process.die_at(point)
    with pytest.raises(Died):
        process.start(True)
    start_or_mend(laptop)
    arrived(site, laptop, "waiting")


# ---------------------------------------------------------------- an upgrade

STEP = '''"""A step of a version to come: machines get an inventory number."""

import sqlalchemy as sa
from alembic import op

revision = "0999"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("asset", sa.Column("inventory", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_asset_inventory", "asset", ["inventory"])
'''


def test_an_upgrade_with_ten_waiting_operations_sends_all_ten_once(
    site_on_sqlite: Site, new_laptop: NewLaptop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = site_on_sqlite
    laptop = new_laptop("engineer", site)
    order = laptop.rows("work_order", assignee_id=laptop.who()["user"], status="assigned", kind="repair")[0]
    van = laptop.rows("place", keeper_id=laptop.who()["user"])[0]["id"]
    part = laptop.rows("part", number="4S-118")[0]["id"]
    had = site.stock(van, part)
    words = [f"waiting {number}" for number in range(6)]
    write(laptop, *words)
    shown = laptop.row("asset", order["asset_id"])
    laptop.do("edit_asset", shown, asset_id=order["asset_id"], remark="edited before the upgrade")
    for _ in range(2):
        laptop.do("use_part", order_id=order["id"], part_id=part, quantity=1_000_000, place_id=van)
    laptop.do(
        "set_order_status", {"status": "assigned", "status_reason": ""}, order_id=order["id"], status="in_progress",
        unasked=1,
    )  # fmt: skip
    waiting = laptop.outcomes()
    assert len(waiting) == 10
    laptop.stop()

    more = tmp_path / "steps"
    more.mkdir()
    (more / "0999_inventory.py").write_text(STEP.format(newest=steps.newest()))
    monkeypatch.setattr(steps, "MORE", [*steps.MORE, more])
    assert "store_upgraded" in laptop.start()
    assert laptop.outcomes() == waiting
    assert laptop.row("asset", order["asset_id"])["remark"] == "edited before the upgrade"
    arrived(site, laptop, *words)
    assert laptop.outcomes() == dict.fromkeys(waiting, "applied")
    assert {op: site.outcomes()[op] for op in waiting} == dict.fromkeys(waiting, "applied")
    assert site.stock(van, part) == had - 2_000_000
    assert site.row("asset", order["asset_id"])["remark"] == "edited before the upgrade"
    assert site.row("work_order", order["id"])["status"] == "in_progress"


# ---------------------------------------------------------------- a stolen disk


def test_a_profile_that_was_killed_at_work_holds_no_name_no_note_and_no_sign_of_a_database(
    new_hq: Callable[..., Site], new_process: Callable[..., LaptopProcess], tmp_path: Path
) -> None:
    site = new_hq("sqlite")
    boss = admin.first_administrator(site.books)
    anna = admin.add_user(site.books, "anna.okafor", "Anna Okafor-Lindqvist", ENGINEER, boss)
    customer = site.do("create_customer", number="K-7731", name="Geheimwerk Nord", city="Oberursel")
    asset = site.do("create_asset", customer_id=customer, serial="SN-55217-X", name="Presse neun")
    order = site.do(
        "create_order", number="WO-HQ-2031-77", kind="repair", title="密封件泄漏", customer_id=customer,
        asset_id=asset, assignee_id=anna,
    )  # fmt: skip
    site.serve()
    laptop = new_process("anna.okafor", site)
    words = ["Seal drips at the joint", "Schlüssel liegt beim Pförtner"]
    for each in words:
        laptop.do("add_note", order_id=order, text=each)
    assert laptop.sync()["code"] == "agreed"
    laptop.do("add_note", order_id=order, text="Nobody has read this sentence yet")
    laptop.die_at("after_commit")
    with pytest.raises(Died):
        laptop.do("add_note", order_id=order, text="The battery died at this word")

    [folder] = (laptop.home / "profiles").iterdir()
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert {DATABASE, f"{DATABASE}-wal", "profile.json", SEALED_KEY} <= names
    assert (folder / f"{DATABASE}-wal").stat().st_size > 0
    planted = [
        *words, "Nobody has read this sentence yet", "The battery died at this word", "anna.okafor",
        "Anna Okafor-Lindqvist", "Geheimwerk Nord", "Oberursel", "K-7731", "SN-55217-X", "Presse neun",
        "WO-HQ-2031-77", "密封件泄漏", "Service North", "Harbour Stamping", "Seal kit, main cylinder", "add_note",
    ]  # fmt: skip
    secrets = [str(each) for each in canonical.loads((laptop.home / "keys.json").read_text()).values()]
    for path in (path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert b"SQLite format" not in content, path
        for each in [*planted, *secrets]:
            assert each not in str(path)
            for coding in ("utf-8", "utf-16-le", "utf-16-be", "unicode-escape"):
                assert each.encode(coding) not in content, (path, each, coding)


def test_a_stolen_disk_with_another_key_store_opens_nothing(
    site_on_sqlite: Site, new_laptop: NewLaptop, tmp_path: Path
) -> None:
    laptop = new_laptop("engineer", site_on_sqlite)
    write(laptop, "nobody else's business")
    laptop.stop()
    shutil.copytree(laptop.home / "profiles", tmp_path / "thief" / "profiles")
    thief = new_laptop(home=tmp_path / "thief")
    with pytest.raises(StoreProblem) as told:
        thief.start()
    assert told.value.code == "key_lost"
