"""Tests only: a column more, a column with another name, a table more, and values written anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fielddesk.store.schema import text, whole

revision = "9002"
down_revision = "9001"
branch_labels = None
depends_on = None
rewrites = {"gauge.name"}


def upgrade() -> None:
    with op.batch_alter_table("gauge") as gauge:
        gauge.add_column(sa.Column("unit", sa.Text(), nullable=False, server_default="bar"))
        gauge.alter_column("remark", new_column_name="note")
    op.execute("UPDATE gauge SET name = upper(name)")
    op.create_table("dial", text("id", key=True), whole("archived_at", null=True), whole("rev"), text("name"))
