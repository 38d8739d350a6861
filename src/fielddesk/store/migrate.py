"""A newer program meets an older store: a copy is brought up to date, with all waiting work, and takes its place.

The store is copied, and in the copy the waiting operations are taken back, the tables brought up to date and the
operations run again. Only a copy that passed every check replaces the store, by one rename. Until then the store is
as it was, so whatever breaks, the old one or the new one is there at the next start.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from pydantic_core import PydanticCustomError

from fielddesk.core import canonical
from fielddesk.core.clock import Clock
from fielddesk.core.errors import FieldDeskError, StoreProblem
from fielddesk.core.frozen import dataclass
from fielddesk.store import backup, connect, outbox, schema, steps
from fielddesk.store.again import identity_in, lay_on_top
from fielddesk.store.aside import COMPANIONS
from fielddesk.store.disk import Disk, check_room, told
from fielddesk.store.keys import Keys
from fielddesk.store.outbox import OwnOperation, SetAside
from fielddesk.store.tables import BY_NAME, row_digest
from fielddesk.store.tx import Key, Reading, write

MODULUS = 2**64
RUN_TOGETHER = 200
log = logging.getLogger(__name__)
Point = Callable[[str], None]


def bring_up(folder: Path, path: Path, keys: Keys, clock: Clock, disk: Disk, point: Point) -> StoreProblem:
    """Upgrade the store at `path`, which does not stand at this version's step; the answer is what to tell.

    The profile's lock is held and nobody has the database open. store_newer: made by a newer version.
    upgrade_failed (why, step, backup): the store is as it was.
    """
    with connect.sole(path, keys.subkey("database")) as connection:
        at = steps.step_of(connection)
    wanted = steps.newest()
    if at is None:
        raise StoreProblem("store_damaged", file=path.name)
    if at not in schema.known_revisions():
        raise StoreProblem("store_newer", file=path.name, step=at, known=wanted)
    return _Upgrade(folder, path, keys, clock, disk, point).run(at, wanted)


@dataclass
class _Before:
    """What must be the same afterwards."""

    columns: dict[str, list[str]]
    """Of each synced table those that the program of before and this one have."""
    sums: dict[str, tuple[int, int]]
    """Of each synced table how many rows, and their digest over these columns."""
    operations: list[tuple[str, str]]
    """(id, hash) of every operation, in order."""
    standing: list[str]
    changed: bool = False
    """Whether a synced table has other columns now: what headquarters sent for them was not kept."""


@dataclass
class _Upgrade:
    """One upgrade from one step to another."""

    folder: Path
    path: Path
    keys: Keys
    clock: Clock
    disk: Disk
    point: Point

    def __post_init__(self) -> None:
        self.copy = self.folder / steps.COPY

    def _sole(self, path: Path) -> AbstractContextManager[sa.Connection]:
        return connect.sole(path, self.keys.subkey("database"))

    def run(self, at: str, wanted: str) -> StoreProblem:
        check_room(self.folder, 3 * self.path.stat().st_size)
        saved = backup.make(self.folder, self.keys, self.clock, why="upgrade", disk=self.disk)
        self.point("upgrade_backed_up")
        try:
            self._copy()
            self.point("upgrade_copied")
            self._bring_copy_up(at)
            self.point("upgrade_checked")
            self._swap()
        except StoreProblem as problem:
            if problem.code in _OF_THE_MOMENT:
                raise
            raise StoreProblem("upgrade_failed", why=str(problem), step=at, backup=saved.name) from problem
        except (FieldDeskError, sa.exc.SQLAlchemyError, CommandError) as problem:
            raise StoreProblem("upgrade_failed", why=type(problem).__name__, step=at, backup=saved.name) from problem
        self.point("upgrade_swapped")
        return StoreProblem("store_upgraded", step=at, to=wanted, backup=saved.name)

    def _copy(self) -> None:
        """The whole database as one file: everything in the log is brought in first."""
        with self._sole(self.path) as connection:
            connect.bring_in_log(connection, self.path)
            connect.begin_write(connection)
            with told(self.path):
                shutil.copyfile(self.path, self.copy)
            connection.rollback()

    def _bring_copy_up(self, at: str) -> None:
        with self._sole(self.copy) as connection:
            before = _take_back(connection)
            self.point("upgrade_put_back")
            schema.upgrade(connection, "laptop")
            self.point("upgrade_migrated")
            _check_rows(connection, before, _rewritten(at))
            _run_again(connection, before)
            self.point("upgrade_run_again")
            _check_operations(connection, before)
            found = connect.run(connection, "PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise StoreProblem("store_damaged", file=self.copy.name, why=str(found))
            connect.bring_in_log(connection, self.copy)

    def _swap(self) -> None:
        """One rename. A log left of the old database would be taken for the new one's, so there must be none."""
        with self._sole(self.path) as connection:
            connect.bring_in_log(connection, self.path)
        for path in (self.path, self.copy):
            if any(path.with_name(path.name + end).exists() for end in COMPANIONS):
                raise StoreProblem("store_busy", file=path.name)
        with told(self.copy):
            file = self.disk.open(self.copy)
            try:
                self.disk.sync(file)
            finally:
                self.disk.close(file)
            self.point("upgrade_before_swap")
            self.disk.rename(self.copy, self.path)
            self.disk.sync_folder(self.folder)


