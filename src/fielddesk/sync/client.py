"""The line to headquarters: the only HTTP in the program, and every way it can go wrong as a code.

A hotel's sign-in page, a proxy that breaks what it passes on, a cut cable or a stranger's certificate all end as a
NetworkProblem; none of them ever sees a redirect followed, a cookie kept or the token shown.

Each exchange runs in a thread of its own and the caller only watches it, since a name look-up or a handshake cannot
be interrupted: it can be left behind. `requests` is loaded at the first exchange, not at start-up.
"""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from fielddesk import __version__
from fielddesk.core.errors import NetworkProblem
from fielddesk.sync import pieces
from fielddesk.sync.pieces import Told
from fielddesk.sync.protocol import (
    CONTENT_TYPE,
    Answer,
    Bearer,
    ContentsAnswer,
    ContentsRequest,
    EnrolAnswer,
    EnrolRequest,
    HelloAnswer,
    HelloRequest,
    Piece,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushRequest,
    Request,
    SnapshotAnswer,
    SnapshotRequest,
)
from fielddesk.sync.reading import check_address, foreign, on_this_machine, retry_after, unpacked
from fielddesk.sync.wire import decode_answer, encode_request, kind_of, refusal

if TYPE_CHECKING:
    import requests

_A = TypeVar("_A", bound=Answer)

PIECE = 2048
"""Bytes handed to the socket at once: small enough that a very slow line still shows that it moves."""
LEAST = 1024
"""Bytes that must pass in three stall times together; less is a line that only pretends."""
NEXT_ADDRESS_S = 3.0
"""Where a name has several addresses: how long one may stay silent before the next is tried (black-holed IPv6)."""
LOOK_EVERY = 0.1
GRACE = 0.5

_EXPIRED, _NOT_YET = 10, 9
_FOREIGN = (18, 19, 20, 21, 62, 64)
"""OpenSSL's verify codes: self-signed, unknown issuer, other name or address."""


