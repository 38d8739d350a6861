"""What comes off the line is checked before anybody believes it."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from fielddesk.core.errors import NetworkProblem
from fielddesk.sync import wire
from fielddesk.sync.protocol import (
    ANSWER_LIMIT,
    EnrolAnswer,
    EnrolRequest,
    HelloRequest,
    Op,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushRequest,
    Sent,
    SnapshotAnswer,
    SnapshotRequest,
)

ID, OTHER, HASH = "a" * 32, "b" * 32, "c" * 64
ECHO = {"hq_id": "h" * 32, "epoch": 3, "nonce": "n1", "incarnation": "i1"}


def row(**changes: Any) -> dict[str, Any]:
    body = {"id": ID, "title": "Seal", "due_on": None}
    return {"pos": 8, "commit": 8, "table": "note", "id": ID, "rev": 2, "op": "put", "body": body} | changes


def outcome(**changes: Any) -> dict[str, Any]:
    return {"seq": 1, "id": ID, "hash": HASH, "outcome": {"is": "applied"}, "pos": 9} | changes


def pull(**changes: Any) -> dict[str, Any]:
    answer = {"from": 7, "to": 9, "head": 20, "rows": [row()], "outcomes": [outcome()], "more": True, "snapshot": False}
    return ECHO | answer | {"fork": None} | changes


def push(**changes: Any) -> dict[str, Any]:
    return ECHO | {"outcomes": [outcome()], "next_seq": 2, "later": None, "fork": None} | changes


def snapshot(**changes: Any) -> dict[str, Any]:
    rows = [{"table": "note", "id": ID, "rev": 1, "body": {"id": ID}}]
    return ECHO | {"pos": 4, "rows": rows, "next": ["note", ID]} | changes


def hello(**changes: Any) -> dict[str, Any]:
    return ECHO | {"protocols": [1], "accepts": {"add_note": [1, 2]}, "now": 1} | changes


def enrol(**changes: Any) -> dict[str, Any]:
    named = {"hq_name": "HQ", "user_id": ID, "account": "ann", "device_id": OTHER, "device_code": "A1"}
    return ECHO | named | {"token": "t" * 40, "recovery_public": "0" * 64, "role": "engineer"} | changes


ANSWERS: dict[wire.Kind, Any] = {"pull": pull, "push": push, "snapshot": snapshot, "hello": hello, "enrol": enrol}


def decode(kind: wire.Kind, words: Any) -> Any:
    return wire.decode_answer(kind, json.dumps(words, ensure_ascii=False).encode())


def refused(kind: wire.Kind, raw: bytes) -> NetworkProblem:
    with pytest.raises(NetworkProblem) as caught:
        wire.decode_answer(kind, raw)
    return caught.value


def test_each_answer_is_read_as_it_was_written() -> None:
    page = decode("pull", pull(fork={"incarnation": 5, "device_code": "B7"}))
    assert isinstance(page, PullAnswer)
    assert (page.from_, page.to, page.head, page.more, page.snapshot) == (7, 9, 20, True, False)
    assert page.rows == [row()]
    assert (page.outcomes[0].is_, page.outcomes[0].pos) == ("applied", 9)
    assert page.fork is not None
    assert (page.fork.incarnation, page.fork.device_code) == (5, "B7")
    answer = decode("push", push(later={"id": ID, "kind": "measure", "version": 4}, outcomes=[]))
    assert isinstance(answer, PushAnswer)
    assert answer.later is not None
    assert (answer.later.kind, answer.later.version) == ("measure", 4)
    piece = decode("snapshot", snapshot())
    assert isinstance(piece, SnapshotAnswer)
    assert piece.next == ("note", ID)
    assert decode("hello", hello()).accepts == {"add_note": (1, 2)}
    assert isinstance(decode("enrol", enrol()), EnrolAnswer)


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_field_is_needed(kind: wire.Kind) -> None:
    whole = ANSWERS[kind]()
    for name in whole:
        rest = {each: value for each, value in whole.items() if each != name}
        assert refused(kind, json.dumps(rest).encode()).code in ("bad_answer", "not_headquarters"), name


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize("wrong", [1.5, [[]], {"x": {}}, True, -1, 2**63, "", "\n", -(2**70)], ids=repr)
def test_no_field_takes_a_value_of_another_kind(kind: wire.Kind, wrong: Any) -> None:
    whole = ANSWERS[kind]()
    taken = set()
    for name in whole:
        try:
            decode(kind, whole | {name: wrong})
        except NetworkProblem:
            continue
        taken.add(name)
    texts = {
        "hq_id",
        "epoch",
        "nonce",
        "incarnation",
        "hq_name",
        "user_id",
        "account",
        "device_id",
        "device_code",
        "role",
    }
    flags = {"more", "snapshot"}
    allowed = (
        texts
        if isinstance(wrong, str)
        else flags
        if wrong is True
        else {"epoch", "incarnation"}
        if wrong == -1
        else set()
    )
    assert taken <= allowed


@pytest.mark.parametrize("kind", ANSWERS)
def test_what_a_newer_headquarters_adds_is_no_fault(kind: wire.Kind) -> None:
    decode(kind, ANSWERS[kind](weather={"in": ["Hamburg", None, 7]}))


def test_unknown_tables_and_fields_travel_on_to_the_store() -> None:
    unknown = row(table="drone_flight", body={"id": ID, "battery": 80}, hint="x")
    assert decode("pull", pull(rows=[unknown])).rows == [unknown]


@pytest.mark.parametrize(
    "changes",
    [
        {"pos": 7},
        {"pos": 10},
        {"pos": "8"},
        {"pos": True},
        {"commit": None},
        {"table": "Note; drop"},
        {"table": 3},
        {"id": "../../x"},
        {"id": ID.upper()},
        {"id": None},
        {"rev": -1},
        {"rev": "1"},
        {"op": "archive!"},
        {"op": []},
        {"body": None},
        {"body": []},
        {"body": {"id": OTHER}},
        {"body": {"id": ID, "quantity": 1.5}},
        {"body": {"id": ID, "done": True}},
        {"body": {"id": ID, "names": {"en": "x"}}},
        {"body": {"id": ID, "count": 2**63}},
    ],
    ids=str,
)
def test_a_row_that_cannot_be_spoils_the_page(changes: dict[str, Any]) -> None:
    assert refused("pull", json.dumps(pull(rows=[row(), row(**changes)])).encode()).code == "bad_answer"


@pytest.mark.parametrize("rows", [[1], [None], [[]], ["pos"], [{}], {}])
def test_rows_that_are_no_rows_spoil_the_page(rows: Any) -> None:
    assert refused("pull", json.dumps(pull(rows=rows)).encode()).code == "bad_answer"
    assert refused("snapshot", json.dumps(snapshot(rows=rows)).encode()).code == "bad_answer"


def test_positions_never_fall() -> None:
    assert refused("pull", json.dumps(pull(rows=[row(pos=9), row(pos=8)])).encode()).values == {"what": "pos"}
    decode("pull", pull(rows=[row(pos=8), row(pos=8, id=OTHER, body={"id": OTHER}), row(pos=9)]))


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": {"is": "vanished"}},
        {"outcome": {}},
        {"outcome": "applied"},
        {"hash": "c" * 63},
        {"id": "x"},
        {"seq": -1},
        {"pos": -4},
        {"pos": 7},
        {"pos": 10},
        {"pos": None},
        {"outcome": {"is": ["applied"]}},
    ],
    ids=str,
)
def test_an_outcome_that_cannot_be_spoils_the_page(changes: dict[str, Any]) -> None:
    assert refused("pull", json.dumps(pull(outcomes=[outcome(**changes)])).encode()).code == "bad_answer"


def test_a_push_may_tell_an_outcome_that_has_no_place_in_the_feed_yet() -> None:
    assert decode("push", push(outcomes=[outcome(pos=None)])).outcomes[0].pos is None


@pytest.mark.parametrize(
    "changes", [{"from": 10}, {"to": 6}, {"head": 8}, {"from": -1}, {"more": 1}, {"fork": []}, {"fork": {}}], ids=str
)
def test_a_page_whose_ends_do_not_meet_is_refused(changes: dict[str, Any]) -> None:
    assert refused("pull", json.dumps(pull(rows=[], outcomes=[]) | changes).encode()).code == "bad_answer"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"<html><body>Welcome to our hotel</body></html>",
        json.dumps(pull()).encode()[:-1],
        json.dumps(pull()).encode() + b"}",
        json.dumps(pull()).encode() * 2,
        b"\xff\xfe" + json.dumps(pull()).encode("utf-16-le"),
        json.dumps(pull()).replace("Seal", "\udcff").encode("utf-8", "surrogatepass"),
        json.dumps(pull()).replace("Seal", "\\ud800").encode(),
        json.dumps(pull()).replace("Seal", "a\nb").encode(),
        json.dumps(pull()).replace('"rev": 2', '"rev": NaN').encode(),
        json.dumps(pull()).replace('"rev": 2', '"rev": Infinity').encode(),
        json.dumps(pull()).replace('"rev": 2', '"rev": 2.0').encode(),
        json.dumps(pull()).replace('"rev": 2', '"rev": 2e0').encode(),
        json.dumps(pull()).replace('"rev": 2', '"rev": ' + "9" * 5000).encode(),
        json.dumps(pull(extra=0)).replace('"extra": 0', '"extra": ' + "[" * 100_000 + "]" * 100_000).encode(),
        json.dumps(pull(extra=0)).replace('"extra": 0', '"extra": ' + '{"a":' * 100_000).encode(),
    ],
    ids=range(18),
)
def test_bytes_that_are_no_message_are_refused(raw: bytes) -> None:
    assert refused("pull", raw).code in ("bad_answer", "not_headquarters")


@pytest.mark.parametrize(
    ("once", "twice"),
    [
        ('"rev": 2', '"rev": 2, "rev": 3'),
        ('"rev": 2', '"rev": 2, "\\u0072ev": 2'),
        ('"title": "Seal"', '"title": "Seal", "title": "a\\"b\\\\"'),
        ('"epoch": 3', '"epoch": 3, "epoch": 4'),
        ('{"is": "applied"}', '{"is": "applied", "is": "void"}'),
        ('"fork": null', '"fork": null, "x": {"y": [{"z": 1, "z": 1}]}'),
    ],
)
def test_a_doubled_key_is_found_wherever_it_stands(once: str, twice: str) -> None:
    whole = json.dumps(pull())
    assert once in whole
    assert refused("pull", whole.replace(once, twice).encode()).values == {"what": "doubled_key"}


@pytest.mark.parametrize(
    "text", ['"', "\\", '\\"', '\\\\"', "\\u0022", "ab\\", '""""', '客户说"漏"', "\u0000", "\u2028"]
)
def test_quotes_and_backslashes_in_a_text_are_no_doubled_keys(text: str) -> None:
    for ascii_only in (True, False):
        raw = json.dumps(pull(rows=[row(body={"id": ID, text: text, "t" + text: text * 3})]), ensure_ascii=ascii_only)
        assert wire.decode_answer("pull", raw.encode()).rows[0]["body"][text] == text  # type: ignore[union-attr]


