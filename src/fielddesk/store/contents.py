"""Which contents of photos and files this laptop has, lacks or must still send, and what each sync brought.

Rows name contents by their hash (`contents` of a table); the contents themselves travel behind the rows. This is the
laptop's own list of them: made from the rows, so that whatever is lost of it is made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

import sqlalchemy as sa

from fielddesk.core.frozen import dataclass
from fielddesk.store.blobs import HASH, LARGEST, Blobs
from fielddesk.store.partial import partial_path
from fielddesk.store.statements import ask
from fielddesk.store.tables import BY_NAME, LAPTOP, Holds, Local, Synced
from fielddesk.store.tx import LOOKUP_BATCH, Key, Reading, write
from fielddesk.store.types import Code, Count, Flag, Id, Json, Line, Moment, Opaque

State = Literal[
    "here",  # on this disk; headquarters has not said yet whether it has it
    "lacked",  # on this disk and not at headquarters: to be sent
    "safe",  # on this disk and at headquarters
    "away",  # not on this disk: to be fetched
    "lost",  # went from this disk, or was damaged there, before headquarters had it
]

SMALL, HELP, NEAR, REST = range(4)
"""Ranks, in the order they travel: thumbnails, help pictures, what is at hand, all others from the newest on."""

NOBODY: Final = "0" * 32
"""In place of a row that names the content."""


class Content(Local, side=LAPTOP):
    """One content that a row names, or that is still to be sent though none does any more."""

    sha256: Opaque
    size: Count
    """Bytes; 0 where no row says it."""
    rank: Count
    state: Code
    row_id: Id
    """The newest row that names it."""
    asked: Flag = 0
    """1 where a person wants to see it: it goes before all others."""
    arrived: Count = 0
    """Bytes that are through, where it is on its way."""
    upload: Line | None = None
    """What headquarters calls the upload under way."""
    tries: Count = 0
    not_before: Moment = 0
    """It is left alone until then, for `problem`."""
    problem: Code = "none"
    unnamed_since: Moment | None = None

    key = ("sha256",)
    indexes = (("row_id",), ("state", "rank", "row_id"))
    partial = {  # noqa: RUF012 - a ClassVar, frozen like the rows
        ("asked", "row_id"): "asked = 1",
        ("unnamed_since",): "unnamed_since IS NOT NULL",
        ("problem",): "problem <> 'none'",
    }


class Receipt(Local, side=LAPTOP):
    """What one session of sync carried, until it rested."""

    id: Id
    began_at: Moment
    ended_at: Moment | None = None
    """None: the program ended before it did."""
    how: Code = "under_way"
    """complete, stopped, or the problem that ended it."""
    rows_out: Json = "{}"
    """Rows written by what headquarters took, by table."""
    rows_in: Json = "{}"
    files_out: Count = 0
    files_in: Count = 0
    file_bytes_out: Count = 0
    file_bytes_in: Count = 0
    bytes_out: Count = 0
    """Everything on the line, rows and files, as it was packed."""
    bytes_in: Count = 0

    indexes = (("began_at",),)


# ---------------------------------------------------------------- what rows name


def naming() -> Iterator[tuple[type[Synced], Holds]]:
    """Every column of every table that names contents."""
    for table in BY_NAME.values():
        for holds in table.contents:
            yield table, holds


@dataclass(frozen=True)
class Named:
    """A content as the rows name it: its length (0: not said), rank, and the newest row."""

    size: int
    rank: int
    row_id: str


def named(read: Reading, near: set[str], hashes: Sequence[str] | None = None) -> dict[str, Named]:
    """All contents that rows name, or of these hashes those that a row names.

    `near` are ids of rows (orders) whose contents are at hand.
    """
    found: dict[str, Named] = {}
    for table, holds in naming():
        for sha256, size, row_id, anchors in _rows(read, table, holds, hashes):
            if not HASH.match(sha256):
                continue
            # A row may claim any length: no content is longer, and sums of lengths stay within a database's numbers.
            one = Named(max(0, min(size, LARGEST)), _rank(table, holds, near, anchors), row_id)
            known = found.get(sha256)
            if known is not None:
                newest = max(known.row_id, one.row_id)
                one = Named(max(known.size, one.size), min(known.rank, one.rank), newest)
            found[sha256] = one
    return found


def _rank(table: type[Synced], holds: Holds, near: set[str], anchors: Iterable[str | None]) -> int:
    if holds.small:
        return SMALL
    if table.scope.catalogue:
        return HELP
    return NEAR if any(each in near for each in anchors) else REST


def _rows(
    read: Reading, table: type[Synced], holds: Holds, hashes: Sequence[str] | None
) -> Iterator[tuple[str, int, str, tuple[str | None, ...]]]:
    columns = [f'"{holds.column}"', f'"{holds.size}"' if holds.size else "0", "id"]
    columns += [f'"{name}"' for name in table.scope.follows]
    text = f'SELECT {", ".join(columns)} FROM "{table.tablename}" WHERE '  # noqa: S608 - names from the models
    if hashes is None:
        found = ask(read.connection, f"{text}\"{holds.column}\" <> ''")
    else:
        found = ask(read.connection, f'{text}"{holds.column}" IN (?..)', list(hashes))
    for sha256, size, row_id, *anchors in found:
        yield sha256, size, row_id, tuple(anchors)


def named_by_rows(read: Reading, keys: Iterable[Key]) -> set[str]:
    """Hashes that these rows name, as far as the rows are there."""
    wanted: dict[str, list[str]] = {}
    for name, row_id in keys:
        wanted.setdefault(name, []).append(row_id)
    found: set[str] = set()
    for table, holds in naming():
        if ids := wanted.get(table.tablename):
            text = f'SELECT "{holds.column}" FROM "{table.tablename}" WHERE id IN (?..)'  # noqa: S608 - from the models
            found |= {row[0] for row in ask(read.connection, text, ids)}
    return {each for each in found if HASH.match(each)}


def named_near(read: Reading, anchors: Sequence[str]) -> set[str]:
    """Hashes that rows on one of these rows (orders) name."""
    found: set[str] = set()
    for table, holds in naming() if anchors else ():
        for col in table.scope.follows:
            text = f'SELECT "{holds.column}" FROM "{table.tablename}" WHERE "{col}" IN (?..)'  # noqa: S608 - models
            found |= {row[0] for row in ask(read.connection, text, list(anchors))}
    return {each for each in found if HASH.match(each)}


# ---------------------------------------------------------------- for screens


def state_of(read: Reading, sha256: str) -> Content | None:
    """How a content stands; None where no sync has looked at it yet (it was made a moment ago)."""
    return read.get(Content, sha256)


def arrived(read: Reading, hashes: Iterable[str], has: Callable[[str], bool]) -> set[str]:
    """Those of these contents that are on this laptop; `has` is asked only of those that no sync has looked at yet."""
    wanted = sorted(set(hashes))
    states: dict[str, str] = {}
    for start in range(0, len(wanted), LOOKUP_BATCH):
        some = wanted[start : start + LOOKUP_BATCH]
        states.update((one.sha256, one.state) for one in read.all(Content, Content.c.sha256.in_(some)))
    return {each for each in wanted if (states[each] not in ("away", "lost") if each in states else has(each))}


def want(connection: sa.Connection, sha256: str, blobs: Blobs) -> tuple[bool, list[Key]]:
    """Put a content that is not here before all others; False where nothing can be asked for. For `Store.write`."""
    if not HASH.match(sha256) or blobs.has(sha256):
        return False, []
    known = Reading(connection).get(Content, sha256)
    if known is None:
        known = Content(sha256=sha256, size=0, rank=SMALL, state="away", row_id=NOBODY)
    if known.state not in ("away", "safe"):
        return False, []
    write(connection, Content, "put", [changed(known, state="away", asked=1, not_before=0)])
    return True, [(Content.tablename, sha256)]


def part_of(blobs: Blobs, sha256: str) -> Path:
    """Where the part of a content lies that has arrived so far."""
    return partial_path(blobs.vault, sha256)


def changed(content: Content, **news: object) -> Content:
    """The same content with other values."""
    own = {**content.__dict__, **news}
    return Content.from_values(own[name] for name in Content.column_names)
