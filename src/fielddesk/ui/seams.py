"""Where features hand their screens to the window, and what the window hands to every screen; neither knows the other.

A feature's `page.py` has `offer(offers)`: it adds places, panels, commands, look-ups and words. The window reads the
`Offers` and gives every page and panel a `Bench`: the only way from a screen to the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from PySide6.QtWidgets import QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.frozen import dataclass
from fielddesk.store.actions import Call
from fielddesk.store.blobs import Blob
from fielddesk.store.database import Done
from fielddesk.store.tx import Reading
from fielddesk.ui.page import Page
from fielddesk.ui.paging import Source
from fielddesk.ui.text import Words, spoken

if TYPE_CHECKING:
    import sqlalchemy as sa

    from fielddesk.ui.entries import Entry

T = TypeVar("T")


@dataclass(frozen=True)
class Me:
    """Who sits at this window: user id, role (people/rules.py), name, and the code in numbers made here."""

    user_id: str
    role: str
    name: str = ""
    device_code: str = ""


class Bench(Protocol):
    """What a page works with. Every call returns at once; every callback comes later, on the main thread."""

    @property
    def me(self) -> Me: ...

    @property
    def offers(self) -> Offers: ...

    def now(self) -> int:
        """Microseconds since 1970, UTC."""
        ...

    def zone(self) -> str:
        """The zone in which moments are shown."""
        ...

    def today(self) -> str:
        """The calendar day here, ISO."""
        ...

    def do(
        self,
        calls: Call | Sequence[Call],
        *,
        then: Callable[[Done], None] | None = None,
        failed: Callable[[FieldDeskError], None] | None = None,
        said: Words = "",
        undo: Callable[[Done], Call | Sequence[Call]] | None = None,
        drops: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Run actions in one transaction, in the order asked for.

        `drops` names the drafts (name, about_id) that are saved by it: what was kept of them before this call goes
        with the same commit, what is kept of them after this call stays.

        `said` is told in a toast once it is stored; with `undo`, which makes the calls that take it back, the toast
        offers Undo and so does Ctrl+Z. RuleBroken and Conflict go to `failed`, or in words to a toast; what is wrong
        with the disk always goes to the person too.
        """
        ...

    def read(
        self,
        question: Callable[[Reading], T],
        then: Callable[[T], None],
        *,
        key: str = "",
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Ask the store on a reader thread. With a `key` the latest question wins, older answers are dropped."""
        ...

    def draft(self, name: str, about_id: str, then: Callable[[str | None], None]) -> None:
        """What was typed and never committed, or None."""
        ...

    def keep_draft(self, name: str, about_id: str, text: str | None) -> None:
        """Keep what is typed; None forgets it."""
        ...

    def keep_setting(self, name: str, value: Any) -> None:
        """Keep something that this laptop alone remembers, as JSON; `outbox.setting` reads it."""
        ...

    def work(
        self,
        job: Callable[[], T],
        then: Callable[[T], None],
        *,
        failed: Callable[[FieldDeskError], None] | None = None,
        key: str = "",
    ) -> None:
        """Run something long that asks no store (render a page, read a picture) on a thread of its own."""
        ...

    def keep_blob(
        self,
        content: bytes | Path,
        then: Callable[[Blob], None],
        *,
        failed: Callable[[FieldDeskError], None] | None = None,
    ) -> None:
        """Keep the content of a photo or file, encrypted and synced; the action that names it comes in `then`.

        Without `failed`, file_empty, file_too_large, file_unreadable and the like are told in a toast.
        """
        ...

    def read_blob(self, sha256: str, then: Callable[[bytes | None], None], *, key: str = "") -> None:
        """A content; None where it has not arrived on this laptop, or is damaged."""
        ...

    def has_blob(self, sha256: str) -> bool:
        """Whether a content is on this laptop; for questions, on their thread."""
        ...

    def go(self, place: str) -> None:
        """Go to a place by its key; one that nobody offers is left alone."""
        ...

    def show(self, table: str, row_id: str) -> None:
        """Go to the place that shows rows of this table, with this row chosen."""
        ...

    def toast(
        self, words: Words, undo: Callable[[], None] | None = None, *, icon: str = "check-circle-fill"
    ) -> None: ...

    def watch(self, tables: Iterable[str], callback: Callable[[], None]) -> Callable[[], None]:
        """Call back after commits that touched one of these tables (many commits, one call); returns what ends it.

        Pages need it not: the window calls `Page.reload` for what `Page.watches` names.
        """
        ...

    def draw_number(
        self, kind: str, then: Callable[[str], None], failed: Callable[[FieldDeskError], None] | None = None
    ) -> None:
        """The next number of this kind (WO, …), drawn on this laptop."""
        ...


class SubjectPage:
    """A page that can be asked to show one row: `Bench.show` and the search box come here."""

    def show_subject(self, table: str, row_id: str) -> None:
        raise NotImplementedError


class SubjectPanel(QWidget):
    """A panel about one row; made once, then shown row after row. Subclasses fill it."""

    def show_subject(self, row_id: str) -> None:
        """Show another row: what was typed for the last one is committed or kept as its draft."""
        raise NotImplementedError

    def reload(self) -> None:
        """Read again what is shown; typing, choice and scrolling stay."""

    def focus(self) -> None:
        """Put the keyboard where work begins."""
        self.setFocus()

    def go_on(self) -> None:
        """Begin what the next step of the record (`Missing.step`) led here for."""
        self.focus()

    def may_leave(self) -> bool:
        """Commit what is typed; False keeps the person here."""
        return True


@dataclass(frozen=True)
class PlaceOffer:
    """A place of the desk. `count(read, me, today)` tells what waits there; `shows` names the tables its page shows."""

    key: str
    title: Words
    icon: str
    order: int
    page: Callable[[Bench], Page]
    count: Callable[[Reading, Me, str], int] | None = None
    count_watches: frozenset[str] = frozenset()
    shows: frozenset[str] = frozenset()
    at_bottom: bool = False
    in_navigation: bool = True
    resumes: Callable[[Reading, Me], tuple[str, str] | None] | None = None
    """The row (table, id) a person was in the middle of when the program ended; the next start puts it in front."""


@dataclass(frozen=True)
class PanelOffer:
    """A tab on a row of `subject` (a table); `count(read, row_id)` stands beside its title."""

    subject: str
    key: str
    title: Words
    order: int
    make: Callable[[Bench], SubjectPanel]
    count: Callable[[Reading, str], int] | None = None
    watches: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CommandOffer:
    """A command of the palette; `run(bench)` is called on the main thread. `blocked` says in words why not now."""

    key: str
    words: Words
    run: Callable[[Bench], None]
    shortcut: str = ""
    icon: str = "caret-right"
    place: Words = ""
    also: Words = ""
    blocked: Callable[[Bench], str] | None = None


@dataclass(frozen=True)
class Hit:
    """One thing a look-up found."""

    table: str
    id: str
    title: str
    subtitle: str = ""
    icon: str = "circle"
    number: str = ""
    """What stands on its label or is read out: a scanner that types just this opens it at once."""


@dataclass(frozen=True)
class SearchOffer:
    """A look-up of the search box, by beginnings and pieces; `find(read, text, limit)` puts the best first."""

    key: str
    title: Words
    order: int
    find: Callable[[Reading, str, int], list[Hit]]


@dataclass(frozen=True)
class TimelineOffer:
    """What the history of a row of `subject` tells beside its own changes, such as the orders of an asset.

    `moments(row id)` selects (moment, id) of what happened; all of them are sorted and paged together by the database.
    `tell(read, ids, now, zone)` makes the entries of some of these ids, on a reader thread.
    """

    subject: str
    key: str
    moments: Callable[[str], sa.Select[Any]]
    tell: Callable[[Reading, Sequence[str], int, str], dict[str, Entry]]


@dataclass(frozen=True)
class Missing:
    """Something an order still lacks: its words, and the key of the tab of the order where it is given.

    `step` is what a button says that leads there and begins it (`SubjectPanel.go_on`): the first one that has it is the
    next step of the order, at the bottom right. What `may_wait` does not keep an order from being completed; it is
    offered as the next step all the same, also afterwards.
    """

    words: Words
    panel: str
    step: Words = ""
    may_wait: bool = False


@dataclass(frozen=True)
class ClosingCheck:
    """Asked of an order under way: what `missing(read, order id)` names is led to, and stands in the way of completing
    it unless it may wait."""

    key: str
    order: int
    missing: Callable[[Reading, str], list[Missing]]


@dataclass(frozen=True)
class SummaryOffer:
    """A part of what the customer reads before signing: `lines(read, order_id)` in the language spoken then.

    No lines, and the part is left out. Nothing goes in that the customer is not to read.
    """

    key: str
    order: int
    title: Words
    lines: Callable[[Reading, str], list[str]]


@dataclass(frozen=True)
class Appointment:
    """A line of the calendar that is handed out: a visit at a moment (`at`, microseconds UTC, on the clocks of `zone`),
    or something due on a `day`. The same `uid` again replaces what a calendar has of it."""

    uid: str
    title: str
    day: str
    at: int | None = None
    minutes: int = 60
    zone: str = "UTC"
    place: str = ""
    text: str = ""


Names = Mapping[str, str]
"""Row id to the words that name it."""


@dataclass(frozen=True)
class FieldWords:
    """A column in words: its label, and its value as it reads. `names_of` says that values are ids of that table."""

    label: Words
    words: Callable[[Any], str] | None = None
    names_of: str = ""

    def say(self, value: Any, names: Names) -> str:
        """The value as it reads; empty where there is none."""
        if value is None or value == "":
            return ""
        if self.names_of:
            return names.get(str(value), "")
        return self.words(value) if self.words else str(value)


@dataclass(frozen=True)
class ActionWords:
    """An action in words, for histories and for what waits to be sent.

    `noun` ("Note", "Part used"), `said(told, names)` the sentence without who and when, from what the action told of
    itself; `icon` and `state` show it in a list. `names_of` maps keys of `told` to the tables whose ids they hold.
    """

    kind: str
    noun: Words
    said: Callable[[Mapping[str, Any], Names], str]
    icon: str = "circle"
    names_of: Mapping[str, str] = field(default_factory=dict)


class Offers:
    """Everything the features contribute."""

    def __init__(self) -> None:
        self.places: list[PlaceOffer] = []
        self.commands: list[CommandOffer] = []
        self.searches: list[SearchOffer] = []
        self.summaries: list[SummaryOffer] = []
        self.actions: dict[str, ActionWords] = {}
        self.fields: dict[str, dict[str, FieldWords]] = {}
        self.lookups: dict[str, Callable[[Reading, Iterable[str]], dict[str, str]]] = {}
        self._panels: list[PanelOffer] = []
        self._timelines: list[TimelineOffer] = []
        self._closing: list[ClosingCheck] = []
        self.appointments: list[Callable[[Reading, Me, str], list[Appointment]]] = []
        """What a person's calendar holds: visits, what is due; asked with the store, who and today."""
        self.exporter: Callable[[Bench, Any], None] | None = None
        """Writes the rows of a list or table (a `QTableView` over a `PagedModel`) into a file."""
        self.takes_file: Callable[[Path], bool] = lambda path: False
        """Whether a file dropped on the window can be taken in, by its name."""
        self.take_file: Callable[[Bench, Path], None] | None = None

    def add(
        self,
        *offers: PlaceOffer
        | PanelOffer
        | CommandOffer
        | SearchOffer
        | SummaryOffer
        | ActionWords
        | TimelineOffer
        | ClosingCheck,
    ) -> None:
        """Take offers in; lists stay in their order."""
        for one in offers:
            match one:
                case PlaceOffer():
                    self.places = sorted([*self.places, one], key=lambda each: each.order)
                case PanelOffer():
                    self._panels = sorted([*self._panels, one], key=lambda each: each.order)
                case CommandOffer():
                    self.commands.append(one)
                case SearchOffer():
                    self.searches = sorted([*self.searches, one], key=lambda each: each.order)
                case SummaryOffer():
                    self.summaries = sorted([*self.summaries, one], key=lambda each: each.order)
                case ActionWords():
                    self.actions[one.kind] = one
                case TimelineOffer():
                    self._timelines.append(one)
                case ClosingCheck():
                    self._closing = sorted([*self._closing, one], key=lambda each: each.order)

    def name_rows(self, table: str, lookup: Callable[[Reading, Iterable[str]], dict[str, str]]) -> None:
        """How rows of a table are named in a sentence: ids in, {id: words} out."""
        self.lookups[table] = lookup

    def word_fields(self, table: str, fields: Mapping[str, FieldWords]) -> None:
        """How the columns of a table read; histories and the conflict screen use it."""
        self.fields.setdefault(table, {}).update(fields)

    def panels(self, subject: str) -> list[PanelOffer]:
        return [panel for panel in self._panels if panel.subject == subject]

    def timelines(self, subject: str) -> list[TimelineOffer]:
        return [offer for offer in self._timelines if offer.subject == subject]

    def missing(self, read: Reading, order_id: str) -> list[Missing]:
        """Everything an order still lacks, in the order of the checks."""
        return [one for check in self._closing for one in check.missing(read, order_id)]

    def place_of(self, table: str) -> PlaceOffer | None:
        """The place whose page shows rows of this table."""
        return next((place for place in self.places if table in place.shows), None)

    def names(self, read: Reading, wanted: Mapping[str, Iterable[str]]) -> dict[str, str]:
        """Words for row ids, by table."""
        found: dict[str, str] = {}
        for table, ids in wanted.items():
            if table in self.lookups and (ids := set(ids)):
                found.update(self.lookups[table](read, ids))
        return found

    def label(self, table: str | None, name: str) -> str:
        """A column in words; its own name where nobody gave it any."""
        known = self.fields.get(table or "", {}).get(name)
        return spoken(known.label) if known else name

    def value(self, table: str | None, name: str, value: Any, names: Names) -> str:
        """A column's value in words."""
        known = self.fields.get(table or "", {}).get(name)
        return known.say(value, names) if known else "" if value is None else str(value)


def paged(
    bench: Bench,
    fetch: Callable[[Reading, int, int], Sequence[Any]],
    count: Callable[[Reading], int],
    find: Callable[[Reading, str], int | None] | None = None,
) -> Source:
    """A list's source that asks on a reader thread: `fetch(read, offset, limit)`, `count(read)`, `find(read, id)`."""

    def run(question: Callable[[], Any], answer: Callable[[Any], None]) -> None:
        bench.read(lambda read: question()(read), answer)

    # The list calls these three inside `run`: there each makes the question that `run` then puts to the store.
    def fetching(offset: int, limit: int) -> Any:
        return lambda read: fetch(read, offset, limit)

    def counting() -> Any:
        return count

    def finding(row_id: str) -> Any:
        return lambda read: find(read, row_id) if find else None

    return Source(fetching, counting, finding if find else None, run)
