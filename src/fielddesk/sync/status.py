"""Where one stands with headquarters, as codes; the window makes words and a colour of them.

The window shows `code`, under it `problem` with `values`, and the counts. Every code here has its sentence where the
window keeps its sentences; a test there walks these lists.
"""

from __future__ import annotations

from dataclasses import field
from typing import Any, Literal, TypeAlias

from fielddesk.core.frozen import dataclass

Code: TypeAlias = Literal[
    "starting",  # nothing tried yet
    "connecting",  # asking headquarters who it is
    "sending",  # done of total operations
    "receiving",  # done of total feed positions
    "snapshot",  # done rows so far, the total is not known
    "sending_files",  # done of total photos and files; the rows are through
    "fetching_files",  # the same the other way
    "agreed",  # nothing waits, all has been fetched
    "waiting",  # all fetched, but something cannot be sent yet: see problem
    "offline",  # headquarters is out of reach or does not answer as itself: see problem
    "store",  # this computer's store said no: see problem
    "asks",  # a pull would remove very much; a person must answer (values: removed, of)
    "stopped",  # a person stopped it
    "locked",  # headquarters has revoked this laptop
    "blocked",  # a person must act before anything is sent again: see problem
]
Tone: TypeAlias = Literal["good", "busy", "calm", "attention", "stop"]

TONES: dict[Code, Tone] = {
    "starting": "calm",
    "connecting": "busy",
    "sending": "busy",
    "receiving": "busy",
    "snapshot": "busy",
    "sending_files": "busy",
    "fetching_files": "busy",
    "agreed": "good",
    "waiting": "attention",
    "offline": "calm",
    "store": "attention",
    "asks": "attention",
    "stopped": "calm",
    "locked": "stop",
    "blocked": "stop",
}

OFFLINE = (
    "no_name",  # the name of headquarters cannot be looked up
    "no_route",  # nobody answers there: refused, no network
    "timeout",  # connected or connecting, and no byte for too long
    "cut_off",  # the answer ended early, or was packed or measured wrongly
    "captive_portal",  # the network wants a sign-in first
    "proxy",  # the proxy between refuses
    "tls",  # no safe connection: intercepted or misconfigured (reason)
    "tls_expired",  # the certificate has expired, or this computer's clock is wrong
    "tls_foreign",  # the certificate is not from an authority this computer trusts, or for another name
    "bad_address",  # the address of headquarters is none
    "not_encrypted",  # the address would send everything in the clear
    "not_headquarters",  # something answers, not headquarters (what)
    "bad_answer",  # headquarters answers with something that cannot be (what)
    "too_long",  # the answer is longer than any real one (limit, bytes)
    "busy",  # headquarters asks to come back later (retry_after_s)
    "hq_trouble",  # headquarters has an error of its own (status)
    "too_large",  # headquarters finds the question too large; it is asked in smaller pieces
    "refused",  # headquarters refuses the question (by)
    "epoch",  # headquarters was restored from a backup; agreed on at the next try
    "cancelled",
    "program_error",  # our own mistake; a crash report has been written
    "too_old",  # this program is too old for headquarters
    "too_new",  # headquarters is too old for this program
)
"""Problems beside the code "offline"."""
WAITING = (
    "later",  # headquarters must be updated first (kind, version)
    "gap",  # headquarters waits for another place in the queue than this laptop can give (expected)
    "refused",  # headquarters refuses what is sent (by); tried again every few minutes
    "too_large",  # one operation alone is too large for headquarters; tried again every few minutes
)
"""Problems beside the code "waiting"."""
BLOCKED = ("wrong_hq", "device_unknown")
"""Problems beside the code "blocked"."""


@dataclass(frozen=True, slots=True)
class Status:
    """One look at sync. `waiting`: operations without an outcome; `needs_person`: outcomes to look at.

    `retry_in`: microseconds from the moment it was said until the next try, None where none is planned.
    `since`: moment (microseconds, UTC) from which `code` has held, filled in by the driver.
    `synced_at`: moment at which laptop and headquarters last agreed, None if never.
    `trying`: something is under way, also while `code` still says what was wrong the last time.
    `clock_ahead`: by how many microseconds this computer's clock is ahead of headquarters', None before a hello.
    """

    code: Code
    problem: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    done: int = 0
    total: int | None = None
    waiting: int = 0
    needs_person: int = 0
    retry_in: int | None = None
    since: int | None = None
    synced_at: int | None = None
    clock_ahead: int | None = None
    trying: bool = False
    bytes_done: int = 0
    bytes_total: int = 0
    """Of the photos and files that go up, or come down, now."""
    files_waiting: int = 0
    """Photos and files that are still to be sent."""
    files_lost: int = 0
    """Those that went from this laptop, or were damaged, before headquarters had them."""
    files_problem: str | None = None
    """Why photos and files wait (disk_full)."""

    @property
    def tone(self) -> Tone:
        return TONES[self.code]

    @property
    def percent(self) -> int | None:
        """0 to 100, None where the end is not known."""
        if self.bytes_total:
            return min(100, self.bytes_done * 100 // self.bytes_total)
        return min(100, self.done * 100 // self.total) if self.total else None
