"""Processes that are born with all their modules loaded, so that a test can kill one and start the next at once.

They are forked from a server that has loaded the program and done nothing else: each is a process of its own with its
own memory, files and death, as one started by its command line, which some tests here do as well.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

LOADED = [
    "tests.ring.headquarters", "tests.ring.laptop", "fielddesk.hq.app", "fielddesk.hq.jobs", "fielddesk.hq.demo",
    "fielddesk.store.schema", "fielddesk.store.migrate", "uvicorn", "uvicorn.loops.auto", "uvicorn.protocols.http.auto",
    "uvicorn.lifespan.off", "uvloop", "httptools", "psycopg", "sqlalchemy.dialects.postgresql.psycopg", "requests",
    "logging.config",
]  # fmt: skip
_births = multiprocessing.get_context("forkserver")
_births.set_forkserver_preload(LOADED)


class Process:
    """One process running `python -m module words…`; its standard input and output are `stdin` and `stdout` here."""

    def __init__(self, module: str, words: Sequence[str], log: Path, **surroundings: str) -> None:
        theirs_in, ours_in = _births.Pipe(duplex=False)
        ours_out, theirs_out = _births.Pipe(duplex=False)
        self._process = _births.Process(
            target=_live, args=(module, list(words), str(log), surroundings, theirs_in, theirs_out), daemon=True
        )
        self._process.start()
        for end in (theirs_in, theirs_out):
            end.close()
        self.stdin = _file(ours_in, "w")
        self.stdout = _file(ours_out, "r")

    def signal(self, number: int) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    @property
    def lives(self) -> bool:
        return self._process.is_alive()

    def wait(self, seconds: float) -> int:
        """Its exit status, negative for the signal that ended it."""
        self._process.join(seconds)
        assert self._process.exitcode is not None, "it lives on"
        return self._process.exitcode


class Command:
    """The same as a command that a person types, with a Python of its own."""

    def __init__(self, module: str, words: Sequence[str], log: Path, **surroundings: str) -> None:
        with log.open("ab") as kept:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *words], env=os.environ | surroundings, stderr=kept,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", bufsize=1,
            )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.stdin, self.stdout = self._process.stdin, self._process.stdout

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    def wait(self, seconds: float) -> int:
        return self._process.wait(seconds)


def _file(end: Connection, mode: str) -> io.TextIOBase:
    file = os.dup(end.fileno())
    end.close()
    return os.fdopen(file, mode, encoding="utf-8", buffering=1)


def _live(
    module: str, words: list[str], log: str, surroundings: dict[str, str], stdin: Connection, stdout: Connection
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.dup2(stdin.fileno(), 0)
    os.dup2(stdout.fileno(), 1)
    stdin.close()
    stdout.close()
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(file, 2)
    os.close(file)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", buffering=1, closefd=False)
    os.environ.update(surroundings)
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=False)
