"""Tests only: a table of the program of before."""

from __future__ import annotations

from alembic import op

from fielddesk.core.paths import migrations
from fielddesk.store.schema import text, whole

revision = "9001"
down_revision = max(path.name.partition("_")[0] for path in (migrations() / "versions").glob("[0-9]*.py"))
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gauge",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("asset_id"),
        text("name"),
        text("remark"),
    )
    op.create_index("ix_gauge_asset_id", "gauge", ["asset_id"])
