"""A laptop without its window: profile, key store, store and line to headquarters as the program puts them together.

`python -m tests.ring.laptop HOME` is one as a process of its own, told what to do in lines of JSON: a test can end it
at any point. Its key store is a file beside the profiles: there is no other that outlives a killed process here.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import Any

from fielddesk.core.clock import Clock, SystemClock
from fielddesk.core.errors import FieldDeskError, StoreProblem
from fielddesk.features import registry
from fielddesk.features.sync_centre import queries as sync_centre
from fielddesk.features.sync_centre.actions import decided
from fielddesk.features.workorders.queries import open_orders_of
from fielddesk.store import outbox, profile
from fielddesk.store.actions import ACTIONS, call
from fielddesk.store.contents import Content
from fielddesk.store.database import Store
from fielddesk.store.digest import base_digest
from fielddesk.store.lanes import ThreadWriter
from fielddesk.store.laptop import find_key, open_laptop
from fielddesk.store.rebuild import rebuild
from fielddesk.store.tables import BY_NAME
from fielddesk.sync import enrol as enrolment
from fielddesk.sync.apply import LaptopSync
from fielddesk.sync.client import HttpHq
from fielddesk.sync.driver import Driver
from fielddesk.sync.protocol import Hq
from fielddesk.sync.together import driver_for
from fielddesk.sync.worker import SyncWorker
from tests.ring.points import Points
from tests.support.photos import know_photos, pixels

assert registry.ACTIONS
Point = Callable[[str], None]


class KeysInFile:
    """A key store that a killed process leaves behind as it was."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def _kept(self) -> dict[str, str]:
        return json.loads(self.path.read_text()) if self.path.exists() else {}

    def _put(self, kept: dict[str, str]) -> None:
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(kept))
        new.replace(self.path)

    def read(self, hq_id: str, account: str, which: str) -> str | None:
        return self._kept().get(f"{hq_id}/{account}/{which}")

    def keep(self, hq_id: str, account: str, which: str, value: str) -> None:
        self._put(self._kept() | {f"{hq_id}/{account}/{which}": value})

    def forget(self, hq_id: str, account: str, which: str) -> None:
        kept = self._kept()
        kept.pop(f"{hq_id}/{account}/{which}", None)
        self._put(kept)


QUESTIONS = (
    "enrol", "hello", "push", "pull", "snapshot", "contents", "create_upload", "upload_offset", "send_piece",
    "fetch_piece",
)  # fmt: skip


class Marked:
    """Headquarters with a point before each question and behind each answer."""

    def __init__(self, hq: Hq, point: Point) -> None:
        self._hq, self._point = hq, point

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._hq, name)
        if name not in QUESTIONS:
            return real

        def asked(*words: Any) -> Any:
            self._point(f"asking_{name}")
            answer = real(*words)
            self._point(f"answered_{name}")
            return answer

        return asked


