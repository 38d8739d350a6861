"""What an import keeps in mind: how a file is understood, what becomes of a row, and what came of all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Final

from fielddesk.core.errors import FieldDeskError, RuleBroken
from fielddesk.core.frozen import dataclass
from fielddesk.core.sheets import Cells
from fielddesk.core.written_days import UNSURE
from fielddesk.store.tx import Reading

MOST_REFUSED: Final = 20_000
"""More refused rows than this and the columns are wrong, not the rows."""

NEW: Final = "new"
CHANGED: Final = "changed"
UNCHANGED: Final = "unchanged"
REFUSED: Final = "refused"

Line = dict[str, Any]
Seen = dict[tuple[str, ...], tuple[int, int]]
"""By what names a row: the row that was first, and what it said."""


@dataclass(frozen=True)
class Plan:
    """How the rows of a file are understood. `columns` maps keys of targets to places from 0; `header` is the number
    of the row with the heads, 0 where there is none; `zone` is where times without one were written."""

    kind: str
    columns: Mapping[str, int]
    header: int = 1
    day_order: str = UNSURE
    zone: str = "UTC"
    status: str = "completed"
    """State of a new order whose list says none."""


@dataclass(frozen=True)
class Verdict:
    """What becomes of a row; `problem` where it is refused, with the target at fault as `field` in its values."""

    number: int
    cells: Cells
    what: str
    line: Line = field(default_factory=dict)
    problem: RuleBroken | None = None


@dataclass(frozen=True)
class Refused:
    """A refused row: its number in the file, why, and its cells as they stood there."""

    number: int
    code: str
    values: dict[str, Any]
    cells: Cells


@dataclass
class Report:
    """What came of a file so far."""

    path: str
    heads: Cells = field(default_factory=list)
    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)
    remarks: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    stopped: bool = False

    @property
    def taken(self) -> int:
        """Rows that made or changed a record."""
        return self.added + self.changed

    def refuse(self, number: int, problem: FieldDeskError, cells: Cells) -> None:
        """Note a refused row; raises list_mostly_refused where there are so many that the columns must be wrong."""
        self.refused.append(Refused(number, problem.code, problem.values, cells))
        if len(self.refused) > MOST_REFUSED:
            raise RuleBroken("list_mostly_refused", refused=len(self.refused), taken=self.taken)


# ---------------------------------------------------------------- what an import asks of whoever drives it


@dataclass(frozen=True)
class Look:
    """The import wants to read the store."""

    question: Callable[[Reading], Any]


@dataclass(frozen=True)
class Take:
    """The import wants these lines taken in, in one action; the answer is None, or the FieldDeskError that came."""

    lines: list[Line]


@dataclass(frozen=True)
class Told:
    """So far it has come; the answer is whether to go on."""

    report: Report


Step = Look | Take | Told
