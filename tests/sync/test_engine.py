"""The engine's stories: what it does when all goes well and when something does not."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from fielddesk.core.errors import FieldDeskError, NetworkProblem
from fielddesk.sync.driver import Driver
from fielddesk.sync.engine import State, step
from fielddesk.sync.protocol import (
    Answer,
    HelloAnswer,
    HelloRequest,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushRequest,
    Request,
    SnapshotAnswer,
    SnapshotRequest,
)
from fielddesk.sync.state import Ask, Cancel, Started, Stop
from fielddesk.sync.status import Status
from tests.support.sync_toys import Timekeeper, ToyHq, ToyStore, disk_full


@dataclass
class Laptop:
    """A laptop and its headquarters, on one clock."""

    hq: ToyHq = field(default_factory=ToyHq)
    store: ToyStore = field(default_factory=ToyStore)
    clock: Timekeeper = field(default_factory=Timekeeper)
    seen: list[Status] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """The program died; the store is what is left."""
        self.driver = Driver(
            self.store, self.hq, self.clock, Random(7), elapsed=self.clock.now, listener=self.seen.append
        )

    def sync(self) -> Status:
        if self.driver.state.doing == "idle":
            return self.driver.run_until_rest()
        self.driver.sync_now()
        return self.driver.run_until_rest()

    def until_agreed(self, rounds: int = 20) -> Status:
        for _ in range(rounds):
            status = self.sync()
            if status.code == "agreed" and not status.waiting:
                return status
            self.clock.pass_time(200)
        raise AssertionError(f"no agreement: {status}")

    def asked(self, kind: type[Request]) -> list[Any]:
        return [each for each in self.hq.asked if isinstance(each, kind)]

    def agrees(self) -> None:
        """Nothing waits, nothing is lost or doubled, and both sides hold the same rows."""
        assert all(each.cleared for each in self.store.kept)
        assert sorted(self.hq.applied) == sorted({each.op.id for each in self.store.kept} | set(self.hq.applied))
        assert len(self.hq.applied) == len(set(self.hq.applied))
        newest = {row["id"]: row["rev"] for row in self.hq.feed}
        assert {row["id"]: row["rev"] for row in self.store.rows.values()} == newest


@pytest.fixture
def laptop() -> Laptop:
    return Laptop()


def once(problem: FieldDeskError, kind: type[Request]) -> Callable[[Request], None]:
    left = [problem]

    def before(request: Request) -> None:
        if isinstance(request, kind) and left:
            raise left.pop()

    return before


def losing(kind: type[Request]) -> Callable[[Request, Answer], Answer]:
    left = [NetworkProblem("cut_off")]

    def after(request: Request, answer: Answer) -> Answer:
        if isinstance(request, kind) and left:
            raise left.pop()
        return answer

    return after


# ---------------------------------------------------------------- when all goes well


def test_a_new_laptop_greets_takes_a_snapshot_and_then_the_feed(laptop: Laptop) -> None:
    for number in range(5000):
        laptop.hq.edit(number)
    assert laptop.sync().code == "agreed"
    kinds = [type(each) for each in laptop.hq.asked]
    assert kinds == [HelloRequest, SnapshotRequest, SnapshotRequest, PullRequest]
    laptop.agrees()


def test_what_waits_is_pushed_in_order_and_cleared_by_the_pull_alone(laptop: Laptop) -> None:
    laptop.sync()
    for number in range(350):
        laptop.store.work(number)
    laptop.sync()
    pushed = [op.seq for request in laptop.asked(PushRequest) for op in request.ops]
    assert pushed == list(range(1, 351))
    assert laptop.store.cleared_by == ["page"] * 350
    laptop.agrees()


def test_the_status_counts_what_has_been_sent(laptop: Laptop) -> None:
    for number in range(250):
        laptop.store.work(number)
    laptop.sync()
    sending = [(each.done, each.total) for each in laptop.seen if each.code == "sending"]
    assert sending == [(0, 250), (100, 250)]


def test_the_status_counts_how_far_the_feed_is(laptop: Laptop) -> None:
    laptop.sync()
    for number in range(5000):
        laptop.hq.edit(number)
    laptop.sync()
    shares = [each.percent for each in laptop.seen if each.code == "receiving"]
    assert shares[0] == 0
    assert shares == sorted(shares)
    assert len(shares) > 1


def test_it_rests_a_minute_after_a_round_and_a_second_after_local_work(laptop: Laptop) -> None:
    laptop.sync()
    rest = laptop.driver.timer
    assert rest is not None
    assert 60 <= (rest - laptop.clock.at) / 1e6 <= 70
    laptop.store.work(1)
    laptop.driver.local_work(1)
    laptop.driver.run_until_rest()
    assert laptop.driver.status.waiting == 1
    assert not laptop.hq.applied
    laptop.clock.pass_time(1)
    laptop.driver.run_until_rest()
    laptop.agrees()


def test_work_saved_during_a_round_gets_a_round_of_its_own(laptop: Laptop) -> None:
    laptop.sync()

    def typing(request: Request) -> None:
        if isinstance(request, PullRequest) and not laptop.store.kept:
            laptop.store.work(1)
            laptop.driver.local_work(1)

    laptop.hq.before = typing
    laptop.sync()
    assert not laptop.hq.applied
    laptop.clock.pass_time(1)
    laptop.driver.run_until_rest()
    laptop.agrees()


def test_work_saved_during_a_long_snapshot_does_not_wait_for_its_end(laptop: Laptop) -> None:
    for number in range(9000):
        laptop.hq.edit(number)

    def typing(request: Request) -> None:
        if isinstance(request, SnapshotRequest) and not laptop.store.kept:
            laptop.store.work(10_000)
            laptop.driver.local_work(1)

    laptop.hq.before = typing
    laptop.sync()
    kinds = [type(each).__name__ for each in laptop.hq.asked]
    assert kinds.index("PushRequest") == 2
    assert kinds.count("SnapshotRequest") > 2
    laptop.until_agreed()
    laptop.agrees()


def test_the_status_says_that_it_tries_while_it_still_says_what_was_wrong(laptop: Laptop) -> None:
    laptop.hq.before = once(NetworkProblem("no_route"), HelloRequest)
    laptop.sync()
    laptop.clock.pass_time(10)
    laptop.seen.clear()
    laptop.sync()
    assert [(each.code, each.trying) for each in laptop.seen][:1] == [("offline", True)]
    assert (laptop.seen[-1].code, laptop.seen[-1].trying) == ("agreed", False)


def test_hello_is_said_at_start_and_again_after_six_hours(laptop: Laptop) -> None:
    laptop.sync()
    laptop.sync()
    assert len(laptop.asked(HelloRequest)) == 1
    laptop.clock.pass_time(6 * 3600)
    laptop.sync()
    assert len(laptop.asked(HelloRequest)) == 2


def test_the_place_is_stored_before_a_byte_leaves(laptop: Laptop) -> None:
    def looks(request: Request) -> None:
        if isinstance(request, PushRequest):
            assert laptop.store.sent is not None
            assert laptop.store.sent.seq >= request.ops[-1].seq

    laptop.hq.before = looks
    for number in range(120):
        laptop.store.work(number)
    laptop.until_agreed()


def test_a_batch_that_was_compacted_meanwhile_is_read_anew(laptop: Laptop) -> None:
    laptop.store.work(1)
    laptop.store.work(2)

    def undo(what: str) -> None:
        if what == "mark" and len(laptop.store.kept) == 2:
            laptop.store.kept.pop()

    laptop.store.fail = undo
    laptop.sync()
    assert [len(each.ops) for each in laptop.asked(PushRequest)] == [1]
    laptop.agrees()


# ---------------------------------------------------------------- network


def test_a_push_whose_answer_was_lost_is_applied_once(laptop: Laptop) -> None:
    laptop.store.work(1)
    laptop.hq.after = losing(PushRequest)
    assert (laptop.sync().code, laptop.driver.status.problem) == ("offline", "cut_off")
    laptop.until_agreed()
    assert len(laptop.asked(PushRequest)) == 2
    laptop.agrees()


@pytest.mark.parametrize("kind", [HelloRequest, PushRequest, PullRequest, SnapshotRequest])
@pytest.mark.parametrize("lost", ["question", "answer"])
def test_one_lost_message_of_any_kind_costs_one_try(laptop: Laptop, kind: type[Request], lost: str) -> None:
    laptop.store.work(1)
    laptop.hq.edit(100)
    if lost == "question":
        laptop.hq.before = once(NetworkProblem("timeout"), kind)
    else:
        laptop.hq.after = losing(kind)
    assert laptop.sync().code == "offline"
    laptop.clock.pass_time(10)
    laptop.driver.run_until_rest()
    assert laptop.driver.status.code == "agreed"
    laptop.agrees()


@pytest.mark.parametrize("part", ["nonce", "hq_id", "epoch", "incarnation"])
@pytest.mark.parametrize("kind", [PushRequest, PullRequest, SnapshotRequest])
def test_an_answer_that_is_not_for_us_touches_nothing(laptop: Laptop, kind: type[Request], part: str) -> None:
    laptop.store.work(1)
    laptop.hq.edit(100)

    def forged(request: Request, answer: Answer) -> Answer:
        return replace(answer, echo=replace(answer.echo, **{part: "other"})) if isinstance(request, kind) else answer

    def touched(what: str) -> None:
        touches.append(what)

    touches: list[str] = []
    laptop.hq.after, laptop.store.fail = forged, touched
    assert laptop.sync().code == "offline"
    if kind is PushRequest:
        assert touches == ["load", "read", "mark"]
    else:
        assert touches[-1] == ("outcomes" if kind is SnapshotRequest else "snapshot")
    laptop.hq.after = None
    laptop.until_agreed()
    laptop.agrees()


def test_a_pull_from_another_place_is_ignored(laptop: Laptop) -> None:
    laptop.sync()
    laptop.hq.edit(1)
    laptop.hq.edit(2)
    laptop.hq.after = lambda request, answer: replace(answer, from_=1) if isinstance(request, PullRequest) else answer
    assert laptop.sync().values == {"what": "from"}
    assert laptop.store.cursor == 0


def test_an_outcome_for_another_hash_is_refused_whole(laptop: Laptop) -> None:
    laptop.store.work(1)

    def other_hash(request: Request, answer: Answer) -> Answer:
        if isinstance(answer, PushAnswer):
            return replace(answer, outcomes=tuple(replace(each, hash="0" * 64) for each in answer.outcomes))
        return answer

    laptop.hq.after = other_hash
    assert laptop.sync().values == {"what": "hash"}
    assert laptop.store.kept[0].outcome is None


def test_a_late_answer_changes_nothing(laptop: Laptop) -> None:
    laptop.store.work(1)
    laptop.driver.start()
    while not isinstance(laptop.driver.effects[0], Ask):
        laptop.driver.step()
    asked = laptop.driver.take()
    assert isinstance(asked, Ask)
    late = laptop.driver.execute(asked)
    assert late is not None
    laptop.driver.feed(replace(late, request_no=asked.request_no - 1))
    assert laptop.driver.state.waits_for == asked.request_no
    laptop.driver.feed(late)
    before = laptop.driver.state
    laptop.driver.feed(late)
    assert laptop.driver.state == before


def test_a_portal_is_named_and_nothing_is_touched(laptop: Laptop) -> None:
    laptop.store.work(1)

    def portal(_request: Request) -> None:
        raise NetworkProblem("captive_portal", status=200)

    laptop.hq.before = portal
    status = laptop.sync()
    assert (status.code, status.problem, status.tone, status.waiting) == ("offline", "captive_portal", "calm", 1)
    laptop.hq.before = None
    laptop.until_agreed()
    laptop.agrees()


def test_a_stalling_push_is_halved_and_grows_again(laptop: Laptop) -> None:
    for number in range(300):
        laptop.store.work(number)

    def narrow(request: Request) -> None:
        if isinstance(request, PushRequest) and len(request.ops) > 30:
            raise NetworkProblem("timeout")

    laptop.hq.before = narrow
    for _ in range(3):
        laptop.sync()
        laptop.clock.pass_time(60)
    assert [len(each.ops) for each in laptop.asked(PushRequest)][:3] == [100, 50, 25]
    laptop.hq.before = None
    laptop.until_agreed()
    assert max(len(each.ops) for each in laptop.asked(PushRequest)[3:]) > 50
    laptop.agrees()


def test_one_operation_too_large_for_headquarters_does_not_stop_the_feed(laptop: Laptop) -> None:
    laptop.sync()
    laptop.store.work(1)
    laptop.hq.edit(100)

    def refuses(request: Request) -> None:
        if isinstance(request, PushRequest):
            raise NetworkProblem("too_large")

    laptop.hq.before = refuses
    laptop.sync()
    laptop.clock.pass_time(10)
    status = laptop.sync()
    assert (status.code, status.problem, status.waiting) == ("waiting", "too_large", 1)
    assert "0" * 30 + "64" in laptop.store.rows
    laptop.hq.before = None
    laptop.clock.pass_time(600)
    laptop.until_agreed()
    laptop.agrees()


def test_after_five_failures_nobody_gets_a_try_within_thirty_seconds(laptop: Laptop) -> None:
    tries: list[int] = []

    def gone(_request: Request) -> None:
        tries.append(laptop.clock.at)
        raise NetworkProblem("no_route")

    laptop.hq.before = gone
    for _ in range(900):
        laptop.driver.sync_now()
        laptop.driver.run_until_rest()
        laptop.clock.pass_time(1)
    gaps = [(later - earlier) / 1e6 for earlier, later in pairwise(tries)]
    assert len(tries) > 20
    assert min(gaps[4:]) >= 30


def test_the_network_coming_back_hastens_the_next_try(laptop: Laptop) -> None:
    laptop.hq.before = lambda _request: (_ for _ in ()).throw(NetworkProblem("no_route"))
    for _ in range(8):
        laptop.sync()
        laptop.clock.pass_time(300)
    laptop.sync()
    assert laptop.driver.timer is not None
    assert laptop.driver.timer - laptop.clock.at >= 60e6
    laptop.hq.before = None
    laptop.driver.wake()
    laptop.driver.run_until_rest()
    laptop.clock.pass_time(31)
    assert laptop.driver.run_until_rest().code == "agreed"


def test_local_work_does_not_hasten_a_line_that_fails(laptop: Laptop) -> None:
    laptop.hq.before = lambda _request: (_ for _ in ()).throw(NetworkProblem("no_route"))
    for _ in range(3):
        laptop.sync()
        laptop.clock.pass_time(20)
    laptop.sync()
    planned = laptop.driver.timer
    laptop.driver.local_work(1)
    laptop.driver.run_until_rest()
    assert laptop.driver.timer == planned


def test_retry_after_is_kept_even_if_a_person_is_impatient(laptop: Laptop) -> None:
    laptop.hq.before = once(NetworkProblem("busy", retry_after_s=120), HelloRequest)
    status = laptop.sync()
    assert status.problem == "busy"
    assert status.retry_in is not None
    assert 120e6 <= status.retry_in <= 190e6
    for _ in range(119):
        laptop.clock.pass_time(1)
        assert laptop.sync().code == "offline"
    assert len(laptop.hq.asked) == 1
    laptop.clock.pass_time(1)
    assert laptop.sync().code == "agreed"


def test_a_hundred_laptops_do_not_come_in_one_wave() -> None:
    moments = []
    for number in range(100):
        laptop = Laptop()
        laptop.driver = Driver(laptop.store, laptop.hq, laptop.clock, Random(number), elapsed=laptop.clock.now)
        laptop.hq.before = once(NetworkProblem("busy", retry_after_s=60), HelloRequest)
        laptop.sync()
        assert laptop.driver.timer is not None
        moments.append((laptop.driver.timer - laptop.clock.at) // 1_000_000)
    assert max(moments.count(each) for each in set(moments)) <= 12
    assert min(moments) >= 60


def test_a_clock_set_back_does_not_put_the_next_try_into_next_year(laptop: Laptop) -> None:
    laptop.clock.pass_time(14 * 365 * 86400)
    laptop.sync()
    laptop.clock.pass_time(-14 * 365 * 86400)
    laptop.sync()
    laptop.clock.pass_time(120)
    laptop.store.work(1)
    assert laptop.driver.run_until_rest().code == "agreed"
    laptop.until_agreed()
    laptop.agrees()


def test_headquarters_may_take_less_than_a_batch_and_gets_the_rest_at_once(laptop: Laptop) -> None:
    laptop.sync()
    for number in range(7):
        laptop.store.work(number)
    whole = laptop.hq._push
    laptop.hq._push = lambda request: whole(replace(request, ops=request.ops[:3]))  # type: ignore[method-assign]
    laptop.sync()
    assert [[op.seq for op in each.ops] for each in laptop.asked(PushRequest)] == [
        [1, 2, 3, 4, 5, 6, 7],
        [4, 5, 6, 7],
        [7],
    ]
    laptop.agrees()


# ---------------------------------------------------------------- stop and the store


def test_a_stop_cancels_what_is_asked_and_sync_goes_on_where_it_was(laptop: Laptop) -> None:
    laptop.store.work(1)
    state, effects = step(State(), Started(now=1, session="ab"))
    laptop.driver.state = state
    laptop.driver.effects.extend(effects)
    while not isinstance(laptop.driver.effects[0], Ask):
        laptop.driver.step()
    asked = laptop.driver.take()
    assert isinstance(asked, Ask)
    stopped, effects = step(laptop.driver.state, Stop(now=2))
    assert effects[0] == Cancel(asked.request_no)
    assert stopped.doing == "stopped"
    laptop.driver.stop()
    laptop.driver.run_until_rest()
    assert laptop.driver.status.code == "stopped"
    laptop.clock.pass_time(3600)
    laptop.driver.local_work(1)
    laptop.driver.wake()
    assert laptop.driver.run_until_rest().code == "stopped"
    laptop.until_agreed()
    laptop.agrees()


def test_what_was_decided_before_a_stop_is_not_done_after_it(laptop: Laptop) -> None:
    laptop.store.work(1)
    laptop.driver.start()
    while not (laptop.driver.effects and type(laptop.driver.effects[0]).__name__ == "StoreSent"):
        laptop.driver.step()
    laptop.driver.stop()
    laptop.driver.run_until_rest()
    assert laptop.store.sent is None
    assert not laptop.asked(PushRequest)


@pytest.mark.parametrize("nth", range(1, 12))
def test_a_store_that_fails_once_anywhere_is_said_and_tried_again(laptop: Laptop, nth: int) -> None:
    laptop.store.work(1)
    laptop.hq.edit(100)
    calls = [0]

    def fail(what: str) -> None:
        calls[0] += 1
        if calls[0] == nth:
            disk_full(what)

    laptop.store.fail = fail
    status = laptop.sync()
    if status.code != "agreed":
        assert (status.code, status.problem) == ("store", "disk_full")
        assert status.retry_in is not None
    laptop.until_agreed()
    laptop.agrees()


@pytest.mark.parametrize("steps", range(1, 40))
def test_the_program_may_die_between_any_two_steps(steps: int) -> None:
    laptop = Laptop()
    for number in range(3):
        laptop.store.work(number)
        laptop.hq.edit(100 + number)
    laptop.driver.start()
    for _ in range(steps):
        laptop.driver.step()
    laptop.restart()
    laptop.store.work(50)
    laptop.until_agreed()
    laptop.agrees()


# ---------------------------------------------------------------- headquarters


def test_a_kind_headquarters_does_not_know_waits_and_the_feed_goes_on(laptop: Laptop) -> None:
    laptop.sync()
    laptop.store.work(1)
    laptop.store.work(2, kind="measure_noise")
    laptop.store.work(3)
    laptop.hq.unknown = "measure_noise"
    laptop.hq.edit(100)
    status = laptop.sync()
    assert (status.code, status.problem, status.waiting) == ("waiting", "later", 2)
    assert status.values == {"kind": "measure_noise", "version": 1}
    assert len(laptop.store.rows) == 2
    laptop.hq.unknown = ""
    laptop.until_agreed()
    laptop.agrees()


def test_a_pull_names_the_last_place_that_may_have_left_even_without_an_outcome(laptop: Laptop) -> None:
    laptop.sync()
    laptop.store.work(1, kind="measure_noise")
    laptop.hq.unknown = "measure_noise"
    laptop.sync()
    assert laptop.store.sent is not None
    assert laptop.asked(PullRequest)[-1].sent == laptop.store.sent


def test_a_headquarters_that_always_wants_a_snapshot_is_not_asked_every_second(laptop: Laptop) -> None:
    laptop.hq.after = lambda _request, answer: (
        replace(answer, snapshot=True) if isinstance(answer, PullAnswer) else answer
    )
    for _ in range(30):
        laptop.sync()
        laptop.clock.pass_time(0.9)
    assert laptop.driver.status.values == {"what": "snapshot"}
    assert laptop.hq.snapshots_begun == 2


def test_a_feed_or_snapshot_that_does_not_move_is_left(laptop: Laptop) -> None:
    laptop.hq.edit(1)
    stands: dict[type, dict[str, Any]] = {
        PullAnswer: {"more": True, "to": 1, "rows": []},
        SnapshotAnswer: {"next": ("note", "a" * 32)},
    }

    def patience(_request: Request) -> None:
        assert len(laptop.hq.asked) < 20

    for kind, changes in stands.items():
        laptop.hq.before = patience
        laptop.hq.after = lambda _request, answer, kind=kind, changes=changes: (
            replace(answer, **changes) if isinstance(answer, kind) else answer
        )
        assert laptop.sync().values == {"what": "to" if kind is PullAnswer else "next"}
        laptop.hq.asked.clear()
        laptop.hq.edit(2)
        laptop.hq.pruned = 2
        laptop.clock.pass_time(100)


@pytest.mark.parametrize("deaf", ["apply_page", "apply_snapshot"])
def test_a_store_that_does_not_take_what_it_was_given_is_not_asked_for_ever(laptop: Laptop, deaf: str) -> None:
    laptop.hq.edit(1)
    setattr(laptop.store, deaf, lambda *_args: laptop.store._facts())
    if deaf == "apply_page":
        laptop.store.cursor = 0
    status = laptop.sync()
    assert (status.code, status.problem) == ("store", "program_error")
    assert len(laptop.hq.asked) == 2


def test_a_restored_profile_is_noticed_in_push_and_both_works_arrive(laptop: Laptop) -> None:
    laptop.sync()
    image = deepcopy(laptop.store)
    laptop.store.work(1)
    laptop.sync()
    clone = Laptop(hq=laptop.hq, store=image)
    clone.store.work(2)
    clone.until_agreed()
    laptop.until_agreed()
    assert laptop.hq.forks == 1
    assert clone.store.incarnation != laptop.store.incarnation
    assert len(laptop.hq.applied) == 2
    laptop.agrees()
    assert clone.store.rows == laptop.store.rows


def test_a_restored_profile_is_noticed_in_pull_even_without_work(laptop: Laptop) -> None:
    laptop.store.work(1)
    laptop.sync()
    clone = Laptop(hq=laptop.hq)
    clone.until_agreed()
    assert laptop.hq.forks == 1
    assert clone.store.rows == laptop.store.rows


def test_after_a_fork_what_waits_is_pushed_before_the_new_snapshot(laptop: Laptop) -> None:
    laptop.store.work(1)
    laptop.sync()
    clone = Laptop(hq=laptop.hq)
    clone.store.work(2)
    clone.store.work(3)
    laptop.hq.asked.clear()
    clone.sync()
    kinds = [type(each).__name__ for each in laptop.hq.asked]
    assert kinds == ["HelloRequest", "PushRequest", "PushRequest", "SnapshotRequest", "PullRequest"]
    assert [op.seq for op in clone.asked(PushRequest)[-1].ops] == [1, 2]


def test_a_headquarters_that_forks_for_ever_is_not_asked_for_ever(laptop: Laptop) -> None:
    laptop.hq.after = lambda request, answer: (
        replace(answer, fork=laptop.hq._fork()) if isinstance(request, PullRequest) else answer
    )
    laptop.sync()
    assert laptop.driver.status.code == "offline"
    assert laptop.hq.forks <= 4
    for _ in range(29):
        laptop.clock.pass_time(1)
        laptop.sync()
    assert laptop.hq.forks <= 4


def test_a_restored_headquarters_gets_again_what_it_lost(laptop: Laptop) -> None:
    for number in range(10):
        laptop.store.work(number)
    laptop.until_agreed()
    laptop.hq.restore(4)
    laptop.store.work(20)
    laptop.until_agreed()
    assert sorted(laptop.hq.applied) == sorted(each.op.id for each in laptop.store.kept)
    assert laptop.store.epoch == 2
    laptop.agrees()


def test_another_headquarters_stops_everything_until_a_person_acts(laptop: Laptop) -> None:
    laptop.store.work(1)
    laptop.hq.hq_id = "somebody else"
    status = laptop.sync()
    assert (status.code, status.problem, status.tone) == ("blocked", "wrong_hq", "stop")
    asked = len(laptop.hq.asked)
    laptop.clock.pass_time(86400)
    laptop.driver.local_work(1)
    laptop.driver.wake()
    laptop.driver.run_until_rest()
    assert len(laptop.hq.asked) == asked
    assert laptop.store.sent is None
    laptop.hq.hq_id = "hq"
    laptop.until_agreed()
    laptop.agrees()


def test_a_revoked_laptop_hands_in_its_work_and_is_locked(laptop: Laptop) -> None:
    laptop.sync()
    for number in range(50):
        laptop.store.work(number)
    laptop.hq.revoked = True
    laptop.sync()
    laptop.clock.pass_time(10)
    laptop.driver.run_until_rest()
    assert laptop.driver.status.code == "locked"
    assert len(laptop.hq.applied) == 50
    asked = len(laptop.hq.asked)
    laptop.clock.pass_time(86400)
    laptop.driver.run_until_rest()
    assert len(laptop.hq.asked) == asked


def test_a_pruned_feed_costs_exactly_one_snapshot(laptop: Laptop) -> None:
    laptop.hq.edit(1)
    laptop.sync()
    for number in range(2, 9):
        laptop.hq.edit(number)
    laptop.hq.pruned = 6
    laptop.store.work(100)
    laptop.until_agreed()
    assert laptop.hq.snapshots_begun == 2
    laptop.agrees()


def test_a_snapshot_goes_on_where_it_broke_off(laptop: Laptop) -> None:
    for number in range(7000):
        laptop.hq.edit(number)
    left = [0]

    def second(request: Request) -> None:
        left[0] += isinstance(request, SnapshotRequest)
        if left[0] == 2:
            left[0] += 1
            raise NetworkProblem("timeout")

    laptop.hq.before = second
    laptop.sync()
    laptop.hq.edit(3)
    laptop.restart()
    laptop.until_agreed()
    afters = [each.after for each in laptop.asked(SnapshotRequest)]
    assert afters[0] is None
    assert afters[1] is not None
    assert afters[1] == afters[2]
    assert afters.count(None) == 1
    laptop.agrees()


def test_a_removal_of_very_much_waits_for_a_person(laptop: Laptop) -> None:
    laptop.sync()
    for number in range(100):
        laptop.hq.edit(number)
    laptop.store.asks_over = 50
    status = laptop.sync()
    assert (status.code, status.values) == ("asks", {"removed": 100, "of": 0})
    laptop.clock.pass_time(3600)
    laptop.driver.wake()
    laptop.driver.answer_removal(False)
    assert laptop.driver.run_until_rest().code == "asks"
    assert not laptop.store.rows
    laptop.driver.answer_removal(True)
    assert laptop.driver.run_until_rest().code == "agreed"
    laptop.agrees()


def test_a_snapshot_that_would_take_very_much_away_waits_for_a_person(laptop: Laptop) -> None:
    for number in range(100):
        laptop.hq.edit(number)
    laptop.until_agreed()
    laptop.store.asks_over = 50
    laptop.hq.edit(0)
    left = laptop.hq.feed[0]["id"]
    laptop.hq.feed = [row | {"id": left} for row in laptop.hq.feed]  # a mistake with rights took all others away
    laptop.hq.pruned = len(laptop.hq.feed)
    status = laptop.sync()
    assert (status.code, status.values) == ("asks", {"removed": 99, "of": 100})
    assert len(laptop.store.rows) == 100
    laptop.restart()
    laptop.driver.sync_now()
    assert laptop.driver.run_until_rest().code == "asks", "it is asked again after a start"
    laptop.driver.answer_removal(True)
    assert laptop.driver.run_until_rest().code == "agreed"
    assert list(laptop.store.rows) == [left]


def test_a_gap_is_filled_from_what_is_still_kept(laptop: Laptop) -> None:
    for number in range(5):
        laptop.store.work(number)
    laptop.until_agreed()
    laptop.hq.queues["first"] = laptop.hq.queues["first"][:2]  # lost without a word about another epoch
    laptop.store.work(9)
    laptop.sync()
    assert [op.seq for op in laptop.asked(PushRequest)[-1].ops] == [3, 4, 5, 6]
    laptop.agrees()


def test_a_gap_that_cannot_be_filled_is_said_and_the_feed_goes_on(laptop: Laptop) -> None:
    for number in range(5):
        laptop.store.work(number)
    laptop.until_agreed()
    laptop.hq.queues["first"] = laptop.hq.queues["first"][:2]
    laptop.store.kept = laptop.store.kept[4:]  # beyond the backup horizon
    laptop.store.work(9)
    laptop.hq.edit(100)
    status = laptop.sync()
    assert (status.code, status.problem, status.values, status.waiting) == ("waiting", "gap", {"expected": 3}, 1)
    assert [op.seq for op in laptop.asked(PushRequest)[-1].ops] == [6], "what begins beyond the gap is not sent again"
    assert [op.seq for op in laptop.asked(PushRequest)[-1].ops] == [6], "what begins beyond the gap is not sent again"
    assert len(laptop.store.rows) == 6


def test_a_program_too_old_or_too_new_for_headquarters_says_which(laptop: Laptop) -> None:
    for protocols, problem in (((2, 3), "too_old"), ((0,), "too_new")):
        laptop = Laptop()

        def speaks(_request: Request, answer: Answer, protocols: tuple[int, ...] = protocols) -> Answer:
            return replace(answer, protocols=protocols) if isinstance(answer, HelloAnswer) else answer

        laptop.hq.after = speaks
        status = laptop.sync()
        assert (status.code, status.problem) == ("offline", problem)
        assert status.retry_in is not None
        assert status.retry_in >= 15 * 60e6


def test_every_question_says_what_time_the_laptop_has(laptop: Laptop) -> None:
    laptop.store.work(1)
    laptop.sync()
    assert {each.now for each in laptop.hq.asked} == {laptop.clock.at}


def test_headquarters_clock_is_compared_with_ours(laptop: Laptop) -> None:
    laptop.hq.after = lambda _request, answer: (
        replace(answer, now=laptop.clock.at - 90_000_000) if isinstance(answer, HelloAnswer) else answer
    )
    assert laptop.sync().clock_ahead == 90_000_000


def test_the_same_nonce_is_never_used_twice(laptop: Laptop) -> None:
    for number in range(30):
        laptop.store.work(number)
        laptop.sync()
        if number == 15:
            laptop.driver = Driver(laptop.store, laptop.hq, laptop.clock, Random(8), elapsed=laptop.clock.now)
    nonces = [each.nonce for each in laptop.hq.asked]
    assert len(nonces) == len(set(nonces)) > 60
