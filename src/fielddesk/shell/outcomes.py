"""What the sync centre may do with the store: settle what a person dealt with, together with what is done instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fielddesk.core.errors import FieldDeskError
from fielddesk.shell.bench import WindowBench
from fielddesk.store.actions import Call, Ctx
from fielddesk.store.again import context


class WindowOutbox:
    """`Outbox` of the sync centre over the window's bench."""

    def __init__(self, bench: Callable[[], WindowBench]) -> None:
        self._bench = bench

    def settle(
        self,
        op_ids: Sequence[str],
        calls: Sequence[Call],
        then: Callable[[], None],
        failed: Callable[[FieldDeskError], None],
    ) -> None:
        self._bench().settle(op_ids, calls, then, failed)

    def context(self, op_id: str) -> Ctx:
        bench = self._bench()
        return context(bench.store.identity, op_id, bench.now(), bench.zone(), None)
