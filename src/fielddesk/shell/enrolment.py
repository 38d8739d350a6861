"""Setting this laptop up with a one-time code, from the window or the command line."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from fielddesk.core.errors import FieldDeskError, NetworkProblem, StoreProblem
from fielddesk.core.i18n import N_, _
from fielddesk.shell.opening import Parts

if TYPE_CHECKING:
    from fielddesk.sync.enrol import Enrolled

_WORDS = {
    "code_wrong": N_(
        "Headquarters does not take this code: it is mistyped, used or too old. Ask your service centre for a new one."
    ),
    "captive_portal": N_("This network wants a sign-in first. Open a web page, sign in, then try again here."),
    "cut_off": N_(
        "The connection was cut in the middle. Try again; if headquarters does not take the code then, this try has "
        "used it up: ask your service centre for a new one."
    ),
    "timeout": N_(
        "Headquarters did not answer in time. Try again; if it does not take the code then, this try has used it up: "
        "ask your service centre for a new one."
    ),
    "bad_answer": N_("Headquarters answered with something that cannot be. Try again, or call your service centre."),
    "busy": N_("Headquarters is busy. Wait a minute, then try again."),
    "hq_trouble": N_("Headquarters has trouble of its own. Try again later; the code stays good."),
    "refused": N_("Headquarters refuses. Look at address and code again; if they are right, call your service centre."),
    "too_old": N_("This FieldDesk is too old for headquarters. Install the update, then try again."),
    "too_new": N_("Headquarters is too old for this FieldDesk. Ask your service centre for the FieldDesk that fits."),
    "epoch": N_("Headquarters was restored from a backup just now. Try again."),
    "program_error": N_("FieldDesk made a mistake here. A report was kept; call your service centre."),
}
"""What the line says otherwise at the form: nothing waits here, and nobody tries again but the person."""


def enrol_here(parts: Parts, address: str, code: str) -> Enrolled:
    """Make the profile, or go on with the one that is there; raises as `sync.enrol.enrol`."""
    from fielddesk.features import registry
    from fielddesk.sync.enrol import enrol

    assert registry.actions()
    name = platform.node()[:60] or "laptop"
    hq = parts.hq(address, None)
    return enrol(hq, address, code.strip(), name, parts.key_store(), parts.home / "profiles", parts.clock)


def enrolment_words(problem: FieldDeskError) -> str:
    """Why this laptop was not set up, and what the person at the form can do."""
    from fielddesk.features.sync_centre.panel import reason_words
    from fielddesk.shell.problems import trouble
    from fielddesk.ui.wording import sentence

    if isinstance(problem, NetworkProblem):
        own = _WORDS.get(problem.code)
        return _(own) if own is not None else reason_words(problem.code, problem.values)
    if isinstance(problem, StoreProblem):
        told = trouble(problem)
        return f"{told.fact}. {told.advice}"
    return sentence(problem)
