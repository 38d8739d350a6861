"""The demo: a headquarters of its own beside the window, made anew with dates around today, and gone with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fielddesk.core.errors import FieldDeskError

LISTS = "FIELDDESK_LISTS"
"""Names a folder with real lists of parts and orders; without it `../shared/data` beside the checkout is looked at."""
LIST_FILES = ("ldraw_parts.csv.gz", "maintenance_texts.jsonl.gz")
READY_WITHIN_S = 180
ENGINEER = "engineer"
LOG = "headquarters.log"
PROGRAM = ("-m", "fielddesk.hq")


class EmbeddedHq:
    """Headquarters as a child process on a free loopback port; it ends when its standard input closes.

    `address` stays over `pause` and `go_on`; `codes` let one laptop of each person of the demo in, by login.
    """

    def __init__(
        self, folder: Path, lists: Sequence[Path] = (), *, demo: bool = True, program: Sequence[str] = PROGRAM
    ) -> None:
        """Start it; a new folder is filled with demo data first, from real `lists` of parts and orders where given.

        Raises FieldDeskError("hq_not_started").
        """
        self.folder, self._program = folder, tuple(program)
        said = self._start(0, ["--demo", *map(str, lists)] if demo else [])
        self.address = str(said["address"])
        self.codes: dict[str, str] = dict(said.get("codes") or {})
        self._port = int(said["port"])

    def _start(self, port: int, more: Sequence[str]) -> dict[str, Any]:
        words = [sys.executable, *self._program, "--data", str(self.folder), "--port", str(port), "--embedded"]
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOG).open("a", encoding="utf-8") as log:
            self.child = subprocess.Popen(
                [*words, *more], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8"
            )
        said = _ready_line(self.child)
        if said is None:
            self.child.kill()
            self.close()
            raise FieldDeskError("hq_not_started", log=str(self.folder / LOG))
        return said

    def pause(self) -> None:
        """Be out of reach until `go_on`."""
        self.close()

    def go_on(self) -> None:
        """Answer again, at the same address."""
        self.close()
        self._start(self._port, ())

    def close(self) -> None:
        """Let it end; it also does so by itself when this program dies."""
        child = self.child
        if child.stdin is not None and not child.stdin.closed:
            child.stdin.close()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(10)
        if child.stdout is not None:
            child.stdout.close()


def _ready_line(child: subprocess.Popen[str]) -> dict[str, Any] | None:
    found: list[str] = []
    assert child.stdout is not None
    out = child.stdout
    reader = threading.Thread(target=lambda: found.append(out.readline()), daemon=True)
    reader.start()
    reader.join(READY_WITHIN_S)
    try:
        said = json.loads(found[0]) if found else None
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def real_lists() -> list[Path]:
    """The real lists that are at hand, parts first."""
    named = os.environ.get(LISTS)
    folder = Path(named) if named else Path(__file__).resolve().parents[4] / "shared" / "data"
    return [folder / each for each in LIST_FILES if (folder / each).is_file()]
