"""From a profile's folder to an open store, on a thread of its own while the window appears."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fielddesk.core.clock import Clock
from fielddesk.core.errors import StoreProblem

if TYPE_CHECKING:
    from fielddesk.store.database import Store
    from fielddesk.store.keys import KeyStore
    from fielddesk.store.lanes import Writer
    from fielddesk.store.profile import Header
    from fielddesk.store.vault import Vault
    from fielddesk.sync.protocol import Hq


@dataclass(frozen=True)
class Parts:
    """What the program is put together from; each can be replaced.

    `home` holds the profiles' folder and the choices, `hq` makes headquarters from address and token, `key_store` is
    called on the opening thread, `writer` makes the store's writer, `point` is called at named moments (tests only).
    """

    home: Path
    clock: Clock
    key_store: Callable[[], KeyStore]
    hq: Callable[[str, str | None], Hq]
    writer: Callable[[], Writer]
    point: Callable[[str], None] | None = None
    syncs: bool = True
    """False leaves the network alone until a person asks."""


@dataclass(frozen=True)
class Opened:
    """An open profile: its store, its encrypted files, and headquarters as it knows this laptop."""

    store: Store
    vault: Vault
    folder: Path
    hq_url: str
    hq_name: str
    account: str
    token: str | None


def in_thread(work: Callable[[], Any], name: str) -> Future[Any]:
    """Run `work` on a thread of its own; its answer or its error comes as a future."""
    future: Future[Any] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


def open_profile(
    parts: Parts, folder: Path, store_key: bytes | None = None, loaded: Callable[[Header], None] = lambda header: None
) -> Opened:
    """Open the profile in `folder`; with `store_key` (from a recovery code) that key is kept for the next start.

    `loaded(header)` hears when the program's parts are loaded and the store is about to be opened. Beside what
    `open_laptop` raises: key_lost, key_store_missing, key_store_locked, key_store_damaged.
    """
    from fielddesk.features import registry
    from fielddesk.store import keys, profile
    from fielddesk.store.laptop import open_laptop
    from fielddesk.store.vault import Vault

    assert registry.ACTIONS
    header = profile.read_header(folder)
    loaded(header)
    account = str(header.who.get("account", ""))
    key_store: KeyStore | None = None
    if store_key is None:
        key_store = parts.key_store()
        store_key = keys.kept_store_key(key_store, header.hq_id, account)
        if store_key is None:
            raise StoreProblem("key_lost", folder=str(folder))
        token = key_store.read(header.hq_id, account, "device-token")
        store = open_laptop(folder, store_key, parts.clock, writer=parts.writer, point=parts.point)
    else:
        store = open_laptop(folder, store_key, parts.clock, writer=parts.writer, point=parts.point)
        token = _keep_again(parts, header.hq_id, account, store_key)
    vault = Vault(folder, keys.Keys(store_key))
    return Opened(store, vault, folder, header.hq_url, str(header.who.get("hq_name", "")), account, token)


def _keep_again(parts: Parts, hq_id: str, account: str, store_key: bytes) -> str | None:
    """Put a recovered key back where it was lost; a key store that still refuses costs only the next start."""
    from fielddesk.store import keys

    try:
        key_store = parts.key_store()
        keys.keep_store_key(key_store, hq_id, account, store_key)
        return key_store.read(hq_id, account, "device-token")
    except StoreProblem:
        return None


def last_profile(home: Path, wanted: str | None) -> Path | None:
    """The profile to open: the one named, else the only one there is; None where there is none."""
    folder = home / "profiles"
    if wanted and (folder / wanted).is_dir():
        return folder / wanted
    try:
        found = sorted(each for each in folder.iterdir() if (each / "profile.json").is_file())
    except OSError:
        return None
    return found[0] if found else None
