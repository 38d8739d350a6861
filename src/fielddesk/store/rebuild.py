"""A damaged database is put aside and begun anew: out of the newest copy or headquarters' rows, and the journal.

Nothing is deleted. What can still be read of the damaged file goes along: drafts, numbers drawn, settings, and work
that a damaged journal lacks. Where a sound copy is at hand its rows are there at once, also without a network, and
headquarters sees a restored profile; else the new database says it knows nothing of headquarters' rows yet, and the
next sync takes a snapshot. Either way headquarters gives it an incarnation of its own.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from fielddesk.core import canonical
from fielddesk.core.clock import Clock
from fielddesk.core.errors import StoreProblem
from fielddesk.core.frozen import dataclass
from fielddesk.store import connect, instance, outbox, profile, steps
from fielddesk.store.again import NUMBERS
from fielddesk.store.aside import move_aside, move_database_aside, remove_database
from fielddesk.store.backup import Backup, backups, moment_of, take_database
from fielddesk.store.database import Store
from fielddesk.store.disk import DISK, Disk, told
from fielddesk.store.journal import Journal, JournalDamaged
from fielddesk.store.keys import Keys
from fielddesk.store.lanes import InlineWriter, Writer
from fielddesk.store.laptop import (
    DATABASE,
    REPLACEABLE,
    Enrolment,
    Opening,
    lay_database,
    standing_in,
    write_header,
)
from fielddesk.store.outbox import Draft
from fielddesk.store.tx import Reading, write

_FORGOTTEN = ("cursor", "sent", "snapshot", "removed", "synced_at", "next_seq", "incarnation")
"""Settings that told how far the damaged database was with headquarters."""


@dataclass
class Salvage:
    """What could be read of a damaged database. `operations`: (id, body, whether it stood), in the order they were
    done."""

    settings: dict[str, Any]
    drafts: list[Draft]
    operations: list[tuple[str, str, bool]]


def rebuild(
    folder: Path,
    store_key: bytes,
    clock: Clock,
    *,
    enrolment: Enrolment | None = None,
    lock: bool = True,
    writer: Callable[[], Writer] = InlineWriter,
    disk: Disk = DISK,
    draw_random: Callable[[int], bytes] | None = None,
    point: Callable[[str], None] | None = None,
) -> Store:
    """Begin the database of a profile anew and open it; call it after store_damaged or store_missing.

    `enrolment` says whose profile it is where nothing else does any more. already_open, wrong_key, disk_full, or the
    header's own problem if it is lost too and nobody says whose it is. What happened stands in `Store.found`:
    store_rebuilt (kept_as, operations, drafts, copy: the moment of the copy whose rows it has, or 0). Killed at any
    moment, it can be called again.
    """
    keys = Keys(store_key)
    with ExitStack() as held:
        holder = held.enter_context(instance.take(folder, disk)) if lock else None
        opening = Opening(folder, keys, clock, holder, writer, disk, draw_random, point)
        header, trouble = _header(folder, keys)
        saved = _salvage(folder, keys)
        whose = enrolment or _whose(header, keys, saved)
        if whose is None:
            raise trouble or StoreProblem("header_damaged", file=profile.FILE, folder=str(folder))
        operations = _all_work(folder, keys, clock, disk, saved)
        copy, operations = _newest_copy(opening, whose, operations)
        aside = _put_in_place(opening, saved, whose, copy)
        if trouble is not None:
            move_aside(folder / profile.FILE, "damaged", clock.now(), disk)
            write_header(folder, keys, whose, clock.now(), disk)
        made = 0 if copy is None else moment_of(copy)
        values = {"kept_as": aside, "operations": len(operations), "drafts": len(saved.drafts), "copy": made}
        opening.found.append(StoreProblem("store_rebuilt", **values))
        store = opening.store(operations)
        held.pop_all()
        return store


def _header(folder: Path, keys: Keys) -> tuple[profile.Header | None, StoreProblem | None]:
    """The header, or what is wrong with it; a wrong key ends everything here."""
    try:
        header = profile.read_header(folder)
        profile.check_key(header, keys)
        return header, None
    except StoreProblem as problem:
        if problem.code not in REPLACEABLE:
            raise
        return None, problem


def _whose(header: profile.Header | None, keys: Keys, saved: Salvage) -> Enrolment | None:
    """From the database where that can be read: a fork has changed what enrolment wrote into the header."""
    with contextlib.suppress(KeyError):
        return Enrolment.from_settings(saved.settings)
    with contextlib.suppress(KeyError):
        return Enrolment.from_header(header, keys) if header is not None else None
    return None


def _salvage(folder: Path, keys: Keys) -> Salvage:
    """Read the damaged database, or the one put aside last if a rebuild was cut short between the two renames."""
    path = folder / DATABASE
    if not path.exists():
        path = max(folder.glob(f"{path.stem}-damaged-*{path.suffix}"), default=path)
    if not path.exists():
        return Salvage({}, [], [])
    operations = "SELECT place, id, body, standing FROM own_operation NOT INDEXED ORDER BY rowid"
    settings, drafts, first, last = connect.readable_rows(
        path,
        keys.subkey("database"),
        (
            "SELECT name, value FROM local_setting NOT INDEXED",
            f"SELECT {', '.join(Draft.column_names)} FROM draft NOT INDEXED",  # noqa: S608 - names from the model
            operations,
            operations + " DESC",
        ),
    )
    found = sorted({*first, *last})
    return Salvage(
        {name: canonical.loads(value) for name, value in settings},
        [Draft.from_values(values) for values in drafts],
        [(op_id, body, bool(standing)) for _, op_id, body, standing in found],
    )


def _all_work(folder: Path, keys: Keys, clock: Clock, disk: Disk, saved: Salvage) -> list[tuple[str, str]]:
    """The journal's operations and those that only the damaged database had, in the order they were done."""
    try:
        with Journal.open(folder, keys, clock=clock, disk=disk) as journal:
            written = journal.standing()
    except JournalDamaged as damage:
        written = standing_in(damage)
    places = {op_id: place for place, (op_id, _, _) in enumerate(saved.operations)}
    in_order: list[tuple[tuple[int, int], str, str]] = []
    place = -1
    for number, (op_id, body) in enumerate(written, 1):
        place = places.get(op_id, place)
        in_order.append(((place, 0 if op_id in places else number), op_id, body))
    known = {op_id for op_id, _ in written}
    in_order += [
        ((places[op_id], 0), op_id, body) for op_id, body, stood in saved.operations if stood and op_id not in known
    ]
    return [(op_id, body) for _, op_id, body in sorted(in_order)]


