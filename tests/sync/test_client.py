"""The line to headquarters, against a server on this machine that does everything a network can do."""

from __future__ import annotations

import gzip
import logging
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from email.utils import formatdate
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fielddesk.core.clock import SystemClock
from fielddesk.core.errors import NetworkProblem
from fielddesk.sync.client import HttpHq
from fielddesk.sync.driver import Driver
from fielddesk.sync.protocol import ANSWER_LIMIT, CONTENT_TYPE, EnrolRequest, HelloAnswer, HelloRequest, Op, PushRequest
from fielddesk.sync.status import OFFLINE, Status
from fielddesk.sync.worker import SyncWorker
from tests.support.sync_toys import ToyHq, ToyStore
from tests.support.wires import Asked, Behave, Server, certificate, hello_words, reply, tls, well

TOKEN = "secret-token-of-van-seven"
HELLO = HelloRequest("n0", "d" * 32, "i1", "hq", 1)


@pytest.fixture
def lines() -> Iterator[Callable[..., HttpHq]]:
    """Makes clients and hangs up after the test."""
    made: list[HttpHq] = []

    def line(address: str, **named: Any) -> HttpHq:
        made.append(HttpHq(address, TOKEN, **({"connect_s": 5.0, "stall_s": 5.0} | named)))
        return made[-1]

    yield line
    for each in made:
        each.close()


Lines = Callable[..., HttpHq]


def problem(hq: HttpHq, request: Any = HELLO) -> NetworkProblem:
    with pytest.raises(NetworkProblem) as caught:
        hq.push(request) if isinstance(request, PushRequest) else hq.hello(request)
    assert TOKEN not in repr(caught.value)
    return caught.value


def says(raw: bytes | Callable[[Asked], bytes]) -> Behave:
    def behave(line: socket.socket, asked: Asked) -> None:
        line.sendall(raw if isinstance(raw, bytes) else raw(asked))

    return behave


def met(lines: Lines, raw: bytes | Callable[[Asked], bytes], **named: Any) -> NetworkProblem:
    """What the client makes of an answer."""
    with Server(says(raw)) as server:
        return problem(lines(server.address, **named))


# ---------------------------------------------------------------- when it works


def test_a_question_goes_out_packed_and_signed_and_the_answer_comes_back(lines: Lines) -> None:
    with Server() as server:
        answer = lines(server.address).hello(HELLO)
        assert isinstance(answer, HelloAnswer)
        assert answer.echo.nonce == "n0"
        asked = server.asked[0]
    assert (asked.method, asked.path) == ("POST", "/v1/hello")
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["Content-Encoding"] == asked.headers["Accept-Encoding"] == "gzip"
    assert asked.headers["Content-Type"] == CONTENT_TYPE
    assert asked.words["device"] == "d" * 32


def test_one_connection_serves_many_questions(lines: Lines) -> None:
    with Server() as server:
        hq = lines(server.address)
        for _ in range(5):
            hq.hello(HELLO)
        assert (len(server.asked), server.connections) == (5, 1)


def test_a_connection_that_headquarters_closed_is_opened_again(lines: Lines) -> None:
    with Server(says(lambda asked: reply(hello_words(asked)))) as server:
        hq = lines(server.address)
        for _ in range(3):
            hq.hello(HELLO)
            assert server.hung_up.acquire(timeout=5)
        assert server.connections == 3


def test_an_answer_in_chunks_or_unpacked_is_read_too(lines: Lines) -> None:
    def chunked(asked: Asked) -> bytes:
        whole = reply(hello_words(asked), Content_Length="", Transfer_Encoding="chunked")
        head, body = whole.split(b"\r\n\r\n", 1)
        pieces = b"".join(
            b"%x\r\n%s\r\n" % (len(body[at : at + 9]), body[at : at + 9]) for at in range(0, len(body), 9)
        )
        return head + b"\r\n\r\n" + pieces + b"0\r\n\r\n"

    for raw in (chunked, lambda asked: reply(hello_words(asked), packed=False)):
        with Server(says(raw)) as server:
            assert lines(server.address).hello(HELLO).now == 5


def test_enrolment_sends_no_token(lines: Lines) -> None:
    words = {"hq_id": "h", "epoch": 1, "nonce": "n", "incarnation": 1, "hq_name": "HQ", "user_id": "u"}
    words |= {"account": "a", "device_id": "d", "device_code": "c", "token": "t" * 40, "role": "engineer"}
    with Server(says(reply(words | {"recovery_public": "0" * 64}))) as server:
        hq = HttpHq(server.address)
        assert hq.enrol(EnrolRequest("n", "1234", "van")).token == "t" * 40
        hq.close()
        assert "Authorization" not in server.asked[0].headers


