"""What must hold in every run, whatever broke: each law is a function that quotes its sentence of "Sync: what it
promises", and says what is wrong in words that help to find it.

`Watch` holds the laws that are looked at while a run goes on, the others look when all has drained.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.features.assets.model import Asset
from fielddesk.features.parts.model import Movement
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.hq.tables import HqSetting, Operation
from fielddesk.store.digest import base_digest
from fielddesk.store.events import Event
from fielddesk.store.outbox import OwnOperation, Stub, TouchedRow, from_image
from fielddesk.store.tables import BY_NAME, Synced, row_digest
from fielddesk.store.tx import Key, Reading
from fielddesk.sync.state import ApplyOutcomes, ApplyPage, ApplySnapshot, Facts
from fielddesk.sync.wire import Kind
from tests.simulation.line import Reply, told_of
from tests.simulation.record import Saved
from tests.simulation.scopes import Rows, scope_of

if TYPE_CHECKING:
    from tests.simulation.machines import Laptop
    from tests.simulation.world import World

APPLIED = ("applied", "merged")
MAY_CHANGE = ("held", "quarantined", "parked")
"""Outcomes that a row, or a person at headquarters, may still turn into a final one."""
SHOWN = 3
"""So many examples of what is wrong are enough to read."""

REACHED = [
    (name, col.name, col.ref) for name, table in BY_NAME.items() for col in table.columns if col.reach and col.ref
]
"""(table, column, table it names): where one row is, the other must be."""
_MADE = (
    "SELECT t.tablename_, t.row_id, o.kind FROM touched_row t JOIN own_operation o ON o.id = t.op_id "
    "WHERE t.wrote = 1 AND t.before IS NULL AND o.standing = 1"
)

# ---------------------------------------------------------------- while the run goes on


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


# ---------------------------------------------------------------- when all has drained


class Looked:
    """What the laws look at, read once: headquarters' rows and operations."""

    def __init__(self, world: World) -> None:
        self.world = world
        with world.office.read() as read:
            self.rows: Rows = {(name, row.id): row for name, table in BY_NAME.items() for row in read.all(table)}
            self.operations = {one.id: one for one in read.all(Operation)}
            setting = read.get(HqSetting, "own_device")
            assert setting is not None
            self.own_device = canonical.loads(setting.value)
        self._bases: dict[str, Rows] = {}

    def base(self, laptop: Laptop) -> Rows:
        """A laptop's rows as headquarters should know them."""
        if laptop.name not in self._bases:
            assert laptop.store is not None
            with laptop.store.read() as read:
                self._bases[laptop.name] = base_rows(read)
        return self._bases[laptop.name]

    def was_given_up(self, own: OwnOperation) -> bool:
        """What the office gave up before headquarters was restored is not sent again, whatever the backup says."""
        return own.outcome == "void" and self.world.watch.epochs > 0

    def done_by_the_office(self) -> Iterator[Saved]:
        """Operations of headquarters' own device; a restore took some of them with it."""
        for one in self.operations.values():
            if one.id not in self.world.committed.saved and one.device_id == self.own_device:
                args = canonical.loads(one.body)["args"]
                yield Saved(one.id, one.hash, one.kind, args, one.at, one.user_id, "office")

    def table(self, table: type[Synced]) -> Iterator[Any]:
        return (row for row in self.rows.values() if isinstance(row, table))


def queues_are_empty(looked: Looked) -> Iterator[str]:
    """ "After each run faults stop, everything drains": nothing waits for an answer, nothing waits to be cleared."""
    for laptop in looked.world.laptops:
        assert laptop.driver is not None
        status, facts = laptop.driver.status, laptop.driver.state.facts
        if status.code != "agreed" or facts is None or facts.waiting or facts.unconfirmed:
            yield f"{laptop.name}: {status.code} {status.problem} {status.values} {facts}"


def nothing_was_found_broken(looked: Looked) -> Iterator[str]:
    """ "A damaged database is renamed, rebuilt …": a power loss damages neither database nor journal."""
    for laptop in looked.world.laptops:
        assert laptop.store is not None
        expected = {"work_brought_back"} | ({"store_rebuilt"} if laptop.damaged else set())
        found = [problem for problem in laptop.store.found if problem.code not in expected]
        if found:
            yield f"{laptop.name}: {found}"


def each_operation_has_one_outcome(looked: Looked) -> Iterator[str]:
    """ "Work an engineer has saved is never lost"; "each operation has exactly one outcome that stands".

    What a person settled, or the office gave up, has its end on the laptop: a headquarters that was restored and
    forgot it is not told again.
    """
    own = {op_id: one for laptop in looked.world.laptops for op_id, one in _own(laptop).items()}
    held = {op_id for op_id, one in own.items() if not (one.outcome == "void" or one.settled_at is not None)}
    ended = own.keys() - held
    for saved in looked.world.committed.saved.values():
        there = looked.operations.get(saved.id)
        if there is None:
            if saved.id in held or saved.id not in looked.world.committed.lost | ended:
                yield f"{saved.kind} {saved.id} of {saved.laptop} never came to an outcome"
        elif there.hash != saved.hash:
            yield f"{saved.kind} {saved.id} of {saved.laptop} has another text at headquarters"
        elif there.user_id != saved.user:
            yield f"{saved.kind} {saved.id} of {saved.laptop} stands under another name"


