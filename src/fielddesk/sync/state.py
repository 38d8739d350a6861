"""The words of the sync engine: what it knows, what it hears (events) and what it wants done (effects).

Times are microseconds of one clock that only runs forward while the program runs; `draw` is a random number in
[0, 1) that comes with an event, so that the engine itself draws none.
"""

from __future__ import annotations

from dataclasses import field
from typing import Any, Literal, TypeAlias

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.frozen import dataclass
from fielddesk.sync.protocol import (
    After,
    Answer,
    ContentsRequest,
    Fork,
    Later,
    Mark,
    Op,
    PullAnswer,
    PushAnswer,
    Request,
    Sent,
    SnapshotAnswer,
)
from fielddesk.sync.status import Status

Doing: TypeAlias = Literal[
    "idle", "load", "hello", "epoch", "read", "mark", "push", "outcomes", "fork", "snapshot", "snapshot_rows",
    "pull", "page", "look", "carry", "rest", "asks", "blocked", "stopped",
]  # fmt: skip
AT_REST: frozenset[Doing] = frozenset({"idle", "rest", "asks", "blocked", "stopped"})
ASKING: frozenset[Doing] = frozenset({"hello", "push", "snapshot", "pull", "carry"})

# ---------------------------------------------------------------- what the store remembers


@dataclass(frozen=True, slots=True)
class SnapshotAt:
    """A snapshot half taken: `pos` of its first piece, and where it goes on."""

    pos: int
    after: After


@dataclass(frozen=True, slots=True)
class Facts:
    """What the store remembers about headquarters, read in one transaction.

    `cursor` is None until a snapshot is complete (new, forked, other epoch). `next_seq` is the first place of this
    incarnation without a known outcome. `waiting` counts operations without an outcome, `unconfirmed` those with one
    that no pull has cleared yet, `needs_person` the outcomes somebody must look at.
    """

    hq_id: str
    epoch: Mark
    device: str
    incarnation: Mark
    cursor: int | None
    sent: Sent | None
    next_seq: int
    waiting: int
    unconfirmed: int
    needs_person: int
    snapshot: SnapshotAt | None
    synced_at: int | None = None


@dataclass(frozen=True, slots=True)
class Asks:
    """A pull, or a snapshot's end, would remove `removed` of `of` rows, so many that a person must say yes first."""

    removed: int
    of: int


@dataclass(frozen=True, slots=True)
class Baggage:
    """Contents of files behind the rows: how many are to go up (`out`) and to come down (`into`) now, and their bytes.

    `asks` are those of which headquarters has not said whether it has them, `lost` went before they were sent,
    `missing` headquarters does not have either; `problem` says why some wait. `sending`: the next piece goes up.
    `more`: the list of contents is not whole yet.
    The rest is what the last piece brought: whole contents, and bytes.
    """

    out: int = 0
    out_bytes: int = 0
    into: int = 0
    into_bytes: int = 0
    asks: int = 0
    lost: int = 0
    missing: int = 0
    problem: str | None = None
    sending: bool = False
    more: bool = False
    sent: int = 0
    fetched: int = 0
    out_moved: int = 0
    into_moved: int = 0

    @property
    def left(self) -> int:
        return self.out + self.into + self.asks + self.more


# ---------------------------------------------------------------- events


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    now: int
    draw: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(_Event):
    """The program runs; `session` (32 hex) was drawn for this run and begins every nonce.

    `carries`: contents of files travel behind the rows.
    """

    session: str
    carries: bool = False


class Wake(_Event):
    """Something suggests a try: the network is back, the computer woke up, headquarters has news."""

    __slots__ = ()


class Wanted(_Event):
    """A person waits for a content that is not here."""

    __slots__ = ()


class SyncNow(_Event):
    """A person wants a sync; also the way on from a stop or a block."""

    __slots__ = ()


class Stop(_Event):
    """End what is under way and rest until SyncNow."""

    __slots__ = ()


