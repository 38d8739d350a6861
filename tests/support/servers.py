"""Headquarters over real HTTP, in a thread of the test."""

from __future__ import annotations

import atexit
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from fielddesk.hq.app import make_app
from fielddesk.hq.service import Headquarters


class Door:
    """One real server for all tests of a process, and behind it the headquarters of the test that runs now: starting
    and ending one takes a fifth of a second, of which most tests need nothing."""

    def __init__(self) -> None:
        self.inside: Any = None
        self._line = socket.socket()
        self._line.bind(("127.0.0.1", 0))
        self._line.listen(64)
        self.address = f"http://127.0.0.1:{self._line.getsockname()[1]}"
        server = uvicorn.Server(
            uvicorn.Config(
                self._answer, interface="asgi3", log_config=None, access_log=False, server_header=False, lifespan="off"
            )
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [self._line]}, name="headquarters", daemon=True)
        thread.start()
        atexit.register(self._end, server, thread)
        deadline = time.monotonic() + 20
        while not server.started and thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert server.started

    def _end(self, server: uvicorn.Server, thread: threading.Thread) -> None:
        """A thread that still runs while the interpreter is taken apart takes the process with it."""
        server.should_exit = True
        thread.join(10)
        self._line.close()

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        await self.inside(scope, receive, send)


_doors: list[Door] = []
"""Those that nobody stands behind now."""


@contextmanager
def serving(hq: Headquarters, *, silence_s: float = 5.0) -> Iterator[str]:
    """Serve until the block ends; gives the address."""
    door = _doors.pop() if _doors else Door()
    door.inside = make_app(hq, silence_s=silence_s)
    try:
        yield door.address
    finally:
        door.inside = None
        _doors.append(door)
