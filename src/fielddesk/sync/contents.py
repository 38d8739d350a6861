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
from collections.abc import Callable, Iterable, Sequence
from typing import Any, BinaryIO, Final

import sqlalchemy as sa

from fielddesk.core.clock import DAY, SECOND
from fielddesk.core.errors import FieldDeskError, NetworkProblem, StoreProblem
from fielddesk.store import contents as listed
from fielddesk.store.blobs import LARGEST, Blobs
from fielddesk.store.contents import REST, Content, Named, changed, naming
from fielddesk.store.database import Changes, Store
from fielddesk.store.disk import SPARE, free_room
from fielddesk.store.outbox import put_setting, setting
from fielddesk.store.partial import Partial
from fielddesk.store.statements import ask, ids_of
from fielddesk.store.tx import Key, Reading, write
from fielddesk.sync.protocol import Bearer, ContentsRequest, HqFiles, Mark
from fielddesk.sync.state import Baggage

log = logging.getLogger(__name__)

REST_SHARE: Final = 1024**3
"""Bytes of contents that are at hand for no order; beyond it they are fetched when somebody looks at them."""
ASKED_TOGETHER: Final = 200
PLANNED: Final = 2_000
"""Contents in one look at the list; behind the last of them comes another look."""
WRITTEN_TOGETHER: Final = 500
MANY_TOUCHED: Final = 2_000
TRIES: Final = 3
UNNAMED_LIFE: Final = 30 * DAY
_FAR: Final = 3 * DAY
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
        self._store, self._hq, self._near, self._rest_share = store, hq, near, rest_share
        self._tables = {table.tablename for table, _ in naming()}
        self._touched: deque[Key] = deque()
        self._whole_look = True
        self._near_before: set[str] = set()
        self._asks: list[str] = []
        self._todo: deque[Content] = deque()
        self._left = Baggage()
        self._offset: tuple[str, int] | None = None
        """The upload whose place headquarters has told, and that place."""
        self._reading: tuple[str, BinaryIO] | None = None
        self._part: tuple[str, Partial] | None = None
        self._unlisten = store.listen(self._heard)

    @property
    def _blobs(self) -> Blobs:
        assert self._store.blobs is not None
        return self._store.blobs

    def close(self) -> None:
        """Let go of the files."""
        self._unlisten()
        self._put_down()

    def _heard(self, changes: Changes) -> None:
        """On the writer's thread; a deque may be filled there and emptied here."""
        if changes.tables & self._tables:
            self._touched.extend(key for key in changes.rows if key[0] in self._tables)

    # ---------------------------------------------------------------- what is to be done

    def plan(self, epoch: Mark) -> Baggage:
        """Look at what the rows name and what is on the disk; what is to be carried now."""
        if self._store.blobs is None:
            return Baggage()
        self._begin_epoch(epoch)
        self._bring_list_up()
        now = self._store.clock.now()
        with self._store.read() as read:
            self._asks = [each.sha256 for each in _contents(_due(read, now, "state = 'here'", "row_id"))]
            wanted = _contents(_due(read, now, "state = 'away' AND asked = 1", "row_id DESC"))
            up = _contents(_due(read, now, "state = 'lacked'", "rank, row_id"))
            down = _contents(_due(read, now, f"state = 'away' AND asked = 0 AND rank < {REST}", "rank, row_id DESC"))
            down += self._within_share(read, now)
            lost, missing = _counts(read)
        fit, tight = self._fitting([*wanted, *down])
        wanted_fit = [each for each in fit if each.asked]
        self._todo = deque([*wanted_fit, *up, *(each for each in fit if not each.asked)])
        self._left = Baggage(
            out=len(up), out_bytes=sum(each.size for each in up), into=len(fit),
            into_bytes=sum(each.size for each in fit), asks=len(self._asks), lost=lost, missing=missing,
            problem="disk_full" if tight else None, sending=self._sends(),
        )  # fmt: skip
        return self._left

    def _sends(self) -> bool:
        return bool(self._todo) and self._todo[0].state == "lacked"

    def _within_share(self, read: Reading, now: int) -> list[Content]:
        rest = _contents(_due(read, now, f"state = 'away' AND asked = 0 AND rank = {REST}", "row_id DESC"))
        if not rest:
            return []
        text = "SELECT coalesce(sum(size), 0) FROM content WHERE rank = ? AND state = 'safe'"
        room = self._rest_share - int(ask(read.connection, text, REST)[0][0])
        found: list[Content] = []
        for each in rest:
            room -= each.size
            if room < 0:
                break
            found.append(each)
        return found

    def _fitting(self, wanted: Sequence[Content]) -> tuple[list[Content], bool]:
        """Those for which there is room on the disk, and whether any had to be left; a part and its copy lie there."""
        if not wanted:
            return [], False
        room = free_room(self._blobs.vault.folder) - SPARE
        found: list[Content] = []
        for each in wanted:
            if room < 2 * each.size:
                return found, True
            room -= each.size
            found.append(each)
        return found, False

    def _begin_epoch(self, epoch: Mark) -> None:
        """A restored headquarters may lack what it had: it is asked once more about everything here."""

        def again(connection: sa.Connection) -> tuple[None, list[Key]]:
            table = Content.__table__
            connection.execute(sa.update(table).where(table.c.state == "safe").values(state="here"))
            put_setting(connection, contents_epoch=epoch)
            return None, []

        with self._store.read() as read:
            known = setting(read, "contents_epoch")
        if known != epoch:
            self._store.write(again)

    # ---------------------------------------------------------------- the list, made from the rows

    def _bring_list_up(self) -> None:
        """Bring the list in step with the rows: with all of them at the start, then with those that changed."""
        keys = []
        while self._touched:
            keys.append(self._touched.popleft())
        whole = self._whole_look or len(keys) > MANY_TOUCHED
        self._whole_look = True  # until what follows went well
        with self._store.read() as read:
            near = self._near(read)
            if whole:
                names, known = listed.named(read, near), {each.sha256: each for each in read.all(Content)}
            else:
                hashes = listed.named_by_rows(read, keys)
                hashes |= listed.named_near(read, sorted(near ^ self._near_before))
                text = "SELECT sha256 FROM content WHERE row_id IN (?..) OR unnamed_since IS NOT NULL"
                hashes |= set(ids_of(ask(read.connection, text, [row_id for _, row_id in keys])))
                names = listed.named(read, near, sorted(hashes)) if hashes else {}
                known = {each.sha256: each for each in _among(read, hashes)}
        stay, drop = self._unnamed(names, known)
        self._write_list(self._news(names, known) + stay, drop)
        if whole:
            self._sweep(names.keys() | known.keys())
        self._near_before, self._whole_look = near, False

    def _news(self, names: dict[str, Named], known: dict[str, Content]) -> list[Content]:
        found = []
        for sha256, name in names.items():
            old = known.get(sha256)
            here = self._blobs.has(sha256)
            if old is None:
                state = "here" if here else "away"
                new = Content(sha256=sha256, size=name.size, rank=name.rank, state=state, row_id=name.row_id)
            else:
                size = name.size or old.size
                new = changed(old, size=size, rank=name.rank, row_id=name.row_id, unnamed_since=None)
                new = _as_on_disk(new, here)
            if new != old:
                found.append(new)
        return found

    def _unnamed(self, names: dict[str, Named], known: dict[str, Content]) -> tuple[list[Content], list[Content]]:
        """What no row names: what headquarters may still take stays for 30 days, the rest leaves the disk."""
        now, stay, drop = self._store.clock.now(), [], []
        for each in known.values():
            if each.sha256 in names or (each.asked and each.row_id == listed.NOBODY):
                continue
            since = now if each.unnamed_since is None else each.unnamed_since
            if each.state in ("here", "lacked") and now - since < UNNAMED_LIFE:
                stay.append(changed(each, unnamed_since=since))
            else:
                drop.append(each)
        return [each for each in stay if each != known[each.sha256]], drop

    def _write_list(self, news: list[Content], drop: list[Content]) -> None:
        for start in range(0, len(news), WRITTEN_TOGETHER):
            self._put(news[start : start + WRITTEN_TOGETHER])
        for each in drop:
            self._blobs.remove(each.sha256)
            self._discard_part(each.sha256)
        for start in range(0, len(drop), WRITTEN_TOGETHER):
            piece = drop[start : start + WRITTEN_TOGETHER]

            def forget(connection: sa.Connection, piece: list[Content] = piece) -> tuple[None, list[Key]]:
                write(connection, Content, "drop", piece)
                return None, [(Content.tablename, each.sha256) for each in piece]

            self._store.write(forget)

    def _sweep(self, known: Iterable[str]) -> None:
        """Contents on the disk that no row ever named, after 30 days: a form was left without saving."""
        vault = self._blobs.vault
        names = {vault.keyed_name("files", each) for each in known}
        due = self._store.clock.now() - UNNAMED_LIFE
        for path in vault.folder_of("files").glob("*"):
            try:
                stray = not path.suffix and "-" not in path.name and path.name not in names
                if stray and path.stat().st_mtime * SECOND < due:
                    path.unlink()
            except OSError:
                pass  # it goes the next time

    # ---------------------------------------------------------------- one exchange

    def carry(self, ticket: ContentsRequest, size: int) -> Baggage:
        """Carry the next piece, of at most `size` bytes; what is left then. `ticket` is a question without hashes.

        NetworkProblem where the line failed. StoreProblem where the disk did; nothing is half done then.
        """
        bearer = Bearer(ticket.device, ticket.hq_id)
        if self._asks and not (self._todo and self._todo[0].asked):
            return self._ask_about(ticket)
        if not self._todo:
            return self._now()
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
        with self._store.read() as read:
            known = [each for each in _among(read, asked) if each.state == "here"]
        news, ups = [], []
        for each in known:
            if each.sha256 in have:
                news.append(changed(each, state="safe", problem="none", tries=0, arrived=0, upload=None))
            elif each.sha256 in lacks:
                ups.append(changed(each, state="lacked", problem="none", tries=0, not_before=0))
            else:
                # Its row is not there yet, or is held; the row's own outcome tells the person.
                news.append(_later(each, now, "not_named", 300))
        self._put(news + ups)
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
            self._put([changed(content, problem=code, not_before=self._store.clock.now() + seconds * SECOND)])
        except StoreProblem:
            pass  # no room for that either; the next look finds out by itself

    # ---------------------------------------------------------------- small parts

    def _put(self, contents: list[Content]) -> None:
        def put(connection: sa.Connection) -> tuple[None, list[Key]]:
            write(connection, Content, "put", contents)
            return None, [(Content.tablename, each.sha256) for each in contents]

        if contents:
            self._store.write(put)

    def _replace(self, content: Content) -> None:
        self._put([content])
        self._todo[0] = content

    def _done(self, content: Content) -> None:
        """It leaves today's list, whatever came of it."""
        self._put([content])
        self._todo.popleft()

    def _put_down(self) -> None:
        """Close what is open; where to go on is asked, or read, anew."""
        reading, self._reading = self._reading, None
        part, self._part, self._offset = self._part, None, None
        if reading is not None:
            reading[1].close()
        if part is not None:
            part[1].close()

    def _discard_part(self, sha256: str) -> None:
        if self._part is not None and self._part[0] == sha256:
            self._put_down()
        path = listed.part_of(self._blobs, sha256)
        path.unlink(missing_ok=True)


