"""The vault: files come back as they were or not at all, in little memory, and the disk tells nothing."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fielddesk.core.clock import FixedClock
from fielddesk.core.errors import StoreProblem
from fielddesk.store.disk import DISK, Disk, check_room, write_whole
from fielddesk.store.instance import take
from fielddesk.store.journal import OP, Journal
from fielddesk.store.keys import Keys, new_recovery_pair, seal
from fielddesk.store.partial import Partial, partial_path
from fielddesk.store.profile import SEALED_KEY, write_header
from fielddesk.store.vault import HEADER_BYTES, PIECE_BYTES, Vault
from tests.support.disks import FailingDisk, LosingDisk

KEY = bytes(range(32))
KEYS = Keys(KEY)
EDGES = (0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES, 3 * PIECE_BYTES + 5)
SEALED_PIECE = PIECE_BYTES + 16


def content_of(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def code_of(action: Any, *args: Any) -> str:
    with pytest.raises(StoreProblem) as problem:
        action(*args)
    return problem.value.code


# ---------------------------------------------------------------- everyday


@pytest.mark.parametrize("size", EDGES)
def test_a_file_of_any_length_comes_back_and_can_be_read_from_the_middle(tmp_path: Path, size: int) -> None:
    vault = Vault(tmp_path, KEYS)
    content = content_of(size)
    assert vault.write("files", "photo", io.BytesIO(content)) == size
    assert vault.read_bytes("files", "photo") == content
    assert vault.verify("files", "photo") == size
    with vault.read("files", "photo") as stream:
        for start in (size // 2, 0, max(0, size - 3), size):
            stream.seek(start)
            assert stream.read(10) == content[start : start + 10]
        assert stream.seek(0, os.SEEK_END) == size


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=200_000), max_size=4), st.text(min_size=1, max_size=60))
def test_whatever_is_written_in_whatever_portions_comes_back(portions: list[bytes], name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        vault = Vault(Path(folder), KEYS, FailingDisk(10**9))
        with vault.begin("backups") as new:
            for portion in portions:
                new.write(portion)
            assert new.sha256.hexdigest() == hashlib.sha256(b"".join(portions)).hexdigest()
            new.keep(name)
        assert vault.read_bytes("backups", name) == b"".join(portions)
        assert vault.names("backups") == [name]


def test_a_file_written_again_is_replaced_and_one_removed_is_gone(tmp_path: Path) -> None:
    vault = Vault(tmp_path, KEYS)
    vault.write("drafts", "order 1042", b"first")
    vault.write("drafts", "order 1042", b"second")
    assert vault.read_bytes("drafts", "order 1042") == b"second"
    assert vault.has("drafts", "order 1042")
    assert vault.remove("drafts", "order 1042")
    assert not vault.remove("drafts", "order 1042")
    assert not vault.has("drafts", "order 1042")
    assert code_of(vault.read, "drafts", "order 1042") == "file_missing"


def test_each_use_has_its_own_names_and_key(tmp_path: Path) -> None:
    vault = Vault(tmp_path, KEYS)
    uses = ("files", "backups", "partial", "drafts", "crash")
    assert len({vault.keyed_name(use, "one") for use in uses}) == len(uses)
    vault.write("files", "one", b"content")
    for use in uses[1:]:
        shutil.copy(vault.path("files", "one"), tmp_path / "moved")
        vault.folder_of(use).mkdir(exist_ok=True)
        (tmp_path / "moved").rename(vault.path(use, "one"))
        assert code_of(vault.read, use, "one") == "file_damaged"
        assert "one" not in vault.names(use)


def test_names_are_listed_from_the_files_alone_and_strange_files_are_left_alone(tmp_path: Path) -> None:
    vault = Vault(tmp_path, KEYS)
    assert vault.names("crash") == []
    for name in ("2026-11-22 泵", "2026-11-21"):
        vault.write("crash", name, b"trace")
    (vault.folder_of("crash") / "readme").write_text("from a stranger")
    shutil.copy(vault.path("crash", "2026-11-21"), vault.folder_of("crash") / "copy")
    assert vault.names("crash") == ["2026-11-21", "2026-11-22 泵"]
    assert len(list(vault.folder_of("crash").iterdir())) == 4


def test_names_too_long_or_empty_are_a_mistake_of_the_caller(tmp_path: Path) -> None:
    vault = Vault(tmp_path, KEYS)
    for name in ("", "x" * 241):
        with pytest.raises(ValueError):
            vault.write("files", name, b"")
    assert list(vault.folder_of("files").iterdir()) == []


def test_a_large_file_streams_through_little_memory(tmp_path: Path) -> None:
    story = (
        "import resource, sys\nfrom pathlib import Path\nfrom fielddesk.store.vault import Vault\n"
        "from fielddesk.store.keys import Keys\n"
        "class Large:\n    left = 96 << 20\n    def read(self, size):\n"
        "        size = min(size, self.left); self.left -= size; return bytes(size)\n"
        "vault = Vault(Path(sys.argv[1]), Keys(bytes(32)))\nvault.write('files', 'warm', bytes(1 << 20))\n"
        "vault.verify('files', 'warm')\nbefore = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "vault.write('files', 'large', Large())\nassert vault.verify('files', 'large') == 96 << 20\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", story, str(tmp_path)], capture_output=True, text=True, check=True)
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(done.stdout) * unit < 4 << 20


# ---------------------------------------------------------------- damage


def damaged(vault: Vault, content: bytes) -> bool:
    vault.path("files", "photo").write_bytes(content)
    try:
        vault.read_bytes("files", "photo")
    except StoreProblem as problem:
        return problem.code == "file_damaged" and problem.values["file"] == vault.path("files", "photo").name
    return False


def test_any_flipped_byte_and_any_cut_is_found(tmp_path: Path) -> None:
    vault = Vault(tmp_path, KEYS)
    vault.write("files", "photo", content_of(PIECE_BYTES + 300))
    good = vault.path("files", "photo").read_bytes()
    luck = random.Random(3)
    edges = [*range(HEADER_BYTES + 2), *range(len(good) - 600, len(good))]
    for at in [*edges, *luck.sample(range(len(good)), 150)]:
        assert damaged(vault, good[:at] + bytes([good[at] ^ 1 << luck.randrange(8)]) + good[at + 1 :]), at
        assert damaged(vault, good[:at]), at
    assert damaged(vault, good + b"\0")
    assert not damaged(vault, good)


def test_pieces_cannot_be_swapped_dropped_repeated_or_brought_from_another_file(tmp_path: Path) -> None:
    vault = Vault(tmp_path, KEYS)
    vault.write("files", "photo", content_of(3 * PIECE_BYTES))
    good = vault.path("files", "photo").read_bytes()
    vault.write("files", "other", content_of(3 * PIECE_BYTES))
    foreign = vault.path("files", "other").read_bytes()
    head, closing = good[:HEADER_BYTES], good[HEADER_BYTES + 3 * SEALED_PIECE :]
    a, b, c = (good[HEADER_BYTES + n * SEALED_PIECE :][:SEALED_PIECE] for n in range(3))
    strange = foreign[HEADER_BYTES + SEALED_PIECE :][:SEALED_PIECE]
    for pieces in ([b, a, c], [a, c, b], [a, c], [a, b], [c], [a, b, b, c], [a, strange, c], []):
        assert damaged(vault, head + b"".join(pieces) + closing)
    assert damaged(vault, foreign)
    assert not damaged(vault, head + a + b + c + closing)


def test_a_cut_file_is_found_before_its_first_byte_is_given_out(tmp_path: Path) -> None:
    vault = Vault(tmp_path, KEYS)
    vault.write("files", "photo", content_of(3 * PIECE_BYTES))
    good = vault.path("files", "photo").read_bytes()
    for size in (len(good) - 1, HEADER_BYTES + SEALED_PIECE, HEADER_BYTES, 3, 0):
        vault.path("files", "photo").write_bytes(good[:size])
        assert code_of(vault.read, "files", "photo") == "file_damaged"
    vault.path("files", "photo").write_bytes(good[:-1000] + good[-990:])
    assert code_of(vault.read, "files", "photo") == "file_damaged"
    assert vault.path("files", "photo").exists()


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    Vault(tmp_path, KEYS).write("files", "photo", b"content")
    other = Vault(tmp_path, Keys(bytes(32)))
    assert not other.has("files", "photo")
    assert other.names("files") == []
    other.path("files", "photo").write_bytes(Vault(tmp_path, KEYS).path("files", "photo").read_bytes())
    assert code_of(other.read, "files", "photo") == "file_damaged"


# ---------------------------------------------------------------- a disk that says no


@pytest.mark.parametrize(
    ("error", "code"), [(errno.ENOSPC, "disk_full"), (errno.EROFS, "folder_read_only"), (errno.EIO, "disk_failed")]
)
def test_whichever_step_the_disk_refuses_the_old_file_stays_or_the_new_one_is_whole(
    tmp_path: Path, error: int, code: str
) -> None:
    old, new = content_of(100_000), content_of(200_000)
    Vault(tmp_path, KEYS).write("files", "photo", old)
    for refused in range(1, 50):
        disk = FailingDisk(refused, error)
        try:
            Vault(tmp_path, KEYS, disk).write("files", "photo", new)
        except StoreProblem as problem:
            found = problem.code
        else:
            assert not disk.refused
            break
        assert found == code
        assert Vault(tmp_path, KEYS).read_bytes("files", "photo") in (old, new)
        assert len(list((tmp_path / "files").iterdir())) == 1
    assert refused > 6
    assert Vault(tmp_path, KEYS).read_bytes("files", "photo") == new


@settings(max_examples=60, deadline=None)
@given(st.integers(), st.integers(1, 16))
def test_power_lost_at_any_step_leaves_the_old_file_or_the_new_one(seed: int, off_at: int) -> None:
    class Off(Exception):
        pass

    class Power(LosingDisk):
        steps = 0

        def _count(self) -> None:
            self.steps += 1
            if self.steps >= off_at:
                raise Off

        def write(self, file: int, content: bytes, at: int) -> None:
            super().write(file, content, at)
            self._count()

        def sync(self, file: int) -> None:
            super().sync(file)
            self._count()

        def rename(self, old: Path, new: Path) -> None:
            super().rename(old, new)
            self._count()

        def remove(self, path: Path) -> None:
            raise OSError(errno.EIO, "no power")

        def close(self, file: int) -> None:
            if self.steps < off_at:  # power_off() closes the others
                super().close(file)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        old, new = content_of(70_000), content_of(140_000)
        Vault(folder, KEYS).write("files", "photo", old)
        disk = Power(random.Random(seed))
        acknowledged = False
        with contextlib.suppress(Off):
            Vault(folder, KEYS, disk).write("files", "photo", new)
            acknowledged = True
        disk.power_off()
        after = Vault(folder, KEYS)
        assert after.read_bytes("files", "photo") in ((new,) if acknowledged else (old, new))
        after.sweep()
        assert len(list((folder / "files").iterdir())) == 1


def test_the_sweep_removes_what_was_never_finished_and_nothing_else(tmp_path: Path) -> None:
    vault = Vault(tmp_path, KEYS)
    vault.write("files", "photo", b"whole")
    with Partial(vault, "download") as partial:
        partial.append(b"half")
    left = vault.folder_of("files") / "0123.new"
    left.write_bytes(b"half")
    assert vault.sweep() == 1
    assert not left.exists()
    assert vault.read_bytes("files", "photo") == b"whole"
    with Partial(vault, "download") as partial:
        assert partial.offset == 4


@contextlib.contextmanager
def as_somebody_else(folder: Path) -> Iterator[None]:
    """Root may write into read-only folders, so as root be nobody for a while."""
    if os.geteuid() != 0:
        yield
        return
    nobody = 65534
    for path in (folder, *folder.rglob("*")):
        os.chown(path, nobody, -1)
    os.seteuid(nobody)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no read-only folders")
def test_a_read_only_folder_says_so_and_is_still_read() -> None:
    with tempfile.TemporaryDirectory() as name:
        vault = Vault(Path(name), KEYS)
        vault.write("files", "photo", b"here")
        with take(Path(name)), Journal.open(Path(name), KEYS) as journal:
            journal.append(OP, "a", "text")
        with as_somebody_else(Path(name)):
            for path in (Path(name), *Path(name).rglob("*")):
                path.chmod(0o500 if path.is_dir() else 0o400)
            try:
                assert code_of(vault.write, "files", "other", b"") == "folder_read_only"
                assert code_of(vault.remove, "files", "photo") == "folder_read_only"
                assert code_of(take, Path(name)) == "folder_read_only"
                assert vault.read_bytes("files", "photo") == b"here"
                with Journal.open(Path(name), KEYS) as journal:
                    assert journal.standing() == [("a", "text")]
                    assert code_of(journal.append, OP, "b", "text") == "folder_read_only"
            finally:
                for path in (Path(name), *Path(name).rglob("*")):
                    path.chmod(0o700)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_disk_that_is_really_full_says_so() -> None:
    class Full(Disk):
        def open(self, path: Path, *, fresh: bool = False) -> int:
            return os.open("/dev/full", os.O_RDWR)

        def remove(self, path: Path) -> None:
            raise FileNotFoundError

    with tempfile.TemporaryDirectory() as folder:
        assert code_of(write_whole, Path(folder) / "x", b"content", Full()) == "disk_full"
        assert code_of(Vault(Path(folder), KEYS, Full()).write, "files", "x", b"content") == "disk_full"


def test_room_is_checked_before_a_download_begins(tmp_path: Path) -> None:
    Vault(tmp_path, KEYS).check_room(1)
    with pytest.raises(StoreProblem) as problem:
        check_room(tmp_path, 1 << 60)
    assert problem.value.code == "disk_full"
    assert problem.value.values["needed"] > 1 << 60 > problem.value.values["free"]


# ---------------------------------------------------------------- downloads under way


def test_a_download_goes_on_where_it_stopped_and_becomes_a_file(tmp_path: Path) -> None:
    vault = Vault(tmp_path, KEYS)
    content = content_of(3_000_000)
    for start in range(0, len(content), 700_000):
        with Partial(vault, "catalogue") as partial:
            assert partial.offset == start
            partial.append(content[start : start + 700_000])
    with Partial(vault, "catalogue") as partial:
        assert partial.offset == len(content)
        assert b"".join(partial.read()) == content
        assert partial.sha256.digest() == hashlib.sha256(content).digest()
        partial.keep("files", "catalogue 7")
    assert vault.read_bytes("files", "catalogue 7") == content
    assert list(vault.folder_of("partial").iterdir()) == []


def test_a_download_cut_at_any_byte_resumes_with_a_true_beginning(tmp_path: Path) -> None:
    vault = Vault(tmp_path, KEYS)
    portions = [content_of(size) for size in (200, 1, 90, 150)]
    content = b"".join(portions)
    with Partial(vault, "photo") as partial:
        ends = [0]
        for portion in portions:
            partial.append(portion)
            ends.append(partial.offset)
    path = partial_path(vault, "photo")
    whole = path.read_bytes()
    offsets = set()
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        with Partial(vault, "photo") as partial:
            offsets.add(partial.offset)
            assert b"".join(partial.read()) == content[: partial.offset]
            partial.append(content[partial.offset :])
            assert b"".join(partial.read()) == content
            assert partial.sha256.digest() == hashlib.sha256(content).digest()
    assert offsets == set(ends)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 255))
def test_a_flipped_byte_in_a_download_costs_only_what_follows(at: int, flip: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        vault = Vault(Path(folder), KEYS)
        content = content_of(400)
        with Partial(vault, "photo") as partial:
            for start in range(0, 400, 100):
                partial.append(content[start : start + 100])
        path = partial_path(vault, "photo")
        changed = bytearray(path.read_bytes())
        changed[at % len(changed)] ^= flip
        path.write_bytes(changed)
        with Partial(vault, "photo") as partial:
            assert partial.offset < 400
            assert b"".join(partial.read()) == content[: partial.offset]
            partial.append(content[partial.offset :])
        with Partial(vault, "photo") as partial:
            assert b"".join(partial.read()) == content


def test_a_full_disk_in_a_download_keeps_what_had_arrived(tmp_path: Path) -> None:
    vault = Vault(tmp_path, KEYS)
    with Partial(vault, "photo") as partial:
        partial.append(b"a" * 1000)
    disk = FailingDisk(3)  # open, resize, then the write
    with Partial(Vault(tmp_path, KEYS, disk), "photo") as partial:
        assert code_of(partial.append, b"b" * 1000) == "disk_full"
        assert partial.offset == 1000
        partial.append(b"c" * 1000)
    with Partial(vault, "photo") as partial:
        assert b"".join(partial.read()) == b"a" * 1000 + b"c" * 1000
        partial.discard()
    with Partial(vault, "photo") as partial:
        assert partial.offset == 0


# ---------------------------------------------------------------- what the disk shows


def test_no_file_of_a_profile_shows_what_was_put_in(tmp_path: Path) -> None:
    planted = ("Sanatorium Weißenfels GmbH", "维修记录：密封圈漏油", "photo-of-the-leaking-seal", "anna@example.com")
    token = "device-token-0123456789"
    vault = Vault(tmp_path, KEYS)
    text = "\n".join((*planted, token)) * 3
    for use in ("files", "backups", "partial", "drafts", "crash"):
        for name in planted:
            vault.write(use, name, text.encode())
    with Partial(vault, planted[2]) as partial:
        partial.append(text.encode())
    with Journal.open(tmp_path, KEYS, clock=FixedClock()) as journal:
        for name in planted:
            journal.append(OP, name, text)
    [segment] = (tmp_path / "journal").glob("*.fdj")
    segment.write_bytes(segment.read_bytes().rstrip(b"\0")[:-3])
    Journal.open(tmp_path, KEYS).close()
    write_header(tmp_path, KEYS, hq_id="hq-4711", hq_url="https://hq.example", created_at=0)
    write_whole(tmp_path / SEALED_KEY, seal(KEY, new_recovery_pair()[1], hq_id="hq-4711"))
    with take(tmp_path) as instance:
        instance.listen(lambda: None)
        paths = [path for path in tmp_path.rglob("*") if path.is_file()]
        for path in paths:
            shown = path.read_bytes() + str(path.relative_to(tmp_path)).encode()
            for secret in (*planted, token):
                assert secret.encode() not in shown, path
                assert secret.encode("utf-16-le") not in shown, path
            assert KEY not in shown
            assert KEY.hex().encode() not in shown
            if os.name == "posix":
                assert path.stat().st_mode & 0o77 == 0, path
    assert {path.parent.name for path in paths} >= {"files", "backups", "partial", "crash", "journal"}
    assert {"profile.json", "key.sealed", "lock"} <= {path.name for path in paths}
    assert any(path.suffix == ".torn" for path in paths)


def test_a_write_gives_no_sign_of_itself_until_it_is_whole(tmp_path: Path) -> None:
    vault = Vault(tmp_path, KEYS, DISK)
    with vault.begin("files") as new:
        new.write(content_of(200_000))
        assert vault.names("files") == []
    assert list(vault.folder_of("files").iterdir()) == []


def test_looking_how_much_has_arrived_leaves_the_file_to_who_is_adding_to_it(tmp_path: Path) -> None:
    vault = Vault(tmp_path, KEYS)
    with Partial(vault, "photo", hashed=False, writes=False) as nothing:
        assert nothing.offset == 0
    assert not partial_path(vault, "photo").exists()
    with Partial(vault, "photo", hashed=False) as adding:
        adding.append(b"x" * 1000)
        whole = adding.path.read_bytes()
        adding.path.write_bytes(whole + b"half of the next piece")
        with Partial(vault, "photo", hashed=False, writes=False) as looking:
            assert looking.offset == 1000
        assert adding.path.read_bytes() == whole + b"half of the next piece"
