"""Setting this laptop up with a one-time code: asks headquarters, makes the profile, keeps key and token."""

from __future__ import annotations

import platform
from pathlib import Path
from random import SystemRandom

from fielddesk.shell.opening import Parts


def enrol_here(parts: Parts, address: str, code: str) -> Path:
    """Make the profile and return its folder.

    NetworkProblem where headquarters cannot be asked or refuses the code, StoreProblem where key store, disk or an
    older profile of the same account is in the way; then nothing of it is kept.
    """
    from fielddesk.features import registry
    from fielddesk.sync.enrol import enrol

    assert registry.ACTIONS
    raise NotImplementedError((enrol, platform, SystemRandom, address, code, parts))
