"""The projections made anew from the log, and put in the place of the live ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import orjson

from apollonia.domain.kinds import Availability
from apollonia.domain.ordering import Version
from apollonia.domain.paths import from_wire
from apollonia.domain.place import Place
from apollonia.errors import MalformedMessageError
from apollonia.messages import FileEvent, parse
from apollonia.populate.file_projector import project
from apollonia.populate.projection import SeenEvent
from apollonia.ports.catalog import LoggedEvent, StoredEvent
from apollonia.ports.rebuild import AnyEvent, Differences, FreshUnit, Rebuild

_BATCH = 1_000
_SAME = Differences()
_FOLDED = frozenset({"edit", "play"})


@dataclass(frozen=True, slots=True)
class Replayed:
    """How far it is: events worked in, those that could not be read, and what differed."""

    events: int = 0
    unreadable: int = 0
    differences: Differences = _SAME


class Replay:
    """Reading and writing go on meanwhile; only the last step is alone with the catalog."""

    def __init__(self, *, rebuild: Rebuild, batch: int = _BATCH) -> None:
        self._rebuild = rebuild
        self._batch = batch
        self._done = Replayed()

    async def run(
        self, tell: Callable[[Replayed], None] = lambda _: None, *, swap: bool = True
    ) -> Replayed:
        """All of it; without ``swap`` it only says what differs, which may be on its way just now.

        Raises:
            Unavailable: the catalog is away; nothing was changed.
        """
        after = ""
        while events := await self._rebuild.events(after, self._batch):
            async with self._rebuild.unit() as unit:
                await self._work_in(unit, events)
            after = events[-1].event_id
            tell(self._done)
        differences = await self._rebuild.compare()
        if swap:
            differences = await self._rebuild.swap(self._catch_up)
        self._done = replace(self._done, differences=differences)
        return self._done

    async def _catch_up(self, unit: FreshUnit, events: Sequence[AnyEvent]) -> None:
        await self._work_in(unit, events)
        told = [it for it in events if isinstance(it, LoggedEvent) and it.entity == "analysis"]
        await unit.fold(told)

    async def _work_in(self, unit: FreshUnit, events: Sequence[AnyEvent]) -> None:
        """In order; what is purged goes between the events before and after it."""
        files: list[SeenEvent] = []
        purges: list[LoggedEvent] = []
        for event in events:
            if isinstance(event, StoredEvent):
                if purges:
                    await _purge(unit, purges)
                    purges = []
                files += self._seen(event)
            elif event.entity == "purge":
                if files:
                    await project(unit, files)
                    files = []
                purges.append(event)
        if files:
            await project(unit, files)
        await _purge(unit, purges)
        folded = [it for it in events if isinstance(it, LoggedEvent) and it.entity in _FOLDED]
        await unit.fold(folded)
        self._done = replace(self._done, events=self._done.events + len(events))

    def _seen(self, event: StoredEvent) -> list[SeenEvent]:
        try:
            return [SeenEvent.of(event.event_id, parse(FileEvent, event.body))]
        except MalformedMessageError:
            self._done = replace(self._done, unreadable=self._done.unreadable + 1)
            return []


async def _purge(unit: FreshUnit, events: Sequence[LoggedEvent]) -> None:
    due: dict[bytes, Version] = {}
    for event in events:
        body = orjson.loads(event.body)
        path = from_wire(body["file_path"], body["file_path_b64"])
        due[path] = Version(*body["version"])
    places = await unit.places_at(due.keys()) if due else {}
    gone = [place for path, place in places.items() if _is_gone(place, due[path])]
    if gone:
        await unit.purge(gone)


def _is_gone(place: Place, version: Version) -> bool:
    return place.availability is Availability.MISSING and place.version <= version
