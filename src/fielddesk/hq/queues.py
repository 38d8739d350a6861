"""What stands in the queues: which operation at which place, what waits, and who sent it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from fielddesk.hq.batch import Batch
from fielddesk.hq.judge import Sender
from fielddesk.hq.tables import Operation
from fielddesk.store.statements import ask


def places_of(connection: sa.Connection, device_id: str, incarnation: str, seqs: list[int]) -> dict[int, str]:
    """Which operation stood at each of these places of a queue."""
    text = "SELECT seq, id FROM operation WHERE device_id = ? AND incarnation = ? AND seq IN (?#..)"
    again = "SELECT seq, op_id FROM queue_place WHERE device_id = ? AND incarnation = ? AND seq IN (?#..)"
    found = {row[0]: row[1] for row in ask(connection, text, device_id, incarnation, seqs)}
    return found | {row[0]: row[1] for row in ask(connection, again, device_id, incarnation, seqs)}


def held_operations(connection: sa.Connection, where: str, *values: Any) -> list[Operation]:
    """Operations that wait for a row, a forerunner or a person, locked, oldest first."""
    names = ", ".join(f'"{name}"' for name in Operation.column_names)
    text = (
        f"SELECT {names} FROM operation WHERE {where} AND outcome IN ('held', 'quarantined', 'parked') "  # noqa: S608
        "ORDER BY received_at, seq, id FOR UPDATE"
    )
    return [Operation.from_values(row) for row in ask(connection, text, *values)]


def sender_of(connection: sa.Connection, batch: Batch, device_id: str, user_id: str) -> Sender:
    """Who sent an operation, with today's right."""
    found = ask(connection, "SELECT revoked_at FROM device WHERE id = ?", device_id)
    user = batch.look("user", user_id)
    gone = user is None or user.archived_at is not None or getattr(user, "revoked_at", None) is not None
    revoked = gone or not found or found[0][0] is not None
    return Sender(device_id, user_id, str(getattr(user, "role", "")), revoked)
