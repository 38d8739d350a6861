"""A line to a headquarters in the same process: everything is said as on the wire, nothing gets lost."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from fielddesk.core.errors import NetworkProblem
from fielddesk.hq.service import Headquarters
from fielddesk.hq.settings import Refused
from fielddesk.store.database import Store
from fielddesk.sync.apply import LaptopSync
from fielddesk.sync.driver import Driver
from fielddesk.sync.protocol import (
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
)  # fmt: skip
from fielddesk.sync.status import Status
from fielddesk.sync.wire import decode_answer, encode_request, kind_of


class Direct:
    """`Hq` for a laptop that shows this token; None before it is enrolled."""

    def __init__(self, hq: Headquarters, token: str | None = None) -> None:
        self.hq, self.token = hq, token
        self.said: list[str] = []

    def _say(self, request: Request) -> Any:
        kind = kind_of(request)
        self.said.append(kind)
        try:
            words = getattr(self.hq, kind)(json.loads(encode_request(request)), self.token)
        except Refused as refused:
            raise NetworkProblem("refused" if refused.status != 401 else refused.code, status=refused.status) from None
        return decode_answer(kind, json.dumps(words).encode())

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        return self._say(request)  # type: ignore[no-any-return]

    def hello(self, request: HelloRequest) -> HelloAnswer:
        return self._say(request)  # type: ignore[no-any-return]

    def push(self, request: PushRequest) -> PushAnswer:
        return self._say(request)  # type: ignore[no-any-return]

    def pull(self, request: PullRequest) -> PullAnswer:
        return self._say(request)  # type: ignore[no-any-return]

    def snapshot(self, request: SnapshotRequest) -> SnapshotAnswer:
        return self._say(request)  # type: ignore[no-any-return]

    def cancel(self) -> None:
        pass

    def ready(self) -> None:
        pass


def sync(store: Store, hq: Headquarters, token: str | None) -> Status:
    """Rounds of the real engine until it rests."""
    driver = Driver(LaptopSync(store), Direct(hq, token), store.clock, Random("sync"), elapsed=store.clock.now)
    return driver.run_until_rest()
