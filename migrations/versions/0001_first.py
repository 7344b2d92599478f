"""every table of the first release

Revision: 0001, 2026-11-22 00:24:30.281873
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "account",
        sa.Column("login", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("code_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_uid"), ["uid"], unique=True)

    op.create_table(
        "draft",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("form", sa.String(length=80), nullable=False),
        sa.Column("title_sealed", sa.Text(), nullable=True),
        sa.Column("fields_sealed", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index("ix_draft_account_id", ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_uid"), ["uid"], unique=True)

    op.create_table(
        "job",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_done_at_after", ["done_at", "after"], unique=False)

    op.create_table(
        "period",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period")),
        sa.UniqueConstraint("name", name=op.f("uq_period_name")),
    )
    op.create_table(
        "receipt",
        sa.Column("sender", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("route", sa.String(length=80), nullable=False),
        sa.Column("body_sha", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(length=500), nullable=False),
        sa.Column("message", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("undo", sa.String(length=200), nullable=False),
        sa.Column("then_words", sa.String(length=80), nullable=False),
        sa.Column("then", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
    )
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.create_index("ix_receipt_sender_key", ["sender", "key"], unique=True)
        batch_op.create_index(batch_op.f("ix_receipt_uid"), ["uid"], unique=True)

    op.create_table(
        "sequence",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sequence")),
        sa.UniqueConstraint("name", name=op.f("uq_sequence_name")),
    )
    op.create_table(
        "special_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("name_zh", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_special_day")),
        sa.UniqueConstraint("day", name=op.f("uq_special_day_day")),
    )
    op.create_table(
        "suspect_walk",
        sa.Column("met_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspect_walk")),
    )
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_throttle")),
        sa.UniqueConstraint("key", name=op.f("uq_throttle_key")),
    )
    op.create_table(
        "trail_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_head")),
    )
    op.create_table(
        "unit",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "path",
            sa.String(length=255).with_variant(sa.String(length=255, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("replaced_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id")),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["unit.id"], name=op.f("fk_unit_replaced_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index("ix_unit_parent_id", ["parent_id"], unique=False)
        batch_op.create_index("ix_unit_path", ["path"], unique=True)
        batch_op.create_index(batch_op.f("ix_unit_uid"), ["uid"], unique=True)

    op.create_table(
        "attachment",
        sa.Column("subject_uid", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mime", sa.String(length=40), nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_attachment_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index("ix_attachment_subject_uid", ["subject_uid"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_attachment_unit_id", ["unit_id"], unique=False)

    op.create_table(
        "box_opening",
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_name", sa.String(length=40), nullable=False),
        sa.Column("first_role", sa.String(length=24), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("second_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("second_name", sa.String(length=40), nullable=True),
        sa.Column("second_role", sa.String(length=24), nullable=True),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["account.id"], name=op.f("fk_box_opening_first_id")),
        sa.ForeignKeyConstraint(["second_id"], ["account.id"], name=op.f("fk_box_opening_second_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_box_opening_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box_opening")),
    )
    with op.batch_alter_table("box_opening", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_box_opening_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_box_opening_unit_id_opened_at", ["unit_id", "opened_at"], unique=False)

    op.create_table(
        "code",
        sa.Column("list", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label_zh", sa.String(length=60), nullable=False),
        sa.Column("label_en", sa.String(length=80), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_code_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code")),
    )
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.create_index(
            "ix_code_list_code_unit_id_from_on", ["list", "code", "unit_id", "from_on"], unique=True
        )

    op.create_table(
        "difference",
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("figure", sa.String(length=40), nullable=False),
        sa.Column("record_number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("stored", sa.String(length=40), nullable=False),
        sa.Column("counted", sa.String(length=40), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_difference_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difference")),
    )
    with op.batch_alter_table("difference", schema=None) as batch_op:
        batch_op.create_index("ix_difference_unit_id", ["unit_id"], unique=False)

    op.create_table(
        "employer",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("ownership", sa.String(length=40), nullable=True),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.Column("women", sa.Integer(), nullable=True),
        sa.Column("union_state", sa.String(length=20), nullable=False),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("contact", sa.String(length=40), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("cell_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visit_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["cell_id"], ["unit.id"], name=op.f("fk_employer_cell_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_employer_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employer")),
    )
    with op.batch_alter_table("employer", schema=None) as batch_op:
        batch_op.create_index("ix_employer_cell_id", ["cell_id"], unique=False)
        batch_op.create_index("ix_employer_name", ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_employer_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_employer_unit_id_name", ["unit_id", "name"], unique=False)
        batch_op.create_index(
            "ix_employer_unit_id_state_seen_at", ["unit_id", "state", "seen_at", "id"], unique=False
        )
        batch_op.create_index("ix_employer_uscc", ["uscc"], unique=True)

    op.create_table(
        "erasure",
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("upto", sa.Date(), nullable=True),
        sa.Column("first_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("first_name", sa.String(length=40), nullable=True),
        sa.Column("first_role", sa.String(length=24), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("second_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("second_name", sa.String(length=40), nullable=True),
        sa.Column("second_role", sa.String(length=24), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["account.id"], name=op.f("fk_erasure_first_id")),
        sa.ForeignKeyConstraint(["second_id"], ["account.id"], name=op.f("fk_erasure_second_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_erasure_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    with op.batch_alter_table("erasure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasure_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_erasure_unit_id_done_at", ["unit_id", "done_at"], unique=False)

    op.create_table(
        "export_request",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_by", sa.String(length=60), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("numbers", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=100), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("agreed_by", sa.String(length=90), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.String(length=200), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_export_request_account_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_export_request_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_request")),
    )
    with op.batch_alter_table("export_request", schema=None) as batch_op:
        batch_op.create_index("ix_export_request_account_id_state", ["account_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_request_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_export_request_unit_id_state", ["unit_id", "state"], unique=False)

    op.create_table(
        "hand_over",
        sa.Column("from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_name", sa.String(length=40), nullable=False),
        sa.Column("to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("to_name", sa.String(length=40), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_by", sa.String(length=90), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("in_place", sa.Boolean(), nullable=False),
        sa.Column("from_signed_by", sa.String(length=90), nullable=True),
        sa.Column("from_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("to_signed_by", sa.String(length=90), nullable=True),
        sa.Column("to_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["from_id"], ["account.id"], name=op.f("fk_hand_over_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["account.id"], name=op.f("fk_hand_over_to_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_hand_over_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
    )
    with op.batch_alter_table("hand_over", schema=None) as batch_op:
        batch_op.create_index("ix_hand_over_from_id_state", ["from_id", "state"], unique=False)
        batch_op.create_index("ix_hand_over_to_id_state", ["to_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_hand_over_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_hand_over_unit_id_id", ["unit_id", "id"], unique=False)

    op.create_table(
        "import_run",
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_name", sa.String(length=60), nullable=False),
        sa.Column("file_name_sealed", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("header_row", sa.Integer(), nullable=False),
        sa.Column("top_sealed", sa.Text(), nullable=True),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("updates", sa.Boolean(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("homes", sa.JSON(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("reader", sa.String(length=32), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_import_run_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.create_index("ix_import_run_digest", ["digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_run_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_import_run_unit_id_state", ["unit_id", "state"], unique=False)

    op.create_table(
        "map_tile",
        sa.Column("across", sa.Integer(), nullable=False),
        sa.Column("down", sa.Integer(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_map_tile_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_map_tile")),
    )
    with op.batch_alter_table("map_tile", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_map_tile_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_map_tile_unit_id", ["unit_id"], unique=True)

    op.create_table(
        "monthly_report",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=88), nullable=False),
        sa.Column("exact", sa.Text(), nullable=True),
        sa.Column("seal", sa.String(length=88), nullable=True),
        sa.Column("key", sa.String(length=44), nullable=False),
        sa.Column("signed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("signed_by", sa.String(length=40), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_by", sa.String(length=40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.String(length=300), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["signed_by_id"], ["account.id"], name=op.f("fk_monthly_report_signed_by_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_monthly_report_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_report")),
    )
    with op.batch_alter_table("monthly_report", schema=None) as batch_op:
        batch_op.create_index(
            "ix_monthly_report_signed",
            ["unit_id"],
            unique=False,
            sqlite_where=sa.text("state = 'signed'"),
            postgresql_where=sa.text("state = 'signed'"),
        )
        batch_op.create_index(batch_op.f("ix_monthly_report_uid"), ["uid"], unique=True)
        batch_op.create_index(
            "ix_monthly_report_unit_id_month_edition", ["unit_id", "month", "edition"], unique=True
        )

    op.create_table(
        "posting",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("duty", sa.String(length=20), nullable=True),
        sa.Column("professional", sa.Boolean(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("stands_in_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_posting_account_id")),
        sa.ForeignKeyConstraint(
            ["stands_in_for_id"], ["account.id"], name=op.f("fk_posting_stands_in_for_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_posting_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
    )
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.create_index("ix_posting_account_id", ["account_id"], unique=False)
        batch_op.create_index("ix_posting_stands_in_for_id", ["stands_in_for_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_posting_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_posting_unit_id_role", ["unit_id", "role"], unique=False)

    op.create_table(
        "report",
        sa.Column("told_sealed", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("receipt", sa.String(length=12), nullable=True),
        sa.Column("code_digest", sa.String(length=64), nullable=True),
        sa.Column("code_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_report_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("receipt", name=op.f("uq_report_receipt")),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_report_unit_id_state", ["unit_id", "state"], unique=False)

    op.create_table(
        "sender",
        sa.Column("key", sa.String(length=44), nullable=False),
        sa.Column("added_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["account.id"], name=op.f("fk_sender_added_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_sender_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender")),
    )
    with op.batch_alter_table("sender", schema=None) as batch_op:
        batch_op.create_index("ix_sender_key", ["key"], unique=True)
        batch_op.create_index(batch_op.f("ix_sender_uid"), ["uid"], unique=True)

    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("label_zh", sa.String(length=80), nullable=False),
        sa.Column("label_en", sa.String(length=120), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_setting_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting")),
    )
    with op.batch_alter_table("setting", schema=None) as batch_op:
        batch_op.create_index("ix_setting_key_unit_id_from_on", ["key", "unit_id", "from_on"], unique=True)

    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_account_id", ["account_id"], unique=False)

    op.create_table(
        "standing",
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("applied", sa.Integer(), nullable=False),
        sa.Column("new_form", sa.Integer(), nullable=False),
        sa.Column("people_due", sa.Integer(), nullable=False),
        sa.Column("hardship", sa.Integer(), nullable=False),
        sa.Column("helped", sa.Integer(), nullable=False),
        sa.Column("incomplete", sa.Integer(), nullable=False),
        sa.Column("gaps", sa.Integer(), nullable=False),
        sa.Column("employers", sa.Integer(), nullable=False),
        sa.Column("organized", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("ours_first", sa.Integer(), nullable=False),
        sa.Column("disputes", sa.Integer(), nullable=False),
        sa.Column("mediated", sa.Integer(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("on_time", sa.Integer(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.Column("oldest_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visits_due", sa.Integer(), nullable=False),
        sa.Column("visits_on_time", sa.Integer(), nullable=False),
        sa.Column("visits_open", sa.Integer(), nullable=False),
        sa.Column("echoes_due", sa.Integer(), nullable=False),
        sa.Column("echoes_on_time", sa.Integer(), nullable=False),
        sa.Column("last_entry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fresh_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_standing_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing")),
    )
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.create_index("ix_standing_fresh_until", ["fresh_until"], unique=False)
        batch_op.create_index("ix_standing_unit_id", ["unit_id"], unique=True)

    op.create_table(
        "suspect",
        sa.Column("low_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("high_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reasons", sa.String(length=60), nullable=False),
        sa.Column("compared", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dismissed_by", sa.String(length=60), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_suspect_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspect")),
    )
    with op.batch_alter_table("suspect", schema=None) as batch_op:
        batch_op.create_index("ix_suspect_high_id", ["high_id"], unique=False)
        batch_op.create_index("ix_suspect_low_id_high_id", ["low_id", "high_id"], unique=True)
        batch_op.create_index(batch_op.f("ix_suspect_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_suspect_unit_id_state_id", ["unit_id", "state", "id"], unique=False)

    op.create_table(
        "target",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(length=12), nullable=False),
        sa.Column("goal", sa.Integer(), nullable=False),
        sa.Column("set_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("set_by", sa.String(length=40), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["set_by_id"], ["account.id"], name=op.f("fk_target_set_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_target_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
    )
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_target_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_target_unit_id_year_measure", ["unit_id", "year", "measure"], unique=True)

    op.create_table(
        "trail",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("record_uid", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_trail_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail")),
    )
    with op.batch_alter_table("trail", schema=None) as batch_op:
        batch_op.create_index("ix_trail_record_uid", ["record_uid"], unique=False)
        batch_op.create_index("ix_trail_unit_id_id", ["unit_id", "id"], unique=False)

    op.create_table(
        "unsent",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lost_by", sa.String(length=90), nullable=True),
        sa.Column("lost_reason", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_unsent_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsent")),
    )
    with op.batch_alter_table("unsent", schema=None) as batch_op:
        batch_op.create_index("ix_unsent_account_id_phone", ["account_id", "phone"], unique=True)
        batch_op.create_index(batch_op.f("ix_unsent_uid"), ["uid"], unique=True)

    op.create_table(
        "import_row",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("id_index", sa.String(length=64), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("told_sealed", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_row_run_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_import_row_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
    )
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.create_index(
            "ix_import_row_run_id_id_index", ["run_id", "id_index", "verdict", "person_id"], unique=False
        )
        batch_op.create_index(
            "ix_import_row_run_id_verdict_number", ["run_id", "verdict", "number"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_import_row_uid"), ["uid"], unique=True)

    op.create_table(
        "person",
        sa.Column("card_no", sa.String(length=20), nullable=True),
        sa.Column("card_token", sa.String(length=24), nullable=True),
        sa.Column("card_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=True),
        sa.Column("staged", sa.String(length=20), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visit_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged_into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("reading", sa.String(length=120), nullable=False),
        sa.Column("initials", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("sex", sa.String(length=8), nullable=True),
        sa.Column("birth_on", sa.Date(), nullable=True),
        sa.Column("share_birthday", sa.Boolean(), nullable=False),
        sa.Column("id_kind", sa.String(length=24), nullable=True),
        sa.Column("id_number_sealed", sa.Text(), nullable=True),
        sa.Column("id_index", sa.String(length=64), nullable=True),
        sa.Column("ethnicity", sa.String(length=20), nullable=True),
        sa.Column("education", sa.String(length=20), nullable=True),
        sa.Column("skill_level", sa.String(length=20), nullable=True),
        sa.Column("political_status", sa.String(length=20), nullable=True),
        sa.Column("household_type", sa.String(length=30), nullable=True),
        sa.Column("household_place", sa.String(length=80), nullable=True),
        sa.Column("native_place", sa.String(length=40), nullable=True),
        sa.Column("work_status", sa.String(length=20), nullable=True),
        sa.Column("migrant", sa.Boolean(), nullable=True),
        sa.Column("key_group", sa.String(length=30), nullable=True),
        sa.Column("new_form", sa.Boolean(), nullable=False),
        sa.Column("employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("employer_name", sa.String(length=80), nullable=True),
        sa.Column("employer_index", sa.String(length=32), nullable=True),
        sa.Column("address", sa.String(length=120), nullable=True),
        sa.Column("hardship_class", sa.String(length=20), nullable=True),
        sa.Column("hardship_on", sa.Date(), nullable=True),
        sa.Column("hardship_note_sealed", sa.Text(), nullable=True),
        sa.Column(
            "gaps",
            sa.Integer(),
            sa.Computed(
                "CASE WHEN id_index IS NULL THEN 1 ELSE 0 END + CASE WHEN sex IS NULL THEN 1 ELSE 0 END + CASE WHEN birth_on IS NULL THEN 1 ELSE 0 END + CASE WHEN ethnicity IS NULL THEN 1 ELSE 0 END + CASE WHEN education IS NULL THEN 1 ELSE 0 END + CASE WHEN household_type IS NULL THEN 1 ELSE 0 END + CASE WHEN phone IS NULL THEN 1 ELSE 0 END + CASE WHEN work_status IS NULL THEN 1 ELSE 0 END + CASE WHEN migrant IS NULL THEN 1 ELSE 0 END + CASE WHEN political_status IS NULL THEN 1 ELSE 0 END + CASE WHEN employer_name IS NULL AND key_group IS NULL THEN 1 ELSE 0 END",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_person_employer_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["person.id"], name=op.f("fk_person_merged_into_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_person_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(
            "ix_person_card_no",
            ["card_no"],
            unique=True,
            sqlite_where=sa.text("card_no IS NOT NULL"),
            postgresql_where=sa.text("card_no IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_person_card_token",
            ["card_token"],
            unique=True,
            sqlite_where=sa.text("card_token IS NOT NULL"),
            postgresql_where=sa.text("card_token IS NOT NULL"),
        )
        batch_op.create_index("ix_person_employer_id", ["employer_id"], unique=False)
        batch_op.create_index(
            "ix_person_group",
            ["unit_id", "status", "key_group", "seen_at", "id"],
            unique=False,
            sqlite_where=sa.text("key_group IS NOT NULL AND status IS NOT NULL"),
            postgresql_where=sa.text("key_group IS NOT NULL AND status IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_person_hardship",
            ["unit_id", "status", "seen_at", "id"],
            unique=False,
            sqlite_where=sa.text("hardship_class IS NOT NULL AND status IS NOT NULL"),
            postgresql_where=sa.text("hardship_class IS NOT NULL AND status IS NOT NULL"),
        )
        batch_op.create_index("ix_person_id_index", ["id_index"], unique=False)
        batch_op.create_index(
            "ix_person_incomplete",
            ["unit_id", "status", "seen_at", "id", "gaps"],
            unique=False,
            sqlite_where=sa.text("gaps <> 0 AND status IS NOT NULL"),
            postgresql_where=sa.text("gaps <> 0 AND status IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_person_merged_into_id",
            ["merged_into_id"],
            unique=False,
            sqlite_where=sa.text("merged_into_id IS NOT NULL"),
            postgresql_where=sa.text("merged_into_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_person_new_form",
            ["unit_id", "status", "seen_at", "id"],
            unique=False,
            sqlite_where=sa.text("new_form = 1 AND status IS NOT NULL"),
            postgresql_where=sa.text("new_form AND status IS NOT NULL"),
        )
        batch_op.create_index("ix_person_phone", ["phone"], unique=False)
        batch_op.create_index(
            "ix_person_reading_birth_on",
            ["reading", "birth_on"],
            unique=False,
            sqlite_where=sa.text("birth_on IS NOT NULL"),
            postgresql_where=sa.text("birth_on IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_person_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_person_unit_id_name", ["unit_id", "name"], unique=False)
        batch_op.create_index("ix_person_unit_id_reading", ["unit_id", "reading"], unique=False)
        batch_op.create_index("ix_person_unit_id_recorded_at", ["unit_id", "recorded_at"], unique=False)
        batch_op.create_index(
            "ix_person_unit_id_status_seen_at_id",
            ["unit_id", "status", "seen_at", "id"],
            unique=False,
            sqlite_where=sa.text("status IS NOT NULL"),
            postgresql_where=sa.text("status IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_person_visit_due",
            ["unit_id", "status", "seen_at", "id"],
            unique=False,
            sqlite_where=sa.text("visit_due_at IS NOT NULL AND status IS NOT NULL"),
            postgresql_where=sa.text("visit_due_at IS NOT NULL AND status IS NOT NULL"),
        )

    op.create_table(
        "tie",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("employer_name", sa.String(length=80), nullable=False),
        sa.Column("name_index", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_tie_account_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_tie_employer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tie")),
    )
    with op.batch_alter_table("tie", schema=None) as batch_op:
        batch_op.create_index("ix_tie_account_id", ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tie_uid"), ["uid"], unique=True)

    op.create_table(
        "consent",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("wording", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_consent_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index("ix_consent_person_id", ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_uid"), ["uid"], unique=True)

    op.create_table(
        "due_visit",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("trigger", sa.String(length=30), nullable=False),
        sa.Column("must", sa.Boolean(), nullable=False),
        sa.Column("event_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("planned_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("settled_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (employer_id IS NULL)", name=op.f("ck_due_visit_one_whom")
        ),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_due_visit_employer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_due_visit_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_due_visit_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_visit")),
    )
    with op.batch_alter_table("due_visit", schema=None) as batch_op:
        batch_op.create_index("ix_due_visit_employer_id", ["employer_id"], unique=False)
        batch_op.create_index(
            "ix_due_visit_open",
            ["unit_id", "due_at", "trigger"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index("ix_due_visit_person_id", ["person_id"], unique=False)
        batch_op.create_index(
            "ix_due_visit_planned_by_id",
            ["planned_by_id"],
            unique=False,
            sqlite_where=sa.text("planned_by_id IS NOT NULL"),
            postgresql_where=sa.text("planned_by_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_due_visit_uid"), ["uid"], unique=True)
        batch_op.create_index(
            "ix_due_visit_unit_id_due_at",
            ["unit_id", "due_at", "state", "done_at", "must", "trigger"],
            unique=False,
        )

    op.create_table(
        "employer_gone",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gone_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("done_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_employer_gone_employer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_employer_gone_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_employer_gone_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employer_gone")),
    )
    with op.batch_alter_table("employer_gone", schema=None) as batch_op:
        batch_op.create_index("ix_employer_gone_employer_id", ["employer_id"], unique=False)
        batch_op.create_index(
            "ix_employer_gone_open",
            ["unit_id"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index("ix_employer_gone_person_id", ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_employer_gone_uid"), ["uid"], unique=True)

    op.create_table(
        "person_merge",
        sa.Column("winner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("loser_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_name", sa.String(length=60), nullable=False),
        sa.Column("kept_sealed", sa.Text(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["loser_id"], ["person.id"], name=op.f("fk_person_merge_loser_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_person_merge_unit_id")),
        sa.ForeignKeyConstraint(["winner_id"], ["person.id"], name=op.f("fk_person_merge_winner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
    )
    with op.batch_alter_table("person_merge", schema=None) as batch_op:
        batch_op.create_index("ix_person_merge_loser_id", ["loser_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_merge_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_person_merge_winner_id", ["winner_id"], unique=False)

    op.create_table(
        "transfer",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("to_unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("answering_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("known_as_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=8), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("asked_by", sa.String(length=90), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.String(length=200), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["answering_id"], ["unit.id"], name=op.f("fk_transfer_answering_id")),
        sa.ForeignKeyConstraint(["asking_id"], ["unit.id"], name=op.f("fk_transfer_asking_id")),
        sa.ForeignKeyConstraint(["known_as_id"], ["person.id"], name=op.f("fk_transfer_known_as_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_transfer_person_id")),
        sa.ForeignKeyConstraint(["to_unit_id"], ["unit.id"], name=op.f("fk_transfer_to_unit_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_transfer_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    with op.batch_alter_table("transfer", schema=None) as batch_op:
        batch_op.create_index(
            "ix_transfer_answering_id",
            ["answering_id"],
            unique=False,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )
        batch_op.create_index(
            "ix_transfer_asking_id",
            ["asking_id"],
            unique=False,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )
        batch_op.create_index("ix_transfer_known_as_id", ["known_as_id"], unique=False)
        batch_op.create_index(
            "ix_transfer_person_id",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )
        batch_op.create_index(batch_op.f("ix_transfer_uid"), ["uid"], unique=True)

    op.create_table(
        "membership",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=True),
        sa.Column("staged", sa.String(length=20), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("change_type", sa.String(length=8), nullable=True),
        sa.Column("change_reason", sa.String(length=8), nullable=True),
        sa.Column("end_type", sa.String(length=8), nullable=True),
        sa.Column("end_reason", sa.String(length=200), nullable=True),
        sa.Column("filed", sa.Boolean(), nullable=True),
        sa.Column("transfer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfer.id"], name=op.f("fk_membership_transfer_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_membership_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index("ix_membership_person_id", ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_membership_uid"), ["uid"], unique=True)
        batch_op.create_index(
            "ix_membership_unit_id_status_until_on_from_on",
            ["unit_id", "status", "until_on", "from_on"],
            unique=False,
            sqlite_where=sa.text("status IS NOT NULL"),
            postgresql_where=sa.text("status IS NOT NULL"),
        )

    op.create_table(
        "visit",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("due_visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("visitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visitor_name", sa.String(length=90), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("needs", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("need_words", sa.String(length=200), nullable=True),
        sa.Column("measures", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("measure_words", sa.String(length=200), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("together", sa.Uuid(), nullable=True),
        sa.Column("corrected", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (employer_id IS NULL)", name=op.f("ck_visit_who")),
        sa.ForeignKeyConstraint(["due_visit_id"], ["due_visit.id"], name=op.f("fk_visit_due_visit_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_visit_employer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_visit_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_visit_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(
            "ix_visit_employer_id_happened_at",
            ["employer_id", "happened_at"],
            unique=False,
            sqlite_where=sa.text("employer_id IS NOT NULL"),
            postgresql_where=sa.text("employer_id IS NOT NULL"),
        )
        batch_op.create_index("ix_visit_person_id_happened_at", ["person_id", "happened_at"], unique=False)
        batch_op.create_index(
            "ix_visit_together",
            ["together"],
            unique=False,
            sqlite_where=sa.text("together IS NOT NULL"),
            postgresql_where=sa.text("together IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_visit_uid"), ["uid"], unique=True)
        batch_op.create_index(
            "ix_visit_unit_id_happened_at",
            ["unit_id", "happened_at", "outcome", "together"],
            unique=False,
            sqlite_where=sa.text("voided_at IS NULL"),
            postgresql_where=sa.text("voided_at IS NULL"),
        )
        batch_op.create_index(
            "ix_visit_unit_id_recorded_at_id", ["unit_id", "recorded_at", "id"], unique=False
        )
        batch_op.create_index("ix_visit_visitor_id_happened_at", ["visitor_id", "happened_at"], unique=False)

    op.create_table(
        "application",
        sa.Column("name", sa.String(length=40), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("key_group", sa.String(length=30), nullable=True),
        sa.Column("employer_name", sa.String(length=80), nullable=True),
        sa.Column("wording", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("membership_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("receipt", sa.String(length=12), nullable=True),
        sa.Column("code_digest", sa.String(length=64), nullable=True),
        sa.Column("code_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_application_membership_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_application_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("receipt", name=op.f("uq_application_receipt")),
    )
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.create_index("ix_application_membership_id", ["membership_id"], unique=False)
        batch_op.create_index("ix_application_phone", ["phone"], unique=False)
        batch_op.create_index("ix_application_recorded_at", ["recorded_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_application_unit_id_recorded_at", ["unit_id", "recorded_at"], unique=False)
        batch_op.create_index("ix_application_unit_id_state_id", ["unit_id", "state", "id"], unique=False)

    op.create_table(
        "complaint",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("accused_index", sa.String(length=32), nullable=True),
        sa.Column("phone_index", sa.String(length=32), nullable=True),
        sa.Column("complainant_sealed", sa.Text(), nullable=True),
        sa.Column("can_be_told", sa.Boolean(), nullable=False),
        sa.Column("text_sealed", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("category", sa.String(length=24), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("outside_number", sa.String(length=40), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("amount_owed", sa.BigInteger(), nullable=True),
        sa.Column("amount_recovered", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("handler_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accept_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("street_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alarm", sa.String(length=8), nullable=True),
        sa.Column("wait_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grade", sa.String(length=12), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=True),
        sa.Column("referred_to", sa.String(length=16), nullable=True),
        sa.Column("referred_number", sa.String(length=40), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged_into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("result", sa.String(length=20), nullable=True),
        sa.Column("mediated_on", sa.Date(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("call_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("urged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("repeat_of_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rating", sa.String(length=20), nullable=True),
        sa.Column("spoke_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt", sa.String(length=12), nullable=True),
        sa.Column("code_digest", sa.String(length=64), nullable=True),
        sa.Column("code_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_complaint_employer_id")),
        sa.ForeignKeyConstraint(["handler_id"], ["account.id"], name=op.f("fk_complaint_handler_id")),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["complaint.id"], name=op.f("fk_complaint_merged_into_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_complaint_person_id")),
        sa.ForeignKeyConstraint(["repeat_of_id"], ["complaint.id"], name=op.f("fk_complaint_repeat_of_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_complaint_unit_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_complaint_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        sa.UniqueConstraint("receipt", name=op.f("uq_complaint_receipt")),
    )
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.create_index(
            "ix_complaint_accused_index",
            ["accused_index"],
            unique=False,
            sqlite_where=sa.text("accused_index IS NOT NULL"),
            postgresql_where=sa.text("accused_index IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_complaint_employer_id_recorded_at", ["employer_id", "recorded_at"], unique=False
        )
        batch_op.create_index("ix_complaint_handler_id_state", ["handler_id", "state"], unique=False)
        batch_op.create_index(
            "ix_complaint_dispute",
            ["unit_id", "accepted_at"],
            unique=False,
            sqlite_where=sa.text("kind IN ('labor_dispute', 'collective_dispute')"),
            postgresql_where=sa.text("kind IN ('labor_dispute', 'collective_dispute')"),
        )
        batch_op.create_index("ix_complaint_merged_into_id", ["merged_into_id"], unique=False)
        batch_op.create_index(
            "ix_complaint_phone_index",
            ["phone_index"],
            unique=False,
            sqlite_where=sa.text("phone_index IS NOT NULL"),
            postgresql_where=sa.text("phone_index IS NOT NULL"),
        )
        batch_op.create_index("ix_complaint_number", ["number"], unique=True)
        batch_op.create_index(
            "ix_complaint_open",
            ["unit_id", "due_at"],
            unique=False,
            sqlite_where=sa.text(
                "state IN ('registered', 'accepted', 'returned', 'escalated', 'reopened', 'assigned', 'in_progress', 'awaiting_worker', 'mediating', 'referred')"
            ),
            postgresql_where=sa.text(
                "state IN ('registered', 'accepted', 'returned', 'escalated', 'reopened', 'assigned', 'in_progress', 'awaiting_worker', 'mediating', 'referred')"
            ),
        )
        batch_op.create_index("ix_complaint_person_id", ["person_id"], unique=False)
        batch_op.create_index("ix_complaint_repeat_of_id", ["repeat_of_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_complaint_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_complaint_unit_id_closed_at", ["unit_id", "closed_at"], unique=False)
        batch_op.create_index("ix_complaint_unit_id_first_due_at", ["unit_id", "first_due_at"], unique=False)
        batch_op.create_index(
            "ix_complaint_unit_id_recorded_at_id", ["unit_id", "recorded_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_complaint_unit_id_state_sealed", ["unit_id", "state", "sealed"], unique=False
        )
        batch_op.create_index(
            "ix_complaint_visit_id",
            ["visit_id"],
            unique=False,
            sqlite_where=sa.text("visit_id IS NOT NULL"),
            postgresql_where=sa.text("visit_id IS NOT NULL"),
        )

    op.create_table(
        "spot_check",
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("above", sa.Boolean(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("checker_name", sa.String(length=40), nullable=True),
        sa.Column("result", sa.String(length=16), nullable=True),
        sa.Column("words", sa.String(length=200), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_spot_check_unit_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_spot_check_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_check")),
    )
    with op.batch_alter_table("spot_check", schema=None) as batch_op:
        batch_op.create_index(
            "ix_spot_check_open",
            ["unit_id", "id"],
            unique=False,
            sqlite_where=sa.text("checked_at IS NULL"),
            postgresql_where=sa.text("checked_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_spot_check_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_spot_check_visit_id", ["visit_id"], unique=True)

    op.create_table(
        "visit_version",
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("editor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("editor_name", sa.String(length=40), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_visit_version_unit_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_version_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_version")),
    )
    with op.batch_alter_table("visit_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_version_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_visit_version_unit_id", ["unit_id"], unique=False)
        batch_op.create_index("ix_visit_version_visit_id", ["visit_id"], unique=False)

    op.create_table(
        "alert",
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("cause", sa.String(length=12), nullable=False),
        sa.Column("employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("employer_name", sa.String(length=80), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("cases", sa.Integer(), nullable=True),
        sa.Column("words_sealed", sa.Text(), nullable=True),
        sa.Column("raised_by", sa.String(length=40), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=40), nullable=False),
        sa.Column("reason_sealed", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_alert_complaint_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_alert_employer_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_alert_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index("ix_alert_complaint_id", ["complaint_id"], unique=False)
        batch_op.create_index("ix_alert_employer_id", ["employer_id"], unique=False)
        batch_op.create_index(
            "ix_alert_open",
            ["unit_id"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_alert_uid"), ["uid"], unique=True)
        batch_op.create_index(
            "ix_alert_unit_id_recorded_at_id", ["unit_id", "recorded_at", "id"], unique=False
        )

    op.create_table(
        "box_message",
        sa.Column("tag", sa.String(length=6), nullable=False),
        sa.Column("code_hash", sa.String(length=200), nullable=False),
        sa.Column("text_sealed", sa.Text(), nullable=True),
        sa.Column("photos_sealed", sa.Text(), nullable=True),
        sa.Column("photos", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("opening_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("settled_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_box_message_complaint_id")),
        sa.ForeignKeyConstraint(["opening_id"], ["box_opening.id"], name=op.f("fk_box_message_opening_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_box_message_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box_message")),
    )
    with op.batch_alter_table("box_message", schema=None) as batch_op:
        batch_op.create_index("ix_box_message_opening_id", ["opening_id"], unique=False)
        batch_op.create_index("ix_box_message_tag", ["tag"], unique=False)
        batch_op.create_index(batch_op.f("ix_box_message_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_box_message_unit_id_answered_on", ["unit_id", "answered_on"], unique=False)
        batch_op.create_index("ix_box_message_unit_id_recorded_at", ["unit_id", "recorded_at"], unique=False)

    op.create_table(
        "complaint_event",
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("before", sa.String(length=20), nullable=False),
        sa.Column("after", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor", sa.String(length=90), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("words_sealed", sa.Text(), nullable=True),
        sa.Column("told", sa.String(length=12), nullable=True),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("was_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.id"], name=op.f("fk_complaint_event_complaint_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_complaint_event_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_event")),
    )
    with op.batch_alter_table("complaint_event", schema=None) as batch_op:
        batch_op.create_index("ix_complaint_event_complaint_id", ["complaint_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_complaint_event_uid"), ["uid"], unique=True)
        batch_op.create_index(
            "ix_complaint_event_unit_id_recorded_at", ["unit_id", "recorded_at"], unique=False
        )

    op.create_table(
        "complaint_reader",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_complaint_reader_account_id")),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.id"], name=op.f("fk_complaint_reader_complaint_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_reader")),
    )
    with op.batch_alter_table("complaint_reader", schema=None) as batch_op:
        batch_op.create_index("ix_complaint_reader_account_id", ["account_id", "complaint_id"], unique=True)

    op.create_table(
        "letter",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("follows_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("addressee", sa.String(length=80), nullable=False),
        sa.Column("sender", sa.String(length=60), nullable=False),
        sa.Column("text_sealed", sa.Text(), nullable=True),
        sa.Column("reply_sealed", sa.Text(), nullable=True),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("sent_by", sa.String(length=40), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replied_on", sa.Date(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_letter_complaint_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_letter_employer_id")),
        sa.ForeignKeyConstraint(["follows_id"], ["letter.id"], name=op.f("fk_letter_follows_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_letter_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index("ix_letter_complaint_id", ["complaint_id"], unique=False)
        batch_op.create_index("ix_letter_employer_id", ["employer_id"], unique=False)
        batch_op.create_index(
            "ix_letter_open",
            ["unit_id", "due_at"],
            unique=False,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_letter_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_letter_unit_id_sent_at_id", ["unit_id", "sent_at", "id"], unique=False)
        batch_op.create_index("ix_letter_unit_id_year_number", ["unit_id", "year", "number"], unique=True)

    op.create_table(
        "recusal",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("reason_sealed", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recusal_account_id")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_recusal_complaint_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusal")),
    )
    with op.batch_alter_table("recusal", schema=None) as batch_op:
        batch_op.create_index(
            "ix_recusal_account_id_complaint_id", ["account_id", "complaint_id"], unique=False
        )
        batch_op.create_index("ix_recusal_complaint_id", ["complaint_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recusal_uid"), ["uid"], unique=True)

    op.create_table(
        "reply_due",
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_reply_due_complaint_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_reply_due_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_due")),
    )
    with op.batch_alter_table("reply_due", schema=None) as batch_op:
        batch_op.create_index("ix_reply_due_complaint_id", ["complaint_id"], unique=False)
        batch_op.create_index(
            "ix_reply_due_unit_id_due_at_told_at_sealed",
            ["unit_id", "due_at", "told_at", "sealed"],
            unique=False,
        )

    op.create_table(
        "unsealing",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("reason_sealed", sa.Text(), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("agreed_by", sa.String(length=40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_unsealing_account_id")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_unsealing_complaint_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unsealing_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsealing")),
    )
    with op.batch_alter_table("unsealing", schema=None) as batch_op:
        batch_op.create_index("ix_unsealing_account_id", ["account_id"], unique=False)
        batch_op.create_index("ix_unsealing_complaint_id", ["complaint_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unsealing_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_unsealing_unit_id_recorded_at", ["unit_id", "recorded_at"], unique=False)

    op.create_table(
        "alert_stop",
        sa.Column("alert_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=40), nullable=False),
        sa.Column("words_sealed", sa.Text(), nullable=True),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_stop_alert_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_alert_stop_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_stop")),
    )
    with op.batch_alter_table("alert_stop", schema=None) as batch_op:
        batch_op.create_index("ix_alert_stop_alert_id_unit_id", ["alert_id", "unit_id"], unique=True)
        batch_op.create_index(batch_op.f("ix_alert_stop_uid"), ["uid"], unique=True)
        batch_op.create_index("ix_alert_stop_unit_id_answered_at", ["unit_id", "answered_at"], unique=False)


def downgrade():
    with op.batch_alter_table("alert_stop", schema=None) as batch_op:
        batch_op.drop_index("ix_alert_stop_unit_id_answered_at")
        batch_op.drop_index(batch_op.f("ix_alert_stop_uid"))
        batch_op.drop_index("ix_alert_stop_alert_id_unit_id")

    op.drop_table("alert_stop")
    with op.batch_alter_table("unsealing", schema=None) as batch_op:
        batch_op.drop_index("ix_unsealing_unit_id_recorded_at")
        batch_op.drop_index(batch_op.f("ix_unsealing_uid"))
        batch_op.drop_index("ix_unsealing_complaint_id")
        batch_op.drop_index("ix_unsealing_account_id")

    op.drop_table("unsealing")
    with op.batch_alter_table("reply_due", schema=None) as batch_op:
        batch_op.drop_index("ix_reply_due_unit_id_due_at_told_at_sealed")
        batch_op.drop_index("ix_reply_due_complaint_id")

    op.drop_table("reply_due")
    with op.batch_alter_table("recusal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recusal_uid"))
        batch_op.drop_index("ix_recusal_complaint_id")
        batch_op.drop_index("ix_recusal_account_id_complaint_id")

    op.drop_table("recusal")
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_index("ix_letter_unit_id_year_number")
        batch_op.drop_index("ix_letter_unit_id_sent_at_id")
        batch_op.drop_index(batch_op.f("ix_letter_uid"))
        batch_op.drop_index(
            "ix_letter_open",
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.drop_index("ix_letter_employer_id")
        batch_op.drop_index("ix_letter_complaint_id")

    op.drop_table("letter")
    with op.batch_alter_table("complaint_reader", schema=None) as batch_op:
        batch_op.drop_index("ix_complaint_reader_account_id")

    op.drop_table("complaint_reader")
    with op.batch_alter_table("complaint_event", schema=None) as batch_op:
        batch_op.drop_index("ix_complaint_event_unit_id_recorded_at")
        batch_op.drop_index(batch_op.f("ix_complaint_event_uid"))
        batch_op.drop_index("ix_complaint_event_complaint_id")

    op.drop_table("complaint_event")
    with op.batch_alter_table("box_message", schema=None) as batch_op:
        batch_op.drop_index("ix_box_message_unit_id_recorded_at")
        batch_op.drop_index("ix_box_message_unit_id_answered_on")
        batch_op.drop_index(batch_op.f("ix_box_message_uid"))
        batch_op.drop_index("ix_box_message_tag")
        batch_op.drop_index("ix_box_message_opening_id")

    op.drop_table("box_message")
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_index("ix_alert_unit_id_recorded_at_id")
        batch_op.drop_index(batch_op.f("ix_alert_uid"))
        batch_op.drop_index(
            "ix_alert_open",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index("ix_alert_employer_id")
        batch_op.drop_index("ix_alert_complaint_id")

    op.drop_table("alert")
    with op.batch_alter_table("visit_version", schema=None) as batch_op:
        batch_op.drop_index("ix_visit_version_visit_id")
        batch_op.drop_index("ix_visit_version_unit_id")
        batch_op.drop_index(batch_op.f("ix_visit_version_uid"))

    op.drop_table("visit_version")
    with op.batch_alter_table("spot_check", schema=None) as batch_op:
        batch_op.drop_index("ix_spot_check_visit_id")
        batch_op.drop_index(batch_op.f("ix_spot_check_uid"))
        batch_op.drop_index(
            "ix_spot_check_open",
            sqlite_where=sa.text("checked_at IS NULL"),
            postgresql_where=sa.text("checked_at IS NULL"),
        )

    op.drop_table("spot_check")
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_complaint_visit_id",
            sqlite_where=sa.text("visit_id IS NOT NULL"),
            postgresql_where=sa.text("visit_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_complaint_unit_id_state_sealed")
        batch_op.drop_index("ix_complaint_unit_id_recorded_at_id")
        batch_op.drop_index("ix_complaint_unit_id_first_due_at")
        batch_op.drop_index("ix_complaint_unit_id_closed_at")
        batch_op.drop_index(batch_op.f("ix_complaint_uid"))
        batch_op.drop_index("ix_complaint_repeat_of_id")
        batch_op.drop_index("ix_complaint_person_id")
        batch_op.drop_index(
            "ix_complaint_open",
            sqlite_where=sa.text(
                "state IN ('registered', 'accepted', 'returned', 'escalated', 'reopened', 'assigned', 'in_progress', 'awaiting_worker', 'mediating', 'referred')"
            ),
            postgresql_where=sa.text(
                "state IN ('registered', 'accepted', 'returned', 'escalated', 'reopened', 'assigned', 'in_progress', 'awaiting_worker', 'mediating', 'referred')"
            ),
        )
        batch_op.drop_index("ix_complaint_number")
        batch_op.drop_index(
            "ix_complaint_phone_index",
            sqlite_where=sa.text("phone_index IS NOT NULL"),
            postgresql_where=sa.text("phone_index IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_complaint_dispute",
            sqlite_where=sa.text("kind IN ('labor_dispute', 'collective_dispute')"),
            postgresql_where=sa.text("kind IN ('labor_dispute', 'collective_dispute')"),
        )
        batch_op.drop_index("ix_complaint_merged_into_id")
        batch_op.drop_index("ix_complaint_handler_id_state")
        batch_op.drop_index("ix_complaint_employer_id_recorded_at")
        batch_op.drop_index(
            "ix_complaint_accused_index",
            sqlite_where=sa.text("accused_index IS NOT NULL"),
            postgresql_where=sa.text("accused_index IS NOT NULL"),
        )

    op.drop_table("complaint")
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_index("ix_application_unit_id_state_id")
        batch_op.drop_index("ix_application_unit_id_recorded_at")
        batch_op.drop_index(batch_op.f("ix_application_uid"))
        batch_op.drop_index("ix_application_recorded_at")
        batch_op.drop_index("ix_application_phone")
        batch_op.drop_index("ix_application_membership_id")

    op.drop_table("application")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index("ix_visit_visitor_id_happened_at")
        batch_op.drop_index("ix_visit_unit_id_recorded_at_id")
        batch_op.drop_index(
            "ix_visit_unit_id_happened_at",
            sqlite_where=sa.text("voided_at IS NULL"),
            postgresql_where=sa.text("voided_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_visit_uid"))
        batch_op.drop_index(
            "ix_visit_together",
            sqlite_where=sa.text("together IS NOT NULL"),
            postgresql_where=sa.text("together IS NOT NULL"),
        )
        batch_op.drop_index("ix_visit_person_id_happened_at")
        batch_op.drop_index(
            "ix_visit_employer_id_happened_at",
            sqlite_where=sa.text("employer_id IS NOT NULL"),
            postgresql_where=sa.text("employer_id IS NOT NULL"),
        )

    op.drop_table("visit")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_membership_unit_id_status_until_on_from_on",
            sqlite_where=sa.text("status IS NOT NULL"),
            postgresql_where=sa.text("status IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_membership_uid"))
        batch_op.drop_index("ix_membership_person_id")

    op.drop_table("membership")
    with op.batch_alter_table("transfer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_transfer_uid"))
        batch_op.drop_index(
            "ix_transfer_person_id",
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )
        batch_op.drop_index("ix_transfer_known_as_id")
        batch_op.drop_index(
            "ix_transfer_asking_id",
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )
        batch_op.drop_index(
            "ix_transfer_answering_id",
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )

    op.drop_table("transfer")
    with op.batch_alter_table("person_merge", schema=None) as batch_op:
        batch_op.drop_index("ix_person_merge_winner_id")
        batch_op.drop_index(batch_op.f("ix_person_merge_uid"))
        batch_op.drop_index("ix_person_merge_loser_id")

    op.drop_table("person_merge")
    with op.batch_alter_table("employer_gone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_employer_gone_uid"))
        batch_op.drop_index("ix_employer_gone_person_id")
        batch_op.drop_index(
            "ix_employer_gone_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index("ix_employer_gone_employer_id")

    op.drop_table("employer_gone")
    with op.batch_alter_table("due_visit", schema=None) as batch_op:
        batch_op.drop_index("ix_due_visit_unit_id_due_at")
        batch_op.drop_index(batch_op.f("ix_due_visit_uid"))
        batch_op.drop_index(
            "ix_due_visit_planned_by_id",
            sqlite_where=sa.text("planned_by_id IS NOT NULL"),
            postgresql_where=sa.text("planned_by_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_due_visit_person_id")
        batch_op.drop_index(
            "ix_due_visit_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index("ix_due_visit_employer_id")

    op.drop_table("due_visit")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_uid"))
        batch_op.drop_index("ix_consent_person_id")

    op.drop_table("consent")
    with op.batch_alter_table("tie", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tie_uid"))
        batch_op.drop_index("ix_tie_account_id")

    op.drop_table("tie")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_person_visit_due",
            sqlite_where=sa.text("visit_due_at IS NOT NULL AND status IS NOT NULL"),
            postgresql_where=sa.text("visit_due_at IS NOT NULL AND status IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_person_unit_id_status_seen_at_id",
            sqlite_where=sa.text("status IS NOT NULL"),
            postgresql_where=sa.text("status IS NOT NULL"),
        )
        batch_op.drop_index("ix_person_unit_id_recorded_at")
        batch_op.drop_index("ix_person_unit_id_reading")
        batch_op.drop_index("ix_person_unit_id_name")
        batch_op.drop_index(batch_op.f("ix_person_uid"))
        batch_op.drop_index(
            "ix_person_reading_birth_on",
            sqlite_where=sa.text("birth_on IS NOT NULL"),
            postgresql_where=sa.text("birth_on IS NOT NULL"),
        )
        batch_op.drop_index("ix_person_phone")
        batch_op.drop_index(
            "ix_person_new_form",
            sqlite_where=sa.text("new_form = 1 AND status IS NOT NULL"),
            postgresql_where=sa.text("new_form AND status IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_person_merged_into_id",
            sqlite_where=sa.text("merged_into_id IS NOT NULL"),
            postgresql_where=sa.text("merged_into_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_person_incomplete",
            sqlite_where=sa.text("gaps <> 0 AND status IS NOT NULL"),
            postgresql_where=sa.text("gaps <> 0 AND status IS NOT NULL"),
        )
        batch_op.drop_index("ix_person_id_index")
        batch_op.drop_index(
            "ix_person_hardship",
            sqlite_where=sa.text("hardship_class IS NOT NULL AND status IS NOT NULL"),
            postgresql_where=sa.text("hardship_class IS NOT NULL AND status IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_person_group",
            sqlite_where=sa.text("key_group IS NOT NULL AND status IS NOT NULL"),
            postgresql_where=sa.text("key_group IS NOT NULL AND status IS NOT NULL"),
        )
        batch_op.drop_index("ix_person_employer_id")
        batch_op.drop_index(
            "ix_person_card_token",
            sqlite_where=sa.text("card_token IS NOT NULL"),
            postgresql_where=sa.text("card_token IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_person_card_no",
            sqlite_where=sa.text("card_no IS NOT NULL"),
            postgresql_where=sa.text("card_no IS NOT NULL"),
        )

    op.drop_table("person")
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_row_uid"))
        batch_op.drop_index("ix_import_row_run_id_verdict_number")
        batch_op.drop_index("ix_import_row_run_id_id_index")

    op.drop_table("import_row")
    with op.batch_alter_table("unsent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unsent_uid"))
        batch_op.drop_index("ix_unsent_account_id_phone")

    op.drop_table("unsent")
    with op.batch_alter_table("trail", schema=None) as batch_op:
        batch_op.drop_index("ix_trail_unit_id_id")
        batch_op.drop_index("ix_trail_record_uid")

    op.drop_table("trail")
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.drop_index("ix_target_unit_id_year_measure")
        batch_op.drop_index(batch_op.f("ix_target_uid"))

    op.drop_table("target")
    with op.batch_alter_table("suspect", schema=None) as batch_op:
        batch_op.drop_index("ix_suspect_unit_id_state_id")
        batch_op.drop_index(batch_op.f("ix_suspect_uid"))
        batch_op.drop_index("ix_suspect_low_id_high_id")
        batch_op.drop_index("ix_suspect_high_id")

    op.drop_table("suspect")
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.drop_index("ix_standing_unit_id")
        batch_op.drop_index("ix_standing_fresh_until")

    op.drop_table("standing")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_account_id")

    op.drop_table("sign_in")
    with op.batch_alter_table("setting", schema=None) as batch_op:
        batch_op.drop_index("ix_setting_key_unit_id_from_on")

    op.drop_table("setting")
    with op.batch_alter_table("sender", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sender_uid"))
        batch_op.drop_index("ix_sender_key")

    op.drop_table("sender")
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index("ix_report_unit_id_state")
        batch_op.drop_index(batch_op.f("ix_report_uid"))

    op.drop_table("report")
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.drop_index("ix_posting_unit_id_role")
        batch_op.drop_index(batch_op.f("ix_posting_uid"))
        batch_op.drop_index("ix_posting_stands_in_for_id")
        batch_op.drop_index("ix_posting_account_id")

    op.drop_table("posting")
    with op.batch_alter_table("monthly_report", schema=None) as batch_op:
        batch_op.drop_index("ix_monthly_report_unit_id_month_edition")
        batch_op.drop_index(batch_op.f("ix_monthly_report_uid"))
        batch_op.drop_index(
            "ix_monthly_report_signed",
            sqlite_where=sa.text("state = 'signed'"),
            postgresql_where=sa.text("state = 'signed'"),
        )

    op.drop_table("monthly_report")
    with op.batch_alter_table("map_tile", schema=None) as batch_op:
        batch_op.drop_index("ix_map_tile_unit_id")
        batch_op.drop_index(batch_op.f("ix_map_tile_uid"))

    op.drop_table("map_tile")
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.drop_index("ix_import_run_unit_id_state")
        batch_op.drop_index(batch_op.f("ix_import_run_uid"))
        batch_op.drop_index("ix_import_run_digest")

    op.drop_table("import_run")
    with op.batch_alter_table("hand_over", schema=None) as batch_op:
        batch_op.drop_index("ix_hand_over_unit_id_id")
        batch_op.drop_index(batch_op.f("ix_hand_over_uid"))
        batch_op.drop_index("ix_hand_over_to_id_state")
        batch_op.drop_index("ix_hand_over_from_id_state")

    op.drop_table("hand_over")
    with op.batch_alter_table("export_request", schema=None) as batch_op:
        batch_op.drop_index("ix_export_request_unit_id_state")
        batch_op.drop_index(batch_op.f("ix_export_request_uid"))
        batch_op.drop_index("ix_export_request_account_id_state")

    op.drop_table("export_request")
    with op.batch_alter_table("erasure", schema=None) as batch_op:
        batch_op.drop_index("ix_erasure_unit_id_done_at")
        batch_op.drop_index(batch_op.f("ix_erasure_uid"))

    op.drop_table("erasure")
    with op.batch_alter_table("employer", schema=None) as batch_op:
        batch_op.drop_index("ix_employer_uscc")
        batch_op.drop_index("ix_employer_unit_id_state_seen_at")
        batch_op.drop_index("ix_employer_unit_id_name")
        batch_op.drop_index(batch_op.f("ix_employer_uid"))
        batch_op.drop_index("ix_employer_name")
        batch_op.drop_index("ix_employer_cell_id")

    op.drop_table("employer")
    with op.batch_alter_table("difference", schema=None) as batch_op:
        batch_op.drop_index("ix_difference_unit_id")

    op.drop_table("difference")
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.drop_index("ix_code_list_code_unit_id_from_on")

    op.drop_table("code")
    with op.batch_alter_table("box_opening", schema=None) as batch_op:
        batch_op.drop_index("ix_box_opening_unit_id_opened_at")
        batch_op.drop_index(batch_op.f("ix_box_opening_uid"))

    op.drop_table("box_opening")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index("ix_attachment_unit_id")
        batch_op.drop_index(batch_op.f("ix_attachment_uid"))
        batch_op.drop_index("ix_attachment_subject_uid")

    op.drop_table("attachment")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_uid"))
        batch_op.drop_index("ix_unit_path")
        batch_op.drop_index("ix_unit_parent_id")

    op.drop_table("unit")
    op.drop_table("trail_head")
    op.drop_table("throttle")
    op.drop_table("suspect_walk")
    op.drop_table("special_day")
    op.drop_table("sequence")
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_receipt_uid"))
        batch_op.drop_index("ix_receipt_sender_key")

    op.drop_table("receipt")
    op.drop_table("period")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_done_at_after")

    op.drop_table("job")
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_uid"))
        batch_op.drop_index("ix_draft_account_id")

    op.drop_table("draft")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_uid"))

    op.drop_table("account")
