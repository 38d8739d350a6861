"""Contents over HTTP: up as tus 1.0 (core and creation) has it, down in ranges; cut anywhere, each goes on there."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import BinaryIO

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from fielddesk.core.errors import StoreProblem
from fielddesk.core.ids import is_id
from fielddesk.hq.ask import LINE, Asked
from fielddesk.hq.clean import cleanly, token_of
from fielddesk.hq.files import Files
from fielddesk.hq.intake import pieces
from fielddesk.hq.settings import Refused
from fielddesk.store.blobs import LARGEST
from fielddesk.sync.protocol import CONTENT_BYTES, FROM_DEVICE, TO_HEADQUARTERS, TUS

TOGETHER = 256 * 1024
"""Bytes that are written at once; of what has come, a cut line costs at most as many."""
READ = 256 * 1024
_RANGE = re.compile(r"bytes=([0-9]{1,15})-([0-9]{0,15})\Z")
Answering = Callable[[Request], Awaitable[Response]]


def add_files(app: FastAPI, files: Files, silence_s: float) -> None:
    """Let the application take and give contents."""

    async def create(request: Request) -> Response:
        size, sha256 = _whole(request, "upload-length"), _hash_in(request.headers.get("upload-metadata", ""))
        made = await run_in_threadpool(files.create, _asked(request), token_of(request), sha256, size)
        return Response(status_code=201, headers={"Location": f"/v1/files/{made}"})

    async def offset(request: Request) -> Response:
        found = await run_in_threadpool(files.offset, _asked(request), token_of(request), _upload(request))
        told = {"Upload-Offset": str(found[0]), "Upload-Length": str(found[1]), "Cache-Control": "no-store"}
        return Response(status_code=200, headers=told)

    async def append(request: Request) -> Response:
        if request.headers.get("content-type", "") != "application/offset+octet-stream":
            raise Refused(415, "content_type", wanted="application/offset+octet-stream")
        at = await _take(files, request, silence_s)
        return Response(status_code=204, headers={"Upload-Offset": str(at)})

    async def fetch(request: Request) -> Response:
        sha256 = request.path_params["sha256"]
        content, size = await run_in_threadpool(files.open, _asked(request), token_of(request), sha256)
        return _given(files, sha256, content, size, request.headers.get("range", ""))

    async def options(_request: Request) -> Response:
        told = {"Tus-Version": TUS, "Tus-Extension": "creation", "Tus-Max-Size": str(LARGEST)}
        return Response(status_code=204, headers=told)

    route = app.add_api_route
    route("/v1/files", _endpoint("create", create), methods=["POST"], response_model=None)
    route("/v1/files", _endpoint("options", options, any_version=True), methods=["OPTIONS"], response_model=None)
    route("/v1/files/{upload}", _endpoint("offset", offset), methods=["HEAD"], response_model=None)
    route("/v1/files/{upload}", _endpoint("append", append), methods=["PATCH"], response_model=None)
    fetching = _endpoint("fetch", fetch, any_version=True)
    route("/v1/contents/{sha256}", fetching, methods=["GET"], response_model=None)


def _endpoint(
    kind: str, answering: Answering, *, any_version: bool = False
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        async def work() -> Response:
            if not any_version and request.headers.get("tus-resumable") != TUS:
                raise Refused(412, "protocol_unknown", protocols=[TUS])
            return await answering(request)

        response = await cleanly(kind, request, work)
        response.headers["Tus-Resumable"] = TUS
        return response

    return endpoint


async def _take(files: Files, request: Request, silence_s: float) -> int:
    """Add what comes to an upload; where the line is cut, what has come until then stays."""
    question, token, upload, at = _asked(request), token_of(request), _upload(request), _whole(request, "upload-offset")
    waiting = bytearray()
    cut: Refused | None = None
    began = False
    try:
        async for piece in pieces(request, silence_s):
            waiting += piece
            if len(waiting) >= TOGETHER:
                at = await run_in_threadpool(files.append, question, token, upload, at, bytes(waiting))
                began = True
                waiting.clear()
    except Refused as refusal:
        if refusal.code not in ("silence", "cut_off"):
            raise
        cut = refusal
    if waiting or not began:
        at = await run_in_threadpool(files.append, question, token, upload, at, bytes(waiting))
    if cut is not None:
        raise cut
    return at


def _given(files: Files, sha256: str, content: BinaryIO, size: int, wished: str) -> Response:
    """The whole content, or the one range that is asked for; several at once are answered with the whole."""
    found = _RANGE.match(wished)
    start = int(found[1]) if found else 0
    end = min(int(found[2]), size - 1) if found and found[2] else size - 1
    if found and (start >= size or end < start):
        content.close()
        raise Refused(416, "range_wrong", size=size)
    told = {"Content-Length": str(end - start + 1), "Accept-Ranges": "bytes", "Cache-Control": "no-store"}
    if found:
        told["Content-Range"] = f"bytes {start}-{end}/{size}"
    body = _read(files, sha256, content, start, end - start + 1)
    return StreamingResponse(body, 206 if found else 200, told, media_type=CONTENT_BYTES)


def _read(files: Files, sha256: str, content: BinaryIO, start: int, left: int) -> Iterator[bytes]:
    with content:
        content.seek(start)
        while left:
            try:
                piece = content.read(min(READ, left))
            except StoreProblem as problem:
                if problem.code == "file_damaged":
                    files.put_aside(sha256)
                raise
            left -= len(piece)
            yield piece


def _asked(request: Request) -> Asked:
    """Who asks, where the words of a question would say it."""
    device, hq_id = request.headers.get(FROM_DEVICE, ""), request.headers.get(TO_HEADQUARTERS, "")
    if not 0 < len(device) <= LINE or not 0 < len(hq_id) <= LINE:
        raise Refused(422, "request_wrong", field="device" if hq_id else "hq_id")
    return Asked("", device, "", hq_id, None, None, None)


def _upload(request: Request) -> str:
    upload = str(request.path_params["upload"])
    if not is_id(upload):
        raise Refused(404, "upload_unknown")
    return upload


def _whole(request: Request, name: str) -> int:
    text = request.headers.get(name, "")
    if not re.fullmatch(r"[0-9]{1,15}", text, re.ASCII):
        raise Refused(422, "request_wrong", field=name)
    return int(text)


def _hash_in(metadata: str) -> str:
    """The hash among the pairs of Upload-Metadata: names with values in base 64, parted by commas."""
    for pair in metadata.split(","):
        name, _, value = pair.strip().partition(" ")
        if name == "sha256":
            try:
                return base64.b64decode(value, validate=True).decode("ascii")
            except (binascii.Error, ValueError):
                break
    raise Refused(422, "request_wrong", field="upload-metadata")
