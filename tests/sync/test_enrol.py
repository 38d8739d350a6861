"""Enrolment: a one-time code makes a whole profile or none, and no key under which work lies is ever written over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fielddesk.core.errors import NetworkProblem, StoreProblem
from fielddesk.core.paths import profile_name
from fielddesk.features.workorders.actions import add_note
from fielddesk.features.workorders.model import Note
from fielddesk.hq import admin
from fielddesk.store import profile
from fielddesk.store.actions import call
from fielddesk.store.keys import Keys, MemoryKeyStore, Secret
from fielddesk.store.laptop import find_key, open_laptop
from fielddesk.store.outbox import settings
from fielddesk.sync.enrol import recover
from tests.support.direct import sync
from tests.support.dying import killed_at, needs_fork
from tests.support.laptops import kept
from tests.support.places import ADDRESS, FileKeyStore, Place

POINTS = ["enrol_answered", "enrol_laid", "enrol_key_kept", "enrol_token_kept", "enrol_done"]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.hq.close()


def profiles(place: Place) -> list[str]:
    return sorted(path.name for path in place.profiles.iterdir()) if place.profiles.exists() else []


# ---------------------------------------------------------------- the ordinary way


def test_a_code_makes_a_profile_that_opens_with_the_kept_key_and_syncs(place: Place) -> None:
    order = place.order()
    done = place.enrol()
    assert done.folder == place.profiles / profile_name(place.hq_id, place.anna)
    assert profiles(place) == [done.folder.name]
    header = profile.read_header(done.folder)
    assert (header.hq_url, header.who["user"]) == (ADDRESS.rstrip("/"), place.anna)
    store = place.open(done.folder)
    store.do(call(add_note, order_id=order, text="Arrived"))
    assert place.sync(store) == "agreed"
    assert place.agrees(store)
    assert [row.text for row in kept(store, Note)] == ["Arrived"]  # type: ignore[attr-defined]
    store.close()


def test_a_code_works_once(place: Place) -> None:
    code = place.code()
    place.enrol(code)
    before = profiles(place)
    with pytest.raises(NetworkProblem, match="code_wrong"):
        place.enrol(code)
    assert profiles(place) == before


def test_a_wrong_code_leaves_nothing_behind(place: Place) -> None:
    with pytest.raises(NetworkProblem, match="code_wrong"):
        place.enrol("AAAA-BBBB-CCCC")
    assert profiles(place) == []
    assert place.token() is None


def test_another_headquarters_gets_a_profile_of_its_own(place: Place, tmp_path: Path) -> None:
    (tmp_path / "south").mkdir()
    south = Place(tmp_path / "south")
    south.key_store, south.profiles = place.key_store, place.profiles
    first, second = place.enrol(), south.enrol()
    assert first.folder != second.folder
    assert find_key(first.folder, place.key_store) != find_key(second.folder, place.key_store)
    place.open(first.folder).close()
    south.open(second.folder).close()
    south.hq.close()


def test_a_key_store_that_does_not_answer_is_told_before_the_code_is_used_up(place: Place) -> None:
    class Locked(MemoryKeyStore):
        def read(self, hq_id: str, account: str, which: Secret) -> str | None:
            raise StoreProblem("key_store_locked")

    code, working = place.code(), place.key_store
    place.key_store = Locked()
    with pytest.raises(StoreProblem, match="key_store_locked"):
        place.enrol(code)
    assert profiles(place) == []
    place.key_store = working
    place.enrol(code)


def test_a_key_store_that_forgets_leaves_no_profile(place: Place) -> None:
    class Forgetful(MemoryKeyStore):
        def keep(self, hq_id: str, account: str, which: Secret, value: str) -> None:
            raise StoreProblem("key_store_missing", reason="forgets")

    place.key_store = Forgetful()
    with pytest.raises(StoreProblem, match="key_store_missing"):
        place.enrol()
    assert profiles(place) == []


# ---------------------------------------------------------------- killed on the way


@needs_fork
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_step_there_is_a_whole_profile_or_none_and_a_new_code_helps(place: Place, point: str) -> None:
    order = place.order()
    code = place.code()
    assert killed_at(point, lambda reached: place.enrol(code, reached))
    whole = [name for name in profiles(place) if not name.endswith(".new")]
    assert len(whole) == int(point == "enrol_done")
    if whole:
        folder = place.profiles / whole[0]
    else:
        with pytest.raises(NetworkProblem):
            place.enrol(code)
        folder = place.enrol().folder
    assert profiles(place) == [folder.name], "what was cut short is swept away"
    store = place.open(folder)
    store.do(call(add_note, order_id=order, text="Arrived"))
    assert place.sync(store) == "agreed"
    assert place.agrees(store)
    store.close()


# ---------------------------------------------------------------- once more


def with_waiting_note(place: Place) -> tuple[Path, str]:
    order = place.order()
    folder = place.enrol().folder
    store = place.open(folder)
    assert place.sync(store) == "agreed"
    store.do(call(add_note, order_id=order, text="Not sent yet"))
    store.close()
    return folder, order


def test_enrolled_once_more_the_profile_keeps_its_key_and_its_waiting_work(place: Place) -> None:
    folder, _ = with_waiting_note(place)
    key, token = find_key(folder, place.key_store), place.token()
    again = place.enrol()
    assert (again.folder, again.again) == (folder, True)
    assert find_key(folder, place.key_store) == key
    assert place.token() != token
    store = place.open(folder)
    assert store.identity.device == again.enrolment.device
    assert place.sync(store) == "agreed"
    assert place.agrees(store)
    assert place.notes() == ["Not sent yet"]
    store.close()


def test_enrolled_once_more_over_a_ruin_the_waiting_work_is_sent(place: Place) -> None:
    folder, _ = with_waiting_note(place)
    (folder / "store.db").write_bytes(b"\0" * 10_000)
    (folder / profile.FILE).unlink()
    again = place.enrol()  # only the journal can still tell that the key is the profile's
    assert (again.folder, again.again, again.kept_as) == (folder, True, "")
    store = place.open(again.folder)
    assert place.sync(store) == "agreed"
    assert place.agrees(store)
    assert [row.text for row in kept(store, Note)] == ["Not sent yet"]  # type: ignore[attr-defined]
    store.close()


def test_a_ruined_database_under_a_whole_header_is_rebuilt_on_the_way(place: Place) -> None:
    folder, _ = with_waiting_note(place)
    (folder / "store.db").write_bytes(b"\0" * 10_000)
    again = place.enrol()
    assert (again.folder, again.again, again.kept_as) == (folder, True, "")
    store = place.open(folder)
    assert place.sync(store) == "agreed"
    assert place.agrees(store)
    assert [row.text for row in kept(store, Note)] == ["Not sent yet"]  # type: ignore[attr-defined]
    store.close()


def test_without_its_key_the_old_folder_is_kept_and_headquarters_can_still_open_it(place: Place) -> None:
    folder, _ = with_waiting_note(place)
    place.key_store = MemoryKeyStore()
    with pytest.raises(StoreProblem, match="key_lost"):
        place.open(folder)
    again = place.enrol()
    assert again.folder == folder
    old = place.profiles / again.kept_as
    sealed = (old / profile.SEALED_KEY).read_bytes()
    new_key = find_key(folder, place.key_store)
    spare = MemoryKeyStore()
    recover(old, admin.recover_key(place.hq, sealed), spare)
    store = open_laptop(old, find_key(old, spare), place.clock)
    assert [row.text for row in kept(store, Note)] == ["Not sent yet"]  # type: ignore[attr-defined]
    store.close()
    assert Keys(new_key).key_id != Keys(find_key(old, spare)).key_id


def test_the_recovery_code_from_headquarters_brings_the_profile_back(place: Place) -> None:
    folder, _ = with_waiting_note(place)
    token = place.token()
    place.key_store = FileKeyStore(place.profiles.parent / "new keys")
    recover(folder, admin.recover_key(place.hq, (folder / profile.SEALED_KEY).read_bytes()), place.key_store)
    store = place.open(folder)
    assert [row.text for row in kept(store, Note)] == ["Not sent yet"]  # type: ignore[attr-defined]
    with store.read() as read:
        assert settings(read)["account"] == "anna"
    assert sync(store, place.hq, token).code == "agreed"
    store.close()


def test_a_window_that_has_the_profile_open_is_not_disturbed(place: Place) -> None:
    folder, _ = with_waiting_note(place)
    token = place.token()
    store = place.open(folder)
    with pytest.raises(StoreProblem, match="already_open"):
        place.enrol()
    assert place.token() == token
    assert place.sync(store) == "agreed"
    store.close()
