"""The two ends as a test holds them: headquarters and laptops, each a process of its own on real files."""

from __future__ import annotations

import itertools
import json
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from fielddesk.core.clock import SystemClock
from fielddesk.features.people.model import User
from fielddesk.features.people.rules import sees_everything
from fielddesk.hq import admin
from fielddesk.hq.jobs import refresh_levels
from fielddesk.hq.service import CONTENTS, Headquarters, on_postgresql, on_sqlite
from fielddesk.store.actions import ACTIONS, call
from fielddesk.store.statements import ask
from fielddesk.store.tables import BY_NAME, row_digest
from tests.ring.births import Command, Process
from tests.ring.headquarters import AHEAD, DIE_AT
from tests.ring.scope import in_scope
from tests.support.postgres import Server

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30.0
Key = tuple[str, str]


def until(holds: Callable[[], Any], what: str = "", within: float = PATIENCE_S) -> Any:
    """Wait until something holds; the deadline is a failure, never a luck."""
    deadline = time.monotonic() + within
    while True:
        if found := holds():
            return found
        assert time.monotonic() < deadline, f"not within {within} s: {what or holds}"
        time.sleep(0.02)


class Died(Exception):
    """The process ended before it answered; `args[0]` is its exit status, negative for a signal."""


class Child:
    """A process that answers in lines of JSON on its standard output."""

    def __init__(
        self, module: str, words: Sequence[str], log: Path, *, typed: bool = False, **surroundings: str
    ) -> None:
        self.log = log
        self.process = (Command if typed else Process)(module, words, log, **surroundings)
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def line(self) -> Any:
        """The next line it says; Died where a signal ended it instead."""
        try:
            said = self._lines.get(timeout=PATIENCE_S)
        except queue.Empty:
            raise AssertionError(f"silent for {PATIENCE_S} s: {self._complaint()}") from None
        if said is None:
            status = self.ended()
            assert status < 0, f"ended with {status}: {self._complaint()}"
            raise Died(status)
        return json.loads(said)

    def tell(self, words: Any) -> None:
        with suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps(words) + "\n")

    def ended(self) -> int:
        """Wait for its end; the exit status."""
        status = self.process.wait(PATIENCE_S)
        for file in (self.process.stdin, self.process.stdout):
            self._reader.join(PATIENCE_S)
            with suppress(BrokenPipeError):
                file.close()
        return status

    def kill(self) -> None:
        """SIGKILL, whatever it does, and even if it is halted."""
        self.process.signal(signal.SIGKILL)
        self.ended()

    def close(self) -> None:
        """Let it end by itself: its standard input closes."""
        self.process.stdin.close()
        self.ended()

    def _complaint(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]


