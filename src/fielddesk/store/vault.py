"""Photos, backups, drafts, downloads and crash reports, each locked with a key of its own.

A file is a header with a random salt, pieces of 64 KiB each sealed with its number and whether it is the last, and a
closing piece that holds name and length. So a file of any size streams through little memory, and a cut, swapped,
repeated or foreign piece is found; a cut or mixed-up file already when it is opened.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import io
import os
import secrets
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

from cryptography.exceptions import InvalidTag

from fielddesk.core.errors import StoreProblem
from fielddesk.store.disk import DISK, NEW, Disk, check_room, make_folder, told, unfinished
from fielddesk.store.keys import TAG_BYTES, Cipher, Keys, derived_key

Use = Literal["files", "backups", "partial", "drafts", "crash"]
"""What a file is for; each has its own key. Drafts lie among the partial downloads."""

PIECE_BYTES = 64 * 1024
NAME_BYTES = 240

_FOLDERS: dict[Use, str] = {
    "files": "files", "backups": "backups", "partial": "partial", "drafts": "partial", "crash": "crash",
}  # fmt: skip
_MAGIC = b"FDFILE\x00\x01"
_SALT_BYTES = 32
HEADER_BYTES = len(_MAGIC) + _SALT_BYTES
_CLOSING_BYTES = 8 + 2 + NAME_BYTES + TAG_BYTES
_MIDDLE, _LAST, _CLOSING = 0, 1, 2


class Source(Protocol):
    """Anything that is read from."""

    def read(self, size: int, /) -> bytes: ...


class Vault:
    """The encrypted files of one profile. `name` is any text up to 240 bytes; on the disk it tells nothing."""

    def __init__(self, folder: Path, keys: Keys, disk: Disk = DISK) -> None:
        self.folder = folder
        self.keys = keys
        self.disk = disk

    def keyed_name(self, use: Use, name: str) -> str:
        """What the file is called on the disk: the same name every time, and nobody without the key can guess it."""
        told_apart = use.encode() + b"\0" + name.encode()
        return base64.b32encode(hmac.digest(self.keys.subkey("names"), told_apart, "sha256")[:20]).decode().lower()

    def folder_of(self, use: Use) -> Path:
        return self.folder / _FOLDERS[use]

    def path(self, use: Use, name: str) -> Path:
        return self.folder_of(use) / self.keyed_name(use, name)

    def has(self, use: Use, name: str) -> bool:
        """Whether the file is there; not whether it is sound."""
        return self.path(use, name).exists()

    def write(self, use: Use, name: str, content: bytes | Source) -> int:
        """Keep a file whole or not at all, in place of one of that name; returns its length in bytes."""
        source: Source = io.BytesIO(content) if isinstance(content, bytes) else content
        with self.begin(use) as new:
            while piece := source.read(PIECE_BYTES):
                new.write(piece)
            new.keep(name)
            return new.size

    def begin(self, use: Use) -> NewFile:
        """A file whose name is not known yet, for what is named by its content; leaving it without keep() drops it."""
        return NewFile(self, use)

    def read(self, use: Use, name: str) -> BinaryIO:
        """The file as a stream that can seek; to be closed.

        file_missing; file_damaged, either at once or when the bad piece is reached: what was read before is genuine,
        but not whole.
        """
        raw = SealedFile(self.path(use, name), self.keys.subkey(use), use)
        if raw.name != name:
            raw.close()
            raise raw.damage
        return io.BufferedReader(raw, PIECE_BYTES)

    def read_bytes(self, use: Use, name: str) -> bytes:
        """The whole of a small file."""
        with self.read(use, name) as stream:
            return stream.read()

    def verify(self, use: Use, name: str) -> int:
        """Read a file to its end and return its length; file_damaged, file_missing."""
        with self.read(use, name) as stream:
            while stream.read(PIECE_BYTES):
                pass
            return stream.tell()

    def names(self, use: Use) -> list[str]:
        """The names of all sound files of this use, sorted; damaged ones are left out and left alone."""
        found = []
        with told(self.folder_of(use)):
            paths = list(self.folder_of(use).glob("*"))
        for path in paths:
            if path.suffix or not path.is_file():
                continue
            with contextlib.suppress(StoreProblem), SealedFile(path, self.keys.subkey(use), use) as raw:
                if path.name == self.keyed_name(use, raw.name):
                    found.append(raw.name)
        return sorted(found)

    def remove(self, use: Use, name: str) -> bool:
        """Delete a file for good; False where there was none."""
        path = self.path(use, name)
        with told(path):
            try:
                self.disk.remove(path)
            except FileNotFoundError:
                return False
            self.disk.sync_folder(path.parent)
        return True

    def sweep(self) -> int:
        """Delete what a crash left half written, and nothing else; only while no other instance is open."""
        count = 0
        for folder in {self.folder / name for name in _FOLDERS.values()}:
            for path in folder.glob(f"*{NEW}"):
                with told(path):
                    self.disk.remove(path)
                count += 1
        return count

    def check_room(self, size: int) -> None:
        """disk_full before a download is begun that would not fit."""
        check_room(self.folder, size)


class NewFile:
    """A file that is being written: write(), then keep(name); used in a `with`."""

    def __init__(self, vault: Vault, use: Use) -> None:
        self.size = 0
        self.sha256 = hashlib.sha256()
        self._vault, self._use, self._disk = vault, use, vault.disk
        self._waiting = bytearray()
        self._count = 0
        self._kept = False
        head = _MAGIC + secrets.token_bytes(_SALT_BYTES)
        self._cipher = Cipher(_file_key(vault.keys.subkey(use), head))
        make_folder(vault.folder_of(use))
        self._path = unfinished(vault.folder_of(use))
        with told(self._path):
            self._file: int | None = self._disk.open(self._path, fresh=True)
        self._at = 0
        try:
            self._put(head)
        except BaseException:
            self._drop()
            raise

    def write(self, content: bytes) -> None:
        """Add to the end. disk_full, folder_read_only, …"""
        self.size += len(content)
        self.sha256.update(content)
        self._waiting += content
        while len(self._waiting) > PIECE_BYTES:  # the last piece, also a full one, waits for keep()
            self._seal(_MIDDLE, bytes(self._waiting[:PIECE_BYTES]))
            del self._waiting[:PIECE_BYTES]

    def keep(self, name: str) -> None:
        """Put the file in its place; when this returns it survives a power failure."""
        label = name.encode()
        if not 0 < len(label) <= NAME_BYTES:
            raise ValueError("a name has 1 to 240 bytes")
        self._seal(_LAST, bytes(self._waiting))
        self._waiting.clear()
        closing = self.size.to_bytes(8, "big") + len(label).to_bytes(2, "big") + label.ljust(NAME_BYTES, b"\0")
        self._seal(_CLOSING, closing)
        path = self._vault.path(self._use, name)
        with told(path):
            assert self._file is not None
            self._disk.sync(self._file)
            self._close()  # Windows renames no open file
            self._disk.rename(self._path, path)
            self._kept = True
            self._disk.sync_folder(path.parent)

    def __enter__(self) -> NewFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._drop()

    def _seal(self, flag: int, piece: bytes) -> None:
        self._put(self._cipher.encrypt(_nonce(self._count, flag), piece, None))
        self._count += 1

    def _put(self, content: bytes) -> None:
        assert self._file is not None
        with told(self._path):
            self._disk.write(self._file, content, self._at)
        self._at += len(content)

    def _close(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            self._disk.close(file)

    def _drop(self) -> None:
        with contextlib.suppress(OSError):
            self._close()
            if not self._kept:
                self._disk.remove(self._path)


class SealedFile(io.RawIOBase):
    """A kept file, opened: `name` and `size` are known and its end was checked; pieces are checked when read."""

    def __init__(self, path: Path, key: bytes, use: Use) -> None:
        super().__init__()
        self.path = path
        self.damage = StoreProblem("file_damaged", file=path.name, folder=str(path.parent), use=use)
        self._at = 0
        self._held: tuple[int, bytes] = (-1, b"")
        with told(path):
            self._file = path.open("rb")
        try:
            self._read_ends(key)
        except BaseException:
            self.close()
            raise

    def _read_ends(self, key: bytes) -> None:
        with told(self.path):
            length = self._file.seek(0, os.SEEK_END)
            self._file.seek(0)
            head = self._file.read(HEADER_BYTES)
            self._file.seek(max(0, length - _CLOSING_BYTES))
            closing = self._file.read(_CLOSING_BYTES)
        if len(head) < HEADER_BYTES or not head.startswith(_MAGIC):
            raise self.damage
        self._cipher = Cipher(_file_key(key, head))
        sealed = length - HEADER_BYTES - _CLOSING_BYTES
        self._pieces = max(1, -(-sealed // (PIECE_BYTES + TAG_BYTES)))
        text = self._opened(closing, self._pieces, _CLOSING)
        self.size = int.from_bytes(text[:8], "big")
        if sealed != self.size + self._pieces * TAG_BYTES:
            raise self.damage
        named = int.from_bytes(text[8:10], "big")
        self.name = text[10 : 10 + named].decode()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        if start + offset < 0:
            raise ValueError("before the beginning")
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        number, skip = divmod(self._at, PIECE_BYTES)
        if self._at >= self.size and not (self.size == 0 and self._held[0] < 0):
            return 0
        found = self._piece(number)[skip : skip + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()

    def _piece(self, number: int) -> bytes:
        if self._held[0] != number:
            with told(self.path):
                self._file.seek(HEADER_BYTES + number * (PIECE_BYTES + TAG_BYTES))
                flag = _LAST if number == self._pieces - 1 else _MIDDLE
                wanted = min(PIECE_BYTES, self.size - number * PIECE_BYTES) + TAG_BYTES
                sealed = self._file.read(wanted)
            self._held = (number, self._opened(sealed, number, flag))
        return self._held[1]

    def _opened(self, sealed: bytes, number: int, flag: int) -> bytes:
        try:
            return self._cipher.decrypt(_nonce(number, flag), sealed, None)
        except (InvalidTag, ValueError):
            raise self.damage from None


def _file_key(key: bytes, head: bytes) -> bytes:
    # The whole header goes in: a changed one opens nothing.
    return derived_key(key, b"file" + head[: len(_MAGIC)], head[len(_MAGIC) :])


def _nonce(number: int, flag: int) -> bytes:
    return number.to_bytes(8, "big") + bytes((0, 0, 0, flag))
