"""The history of a record: what was done, by whom, when, and what it changed, as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from fielddesk.core.i18n import _
from fielddesk.features.people.dialogs import mark_words
from fielddesk.features.people.queries import UNSENT, Happening, happenings, moments, timeline
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.entries import Entries, Entry
from fielddesk.ui.moments import moment_words
from fielddesk.ui.page import Scroll
from fielddesk.ui.seams import Bench, Names, Offers, PanelOffer, SubjectPanel
from fielddesk.ui.signs import Empty

AT_ONCE: Final = 40


OWN: Final = "event"
"""The part of a timeline that are a record's own changes; the others are what features offer."""


def history_of(subject: str, order: int = 90, watches: frozenset[str] = frozenset()) -> PanelOffer:
    """The History tab for rows of a table; `watches` names tables of what features put into it."""
    return PanelOffer(
        subject, "history", lambda: _("History"), order, partial(HistoryPanel, subject=subject),
        watches=frozenset({"event", "own_operation", *watches}),
    )  # fmt: skip


class HistoryPanel(SubjectPanel):
    """What happened to one record, newest first: its changes, and what features offer to its timeline."""

    def __init__(self, bench: Bench, subject: str = "") -> None:
        super().__init__()
        self._bench = bench
        self._subject = subject
        self._row_id = ""
        self._limit = AT_ONCE
        self.entries = Entries()
        self.entries.more_asked.connect(self._more)
        self.entries.followed.connect(bench.show)
        self.empty = Empty(
            "clock-counter-clockwise",
            lambda: _("Nothing has happened here yet"),
            lambda: _("Every change appears here with who made it and when, also those of colleagues."),
        )
        column = QVBoxLayout(self)
        theme.space(column, (0, 8, 0, 0))
        column.addWidget(self.empty)
        column.addWidget(Scroll(self.entries), 1)
        column.addStretch(0)
        self.empty.hide()

    def show_subject(self, row_id: str) -> None:
        self._row_id, self._limit = row_id, AT_ONCE
        self.reload()

    def reload(self) -> None:
        row_id, limit = self._row_id, self._limit
        now, zone = self._bench.now(), self._bench.zone()

        def ask(read: Reading) -> tuple[str, list[Entry], bool]:
            found = self._entries(read, row_id, limit + 1, now, zone)
            return row_id, found[:limit], len(found) > limit

        self._bench.read(ask, self._take, key=f"history.{id(self)}")

    def _entries(self, read: Reading, row_id: str, limit: int, now: int, zone: str) -> list[Entry]:
        offers = self._bench.offers
        others = {offer.key: offer for offer in offers.timelines(self._subject)}
        sources = {OWN: moments(row_id)} | {key: offer.moments(row_id) for key, offer in others.items()}
        found = timeline(read, sources, 0, limit)
        ids = {key: [each for source, each in found if source == key] for key in sources}
        lines = happenings(read, ids.pop(OWN))
        names = offers.names(read, named_in(lines, offers))
        told = {(OWN, line.id): entry_of(line, names, offers, now, zone) for line in lines}
        for key, some in ids.items():
            if some:
                told |= {(key, each): entry for each, entry in others[key].tell(read, some, now, zone).items()}
        return [told[each] for each in found if each in told]

    def focus(self) -> None:
        self.entries.setFocus(Qt.FocusReason.TabFocusReason)

    def _more(self) -> None:
        self._limit += 5 * AT_ONCE
        self.reload()

    def _take(self, answer: tuple[str, list[Entry], bool]) -> None:
        row_id, entries, more = answer
        if row_id != self._row_id:
            return
        self.entries.show_entries(entries, more=more)
        self.empty.setVisible(not entries)


def named_in(lines: list[Happening], offers: Offers) -> dict[str, set[str]]:
    """Ids that the sentences of these lines name, by table."""
    wanted: dict[str, set[str]] = {}
    for line in lines:
        words = offers.actions.get(line.kind)
        for key, table in (words.names_of if words else {}).items():
            if isinstance(value := line.told.get(key), str):
                wanted.setdefault(table, set()).add(value)
        fields = offers.fields.get(line.about_table or "", {})
        for name, values in values_of(line.told).items():
            if name in fields and fields[name].names_of:
                wanted.setdefault(fields[name].names_of, set()).update(str(value) for value in values if value)
    return wanted


def values_of(told: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Every value that a line tells of a column."""
    found: dict[str, list[Any]] = {name: list(pair) for name, pair in told.get("changed", {}).items()}
    for name, three in told.get("conflict", {}).items():
        found.setdefault(name, []).extend(three.values())
    return found


def entry_of(line: Happening, names: Names, offers: Offers, now: int, zone: str) -> Entry:
    """One line of a history as it is shown."""
    words = offers.actions.get(line.kind)
    clash = line.outcome == "conflict"
    text = words.said(line.told, names) if words else line.kind
    if clash:
        text = _("Did not take effect, somebody was faster: {what}").format(what=text)
    who = line.actor or _("somebody")
    mark = (mark_words(UNSENT), "idle") if line.waits else None
    return Entry(
        line.id,
        text,
        _("{who}, {when}").format(who=who, when=moment_words(line.at, now, zone)),
        "arrows-split" if clash else words.icon if words else "circle",
        "warn" if clash else "idle",
        mark,
        tuple([*(clash_lines if clash else change_lines)(line, names, offers), *review_lines(line)]),
    )


def review_lines(line: Happening) -> list[str]:
    """Why headquarters wants somebody to look at it, although it stands."""
    match line.told.get("review"):
        case "order_cancelled":
            return [_("For review: the order was cancelled at headquarters when this arrived.")]
        case "scope_left":
            return [_("For review: the order had been given away when this arrived.")]
    return []


def change_lines(line: Happening, names: Names, offers: Offers) -> list[str]:
    """What was changed, field by field: "Building: Hall 2 → Hall 3"."""
    table, found = line.about_table, []
    for name, (old, new) in line.told.get("changed", {}).items():
        before = offers.value(table, name, old, names) or _("(empty)")
        after = offers.value(table, name, new, names) or _("(empty)")
        found.append(_("{field}: {before} → {after}").format(
            field=offers.label(table, name), before=shortened(before), after=shortened(after)
        ))  # fmt: skip
    return found


def clash_lines(line: Happening, names: Names, offers: Offers) -> list[str]:
    """What a change wanted, and what stands instead."""
    table, found = line.about_table, []
    for name, three in line.told.get("conflict", {}).items():
        lost = offers.value(table, name, three.get("mine"), names) or _("(empty)")
        stands = offers.value(table, name, three.get("theirs"), names) or _("(empty)")
        found.append(_("{field}: “{lost}” was wanted, “{stands}” stands").format(
            field=offers.label(table, name), lost=shortened(lost), stands=shortened(stands)
        ))  # fmt: skip
    return found


def shortened(text: str, most: int = 300) -> str:
    """A long text on one line, as far as a history shows it."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
