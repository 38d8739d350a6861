"""The right side of the sync centre: one piece of work with what became of it and its one next step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError, RuleBroken
from fielddesk.core.i18n import N_, _, format_moment, ngettext
from fielddesk.features.sync_centre.queries import Work
from fielddesk.store.tables import BY_NAME
from fielddesk.ui import theme
from fielddesk.ui.compare import Compare, Difference
from fielddesk.ui.seams import Names, Offers
from fielddesk.ui.signs import Card, CardRow
from fielddesk.ui.text import Text
from fielddesk.ui.wording import add_sentences, sentence

add_sentences(
    {
        "settled_already": N_("It was dealt with already."),
        "choice_missing": N_("Take one version for each field first."),
        "version_unknown": N_("It was made by a version that is too old. Do it again with this one."),
        "malformed": N_("Headquarters could not read it. Do it again."),
        "field_unknown": N_("Headquarters does not know the field “{field}”."),
        "not_text": N_("This is no text."),
        "not_a_day": N_("This is not a day. Write it like 2028-03-17."),
        "not_a_flag": N_("This must be yes or no."),
        "not_an_id": N_("The record it names is none."),
        "not_json": N_("This cannot be stored."),
        "not_names": N_("A name in one of the three languages is needed."),
        "number_not_exact": N_("This is not an exact number."),
        "number_out_of_range": N_("The number is too large or too small."),
    }
)

SPOKEN = 8
"""So many signs of an operation's name are read out on the telephone; its end is drawn by chance, its start is time."""
STATES = {
    None: "idle", "applied": "ok", "merged": "ok", "void": "idle", "conflict": "warn", "rejected": "bad",
    "parked": "warn", "held": "info", "quarantined": "info",
}  # fmt: skip
ICONS = {None: "clock", "parked": "pause-circle-fill", "held": "hand-palm", "quarantined": "bug-beetle"}


def outcome_words(work: Work) -> str:
    """What became of it, in a word or two."""
    if work.outcome is None:
        return _("Will conflict") if work.trouble else _("Waits to be sent")
    if work.settled_at is not None:
        return _("Settled")
    return {
        "applied": _("At headquarters"),
        "merged": _("Merged at headquarters"),
        "void": _("Taken back before it was sent"),
        "conflict": _("Conflict"),
        "rejected": _("Refused"),
        "parked": _("Waits for another one"),
        "held": _("Held at headquarters"),
        "quarantined": _("Put aside at headquarters"),
    }.get(work.outcome, work.outcome)


def outcome_state(work: Work) -> str:
    if work.outcome is None and work.trouble:
        return "warn"
    return "ok" if work.settled_at is not None else STATES.get(work.outcome, "idle")


_NAMING = ("number", "name", "title", "serial")
"""Values of an operation that name its record, should it be the one that made or renamed it."""


def what_was_done(work: Work, offers: Offers, names: Names) -> str:
    """The work as a sentence, without who and when."""
    words = offers.actions.get(work.kind)
    return words.said(work.told, names) if words else work.kind


def record_words(work: Work, names: Names) -> str:
    """The record it is about; "" where that has no name here."""
    return names.get(work.about_id or "", "")


def gone_words(work: Work, offers: Offers, names: Names) -> str:
    """What is known of a record that has left this laptop: what the work called it or changed in it, and that it left.

    "" where the record is here, or is of a kind that no sentence names.
    """
    table = work.about_table or ""
    if not work.about_id or table not in offers.lookups or work.about_id in names:
        return ""
    said = [str(work.told[key]) for key in _NAMING if work.told.get(key)]
    if not said:
        said = [
            _("{field}: {before} → {after}").format(
                field=offers.label(table, name), before=offers.value(table, name, old, names) or "–",
                after=offers.value(table, name, new, names) or "–",
            )
            for name, (old, new) in dict(work.told.get("changed") or {}).items()
        ]  # fmt: skip
    return " · ".join((*said[:2], _("no longer on this laptop")))


def explanation(work: Work, zone: str) -> str:
    """What happened to it and what to do, in one or two sentences."""
    match work.outcome:
        case None if work.trouble:
            if work.fields:
                return _("Somebody changed the same since you did. It is sent all the same, and then you decide here.")
            return _(
                "It no longer fits the newest records: {why} It is sent all the same; headquarters decides."
            ).format(why=_trouble_words(work.trouble))
        case None:
            return _("It is saved on this laptop and goes to headquarters with the next sync.")
        case "conflict":
            return _conflict_words(work, zone)
        case "rejected":
            return _("Headquarters said no: {why}").format(why=_trouble_words(work.detail))
        case "parked":
            return _("It needs something that headquarters has not taken. Mend that first; this goes with it.")
        case "held":
            return held_words(work.detail, work.id)
        case "quarantined":
            return _(
                "Headquarters' program made a mistake over it and put it aside, whole. Nothing is lost; it comes back "
                "by itself when that is mended. Your service centre knows."
            )
        case "merged" if isinstance(work.detail.get("number"), list):
            return _("Another order had this number already. Headquarters calls this one {number}.").format(
                number=work.detail["number"][1]
            )
        case "merged":
            return _("Somebody changed other fields meanwhile; both stand.")
        case "void":
            return _("It never left this laptop.")
    return _("Headquarters has it.")


