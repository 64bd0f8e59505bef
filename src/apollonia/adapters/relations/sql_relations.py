"""How files belong together, on an SQL database."""

from collections.abc import Iterator, Sequence

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.stored_places import read_places
from apollonia.adapters.database.bulk import insert_rows, lock_names, run
from apollonia.adapters.database.driver import Otherwise
from apollonia.adapters.database.engine import Database
from apollonia.adapters.library.relations import neighbors_of
from apollonia.adapters.relations.alike import WORK, alike_of, pair_of
from apollonia.adapters.relations.by_tags import album_of, series_of, works_of
from apollonia.domain.keeper import distinct_copies
from apollonia.domain.kinds import Availability
from apollonia.domain.matching.likeness import Decision
from apollonia.domain.place import Place
from apollonia.errors import ConflictError, NotFoundError
from apollonia.ports.relations import RelationFact, RelationKind

_PAIR = ("family", "one", "other")
_DECISION = (*_PAIR, "state", "actor", "decided_time")
_REPLACE = Otherwise(
    _PAIR,
    "UPDATE SET state = excluded.state, actor = excluded.actor,"
    " decided_time = excluded.decided_time",
)
_FAMILIES = "SELECT family FROM content_relations WHERE one = ? AND other = ?"
_CHANGE = ("entity", "id", "op", "timestamp")


class SqlRelations:
    """``Relations`` of ``ports/relations.py``; the database is closed by its opener."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, place_id: str, limit: int = 256) -> Sequence[RelationFact]:
        """Other present files that belong to this one."""
        return await self._database.read(lambda at: _of(at, place_id, limit))

    async def decide(
        self, place_id: str, other_id: str, decision: Decision, *, actor: str, now: str
    ) -> None:
        """What a person says of how two files are alike."""
        await self._database.write(lambda at: _decide(at, place_id, other_id, decision, actor, now))


def _of(connection: Connection, place_id: str, limit: int) -> Sequence[RelationFact]:
    place = _place(connection, place_id)
    facts = [
        *(
            RelationFact(kind=RelationKind.NEIGHBOUR, place=it.place, evidence={"role": it.role})
            for it in neighbors_of(connection, place)[:limit]
            if it.place is not None
        ),
        *_copies(connection, place, limit),
        *album_of(connection, place, limit),
        *series_of(connection, place, limit),
    ]
    alike = [*_alike(connection, place, limit), *works_of(connection, place, limit)]
    return [*facts, *sorted(alike, key=lambda it: -it.score)]


def _place(connection: Connection, place_id: str) -> Place:
    found = read_places(connection, "id", [place_id])
    if not found:
        raise NotFoundError(f"there is no file {place_id}")
    return next(iter(found.values()))


def _copies(connection: Connection, place: Place, limit: int) -> Iterator[RelationFact]:
    if place.sha256_hash is None:
        return
    copies = _present_of(connection, [place.sha256_hash], limit + 1)
    for links in distinct_copies(copies):
        mine = any(it.id == place.id for it in links)
        for other in links:
            if other.id != place.id:
                kind = RelationKind.HARDLINK if mine else RelationKind.SAME_CONTENT
                yield RelationFact(kind=kind, place=other)


def _alike(connection: Connection, place: Place, limit: int) -> Iterator[RelationFact]:
    if place.sha256_hash is None:
        return
    found = alike_of(connection, place.sha256_hash, limit)
    by_hash: dict[str | None, list[Place]] = {}
    for other in _present_of(connection, [it.sha256_hash for it in found], limit * 4):
        by_hash.setdefault(other.sha256_hash, []).append(other)
    for it in found:
        for other in by_hash.get(it.sha256_hash, ()):
            yield RelationFact(
                kind=it.kind,
                place=other,
                score=it.score,
                evidence=it.evidence,
                state=it.said.state,
                actor=it.said.actor,
                decided_time=it.said.time,
            )


def _present_of(connection: Connection, sha256s: Sequence[str], limit: int) -> Sequence[Place]:
    found = read_places(connection, "sha256_hash", sha256s, neighbors=False)
    present = (
        found[number]
        for number in sorted(found)
        if found[number].availability is Availability.PRESENT
    )
    return [place for _, place in zip(range(limit), present, strict=False)]


def _decide(
    connection: Connection, place_id: str, other_id: str, decision: Decision, actor: str, now: str
) -> None:
    place, other = (_place(connection, it) for it in (place_id, other_id))
    if place.sha256_hash is None or other.sha256_hash is None:
        raise ConflictError(
            "one of the files was never read, so nothing can be said of its content"
        )
    if place.sha256_hash == other.sha256_hash:
        raise ConflictError("both files have the same content: they are not merely alike")
    pair = pair_of(place.sha256_hash, other.sha256_hash)
    lock_names(connection, "content relations")
    families = [row[0] for row in run(connection, _FAMILIES, pair)]
    for family in (*families, WORK):
        if decision is Decision.PROPOSED:
            statement = "DELETE FROM relation_decisions WHERE family = ? AND one = ? AND other = ?"
            run(connection, statement, (family, *pair))
        else:
            row = (family, *pair, decision.value, actor, now)
            insert_rows(connection, "relation_decisions", _DECISION, [row], otherwise=_REPLACE)
    changes = [("file", it.id, "updated", now) for it in (place, other)]
    insert_rows(connection, "pending_changes", _CHANGE, changes)
