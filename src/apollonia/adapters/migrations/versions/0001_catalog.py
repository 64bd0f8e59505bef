"""The event log, the files that follow from it, and what changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "changes",
        sa.Column("position", NUMBER, autoincrement=False, nullable=False),
        sa.Column("entity", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("op", KEY, nullable=False),
        sa.Column("timestamp", KEY, nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_changes")),
    )
    op.create_table(
        "dead_letters",
        sa.Column("queue", KEY, nullable=False),
        sa.Column("message_id", KEY, nullable=False),
        sa.Column("schema", KEY, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("reason", KEY, nullable=False),
        sa.Column("error", KEY, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("time", KEY, nullable=False),
        sa.PrimaryKeyConstraint("queue", "message_id", name=op.f("pk_dead_letters")),
    )
    op.create_table(
        "file_events",
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("place_id", KEY, nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("event_type", KEY, nullable=False),
        sa.Column("timestamp", KEY, nullable=False),
        sa.Column("received_time", KEY, nullable=False),
        sa.Column("origin", KEY, nullable=True),
        sa.Column("traceparent", KEY, nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_file_events")),
        postgresql_partition_by="RANGE (event_id)",
    )
    op.create_index(
        op.f("ix_file_events_place_id_timestamp_event_id"),
        "file_events",
        ["place_id", "timestamp", "event_id"],
        unique=False,
    )
    op.create_table(
        "file_tombstones",
        sa.Column("path_key", sa.LargeBinary(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("timestamp", KEY, nullable=False),
        sa.Column("message_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("path_key", name=op.f("pk_file_tombstones")),
    )
    op.create_table(
        "pending_changes",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("entity", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("op", KEY, nullable=False),
        sa.Column("timestamp", KEY, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_pending_changes")),
    )
    op.create_table(
        "relay",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("position", NUMBER, server_default="0", nullable=False),
        sa.Column("published", NUMBER, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_relay")),
    )
    op.create_table(
        "shelves",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("root", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("format", KEY, nullable=False),
        sa.Column("availability", KEY, nullable=False),
        sa.Column("status", KEY, nullable=False),
        sa.Column("files", NUMBER, server_default="0", nullable=False),
        sa.Column("size", NUMBER, server_default="0", nullable=False),
        sa.Column("duration_ms", NUMBER, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_shelves")),
        sa.UniqueConstraint(
            "root",
            "kind",
            "format",
            "availability",
            "status",
            name=op.f("uq_shelves_root_kind_format_availability_status"),
        ),
    )
    op.create_table(
        "files",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("shelf", NUMBER, nullable=False),
        sa.Column("path_key", sa.LargeBinary(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("path_head", sa.LargeBinary(), nullable=False),
        sa.Column("folder_hash", sa.BigInteger(), nullable=False),
        sa.Column("reason_code", KEY, nullable=True),
        sa.Column("reason", KEY, nullable=True),
        sa.Column("analysis", KEY, nullable=False),
        sa.Column("sha256_hash", KEY, nullable=True),
        sa.Column("xxh128_hash", KEY, nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified_time", KEY, nullable=False),
        sa.Column("accessed_time", KEY, nullable=False),
        sa.Column("changed_time", KEY, nullable=False),
        sa.Column("added_time", KEY, nullable=False),
        sa.Column("missing_since", KEY, nullable=True),
        sa.Column("inode", sa.BigInteger(), nullable=True),
        sa.Column("links", sa.BigInteger(), nullable=True),
        sa.Column("version_timestamp", KEY, nullable=False),
        sa.Column("version_message_id", KEY, nullable=False),
        sa.Column("title_key", KEY, nullable=False),
        sa.Column("artist_key", KEY, nullable=False),
        sa.Column("album_key", KEY, nullable=False),
        sa.Column("album_artist", KEY, nullable=False),
        sa.Column("composer", KEY, nullable=False),
        sa.Column("genre", KEY, nullable=False),
        sa.Column("words", KEY, nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("track", sa.Integer(), nullable=True),
        sa.Column("disc", sa.Integer(), nullable=True),
        sa.Column("codec", KEY, nullable=True),
        sa.Column("bit_rate", sa.Integer(), nullable=True),
        sa.Column("sample_rate", sa.Integer(), nullable=True),
        sa.Column("channels", sa.Integer(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("frame_rate", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["shelf"], ["shelves.number"], name=op.f("fk_files_shelf")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_files")),
        sa.UniqueConstraint("id", name=op.f("uq_files_id")),
        sa.UniqueConstraint("path_key", name=op.f("uq_files_path_key")),
    )
    op.create_index(op.f("ix_files_folder_hash"), "files", ["folder_hash"], unique=False)
    op.create_index(
        op.f("ix_files_shelf_added_time_id"), "files", ["shelf", "added_time", "id"], unique=False
    )
    op.create_index(
        op.f("ix_files_shelf_album_key_id"), "files", ["shelf", "album_key", "id"], unique=False
    )
    op.create_index(
        op.f("ix_files_shelf_artist_key_id"), "files", ["shelf", "artist_key", "id"], unique=False
    )
    op.create_index(
        op.f("ix_files_shelf_duration_ms_id"), "files", ["shelf", "duration_ms", "id"], unique=False
    )
    op.create_index(
        op.f("ix_files_shelf_modified_time_id"),
        "files",
        ["shelf", "modified_time", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_files_shelf_path_head_id"), "files", ["shelf", "path_head", "id"], unique=False
    )
    op.create_index(op.f("ix_files_shelf_size_id"), "files", ["shelf", "size", "id"], unique=False)
    op.create_index(
        op.f("ix_files_shelf_title_key_id"), "files", ["shelf", "title_key", "id"], unique=False
    )
    op.create_table(
        "file_media",
        sa.Column("file", NUMBER, autoincrement=False, nullable=False),
        sa.Column("media", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["file"], ["files.number"], name=op.f("fk_file_media_file")),
        sa.PrimaryKeyConstraint("file", name=op.f("pk_file_media")),
    )
    op.create_table(
        "file_neighbors",
        sa.Column("file", NUMBER, autoincrement=False, nullable=False),
        sa.Column("rank", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("path_hash", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("role", KEY, nullable=False),
        sa.Column("language", KEY, nullable=True),
        sa.Column("forced", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["file"], ["files.number"], name=op.f("fk_file_neighbors_file")),
        sa.PrimaryKeyConstraint("file", "rank", name=op.f("pk_file_neighbors")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_file_neighbors_path_hash"), "file_neighbors", ["path_hash"], unique=False
    )
    op.execute("INSERT INTO relay (number, position, published) VALUES (1, 0, 0)")
    if op.get_bind().dialect.name == "sqlite":
        _append_only_sqlite()
    else:
        _postgresql()


def _append_only_sqlite() -> None:
    """The log is the truth: nothing in it is changed or taken away."""
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER file_events_no_{action.lower()} BEFORE {action} ON file_events"
            f" BEGIN SELECT RAISE(ABORT, 'file_events is append-only'); END"
        )


def _postgresql() -> None:
    """Numbers that several writers share, a log in parts, and no checks of foreign keys.

    Those are made by a look for each row, and lock the shelf that all writers count on. Whoever
    manages the log may take whole partitions away.
    """
    for table, column in (("files", "shelf"), ("file_media", "file"), ("file_neighbors", "file")):
        op.drop_constraint(op.f(f"fk_{table}_{column}"), table, type_="foreignkey")
    op.execute("CREATE SEQUENCE files_number_seq OWNED BY files.number")
    op.execute("CREATE TABLE file_events_default PARTITION OF file_events DEFAULT")
    op.execute(
        "CREATE FUNCTION file_events_is_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'file_events is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER file_events_append_only BEFORE UPDATE OR DELETE ON file_events"
        " FOR EACH STATEMENT EXECUTE FUNCTION file_events_is_append_only()"
    )
