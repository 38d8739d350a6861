"""Setting a laptop up with a one-time code, and putting a lost key back.

The order is the safety: the profile is made complete in a folder that counts for nothing, the key and the token go
into the key store, and one rename makes the profile. Stopped at any moment there is a whole profile or none. A key
that the key store has already is used again and never written over, since there may be work under it.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random, SystemRandom

from fielddesk.core.clock import Clock
from fielddesk.core.errors import StoreProblem
from fielddesk.core.frozen import dataclass
from fielddesk.core.paths import profile_name
from fielddesk.store import instance, profile
from fielddesk.store.aside import move_aside
from fielddesk.store.disk import DISK, NEW, Disk, check_room, make_folder, told, unfinished, write_whole
from fielddesk.store.journal import is_sealed_with
from fielddesk.store.keys import (
    Keys,
    KeyStore,
    keep_store_key,
    kept_store_key,
    new_store_key,
    parse_recovery_code,
    seal,
)
from fielddesk.store.laptop import DATABASE, REPLACEABLE, Enrolment, create_laptop, open_laptop, settings_of
from fielddesk.store.rebuild import rebuild
from fielddesk.sync.apply import LaptopSync
from fielddesk.sync.driver import enrol as ask_headquarters
from fielddesk.sync.protocol import EnrolAnswer, Hq

_ROOM = 16 * 1024 * 1024


@dataclass(frozen=True)
class Enrolled:
    """A profile ready to be opened.

    `again`: it was there before and kept its work. `kept_as`: an older folder of this account that no key opens any
    more lies under this name now; headquarters' recovery code brings it back.
    """

    folder: Path
    enrolment: Enrolment
    again: bool = False
    kept_as: str = ""


def enrol(
    hq: Hq,
    hq_url: str,
    code: str,
    device_name: str,
    key_store: KeyStore,
    profiles: Path,
    clock: Clock,
    *,
    random: Random | None = None,
    disk: Disk = DISK,
    point: Callable[[str], None] = lambda name: None,
) -> Enrolled:
    """Make this laptop known to headquarters and its profile under `profiles`; the code works once.

    NetworkProblem where headquarters cannot be asked or refuses the code; StoreProblem where the disk, the key store
    or a window that has the profile open is in the way. What can be looked at before the code is used up, is.
    """
    make_folder(profiles)
    check_room(profiles, _ROOM)
    _sweep(profiles)
    stage = unfinished(profiles)
    holder = instance.take(stage, disk)
    try:
        key_store.read("-", "-", "device-token")  # key_store_missing or _locked now rather than afterwards
        answer = ask_headquarters(hq, code, device_name, random or SystemRandom())
        point("enrol_answered")
        enrolment = _enrolment(answer, hq_url)
        folder = profiles / profile_name(enrolment.hq_id, enrolment.user)
        key = kept_store_key(key_store, enrolment.hq_id, enrolment.user)
        kept_as = ""
        if folder.exists():
            if key is not None and _opens(folder, Keys(key)):
                _join(folder, key, enrolment, answer.token, key_store, clock, disk)
                point("enrol_done")
                return Enrolled(folder, enrolment, again=True)
            aside = move_aside(folder, "kept", clock.now(), disk)
            kept_as = "" if aside is None else aside.name
        key = key or new_store_key()
        sealed = seal(key, bytes.fromhex(answer.recovery_public), hq_id=enrolment.hq_id)
        write_whole(stage / profile.SEALED_KEY, sealed, disk)
        create_laptop(stage, key, enrolment, clock, lock=False, disk=disk).close()
        point("enrol_laid")
        keep_store_key(key_store, enrolment.hq_id, enrolment.user, key)
        point("enrol_key_kept")
        key_store.keep(enrolment.hq_id, enrolment.user, "device-token", answer.token)
        point("enrol_token_kept")
        holder.release()  # Windows renames no folder in which a file is open
        with told(folder):
            disk.rename(stage, folder)
            disk.sync_folder(profiles)
        point("enrol_done")
        return Enrolled(folder, enrolment, kept_as=kept_as)
    finally:
        holder.release()
        shutil.rmtree(stage, ignore_errors=True)


def recover(folder: Path, code: str, key_store: KeyStore) -> None:
    """Put the store key back into the key store from the recovery code that headquarters gave for `key.sealed`.

    recovery_code_length, recovery_code_letter, recovery_code_wrong: mistyped. wrong_key: of another profile. The
    token is not brought back; without it a new one-time code is needed for the next sync, and no work is lost.
    """
    key = parse_recovery_code(code)
    keys = Keys(key)
    try:
        header = profile.read_header(folder)
        profile.check_key(header, keys)
        hq_id, user = header.hq_id, str(header.who.get("user", ""))
    except StoreProblem as problem:
        if problem.code == "wrong_key":
            raise
        settings = settings_of(folder / DATABASE, keys)
        if "hq_id" not in settings or "user" not in settings:
            raise
        hq_id, user = settings["hq_id"], settings["user"]
    keep_store_key(key_store, hq_id, user, key)


def _enrolment(answer: EnrolAnswer, hq_url: str) -> Enrolment:
    return Enrolment(
        hq_id=answer.echo.hq_id, hq_url=hq_url.rstrip("/"), hq_name=answer.hq_name, epoch=answer.echo.epoch,
        incarnation=answer.echo.incarnation, user=answer.user_id, account=answer.account, role=answer.role,
        device=answer.device_id, device_code=answer.device_code,
    )  # fmt: skip


def _opens(folder: Path, keys: Keys) -> bool:
    """Whether this key belongs to the profile; where the header is lost database and journal are asked."""
    try:
        profile.check_key(profile.read_header(folder), keys)
    except StoreProblem as problem:
        if problem.code in ("header_missing", "header_damaged"):
            return bool(settings_of(folder / DATABASE, keys)) or is_sealed_with(folder, keys)
        if problem.code == "wrong_key":
            return False
        if problem.code != "header_changed":
            raise
    return True


def _join(
    folder: Path, key: bytes, enrolment: Enrolment, token: str, key_store: KeyStore, clock: Clock, disk: Disk
) -> None:
    """Go on with a profile that is there: what waits in it is sent by the new device."""
    try:
        store = open_laptop(folder, key, clock, disk=disk)
    except StoreProblem as problem:
        if problem.code not in ("store_damaged", "store_missing", *REPLACEABLE):
            raise
        store = rebuild(folder, key, clock, enrolment=enrolment, disk=disk)
    with contextlib.closing(store):
        LaptopSync(store).take_enrolment(enrolment.settings())
    key_store.keep(enrolment.hq_id, enrolment.user, "device-token", token)


def _sweep(profiles: Path) -> None:
    """Drop what an enrolment left that was cut short: nobody has worked in it."""
    for stage in profiles.glob(f"*{NEW}"):
        try:
            instance.take(stage).release()
        except StoreProblem:
            continue  # another enrolment is at it
        shutil.rmtree(stage, ignore_errors=True)
