"""A process that is killed at a named point, as a power switch or the system does it: nothing is tidied up."""

from __future__ import annotations

import os
import signal
import traceback
import warnings
from collections.abc import Callable

import pytest

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a forked process; this system cannot fork")


def killed_at(point: str, work: Callable[[Callable[[str], None]], object]) -> bool:
    """Do `work(reached)` in a process of its own that gets SIGKILL when it reaches `point`; False: it never did."""

    def reached(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    hear, tell = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of fork beside threads; the child runs only `work`
        child = os.fork()
    if child == 0:
        os.close(hear)
        try:
            work(reached)
        except BaseException:
            os.write(tell, traceback.format_exc().encode()[-60_000:])
            os._exit(3)
        os._exit(0)
    os.close(tell)
    with os.fdopen(hear) as told:
        said = told.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, said
    return False
