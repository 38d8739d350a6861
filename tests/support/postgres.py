"""A throw-away PostgreSQL for tests, from the system's own binaries; each test gets a database of its own.

The server ends with whoever started it, also when they are killed: a shell holds it and waits for the pipe to close.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB", "max_connections=120")
DURABLE = ("max_connections=120",)
START_S = 30.0
_HOLD = '"$@" >"$LOG" 2>&1 & server=$!; cat >/dev/null; kill -INT $server; wait $server'


class Server:
    """A running PostgreSQL on a free port of this machine."""

    def __init__(self, settings: tuple[str, ...] = FAST) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fielddesk-pg-"))
        self.port = free_port()
        self._numbers = itertools.count(1)
        self._templates: dict[str, str] = {}
        programs = binaries()
        as_user: list[str] = []
        if os.geteuid() == 0:  # initdb and postgres refuse root
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            as_user = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
        cluster = self.folder / "cluster"
        surroundings = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(self.folder)}
        init = [*as_user, str(programs / "initdb"), "-D", str(cluster), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        done = subprocess.run(
            [*init, "--locale=C.UTF-8", "--no-sync"], env=surroundings, cwd="/", capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed: {done.stderr}")
        run = [*as_user, str(programs / "postgres"), "-D", str(cluster), "-p", str(self.port), "-k", str(self.folder)]
        for setting in ("listen_addresses=127.0.0.1", *settings):
            run += ["-c", setting]
        log = self.folder.with_suffix(".log")
        self._holder = subprocess.Popen(
            ["sh", "-c", _HOLD, "sh", *run], stdin=subprocess.PIPE, env=surroundings | {"LOG": str(log)}, cwd="/"
        )
        self._log = log
        self._wait()

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def new_database(self, template: str = "template0") -> str:
        """The address of a fresh database, empty or a copy of another."""
        name = f"t{next(self._numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return self.url(name)

    def drop(self, url: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)".encode())

    def clear(self, url: str) -> None:
        """Empty every table but the note of the migrations; a twentieth of the price of a new database."""
        with psycopg.connect(url, autocommit=True) as connection:
            found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            names = ", ".join(f'"{name}"' for (name,) in found if name != "alembic_version")
            if names:
                connection.execute(f"TRUNCATE {names}".encode())

    def stop(self) -> None:
        assert self._holder.stdin is not None
        self._holder.stdin.close()
        self._holder.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)
        self._log.unlink(missing_ok=True)

    def _wait(self) -> None:
        deadline = time.monotonic() + START_S
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
                return
            except psycopg.OperationalError as problem:
                if time.monotonic() > deadline or self._holder.poll() is not None:
                    said = self._log.read_text(errors="replace") if self._log.exists() else ""
                    raise RuntimeError(f"PostgreSQL did not start: {said or problem}") from None
                time.sleep(0.05)


def binaries() -> Path:
    """The folder of initdb and postgres."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    if by_path := shutil.which("initdb"):
        return Path(by_path).resolve().parent
    raise RuntimeError("These tests need PostgreSQL's programs: apt-get install postgresql")


def free_port() -> int:
    with contextlib.closing(socket.socket()) as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()