def test_a_login_in_the_users_netrc_never_replaces_the_token(
    lines: Lines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login eve password eve\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    pem = certificate(tmp_path)
    with Server(context=tls(pem)) as server:
        lines(server.address, authorities=str(pem)).hello(HELLO)
        assert server.asked[0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_the_window_can_name_sync_without_loading_the_engine() -> None:
    code = "import sys, fielddesk.sync.worker, fielddesk.sync.status; sys.exit('fielddesk.sync.engine' in sys.modules)"
    assert subprocess.run([sys.executable, "-W", "error", "-c", code], check=False).returncode == 0


def test_requests_is_not_loaded_before_the_first_question() -> None:
    code = "import sys, fielddesk.sync.client, fielddesk.sync.worker; sys.exit('requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-W", "error", "-c", code], check=False).returncode == 0


# ---------------------------------------------------------------- portals, proxies, strangers

PAGE = b"<html><body>Welcome! Please sign in.</body></html>"


@pytest.mark.parametrize(
    "status",
    ["200 OK", "302 Found", "307 Temporary Redirect", "401 Unauthorized", "511 Network Authentication Required"],
)
def test_a_hotels_page_is_a_network_that_needs_sign_in(lines: Lines, status: str) -> None:
    assert met(lines, reply(PAGE, status, "text/html; charset=utf-8", packed=False)).code == "captive_portal"


def test_a_redirect_is_not_followed_and_the_token_not_given_away(lines: Lines) -> None:
    with Server() as elsewhere:
        moved = reply(b"", "302 Found", "text/plain", packed=False, Location=f"{elsewhere.address}/v1/hello")
        assert met(lines, moved).code == "captive_portal"
        assert not elsewhere.asked


def test_a_redirect_with_our_content_type_is_not_followed_either(lines: Lines) -> None:
    with Server() as elsewhere:
        moved = reply({}, "308 Permanent Redirect", Location=f"{elsewhere.address}/v1/hello")
        assert met(lines, moved).code == "captive_portal"
        assert not elsewhere.asked


def test_the_endless_page_of_a_redirect_is_not_read(lines: Lines) -> None:
    def endless(line: socket.socket, _asked: Asked) -> None:
        line.sendall(b"HTTP/1.1 302 Found\r\nLocation: https://portal.example\r\n\r\n")
        while True:
            line.sendall(b" " * 65536)

    with Server(endless) as server:
        assert problem(lines(server.address)).code == "captive_portal"


def test_a_portals_cookie_is_not_kept(lines: Lines) -> None:
    with Server() as server:
        hq = lines(server.address)
        server.behave = says(lambda asked: reply(hello_words(asked), Set_Cookie="portal=1; Path=/", Connection="close"))
        hq.hello(HELLO)
        hq.hello(HELLO)
        assert "Cookie" not in server.asked[1].headers


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        ("200 OK", "application/json", "not_headquarters"),
        ("204 No Content", "text/plain", "not_headquarters"),
        ("403 Forbidden", "text/html", "not_headquarters"),
        ("404 Not Found", "text/html", "not_headquarters"),
        ("407 Proxy Authentication Required", "text/html", "proxy"),
        ("413 Request Entity Too Large", "text/html", "too_large"),
        ("502 Bad Gateway", "text/html", "hq_trouble"),
        ("429 Too Many Requests", "text/html", "busy"),
    ],
)
def test_what_stands_between_is_told_apart(lines: Lines, status: str, kind: str, code: str) -> None:
    found = met(lines, reply(b"x", status, kind, packed=False))
    assert found.code == code
    assert code in OFFLINE


@pytest.mark.parametrize(
    ("status", "words", "code"),
    [
        ("401 Unauthorized", {"code": "revoked"}, "revoked"),
        ("401 Unauthorized", {"code": "device_unknown"}, "device_unknown"),
        ("409 Conflict", {"code": "epoch"}, "epoch"),
        ("422 Unprocessable Content", {"code": "limit", "values": {}}, "refused"),
        ("500 Internal Server Error", {}, "hq_trouble"),
    ],
)
def test_headquarters_own_refusals_are_told_apart(lines: Lines, status: str, words: dict[str, Any], code: str) -> None:
    assert met(lines, reply(words, status)).code == code


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_retry_after_is_read_as_seconds_and_as_a_date(lines: Lines, status: str) -> None:
    assert met(lines, reply({}, status, Retry_After="17")).values == {"retry_after_s": 17}
    dated = reply({}, status, Date=formatdate(1_000_000, usegmt=True), Retry_After=formatdate(1_000_090, usegmt=True))
    assert met(lines, dated).values == {"retry_after_s": 90}
    for nonsense in ("soon", "-5", "9" * 50, "1e9", ""):
        assert met(lines, reply({}, status, Retry_After=nonsense)).values == {"retry_after_s": 0}


