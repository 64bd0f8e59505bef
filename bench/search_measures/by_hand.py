"""The same questions in plain SQL, on the driver itself, as one would write them by hand."""

from collections.abc import Sequence
from typing import Any

import asyncpg
import orjson

ROWS = (
    "SELECT f.*, m.media FROM files f LEFT JOIN file_media m ON m.file = f.number"
    " WHERE f.number IN "
)
_ARTISTS = (
    "SELECT * FROM (SELECT 'artist', artist_key, count(*) FROM found GROUP BY 2"
    " ORDER BY 3 DESC LIMIT 100) AS a"
)
_TERMS = (
    "SELECT t.field, t.term, count(*) FROM found JOIN file_terms t ON t.file = found.number"
    " GROUP BY 1, 2"
)
FACETS = (
    "SELECT 'shelf', CAST(shelf AS text), count(*) FROM found GROUP BY 2",
    _ARTISTS,
    "SELECT 'decade', CAST(year / 10 AS text), count(*) FROM found GROUP BY 2",
    "SELECT 'analysis', analysis, count(*) FROM found GROUP BY 2",
    "SELECT 'key', musical_key, count(*) FROM found GROUP BY 2",
    "SELECT 'tempo', CAST(CAST(tempo_bpm / 10 AS integer) AS text), count(*) FROM found GROUP BY 2",
    _TERMS,
)
COLUMNS = "number, shelf, artist_key, year, analysis, musical_key, tempo_bpm"
CAP = 10_001


class OnPostgres:
    """Over one connection of its own."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._at = connection

    async def page(self, shelves: Sequence[int], key: str, value: Any, last: str) -> int:
        parts = " UNION ALL ".join(
            f"(SELECT {key} AS k, id, number FROM files WHERE shelf = {shelf}"
            f" AND ({key}, id) < ($1, $2) ORDER BY 1 DESC, 2 DESC LIMIT 51)"
            for shelf in shelves
        )
        rows = await self._at.fetch(f"{parts} ORDER BY 1 DESC, 2 DESC LIMIT 51", value, last)
        return await self._rows([row[2] for row in rows])

    async def words(self, word: str, *, many: bool) -> int:
        query = f"'{word}':*"
        found = "SELECT 1 FROM files WHERE search @@ CAST($1 AS tsquery)"
        await self._at.fetchval(
            f"WITH f AS MATERIALIZED ({found})"
            f" SELECT count(*) FROM (SELECT 1 FROM f LIMIT {CAP}) c",
            query,
        )
        if many:
            rows = await self._at.fetch(
                "SELECT number FROM (SELECT number, search FROM files ORDER BY number DESC"
                " LIMIT 20000) n WHERE search @@ CAST($1 AS tsquery)"
                " ORDER BY number DESC LIMIT 51",
                query,
            )
        else:
            rows = await self._at.fetch(
                "SELECT number FROM files WHERE search @@ CAST($1 AS tsquery)"
                " ORDER BY ts_rank('{0.1, 0.4, 0.6, 1.0}', search, CAST($1 AS tsquery), 1) DESC,"
                " id DESC LIMIT 51",
                query,
            )
        return await self._rows([row[0] for row in rows])

    async def facets(self, word: str) -> int:
        found = f"SELECT {COLUMNS} FROM files WHERE search @@ CAST($1 AS tsquery) LIMIT {CAP}"
        statement = f"WITH found AS MATERIALIZED ({found}) {' UNION ALL '.join(FACETS)}"
        return len(await self._at.fetch(statement, f"'{word}':*"))

    async def meant(self, slips: Sequence[int]) -> int:
        rows = await self._at.fetch(
            "SELECT word, files FROM search_words WHERE field = 'word'"
            " AND word IN (SELECT word FROM search_slips WHERE slip = ANY($1))",
            slips,
        )
        return len(rows)

    async def _rows(self, numbers: Sequence[int]) -> int:
        rows = await self._at.fetch(f"{ROWS.removesuffix('IN ')}= ANY($1)", numbers)
        return sum(bool(orjson.loads(row["media"])) for row in rows)


class OnSqlite:
    """Over one connection of its own; in the loop's thread, which costs no change of hands."""

    def __init__(self, connection: Any) -> None:
        self._at = connection

    async def page(self, shelves: Sequence[int], key: str, value: Any, last: str) -> int:
        parts = " UNION ALL ".join(
            f"SELECT {key} AS k, id, number FROM files INDEXED BY ix_files_shelf_{key}_id"
            f" WHERE shelf = {shelf} AND ({key}, id) < (?1, ?2)"
            for shelf in shelves
        )
        statement = f"{parts} ORDER BY 1 DESC, 2 DESC LIMIT 51"
        rows = self._at.execute(statement, (value, last)).fetchall()
        return self._rows([row[2] for row in rows])

    async def words(self, word: str, *, many: bool) -> int:
        match = f'"{word}"*'
        found = "FROM files_fts WHERE files_fts MATCH ?"
        self._at.execute(
            f"SELECT count(*) FROM (SELECT 1 {found} LIMIT {CAP})", (match,)
        ).fetchall()
        order = "rowid DESC" if many else "bm25(files_fts, 10.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0)"
        statement = f"SELECT rowid {found} ORDER BY {order} LIMIT 51"
        return self._rows([row[0] for row in self._at.execute(statement, (match,)).fetchall()])

    async def facets(self, word: str) -> int:
        found = (
            f"SELECT {COLUMNS} FROM (SELECT rowid AS hit FROM files_fts WHERE files_fts MATCH ?)"
            f" CROSS JOIN files ON number = hit LIMIT {CAP}"
        )
        statement = f"WITH found AS MATERIALIZED ({found}) {' UNION ALL '.join(FACETS)}"
        return len(self._at.execute(statement, (f'"{word}"*',)).fetchall())

    async def meant(self, slips: Sequence[int]) -> int:
        marks = ", ".join("?" * len(slips))
        rows = self._at.execute(
            "SELECT word, files FROM search_words WHERE field = 'word'"
            f" AND word IN (SELECT word FROM search_slips WHERE slip IN ({marks}))",
            slips,
        )
        return len(rows.fetchall())

    def _rows(self, numbers: Sequence[int]) -> int:
        marks = ", ".join("?" * len(numbers))
        rows = self._at.execute(f"{ROWS} ({marks})", numbers).fetchall()
        return sum(bool(orjson.loads(row[-1])) for row in rows)