class LaptopProcess:
    """`tests.ring.laptop.Laptop` in a process of its own: the same methods, and Died where it ended on the way."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        self._child: Child | None = None

    def __getattr__(self, word: str) -> Callable[..., Any]:
        if word.startswith("_"):
            raise AttributeError(word)

        def asked(*args: Any, **named: Any) -> Any:
            if self._child is None:
                self._child = Child("tests.ring.laptop", [str(self.home)], self.home / "laptop.log")
            self._child.tell([word, args, named])
            try:
                said = self._child.line()
            except Died:
                self._child = None
                raise
            assert "problem" not in said, said
            return said["gave"]

        return asked

    def kill(self) -> None:
        """SIGKILL, wherever it is."""
        if self._child is not None:
            child, self._child = self._child, None
            child.kill()

    def close(self) -> None:
        if self._child is not None:
            child, self._child = self._child, None
            child.close()


class Site:
    """One headquarters: its database, its serving process if one runs, and its books, opened by the test as well."""

    def __init__(self, folder: Path, url: str | None = None, server: Server | None = None) -> None:
        self.folder, self.url, self.server = folder, url, server
        folder.mkdir(parents=True, exist_ok=True)
        self.serving: list[Child] = []
        self.addresses: list[str] = []
        self.port = 0
        self._books: Headquarters | None = None
        self._numbers = itertools.count(1)

    # -- the server ------------------------------------------------------------------------------------------------

    @property
    def where(self) -> list[str]:
        return ["--database", self.url, "--files", str(self.folder / CONTENTS)] if self.url else [
            "--data", str(self.folder)
        ]  # fmt: skip

    def serve(self, die_at: str = "", ahead: int = 0, jobs_every: float = 3600.0, typed: bool = False) -> str:
        """Start a server (one more, where one runs); its address. The first keeps its port over a restart.

        `typed` takes the command that an administrator types, which knows no points.
        """
        child = Child(
            "fielddesk.hq" if typed else "tests.ring.headquarters",
            [*self.where, "serve", "--embedded", "--port", str(0 if self.serving else self.port),
             "--jobs-every", str(jobs_every)],
            self.folder / "headquarters.log", typed=typed, **{DIE_AT: die_at, AHEAD: str(ahead)},
        )  # fmt: skip
        ready = child.line()
        if not self.serving:
            self.port = ready["port"]
        self.serving.append(child)
        self.addresses.append(ready["address"])
        return str(ready["address"])

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """SIGKILL every server."""
        for child in self.serving:
            child.kill()
        self.serving.clear()
        self.addresses.clear()

    def died(self) -> None:
        """The (only) server came to its point and ended there."""
        assert self.serving[0].ended() == -signal.SIGKILL
        self.serving.clear()
        self.addresses.clear()

    def stop(self) -> None:
        for child in self.serving:
            child.close()
        self.serving.clear()
        self.addresses.clear()

    def close(self) -> None:
        """After a test: nobody waits for a server's goodbye."""
        for child in self.serving:
            if child.process.lives:
                child.kill()
            else:
                child.ended()
        self.close_books()

    def verb(self, *words: str) -> str:
        """What a verb of the command line prints, run as an administrator would."""
        done = subprocess.run(
            [sys.executable, "-m", "fielddesk.hq", *self.where, *words], cwd=ROOT, capture_output=True, text=True,
            encoding="utf-8", timeout=PATIENCE_S,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    # -- an older copy ---------------------------------------------------------------------------------------------

    def copy(self) -> Path | str:
        """A copy of the database as a backup has it, while nobody serves: a folder, or a database's name."""
        assert not self.serving
        self.close_books()
        if self.url is not None:
            assert self.server is not None
            return self.server.new_database(self.url.rpartition("/")[2]).rpartition("/")[2]
        to = self.folder / f"copy{next(self._numbers)}"
        to.mkdir()
        for path in self.folder.glob("headquarters.db*"):
            shutil.copy2(path, to / path.name)
        return to

    def bring_back(self, copy: Path | str) -> None:
        """Put an older copy in the place of the database."""
        assert not self.serving
        self.close_books()
        if isinstance(copy, str):
            assert self.server is not None
            assert self.url is not None
            self.server.drop(self.url)
            self.url = self.server.new_database(copy)
            return
        for path in self.folder.glob("headquarters.db*"):
            path.unlink()
        for path in copy.iterdir():
            shutil.copy2(path, self.folder / path.name)

    # -- its books -------------------------------------------------------------------------------------------------

    @property
    def books(self) -> Headquarters:
        if self._books is None:
            clock = SystemClock()
            path = self.folder / "headquarters.db"
            contents = self.folder / CONTENTS
            self._books = on_postgresql(self.url, clock, contents=contents) if self.url else on_sqlite(path, clock)
        return self._books

    def close_books(self) -> None:
        if self._books is not None:
            self._books.close()
            self._books = None

    def code(self, login: str) -> str:
        return admin.enrolment_code(self.books, self.user(login))

    def user(self, login: str) -> str:
        return admin.user_of(self.books, login)

    def do(self, kind: str, /, based_on: dict[str, Any] | None = None, by: str = "dispatcher", **args: Any) -> Any:
        """An action done at headquarters; what it returned."""
        return self.books.perform(call(ACTIONS[kind].run, based_on=based_on, **args), self.user(by)).results[0]

    def publish_levels(self) -> None:
        refresh_levels(self.books)

    def ask(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.books.reading() as connection:
            return [tuple(row) for row in ask(connection, text, *values)]

    def row(self, table: str, row_id: str) -> dict[str, Any]:
        with self.books.read() as read:
            found = read.get(BY_NAME[table], row_id)
        assert found is not None, (table, row_id)
        return found.body()

    def rows(self, table: str, **fields: Any) -> list[dict[str, Any]]:
        kind = BY_NAME[table]
        with self.books.read() as read:
            where = [getattr(kind.c, name) == value for name, value in fields.items()]
            return [row.body() for row in read.all(kind, *where, order=[kind.c.id])]

    def outcomes(self, *kinds: str) -> dict[str, str]:
        """Every operation that laptops sent, with its outcome."""
        own = self.ask("SELECT value FROM hq_setting WHERE name = 'own_device'")[0][0]
        found = self.ask("SELECT id, kind, outcome, device_id FROM operation")
        return {
            row[0]: row[2] for row in found if json.dumps(row[3]) != own and (not kinds or row[1] in kinds)
        }  # fmt: skip

    def stock(self, place_id: str, part_id: str) -> int:
        """The sum of the ledger, in millionths."""
        return sum(row["quantity"] for row in self.rows("movement", place_id=place_id, part_id=part_id))

    def digest(self, login: str) -> dict[str, int]:
        """Of what this person should have, worked out from all rows in the plain way."""
        everything: dict[Key, dict[str, Any]] = {}
        with self.books.read() as read:
            for name, table in BY_NAME.items():
                everything |= {(name, row.id): row.body() for row in read.all(table)}
            user = read.get(User, self.user(login))
        assert user is not None
        rows = everything if sees_everything(user.role) else in_scope(user.id, everything)
        found = dict.fromkeys(BY_NAME, 0)
        for (table, _), body in rows.items():
            found[table] = (found[table] + row_digest(table, body)) % 2**64
        return found


def agree(site: Site, **laptops: Any) -> None:
    """Every laptop (by its person's login) has exactly the rows headquarters has for that person."""
    for login, laptop in laptops.items():
        here, there = laptop.digest(), site.digest(login)
        assert {name for name in here if here[name] != there[name]} == set(), f"{login} differs"


def site_on_a_copy(folder: Path, template: Path) -> Site:
    """A headquarters on a copy of what the folder `template` holds."""
    folder.mkdir(parents=True)
    shutil.copyfile(template / "headquarters.db", folder / "headquarters.db")
    return Site(folder)
