"""Dead letters that people work with: their state, who wanted what, how often they failed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from apollonia.domain.ids import uuid5_of

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    for column in (
        sa.Column("id", KEY, server_default="", nullable=False),
        sa.Column("headers", KEY, server_default="{}", nullable=False),
        sa.Column("first_time", KEY, server_default="", nullable=False),
        sa.Column("occurrences", sa.Integer(), server_default="1", nullable=False),
        sa.Column("state", KEY, server_default="dead", nullable=False),
        sa.Column("actor", KEY, nullable=True),
        sa.Column("changed_time", KEY, nullable=True),
        sa.Column("note", KEY, nullable=True),
        sa.Column("held_until_us", NUMBER, server_default="0", nullable=False),
    ):
        op.add_column("dead_letters", column)
    _name_those_that_are_there()
    op.create_index("uq_dead_letters_id", "dead_letters", ["id"], unique=True)
    op.create_index(op.f("ix_dead_letters_time_id"), "dead_letters", ["time", "id"])
    op.create_index(
        op.f("ix_dead_letters_state_changed_time"), "dead_letters", ["state", "changed_time"]
    )


def _name_those_that_are_there() -> None:
    """Their ids follow from queue and message, as ``ports.catalog.DeadLetter.id`` has it."""
    at = op.get_bind()
    op.execute("UPDATE dead_letters SET first_time = time")
    found = at.execute(sa.text("SELECT queue, message_id FROM dead_letters")).all()
    for queue, message_id in found:
        id_ = uuid5_of(f"{queue}\0{message_id}".encode("utf-8", "replace"))
        at.execute(
            sa.text("UPDATE dead_letters SET id = :id WHERE queue = :queue AND message_id = :one"),
            {"id": id_, "queue": queue, "one": message_id},
        )
