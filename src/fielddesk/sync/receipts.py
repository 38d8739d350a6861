"""Writes down what each session of sync carried, both ways: rows by table, photos and files, bytes.

A session begins with its first round and ends when sync rests. One in which nothing moved leaves no receipt, unless a
person asked for it. What is counted is written every two seconds, so that a session that was killed is there too.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.clock import SECOND
from fielddesk.core.errors import StoreProblem
from fielddesk.core.ids import new_id
from fielddesk.store.contents import Receipt
from fielddesk.store.database import Store
from fielddesk.store.outbox import TouchedRow, rows_touched_by
from fielddesk.store.statements import ask, ids_of, tell
from fielddesk.store.tx import Key, write
from fielddesk.sync.protocol import PushAnswer, Row
from fielddesk.sync.state import Baggage

log = logging.getLogger(__name__)

KEPT: Final = 100
WRITTEN_EVERY: Final = 2 * SECOND
TAKEN = frozenset({"applied", "merged"})


class ReceiptBook:
    """The receipts of one laptop. `traffic` gives bytes out and in on the line so far."""

    def __init__(
        self, store: Store, traffic: Callable[[], tuple[int, int]], draw_random: Callable[[int], bytes] | None = None
    ) -> None:
        self._store, self._traffic, self._draw = store, traffic, draw_random
        self._open: Receipt | None = None
        self._rows_out: Counter[str] = Counter()
        self._rows_in: Counter[str] = Counter()
        self._coming: Counter[str] = Counter()
        self._before = (0, 0)
        self._wished, self._written_at = False, 0

    def begin(self, wished: bool) -> None:
        self._wished = self._wished or wished
        if self._open is not None:
            return
        now = self._store.clock.now()
        draw = None if self._draw is None else self._draw(10)
        self._open = Receipt(id=new_id(now, draw), began_at=now)
        self._rows_out, self._rows_in, self._before = Counter(), Counter(), self._traffic()
        self._written_at = now

    def pushed(self, answer: PushAnswer) -> None:
        """Count the rows of operations that were taken now; one whose outcome is known has been counted."""
        taken = [each.id for each in answer.outcomes if each.is_ in TAKEN]
        if not taken or self._open is None:
            return
        with self._store.read() as read:
            text = "SELECT id FROM own_operation WHERE id IN (?..) AND outcome IS NULL"
            new = ids_of(ask(read.connection, text, taken))
            self._rows_out.update(_by_table(row for row in rows_touched_by(read, new) if row.wrote))
        self._write_soon()

    def pulled(self, rows: list[Row]) -> None:
        """Count what came; rows that only confirm what was done here did not come."""
        self._coming = Counter()
        if not rows or self._open is None:
            return
        with self._store.read() as read:
            own = set(ids_of(ask(read.connection, _OWN, [row["id"] for row in rows])))
        self._coming.update({(row["table"], row["id"]): row["table"] for row in rows if row["id"] not in own}.values())

    def stored(self) -> None:
        if self._coming:
            self._rows_in.update(self._coming)
            self._coming = Counter()
            self._write_soon()

    def carried(self, baggage: Baggage) -> None:
        if self._open is None:
            return
        one = self._open
        self._open = _with(
            one, files_out=one.files_out + baggage.sent, files_in=one.files_in + baggage.fetched,
            file_bytes_out=one.file_bytes_out + baggage.out_moved, file_bytes_in=one.file_bytes_in + baggage.into_moved,
        )  # fmt: skip
        self._write_soon()

    def end(self, how: str) -> None:
        one, self._open = self._open, None
        wished, self._wished = self._wished, False
        if one is None:
            return
        one = self._counted(one)
        if not wished and not _moved(one):
            return
        self._keep(_with(one, ended_at=self._store.clock.now(), how=how))

    def _counted(self, one: Receipt) -> Receipt:
        out, into = self._traffic()
        return _with(
            one, rows_out=canonical.dumps(dict(self._rows_out)), rows_in=canonical.dumps(dict(self._rows_in)),
            bytes_out=max(0, out - self._before[0]), bytes_in=max(0, into - self._before[1]),
        )  # fmt: skip

    def _write_soon(self) -> None:
        now = self._store.clock.now()
        if self._open is not None and not 0 <= now - self._written_at < WRITTEN_EVERY:
            self._written_at = now
            self._keep(self._counted(self._open))

    def _keep(self, one: Receipt) -> None:
        def keep(connection: sa.Connection) -> tuple[None, list[Key]]:
            write(connection, Receipt, "put", [one])
            text = "SELECT id FROM receipt ORDER BY began_at DESC, id DESC LIMIT -1 OFFSET ?"
            tell(connection, "DELETE FROM receipt WHERE id IN (?..)", ids_of(ask(connection, text, KEPT)))
            return None, [(Receipt.tablename, one.id)]

        try:
            self._store.write(keep)
        except StoreProblem as problem:
            log.warning("no receipt: %s", problem.code)


_OWN = "SELECT DISTINCT row_id FROM touched_row WHERE row_id IN (?..) AND wrote = 1"


def _by_table(rows: Iterable[TouchedRow]) -> Counter[str]:
    return Counter(table for table, _ in {(row.tablename_, row.row_id) for row in rows})


def _moved(one: Receipt) -> bool:
    return one.rows_out != "{}" or one.rows_in != "{}" or bool(one.file_bytes_out or one.file_bytes_in)


def _with(one: Receipt, **news: Any) -> Receipt:
    own = {**one.__dict__, **news}
    return Receipt.from_values(own[name] for name in Receipt.column_names)
