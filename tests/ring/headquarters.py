"""Headquarters as its own command starts it, but ended at a named point, and with a clock that may be ahead.

`python -m tests.ring.headquarters …` takes the words of `python -m fielddesk.hq`. DIE_AT names the point (see Points),
with the question in which it is passed before it (`push.after_stamp`, `pull.asked`); AHEAD the seconds of the clock.
Nothing else in the world reads these two.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from typing import Any

from fielddesk.core.clock import SECOND, SystemClock
from fielddesk.hq import __main__ as command
from fielddesk.hq.service import Headquarters, on_postgresql, on_sqlite
from tests.ring.points import Points
from tests.support.photos import know_photos

DIE_AT = "RING_HQ_DIES_AT"
AHEAD = "RING_HQ_AHEAD"


class ClockAhead(SystemClock):
    """The machine's clock, and so many seconds on it."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds

    def now(self) -> int:
        return super().now() + self.seconds * SECOND


def open_pointed(options: argparse.Namespace) -> Headquarters:
    """As the command opens it, with points before and behind each question that laptops ask."""
    point = Within(Points(os.environ.get(DIE_AT, "")))
    clock = ClockAhead(int(os.environ.get(AHEAD, "0")))
    if options.database:
        hq = on_postgresql(options.database, clock, point=point, contents=options.contents)
    else:
        hq = on_sqlite(options.data / "headquarters.db", clock, point=point)
    for name in ("enrol", "hello", "push", "pull", "snapshot", "contents"):
        setattr(hq, name, _between(getattr(hq, name), name, point))
    for name in ("create", "offset", "append", "open"):
        setattr(hq.files, name, _between(getattr(hq.files, name), name, point))
    return hq


class Within:
    """Passes a point on with the name of the question that this thread answers; other work has no points."""

    def __init__(self, points: Points) -> None:
        self.points = points
        self.answering = threading.local()

    def __call__(self, name: str) -> None:
        if question := getattr(self.answering, "question", ""):
            self.points(f"{question}.{name}")


def _between(answering: Any, name: str, point: Within) -> Any:
    def answer(*words: Any) -> Any:
        point.answering.question = name
        try:
            point("asked")
            said = answering(*words)
            point("done")
            return said
        finally:
            point.answering.question = ""

    return answer


if __name__ == "__main__":
    command._open = open_pointed
    know_photos()
    sys.exit(command.main())
