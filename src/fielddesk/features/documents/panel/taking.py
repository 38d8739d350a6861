"""Taking photos and files in: one after the other away from the window; what cannot be taken is told, the rest is."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QImage

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _, format_number, ngettext
from fielddesk.features.documents.actions import add_attachment, archive_attachment
from fielddesk.features.documents.queries import Owner, is_here, relatives
from fielddesk.features.documents.rules import FILE, PHOTO, line_of
from fielddesk.store.actions import Call, call
from fielddesk.store.blobs import Blob
from fielddesk.store.database import Done
from fielddesk.ui.pictures import Found, look_at, png
from fielddesk.ui.seams import Bench
from fielddesk.ui.wording import sentence

TOGETHER: Final = 20
"""So many are put on a record in one commit; a power cut costs at most these, and their files are still there."""


TOLD: Final = 4
"""Sentences about files that could not be taken, before they are counted."""


@dataclass(frozen=True)
class Thing:
    """What is to be taken: a file, or the bytes of a picture from the clipboard, under a name from outside."""

    content: Path | bytes
    name: str
    kind: str = ""
    original_id: str | None = None
    draft: tuple[str, str] | None = None
    """What is saved by it: the name and subject of a draft."""


@dataclass
class Report:
    """How it went: how many were added, and a sentence for each that was not, or not as a picture."""

    added: int = 0
    sentences: list[str] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    """The files that need not be offered again."""

    def words(self) -> str:
        """A line for each that was not taken as it should be; the first few, and how many more."""
        told = self.sentences[:TOLD]
        if more := len(self.sentences) - len(told):
            told.append(ngettext("and {n} more", "and {n} more", more).format(n=format_number(more)))
        return "\n".join(told)


class Taking(QObject):
    """Signals: `went_on(done, of)` for a bar, `ended(report)`."""

    went_on = Signal(int, int)
    ended = Signal(object)

    def __init__(self, bench: Bench, parent: QObject) -> None:
        super().__init__(parent)
        self._bench = bench
        self._waiting: deque[tuple[Owner, Thing]] = deque()
        self._calls: list[Call] = []
        self._drops: list[tuple[str, str]] = []
        self._subject = ""
        self._done = self._of = 0
        self._busy = False
        self._report = Report()

    def take(self, owner: Owner, things: Sequence[Thing]) -> None:
        """Take these in behind those that wait already."""
        self._waiting.extend((owner, thing) for thing in things)
        self._of += len(things)
        if not self._busy and self._waiting:
            self._busy = True
            self._next()

    def take_files(self, owner: Owner, paths: Sequence[Path]) -> None:
        """Take these files in."""
        self.take(owner, things_of(paths))

    def stop(self) -> None:
        """Leave what waits; what was looked at already is added."""
        self._of -= len(self._waiting)
        self._waiting.clear()

    def is_busy(self) -> bool:
        return self._busy

    def _next(self) -> None:
        self.went_on.emit(self._done, self._of)
        if self._calls and (
            not self._waiting or len(self._calls) >= TOGETHER or self._waiting[0][0].id != self._subject
        ):
            self._add_all()
            return
        if not self._waiting:
            report, self._report = self._report, Report()
            self._busy, self._done, self._of = False, 0, 0
            self.ended.emit(report)
            return
        owner, thing = self._waiting.popleft()
        zone = self._bench.zone()
        self._bench.work(
            lambda: look_at(thing.content, thing.name, zone),
            partial(self._looked, owner, thing),
            failed=partial(self._refused, thing),
        )

    def _refused(self, thing: Thing, error: FieldDeskError) -> None:
        named = FieldDeskError(error.code, **{"file": thing.name, **error.values})
        self._report.sentences.append(sentence(named))
        if isinstance(thing.content, Path):
            self._report.paths.append(thing.content)
        self._done += 1
        self._next()

    def _looked(self, owner: Owner, thing: Thing, found: Found) -> None:
        if found.left_as_file:
            self._report.sentences.append(
                _("{file} is kept as a file; this kind of picture cannot be shown here.").format(file=thing.name)
            )
        self._bench.keep_blob(
            found.content, partial(self._kept, owner, thing, found), failed=partial(self._refused, thing)
        )

    def _kept(self, owner: Owner, thing: Thing, found: Found, blob: Blob) -> None:
        if not found.thumbnail:
            self._ask(owner, thing, found, blob, None)
            return
        self._bench.keep_blob(
            found.thumbnail, partial(self._ask, owner, thing, found, blob), failed=partial(self._refused, thing)
        )

    def _ask(self, owner: Owner, thing: Thing, found: Found, blob: Blob, small: Blob | None) -> None:
        self._bench.read(
            lambda read: (relatives(read, owner), is_here(read, owner, blob.sha256)),
            lambda answer: self._gather(*answer, thing, found, blob, small),
        )

    def _gather(self, owner: Owner, here: bool, thing: Thing, found: Found, blob: Blob, small: Blob | None) -> None:
        if here or any(one.args["sha256"] == blob.sha256 for one in self._calls):
            self._refused(thing, FieldDeskError("file_here_already"))
            return
        try:
            made = call(
                add_attachment, subject_id=owner.id, order_id=owner.order_id, asset_id=owner.asset_id,
                customer_id=owner.customer_id, item=owner.item,
                kind=thing.kind or (PHOTO if found.is_picture else FILE), name=line_of(thing.name),
                media_type=found.media_type, size=blob.size, sha256=blob.sha256,
                thumbnail=small.sha256 if small else "", thumbnail_size=small.size if small else 0,
                original_id=thing.original_id, taken_at=found.taken_at,
            )  # fmt: skip
        except FieldDeskError as error:
            self._refused(thing, error)
            return
        self._subject = owner.id
        self._calls.append(made)
        if thing.draft is not None:
            self._drops.append(thing.draft)
        if isinstance(thing.content, Path):
            self._report.paths.append(thing.content)
        self._done += 1
        self._next()

    def _add_all(self) -> None:
        calls, self._calls = self._calls, []
        drops, self._drops = self._drops, []
        subject, n = self._subject, len(calls)
        drawn = any(one.args["original_id"] for one in calls)

        def said() -> str:
            if drawn:
                return _("The drawing is kept as a new picture")
            return ngettext("{n} photo or file added", "{n} photos and files added", n).format(n=format_number(n))

        def taken_back(done: Done) -> list[Call]:
            return [call(archive_attachment, attachment_id=each, subject_id=subject) for each in done.results]

        self._bench.do(
            calls, then=partial(self._added, n), failed=self._not_added, said=said, undo=taken_back, drops=drops
        )

    def _added(self, n: int, _done: Done) -> None:
        self._report.added += n
        self._next()

    def _not_added(self, error: FieldDeskError) -> None:
        self._report.sentences.append(sentence(error))
        self._report.paths = []
        self._next()


def things_in(mime: QMimeData) -> list[Thing]:
    """What the clipboard or a drop holds: files, or a picture without one."""
    paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile() and url.toLocalFile()]
    if paths:
        return things_of(paths)
    image = QImage(mime.imageData()) if mime.hasImage() else QImage()
    return [] if image.isNull() else [Thing(png(image), _("Pasted picture") + ".png")]


def things_of(paths: Sequence[Path]) -> list[Thing]:
    return [Thing(path, path.name) for path in paths]


__all__ = ["Report", "Taking", "Thing", "things_in", "things_of"]
