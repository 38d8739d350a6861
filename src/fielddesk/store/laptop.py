"""From a folder and a key to an open store: made at enrolment, opened at every start."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fielddesk.core.clock import Clock
from fielddesk.core.errors import StoreProblem
from fielddesk.core.frozen import dataclass
from fielddesk.store import connect, instance, outbox, profile, steps
from fielddesk.store.again import identity_in
from fielddesk.store.aside import move_aside, remove_database
from fielddesk.store.blobs import Blobs
from fielddesk.store.database import Store
from fielddesk.store.disk import DISK, Disk, make_folder, told
from fielddesk.store.enrolment import Enrolment, find_key, write_header
from fielddesk.store.journal import OP, Journal, JournalDamaged, set_aside
from fielddesk.store.keys import Keys
from fielddesk.store.lanes import InlineWriter, Writer
from fielddesk.store.second_copy import NoJournal
from fielddesk.store.tables import SYNCED
from fielddesk.store.tx import Reading
from fielddesk.store.vault import Vault

DATABASE = "store.db"
REPLACEABLE = ("header_missing", "header_damaged", "header_changed")
"""What can be wrong with a header and is mended where the database says whose profile it is."""
log = logging.getLogger(__name__)


def create_laptop(
    folder: Path,
    store_key: bytes,
    enrolment: Enrolment,
    clock: Clock,
    *,
    lock: bool = True,
    writer: Callable[[], Writer] = InlineWriter,
    disk: Disk = DISK,
    draw_random: Callable[[int], bytes] | None = None,
    point: Callable[[str], None] | None = None,
) -> Store:
    """Make a profile in `folder` and open its store; profile_exists where one is there.

    The header is written last: what has none was never finished. The modules that declare tables and actions are
    imported by the caller.
    """
    make_folder(folder)
    keys = Keys(store_key)
    with ExitStack() as opened:
        holder = opened.enter_context(instance.take(folder, disk)) if lock else None
        if (folder / profile.FILE).exists() or (folder / DATABASE).exists():
            raise StoreProblem("profile_exists", folder=str(folder))
        now = clock.now()
        lay_database(folder / DATABASE, keys, enrolment.settings() | {"created_at": now}, disk)
        opened.enter_context(Journal.open(folder, keys, clock=clock, disk=disk)).close()
        write_header(folder, keys, enrolment, now, disk)
        opening = Opening(folder, keys, clock, holder, writer, disk, draw_random, point)
        store = opening.store()
        opened.pop_all()
        return store


def open_laptop(
    folder: Path,
    store_key: bytes,
    clock: Clock,
    *,
    lock: bool = True,
    writer: Callable[[], Writer] = InlineWriter,
    disk: Disk = DISK,
    draw_random: Callable[[int], bytes] | None = None,
    point: Callable[[str], None] | None = None,
) -> Store:
    """Open the store of a profile, brought up to date and with everything the journal holds.

    already_open, header_missing, header_damaged, profile_newer, wrong_key, store_missing, store_damaged (both: see
    rebuild.py), store_newer, upgrade_failed, store_busy, folder_read_only, disk_full. After any of them no file is
    held and nothing was renamed. What was mended on the way stands in `Store.found`.
    """
    keys = Keys(store_key)
    with ExitStack() as opened:
        holder = opened.enter_context(instance.take(folder, disk)) if lock else None
        opening = Opening(folder, keys, clock, holder, writer, disk, draw_random, point)
        opening.check_header()
        check_presence(folder / DATABASE)
        if holder is not None:
            with contextlib.suppress(StoreProblem):
                Vault(folder, keys, disk).sweep()
        opening.bring_up_to_date()
        store = opening.store()
        opened.pop_all()
        return store


@dataclass
class Opening:
    """One attempt to open a profile whose lock is held."""

    folder: Path
    keys: Keys
    clock: Clock
    holder: instance.Instance | None
    writer: Callable[[], Writer]
    disk: Disk
    draw_random: Callable[[int], bytes] | None
    point: Callable[[str], None] | None

    def __post_init__(self) -> None:
        self.path = self.folder / DATABASE
        self.found: list[StoreProblem] = []
        # A log is left only where nobody could close the database; opening it once takes the log away.
        self.ended_badly = _has_content(self.path.with_name(self.path.name + "-wal"))

    def check_header(self) -> None:
        """A header that is gone, damaged or edited is made anew out of the database, if the key opens that."""
        try:
            profile.check_key(profile.read_header(self.folder), self.keys)
        except StoreProblem as problem:
            if problem.code not in REPLACEABLE:
                raise
            kept = settings_of(self.path, self.keys)
            try:
                enrolment = Enrolment.from_settings(kept)
            except KeyError:
                raise problem from None
            aside = move_aside(self.folder / profile.FILE, "damaged", self.clock.now(), self.disk)
            write_header(self.folder, self.keys, enrolment, int(kept.get("created_at", self.clock.now())), self.disk)
            self.found.append(StoreProblem("header_recovered", why=problem.code, kept_as=aside.name if aside else ""))

    def bring_up_to_date(self) -> None:
        """Upgrade an older database; see to the guards of one that is up to date."""
        for name in (steps.COPY, steps.REBUILT):  # of an upgrade or rebuild that did not come to its end
            remove_database(self.folder / name)
        with connect.sole(self.path, self.keys.subkey("database")) as connection:
            tables = sorted(SYNCED.tables)
            current = steps.step_of(connection) == steps.newest()
            if current and not connect.has_guards(connection, tables):
                connect.begin_write(connection)
                connect.guard(connection, tables)
                connection.commit()
        if not current:
            from fielddesk.store import migrate  # brings Alembic, a third of a second that an ordinary start saves

            point = self.point or (lambda name: None)
            self.found.append(migrate.bring_up(self.folder, self.path, self.keys, self.clock, self.disk, point))

    def store(self, first: Sequence[tuple[str, str]] = ()) -> Store:
        """Open the database, run operations it has lost (`first`), and join outbox and journal."""
        gate = connect.Gate()
        engine = connect.encrypted_engine(self.path, self.keys.subkey("database"), gate)
        with ExitStack() as opened:
            opened.callback(engine.dispose)
            with connect.told(self.path), engine.connect() as connection:
                identity = identity_in(Reading(connection))
            writer = self.writer()
            opened.callback(writer.close)
            with connect.told(self.path):
                store = Store(
                    engine, gate, NoJournal(), self.clock, identity, writer=writer, path=self.path,
                    draw_random=self.draw_random, point=self.point,
                )  # fmt: skip
            opened.pop_all()
            opened.callback(store.close)
            store.ended_badly = self.ended_badly
            store.blobs = Blobs(Vault(self.folder, self.keys, self.disk))
            store.replay(first)
            self._join_journal(store)
            self._keep_header_true(store)
            store.found += self.found
            store.instance = self.holder
            opened.pop_all()
            return store

    def _join_journal(self, store: Store) -> None:
        """Run what the journal has and the outbox lacks, and give the journal what only the outbox has."""

        def opened() -> Journal:
            return Journal.open(self.folder, self.keys, clock=self.clock, disk=self.disk)

        try:
            journal = opened()
        except JournalDamaged as damage:
            store.replay(_lacking(store, damage))
            aside = set_aside(self.folder, self.disk)
            self.found.append(StoreProblem("journal_damaged", **{**damage.values, "kept_as": aside.name}))
            journal = opened()
        store.take_journal(journal, opened)
        if count := store.replay_journal():
            self.found.append(StoreProblem("work_brought_back", count=count))
        with store.read() as read:
            own = outbox.OwnOperation.c
            ids = [row[0] for row in read.rows(sa.select(own.id).where(outbox.STANDS).order_by(own.place))]
            unknown = [op_id for op_id in ids if not journal.holds(op_id)]
            kept = [read.get(outbox.OwnOperation, op_id) for op_id in unknown]
        journal.append_many([(OP, own.id, own.body) for own in kept if own is not None])

    def _keep_header_true(self, store: Store) -> None:
        """A fork gives a new incarnation and device code; a database that is lost later must not fall behind them."""
        with store.read() as read:
            kept = outbox.settings(read)
        header = profile.read_header(self.folder)
        written = None
        with contextlib.suppress(KeyError):
            written = Enrolment.from_header(header, self.keys)
        with contextlib.suppress(KeyError):
            enrolment = Enrolment.from_settings(kept)
            if enrolment != written:
                write_header(self.folder, self.keys, enrolment, header.created_at, self.disk)


def lay_database(path: Path, keys: Keys, settings: dict[str, Any], disk: Disk) -> None:
    """Make a new database with these settings; nobody has it open afterwards."""
    from fielddesk.store import schema  # brings Alembic

    with connect.sole(path, keys.subkey("database")) as connection:
        schema.upgrade(connection, "laptop")
        connect.begin_write(connection)
        outbox.put_setting(connection, **settings)
        connection.commit()
    with told(path):
        disk.sync_folder(path.parent)


def check_presence(path: Path) -> None:
    """store_missing, store_damaged: SQLite would take an empty file, or none, for a new database."""
    if not path.exists():
        raise StoreProblem("store_missing", file=path.name, folder=str(path.parent))
    if not _has_content(path):
        raise StoreProblem("store_damaged", file=path.name)


def settings_of(path: Path, keys: Keys) -> dict[str, Any]:
    """The settings in a database that may be damaged; empty where the key opens nothing."""
    if not _has_content(path):
        return {}
    engine = connect.encrypted_engine(path, keys.subkey("database"), connect.Gate())
    try:
        with engine.connect() as connection:
            return outbox.settings(Reading(connection))
    except sa.exc.DBAPIError:
        return {}
    finally:
        engine.dispose()


def standing_in(damage: JournalDamaged) -> list[tuple[str, str]]:
    """(id, body) of the operations that a damaged journal still holds and that were not taken back, in order."""
    standing: dict[str, str] = {}
    for record in (*damage.records_before, *damage.records_after):
        standing.pop(record.id, None)
        if record.kind == OP:
            standing[record.id] = record.body
    return list(standing.items())


def _lacking(store: Store, damage: JournalDamaged) -> list[tuple[str, str]]:
    standing = standing_in(damage)
    with store.read() as read:
        known = outbox.known_among(read, [op_id for op_id, _ in standing])
    return [(op_id, body) for op_id, body in standing if op_id not in known]


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False


__all__ = [
    "DATABASE", "REPLACEABLE", "Enrolment", "Opening", "check_presence", "create_laptop", "find_key", "lay_database",
    "open_laptop", "settings_of", "standing_in", "write_header",
]  # fmt: skip
