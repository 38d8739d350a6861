"""This laptop's list of contents: made from the rows, kept in step with them, and what of it is due.

A content that no row names any more leaves the disk, unless headquarters may still take it. What stands in the list is
derived: lost with the database, it is made again, and headquarters is asked what it has.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa

from fielddesk.core.clock import DAY, SECOND
from fielddesk.core.frozen import dataclass
from fielddesk.store import contents as listed
from fielddesk.store.blobs import Blobs
from fielddesk.store.contents import REST, Content, Named, changed, naming
from fielddesk.store.database import Changes, Store
from fielddesk.store.outbox import put_setting, setting
from fielddesk.store.statements import ask, ids_of
from fielddesk.store.tx import Key, Reading, write
from fielddesk.sync.protocol import Mark

PLANNED: Final = 2_000
"""Contents in one look at the list; behind the last of them comes another look."""
WRITTEN_TOGETHER: Final = 250
PORTION: Final = 2_000
"""Contents that are put into the list, or taken off it, before the rows may have their turn."""
MANY_TOUCHED: Final = 2_000
UNNAMED_LIFE: Final = 30 * DAY
_FAR: Final = 3 * DAY


@dataclass(frozen=True)
class Due:
    """What may be done now: hashes to ask about; what a person waits for; what goes up; what comes down. Counts of
    what was lost before it was sent, and of what headquarters does not have."""

    asks: list[str]
    wanted: list[Content]
    up: list[Content]
    down: list[Content]
    lost: int
    missing: int


class ContentList:
    """The list of one laptop. `near` tells the rows whose contents are at hand, `rest_share` how many bytes of the
    others are fetched unasked; `dropping` is called before a content is removed."""

    def __init__(
        self,
        store: Store,
        near: Callable[[Reading], set[str]],
        rest_share: int,
        dropping: Callable[[str], None],
    ) -> None:
        self._store, self._near, self._rest_share, self._dropping = store, near, rest_share, dropping
        self._tables = {table.tablename for table, _ in naming()}
        self._touched: deque[Key] = deque()
        self._whole_look = True
        self._pending: list[Content] = []
        self._leaving: list[Content] = []
        self._near_before: set[str] = set()
        self.close = store.listen(self._heard)
        """Listen to the store no more."""

    @property
    def _blobs(self) -> Blobs:
        assert self._store.blobs is not None
        return self._store.blobs

    def _heard(self, changes: Changes) -> None:
        """On the writer's thread; a deque may be filled there and emptied here."""
        if changes.tables & self._tables:
            self._touched.extend(key for key in changes.rows if key[0] in self._tables)

    # ---------------------------------------------------------------- what is due

    def due(self) -> Due:
        """What may be done now, each in its order."""
        now = self._store.clock.now()
        with self._store.read() as read:
            asks = [each.sha256 for each in _contents(_due(read, now, "state = 'here'", "row_id"))]
            wanted = _contents(_due(read, now, "state = 'away' AND asked = 1", "row_id DESC"))
            up = _contents(_due(read, now, "state = 'lacked'", "rank, row_id"))
            down: list[Content] = []
            for rank in range(REST):  # one after the other: in one question the database would sort them all
                where = f"state = 'away' AND asked = 0 AND rank = {rank}"
                down += _contents(_due(read, now, where, "row_id DESC")) if len(down) < PLANNED else ()
            if len(down) < PLANNED:
                down += self._within_share(read, now)
            return Due(asks, wanted, up, down, *_counts(read))

    def among(self, hashes: Iterable[str], state: str) -> list[Content]:
        """Those of these hashes that stand so."""
        with self._store.read() as read:
            return [each for each in _among(read, hashes) if each.state == state]

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

    def put(self, contents: list[Content]) -> None:
        """Write these, in place of what stood."""

        def put(connection: sa.Connection) -> tuple[None, list[Key]]:
            write(connection, Content, "put", contents)
            return None, [(Content.tablename, each.sha256) for each in contents]

        if contents:
            self._store.write(put)

    def begin_epoch(self, epoch: Mark) -> None:
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

    def bring_up(self) -> bool:
        """Bring the list in step with the rows: with all of them at the start, then with those that changed.

        False where there is so much of it that only a portion was done: rows may go first, then it is called again.
        """
        if not self._pending and not self._leaving:
            self._compare()
        for _ in range(PORTION // WRITTEN_TOGETHER):
            if self._pending:
                self.put(self._pending[:WRITTEN_TOGETHER])
                del self._pending[:WRITTEN_TOGETHER]
            elif self._leaving:
                self._remove(self._leaving[:WRITTEN_TOGETHER])
                del self._leaving[:WRITTEN_TOGETHER]
        return not self._pending and not self._leaving

    def _compare(self) -> None:
        """Find what of the list is no longer so."""
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
                hashes = self._hashes_to_look_at(read, keys, near)
                names = listed.named(read, near, sorted(hashes)) if hashes else {}
                known = {each.sha256: each for each in _among(read, hashes)}
        stay, self._leaving = self._unnamed(names, known)
        self._pending = self._news(names, known) + stay
        if whole:
            self._sweep(names.keys() | known.keys())
        self._near_before, self._whole_look = near, False

    def _hashes_to_look_at(self, read: Reading, keys: list[Key], near: set[str]) -> set[str]:
        found = listed.named_by_rows(read, keys) | listed.named_near(read, sorted(near ^ self._near_before))
        text = "SELECT sha256 FROM content WHERE row_id IN (?..)"
        found |= set(ids_of(ask(read.connection, text, [row_id for _, row_id in keys])))
        return found | set(ids_of(ask(read.connection, "SELECT sha256 FROM content WHERE unnamed_since IS NOT NULL")))

    def _news(self, names: dict[str, Named], known: dict[str, Content]) -> list[Content]:
        found, there = [], self._there(len(names))
        for sha256, name in names.items():
            old = known.get(sha256)
            here = there(sha256)
            if old is None:
                state = "here" if here else "away"
                new = Content(sha256=sha256, size=name.size, rank=name.rank, state=state, row_id=name.row_id)
            else:
                size = (old.size if old.state == "safe" else 0) or name.size or old.size  # what was carried is sure
                new = changed(old, size=size, rank=name.rank, row_id=name.row_id, unnamed_since=None)
                new = _as_on_disk(new, here)
            if new != old:
                found.append(new)
        return found

    def _there(self, count: int) -> Callable[[str], bool]:
        """Whether a content is on the disk; for many the folder is read once."""
        blobs = self._blobs
        if count < MANY_TOUCHED:
            return blobs.has
        vault = blobs.vault
        present = {path.name for path in vault.folder_of("files").glob("*")}
        return lambda sha256: vault.keyed_name("files", sha256) in present

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

    def _remove(self, contents: list[Content]) -> None:
        """Take contents off the disk, and off the list."""
        for each in contents:
            self._dropping(each.sha256)
            self._blobs.remove(each.sha256)
            listed.part_of(self._blobs, each.sha256).unlink(missing_ok=True)

        def forget(connection: sa.Connection) -> tuple[None, list[Key]]:
            write(connection, Content, "drop", contents)
            return None, [(Content.tablename, each.sha256) for each in contents]

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


_COLUMNS = ", ".join(Content.column_names)


def _due(read: Reading, now: int, where: str, order: str) -> Sequence[Any]:
    """Rows of the list whose time has come; a clock that was set back must not put it off for years."""
    text = f"SELECT {_COLUMNS} FROM content WHERE {where} AND (not_before <= ? OR not_before > ?)"  # noqa: S608 - ours
    return ask(read.connection, f"{text} ORDER BY {order} LIMIT {PLANNED}", now, now + _FAR)


def _contents(rows: Iterable[Any]) -> list[Content]:
    return [Content.from_values(row) for row in rows]


def _among(read: Reading, hashes: Iterable[str]) -> list[Content]:
    wanted = sorted(set(hashes))
    text = f"SELECT {_COLUMNS} FROM content WHERE sha256 IN (?..)"  # noqa: S608 - ours
    return _contents(ask(read.connection, text, wanted))


def _counts(read: Reading) -> tuple[int, int]:
    lost = ask(read.connection, "SELECT count(*) FROM content WHERE state = 'lost'")
    text = "SELECT count(*) FROM content WHERE problem <> 'none' AND state = 'away' AND problem = 'file_missing'"
    missing = ask(read.connection, text)
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
