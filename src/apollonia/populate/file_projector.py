"""File events into the catalog: a batch is one transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from apollonia.domain.facts import Facts
from apollonia.domain.kinds import AnalysisState
from apollonia.domain.place import Place
from apollonia.domain.times import format_micros
from apollonia.errors import MalformedMessageError
from apollonia.messages import FileEvent, foreign_message_id, parse
from apollonia.observe.tracing import traceparent_of
from apollonia.populate.projection import (
    BatchProjection,
    Projection,
    SeenEvent,
    ids_of,
    paths_of,
)
from apollonia.ports.analyses import ContentState
from apollonia.ports.bus import Delivery, Message
from apollonia.ports.catalog import StoredEvent, UnitOfWork
from apollonia.ports.clock import Clock
from apollonia.work.refused import Refused

_SCHEMAS = frozenset({"", "apollonia.file/1"})
_PORTION = 25  # events worked on before others get their turn on the event loop


class FileProjector:
    """The handler of ``apollonia-populator``; idempotent, right in any order of events."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    async def __call__(self, scope: UnitOfWork, deliveries: Sequence[Delivery]) -> None:
        """Work the events into the catalog, and append them to its log.

        Raises:
            Refused: naming the messages that do not follow the wire contract.
        """
        messages = {_id_of(one.message): one.message for one in deliveries}
        seen = await _parse(messages)
        known = await scope.known_events(messages.keys())
        new = [one for one in seen if one.message_id not in known]
        if new:
            projection = await project(scope, new)
            await scope.append_events(self._log_entries(projection, messages))

    def _log_entries(
        self, projection: Projection, messages: dict[str, Message]
    ) -> list[StoredEvent]:
        now = format_micros(self._clock.now_micros())
        return [
            StoredEvent(
                event_id=seen.message_id,
                place_id=projection.place_ids[seen.message_id],
                path=seen.path,
                event_type=seen.event.event_type.value,
                timestamp=seen.event.timestamp,
                received_time=now,
                origin=seen.event.origin,
                traceparent=traceparent_of(messages[seen.message_id].headers),
                body=messages[seen.message_id].body,
            )
            for seen in projection.events
        ]


async def _parse(messages: dict[str, Message]) -> list[SeenEvent]:
    seen: list[SeenEvent] = []
    bad: dict[str, Exception] = {}
    for number, (message_id, message) in enumerate(messages.items(), 1):
        try:
            seen.append(SeenEvent.of(message_id, _file_event(message)))
        except MalformedMessageError as error:
            bad[message.message_id] = error
        if number % _PORTION == 0:
            await asyncio.sleep(0)
    if bad:
        raise Refused(bad)
    return seen


def _file_event(message: Message) -> FileEvent:
    if message.schema not in _SCHEMAS:
        raise MalformedMessageError(f"not a file event: schema {message.schema!r}")
    return parse(FileEvent, message.body)


async def project(scope: UnitOfWork, events: Sequence[SeenEvent]) -> Projection:
    """Work events into the places, without the log; what they made of them."""
    projection = await _project(scope, events)
    await _save(scope, projection)
    return projection


async def _project(scope: UnitOfWork, events: Sequence[SeenEvent]) -> Projection:
    paths = paths_of(events)
    places = {place.id: place for place in (await scope.places_at(paths)).values()}
    tombstones = await scope.tombstones_at(paths)
    asked: set[str] = set()
    while wanted := ids_of(events, places.values()) - asked - places.keys():
        asked |= wanted
        places.update(await scope.places_by_id(wanted))
    work = BatchProjection(events, places=places.values(), tombstones=tombstones.values())
    for _ in work.portions(_PORTION):
        await asyncio.sleep(0)
    return work.result()


async def _save(scope: UnitOfWork, projection: Projection) -> None:
    if projection.places:
        await scope.save_places(await _with_states(scope, projection.places))
        await scope.record_changes(projection.changes)
    if projection.tombstones:
        await scope.save_tombstones(projection.tombstones)
    if projection.unburied:
        await scope.delete_tombstones(projection.unburied)


async def _with_states(scope: UnitOfWork, places: Sequence[Place]) -> Sequence[Place]:
    """A file whose content is known by another name, or was known, is as far as that content.

    It has the facts that are known of it.
    """
    pending = {
        place.sha256_hash
        for place in places
        if place.analysis is AnalysisState.PENDING and place.sha256_hash is not None
    }
    states = await scope.content_states(pending) if pending else {}
    if not states:
        return places
    facts = await scope.content_facts(states.keys())
    return [_with_state(place, states, facts) for place in places]


def _with_state(
    place: Place, states: Mapping[str, ContentState], facts: Mapping[str, Facts]
) -> Place:
    state = states.get(place.sha256_hash or "")
    if state is None or place.analysis is not AnalysisState.PENDING or place.kind != state.kind:
        return place
    return replace(place, analysis=state.state, found=facts.get(state.sha256_hash))


def _id_of(message: Message) -> str:
    return message.message_id or foreign_message_id(message.body)
