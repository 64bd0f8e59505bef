"""Fingerprints of analysed contents into the index, and what is alike into the catalog."""

import asyncio
import struct
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson

from apollonia.domain.kinds import Kind
from apollonia.domain.matching.acoustic import compare
from apollonia.domain.matching.likeness import Family, Likeness
from apollonia.domain.matching.perceptual import (
    MAX_FRAMES,
    Frame,
    compare_pictures,
    compare_videos,
)
from apollonia.domain.times import format_micros
from apollonia.errors import MalformedMessageError
from apollonia.messages import AnalysisEvent, parse
from apollonia.ports.bus import Delivery
from apollonia.ports.clock import Clock
from apollonia.ports.fingerprints import Fingerprint, Fingerprints, Found
from apollonia.ports.similarity import Embedding, Similarity
from apollonia.work.refused import Refused

ACOUSTIC_ANALYSER = "fingerprint"
PICTURE_ANALYSER = "perceptual-hash"
_MOST_NEAR = 64


class Matcher:
    """The handler of ``apollonia-matcher``; idempotent, right in any order and beside others.

    A fingerprint is saved before others are looked for: so of two that are handled at the same
    time, at least one finds the other.
    """

    def __init__(self, *, fingerprints: Fingerprints, similarity: Similarity, clock: Clock) -> None:
        self._fingerprints = fingerprints
        self._similarity = similarity
        self._clock = clock

    async def __call__(self, scope: None, deliveries: Sequence[Delivery]) -> None:  # noqa: ARG002 - each step is a transaction of its own
        """Match what these analyses found.

        Raises:
            Refused: naming the messages that do not follow the wire contract.
        """
        found: list[Fingerprint] = []
        embeddings: list[Embedding] = []
        bad: dict[str, Exception] = {}
        for delivery in deliveries:
            try:
                event = parse(AnalysisEvent, delivery.message.body)
                found.extend(fingerprints_in(event))
                embeddings.extend(embeddings_in(event))
            except MalformedMessageError as error:
                bad[delivery.message.message_id] = error
        if bad:
            raise Refused(bad)
        await self._similarity.save(embeddings)
        await self.match(found)

    async def match(self, fingerprints: Sequence[Fingerprint]) -> int:
        """Save them, find what is like them, keep that; how many pairs are new."""
        if not fingerprints:
            return 0
        await self._fingerprints.save(fingerprints)
        now, new = format_micros(self._clock.now_micros()), 0
        for one in fingerprints:
            others = await self._fingerprints.near(one, _MOST_NEAR)
            if others:
                found = await asyncio.to_thread(_compare_all, one, others)
                new += await self._fingerprints.relate(found, now)
        return new

    async def backfill(self, told: Callable[[int], None] = lambda _: None, batch: int = 64) -> int:
        """Match everything that was analysed before; how many pairs are new."""
        after, seen, new = ("", "", ""), 0, 0
        while rows := await self._fingerprints.analysed(after, batch):
            one_each = {(it.sha256_hash, it.analyser): it for it in rows}  # the newest version
            found = [
                fingerprint
                for it in one_each.values()
                if it.data
                for fingerprint in _of_data(
                    it.sha256_hash, it.analyser, it.version, orjson.loads(it.data)
                )
            ]
            await self._similarity.save(
                [
                    embedding
                    for it in rows
                    if it.data
                    for embedding in _embedding(it.sha256_hash, it.analyser, orjson.loads(it.data))
                ]
            )
            new += await self.match(found)
            last = rows[-1]
            after, seen = (last.sha256_hash, last.analyser, last.version), seen + len(rows)
            told(seen)
        return new


def judge(one: Fingerprint, other: Fingerprint) -> Likeness | None:
    """How alike two contents of one family are."""
    match one.family:
        case Family.ACOUSTIC:
            return compare(one.items, other.items)
        case Family.IMAGE:
            return compare_pictures(one.frames[0].phash, other.frames[0].phash)
        case Family.VIDEO:
            return compare_videos(one.frames, other.frames)


def fingerprints_in(event: AnalysisEvent) -> Iterable[Fingerprint]:
    """Those that the event's results carry.

    Raises:
        MalformedMessageError: a result has them in another form.
    """
    for it in event.results:
        if it.status == "done" and it.data:
            yield from _of_data(event.sha256_hash, it.analyser, it.version, it.data, event.kind)


def embeddings_in(event: AnalysisEvent) -> Iterable[Embedding]:
    """Those that the event's results carry.

    Raises:
        MalformedMessageError: a result has them in another form.
    """
    for it in event.results:
        if it.status == "done" and it.data:
            yield from _embedding(event.sha256_hash, it.analyser, it.data)


def _embedding(sha256: str, analyser: str, data: Mapping[str, Any]) -> Iterable[Embedding]:
    given = data.get("embedding")
    if not given:
        return
    try:
        packed = b64decode(given["values"], validate=True)
        values = tuple(value for (value,) in struct.iter_unpack("<f", packed))
        model = str(given["model"])
    except (KeyError, TypeError, ValueError, struct.error) as error:
        raise MalformedMessageError(f"{analyser} of {sha256}: embedding: {error}") from error
    if len(values) != given.get("dimensions", len(values)):
        raise MalformedMessageError(f"{analyser} of {sha256}: {len(values)} dimensions came")
    yield Embedding(sha256, model, values)


def _of_data(
    sha256: str, analyser: str, version: str, data: Mapping[str, Any], kind: Kind | None = None
) -> Iterable[Fingerprint]:
    try:
        if analyser == ACOUSTIC_ANALYSER and data.get("chromaprint"):
            yield Fingerprint(
                sha256_hash=sha256,
                family=Family.ACOUSTIC,
                version=version,
                duration_ms=max(0, int(data.get("duration_ms") or 0)),
                items=_items(data["chromaprint"]),
            )
        elif analyser == PICTURE_ANALYSER and data.get("frames"):
            frames = tuple(
                Frame(max(0, int(it["at_ms"])), int(it["phash"], 16) & (1 << 64) - 1)
                for it in data["frames"][:MAX_FRAMES]
            )
            moving = kind is Kind.VIDEO if kind is not None else len(frames) > 1
            yield Fingerprint(
                sha256_hash=sha256,
                family=Family.VIDEO if moving else Family.IMAGE,
                version=version,
                frames=frames,
            )
    except (KeyError, TypeError, ValueError, struct.error) as error:
        raise MalformedMessageError(f"{analyser} of {sha256}: {error}") from error


def _items(encoded: str) -> tuple[int, ...]:
    return tuple(item for (item,) in struct.iter_unpack("<I", b64decode(encoded, validate=True)))


def _compare_all(one: Fingerprint, others: Sequence[Fingerprint]) -> Sequence[Found]:
    found = []
    for other in others:
        first, second = sorted((one, other), key=lambda it: it.sha256_hash)
        likeness = judge(first, second)
        if likeness is not None:
            found.append(Found(one.family, first.sha256_hash, second.sha256_hash, likeness))
    return found
