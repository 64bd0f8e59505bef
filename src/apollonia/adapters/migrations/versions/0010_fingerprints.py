"""Fingerprints, what was found by them, and what people said of that."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_PAIR = ("family", "one", "other")


def upgrade() -> None:
    op.create_table(
        "fingerprints",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("sha256_hash", KEY, nullable=False),
        sa.Column("family", KEY, nullable=False),
        sa.Column("version", KEY, nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_fingerprints")),
        sa.UniqueConstraint(
            "sha256_hash", "family", name=op.f("uq_fingerprints_sha256_hash_family")
        ),
    )
    _postings("acoustic_terms", "term")
    _postings("picture_bands", "slot", sa.Column("phash", sa.BigInteger(), nullable=False))
    _pairs(
        "content_relations",
        sa.Column("nature", KEY, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("found_time", KEY, nullable=False),
    )
    op.create_index(
        op.f("ix_content_relations_other_family"),
        "content_relations",
        ["other", "family"],
        unique=False,
    )
    _pairs(
        "relation_decisions",
        sa.Column("state", KEY, nullable=False),
        sa.Column("actor", KEY, nullable=False),
        sa.Column("decided_time", KEY, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE fingerprints_number_seq OWNED BY fingerprints.number")


def _postings(table: str, key: str, *more: sa.Column[Any]) -> None:
    op.create_table(
        table,
        sa.Column(key, sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", NUMBER, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        *more,
        sa.PrimaryKeyConstraint(key, "fingerprint", "position", name=op.f(f"pk_{table}")),
        sqlite_with_rowid=False,
    )


def _pairs(table: str, *more: sa.Column[Any]) -> None:
    op.create_table(
        table,
        *(sa.Column(name, KEY, nullable=False) for name in _PAIR),
        *more,
        sa.PrimaryKeyConstraint(*_PAIR, name=op.f(f"pk_{table}")),
        sqlite_with_rowid=False,
    )