_COLUMNS = ", ".join(Content.column_names)
_NOTHING_MOVED = {"sent": 0, "fetched": 0, "out_moved": 0, "into_moved": 0}


def _due(read: Reading, now: int, where: str, order: str) -> Sequence[Any]:
    """Rows of the list whose time has come; a clock that was set back must not put it off for years."""
    text = f"SELECT {_COLUMNS} FROM content WHERE {where} AND (not_before <= ? OR not_before > ?)"  # noqa: S608 - ours
    return ask(read.connection, f"{text} ORDER BY {order} LIMIT {PLANNED}", now, now + _FAR)


def _contents(rows: Iterable[Any]) -> list[Content]:
    return [Content.from_values(row) for row in rows]


def _place_up(content: Content) -> tuple[int, str]:
    """Small ones first, then in the order they were taken."""
    return content.rank, content.row_id


def _among(read: Reading, hashes: Iterable[str]) -> list[Content]:
    wanted = sorted(set(hashes))
    text = f"SELECT {_COLUMNS} FROM content WHERE sha256 IN (?..)"  # noqa: S608 - ours
    return _contents(ask(read.connection, text, wanted))


def _counts(read: Reading) -> tuple[int, int]:
    lost = ask(read.connection, "SELECT count(*) FROM content WHERE state = 'lost'")
    missing = ask(read.connection, "SELECT count(*) FROM content WHERE state = 'away' AND problem = 'file_missing'")
    return int(lost[0][0]), int(missing[0][0])


def _as_on_disk(content: Content, here: bool) -> Content:
    """The state as the disk has it now: a file can go, and come back from a backup."""
    if here and content.state in ("away", "lost"):
        return changed(content, state="here", problem="none", asked=0, arrived=0, not_before=0)
    if not here and content.state == "safe":
        return changed(content, state="away")
    if not here and content.state in ("here", "lacked"):
        return changed(content, state="lost", problem="file_missing", upload=None)
    return content


def _later(content: Content, now: int, code: str, seconds: int) -> Content:
    """Left alone for this long, doubled with each time in a row, a day at most."""
    wait = min(seconds * 2 ** min(content.tries, 10), 86_400)
    return changed(content, problem=code, tries=content.tries + 1, not_before=now + wait * SECOND)


def _with_hashes(ticket: ContentsRequest, hashes: tuple[str, ...]) -> ContentsRequest:
    return ContentsRequest(
        ticket.nonce, ticket.device, ticket.incarnation, ticket.hq_id, ticket.epoch, hashes, ticket.now
    )
