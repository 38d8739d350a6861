"""The first tables: what travels, what stays on a laptop, and headquarters' own books."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fielddesk.store.schema import hq, laptop, text, whole

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    tables_that_travel()
    if laptop():
        tables_of_a_laptop()
    if hq():
        tables_of_headquarters()


def tables_that_travel() -> None:
    op.create_table(
        "user",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("login"),
        text("name"),
        text("role"),
        whole("revoked_at", null=True),
    )
    op.create_index("ix_user_login", "user", ["login"])
    op.create_table(
        "customer",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("number"),
        text("name"),
        text("tier"),
        text("street"),
        text("postal_code"),
        text("city"),
        text("country"),
        text("phone"),
        text("language"),
    )
    op.create_index("ix_customer_name_id_archived_at", "customer", ["name", "id", "archived_at"])
    op.create_index("ix_customer_number", "customer", ["number"])
    op.create_table(
        "asset",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("customer_id"),
        text("serial"),
        text("name"),
        text("model"),
        text("software_version"),
        text("building"),
        text("position"),
        text("remark"),
        text("site_id", null=True),
        text("model_id", null=True),
        text("parent_id", null=True),
        text("replaced_by_id", null=True),
        text("installed_on", null=True),
        text("warranty_until", null=True),
    )
    op.create_index("ix_asset_customer_id", "asset", ["customer_id"])
    op.create_index("ix_asset_model_id", "asset", ["model_id"])
    op.create_index("ix_asset_name_serial_id_archived_at", "asset", ["name", "serial", "id", "archived_at"])
    op.create_index("ix_asset_parent_id", "asset", ["parent_id"])
    op.create_index("ix_asset_serial", "asset", ["serial"])
    op.create_index("ix_asset_site_id", "asset", ["site_id"])
    op.create_table(
        "work_order",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("number"),
        text("kind"),
        text("title"),
        text("description"),
        text("customer_id"),
        text("asset_id", null=True),
        text("status"),
        text("status_reason"),
        text("assignee_id", null=True),
        text("due_on", null=True),
        whole("opened_at"),
        text("site_id", null=True),
        text("contact_id", null=True),
        whole("planned_at", null=True),
        text("stage"),
        whole("strategy"),
    )
    op.create_index("ix_work_order_asset_id", "work_order", ["asset_id"])
    op.create_index(
        "ix_work_order_assignee_id_due_on_number_id_status_archived_at",
        "work_order",
        ["assignee_id", "due_on", "number", "id", "status", "archived_at"],
    )
    op.create_index("ix_work_order_assignee_id_planned_at", "work_order", ["assignee_id", "planned_at"])
    op.create_index("ix_work_order_customer_id", "work_order", ["customer_id"])
    op.create_index(
        "ix_work_order_due_on_number_id_archived_at", "work_order", ["due_on", "number", "id", "archived_at"]
    )
    op.create_index("ix_work_order_number_id_archived_at", "work_order", ["number", "id", "archived_at"])
    op.create_index("ix_work_order_opened_at_id_archived_at", "work_order", ["opened_at", "id", "archived_at"])
    op.create_index("ix_work_order_planned_at_id", "work_order", ["planned_at", "id"])
    op.create_index("ix_work_order_site_id", "work_order", ["site_id"])
    op.create_index(
        "ix_work_order_status_due_on_number_id_archived_at_opened_at",
        "work_order",
        ["status", "due_on", "number", "id", "archived_at", "opened_at"],
    )
    op.create_table(
        "note",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("order_id"),
        text("text"),
        text("author_id"),
        whole("at"),
    )
    op.create_index("ix_note_order_id_at", "note", ["order_id", "at"])
    op.create_table(
        "part",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("number"),
        text("names"),
        text("category"),
        text("unit"),
        text("replaced_by", null=True),
    )
    op.create_index("ix_part_number_id_archived_at", "part", ["number", "id", "archived_at"])
    op.create_index("ix_part_replaced_by", "part", ["replaced_by"])
    op.create_table(
        "place",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("name"),
        text("kind"),
        text("keeper_id", null=True),
    )
    op.create_table(
        "movement",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("kind"),
        text("part_id"),
        text("place_id"),
        whole("quantity"),
        text("order_id", null=True),
        text("reverses_id", null=True),
        text("by_id"),
        whole("at"),
    )
    op.create_index("ix_movement_order_id", "movement", ["order_id"])
    op.create_index("ix_movement_part_id", "movement", ["part_id"])
    op.create_index("ix_movement_place_id_part_id", "movement", ["place_id", "part_id"])
    op.create_table(
        "stock_level",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("place_id"),
        text("part_id"),
        whole("quantity"),
        whole("as_of"),
    )
    op.create_index("ix_stock_level_part_id", "stock_level", ["part_id"])
    op.create_index("ix_stock_level_place_id_part_id", "stock_level", ["place_id", "part_id"])
    op.create_table(
        "event",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("kind"),
        text("outcome"),
        text("about_table", null=True),
        text("about_id", null=True),
        text("actor_id"),
        whole("at"),
        text("told"),
    )
    op.create_index("ix_event_about_id_at", "event", ["about_id", "at"])


def tables_of_a_laptop() -> None:
    op.create_table(
        "local_setting",
        text("name", key=True),
        text("value"),
    )
    op.create_table(
        "own_operation",
        text("id", key=True),
        whole("place"),
        text("incarnation"),
        whole("seq"),
        text("kind"),
        text("nature"),
        text("body"),
        text("hash"),
        text("about_table", null=True),
        text("about_id", null=True),
        whole("at"),
        whole("standing"),
        text("outcome", null=True),
        text("detail", null=True),
        whole("outcome_pos", null=True),
        text("trouble", null=True),
        whole("settled_at", null=True),
        text("touches"),
    )
    at_hand = ["place", "standing", "outcome", "incarnation", "seq", "about_id"]
    where = sa.text("standing = 1 OR outcome IS NULL")
    op.create_index(f"ix_own_operation_{'_'.join(at_hand)}", "own_operation", at_hand, sqlite_where=where)
    done = sa.text("outcome IS NOT NULL")
    op.create_index("ix_own_operation_outcome", "own_operation", ["outcome"], sqlite_where=done)
    op.create_index("ix_own_operation_seq", "own_operation", ["seq"], sqlite_where=done)
    op.create_table(
        "touched_row",
        text("row_id", key=True),
        whole("wrote", key=True),
        text("op_id", key=True),
        text("tablename_"),
        text("before", null=True),
        text("fields"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "draft",
        text("name", key=True),
        text("about_id", key=True),
        text("text"),
        whole("at"),
    )
    op.create_table(
        "stub",
        text("row_id", key=True),
        text("tablename_"),
    )
    op.create_table(
        "set_aside",
        text("row_id", key=True),
        text("tablename_"),
        whole("rev"),
        text("body"),
    )
    op.create_table(
        "seen_row",
        text("row_id", key=True),
    )


def tables_of_headquarters() -> None:
    op.create_table(
        "hq_setting",
        text("name", key=True),
        text("value"),
    )
    op.create_table(
        "device",
        text("id", key=True),
        text("user_id"),
        text("name"),
        text("token_hash"),
        whole("enrolled_at"),
        whole("revoked_at", null=True),
        whole("seen_at", null=True),
        text("program", null=True),
        whole("feed_from"),
    )
    op.create_index("ix_device_token_hash", "device", ["token_hash"])
    op.create_index("ix_device_user_id", "device", ["user_id"])
    op.create_table(
        "enrolment_code",
        text("code_hash", key=True),
        text("user_id"),
        whole("made_at"),
        whole("expires_at"),
        whole("used_at", null=True),
    )
    op.create_table(
        "queue",
        text("device_id", key=True),
        text("incarnation", key=True),
        text("device_code"),
        whole("next_seq"),
        whole("made_at"),
    )
    op.create_index("ix_queue_device_code", "queue", ["device_code"])
    op.create_table(
        "queue_place",
        text("device_id", key=True),
        text("incarnation", key=True),
        whole("seq", key=True),
        text("op_id"),
    )
    op.create_table(
        "operation",
        text("id", key=True),
        text("hash"),
        text("device_id"),
        text("incarnation"),
        whole("seq"),
        text("user_id"),
        text("kind"),
        text("body"),
        text("outcome"),
        text("detail"),
        whole("pos"),
        text("waits_for", null=True),
        whole("at"),
        text("zone"),
        whole("skew", null=True),
        whole("received_at"),
    )
    op.create_index("ix_operation_device_id_incarnation_seq", "operation", ["device_id", "incarnation", "seq"])
    op.create_index("ix_operation_device_id_pos", "operation", ["device_id", "pos"])
    op.create_index("ix_operation_outcome", "operation", ["outcome"])
    op.create_index("ix_operation_received_at", "operation", ["received_at"])
    op.create_index("ix_operation_waits_for", "operation", ["waits_for"])
    op.create_table(
        "counter",
        text("name", key=True),
        whole("pos"),
    )
    op.create_table(
        "feed",
        whole("pos", key=True),
        whole("commit_no"),
        text("audience"),
        text("table_name"),
        text("row_id"),
        whole("rev"),
        text("op"),
        text("body", null=True),
    )
    op.create_index("ix_feed_audience_pos", "feed", ["audience", "pos"])
    op.create_table(
        "feed_to",
        text("user_id", key=True),
        whole("pos", key=True),
    )
    op.create_table(
        "member",
        text("user_id", key=True),
        text("table_name", key=True),
        text("row_id", key=True),
        text("root_id", key=True),
    )
    op.create_index("ix_member_root_id", "member", ["root_id"])
    op.create_index("ix_member_row_id", "member", ["row_id"])
    op.create_table(
        "past_member",
        text("user_id", key=True),
        text("row_id", key=True),
        whole("left_at"),
    )
