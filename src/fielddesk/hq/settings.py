"""What headquarters knows about itself, and how a request is refused."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.errors import FieldDeskError
from fielddesk.hq.tables import HqSetting
from fielddesk.store.statements import add_rows, ask


class Refused(FieldDeskError):
    """A request that headquarters does not answer; `status` is its HTTP status."""

    def __init__(self, status: int, code: str, **values: Any) -> None:
        super().__init__(code, **values)
        self.status = status


def settings(connection: sa.Connection) -> dict[str, Any]:
    """Everything headquarters keeps for itself, by name."""
    return {name: canonical.loads(value) for name, value in ask(connection, "SELECT name, value FROM hq_setting")}


def put_settings(connection: sa.Connection, **values: Any) -> None:
    rows = [HqSetting.from_values((name, canonical.dumps(value))) for name, value in values.items()]
    add_rows(connection, HqSetting, rows, put=True)
