"""Files that are like others, on an SQL database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.columns import columns_of, duration_of
from apollonia.adapters.catalog.folding import MISSING
from apollonia.adapters.catalog.stored_places import read_places
from apollonia.adapters.database.bulk import run, select_by_keys
from apollonia.adapters.database.engine import Database
from apollonia.adapters.similarity import vectors
from apollonia.adapters.similarity.liked import liked_by
from apollonia.adapters.similarity.shared import Reasons, shared_with
from apollonia.domain.kinds import Availability, Kind
from apollonia.domain.mixing import Track
from apollonia.domain.place import Place
from apollonia.domain.similarity import Reason, ranked
from apollonia.errors import NotFoundError
from apollonia.ports.similarity import Embedding, SimilarFile

_VECTORS = "SELECT model, dimensions, vector FROM embeddings WHERE sha256_hash = ? ORDER BY model"
_CONTENTS = "SELECT number, sha256_hash FROM embeddings WHERE number IN {keys}"
_FACTS = "SELECT number, tempo_bpm, musical_key, energy FROM files WHERE number IN {keys}"
_MOST_NEAR = 200
_LEAST_COSINE = 0.2
_MOST_SEEDS = 16


class Vectors(Protocol):
    """One model's vectors."""

    async def nearest(self, vector: bytes, limit: int) -> Sequence[tuple[int, float]]:
        """(number, cosine), the nearest first."""
        ...