_OF_THE_MOMENT = ("disk_full", "folder_read_only", "store_busy", "file_busy", "disk_failed")


def _take_back(connection: sa.Connection) -> _Before:
    """Put the rows back as they were before the waiting operations, in the tables of before."""
    connect.begin_write(connection)
    images: dict[Key, str | None] = {}
    for name, row_id, text in connect.run(connection, _IMAGES):
        images.setdefault((name, row_id), text)
    columns = {name: _columns(connection, name) for name in BY_NAME}
    for (name, row_id), text in images.items():
        _put_back(connection, name, row_id, text, _columns(connection, name))
    connect.run(connection, "DELETE FROM touched_row WHERE op_id IN (SELECT id FROM own_operation WHERE standing = 1)")
    kept = {
        name: [col for col in there if col in BY_NAME[name].column_names] for name, there in columns.items() if there
    }
    before = _Before(
        columns=kept,
        sums={name: _sum(connection, name, names) for name, names in kept.items()},
        operations=[(op_id, digest) for op_id, digest in connect.run(connection, _OPERATIONS)],
        standing=[row[0] for row in connect.run(connection, _STANDING)],
        changed=any(there and set(there) != set(BY_NAME[name].column_names) for name, there in columns.items()),
    )
    connection.commit()
    return before


def _put_back(connection: sa.Connection, name: str, row_id: str, text: str | None, columns: list[str]) -> None:
    if text is None:
        connect.run(connection, f'DELETE FROM "{name}" WHERE id = ?', (row_id,))  # noqa: S608 - a table's name
        return
    rev, body = canonical.loads(text)
    values = {col: value for col, value in {**body, "rev": rev}.items() if col in columns and col != "id"}
    news = ", ".join(f'"{col}" = ?' for col in values)
    statement = f'UPDATE "{name}" SET {news} WHERE id = ?'  # noqa: S608 - names of columns that are there
    connect.run(connection, statement, (*values.values(), row_id))


def _run_again(connection: sa.Connection, before: _Before) -> None:
    """Rows that waited for tables of this version, then the operations, in order and through their up-casters."""
    read = Reading(connection)
    identity = identity_in(read)
    connection.rollback()
    for start in range(0, max(1, len(before.standing)), RUN_TOGETHER):
        connect.begin_write(connection)
        if start == 0:
            _place_what_waited(read)
            if before.changed:
                outbox.put_setting(connection, cursor=None, snapshot=None)
        for op_id in before.standing[start : start + RUN_TOGETHER]:
            own = read.get(OwnOperation, op_id)
            assert own is not None
            lay_on_top(identity, connection, own, [])
        connection.commit()


def _place_what_waited(read: Reading) -> None:
    for waiting in read.all(SetAside):
        table = BY_NAME.get(waiting.tablename_)
        if table is None:
            continue
        try:
            row = table.from_body(canonical.loads(waiting.body), waiting.rev)
        except (PydanticCustomError, KeyError):
            log.warning("a row of %s that waited for this version does not fit it", waiting.tablename_)
            continue
        write(read.connection, table, "put", [row])
        write(read.connection, SetAside, "drop", [waiting])


def _check_rows(connection: sa.Connection, before: _Before, rewritten: set[str]) -> None:
    for name, names in before.columns.items():
        same = [col for col in names if f"{name}.{col}" not in rewritten]
        if name in rewritten or same != names:
            continue
        if _sum(connection, name, names) != before.sums[name]:
            raise StoreProblem("upgrade_changed_rows", table=name)


def _check_operations(connection: sa.Connection, before: _Before) -> None:
    if [(op_id, digest) for op_id, digest in connect.run(connection, _OPERATIONS)] != before.operations:
        raise StoreProblem("upgrade_lost_operations")
    if [row[0] for row in connect.run(connection, _STANDING)] != before.standing:
        raise StoreProblem("upgrade_lost_operations")


def _rewritten(at: str) -> set[str]:
    """What the steps since `at` say they write anew: `rewrites = {"part.category", "asset"}` in a step's module."""
    script = ScriptDirectory.from_config(schema.alembic_config("laptop"))
    found: set[str] = set()
    for step in script.iterate_revisions("head", at):
        found |= set(getattr(step.module, "rewrites", ()))
    return found


def _columns(connection: sa.Connection, name: str) -> list[str]:
    return [row[1] for row in connect.run(connection, f'PRAGMA table_info("{name}")')]


def _sum(connection: sa.Connection, name: str, columns: list[str]) -> tuple[int, int]:
    names = ", ".join(f'"{col}"' for col in columns)
    count = total = 0
    for values in connect.run(connection, f'SELECT {names} FROM "{name}"'):  # noqa: S608 - names from the models
        count += 1
        total += row_digest(name, dict(zip(columns, values, strict=True)))
    return count, total % MODULUS


_IMAGES = (
    "SELECT t.tablename_, t.row_id, t.before FROM touched_row t JOIN own_operation o ON o.id = t.op_id "
    "WHERE t.wrote = 1 AND o.standing = 1 ORDER BY o.place"
)
_OPERATIONS = "SELECT id, hash FROM own_operation ORDER BY place"
_STANDING = "SELECT id FROM own_operation WHERE standing = 1 ORDER BY place"
