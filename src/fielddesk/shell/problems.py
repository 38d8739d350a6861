"""What can stop FieldDesk at its start, each with its own sentence, what to do, and the buttons that do it.

Nothing here is our mistake: those go to the crash report, and the two never mix.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from fielddesk.core.errors import FieldDeskError, NetworkProblem
from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import N_, _, format_number, ngettext
from fielddesk.features.sync_centre.panel import reason_words
from fielddesk.ui.wording import add_sentences, sentence

Way = Literal["again", "mend", "code", "folder", "enrol", "front", "demo", "end"]
"""What a person can do about it: try again, begin a damaged store anew, type the recovery code, open the folder, set
the laptop up with a new code, bring the other window to the front, look around in the demo, end the program."""


@dataclass(frozen=True)
class Trouble:
    """A page at start: the fact, the advice, and the ways out, the best one first."""

    fact: str
    advice: str
    ways: tuple[Way, ...]
    icon: str = "warning"
    details: str = ""


@dataclass(frozen=True)
class _Made:
    fact: str
    advice: str
    ways: tuple[Way, ...] = ("again", "end")
    icon: str = "warning"
    values: Callable[[dict[str, Any]], dict[str, Any]] | None = None


_PAGES: dict[str, _Made] = {
    "already_open": _Made(
        N_("FieldDesk is open already"),
        N_("Only one window may work with a profile. The open one comes to the front, and this one closes by itself."),
        ("front", "end"),
        "app-window",
    ),
    "folder_read_only": _Made(
        N_("FieldDesk may not write into its folder"),
        N_("Nothing was changed. Allow writing to {folder}, then try again."),
        ("again", "folder", "end"),
        "lock-simple",
    ),
    "lock_unsupported": _Made(
        N_("The profile lies where it cannot be locked"),
        N_("Some network drives cannot keep two windows apart. Move the profile to this computer's own disk: {folder}"),
        ("again", "folder", "end"),
    ),
    "disk_full": _Made(
        N_("The disk is full"),
        N_("Everything you did before is safe. Make room on this disk, then try again."),
        ("again", "folder", "end"),
        "hard-drives",
    ),
    "disk_failed": _Made(
        N_("The disk did not do what it was told"),
        N_("Nothing was changed. Try again; if it comes back, take a copy of {folder} before anything else."),
        ("again", "folder", "end"),
        "hard-drives",
    ),
    "file_busy": _Made(
        N_("Another program holds a file of FieldDesk"),
        N_("Often a virus scanner for a few seconds. Wait a moment, then try again."),
        ("again", "end"),
        "hourglass",
    ),
    "store_busy": _Made(
        N_("Another program holds the store"),
        N_("Close programs that look into {folder}, then try again."),
        ("again", "end"),
        "hourglass",
    ),
    "wrong_key": _Made(
        N_("The key does not fit this profile"),
        N_(
            "The key store of this computer holds another key than the one this profile was locked with. Nothing was "
            "changed. With the recovery code from headquarters it opens again."
        ),
        ("code", "again", "end"),
        "key",
    ),
    "key_lost": _Made(
        N_("The key of this profile is gone"),
        N_(
            "The key store of this computer no longer has it. Your unsent work is still here, locked. Call your "
            "service centre: headquarters can open the sealed key and read you the recovery code."
        ),
        ("code", "again", "end"),
        "key",
    ),
    "key_store_missing": _Made(
        N_("This computer has no key store that FieldDesk can use"),
        N_(
            "The key of your work must lie in a safe place: the Windows or macOS key store, or a Secret Service such "
            "as GNOME Keyring or KWallet. Start one, then try again."
        ),
        ("again", "demo", "end"),
        "key",
    ),
    "key_store_locked": _Made(
        N_("The key store is locked"),
        N_("Unlock it with the password of this computer, then try again."),
        ("again", "end"),
        "lock-simple",
    ),
    "key_store_damaged": _Made(
        N_("The key store holds something that is no key"),
        N_("Nothing was changed. With the recovery code from headquarters the profile opens again."),
        ("code", "again", "end"),
        "key",
    ),
    "header_missing": _Made(
        N_("The first file of the profile is gone"),
        N_(
            "Your work lies in other files in {folder} and was not touched. With the recovery code from headquarters, "
            "or a new enrolment code, it opens again."
        ),
        ("code", "enrol", "folder", "end"),
        "folder",
    ),
    "header_damaged": _Made(
        N_("The first file of the profile is damaged"),
        N_(
            "Your work lies in other files in {folder} and was not touched. With the recovery code from headquarters, "
            "or a new enrolment code, it opens again."
        ),
        ("code", "enrol", "folder", "end"),
    ),
    "header_changed": _Made(
        N_("Somebody changed the first file of the profile"),
        N_("It says to which headquarters your work is sent, so FieldDesk stops here. Call your service centre."),
        ("code", "enrol", "folder", "end"),
        "shield-warning",
    ),
    "profile_newer": _Made(
        N_("This profile was written by a newer FieldDesk"),
        N_("Nothing was changed. Install the newer FieldDesk again; your work is all there."),
        ("again", "end"),
        "arrow-circle-up",
    ),
    "store_newer": _Made(
        N_("This store was written by a newer FieldDesk"),
        N_("Nothing was changed. Install the newer FieldDesk again; your work is all there."),
        ("again", "end"),
        "arrow-circle-up",
    ),
    "store_damaged": _Made(
        N_("The store on this laptop is damaged"),
        N_(
            "Nothing was changed yet. Mending puts the damaged file aside, begins with the newest backup, and brings "
            "back what you did since from its second copy. Headquarters sends the rest. Nothing is deleted."
        ),
        ("mend", "folder", "end"),
    ),
    "store_missing": _Made(
        N_("The store of this profile is missing"),
        N_(
            "Mending begins with the newest backup and brings back what you did since from its second copy. "
            "Headquarters sends the rest."
        ),
        ("mend", "folder", "end"),
    ),
    "journal_damaged": _Made(
        N_("The second copy of your work is damaged"),
        N_(
            "The first copy is the store itself, and it is whole. Keep the folder as it is and call your service "
            "centre."
        ),
        ("again", "folder", "end"),
    ),
    "upgrade_failed": _Made(
        N_("The update of the store did not work"),
        N_("The store from before is untouched. Try again, or go on with the older FieldDesk until help comes."),
        ("again", "folder", "end"),
    ),
    "no_profile": _Made(
        N_("This laptop is not set up yet"),
        N_("Ask your service centre for an enrolment code. It works once."),
        ("enrol", "demo", "end"),
        "laptop",
    ),
    "laptop_locked": _Made(
        N_("Headquarters has locked this laptop"),
        N_(
            "Nothing was erased: your records lie here, locked, with what was not handed in yet. What was handed in "
            "is looked at there. Call your service centre; with a new enrolment code all of it opens again."
        ),
        ("enrol", "end"),
        "lock-simple",
    ),
    "profile_unknown": _Made(
        N_("There is no profile of the name “{name}” on this laptop"),
        N_("There are: {there}. Start FieldDesk with one of them, or without a name for the one used last."),
        ("enrol", "end"),
        "laptop",
    ),
    "profile_exists": _Made(
        N_("This account is set up on this laptop already"),
        N_("Open it instead; a second profile for the same account would hide the first one's work."),
        ("again", "end"),
        "laptop",
    ),
}

_SENTENCES: dict[str, str | Callable[[dict[str, Any]], str]] = {
    "recovery_code_letter": N_("“{letter}” is no letter of a recovery code. Look at it again."),
    "recovery_code_length": lambda values: _(
        "A recovery code has {wanted} letters and digits; here are {found}."
    ).format(wanted=format_number(values["wanted"]), found=format_number(values["found"])),
    "recovery_code_wrong": lambda values: (
        _("Group {n} has a mistake in it. Read it again.").format(n=values["group"])
        if values.get("group")
        else _("Each group is right, but they do not belong together. Read the code again from the start.")
    ),
}
_WHILE_WORKING: dict[str, tuple[str, str]] = {
    "disk_full": (_PAGES["disk_full"].fact, _PAGES["disk_full"].advice),
    "folder_read_only": (_PAGES["folder_read_only"].fact, _PAGES["folder_read_only"].advice),
    "store_busy": (_PAGES["store_busy"].fact, _PAGES["store_busy"].advice),
    "disk_failed": (_PAGES["disk_failed"].fact, _PAGES["disk_failed"].advice),
    "file_busy": (_PAGES["file_busy"].fact, _PAGES["file_busy"].advice),
    "store_damaged": (
        N_("The store on this laptop is damaged"),
        N_("This was not saved. FieldDesk looks the store over now, and offers to mend it."),
    ),
    "journal_closed": (
        N_("The second copy of your work cannot be written"),
        N_("This was not saved; what you did before is safe. Try again, and if it comes back, start FieldDesk anew."),
    ),
    "file_damaged": (
        N_("A file of FieldDesk is damaged"),
        N_("It was left as it is: {file}. Call your service centre."),
    ),
    "row_refused": (
        N_("A record from headquarters cannot be stored"),
        N_("Nothing was changed. A newer FieldDesk may be needed; call your service centre."),
    ),
}
"""What the disk and the store do while the window is open: the fact, and what to do; no page, so no buttons."""


def _said_while_working(code: str, values: dict[str, Any]) -> str:
    fact, advice = _WHILE_WORKING[code]
    known = {"folder": "", "file": "", **values}
    return f"{_(fact)}. {_(advice).format(**known)}"


add_sentences(_SENTENCES)
add_sentences({code: partial(_said_while_working, code) for code in _WHILE_WORKING})


def trouble_words(problem: FieldDeskError) -> str:
    """What the disk or the store did while the window is open, and what to do, for a line under a field or a toast."""
    if problem.code in _WHILE_WORKING:
        return sentence(problem)
    told = trouble(problem)
    return f"{told.fact}. {told.advice}"


def trouble(error: FieldDeskError) -> Trouble:
    """The page of something that the world did to us."""
    made = _PAGES.get(error.code)
    details = str(error)
    if made is not None:
        values = {"folder": "", "file": "", **error.values}
        if isinstance(there := values.get("there"), list):
            values["there"] = ", ".join(there) or "–"
        fact, advice = (words.format(**values) if "{" in words else words for words in (_(made.fact), _(made.advice)))
        return Trouble(fact, advice, made.ways, made.icon, details)
    if isinstance(error, NetworkProblem):
        return Trouble(
            _("Headquarters cannot be reached"),
            reason_words(error.code, error.values),
            ("again", "end"),
            "cloud-slash",
            details,
        )
    return Trouble(_("FieldDesk could not start"), sentence(error), ("again", "folder", "end"), "warning", details)


def found_words(problem: FieldDeskError) -> str:
    """What opening met and mended by itself, in one sentence."""
    values = problem.values
    match problem.code:
        case "work_brought_back":
            return ngettext(
                "{n} thing you did just before the end was brought back",
                "{n} things you did just before the end were brought back",
                values["count"],
            ).format(n=format_number(values["count"]))
        case "store_upgraded":
            return _("The store was brought up to date; a copy of the old one is kept")
        case "store_rebuilt" if values.get("copy"):
            return _("The store was mended with a backup and all you did since; the next sync brings the rest")
        case "store_rebuilt":
            return _("The store was begun anew; everything comes again from headquarters with the next sync")
        case "header_recovered":
            return _("The first file of the profile was lost and has been made anew")
        case "journal_damaged":
            return _("The second copy of your work was damaged; a new one has been begun")
    told = trouble(problem)
    return f"{told.fact}. {told.advice}"


def bug_page(report: str) -> Trouble:
    """The page of a mistake of our own; `report` is the name of the kept report, or "" where none could be kept."""
    kept = (
        _("What you did is saved. A report was kept, encrypted: Settings shows it under Problem reports.")
        if report
        else _("What you did is saved. No report could be kept.")
    )
    return Trouble(_("FieldDesk made a mistake"), kept, ("again", "end"), "bug-beetle")


def bug_words(report: str) -> str:
    """The same in the few words that fit over half of the status bar."""
    return _("FieldDesk made a mistake: report in Settings") if report else _("FieldDesk made a mistake")


def way_words(way: Way) -> str:
    """What stands on the button."""
    return {
        "again": _("Try again"),
        "mend": _("Mend it"),
        "code": _("Type the recovery code"),
        "folder": _("Show the folder"),
        "enrol": _("Set up this laptop"),
        "front": _("Show the open window"),
        "demo": _("Look around in a demo"),
        "end": _("End FieldDesk"),
    }[way]
