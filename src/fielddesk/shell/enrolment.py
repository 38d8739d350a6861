"""Setting this laptop up with a one-time code, from the window."""

from __future__ import annotations

import platform
from pathlib import Path

from fielddesk.shell.opening import Parts


def enrol_here(parts: Parts, address: str, code: str) -> Path:
    """Make the profile and return its folder; errors as of `fielddesk.sync.enrol.enrol`."""
    from fielddesk.features import registry
    from fielddesk.sync.enrol import enrol

    assert registry.actions()
    return enrol(
        parts.hq(address, None), address, code.strip(), platform.node()[:60] or "laptop", parts.key_store(),
        parts.home / "profiles", parts.clock,
    ).folder  # fmt: skip