def laptop_view_equals_scope(looked: Looked) -> Iterator[str]:
    """ "When nobody changes anything any more and the network works, laptop and HQ agree row by row." """
    for laptop in looked.world.laptops:
        who = looked.world.people[laptop.name]
        here = looked.base(laptop)
        there = scope_of(looked.rows, who.user, who.role)
        for key in sorted(here.keys() | there.keys()):
            mine, theirs = here.get(key), there.get(key)
            if mine is None or theirs is None:
                yield f"{laptop.name}: {key} only {'at headquarters' if mine is None else 'on the laptop'}"
            elif mine != theirs:
                yield f"{laptop.name}: {key} is {_unlike(mine, theirs)}"


def digests_agree(looked: Looked) -> Iterator[str]:
    """ "… and both can show it (digest over base rows)." """
    for laptop in looked.world.laptops:
        who = looked.world.people[laptop.name]
        assert laptop.store is not None
        with laptop.store.read() as read:
            here = base_digest(read)
        there = dict.fromkeys(BY_NAME, 0)
        for (name, _), row in scope_of(looked.rows, who.user, who.role).items():
            there[name] = (there[name] + row_digest(name, row.body())) % 2**64
        if here != there:
            yield f"{laptop.name}: {sorted(name for name in there if here.get(name) != there[name])}"


def the_ledger_is_exact(looked: Looked) -> Iterator[str]:
    """ "Never applied twice": "the ledger is exactly the set of movements committed", each once, minus what visibly
    waits at headquarters."""
    sign = {"use_part": -1, "take_part_back": 1, "receive_stock": 1}
    wanted: Counter[tuple[Any, ...]] = Counter()
    for saved in (*looked.world.committed.saved.values(), *looked.done_by_the_office()):
        there = looked.operations.get(saved.id)
        if saved.kind in sign and there is not None and there.outcome in APPLIED:
            args = saved.args
            quantity = sign[saved.kind] * args["quantity"]
            wanted[args["part_id"], args["place_id"], quantity, args.get("order_id"), saved.user, saved.at] += 1
    found: Counter[tuple[Any, ...]] = Counter()
    for row in looked.table(Movement):
        found[row.part_id, row.place_id, row.quantity, row.order_id, row.by_id, row.at] += 1
    for line, count in (wanted - found).items():
        yield f"{count} lost: {line}"
    for line, count in (found - wanted).items():
        yield f"{count} too many: {line}"


def every_outcome_is_visible(looked: Looked) -> Iterator[str]:
    """ "Each outcome that is not 'applied' is visible" on the laptop that did it, with its reason."""
    for laptop in looked.world.laptops:
        asked = 0
        for own in _own(laptop).values():
            there = looked.operations.get(own.id)
            if there is None or looked.was_given_up(own):
                continue  # another law's
            if (own.outcome, own.detail) != (there.outcome, there.detail):
                yield f"{laptop.name}: {own.kind} {own.id} shows {own.outcome} {own.detail}, is {there.detail}"
            asked += there.outcome not in (*APPLIED, "void") and own.settled_at is None
        assert laptop.driver is not None
        shown = laptop.driver.status.needs_person
        if asked != shown:
            yield f"{laptop.name}: {asked} outcomes need a person, {shown} are counted"


def rows_have_one_name(looked: Looked) -> Iterator[str]:
    """ "`id` (uuid7) is drawn once and is the operation for ever", "its place in the queue" is not: what an operation
    made on its laptop has the same id at headquarters."""
    for saved in looked.world.committed.saved.values():
        there = looked.operations.get(saved.id)
        if there is not None and there.outcome in APPLIED:
            for key in saved.made:
                if key not in looked.rows:
                    yield f"{saved.kind} {saved.id} of {saved.laptop} made {key}, which headquarters calls otherwise"


def conflicts_say_it_all(looked: Looked) -> Iterator[str]:
    """ "Every outcome other than 'applied' is a row with base, mine, theirs, a reason." """
    events = {row.id: row for row in looked.table(Event)}
    for one in looked.operations.values():
        detail = canonical.loads(one.detail)
        if one.outcome == "conflict":
            fields = detail.get("fields", {})
            if not fields or any(set(values) != {"base", "mine", "theirs"} for values in fields.values()):
                yield f"{one.kind} {one.id}: {detail}"
            if one.id not in events or events[one.id].outcome != "conflict":
                yield f"{one.kind} {one.id}: no event keeps the losing value"
        elif one.outcome == "rejected" and not detail.get("code"):
            yield f"{one.kind} {one.id}: rejected without a reason"
        elif one.outcome == "held" and not detail.get("reason"):
            yield f"{one.kind} {one.id}: held without a reason"


