"""Contents of attachments on their way: what each side has, what is half there, and what each sync brought."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fielddesk.store.schema import laptop, text, whole

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if laptop():
        tables_of_a_laptop()
    else:
        tables_of_headquarters()


def tables_of_a_laptop() -> None:
    op.create_table(
        "content",
        text("sha256", key=True),
        whole("size"),
        whole("rank"),
        text("state"),
        text("row_id"),
        whole("asked"),
        whole("arrived"),
        text("upload", null=True),
        whole("tries"),
        whole("not_before"),
        text("problem"),
        whole("unnamed_since", null=True),
    )
    op.create_index("ix_content_row_id", "content", ["row_id"])
    op.create_index("ix_content_state_rank_row_id", "content", ["state", "rank", "row_id"])
    for columns, where in (
        (["asked", "row_id"], "asked = 1"),
        (["unnamed_since"], "unnamed_since IS NOT NULL"),
        (["problem"], "problem <> 'none'"),
    ):
        op.create_index(f"ix_content_{'_'.join(columns)}", "content", columns, sqlite_where=sa.text(where))
    op.create_table(
        "receipt",
        text("id", key=True),
        whole("began_at"),
        whole("ended_at", null=True),
        text("how"),
        text("rows_out"),
        text("rows_in"),
        whole("files_out"),
        whole("files_in"),
        whole("file_bytes_out"),
        whole("file_bytes_in"),
        whole("bytes_out"),
        whole("bytes_in"),
    )
    op.create_index("ix_receipt_began_at", "receipt", ["began_at"])


def tables_of_headquarters() -> None:
    op.create_table(
        "kept_content",
        text("sha256", key=True),
        whole("size"),
        whole("kept_at"),
        whole("unnamed_since", null=True),
    )
    op.create_table(
        "upload",
        text("id", key=True),
        text("sha256"),
        whole("size"),
        text("device_id"),
        whole("made_at"),
        whole("touched_at"),
    )
    op.create_index("ix_upload_device_id_sha256", "upload", ["device_id", "sha256"])
    op.create_index("ix_upload_touched_at", "upload", ["touched_at"])
