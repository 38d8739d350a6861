"""What headquarters said when this laptop was enrolled, and how its profile remembers that."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.errors import StoreProblem
from fielddesk.core.frozen import dataclass
from fielddesk.store import outbox, profile
from fielddesk.store.disk import DISK, Disk
from fielddesk.store.keys import Box, Keys, KeyStore, kept_store_key
from fielddesk.store.lanes import PEOPLE
from fielddesk.store.tx import Key, Reading

if TYPE_CHECKING:
    from fielddesk.store.database import Store

_NAMES = ("account", "hq_name")
"""What names people and firms; the header holds these sealed."""


@dataclass(frozen=True)
class Enrolment:
    """What headquarters said at enrolment: which laptop this is and whose work it holds.

    `epoch` and `incarnation` are headquarters' marks as given; `user` and `device` are ids, `account` is the login.
    """

    hq_id: str
    hq_url: str
    hq_name: str
    epoch: int | str
    incarnation: int | str
    user: str
    account: str
    role: str
    device: str
    device_code: str

    def settings(self) -> dict[str, Any]:
        """The same as the store's settings: the outbox counts incarnations as text, `mark` is headquarters' own."""
        return asdict(self) | {"incarnation": str(self.incarnation), "mark": self.incarnation}

    def who(self) -> dict[str, int | str]:
        """What the header tells anyone beside headquarters itself: ids and marks."""
        return {name: value for name, value in asdict(self).items() if name not in ("hq_id", "hq_url", *_NAMES)}

    def names(self) -> dict[str, str]:
        """What the header tells only who has the key."""
        return {name: getattr(self, name) for name in _NAMES}

    @classmethod
    def from_settings(cls, settings: dict[str, Any]) -> Enrolment:
        """Out of a store's settings; KeyError where they are not complete."""
        known = settings | {"incarnation": settings["mark"]}
        return cls(**{field.name: known[field.name] for field in fields(cls)})

    @classmethod
    def from_header(cls, header: profile.Header, keys: Keys) -> Enrolment:
        """Out of a header; KeyError where it does not say whose profile it is."""
        names = _box(keys).unseal(_bytes(header.sealed), header.hq_id.encode())
        known: dict[str, Any] = {**header.who, "hq_id": header.hq_id, "hq_url": header.hq_url}
        known |= {} if names is None else canonical.loads(names)
        return cls(**{field.name: known[field.name] for field in fields(cls)})


LOCKED = "locked"


def lock_out(store: Store) -> None:
    """Remember that headquarters has revoked this enrolment; the next one, being another device's, lifts it."""

    def mark(connection: sa.Connection) -> tuple[None, list[Key]]:
        device = outbox.setting(Reading(connection), "device")
        outbox.put_setting(connection, **{LOCKED: device})
        return None, []

    store.write(mark, lane=PEOPLE)


def is_locked_out(store: Store) -> bool:
    """Whether headquarters has revoked the enrolment that this store stands under."""
    with store.read() as read:
        locked = outbox.setting(read, LOCKED)
        return locked is not None and locked == outbox.setting(read, "device")


def _box(keys: Keys) -> Box:
    return Box(keys.subkey("header"))


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def find_key(folder: Path, key_store: KeyStore) -> bytes:
    """The store key of a profile out of the system's key store.

    key_lost (hq_id, user; `sealed`: headquarters can open key.sealed and give the recovery code), header_missing,
    header_damaged, profile_newer, key_store_missing, key_store_locked.
    """
    header = profile.read_header(folder)
    user = str(header.who.get("user", ""))
    key = kept_store_key(key_store, header.hq_id, user)
    if key is None:
        sealed = (folder / profile.SEALED_KEY).exists()
        raise StoreProblem("key_lost", hq_id=header.hq_id, user=user, sealed=int(sealed))
    return key


def write_header(folder: Path, keys: Keys, enrolment: Enrolment, created_at: int, disk: Disk = DISK) -> None:
    """Write the header of this enrolment."""
    sealed = _box(keys).seal(canonical.dumps(enrolment.names()).encode(), enrolment.hq_id.encode())
    profile.write_header(
        folder, keys, hq_id=enrolment.hq_id, hq_url=enrolment.hq_url, created_at=created_at, who=enrolment.who(),
        sealed=sealed.hex(), disk=disk,
    )  # fmt: skip
