"""Setting this laptop up with a one-time code, from the window or the command line."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from fielddesk.shell.opening import Parts

if TYPE_CHECKING:
    from fielddesk.sync.enrol import Enrolled


def enrol_here(parts: Parts, address: str, code: str) -> Enrolled:
    """Make the profile, or go on with the one that is there; raises as `sync.enrol.enrol`."""
    from fielddesk.features import registry
    from fielddesk.sync.enrol import enrol

    assert registry.actions()
    name = platform.node()[:60] or "laptop"
    hq = parts.hq(address, None)
    return enrol(hq, address, code.strip(), name, parts.key_store(), parts.home / "profiles", parts.clock)
