"""The queue of contents behind the rows: what to carry next, one exchange at a time, and where each goes on.

What a person waits for goes first; then up, small ones first; then down: thumbnails, help pictures, what belongs to
open orders, and the rest from the newest on until a share of the disk is full. How far each is stands in the store, so
any of it may be cut anywhere: a piece that both sides have is not carried again. A content that cannot be sent any
more, or that headquarters does not have, is noted and left alone for a while; it never holds up the others.
"""

from __future__ import annotations

import hashlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, Final

from fielddesk.core.clock import SECOND
from fielddesk.core.errors import FieldDeskError, NetworkProblem, StoreProblem
from fielddesk.store.blobs import LARGEST, Blobs
from fielddesk.store.contents import Content, changed
from fielddesk.store.database import Store
from fielddesk.store.disk import SPARE, free_room
from fielddesk.store.partial import Partial
from fielddesk.store.tx import Reading
from fielddesk.sync.content_list import ContentList
from fielddesk.sync.protocol import Bearer, ContentsRequest, HqFiles, Mark
from fielddesk.sync.state import Baggage

log = logging.getLogger(__name__)

REST_SHARE: Final = 1024**3
"""Bytes of contents that are at hand for no order; beyond it they are fetched when somebody looks at them."""
ASKED_TOGETHER: Final = 200
TRIES: Final = 3
_FAULTS = frozenset({"hq_trouble", "bad_answer", "refused", "too_long"})
"""Problems that may be this content's own; what the line or the disk does is nobody's fault."""


