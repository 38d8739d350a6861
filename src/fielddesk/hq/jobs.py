"""What headquarters does by itself: it publishes what each stock place holds, opens the inspections that come due, and
lets go of what is long settled."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from fielddesk.core.clock import SECOND
from fielddesk.features.parts.actions import level_id, set_stock_levels
from fielddesk.hq.admin import prune
from fielddesk.hq.feed import head
from fielddesk.hq.service import Headquarters
from fielddesk.hq.settings import put_settings, settings
from fielddesk.hq.visits import Visits
from fielddesk.store.actions import call
from fielddesk.store.statements import ask, ids_of

log = logging.getLogger(__name__)

LINES_AT_ONCE = 200
EVERY_S = 15.0
PRUNE_EVERY = 3600 * SECOND


def refresh_levels(hq: Headquarters) -> int:
    """Publish the level of every place and part whose ledger moved since last time; returns how many changed."""
    with hq.reading() as connection:
        known = settings(connection)
        end = head(connection)
        lines = _changed_levels(connection, known["levels_at"], known["pruned"])
    now = hq.clock.now()
    for start in range(0, len(lines), LINES_AT_ONCE):
        piece = lines[start : start + LINES_AT_ONCE]
        hq.perform(call(set_stock_levels, lines=piece, as_of=now), known["own_account"])
    if end != known["levels_at"]:
        # After the levels: dying between the two publishes the same again, which changes nothing.
        hq.write(lambda connection: put_settings(connection, levels_at=end))
    return len(lines)


def _changed_levels(connection: sa.Connection, since: int, pruned: int) -> list[dict[str, Any]]:
    if pruned > since:  # the feed no longer tells what moved: look at all of it
        pairs = ask(connection, "SELECT DISTINCT place_id, part_id FROM movement")
    else:
        text = "SELECT DISTINCT row_id FROM feed WHERE table_name = 'movement' AND pos > ?"
        moved = ids_of(ask(connection, text, since))
        pairs = ask(connection, "SELECT DISTINCT place_id, part_id FROM movement WHERE id IN (?..)", moved)
    found: list[dict[str, Any]] = []
    wanted = sorted((place, part) for place, part in pairs)
    for start in range(0, len(wanted), LINES_AT_ONCE):
        found += _differing(connection, wanted[start : start + LINES_AT_ONCE])
    return found


def _differing(connection: sa.Connection, pairs: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    text = (
        "SELECT place_id, part_id, CAST(SUM(quantity) AS BIGINT) FROM movement "
        "WHERE place_id IN (?..) AND part_id IN (?..) GROUP BY place_id, part_id"
    )
    places, parts = sorted({place for place, _ in pairs}), sorted({part for _, part in pairs})
    sums = {(place, part): quantity for place, part, quantity in ask(connection, text, places, parts)}
    ids = [level_id(place, part) for place, part in pairs]
    there = dict(map(tuple, ask(connection, "SELECT id, quantity FROM stock_level WHERE id IN (?..)", ids)))
    return [
        {"place_id": pair[0], "part_id": pair[1], "quantity": sums[pair]}
        for pair, row_id in zip(pairs, ids, strict=True)
        if there.get(row_id) != sums[pair]
    ]


def tidy_files(hq: Headquarters) -> None:
    """Drop uploads that were given up, and contents that no row names any more."""
    if hq.files is not None:
        hq.files.sweep()
        hq.files.collect()


class Jobs(threading.Thread):
    """Runs the jobs until it is stopped; a job that fails is tried again next time."""

    def __init__(self, hq: Headquarters, every_s: float = EVERY_S) -> None:
        super().__init__(name="jobs of headquarters", daemon=True)
        self._hq = hq
        self._every_s = every_s
        self._wake = threading.Event()
        self._stopped = False

    def wake(self) -> None:
        """Run them now."""
        self._wake.set()

    def stop(self) -> None:
        """End, after the job under way."""
        self._stopped = True
        self._wake.set()
        self.join()

    def run(self) -> None:
        pruned_at = 0
        visits = Visits(self._hq)
        while not self._stopped:
            try:
                refresh_levels(self._hq)
                visits.open_due()
                if self._hq.clock.now() - pruned_at > PRUNE_EVERY:
                    pruned_at = self._hq.clock.now()
                    prune(self._hq)
                    tidy_files(self._hq)
            except Exception as fault:
                log.error("job failed: %s", type(fault).__name__)
            self._wake.wait(self._every_s)
            self._wake.clear()
