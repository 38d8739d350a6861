"""The laws that are looked at while a run goes on: at each answer, and at each thing a laptop stores.

Each is a method that quotes its sentence of "Sync: what it promises"; see `laws.py` for those of the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fielddesk.core import canonical
from fielddesk.store.tables import BY_NAME
from fielddesk.store.tx import Key, Reading
from fielddesk.sync.state import ApplyOutcomes, ApplyPage, ApplySnapshot, Facts
from fielddesk.sync.wire import Kind
from tests.simulation.line import Reply, told_of

if TYPE_CHECKING:
    from tests.simulation.machines import Laptop
    from tests.simulation.world import World

SHOWN = 3
MAY_CHANGE = ("held", "quarantined", "parked")
"""Outcomes that a row, or a person at headquarters, may still turn into a final one."""
REACHED = [
    (name, col.name, col.ref) for name, table in BY_NAME.items() for col in table.columns if col.reach and col.ref
]
"""(table, column, table it names): where one row is, the other must be."""
_MADE = (
    "SELECT t.tablename_, t.row_id, o.kind FROM touched_row t JOIN own_operation o ON o.id = t.op_id "
    "WHERE t.wrote = 1 AND t.before IS NULL AND o.standing = 1"
)


class Watch:
    """Looks at each answer and at each thing a laptop stores."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._cursors: dict[str, tuple[Any, int]] = {}
        self._revs: dict[str, tuple[Any, dict[Key, int]]] = {}
        self._finals: dict[str, str] = {}
        self._standing: dict[str, set[str]] = {}
        self.epochs = 0

    def new_epoch(self) -> None:
        """Headquarters was restored: what it once said is no longer its word."""
        self._finals.clear()
        self.epochs += 1

    def forget(self, laptop: Laptop) -> None:
        """The laptop came back from an image of its disk."""
        self._cursors.pop(laptop.name, None)
        self._revs.pop(laptop.name, None)
        self._standing.pop(laptop.name, None)

    def answered(self, kind: Kind, reply: Reply) -> None:
        """Headquarters has answered."""
        if reply.status != 200:
            return
        words = told_of(reply.raw)
        if kind == "pull":
            self.no_commit_is_split(words)
        if kind in ("pull", "push"):
            self.an_id_has_one_text(words)
            self.a_final_outcome_stays(words)

    def stored(self, laptop: Laptop, effect: object) -> None:
        """A laptop has stored something."""
        assert laptop.driver is not None
        facts = laptop.driver.state.facts
        if facts is not None:
            self.cursors_never_go_back(laptop, facts)
        if isinstance(effect, ApplyPage | ApplySnapshot | ApplyOutcomes) and facts is not None:
            assert laptop.store is not None
            with laptop.store.read() as read:
                self.revisions_never_go_back(laptop, facts, read)
                # Before that, rows of a snapshot that took its time are newer than the feed they wait for.
                if isinstance(effect, ApplyPage) and not effect.page.more:
                    self.entering_brings_the_closure(laptop, read)
                self.only_the_pull_lets_go(laptop, facts, read)
                self.work_stays_in_view(laptop, read)

    def no_commit_is_split(self, words: dict[str, Any]) -> None:
        """ "A page ends only between commits." """
        if words.get("snapshot") or words.get("fork"):
            return
        with self.world.office.read() as read:
            text = "SELECT pos, commit_no FROM feed WHERE pos <= ? AND commit_no > ? ORDER BY pos DESC LIMIT 1"
            inside = read.connection.exec_driver_sql(text, (words["to"], words["to"])).fetchall()
        if inside:
            self.world.break_law("no_commit_is_split", f"a page ends at {words['to']}, inside {tuple(inside[0])}")

    def an_id_has_one_text(self, words: dict[str, Any]) -> None:
        """ "The same id with another hash is a FORK": an outcome is only ever given to the text that earned it."""
        told = {one["id"]: one["hash"] for one in words.get("outcomes", ())}
        if not told:
            return
        with self.world.office.read() as read:
            text = "SELECT id, hash FROM operation WHERE id IN (SELECT value FROM json_each(?))"
            stored = dict(map(tuple, read.connection.exec_driver_sql(text, (canonical.dumps(sorted(told)),))))
        for op_id, digest in told.items():
            if stored.get(op_id) != digest:
                self.world.break_law("an_id_has_one_text", f"{op_id}: answered {digest}, stored {stored.get(op_id)}")

    def a_final_outcome_stays(self, words: dict[str, Any]) -> None:
        """ "A known id with the same hash gets its stored outcome", and there is "at most one final"."""
        for one in words.get("outcomes", ()):
            said = one["outcome"]["is"]
            before = self._finals.get(one["id"])
            if before is not None and before != said:
                self.world.break_law("a_final_outcome_stays", f"{one['id']} was {before}, is {said}")
            if said not in MAY_CHANGE:
                self._finals[one["id"]] = said

    def cursors_never_go_back(self, laptop: Laptop, facts: Facts) -> None:
        """ "Cursors and revisions never go back" (within an epoch)."""
        if facts.cursor is None:
            return
        epoch, before = self._cursors.get(laptop.name, (facts.epoch, 0))
        if epoch == facts.epoch and facts.cursor < before:
            self.world.break_law("cursors_never_go_back", f"{laptop.name}: {before} to {facts.cursor}")
        self._cursors[laptop.name] = (facts.epoch, facts.cursor)

    def revisions_never_go_back(self, laptop: Laptop, facts: Facts, read: Reading) -> None:
        """ "A row is replaced only by a higher rev" (within an epoch)."""
        if facts.cursor is None:
            return
        text = "SELECT id, rev FROM {} WHERE NOT id IN (SELECT row_id FROM stub)"
        now = {
            (name, row_id): rev
            for name in BY_NAME
            for row_id, rev in read.connection.exec_driver_sql(text.format(f'"{name}"')).fetchall()
        }
        epoch, before = self._revs.get(laptop.name, (facts.epoch, {}))
        if epoch == facts.epoch:
            back = [(key, rev, now[key]) for key, rev in before.items() if now.get(key, rev) < rev]
            if back:
                self.world.break_law("revisions_never_go_back", f"{laptop.name}: {back[:SHOWN]}")
        self._revs[laptop.name] = (facts.epoch, now)

    def entering_brings_the_closure(self, laptop: Laptop, read: Reading) -> None:
        """ "Entering sends the closure": at the head of the feed no order is there without customer and asset."""
        for name, column, target in REACHED:
            found = read.connection.exec_driver_sql(
                f'SELECT id, "{column}" FROM "{name}" r WHERE rev > 0 AND "{column}" IS NOT NULL '
                f'AND NOT EXISTS (SELECT 1 FROM "{target}" t WHERE t.id = r."{column}") '
                "AND NOT EXISTS (SELECT 1 FROM stub s WHERE s.row_id = r.id)"
            ).fetchone()
            if found is not None:
                law = "entering_brings_the_closure"
                self.world.break_law(law, f"{laptop.name}: {name} {found[0]} without {target} {found[1]}")

    def only_the_pull_lets_go(self, laptop: Laptop, facts: Facts, read: Reading) -> None:
        """ "Only the pull removes pending operations", because only the pull knows whether its rows contain them."""
        text = "SELECT id, kind, outcome_pos, standing FROM own_operation"
        now = read.connection.exec_driver_sql(text).fetchall()
        stood = self._standing.get(laptop.name, set())
        self._standing[laptop.name] = {op_id for op_id, _, _, standing in now if standing}
        for op_id, kind, pos, standing in now:
            if op_id in stood and not standing and facts.cursor is not None and (pos or 0) > facts.cursor:
                said = f"{laptop.name}: {kind} {op_id} is gone, its rows come at {pos}, the cursor is {facts.cursor}"
                self.world.break_law("only_the_pull_lets_go", said)

    def work_stays_in_view(self, laptop: Laptop, read: Reading) -> None:
        """ "Those that share a row with the page … are put back …, the page applied, and they run again in order": what
        was saved and is not confirmed lies on top of the rows."""
        for name, row_id, kind in read.connection.exec_driver_sql(_MADE).fetchall():
            if read.get(BY_NAME[name], row_id) is None:
                self.world.break_law(
                    "work_stays_in_view", f"{laptop.name}: {kind} made {name} {row_id}, it is not there"
                )
