"""One window per profile: the second start finds the first one and asks it to come to the front."""

from __future__ import annotations

import contextlib
import errno
import hmac
import json
import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fielddesk.core.errors import StoreProblem
from fielddesk.store.disk import DISK, Disk, make_folder, told

FILE = "lock"
_LENGTH = 256
_LOCKED_BYTE = 1 << 30
"""Windows lets nobody read a locked byte, so the lock lies far behind what the file says."""
_WAIT_S = 2.0


def take(folder: Path, disk: Disk = DISK) -> Instance:
    """Be the one instance of this profile until release() or the end of the process, however it ends.

    already_open (pid, None where it could not be read), folder_read_only, lock_unsupported (some network drives).
    """
    make_folder(folder)
    path = folder / FILE
    with told(path):
        file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        if not _lock(file, path):
            raise StoreProblem("already_open", pid=_said(path).get("pid"), folder=str(folder))
        return Instance(path, file, disk)
    except BaseException:
        os.close(file)
        raise


def ask_to_front(folder: Path, wait_s: float = _WAIT_S) -> bool:
    """Ask the instance that has the profile to show itself; False where none answered within that time."""
    until = time.monotonic() + wait_s
    while True:
        said = _said(folder / FILE)
        if said.get("port") and _asked(said):
            return True
        if time.monotonic() >= until:
            return False
        time.sleep(0.02)  # the first may have started a moment ago and not listen yet


class Instance:
    """Holds the profile's lock; listens on a loopback port, whose number and password lie in the lock file."""

    def __init__(self, path: Path, file: int, disk: Disk = DISK) -> None:
        self.path = path
        self._disk = disk
        self._file: int | None = file
        self._token = secrets.token_hex(16)
        self._listening: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._say(pid=os.getpid())

    def listen(self, callback: Callable[[], None]) -> None:
        """Call back, on a thread of its own, whenever a second start asks for the front."""
        if self._listening is not None:
            raise RuntimeError("it listens already")
        listening = socket.create_server(("127.0.0.1", 0), backlog=8)
        self._listening = listening
        self._thread = threading.Thread(
            target=self._serve, args=(listening, callback), name="second start", daemon=True
        )
        self._thread.start()
        self._say(pid=os.getpid(), port=listening.getsockname()[1], token=self._token)

    def release(self) -> None:
        """Let the profile go; the lock file stays, empty, since removing it could let two instances in."""
        if self._file is None:
            return
        if self._listening is not None and self._thread is not None:
            # A thread in accept() does not notice that its socket is closed; a caller wakes it.
            listening, self._listening = self._listening, None
            with contextlib.suppress(OSError):
                socket.create_connection(listening.getsockname(), timeout=1).close()
            self._thread.join(5)
            listening.close()
        file, self._file = self._file, None
        with contextlib.suppress(OSError):
            self._disk.resize(file, 0)
        _unlock(file)
        os.close(file)

    def __enter__(self) -> Instance:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _say(self, **words: Any) -> None:
        # One write of one length: whoever reads meanwhile finds the old words or the new.
        with told(self.path):
            assert self._file is not None
            self._disk.write(self._file, json.dumps(words).ljust(_LENGTH).encode(), 0)

    def _serve(self, listening: socket.socket, callback: Callable[[], None]) -> None:
        while self._listening is listening:
            try:
                caller, _ = listening.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), caller:
                caller.settimeout(2)
                if hmac.compare_digest(_line(caller), self._token.encode()):
                    callback()
                    caller.sendall(b"ok\n")


def _asked(said: dict[str, Any]) -> bool:
    if sys.platform == "win32":
        import ctypes

        # Only the process a person has just started may hand the front to another one.
        ctypes.windll.user32.AllowSetForegroundWindow(int(said.get("pid") or 0))
    try:
        with socket.create_connection(("127.0.0.1", int(said["port"])), timeout=2) as first:
            first.sendall(str(said["token"]).encode() + b"\n")
            return _line(first) == b"ok"
    except (OSError, ValueError, KeyError, OverflowError):
        return False


def _line(caller: socket.socket) -> bytes:
    heard = b""
    while b"\n" not in heard and len(heard) < 100 and (more := caller.recv(100)):
        heard += more
    return heard.partition(b"\n")[0]


def _said(path: Path) -> dict[str, Any]:
    try:
        words = json.loads(path.read_bytes()[:_LENGTH])
    except (OSError, ValueError):
        return {}
    return words if isinstance(words, dict) else {}


def _lock(file: int, path: Path) -> bool:
    """True when it is ours now, False when another has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(file, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            # flock, not lockf: that one would let a second start in the same process in.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK):
            return False
        raise StoreProblem("lock_unsupported", file=path.name, folder=str(path.parent)) from error
    return True


def _unlock(file: int) -> None:
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            import msvcrt

            os.lseek(file, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_UN)
