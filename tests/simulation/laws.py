"""What must hold in every run, whatever broke: each law is a function that quotes its sentence of "Sync: what it
promises", and says what is wrong in words that help to find it.

These look when all has drained; those in `watch.py` look on while a run goes on.
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
from fielddesk.store.tx import Reading
from tests.simulation.record import Saved
from tests.simulation.scopes import Rows, scope_of

if TYPE_CHECKING:
    from tests.simulation.machines import Laptop
    from tests.simulation.world import World

APPLIED = ("applied", "merged")
SHOWN = 3
"""So many examples of what is wrong are enough to read."""


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
        return [
            (args["asset_id"], name, value)
            for name, value in args.items()
            if name != "asset_id" and isinstance(value, str) and value
        ]
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
