"""One file of the journal: how records lie in it, and how a torn end is told from damage.

A header, then frames, then zeros that keep room for the next ones. A frame holds the records of one append and is
sealed as a whole, so that it is there or not. Its text begins with the tag of the frame before, so frames cannot be
swapped, dropped or brought from elsewhere. Each frame can still be opened alone: that tells a torn end (nothing
genuine follows) from damage (something does), and gives back what lies behind the damage.
"""

from __future__ import annotations

import hmac
import struct
import zlib
from collections.abc import Iterable
from typing import NamedTuple

from fielddesk.core.errors import StoreProblem
from fielddesk.core.frozen import dataclass
from fielddesk.store.keys import TAG_BYTES, Box, Keys, derived_key

OP, ABORTED, VOID = "op", "aborted", "void"
TURNED, FORGOTTEN = "turned", "forgotten"
"""Written by the journal itself: the next segment goes on from here; segments below a number may be gone."""
NO_MARK = bytes(TAG_BYTES)

_KINDS = (OP, ABORTED, VOID, TURNED, FORGOTTEN)
_CODES = {kind: code for code, kind in enumerate(_KINDS, 1)}
_MAGIC = b"FDJRNL\x00\x01"
_HEADER = struct.Struct(">8s I I Q q 16s 16s")
_SUM = struct.Struct(">I")
_MAC_BYTES = 32
HEADER_BYTES = _HEADER.size + _SUM.size + _MAC_BYTES
_SIGN = b"\xfdJ\x8ar"
_FRAME = struct.Struct(">4s I Q")
_RECORD = struct.Struct(">B H I")


class Record(NamedTuple):
    """One line of the journal: its number from 1, what it says, about which operation, and the operation's text."""

    number: int
    kind: str
    id: str
    body: str


@dataclass(frozen=True, slots=True)
class Heading:
    """What the first bytes of a segment say.

    `oldest`: the first segment that must still be there. `first`: number of its first record. `started_at` in
    microseconds, UTC. `follows`: the mark at the end of the segment before. `mark`: what its own first frame follows.
    """

    segment: int
    oldest: int
    first: int
    started_at: int
    follows: bytes
    mark: bytes


@dataclass(frozen=True, slots=True)
class Scan:
    """What lies behind the header of a segment.

    `records`: genuine ones from the front. `end`: where the last frame of these ends; `mark`: its tag. `rest`: what
    follows, without the empty room. `after`: genuine records in that rest, and then the segment is damaged.
    """

    records: list[Record]
    end: int
    mark: bytes
    rest: bytes
    after: list[Record]


class Seals:
    """What is made with the journal's key: sealed frames and signed headings."""

    def __init__(self, keys: Keys) -> None:
        key = keys.subkey("journal")
        self.box = Box(derived_key(key, b"frames"))
        self.key_id = bytes.fromhex(keys.key_id)
        self._signing_key = derived_key(key, b"headings")

    def sign(self, text: bytes) -> bytes:
        return hmac.digest(self._signing_key, text, "sha256")


def heading_bytes(seals: Seals, *, segment: int, oldest: int, first: int, started_at: int, follows: bytes) -> bytes:
    """The header of a new segment."""
    fields = _HEADER.pack(_MAGIC, segment, oldest, first, started_at, follows, seals.key_id)
    summed = fields + _SUM.pack(zlib.crc32(fields))
    return summed + seals.sign(summed)


def read_heading(seals: Seals, content: bytes) -> Heading | None:
    """The heading of a segment, None where it is not genuine; wrong_key where it is whole but of another key."""
    summed, signature = content[: HEADER_BYTES - _MAC_BYTES], content[HEADER_BYTES - _MAC_BYTES : HEADER_BYTES]
    if hmac.compare_digest(signature, seals.sign(summed)):
        _, segment, oldest, first, started_at, follows, _ = _HEADER.unpack_from(summed)
        return Heading(segment, oldest, first, started_at, follows, signature[:TAG_BYTES])
    fields = summed[: _HEADER.size]
    if summed[_HEADER.size :] == _SUM.pack(zlib.crc32(fields)) and not fields.endswith(seals.key_id):
        raise StoreProblem("wrong_key", wanted=fields[-len(seals.key_id) :].hex(), given=seals.key_id.hex())
    return None


def frame_bytes(seals: Seals, mark: bytes, number: int, entries: Iterable[tuple[str, str, str]]) -> bytes:
    """Seal (kind, id, body) entries as one frame; the first gets this number. Its last bytes are the new mark."""
    parts = [mark]
    for kind, about, body in entries:
        name, text = about.encode(), body.encode()
        parts += (_RECORD.pack(_CODES[kind], len(name), len(text)), name, text)
    text = b"".join(parts)
    head = _FRAME.pack(_SIGN, len(text) + Box.overhead, number)
    return head + seals.box.seal(text, head)


def scan(seals: Seals, content: bytes, mark: bytes, number: int) -> Scan:
    """Read the frames of a segment whose first one must follow `mark` and hold record `number`."""
    records: list[Record] = []
    at = HEADER_BYTES
    while (frame := _frame_at(seals, content, at)) is not None:
        end, follows, held = frame
        if follows != mark or held[0].number != number:
            break
        records += held
        mark, number, at = content[end - TAG_BYTES : end], number + len(held), end
    rest = content[at:].rstrip(b"\0")
    return Scan(records, at, mark, rest, salvaged(seals, rest))


def salvaged(seals: Seals, content: bytes) -> list[Record]:
    """Every genuine record in some bytes, wherever it lies."""
    found: list[Record] = []
    content += bytes(TAG_BYTES)  # room cut off as empty may have been the zeros at the end of a tag
    at = content.find(_SIGN)
    while at >= 0:
        frame = _frame_at(seals, content, at)
        if frame is not None:
            found += frame[2]
        at = content.find(_SIGN, frame[0] if frame else at + 1)
    return found


def _frame_at(seals: Seals, content: bytes, at: int) -> tuple[int, bytes, list[Record]] | None:
    """Where the frame ends, the mark it follows and its records; None where no genuine frame begins."""
    start = at + _FRAME.size
    if start > len(content):
        return None
    head = content[at:start]
    sign, length, number = _FRAME.unpack(head)
    end = start + length
    if sign != _SIGN or length < Box.overhead or end > len(content):
        return None
    text = seals.box.unseal(content[start:end], head)
    return None if text is None else (end, text[:TAG_BYTES], _records(text, number))


def _records(text: bytes, number: int) -> list[Record]:
    held = []
    at = TAG_BYTES
    while at < len(text):
        code, name_length, body_length = _RECORD.unpack_from(text, at)
        name_at = at + _RECORD.size
        body_at = name_at + name_length
        at = body_at + body_length
        held.append(Record(number, _KINDS[code - 1], text[name_at:body_at].decode(), text[body_at:at].decode()))
        number += 1
    return held
