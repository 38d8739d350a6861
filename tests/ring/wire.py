"""Lines that do what lines do: cut after so many bytes, flip a bit, change an answer, lose it, ask twice."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from fielddesk.sync.protocol import CONTENT_TYPE
from tests.support.wires import Asked, Server, reply

PIECE = 1024
UP, DOWN = "up", "down"
Harm = Callable[[bytes, int], bytes | None]
"""Gets a piece and how many bytes went before it that way; gives what goes on, or None to cut both ways."""


class Line:
    """A TCP line to headquarters, as a context; `harm` sees what goes up (questions) or down (answers).

    Bytes are counted over all connections together. `passed` says how many went which way.
    """

    def __init__(self, address: str, way: str = DOWN, harm: Harm = lambda piece, at: piece) -> None:
        self._target = (urlsplit(address).hostname, urlsplit(address).port)
        self.way, self.harm = way, harm
        self.passed = {UP: 0, DOWN: 0}
        self._counting = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._ends: list[socket.socket] = []

    def __enter__(self) -> Line:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._run(self._accept)
        return self

    def __exit__(self, *_exc: object) -> None:
        for end in (self._listener, *self._ends):
            _hang_up(end)
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()
        for end in (self._listener, *self._ends):
            end.close()

    def _run(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self._target, 5)
            except OSError:
                near.close()
                continue
            self._ends += [near, far]
            self._run(lambda near=near, far=far: self._pass_on(near, far, UP))  # type: ignore[misc]
            self._run(lambda near=near, far=far: self._pass_on(far, near, DOWN))  # type: ignore[misc]

    def _pass_on(self, source: socket.socket, to: socket.socket, way: str) -> None:
        try:
            while piece := source.recv(PIECE):
                with self._counting:
                    at, self.passed[way] = self.passed[way], self.passed[way] + len(piece)
                    kept = self.harm(piece, at) if way == self.way else piece
                if kept is None:
                    break
                to.sendall(kept)
        except OSError:
            pass
        finally:
            _hang_up(source)
            _hang_up(to)


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


def cut_at(place: int) -> Harm:
    """Lets so many bytes through and then nothing, ever."""

    def harm(piece: bytes, at: int) -> bytes | None:
        return piece if at + len(piece) <= place else None

    return harm


def flip_at(place: int) -> Harm:
    """Turns one bit of the byte at this place."""

    def harm(piece: bytes, at: int) -> bytes:
        where = place - at
        if not 0 <= where < len(piece):
            return piece
        return piece[:where] + bytes([piece[where] ^ 0x10]) + piece[where + 1 :]

    return harm


class Relay:
    """Headquarters seen through somebody who understands the messages; `change` sees kind, question and answer."""

    def __init__(self, address: str, change: Callable[[str, dict[str, Any], dict[str, Any]], Any]) -> None:
        self._target = urlsplit(address).netloc
        self.change = change
        self.answers: list[tuple[str, int, dict[str, Any]]] = []

    def ask(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        """The question put to headquarters once more, as it came."""
        line = http.client.HTTPConnection(self._target, timeout=20)
        try:
            line.request("POST", asked.path, asked.body, {**asked.headers, "Accept-Encoding": "identity"})
            answer = line.getresponse()
            words = json.loads(answer.read())
            self.answers.append((asked.path.rpartition("/")[2], answer.status, words))
            return answer.status, words
        finally:
            line.close()

    def __call__(self, line: socket.socket, asked: Asked) -> bool:
        kind = asked.path.rpartition("/")[2]
        status, words = self.ask(asked)
        said = self.change(kind, asked.words, words)
        if said is None:  # the answer is lost
            return False
        if isinstance(said, bytes):
            line.sendall(said)
            return False
        line.sendall(reply(said, f"{status} Said"))
        return True


def answering(relay: Callable[[socket.socket, Asked], bool | None]) -> Server:
    return Server(relay)


def page(text: str, status: str = "200 OK", **headers: str) -> bytes:
    """What a hotel's network answers."""
    return reply(text.encode(), status, kind="text/html; charset=utf-8", packed=False, **headers)


def half(words: Any) -> bytes:
    """An answer that promises all of itself and ends in the middle."""
    whole = reply(words)
    head, _, body = whole.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n" + body[: len(body) // 2]


__all__ = ["CONTENT_TYPE", "DOWN", "UP", "Line", "Relay", "answering", "cut_at", "flip_at", "gzip", "half", "page"]
