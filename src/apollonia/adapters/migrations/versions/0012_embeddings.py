"""Where models see contents."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "embeddings",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("sha256_hash", KEY, nullable=False),
        sa.Column("model", KEY, nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_embeddings")),
        sa.UniqueConstraint("sha256_hash", "model", name=op.f("uq_embeddings_sha256_hash_model")),
    )
    op.create_index(
        op.f("ix_embeddings_model_number"), "embeddings", ["model", "number"], unique=False
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE embeddings_number_seq OWNED BY embeddings.number")
