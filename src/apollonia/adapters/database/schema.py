"""The tables, as the migrations leave them (a test compares). Times are wire times.

``files`` is a projection of ``file_events``. What a list is filtered by without a folder or words
is one number, ``shelf``: each combination of root, kind, format, availability and status that
occurs is a row of ``shelves``, which also counts its files. So each sort key needs one index, a
page merges the shelves that match, and statistics, facets and totals read a few rows.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects import postgresql

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

KEY = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Text that is compared byte by byte, on every database."""
NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""64 bits; on SQLite the name that makes a primary key the row's own number."""


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, KEY, nullable=null)


def _bytes(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)


def _count(name: str) -> Column[int]:
    return Column(name, NUMBER, nullable=False, server_default="0")


def _small(name: str) -> Column[int]:
    return Column(name, Integer)


def _where_known(name: str) -> dict[str, Any]:
    """An index that costs nothing for files that nothing is known of."""
    condition = text(f"{name} IS NOT NULL")
    return {"sqlite_where": condition, "postgresql_where": condition}


FILE_EVENTS = Table(
    "file_events",
    METADATA,
    Column("event_id", KEY, primary_key=True),
    _text("place_id"),
    _bytes("path"),
    _text("event_type"),
    _text("timestamp"),
    _text("received_time"),
    _text("origin", null=True),
    _text("traceparent", null=True),
    _bytes("body"),
    Index(None, "place_id", "timestamp", "event_id"),
)

EVENTS = Table(
    "events",
    METADATA,
    Column("event_id", KEY, primary_key=True),
    _text("entity"),
    _text("subject"),
    _text("actor", null=True),
    _text("timestamp"),
    _text("received_time"),
    _text("origin", null=True),
    _text("traceparent", null=True),
    _bytes("body"),
    Index(None, "subject", "timestamp", "event_id"),
)

EDITS = Table(
    "edits",
    METADATA,
    Column("target", KEY, primary_key=True),
    Column("person", KEY, primary_key=True),  # "" where it is shared
    Column("field", KEY, primary_key=True),
    Column("value", LargeBinary),  # JSON; NULL: withdrawn
    _text("actor"),
    _text("timestamp"),
    _text("event_id"),
    Index(None, "person", "field", "target"),
    sqlite_with_rowid=False,
)

PLAYS = Table(
    "plays",
    METADATA,
    Column("person", KEY, primary_key=True),
    Column("place", KEY, primary_key=True),
    _count("plays"),
    Column("position_ms", BigInteger),
    _text("timestamp"),
    _text("event_id"),
    Index(None, "person", "timestamp", "place"),
    sqlite_with_rowid=False,
)

SHELVES = Table(
    "shelves",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    _text("root"),
    _text("kind"),
    _text("format"),  # "" where there is none
    _text("availability"),
    _text("status"),
    _count("files"),
    _count("size"),
    _count("duration_ms"),
    UniqueConstraint("root", "kind", "format", "availability", "status"),
)

FILES = Table(
    "files",
    METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    _text("id"),
    Column("shelf", NUMBER, ForeignKey("shelves.number"), nullable=False),
    _bytes("path_key"),
    _bytes("path"),
    _bytes("path_head"),
    Column("folder_hash", BigInteger, nullable=False),
    _text("reason_code", null=True),
    _text("reason", null=True),
    _text("analysis"),
    _text("sha256_hash", null=True),
    _text("xxh128_hash", null=True),
    Column("size", BigInteger, nullable=False),
    _text("modified_time"),
    _text("accessed_time"),
    _text("changed_time"),
    _text("added_time"),
    _text("missing_since", null=True),
    Column("inode", BigInteger),
    Column("links", BigInteger),
    _text("version_timestamp"),
    _text("version_message_id"),
    _text("title_key"),
    _text("artist_key"),
    _text("album_key"),
    _text("album_artist"),
    _text("composer"),
    _text("genre"),
    _text("words"),
    Column("duration_ms", BigInteger, nullable=False),  # 0 where there is none
    _small("year"),
    _small("track"),
    _small("disc"),
    _text("codec", null=True),
    _small("bit_rate"),
    _small("sample_rate"),
    _small("channels"),
    _small("width"),
    _small("height"),
    Column("frame_rate", Float),
    Column("tempo_bpm", Float),
    _text("musical_key", null=True),  # Camelot
    Column("loudness_lufs", Float),
    Column("energy", Float),
    Column("valence", Float),
    Column("arousal", Float),
    Column("quality", Float),
    _text("hidden", null=True),  # the availability it had, while people have deleted it
    UniqueConstraint("id"),
    UniqueConstraint("path_key"),
    Index(None, "folder_hash"),
    Index(None, "sha256_hash"),
    Index(None, "analysis", "number"),
    *(
        Index(None, "shelf", key, "id")
        for key in (
            "added_time",
            "path_head",
            "title_key",
            "artist_key",
            "album_key",
            "duration_ms",
            "size",
            "modified_time",
        )
    ),
    *(
        Index(None, "shelf", key, "id", **_where_known(key))
        for key in (
            "tempo_bpm",
            "musical_key",
            "loudness_lufs",
            "energy",
            "valence",
            "arousal",
            "quality",
        )
    ),
)

