"""Writing files so that they are whole, and still there, after the power has failed."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from fielddesk.core.errors import StoreProblem

_FLAGS = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOINHERIT", 0)
_FULL = {errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_HELD_BY_ANOTHER = {5, 32, 33}
"""What Windows answers while a virus scanner or an indexer has the file open."""
NEW = ".new"
"""Ending of a file that is being written; whatever bears it was never finished."""


class Disk:
    """The few things that are done to files; handed in, so that a simulator can lose or refuse any of them.

    Files are descriptors; every write says where. Raises OSError as the system does.
    """

    def open(self, path: Path, *, fresh: bool = False) -> int:
        """Open for reading and writing; `fresh` makes the file, or empties it."""
        return os.open(path, os.O_RDWR | _FLAGS | (os.O_CREAT | os.O_TRUNC if fresh else 0), 0o600)

    def write(self, file: int, content: bytes, at: int) -> None:
        """One write where the system lets it; a full disk may take a part and refuse the rest."""
        os.lseek(file, at, os.SEEK_SET)
        done = os.write(file, content)
        while done < len(content):
            done += os.write(file, content[done:])

    def sync(self, file: int) -> None:
        """Return when content and length would survive a power failure."""
        if sys.platform == "darwin":
            import fcntl

            # fsync of macOS leaves the bytes in the drive's own cache.
            fcntl.fcntl(file, fcntl.F_FULLFSYNC)
        elif hasattr(os, "fdatasync"):
            os.fdatasync(file)
        else:
            os.fsync(file)

    def resize(self, file: int, size: int) -> None:
        os.ftruncate(file, size)

    def close(self, file: int) -> None:
        os.close(file)

    def rename(self, old: Path, new: Path) -> None:
        """Put `old` in the place of `new`; on Windows waits a second for a scanner to let go."""
        for attempt in range(20):
            try:
                return os.replace(old, new)
            except PermissionError as error:
                if attempt == 19 or getattr(error, "winerror", None) not in _HELD_BY_ANOTHER:
                    raise
            time.sleep(0.05)

    def remove(self, path: Path) -> None:
        path.unlink()

    def sync_folder(self, folder: Path) -> None:
        """Make a rename or removal last; Windows does so by itself, some network drives cannot."""
        if sys.platform == "win32":
            return
        handle = os.open(folder, os.O_RDONLY | _FLAGS)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise
        finally:
            os.close(handle)


DISK = Disk()


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what the system says about a file into the StoreProblem a person can act on."""
    try:
        yield
    except OSError as error:
        raise problem(error, path) from error


def problem(error: OSError, path: Path) -> StoreProblem:
    """disk_full, folder_read_only, file_busy, file_missing, or disk_failed with the system's own code."""
    where = {"file": path.name, "folder": str(path.parent)}
    if error.errno in _FULL:
        return StoreProblem("disk_full", **where)
    if getattr(error, "winerror", None) in _HELD_BY_ANOTHER - {5}:
        return StoreProblem("file_busy", **where)
    if error.errno in _READ_ONLY:
        return StoreProblem("folder_read_only", **where)
    if isinstance(error, FileNotFoundError):
        return StoreProblem("file_missing", **where)
    return StoreProblem("disk_failed", **where, system=errno.errorcode.get(error.errno or 0, str(error.errno)))


def unfinished(folder: Path) -> Path:
    """A name in this folder for a file that is being written."""
    return folder / (secrets.token_hex(8) + NEW)


def make_folder(folder: Path) -> None:
    """Make a folder only its owner can look into, unless it is there."""
    with told(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def write_whole(path: Path, content: bytes, disk: Disk = DISK) -> None:
    """Write a small file so that at any moment either the old or the new content is there, and the new one stays."""
    make_folder(path.parent)
    new = unfinished(path.parent)
    with told(path):
        try:
            file = disk.open(new, fresh=True)
            try:
                disk.write(file, content, 0)
                disk.sync(file)
            finally:
                disk.close(file)
            disk.rename(new, path)
            disk.sync_folder(path.parent)
        except BaseException:
            with contextlib.suppress(OSError):
                disk.remove(new)
            raise


SPARE = 64 * 1024 * 1024
"""Bytes that downloads and copies leave free."""


def free_room(folder: Path) -> int:
    """Bytes that can still be written where this folder lies."""
    with told(folder):
        return shutil.disk_usage(folder).free


def check_room(folder: Path, size: int, spare: int = SPARE) -> None:
    """Raise disk_full before a write of `size` bytes is begun that would leave less than `spare` bytes free."""
    free = free_room(folder)
    if free < size + spare:
        raise StoreProblem("disk_full", file="", folder=str(folder), needed=size + spare, free=free)
