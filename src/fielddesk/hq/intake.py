"""Takes the bytes of a question off the line: bounded in size, unpacked or not, in time, and by type; else refused."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pydantic_core
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from fielddesk.core.errors import NetworkProblem
from fielddesk.hq.settings import Refused
from fielddesk.sync.protocol import CONTENT_TYPE
from fielddesk.sync.wire import plain

LINE_LIMIT = 16 * 1024 * 1024
"""Bytes on the line."""
BODY_LIMIT = 32 * 1024 * 1024
"""Bytes unpacked; a bomb is not unpacked any further."""
SILENCE_S = 60.0
_GZIP = 31


async def question(request: Request, silence_s: float = SILENCE_S) -> dict[str, Any]:
    """The one JSON object of a request, without doubled keys, floats or numbers beyond 64 bits.

    Refused: 415 for another type or packing, 413 for too much, 408 after silence, 422 for what is no such object.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != CONTENT_TYPE:
        raise Refused(415, "content_type", wanted=CONTENT_TYPE)
    packing = request.headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip"):
        raise Refused(415, "content_encoding", wanted="gzip")
    raw = await _unpacked(request, packing == "gzip", silence_s)
    try:
        return plain(raw)
    except NetworkProblem as problem:
        if problem.code == "too_long":
            raise Refused(413, "too_large", limit=BODY_LIMIT) from None
        raise Refused(422, "body_wrong", what=str(problem.values.get("what"))) from None


async def _unpacked(request: Request, packed: bool, silence_s: float) -> bytes:
    unpack = zlib.decompressobj(_GZIP) if packed else None
    on_line = size = 0
    found: list[bytes] = []
    async for piece in pieces(request, silence_s):
        on_line += len(piece)
        if on_line > LINE_LIMIT:
            raise Refused(413, "too_large", limit=LINE_LIMIT)
        if unpack is not None:
            try:
                piece = unpack.decompress(piece, BODY_LIMIT + 1 - size)
            except zlib.error:
                raise Refused(422, "body_wrong", what="gzip") from None
            if unpack.unused_data:
                raise Refused(422, "body_wrong", what="gzip")
        size += len(piece)
        if size > BODY_LIMIT:
            raise Refused(413, "too_large", limit=BODY_LIMIT)
        found.append(piece)
    if unpack is not None and not unpack.eof:
        raise Refused(422, "body_wrong", what="gzip")
    return b"".join(found)


async def pieces(request: Request, silence_s: float) -> AsyncIterator[bytes]:
    """The bytes of a request as they come; Refused 408 after silence, 400 where the line is cut."""
    stream = request.stream()
    while True:
        try:
            piece = await asyncio.wait_for(anext(stream), silence_s)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise Refused(408, "silence") from None
        except ClientDisconnect:
            raise Refused(400, "cut_off") from None
        yield piece


def answer(words: dict[str, Any], request: Request, status: int = 200, retry_after_s: int | None = None) -> Response:
    """An answer as bytes, packed where the asker takes that: the packing's checksum is all that shows a flipped bit."""
    raw = pydantic_core.to_json(words)
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    headers["Cache-Control"] = "no-store"
    if "gzip" in request.headers.get("accept-encoding", ""):
        raw = gzip.compress(raw, 4, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(raw, status, headers, media_type=CONTENT_TYPE)
