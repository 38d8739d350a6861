"""The journal: what was appended comes back after every crash, and what was changed behind its back is found."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fielddesk.core.clock import DAY, FixedClock
from fielddesk.core.errors import StoreProblem
from fielddesk.store import segment
from fielddesk.store.disk import Disk
from fielddesk.store.journal import ABORTED, OP, VOID, Journal, JournalDamaged, set_aside
from fielddesk.store.keys import Keys
from tests.support.disks import FailingDisk, LosingDisk

KEYS = Keys(bytes(range(32)))
SMALL = 2_000
"""Bytes of a segment in these tests, so that a handful of records fills several."""


class QuickDisk(Disk):
    """Does not wait for the platter; for tests in which the power stays on."""

    def sync(self, file: int) -> None:
        pass

    def sync_folder(self, folder: Path) -> None:
        pass


@contextlib.contextmanager
def empty_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def opened(folder: Path, disk: Disk | None = None, segment_bytes: int = SMALL) -> Journal:
    return Journal.open(folder, KEYS, clock=FixedClock(), disk=disk or QuickDisk(), segment_bytes=segment_bytes)


def body(number: int) -> str:
    return f'{{"note":"泵的密封 {number}"}}' + "x" * (number % 7) * 25


def filled(folder: Path, count: int, **how: int) -> list[tuple[str, str]]:
    with opened(folder, **how) as journal:
        for number in range(count):
            journal.append(OP, f"op-{number}", body(number))
    return [(f"op-{number}", body(number)) for number in range(count)]


def standing(folder: Path) -> list[tuple[str, str]]:
    with opened(folder) as journal:
        return journal.standing()


def segments(folder: Path) -> list[Path]:
    return sorted((folder / "journal").glob("*.fdj"))


def used(path: Path) -> int:
    """Bytes of a segment without the empty room at its end."""
    return len(path.read_bytes().rstrip(b"\0"))


# ---------------------------------------------------------------- everyday


def test_what_was_appended_stands_after_opening_again(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        assert journal.fresh
        journal.append(OP, "a", "first")
        journal.append_many([(OP, "b", "second"), (OP, "c", "third")])
        journal.append(ABORTED, "b")
        journal.append(VOID, "a")
        expected = journal.standing()
    with opened(tmp_path) as journal:
        assert not journal.fresh
        assert journal.standing() == expected == [("c", "third")]
        assert [record.kind for record in journal.records()] == [OP, OP, OP, ABORTED, VOID]
        assert journal.standing(known={"c"}) == []
        assert journal.standing_ids() == ["c"]


def test_an_operation_saved_again_after_it_was_aborted_stands(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        for kind in (OP, ABORTED, OP):
            journal.append(kind, "a", "text" if kind == OP else "")
        assert journal.standing() == [("a", "text")]
    assert standing(tmp_path) == [("a", "text")]


def test_a_full_segment_is_followed_by_the_next_and_nothing_is_lost_between(tmp_path: Path) -> None:
    expected = filled(tmp_path, 60)
    assert len(segments(tmp_path)) > 3
    assert standing(tmp_path) == expected


def test_a_record_larger_than_a_segment_is_kept(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        for number in range(3):
            journal.append(OP, str(number), "水" * 400_000)
    assert [len(text) for _, text in standing(tmp_path)] == [400_000] * 3


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from((OP, ABORTED, VOID)), st.text("abc", max_size=2), st.text()), max_size=4),
        max_size=12,
    ),
    st.integers(200, 3000),
)
def test_any_entries_come_back_as_they_were(batches: list[list[tuple[str, str, str]]], segment_bytes: int) -> None:
    with empty_folder() as folder:
        for half in (batches[::2], batches[1::2]):
            with opened(folder, segment_bytes=segment_bytes) as journal:
                for batch in half:
                    journal.append_many(batch)
        entries = [entry for half in (batches[::2], batches[1::2]) for batch in half for entry in batch]
        last: dict[str, tuple[str, str]] = {}
        for kind, about, text in entries:
            last.pop(about, None)
            last[about] = (kind, text)
        with opened(folder) as journal:
            assert [(r.kind, r.id, r.body) for r in journal.records()] == entries
            assert journal.standing() == [(about, text) for about, (kind, text) in last.items() if kind == OP]


def test_the_disk_shows_neither_ids_nor_texts(tmp_path: Path) -> None:
    filled(tmp_path, 30)
    everything = b"".join(path.read_bytes() for path in segments(tmp_path))
    assert b"op-1" not in everything
    assert "密封".encode() not in everything
    assert b"xxxxxxxxxxxxxxxx" not in everything


def test_two_laptops_from_one_image_never_seal_two_texts_with_one_nonce(tmp_path: Path) -> None:
    filled(tmp_path / "one", 3)
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    ends = []
    for name, text in (("one", "seal fitted"), ("two", "pump swapped")):
        before = used(segments(tmp_path / name)[0])
        with opened(tmp_path / name) as journal:
            journal.append(OP, "same id", text)
        ends.append(segments(tmp_path / name)[0].read_bytes()[before + 16 : before + 28])
    assert ends[0] != ends[1]


# ---------------------------------------------------------------- crashes


def test_cut_at_any_byte_only_the_torn_record_is_gone_and_its_bytes_are_kept_aside(tmp_path: Path) -> None:
    expected = filled(tmp_path, 4, segment_bytes=100_000)
    [path] = segments(tmp_path)
    content = path.read_bytes()[: used(path)]
    seals = segment.Seals(KEYS)
    heading = segment.read_heading(seals, content)
    assert heading is not None
    for cut in range(segment.HEADER_BYTES, len(content)):
        path.write_bytes(content[:cut])
        whole = segment.scan(seals, content[:cut], heading.mark, heading.first)
        with opened(tmp_path) as journal:
            assert journal.standing() == expected[: len(whole.records)]
            torn = content[whole.end : cut].rstrip(b"\0")
            assert (journal.torn is None) == (torn == b"")
            if journal.torn:
                assert journal.torn.kept.read_bytes() == torn
            if cut % 50 == 0:
                journal.append(OP, "next", "goes on")
                assert standing(tmp_path) == [*expected[: len(whole.records)], ("next", "goes on")]
    assert len(whole.records) == len(expected) - 1


@settings(max_examples=60, deadline=None)
@given(st.integers(), st.lists(st.integers(1, 4), min_size=1, max_size=14), st.integers(0, 60))
def test_power_lost_at_any_step_takes_nothing_that_was_acknowledged(seed: int, batches: list[int], off_at: int) -> None:
    class Off(Exception):
        pass

    class Power(LosingDisk):
        steps = 0

        def sync(self, file: int) -> None:
            self._count()
            super().sync(file)

        def write(self, file: int, content: bytes, at: int) -> None:
            super().write(file, content, at)
            self._count()

        def rename(self, old: Path, new: Path) -> None:
            super().rename(old, new)
            self._count()

        def resize(self, file: int, size: int) -> None:
            if self.steps >= off_at:
                raise Off
            super().resize(file, size)

        def _count(self) -> None:
            self.steps += 1
            if self.steps >= off_at:
                raise Off

    with empty_folder() as folder:
        (folder / "journal").mkdir()
        disk = Power(random.Random(seed))
        acknowledged: list[tuple[str, str]] = []
        asked: list[tuple[str, str]] = []
        with contextlib.suppress(Off):
            journal = opened(folder, disk)
            for number, size in enumerate(batches):
                entries = [(OP, f"{number}-{line}", body(number + line)) for line in range(size)]
                asked += [(about, text) for _, about, text in entries]
                journal.append_many(entries)
                acknowledged += asked[len(acknowledged) :]
        disk.power_off()
        survived = standing(folder)
        assert survived in (acknowledged, asked)
        with opened(folder) as journal:
            journal.append(OP, "after", "the power is back")
        assert standing(folder) == [*survived, ("after", "the power is back")]


def test_killed_while_appending_every_acknowledged_record_is_there(tmp_path: Path) -> None:
    story = (
        "import sys\nfrom pathlib import Path\nfrom fielddesk.store.journal import *\n"
        "from fielddesk.store.keys import Keys\n"
        "journal = Journal.open(Path(sys.argv[1]), Keys(bytes(range(32))), segment_bytes=20_000)\n"
        "for number in range(100_000):\n"
        "    journal.append(OP, str(number), 'x' * 600)\n    print(number, flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", story, str(tmp_path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if int(line) >= 120:
                child.kill()
                break
        said = [int(line), *(int(more) for more in child.stdout.read().split("\n")[:-1])]
    kept = [int(about) for about, _ in standing(tmp_path)]
    assert kept == list(range(len(kept)))
    assert said[-1] < len(kept) <= said[-1] + 2


# ---------------------------------------------------------------- a disk that says no


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_whichever_step_the_disk_refuses_the_journal_keeps_what_it_confirmed(tmp_path: Path, code: int) -> None:
    problems = set()
    for refused in range(1, 200):
        folder = tmp_path / str(refused)
        disk = FailingDisk(refused, code)
        kept: list[tuple[str, str]] = []
        journal = opened(folder, disk)
        for number in range(40):
            try:
                journal.append(OP, f"op-{number}", body(number))
            except StoreProblem as problem:
                problems.add(problem.code)
                with contextlib.suppress(StoreProblem):  # there is room again
                    journal.append(OP, f"op-{number}", body(number))
                    kept.append((f"op-{number}", body(number)))
            else:
                kept.append((f"op-{number}", body(number)))
        assert journal.standing() == kept
        journal.close()
        assert standing(folder) == kept
        if not disk.refused:
            break
    else:
        pytest.fail("the disk never ran through")
    assert refused > 50
    assert problems == {"disk_full" if code == errno.ENOSPC else "disk_failed"}


def test_a_disk_that_refuses_even_the_tidying_shuts_the_journal_until_it_is_opened_again(tmp_path: Path) -> None:
    disk = FailingDisk(10_000)
    journal = opened(tmp_path, disk)
    journal.append(OP, "a", "kept")
    disk.at, disk.times = disk.steps + 1, 10
    with pytest.raises(StoreProblem) as refused:
        journal.append(OP, "b", "refused" * 30)
    assert refused.value.code == "disk_full"
    disk.times = 0
    with pytest.raises(StoreProblem) as shut:
        journal.append(OP, "c", "later")
    assert shut.value.code == "journal_closed"
    assert journal.standing() == [("a", "kept")]
    with opened(tmp_path) as again:
        assert again.standing() == [("a", "kept")]
        assert again.torn is not None
        again.append(OP, "c", "later")
    assert standing(tmp_path) == [("a", "kept"), ("c", "later")]


def test_on_a_full_disk_a_torn_journal_is_read_and_tidied_when_there_is_room(tmp_path: Path) -> None:
    expected = filled(tmp_path, 3)
    [path] = segments(tmp_path)
    path.write_bytes(path.read_bytes()[: used(path) - 5])
    disk = FailingDisk(1, times=1000)
    with opened(tmp_path, disk) as journal:
        assert journal.standing() == expected[:2]
        with pytest.raises(StoreProblem) as full:
            journal.append(OP, "x", "no room")
        assert full.value.code == "disk_full"
        assert not list((tmp_path / "journal").glob("*.torn"))
        disk.times = 0
        journal.append(OP, "x", "room")
        assert len(list((tmp_path / "journal").glob("*.torn"))) == 1
    assert standing(tmp_path) == [*expected[:2], ("x", "room")]


# ---------------------------------------------------------------- damage


def judged(folder: Path, expected: list[tuple[str, str]]) -> str:
    """Open a journal somebody changed: what is given back must be a true beginning; the answer is what was said."""
    try:
        journal = opened(folder)
    except JournalDamaged as damage:
        before = [(r.id, r.body) for r in damage.records_before]
        after = [(r.id, r.body) for r in damage.records_after]
        assert before == expected[: len(before)]
        assert [one for one in expected if one in after] == sorted(after, key=expected.index)
        return "damaged" if damage.values["before"] == len(before) else "miscounted"
    with journal:
        kept = journal.standing()
        assert kept == expected[: len(kept)]
        assert len(kept) >= len(expected) - 1
        return "torn" if journal.torn else "unseen"


@pytest.mark.slow
def test_any_single_flipped_byte_is_found(tmp_path: Path) -> None:
    expected = filled(tmp_path / "good", 12, segment_bytes=1_200)
    luck = random.Random(7)
    for place in segments(tmp_path / "good"):
        last = place == segments(tmp_path / "good")[-1]
        for at in range(used(place)):
            if at >= segment.HEADER_BYTES and luck.random() > 0.15:
                continue
            shutil.copytree(tmp_path / "good", tmp_path / "bad")
            content = bytearray(place.read_bytes())
            content[at] ^= 1 << luck.randrange(8)
            (tmp_path / "bad" / "journal" / place.name).write_bytes(content)
            said = judged(tmp_path / "bad", expected)
            assert said == "damaged" or (said == "torn" and last), (place.name, at, said)
            shutil.rmtree(tmp_path / "bad")


def test_a_flipped_byte_costs_one_record_and_the_others_come_back(tmp_path: Path) -> None:
    expected = filled(tmp_path, 10, segment_bytes=100_000)
    [path] = segments(tmp_path)
    content = bytearray(path.read_bytes())
    content[segment.HEADER_BYTES + 400] ^= 4
    path.write_bytes(content)
    with pytest.raises(JournalDamaged) as damage:
        opened(tmp_path)
    saved = [(r.id, r.body) for r in damage.value.records_before + damage.value.records_after]
    assert len(saved) == 9
    assert [one for one in expected if one in saved] == saved
    assert path.read_bytes() == content


@pytest.mark.parametrize("change", ["first missing", "middle missing", "last missing", "swapped", "doubled"])
def test_whole_segments_cannot_be_taken_away_or_moved(tmp_path: Path, change: str) -> None:
    expected = filled(tmp_path, 40)
    one, two, *_, last = segments(tmp_path)
    if change == "swapped":
        content = one.read_bytes()
        one.write_bytes(two.read_bytes())
        two.write_bytes(content)
    elif change == "doubled":
        two.write_bytes(one.read_bytes())
    else:
        {"first": one, "middle": two, "last": last}[change.split()[0]].unlink()
    assert judged(tmp_path, expected) == "damaged"


def test_frames_cannot_be_swapped_dropped_or_repeated(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        for number in range(5):
            journal.append(OP, str(number), "x" * 50)
    expected = standing(tmp_path)
    [path] = segments(tmp_path)
    content = path.read_bytes()[: used(path)]
    head, size = content[: segment.HEADER_BYTES], (len(content) - segment.HEADER_BYTES) // 5
    a, b, c, d, e = (content[len(head) + n * size : len(head) + (n + 1) * size] for n in range(5))
    for frames in ([b, a, c, d, e], [a, c, d, e], [a, b, b, c, d, e], [a, b, c, e, d], [b, c, d, e]):
        path.write_bytes(head + b"".join(frames))
        assert judged(tmp_path, expected) == "damaged"


def test_records_of_a_cloned_journal_cannot_be_put_into_this_one(tmp_path: Path) -> None:
    filled(tmp_path / "ours", 20)
    shutil.copytree(tmp_path / "ours", tmp_path / "clone")
    for name in ("ours", "clone"):
        with opened(tmp_path / name) as journal:
            for number in range(20):
                journal.append(OP, f"{name}-{number}", "same length".ljust(100))
    expected = standing(tmp_path / "ours")
    ours, theirs = segments(tmp_path / "ours"), segments(tmp_path / "clone")
    differing = [n for n, path in enumerate(ours) if path.read_bytes() != theirs[n].read_bytes()]
    assert len(differing) > 2
    one, other = (paths[differing[1]].read_bytes() for paths in (ours, theirs))
    for changed in (other, one[: segment.HEADER_BYTES] + other[segment.HEADER_BYTES :]):
        ours[differing[1]].write_bytes(changed)
        with pytest.raises(JournalDamaged) as damage:
            opened(tmp_path / "ours")
        before = [(r.id, r.body) for r in damage.value.records_before]
        assert before == expected[: len(before)]
    # One frame alone, of the same number and length, in the place of ours.
    last_ours, last_theirs = ours[-1].read_bytes(), theirs[-1].read_bytes()
    ours[differing[1]].write_bytes(one)
    frame = last_ours.index(last_ours[segment.HEADER_BYTES :][:4], segment.HEADER_BYTES + 1) - segment.HEADER_BYTES
    second = slice(segment.HEADER_BYTES + frame, segment.HEADER_BYTES + 2 * frame)
    mixed = bytearray(last_ours)
    mixed[second] = last_theirs[second]
    ours[-1].write_bytes(mixed)
    assert judged(tmp_path / "ours", expected) == "damaged"


def test_a_segment_of_a_cloned_journal_does_not_follow_even_where_it_is_the_last(tmp_path: Path) -> None:
    filled(tmp_path / "ours", 3)
    shutil.copytree(tmp_path / "ours", tmp_path / "clone")
    for name in ("ours", "clone"):
        with opened(tmp_path / name) as journal:
            while len(segments(tmp_path / name)) < 2:
                journal.append(OP, f"{name}-{journal.standing_ids()[-1]}", "same length".ljust(100))
    expected = standing(tmp_path / "ours")
    segments(tmp_path / "ours")[1].write_bytes(segments(tmp_path / "clone")[1].read_bytes())
    with pytest.raises(JournalDamaged) as damage:
        opened(tmp_path / "ours")
    assert [(r.id, r.body) for r in damage.value.records_before] == expected[:-1]


def test_another_key_is_told_from_damage_and_changes_nothing(tmp_path: Path) -> None:
    filled(tmp_path, 5)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(StoreProblem) as refused:
        Journal.open(tmp_path, Keys(bytes(32)))
    assert refused.value.code == "wrong_key"
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_damaged_journal_set_aside_is_kept_and_a_new_one_begins(tmp_path: Path) -> None:
    filled(tmp_path, 40)
    segments(tmp_path)[1].unlink()
    left = {path.name: path.read_bytes() for path in segments(tmp_path)}
    for again in (1, 2):
        aside = set_aside(tmp_path)
        assert aside.name == f"journal-damaged-{again}"
        with opened(tmp_path) as journal:
            assert journal.fresh
            journal.append(OP, "new", "beginning")
        assert standing(tmp_path) == [("new", "beginning")]
    assert {path.name: path.read_bytes() for path in (tmp_path / "journal-damaged-1").glob("*.fdj")} == left


# ---------------------------------------------------------------- the backup horizon


def months_of_work(folder: Path, clock: FixedClock) -> list[str]:
    with Journal.open(folder, KEYS, clock=clock, disk=QuickDisk(), segment_bytes=SMALL) as journal:
        for number in range(60):
            journal.append(OP, f"op-{number}", body(number))
            clock.pass_time(86_400)
        return journal.standing_ids()


def test_confirmed_work_beyond_the_horizon_is_forgotten_and_the_rest_still_verifies(tmp_path: Path) -> None:
    clock = FixedClock()
    ids = months_of_work(tmp_path, clock)
    count = len(segments(tmp_path))
    with Journal.open(tmp_path, KEYS, clock=clock, disk=QuickDisk(), segment_bytes=SMALL) as journal:
        gone = journal.forget(clock.now() - 30 * DAY, confirmed=lambda _: True)
        assert 0 < gone < count
        left = journal.standing_ids()
        assert left == ids[len(ids) - len(left) :]
        assert 30 <= len(left) < 45
        journal.append(OP, "later", "work")
    assert len(segments(tmp_path)) in (count - gone, count - gone + 1)
    with opened(tmp_path) as journal:
        assert [about for about, _ in journal.standing()] == [*left, "later"]
    segments(tmp_path)[0].unlink()
    with pytest.raises(JournalDamaged):
        opened(tmp_path)


def test_one_unconfirmed_operation_keeps_its_segment_and_all_after_it(tmp_path: Path) -> None:
    clock = FixedClock()
    ids = months_of_work(tmp_path, clock)
    with Journal.open(tmp_path, KEYS, clock=clock, disk=QuickDisk(), segment_bytes=SMALL) as journal:
        assert journal.forget(clock.now(), confirmed=lambda about: about != "op-0") == 0
        assert journal.standing_ids() == ids
        assert journal.forget(clock.now(), confirmed=lambda about: about != "op-20") > 0
        assert "op-20" in journal.standing_ids()
        assert "op-21" in journal.standing_ids()
        journal.append(VOID, "op-20")
        assert journal.forget(clock.now(), confirmed=lambda _: True) > 0
        assert "op-20" not in journal.standing_ids()
    assert standing(tmp_path)[-1][0] == "op-59"


def test_forgetting_cut_short_at_any_step_leaves_a_journal_that_opens(tmp_path: Path) -> None:
    clock = FixedClock()
    ids = months_of_work(tmp_path / "good", clock)
    for refused in range(1, 60):
        folder = tmp_path / str(refused)
        shutil.copytree(tmp_path / "good", folder)
        disk = FailingDisk(refused, times=1000)
        journal = Journal.open(folder, KEYS, clock=clock, disk=disk, segment_bytes=SMALL)
        with contextlib.suppress(StoreProblem):
            journal.forget(clock.now() - 30 * DAY, confirmed=lambda _: True)
        journal.close()
        with Journal.open(folder, KEYS, clock=clock, disk=QuickDisk(), segment_bytes=SMALL) as journal:
            left = journal.standing_ids()
            assert left == ids[len(ids) - len(left) :]
            journal.forget(clock.now() - 30 * DAY, confirmed=lambda _: True)
            assert 30 <= len(journal.standing_ids()) < 45
        if not disk.refused:
            return
    pytest.fail("the disk never ran through")


def test_a_clock_set_back_makes_nothing_old(tmp_path: Path) -> None:
    clock = FixedClock()
    start = clock.now()
    with Journal.open(tmp_path, KEYS, clock=clock, disk=QuickDisk(), segment_bytes=SMALL) as journal:
        for number in range(30):
            journal.append(OP, f"op-{number}", body(number))
            clock.at = 1_000_000 * number
        assert journal.forget(start - DAY, confirmed=lambda _: True) == 0


def test_a_read_only_folder_is_read_and_says_so_at_the_first_append(tmp_path: Path) -> None:
    class ReadOnly(Disk):
        def open(self, path: Path, *, fresh: bool = False) -> int:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    expected = filled(tmp_path, 3)
    with opened(tmp_path, ReadOnly()) as journal:
        assert journal.standing() == expected
        with pytest.raises(StoreProblem) as refused:
            journal.append(OP, "x", "y")
        assert refused.value.code == "folder_read_only"
