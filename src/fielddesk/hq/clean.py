"""Whatever goes wrong while a question is answered, a clean answer goes out."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from fielddesk.core.errors import FieldDeskError
from fielddesk.hq.intake import answer
from fielddesk.hq.judge import where
from fielddesk.hq.settings import Refused
from fielddesk.hq.transactions import BUSY_S
from fielddesk.store.statements import is_passing

log = logging.getLogger(__name__)


async def cleanly(kind: str, request: Request, work: Callable[[], Awaitable[Response]]) -> Response:
    """The answer that `work` gives, or the refusal that stands for what it raises."""
    try:
        return await work()
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


def token_of(request: Request) -> str | None:
    """What the laptop shows; None where it shows nothing."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