def test_an_answer_without_a_content_type_is_nobodys(lines: Lines) -> None:
    assert met(lines, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").code == "not_headquarters"


# ---------------------------------------------------------------- broken answers


def test_half_an_answer_is_cut_off_at_every_kind_of_place(lines: Lines) -> None:
    for share in (0, 1, 12, 40, 90, 120):
        found = met(lines, lambda asked, share=share: reply(hello_words(asked))[:share])
        assert found.code in ("cut_off", "not_headquarters", "bad_answer"), share
    for share in (-100, -20, -8, -1):
        assert met(lines, lambda asked, share=share: reply(hello_words(asked))[:share]).code == "cut_off", share


def test_an_answer_cut_between_chunks_is_cut_off(lines: Lines) -> None:
    def cut(asked: Asked) -> bytes:
        whole = reply(hello_words(asked), Content_Length="", Transfer_Encoding="chunked")
        head, body = whole.split(b"\r\n\r\n", 1)
        return head + b"\r\n\r\n" + b"%x\r\n%s\r\n" % (len(body), body)

    assert met(lines, cut).code == "cut_off"


def test_a_length_that_lies_is_found(lines: Lines) -> None:
    def longer(asked: Asked) -> bytes:
        return reply(hello_words(asked), Content_Length="100000")

    def shorter(asked: Asked) -> bytes:
        return reply(hello_words(asked), Content_Length="60")

    assert met(lines, longer).code == "cut_off"
    assert met(lines, shorter).code == "cut_off"


def test_an_answer_sent_twice_does_not_answer_the_next_question(lines: Lines) -> None:
    def twice(line: socket.socket, asked: Asked) -> bool:
        line.sendall(reply(hello_words(asked)) * 2)
        return True

    with Server(twice) as server:
        hq = lines(server.address)
        for number in range(5):
            request = HelloRequest(f"n{number}", "d" * 32, "i1", "hq", 1)
            try:
                assert hq.hello(request).echo.nonce == f"n{number}"
            except NetworkProblem as found:
                assert found.code == "cut_off"  # noqa: PT017  # either is right, a wrong answer is not


@pytest.mark.parametrize("how", ["cut", "flipped", "more", "plain", "brotli", "empty"])
def test_broken_packing_is_cut_off(lines: Lines, how: str) -> None:
    def broken(asked: Asked) -> bytes:
        body = gzip.compress(reply(hello_words(asked)).split(b"\r\n\r\n", 1)[1] * 3)
        packed = {
            "cut": body[:-9],
            "flipped": body[:20] + bytes([body[20] ^ 255]) + body[21:],
            "more": body + b"more",
            "plain": b'{"a": 1}',
            "brotli": body,
            "empty": b"",
        }[how]
        encoding = "br" if how == "brotli" else "gzip"
        return reply(packed, packed=False, Content_Encoding=encoding)

    found = met(lines, broken)
    assert (found.code, found.values["what"]) == ("cut_off", "encoding" if how == "brotli" else "gzip")


def test_what_is_no_message_is_a_bad_answer(lines: Lines) -> None:
    for body in (b"{}", b"[1]", b'{"hq_id": "h', b'{"a":1,"a":2}', b"\x00" * 50):
        assert met(lines, reply(body)).code in ("bad_answer", "not_headquarters")


def test_a_bomb_is_defused_in_bounded_memory(lines: Lines) -> None:
    import tracemalloc

    pack = zlib.compressobj(9, wbits=31)
    body = b"".join(pack.compress(b" " * 2**20) for _ in range(100)) + pack.flush()
    assert len(body) * 900 < 100 * 2**20
    tracemalloc.start()
    try:
        assert met(lines, reply(body, packed=False, Content_Encoding="gzip")).code == "too_long"
        assert tracemalloc.get_traced_memory()[1] < 2 * ANSWER_LIMIT
    finally:
        tracemalloc.stop()


def test_an_endless_answer_is_not_read_to_its_end(lines: Lines) -> None:
    def endless(line: socket.socket, _asked: Asked) -> None:
        line.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: {CONTENT_TYPE}\r\n\r\n".encode())
        while True:
            line.sendall(b" " * 65536)

    with Server(endless) as server:
        assert problem(lines(server.address)).code == "too_long"


def test_endless_headers_are_refused(lines: Lines) -> None:
    def endless(line: socket.socket, _asked: Asked) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            line.sendall(b"X-A: " + b"a" * 60000 + b"\r\n")

    with Server(endless) as server:
        assert problem(lines(server.address)).code == "cut_off"


# ---------------------------------------------------------------- silence


def test_a_silent_headquarters_is_given_up(lines: Lines) -> None:
    def silent(_line: socket.socket, _asked: Asked) -> None:
        server.ended.wait(30)

    with Server(silent) as server:
        begin = time.monotonic()
        assert problem(lines(server.address, stall_s=0.4)).code == "timeout"
        assert time.monotonic() - begin < 2.5


def test_an_answer_that_stops_in_the_middle_is_given_up(lines: Lines) -> None:
    def stops(line: socket.socket, asked: Asked) -> None:
        line.sendall(reply(hello_words(asked))[:150])
        server.ended.wait(30)

    with Server(stops) as server:
        assert problem(lines(server.address, stall_s=0.4)).code == "timeout"


@pytest.mark.slow
def test_a_slow_answer_that_moves_is_waited_for(lines: Lines) -> None:
    def slow(line: socket.socket, asked: Asked) -> None:
        head, body = reply(hello_words(asked, accepts={f"k{n}": [n] for n in range(400)}), packed=False).split(
            b"\r\n\r\n", 1
        )
        line.sendall(head + b"\r\n\r\n")
        for at in range(0, len(body), len(body) // 9):
            server.ended.wait(0.15)
            line.sendall(body[at : at + len(body) // 9])

    with Server(slow) as server:
        begin = time.monotonic()
        assert lines(server.address, stall_s=0.5).hello(HELLO).now == 5
        assert time.monotonic() - begin > 1


def test_a_byte_now_and_then_is_no_answer(lines: Lines) -> None:
    def trickle(line: socket.socket, asked: Asked) -> None:
        for byte in reply(hello_words(asked)):
            line.sendall(bytes([byte]))
            if server.ended.wait(0.1):
                return

    with Server(trickle) as server:
        assert problem(lines(server.address, stall_s=0.4)).code == "timeout"


@pytest.mark.slow
def test_a_headquarters_that_does_not_read_is_given_up(lines: Lines) -> None:
    """The question is larger than any buffer between, and nobody takes it."""
    ops = tuple(Op(n, f"{n:032x}", "0" * 64, Random(n).randbytes(60_000).hex()) for n in range(1, 200))
    request = PushRequest("n", "d" * 32, "i1", "hq", 1, ops)
    listener = socket.create_server(("127.0.0.1", 0))
    with listener:
        hq = lines(f"http://127.0.0.1:{listener.getsockname()[1]}", stall_s=0.5, connect_s=0.5)
        assert problem(hq, request).code == "timeout"


@pytest.mark.parametrize("where", ["silent", "trickling", "unread"])
def test_a_cancel_is_obeyed_within_two_seconds(lines: Lines, where: str) -> None:
    begun = threading.Event()

    def behave(line: socket.socket, asked: Asked) -> None:
        if where == "trickling":
            line.sendall(reply(hello_words(asked))[:150])
        begun.set()
        server.ended.wait(30)

    with Server(behave) as server:
        hq = lines(server.address, connect_s=30.0, stall_s=30.0)
        canceller = threading.Thread(target=lambda: (begun.wait(5), hq.cancel()))
        canceller.start()
        begin = time.monotonic()
        assert problem(hq).code == "cancelled"
        assert time.monotonic() - begin < 2
        canceller.join()
        assert problem(hq).code == "cancelled"
        server.behave = well
        hq.ready()
        assert hq.hello(HELLO).now == 5


@pytest.mark.slow
def test_a_cancel_reaches_even_a_look_up_that_hangs(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging, release = threading.Event(), threading.Event()

    def hangs(*_args: object, **_named: object) -> object:
        hanging.set()
        release.wait(20)
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    hq = lines("https://hq.example.test", connect_s=30.0)
    canceller = threading.Thread(target=lambda: (hanging.wait(5), hq.cancel()))
    canceller.start()
    begin = time.monotonic()
    assert problem(hq).code == "cancelled"
    assert time.monotonic() - begin < 2
    canceller.join()
    release.set()


# ---------------------------------------------------------------- no way there


@pytest.mark.slow
def test_nobody_there_no_name_and_no_answer_are_different(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert problem(lines(f"http://127.0.0.1:{port}")).code == "no_route"
    assert problem(lines("https://no-such-host.invalid")).code == "no_name"

    def hangs(*_args: object, **_named: object) -> object:
        release.wait(20)
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    assert problem(lines("https://hq.example.test", connect_s=0.3)).code == "timeout"
    release.set()


@pytest.mark.slow
def test_an_address_that_swallows_everything_does_not_hide_the_next_one(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a black-holed IPv6: a listener whose queue is full stands for it."""
    from fielddesk.sync import client

    monkeypatch.setattr(client, "NEXT_ADDRESS_S", 0.3)
    hole = socket.socket()
    hole.bind(("127.0.0.1", 0))
    hole.listen(0)
    filling = []
    for _ in range(4):
        each = socket.socket()
        each.setblocking(False)
        each.connect_ex(hole.getsockname())
        filling.append(each)
    with Server() as server:
        good = ("127.0.0.1", int(server.address.rsplit(":", 1)[1]))
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", each) for each in (hole.getsockname(), good)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: found)
        assert lines(server.address).hello(HELLO).now == 5
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: found[:1])
        assert problem(lines(server.address, connect_s=0.5)).code == "timeout"
    for each in (hole, *filling):
        each.close()


@pytest.mark.parametrize(
    "address",
    [
        "http://hq.example.com",
        "http://10.0.0.5:8000",
        "http://localhost.evil.com",
        "http://[fe80::1]",
        "http://0.0.0.0",
    ],
)
def test_nothing_is_sent_in_the_clear_beyond_this_machine(
    lines: Lines, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dials(*_args: object, **_named: object) -> object:
        raise AssertionError("looked up")

    monkeypatch.setattr(socket, "getaddrinfo", dials)
    assert problem(lines(address)).code == "not_encrypted"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "hq.example.com",
        "ftp://hq",
        "https://",
        "https://a:b@hq",
        "https://hq:99999",
        "https://[::1",
        "https://hq?x=1",
    ],
)
def test_an_address_that_is_none_is_said_to_be_none(lines: Lines, address: str) -> None:
    assert problem(lines(address)).code == "bad_address"


def test_a_proxy_that_refuses_is_named(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    refuses = reply(b"who are you?", "407 Proxy Authentication Required", "text/html", packed=False)
    with Server(says(refuses)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address)
        assert problem(lines("https://hq.example.test")).code == "proxy"
        assert proxy.asked[0].method == "CONNECT"
        assert TOKEN not in repr(proxy.asked)


def test_a_companys_proxy_is_never_asked_for_this_machine(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server() as proxy, Server() as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.address)
        assert lines(server.address).hello(HELLO).now == 5
        assert not proxy.asked


def test_a_localhost_that_means_another_machine_gets_nothing(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: found)
    assert problem(lines("http://localhost", connect_s=1.0)).code == "no_route"


# ---------------------------------------------------------------- TLS


def test_a_known_authority_is_trusted(lines: Lines, tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    with Server(context=tls(pem)) as server:
        hq = lines(server.address, authorities=str(pem))
        assert hq.hello(HELLO).now == 5
        assert hq.hello(HELLO).now == 5
        assert server.connections == 1


def test_tls_faults_are_told_apart_and_no_token_leaves(lines: Lines, tmp_path: Path) -> None:
    expired, early = certificate(tmp_path, valid=(-9, -2)), certificate(tmp_path, valid=(2, 9))
    good, elsewhere = certificate(tmp_path), certificate(tmp_path, "elsewhere.example")
    for pem, trusted, code in (
        (expired, expired, "tls_expired"),
        (early, early, "tls_expired"),
        (good, elsewhere, "tls_foreign"),
        (elsewhere, elsewhere, "tls_foreign"),
        (good, None, "tls_foreign"),
    ):
        with Server(context=tls(pem)) as server:
            hq = lines(server.address, authorities=trusted and str(trusted))
            assert problem(hq).code == code
            assert not server.asked


def test_plain_http_where_tls_should_be_is_a_tls_fault(lines: Lines) -> None:
    def shouts(line: socket.socket) -> None:
        with line:
            line.sendall(reply(PAGE, "400 Bad Request", "text/html", packed=False))
            with suppress(ConnectionResetError):
                while line.recv(65536):
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=lambda: shouts(listener.accept()[0]))
        thread.start()
        assert problem(lines(f"https://127.0.0.1:{listener.getsockname()[1]}")).code == "tls"
        thread.join()


def test_a_handshake_that_never_ends_is_given_up(lines: Lines) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert problem(lines(f"https://127.0.0.1:{listener.getsockname()[1]}", connect_s=0.5)).code == "timeout"


def test_an_answer_cut_under_tls_is_cut_off(lines: Lines, tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    with Server(says(lambda asked: reply(hello_words(asked))[:150]), context=tls(pem)) as server:
        assert problem(lines(server.address, authorities=str(pem))).code == "cut_off"


def test_a_cancel_is_obeyed_under_tls(lines: Lines, tmp_path: Path) -> None:
    pem, begun = certificate(tmp_path), threading.Event()

    def silent(_line: socket.socket, _asked: Asked) -> None:
        begun.set()
        server.ended.wait(30)

    with Server(silent, context=tls(pem)) as server:
        hq = lines(server.address, authorities=str(pem), stall_s=30.0)
        canceller = threading.Thread(target=lambda: (begun.wait(5), hq.cancel()))
        canceller.start()
        begin = time.monotonic()
        assert problem(hq).code == "cancelled"
        assert time.monotonic() - begin < 2
        canceller.join()


# ---------------------------------------------------------------- the token, and the thread


def test_the_token_is_in_no_log_no_error_and_no_picture_of_the_client(
    lines: Lines, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    met(lines, reply(b"x", "500 Oops"))
    met(lines, lambda asked: reply(hello_words(asked))[:100])
    with Server() as server:
        hq = lines(server.address)
        hq.hello(HELLO)
        assert TOKEN not in repr(hq)
    assert caplog.records
    assert TOKEN not in caplog.text


def test_the_worker_syncs_stops_within_two_seconds_and_goes_on() -> None:
    hq, store = ToyHq(), ToyStore()
    store.work(1)
    heard: list[Status] = []
    news = threading.Condition()

    def listener(status: Status) -> None:
        with news:
            heard.append(status)
            news.notify_all()

    def until(code: str, count: int = 1) -> None:
        with news:
            assert news.wait_for(lambda: sum(each.code == code for each in heard) >= count, 10)

    worker = SyncWorker(Driver(store, hq, SystemClock(), Random(1), listener=listener), hq, lambda bug: None)
    worker.start()
    until("agreed")
    worker.stop()
    until("stopped")
    store.work(2)
    worker.local_work(1)
    worker.sync_now()
    until("sending", 2)
    with news:
        news.wait_for(lambda: not worker.status.waiting and worker.status.code == "agreed", 10)
    assert worker.close()
    assert hq.hung_up
    assert len(hq.applied) == 2


def test_a_mistake_of_ours_is_reported_and_does_not_end_the_thread() -> None:
    hq, store, bugs = ToyHq(), ToyStore(), []
    said = threading.Event()

    def fails(_what: str) -> None:
        raise ZeroDivisionError

    store.fail = fails
    worker = SyncWorker(
        Driver(store, hq, SystemClock(), Random(1), listener=lambda status: status.problem and said.set()),
        hq,
        bugs.append,
    )
    worker.start()
    assert said.wait(10)
    assert (worker.status.code, worker.status.problem) == ("store", "program_error")
    assert worker.close()
    assert [type(each) for each in bugs] == [ZeroDivisionError]


@pytest.mark.slow
def test_a_stop_ends_a_real_exchange_within_two_seconds() -> None:
    begun = threading.Event()

    def silent(_line: socket.socket, _asked: Asked) -> None:
        begun.set()
        server.ended.wait(30)

    def answers(line: socket.socket, asked: Asked) -> bool:
        answered.set()
        return well(line, asked)

    stopped, answered = threading.Event(), threading.Event()
    with Server(silent) as server:
        hq = HttpHq(server.address, TOKEN)
        driver = Driver(
            ToyStore(), hq, SystemClock(), Random(1), listener=lambda each: each.code == "stopped" and stopped.set()
        )
        worker = SyncWorker(driver, hq, lambda bug: None)
        worker.start()
        assert begun.wait(10)
        begin = time.monotonic()
        worker.stop()
        assert stopped.wait(5)
        assert time.monotonic() - begin < 2
        server.behave = answers
        worker.sync_now()
        assert answered.wait(10)
        assert worker.close()
