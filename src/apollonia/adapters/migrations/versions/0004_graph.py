"""Files and how they relate."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "graph_files",
        sa.Column("id", KEY, nullable=False),
        sa.Column("path_key", sa.LargeBinary(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_graph_files")),
        sa.UniqueConstraint("path_key", name=op.f("uq_graph_files_path_key")),
    )
    op.create_table(
        "graph_edges",
        sa.Column("source", KEY, nullable=False),
        sa.Column("path_key", sa.LargeBinary(), nullable=False),
        sa.Column("role", KEY, nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source"], ["graph_files.id"], name=op.f("fk_graph_edges_source"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source", "path_key", "role", name=op.f("pk_graph_edges")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_graph_edges_path_key"), "graph_edges", ["path_key"], unique=False)
    if op.get_bind().dialect.name == "postgresql":  # as in 0001
        name = op.f("fk_graph_edges_source")
        op.drop_constraint(name, "graph_edges", type_="foreignkey")
