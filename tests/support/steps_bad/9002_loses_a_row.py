"""Tests only: a step with a mistake in it."""

from __future__ import annotations

from alembic import op

revision = "9002"
down_revision = "9001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE asset SET model = 'P 9' WHERE serial = 'S-1'")
