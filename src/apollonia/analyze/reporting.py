"""Results on their way: published for the catalog, and kept in the cache for a while."""

from collections.abc import Sequence

from pydantic import ValidationError

from apollonia.analyze.options import AnalyzeOptions
from apollonia.domain.analysis import AnalyserSpec
from apollonia.domain.ids import uuid7
from apollonia.domain.times import format_micros
from apollonia.messages import (
    ENRICHED,
    MAX_ANALYSIS_BYTES,
    AnalysisEvent,
    AnalysisResult,
    Work,
)
from apollonia.ports.bus import Bus, Message
from apollonia.ports.cache import Cache
from apollonia.ports.clock import Clock

_SCHEMA = "apollonia.analysis/1"


class Reporter:
    """Publishes first, caches after: what is cached was told."""

    def __init__(self, *, bus: Bus, cache: Cache, clock: Clock, options: AnalyzeOptions) -> None:
        self._bus = bus
        self._cache = cache
        self._clock = clock
        self._options = options

    async def report(self, work: Work, results: Sequence[AnalysisResult]) -> None:
        """Tell what was found; one event, or more where one would be too large.

        Raises:
            BusUnavailableError: nothing, or only a part, was told.
        """
        if not results:
            return
        now = self._clock.now_micros()
        timestamp = format_micros(now)
        await self._bus.publish(ENRICHED.name, _messages(work, results, timestamp, now))
        for result in results:
            if result.status != "unavailable":  # that may change at any time
                key = _key(work.sha256_hash, result.analyser, result.version)
                body = result.model_dump_json().encode()
                await self._cache.set(key, body, ttl=self._options.cached_s)

    async def cached(self, work: Work, spec: AnalyserSpec) -> AnalysisResult | None:
        """What this analyser told about the content before, if that is still at hand."""
        body = await self._cache.get(_key(work.sha256_hash, spec.name, spec.version))
        if body is None:
            return None
        try:
            return AnalysisResult.model_validate_json(body)
        except ValidationError:
            return None


def _messages(
    work: Work, results: Sequence[AnalysisResult], timestamp: str, now: int
) -> list[Message]:
    event = AnalysisEvent(
        sha256_hash=work.sha256_hash,
        kind=work.kind,
        timestamp=timestamp,
        results=list(results),
        forced=work.force,
    )
    body = event.model_dump_json(exclude_none=True).encode()
    if len(body) > MAX_ANALYSIS_BYTES and len(results) > 1:
        half = len(results) // 2
        first = _messages(work, results[:half], timestamp, now)
        return first + _messages(work, results[half:], timestamp, now)
    return [Message(body, uuid7(now // 1000), _SCHEMA)]


def _key(sha256_hash: str, analyser: str, version: str) -> str:
    return f"analysis:{sha256_hash}:{analyser}:{version}"