class HttpHq:
    """Headquarters over HTTP; implements `Hq` and `HqFiles`. One exchange at a time.

    `connect_s` bounds look-up, connection and handshake, `stall_s` the time without any byte; `authorities` is a file
    of certificate authorities instead of the usual ones. Plain HTTP is for this machine only.
    """

    def __init__(
        self,
        address: str,
        token: str | None = None,
        *,
        authorities: str | None = None,
        connect_s: float = 10.0,
        stall_s: float = 20.0,
    ) -> None:
        self.address = address.rstrip("/")
        self.connect_s, self.stall_s = connect_s, stall_s
        self._token, self._authorities = token, authorities
        self.sent = self.received = 0
        """Bytes of questions, answers and pieces of files so far, as they were packed."""
        self._cancelled = threading.Event()
        self._line: _Line | None = None
        self._left: list[threading.Thread] = []

    def __repr__(self) -> str:
        return f"HttpHq({self.address!r})"

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        return self._ask(request, EnrolAnswer)

    def hello(self, request: HelloRequest) -> HelloAnswer:
        return self._ask(request, HelloAnswer)

    def push(self, request: PushRequest) -> PushAnswer:
        return self._ask(request, PushAnswer)

    def pull(self, request: PullRequest) -> PullAnswer:
        return self._ask(request, PullAnswer)

    def snapshot(self, request: SnapshotRequest) -> SnapshotAnswer:
        return self._ask(request, SnapshotAnswer)

    def contents(self, request: ContentsRequest) -> ContentsAnswer:
        return self._ask(request, ContentsAnswer)

    def create_upload(self, bearer: Bearer, sha256: str, size: int) -> str:
        told = self._carry("POST", "files", pieces.creating(bearer, sha256, size))
        return pieces.place_in(told)

    def upload_offset(self, bearer: Bearer, upload: str) -> int:
        return pieces.offset_in(self._carry("HEAD", f"files/{upload}", pieces.names(bearer)))

    def send_piece(self, bearer: Bearer, upload: str, offset: int, piece: bytes) -> int:
        return pieces.sent_to(self._carry("PATCH", f"files/{upload}", pieces.sending(bearer, offset), piece))

    def fetch_piece(self, bearer: Bearer, sha256: str, offset: int, most: int) -> Piece:
        told = self._carry("GET", f"contents/{sha256}", pieces.fetching(bearer, offset, most))
        return pieces.piece_in(told, offset, most)

    def cancel(self) -> None:
        self._cancelled.set()

    def ready(self) -> None:
        self._cancelled.clear()

    def close(self) -> None:
        """Hang up; what was left behind gets a moment to end."""
        line, self._line = self._line, None
        if line is not None:
            line.close()
        for thread in self._left:
            thread.join(GRACE)

    def _ask(self, request: Request, kind: type[_A]) -> _A:
        answer = self._exchange(partial(_talk, request))
        assert isinstance(answer, kind)
        return answer

    def _carry(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Told:
        told = self._exchange(partial(_handed, method, path, headers, body))
        assert isinstance(told, Told)
        return told

    def _exchange(self, talk: Callable[[_Exchange], object]) -> object:
        check_address(self.address)
        if self._cancelled.is_set():
            raise NetworkProblem("cancelled")
        if self._line is None:
            self._line = _Line(self.address, self._token, self._authorities, self.connect_s, self.stall_s)
        exchange = _Exchange(self._line, talk)
        exchange.thread.start()
        problem = self._watch(exchange)
        self.sent, self.received = self.sent + exchange.went, self.received + exchange.came
        if problem is not None:
            self._line = None  # the thread closes it, when it comes out of whatever it hangs in
            exchange.leave()
            self._left = [each for each in (*self._left, exchange.thread) if each.is_alive()]
            raise problem
        return exchange.result()

    def _watch(self, exchange: _Exchange) -> NetworkProblem | None:
        """Wait for the end; give up on a cancel, a silence, or a line on which next to nothing passes."""
        window_from, passed, window = time.monotonic(), 0, 3 * self.stall_s
        while not exchange.done.wait(LOOK_EVERY):
            now = time.monotonic()
            limit = self.stall_s if exchange.line.connected else self.connect_s
            if self._cancelled.is_set():
                return NetworkProblem("cancelled")
            if now - exchange.moved_at > limit:
                return NetworkProblem("timeout", seconds=round(limit))
            if now - window_from > window:
                if exchange.went + exchange.came - passed < LEAST:
                    return NetworkProblem("timeout", seconds=round(window))
                window_from, passed = now, exchange.went + exchange.came
        return None


class _Exchange:
    """One question and its answer, in its own thread."""

    def __init__(self, line: _Line, talk: Callable[[_Exchange], object]) -> None:
        self.line, self.done = line, threading.Event()
        self.moved_at = time.monotonic()
        self.went = self.came = 0
        self.thread = threading.Thread(target=self._run, name="line to headquarters", daemon=True)
        self._talk = talk
        self._result: object = None
        self._lock, self._left = threading.Lock(), False

    def result(self) -> object:
        """What came of it, once `done`."""
        if isinstance(self._result, BaseException):
            raise self._result
        assert self._result is not None
        return self._result

    def leave(self) -> None:
        """Stop caring; wakes the thread if it hangs in the socket, so that it can tidy up."""
        with self._lock:
            self._left = True
            ended = self.done.is_set()
        if ended:
            self.line.close()
        self.line.shut()
        self.thread.join(GRACE)

    def sent(self, count: int) -> None:
        self.moved_at = time.monotonic()
        self.went += count

    def moved(self, count: int) -> None:
        self.moved_at = time.monotonic()
        self.came += count

    def _run(self) -> None:
        try:
            self._result = self._talk(self)
        except NetworkProblem as problem:
            self._result = problem
        except Exception as cause:
            self._result = problem_of(cause) or cause
        with self._lock:
            self.done.set()
            left = self._left
        if left:
            self.line.close()


def _talk(request: Request, exchange: _Exchange) -> Answer:
    """Ask a question and read its answer."""
    kind = kind_of(request)
    body = _Upload(gzip.compress(encode_request(request), 5, mtime=0), exchange)
    headers = {"Content-Type": CONTENT_TYPE, "Content-Encoding": "gzip", "Accept": CONTENT_TYPE}
    with exchange.line.send("POST", kind, body, headers) as response:
        told = _told(response, exchange)
        if told.written_by != CONTENT_TYPE or 300 <= told.status < 400:
            raise foreign(told.status, told.written_by, told.wait_s)
        raw = _unpacked(response, exchange)
    if told.status != 200:
        raise refusal(told.status, raw, told.wait_s)
    return decode_answer(kind, raw)


def _handed(method: str, path: str, headers: Mapping[str, str], body: bytes, exchange: _Exchange) -> Told:
    """Hand a piece of a file over, or take one; what was said about it."""
    with exchange.line.send(method, path, _Upload(body, exchange) if body else None, headers) as response:
        told = _told(response, exchange)
        pieces.check_teller(told)
        # The answer to HEAD has the headers of a body, and none.
        return told if method == "HEAD" else told.with_body(_unpacked(response, exchange))


def _told(response: requests.Response, exchange: _Exchange) -> Told:
    exchange.moved(0)
    headers = response.headers
    written_by = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Told(response.status_code, headers, written_by, retry_after(headers))


def _unpacked(response: requests.Response, exchange: _Exchange) -> bytes:
    packing = response.headers.get("Content-Encoding", "").strip().lower()
    return unpacked(packing, _pieces(response), exchange.moved)


def _pieces(response: requests.Response) -> Iterator[bytes]:
    # read1, not read: it gives what has come, so that a slow answer is seen to move; and it misses no short length.
    while piece := response.raw.read1(65536, decode_content=False):
        yield piece


class _Upload:
    """The body of a question, in pieces, each of which shows that the line moves."""

    def __init__(self, body: bytes, exchange: _Exchange) -> None:
        self._rest, self._exchange = memoryview(body), exchange

    def __len__(self) -> int:
        return len(self._rest)

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read():
            yield piece

    def read(self, _size: int = -1) -> bytes:
        piece, self._rest = bytes(self._rest[:PIECE]), self._rest[PIECE:]
        self._exchange.sent(len(piece))
        return piece


class _Line:
    """A connection kept open between exchanges, and the way to cut it from another thread."""

    def __init__(
        self, address: str, token: str | None, authorities: str | None, connect_s: float, stall_s: float
    ) -> None:
        self._address, self._token, self._authorities = address, token, authorities
        self._timeouts = (connect_s, stall_s)
        self._loopback = on_this_machine(urlsplit(address).hostname or "")
        self._session: requests.Session | None = None
        self._end: Any = None
        self.connected = False
        """Whether look-up, connection and handshake are behind us."""

    def send(self, method: str, path: str, body: _Upload | None, headers: Mapping[str, str]) -> requests.Response:
        """Ask; the answer's body is still to be read. Redirects are never followed: they go to strangers."""
        if self._session is None:
            self._session = _session(self, self._loopback)
        return self._session.request(
            method,
            f"{self._address}/v1/{path}",
            data=body,
            headers={"Accept-Encoding": "gzip", "User-Agent": f"FieldDesk/{__version__}", **headers},
            auth=self._sign,
            allow_redirects=False,
            stream=True,
            timeout=self._timeouts,
            verify=self._authorities or True,
        )

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        # As `auth` and not as a header: requests would put a login from the user's .netrc in its place.
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def dial(self, end: Any, host: str, port: int) -> socket.socket:
        """A socket to the first address of a host that answers; NetworkProblem no_name, timeout, no_route."""
        self._end, self.connected = end, False
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError):
            raise NetworkProblem("no_name") from None
        if self._loopback:
            # A name such as localhost can be made to mean another machine; what goes out in the clear must not.
            found = [each for each in found if on_this_machine(str(each[4][0]))]
        problem = NetworkProblem("no_route")
        for place, (family, kind, proto, _name, address) in enumerate(found):
            last = place == len(found) - 1
            line = socket.socket(family, kind, proto)
            try:
                line.settimeout(self._timeouts[0] if last else min(self._timeouts[0], NEXT_ADDRESS_S))
                line.connect(address)
                line.settimeout(self._timeouts[0])
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return line
            except TimeoutError:
                line.close()
                problem = NetworkProblem("timeout", seconds=round(self._timeouts[0]))
            except OSError:
                line.close()
        raise problem

    def shut(self) -> None:
        """Wake whoever reads or writes; from any thread. Closing would not: the reader would go on waiting."""
        line = getattr(self._end, "sock", None)
        if isinstance(line, socket.socket):
            try:
                # Not the TLS socket's own shutdown, which takes the ground from under a read in the other thread.
                socket.socket.shutdown(line, socket.SHUT_RDWR)
            except OSError:
                pass  # not connected any more

    def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()