FILE_MEDIA = Table(
    "file_media",
    METADATA,
    Column("file", NUMBER, ForeignKey("files.number"), primary_key=True, autoincrement=False),
    Column("media", LargeBinary),
    Column("found", LargeBinary),
    Column("edited", LargeBinary),
)

FILE_TERMS = Table(
    "file_terms",
    METADATA,
    Column("file", NUMBER, ForeignKey("files.number"), primary_key=True, autoincrement=False),
    Column("field", KEY, primary_key=True),
    Column("term", KEY, primary_key=True),
    _text("name", null=True),  # as it is shown, where that is not the term itself
    Index(None, "field", "term", "file"),
    sqlite_with_rowid=False,
)

FILE_NEIGHBORS = Table(
    "file_neighbors",
    METADATA,
    Column("file", NUMBER, ForeignKey("files.number"), primary_key=True, autoincrement=False),
    Column("rank", SmallInteger, primary_key=True, autoincrement=False),
    Column("path_hash", BigInteger, nullable=False),
    _bytes("path"),
    _text("role"),
    _text("language", null=True),
    Column("forced", Boolean, nullable=False),
    Index(None, "path_hash"),
    sqlite_with_rowid=False,
)

ANALYSES = Table(
    "analyses",
    METADATA,
    Column("sha256_hash", KEY, primary_key=True),
    Column("analyser", KEY, primary_key=True),
    Column("version", KEY, primary_key=True),
    _text("model", null=True),
    _text("status"),
    _text("reason", null=True),
    _text("timestamp"),
    Column("forced", Boolean, nullable=False, server_default=false()),
    Column("facts", LargeBinary),
    Column("data", LargeBinary),  # last, since it may be large: nobody reads past it
)

CONTENT_STATES = Table(
    "content_states",
    METADATA,
    Column("sha256_hash", KEY, primary_key=True),
    _text("kind"),
    _text("state"),
    _text("wanted"),
    Index(None, "kind", "wanted"),
    sqlite_with_rowid=False,
)

FILE_TOMBSTONES = Table(
    "file_tombstones",
    METADATA,
    Column("path_key", LargeBinary, primary_key=True),
    _bytes("path"),
    _text("timestamp"),
    _text("message_id"),
)

PENDING_CHANGES = Table(
    "pending_changes",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    _text("entity"),
    _text("id"),
    _text("op"),
    _text("timestamp"),
)

CHANGES = Table(
    "changes",
    METADATA,
    Column("position", NUMBER, primary_key=True, autoincrement=False),
    _text("entity"),
    _text("id"),
    _text("op"),
    _text("timestamp"),
)

RELAY = Table(
    "relay",
    METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=False),  # one row, 1
    _count("position"),
    _count("published"),
)

DEAD_LETTERS = Table(
    "dead_letters",
    METADATA,
    Column("queue", KEY, primary_key=True),
    Column("message_id", KEY, primary_key=True),
    _text("schema"),
    _bytes("body"),
    _text("reason"),
    _text("error"),
    Column("attempts", Integer, nullable=False),
    _text("time"),
    Column("id", KEY, nullable=False, server_default=""),
    Column("headers", KEY, nullable=False, server_default="{}"),
    Column("first_time", KEY, nullable=False, server_default=""),
    Column("occurrences", Integer, nullable=False, server_default="1"),
    Column("state", KEY, nullable=False, server_default="dead"),
    _text("actor", null=True),
    _text("changed_time", null=True),
    _text("note", null=True),
    _count("held_until_us"),  # whoever sends it back has until then
    Index("uq_dead_letters_id", "id", unique=True),
    Index(None, "time", "id"),
    Index(None, "state", "changed_time"),
)

