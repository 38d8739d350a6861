"""Setting this laptop up with a one-time code: asks headquarters, makes the profile, keeps key and token."""

from __future__ import annotations

import platform
from pathlib import Path

from fielddesk.core.errors import StoreProblem
from fielddesk.core.paths import profile_name
from fielddesk.shell.opening import Parts


def enrol_here(parts: Parts, address: str, code: str) -> Path:
    """Make the profile and return its folder.

    NetworkProblem where headquarters cannot be asked or refuses the code, StoreProblem where key store, disk or an
    older profile of the same account is in the way.
    """
    from random import SystemRandom

    from fielddesk.features import registry
    from fielddesk.store import keys, profile
    from fielddesk.store.disk import make_folder, write_whole
    from fielddesk.store.laptop import Enrolment, create_laptop
    from fielddesk.sync.driver import enrol

    assert registry.ACTIONS
    # What would be in the way afterwards is looked at first: the code works only once.
    key_store = parts.key_store()
    profiles = parts.home / "profiles"
    make_folder(profiles)
    hq = parts.hq(address, None)
    answer = enrol(hq, code.strip(), platform.node()[:60] or "laptop", SystemRandom())
    hq_id = answer.echo.hq_id
    folder = profiles / profile_name(hq_id, answer.account)
    if (folder / profile.FILE).exists():
        raise StoreProblem("profile_exists", folder=str(folder))
    enrolment = Enrolment(
        hq_id, address.rstrip("/"), answer.hq_name, answer.echo.epoch, answer.echo.incarnation, answer.user_id,
        answer.account, answer.role, answer.device_id, answer.device_code,
    )  # fmt: skip
    key = keys.new_store_key()
    keys.keep_store_key(key_store, hq_id, answer.account, key)
    key_store.keep(hq_id, answer.account, "device-token", answer.token)
    sealed = keys.seal(key, bytes.fromhex(answer.recovery_public), hq_id=hq_id)
    make_folder(folder)
    write_whole(folder / profile.SEALED_KEY, sealed)
    create_laptop(folder, key, enrolment, parts.clock).close()
    return folder
