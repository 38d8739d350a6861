"""Our own mistakes: kept as an encrypted report, told in one sentence, never shown as a traceback.

What the world does to us (disk, network, key) does not come here.
"""

from __future__ import annotations

import os
import platform
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

from fielddesk import __version__
from fielddesk.core.errors import FieldDeskError
from fielddesk.store.vault import Vault

SHOW = "FIELDDESK_SHOW_MISTAKES"
"""For developers: a mistake is printed in full to the terminal too. It may hold what was on the screen."""
KEPT = 20
"""Reports; the oldest goes when another comes."""


REPORT = "crash-"
"""A report's name begins so; its moment follows."""
ONLY_HERE = "-- from here on it stays on this laptop --"
"""The line of a report behind which stands what the mistake itself said: that may be a customer's words or a token."""


def report_text(error: BaseException) -> str:
    """What a report says: versions, where the mistake happened, and behind `ONLY_HERE` all of it."""
    lines = (
        f"FieldDesk {__version__}, Python {platform.python_version()}, {platform.system()} {platform.release()}",
        f"thread {threading.current_thread().name}",
        *_places(error),
        ONLY_HERE,
        "".join(traceback.format_exception(error)),
    )
    return "\n".join(lines)


def told_outside(report: str) -> str:
    """The part of a report that may leave the laptop: no message, no value, no folder of this computer."""
    return report.partition(ONLY_HERE)[0] if ONLY_HERE in report else report.partition("\n")[0] + "\n"


def kept_reports(vault: Vault) -> list[int]:
    """The moments of the reports that are kept, newest first."""
    numbers = [name.removeprefix(REPORT) for name in vault.names("crash") if name.startswith(REPORT)]
    return sorted((int(number) for number in numbers if number.isdecimal()), reverse=True)


def _places(error: BaseException) -> Iterator[str]:
    """Each exception of the chain, the first cause first: its kind and where it passed, in our names only."""
    seen: list[BaseException] = []
    each: BaseException | None = error
    while each is not None and each not in seen:
        seen.append(each)
        each = each.__cause__ or each.__context__
    for one in reversed(seen):
        code = f" {one.code}" if isinstance(one, FieldDeskError) else ""
        yield f"{type(one).__module__}.{type(one).__qualname__}{code}"
        for frame in traceback.extract_tb(one.__traceback__):
            yield f"  {'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}"
        if isinstance(one, BaseExceptionGroup):
            for inner in one.exceptions:
                yield from _places(inner)


class CrashReports:
    """Keeps reports in the profile's vault; without an open profile nothing is written, for it would lie in clear."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._vault: Vault | None = None
        self._told: Callable[[str], None] = lambda name: None
        self._hooks = (sys.excepthook, threading.excepthook)
        self._busy = threading.local()

    def use(self, vault: Vault | None) -> None:
        """Where reports go from now on."""
        self._vault = vault

    def install(self, told: Callable[[str], None]) -> None:
        """Take over what nobody caught; `told(name of the report or "")` hears of each, on the thread it happened."""
        self._told = told
        sys.excepthook = self._uncaught
        threading.excepthook = self._uncaught_in_thread

    def uninstall(self) -> None:
        sys.excepthook, threading.excepthook = self._hooks

    def keep(self, error: BaseException) -> str:
        """Keep a report and say so; the answer is its name, "" where none could be kept."""
        if getattr(self._busy, "now", False):
            return ""
        self._busy.now = True
        try:
            name = self._write(error)
            shown = (
                report_text(error) if os.environ.get(SHOW) else f"{type(error).__name__}; report {name or 'not kept'}"
            )
            sys.stderr.write(f"fielddesk: {shown}\n")
            self._told(name)
            return name
        finally:
            self._busy.now = False

    def _write(self, error: BaseException) -> str:
        if self._vault is None:
            return ""
        name = f"{REPORT}{self._now()}"
        try:
            self._vault.write("crash", name, report_text(error).encode("utf-8", "replace"))
            for old in sorted(self._vault.names("crash"))[:-KEPT]:
                self._vault.remove("crash", old)
        except (FieldDeskError, OSError):
            return ""
        return name

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._hooks[0](kind, error, trace)
            return
        self.keep(error.with_traceback(trace))

    def _uncaught_in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.keep(args.exc_value)