def test_what_is_longer_than_any_answer_is_not_even_parsed() -> None:
    assert refused("pull", b" " * (ANSWER_LIMIT + 1)).code == "too_long"


def test_ten_thousand_rows_are_read_in_much_less_than_a_tenth_of_a_second() -> None:
    body = {f"field_{number}": f"a text of some length {number}" for number in range(6)}
    body |= {f"count_{number}": 1_700_000_000_000_000 + number for number in range(4)}
    rows = [row(pos=8 + number, id=f"{number:032x}", body=body | {"id": f"{number:032x}"}) for number in range(10_000)]
    raw = json.dumps(pull(rows=rows, to=10_008, head=10_008)).encode()
    took = []
    for _ in range(5):
        begin = time.thread_time()
        wire.decode_answer("pull", raw)
        took.append(time.thread_time() - begin)
    plain = []
    for _ in range(5):
        begin = time.thread_time()
        json.loads(raw)
        plain.append(time.thread_time() - begin)
    # As a ratio, so that it holds on a slow machine: with all checks it stays near the standard library's parsing.
    assert min(took) < 2.5 * min(plain)


# ---------------------------------------------------------------- questions and refusals


def test_each_question_is_written_as_agreed() -> None:
    common = {"nonce": "n", "device": "d", "incarnation": 2, "hq_id": "h", "epoch": 3}
    op = Op(5, ID, HASH, '{"id":"x","zh":"客户"}')
    assert json.loads(wire.encode_request(PushRequest(**common, ops=(op,))))["ops"] == [
        {"seq": 5, "hash": HASH, "body": op.body}
    ]
    asked = json.loads(wire.encode_request(PullRequest(**common, from_=4, sent=Sent(5, ID), limit=10)))
    assert {"from": 4, "sent": {"seq": 5, "id": ID}, "limit": 10}.items() <= asked.items()
    assert {"protocol": 1, **common}.items() <= asked.items()
    assert json.loads(wire.encode_request(PullRequest(**common, from_=0, sent=None, limit=10)))["sent"] is None
    piece = json.loads(wire.encode_request(SnapshotRequest(**common, after=("note", ID), limit=10)))
    assert piece["after"] == ["note", ID]
    assert json.loads(wire.encode_request(HelloRequest(**common)))["device"] == "d"
    assert json.loads(wire.encode_request(HelloRequest(**common, now=77)))["now"] == 77
    assert json.loads(wire.encode_request(EnrolRequest("n", "1234", "van 7")))["code"] == "1234"