class Laptop:
    """One laptop in its home folder; what its methods take and give is plain JSON."""

    def __init__(
        self, home: Path, clock: Clock | None = None, point: Point | None = None,
        line: Callable[[str, str | None], Hq] = HttpHq,
    ) -> None:  # fmt: skip
        home.mkdir(parents=True, exist_ok=True)
        self.home, self.clock, self.line = home, clock or SystemClock(), line
        self.point: Point = point or Points()
        self.key_store = KeysInFile(home / "keys.json")
        self.opened: Store | None = None
        self.address: str | None = None
        """Where headquarters is looked for, if not where the profile says."""
        self.worker: SyncWorker | None = None
        self.bugs: list[BaseException] = []

    # -- beginning and ending --------------------------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        found = sorted(path.parent for path in (self.home / "profiles").glob(f"*/{profile.FILE}"))
        return found[0]

    @property
    def store(self) -> Store:
        assert self.opened is not None, "start() it first"
        return self.opened

    def enrol(self, address: str, code: str) -> dict[str, Any]:
        """Set up with a one-time code, and start."""
        hq = self._line(address, None)
        try:
            done = enrolment.enrol(
                hq, address, code, "ring laptop", self.key_store, self.home / "profiles", self.clock, point=self.point
            )
        finally:
            hq.close()
        self.start()
        return {"again": done.again, "kept_as": done.kept_as, "device_code": done.enrolment.device_code}

    def start(self, mend: bool = False) -> list[str]:
        """Open the profile as the program does; `mend` begins a damaged database anew. Codes of what was found."""
        key = find_key(self.folder, self.key_store)
        opening = rebuild if mend else open_laptop
        self.opened = opening(self.folder, key, self.clock, writer=ThreadWriter, point=self.point)
        return [problem.code for problem in self.store.found]

    def stop(self) -> None:
        if self.worker is not None:
            assert self.worker.close(), "the sync thread did not end"
            self.worker = None
        if self.opened is not None:
            self.opened.close()
            self.opened = None

    def recover(self, code: str) -> None:
        enrolment.recover(self.folder, code, self.key_store)

    # -- working ---------------------------------------------------------------------------------------------------

    def do(self, kind: str, /, based_on: Mapping[str, Any] | None = None, **args: Any) -> list[Any]:
        """Do an action; its operation's id and what it returned."""
        done = self.store.do(call(ACTIONS[kind].run, based_on=based_on, **args))
        return [done.op_ids[0], done.results[0]]

    def draw_number(self, kind: str) -> str:
        return self.store.draw_number(kind)

    def sync(self, address: str | None = None) -> dict[str, Any]:
        """One whole round as at a start of the program, on this thread; how it stands then."""
        hq, driver = self._line(address or self.address or self.kept("hq_url"), self.token), None
        try:
            driver = self._driver(hq)
            return asdict(driver.run_until_rest())
        finally:
            if driver is not None:
                driver.close()
            hq.close()

    def work(self, address: str | None = None) -> SyncWorker:
        """Let sync run on its own thread, as beside the window; `stop` ends it."""
        hq = self._line(address or self.address or self.kept("hq_url"), self.token)
        self.worker = SyncWorker(self._driver(hq), hq, self.bugs.append)
        self.worker.start()
        return self.worker

    def _driver(self, hq: Any) -> Driver:
        near = partial(open_orders_of, user_id=self.store.identity.user)
        return driver_for(self.store, hq, self.clock, SystemRandom(), near=near)

    def keep_blob(self, seed: int, size: int) -> str:
        """Keep a content that the seed makes; its hash."""
        assert self.store.blobs is not None
        return self.store.blobs.keep(pixels(seed, size)).sha256

    def contents(self) -> dict[str, str]:
        """State of every content on the list, by hash."""
        with self.store.read() as read:
            return {each.sha256: each.state for each in read.all(Content)}

    def decide(self, op_id: str, choices: Mapping[str, str]) -> list[str]:
        """Settle a conflict as its screen does: field to mine or theirs; ids of the new operations."""
        with self.store.read() as read:
            work = sync_centre.work(read, op_id)
        assert work is not None
        return list(self.store.submit(decided(work, choices), settles=[op_id]).result().op_ids)

    # -- looking ---------------------------------------------------------------------------------------------------

    def row(self, table: str, row_id: str) -> dict[str, Any] | None:
        with self.store.read() as read:
            found = read.get(BY_NAME[table], row_id)
        return None if found is None else found.body()

    def rows(self, table: str, **fields: Any) -> list[dict[str, Any]]:
        """Bodies of the rows with these values, by id."""
        kind = BY_NAME[table]
        with self.store.read() as read:
            where = [getattr(kind.c, name) == value for name, value in fields.items()]
            return [row.body() for row in read.all(kind, *where, order=[kind.c.id])]

    def digest(self) -> dict[str, int]:
        """Of what headquarters has confirmed, by table."""
        with self.store.read() as read:
            return base_digest(read)

    def outcomes(self) -> dict[str, str | None]:
        """Every own operation with its outcome."""
        with self.store.read() as read:
            return {own.id: own.outcome for own in read.all(outbox.OwnOperation)}

    def needing(self) -> list[dict[str, Any]]:
        """What the sync centre asks a person to look at."""
        with self.store.read() as read:
            return [
                {"id": work.id, "outcome": work.outcome, "fields": dict(work.fields), "detail": dict(work.detail),
                 "kind": work.kind}
                for work in sync_centre.needing(read)
            ]  # fmt: skip

    def facts(self) -> dict[str, Any]:
        return asdict(LaptopSync(self.store).load_state())

    def who(self) -> dict[str, Any]:
        """Ids and codes this laptop goes by."""
        return asdict(self.store.identity)

    def dump(self) -> dict[str, str]:
        """Every table of the store, byte by byte, as one number each."""
        with self.store.read() as read:
            names = [row[0] for row in read.connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]  # fmt: skip
            found = {}
            for name in names:
                rows = read.connection.exec_driver_sql(f'SELECT * FROM "{name}"').fetchall()
                found[name] = hashlib.sha256(repr(sorted(map(repr, rows))).encode()).hexdigest()
        return found

    def die_at(self, wish: str) -> None:
        """From now on; see Points."""
        assert isinstance(self.point, Points)
        self.point.__init__(wish)  # type: ignore[misc]

    def kept(self, name: str) -> Any:
        """A setting of the store."""
        with self.store.read() as read:
            return outbox.setting(read, name)

    @property
    def token(self) -> str | None:
        return self.key_store.read(self.kept("hq_id"), self.kept("user"), "device-token")

    def _line(self, address: str, token: str | None) -> Any:
        return Marked(self.line(address, token), self.point)


def main(home: str) -> None:
    know_photos()
    laptop = Laptop(Path(home))
    for line in sys.stdin:
        word, args, named = json.loads(line)
        try:
            answer = {"gave": getattr(laptop, word)(*args, **named)}
        except FieldDeskError as problem:
            kind = "store" if isinstance(problem, StoreProblem) else "other"
            answer = {"problem": problem.code, "values": problem.values, "kind": kind}
        print(json.dumps(answer, default=repr), flush=True)
    laptop.stop()


if __name__ == "__main__":
    main(sys.argv[1])
