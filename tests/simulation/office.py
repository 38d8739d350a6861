"""Headquarters as the simulator owns it: the real one on a real SQLite file, called without HTTP."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fielddesk.core import canonical
from fielddesk.hq import admin
from fielddesk.hq.service import Headquarters, Performed
from fielddesk.hq.settings import Refused
from fielddesk.store import connect
from fielddesk.store.actions import Call
from fielddesk.store.tables import HEADQUARTERS, SYNCED
from fielddesk.store.tx import Reading
from fielddesk.sync.wire import Kind
from tests.simulation.line import Reply
from tests.simulation.machines import FOREVER, Fuse, SimClock, Time
from tests.simulation.record import Trace

FILE = "hq.db"
SECRET = frozenset({"alembic_version", "hq_setting"})
"""Tables that hold real randomness."""


class Office:
    """Headquarters and the folder of its database. Died comes out where its fuse ends."""

    def __init__(self, folder: Path, time: Time, dice: random.Random) -> None:
        self.folder = folder
        self.clock = SimClock(time, ahead=dice.randint(-2, 2) * 1_000_000, name="Europe/Berlin")
        self._dice = dice
        self.fuse = Fuse()
        self.boot()

    def boot(self) -> None:
        self.fuse = Fuse()
        gate = connect.Gate()
        engine = connect.plain_engine(self.folder / FILE, gate)
        self.hq = Headquarters(
            engine, gate, self.clock, draw_random=self._dice.randbytes, pause=lambda seconds: None,
            point=self.fuse.burn,
        )  # fmt: skip

    def die(self) -> None:
        """Off at once: nothing under way is committed."""
        self.close()

    def die_in(self, points: int) -> None:
        """Die at the so-manieth named point from now; 0 for never."""
        self.fuse.left = points or FOREVER

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.hq.close()

    def answer(self, kind: Kind, raw: bytes, token: str) -> Reply:
        """What the service at the door does: read the words, ask headquarters, write its words."""
        try:
            words = canonical.loads(raw)
            said: dict[str, Any] = getattr(self.hq, kind)(words, token)
        except ValueError:
            return Reply(422, b'{"code":"request_wrong"}')
        except Refused as no:
            wait = no.values.get("retry_after_s")
            return Reply(no.status, json.dumps({"code": no.code, "values": no.values}).encode(), wait)
        return Reply(200, json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode())

    def perform(self, calls: Sequence[Call], user: str) -> Performed:
        return self.hq.perform(calls, user)

    def head(self) -> int:
        """Where the feed stands."""
        with self.read() as read:
            return int(read.connection.exec_driver_sql("SELECT pos FROM counter").scalar() or 0)

    def waiting(self) -> list[str]:
        """Operations that wait for a person."""
        return [one.id for one in admin.waiting_operations(self.hq)]

    def settle(self, op_id: str, word: str) -> None:
        getattr(self.hq, word)(op_id)

    def prune(self, share: float) -> None:
        """Drop so much of the feed from its old end."""
        with self.read() as read:
            end = read.connection.exec_driver_sql("SELECT max(pos) FROM feed").scalar() or 0
        admin.prune_feed(self.hq, int(end * share))

    @contextmanager
    def read(self) -> Iterator[Reading]:
        with self.hq.read() as read:
            yield read

    def copy_to(self, place: Path) -> None:
        """A backup of the database, taken between two transactions."""
        place.mkdir(parents=True)
        for path in self.folder.iterdir():
            if not path.name.endswith("-shm"):
                shutil.copyfile(path, place / path.name)

    def come_back_from(self, image: Path) -> None:
        """The backup is put in place and the administrator says so."""
        self.close()
        shutil.rmtree(self.folder)
        shutil.copytree(image, self.folder)
        self.boot()
        admin.restored(self.hq)

    def trace_rows(self, trace: Trace) -> None:
        with self.read() as read:
            for tables in (SYNCED, HEADQUARTERS):
                trace.rows("hq", read.connection, tables, SECRET)
