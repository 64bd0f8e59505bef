"""What a PostgreSQL database lacks, in words for `apollonia doctor`."""

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import run
from apollonia.adapters.database.engine import Database

_STATE = (
    "SELECT current_setting('server_encoding'),"
    " EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm'),"
    " EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm')"
)
_TABLES_WITHOUT = (
    "SELECT string_agg(tablename, ', ' ORDER BY tablename) FROM pg_tables"
    " WHERE schemaname = current_schema() AND tablename <> 'alembic_version'"
    " AND NOT has_table_privilege(format('%I.%I', schemaname, tablename), ?::text)"
)
_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE")


async def shortcomings(database: Database) -> str | None:
    """What could be better, and how; ``None`` when nothing could.

    Raises:
        CatalogUnavailableError: the database is away.
    """
    return await database.read(_look)


def _look(connection: Connection) -> str | None:
    encoding, has_trigrams, could_have = run(connection, _STATE)[0]
    words = []
    if lacking := _lacking_rights(connection):
        words.append(f"our user may not {lacking}: run deploy/postgresql/roles.sql again")
    if encoding != "UTF8":
        words.append(f"its encoding is {encoding}: make a database with UTF8 and move there")
    if not has_trigrams:
        how = "as its owner: CREATE EXTENSION pg_trgm"
        if not could_have:
            how = f"install postgresql-contrib on the server, then, {how}"
        words.append(f"pg_trgm is missing; nothing needs it yet ({how})")
    return "; ".join(words) or None


def _lacking_rights(connection: Connection) -> str:
    lacking = []
    for privilege in _PRIVILEGES:
        rows = run(connection, _TABLES_WITHOUT, (privilege,))
        if rows[0][0]:
            lacking.append(f"{privilege} in {rows[0][0]}")
    return "; ".join(lacking)
