"""The second copy of everything an engineer has saved, beside the database: only ever added to, and sealed.

A record is on the disk before the transaction it belongs to is committed. Opening reads only; what a crash left to
tidy up is tidied at once where the disk allows it, else before the first append.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Container, Iterable, Iterator
from pathlib import Path

from fielddesk.core.clock import Clock, SystemClock
from fielddesk.core.errors import StoreProblem
from fielddesk.core.frozen import dataclass
from fielddesk.store import segment as seg
from fielddesk.store.disk import DISK, Disk, make_folder, told, write_whole
from fielddesk.store.journal_start import JournalDamaged, Segment, note, segment_path, verified
from fielddesk.store.keys import TAG_BYTES, Keys
from fielddesk.store.segment import ABORTED, OP, VOID, Record, Scan, Seals

__all__ = ["ABORTED", "OP", "VOID", "Journal", "JournalDamaged", "Record", "Torn", "set_aside"]

FOLDER = "journal"
SEGMENT_BYTES = 8 * 1024 * 1024
ROOM_BYTES = 256 * 1024
"""Zeros written ahead: a sync then need not write the file's length too, which made it a quarter cheaper on ext4."""

Entry = tuple[str, str, str]


@dataclass(frozen=True)
class Torn:
    """The end of the last segment that a crash left unfinished: where it was, how many bytes, and where it is kept."""

    segment: Path
    at: int
    size: int
    kept: Path


