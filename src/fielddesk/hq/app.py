"""Headquarters over HTTP: six questions, contents of files, and whether it is well; always a clean answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from fielddesk.hq.carrying import add_files
from fielddesk.hq.clean import cleanly, token_of
from fielddesk.hq.intake import SILENCE_S, answer, question
from fielddesk.hq.service import Headquarters
from fielddesk.hq.transactions import BUSY_S

log = logging.getLogger(__name__)

Answering = Callable[[dict[str, Any], str | None], dict[str, Any]]


def make_app(
    hq: Headquarters, *, after_enrol: Callable[[], None] = lambda: None, silence_s: float = SILENCE_S
) -> FastAPI:
    """The application that a server runs; `after_enrol` is called when a laptop has come in."""
    app = FastAPI(title="FieldDesk headquarters", openapi_url=None, docs_url=None, redoc_url=None)

    def enrol(request: dict[str, Any], _token: str | None) -> dict[str, Any]:
        taken = hq.enrol(request)
        after_enrol()
        return taken

    kinds: dict[str, Answering] = {
        "enrol": enrol, "hello": hq.hello, "push": hq.push, "pull": hq.pull, "snapshot": hq.snapshot,
        "contents": hq.contents,
    }  # fmt: skip
    for kind, answering in kinds.items():
        app.add_api_route(f"/v1/{kind}", _endpoint(kind, answering, silence_s), methods=["POST"], response_model=None)
    if hq.files is not None:
        add_files(app, hq.files, silence_s)

    @app.get("/health")
    def health(request: Request) -> Response:
        try:
            with hq.reading() as connection:
                connection.exec_driver_sql("SELECT 1 FROM counter")
        except Exception as fault:
            log.error("health: %s", type(fault).__name__)
            return answer({"is": "ill"}, request, 503, BUSY_S)
        return answer({"is": "well"}, request)

    @app.exception_handler(HTTPException)
    def unknown(request: Request, problem: HTTPException) -> Response:
        return answer({"code": "address_unknown", "values": {}}, request, problem.status_code)

    return app


def _endpoint(kind: str, answering: Answering, silence_s: float) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        async def work() -> Response:
            words = await question(request, silence_s)
            return answer(await run_in_threadpool(answering, words, token_of(request)), request)

        return await cleanly(kind, request, work)

    return endpoint