def rival(work: Work) -> str:
    """The name of who was first; "" where headquarters did not say."""
    return str(work.detail.get("by") or "")


def _conflict_words(work: Work, zone: str) -> str:
    who = rival(work) or _("Somebody")
    at = work.detail.get("at")
    if at:
        return _("{who} changed the same on {when}, and that arrived first. Take one for each field.").format(
            who=who, when=format_moment(int(at), zone)
        )
    return _("{who} changed the same, and that arrived first. Take one for each field.").format(who=who)


def held_words(detail: Mapping[str, Any], op_id: str) -> str:
    """Why a fact is held, whom to call, and the end of the name that `fielddesk.hq release` takes."""
    why = {
        "not_allowed": _("Your role may not do this."),
        "revoked": _("This laptop was locked when it arrived."),
        "row_missing": _("A record it names has not arrived at headquarters yet."),
        "waits": _("It waits for another one that is held."),
        "not_in_scope": _("The order was never yours."),
        "scope_left": _("It came more than 30 days after the order left you."),
    }.get(str(detail.get("reason", "")), _("Headquarters wants to look at it first."))
    return (
        why
        + " "
        + _(
            "It is kept whole there and here. Call headquarters: the administrator lets it through. Its number there "
            "ends in {number}."
        ).format(number=op_id[-SPOKEN:])
    )


def _trouble_words(said: Mapping[str, Any]) -> str:
    values = dict(said.get("values") or {})
    if said.get("field"):
        values.setdefault("field", said["field"])
    code = str(said.get("code", "refused"))
    if code == "conflict":
        return _("somebody changed the same meanwhile.")
    return sentence(RuleBroken(code, **values))


class ConflictCard(Card):
    """Base, mine and theirs side by side; `decided(bool)` tells whether every field has a choice."""

    decided = Signal(bool)

    def __init__(self, work: Work, offers: Offers, names: Names) -> None:
        super().__init__(lambda: _("Both versions"))
        self._work = work
        self.compare = Compare(lambda: _("Mine"), rival(work) or (lambda: _("Theirs")))
        self.compare.complete.connect(self.decided)
        self.compare.chosen.connect(self._take_group)
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (16, 12, 16, 12), 8)
        column.addWidget(self.compare)
        others = _others(work)
        if others:
            labels = ", ".join(offers.label(work.table, name) for name in others)
            column.addWidget(
                Text(
                    _("Nobody else touched {fields}; what you wrote there goes with it.").format(fields=labels),
                    "second",
                    wraps=True,
                )
            )
        self.add(inner)
        self.compare.show_differences(
            [
                Difference(
                    name,
                    partial(offers.label, work.table, name),
                    offers.value(work.table, name, clash["base"], names),
                    offers.value(work.table, name, clash["mine"], names),
                    offers.value(work.table, name, clash["theirs"], names),
                )
                for name, clash in work.fields.items()
            ]
        )

    def choices(self) -> dict[str, str]:
        return self.compare.choices()

    def _take_group(self, name: str, side: str) -> None:
        """Fields that belong together are taken together."""
        table = BY_NAME.get(self._work.table or "")
        group = table.grouped.get(name, (name,)) if table else (name,)
        for other in group:
            if other in self._work.fields and self.compare.choices().get(other) != side:
                self.compare.take(other, side)


def _others(work: Work) -> list[str]:
    """Fields of this edit that nobody else had touched."""
    return [name for name in (work.based_on or {}) if name not in work.fields and work.args.get(name) is not None]


class ChainCard(Card):
    """What waits for the work above and goes with it."""

    def __init__(self, chain: Sequence[Work], offers: Offers, names: Names, zone: str) -> None:
        super().__init__(lambda: _("Goes with it"))
        self.set_count(len(chain))
        for work in chain:
            record = record_words(work, names) or gone_words(work, offers, names)
            second = " · ".join(part for part in (record, format_moment(work.at, zone)) if part)
            self.add(CardRow(what_was_done(work, offers, names), second, icon="pause-circle"))


class SaidCard(Card):
    """The sentence of the work, what was written with it, and what became of it."""

    def __init__(self, work: Work, offers: Offers, names: Names, zone: str) -> None:
        super().__init__()
        words = offers.actions.get(work.kind)
        row = CardRow(
            what_was_done(work, offers, names), format_moment(work.at, zone), icon=words.icon if words else "circle"
        )
        self.add(row)
        if isinstance(written := work.args.get("text"), str):
            self.add(_padded(Text(written, wraps=True)))
        self.explanation = Text(explanation(work, zone), wraps=True)
        self.add(_padded(self.explanation))


def _padded(text: Text) -> QWidget:
    inner = QWidget()
    column = QVBoxLayout(inner)
    theme.space(column, (16, 12, 16, 12), 4)
    column.addWidget(text)
    return inner


def refused_words(error: FieldDeskError) -> str:
    """Why doing it again did not work."""
    return _("It still does not work: {why}").format(why=sentence(error))


def chain_words(count: int) -> str:
    """How many wait for one; "" for none."""
    return ngettext("{n} more goes with it", "{n} more go with it", count).format(n=count) if count else ""
