"""From a folder and a key to an open store: made at enrolment, opened at every start."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fielddesk.core.clock import Clock
from fielddesk.core.errors import StoreProblem
from fielddesk.store import connect, instance, outbox, profile
from fielddesk.store.database import Identity, NoJournal, Store, guard
from fielddesk.store.disk import DISK, Disk, make_folder
from fielddesk.store.journal import OP, Journal, JournalDamaged, set_aside
from fielddesk.store.keys import Keys
from fielddesk.store.lanes import InlineWriter, Writer
from fielddesk.store.tables import LAPTOP, SYNCED
from fielddesk.store.tx import Reading

DATABASE = "store.db"


@dataclass(frozen=True)
class Enrolment:
    """What headquarters said when this laptop was enrolled: who it is and whose work it holds.

    `epoch` and `incarnation` are headquarters' marks as given; `user` and `device` are ids, `account` names the
    entry in the key store.
    """

    hq_id: str
    hq_url: str
    hq_name: str
    epoch: int | str
    incarnation: int | str
    user: str
    account: str
    role: str
    device: str
    device_code: str

    def settings(self) -> dict[str, Any]:
        """The same as the store's settings; the queue counts incarnations as text, headquarters' own is the mark."""
        kept = asdict(self)
        return kept | {"incarnation": str(self.incarnation), "mark": self.incarnation}

    def who(self) -> dict[str, int | str]:
        """What the header remembers beside headquarters itself."""
        return {name: value for name, value in asdict(self).items() if name not in ("hq_id", "hq_url")}


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

    The header is written last: a profile without one was never finished.
    """
    make_folder(folder)
    keys = Keys(store_key)
    with ExitStack() as opened:
        holder = opened.enter_context(instance.take(folder, disk)) if lock else None
        if (folder / profile.FILE).exists() or (folder / DATABASE).exists():
            raise StoreProblem("profile_exists", folder=str(folder))
        engine, gate = _engine(folder, keys)
        opened.callback(engine.dispose)
        with connect.told(folder / DATABASE):
            _lay_tables(engine, gate)
            with engine.begin() as connection:
                outbox.put_setting(connection, **enrolment.settings(), created_at=clock.now())
        journal = opened.enter_context(Journal.open(folder, keys, clock=clock, disk=disk))
        profile.write_header(
            folder, keys, hq_id=enrolment.hq_id, hq_url=enrolment.hq_url, created_at=clock.now(),
            who=enrolment.who(), disk=disk,
        )  # fmt: skip
        store = _store(folder, engine, gate, clock, writer, draw_random, point, holder)
        store.take_journal(journal)
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

    already_open, header_missing, header_damaged, header_changed, profile_newer, wrong_key, store_missing,
    store_damaged, store_newer, store_busy, folder_read_only, disk_full. After any of them no file is held and nothing
    was renamed. What was mended on the way stands in `Store.found`.
    """
    keys = Keys(store_key)
    with ExitStack() as opened:
        holder = opened.enter_context(instance.take(folder, disk)) if lock else None
        profile.check_key(profile.read_header(folder), keys)
        _check_presence(folder / DATABASE)
        engine, gate = _engine(folder, keys)
        opened.callback(engine.dispose)
        with connect.told(folder / DATABASE):
            _lay_tables(engine, gate)
        store = _store(folder, engine, gate, clock, writer, draw_random, point, holder)
        opened.pop_all()
        opened.callback(store.close)
        _join_journal(store, folder, keys, clock, disk)
        opened.pop_all()
        return store


def _check_presence(path: Path) -> None:
    """SQLite would take an empty file, or none, for a new database."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise StoreProblem("store_missing", file=path.name, folder=str(path.parent)) from None
    if size == 0:
        raise StoreProblem("store_damaged", file=path.name)


def _engine(folder: Path, keys: Keys) -> tuple[sa.Engine, connect.Gate]:
    gate = connect.Gate()
    return connect.encrypted_engine(folder / DATABASE, keys.subkey("database"), gate), gate


def _lay_tables(engine: sa.Engine, gate: connect.Gate) -> None:
    with engine.begin() as connection:
        connect.begin_write(connection)
        SYNCED.create_all(connection)
        LAPTOP.create_all(connection)
        guard(connection)


def _store(
    folder: Path,
    engine: sa.Engine,
    gate: connect.Gate,
    clock: Clock,
    writer: Callable[[], Writer],
    draw_random: Callable[[int], bytes] | None,
    point: Callable[[str], None] | None,
    holder: instance.Instance | None,
) -> Store:
    with connect.told(folder / DATABASE), engine.connect() as connection:
        identity = identity_in(Reading(connection))
    store = Store(
        engine, gate, NoJournal(), clock, identity, writer=writer(), path=folder / DATABASE, draw_random=draw_random,
        point=point, let_go=holder.release if holder else None,
    )  # fmt: skip
    store.instance = holder
    return store


def identity_in(read: Reading) -> Identity:
    """Whose store this is, from its settings; store_damaged where they are not there."""
    kept = {name: outbox.setting(read, name) for name in ("user", "role", "device", "device_code")}
    if not all(isinstance(value, str) for value in kept.values()):
        raise StoreProblem("store_damaged", file=DATABASE)
    return Identity(**kept)


def _join_journal(store: Store, folder: Path, keys: Keys, clock: Clock, disk: Disk) -> None:
    """Run what the journal has and the outbox lacks, and give the journal what only the outbox has."""
    try:
        journal = Journal.open(folder, keys, clock=clock, disk=disk)
    except JournalDamaged as damage:
        _save_from(store, damage)
        aside = set_aside(folder, disk)
        store.found.append(StoreProblem("journal_damaged", **{**damage.values, "kept_as": aside.name}))
        journal = Journal.open(folder, keys, clock=clock, disk=disk)
    store.take_journal(journal)
    store.replay_journal()
    with store.read() as read:
        own = outbox.OwnOperation.c
        query = sa.select(own.id, own.body).where(own.standing == 1).order_by(own.place)
        lacking = [(OP, op_id, body) for op_id, body in map(tuple, read.rows(query)) if not journal.holds(op_id)]
    journal.append_many(lacking)


def _save_from(store: Store, damage: JournalDamaged) -> None:
    standing: dict[str, str] = {}
    for record in (*damage.records_before, *damage.records_after):
        standing.pop(record.id, None)
        if record.kind == OP:
            standing[record.id] = record.body
    with store.read() as read:
        known = outbox.known_among(read, list(standing))
    for op_id, body in standing.items():
        if op_id not in known:
            store.replay(op_id, body)


__all__ = ["DATABASE", "Enrolment", "create_laptop", "identity_in", "open_laptop"]
