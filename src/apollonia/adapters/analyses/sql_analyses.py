"""The record of analyses on an SQL database."""

from collections.abc import Collection, Mapping, Sequence

import orjson

from apollonia.adapters.catalog import analyses
from apollonia.adapters.database.bulk import run
from apollonia.adapters.database.engine import Database
from apollonia.domain.analysis import Recorded
from apollonia.domain.kinds import Kind
from apollonia.ports.analyses import StoredResult, UndoneFile

_RESULTS = (
    "SELECT sha256_hash, analyser, version, model, status, reason, data, timestamp, forced, facts"
    " FROM analyses"
    " WHERE sha256_hash = ? ORDER BY analyser, timestamp DESC"
)
_UNDONE = (
    "SELECT f.number, f.id, f.path, s.kind, f.sha256_hash, f.size, f.modified_time"
    " FROM files f CROSS JOIN shelves s WHERE s.number = f.shelf"
    " AND f.analysis = 'pending' AND f.number > ? AND f.sha256_hash IS NOT NULL"
    " AND s.availability = 'present' AND s.status = 'cataloged' ORDER BY f.number LIMIT ?"
)
_OUTDATED = (  # two ranges of the index: all others are judged by the set that is asked for
    "SELECT sha256_hash FROM content_states WHERE kind = ? AND wanted < ?"
    " UNION ALL SELECT sha256_hash FROM content_states WHERE kind = ? AND wanted > ? LIMIT ?"
)


class SqlAnalyses:
    """``Analyses`` of ``ports/analyses.py``; the database is closed by whoever opened it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recorded(self, sha256s: Collection[str]) -> Mapping[str, Sequence[Recorded]]:
        """All results of these contents, without what they say."""
        return await self._database.read(lambda at: analyses.recorded(at, sha256s))

    async def results(self, sha256_hash: str) -> Sequence[StoredResult]:
        """What was found in one content."""
        rows = await self._database.read(lambda at: run(at, _RESULTS, (sha256_hash,)))
        return [
            StoredResult(
                sha256_hash=row[0],
                analyser=row[1],
                version=row[2],
                model=row[3],
                status=row[4],
                reason=row[5],
                data=row[6],
                timestamp=row[7],
                forced=bool(row[8]),
                facts=orjson.loads(row[9]) if row[9] else {},
            )
            for row in rows
        ]

    async def undone(self, after: int, limit: int) -> Sequence[UndoneFile]:
        """Present files that are ``pending``, from an index of their own."""
        rows = await self._database.read(lambda at: run(at, _UNDONE, (after, limit)))
        return [
            UndoneFile(
                number=row[0],
                id=row[1],
                path=row[2],
                kind=Kind(row[3]),
                sha256_hash=row[4],
                size=row[5],
                modified_time=row[6],
            )
            for row in rows
        ]

    async def outdated(self, kind: Kind, wanted: str, limit: int) -> Sequence[str]:
        """Contents whose state was judged by another set of analysers."""
        values = (kind.value, wanted, kind.value, wanted, limit)
        rows = await self._database.read(lambda at: run(at, _OUTDATED, values))
        return [row[0] for row in rows]