def _session(line: _Line, loopback: bool) -> requests.Session:
    """A session whose connections tell the line about themselves."""
    from http.cookiejar import DefaultCookiePolicy

    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return line.dial(self, self._dns_host, self.port)

        def connect(self) -> None:
            super().connect()
            line.connected = True

    class Safe(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return line.dial(self, self._dns_host, self.port)

        def connect(self) -> None:
            super().connect()
            line.connected = True

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SafePool(HTTPSConnectionPool):
        ConnectionCls = Safe

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **named: Any) -> None:
            super().init_poolmanager(*args, **named)
            self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SafePool}

        def proxy_manager_for(self, proxy: Any, **named: Any) -> Any:
            manager = super().proxy_manager_for(proxy, **named)
            manager.pool_classes_by_scheme = {"http": PlainPool, "https": SafePool}
            return manager

    class Session(requests.Session):
        def get_redirect_target(self, resp: requests.Response) -> None:
            # Even told not to follow, requests would read the whole body of a redirect to prepare the next question.
            return None

    session = Session()
    session.trust_env = not loopback  # a company's proxy is for the way out, never for this machine
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, Adapter(pool_connections=1, pool_maxsize=1))
    return session


# ---------------------------------------------------------------- what went wrong


def problem_of(cause: BaseException) -> NetworkProblem | None:
    """The code for an exception of the line, None for one that is our own mistake.

    Nothing of the exception's text goes into it: that may hold headers.
    """
    import requests
    import urllib3

    chain = list(_chain(cause))
    for each in chain:
        if isinstance(each, NetworkProblem):
            return each
    if any(isinstance(each, requests.exceptions.ProxyError | urllib3.exceptions.ProxyError) for each in chain):
        return NetworkProblem("proxy")
    for each in chain:
        if isinstance(each, ssl.SSLError):
            return _tls_problem(each)
    if any(isinstance(each, requests.exceptions.SSLError | urllib3.exceptions.SSLError) for each in chain):
        return NetworkProblem("tls", reason="handshake")
    timeouts = (TimeoutError, requests.exceptions.Timeout, urllib3.exceptions.TimeoutError)
    if any(isinstance(each, timeouts) for each in chain):
        return NetworkProblem("timeout")
    if isinstance(cause, requests.exceptions.RequestException | urllib3.exceptions.HTTPError | OSError):
        return NetworkProblem("cut_off", what="line")
    return None


def _tls_problem(cause: ssl.SSLError) -> NetworkProblem:
    if isinstance(cause, ssl.SSLCertVerificationError):
        if cause.verify_code in (_EXPIRED, _NOT_YET):
            return NetworkProblem("tls_expired")
        if cause.verify_code in _FOREIGN:
            return NetworkProblem("tls_foreign")
        return NetworkProblem("tls", reason=f"verify_{cause.verify_code}")
    if isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return NetworkProblem("cut_off", what="tls")
    return NetworkProblem("tls", reason=(cause.reason or "handshake").lower())


def _chain(cause: BaseException) -> Iterator[BaseException]:
    """An exception and all it was made from, however its library keeps that."""
    waiting: list[Any] = [cause]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop(0)
        if not isinstance(each, BaseException) or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