class LaptopContents:
    """The contents of one laptop, carried to and from headquarters. `plan` and `carry` come from one thread.

    `near` tells the rows (open orders of this laptop's person) whose contents come before others.
    """

    def __init__(
        self,
        store: Store,
        hq: HqFiles,
        near: Callable[[Reading], set[str]] = lambda read: set(),
        *,
        rest_share: int = REST_SHARE,
    ) -> None:
        self._store, self._hq = store, hq
        self._list = ContentList(store, near, rest_share, self._drop)
        self._asks: list[str] = []
        self._todo: deque[Content] = deque()
        self._left = Baggage()
        self._offset: tuple[str, int] | None = None
        """The upload whose place headquarters has told, and that place."""
        self._reading: tuple[str, BinaryIO] | None = None
        self._part: tuple[str, Partial] | None = None

    @property
    def _blobs(self) -> Blobs:
        assert self._store.blobs is not None
        return self._store.blobs

    def close(self) -> None:
        """Let go of the files."""
        self._list.close()
        self._put_down()

    # ---------------------------------------------------------------- what is to be done

    def plan(self, epoch: Mark) -> Baggage:
        """Look at what the rows name and what is on the disk; what is to be carried now."""
        if self._store.blobs is None:
            return Baggage()
        self._list.begin_epoch(epoch)
        if not self._list.bring_up():
            self._asks, self._todo = [], deque()
            self._left = Baggage(more=True)
            return self._left
        due = self._list.due()
        self._asks, wanted, up, down = due.asks, due.wanted, due.up, due.down
        fit, tight = self._fitting([*wanted, *down])
        wanted_fit = [each for each in fit if each.asked]
        self._todo = deque([*wanted_fit, *up, *(each for each in fit if not each.asked)])
        self._left = Baggage(
            out=len(up), out_bytes=sum(each.size for each in up), into=len(fit),
            into_bytes=sum(each.size for each in fit), asks=len(self._asks), lost=due.lost, missing=due.missing,
            problem="disk_full" if tight else None, sending=self._sends(),
        )  # fmt: skip
        return self._left

    def _sends(self) -> bool:
        return bool(self._todo) and self._todo[0].state == "lacked"

    def _fitting(self, wanted: Sequence[Content]) -> tuple[list[Content], bool]:
        """Those for which there is room on the disk, and whether any had to be left; a part and its copy lie there."""
        if not wanted:
            return [], False
        room = free_room(self._blobs.vault.folder) - SPARE
        found: list[Content] = []
        for each in wanted:
            if room >= 2 * each.size:
                room -= each.size
                found.append(each)
        return found, len(found) < len(wanted)

    # ---------------------------------------------------------------- one exchange

    def carry(self, ticket: ContentsRequest, size: int) -> Baggage:
        """Carry the next piece, of at most `size` bytes; what is left then. `ticket` is a question without hashes.

        NetworkProblem where the line failed. StoreProblem where the disk did; nothing is half done then.
        """
        bearer = Bearer(ticket.device, ticket.hq_id)
        if self._asks and not (self._todo and self._todo[0].asked):
            return self._ask_about(ticket)
        if not self._todo:
            return self._now(more=False)
        content = self._todo[0]
        try:
            if content.state == "lacked":
                return self._send(bearer, content, size)
            return self._fetch(bearer, content, size)
        except NetworkProblem as problem:
            self._put_down()
            return self._refused(content, problem)
        except StoreProblem as problem:
            self._put_down()
            if problem.code != "disk_full" or content.state == "lacked":
                raise
            # A person is told; what is on its way up needs no room.
            downs = [each for each in self._todo if each.state == "away"]
            for each in downs:
                self._set_aside(each, problem.code, 300)
            self._todo = deque(each for each in self._todo if each.state != "away")
            return self._now(into=0, into_bytes=0, problem=problem.code)

    def _now(self, **news: Any) -> Baggage:
        own = {name: getattr(self._left, name) for name in Baggage.__slots__} | _NOTHING_MOVED | news
        self._left = Baggage(**{**own, "asks": len(self._asks), "sending": self._sends()})
        return self._left

    def _ask_about(self, ticket: ContentsRequest) -> Baggage:
        asked = tuple(self._asks[:ASKED_TOGETHER])
        answer = self._hq.contents(_with_hashes(ticket, asked))
        if answer.echo.nonce != ticket.nonce or answer.echo.hq_id != ticket.hq_id:
            raise NetworkProblem("bad_answer", what="nonce")
        del self._asks[: len(asked)]
        have, lacks = set(answer.have), set(answer.lacks)
        now = self._store.clock.now()
        known = self._list.among(asked, "here")
        news, ups = [], []
        for each in known:
            if each.sha256 in have:
                news.append(changed(each, state="safe", problem="none", tries=0, arrived=0, upload=None))
            elif each.sha256 in lacks:
                ups.append(changed(each, state="lacked", problem="none", tries=0, not_before=0))
            else:
                # Its row is not there yet, or is held; the row's own outcome tells the person.
                news.append(_later(each, now, "not_named", 300))
        self._list.put(news + ups)
        up = sorted([*(each for each in self._todo if each.state == "lacked"), *ups], key=_place_up)
        first = [each for each in self._todo if each.asked]
        down = [each for each in self._todo if each.state == "away" and not each.asked]
        self._todo = deque([*first, *up, *down])
        left = self._left
        sizes = sum(each.size for each in ups)
        return self._now(out=left.out + len(ups), out_bytes=left.out_bytes + sizes)

    # ---------------------------------------------------------------- up

    def _send(self, bearer: Bearer, content: Content, size: int) -> Baggage:
        try:
            stream = self._opened(content.sha256)
            whole = stream.seek(0, 2)
        except StoreProblem as problem:
            return self._lose(content, problem)
        if content.upload is None:
            place = self._hq.create_upload(bearer, content.sha256, whole)
            self._replace(changed(content, upload=place, size=whole, arrived=0))
            return self._now()
        if self._offset is None or self._offset[0] != content.upload:
            at = self._hq.upload_offset(bearer, content.upload)
            if at == whole:
                return self._sent(content, whole, 0)
            self._offset = (content.upload, at)
        at = self._offset[1]
        if at > whole:
            raise NetworkProblem("bad_answer", what="upload-offset")
        try:
            stream.seek(at)
            piece = stream.read(min(size, whole - at))
        except StoreProblem as problem:
            return self._lose(content, problem)
        there = self._hq.send_piece(bearer, content.upload, at, piece)
        if there != at + len(piece):
            raise NetworkProblem("bad_answer", what="upload-offset")
        self._offset = (content.upload, there)
        if there == whole:
            return self._sent(content, whole, len(piece))
        self._replace(changed(content, arrived=there, tries=0))
        return self._now(out_bytes=max(0, self._left.out_bytes - len(piece)), out_moved=len(piece))

    def _sent(self, content: Content, whole: int, moved: int) -> Baggage:
        self._put_down()
        self._done(changed(content, state="safe", size=whole, arrived=0, upload=None, tries=0, problem="none"))
        left = self._left
        return self._now(out=max(0, left.out - 1), out_bytes=max(0, left.out_bytes - moved), out_moved=moved, sent=1)

    def _lose(self, content: Content, problem: FieldDeskError) -> Baggage:
        """It went from the disk, or is not what was kept, before headquarters had it: told, and not tried again."""
        if problem.code not in ("file_missing", "file_damaged", "hash_wrong"):
            raise problem
        log.warning("a content was lost before it was sent: %s", problem.code)
        self._put_down()
        if problem.code != "file_missing":
            self._blobs.put_aside(content.sha256, self._store.clock.now())
        self._done(changed(content, state="lost", problem=problem.code, arrived=0, upload=None))
        left = self._left
        news = {"out": max(0, left.out - 1), "out_bytes": max(0, left.out_bytes - content.size)}
        return self._now(lost=left.lost + 1, **news)

    def _opened(self, sha256: str) -> BinaryIO:
        if self._reading is None or self._reading[0] != sha256:
            self._put_down()
            self._reading = (sha256, self._blobs.read(sha256))
        return self._reading[1]

    # ---------------------------------------------------------------- down

    def _fetch(self, bearer: Bearer, content: Content, size: int) -> Baggage:
        if self._part is None or self._part[0] != content.sha256:
            self._put_down()
            self._blobs.vault.check_room(2 * content.size)
            self._part = (content.sha256, Partial(self._blobs.vault, content.sha256))
        part = self._part[1]
        if content.size and part.offset == content.size:
            return self._fetched(content, part, 0)  # all was here already, and the program ended then
        piece = self._hq.fetch_piece(bearer, content.sha256, part.offset, size)
        if piece.size > LARGEST:
            raise NetworkProblem("refused", by="too_large")
        if piece.size != content.size:
            self._blobs.vault.check_room(2 * piece.size)
        part.append(piece.content)
        if part.offset == piece.size:
            return self._fetched(changed(content, size=piece.size), part, len(piece.content))
        self._replace(changed(content, size=piece.size, arrived=part.offset, tries=0))
        moved = len(piece.content)
        return self._now(into_bytes=max(0, self._left.into_bytes - moved), into_moved=moved)

    def _fetched(self, content: Content, part: Partial, moved: int) -> Baggage:
        left = self._left
        news = {"into": max(0, left.into - 1), "into_bytes": max(0, left.into_bytes - moved), "into_moved": moved}
        if part.sha256.hexdigest() != content.sha256:
            part.discard()
            self._put_down()
            self._done(_later(content, self._store.clock.now(), "hash_wrong", 60 if content.tries < TRIES else 86_400))
            return self._now(**news)
        part.keep("files", content.sha256)
        self._put_down()
        self._done(changed(content, state="safe", asked=0, arrived=0, tries=0, problem="none", not_before=0))
        return self._now(**news, fetched=1)

    # ---------------------------------------------------------------- what is refused

    def _refused(self, content: Content, problem: NetworkProblem) -> Baggage:
        """What headquarters says of this content alone does not hold up the others; anything else ends the round."""
        by = problem.values.get("by") if problem.code == "refused" else problem.code
        up = content.state == "lacked"
        match by:
            case "content_there":
                return self._sent(content, content.size, 0)
            case "content_missing" | "too_large":
                code = by if by == "too_large" else "not_named" if up else "file_missing"
                return self._leave(content, code, 86_400 if by == "too_large" else 300)
            case "upload_unknown" | "offset_wrong" if up and content.tries < TRIES:
                upload = None if by == "upload_unknown" else content.upload
                self._replace(changed(content, upload=upload, tries=content.tries + 1))
                return self._now()
            case "hash_wrong" if up:
                return self._doubted(content)
        if problem.code in _FAULTS:
            tries = content.tries + 1
            self._replace(changed(content, tries=tries))
            if tries >= TRIES:
                self._leave(content, problem.code, 3_600)
        raise problem

    def _doubted(self, content: Content) -> Baggage:
        """Headquarters got something else than the hash says: is it still what was kept here?"""
        sha256 = hashlib.sha256()
        try:
            stream = self._opened(content.sha256)
            stream.seek(0)
            while piece := stream.read(1024 * 1024):
                sha256.update(piece)
        except StoreProblem as problem:
            return self._lose(content, problem)
        self._put_down()
        if sha256.hexdigest() != content.sha256:
            return self._lose(content, StoreProblem("hash_wrong"))
        if content.tries >= TRIES:
            return self._leave(changed(content, upload=None), "hash_wrong", 86_400)
        self._replace(changed(content, upload=None, arrived=0, tries=content.tries + 1))
        return self._now()

    def _leave(self, content: Content, code: str, seconds: int) -> Baggage:
        """Let it be for a while, longer each time; a person who waited for it waits no more."""
        self._done(_later(changed(content, asked=0), self._store.clock.now(), code, seconds))
        left = self._left
        if content.state == "lacked":
            return self._now(out=max(0, left.out - 1), out_bytes=max(0, left.out_bytes - content.size))
        missing = left.missing + (code == "file_missing" and content.problem != code)
        return self._now(into=max(0, left.into - 1), into_bytes=max(0, left.into_bytes - content.size), missing=missing)

    def _set_aside(self, content: Content, code: str, seconds: int) -> None:
        try:
            self._list.put([changed(content, problem=code, not_before=self._store.clock.now() + seconds * SECOND)])
        except StoreProblem:
            pass  # no room for that either; the next look finds out by itself

    # ---------------------------------------------------------------- small parts

    def _replace(self, content: Content) -> None:
        self._list.put([content])
        self._todo[0] = content

    def _done(self, content: Content) -> None:
        """It leaves today's list, whatever came of it."""
        self._list.put([content])
        self._todo.popleft()

    def _put_down(self) -> None:
        """Close what is open; where to go on is asked, or read, anew."""
        reading, self._reading = self._reading, None
        part, self._part, self._offset = self._part, None, None
        if reading is not None:
            reading[1].close()
        if part is not None:
            part[1].close()

    def _drop(self, sha256: str) -> None:
        """It is about to leave the disk."""
        if sha256 in (self._part and self._part[0], self._reading and self._reading[0]):
            self._put_down()


_NOTHING_MOVED = {"sent": 0, "fetched": 0, "out_moved": 0, "into_moved": 0}


def _place_up(content: Content) -> tuple[int, str]:
    """Small ones first, then in the order they were taken."""
    return content.rank, content.row_id


def _later(content: Content, now: int, code: str, seconds: int) -> Content:
    """Left alone for this long, doubled with each time in a row, a day at most."""
    wait = min(seconds * 2 ** min(content.tries, 10), 86_400)
    return changed(content, problem=code, tries=content.tries + 1, not_before=now + wait * SECOND)


def _with_hashes(ticket: ContentsRequest, hashes: tuple[str, ...]) -> ContentsRequest:
    return ContentsRequest(
        ticket.nonce, ticket.device, ticket.incarnation, ticket.hq_id, ticket.epoch, hashes, ticket.now
    )
