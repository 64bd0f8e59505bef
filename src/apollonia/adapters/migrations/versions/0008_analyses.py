"""What analysers found, and how far each content is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "analyses",
        sa.Column("sha256_hash", KEY, nullable=False),
        sa.Column("analyser", KEY, nullable=False),
        sa.Column("version", KEY, nullable=False),
        sa.Column("model", KEY, nullable=True),
        sa.Column("status", KEY, nullable=False),
        sa.Column("reason", KEY, nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("timestamp", KEY, nullable=False),
        sa.PrimaryKeyConstraint("sha256_hash", "analyser", "version", name=op.f("pk_analyses")),
    )
    op.create_table(
        "content_states",
        sa.Column("sha256_hash", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("wanted", KEY, nullable=False),
        sa.PrimaryKeyConstraint("sha256_hash", name=op.f("pk_content_states")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_content_states_kind_wanted"), "content_states", ["kind", "wanted"], unique=False
    )
    op.create_index(op.f("ix_files_sha256_hash"), "files", ["sha256_hash"], unique=False)
    op.create_index(op.f("ix_files_analysis_number"), "files", ["analysis", "number"], unique=False)
