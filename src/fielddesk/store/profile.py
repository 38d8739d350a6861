"""The first file of a profile: which headquarters it belongs to and which key opens it. Nothing in it is secret."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from fielddesk.core import canonical
from fielddesk.core.errors import StoreProblem
from fielddesk.core.frozen import dataclass
from fielddesk.store.disk import DISK, Disk, told, write_whole
from fielddesk.store.keys import Keys

FILE = "profile.json"
SEALED_KEY = "key.sealed"
FORMAT = 1
_TEXTS = ("hq_id", "hq_url", "key_id", "check")


@dataclass(frozen=True)
class Header:
    """`check` is made with the key over the rest; `created_at` in microseconds, UTC.

    `who` says whose profile it is (ids, role, epoch, incarnation): where the key is kept in the key store, and what a
    database that must be rebuilt begins with. `sealed` is the rest of that, names, which only the key opens.
    """

    hq_id: str
    hq_url: str
    key_id: str
    created_at: int
    check: str
    who: Mapping[str, int | str] = field(default_factory=dict)
    sealed: str = ""


def write_header(
    folder: Path,
    keys: Keys,
    *,
    hq_id: str,
    hq_url: str,
    created_at: int,
    who: Mapping[str, int | str] | None = None,
    sealed: str = "",
    disk: Disk = DISK,
) -> Header:
    """Write, or write anew, the header of a profile; whole or not at all."""
    fields: dict[str, Any] = {"hq_id": hq_id, "hq_url": hq_url, "key_id": keys.key_id, "created_at": created_at}
    if who:
        fields["who"] = dict(who)
    if sealed:
        fields["sealed"] = sealed
    header = Header(**fields, check=_check_value(keys, fields))
    content = {"format": FORMAT, **fields, "check": header.check}
    content["sum"] = canonical.digest(canonical.dumps(content))
    write_whole(folder / FILE, (canonical.dumps(content) + "\n").encode(), disk)
    return header


def read_header(folder: Path) -> Header:
    """header_missing, header_damaged, profile_newer; none of them is a reason to rename or delete anything."""
    path = folder / FILE
    try:
        with told(path):
            text = path.read_bytes()
    except StoreProblem as problem:
        if problem.code == "file_missing":
            raise StoreProblem("header_missing", file=FILE, folder=str(folder)) from None
        raise
    try:
        content = canonical.loads(text)
        claimed = content.pop("sum")
        whole = hmac.compare_digest(claimed, canonical.digest(canonical.dumps(content)))
        whole = whole and isinstance(content["format"], int) and isinstance(content["created_at"], int)
        whole = whole and all(isinstance(content[name], str) for name in _TEXTS)
        whole = whole and isinstance(content.setdefault("who", {}), dict)
        whole = whole and isinstance(content.setdefault("sealed", ""), str)
    except (ValueError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise StoreProblem("header_damaged", file=FILE, folder=str(folder))
    if content["format"] > FORMAT:
        raise StoreProblem("profile_newer", file=FILE, format=content["format"], known=FORMAT)
    return Header(**{name: content[name] for name in (*_TEXTS, "created_at", "who", "sealed")})


def check_key(header: Header, keys: Keys) -> None:
    """wrong_key: another key than this profile's. header_changed: the right key, but somebody edited the header.

    The second one matters because `hq_url` says where the device token is sent.
    """
    if not hmac.compare_digest(header.key_id, keys.key_id):
        raise StoreProblem("wrong_key", wanted=header.key_id, given=keys.key_id)
    fields = {name: getattr(header, name) for name in ("hq_id", "hq_url", "key_id", "created_at")}
    if header.who:
        fields["who"] = header.who
    if header.sealed:
        fields["sealed"] = header.sealed
    if not hmac.compare_digest(header.check, _check_value(keys, fields)):
        raise StoreProblem("header_changed", file=FILE)


def _check_value(keys: Keys, fields: dict[str, Any]) -> str:
    return hmac.digest(keys.subkey("check"), canonical.dumps(fields).encode(), hashlib.sha256).hex()
