"""A second copy of a profile in one encrypted file: database, journal, header and sealed key, as of one moment."""

from __future__ import annotations

import io
import re
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, BinaryIO, cast

from fielddesk.core.clock import SECOND, Clock
from fielddesk.core.errors import StoreProblem
from fielddesk.core.frozen import dataclass
from fielddesk.store import connect, journal, profile
from fielddesk.store.aside import STAMP, stamp
from fielddesk.store.disk import DISK, Disk, check_room, make_folder, told, unfinished
from fielddesk.store.journal_start import segment_paths
from fielddesk.store.keys import Keys
from fielddesk.store.vault import PIECE_BYTES, SealedFile, Vault

KEPT = 5
DATABASE = "store.db"
_ORDINARY = (profile.FILE, profile.SEALED_KEY)
_MAY_HOLD = re.compile(rf"({DATABASE}|profile\.json|key\.sealed|{journal.FOLDER}/\d{{6}}\.fdj)\Z")


@dataclass(frozen=True)
class Backup:
    """One backup: when it was made (`20261122T083015Z`), why, and the file."""

    name: str
    why: str
    path: Path
    size: int


def make(folder: Path, keys: Keys, clock: Clock, *, why: str = "daily", keep: int = KEPT, disk: Disk = DISK) -> Backup:
    """Back up the profile in `folder`, open or not, and let go of all but the last `keep` made for this reason.

    Whatever is saved meanwhile is in it whole or not at all. disk_full, folder_read_only, store_damaged; then there
    is no new backup, and the old ones stay.
    """
    vault = Vault(folder, keys, disk)
    path = folder / DATABASE
    check_room(folder, 2 * path.stat().st_size)
    make_folder(vault.folder_of("backups"))
    copy = unfinished(vault.folder_of("backups"))
    try:
        connect.copy_encrypted(path, copy, keys.subkey("database"))
        with vault.begin("backups") as new:
            with tarfile.open(mode="w|", fileobj=cast(BinaryIO, new), format=tarfile.PAX_FORMAT) as packed:
                _add(packed, DATABASE, copy)
                for name in _ORDINARY:
                    if (folder / name).exists():
                        _add(packed, name, folder / name)
                # After the database: what it does not hold yet is in the journal then, never the other way round.
                for name, content in _journal_files(folder):
                    _add_bytes(packed, name, content)
            name = _new_name(vault, clock.now(), why)
            new.keep(name)
            size = new.size
    finally:
        copy.unlink(missing_ok=True)
    made = Backup(name.partition(" ")[0], why, vault.path("backups", name), size)
    # Never the one just made: after a clock that ran ahead, older ones have later names.
    for old in [kept for kept in backups(folder, keys) if kept.why == why and kept.name != made.name][keep - 1 :]:
        vault.remove("backups", f"{old.name} {old.why}")
    return made


def backups(folder: Path, keys: Keys) -> list[Backup]:
    """The sound ones, newest first."""
    vault = Vault(folder, keys)
    if not vault.folder_of("backups").is_dir():
        return []
    found = []
    for name in sorted(vault.names("backups"), reverse=True):
        when, _, why = name.partition(" ")
        with vault.read("backups", name) as stream:
            found.append(Backup(when, why, vault.path("backups", name), stream.seek(0, io.SEEK_END)))
    return found


def moment_of(copy: Backup) -> int:
    """When a backup was made, in microseconds UTC; to the second."""
    text = copy.name.partition("-")[0]
    return int(datetime.strptime(text, STAMP).replace(tzinfo=UTC).timestamp()) * SECOND


def restore(file: Path, store_key: bytes, folder: Path, *, disk: Disk = DISK) -> None:
    """Unpack a backup as the profile in `folder`, which is empty or not there yet; whole or not at all.

    profile_exists, file_missing, file_damaged (also for another profile's key), disk_full. Opened then, the profile
    tells headquarters less than that knows already; it becomes an incarnation of its own and no work is lost on
    either side.
    """
    keys = Keys(store_key)
    if folder.exists() and any(folder.iterdir()):
        raise StoreProblem("profile_exists", folder=str(folder))
    make_folder(folder.parent)
    check_room(folder.parent, file.stat().st_size if file.exists() else 0)
    stage = unfinished(folder.parent)
    try:
        _unpack(file, keys, stage, disk)
        profile.check_key(profile.read_header(stage), keys)
        with told(folder):
            if folder.exists():
                folder.rmdir()
            disk.rename(stage, folder)
            disk.sync_folder(folder.parent)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def take_database(copy: Backup, keys: Keys, target: Path, *, disk: Disk = DISK) -> None:
    """Put only the database of a backup at `target`, which is not there yet. file_damaged, disk_full."""
    check_room(target.parent, copy.size)
    with ExitStack() as opened:
        raw = opened.enter_context(SealedFile(copy.path, keys.subkey("backups"), "backups"))
        packed = opened.enter_context(tarfile.open(mode="r|", fileobj=io.BufferedReader(raw, PIECE_BYTES)))
        for member in packed:
            if member.name == DATABASE and (content := packed.extractfile(member)) is not None:
                _write_out(content, target, disk)
                return
        raise raw.damage


def _unpack(file: Path, keys: Keys, stage: Path, disk: Disk) -> None:
    with ExitStack() as opened:
        raw = opened.enter_context(SealedFile(file, keys.subkey("backups"), "backups"))
        packed = opened.enter_context(tarfile.open(mode="r|", fileobj=io.BufferedReader(raw, PIECE_BYTES)))
        for member in packed:
            content = packed.extractfile(member)
            if content is None or not _MAY_HOLD.match(member.name):
                raise raw.damage
            _write_out(content, stage / member.name, disk)


def _journal_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Segments in order, those begun meanwhile too; one that was let go of meanwhile is not needed."""
    seen: set[Path] = set()
    while new := [path for path in segment_paths(folder / journal.FOLDER) if path not in seen]:
        for path in new:
            seen.add(path)
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                continue
            yield f"{journal.FOLDER}/{path.name}", content


def _new_name(vault: Vault, now: int, why: str) -> str:
    base = stamp(now)
    names = (f"{base}{again} {why}" for again in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(name for name in names if not vault.has("backups", name))


def _add(packed: tarfile.TarFile, name: str, path: Path) -> None:
    with told(path), path.open("rb") as file:
        entry = tarfile.TarInfo(name)
        entry.size = path.stat().st_size
        packed.addfile(entry, file)


def _add_bytes(packed: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    packed.addfile(entry, io.BytesIO(content))


def _write_out(content: IO[bytes], path: Path, disk: Disk) -> None:
    make_folder(path.parent)
    with told(path):
        file = disk.open(path, fresh=True)
        try:
            at = 0
            while piece := content.read(PIECE_BYTES):
                disk.write(file, piece, at)
                at += len(piece)
            disk.sync(file)
        finally:
            disk.close(file)
        disk.sync_folder(path.parent)
