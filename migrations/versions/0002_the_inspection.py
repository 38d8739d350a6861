"""The inspection: product models and strategy, checklists and plans, sites, what is recorded on a visit, documents."""

from __future__ import annotations

from alembic import op

from fielddesk.store.schema import text, whole

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    tables_of_lifecycle()
    tables_of_checklists()
    tables_of_customers()
    tables_of_orders()
    tables_of_documents()


def tables_of_lifecycle() -> None:
    op.create_table(
        "product_model",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("number"),
        text("names"),
        text("product_class"),
        text("stage"),
        text("stage_since"),
        text("stage_reason"),
        text("launch_on", null=True),
        text("end_of_sale_on", null=True),
        text("market_exit_on", null=True),
        text("end_of_service_on", null=True),
        text("last_parts_order_on", null=True),
        text("dates_source"),
        text("replacement_id", null=True),
    )
    op.create_index("ix_product_model_number_id_archived_at", "product_model", ["number", "id", "archived_at"])
    op.create_index("ix_product_model_stage", "product_model", ["stage"])
    op.create_table(
        "stage_change",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("model_id"),
        text("from_stage"),
        text("to_stage"),
        text("since"),
        text("reason"),
        text("by_id"),
        whole("at"),
    )
    op.create_index("ix_stage_change_model_id_at", "stage_change", ["model_id", "at"])
    op.create_table(
        "strategy_revision",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        whole("number"),
        text("valid_from"),
        text("table"),
        text("reason"),
        text("by_id"),
        whole("at"),
    )
    op.create_index("ix_strategy_revision_number", "strategy_revision", ["number"])


def tables_of_checklists() -> None:
    op.create_table(
        "checklist",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("number"),
        text("names"),
        text("product_class"),
        text("model_id", null=True),
    )
    op.create_index("ix_checklist_number", "checklist", ["number"])
    op.create_table(
        "checklist_version",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("checklist_id"),
        whole("version"),
        text("items"),
        text("remark"),
        text("by_id"),
        whole("at"),
    )
    op.create_index("ix_checklist_version_checklist_id_version", "checklist_version", ["checklist_id", "version"])
    op.create_table(
        "help_picture",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("version_id"),
        text("item"),
        text("media_type"),
        whole("size"),
        text("sha256"),
        text("caption", null=True),
    )
    op.create_index("ix_help_picture_sha256", "help_picture", ["sha256"])
    op.create_index("ix_help_picture_version_id", "help_picture", ["version_id"])
    op.create_table(
        "inspection_plan",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("asset_id"),
        text("checklist_id"),
        text("rule"),
        text("starts_on"),
        text("mode"),
        whole("tolerance_days"),
        text("engineer_id", null=True),
        text("ended_on", null=True),
    )
    op.create_index("ix_inspection_plan_asset_id", "inspection_plan", ["asset_id"])
    op.create_index("ix_inspection_plan_checklist_id", "inspection_plan", ["checklist_id"])
    op.create_table(
        "plan_exception",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("plan_id"),
        text("asset_id"),
        text("due_on"),
        text("moved_to", null=True),
        text("reason"),
        text("by_id"),
        whole("at"),
    )
    op.create_index("ix_plan_exception_asset_id", "plan_exception", ["asset_id"])
    op.create_index("ix_plan_exception_plan_id_due_on", "plan_exception", ["plan_id", "due_on"])
    op.create_table(
        "inspection",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("order_id"),
        text("asset_id"),
        text("version_id"),
        text("plan_id", null=True),
        text("due_on", null=True),
        whole("started_at", null=True),
        whole("completed_at", null=True),
        text("completed_on", null=True),
        text("result"),
    )
    op.create_index("ix_inspection_asset_id_completed_at", "inspection", ["asset_id", "completed_at"])
    op.create_index("ix_inspection_completed_at", "inspection", ["completed_at"])
    op.create_index("ix_inspection_order_id", "inspection", ["order_id"])
    op.create_index("ix_inspection_plan_id_due_on", "inspection", ["plan_id", "due_on"])
    op.create_table(
        "answer",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("inspection_id"),
        text("order_id"),
        text("asset_id"),
        text("version_id"),
        text("item"),
        text("verdict"),
        whole("number", null=True),
        text("choice", null=True),
        text("text"),
        text("day", null=True),
        text("questioned"),
        text("kept_because"),
        text("by_id"),
        whole("at"),
    )
    op.create_index("ix_answer_asset_id_item_at", "answer", ["asset_id", "item", "at"])
    op.create_index("ix_answer_inspection_id_item_at", "answer", ["inspection_id", "item", "at"])
    op.create_index("ix_answer_order_id", "answer", ["order_id"])


