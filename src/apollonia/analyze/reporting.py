"""Results on their way: published for the catalog, and kept in the cache for a while."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import batched

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
_AT_ONCE = 8  # questions to the cache


@dataclass(frozen=True, slots=True)
class Report:
    """What is to be told of one content, as messages already."""

    work: Work
    results: tuple[AnalysisResult, ...]
    messages: tuple[Message, ...]

    @property
    def size(self) -> int:
        """Bytes of all messages."""
        return sum(len(message.body) for message in self.messages)


class Reporter:
    """Publishes first, caches after: what is cached was told."""

    def __init__(self, *, bus: Bus, cache: Cache, clock: Clock, options: AnalyzeOptions) -> None:
        self._bus = bus
        self._cache = cache
        self._clock = clock
        self._options = options

    def report(self, work: Work, results: Sequence[AnalysisResult]) -> Report:
        """One event, or more where one would be too large; none without results."""
        now = self._clock.now_micros()
        messages = _messages(work, results, format_micros(now), now) if results else []
        return Report(work, tuple(results), tuple(messages))

    async def tell(self, reports: Sequence[Report]) -> None:
        """Tell what was found, all of it at once.

        Raises:
            BusUnavailableError: nothing, or only a part, was told.
        """
        messages = [message for report in reports for message in report.messages]
        if not messages:
            return
        await self._bus.publish(ENRICHED.name, messages)
        kept = [
            self._keep(report.work, result)
            for report in reports
            for result in report.results
            if result.status != "unavailable"  # that may change at any time
        ]
        for some in batched(kept, _AT_ONCE):
            await asyncio.gather(*some)

    async def _keep(self, work: Work, result: AnalysisResult) -> None:
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