LEASES = Table(
    "leases",
    METADATA,
    Column("name", KEY, primary_key=True),
    _text("holder"),
    Column("token", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),  # 0: given back
    Column("last_timestamp_us", BigInteger, nullable=False, server_default="0"),
)

ROOT_REPORTS = Table(
    "root_reports",
    METADATA,
    Column("root", KEY, primary_key=True),
    _bytes("report"),
)

ROOT_WISHES = Table(
    "root_wishes",
    METADATA,
    Column("root", KEY, primary_key=True),
    Column("paused", Boolean, nullable=False, server_default=false()),
    _count("requests"),
)

SCAN_REQUESTS = Table(
    "scan_requests",
    METADATA,
    Column("root", KEY, primary_key=True),
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    Column("folder", LargeBinary),
    Column("verify", Boolean, nullable=False),
)

TOKENS = Table(
    "tokens",
    METADATA,
    Column("id", KEY, primary_key=True),
    _bytes("digest"),
    _text("kind"),
    _text("label"),
    Column("created_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger),
    UniqueConstraint("digest"),
    Index(None, "kind", "created_us"),
)

GRAPH_FILES = Table(
    "graph_files",
    METADATA,
    Column("id", KEY, primary_key=True),
    _bytes("path_key"),
    _bytes("path"),
    _text("kind"),
    Column("present", Boolean, nullable=False),
    UniqueConstraint("path_key"),
)

GRAPH_EDGES = Table(
    "graph_edges",
    METADATA,
    Column("source", KEY, ForeignKey("graph_files.id", ondelete="CASCADE"), primary_key=True),
    Column("path_key", LargeBinary, primary_key=True),
    Column("role", KEY, primary_key=True),
    _bytes("path"),
    Index(None, "path_key"),
    sqlite_with_rowid=False,
)

FINGERPRINTS = Table(
    "fingerprints",
    METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    _text("sha256_hash"),
    _text("family"),
    _text("version"),
    Column("duration_ms", BigInteger, nullable=False),
    _bytes("packed"),
    UniqueConstraint("sha256_hash", "family"),
)

ACOUSTIC_TERMS = Table(
    "acoustic_terms",
    METADATA,
    Column("term", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", NUMBER, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

PICTURE_BANDS = Table(
    "picture_bands",
    METADATA,
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", NUMBER, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("phash", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

CONTENT_RELATIONS = Table(
    "content_relations",
    METADATA,
    Column("family", KEY, primary_key=True),
    Column("one", KEY, primary_key=True),  # the smaller SHA-256
    Column("other", KEY, primary_key=True),
    _text("nature"),
    Column("score", Float, nullable=False),
    _bytes("evidence"),
    _text("found_time"),
    Index(None, "other", "family"),
    sqlite_with_rowid=False,
)

RELATION_DECISIONS = Table(
    "relation_decisions",
    METADATA,
    Column("family", KEY, primary_key=True),
    Column("one", KEY, primary_key=True),
    Column("other", KEY, primary_key=True),
    _text("state"),
    _text("actor"),
    _text("decided_time"),
    sqlite_with_rowid=False,
)

EMBEDDINGS = Table(
    "embeddings",
    METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=False),  # a new one when replaced
    _text("sha256_hash"),
    _text("model"),
    Column("dimensions", Integer, nullable=False),
    _bytes("vector"),  # float32, little-endian, of length 1
    UniqueConstraint("sha256_hash", "model"),
    Index(None, "model", "number"),
)

SEARCH_WORDS = Table(
    "search_words",
    METADATA,
    Column("field", KEY, primary_key=True),
    Column("word", KEY, primary_key=True),
    _text("shown", null=True),  # as a file writes it, where that is not the word itself
    _count("files"),  # about
    sqlite_with_rowid=False,
)

SEARCH_SLIPS = Table(
    "search_slips",
    METADATA,
    Column("slip", BigInteger, primary_key=True, autoincrement=False),
    Column("word", KEY, primary_key=True),
    sqlite_with_rowid=False,
)

SEARCH_PROGRESS = Table(
    "search_progress",
    METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=False),  # one row, 1
    _count("position"),
    Column("walked", NUMBER, server_default="0"),  # null: all files that were there are known
)
