"""A laptop as the simulator owns it: its clock, its disk, its random numbers, and every way it can stop.

Store, journal and driver are the real ones. The files lie in memory where the system has a folder for that; a program
that dies is played by raising `Died` at a point of the store or a step of the disk: connections are closed without a
commit, and every later step of that disk dies too. A committed transaction counts as safe, since the store commits
with synchronous=FULL; what the journal wrote and did not sync is lost with the power.
"""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.util import LRUCache

from fielddesk.core.clock import SECOND
from fielddesk.core.errors import StoreProblem
from fielddesk.store import connect
from fielddesk.store.database import Store
from fielddesk.store.disk import Disk
from fielddesk.store.journal import FOLDER
from fielddesk.store.laptop import DATABASE, open_laptop
from fielddesk.store.rebuild import rebuild
from fielddesk.sync.apply import LaptopSync
from fielddesk.sync.driver import Driver
from fielddesk.sync.protocol import Hq
from tests.simulation.plan import stream
from tests.support.disks import LosingDisk
from tests.support.laptops import KEY

ZONES = ("Europe/Berlin", "Asia/Shanghai", "Asia/Taipei", "America/New_York", "UTC")
BEGIN = 1_800_000_000 * SECOND
FOREVER = 10**9


class Died(BaseException):
    """The machine stopped here."""


class OutOfSteps(Exception):
    """The driver did not come to rest."""


@dataclass
class Time:
    """The time of the world in microseconds; it passes only when told."""

    at: int = BEGIN

    def now(self) -> int:
        return self.at

    def pass_seconds(self, seconds: float) -> None:
        self.at += int(seconds * SECOND)


@dataclass
class SimClock:
    """A machine's own clock: as far off as it likes, and never twice the same moment."""

    time: Time
    ahead: int = 0
    name: str = "Europe/Berlin"
    booted: int = BEGIN

    def now(self) -> int:
        self.time.at += 1
        return self.time.at + self.ahead

    def zone(self) -> str:
        return self.name

    def since_boot(self) -> int | None:
        return (self.time.at - self.booted) // SECOND


class Fuse:
    """Burns at every named point and every step of the disk; the machine dies where it ends."""

    def __init__(self) -> None:
        self.left = FOREVER
        self.dead = False
        self.full = False
        self.where = ""

    def burn(self, name: str) -> None:
        if self.dead:
            raise Died(name)
        self.left -= 1
        if self.left <= 0:
            self.dead, self.where = True, name
            raise Died(name)


