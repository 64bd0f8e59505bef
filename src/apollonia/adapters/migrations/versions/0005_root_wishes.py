"""What people want of a root: rest, scans; the last timestamp of a lease."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column(
        "leases",
        sa.Column("last_timestamp_us", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.create_table(
        "root_wishes",
        sa.Column("root", KEY, nullable=False),
        sa.Column("paused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("requests", NUMBER, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("root", name=op.f("pk_root_wishes")),
    )
    op.create_table(
        "scan_requests",
        sa.Column("root", KEY, nullable=False),
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("folder", sa.LargeBinary(), nullable=True),
        sa.Column("verify", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("root", "number", name=op.f("pk_scan_requests")),
    )
    op.execute(
        "INSERT INTO root_wishes (root, requests) SELECT root, requests FROM rescan_requests"
    )
    op.drop_table("rescan_requests")
