"""The three lists of the sync centre: what needs a person, what waits, what arrived."""

from __future__ import annotations

from collections.abc import Sequence

from fielddesk.features.sync_centre import queries
from fielddesk.features.sync_centre.dialogs import (
    ICONS,
    chain_words,
    gone_words,
    outcome_state,
    outcome_words,
    record_words,
    what_was_done,
)
from fielddesk.features.sync_centre.queries import Sought, Work
from fielddesk.store.tx import Reading
from fielddesk.ui.lists import Row
from fielddesk.ui.moments import moment_words
from fielddesk.ui.paging import Source
from fielddesk.ui.seams import Bench, Names, paged

NEEDS, WAITING, HISTORY = "needs", "waiting", "history"


class WorkLists:
    """What the three lists hold, as rows; read on a reader thread."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._names_of = {kind: words.names_of for kind, words in bench.offers.actions.items()}

    def source(self, which: str, sought: Sought) -> Source:
        """The rows of a list; `sought` narrows the history."""

        def fetch(read: Reading, offset: int, limit: int) -> Sequence[Row]:
            if which == NEEDS:
                works: Sequence[Work] = queries.needing(read)[offset : offset + limit]
            elif which == WAITING:
                works = queries.waiting(read, offset, limit)
            else:
                works = queries.history(read, sought, offset, limit)
            names = self.names(read, works)
            return [self._shown_row(work, names) for work in works]

        def count(read: Reading) -> int:
            if which == NEEDS:
                return queries.counts(read)[1]
            return queries.waiting_count(read) if which == WAITING else queries.history_count(read, sought)

        def find(read: Reading, op_id: str) -> int | None:
            if which == NEEDS:
                places = [work.id for work in queries.needing(read)]
                return places.index(op_id) if op_id in places else None
            return queries.place_of(read, which, sought, op_id)

        return paged(self._bench, fetch, count, find)

    def names(self, read: Reading, works: Sequence[Work]) -> dict[str, str]:
        """Words for every id that this work and its conflicts name."""
        wanted = queries.named_by(works, self._names_of)
        for work in works:
            for name, words in self._bench.offers.fields.get(work.table or "", {}).items():
                if words.names_of and name in work.fields:
                    ids = {str(value) for value in work.fields[name].values() if value}
                    wanted.setdefault(words.names_of, set()).update(ids)
        return self._bench.offers.names(read, wanted)

    def _shown_row(self, work: Work, names: Names) -> Row:
        when = moment_words(work.at, self._bench.now(), self._bench.zone())
        state = outcome_state(work)
        became = outcome_words(work) if state != "idle" else ""
        record = record_words(work, names) or gone_words(work, self._bench.offers, names)
        second = " · ".join(part for part in (record, chain_words(len(work.chain))) if part)
        icon = ICONS.get(work.outcome, "") if work.settled_at is None and not work.trouble else ""
        return Row(
            work.id, what_was_done(work, self._bench.offers, names), second, when, state, icon, "", became, state
        )
