"""What a journey happens between: headquarters as a process of its own, and laptops as processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fielddesk.shell.demo import EmbeddedHq

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 100


class Gone(Exception):
    """The laptop's process has ended."""


class FarLaptop:
    """A `Person` in a process of its own; every method of hers can be called by name."""

    def __init__(self, home: Path, pictures: Path | None = None, who: str = "persons") -> None:
        self.home, self.pictures = home, pictures
        words = [sys.executable, "-m", f"tests.journeys.{who}", str(home), *([str(pictures)] if pictures else [])]
        self.child = subprocess.Popen(
            words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def __call__(self, name: str, *words: Any) -> Any:
        """Have her do something; Gone where the process was killed over it."""
        self.send(name, *words)
        return self.answer()

    def send(self, name: str, *words: Any) -> None:
        """Ask without waiting, so that two can work at the same time."""
        assert self.child.stdin is not None
        self.child.stdin.write(json.dumps([name, *words]) + "\n")
        self.child.stdin.flush()

    def answer(self) -> Any:
        assert self.child.stdout is not None
        line = self.child.stdout.readline()
        if not line:
            raise Gone(self.child.wait(10))
        told = json.loads(line)
        assert "is" in told, told["problem"]
        return told["is"]

    def kill(self) -> None:
        """The power goes."""
        self.child.kill()
        self.child.wait(10)

    def end(self) -> None:
        """Whatever state it is in."""
        for pipe in (self.child.stdin, self.child.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self.child.wait(10)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait(10)


def headquarters(folder: Path, lists: Sequence[Path] = ()) -> EmbeddedHq:
    """Headquarters on SQLite with demo data, over real HTTP; killed at a named point when a file beside it says so."""
    return EmbeddedHq(folder, lists, program=("-m", "tests.journeys.mortal_hq"))


def kill_at(hq: EmbeddedHq, point: str) -> None:
    """Have headquarters killed when it next comes to this point."""
    (hq.folder / "dies-at").write_text(point)


def ask_hq(hq: EmbeddedHq, query: str) -> list[tuple[Any, ...]]:
    """Look into headquarters' own database."""
    import sqlcipher3

    connection = sqlcipher3.connect(f"file:{hq.folder / 'headquarters.db'}?mode=ro", uri=True)
    try:
        return [tuple(row) for row in connection.execute(query)]
    finally:
        connection.close()
