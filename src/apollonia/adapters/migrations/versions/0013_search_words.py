"""The distinct words of all files, for corrections and suggestions, and how far they are known."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "search_words",
        sa.Column("field", KEY, nullable=False),
        sa.Column("word", KEY, nullable=False),
        sa.Column("shown", KEY, nullable=True),
        sa.Column("files", NUMBER, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("field", "word", name=op.f("pk_search_words")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_slips",
        sa.Column("slip", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("word", KEY, nullable=False),
        sa.PrimaryKeyConstraint("slip", "word", name=op.f("pk_search_slips")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_progress",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("position", NUMBER, server_default="0", nullable=False),
        sa.Column("walked", NUMBER, server_default="0", nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_progress")),
    )
