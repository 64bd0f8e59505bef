"""Results of analysers into the catalog: a batch is one transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import orjson

from apollonia.domain.analysis import AnalyserSpec, digest_of, state_of, wanted_for
from apollonia.domain.facts import facts_in
from apollonia.domain.kinds import Kind
from apollonia.domain.times import format_micros
from apollonia.errors import MalformedMessageError
from apollonia.messages import MAX_ANALYSIS_BYTES, AnalysisEvent, foreign_message_id, parse
from apollonia.observe.tracing import traceparent_of
from apollonia.ports.analyses import ContentState, StoredResult
from apollonia.ports.bus import Delivery, Message
from apollonia.ports.catalog import LoggedEvent, PendingChange, UnitOfWork
from apollonia.ports.clock import Clock
from apollonia.work.refused import Refused

_SCHEMAS = frozenset({"", "apollonia.analysis/1"})


class AnalysisProjector:
    """The handler of ``apollonia-populator-enriched``; idempotent, right in any order.

    A result is stored by (content, analyser, version): of work that was done twice the first one
    stays, so nothing is stored twice.
    """

    def __init__(self, *, clock: Clock, specs: Collection[AnalyserSpec]) -> None:
        self._clock = clock
        self._specs = specs

    async def __call__(self, scope: UnitOfWork, deliveries: Sequence[Delivery]) -> None:
        """Store the results, and bring the files of their contents to the state they have now.

        Raises:
            Refused: naming the messages that do not follow the wire contract.
        """
        told = _parse(deliveries)
        events = [event for _, event in told]
        now = format_micros(self._clock.now_micros())
        if events:
            await scope.save_results([*_stored(events)])
            await scope.log_events([_logged(message, event, now) for message, event in told])
        kinds = {event.sha256_hash: event.kind for event in events}
        await judge(scope, kinds, self._specs, now)


async def judge(
    scope: UnitOfWork, kinds: Mapping[str, Kind], specs: Collection[AnalyserSpec], now: str
) -> None:
    """Bring contents and their files to the state that follows from the results there are."""
    recorded = await scope.recorded_analyses(kinds.keys())
    states = []
    for sha256, kind in kinds.items():
        wanted = wanted_for(kind, specs)
        state = state_of(wanted, recorded.get(sha256, ()))
        states.append(ContentState(sha256, kind, state, digest_of(wanted)))
    changed = await scope.save_content_states(states)
    if changed:
        await scope.record_changes([PendingChange("file", id_, "updated", now) for id_ in changed])


def _logged(message: Message, event: AnalysisEvent, now: str) -> LoggedEvent:
    """The event without what is large of it: that is kept once, in the results."""
    results = [
        {**it.model_dump(mode="json", exclude={"data"}), "facts": facts_in(it.data)}
        for it in event.results
    ]
    body = {**event.model_dump(mode="json", exclude={"results"}), "results": results}
    return LoggedEvent(
        event_id=message.message_id or foreign_message_id(message.body),
        entity="analysis",
        subject=f"content:{event.sha256_hash}",
        actor=None,
        timestamp=event.timestamp,
        received_time=now,
        origin=None,
        traceparent=traceparent_of(message.headers),
        body=orjson.dumps(body),
    )


def _parse(deliveries: Sequence[Delivery]) -> list[tuple[Message, AnalysisEvent]]:
    events: list[tuple[Message, AnalysisEvent]] = []
    bad: dict[str, Exception] = {}
    for delivery in deliveries:
        try:
            events.append((delivery.message, _analysis(delivery.message)))
        except MalformedMessageError as error:
            bad[delivery.message.message_id] = error
    if bad:
        raise Refused(bad)
    return events


def _analysis(message: Message) -> AnalysisEvent:
    if message.schema not in _SCHEMAS:
        raise MalformedMessageError(f"not an analysis: schema {message.schema!r}")
    if len(message.body) > MAX_ANALYSIS_BYTES:
        size = len(message.body)
        raise MalformedMessageError(f"analysis of {size} bytes; at most {MAX_ANALYSIS_BYTES}")
    return parse(AnalysisEvent, message.body)


def _stored(events: Iterable[AnalysisEvent]) -> Iterable[StoredResult]:
    for event in events:
        for it in event.results:
            yield StoredResult(
                sha256_hash=event.sha256_hash,
                analyser=it.analyser,
                version=it.version,
                model=it.model,
                status=it.status,
                reason=it.reason,
                data=None if it.data is None else orjson.dumps(it.data),
                timestamp=event.timestamp,
                forced=event.forced,
                facts=facts_in(it.data) if it.status == "done" else {},
            )
