"""Named moments at which a test ends or halts a process, as power or a person would."""

from __future__ import annotations

import os
import signal
from collections import Counter


class Points:
    """Ends this process the n-th time it passes a point; `wish` is `name`, `name:n` or `name:n:stop`, or nothing.

    `stop` halts the process instead (SIGSTOP); whoever sent it there lets it go on.
    """

    def __init__(self, wish: str = "") -> None:
        name, _, rest = wish.partition(":")
        number, _, how = rest.partition(":")
        self.name, self.at = name, int(number or 1)
        self.signal = signal.SIGSTOP if how == "stop" else signal.SIGKILL
        self.passed: Counter[str] = Counter()

    def __call__(self, name: str) -> None:
        self.passed[name] += 1
        if name == self.name and self.passed[name] == self.at:
            os.kill(os.getpid(), self.signal)
