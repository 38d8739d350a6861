"""Reading the journal when the program starts: each segment must go on from the one before, none may be missing."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path

from fielddesk.core.errors import StoreProblem
from fielddesk.core.frozen import dataclass
from fielddesk.store import segment as seg
from fielddesk.store.disk import told
from fielddesk.store.segment import Heading, Record, Seals

ENDING = ".fdj"


class JournalDamaged(StoreProblem):
    """journal_damaged: something in the middle is not what was written. Nothing was changed on the disk.

    `records_before` all stand; `records_after` are the genuine ones found behind the damage. Between them something
    is missing or was moved.
    """

    def __init__(self, file: str, before: list[Record], after: list[Record]) -> None:
        super().__init__("journal_damaged", file=file, before=len(before), after=len(after))
        self.records_before = before
        self.records_after = after


@dataclass(frozen=True)
class Segment:
    """A segment that is there and genuine."""

    number: int
    path: Path
    heading: Heading


@dataclass
class Verified:
    """What the journal holds. `standing`: id of each operation that stands, with the number of its record, in order.

    `end`, `size`, `mark`: end of the last good frame, length of the file and the mark there. `number`: of the next
    record. `torn`: what a crash left behind that end.
    """

    segments: list[Segment] = field(default_factory=list)
    oldest: int = 1
    standing: dict[str, int] = field(default_factory=dict)
    end: int = 0
    size: int = 0
    mark: bytes = seg.NO_MARK
    number: int = 1
    torn: bytes = b""
    goes_on: bool = False


def verified(seals: Seals, folder: Path) -> Verified:
    """Read everything; JournalDamaged or wrong_key."""
    found = Verified()
    paths = segment_paths(folder)
    begun = paths.pop() if len(paths) > 1 and _is_empty(seals, paths[-1]) else None
    for path in paths:
        _take(seals, found, path, is_last=path == paths[-1])
    # A turn to a new segment counts from the moment the old one says so; before, a crash left an empty file.
    if begun is not None and found.goes_on:
        _take(seals, found, begun, is_last=True)
    if found.goes_on:
        raise damaged(seals, found, segment_path(folder, found.segments[-1].number + 1))
    if found.segments and found.segments[0].number > found.oldest:
        raise damaged(seals, found, segment_path(folder, found.oldest))
    return found


def segment_paths(folder: Path) -> list[Path]:
    """All segments that are there, in order."""
    with told(folder):
        return sorted(path for path in folder.glob(f"*{ENDING}") if path.stem.isdecimal()) if folder.is_dir() else []


def segment_path(folder: Path, number: int) -> Path:
    return folder / f"{number:06}{ENDING}"


def note(standing: dict[str, int], kind: str, about: str, number: int) -> None:
    """Keep count of the operations that stand: the last word about each one holds."""
    if kind in (seg.OP, seg.ABORTED, seg.VOID):
        standing.pop(about, None)
    if kind == seg.OP:
        standing[about] = number


def damaged(seals: Seals, found: Verified, path: Path) -> JournalDamaged:
    """What to raise when `path` is not what should go on after `found`: read again for what can be saved."""
    before: list[Record] = []
    after: list[Record] = []
    begins = bool(found.segments) and found.segments[0].number <= found.oldest
    good = {place.path: place.heading for place in found.segments} if begins else {}
    for each in segment_paths(path.parent):
        content = _content(each)
        if each in good:
            read = seg.scan(seals, content, good[each].mark, good[each].first)
            before += read.records
            after += read.after
        else:
            after += seg.salvaged(seals, content)
    own = (seg.TURNED, seg.FORGOTTEN)
    more = sorted(set(after).difference(before))  # by number; a copied segment gives its records again
    return JournalDamaged(path.name, [r for r in before if r.kind not in own], [r for r in more if r.kind not in own])


def _take(seals: Seals, found: Verified, path: Path, *, is_last: bool) -> None:
    content = _content(path)
    heading = seg.read_heading(seals, content)
    if heading is None or segment_path(path.parent, heading.segment) != path:
        raise damaged(seals, found, path)
    if not found.segments:
        found.number = heading.first
    elif not (
        found.goes_on
        and heading.segment == found.segments[-1].number + 1
        and heading.first == found.number
        and heading.follows == found.mark
    ):
        raise damaged(seals, found, path)
    read = seg.scan(seals, content, heading.mark, heading.first)
    found.segments.append(Segment(heading.segment, path, heading))
    found.oldest = max(found.oldest, heading.oldest)
    for record in read.records:
        note(found.standing, record.kind, record.id, record.number)
        if record.kind == seg.FORGOTTEN:
            found.oldest = max(found.oldest, int(record.body))
    found.goes_on = bool(read.records) and read.records[-1].kind == seg.TURNED
    if read.after or (read.rest and (found.goes_on or not is_last)):
        raise damaged(seals, found, path)
    found.end, found.size, found.mark, found.torn = read.end, len(content), read.mark, read.rest
    found.number += len(read.records)


def _is_empty(seals: Seals, path: Path) -> bool:
    content = _content(path)
    return not content[seg.HEADER_BYTES :].strip(b"\0") and seg.read_heading(seals, content) is not None


def _content(path: Path) -> bytes:
    with told(path):
        return path.read_bytes()