class SimDisk(LosingDisk):
    """Loses what was not synced, refuses while it is full, and does nothing more once its machine is dead."""

    def __init__(self, fuse: Fuse, luck: random.Random) -> None:
        super().__init__(luck)
        self.fuse = fuse

    def write(self, file: int, content: bytes, at: int) -> None:
        if self.fuse.full:
            super().write(file, content[: len(content) // 2], at)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        try:
            self.fuse.burn("disk_write")
        except Died:
            if not self._torn:
                self._torn = True
                super().write(file, content[: len(content) // 2], at)
            raise
        super().write(file, content, at)

    _torn = False
    _gone = False

    def sync(self, file: int) -> None:
        self.fuse.burn("disk_sync")
        super().sync(file)

    def resize(self, file: int, size: int) -> None:
        self.fuse.burn("disk_resize")
        super().resize(file, size)

    def rename(self, old: Path, new: Path) -> None:
        self.fuse.burn("disk_rename")
        if old in self._files:
            super().rename(old, new)
        else:
            Disk.rename(self, old, new)  # a database's: what it syncs itself is not counted here

    def remove(self, path: Path) -> None:
        if self.fuse.dead:
            raise Died("disk_remove")
        if path in self._files or path.parent.name == FOLDER:
            super().remove(path)
        else:
            Disk.remove(self, path)

    def die(self, *, power: bool) -> None:
        """Close every file as the end of the program does; with `power`, take what was not synced."""
        if power and not self._gone:
            self.power_off()
        self._gone = True
        for handle in list(self._open):
            with contextlib.suppress(OSError):
                os.close(handle)
        self._open.clear()


class Laptop:
    """One laptop; `store` and `driver` are None while it is off."""

    def __init__(
        self, seed: int, name: str, folder: Path, time: Time, line: Callable[[Laptop], Hq], sizes: tuple[int, int]
    ) -> None:
        self.name = name
        self.folder = folder
        self.time = time
        self.dice = stream(seed, f"{name}/person")
        self._ids = stream(seed, f"{name}/ids")
        self._luck = stream(seed, f"{name}/luck")
        self._draws = stream(seed, f"{name}/driver")
        self.clock = SimClock(time, ahead=self._luck.randint(-300, 300) * SECOND, name=self._luck.choice(ZONES))
        self.push_size, self.page_size = sizes
        self._line = line(self)
        self.fuse = Fuse()
        self.disk = SimDisk(self.fuse, self._luck)
        self.store: Store | None = None
        self.driver: Driver | None = None
        self.forms: list[tuple[str, dict[str, Any]]] = []
        self.images: list[Path] = []
        self.life = 0
        self.power_fails = False
        self.damaged = False

    @property
    def on(self) -> bool:
        return self.store is not None

    # ---------------------------------------------------------------- on and off

    def boot(self) -> None:
        """Start the program: the real opening, with what the journal holds run again. Died, StoreProblem."""
        left = self.fuse.left
        self.fuse, self.life = Fuse(), self.life + 1
        self.fuse.left = left if left > 0 else FOREVER
        self.disk = SimDisk(self.fuse, self._luck)
        self.clock.booted = self.time.at
        try:
            self.store = self._opened(open_laptop)
        except StoreProblem as problem:
            if not self.damaged or problem.code not in ("store_damaged", "store_missing"):
                raise
            self.store = self._opened(rebuild)
        self.driver = Driver(LaptopSync(self.store), self._line, self.clock, self._draws, elapsed=self.time.now)
        self.driver.start()
        self.fit()

    def _opened(self, how: Callable[..., Store]) -> Store:
        return how(
            self.folder, KEY, self.clock, lock=False, disk=self.disk, draw_random=self._ids.randbytes,
            point=self.fuse.burn,
        )  # fmt: skip

    def damage(self) -> None:
        """Make the database unreadable while the laptop is off; the journal is sound."""
        assert not self.on
        self.damaged = True
        path = self.folder / DATABASE
        match self._luck.choice(("gone", "empty", "garbage")):
            case "gone":
                path.unlink(missing_ok=True)
            case "empty":
                path.write_bytes(b"")
            case _ if path.exists():
                content = path.read_bytes()
                path.write_bytes(self._luck.randbytes(min(4096, len(content))) + content[4096:])

    def fit(self) -> None:
        """Keep what travels at once as small as the plan says."""
        assert self.driver is not None
        state = self.driver.state
        if state.push_size > self.push_size or max(state.pull_size, state.snapshot_size) > self.page_size:
            self.driver.state = replace(
                state, push_size=min(state.push_size, self.push_size), pull_size=min(state.pull_size, self.page_size),
                snapshot_size=min(state.snapshot_size, self.page_size),
            )  # fmt: skip

    def step(self) -> Any:
        """One effect of the driver, or its timer; None when there is nothing to do."""
        assert self.driver is not None
        effect = self.driver.step()
        self.fit()
        return effect

    def die(self, *, power: bool = False) -> None:
        """Off at once, wherever it stood."""
        self.fuse.dead = True
        if self.store is not None:
            abandon(self.store)
        self.store = self.driver = None
        self.disk.die(power=power)
        self.fuse.left = FOREVER

    def shut_down(self) -> None:
        """Off in good order."""
        if self.store is not None:
            self.store.close()
        self.store = self.driver = None
        self.disk.die(power=False)

    # ---------------------------------------------------------------- images

    def copy_to(self, place: Path) -> Path:
        """The profile's files as they are now, between two writes."""
        copy_profile(self.folder, place)
        return place

    def come_back_from(self, image: Path) -> None:
        """The profile is what it was; the laptop is off."""
        assert not self.on
        shutil.rmtree(self.folder)
        copy_profile(image, self.folder)
        self.forms.clear()


def share_statements() -> None:
    """Let all databases of this process share what SQLAlchemy has compiled.

    It keeps that for each engine, and a simulator opens a hundred engines a minute: compiling took a sixth of a run.
    """
    opened = connect._sqlite_engine
    if opened.__name__ == "shared":
        return
    first: list[sa.Dialect] = []
    compiled: LRUCache[Any, Any] = LRUCache(2000)

    def shared(*how: Any) -> sa.Engine:
        engine = opened(*how)
        if not first:
            first.append(engine.dialect)
        engine.dialect = engine.pool._dialect = first[0]
        engine._compiled_cache = compiled
        return engine

    connect._sqlite_engine = shared


def copy_profile(source: Path, target: Path) -> None:
    """Database with its write-ahead log, journal and header; what a backup of the folder takes."""
    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.is_dir():
            shutil.copytree(path, target / path.name)
        elif path.name != f"{DATABASE}-shm":
            shutil.copyfile(path, target / path.name)


def abandon(store: Store) -> None:
    """What the end of a program does to its database connections: nothing under way is committed."""
    for connection in (store._connection, *store._open_readers):
        with contextlib.suppress(Exception):
            connection.close()
    store.engine.dispose()