def _newest_copy(
    opening: Opening, whose: Enrolment, operations: list[tuple[str, str]]
) -> tuple[Backup | None, list[tuple[str, str]]]:
    """Put the database of the newest sound copy of this very enrolment beside the damaged one; None where none is.
    With it come those of the operations that it does not hold.

    One of another version, or of before a fork, is left alone: the way by a snapshot is the surer one then. So is one
    that cannot be read to its end: mending must come through.
    """
    new = opening.folder / steps.REBUILT
    for copy in backups(opening.folder, opening.keys):
        remove_database(new)
        with contextlib.suppress(StoreProblem, KeyError):
            take_database(copy, opening.keys, new, disk=opening.disk)
            with connect.sole(new, opening.keys.subkey("database")) as connection:
                whole = connect.is_whole(connection) and steps.step_of(connection) == steps.newest()
                read = Reading(connection)
                if whole and Enrolment.from_settings(outbox.settings(read)) == whose:
                    known = outbox.known_among(read, [op_id for op_id, _ in operations])
                    return copy, [(op_id, body) for op_id, body in operations if op_id not in known]
    return None, operations


def _put_in_place(opening: Opening, saved: Salvage, whose: Enrolment, copy: Backup | None) -> str:
    """Make the new database beside the damaged one and let them change names; how the damaged one is called now."""
    reached = opening.point or (lambda name: None)
    new = opening.folder / steps.REBUILT
    if copy is None:
        remove_database(new)
        kept = {name: value for name, value in saved.settings.items() if name not in _FORGOTTEN}
        lay_database(new, opening.keys, kept | whose.settings() | {"created_at": opening.clock.now()}, opening.disk)
    with connect.sole(new, opening.keys.subkey("database")) as connection:
        connect.begin_write(connection)
        if copy is not None:
            outbox.put_setting(connection, **_set_since(saved), **_drawn_since(Reading(connection), saved))
            if saved.drafts:  # what was typed then has been saved since, or stands among these
                connect.run(connection, "DELETE FROM draft")
        write(connection, Draft, "put", saved.drafts)
        connection.commit()
    reached("rebuild_laid")
    aside = move_database_aside(opening.path, "damaged", opening.clock.now(), opening.disk)
    reached("rebuild_put_aside")
    with told(new):
        opening.disk.rename(new, opening.path)
        opening.disk.sync_folder(opening.folder)
    reached("rebuild_in_place")
    return "" if aside is None else aside.name


def _set_since(saved: Salvage) -> dict[str, Any]:
    """Settings that are newer than the copy: above all that the laptop was locked."""
    return {
        name: value for name, value in saved.settings.items() if name not in _FORGOTTEN and not name.startswith(NUMBERS)
    }


def _drawn_since(read: Reading, saved: Salvage) -> dict[str, int]:
    """Counters of numbers that the damaged database had gone on drawing after the copy was made."""
    drawn = {name: int(count) for name, count in saved.settings.items() if name.startswith(NUMBERS)}
    return {name: max(count, int(outbox.setting(read, name, 0))) for name, count in drawn.items()}
