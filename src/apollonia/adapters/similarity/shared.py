"""What files have in common besides how they sound or look: reasons, by the number of the file."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.columns import columns_of, short_hash
from apollonia.adapters.catalog.folding import MISSING
from apollonia.adapters.database.bulk import AnyRow, run, select_by_keys
from apollonia.domain.paths import folder_of
from apollonia.domain.place import Place
from apollonia.domain.similarity import Reason

type Reasons = dict[int, list[Reason]]

_MOST_EACH = 200
_SAME = (
    "SELECT f.number FROM shelves s CROSS JOIN files f WHERE f.shelf = s.number"
    " AND s.availability = 'present' AND s.kind = ? AND f.{key} = ? LIMIT ?"
)
_TERMS = "SELECT field, term, name FROM file_terms WHERE file = ?"
_WITH_TERM = "SELECT file FROM file_terms WHERE field = ? AND term = ? ORDER BY file DESC LIMIT ?"
_TEMPO = (
    "SELECT f.number, f.tempo_bpm FROM shelves s CROSS JOIN files f WHERE f.shelf = s.number"
    " AND s.availability = 'present' AND s.kind = ? AND f.tempo_bpm BETWEEN ? AND ? LIMIT ?"
)
_FOLDER = "SELECT number FROM files WHERE folder_hash = ? LIMIT ?"
_COLLECTIONS = (
    "SELECT target FROM edits WHERE person = '' AND field = ? AND value IS NOT NULL"
    " AND target > 'collection:' AND target < 'collection;' LIMIT ?"
)
_ITEMS = (
    "SELECT field FROM edits WHERE target = ? AND person = '' AND field > 'item/'"
    " AND field < 'item0' AND value IS NOT NULL LIMIT ?"
)
_NEXT_PERSON = "SELECT min(person) FROM plays WHERE person > ?"
_PLAYED = "SELECT timestamp FROM plays WHERE person = ? AND place = ?"
_AROUND = (
    "SELECT place FROM plays WHERE person = ? AND timestamp BETWEEN ? AND ?"
    " ORDER BY timestamp LIMIT ?"
)
_BY_ID = "SELECT number FROM files WHERE id IN {keys}"
_REASON_OF = {"genre": "genre", "genre_found": "genre", "mood": "mood"}
_TEMPO_SHARE = 0.02
_MOST_PEOPLE, _MOST_COLLECTIONS = 32, 16
_HOUR = 13  # "2024-01-01T12": a day's hour in a wire time


def shared_with(connection: Connection, number: int, place: Place) -> Reasons:
    """Reasons for others, at most some hundred files each."""
    found: Reasons = {}
    for reason, numbers in (
        *_by_tags(connection, place),
        *_by_terms(connection, number),
        *_by_folder(connection, place),
        *_by_collections(connection, place),
        *_by_plays(connection, place),
    ):
        for other in numbers:
            if other != number and all(it.name != reason.name for it in found.get(other, ())):
                found.setdefault(other, []).append(reason)
    for other, reason in _by_tempo(connection, number, place):
        found.setdefault(other, []).append(reason)
    return found


def _by_tags(connection: Connection, place: Place) -> Iterator[tuple[Reason, Sequence[int]]]:
    keys = columns_of(place)
    for name, key in (("artist", "artist_key"), ("album", "album_key")):
        if keys[key] != MISSING:
            values = (place.kind.value, keys[key], _MOST_EACH)
            rows = run(connection, _SAME.replace("{key}", key), values)
            yield Reason(name, 1.0, f"the same {name}: {keys[key]}"), _numbers(rows)


def _by_terms(connection: Connection, number: int) -> Iterator[tuple[Reason, Sequence[int]]]:
    for field, term, shown in run(connection, _TERMS, (number,)):
        if (name := _REASON_OF.get(field)) is not None:
            rows = run(connection, _WITH_TERM, (field, term, _MOST_EACH))
            yield Reason(name, 1.0, f"the same {name}: {shown or term}"), _numbers(rows)


def _by_folder(connection: Connection, place: Place) -> Iterator[tuple[Reason, Sequence[int]]]:
    rows = run(connection, _FOLDER, (short_hash(folder_of(place.path)), _MOST_EACH))
    yield Reason("folder", 1.0, "in the same folder"), _numbers(rows)


def _by_tempo(connection: Connection, number: int, place: Place) -> Iterator[tuple[int, Reason]]:
    """The nearest tempo weighs the most; few, since it says little alone."""
    bpm = tempo_of(connection, number)
    if not bpm:
        return
    near = (bpm * (1 - _TEMPO_SHARE), bpm * (1 + _TEMPO_SHARE))
    for other, theirs in run(connection, _TEMPO, (place.kind.value, *near, _MOST_EACH)):
        if other != number:
            strength = 1 - abs(theirs - bpm) / (bpm * _TEMPO_SHARE)
            yield other, Reason("tempo", strength, f"{theirs:.0f} BPM, as {bpm:.0f}")


def _by_collections(connection: Connection, place: Place) -> Iterator[tuple[Reason, Sequence[int]]]:
    for (target,) in run(connection, _COLLECTIONS, (f"item/{place.id}", _MOST_COLLECTIONS)):
        ids = [
            row[0].removeprefix("item/") for row in run(connection, _ITEMS, (target, _MOST_EACH))
        ]
        reason = Reason("collection", 1.0, "in a collection together")
        yield reason, _numbers(select_by_keys(connection, _BY_ID, ids))


def _by_plays(connection: Connection, place: Place) -> Iterator[tuple[Reason, Sequence[int]]]:
    """What people played in the same hour."""
    person = ""
    for _ in range(_MOST_PEOPLE):
        person = run(connection, _NEXT_PERSON, (person,))[0][0]
        if person is None:
            return
        for (time,) in run(connection, _PLAYED, (person, place.id)):
            hour = (time[:_HOUR], time[:_HOUR] + "~")
            ids = [row[0] for row in run(connection, _AROUND, (person, *hour, _MOST_EACH))]
            reason = Reason("plays", 1.0, "played together")
            yield reason, _numbers(select_by_keys(connection, _BY_ID, ids))


def tempo_of(connection: Connection, number: int) -> float | None:
    """Of one file, where it is known."""
    rows = run(connection, "SELECT tempo_bpm FROM files WHERE number = ?", (number,))
    return None if not rows or rows[0][0] is None else float(rows[0][0])


def _numbers(rows: Sequence[AnyRow]) -> Sequence[Any]:
    return [row[0] for row in rows]
