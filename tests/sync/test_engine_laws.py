"""Laws that the engine keeps whatever the network, the store and people do, in whatever order."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fielddesk.core.errors import NetworkProblem, StoreProblem
from fielddesk.sync.engine import State, step
from fielddesk.sync.protocol import (
    Echo,
    Fork,
    HelloAnswer,
    HelloRequest,
    Later,
    Op,
    Outcome,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushRequest,
    Request,
    Sent,
    SnapshotAnswer,
)
from fielddesk.sync.state import (
    AT_REST,
    Answered,
    ApplyOutcomes,
    ApplyPage,
    ApplySnapshot,
    Ask,
    Asks,
    Cancel,
    Doing,
    Effect,
    Event,
    Facts,
    Failed,
    Load,
    Loaded,
    LocalWork,
    PersonAnswered,
    ReadWaiting,
    Say,
    SentStored,
    SetTimer,
    SnapshotAt,
    Started,
    Stop,
    Stored,
    StoreFailed,
    StoreSent,
    SyncNow,
    TakeEpoch,
    TakeFork,
    TimerRang,
    WaitingRead,
    Wake,
)
from tests.support.sync_toys import disk_full
from tests.sync.test_engine import Laptop

SECOND = 1_000_000
PROBLEMS = (
    NetworkProblem("timeout"),
    NetworkProblem("no_route"),
    NetworkProblem("captive_portal"),
    NetworkProblem("epoch"),
    NetworkProblem("too_large"),
    NetworkProblem("refused", by="limit"),
    NetworkProblem("busy", retry_after_s=40),
    NetworkProblem("revoked"),
    NetworkProblem("wrong_hq"),
    NetworkProblem("cancelled"),
)


def op(seq: int) -> Op:
    return Op(seq, f"{seq:032x}", f"{seq:064x}", "{}")


@dataclass
class Watcher:
    """Feeds events to the engine and checks the laws at each of them."""

    state: State = field(default_factory=State)
    now: int = 1_000 * SECOND
    out: Effect | None = None
    """The Ask or store effect that has no answer yet."""
    marked: tuple[Op, ...] | None = None
    read_from: int = 0
    read_from: int = 0
    failures: int = 0
    failed_at: int = 0
    named_until: int = 0
    stopped: bool = False
    asked: list[Request] = field(default_factory=list)
    timer: int | None = None
    been: list[str] = field(default_factory=list)

    def feed(self, event: Event) -> None:
        self._note(event)
        self.state, effects = step(self.state, event)
        self.been.append(self.state.doing)
        for effect in effects:
            self._check(effect, event)
        assert (self.state.waits_for is None) == (self.state.doing in AT_REST)
        assert (self.out is not None) == (self.state.waits_for is not None), "what is awaited is what was decided"
        assert self.state.said is not None

    def _note(self, event: Event) -> None:
        if isinstance(event, Stop):
            self.stopped, self.out = True, None
        if isinstance(event, SyncNow | Started):
            self.stopped = False
        number = getattr(event, "request_no", getattr(event, "no", None))
        if number is None or self.out is None or number != self.number(self.out):
            return
        if isinstance(event, SentStored) and isinstance(self.out, StoreSent):
            self.marked = self.out.batch if event.stands else None
        if isinstance(event, Failed):
            self.failures, self.failed_at = self.failures + 1, self.now
            if event.problem.code == "busy":
                self.named_until = self.now + event.problem.values["retry_after_s"] * SECOND
        elif isinstance(event, Stored) and isinstance(self.out, ApplyOutcomes | ApplyPage | ApplySnapshot):
            self.failures = 0
        self.out = None

    @staticmethod
    def number(effect: Any) -> int:
        return effect.request_no if isinstance(effect, Ask | Cancel) else effect.no

    def _check(self, effect: Effect, event: Event) -> None:
        if isinstance(effect, Say):
            return
        if isinstance(effect, SetTimer):
            self.timer = effect.at
            assert effect.at is None or effect.at >= event.now, "no timer in the past"
            return
        if isinstance(effect, Cancel):
            assert isinstance(event, Stop)
            return
        assert not self.stopped, "nothing is done between a stop and a wish"
        assert self.out is None, "never two things under way"
        self.out = effect
        if isinstance(effect, ReadWaiting):
            self.read_from = effect.from_seq
        if isinstance(effect, Ask):
            self._check_ask(effect.request)

    def _check_ask(self, request: Request) -> None:
        assert request.nonce not in {each.nonce for each in self.asked}, "each question has its own nonce"
        self.asked.append(request)
        if self.failures >= 5:
            assert self.now - self.failed_at >= 30 * SECOND, "at most one try in 30 seconds after five failures"
            self.been.append("patient")
        assert self.now >= self.named_until, "never before headquarters said"
        if isinstance(request, PushRequest):
            assert request.ops
            assert request.ops == self.marked, "what may leave was stored before"
            first = self.read_from
            assert [each.seq for each in request.ops] == list(range(first, first + len(request.ops))), "in order"
            self.marked = None


def facts(random: Random, **exact: Any) -> Facts:
    """What some store might remember."""
    known = {
        "hq_id": "hq",
        "epoch": random.choice([1, 1, 1, 2]),
        "device": "d",
        "incarnation": "here",
        "cursor": random.choice([None, random.randrange(30)]),
        "sent": random.choice([None, Sent(random.randrange(1, 9), "x")]),
        "next_seq": random.randrange(1, 9),
        "waiting": random.randrange(9),
        "unconfirmed": 0,
        "needs_person": 0,
        "snapshot": random.choice([None, SnapshotAt(3, ("note", "b"))]),
    }
    return Facts(**(known | exact))


def answer(random: Random, state: State, request: Request) -> Any:
    """What somebody might answer; often headquarters, often right."""
    echo = Echo("hq", state.known.epoch, request.nonce, "here")
    if random.random() < 0.1:
        echo = replace(echo, **{random.choice(["hq_id", "epoch", "nonce", "incarnation"]): random.choice(["wrong", 7])})
    fork = Fork("f", "c") if random.random() < 0.15 else None
    shape = random.randrange(30)
    if isinstance(request, HelloRequest) or shape == 0:
        return HelloAnswer(echo, random.choice([(1,)] * 8 + [(2,), ()]), {}, 0)
    if isinstance(request, PushRequest) or shape == 1:
        ops = request.ops if isinstance(request, PushRequest) else ()
        told = ops[: random.randint(0, len(ops))]
        outcomes = tuple(Outcome(each.seq, each.id, each.hash, "applied", {"is": "applied"}, 5) for each in told)
        if outcomes and random.random() < 0.1:
            outcomes = (replace(outcomes[0], hash="wrong"), *outcomes[1:])
        later = random.choice([None, None, Later("a" * 32, "k", 1)])
        return PushAnswer(echo, outcomes, random.randrange(12), later, fork)
    if isinstance(request, PullRequest):
        start = request.from_ + (random.random() < 0.1)
        to = start + random.randrange(9)
        return PullAnswer(echo, start, to, to + 5, [], (), random.random() < 0.5, random.random() < 0.15, fork)
    return SnapshotAnswer(echo, 7, [], random.choice([None, ("note", "a"), ("note", "b")]))


def result(random: Random, effect: Effect) -> Event:
    """What some store might make of an effect, mostly what it should."""
    no = Watcher.number(effect)
    if random.random() < 0.05:
        return StoreFailed(now=0, no=no, problem=StoreProblem("disk_full"))
    match effect:
        case Load():
            return Loaded(now=0, no=no, facts=facts(random))
        case ReadWaiting():
            start = effect.from_seq + (random.random() < 0.1)
            return WaitingRead(now=0, no=no, ops=tuple(op(seq) for seq in range(start, start + random.randrange(5))))
        case StoreSent():
            return SentStored(now=0, no=no, stands=random.random() < 0.8)
        case ApplyPage() if random.random() < 0.3:
            return Stored(now=0, no=no, result=Asks(60, 100))
        case ApplyPage():
            return Stored(now=0, no=no, result=facts(random, cursor=effect.page.to, snapshot=None))
        case ApplySnapshot() if effect.page.next is None and random.random() < 0.2:
            return Stored(now=0, no=no, result=Asks(60, 100))
        case ApplySnapshot():
            half = SnapshotAt(7, effect.page.next) if effect.page.next else None
            return Stored(now=0, no=no, result=facts(random, cursor=None if half else 7, snapshot=half))
        case TakeEpoch() | TakeFork():
            return Stored(now=0, no=no, result=facts(random, cursor=None, snapshot=None, sent=None, next_seq=1))
    return Stored(now=0, no=no, result=facts(random))


def live(seed: int, steps: int) -> Watcher:
    """A laptop after some random life, every law checked at each step."""
    random = Random(seed)
    answers, lost = random.choice([0.4, 0.8, 0.97]), random.choice([0.02, 0.3, 0.9])
    watcher = Watcher()
    watcher.feed(Started(now=watcher.now, session="s"))
    for _ in range(steps):
        watcher.now += random.choice([0, 0, 1, SECOND, 5 * SECOND, 31 * SECOND, 200 * SECOND, 3600 * SECOND])
        event = _event(random, watcher, answers, lost)
        watcher.feed(replace(event, now=watcher.now, draw=random.choice([0.0, 0.5, 0.999])))
    return watcher


def _event(random: Random, watcher: Watcher, answers: float, lost: float) -> Event:
    out = watcher.out
    if out is not None and random.random() < answers:
        if not isinstance(out, Ask):
            return result(random, out)
        if random.random() < lost:
            # Those that block are rarer, or no life would be long.
            problem = random.choice(PROBLEMS[:6] if random.random() < 0.9 else PROBLEMS)
            return Failed(now=0, request_no=out.request_no, problem=problem)
        return Answered(now=0, request_no=out.request_no, answer=answer(random, watcher.state, out.request))
    late = watcher.state.no - random.randint(1, 3)
    return random.choice(
        [
            SyncNow(now=0),
            SyncNow(now=0),
            Wake(now=0),
            TimerRang(now=0),
            TimerRang(now=0),
            LocalWork(now=0, count=3),
            PersonAnswered(now=0, agreed=True),
            PersonAnswered(now=0, agreed=False),
            Stop(now=0),
            Failed(now=0, request_no=late, problem=PROBLEMS[0]),
            Stored(now=0, no=late, result=Asks(1, 1)),
            SentStored(now=0, no=late, stands=True),
        ]
    )


LIVES = {"seed": st.integers(0, 2**32), "steps": st.integers(1, 120)}


@settings(max_examples=600, deadline=None)
@given(**LIVES)
@pytest.mark.slow
def test_every_law_holds_at_each_step_of_any_life(seed: int, steps: int) -> None:
    live(seed, steps)  # the laws stand in Watcher


@pytest.mark.slow
def test_the_lives_of_these_laws_lead_everywhere() -> None:
    """Else the laws would say nothing."""
    asked: Counter[str] = Counter()
    states: Counter[str] = Counter()
    for seed in range(300):
        watcher = live(seed, 100)
        asked.update(type(each).__name__ for each in watcher.asked)
        states.update(watcher.been)
    assert states["patient"] > 50
    assert min(asked[kind] for kind in ("HelloRequest", "PushRequest", "PullRequest", "SnapshotRequest")) > 50
    # Contents behind the rows have their own stories in test_contents.py: these lives carry none.
    left_out = ("idle", "look", "carry")
    assert all(states[doing] > 10 for doing in get_args(Doing) if doing not in left_out), states


@settings(max_examples=200, deadline=None)
@given(**LIVES)
def test_any_life_comes_to_rest_when_nothing_answers(seed: int, steps: int) -> None:
    watcher = live(seed, steps)
    for _ in range(20):
        if watcher.out is None:
            break
        number = watcher.number(watcher.out)
        if isinstance(watcher.out, Ask):
            watcher.feed(Failed(now=watcher.now, request_no=number, problem=NetworkProblem("no_route")))
        else:
            watcher.feed(StoreFailed(now=watcher.now, no=number, problem=StoreProblem("disk_full")))
    assert watcher.state.doing in AT_REST
    if watcher.state.doing == "rest":
        assert watcher.timer is not None, "rest always ends by itself"


@settings(max_examples=200, deadline=None)
@given(**LIVES)
def test_a_stop_ends_any_life_in_one_step(seed: int, steps: int) -> None:
    watcher = live(seed, steps)
    asking = watcher.out if isinstance(watcher.out, Ask) else None
    _, effects = step(watcher.state, Stop(now=watcher.now))
    cancelled = [each.request_no for each in effects if isinstance(each, Cancel)]
    assert cancelled == ([asking.request_no] if asking else [])
    watcher.feed(Stop(now=watcher.now))
    assert watcher.state.doing == "stopped"


@settings(max_examples=200, deadline=None)
@given(**LIVES)
def test_an_event_with_another_number_changes_nothing(seed: int, steps: int) -> None:
    watcher = live(seed, steps)
    late = watcher.state.no + 1
    for event in (
        Failed(now=watcher.now, request_no=late, problem=NetworkProblem("timeout")),
        Stored(now=watcher.now, no=late, result=facts(Random(1))),
        StoreFailed(now=watcher.now, no=late, problem=StoreProblem("disk_full")),
    ):
        assert step(watcher.state, event) == (watcher.state, ())


# ---------------------------------------------------------------- with a headquarters and a store

FAULTS = (
    "lose question",
    "lose answer",
    "stale answer",
    "forged answer",
    "disk full",
    "crash",
    "stop",
    "restore laptop",
    "restore headquarters",
    "prune",
    "unknown kind",
    "edit",
    "person",
    "time",
)


@dataclass
class World:
    """A laptop, its headquarters, and whatever goes wrong between them."""

    laptop: Laptop = field(default_factory=Laptop)
    worked: int = 0
    image: Any = None
    before: Any = None
    saved: set[str] = field(default_factory=set)

    def work(self) -> None:
        self.worked += 1
        self.laptop.store.work(self.worked)
        self.laptop.driver.local_work(1)

    def fault(self, name: str) -> None:
        hq, store, laptop = self.laptop.hq, self.laptop.store, self.laptop
        left = [1]

        def once() -> bool:
            return bool(left and left.pop())

        def lose(_request: Any, *_answer: Any) -> Any:
            if once():
                raise NetworkProblem("timeout")
            return _answer[0] if _answer else None

        def stale(_request: Any, given: Any) -> Any:
            earlier, self.before = self.before, given
            return earlier if type(earlier) is type(given) and once() else given

        def forged(_request: Any, given: Any) -> Any:
            return replace(given, echo=replace(given.echo, incarnation="evil")) if once() else given

        hq.before, hq.after, store.fail = None, None, None
        match name:
            case "lose question":
                hq.before = lose
            case "lose answer":
                hq.after = lose
            case "stale answer":
                hq.after = stale
            case "forged answer":
                hq.after = forged
            case "disk full":
                store.fail = lambda what: disk_full(what) if once() else None
            case "crash":
                for _ in range(3 + self.worked % 7):
                    laptop.driver.step()
                laptop.restart()
            case "stop":
                laptop.driver.stop()
            case "restore laptop":
                # Work that never left the lost disk is lost with it; the law is about all other work.
                kept = self.image or deepcopy(store)
                self.image = deepcopy(store)
                laptop.store = deepcopy(kept)
                laptop.restart()
            case "restore headquarters":
                hq.restore(len(hq.feed) // 2)
            case "prune":
                hq.pruned = len(hq.feed) // 2
            case "unknown kind":
                hq.unknown = "add_note" if not hq.unknown else ""
            case "edit":
                hq.edit(10_000 + self.worked % 5)
            case "person":
                laptop.driver.sync_now()
            case "time":
                laptop.clock.pass_time(100)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(FAULTS), st.integers(0, 3), st.integers(0, 12)), max_size=25))
def test_when_the_faults_end_both_sides_agree(life: list[tuple[str, int, int]]) -> None:
    world = World()
    for name, works, steps in life:
        for _ in range(works):
            world.work()
        world.fault(name)
        world.laptop.driver.run_until_rest() if steps == 12 else None
        for _ in range(steps):
            world.laptop.driver.ring()
            world.laptop.driver.step()
        sent = [each.seq for each in world.laptop.hq.asked[-1].ops] if _last_is_push(world) else []
        assert sent == sorted(sent)
    hq, store = world.laptop.hq, world.laptop.store
    hq.before, hq.after, hq.unknown, store.fail = None, None, "", None
    world.laptop.clock.pass_time(4000)
    world.laptop.until_agreed()
    world.laptop.agrees()
    assert {each.op.id for each in store.kept} <= set(hq.applied)


def _last_is_push(world: World) -> bool:
    return bool(world.laptop.hq.asked) and isinstance(world.laptop.hq.asked[-1], PushRequest)
