"""What people say, and the log of what is no file event."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("files", sa.Column("hidden", KEY, nullable=True))
    op.add_column("file_media", sa.Column("edited", sa.LargeBinary(), nullable=True))
    op.create_table(
        "events",
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("entity", KEY, nullable=False),
        sa.Column("subject", KEY, nullable=False),
        sa.Column("actor", KEY, nullable=True),
        sa.Column("timestamp", KEY, nullable=False),
        sa.Column("received_time", KEY, nullable=False),
        sa.Column("origin", KEY, nullable=True),
        sa.Column("traceparent", KEY, nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_events")),
    )
    op.create_index(
        op.f("ix_events_subject_timestamp_event_id"),
        "events",
        ["subject", "timestamp", "event_id"],
        unique=False,
    )
    op.create_table(
        "edits",
        sa.Column("target", KEY, nullable=False),
        sa.Column("person", KEY, nullable=False),
        sa.Column("field", KEY, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("actor", KEY, nullable=False),
        sa.Column("timestamp", KEY, nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("target", "person", "field", name=op.f("pk_edits")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_edits_person_field_target"), "edits", ["person", "field", "target"], unique=False
    )
    op.create_table(
        "plays",
        sa.Column("person", KEY, nullable=False),
        sa.Column("place", KEY, nullable=False),
        sa.Column("plays", NUMBER, server_default="0", nullable=False),
        sa.Column("position_ms", sa.BigInteger(), nullable=True),
        sa.Column("timestamp", KEY, nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("person", "place", name=op.f("pk_plays")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_plays_person_timestamp_place"),
        "plays",
        ["person", "timestamp", "place"],
        unique=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events"
            " FOR EACH STATEMENT EXECUTE FUNCTION file_events_is_append_only()"
        )
        return
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER events_no_{action.lower()} BEFORE {action} ON events"
            f" BEGIN SELECT RAISE(ABORT, 'events is append-only'); END"
        )
