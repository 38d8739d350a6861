"""A desk with a laptop on it and a real headquarters far away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from fielddesk.core.clock import FixedClock
from fielddesk.hq import admin
from fielddesk.hq.service import Headquarters, on_sqlite
from fielddesk.store.database import Store
from fielddesk.store.digest import base_digest
from fielddesk.store.keys import KeyStore, MemoryKeyStore, Secret
from fielddesk.store.laptop import find_key, open_laptop
from fielddesk.store.tables import row_digest
from fielddesk.sync.enrol import Enrolled, enrol
from tests.support.direct import Direct, sync
from tests.support.offices import Office

ADDRESS = "https://north.example/"


class FileKeyStore(MemoryKeyStore):
    """A key store that outlives the process that wrote to it."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def _path(self, *names: str) -> Path:
        return self._folder / "-".join(names)

    def read(self, hq_id: str, account: str, which: Secret) -> str | None:
        path = self._path(hq_id, account, which)
        return path.read_text() if path.exists() else None

    def keep(self, hq_id: str, account: str, which: Secret, value: str) -> None:
        self._path(hq_id, account, which).write_text(value)


class Place:
    """A desk with a headquarters far away, a key store, and room for profiles."""

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock()
        self.hq: Headquarters = on_sqlite(folder / "hq.db", self.clock)
        self.office = Office(self.hq)
        self.anna = self.office.person("anna")
        self.key_store: KeyStore = FileKeyStore(folder / "keys")
        self.profiles = folder / "profiles"

    def code(self, login: str = "anna") -> str:
        return admin.enrolment_code(self.hq, admin.user_of(self.hq, login))

    def enrol(self, code: str | None = None, reached: Callable[[str], None] = lambda name: None) -> Enrolled:
        return enrol(
            Direct(self.hq), ADDRESS, code or self.code(), "laptop 7", self.key_store, self.profiles, self.clock,
            random=Random(7), point=reached,
        )  # fmt: skip

    def open(self, folder: Path) -> Store:
        return open_laptop(folder, find_key(folder, self.key_store), self.clock)

    def token(self, login: str = "anna") -> str | None:
        return self.key_store.read(self.hq_id, admin.user_of(self.office.hq, login), "device-token")

    @property
    def hq_id(self) -> str:
        return str(self.office.ask("SELECT value FROM hq_setting WHERE name = 'hq_id'")[0][0]).strip('"')

    def sync(self, store: Store) -> str:
        return sync(store, self.hq, self.token()).code

    def agrees(self, store: Store) -> bool:
        scope = self.office.scope(self.anna)
        with store.read() as read:
            wanted = dict.fromkeys(base_digest(read), 0)
            for (table, _), body in scope.items():
                wanted[table] = (wanted[table] + row_digest(table, body)) % 2**64
            return base_digest(read) == wanted

    def order(self) -> str:
        """An order that is Anna's."""
        customer = self.office.customer()
        return self.office.order(customer, self.office.asset(customer), assignee_id=self.anna)

    def notes(self) -> list[str]:
        """Texts of the notes that headquarters has."""
        return sorted(body["text"] for (table, _), body in self.office.rows().items() if table == "note")
