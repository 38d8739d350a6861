"""Headquarters' own store of contents: taken in piece by piece, given out within a caller's scope, collected when
no row names them any more.

They lie encrypted in a folder that all processes of one headquarters share; the key is in its database. How much of
an upload has arrived says the file itself, so that a killed process leaves nothing to be mended; the row of the upload
is who may add to it, and the lock.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Final

import sqlalchemy as sa

from fielddesk.core.clock import DAY, Clock
from fielddesk.core.errors import StoreProblem
from fielddesk.core.ids import new_id
from fielddesk.hq.ask import Asked
from fielddesk.hq.judge import Sender
from fielddesk.hq.reach import in_scope
from fielddesk.hq.settings import Refused, put_settings, settings
from fielddesk.hq.tables import KeptContent, Upload
from fielddesk.hq.transactions import Transactions
from fielddesk.store.blobs import HASH, LARGEST, Blob, Blobs
from fielddesk.store.contents import naming
from fielddesk.store.keys import Keys, new_store_key
from fielddesk.store.partial import ENDING, Partial
from fielddesk.store.statements import add_rows, ask, ids_of, tell
from fielddesk.store.vault import Source, Vault

log = logging.getLogger(__name__)

UNFINISHED_LIFE: Final = 35 * DAY
"""An upload that nobody added to for so long is swept; one of a month ago goes on where it stopped."""
UNNAMED_LIFE: Final = 30 * DAY
AT_ONCE: Final = 500
_UPLOAD = "SELECT id, sha256, size, device_id, made_at, touched_at FROM upload"


class Files:
    """The contents of one headquarters; every method may be called from any thread and several processes.

    `who` finds the laptop behind a token, or refuses. `point` is called at named moments, where tests end the process.
    """

    def __init__(
        self,
        books: Transactions,
        clock: Clock,
        folder: Path,
        draw_random: Callable[[int], bytes],
        who: Callable[[sa.Connection, Asked, str | None], Sender],
    ) -> None:
        self.folder = folder
        self._books, self._clock, self._random, self._who = books, clock, draw_random, who
        self._blobs: Blobs | None = None
        self._once = threading.Lock()

    @property
    def blobs(self) -> Blobs:
        """The contents themselves; the first call draws the key where this headquarters has none yet."""
        with self._once:
            if self._blobs is None:
                self._blobs = Blobs(Vault(self.folder, Keys(bytes.fromhex(self._books.write(_files_key)))))
            return self._blobs

    # -- who has what ----------------------------------------------------------------------------------------------

    def sort(self, connection: sa.Connection, sender: Sender, hashes: Sequence[str]) -> dict[str, list[str]]:
        """Of these contents those that are here, and those that are wanted; the others nobody has heard of."""
        known = contents_named(connection, sender, hashes, own=True)
        have = [each for each in hashes if each in known and self.blobs.has(each)]
        return {"have": have, "lacks": sorted(known - set(have))}

    def keep(self, content: bytes | Source) -> Blob:
        """Take in a content that was made at headquarters, before the action that names it."""
        blob = self.blobs.keep(content)
        self._note(blob.sha256, blob.size)
        return blob

    def open(self, question: Asked, token: str | None, sha256: str) -> tuple[BinaryIO, int]:
        """A content within the caller's scope, to be closed, and its length; Refused(404, 'content_missing')."""
        with self._books.reading() as connection:
            sender = self._who(connection, question, token)
            if not HASH.match(sha256) or not contents_named(connection, sender, [sha256], own=False):
                raise Refused(404, "content_missing")
        try:
            content = self.blobs.read(sha256)
        except StoreProblem as problem:
            if problem.code == "file_damaged":
                self.put_aside(sha256)
            elif problem.code != "file_missing":
                raise
            raise Refused(404, "content_missing") from None
        return content, content.seek(0, 2)

    def put_aside(self, sha256: str) -> None:
        """A content that is not what was kept: out of the way, so that whoever has it can send it again."""
        log.error("content %s… is damaged; it was put aside", sha256[:12])
        self.blobs.put_aside(sha256, self._clock.now())

    # -- uploads ---------------------------------------------------------------------------------------------------

    def create(self, question: Asked, token: str | None, sha256: str, size: int) -> str:
        """Begin an upload, or find the one this laptop has begun; its id.

        Refused: 404 content_missing (no row of the caller names it), 409 content_there, 413 too_large, 422 for what
        is no hash or empty.
        """
        if not HASH.match(sha256):
            raise Refused(422, "request_wrong", field="sha256")
        if size < 1:
            raise Refused(422, "request_wrong", field="size")
        if size > LARGEST:
            raise Refused(413, "too_large", limit=LARGEST)
        self._check_room(size)
        blobs = self.blobs

        def begin(connection: sa.Connection) -> str:
            sender = self._who(connection, question, token)
            if not contents_named(connection, sender, [sha256], own=True):
                raise Refused(404, "content_missing")
            if blobs.has(sha256):
                raise Refused(409, "content_there")
            text = f"{_UPLOAD} WHERE device_id = ? AND sha256 = ? AND size = ?"
            begun = ask(connection, text, sender.device_id, sha256, size)
            if begun:
                return str(begun[0][0])
            now = self._clock.now()
            upload = Upload(
                id=new_id(now, self._random(10)), sha256=sha256, size=size, device_id=sender.device_id, made_at=now,
                touched_at=now,
            )  # fmt: skip
            add_rows(connection, Upload, [upload])
            return upload.id

        return self._books.write(begin)

    def offset(self, question: Asked, token: str | None, upload_id: str) -> tuple[int, int]:
        """How much of an upload has arrived, and how much there is; Refused(404, 'upload_unknown')."""
        with self._books.reading() as connection:
            upload = self._upload(connection, question, token, upload_id)
        with Partial(self.blobs.vault, upload.id, hashed=False, writes=False) as there:
            at = there.offset
        if at == upload.size:
            self._finish(upload)
        return at, upload.size

    def append(self, question: Asked, token: str | None, upload_id: str, offset: int, piece: bytes) -> int:
        """Add a piece and return where the next begins; with the last one the content is checked and kept.

        Refused: 404 upload_unknown, 409 offset_wrong, 413 too_large, 460 hash_wrong.
        """
        vault = self.blobs.vault

        def add(connection: sa.Connection) -> tuple[Upload, int]:
            upload = self._upload(connection, question, token, upload_id, " FOR UPDATE")
            if offset + len(piece) > upload.size:
                raise Refused(413, "too_large", limit=upload.size)
            with Partial(vault, upload.id, hashed=False) as there:
                if there.offset != offset:
                    raise Refused(409, "offset_wrong", offset=there.offset)
                there.append(piece)
            tell(connection, "UPDATE upload SET touched_at = ? WHERE id = ?", self._clock.now(), upload.id)
            self._books.point("piece_written")
            return upload, offset + len(piece)

        upload, at = self._books.write(add)
        if at == upload.size:
            self._finish(upload)
        return at

    def _upload(
        self, connection: sa.Connection, question: Asked, token: str | None, upload_id: str, lock: str = ""
    ) -> Upload:
        sender = self._who(connection, question, token)
        found = ask(connection, f"{_UPLOAD} WHERE id = ? AND device_id = ?{lock}", upload_id, sender.device_id)
        if not found:
            raise Refused(404, "upload_unknown")
        return Upload.from_values(found[0])

    def _finish(self, upload: Upload) -> None:
        """All of it has arrived: it is what it said it is, or it goes."""
        with Partial(self.blobs.vault, upload.id, hashed=False) as there:
            if self.blobs.has(upload.sha256):
                there.discard()  # another laptop was quicker with the same content
            else:
                self._books.point("content_whole")
                if there.digest() != upload.sha256:
                    self._forget(upload)
                    there.discard()
                    log.warning("an upload of device %s had a false hash", upload.device_id)
                    raise Refused(460, "hash_wrong")
                there.keep("files", upload.sha256)
        self._books.point("content_kept")
        self._note(upload.sha256, upload.size)
        self._forget(upload)

    def _note(self, sha256: str, size: int) -> None:
        kept = KeptContent(sha256=sha256, size=size, kept_at=self._clock.now())
        self._books.write(lambda connection: add_rows(connection, KeptContent, [kept], put=True))

    def _forget(self, upload: Upload) -> None:
        self._books.write(lambda connection: tell(connection, "DELETE FROM upload WHERE id = ?", upload.id))

    def _check_room(self, size: int) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.blobs.vault.check_room(2 * size)
        except StoreProblem as problem:
            log.error("no upload of %d bytes: %s", size, problem.code)
            raise Refused(503, "busy", retry_after_s=300) from None

    # -- tidying ---------------------------------------------------------------------------------------------------

    def sweep(self) -> int:
        """Drop uploads that nobody went on with; how many."""
        due = self._clock.now() - UNFINISHED_LIFE

        def drop(connection: sa.Connection) -> list[str]:
            ids = ids_of(ask(connection, "SELECT id FROM upload WHERE touched_at < ?", due))
            tell(connection, "DELETE FROM upload WHERE id IN (?..)", ids)
            return ids

        for upload_id in (dropped := self._books.write(drop)):
            with Partial(self.blobs.vault, upload_id, hashed=False) as there:
                there.discard()
        self._sweep_leftovers(due)
        return len(dropped)

    def _sweep_leftovers(self, due: int) -> None:
        """Pieces that no upload stands for: a process died between the two."""
        with self._books.reading() as connection:
            ids = ids_of(ask(connection, "SELECT id FROM upload"))
        vault = self.blobs.vault
        known = {vault.keyed_name("partial", each) + ENDING for each in ids}
        for path in vault.folder_of("partial").glob(f"*{ENDING}"):
            try:
                if path.name not in known and path.stat().st_mtime * 1_000_000 < due:
                    path.unlink()
            except OSError:
                pass  # another process was quicker

    def collect(self) -> int:
        """Remove contents that no row has named for 30 days; how many went."""
        after, count = "", 0
        while True:
            with self._books.reading() as connection:
                text = "SELECT sha256, size, kept_at, unnamed_since FROM kept_content WHERE sha256 > ? ORDER BY sha256"
                kept = [KeptContent.from_values(row) for row in ask(connection, f"{text} LIMIT {AT_ONCE}", after)]
            if not kept:
                return count
            after = kept[-1].sha256
            for sha256 in self._books.write(lambda connection, kept=kept: self._unnamed(connection, kept)):  # type: ignore[misc]
                self.blobs.remove(sha256)
                count += 1

    def _unnamed(self, connection: sa.Connection, kept: Sequence[KeptContent]) -> list[str]:
        """Note since when each is unnamed; those that have been for long, with their rows already gone."""
        now = self._clock.now()
        names = contents_named(connection, None, [one.sha256 for one in kept], own=False)
        gone = [
            one.sha256 for one in kept
            if one.sha256 not in names and one.unnamed_since is not None and now - one.unnamed_since > UNNAMED_LIFE
        ]  # fmt: skip
        news = [
            replace(one, unnamed_since=None if one.sha256 in names else now)
            for one in kept
            if (one.sha256 in names) != (one.unnamed_since is None)
        ]
        add_rows(connection, KeptContent, news, put=True)
        tell(connection, "DELETE FROM kept_content WHERE sha256 IN (?..)", gone)
        return gone


