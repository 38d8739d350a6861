"""Over the line comes anything: headquarters answers each with its own words, quickly, and never falls over."""

from __future__ import annotations

import gzip
import http.client
import json
import logging
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from fielddesk.core import canonical
from fielddesk.core.errors import NetworkProblem
from fielddesk.features.workorders.actions import add_note
from fielddesk.hq import admin
from fielddesk.sync.client import HttpHq
from fielddesk.sync.protocol import CONTENT_TYPE, EnrolRequest, HelloRequest, Op, PullRequest, PushRequest, Sent
from tests.support.offices import Laptop, Office
from tests.support.servers import serving


@pytest.fixture
def office(office_on_sqlite: Office) -> Office:
    return office_on_sqlite


@pytest.fixture
def address(office: Office) -> Iterator[str]:
    with serving(office.hq, silence_s=1.0) as where:
        yield where


@pytest.fixture
def laptop(office: Office) -> Laptop:
    office.person("eve")
    return office.laptop("eve")


def post(
    address: str, path: str, body: bytes, headers: dict[str, str] | None = None, method: str = "POST"
) -> tuple[int, dict[str, str], Any]:
    """(status, headers in small letters, the JSON of the answer)."""
    line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    try:
        line.request(method, path, body, {"Content-Type": CONTENT_TYPE, **(headers or {})})
        answer = line.getresponse()
        raw = answer.read()
        told = {name.lower(): value for name, value in answer.getheaders()}
        if told.get("content-encoding") == "gzip":
            raw = gzip.decompress(raw)
        return answer.status, told, json.loads(raw) if raw else None
    finally:
        line.close()


def head(kind: str, length: str) -> bytes:
    """The head of a request that promises so many bytes."""
    words = f"POST /v1/{kind} HTTP/1.1\r\nHost: x\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {length}\r\n\r\n"
    return words.encode()


def bearer(laptop: Laptop) -> dict[str, str]:
    return {"Authorization": f"Bearer {laptop.token}"}


# ---------------------------------------------------------------- the whole way


def test_the_real_client_enrols_says_hello_pushes_and_pulls(office: Office, address: str) -> None:
    eve = office.person("eve")
    order = office.order(office.customer(), assignee_id=eve)
    stranger = HttpHq(address)
    me = stranger.enrol(EnrolRequest("n1", admin.enrolment_code(office.hq, eve), "laptop"))
    stranger.close()
    line = HttpHq(address, me.token)
    who = (me.device_id, me.echo.incarnation, me.echo.hq_id, me.echo.epoch)
    hello = line.hello(HelloRequest("n2", *who))
    assert hello.echo.nonce == "n2"
    assert hello.accepts["add_note"] == (1,)
    small = Laptop.__new__(Laptop)
    small.hq, small.queue = office.hq, []
    op = small.say(add_note, order_id=order, text="naïve 🔧" * 300)
    body = small.queue[0]["body"]
    pushed = line.push(PushRequest("n3", *who, (Op(1, op, canonical.digest(body), body),)))
    assert [outcome.is_ for outcome in pushed.outcomes] == ["applied"]
    pulled = line.pull(PullRequest("n4", *who, 0, Sent(1, op), 1000))
    assert any(row["table"] == "note" and row["body"]["text"].startswith("naïve 🔧") for row in pulled.rows)
    assert pulled.to == pulled.head == pushed.outcomes[0].pos
    line.close()


def test_answers_are_packed_where_that_is_taken(laptop: Laptop, address: str) -> None:
    question = json.dumps(laptop.question(after=None, limit=100)).encode()
    plain = post(address, "/v1/snapshot", question, bearer(laptop))
    both_ways = bearer(laptop) | {"Content-Encoding": "gzip", "Accept-Encoding": "gzip"}
    packed = post(address, "/v1/snapshot", gzip.compress(question), both_ways)
    assert "content-encoding" not in plain[1]
    assert packed[1]["content-encoding"] == "gzip"
    assert plain[2] == packed[2]
    assert plain[1]["content-type"] == packed[1]["content-type"] == CONTENT_TYPE


