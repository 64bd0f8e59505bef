"""``Edits`` on an SQL database."""

from collections.abc import Collection, Mapping, Sequence

from apollonia.adapters.catalog.overlay import read_said, said_of
from apollonia.adapters.database.bulk import run, select_by_keys
from apollonia.adapters.database.engine import Database
from apollonia.adapters.edits.applying import apply_edits, apply_plays
from apollonia.domain.edits import Edit, Said, Target, TargetKind
from apollonia.domain.times import format_micros
from apollonia.ports.clock import Clock
from apollonia.ports.edits import CollectionFact, Play, PlayState

_ABOUT = (
    "SELECT target, person, value, actor, timestamp, event_id FROM edits WHERE person = ?"
    " AND field = ? AND target > ? AND value IS NOT NULL ORDER BY target LIMIT ?"
)
_PLAYS = "SELECT person, place, plays, timestamp, position_ms FROM plays WHERE place IN {keys}"
_RECENT = (
    "SELECT place, plays, timestamp, position_ms FROM plays WHERE person = ?"
    " ORDER BY timestamp DESC, place DESC LIMIT ?"
)
_COLLECTIONS = (
    "SELECT target, field, person, value, actor, timestamp, event_id FROM edits"
    " WHERE person = '' AND field IN ('name', 'description', 'query', 'deleted')"
    " AND target > 'collection:' AND target < 'collection;'"
)
_ITEMS = (
    "SELECT field, value FROM edits WHERE target = ? AND person = ''"
    " AND field > 'item/' AND field < 'item0' AND value IS NOT NULL"
)


class SqlEdits:
    """``Edits`` of ``ports/edits.py``; the database is closed by whoever opened it."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def apply(self, edits: Sequence[Edit]) -> None:
        """All or none, while nobody else writes: a file that comes meanwhile gets them too."""
        now = format_micros(self._clock.now_micros())
        await self._database.write(lambda at: apply_edits(at, edits, now), alone=True)

    async def play(self, plays: Sequence[Play]) -> None:
        """All or none."""
        now = format_micros(self._clock.now_micros())
        await self._database.write(lambda at: apply_plays(at, plays, now), alone=True)

    async def said(
        self, targets: Collection[Target], person: str
    ) -> Mapping[Target, Mapping[str, Said]]:
        """What is said of these, by field."""
        keys = [target.key for target in targets]
        found = await self._database.read(lambda at: read_said(at, keys))
        return {
            Target.of(key): {
                it.field: it for it in them if it.user in ("", person) and it.value is not None
            }
            for key, them in found.items()
        }

    async def about(self, person: str, field: str, *, after: str, limit: int) -> Sequence[Said]:
        """From an index of their own."""
        values = (person, field, after, limit)
        rows = await self._database.read(lambda at: run(at, _ABOUT, values))
        return [said_of(row) for row in rows]

    async def plays(self, person: str, place_ids: Collection[str]) -> Mapping[str, PlayState]:
        """Of these places, those that the person played."""
        rows = await self._database.read(lambda at: select_by_keys(at, _PLAYS, place_ids))
        return {row[1]: PlayState(*row[1:]) for row in rows if row[0] == person}

    async def recent_plays(self, person: str, limit: int) -> Sequence[PlayState]:
        """The newest first, from an index."""
        rows = await self._database.read(lambda at: run(at, _RECENT, (person, limit)))
        return [PlayState(*row) for row in rows]

    async def collections(self, *, deleted: bool = False) -> Sequence[CollectionFact]:
        """Their own fields, without their items."""
        rows = await self._database.read(lambda at: run(at, _COLLECTIONS))
        found: dict[str, dict[str, Said]] = {}
        for target, *row in rows:
            said = said_of(row)
            if said.value is not None:
                found.setdefault(Target.of(target).id, {})[said.field] = said
        facts = [fact_of(id_, fields) for id_, fields in sorted(found.items())]
        return [it for it in facts if it is not None and it.deleted is deleted]

    async def items(self, collection_id: str) -> Sequence[str]:
        """By position, then by place."""
        key = Target(TargetKind.COLLECTION, collection_id).key
        rows = await self._database.read(lambda at: run(at, _ITEMS, (key,)))
        placed = sorted((float(value), field.removeprefix("item/")) for field, value in rows)
        return [id_ for _, id_ in placed]


def fact_of(id_: str, fields: Mapping[str, Said]) -> CollectionFact | None:
    """A collection that has a name."""
    name = fields.get("name")
    if name is None:
        return None
    value = {field: said.value for field, said in fields.items()}
    return CollectionFact(
        id_,
        name.value,
        value.get("description"),
        value.get("query"),
        bool(value.get("deleted")),
        name.actor,
    )
