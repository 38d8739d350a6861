"""What a laptop and headquarters say to each other: six questions and their answers, and pieces of files.

`wire.py` turns them into bytes and checks what comes back. `Hq` is headquarters as the laptop sees it; `client.py`
is the one over HTTP, a test or a simulator passes its own.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

from fielddesk.core.frozen import dataclass

PROTOCOL = 1
CONTENT_TYPE = "application/vnd.fielddesk+json"

CONTENT_BYTES = "application/vnd.fielddesk.content"
"""Type of a piece of a file; a hotel's page has another."""
TUS = "1.0.0"
FROM_DEVICE, TO_HEADQUARTERS = "FieldDesk-Device", "FieldDesk-Headquarters"
"""Headers beside a piece of a file: who sends it, and to which headquarters."""
HASHES_LIMIT = 500

ANSWER_LIMIT = 64 * 1024 * 1024
"""Bytes of one answer, unpacked; what is longer is not read to its end."""
PUSH_BYTES = 1024 * 1024
"""Bytes of operation bodies in one push; a single longer operation still travels, alone."""
ROWS_LIMIT = 50_000
OPS_LIMIT = 10_000
LARGEST = 2**63 - 1

OUTCOMES = frozenset({"applied", "merged", "conflict", "rejected", "parked", "held", "quarantined", "void"})

Mark: TypeAlias = int | str
"""An epoch or incarnation: headquarters chooses what it looks like, a laptop only compares it."""
Row: TypeAlias = dict[str, Any]
"""A feed row as it travels: pos, commit, table, id, rev, op ("put" or "leave") and body; a snapshot row has table,
id, rev and body. The body's values are int, str or None; tables and fields nobody here knows are kept."""
After: TypeAlias = tuple[str, str]
"""Where a snapshot goes on: table and id of the last row taken."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The last place that may have left this laptop."""

    seq: int
    id: str


