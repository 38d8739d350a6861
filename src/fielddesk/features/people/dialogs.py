"""People, roles and marks in words."""

from __future__ import annotations

from typing import Final

from fielddesk.core.i18n import N_, _
from fielddesk.features.people import rules
from fielddesk.features.people.queries import ASKS, CLASHES, HELD, UNSENT
from fielddesk.ui.lists import Mark
from fielddesk.ui.seams import Bench
from fielddesk.ui.wording import add_sentences

ROLES: Final = {
    rules.ENGINEER: N_("Service engineer"),
    rules.SUPPORT: N_("Technical support"),
    rules.LEADER: N_("Team leader"),
    rules.DISPATCHER: N_("Dispatcher"),
    rules.SERVICE_CENTRE: N_("Customer service centre"),
    rules.ADMINISTRATOR: N_("Administrator"),
}
_MARKS: Final = {
    UNSENT: (N_("not sent yet"), "idle", "cloud-arrow-up"),
    CLASHES: (N_("will conflict"), "warn", ""),
    HELD: (N_("held at headquarters"), "warn", "hand-palm-fill"),
    ASKS: (N_("needs you"), "bad", "warning-fill"),
}

add_sentences(
    {
        "role_unknown": N_("There is no such role."),
        "login_taken": N_("Somebody signs in with this name already."),
        "not_allowed": N_("Your role may not do this."),
        "row_missing": N_("This is no longer on this laptop. What you did is kept; headquarters has the rest."),
        "row_exists": N_("This was done already."),
        "nothing_to_change": N_("Nothing was changed."),
        "shown_value_missing": N_("The form did not know what stood there. Open the record again and try once more."),
        "conflict": N_("Somebody else changed this in the meantime. Look at the new value, then change it again."),
        "name_missing": N_("Type a name."),
    }
)


def for_the_office(bench: Bench) -> str:
    """Why a command of those who plan cannot be given by this person; nothing where it can."""
    return "" if bench.me.role in rules.OFFICE else _("for the office")


def role_words(role: str) -> str:
    """A role as it reads."""
    return _(ROLES[role]) if role in ROLES else role


def mark_words(mark: str | None) -> str:
    """How a record stands with headquarters, in two or three words; none when both agree."""
    return _(_MARKS[mark][0]) if mark in _MARKS else ""


def mark_of(mark: str | None) -> Mark | None:
    """The mark of a row in a list."""
    return None if mark is None else Mark(mark_words(mark), mark_state(mark), mark_icon(mark))


def mark_asks(mark: str | None) -> bool:
    """Whether a mark matters more than what else a row says: all but work that merely waits to be sent."""
    return mark is not None and mark != UNSENT


def mark_state(mark: str) -> str:
    return _MARKS[mark][1]


def mark_icon(mark: str) -> str:
    return _MARKS[mark][2]
