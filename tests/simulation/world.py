"""Several laptops, headquarters and the line between them, in one thread, from one number.

Everything that is drawn comes from a stream of its own part, everything that happens goes into the trace, and the
stores are the real ones on real files. See `plan.py` for what can go wrong and `laws.py` for what must hold.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fielddesk.core.errors import Conflict, RuleBroken, StoreProblem
from fielddesk.store.actions import Call
from fielddesk.store.tables import LAPTOP, SYNCED
from fielddesk.sync.state import Ask
from fielddesk.sync.wire import Kind
from tests.simulation import laws
from tests.simulation.line import Late, Line, Reply
from tests.simulation.machines import FOREVER, Died, Laptop, OutOfSteps, Time
from tests.simulation.misfortune import Misfortune
from tests.simulation.office import Office
from tests.simulation.people import Person, wish
from tests.simulation.plan import Plan, stream
from tests.simulation.record import Broken, Committed, Trace
from tests.simulation.template import Template
from tests.simulation.watch import Watch

ROUNDS = 14
"""So many rounds of every laptop are enough for everything to drain once faults have stopped."""
MOST_EFFECTS = 3000
"""More effects than this without a rest is a driver that turns in a circle."""
MADE = "SELECT op_id, tablename_, row_id FROM touched_row WHERE wrote = 1 AND before IS NULL ORDER BY row_id"
NOT_THE_RUNS = frozenset({"alembic_version"})


class World:
    """One run."""

    def __init__(self, plan: Plan, folder: Path, template: Template) -> None:
        self.plan = plan
        self.folder = folder
        self.time = Time(template.ended)
        self.began = template.ended
        self.trace = Trace()
        self.committed = Committed()
        self.broken: list[Broken] = []
        self.late: list[Late] = []
        self.quiet = False
        self.people: dict[str, Person] = {}
        self.tokens: dict[str, str] = {}
        self.laptops: list[Laptop] = []
        self.watch = Watch(self)
        self.dice = stream(plan.seed, "world")
        self._places: dict[str, int] = {}
        self.misfortune = Misfortune(self)
        template.copy_hq(folder / "hq")
        self.office = Office(folder / "hq", self.time, stream(plan.seed, "hq"))
        self.boss = Person(template.boss, "dispatcher", "Office", 99, stream(plan.seed, "office"), now=self.time.now)
        for number, seat in enumerate(template.seats(plan.laptops, plan.fresh)):
            shutil.copytree(seat.folder, folder / seat.name)
            self.place(seat.name, number, seat.user, seat.role, seat.token)
        self.trace.note("plan", plan)

    def place(self, name: str, number: int, user: str, role: str, token: str) -> Laptop:
        laptop = Laptop(
            self.plan.seed, name, self.folder / name, self.time, lambda laptop: Line(self, laptop),
            (self.plan.push_size, self.plan.page_size),
        )  # fmt: skip
        self.people[name] = Person(user, role, name, number, laptop.dice, now=laptop.clock.now)
        self.tokens[name] = token
        self.laptops.append(laptop)
        return laptop

    # ---------------------------------------------------------------- what others ask

    def token_of(self, laptop: Laptop) -> str:
        return self.tokens[laptop.name]

    def deliver(self, kind: Kind, raw: bytes, token: str) -> Reply:
        """A request arrives at headquarters, which may die over it."""
        try:
            reply = self.office.answer(kind, raw, token)
        except Died as end:
            self.office_died(end)
            return Reply(502, b"")
        self.watch.answered(kind, reply)
        return reply

    def office_died(self, end: Died) -> None:
        """Headquarters stopped, and somebody starts it again."""
        self.trace.note("hq died", str(end))
        self.office.die()
        self.office.boot()

    def forget(self, laptop: Laptop) -> None:
        """What was seen of this laptop no longer counts: its disk is another."""
        self.watch.forget(laptop)
        self._places.pop(laptop.name, None)

    def break_law(self, law: str, text: str) -> None:
        if len(self.broken) < 20:
            self.broken.append(Broken(law, text))
            self.trace.note("BROKEN", law, text)

    # ---------------------------------------------------------------- the run

    def run(self) -> list[Broken]:
        """The steps, then peace, then every law; what is broken."""
        for step in range(self.plan.steps):
            self.step(step)
            if self.broken:
                return self.broken
        self.drain()
        if not self.broken:
            laws.check(self)
        return self.broken

    def step(self, number: int) -> None:
        """Something small happens to somebody."""
        self.time.pass_seconds(self.dice.choice((0.5, 5, 60, 600, 7200)))
        self.trace.note("step", number, self.time.at)
        self.misfortune.strike()
        if self.late and self.dice.random() < 0.3:
            late = self.late.pop(self.dice.randrange(len(self.late)))
            self.trace.note("late", late.laptop, late.kind, self.deliver(late.kind, late.raw, late.token).status)
        laptop = self.dice.choice(self.laptops)
        if not laptop.on:
            if self.dice.random() < 0.7:
                self.boot(laptop)
            return
        if self.dice.random() < 0.45:
            self.someone_works(laptop)
        else:
            self.sync(laptop, self.dice.choice((1, 2, 3, 5, 8, 13, 40)))

    # ---------------------------------------------------------------- one laptop

    def boot(self, laptop: Laptop) -> bool:
        def start() -> None:
            laptop.boot()
            self.learn(laptop)

        return self._alive(laptop, "boot", start)

    def _alive(self, laptop: Laptop, what: str, work: Callable[[], Any]) -> bool:
        """Do something on a laptop; False where it died over it or its disk refused."""
        try:
            work()
        except Died:
            self.trace.note(laptop.name, what, "died", laptop.fuse.where)
            self.turn_off(laptop)
        except StoreProblem as problem:
            self.trace.note(laptop.name, what, problem.code)
            if not laptop.fuse.full and problem.code != "journal_closed":
                self.break_law("only_the_world_refuses", f"{laptop.name} {what}: {problem}")
            if what == "boot" or problem.code == "journal_closed":
                self.turn_off(laptop)
        else:
            return True
        return False

    def turn_off(self, laptop: Laptop) -> None:
        laptop.die(power=laptop.power_fails)
        laptop.power_fails = False

    def someone_works(self, laptop: Laptop) -> None:
        """A person looks, decides, and saves; sometimes what they save was on the screen since a while."""
        who = self.people[laptop.name]
        store = laptop.store
        assert store is not None
        who.draw_number = store.draw_number

        def work() -> None:
            with store.read() as read:
                calls = wish(who, read)
            if calls and who.dice.random() < 0.2:
                laptop.forms.append(calls)
                calls = None
            elif laptop.forms and who.dice.random() < 0.3:
                calls = laptop.forms.pop(0)
            if calls:
                self._save(laptop, calls)

        self._alive(laptop, "work", work)

    def _save(self, laptop: Laptop, calls: list[Call]) -> None:
        assert laptop.store is not None
        assert laptop.driver is not None
        try:
            done = laptop.store.do(calls)
        except (RuleBroken, Conflict) as no:
            self.trace.note(laptop.name, "refused", [one.action.kind for one in calls], no.code)
            return
        self.trace.note(laptop.name, "saved", [one.action.kind for one in calls], done.op_ids)
        self.learn(laptop, done.op_ids)
        laptop.driver.local_work(len(done.op_ids))

    def learn(self, laptop: Laptop, promised: tuple[str, ...] = ()) -> None:
        """Take what the laptop's outbox has into the account of what was saved."""
        assert laptop.store is not None
        with laptop.store.read() as read:
            text = "SELECT place, id, hash, body FROM own_operation WHERE place > ? ORDER BY place"
            rows = read.connection.exec_driver_sql(text, (self._places.get(laptop.name, 0),)).fetchall()
            made: dict[str, list[tuple[str, str]]] = {}
            if rows:
                for op_id, table, row_id in read.connection.exec_driver_sql(MADE).fetchall():
                    made.setdefault(op_id, []).append((table, row_id))
        for place, op_id, digest, body in rows:
            self._places[laptop.name] = place
            other = self.committed.take(
                laptop.name, self.people[laptop.name].user, op_id, digest, body, tuple(made.get(op_id, ()))
            )
            if other is not None:
                self.break_law("an_operation_is_for_ever", f"{laptop.name}: {op_id} was {other.hash}, is {digest}")
        for op_id in promised:
            if op_id not in self.committed.saved:
                self.break_law("saved_work_is_kept", f"{laptop.name}: {op_id} was saved and is not in the outbox")

    def sync(self, laptop: Laptop, effects: int) -> None:
        """So many effects of the driver, one at a time."""
        driver = laptop.driver
        assert driver is not None
        if not driver.effects:
            if driver.state.doing == "asks":
                driver.answer_removal(self.dice.random() < 0.7 or self.quiet)
            elif self.dice.random() < 0.5:
                driver.sync_now()
            else:
                driver.ring()

        def work() -> None:
            for _ in range(effects):
                if self._effect(laptop) is None:
                    break

        self._alive(laptop, "sync", work)

    def _effect(self, laptop: Laptop) -> Any:
        effect = laptop.step()
        if effect is not None and not isinstance(effect, Ask):
            self.watch.stored(laptop, effect)
        return effect

    # ---------------------------------------------------------------- peace

    def drain(self) -> None:
        """Faults stop: everybody starts, what is under way arrives, and every laptop syncs until nothing moves."""
        self.quiet = True
        self.plan = self.plan.without(*self.plan.chances)
        self.office.die_in(0)
        self.trace.note("peace")
        while self.late:
            late = self.late.pop(0)
            self.deliver(late.kind, late.raw, late.token)
        for laptop in self.laptops:
            laptop.fuse.full, laptop.fuse.left, laptop.power_fails = False, FOREVER, False
            laptop.page_size *= 5
            if not laptop.on and not self.boot(laptop):
                self.break_law("only_the_world_refuses", f"{laptop.name} does not start in peace")
                return
        for round_no in range(ROUNDS):
            before = self.trace_of_rest()
            for laptop in self.laptops:
                self._round(laptop)
            if self.broken or self.at_peace() or (round_no >= 1 and self.trace_of_rest() == before):
                return
        self.break_law("drains_within_bounded_rounds", f"still moving after {ROUNDS} rounds: {self.trace_of_rest()}")

    def at_peace(self) -> bool:
        """Whether every laptop has sent all and stands at the head of the feed."""
        head = self.office.head()
        found = [laptop.driver.state.facts for laptop in self.laptops if laptop.driver is not None]
        return all(facts and facts.cursor == head and not facts.waiting + facts.unconfirmed for facts in found)

    def trace_of_rest(self) -> list[Any]:
        """Where everybody stands; two rounds with the same answer are rest."""
        found: list[Any] = []
        for laptop in self.laptops:
            assert laptop.driver is not None
            facts = laptop.driver.state.facts
            found.append((laptop.name, laptop.driver.status.code, laptop.driver.status.problem, facts and (
                facts.epoch, facts.cursor, facts.waiting, facts.unconfirmed, facts.needs_person, facts.incarnation
            )))  # fmt: skip
        return found

    def _round(self, laptop: Laptop) -> None:
        driver = laptop.driver
        assert driver is not None
        self.time.pass_seconds(4000)
        if driver.state.doing == "asks":
            driver.answer_removal(True)
        else:
            driver.sync_now()

        def work() -> None:
            for _ in range(MOST_EFFECTS):
                if self._effect(laptop) is None:
                    return
            raise OutOfSteps(laptop.name)

        try:
            self._alive(laptop, "round", work)
        except OutOfSteps:
            self.break_law("drains_within_bounded_rounds", f"{laptop.name} turns in a circle")

    # ---------------------------------------------------------------- the end

    def digest(self) -> str:
        """The hash of the run: every message, and the rows of every store."""
        for laptop in self.laptops:
            assert laptop.store is not None
            with laptop.store.read() as read:
                for tables in (SYNCED, LAPTOP):
                    self.trace.rows(laptop.name, read.connection, tables, NOT_THE_RUNS)
        self.office.trace_rows(self.trace)
        return self.trace.digest()

    def close(self) -> None:
        for laptop in self.laptops:
            laptop.shut_down()
        self.office.close()
        shutil.rmtree(self.folder, ignore_errors=True)
