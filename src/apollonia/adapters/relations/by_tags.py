"""Files that belong together by what their tags and names say."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.columns import columns_of, duration_of, short_hash
from apollonia.adapters.catalog.folding import MISSING
from apollonia.adapters.catalog.stored_places import read_places
from apollonia.adapters.database.bulk import run
from apollonia.adapters.relations.alike import Said, pair_of, said_of_works
from apollonia.domain.kinds import Availability, Kind
from apollonia.domain.paths import display, folder_of, name_of
from apollonia.domain.place import Place
from apollonia.domain.titles import base_title, episode_of
from apollonia.ports.relations import RelationFact, RelationKind

_ON_SHELVES = (
    "SELECT f.number FROM shelves s CROSS JOIN files f WHERE f.shelf = s.number"
    " AND s.availability = 'present' AND s.kind = ? AND f.{key} = ? ORDER BY f.id LIMIT ?"
)
_IN_FOLDER = "SELECT number FROM files WHERE folder_hash = ? ORDER BY number LIMIT ?"
_MOST = 1_000
_SAME_LENGTH_MS, _SAME_LENGTH = 3_000, 0.02


def works_of(connection: Connection, place: Place, limit: int) -> Sequence[RelationFact]:
    """The same song of the same artist: as long (another quality), or not (another version)."""
    keys = columns_of(place)
    artist, title = keys["artist_key"], base_title(keys["title_key"])
    if place.kind is not Kind.AUDIO or MISSING in {artist, title} or not _is_titled(place):
        return ()
    found = []
    for other in _same(connection, place, "artist_key", artist):
        if other.sha256_hash == place.sha256_hash or not _is_titled(other):
            continue
        theirs = columns_of(other)["title_key"]
        if base_title(theirs) != title:
            continue
        same = theirs == keys["title_key"] and is_as_long(place, other)
        evidence = {
            "by": "tags",
            "title": title,
            "duration_difference_ms": duration_of(other) - duration_of(place),
        }
        kind = RelationKind.SAME_WORK if same else RelationKind.VERSION
        found.append(RelationFact(kind=kind, place=other, score=_closeness(place, other),
                                  evidence=evidence))  # fmt: skip
    return _with_decisions(connection, place, found)[:limit]


def album_of(connection: Connection, place: Place, limit: int) -> Sequence[RelationFact]:
    """The other tracks of its album, in their order: one album artist, or one folder."""
    keys = columns_of(place)
    if keys["album_key"] == MISSING:
        return ()
    others = [
        other
        for other in _same(connection, place, "album_key", keys["album_key"])
        if folder_of(other.path) == folder_of(place.path)
        or (keys["album_artist"] and columns_of(other)["album_artist"] == keys["album_artist"])
    ]

    def in_order(other: Place) -> tuple[int, int, bytes]:
        theirs = columns_of(other)
        return theirs["disc"] or 0, theirs["track"] or 0, other.path

    evidence = {"album": keys["album_key"]}
    return [
        RelationFact(kind=RelationKind.ALBUM, place=it, evidence=evidence)
        for it in sorted(others, key=in_order)[:limit]
    ]


def series_of(connection: Connection, place: Place, limit: int) -> Sequence[RelationFact]:
    """The other episodes of its folder, by their names, in their order."""
    mine = episode_of(display(name_of(place.path)))
    if place.kind is not Kind.VIDEO or mine is None:
        return ()
    rows = run(connection, _IN_FOLDER, (short_hash(folder_of(place.path)), _MOST))
    found = []
    for other in _present(connection, place, (row[0] for row in rows)):
        theirs = episode_of(display(name_of(other.path)))
        if theirs and theirs[0] == mine[0] and other.kind is Kind.VIDEO:
            evidence = {"series": mine[0], "season": theirs[1], "episode": theirs[2]}
            found.append((theirs, RelationFact(kind=RelationKind.SERIES, place=other,
                                               evidence=evidence)))  # fmt: skip
    return [fact for _, fact in sorted(found, key=lambda it: it[0])[:limit]]


def is_as_long(one: Place, other: Place) -> bool:
    """Within three seconds, or two hundredths."""
    lengths = duration_of(one), duration_of(other)
    return abs(lengths[0] - lengths[1]) <= max(_SAME_LENGTH_MS, _SAME_LENGTH * max(lengths))


def _closeness(one: Place, other: Place) -> float:
    shorter, longer = sorted((duration_of(one), duration_of(other)))
    return round(0.5 + 0.5 * (shorter / longer if longer else 0), 4)


def _is_titled(place: Place) -> bool:
    return bool(((place.media or {}).get("tags") or {}).get("title"))


def _same(connection: Connection, place: Place, key: str, value: str) -> Iterable[Place]:
    statement = _ON_SHELVES.replace("{key}", key)
    rows = run(connection, statement, (place.kind.value, value, _MOST))
    return _present(connection, place, (row[0] for row in rows))


def _present(connection: Connection, place: Place, numbers: Iterable[int]) -> Iterable[Place]:
    found = read_places(connection, "number", numbers, neighbors=False)
    return [
        found[number]
        for number in sorted(found)
        if found[number].id != place.id and found[number].availability is Availability.PRESENT
    ]


def _with_decisions(
    connection: Connection, place: Place, facts: Sequence[RelationFact]
) -> Sequence[RelationFact]:
    if place.sha256_hash is None:
        return facts
    hashes = {place.sha256_hash, *(it.place.sha256_hash for it in facts if it.place.sha256_hash)}
    said: Mapping[tuple[str, str], Said] = said_of_works(connection, hashes)
    found = []
    for fact in facts:
        if fact.place.sha256_hash is not None:
            word = said.get(pair_of(place.sha256_hash, fact.place.sha256_hash), Said())
            found.append(RelationFact(kind=fact.kind, place=fact.place, score=fact.score,
                                      evidence=fact.evidence, state=word.state,
                                      actor=word.actor, decided_time=word.time))  # fmt: skip
    return sorted(found, key=lambda it: -it.score)
