"""From a profile's folder to an open store, on a thread of its own while the window appears."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fielddesk.core.clock import Clock
from fielddesk.core.errors import StoreProblem
from fielddesk.core.frozen import dataclass

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
    """An open profile: its store, its encrypted files, whose it is, and the token that opens headquarters.

    Without a token (it was lost with the key) everything works but sync, which asks for a new enrolment code.
    """

    store: Store
    vault: Vault
    folder: Path
    header: Header
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


QUERIES = (
    "documents", "people", "lifecycle", "customers", "assets", "workorders", "parts",
    "inspections", "sync_centre", "today",
)  # fmt: skip


def load() -> None:
    """Load what the store and the pages' questions need, before Qt where that is possible.

    Once PySide6 is there it reads the source of every module loaded afterwards, to see whether it uses Qt.
    """
    from importlib import import_module

    from fielddesk.features import registry
    from fielddesk.store import keys, laptop, profile, vault

    assert registry.actions(), (keys, laptop, profile, vault)
    for name in QUERIES:
        import_module(f"fielddesk.features.{name}.queries")


@dataclass(frozen=True)
class Attempt:
    """One attempt to open a profile. `begun` brings its header while the store is still being opened."""

    begun: Future[Header]
    opened: Future[Opened]


def begin_opening(parts: Parts, folder: Path, *, code: str | None = None, mend: bool = False) -> Attempt:
    """Open a profile on a thread of its own; what `open_profile` raises comes with `opened`."""
    begun: Future[Header] = Future()

    def work() -> Opened:
        return open_profile(parts, folder, code=code, mend=mend, loaded=begun.set_result)

    return Attempt(begun, in_thread(work, "opening"))


def open_profile(
    parts: Parts,
    folder: Path,
    *,
    code: str | None = None,
    mend: bool = False,
    loaded: Callable[[Header], None] = lambda header: None,
) -> Opened:
    """Open the profile in `folder`, with the key from the key store or from a recovery `code`, which is kept again.

    `mend` begins a damaged or missing database anew. `loaded(header)` hears when the program's parts are loaded and
    the store is about to be opened. Raises what `open_laptop`, `rebuild`, `find_key` and `recover` raise, and
    laptop_locked where headquarters has revoked this laptop.
    """
    load()
    from fielddesk.store import enrolment, keys, laptop, profile
    from fielddesk.store.vault import Vault

    header = _header(folder)
    if header is not None:
        loaded(header)
    store_key, key_store = _key(parts, folder, code)
    if mend:
        from fielddesk.store.rebuild import rebuild

        store = rebuild(folder, store_key, parts.clock, writer=parts.writer, point=parts.point)
    else:
        store = laptop.open_laptop(folder, store_key, parts.clock, writer=parts.writer, point=parts.point)
    try:
        if enrolment.is_locked_out(store):
            raise StoreProblem("laptop_locked", folder=str(folder))
    except StoreProblem:
        store.close()
        raise
    header = header or profile.read_header(folder)  # one that was lost has been made anew
    user = str(header.who.get("user", ""))
    token = key_store.read(header.hq_id, user, "device-token") if key_store is not None else None
    return Opened(store, Vault(folder, keys.Keys(store_key)), folder, header, token)


def _header(folder: Path) -> Header | None:
    from fielddesk.store import profile

    try:
        return profile.read_header(folder)
    except StoreProblem:
        return None  # a lost one comes back out of the database, or opening says what is wrong


def _key(parts: Parts, folder: Path, code: str | None) -> tuple[bytes, KeyStore | None]:
    from fielddesk.store import keys, laptop

    if code is None:
        key_store = parts.key_store()
        return laptop.find_key(folder, key_store), key_store
    from fielddesk.sync.enrol import recover

    store_key = keys.parse_recovery_code(code)
    try:
        key_store = parts.key_store()
        recover(folder, code, key_store)
    except StoreProblem as problem:
        if not problem.code.startswith("key_store"):
            raise
        return store_key, None  # a key store that still refuses costs the next start its key, not this one
    return store_key, key_store


def profiles_in(home: Path) -> list[Path]:
    """The folders of the profiles on this computer, also of one whose header is lost."""
    try:
        found = sorted((home / "profiles").iterdir())
        return [each for each in found if (each / "profile.json").is_file() or (each / "store.db").is_file()]
    except OSError:
        return []


def last_profile(home: Path, wanted: str | None) -> Path | None:
    """The profile to open: the one used last, else the only one there is; None where there is none."""
    found = profiles_in(home)
    return next((each for each in found if each.name == wanted), found[0] if found else None)


def named_profile(home: Path, name: str) -> Path:
    """The profile a person asks for by name; profile_unknown (name, there) says which there are."""
    found = profiles_in(home)
    for each in found:
        if each.name == name:
            return each
    raise StoreProblem("profile_unknown", name=name, there=[_told_apart(each) for each in found])


def _told_apart(folder: Path) -> str:
    """A profile's name, which tells nothing, and the headquarters it belongs to."""
    header = _header(folder)
    return folder.name if header is None else f"{folder.name} ({header.hq_url})"
