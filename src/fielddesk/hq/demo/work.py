"""How the demo does its work: through actions at headquarters, many in one batch, as one of its people."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from fielddesk.hq.maintenance_texts import Office
from fielddesk.store.actions import Call, call

TOGETHER: Final = 200


class Work:
    """Actions of one person at one headquarters."""

    def __init__(self, office: Office, user_id: str) -> None:
        self.office, self.user_id = office, user_id

    def one(self, action: Callable[..., Any], **args: Any) -> str:
        """Do one action; what it returns, as text."""
        return str(self.office.perform([call(action, **args)], self.user_id).results[0])

    def many(self, calls: Iterable[Call]) -> list[Any]:
        """Do many, a batch at a time; what each returns."""
        found: list[Any] = []
        batch = list(calls)
        for start in range(0, len(batch), TOGETHER):
            found += self.office.perform(batch[start : start + TOGETHER], self.user_id).results
        return found
