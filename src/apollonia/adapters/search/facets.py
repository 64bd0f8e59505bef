"""How many of the files that are found have which values."""

from collections import Counter
from collections.abc import Mapping, Sequence

import orjson
from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.folding import MISSING, fold
from apollonia.adapters.database.bulk import run, select_by_keys
from apollonia.adapters.library.selection import Condition
from apollonia.adapters.search.plan import Plan
from apollonia.domain.paging import TOTAL_CAP
from apollonia.domain.query import show
from apollonia.domain.query.tree import Is, Mode, Text
from apollonia.ports.search import FacetCounts, FacetValue

_COLUMNS = "number, shelf, artist_key, year, analysis, musical_key, tempo_bpm"
_TERMS = ("genre", "mood", "instrument", "object", "tag", "voice", "sound")
_BY_VALUE = {
    "artist": ("artist_key", f"artist_key < '{MISSING}'"),
    "decade": ("CAST(10 * (year / 10) AS text)", "year IS NOT NULL"),
    "analysis": ("analysis", "1 = 1"),
    "key": ("musical_key", "musical_key IS NOT NULL"),
    "tempo": ("CAST(10 * CAST(floor(tempo_bpm / 10) AS integer) AS text)", "tempo_bpm IS NOT NULL"),
}
_SHOWN = "SELECT file, media FROM file_media WHERE file IN {keys}"
_MOST = 100
_BAND = 10


def facet_counts(connection: Connection, plan: Plan, found: Condition, limit: int) -> FacetCounts:
    """Counts among the first 10,000 of the files that ``found`` (``FROM`` and on) gives."""
    rows = run(connection, _statement(found.sql), (*found.values, TOTAL_CAP + 1))
    counts: dict[str, list[tuple[str, int, int]]] = {}
    for facet, value, count, example in rows:
        counts.setdefault(facet, []).append((value, int(count), example))
    by_shelf = {int(value): count for value, count, _ in counts.pop("shelf", ())}
    counted = sum(by_shelf.values())
    fields: dict[str, Sequence[FacetValue]] = _of_shelves(plan, by_shelf, limit)
    names = _names(connection, counts.get("artist", [])[:limit])
    for facet, found_values in counts.items():
        ordered = sorted(found_values, key=lambda it: (-it[1], it[0]))[:limit]
        fields[facet] = [_value(facet, value, count, names) for value, count, _ in ordered]
    return FacetCounts(fields, min(counted, TOTAL_CAP), counted <= TOTAL_CAP)


def _statement(found: str) -> str:
    parts = [
        "SELECT 'shelf' AS facet, CAST(shelf AS text), count(*), min(number) FROM found GROUP BY 2"
    ]
    parts += [
        f"SELECT * FROM (SELECT '{facet}', {value}, count(*), min(number) FROM found WHERE {known}"  # noqa: S608 - our words
        f" GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT {_MOST}) AS by_{facet}"
        for facet, (value, known) in _BY_VALUE.items()
    ]
    names = ", ".join(f"'{name}'" for name in _TERMS)
    parts.append(
        "SELECT t.field, t.term, count(*), min(t.file) FROM found JOIN file_terms t"  # noqa: S608 - our words
        f" ON t.file = found.number WHERE t.field IN ({names}) GROUP BY 1, 2"
    )
    return (
        f"WITH found AS MATERIALIZED (SELECT {_COLUMNS} FROM {found} LIMIT ?)"  # noqa: S608 - our words
        f" {' UNION ALL '.join(parts)}"
    )


def _of_shelves(
    plan: Plan, by_shelf: Mapping[int, int], limit: int
) -> dict[str, Sequence[FacetValue]]:
    fields: dict[str, Sequence[FacetValue]] = {}
    for name in ("kind", "format", "availability", "status", "root"):
        counter: Counter[str] = Counter()
        for shelf in plan.within.shelves:
            counter[getattr(shelf, name)] += by_shelf.get(shelf.number, 0)
        ordered = sorted(counter.items(), key=lambda it: (-it[1], it[0]))
        fields[name] = [
            FacetValue(value, count, show(Is(name, value)))
            for value, count in ordered[:limit]
            if count and value
        ]
    return fields


def _value(facet: str, value: str, count: int, names: Mapping[str, str]) -> FacetValue:
    if facet == "artist":
        shown = names.get(value, value)
        return FacetValue(shown, count, show(Text(shown, "artist", Mode.WHOLE)))
    if facet == "decade":
        return FacetValue(f"{value}s", count, f"year:{int(value):04d}s")
    if facet == "tempo":
        low = int(value)
        return FacetValue(f"{low} to {low + _BAND}", count, f"(tempo:>={low} tempo:<{low + _BAND})")
    return FacetValue(value, count, show(Is(facet, value)))


def _names(connection: Connection, rows: Sequence[tuple[str, int, int]]) -> Mapping[str, str]:
    """Artists as one of their files writes them."""
    keys = {example: value for value, _, example in rows}
    found: dict[str, str] = {}
    for number, media in select_by_keys(connection, _SHOWN, keys):
        tags = (orjson.loads(media) if media else {}).get("tags") or {}
        for tag in ("artist", "album_artist"):
            name = tags.get(tag)
            if isinstance(name, str) and fold(name) == keys[number]:
                found.setdefault(keys[number], name)
    return found
