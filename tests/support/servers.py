"""Headquarters over real HTTP, in a thread of the test."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from fielddesk.hq.app import make_app
from fielddesk.hq.service import Headquarters


@contextmanager
def serving(hq: Headquarters, *, silence_s: float = 5.0) -> Iterator[str]:
    """Serve until the block ends; gives the address."""
    line = socket.socket()
    line.bind(("127.0.0.1", 0))
    line.listen(64)
    app = make_app(hq, silence_s=silence_s)
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, server_header=False, lifespan="off",
                       timeout_graceful_shutdown=2)
    )  # fmt: skip
    thread = threading.Thread(target=server.run, kwargs={"sockets": [line]}, name="headquarters")
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.started
    try:
        yield f"http://127.0.0.1:{line.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        line.close()
