"""What the store needs of the second copy of each operation, and a stand-in for the time before there is one."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Protocol

from fielddesk.core.errors import StoreProblem


class JournalLike(Protocol):
    """The second copy of each operation, beside the database."""

    def append_many(self, records: Sequence[tuple[str, str, str]]) -> None: ...

    def standing_ids(self) -> list[str]:
        """Ids of operations that were neither aborted nor voided, in order."""
        ...

    def standing(self, known: Container[str] = ()) -> list[tuple[str, str]]:
        """(id, body) of those that are not `known`, in order."""
        ...

    def forget(self, before: int, confirmed: Callable[[str], bool]) -> int:
        """Let go of what was written before a moment and is `confirmed`; how many files went."""
        ...

    def close(self) -> None: ...


class NoJournal:
    """Stands in while there is no journal: nothing can be done then."""

    def append_many(self, records: Sequence[tuple[str, str, str]]) -> None:
        raise StoreProblem("journal_closed")

    def standing_ids(self) -> list[str]:
        return []

    def standing(self, known: Container[str] = ()) -> list[tuple[str, str]]:
        return []

    def forget(self, before: int, confirmed: Callable[[str], bool]) -> int:
        return 0

    def close(self) -> None:
        pass
