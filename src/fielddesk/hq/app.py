"""Headquarters over HTTP: five questions, and whether it is well. Whatever comes in, a clean answer goes out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from fielddesk.core.errors import FieldDeskError
from fielddesk.hq.intake import SILENCE_S, answer, question
from fielddesk.hq.judge import where
from fielddesk.hq.service import Headquarters
from fielddesk.hq.settings import Refused
from fielddesk.hq.transactions import BUSY_S
from fielddesk.store.statements import is_passing

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
    }  # fmt: skip
    for kind, answering in kinds.items():
        app.add_api_route(f"/v1/{kind}", _endpoint(kind, answering, silence_s), methods=["POST"], response_model=None)

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
        try:
            words = await question(request, silence_s)
            return answer(await run_in_threadpool(answering, words, _token(request)), request)
        except Refused as refusal:
            if refusal.status != 503:
                log.info("%s refused: %d %s", kind, refusal.status, refusal.code)
            wait = refusal.values.get("retry_after_s") if refusal.status in (429, 503) else None
            return answer({"code": refusal.code, "values": refusal.values}, request, refusal.status, wait)
        except FieldDeskError as problem:
            log.warning("%s: %s", kind, problem.code)
            return answer({"code": problem.code, "values": {}}, request, 422)
        except Exception as fault:
            # Never the exception's own text: it may hold a token or a customer's words.
            log.error("%s: %s at %s", kind, type(fault).__name__, where(fault))
            if is_passing(fault):
                return answer({"code": "busy", "values": {}}, request, 503, BUSY_S)
            return answer({"code": "trouble", "values": {}}, request, 500)

    return endpoint


def _token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
