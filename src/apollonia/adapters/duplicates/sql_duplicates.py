"""Groups of duplicates on an SQL database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.folding import MISSING
from apollonia.adapters.catalog.stored_places import read_places
from apollonia.adapters.database.bulk import run, select_by_keys
from apollonia.adapters.database.store import Reads
from apollonia.adapters.relations.alike import pair_of, said_of_works
from apollonia.adapters.relations.by_tags import is_as_long
from apollonia.domain.kinds import Availability
from apollonia.domain.matching.groups import stars
from apollonia.domain.matching.likeness import Decision
from apollonia.domain.place import Place
from apollonia.ports.duplicates import DuplicateGroup, DuplicateTotals, GroupKind

_SUMS = "SELECT count(*), sum(n), sum(bytes) FROM"
_EXACT = (
    "SELECT f.sha256_hash, count(*) AS n, max(f.size) AS size FROM"
    " (SELECT sha256_hash AS h FROM files"
    " WHERE sha256_hash IS NOT NULL GROUP BY sha256_hash HAVING count(*) > 1) d"
    " JOIN files f ON f.sha256_hash = d.h WHERE f.shelf IN"
    " (SELECT number FROM shelves WHERE availability = 'present')"
    " AND f.size > 0 GROUP BY f.sha256_hash HAVING count(*) > 1"
)
_WORKS = (
    "SELECT min(f.sha256_hash), f.artist_key, f.title_key, count(*) AS n,"
    " sum(f.size) - max(f.size) AS bytes"
    " FROM shelves s JOIN files f ON f.shelf = s.number"
    " WHERE s.availability = 'present' AND s.kind = 'audio' AND s.files > 0"
    " AND f.artist_key <> ? AND f.sha256_hash IS NOT NULL"
    " GROUP BY f.artist_key, f.title_key HAVING count(DISTINCT f.sha256_hash) > 1"
)
_WORK = (
    "SELECT f.number FROM shelves s CROSS JOIN files f WHERE f.shelf = s.number"
    " AND s.availability = 'present' AND s.kind = 'audio' AND f.title_key = ? AND f.artist_key = ?"
    " ORDER BY f.number LIMIT ?"
)
_ALIKE = (
    "SELECT r.one, r.other FROM content_relations r LEFT JOIN relation_decisions d"
    " ON d.family = r.family AND d.one = r.one AND d.other = r.other"
    " WHERE r.nature = 'same' AND coalesce(d.state, '') <> 'rejected'"
)
_SIZES = (
    "SELECT sha256_hash, count(*), max(size) FROM files WHERE shelf IN"
    " (SELECT number FROM shelves WHERE availability = 'present')"
    " AND sha256_hash IN {keys} GROUP BY sha256_hash"
)
_EXACT_TOTALS = f"{_SUMS} (SELECT n, (n - 1) * size AS bytes FROM ({_EXACT}) a) g"  # noqa: S608 - ours
_WORK_TOTALS = f"{_SUMS} ({_WORKS}) g"
MOST_MEMBERS = 256


@dataclass(frozen=True, slots=True)
class _Near:
    """A group of contents: files, and bytes of all but the largest."""

    contents: Sequence[str]
    files: int
    bytes: int


class SqlDuplicates:
    """``Duplicates`` of ``ports/duplicates.py``; the database is closed by its opener."""

    def __init__(self, database: Reads) -> None:
        self._database = database

    async def groups(
        self, kind: GroupKind, *, limit: int, offset: int = 0
    ) -> Sequence[DuplicateGroup]:
        """Groups, those first that take the most space twice."""
        work = {GroupKind.EXACT: _exact, GroupKind.NEAR: _near, GroupKind.WORK: _works}[kind]
        return await self._database.read(lambda at: work(at, limit, offset))

    async def totals(self, kind: GroupKind) -> DuplicateTotals:
        """Over all groups of the kind."""
        if kind is GroupKind.NEAR:
            found = await self._database.read(_near_contents)
            sums = (len(found), sum(it.files for it in found), sum(it.bytes for it in found))
            return DuplicateTotals(*sums)
        if kind is GroupKind.EXACT:
            [row] = await self._database.read(lambda at: run(at, _EXACT_TOTALS))
        else:
            [row] = await self._database.read(lambda at: run(at, _WORK_TOTALS, (MISSING,)))
        return DuplicateTotals(*(int(it or 0) for it in row))


def _exact(connection: Connection, limit: int, offset: int) -> Sequence[DuplicateGroup]:
    order = " ORDER BY (count(*) - 1) * max(f.size) DESC, f.sha256_hash LIMIT ? OFFSET ?"
    rows = run(connection, _EXACT + order, (limit, offset))
    members = _members(connection, [row[0] for row in rows])
    return [
        DuplicateGroup(GroupKind.EXACT, row[0], tuple(members[row[0]][:MOST_MEMBERS]))
        for row in rows
        if len(members.get(row[0], ())) > 1
    ]


def _near_contents(connection: Connection) -> Sequence[_Near]:
    """All groups of contents that are alike and present; the greatest saving first."""
    groups = stars((one, other) for one, other in run(connection, _ALIKE))
    rows = select_by_keys(connection, _SIZES, {it for group in groups for it in group})
    known: Mapping[str, tuple[int, int]] = {row[0]: (int(row[1]), int(row[2])) for row in rows}
    found = []
    for group in groups:
        there = [it for it in group if it in known]
        if len(there) > 1:
            files = sum(known[it][0] for it in there)
            size = sum(known[it][0] * known[it][1] for it in there)
            found.append(_Near(there, files, size - max(known[it][1] for it in there)))
    return sorted(found, key=lambda it: (-it.bytes, it.contents[0]))


def _near(connection: Connection, limit: int, offset: int) -> Sequence[DuplicateGroup]:
    chosen = _near_contents(connection)[offset : offset + limit]
    members = _members(connection, [it for near in chosen for it in near.contents])
    return [
        DuplicateGroup(
            GroupKind.NEAR,
            near.contents[0],
            tuple(place for it in near.contents for place in members.get(it, ()))[:MOST_MEMBERS],
        )
        for near in chosen
    ]


def _works(connection: Connection, limit: int, offset: int) -> Sequence[DuplicateGroup]:
    order = " ORDER BY sum(f.size) - max(f.size) DESC, min(f.sha256_hash) LIMIT ? OFFSET ?"
    found: list[DuplicateGroup] = []
    for _, artist, title, *_ in run(connection, _WORKS + order, (MISSING, limit, offset)):
        rows = run(connection, _WORK, (title, artist, MOST_MEMBERS))
        places = read_places(connection, "number", (row[0] for row in rows), neighbors=False)
        found.extend(
            DuplicateGroup(GroupKind.WORK, members[0].sha256_hash or "", members)
            for members in _as_long(connection, [places[number] for number in sorted(places)])
        )
    return found


def _as_long(connection: Connection, places: Sequence[Place]) -> Sequence[tuple[Place, ...]]:
    """Those that are as long as one of them, without pairs that a person took apart."""
    hashes = {it.sha256_hash for it in places if it.sha256_hash}
    said = said_of_works(connection, hashes)
    rejected = {pair for pair, word in said.items() if word.state is Decision.REJECTED}
    pairs = [
        (one.id, other.id)
        for at, one in enumerate(places)
        for other in places[:at]
        if is_as_long(one, other)
        and pair_of(one.sha256_hash or "", other.sha256_hash or "") not in rejected
    ]
    by_id = {it.id: it for it in places}
    groups = [tuple(by_id[it] for it in group) for group in stars(pairs)]
    return [it for it in groups if len({place.sha256_hash for place in it}) > 1]


def _members(connection: Connection, sha256s: Sequence[str]) -> Mapping[str, list[Place]]:
    places = read_places(connection, "sha256_hash", sha256s, neighbors=False)
    found: dict[str, list[Place]] = {}
    for number in sorted(places):
        place = places[number]
        if place.availability is Availability.PRESENT and place.sha256_hash:
            found.setdefault(place.sha256_hash, []).append(place)
    return found