class Journal:
    """The journal of one open profile; the writer thread's own, never two at once.

    `fresh`: there was none. `torn`: what a crash left of an unfinished append. After a failed append the journal
    stands as before it; where even that could not be made sure, it refuses appends (journal_closed) until opened
    again, and may then hold the record whose append failed.
    """

    def __init__(self, folder: Path, keys: Keys, clock: Clock, disk: Disk, segment_bytes: int) -> None:
        self.folder = folder / FOLDER
        self.torn: Torn | None = None
        self._seals = Seals(keys)
        self._clock = clock
        self._disk = disk
        self._segment_bytes = segment_bytes
        self._file: int | None = None
        self._closed = False
        found = verified(self._seals, self.folder)
        self.fresh = not found.segments
        self._segments = found.segments
        self._oldest = found.oldest
        self._standing = found.standing
        # The end of the last segment: where the next frame goes, how long the file is, what that frame follows,
        # the number of its first record, and what a crash left there.
        self._end, self._size, self._mark, self._number = found.end, found.size, found.mark, found.number
        self._torn_bytes = found.torn

    @classmethod
    def open(
        cls,
        folder: Path,
        keys: Keys,
        *,
        clock: Clock | None = None,
        disk: Disk = DISK,
        segment_bytes: int = SEGMENT_BYTES,
    ) -> Journal:
        """Read and verify the journal of the profile in `folder`; JournalDamaged, wrong_key."""
        journal = cls(folder, keys, clock or SystemClock(), disk, segment_bytes)
        with contextlib.suppress(StoreProblem):
            journal._make_ready()  # on a full or read-only disk reading goes on; the first append says it
        return journal

    # ---------------------------------------------------------------- reading

    def records(self) -> Iterator[Record]:
        """Everything that was appended, in order, read from the disk one segment at a time."""
        for place in list(self._segments):
            for record in self._scan(place).records:
                if record.kind in (OP, ABORTED, VOID):
                    yield record

    def standing(self, known: Container[str] = ()) -> list[tuple[str, str]]:
        """(id, body) of each operation that was neither aborted nor voided since and is not `known`, in order.

        Where all are known, as at an ordinary start, nothing is read.
        """
        wanted = {number for about, number in self._standing.items() if about not in known}
        return [(r.id, r.body) for r in self.records() if r.number in wanted] if wanted else []

    def standing_ids(self) -> list[str]:
        """Their ids, in order, from memory."""
        return list(self._standing)

    def holds(self, operation_id: str) -> bool:
        return operation_id in self._standing

    # ---------------------------------------------------------------- writing

    def append(self, kind: str, operation_id: str, body: str = "") -> None:
        """Write one record; when this returns it survives a power failure. disk_full, folder_read_only, …"""
        self.append_many([(kind, operation_id, body)])

    def append_many(self, entries: Iterable[Entry]) -> None:
        """Write (kind, id, body) entries with one write and one sync: all of them are there afterwards, or none."""
        entries = list(entries)
        if not entries:
            return
        if strange := {kind for kind, _, _ in entries} - {OP, ABORTED, VOID}:
            raise ValueError(f"no such record: {strange}")
        self._make_ready()
        frame = self._frame(entries)
        if self._end + len(frame) > self._segment_bytes and self._end > seg.HEADER_BYTES:
            self._turn()
            frame = self._frame(entries)
        self._put(frame, len(entries))
        for number, (kind, about, _) in enumerate(entries, self._number - len(entries)):
            note(self._standing, kind, about, number)

    def forget(self, before: int, confirmed: Callable[[str], bool]) -> int:
        """Remove old segments from the front and say how many.

        A segment goes only when the next one was begun before the moment `before` (microseconds, UTC) and each
        operation in it is aborted, void, or `confirmed`.
        """
        self._make_ready()
        leaving: list[tuple[Segment, list[Record]]] = []
        for place, following in zip(self._segments, self._segments[1:], strict=False):
            ops = [r for r in self._scan(place).records if r.kind == OP and self._standing.get(r.id) == r.number]
            old_enough = following.heading.started_at <= before and all(confirmed(op.id) for op in ops)
            if place.number >= self._oldest and not old_enough:  # below it, an earlier removal was cut short
                break
            leaving.append((place, ops))
        if not leaving:
            return 0
        oldest = leaving[-1][0].number + 1
        if oldest > self._oldest:
            # First the note, then the removal: without it a missing first segment would be damage.
            self._put(self._frame([(seg.FORGOTTEN, "", str(oldest))]), 1)
            self._oldest = oldest
        for place, ops in leaving:
            with told(place.path):
                self._disk.remove(place.path)
            self._segments.remove(place)
            for op in ops:
                self._standing.pop(op.id, None)
        with told(self.folder):
            self._disk.sync_folder(self.folder)
        return len(leaving)

    def close(self) -> None:
        self._closed = True
        self._let_go()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---------------------------------------------------------------- inside

    def _scan(self, place: Segment) -> Scan:
        with told(place.path):
            content = place.path.read_bytes()
        if place is self._segments[-1]:
            content = content[: self._end]
        return seg.scan(self._seals, content, place.heading.mark, place.heading.first)

    def _frame(self, entries: list[Entry]) -> bytes:
        return seg.frame_bytes(self._seals, self._mark, self._number, entries)

    def _put(self, frame: bytes, records: int) -> None:
        """Write a frame at the end and sync it, or leave the end where it was."""
        assert self._file is not None
        end = self._end + len(frame)
        path = self._segments[-1].path
        with told(path), self._unbroken():
            if end > self._size and len(frame) < ROOM_BYTES:
                self._disk.write(self._file, bytes(ROOM_BYTES), self._size)
                self._size += ROOM_BYTES
                self._disk.sync(self._file)
            self._disk.write(self._file, frame, self._end)
            self._disk.sync(self._file)
        self._end, self._size = end, max(end, self._size)
        self._mark = frame[-TAG_BYTES:]
        self._number += records

    @contextlib.contextmanager
    def _unbroken(self) -> Iterator[None]:
        """Whatever fails inside, the last segment ends after its last good frame; otherwise the journal is shut."""
        try:
            yield
        except BaseException:
            try:
                assert self._file is not None
                self._disk.resize(self._file, self._end)
                self._disk.sync(self._file)
                self._size = self._end
            except BaseException:
                self.close()
            raise

    def _turn(self) -> None:
        """Go on in a new segment. Until the old one says so, an empty last segment counts for nothing."""
        number = self._segments[-1].number + 1
        last_word = self._frame([(seg.TURNED, "", str(number))])
        following = self._begin(number, self._number + 1, last_word[-TAG_BYTES:])
        self._put(last_word, 1)
        with contextlib.suppress(OSError):
            assert self._file is not None
            self._disk.resize(self._file, self._end)  # only the empty room
        self._let_go()
        self._segments.append(following)
        self._start_at_top(following)
        self._make_ready()

    def _begin(self, number: int, first: int, follows: bytes) -> Segment:
        path = segment_path(self.folder, number)
        earlier = self._segments[-1].heading.started_at if self._segments else 0
        # A clock set back must not make new records look old enough to be forgotten.
        started_at = max(self._clock.now(), earlier)
        content = seg.heading_bytes(
            self._seals, segment=number, oldest=self._oldest, first=first, started_at=started_at, follows=follows
        )
        write_whole(path, content, self._disk)
        heading = seg.read_heading(self._seals, content)
        assert heading is not None
        return Segment(number, path, heading)

    def _start_at_top(self, place: Segment) -> None:
        self._end = self._size = seg.HEADER_BYTES
        self._mark, self._number = place.heading.mark, place.heading.first

    def _make_ready(self) -> None:
        """Have the last segment open for writing, with nothing behind its end but room."""
        if self._closed:
            raise StoreProblem("journal_closed", folder=str(self.folder))
        if self._file is not None:
            return
        make_folder(self.folder)
        if not self._segments:
            self._segments = [self._begin(1, 1, seg.NO_MARK)]
            self._start_at_top(self._segments[0])
        place = self._segments[-1]
        if self._torn_bytes:
            self._keep_torn(place)
        with told(place.path):
            self._file = self._disk.open(place.path)
            if self._torn_bytes:
                with self._unbroken():
                    self._disk.resize(self._file, self._end)
                    self._disk.sync(self._file)
                self._size, self._torn_bytes = self._end, b""

    def _keep_torn(self, place: Segment) -> None:
        """Put the torn end aside, sealed as it is, before it makes room."""
        names = (f"{place.path.stem}-{self._end}{again}.torn" for again in ("", *(f"-{n}" for n in range(2, 1000))))
        kept = next(path for path in map(self.folder.joinpath, names) if not path.exists())
        write_whole(kept, self._torn_bytes, self._disk)
        self.torn = Torn(place.path, self._end, len(self._torn_bytes), kept)

    def _let_go(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            with contextlib.suppress(OSError):
                self._disk.close(file)


def is_sealed_with(folder: Path, keys: Keys) -> bool:
    """Whether the profile in `folder` has a journal of which this key opens something; nothing is written."""
    try:
        return bool(verified(Seals(keys), folder / FOLDER).segments)
    except JournalDamaged as damage:
        return bool(damage.records_before or damage.records_after)
    except StoreProblem as problem:
        if problem.code != "wrong_key":
            raise
        return False


def set_aside(folder: Path, disk: Disk = DISK) -> Path:
    """Rename a damaged journal so that a new one can be begun; the answer is where it now lies. It is never deleted."""
    journal = folder / FOLDER
    names = (folder / f"{FOLDER}-damaged-{number}" for number in range(1, 10_000))
    aside = next(path for path in names if not path.exists())
    with told(journal):
        disk.rename(journal, aside)
        disk.sync_folder(folder)
    return aside
