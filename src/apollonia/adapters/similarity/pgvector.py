"""The nearest vectors by pgvector's HNSW, where the server has it.

Beside ``embeddings`` there is a table of its own, one for each model and its number of dimensions,
so that an index fits; made when it is first needed, filled from ``embeddings``, followed by number.
"""

import hashlib
from collections.abc import Sequence
from struct import iter_unpack

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import AnyRow, lock_names, run
from apollonia.adapters.database.engine import Database
from apollonia.errors import CatalogUnavailableError
from apollonia.observe.logs import get_logger

log = get_logger(__name__)

_AVAILABLE = "SELECT 1 FROM pg_available_extensions WHERE name = 'vector'"
_INSTALLED = "SELECT 1 FROM pg_extension WHERE extname = 'vector'"
_ROWS = 500
_MAX_DIMENSIONS = 2_000  # of what pgvector indexes
_SEARCHED = 100  # ef_search: of so many candidates the nearest are exact


class PgVectors:
    """One model's table; made by ``opened``."""

    def __init__(self, database: Database, model: str, dimensions: int) -> None:
        self._database = database
        self._model = model
        self._dimensions = dimensions
        digest = hashlib.sha256(f"{model}\0{dimensions}".encode()).hexdigest()[:16]
        self._table = f"vectors_{digest}"

    @classmethod
    async def opened(cls, database: Database, model: str, dimensions: int) -> "PgVectors | None":
        """``None`` where the server has no pgvector, or we may not make what it takes."""
        if dimensions > _MAX_DIMENSIONS:
            return None
        found = cls(database, model, dimensions)
        try:
            made = await database.write(found._make)
        except CatalogUnavailableError as error:
            log.info("no index of vectors", model=model, error=error.message)
            return None
        return found if made else None

    def _make(self, connection: Connection) -> bool:
        if connection.dialect.name != "postgresql":
            return False
        if not run(connection, _INSTALLED):
            if not run(connection, _AVAILABLE):
                return False
            run(connection, "CREATE EXTENSION IF NOT EXISTS vector")
        lock_names(connection, self._table)
        run(
            connection,
            f"CREATE TABLE IF NOT EXISTS {self._table}"
            f" (number bigint PRIMARY KEY, direction vector({self._dimensions}) NOT NULL)",
        )
        run(
            connection,
            f"CREATE INDEX IF NOT EXISTS {self._table}_hnsw ON {self._table}"
            " USING hnsw (direction vector_ip_ops)",
        )
        return True

    async def nearest(self, vector: bytes, limit: int) -> Sequence[tuple[int, float]]:
        """(number, cosine), the nearest first."""
        while await self._database.write(self._follow):
            pass
        return [
            (int(number), float(score))
            for number, score in await self._database.read(
                lambda at: self._search(at, vector, limit)
            )
        ]

    def _search(self, connection: Connection, vector: bytes, limit: int) -> Sequence[AnyRow]:
        run(connection, f"SET LOCAL hnsw.ef_search = {max(_SEARCHED, min(limit, 1_000)):d}")
        statement = (
            f"SELECT number, -(direction <#> ?::text::vector) FROM {self._table}"  # noqa: S608 - ours
            " ORDER BY direction <#> ?::text::vector LIMIT ?"
        )
        text = _text_of(vector)
        return run(connection, statement, (text, text, limit))

    def _follow(self, connection: Connection) -> bool:
        """Take in what came since, some hundred rows a transaction; whether there may be more."""
        last = run(connection, f"SELECT coalesce(max(number), -1) FROM {self._table}")[0][0]  # noqa: S608 - ours
        page = (
            "SELECT number, vector FROM embeddings WHERE model = ? AND dimensions = ?"
            " AND number > ? ORDER BY number LIMIT ?"
        )
        rows = run(connection, page, (self._model, self._dimensions, last, _ROWS))
        if not rows:
            return False
        insert = (
            f"INSERT INTO {self._table} SELECT number, direction::vector"  # noqa: S608 - ours
            " FROM unnest(?::bigint[], ?::text[]) AS new (number, direction)"
            " ON CONFLICT (number) DO NOTHING"
        )
        numbers, texts = [row[0] for row in rows], [_text_of(bytes(row[1])) for row in rows]
        run(connection, insert, (numbers, texts))
        return len(rows) == _ROWS


def _text_of(vector: bytes) -> str:
    return "[" + ",".join(f"{value:.7g}" for (value,) in iter_unpack("<f", vector)) + "]"