class TimerRang(_Event):
    """The time of SetTimer has come."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalWork(_Event):
    """An operation was saved; `count` now wait."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAnswered(_Event):
    """A person has looked at the removal that a pull wants."""

    agreed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(_Event):
    """What came back to the Ask of that number. `clock` is this computer's time of day then."""

    request_no: int
    answer: Answer
    clock: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(_Event):
    """The Ask of that number brought no usable answer."""

    request_no: int
    problem: FieldDeskError


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried(_Event):
    """The Carry of that number is done."""

    request_no: int
    baggage: Baggage


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked(_Event):
    """LookAtContents is done."""

    no: int
    baggage: Baggage


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded(_Event):
    """Load is done."""

    no: int
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRead(_Event):
    """ReadWaiting is done."""

    no: int
    ops: tuple[Op, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentStored(_Event):
    """StoreSent is done; `stands` is False if the batch changed meanwhile and nothing was stored."""

    no: int
    stands: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored(_Event):
    """Any other effect on the store is done."""

    no: int
    result: Facts | Asks


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFailed(_Event):
    """An effect on the store was refused and changed nothing."""

    no: int
    problem: FieldDeskError


Event: TypeAlias = (
    Started | Wake | Wanted | SyncNow | Stop | TimerRang | LocalWork | PersonAnswered
    | Answered | Failed | Carried | Looked | Loaded | WaitingRead | SentStored | Stored | StoreFailed
)  # fmt: skip

# ---------------------------------------------------------------- effects


@dataclass(frozen=True, slots=True)
class Load:
    """Read the facts: `SyncStore.load_state`."""

    no: int


@dataclass(frozen=True, slots=True)
class ReadWaiting:
    """Read the next operations to send: `SyncStore.waiting_ops`."""

    no: int
    from_seq: int
    limit: int
    max_bytes: int


@dataclass(frozen=True, slots=True)
class StoreSent:
    """Remember that this batch may leave, before it does: `SyncStore.mark_sent`."""

    no: int
    batch: tuple[Op, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask headquarters; exactly one Ask is ever unanswered."""

    request_no: int
    request: Request


@dataclass(frozen=True, slots=True)
class ApplyOutcomes:
    """`SyncStore.take_outcomes`."""

    no: int
    answer: PushAnswer


@dataclass(frozen=True, slots=True)
class ApplyPage:
    """`SyncStore.apply_page`; `agreed` rows may be removed."""

    no: int
    page: PullAnswer
    agreed: int


@dataclass(frozen=True, slots=True)
class ApplySnapshot:
    """`SyncStore.apply_snapshot`; `agreed` rows may be removed."""

    no: int
    page: SnapshotAnswer
    after: After | None
    agreed: int


@dataclass(frozen=True, slots=True)
class TakeFork:
    """`SyncStore.take_fork`."""

    no: int
    fork: Fork


@dataclass(frozen=True, slots=True)
class TakeEpoch:
    """`SyncStore.take_epoch`."""

    no: int
    epoch: Mark
    incarnation: Mark


@dataclass(frozen=True, slots=True)
class LookAtContents:
    """See which contents are to be carried; `epoch` is headquarters'."""

    no: int
    epoch: Mark


@dataclass(frozen=True, slots=True)
class Carry:
    """Carry the next piece of a content, of at most `size` bytes; one exchange. `ticket` is a question without hashes.

    Answered like an Ask: it is the only one that is unanswered.
    """

    request_no: int
    ticket: ContentsRequest
    size: int


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Ring (TimerRang) at that time; it replaces the one before, None takes it away."""

    at: int | None


@dataclass(frozen=True, slots=True)
class Cancel:
    """End the Ask of that number; its answer no longer matters."""

    request_no: int


@dataclass(frozen=True, slots=True)
class Say:
    """Show this."""

    status: Status


StoreEffect: TypeAlias = (
    Load | ReadWaiting | StoreSent | ApplyOutcomes | ApplyPage | ApplySnapshot | TakeFork | TakeEpoch | LookAtContents
)
Effect: TypeAlias = StoreEffect | Ask | Carry | SetTimer | Cancel | Say

# ---------------------------------------------------------------- what the engine knows


@dataclass(frozen=True, slots=True)
class State:
    """Everything the engine knows; a program that starts again starts from `State()` and the store.

    `no` numbers each Ask and store effect, `waits_for` is the one whose event is awaited. `greeted_at` None means
    that a hello comes first. `not_before` is the earliest moment of a next request whoever wishes one, `due` when one
    is planned. `files_held_until` is when contents are tried again after a failure of their own; rows do not wait for
    that. `turns` counts forks and epochs since the last complete round, `back` the steps back for a gap.
    """

    doing: Doing = "idle"
    no: int = 0
    waits_for: int | None = None
    session: str = ""
    facts: Facts | None = None
    greeted_at: int | None = None
    clock_ahead: int | None = None

    batch: tuple[Op, ...] = ()
    answer: Answer | None = None
    after: After | None = None
    answered_at: int = 0

    push_from: int | None = None
    push_done: bool = False
    push_held_until: int = 0
    push_problem: FieldDeskError | None = None
    rereads: int = 0
    back: int = 0
    later: Later | None = None
    gap: int | None = None
    snapshot_anew: bool = False
    snapshots: int = 0
    turns: int = 0
    revoked: bool = False
    again: bool = False
    asks: Asks | None = None
    agreed: int = 0

    push_size: int = 100
    pull_size: int = 2000
    snapshot_size: int = 2000

    sent_count: int = 0
    sent_total: int = 0
    pull_start: int = 0
    pull_head: int = 0
    taken_rows: int = 0

    carries: bool = False
    baggage: Baggage = Baggage()
    round_at: int = 0
    asked_at: int = 0
    piece_size: int = 256 * 1024
    files_held_until: int = 0
    file_failures: int = 0
    files_sent: int = 0
    files_fetched: int = 0
    bytes_sent: int = 0
    bytes_fetched: int = 0

    failures: int = 0
    not_before: int = 0
    due: int | None = None
    problem: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    store_trouble: bool = False
    said: Status | None = None
    said_due: int | None = None

    @property
    def known(self) -> Facts:
        """The facts, where a round has loaded them."""
        assert self.facts is not None
        return self.facts

    @property
    def nonce(self) -> str:
        """The nonce of the request under way."""
        return f"{self.session}{self.no:08x}"
