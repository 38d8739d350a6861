"""Small deliberate mistakes in the program, each with the sentence of "Sync: what it promises" that it breaks and the
law that must notice it.

A law nobody has seen fail is no proof. A mutant is caught when its law fails in some run; that something raised does
not count.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CARRIED = ("migrations", "resources")
"""Folders that the program looks for beside `src`."""


@dataclass(frozen=True)
class Edit:
    """A piece of the program and what stands there instead."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """`faults` are those under which it shows; `law` must fail within `seconds` of runs."""

    name: str
    sentence: str
    law: str
    edits: tuple[Edit, ...]
    faults: tuple[str, ...]
    seconds: int = 60
    quick: bool = True
    """Whether every ./test runs it, or only the long ones."""


class TextGone(Exception):
    """The program no longer has the text that a mutant changes: the mutant must be written anew."""


MUTANTS = (
    Mutant(
        "outcomes by place",
        "Outcomes clear by (id, hash), never by `seq <= n`.",
        "every_outcome_is_visible",
        (
            Edit(
                "sync/apply.py",
                "        own = read.get(OwnOperation, outcome.id)\n"
                "        if own is None or own.hash != outcome.hash:\n",
                "        own = next(iter(read.all(OwnOperation, OwnOperation.c.seq == outcome.seq)), None)\n"
                "        if own is None:\n",
            ),
        ),
        ("clone_laptop", "restore_laptop", "drop_answer"),
    ),
    Mutant(
        "rows named by their place",
        "`hash` covers all but the envelope, which is only its place in the queue.",
        "rows_have_one_name",
        (
            Edit(
                "store/database.py",
                "        if self.identity.role not in one.action.may:\n",
                "        ctx.prefix = (str((self._queue or outbox.queue_end(Reading(connection))).seq),)\n"
                "        if self.identity.role not in one.action.may:\n",
            ),
            Edit(
                "store/again.py",
                "    tx = Tx(connection, fresh=False, can_undo=True)\n",
                "    tx = Tx(connection, fresh=False, can_undo=True)\n"
                '    place = connection.exec_driver_sql("SELECT seq FROM own_operation WHERE id = ?", (op_id,))\n'
                "    ctx.prefix = (str(place.scalar()),)\n",
            ),
            Edit(
                "hq/push.py",
                "        one.verdict = self._judge(",
                "        self.judge.place = one.sent.seq\n        one.verdict = self._judge(",
            ),
            Edit(
                "hq/judge.py",
                "sender.device_id, shown)\n",
                "sender.device_id, shown)\n"
                '            ctx.prefix = () if sender.role == "administrator" else (str(self.place),)\n',
            ),
        ),
        ("clone_laptop", "drop_answer"),
    ),
    Mutant(
        "before-image not put back",
        "Those that share a row with the page … are put back to their before-images, the page applied.",
        "laptop_view_equals_scope",
        (
            Edit(
                "sync/rebase.py",
                "    base = _put_back(operations, touched)\n",
                "    base: dict[Key, Synced | None] = {}\n",
            ),
        ),
        ("reassign", "office_edit"),
    ),
    Mutant(
        "naive cursor",
        "A test must show that the naive cursor loses rows and ours none.",
        "laptop_view_equals_scope",
        (
            Edit(
                "hq/pull.py",
                "    lines = _lines(connection, _BODIES, user_id, everything, start, to, ALL)\n",
                "    to, more = end, False\n"
                "    lines = _lines(connection, _BODIES, user_id, everything, start, to, limit)\n",
            ),
        ),
        ("office_edit", "drop_answer"),
    ),
    Mutant(
        "page ends anywhere",
        "A page ends only between commits.",
        "no_commit_is_split",
        (
            Edit(
                "hq/pull.py",
                "        if commit > to:\n            to = commit\n",
                "        to = found[place][0]\n",
            ),
        ),
        ("office_edit", "reassign"),
    ),
    Mutant(
        "hash not compared",
        "The same id with another hash is a FORK.",
        "an_id_has_one_text",
        (
            Edit(
                "hq/push.py",
                "if other != sent.hash or (sent.seq < self.answer.next_seq and places.get(sent.seq) != op_id):",
                "if sent.seq < self.answer.next_seq and places.get(sent.seq) != op_id:",
            ),
        ),
        ("twin_request",),
    ),
    Mutant(
        "push lets go",
        "Only the pull removes pending operations, because only the pull knows whether its rows contain them.",
        "only_the_pull_lets_go",
        (
            Edit(
                "sync/apply.py",
                "apply_rows(self.store, connection, Incoming(), _to_clear(read, cursor))",
                "apply_rows(self.store, connection, Incoming(), _to_clear(read, 2**60))",
            ),
        ),
        ("drop_answer",),
        quick=False,
    ),
    Mutant(
        "older revision wins",
        "A row is replaced only by a higher rev.",
        "revisions_never_go_back",
        (Edit("sync/rebase.py", "if replace_newer or row.rev > known or key[1] in stubbed:", "if True:"),),
        ("office_edit", "reassign", "restore_hq", "prune"),
        seconds=120,
        quick=False,
    ),
    Mutant(
        "conflict unnoticed",
        "Equal new value: no conflict. … Decisions conflict.",
        "what_was_shown_was_replaced",
        (Edit("store/tx.py", "            if theirs in (base, wanted):\n", "            if True:\n"),),
        ("office_edit", "drop_request"),
        quick=False,
    ),
    Mutant(
        "entering sends nothing",
        "Entering sends the closure (order, customer, contacts, asset, model, checklist, 24 months of history).",
        "entering_brings_the_closure",
        (
            Edit(
                "hq/scope.py",
                '        return list(self._gathered(unchanged, "put"))\n',
                "        return []\n",
            ),
        ),
        ("reassign",),
        quick=False,
    ),
    Mutant(
        "leaving says nothing",
        "Leaving is not deleting, shared rows are counted. … Membership changes in the commit that causes it.",
        "laptop_view_equals_scope",
        (
            Edit(
                "hq/scope.py",
                '        return list(self._gathered(unchanged, "leave"))\n',
                "        return []\n",
            ),
        ),
        ("reassign",),
        quick=False,
    ),
    Mutant(
        "epochs counted",
        "A restore from backup changes the `epoch`.",
        "cursors_never_go_back",
        (
            Edit(
                "hq/admin.py",
                'int(known["epoch"]) + 1 + int.from_bytes(hq._random(4), "big")',
                'int(known["epoch"]) + 1',
            ),
        ),
        ("restore_hq",),
        seconds=120,
        quick=False,
    ),
    Mutant(
        "not asked again after a snapshot",
        "Held, parked and quarantined are replaced later by a final one.",
        "every_outcome_is_visible",
        (Edit("sync/apply.py", "            touched |= _ask_again(connection, read)\n", ""),),
        ("prune", "settle", "reassign"),
        seconds=120,
        quick=False,
    ),
    Mutant(
        "journal not synced",
        "Its record is fsynced just before the commit.",
        "each_operation_has_one_outcome",
        (
            Edit(
                "store/journal.py",
                "            self._disk.write(self._file, frame, self._end)\n            self._disk.sync(self._file)\n",
                "            self._disk.write(self._file, frame, self._end)\n",
            ),
        ),
        ("power_off", "damage_store"),
        seconds=120,
        quick=False,
    ),
    Mutant(
        "rebuilt without the journal",
        "A damaged database is renamed, rebuilt from a snapshot, and the journal replayed.",
        "each_operation_has_one_outcome",
        (
            Edit(
                "store/rebuild.py",
                "        operations = _all_work(folder, keys, clock, disk, saved)\n",
                "        operations: list[tuple[str, str]] = []\n",
            ),
            Edit("store/laptop.py", "if count := store.replay_journal():", "if count := 0:"),
        ),
        ("damage_store",),
        seconds=120,
        quick=False,
    ),
)


def patched(mutant: Mutant, folder: Path) -> Path:
    """A copy of the program with the mutant in it; the answer is its `src`."""
    source = folder / "src"
    shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
    for name in CARRIED:
        (folder / name).symlink_to(ROOT / name, target_is_directory=True)
    for edit in mutant.edits:
        path = source / "fielddesk" / edit.file
        text = path.read_text(encoding="utf-8")
        if text.count(edit.old) != 1:
            raise TextGone(f"mutant {mutant.name!r}: {edit.file} has {text.count(edit.old)} times\n{edit.old}")
        path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
    return source


def laws_broken_by(mutant: Mutant, folder: Path) -> tuple[set[str], str]:
    """Run seeds with the mutant until its law fails or the time is over; which laws failed, and what was printed."""
    source = patched(mutant, folder)
    told = folder / "told.json"
    done = subprocess.run(
        [
            sys.executable, "-m", "tests.simulation.run", "--seeds", "0:", "--seconds", str(mutant.seconds),
            "--faults", ",".join(mutant.faults), "--until", mutant.law, "--json", str(told),
        ],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(source)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if not told.exists():
        return set(), done.stdout + done.stderr
    reds: dict[str, list[str]] = json.loads(told.read_text(encoding="utf-8"))["reds"]
    return {law for laws in reds.values() for law in laws}, done.stdout + done.stderr