def contents_named(connection: sa.Connection, sender: Sender | None, hashes: Sequence[str], *, own: bool) -> set[str]:
    """Of these hashes those that a row in this person's scope names; without a sender those that any row names.

    With `own` also what a row names that this person made, wherever it is now: they may hand in its content.
    """
    found: set[str] = set()
    for table, holds in naming():
        values: list[Any] = [list(hashes)]
        text = f'SELECT DISTINCT "{holds.column}" FROM "{table.tablename}" WHERE "{holds.column}" IN (?..)'  # noqa: S608
        condition = None if sender is None or sender.sees_everything else in_scope(table.tablename)
        if sender is not None and condition is not None:
            inside, times = condition
            values += [sender.user_id] * times
            if own and "by_id" in table.column_names:
                inside, values = f"{inside} OR by_id = ?", [*values, sender.user_id]
            text += f" AND ({inside})"
        found |= set(ids_of(ask(connection, text, *values)))
    return found


def _files_key(connection: sa.Connection) -> str:
    """Key of this headquarters' contents, drawn where there is none; two processes agree on one."""
    ask(connection, "SELECT value FROM hq_setting WHERE name = ? FOR UPDATE", "hq_id")
    kept = settings(connection).get("files_key")
    if kept is None:
        kept = new_store_key().hex()
        put_settings(connection, files_key=kept)
    return str(kept)