@dataclass(frozen=True, slots=True)
class Op:
    """An operation at its place in the queue; `body` is the text that `hash` covers and holds the id too."""

    seq: int
    id: str
    hash: str
    body: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What headquarters made of an operation; known by (id, hash), `seq` is only where it stood.

    `detail` is the whole outcome with its word under "is"; `pos` is the place in the feed that holds its rows.
    """

    seq: int
    id: str
    hash: str
    is_: str
    detail: dict[str, Any]
    pos: int | None


@dataclass(frozen=True, slots=True)
class Fork:
    """Two laptops stood in one queue: from now on this one has its own incarnation and device code."""

    incarnation: Mark
    device_code: str


@dataclass(frozen=True, slots=True)
class Later:
    """The operation at which a push ended, because headquarters does not know its kind or version yet."""

    id: str
    kind: str
    version: int


@dataclass(frozen=True, slots=True)
class Echo:
    """Who answers, and to which question; an answer counts only if all four are as expected."""

    hq_id: str
    epoch: Mark
    nonce: str
    incarnation: Mark


@dataclass(frozen=True, slots=True)
class EnrolRequest:
    """`code` is the one-time code; it is never shown in an error."""

    nonce: str
    code: str
    device_name: str

    def __repr__(self) -> str:
        return f"EnrolRequest(device_name={self.device_name!r})"


@dataclass(frozen=True, slots=True)
class HelloRequest:
    """`hq_id` and `epoch` are what the laptop believes, so that a restored headquarters can give an incarnation.

    Here and below `now` is the laptop's own clock when the question leaves (microseconds, UTC), for the skew.
    """

    nonce: str
    device: str
    incarnation: Mark
    hq_id: str
    epoch: Mark
    now: int | None = None


@dataclass(frozen=True, slots=True)
class PushRequest:
    """Operations in the order of their places, without a gap."""

    nonce: str
    device: str
    incarnation: Mark
    hq_id: str
    epoch: Mark
    ops: tuple[Op, ...]
    now: int | None = None


@dataclass(frozen=True, slots=True)
class PullRequest:
    """The feed after position `from_`, at most about `limit` rows; `sent` lets headquarters notice a fork."""

    nonce: str
    device: str
    incarnation: Mark
    hq_id: str
    epoch: Mark
    from_: int
    sent: Sent | None
    limit: int
    now: int | None = None


@dataclass(frozen=True, slots=True)
class SnapshotRequest:
    """All rows in scope, piece by piece; `after` is the `next` of the piece before."""

    nonce: str
    device: str
    incarnation: Mark
    hq_id: str
    epoch: Mark
    after: After | None
    limit: int
    now: int | None = None


@dataclass(frozen=True, slots=True)
class ContentsRequest:
    """Which of these contents of files headquarters has."""

    nonce: str
    device: str
    incarnation: Mark
    hq_id: str
    epoch: Mark
    hashes: tuple[str, ...]
    now: int | None = None


@dataclass(frozen=True, slots=True)
class EnrolAnswer:
    """Who this laptop is from now on; `token` opens headquarters and is never shown."""

    echo: Echo
    hq_name: str
    user_id: str
    account: str
    device_id: str
    device_code: str
    token: str
    recovery_public: str
    role: str

    def __repr__(self) -> str:
        return f"EnrolAnswer(account={self.account!r}, device_code={self.device_code!r})"


@dataclass(frozen=True, slots=True)
class HelloAnswer:
    """`now` is headquarters' clock (microseconds, UTC); in another epoch the echo's incarnation is a new one."""

    echo: Echo
    protocols: tuple[int, ...]
    accepts: dict[str, tuple[int, ...]]
    now: int


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """`next_seq` is the place headquarters waits for."""

    echo: Echo
    outcomes: tuple[Outcome, ...]
    next_seq: int
    later: Later | None
    fork: Fork | None


@dataclass(frozen=True, slots=True)
class PullAnswer:
    """The feed from `from_` (excluded) to `to` (included), whole commits only; `head` is where the feed stands.

    `snapshot` says that the feed before `head` is gone and all rows must be fetched again.
    """

    echo: Echo
    from_: int
    to: int
    head: int
    rows: list[Row]
    outcomes: tuple[Outcome, ...]
    more: bool
    snapshot: bool
    fork: Fork | None


@dataclass(frozen=True, slots=True)
class SnapshotAnswer:
    """A piece of all rows; `pos` of the first piece is where the feed goes on afterwards."""

    echo: Echo
    pos: int
    rows: list[Row]
    next: After | None


@dataclass(frozen=True, slots=True)
class ContentsAnswer:
    """`lacks` are wanted; of what is in neither, no row that this laptop may see says anything."""

    echo: Echo
    have: tuple[str, ...]
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who carries a piece of a file, and to which headquarters."""

    device: str
    hq_id: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a content, and the length of all of it."""

    content: bytes
    size: int


Request: TypeAlias = EnrolRequest | HelloRequest | PushRequest | PullRequest | SnapshotRequest | ContentsRequest
Answer: TypeAlias = EnrolAnswer | HelloAnswer | PushAnswer | PullAnswer | SnapshotAnswer | ContentsAnswer


class HqFiles(Protocol):
    """Headquarters where contents are carried. Each call is one exchange, as in `Hq`, and is cancelled there.

    What headquarters refuses is NetworkProblem("refused", by=…) with by content_missing, content_there,
    upload_unknown, offset_wrong or hash_wrong; "too_large" for a content it does not take.
    """

    def contents(self, request: ContentsRequest) -> ContentsAnswer: ...

    def create_upload(self, bearer: Bearer, sha256: str, size: int) -> str:
        """Begin, or find, the upload of a content; what headquarters calls it."""
        ...

    def upload_offset(self, bearer: Bearer, upload: str) -> int:
        """How much of it is there."""
        ...

    def send_piece(self, bearer: Bearer, upload: str, offset: int, piece: bytes) -> int:
        """Add a piece; where the next begins. The last one is answered when all of it was checked and kept."""
        ...

    def fetch_piece(self, bearer: Bearer, sha256: str, offset: int, most: int) -> Piece: ...


class Hq(Protocol):
    """Headquarters. Each call is one exchange and raises NetworkProblem when nothing usable came back.

    Whether an answer belongs to the question (nonce, headquarters, epoch, incarnation, place) is for the engine to
    judge; an `Hq` gives what it received.
    """

    def enrol(self, request: EnrolRequest) -> EnrolAnswer: ...

    def hello(self, request: HelloRequest) -> HelloAnswer: ...

    def push(self, request: PushRequest) -> PushAnswer: ...

    def pull(self, request: PullRequest) -> PullAnswer: ...

    def snapshot(self, request: SnapshotRequest) -> SnapshotAnswer: ...

    def cancel(self) -> None:
        """End the exchange under way and refuse any further one, from any thread, until `ready`.

        What is refused raises NetworkProblem("cancelled"), an exchange under way within two seconds.
        """
        ...

    def ready(self) -> None:
        """Allow exchanges again."""
        ...

    def close(self) -> None:
        """Hang up; whoever has the last word (the worker, at its end) calls it."""
        ...
