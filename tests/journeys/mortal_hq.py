"""Headquarters as a test starts it: the real command line, but killed at the point that a file beside it names."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from fielddesk.hq import __main__ as program

_real = program.on_sqlite


def _mortal(path: Path, *more: Any, **named: Any) -> Any:
    order = path.parent / "dies-at"

    def reached(point: str) -> None:
        try:
            if order.read_text() != point:
                return
        except FileNotFoundError:
            return
        order.unlink()
        os.kill(os.getpid(), signal.SIGKILL)

    return _real(path, *more, point=reached, **named)


if __name__ == "__main__":
    program.on_sqlite = _mortal
    sys.exit(program.main())