def test_neither_code_nor_token_is_shown() -> None:
    assert "1234-5678" not in repr(EnrolRequest("n", "1234-5678", "van 7"))
    assert "t" * 40 not in repr(decode("enrol", enrol()))


@pytest.mark.parametrize(
    ("status", "words", "code"),
    [
        (401, {"code": "revoked"}, "revoked"),
        (401, {"code": "device_unknown"}, "device_unknown"),
        (409, {"code": "wrong_hq"}, "wrong_hq"),
        (409, {"code": "epoch"}, "epoch"),
        (413, {}, "too_large"),
        (422, {"code": "limit", "values": {}}, "refused"),
        (429, {}, "busy"),
        (503, {}, "busy"),
        (500, {}, "hq_trouble"),
        (401, {"code": "what?"}, "refused"),
        (404, {}, "refused"),
        (408, {"code": "silence"}, "cut_off"),
        (400, {"code": "cut_off"}, "cut_off"),
        (422, {"code": "protocol_unknown", "values": {"protocols": [2, 3]}}, "too_old"),
        (422, {"code": "protocol_unknown", "values": {"protocols": [0]}}, "too_new"),
        (422, {"code": "protocol_unknown", "values": []}, "too_new"),
        (418, {"code": "revoked"}, "refused"),
    ],
)
def test_each_refusal_has_its_meaning(status: int, words: dict[str, Any], code: str) -> None:
    assert wire.refusal(status, json.dumps(words).encode(), None).code == code


def test_a_refusal_that_cannot_be_read_still_has_its_status() -> None:
    assert wire.refusal(503, b"{", 7).values == {"retry_after_s": 7}
    assert wire.refusal(422, b'{"code": "<script>"}', None).values == {"by": "422"}
