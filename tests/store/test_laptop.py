"""From a folder and a key to an open store: whatever was done to the files, the work is there or the cause is told."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fielddesk.core.clock import FixedClock
from fielddesk.core.errors import StoreProblem
from fielddesk.features.people.rules import DISPATCHER
from fielddesk.features.workorders.actions import add_note, create_order
from fielddesk.features.workorders.model import Note, WorkOrder
from fielddesk.store import connect, instance, profile
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.store.journal import Journal
from fielddesk.store.keys import Keys, MemoryKeyStore, keep_store_key, recovery_code
from fielddesk.store.lanes import InlineWriter, ThreadWriter, Writer
from fielddesk.store.laptop import DATABASE, find_key, open_laptop
from fielddesk.store.outbox import Draft, put_setting, queue_end, setting, settings
from fielddesk.store.rebuild import rebuild
from fielddesk.store.steps import newest
from fielddesk.store.tx import write
from fielddesk.sync.enrol import recover
from tests.support.dying import killed_at, needs_fork
from tests.support.laptops import ENROLMENT, KEY, as_after_a_kill, kept, new_laptop, open_again, operations, some_id

NOTES = 120
OTHER_KEY = bytes(reversed(KEY))
PAGE = 4096


def fill(store: Store) -> list[str]:
    """An order with many notes; ids of the operations."""
    order = call(create_order, number="WO-A7-2027-1", kind="repair", title="Leak", customer_id=some_id("customer"))
    done = store.do(order)
    ids = list(done.op_ids)
    for number in range(NOTES):
        ids += store.do(call(add_note, order_id=done.results[0], text=f"note {number} " + "x" * 300)).op_ids
    return ids


@pytest.fixture(scope="module")
def profiles(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[str]]:
    """A profile that was closed, the same one as killed before that, and its operations."""
    place = tmp_path_factory.mktemp("profiles")
    store = new_laptop(place / "closed", role=DISPATCHER)
    ids = fill(store)

    def typed(connection: object) -> tuple[None, list[tuple[str, str]]]:
        write(connection, Draft, "put", [Draft(name="note", about_id="x", text='"half a sen"', at=1)])  # type: ignore[arg-type]
        put_setting(connection, cursor=500, **{"number.wo.a7.2027": 7})  # type: ignore[arg-type]
        return None, []

    store.write(typed)
    killed = as_after_a_kill(store, place / "killed")
    store.close()
    return place / "closed", killed, ids


@pytest.fixture
def folder(profiles: tuple[Path, Path, list[str]], tmp_path: Path) -> Path:
    shutil.copytree(profiles[0], tmp_path / "profile")
    return tmp_path / "profile"


@pytest.fixture
def killed(profiles: tuple[Path, Path, list[str]], tmp_path: Path) -> Path:
    shutil.copytree(profiles[1], tmp_path / "killed")
    return tmp_path / "killed"


@pytest.fixture
def ids(profiles: tuple[Path, Path, list[str]]) -> list[str]:
    return profiles[2]


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0x10
    path.write_bytes(content)


def found(store: Store) -> list[str]:
    return [problem.code for problem in store.found]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(StoreProblem) as told:
        work()
    return told.value.code


def open_and_close(folder: Path) -> list[str]:
    """What opening mended."""
    store = open_again(folder)
    store.close()
    return found(store)


def kept_in(store: Store) -> list[str]:
    """Texts of the notes in a store, which is closed."""
    with contextlib.closing(store):
        return [row.text for row in kept(store, Note)]  # type: ignore[attr-defined]


def open_and_check(folder: Path) -> None:
    with contextlib.closing(open_again(folder)) as store:
        store.check()


def free(folder: Path) -> bool:
    """Whether nobody holds the profile any more."""
    instance.take(folder).release()
    return True


# ---------------------------------------------------------------- everyday


def test_what_was_saved_is_there_at_the_next_start(folder: Path, ids: list[str]) -> None:
    store = open_again(folder)
    assert [own.id for own in operations(store)] == ids
    assert len(kept(store, Note)) == NOTES
    assert store.identity.device_code == "A7"
    assert store.found == []
    assert not store.ended_badly
    store.close()
    assert names(folder) == {"store.db", "journal", "lock", "profile.json"}


def test_an_ordinary_start_does_without_alembic(folder: Path) -> None:
    look = (
        "import sys; from tests.support.laptops import open_again; from pathlib import Path; "
        f"open_again(Path({str(folder)!r})).close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0


def test_the_newest_step_is_known_without_alembic_too() -> None:
    from fielddesk.store import schema

    assert newest() == schema.newest_revision()


def test_a_profile_is_not_made_over_another(folder: Path) -> None:
    before = (folder / DATABASE).read_bytes()
    assert code_of(lambda: new_laptop(folder)) == "profile_exists"
    assert (folder / DATABASE).read_bytes() == before
    assert free(folder)


@pytest.mark.parametrize("writer", [InlineWriter, ThreadWriter])
def test_window_and_tools_choose_how_it_writes(folder: Path, writer: Callable[[], Writer]) -> None:
    store = open_again(folder, writer=writer)
    order = kept(store, WorkOrder)[0].id
    store.do(call(add_note, order_id=order, text="one more"))
    store.close()
    again = open_again(folder)
    assert len(kept(again, Note)) == NOTES + 1
    again.close()


def test_a_second_start_is_told_and_the_first_end_lets_it_in(folder: Path) -> None:
    first = open_again(folder)
    assert code_of(lambda: open_again(folder)) == "already_open"
    assert code_of(lambda: rebuild(folder, KEY, FixedClock())) == "already_open"
    assert first.instance is not None
    first.close()
    open_again(folder).close()


def test_killed_it_starts_again_and_says_that_it_ended_badly(killed: Path, ids: list[str]) -> None:
    store = open_again(killed)
    assert store.ended_badly
    store.check()
    assert [own.id for own in operations(store)] == ids
    store.close()


# ---------------------------------------------------------------- the key and the header


def test_a_wrong_key_is_no_damage_and_touches_nothing(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "lock"}
    assert code_of(lambda: open_again(folder, key=OTHER_KEY)) == "wrong_key"
    assert code_of(lambda: rebuild(folder, OTHER_KEY, FixedClock())) == "wrong_key"
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "lock"} == before
    assert free(folder)


def lost(header: Path) -> None:
    header.unlink()


def torn(header: Path) -> None:
    header.write_bytes(header.read_bytes()[:100])


def sent_elsewhere(header: Path) -> None:
    from fielddesk.core import canonical

    content = canonical.loads(header.read_text())
    del content["sum"]
    content["hq_url"] = "https://thief.example"
    content["sum"] = canonical.digest(canonical.dumps(content))
    header.write_text(canonical.dumps(content))


@pytest.mark.parametrize(
    ("harm", "why"), [(lost, "header_missing"), (torn, "header_damaged"), (sent_elsewhere, "header_changed")]
)
def test_a_header_comes_back_from_the_database(folder: Path, harm: Callable[[Path], None], why: str) -> None:
    whole = (folder / profile.FILE).read_bytes()
    harm(folder / profile.FILE)
    store = open_again(folder)
    (told,) = store.found
    assert (told.code, told.values["why"]) == ("header_recovered", why)
    store.close()
    assert (folder / profile.FILE).read_bytes() == whole
    assert (told.values["kept_as"] in names(folder)) == (harm is not lost)
    open_again(folder).close()


@pytest.mark.parametrize(("harm", "why"), [(lost, "header_missing"), (torn, "header_damaged")])
def test_without_header_a_wrong_key_changes_nothing(folder: Path, harm: Callable[[Path], None], why: str) -> None:
    harm(folder / profile.FILE)
    before = names(folder)
    assert code_of(lambda: open_again(folder, key=OTHER_KEY)) == why
    assert code_of(lambda: rebuild(folder, OTHER_KEY, FixedClock())) in (why, "wrong_key")
    assert names(folder) == before
    open_again(folder).close()


def test_the_header_follows_a_fork(folder: Path) -> None:
    store = open_again(folder)

    def forked(connection: object) -> tuple[None, list[tuple[str, str]]]:
        put_setting(connection, mark="b-17", incarnation="b-17", device_code="B17")  # type: ignore[arg-type]
        return None, []

    store.write(forked)
    store.close()
    open_again(folder).close()
    assert profile.read_header(folder).who["device_code"] == "B17"
    (folder / DATABASE).write_bytes(b"")
    again = rebuild(folder, KEY, FixedClock())
    with again.read() as read:
        assert (setting(read, "mark"), setting(read, "incarnation")) == ("b-17", "b-17")
    again.close()


def test_a_key_store_that_lost_the_key_is_told_with_the_way_out(folder: Path) -> None:
    (folder / profile.SEALED_KEY).write_bytes(b"sealed")
    key_store = MemoryKeyStore()
    with pytest.raises(StoreProblem) as told:
        find_key(folder, key_store)
    assert (told.value.code, told.value.values) == (
        "key_lost", {"hq_id": ENROLMENT.hq_id, "user": ENROLMENT.user, "sealed": 1},
    )  # fmt: skip
    assert code_of(lambda: recover(folder, recovery_code(OTHER_KEY), key_store)) == "wrong_key"
    assert code_of(lambda: find_key(folder, key_store)) == "key_lost"
    recover(folder, recovery_code(KEY).lower(), key_store)
    assert find_key(folder, key_store) == KEY


def test_a_key_comes_back_without_a_header_too(folder: Path) -> None:
    (folder / profile.FILE).unlink()
    key_store = MemoryKeyStore()
    assert code_of(lambda: recover(folder, recovery_code(OTHER_KEY), key_store)) == "header_missing"
    recover(folder, recovery_code(KEY), key_store)
    open_again(folder).close()
    assert find_key(folder, key_store) == KEY


def test_a_key_in_the_key_store_is_found_by_what_the_header_says(folder: Path) -> None:
    key_store = MemoryKeyStore()
    keep_store_key(key_store, ENROLMENT.hq_id, ENROLMENT.user, KEY)
    assert find_key(folder, key_store) == KEY


# ---------------------------------------------------------------- damage


def truncated_to(size: int) -> Callable[[Path], None]:
    return lambda path: os.truncate(path, size)


def zeroed(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def gone(path: Path) -> None:
    path.unlink()


def salt_flipped(path: Path) -> None:
    flip(path, 3)


def first_page_flipped(path: Path) -> None:
    flip(path, 300)


WAYS = [salt_flipped, first_page_flipped, zeroed, gone, *(truncated_to(size) for size in (0, 100, PAGE, 10 * PAGE))]


@pytest.mark.parametrize("harm", WAYS)
def test_a_ruined_database_is_put_aside_whole_and_all_work_is_in_the_new_one(
    folder: Path, ids: list[str], harm: Callable[[Path], None]
) -> None:
    harm(folder / DATABASE)
    ruined = (folder / DATABASE).read_bytes() if harm is not gone else None
    before = names(folder)
    assert code_of(lambda: open_again(folder)) in ("store_damaged", "store_missing")
    assert names(folder) == before, "nothing is renamed before somebody says so"
    assert free(folder)
    store = rebuild(folder, KEY, FixedClock())
    (told,) = store.found
    assert (told.code, told.values["operations"]) == ("store_rebuilt", len(ids))
    assert [own.id for own in operations(store)] == ids
    assert len(kept(store, Note)) == NOTES
    with store.read() as read:
        kept_settings = settings(read)
        assert queue_end(read).seq == len(ids) + 1
    assert kept_settings.get("cursor") is None, "so that the next sync takes a snapshot"
    assert store.draw_number("WO").startswith("WO-A7-")
    store.close()
    if ruined is not None:
        assert (folder / str(told.values["kept_as"])).read_bytes() == ruined
    again = open_again(folder)
    assert again.found == []
    assert [own.id for own in operations(again)] == ids
    again.close()


@pytest.mark.parametrize("seed", range(12))
def test_a_flipped_byte_anywhere_in_the_database_is_found_and_costs_no_work(
    folder: Path, ids: list[str], seed: int
) -> None:
    path = folder / DATABASE
    flip(path, random.Random(seed).randrange(path.stat().st_size))
    assert code_of(lambda: open_and_check(folder)) == "store_damaged"
    store = rebuild(folder, KEY, FixedClock())
    assert [own.id for own in operations(store)] == ids
    assert len(kept(store, Note)) == NOTES
    store.check()
    store.close()


def test_a_damaged_page_met_while_working_is_told_as_damage(folder: Path) -> None:
    store = open_again(folder)
    size = (folder / DATABASE).stat().st_size
    for page in range(1, size // PAGE):
        flip(folder / DATABASE, page * PAGE + 100)
    order = some_id("order")
    assert code_of(lambda: kept(store, Note)) == "store_damaged"
    assert code_of(lambda: store.do(call(add_note, order_id=order, text="x"))) == "store_damaged"
    store.close()
    assert len(kept_in(rebuild(folder, KEY, FixedClock()))) == NOTES


def test_drafts_and_numbers_come_along_where_they_can_still_be_read(folder: Path) -> None:
    path = folder / DATABASE
    clean = path.read_bytes()
    for page in range(2, len(clean) // PAGE):
        path.write_bytes(clean)
        flip(path, page * PAGE + 77)
        both = ("SELECT * FROM note NOT INDEXED", "SELECT * FROM draft NOT INDEXED")
        notes, drafts = connect.readable_rows(path, Keys(KEY).subkey("database"), both)
        if len(notes) < NOTES and drafts:
            break
    store = rebuild(folder, KEY, FixedClock(at=1_800_000_000_000_000))
    assert store.found[0].values["drafts"] == 1
    with store.read() as read:
        assert [draft.text for draft in read.all(Draft)] == ['"half a sen"']
    assert store.draw_number("WO") == "WO-A7-2027-8"
    store.close()


def test_numbers_that_operations_carry_are_not_drawn_again_after_total_loss(folder: Path) -> None:
    zeroed(folder / DATABASE)
    store = rebuild(folder, KEY, FixedClock(at=1_800_000_000_000_000))
    assert store.draw_number("WO") == "WO-A7-2027-2"
    store.close()


@pytest.mark.parametrize("seed", range(8))
def test_a_flipped_byte_in_the_log_costs_no_work(killed: Path, ids: list[str], seed: int) -> None:
    log = killed / (DATABASE + "-wal")
    flip(log, random.Random(seed).randrange(log.stat().st_size))
    store = open_again(killed)
    assert sorted(own.id for own in operations(store)) == sorted(ids)
    assert len(kept(store, Note)) == NOTES
    assert found(store) in ([], ["work_brought_back"])
    store.close()


def test_a_lost_log_costs_no_work(killed: Path, ids: list[str]) -> None:
    (killed / (DATABASE + "-wal")).unlink()
    store = open_again(killed)
    assert sorted(own.id for own in operations(store)) == sorted(ids)
    assert found(store) == ["work_brought_back"]
    store.close()


def test_a_damaged_journal_is_put_aside_and_begun_anew_with_all_that_waits(folder: Path, ids: list[str]) -> None:
    segment = next((folder / "journal").glob("*.fdj"))
    flip(segment, 5_000)
    store = open_again(folder)
    (told,) = store.found
    assert told.code == "journal_damaged"
    assert told.values["kept_as"] in names(folder)
    assert [own.id for own in operations(store)] == ids
    store.close()
    with Journal.open(folder, Keys(KEY)) as journal:
        assert journal.standing_ids() == ids
    again = open_again(folder)
    assert again.found == []
    again.close()


def test_a_journal_that_vanished_is_written_anew(folder: Path, ids: list[str]) -> None:
    shutil.rmtree(folder / "journal")
    open_again(folder).close()
    with Journal.open(folder, Keys(KEY)) as journal:
        assert journal.standing_ids() == ids


def test_database_and_journal_damaged_together_still_give_back_what_either_holds(folder: Path, ids: list[str]) -> None:
    segment = next((folder / "journal").glob("*.fdj"))
    flip(segment, 5_000)
    flip(folder / DATABASE, (folder / DATABASE).stat().st_size - 100)
    store = rebuild(folder, KEY, FixedClock())
    assert [own.id for own in operations(store)] == ids
    assert sorted(found(store)) == ["journal_damaged", "store_rebuilt"]
    store.close()
    again = open_again(folder)
    assert again.found == []
    again.close()


def test_with_header_and_database_gone_headquarters_must_say_whose_it_is(folder: Path, ids: list[str]) -> None:
    (folder / profile.FILE).unlink()
    zeroed(folder / DATABASE)
    before = names(folder)
    assert code_of(lambda: rebuild(folder, KEY, FixedClock())) == "header_missing"
    assert names(folder) == before
    store = rebuild(folder, KEY, FixedClock(), enrolment=ENROLMENT)
    assert [own.id for own in operations(store)] == ids
    store.close()
    open_again(folder).close()


@needs_fork
@pytest.mark.parametrize("point", ["rebuild_laid", "rebuild_put_aside", "rebuild_in_place"])
def test_killed_while_rebuilding_it_can_be_done_again(folder: Path, ids: list[str], point: str) -> None:
    flip(folder / DATABASE, (folder / DATABASE).stat().st_size - 100)
    assert killed_at(point, lambda reached: rebuild(folder, KEY, FixedClock(), point=reached))
    store = rebuild(folder, KEY, FixedClock(at=1_800_000_500_000_000))
    assert [own.id for own in operations(store)] == ids
    with store.read() as read:
        assert len(read.all(Draft)) == 1
    store.close()
    assert open_and_close(folder) == []
    assert any(name.startswith("store-damaged-") for name in names(folder))


# ---------------------------------------------------------------- other programs, full and read-only disks


def test_a_store_of_a_newer_version_is_left_alone(folder: Path) -> None:
    with connect.sole(folder / DATABASE, Keys(KEY).subkey("database")) as connection:
        connect.begin_write(connection)
        connect.run(connection, "UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = (folder / DATABASE).read_bytes()
    with pytest.raises(StoreProblem) as told:
        open_again(folder)
    assert (told.value.code, told.value.values["step"]) == ("store_newer", "9999")
    assert (folder / DATABASE).read_bytes() == before
    assert free(folder)


def test_a_file_that_a_virus_scanner_holds_is_busy_not_damaged(killed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "BUSY_MS", 50)
    (killed / (DATABASE + "-wal")).unlink()  # so that opening has something to write
    with connect.sole(killed / DATABASE, Keys(KEY).subkey("database")) as scanner:
        connect.begin_write(scanner)
        assert code_of(lambda: open_again(killed)) == "store_busy"
        scanner.rollback()
    store = open_again(killed)
    assert len(kept(store, Note)) == NOTES
    store.close()


def test_guards_that_a_rebuilt_table_lost_are_made_at_the_next_start(folder: Path) -> None:
    with connect.sole(folder / DATABASE, Keys(KEY).subkey("database")) as connection:
        connect.run(connection, "DROP TRIGGER guard_note_update")
    store = open_again(folder)
    with store.read() as read:
        rows = connect.run(read.connection, "SELECT count(*) FROM sqlite_master WHERE name = 'guard_note_update'")
        assert rows.fetchone()[0] == 1
    store.close()


@pytest.fixture
def as_nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that the process may not write to, also where the tests run as root."""
    if not hasattr(os, "seteuid"):
        pytest.skip("permissions of this system are not those of POSIX")
    import tempfile

    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


