"""The world before a run: headquarters with a little of everything and laptops enrolled at it, made once and copied."""

from __future__ import annotations

import atexit
import functools
import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fielddesk.core import canonical
from fielddesk.core.clock import SECOND
from fielddesk.features.assets.actions import create_asset
from fielddesk.features.customers.actions import create_customer
from fielddesk.features.parts.actions import create_place, import_parts
from fielddesk.features.parts.rules import DEPOT, VAN
from fielddesk.features.people.rules import DISPATCHER, ENGINEER
from fielddesk.features.workorders.actions import create_order
from fielddesk.hq import admin
from fielddesk.hq.service import Headquarters, on_sqlite
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.store.laptop import Enrolment, create_laptop
from fielddesk.sync.apply import LaptopSync
from fielddesk.sync.driver import Driver
from fielddesk.sync.protocol import (
    HelloAnswer,
    HelloRequest,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushRequest,
    Request,
    SnapshotAnswer,
    SnapshotRequest,
)  # fmt: skip
from fielddesk.sync.wire import decode_answer, encode_request, kind_of
from tests.simulation.machines import SimClock, Time, copy_profile, share_statements
from tests.simulation.office import FILE
from tests.support.laptops import KEY

PEOPLE = (("anna", ENGINEER), ("ben", ENGINEER), ("dora", DISPATCHER), ("carl", ENGINEER))
SEATS = ("anna", "ben", "dora", "carl", "anna")
"""Who has the n-th laptop; the last is a second one of the first person."""


@dataclass(frozen=True)
class Seat:
    """A laptop as it is when a run begins."""

    name: str
    folder: Path
    user: str
    role: str
    token: str


class Template:
    """Folders to copy from; `ended` is the moment at which they were made, in the world's time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._dice = random.Random("template")
        time = Time()
        clock = SimClock(time)
        (folder / "hq").mkdir(parents=True)
        hq = on_sqlite(folder / "hq" / FILE, clock, draw_random=self._dice.randbytes, pause=lambda seconds: None)
        self.boss = admin.found(hq, "Headquarters", "boss", "Boss")
        users = {login: admin.add_user(hq, login, login.capitalize(), role, self.boss) for login, role in PEOPLE}
        self._fill(hq, users)
        self._seats: dict[tuple[int, bool], Seat] = {}
        for number, login in enumerate(SEATS):
            self._enrol(hq, clock, number, login, dict(PEOPLE)[login])
        hq.close()
        time.pass_seconds(3600)
        self.ended = time.at

    def seats(self, count: int, fresh: bool) -> list[Seat]:
        return [self._seats[(number, fresh)] for number in range(count)]

    def copy_hq(self, place: Path) -> None:
        shutil.copytree(self._folder / "hq", place)

    def _fill(self, hq: Headquarters, users: dict[str, str]) -> None:
        def make(action: Callable[..., Any], **args: Any) -> str:
            return str(hq.perform(call(action, **args), self.boss).results[0])

        lines = [
            {"number": f"P-{n}", "names": canonical.dumps({"en": f"Part {n}"}), "category": "", "unit": "piece",
             "replaced_by": None}
            for n in range(2)
        ]  # fmt: skip
        hq.perform(call(import_parts, lines=lines), self.boss)
        make(create_place, name="Depot", kind=DEPOT)
        for login, role in PEOPLE:
            if role == ENGINEER:
                make(create_place, name=f"Van of {login}", kind=VAN, keeper_id=users[login])
        for number in range(2):
            customer = make(create_customer, number=f"K-{number}", name=f"Customer {number}")
            machines = [
                make(create_asset, customer_id=customer, serial=f"S-{number}-{n}", name=f"Machine {number}-{n}")
                for n in range(2)
            ]
            for n, login in enumerate(("anna", "ben", None)):
                make(
                    create_order, number=f"WO-{number}-{n}", kind="repair", title="Repair", customer_id=customer,
                    asset_id=machines[n % 2], assignee_id=users[login] if login else None,
                )  # fmt: skip

    def _enrol(self, hq: Headquarters, clock: SimClock, number: int, login: str, role: str) -> None:
        code = admin.enrolment_code(hq, admin.user_of(hq, login))
        answer = hq.enrol({"protocol": 1, "nonce": "n", "code": code, "device_name": f"laptop {number}"})
        name = f"{login}{number}"
        enrolment = Enrolment(
            hq_id=answer["hq_id"], hq_url="http://127.0.0.1:1", hq_name=answer["hq_name"], epoch=answer["epoch"],
            incarnation=answer["incarnation"], user=answer["user_id"], account=answer["account"], role=role,
            device=answer["device_id"], device_code=answer["device_code"],
        )  # fmt: skip
        folder = self._folder / "fresh" / name
        store = create_laptop(folder, KEY, enrolment, clock, lock=False)
        store.close()
        self._keep(number, True, name, folder, answer)
        ready = self._folder / "ready" / name
        copy_profile(folder, ready)
        self._sync(hq, clock, ready, answer["token"])
        self._keep(number, False, name, ready, answer)

    def _keep(self, number: int, fresh: bool, name: str, folder: Path, answer: dict[str, Any]) -> None:
        role = answer["role"]
        self._seats[(number, fresh)] = Seat(name, folder, answer["user_id"], role, answer["token"])

    def _sync(self, hq: Headquarters, clock: SimClock, folder: Path, token: str) -> None:
        from fielddesk.store.laptop import open_laptop

        store: Store = open_laptop(folder, KEY, clock, lock=False)
        driver = Driver(LaptopSync(store), Plain(hq, token), clock, self._dice, elapsed=clock.time.now)
        status = driver.run_until_rest()
        assert status.code == "agreed", status
        store.close()
        clock.time.pass_seconds(SECOND / 1e6)


class Plain:
    """Headquarters over a line that never fails."""

    def __init__(self, hq: Headquarters, token: str) -> None:
        self._hq, self._token = hq, token

    def _say(self, request: Request) -> Any:
        import json

        kind = kind_of(request)
        words = getattr(self._hq, kind)(json.loads(encode_request(request)), self._token)
        return decode_answer(kind, json.dumps(words).encode())

    def enrol(self, request: Any) -> Any:
        raise NotImplementedError

    def hello(self, request: HelloRequest) -> HelloAnswer:
        return self._say(request)  # type: ignore[no-any-return]

    def push(self, request: PushRequest) -> PushAnswer:
        return self._say(request)  # type: ignore[no-any-return]

    def pull(self, request: PullRequest) -> PullAnswer:
        return self._say(request)  # type: ignore[no-any-return]

    def snapshot(self, request: SnapshotRequest) -> SnapshotAnswer:
        return self._say(request)  # type: ignore[no-any-return]

    def cancel(self) -> None:
        pass

    def ready(self) -> None:
        pass


def playground() -> Path:
    """A folder of this process, in memory where the system has such a place."""
    memory = Path("/dev/shm")
    place = Path(tempfile.mkdtemp(prefix="fielddesk-simulation-", dir=memory if memory.is_dir() else None))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return place


@functools.cache
def template() -> tuple[Path, Template]:
    """The playground and its template, made at first use."""
    share_statements()
    place = playground()
    return place, Template(place / "template")
