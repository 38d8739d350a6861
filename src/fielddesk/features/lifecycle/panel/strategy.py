"""The strategy table to read: what a revision changed, each stage, and the terms of every stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.i18n import _, format_day, ngettext
from fielddesk.features.lifecycle.dialogs import class_words, lane_words, part_words, rule_words, text_words
from fielddesk.features.lifecycle.queries import RevisionView, revision_view, table_of
from fielddesk.features.lifecycle.rules import InspectionRule
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.facts import Facts
from fielddesk.ui.moments import moment_words
from fielddesk.ui.page import Scroll
from fielddesk.ui.seams import Bench, SubjectPanel
from fielddesk.ui.text import Words


class _Reads(SubjectPanel):
    """Facts out of one revision. Subclasses name the lines and fill them."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._revision_id = ""
        self.facts = Facts()
        for key, label in self.lines():
            self.facts.add(key, label)
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 0, 8))
        column.addWidget(self.facts)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))

    def lines(self) -> Sequence[tuple[str, Words]]:
        """Keys and labels, in their order."""
        raise NotImplementedError

    def values(self, view: RevisionView, table: Mapping[str, Any]) -> dict[str, str]:
        """What the lines say."""
        raise NotImplementedError

    def show_subject(self, row_id: str) -> None:
        self._revision_id = row_id
        self.reload()

    def reload(self) -> None:
        revision_id, today = self._revision_id, self._bench.today()

        def ask(read: Reading) -> RevisionView | None:
            return revision_view(read, revision_id, today)

        self._bench.read(ask, self._take, key=f"revision.{id(self)}")

    def _take(self, view: RevisionView | None) -> None:
        if view is not None and view.revision.id == self._revision_id:
            self.facts.show_values(self.values(view, table_of(view.revision.table)))


class RevisionPanel(_Reads):
    """Number, day, who, why, and which parts are other than in the revision before."""

    def lines(self) -> Sequence[tuple[str, Words]]:
        return (
            ("number", lambda: _("Revision")),
            ("valid", lambda: _("Valid from")),
            ("who", lambda: _("Published")),
            ("reason", lambda: _("Reason")),
            ("changed", lambda: _("What changed")),
            ("orders", lambda: _("Work orders")),
        )

    def values(self, view: RevisionView, table: Mapping[str, Any]) -> dict[str, str]:
        row = view.revision
        when = moment_words(row.at, self._bench.now(), self._bench.zone())
        return {
            "number": str(row.number),
            "valid": format_day(row.valid_from, "long"),
            "who": _("{who}, {when}").format(who=view.who or _("somebody"), when=when),
            "reason": row.reason,
            "changed": bullets([part_words(part) for part in view.changed])
            or (_("The first revision") if row.number == 1 else ""),
            "orders": _("An order keeps the revision it was opened under."),
        }


class StagePanel(_Reads):
    """Everything the table says of one stage."""

    def __init__(self, bench: Bench, stage: str) -> None:
        self._stage = stage
        super().__init__(bench)

    def lines(self) -> Sequence[tuple[str, Words]]:
        return (
            ("goal", lambda: _("Goal")),
            ("focus", lambda: _("Focus")),
            ("service", lambda: _("Service")),
            ("steps", lambda: _("Asked for before an order is completed")),
            ("lane", lambda: _("Lane")),
            ("inspection", lambda: _("Inspection")),
            ("channels", lambda: _("Channels")),
            ("documents", lambda: _("Documents due")),
            ("pool", lambda: _("Parts pool")),
            ("checklist", lambda: _("Checklist")),
            ("people", lambda: _("People")),
            ("material", lambda: _("Material")),
            ("process", lambda: _("Procedures")),
            ("roles", lambda: _("Responsible")),
            ("notice", lambda: _("Notice")),
        )

    def values(self, view: RevisionView, table: Mapping[str, Any]) -> dict[str, str]:
        found, words = table["stages"][self._stage], table["words"]
        lane = found["lane"]
        rules = [
            f"{class_words(name)}: {rule_words(InspectionRule(rule['kind'], rule['every']))}"
            for name, rule in found["inspection"].items()
        ]
        return {
            "goal": text_words(found["goal"]),
            "focus": text_words(found["focus"]),
            "service": texts(found["service"]),
            "steps": texts([step["words"] for step in found["steps"]]),
            "lane": lane_words(lane["respond_percent"], lane["resolve_percent"]),
            "inspection": bullets(rules),
            "channels": texts([words["channels"][code] for code in found["channels"]]),
            "documents": texts([words["documents"][code] for code in found["documents"]]),
            "pool": text_words(words["pools"][found["pool"]]),
            "checklist": found["checklist"],
            **{key: texts(found["resources"][key]) for key in ("people", "material", "process")},
            "roles": bullets([role_words(words["roles"], code) for code in found["roles"]]),
            "notice": notice_words(found.get("notice"), words["statements"]),
        }


class TermsPanel(_Reads):
    """What holds in every stage: resources, emergency levels, how far ahead dates are told."""

    def lines(self) -> Sequence[tuple[str, Words]]:
        return (
            ("alert", lambda: _("Dates are told ahead")),
            ("commitment", lambda: _("Parts after market exit")),
            ("people", lambda: _("People")),
            ("material", lambda: _("Material")),
            ("process", lambda: _("Procedures")),
            ("emergency", lambda: _("Emergency levels")),
            ("roles", lambda: _("Roles")),
        )

    def values(self, view: RevisionView, table: Mapping[str, Any]) -> dict[str, str]:
        terms, common = table["terms"], table["common"]
        months = terms["alert_months"]
        return {
            "alert": ngettext("{n} month", "{n} months", months).format(n=months),
            "commitment": _("{least} to {most} years").format(
                least=terms["commitment_years_least"], most=terms["commitment_years_most"]
            ),
            **{key: texts(common[key]) for key in ("people", "material", "process")},
            "emergency": bullets([level_words(level) for level in terms["emergency"]]),
            "roles": bullets([role_words(table["words"]["roles"], code) for code in table["words"]["roles"]]),
        }


def bullets(lines: Sequence[str]) -> str:
    """Lines under each other, each with its mark where there are several."""
    return "\n".join(f"• {line}" for line in lines) if len(lines) > 1 else "".join(lines)


def texts(found: Sequence[Mapping[str, str]]) -> str:
    """Texts of the table in the reader's language, under each other."""
    return bullets([text_words(text) for text in found])


def role_words(roles: Mapping[str, Any], code: str) -> str:
    """A role with what it does."""
    return _("{role}: {does}").format(role=text_words(roles[code]["name"]), does=text_words(roles[code]["does"]))


def notice_words(notice: Mapping[str, Any] | None, statements: Mapping[str, Any]) -> str:
    """How long ahead customers are told, and what the notice must say."""
    if not notice:
        return ""
    months = notice["months_ahead"]
    ahead = ngettext("at least {n} month ahead", "at least {n} months ahead", months).format(n=months)
    return bullets([ahead, *(text_words(statements[code]) for code in notice["must_state"])])


def level_words(level: Mapping[str, Any]) -> str:
    """An emergency level with its hours."""
    what = text_words(level["effect"])
    if level.get("resolve_hours") is None:
        return _("{level}: {what}; answer within {respond} h").format(
            level=level["level"], what=what, respond=level["respond_hours"]
        )
    return _("{level}: {what}; answer within {respond} h, solved within {resolve} h").format(
        level=level["level"], what=what, respond=level["respond_hours"], resolve=level["resolve_hours"]
    )
