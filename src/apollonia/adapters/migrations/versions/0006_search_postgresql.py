"""Full-text search on PostgreSQL: the words of a file as the catalog's write side splits them.

``pg_trgm`` is made where the server has it and we may; nothing needs it yet.
"""

from alembic import op
from sqlalchemy.exc import DBAPIError

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_PENDING_KIB = 1024  # what is not yet sorted into the index is read by every search


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("ALTER TABLE files ADD COLUMN search tsvector NOT NULL DEFAULT ''")
    op.execute(
        "CREATE INDEX ix_files_search ON files USING gin (search)"
        f" WITH (gin_pending_list_limit = {_PENDING_KIB})"
    )
    _make_trigrams()


def _make_trigrams() -> None:
    connection = op.get_bind()
    known = "SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'"
    if connection.exec_driver_sql(known).first() is None:
        return
    try:
        with connection.begin_nested():
            op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DBAPIError:
        pass  # we may not: `apollonia doctor` says so
