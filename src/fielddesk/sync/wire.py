"""The words between laptop and headquarters as bytes, and every check of what comes back from the line.

Whatever is not exactly an answer of headquarters ends as a NetworkProblem: "not_headquarters" for what is no message
of ours at all, "bad_answer" (with `what`) for one with a wrong, missing or doubled part. Unknown fields are allowed:
a newer headquarters may say more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any, Literal, TypeAlias, TypeVar

import pydantic_core

from fielddesk import __version__
from fielddesk.core.errors import NetworkProblem
from fielddesk.sync.protocol import (
    ANSWER_LIMIT,
    HASHES_LIMIT,
    LARGEST,
    OPS_LIMIT,
    OUTCOMES,
    PROTOCOL,
    ROWS_LIMIT,
    After,
    Answer,
    ContentsAnswer,
    ContentsRequest,
    Echo,
    EnrolAnswer,
    EnrolRequest,
    Fork,
    HelloAnswer,
    HelloRequest,
    Later,
    Mark,
    Outcome,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushRequest,
    Request,
    Row,
    SnapshotAnswer,
)

Kind: TypeAlias = Literal["enrol", "hello", "push", "pull", "snapshot", "contents"]
_T = TypeVar("_T")

_HEX = re.compile(r"[0-9a-f]{32}").fullmatch
_HASH = re.compile(r"[0-9a-f]{64}").fullmatch
_NAME = re.compile(r"[a-z][a-z0-9_.]{0,99}").fullmatch
_MARKS = (int, str)
_SCALARS = frozenset({int, str, type(None)})
_RETRY_LIMIT = 24 * 3600
_REFUSALS = {"device_unknown", "revoked", "wrong_hq", "epoch"}

# ---------------------------------------------------------------- requests to bytes


def kind_of(request: Request) -> Kind:
    """The word of a request, which is also the end of its address."""
    if isinstance(request, EnrolRequest):
        return "enrol"
    if isinstance(request, HelloRequest):
        return "hello"
    if isinstance(request, PushRequest):
        return "push"
    if isinstance(request, ContentsRequest):
        return "contents"
    return "pull" if isinstance(request, PullRequest) else "snapshot"


def encode_request(request: Request) -> bytes:
    """A request as UTF-8 JSON."""
    words: dict[str, Any] = {"nonce": request.nonce, "protocol": PROTOCOL, "program": __version__}
    if isinstance(request, EnrolRequest):
        words |= {"code": request.code, "device_name": request.device_name}
    else:
        words |= {"device": request.device, "incarnation": request.incarnation}
        words |= {"hq_id": request.hq_id, "epoch": request.epoch, "now": request.now}
        words |= _particulars(request)
    return json.dumps(words, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def _particulars(request: Request) -> dict[str, Any]:
    if isinstance(request, PushRequest):
        return {"ops": [{"seq": op.seq, "hash": op.hash, "body": op.body} for op in request.ops]}
    if isinstance(request, PullRequest):
        sent = request.sent and {"seq": request.sent.seq, "id": request.sent.id}
        return {"from": request.from_, "sent": sent, "limit": request.limit}
    if isinstance(request, HelloRequest | EnrolRequest):
        return {}
    if isinstance(request, ContentsRequest):
        return {"hashes": list(request.hashes)}
    return {"after": request.after and list(request.after), "limit": request.limit}


# ---------------------------------------------------------------- bytes to plain values


def plain(raw: bytes) -> dict[str, Any]:
    """One JSON object as plain values: no doubled key, no float, no number beyond 64 bits, bounded in depth."""
    if len(raw) > ANSWER_LIMIT:
        raise NetworkProblem("too_long", limit=ANSWER_LIMIT)
    try:
        value = pydantic_core.from_json(raw, allow_inf_nan=False)
    except ValueError:
        raise NetworkProblem("bad_answer", what="json") from None
    if type(value) is not dict:
        raise NetworkProblem("bad_answer", what="json")
    # The parser keeps the last of two equal keys in silence. A key that vanished takes its quotes with it, and inside
    # a string every quote is escaped, so counting quotes finds it at a tenth of the price of looking at each pair.
    bare = raw.replace(b"\\\\", b"") if b"\\" in raw else raw
    if bare.count(b'"') - bare.count(b'\\"') != 2 * _strings_in(value):
        raise NetworkProblem("bad_answer", what="doubled_key")
    return value


def _strings_in(value: dict[str, Any] | list[Any]) -> int:
    """How many strings, keys included, a value holds; a float or a number beyond 64 bits is refused."""
    count = 0
    inside: Iterable[Any] = value
    if isinstance(value, dict):
        count, inside = len(value), value.values()
    for each in inside:
        kind = each.__class__
        if kind is str:
            count += 1
        elif kind is int:
            if not -LARGEST <= each <= LARGEST:
                raise NetworkProblem("bad_answer", what="number")
        elif kind is dict or kind is list:
            count += _strings_in(each)
        elif kind is float:
            raise NetworkProblem("bad_answer", what="number")
    return count


# ---------------------------------------------------------------- single parts


def _bad(what: str) -> NetworkProblem:
    return NetworkProblem("bad_answer", what=what)


def _text(words: dict[str, Any], name: str, limit: int = 500) -> str:
    value = words.get(name)
    if type(value) is not str or len(value) > limit:
        raise _bad(name)
    return value


def _count(words: dict[str, Any], name: str) -> int:
    value = words.get(name)
    if type(value) is not int or value < 0:
        raise _bad(name)
    return value


def _flag(words: dict[str, Any], name: str) -> bool:
    value = words.get(name)
    if type(value) is not bool:
        raise _bad(name)
    return value


def _mark(words: dict[str, Any], name: str) -> Mark:
    value = words.get(name)
    if type(value) is int or (type(value) is str and 0 < len(value) <= 100):
        return value
    raise _bad(name)


def _id(words: dict[str, Any], name: str) -> str:
    value = words.get(name)
    if type(value) is not str or not _HEX(value):
        raise _bad(name)
    return value


def _maybe(words: dict[str, Any], name: str, read: Callable[[dict[str, Any]], _T]) -> _T | None:
    """A part that must be named, and may be null."""
    if name not in words:
        raise _bad(name)
    value = words[name]
    if value is None:
        return None
    if type(value) is not dict:
        raise _bad(name)
    return read(value)


def _list(words: dict[str, Any], name: str, limit: int) -> list[Any]:
    value = words.get(name)
    if type(value) is not list or len(value) > limit:
        raise _bad(name)
    return value


# ---------------------------------------------------------------- parts of answers


def _echo(words: dict[str, Any]) -> Echo:
    try:
        return Echo(
            _text(words, "hq_id", 100), _mark(words, "epoch"), _text(words, "nonce", 200), _mark(words, "incarnation")
        )
    except NetworkProblem as problem:
        raise NetworkProblem("not_headquarters", what=problem.values["what"]) from None


def _fork(words: dict[str, Any]) -> Fork:
    return Fork(_mark(words, "incarnation"), _text(words, "device_code", 50))


def _later(words: dict[str, Any]) -> Later:
    return Later(_id(words, "id"), _text(words, "kind", 100), _count(words, "version"))


def _outcomes(words: dict[str, Any]) -> tuple[Outcome, ...]:
    return tuple(map(_outcome, _list(words, "outcomes", ROWS_LIMIT)))


def _outcome(words: Any) -> Outcome:
    if type(words) is not dict:
        raise _bad("outcomes")
    detail, pos, hash_ = words.get("outcome"), words.get("pos"), words.get("hash")
    if type(detail) is not dict or type(detail.get("is")) is not str or detail["is"] not in OUTCOMES:
        raise _bad("outcome")
    if pos is not None and (type(pos) is not int or pos < 0):
        raise _bad("pos")
    if type(hash_) is not str or not _HASH(hash_):
        raise _bad("hash")
    return Outcome(_count(words, "seq"), _id(words, "id"), hash_, detail["is"], detail, pos)


_FEED_ROW = itemgetter("pos", "commit", "table", "id", "rev", "op", "body")
_SNAPSHOT_ROW = itemgetter("table", "id", "rev", "body")


def _feed_rows(words: dict[str, Any], start: int, end: int) -> list[Row]:
    rows, before = _list(words, "rows", ROWS_LIMIT), start + 1
    for row in rows:
        try:
            pos, commit, table, row_id, rev, op, body = _FEED_ROW(row)
        except (KeyError, TypeError):
            raise _bad("rows") from None
        if pos.__class__ is not int or commit.__class__ not in _MARKS or not before <= pos <= end:
            raise _bad("pos")
        before = pos
        _check_row(table, row_id, rev, body)
        if op != "put" and op != "leave":
            raise _bad("op")
        if op == "put" and body is None:
            raise _bad("body")
    return rows


def _snapshot_rows(words: dict[str, Any]) -> list[Row]:
    rows = _list(words, "rows", ROWS_LIMIT)
    for row in rows:
        try:
            table, row_id, rev, body = _SNAPSHOT_ROW(row)
        except (KeyError, TypeError):
            raise _bad("rows") from None
        _check_row(table, row_id, rev, body)
        if body is None:
            raise _bad("body")
    return rows


def _check_row(table: Any, row_id: Any, rev: Any, body: Any) -> None:
    if table.__class__ is not str or not _NAME(table):
        raise _bad("table")
    if row_id.__class__ is not str or not _HEX(row_id):
        raise _bad("id")
    if rev.__class__ is not int or rev < 0:
        raise _bad("rev")
    if body is None:
        return
    if (
        body.__class__ is not dict
        or not _SCALARS.issuperset(map(type, body.values()))
        or body.get("id", row_id) != row_id
    ):
        raise _bad("body")


def _after(words: dict[str, Any]) -> After | None:
    if "next" not in words:
        raise _bad("next")
    match words["next"]:
        case None:
            return None
        case [str(table), str(row_id)] if _NAME(table) and _HEX(row_id):
            return table, row_id
    raise _bad("next")


# ---------------------------------------------------------------- whole answers


def _enrol(words: dict[str, Any]) -> EnrolAnswer:
    key = _text(words, "recovery_public", 200)
    if not re.fullmatch(r"[0-9a-f]{64}", key):
        raise _bad("recovery_public")
    token = _text(words, "token", 1000)
    if not re.fullmatch(r"[!-~]{16,1000}", token):
        raise _bad("token")
    return EnrolAnswer(
        _echo(words),
        hq_name=_text(words, "hq_name"),
        user_id=_text(words, "user_id"),
        account=_text(words, "account"),
        device_id=_text(words, "device_id"),
        device_code=_text(words, "device_code"),
        token=token,
        recovery_public=key,
        role=_text(words, "role"),
    )


def _hello(words: dict[str, Any]) -> HelloAnswer:
    protocols, accepts = _list(words, "protocols", 100), words.get("accepts")
    if not all(type(each) is int for each in protocols):
        raise _bad("protocols")
    if type(accepts) is not dict or not all(
        type(versions) is list and all(type(each) is int for each in versions) for versions in accepts.values()
    ):
        raise _bad("accepts")
    known = {kind: tuple(versions) for kind, versions in accepts.items()}
    return HelloAnswer(_echo(words), tuple(protocols), known, _count(words, "now"))


def _push(words: dict[str, Any]) -> PushAnswer:
    if len(_list(words, "outcomes", OPS_LIMIT)) > OPS_LIMIT:
        raise _bad("outcomes")
    return PushAnswer(
        _echo(words),
        _outcomes(words),
        _count(words, "next_seq"),
        _maybe(words, "later", _later),
        _maybe(words, "fork", _fork),
    )


def _pull(words: dict[str, Any]) -> PullAnswer:
    start, end, head = _count(words, "from"), _count(words, "to"), _count(words, "head")
    if not start <= end <= head:
        raise _bad("to")
    rows, outcomes = _feed_rows(words, start, end), _outcomes(words)
    if any(outcome.pos is None or not start < outcome.pos <= end for outcome in outcomes):
        raise _bad("outcomes")
    more, snapshot = _flag(words, "more"), _flag(words, "snapshot")
    return PullAnswer(_echo(words), start, end, head, rows, outcomes, more, snapshot, _maybe(words, "fork", _fork))


def _snapshot(words: dict[str, Any]) -> SnapshotAnswer:
    return SnapshotAnswer(_echo(words), _count(words, "pos"), _snapshot_rows(words), _after(words))


def _contents(words: dict[str, Any]) -> ContentsAnswer:
    return ContentsAnswer(_echo(words), _hashes(words, "have"), _hashes(words, "lacks"))


def _hashes(words: dict[str, Any], name: str) -> tuple[str, ...]:
    found = _list(words, name, HASHES_LIMIT)
    if not all(type(each) is str and _HASH(each) for each in found):
        raise _bad(name)
    return tuple(found)


_READERS: dict[Kind, Callable[[dict[str, Any]], Answer]] = {
    "enrol": _enrol,
    "hello": _hello,
    "push": _push,
    "pull": _pull,
    "snapshot": _snapshot,
    "contents": _contents,
}


def decode_answer(kind: Kind, raw: bytes) -> Answer:
    """The answer to a request of that kind; NetworkProblem not_headquarters, bad_answer or too_long."""
    words = plain(raw)
    _echo(words)
    return _READERS[kind](words)


def refusal(status: int, raw: bytes, retry_after: int | None) -> NetworkProblem:
    """What an answer other than 200 means, once its content type has shown that headquarters wrote it.

    Codes: revoked, device_unknown, wrong_hq, epoch, too_old, too_new, too_large, cut_off, busy (retry_after_s), refused
    (by), hq_trouble (status).
    """
    code, words = "", {}
    try:
        words = plain(raw)
        code = _text(words, "code", 100)
    except NetworkProblem:
        pass  # the status still says what to do
    if status in (401, 403, 409) and code in _REFUSALS:
        return NetworkProblem(code)
    if code == "protocol_unknown":
        return NetworkProblem(_which_is_older(words.get("values")))
    if status == 408 or (status, code) == (400, "cut_off"):
        return NetworkProblem("cut_off", what="question")
    if status == 413:
        return NetworkProblem("too_large")
    if status in (429, 503):
        return NetworkProblem("busy", retry_after_s=min(retry_after or 0, _RETRY_LIMIT))
    if status >= 500:
        return NetworkProblem("hq_trouble", status=status)
    return NetworkProblem("refused", by=code if _NAME(code) else str(status))


def _which_is_older(values: Any) -> str:
    """too_old where headquarters speaks only protocols newer than ours, else too_new."""
    spoken = values.get("protocols") if type(values) is dict else None
    newer = type(spoken) is list and bool(spoken) and all(type(each) is int and each > PROTOCOL for each in spoken)
    return "too_old" if newer else "too_new"