def test_a_read_only_folder_is_told_as_such(as_nobody: Path, profiles: tuple[Path, Path, list[str]]) -> None:
    folder = as_nobody / "profile"
    shutil.copytree(profiles[0], folder)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    mine = os.geteuid()
    if mine == 0:
        os.seteuid(65534)
    try:
        assert code_of(lambda: open_again(folder)) == "folder_read_only"
        assert code_of(lambda: open_again(folder, lock=False)) == "folder_read_only"
        assert code_of(lambda: new_laptop(folder / "new")) == "folder_read_only"
    finally:
        os.seteuid(mine)
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755)
    open_again(folder).close()


def may_mount() -> bool:
    return (
        sys.platform == "linux"
        and shutil.which("unshare") is not None
        and subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False).returncode == 0
    )


@pytest.mark.skipif(not may_mount(), reason="fills a file system of its own, which this system does not let us mount")
def test_on_a_full_disk_nothing_is_lost_and_it_goes_on_when_there_is_room(tmp_path: Path) -> None:
    words = ["unshare", "-Urm", sys.executable, "-m", "tests.support.full_disk", str(tmp_path / "small")]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "disk_full" in done.stdout


def test_opening_is_one_call_for_the_window_too(folder: Path) -> None:
    store = open_laptop(folder, KEY, FixedClock(), writer=ThreadWriter)
    store.close()
