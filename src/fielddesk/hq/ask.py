"""Checks what a laptop asks before anything is touched: every field has the right type and size, or a clean refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from fielddesk.core import canonical
from fielddesk.core.ids import is_id
from fielddesk.hq.push import Sent
from fielddesk.hq.settings import Refused
from fielddesk.store.blobs import HASH
from fielddesk.sync.protocol import HASHES_LIMIT, LARGEST, OPS_LIMIT, PROTOCOL

T = TypeVar("T")
LINE = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What every question brings."""

    nonce: str
    device: str
    incarnation: str
    hq_id: str | None
    epoch: Any
    program: str | None
    now: int | None
    """The laptop's clock, where it tells."""


def asked(request: Any) -> Asked:
    """The common fields; Refused(422, 'protocol_unknown') for one this headquarters does not speak."""
    if request.__class__ is not dict:
        raise bad("request")
    if request.get("protocol") != PROTOCOL:
        raise Refused(422, "protocol_unknown", protocols=[PROTOCOL])
    return Asked(
        line(request, "nonce"),
        line(request, "device"),
        line(request, "incarnation"),
        maybe(request, "hq_id", line),
        request.get("epoch"),
        maybe(request, "program", line),
        maybe(request, "now", whole),
    )


def bad(field: str) -> Refused:
    return Refused(422, "request_wrong", field=field)


def line(request: dict[str, Any], field: str) -> str:
    value = request.get(field)
    if value.__class__ is not str or len(value) > LINE or "\x00" in value:
        raise bad(field)
    return str(value)


def whole(request: dict[str, Any], field: str) -> int:
    value = request.get(field)
    if value.__class__ is not int or not 0 <= value <= LARGEST:
        raise bad(field)
    return int(value)


def maybe(request: dict[str, Any], field: str, read: Callable[[dict[str, Any], str], T]) -> T | None:
    return None if request.get(field) is None else read(request, field)


def operations(request: dict[str, Any]) -> list[Sent]:
    """The operations of a push, in the order they came; places are from 1 and never fall, digests fit their text."""
    ops = request.get("ops")
    if ops.__class__ is not list or len(ops) > OPS_LIMIT:
        raise bad("ops")
    found = []
    before = 0
    for op in ops:
        if op.__class__ is not dict:
            raise bad("ops")
        seq, digest, body = whole(op, "seq"), line(op, "hash"), op.get("body")
        if seq < 1 or seq < before or seq >= LARGEST:
            raise bad("seq")
        if body.__class__ is not str:
            raise bad("body")
        if canonical.digest(body) != digest:
            raise Refused(422, "hash_wrong", seq=seq)
        before = seq
        found.append(Sent(seq, digest, body))
    return found


def hashes(request: dict[str, Any]) -> list[str]:
    """The contents that are asked about."""
    found = request.get("hashes")
    if found.__class__ is not list or len(found) > HASHES_LIMIT:
        raise bad("hashes")
    if not all(each.__class__ is str and HASH.match(each) for each in found):
        raise bad("hashes")
    return list(dict.fromkeys(found))


def sent_place(request: dict[str, Any]) -> tuple[int, str] | None:
    """The last place that may have left the laptop."""
    sent = request.get("sent")
    if sent is None:
        return None
    if sent.__class__ is not dict or not is_id(sent.get("id")):
        raise bad("sent")
    return whole(sent, "seq"), sent["id"]


def after_place(request: dict[str, Any]) -> tuple[str, str] | None:
    """The last row of a snapshot taken so far."""
    after = request.get("after")
    if after is None:
        return None
    if after.__class__ is not list or len(after) != 2 or not all(each.__class__ is str for each in after):
        raise bad("after")
    if len(after[0]) > 100 or not is_id(after[1]):
        raise bad("after")
    return after[0], after[1]