class SqlSimilarity:
    """``Similarity`` of ``ports/similarity.py``; ``folder`` is for matrices of vectors."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._by_model: dict[tuple[str, int], Vectors] = {}

    async def save(self, embeddings: Collection[Embedding]) -> None:
        """Insert or replace by (content, model)."""
        if embeddings:
            await self._database.write(lambda at: vectors.save(at, embeddings))

    async def similar(self, place_id: str, limit: int = 50) -> Sequence[SimilarFile]:
        """Others of its kind, the likest first."""
        number, place = await self._database.read(lambda at: _place(at, place_id))
        reasons = await self._database.read(lambda at: shared_with(at, number, place))
        for other, reason in await self._by_embedding(place):
            reasons.setdefault(other, []).append(reason)
        return await self._database.read(lambda at: _told(at, reasons, [place], limit))

    async def recommend(self, person: str, limit: int = 50) -> Sequence[SimilarFile]:
        """What is like that which the person likes."""
        liked = await self._database.read(lambda at: liked_by(at, person))
        found: dict[str, SimilarFile] = {}
        for place_id, strength in liked.seeds:
            try:
                others = await self.similar(place_id, limit)
            except NotFoundError:
                continue
            for it in others:
                score = round(it.score * strength, 4)
                known = found.get(it.place.id)
                if it.place.id not in liked.known and (known is None or known.score < score):
                    why = (f"like {await self._title(place_id)}, which you like", *it.why)
                    found[it.place.id] = SimilarFile(it.place, score, why)
        return sorted(found.values(), key=lambda it: (-it.score, it.place.id))[:limit]

    async def tracks(self, seeds: Sequence[str], limit: int) -> Sequence[Track]:
        """The seeds and what is like them."""
        likeness: dict[str, tuple[float, Sequence[str]]] = {}
        for seed in seeds[:_MOST_SEEDS]:
            for it in await self.similar(seed, limit):
                if it.score > likeness.get(it.place.id, (0.0, ()))[0]:
                    likeness[it.place.id] = (it.score, it.why[:2])
        likeness |= dict.fromkeys(seeds, (1.0, ()))
        best = sorted(likeness, key=lambda it: (-likeness[it][0], it))[: limit + len(seeds)]
        return await self._database.read(lambda at: _tracks(at, best, likeness))

    async def _title(self, place_id: str) -> str:
        _, place = await self._database.read(lambda at: _place(at, place_id))
        return str(columns_of(place)["title_key"])

    async def _by_embedding(self, place: Place) -> Sequence[tuple[int, Reason]]:
        """Files whose contents a model sees near this one."""
        if place.sha256_hash is None:
            return ()
        sha256 = place.sha256_hash
        name = "sound" if place.kind is Kind.AUDIO else "look"
        found = []
        for model, dimensions, vector in await self._database.read(
            lambda at: run(at, _VECTORS, (sha256,))
        ):
            index = await self._vectors(model, dimensions)
            near = await index.nearest(bytes(vector), _MOST_NEAR)
            files = await self._database.read(lambda at, near=near: _files_of(at, near))  # type: ignore[misc]
            for number, cosine in files:
                strength = (cosine - _LEAST_COSINE) / (1 - _LEAST_COSINE)
                words = f"{name}s alike ({model}, {cosine:.2f})"
                if strength > 0:
                    found.append((number, Reason(name, strength, words)))
        return found

    async def _vectors(self, model: str, dimensions: int) -> Vectors:
        from apollonia.adapters.similarity.exact import ExactVectors  # noqa: PLC0415 - with NumPy
        from apollonia.adapters.similarity.pgvector import PgVectors  # noqa: PLC0415 - with it

        key = (model, dimensions)
        if key not in self._by_model:
            indexed = await PgVectors.opened(self._database, model, dimensions)
            self._by_model[key] = indexed or ExactVectors(
                self._database, self._folder, model, dimensions
            )
        return self._by_model[key]


def _place(connection: Connection, place_id: str) -> tuple[int, Place]:
    found = read_places(connection, "id", [place_id], neighbors=False)
    if not found:
        raise NotFoundError(f"there is no file {place_id}")
    return next(iter(found.items()))


def _files_of(
    connection: Connection, near: Sequence[tuple[int, float]]
) -> Sequence[tuple[int, float]]:
    cosines = dict(near)
    contents = {
        sha256: cosines[number] for number, sha256 in select_by_keys(connection, _CONTENTS, cosines)
    }
    statement = "SELECT number, sha256_hash FROM files WHERE sha256_hash IN {keys}"
    rows = select_by_keys(connection, statement, contents)
    return [(number, contents[sha256]) for number, sha256 in rows]


def _told(
    connection: Connection, reasons: Reasons, seeds: Sequence[Place], limit: int
) -> Sequence[SimilarFile]:
    """The best of them that are there, of the seeds' kind, one file of each content."""
    kinds = {it.kind for it in seeds}
    contents = {it.sha256_hash for it in seeds} - {None}
    by_name = {str(number): those for number, those in reasons.items()}
    best = ranked(by_name, 2 * limit + _MOST_NEAR)
    places = read_places(connection, "number", (int(it.id) for it in best), neighbors=False)
    found = []
    for it in best:
        place = places.get(int(it.id))
        if place is None or place.availability is not Availability.PRESENT:
            continue
        if place.kind in kinds and place.sha256_hash not in contents:
            if place.sha256_hash is not None:
                contents.add(place.sha256_hash)
            found.append(SimilarFile(place, it.score, it.why))
    return found[:limit]


def _tracks(
    connection: Connection,
    ids: Iterable[str],
    likeness: Mapping[str, tuple[float, Sequence[str]]],
) -> Sequence[Track]:
    places = read_places(connection, "id", ids, neighbors=False)
    facts = {row[0]: row[1:] for row in select_by_keys(connection, _FACTS, places)}
    found = []
    for number, place in places.items():
        if place.kind is not Kind.AUDIO or place.availability is not Availability.PRESENT:
            continue
        tempo, key, energy = facts[number]
        artist = columns_of(place)["artist_key"]
        score, why = likeness[place.id]
        found.append(
            Track(
                id=place.id,
                duration_ms=duration_of(place),
                tempo_bpm=tempo,
                key=key,
                energy=energy,
                artist="" if artist == MISSING else artist,
                likeness=score,
                why=why,
            )
        )
    return found