def test_health_tells_whether_the_database_answers(office: Office, address: str) -> None:
    assert post(address, "/health", b"", method="GET")[::2] == (200, {"is": "well"})
    with office.hq.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE counter RENAME TO counter_away")
    assert post(address, "/health", b"", method="GET")[::2] == (503, {"is": "ill"})


# ---------------------------------------------------------------- what is refused


def nested(depth: int) -> bytes:
    return b'{"a":' + b"[" * depth + b"]" * depth + b"}"


REFUSED: dict[str, tuple[bytes, dict[str, str], int]] = {
    "nothing": (b"", {}, 422),
    "cut off JSON": (b'{"nonce":"n","prot', {}, 422),
    "a list": (b"[]", {}, 422),
    "NaN": (b'{"nonce":NaN}', {}, 422),
    "infinity": (b'{"nonce":Infinity}', {}, 422),
    "a float": (b'{"from":1.5}', {}, 422),
    "2^64": (b'{"from":18446744073709551616}', {}, 422),
    "doubled key": (b'{"nonce":"a","nonce":"b","protocol":1}', {}, 422),
    "nesting of 100,000": (nested(100_000), {}, 422),
    "not UTF-8": (b'{"nonce":"\xff\xfe"}', {}, 422),
    "lone surrogate": (b'{"nonce":"\\ud800","protocol":1}', {}, 422),
    "another type": (b"{}", {"Content-Type": "application/json"}, 415),
    "a form": (b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    "unknown packing": (b"{}", {"Content-Encoding": "br"}, 415),
    "not gzip": (b"{}", {"Content-Encoding": "gzip"}, 422),
    "cut off gzip": (gzip.compress(b'{"a":1}' * 100)[:-9], {"Content-Encoding": "gzip"}, 422),
    "two gzips": (gzip.compress(b"{}") + gzip.compress(b"{}"), {"Content-Encoding": "gzip"}, 422),
    "bomb 1:1000": (gzip.compress(b" " * 40_000_000), {"Content-Encoding": "gzip"}, 413),
}


@pytest.mark.parametrize("kind", ["enrol", "push"])
@pytest.mark.parametrize(("body", "headers", "status"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_question_is_refused_in_our_own_words(
    address: str, laptop: Laptop, kind: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    began = time.monotonic()
    found, told, words = post(address, f"/v1/{kind}", body, bearer(laptop) | headers)
    assert (found, told["content-type"]) == (status, CONTENT_TYPE)
    assert set(words) == {"code", "values"}
    assert time.monotonic() - began < 10


def test_two_hundred_megabytes_are_not_read_to_their_end(address: str) -> None:
    host, port = urlsplit(address).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(head("push", "200000000"))
        sent = 0
        answer = b""
        try:
            while sent < 200_000_000 and not answer:
                line.sendall(b"x" * 65536)
                sent += 65536
                line.settimeout(0.0001)
                try:
                    answer = line.recv(65536)
                except (TimeoutError, BlockingIOError):
                    pass
                line.settimeout(30)
        except (BrokenPipeError, ConnectionResetError):
            answer = answer or line.recv(65536)
    assert b" 413 " in answer.split(b"\r\n", 1)[0]
    assert sent < 60_000_000


@pytest.mark.slow
def test_a_questioner_who_falls_silent_does_not_hang_headquarters(address: str) -> None:
    host, port = urlsplit(address).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(head("pull", "1000") + b"{")
        assert b" 408 " in line.recv(65536).split(b"\r\n", 1)[0]


@pytest.mark.parametrize("length", ["-5", "abc", "1e9", "99999999999999999999999"])
def test_a_wrong_content_length_is_refused(address: str, length: str) -> None:
    host, port = urlsplit(address).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(head("pull", length) + b"{}")
        status = line.recv(65536).split(b"\r\n", 1)[0]
    assert status == b"" or b" 4" in status


def test_a_request_cut_at_any_byte_takes_whole_operations_or_nothing(
    office: Office, laptop: Laptop, address: str
) -> None:
    order = office.order(office.customer(), assignee_id=laptop.user)
    for n in range(30):
        laptop.say(add_note, order_id=order, text=f"{n} " * 50)
    body = gzip.compress(json.dumps(laptop.question(ops=laptop.queue)).encode())
    host, port = urlsplit(address).netloc.split(":")
    begin = (
        f"POST /v1/push HTTP/1.1\r\nHost: x\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Encoding: gzip\r\n"
        f"Authorization: Bearer {laptop.token}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    for cut in range(0, len(body), max(1, len(body) // 12)):
        with socket.create_connection((host, int(port)), timeout=20) as line:
            line.sendall(begin + body[:cut])
    assert sum(table == "note" for table, _ in office.rows()) == 0
    status, _, words = post(address, "/v1/push", body, bearer(laptop) | {"Content-Encoding": "gzip"})
    assert (status, len(words["outcomes"])) == (200, 30)


@pytest.mark.parametrize(
    ("path", "method"), [("/v1/pull", "GET"), ("/v2/pull", "POST"), ("/", "GET"), ("/docs", "GET")]
)
def test_an_unknown_address_is_answered_in_our_own_words_too(address: str, path: str, method: str) -> None:
    status, told, _ = post(address, path, b"", method=method)
    assert status in (404, 405)
    assert told["content-type"] == CONTENT_TYPE


def test_a_forged_device_and_a_missing_token_are_refused_and_logged(
    office: Office, laptop: Laptop, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    other = office.laptop("eve")
    question = json.dumps(other.question(**{"from": 0, "sent": None, "limit": 1})).encode()
    for headers in ({}, bearer(laptop), {"Authorization": "Basic x"}, {"Authorization": "Bearer " + "0" * 64}):
        status, _, words = post(address, "/v1/pull", question, headers)
        assert (status, words["code"]) == (401, "device_unknown")
    assert caplog.text.count("refused: unknown device or token") == 4


def test_a_mistake_of_our_own_is_five_hundred_without_a_word_of_the_customers(
    office: Office, laptop: Laptop, address: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: Any, **__: Any) -> None:
        raise KeyError("Frau Müller, Hauptstraße 5")

    monkeypatch.setattr("fielddesk.hq.service.feed_page", break_down)
    caplog.set_level(logging.DEBUG)
    question = json.dumps(laptop.question(**{"from": 0, "sent": None, "limit": 1})).encode()
    status, told, words = post(address, "/v1/pull", question, bearer(laptop))
    assert (status, words, told["content-type"]) == (500, {"code": "trouble", "values": {}}, CONTENT_TYPE)
    assert "KeyError" in caplog.text
    assert "Müller" not in caplog.text
    assert laptop.token not in caplog.text


def test_logs_of_a_whole_exchange_hold_neither_token_nor_text(
    office: Office, laptop: Laptop, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    order = office.order(office.customer(), assignee_id=laptop.user)
    laptop.say(add_note, order_id=order, text="Geheimer Kundentext")
    laptop.say(add_note, order_id="0" * 32, text="Geheimer Kundentext")
    laptop.say("add_note", order_id=order, text="Geheimer Kundentext\x00")
    status, _, _ = post(address, "/v1/push", json.dumps(laptop.question(ops=laptop.queue)).encode(), bearer(laptop))
    assert status == 200
    assert "Geheimer" not in caplog.text
    assert laptop.token not in caplog.text


def test_a_busy_database_says_when_to_come_again(
    office: Office, laptop: Laptop, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlalchemy as sa

    def busy(*_: Any, **__: Any) -> None:
        raise sa.exc.OperationalError("x", {}, Exception("database is locked"))

    monkeypatch.setattr("fielddesk.hq.service.Push", busy)
    office.hq._pause = lambda seconds: None
    status, told, words = post(address, "/v1/push", json.dumps(laptop.question(ops=[])).encode(), bearer(laptop))
    assert (status, words["code"], told["retry-after"]) == (503, "busy", "5")
    line = HttpHq(address, laptop.token)
    with pytest.raises(NetworkProblem) as problem:
        line.push(PushRequest("n", laptop.device, laptop.incarnation, laptop.hq_id, laptop.epoch, ()))
    line.close()
    assert (problem.value.code, problem.value.values["retry_after_s"]) == ("busy", 5)
