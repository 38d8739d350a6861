"""What headquarters said when this laptop was enrolled, and how its profile remembers that."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from fielddesk.core.errors import StoreProblem
from fielddesk.store import profile
from fielddesk.store.disk import DISK, Disk
from fielddesk.store.keys import Keys, KeyStore, kept_store_key


@dataclass(frozen=True)
class Enrolment:
    """What headquarters said at enrolment: which laptop this is and whose work it holds.

    `epoch` and `incarnation` are headquarters' marks as given; `user` and `device` are ids, `account` names the
    entry in the key store.
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
        """What the header remembers beside headquarters itself."""
        return {name: value for name, value in asdict(self).items() if name not in ("hq_id", "hq_url")}

    @classmethod
    def from_settings(cls, settings: dict[str, Any]) -> Enrolment:
        """Out of a store's settings; KeyError where they are not complete."""
        known = settings | {"incarnation": settings["mark"]}
        return cls(**{field.name: known[field.name] for field in fields(cls)})

    @classmethod
    def from_header(cls, header: profile.Header) -> Enrolment:
        """Out of a header; KeyError where it does not say whose profile it is."""
        known: dict[str, Any] = {**header.who, "hq_id": header.hq_id, "hq_url": header.hq_url}
        return cls(**{field.name: known[field.name] for field in fields(cls)})


def find_key(folder: Path, key_store: KeyStore) -> bytes:
    """The store key of a profile out of the system's key store.

    key_lost (hq_id, account; `sealed`: headquarters can open key.sealed and give the recovery code), header_missing,
    header_damaged, profile_newer, key_store_missing, key_store_locked.
    """
    header = profile.read_header(folder)
    account = str(header.who.get("account", ""))
    key = kept_store_key(key_store, header.hq_id, account)
    if key is None:
        sealed = (folder / profile.SEALED_KEY).exists()
        raise StoreProblem("key_lost", hq_id=header.hq_id, account=account, sealed=int(sealed))
    return key


def write_header(folder: Path, keys: Keys, enrolment: Enrolment, created_at: int, disk: Disk = DISK) -> None:
    """Write the header of this enrolment."""
    profile.write_header(
        folder, keys, hq_id=enrolment.hq_id, hq_url=enrolment.hq_url, created_at=created_at, who=enrolment.who(),
        disk=disk,
    )  # fmt: skip
