"""What analysers say in short, with the rows of the files that it is true of.

``analyses`` is made anew: its large column goes to the end, so that nobody reads past it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
KNOWN = ("tempo_bpm", "musical_key", "loudness_lufs", "energy", "valence", "arousal", "quality")
KEPT = "sha256_hash, analyser, version, model, status, reason, timestamp, data"


def upgrade() -> None:
    for name in KNOWN:
        op.add_column("files", sa.Column(name, KEY if name == "musical_key" else sa.Float()))
    for name in KNOWN:
        known = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            op.f(f"ix_files_shelf_{name}_id"),
            "files",
            ["shelf", name, "id"],
            unique=False,
            sqlite_where=known,
            postgresql_where=known,
        )
    op.add_column("file_media", sa.Column("found", sa.LargeBinary(), nullable=True))
    op.create_table(
        "file_terms",
        sa.Column("file", NUMBER, autoincrement=False, nullable=False),
        sa.Column("field", KEY, nullable=False),
        sa.Column("term", KEY, nullable=False),
        sa.Column("name", KEY, nullable=True),
        sa.ForeignKeyConstraint(["file"], ["files.number"], name=op.f("fk_file_terms_file")),
        sa.PrimaryKeyConstraint("file", "field", "term", name=op.f("pk_file_terms")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_file_terms_field_term_file"), "file_terms", ["field", "term", "file"], unique=False
    )
    if op.get_bind().dialect.name == "postgresql":  # as in 0001
        op.drop_constraint(op.f("fk_file_terms_file"), "file_terms", type_="foreignkey")
    _renew_analyses()


def _renew_analyses() -> None:
    op.rename_table("analyses", "analyses_before")
    op.create_table(
        "analyses",
        sa.Column("sha256_hash", KEY, nullable=False),
        sa.Column("analyser", KEY, nullable=False),
        sa.Column("version", KEY, nullable=False),
        sa.Column("model", KEY, nullable=True),
        sa.Column("status", KEY, nullable=False),
        sa.Column("reason", KEY, nullable=True),
        sa.Column("timestamp", KEY, nullable=False),
        sa.Column("forced", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint(
            "sha256_hash", "analyser", "version", name=op.f("pk_analyses_with_facts")
        ),
    )
    op.execute(f"INSERT INTO analyses ({KEPT}) SELECT {KEPT} FROM analyses_before")  # noqa: S608 - ours
    op.drop_table("analyses_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_analyses_with_facts RENAME TO pk_analyses")
