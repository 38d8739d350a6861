"""A download under way: what has arrived is kept sealed, and goes on where it stopped, at whatever byte that was."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import struct
from collections.abc import Iterator
from pathlib import Path

from fielddesk.store.disk import make_folder, told, write_whole
from fielddesk.store.keys import Box, derived_key
from fielddesk.store.vault import PIECE_BYTES, Use, Vault

_MAGIC = b"FDPART\x00\x01"
_SALT_BYTES = 32
HEADER_BYTES = len(_MAGIC) + _SALT_BYTES
_FRAME = struct.Struct(">Q I")
_FRAME_BYTES = 1024 * 1024
ENDING = ".part"


class Partial:
    """What has arrived of the download `name`: `offset` bytes, all genuine.

    Opening reads it all and cuts off what does not open, torn or damaged alike: it is downloaded again from there.
    Appends are not synced, since what a power failure takes is only downloaded again. Not `hashed`, opening looks at
    the last piece only and `sha256` says nothing: for who opens it at each piece and asks `digest` at the end. One that
    does not write leaves the file as it is: another may be adding a piece to it at this moment.
    """

    def __init__(self, vault: Vault, name: str, *, hashed: bool = True, writes: bool = True) -> None:
        self._file: int | None = None
        self.offset = 0
        self.sha256 = hashlib.sha256()
        self._vault, self._disk = vault, vault.disk
        self._label = name.encode()
        self.path = partial_path(vault, name)
        if writes:
            make_folder(self.path.parent)
        elif not self.path.exists():
            return
        head = self._head(writes)
        self._box = Box(derived_key(vault.keys.subkey("partial"), _MAGIC, head[len(_MAGIC) :]))
        self._end = HEADER_BYTES
        if not hashed:
            self._skim()
        for text in self._frames() if hashed else ():
            self.offset += len(text)
            self.sha256.update(text)
            self._end += _FRAME.size + Box.overhead + len(text)
        if writes:
            with told(self.path):
                self._file = self._disk.open(self.path)
                self._disk.resize(self._file, self._end)

    def append(self, content: bytes) -> None:
        """Add what arrived next. disk_full, …: what was there before stays."""
        for start in range(0, len(content), _FRAME_BYTES):
            self._append(content[start : start + _FRAME_BYTES])

    def read(self) -> Iterator[bytes]:
        """All that has arrived, in pieces of at most 1 MiB."""
        return self._frames(self.offset)

    def digest(self) -> str:
        """SHA-256 of all that has arrived, read once more; hexadecimal digits."""
        sha256 = hashlib.sha256()
        for text in self.read():
            sha256.update(text)
        return sha256.hexdigest()

    def keep(self, use: Use, name: str) -> None:
        """Make it a file of the vault and end the download; the caller has compared `sha256` with what it should be."""
        with self._vault.begin(use) as new:
            for text in self.read():
                for start in range(0, len(text), PIECE_BYTES):
                    new.write(text[start : start + PIECE_BYTES])
            new.keep(name)
        self.discard()

    def discard(self) -> None:
        """Drop what has arrived."""
        self.close()
        with told(self.path), contextlib.suppress(FileNotFoundError):
            self._disk.remove(self.path)

    def close(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            self._disk.close(file)

    def __enter__(self) -> Partial:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _append(self, text: bytes) -> None:
        assert self._file is not None
        head = _FRAME.pack(self.offset, len(text))
        frame = head + self._box.seal(text, self._label + head)
        with told(self.path):
            try:
                self._disk.write(self._file, frame, self._end)
            except BaseException:
                with contextlib.suppress(OSError):
                    self._disk.resize(self._file, self._end)
                raise
        self._end += len(frame)
        self.offset += len(text)
        self.sha256.update(text)

    def _head(self, writes: bool) -> bytes:
        """The header, made anew where there is none that is whole."""
        with told(self.path):
            head = b""
            with contextlib.suppress(FileNotFoundError), self.path.open("rb") as file:
                head = file.read(HEADER_BYTES)
        if len(head) < HEADER_BYTES or not head.startswith(_MAGIC):
            head = _MAGIC + secrets.token_bytes(_SALT_BYTES)
            if writes:
                write_whole(self.path, head, self._disk)
        return head

    def _skim(self) -> None:
        """Find the end by the lengths of the pieces; only the last is opened, for only it can be torn."""
        with told(self.path), self.path.open("rb") as file:
            length = file.seek(0, os.SEEK_END)
            before = (0, HEADER_BYTES)
            while True:
                file.seek(self._end)
                head = file.read(_FRAME.size)
                if len(head) < _FRAME.size:
                    break
                offset, size = _FRAME.unpack(head)
                end = self._end + _FRAME.size + Box.overhead + size
                if offset != self.offset or not 0 < size <= _FRAME_BYTES or end > length:
                    break
                before = (self.offset, self._end)
                self.offset, self._end = self.offset + size, end
            if self.offset:
                file.seek(before[1])
                head = file.read(_FRAME.size)
                if self._box.unseal(file.read(self._end - before[1] - _FRAME.size), self._label + head) is None:
                    self.offset, self._end = before

    def _frames(self, through: int | None = None) -> Iterator[bytes]:
        at = 0
        with told(self.path), self.path.open("rb") as file:
            file.seek(HEADER_BYTES)
            while at != through and len(head := file.read(_FRAME.size)) == _FRAME.size:
                offset, length = _FRAME.unpack(head)
                if offset != at or not 0 < length <= _FRAME_BYTES:
                    return
                text = self._box.unseal(file.read(length + Box.overhead), self._label + head)
                if text is None:
                    return
                yield text
                at += length


def partial_path(vault: Vault, name: str) -> Path:
    """Where the download lies, whether or not it has begun."""
    return vault.folder_of("partial") / (vault.keyed_name("partial", name) + ENDING)
