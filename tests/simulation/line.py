"""The line between a laptop and headquarters: every message goes through the real wire code, and many go wrong."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fielddesk.core import canonical
from fielddesk.core.errors import NetworkProblem
from fielddesk.sync.protocol import (
    Answer,
    EnrolAnswer,
    EnrolRequest,
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
from fielddesk.sync.reading import foreign
from fielddesk.sync.wire import Kind, decode_answer, encode_request, kind_of, refusal
from tests.simulation.plan import LINE, stream

if TYPE_CHECKING:
    from tests.simulation.machines import Laptop
    from tests.simulation.world import World

REMEMBERED = 8
"""How many earlier answers the line may bring again."""


@dataclass(frozen=True)
class Late:
    """A request that is still under way."""

    laptop: str
    kind: Kind
    raw: bytes
    token: str


@dataclass(frozen=True)
class Reply:
    """What headquarters answered: status and bytes."""

    status: int
    raw: bytes
    retry_after: int | None = None


class Line:
    """Headquarters as one laptop sees it (`Hq`)."""

    def __init__(self, world: World, laptop: Laptop) -> None:
        self.world, self.laptop = world, laptop
        self.dice = stream(world.plan.seed, f"{laptop.name}/line")
        self._earlier: deque[tuple[Kind, Reply]] = deque(maxlen=REMEMBERED)

    # ---------------------------------------------------------------- the five questions

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        return self._exchange(request)  # type: ignore[return-value]

    def hello(self, request: HelloRequest) -> HelloAnswer:
        return self._exchange(request)  # type: ignore[return-value]

    def push(self, request: PushRequest) -> PushAnswer:
        return self._exchange(request)  # type: ignore[return-value]

    def pull(self, request: PullRequest) -> PullAnswer:
        return self._exchange(request)  # type: ignore[return-value]

    def snapshot(self, request: SnapshotRequest) -> SnapshotAnswer:
        return self._exchange(request)  # type: ignore[return-value]

    def cancel(self) -> None:
        pass

    def ready(self) -> None:
        pass

    # ---------------------------------------------------------------- what becomes of them

    def _fault(self) -> str | None:
        """One of the planned faults of an exchange, or none."""
        for name in LINE:
            chance = self.world.plan.chance(name)
            if chance and self.dice.random() < chance:
                return name
        return None

    def _exchange(self, request: Request) -> Answer:
        kind, raw, fault = kind_of(request), encode_request(request), self._fault()
        self.world.time.pass_seconds(self.dice.uniform(0.01, 1.0))
        self.world.trace.note("ask", self.laptop.name, kind, fault, raw)
        reply = self._carried(kind, raw, fault)
        self.world.time.pass_seconds(self.dice.uniform(0.01, 1.0))
        self.world.trace.note("answer", self.laptop.name, reply.status, reply.raw)
        if reply.status != 200:
            raise refusal(reply.status, reply.raw, reply.retry_after)
        return decode_answer(kind, reply.raw)

    def _carried(self, kind: Kind, raw: bytes, fault: str | None) -> Reply:
        match fault:
            case "drop_request":
                raise NetworkProblem("timeout")
            case "late_request":
                self.world.late.append(Late(self.laptop.name, kind, raw, self.world.token_of(self.laptop)))
                raise NetworkProblem("timeout")
            case "drop_answer":
                self._deliver(kind, raw)
                raise NetworkProblem("cut_off")
            case "captive_portal":
                raise foreign(200, "text/html", None)
            case "busy":
                return Reply(503, b"", self.dice.choice((None, 2, 30)))
            case "cut_request":
                return self._deliver(kind, raw[: self.dice.randrange(len(raw))])
            case "cut_answer":
                reply = self._deliver(kind, raw)
                return Reply(reply.status, reply.raw[: self.dice.randrange(max(1, len(reply.raw)))], reply.retry_after)
            case "double_request":
                replies = self._deliver(kind, raw), self._deliver(kind, raw)
                return self.dice.choice(replies)
            case "twin_request" if kind == "push":
                reply = self._deliver(kind, raw)
                self.world.deliver(kind, _twin(raw, told_of(reply.raw)), self.world.token_of(self.laptop))
                return reply
            case "old_answer" if self._earlier:
                self._deliver(kind, raw)
                return self.dice.choice(self._earlier)[1]
            case _:
                return self._deliver(kind, raw)

    def _deliver(self, kind: Kind, raw: bytes) -> Reply:
        reply = self.world.deliver(kind, raw, self.world.token_of(self.laptop))
        self._earlier.append((kind, reply))
        return reply


def _twin(raw: bytes, told: dict[str, Any]) -> bytes:
    """A push whose operations have the ids of those that were just taken, and say something else."""
    words = json.loads(raw)
    taken = {one["id"] for one in told.get("outcomes", ())}
    ops = []
    for op in words["ops"]:
        tree = json.loads(op["body"])
        if tree["id"] in taken:
            body = canonical.dumps({**tree, "occurred_at": tree["occurred_at"] + 1})
            ops.append({"seq": op["seq"], "hash": canonical.digest(body), "body": body})
    return json.dumps({**words, "ops": ops}).encode()


def told_of(raw: bytes) -> dict[str, Any]:
    """The words of an answer, for those who watch; {} where it is none."""
    try:
        words = json.loads(raw)
    except ValueError:
        return {}
    return words if isinstance(words, dict) else {}