def nothing_is_overwritten_unseen(looked: Looked) -> Iterator[str]:
    """ "Nothing is overwritten unseen": an accepted edit's value is in the row, or in the history as what a later one
    replaced, or in somebody's conflict."""
    kept: set[tuple[str, str, Any]] = set()
    for row in looked.table(Asset):
        kept |= {(row.id, name, value) for name, value in row.body().items()}
    for row in looked.table(WorkOrder):
        kept |= {(row.id, name, value) for name, value in row.body().items()}
    for event in looked.table(Event):
        told = canonical.loads(event.told)
        kept |= {(event.about_id, name, old) for name, (old, _) in told.get("changed", {}).items()}
    for saved in looked.world.committed.saved.values():
        there = looked.operations.get(saved.id)
        if there is None or there.outcome not in APPLIED:
            continue
        for row_id, name, value in _values_of(saved.kind, saved.args):
            if (row_id, name, value) not in kept:
                yield f"{saved.kind} {saved.id} of {saved.laptop}: {name} {value!r} is nowhere"


def what_was_shown_was_replaced(looked: Looked) -> Iterator[str]:
    """ "An edit names single fields with the value the form showed": one that was accepted replaced just that value,
    and where somebody else had put another there, it is in conflict."""
    for event in looked.table(Event):
        one = looked.operations.get(event.id)
        if one is None or one.outcome not in APPLIED or not one.body:
            continue
        shown = canonical.loads(one.body)["based_on"] or {}
        for name, (old, new) in canonical.loads(event.told).get("changed", {}).items():
            if name in shown and old != shown[name]:
                yield f"{one.kind} {one.id}: {name} showed {shown[name]!r}, was {old!r}, is {new!r}"


def _values_of(kind: str, args: dict[str, Any]) -> list[tuple[str, str, Any]]:
    if kind == "edit_asset":
        return [(args["asset_id"], name, value) for name, value in args.items() if name != "asset_id" and value]
    if kind == "set_order_status" and args.get("reason"):
        return [(args["order_id"], "status_reason", args["reason"])]
    return []


def the_closure_is_complete(looked: Looked) -> Iterator[str]:
    """ "No row in scope without its closure": an order with its customer and asset, an entry with what it is on."""
    for laptop in looked.world.laptops:
        here = looked.base(laptop)
        for key, row in here.items():
            for col in row.columns:
                target = getattr(row, col.name)
                needed = col.reach or (col.ref in BY_NAME and BY_NAME[col.ref].scope.catalogue)
                if needed and target is not None and (col.ref, target) not in here:
                    yield f"{laptop.name}: {key} has {col.name} {target}, which is not there"


LAWS: tuple[Callable[[Looked], Iterable[str]], ...] = (
    queues_are_empty,
    nothing_was_found_broken,
    each_operation_has_one_outcome,
    the_ledger_is_exact,
    rows_have_one_name,
    laptop_view_equals_scope,
    digests_agree,
    the_closure_is_complete,
    every_outcome_is_visible,
    conflicts_say_it_all,
    nothing_is_overwritten_unseen,
    what_was_shown_was_replaced,
)


def check(world: World) -> None:
    """Look at everything once all has drained."""
    looked = Looked(world)
    for law in LAWS:
        for text in list(law(looked))[:SHOWN]:
            world.break_law(law.__name__, text)


# ---------------------------------------------------------------- what a laptop has


def base_rows(read: Reading) -> Rows:
    """A laptop's rows without its unconfirmed work and without what only stays for that work."""
    rows: Rows = {(name, row.id): row for name, table in BY_NAME.items() for row in read.all(table)}
    join = sa.join(TouchedRow.__table__, OwnOperation.__table__, TouchedRow.c.op_id == OwnOperation.c.id)
    query = (
        sa.select(TouchedRow.c.tablename_, TouchedRow.c.row_id, TouchedRow.c.before)
        .select_from(join)
        .where(TouchedRow.c.wrote == 1, OwnOperation.c.standing == 1)
        .order_by(OwnOperation.c.place.desc())
    )
    for name, row_id, text in map(tuple, read.rows(query)):
        if text is None:
            rows.pop((name, row_id), None)
        else:
            rows[(name, row_id)] = from_image(name, text)
    for stub in read.all(Stub):
        rows.pop((stub.tablename_, stub.row_id), None)
    return rows


def _own(laptop: Laptop) -> dict[str, OwnOperation]:
    assert laptop.store is not None
    with laptop.store.read() as read:
        return {own.id: own for own in read.all(OwnOperation)}


def _unlike(mine: Synced, theirs: Synced) -> str:
    names = [name for name in mine.column_names if getattr(mine, name) != getattr(theirs, name)]
    return "; ".join(f"{name}: {getattr(mine, name)!r}, at headquarters {getattr(theirs, name)!r}" for name in names)
