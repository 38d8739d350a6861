"""Pieces of files on the line: what is said beside them (tus 1.0), and every check of what comes back.

Headquarters shows itself by a header of the protocol, since there is often no body that could; what a piece holds is
checked by its content's hash, when all of it is there.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import replace

from fielddesk.core.errors import NetworkProblem
from fielddesk.core.frozen import dataclass
from fielddesk.sync.protocol import CONTENT_BYTES, CONTENT_TYPE, FROM_DEVICE, TO_HEADQUARTERS, TUS, Bearer, Piece
from fielddesk.sync.reading import foreign
from fielddesk.sync.wire import refusal

_PLACE = re.compile(r"(?:.*/)?v1/files/([0-9a-f]{32})\Z", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,15}\Z", re.ASCII)
_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})\Z", re.ASCII)


@dataclass(frozen=True)
class Told:
    """What came back: status, headers (by any case), who says to have written it, when to come again."""

    status: int
    headers: Mapping[str, str]
    written_by: str
    wait_s: int | None
    body: bytes = b""

    def with_body(self, body: bytes) -> Told:
        return replace(self, body=body)


def names(bearer: Bearer) -> dict[str, str]:
    return {"Tus-Resumable": TUS, FROM_DEVICE: bearer.device, TO_HEADQUARTERS: bearer.hq_id, "Accept": CONTENT_TYPE}


def creating(bearer: Bearer, sha256: str, size: int) -> dict[str, str]:
    coded = base64.b64encode(sha256.encode()).decode()
    return names(bearer) | {"Upload-Length": str(size), "Upload-Metadata": f"sha256 {coded}", "Content-Length": "0"}


def sending(bearer: Bearer, offset: int) -> dict[str, str]:
    return names(bearer) | {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}


def fetching(bearer: Bearer, offset: int, most: int) -> dict[str, str]:
    wished = {"Accept": f"{CONTENT_BYTES}, {CONTENT_TYPE}", "Accept-Encoding": "identity"}
    return names(bearer) | wished | {"Range": f"bytes={offset}-{offset + most - 1}"}


def check_teller(told: Told) -> None:
    """Before a byte of the body is read: headquarters says which protocol it speaks, a hotel's page does not."""
    if told.headers.get("Tus-Resumable") != TUS or 300 <= told.status < 400:
        raise foreign(told.status, told.written_by, told.wait_s)


def place_in(told: Told) -> str:
    """What a new upload is called."""
    _expect(told, 201)
    found = _PLACE.match(told.headers.get("Location", ""))
    if not found:
        raise NetworkProblem("bad_answer", what="location")
    return found[1]


def offset_in(told: Told) -> int:
    """How far an upload is. A refusal has no words here: HEAD has no body."""
    if told.status in (404, 410):
        raise NetworkProblem("refused", by="upload_unknown")
    if told.status == 460:
        raise NetworkProblem("refused", by="hash_wrong")
    _expect(told, 200)
    return _count(told, "Upload-Offset")


def sent_to(told: Told) -> int:
    _expect(told, 204)
    return _count(told, "Upload-Offset")


def piece_in(told: Told, offset: int, most: int) -> Piece:
    """The bytes that were asked for; fewer than that only at the end."""
    _expect(told, 206)
    found = _RANGE.match(told.headers.get("Content-Range", ""))
    if told.written_by != CONTENT_BYTES or not found:
        raise NetworkProblem("bad_answer", what="range")
    start, end, size = int(found[1]), int(found[2]), int(found[3])
    if start != offset or len(told.body) != end - start + 1 or end != min(offset + most, size) - 1:
        raise NetworkProblem("cut_off", what="range")
    return Piece(told.body, size)


def _count(told: Told, name: str) -> int:
    text = told.headers.get(name, "")
    if not _COUNT.match(text):
        raise NetworkProblem("bad_answer", what=name.lower())
    return int(text)


def _expect(told: Told, status: int) -> None:
    if told.status != status:
        raise refusal(told.status, told.body, told.wait_s)