def tables_of_customers() -> None:
    op.create_table(
        "site",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("customer_id"),
        text("name"),
        text("street"),
        text("postal_code"),
        text("city"),
        text("country"),
        text("zone"),
        text("access"),
        text("hazards"),
        whole("induction_needed"),
        whole("permit_needed"),
    )
    op.create_index("ix_site_customer_id", "site", ["customer_id"])
    op.create_index("ix_site_name_id_archived_at", "site", ["name", "id", "archived_at"])
    op.create_table(
        "contact",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("customer_id"),
        text("site_id", null=True),
        text("name"),
        text("position"),
        text("phone"),
        text("email"),
        text("language"),
        text("confirmed_on", null=True),
    )
    op.create_index("ix_contact_customer_id_name", "contact", ["customer_id", "name"])
    op.create_index("ix_contact_site_id", "contact", ["site_id"])


def tables_of_orders() -> None:
    op.create_table(
        "order_step",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("order_id"),
        text("step"),
        text("outcome"),
        text("remark"),
        text("by_id"),
        whole("at"),
    )
    op.create_index("ix_order_step_order_id_at", "order_step", ["order_id", "at"])
    op.create_table(
        "safety_check",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("order_id"),
        text("answers"),
        text("permit"),
        text("remark"),
        text("by_id"),
        whole("at"),
    )
    op.create_index("ix_safety_check_order_id_at", "safety_check", ["order_id", "at"])
    op.create_table(
        "safety_incident",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("order_id"),
        text("kind"),
        text("text"),
        whole("happened_at"),
        text("by_id"),
        whole("at"),
    )
    op.create_index("ix_safety_incident_order_id_at", "safety_incident", ["order_id", "at"])
    op.create_table(
        "order_link",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("order_id"),
        text("other_id"),
        text("kind"),
        text("item"),
        text("by_id"),
        whole("at"),
    )
    op.create_index("ix_order_link_order_id", "order_link", ["order_id"])
    op.create_index("ix_order_link_other_id", "order_link", ["other_id"])
    op.create_table(
        "sign_off",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("order_id"),
        text("contact_id", null=True),
        text("signer"),
        text("signature"),
        text("not_signed_because"),
        whole("satisfaction"),
        whole("recommendation"),
        text("comment"),
        text("shown"),
        text("by_id"),
        whole("at"),
    )
    op.create_index("ix_sign_off_order_id_at", "sign_off", ["order_id", "at"])
    op.create_index("ix_sign_off_signature", "sign_off", ["signature"])
    op.create_table(
        "reservation",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("order_id"),
        text("part_id"),
        text("place_id", null=True),
        whole("quantity"),
        text("by_id"),
        whole("at"),
    )
    op.create_index("ix_reservation_order_id", "reservation", ["order_id"])
    op.create_index("ix_reservation_part_id", "reservation", ["part_id"])
    op.create_index("ix_reservation_place_id_part_id", "reservation", ["place_id", "part_id"])


def tables_of_documents() -> None:
    op.create_table(
        "attachment",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("order_id", null=True),
        text("asset_id", null=True),
        text("customer_id", null=True),
        text("item"),
        text("kind"),
        text("name"),
        text("media_type"),
        whole("size"),
        text("sha256"),
        text("thumbnail"),
        whole("thumbnail_size"),
        text("original_id", null=True),
        text("caption"),
        whole("taken_at", null=True),
        text("by_id"),
        whole("at"),
    )
    op.create_index("ix_attachment_asset_id_at", "attachment", ["asset_id", "at"])
    op.create_index("ix_attachment_customer_id", "attachment", ["customer_id"])
    op.create_index("ix_attachment_order_id_at", "attachment", ["order_id", "at"])
    op.create_index("ix_attachment_sha256", "attachment", ["sha256"])
    op.create_index("ix_attachment_thumbnail", "attachment", ["thumbnail"])
    op.create_table(
        "issued_document",
        text("id", key=True),
        whole("archived_at", null=True),
        whole("rev"),
        text("number"),
        text("kind"),
        text("language"),
        text("title"),
        text("order_id", null=True),
        text("asset_id", null=True),
        text("customer_id", null=True),
        text("attachment_id"),
        text("sha256"),
        text("digest"),
        text("replaces_id", null=True),
        text("reason"),
        text("by_id"),
        whole("at"),
    )
    op.create_index("ix_issued_document_asset_id_at", "issued_document", ["asset_id", "at"])
    op.create_index("ix_issued_document_at_id_archived_at", "issued_document", ["at", "id", "archived_at"])
    op.create_index("ix_issued_document_customer_id_at", "issued_document", ["customer_id", "at"])
    op.create_index("ix_issued_document_number", "issued_document", ["number"])
    op.create_index("ix_issued_document_order_id_at", "issued_document", ["order_id", "at"])
