"""Disks that misbehave: one refuses the n-th thing asked of it, one loses what was not synced."""

from __future__ import annotations

import errno
import os
import random
from dataclasses import dataclass
from pathlib import Path

from fielddesk.store.disk import Disk

SECTOR = 512


class FailingDisk(Disk):
    """Refuses write, sync or any other step number `at` (from 1), and `times` - 1 more after it.

    A refused write has taken half of its bytes, as a full disk does.
    """

    def __init__(self, at: int, code: int = errno.ENOSPC, times: int = 1) -> None:
        self.at, self.code, self.times = at, code, times
        self.steps = 0

    @property
    def refused(self) -> bool:
        return self.steps >= self.at

    def _step(self) -> None:
        self.steps += 1
        if self.at <= self.steps < self.at + self.times:
            raise OSError(self.code, os.strerror(self.code))

    def open(self, path: Path, *, fresh: bool = False) -> int:
        self._step()
        return super().open(path, fresh=fresh)

    def write(self, file: int, content: bytes, at: int) -> None:
        try:
            self._step()
        except OSError:
            super().write(file, content[: len(content) // 2], at)
            raise
        super().write(file, content, at)

    def sync(self, file: int) -> None:
        self._step()

    def resize(self, file: int, size: int) -> None:
        self._step()
        super().resize(file, size)

    def rename(self, old: Path, new: Path) -> None:
        self._step()
        super().rename(old, new)

    def remove(self, path: Path) -> None:
        self._step()
        super().remove(path)

    def sync_folder(self, folder: Path) -> None:
        self._step()


@dataclass
class _File:
    synced: bytes
    newest: bytes | None = None


class LosingDisk(Disk):
    """Keeps count of what was synced, so that power_off() can take the rest away.

    Content lasts from sync(), a name or its removal from sync_folder(). Of what was not synced any sectors may have
    reached the disk, as `luck` decides; None loses all of it. Files that were there before count as synced.
    """

    def __init__(self, luck: random.Random | None = None) -> None:
        self._luck = luck
        self._open: dict[int, Path] = {}
        self._files: dict[Path, _File] = {}
        self._lasting: dict[Path, _File] = {}

    def open(self, path: Path, *, fresh: bool = False) -> int:
        if path not in self._files:
            if path.exists():
                self._files[path] = self._lasting[path] = _File(path.read_bytes())
            else:
                self._files[path] = _File(b"")
        file = super().open(path, fresh=fresh)
        self._open[file] = path
        return file

    def close(self, file: int) -> None:
        super().close(file)
        del self._open[file]

    def sync(self, file: int) -> None:
        path = self._open[file]
        self._files[path].synced = path.read_bytes()

    def rename(self, old: Path, new: Path) -> None:
        if new not in self._files and new.exists():
            self._lasting[new] = _File(new.read_bytes())
        super().rename(old, new)
        self._files[new] = self._files.pop(old)

    def remove(self, path: Path) -> None:
        if path not in self._files:
            self._lasting[path] = _File(path.read_bytes())
        super().remove(path)
        self._files.pop(path, None)

    def sync_folder(self, folder: Path) -> None:
        for path in {p for p in self._lasting if p.parent == folder and p not in self._files}:
            del self._lasting[path]
        self._lasting.update({p: file for p, file in self._files.items() if p.parent == folder})

    def power_off(self) -> None:
        """Leave on the disk what a power failure at this moment leaves. Close nothing before; use a new disk after."""
        for path, file in self._files.items():
            file.newest = path.read_bytes()
        for path in self._files.keys() | self._lasting.keys():
            file = self._name_survived(path)
            if file is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(self._survived(file))
        for handle in list(self._open):
            super().close(handle)
        self._open.clear()

    def _name_survived(self, path: Path) -> _File | None:
        before, now = self._lasting.get(path), self._files.get(path)
        return before if self._luck is None else self._luck.choice((before, now))

    def _survived(self, file: _File) -> bytes:
        old, new = file.synced, file.newest
        if self._luck is None or new is None or old == new:
            return old
        size = self._luck.choice((len(old), len(new)))
        sectors = (
            self._luck.choice((old, new))[at : at + SECTOR].ljust(SECTOR, b"\0") for at in range(0, size, SECTOR)
        )
        return b"".join(sectors)[:size]
