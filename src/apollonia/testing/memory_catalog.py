"""A catalog in one process' memory: the write side, and the reads that projections need."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from apollonia.domain.analysis import Recorded
from apollonia.domain.edits import Edit, edited_as, fold_edits, overlaid
from apollonia.domain.facts import Facts, Told, merged
from apollonia.domain.kinds import AnalysisState, Availability, Kind, Status
from apollonia.domain.place import Place, Tombstone
from apollonia.errors import CatalogUnavailableError, ConflictError
from apollonia.messages import Change
from apollonia.ports.analyses import ContentState, StoredResult, UndoneFile
from apollonia.ports.catalog import DeadLetter, LoggedEvent, PendingChange, StoredEvent
from apollonia.ports.edits import Play
from apollonia.ports.graph import GraphFile


@dataclass(slots=True)
class _State:
    """Everything committed; a unit of work changes a copy."""

    events: dict[str, StoredEvent] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    ids: dict[bytes, str] = field(default_factory=dict)
    tombstones: dict[bytes, Tombstone] = field(default_factory=dict)
    pending: list[PendingChange] = field(default_factory=list)
    letters: dict[tuple[str, str], DeadLetter] = field(default_factory=dict)
    results: dict[tuple[str, str, str], StoredResult] = field(default_factory=dict)
    states: dict[str, ContentState] = field(default_factory=dict)
    edits: dict[str, Edit] = field(default_factory=dict)
    plays: dict[str, Play] = field(default_factory=dict)
    log: dict[str, LoggedEvent] = field(default_factory=dict)

    def copy(self) -> "_State":
        return _State(
            dict(self.events),
            dict(self.places),
            dict(self.ids),
            dict(self.tombstones),
            list(self.pending),
            dict(self.letters),
            dict(self.results),
            dict(self.states),
            dict(self.edits),
            dict(self.plays),
            dict(self.log),
        )

    def recorded(self, sha256s: Collection[str]) -> Mapping[str, Sequence[Recorded]]:
        """All results of these contents."""
        found: dict[str, list[Recorded]] = {}
        for it in self.results.values():
            if it.sha256_hash in sha256s:
                row = Recorded(it.analyser, it.version, it.status)
                found.setdefault(it.sha256_hash, []).append(row)
        return found

    def overlaid(self, place: Place) -> Place:
        """With what people say of it."""
        if not self.edits and place.edited is None:
            return place
        keys = edited_as(place.id, place.sha256_hash)
        said = [fold_edits(it for it in self.edits.values() if it.target.key == k) for k in keys]
        return replace(place, edited=overlaid([it.values() for it in said]) or None)

    def facts(self, sha256s: Collection[str]) -> Mapping[str, Facts]:
        """What all results of these contents say together."""
        told: dict[str, list[Told]] = {}
        for it in self.results.values():
            if it.sha256_hash in sha256s and it.status == "done" and it.facts:
                row = Told(it.analyser, it.version, it.timestamp, it.facts)
                told.setdefault(it.sha256_hash, []).append(row)
        return {sha256: merged(them) for sha256, them in told.items()}


class MemoryUnitOfWork:
    """A ``UnitOfWork`` over a copy of the catalog's state."""

    def __init__(self, state: _State) -> None:
        self._state = state

    async def known_events(self, event_ids: Collection[str]) -> frozenset[str]:
        """Which of these events the log has."""
        return frozenset(id_ for id_ in event_ids if id_ in self._state.events)

    async def append_events(self, events: Sequence[StoredEvent]) -> None:
        """Append those that are new."""
        for event in events:
            self._state.events.setdefault(event.event_id, event)

    async def log_events(self, events: Sequence[LoggedEvent]) -> None:
        """Append those that are new."""
        for event in events:
            self._state.log.setdefault(event.event_id, event)

    async def places_at(self, paths: Collection[bytes]) -> Mapping[bytes, Place]:
        """The places at these paths."""
        ids = self._state.ids
        return {path: self._state.places[ids[path]] for path in paths if path in ids}

    async def places_by_id(self, ids: Collection[str]) -> Mapping[str, Place]:
        """The places with these ids."""
        return {id_: self._state.places[id_] for id_ in ids if id_ in self._state.places}

    async def tombstones_at(self, paths: Collection[bytes]) -> Mapping[bytes, Tombstone]:
        """The tombstones at these paths."""
        tombs = self._state.tombstones
        return {path: tombs[path] for path in paths if path in tombs}

    async def save_places(self, places: Sequence[Place]) -> None:
        """Insert or replace by id; places may exchange their paths."""
        newest = {place.id: place for place in places}
        for place in newest.values():
            old = self._state.places.get(place.id)
            if old is not None and self._state.ids.get(old.path) == place.id:
                del self._state.ids[old.path]
        for it in newest.values():
            place = self._state.overlaid(it)
            if self._state.ids.setdefault(place.path, place.id) != place.id:
                raise ConflictError(f"{place.path!r} belongs to file {self._state.ids[place.path]}")
            self._state.places[place.id] = place

    async def save_tombstones(self, tombstones: Sequence[Tombstone]) -> None:
        """Insert or replace by path."""
        self._state.tombstones |= {tomb.path: tomb for tomb in tombstones}

    async def delete_tombstones(self, paths: Collection[bytes]) -> None:
        """Forget them."""
        for path in paths:
            self._state.tombstones.pop(path, None)

    async def record_changes(self, changes: Sequence[PendingChange]) -> None:
        """For the relay."""
        self._state.pending += changes

    async def save_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        """Keep the newest of each; ``FakeDeadLetters`` does the rest."""
        for letter in letters:
            self._state.letters[letter.queue, letter.message_id] = letter

    async def recorded_analyses(self, sha256s: Collection[str]) -> Mapping[str, Sequence[Recorded]]:
        """All results of these contents."""
        return self._state.recorded(sha256s)

    async def save_results(self, results: Sequence[StoredResult]) -> None:
        """Of two the one stays that supersedes the other."""
        for it in results:
            key = (it.sha256_hash, it.analyser, it.version)
            old = self._state.results.get(key)
            if old is None or it.supersedes(old):
                self._state.results[key] = it

    async def content_facts(self, sha256s: Collection[str]) -> Mapping[str, Facts]:
        """What all results of these contents say together."""
        return self._state.facts(sha256s)

    async def content_states(self, sha256s: Collection[str]) -> Mapping[str, ContentState]:
        """Those that were ever judged."""
        states = self._state.states
        return {sha256: states[sha256] for sha256 in sha256s if sha256 in states}

    async def save_content_states(self, states: Sequence[ContentState]) -> Sequence[str]:
        """Keep them, and bring their files to them."""
        self._state.states |= {it.sha256_hash: it for it in states}
        facts = self._state.facts([it.sha256_hash for it in states])
        changed: list[Place] = []
        for place in self._state.places.values():
            state = self._state.states.get(place.sha256_hash or "")
            if state not in states or state is None or place.status is not Status.CATALOGED:
                continue
            if place.kind is state.kind:
                found = facts.get(state.sha256_hash)
                now = replace(place, analysis=state.state, found=found)
                if now != place:
                    changed.append(now)
        self._state.places |= {place.id: place for place in changed}
        return [place.id for place in changed]


class MemoryCatalog:
    """A ``Catalog`` for tests; set ``away`` to make every call raise ``CatalogUnavailableError``.

    Offers ``graph_files`` of the ``Library`` port and the ``Analyses`` port too, and its contents
    to look at.
    """

    writers = 1

    def __init__(self) -> None:
        self.away = False
        self._state = _State()
        self._lock = asyncio.Lock()
        self._changes: list[Change] = []
        self._position = 0
        self._published = 0

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[MemoryUnitOfWork]:
        """One transaction at a time."""
        self._check()
        async with self._lock:
            state = self._state.copy()
            yield MemoryUnitOfWork(state)
            self._check()
            self._state = state

    async def relay_changes(self, limit: int) -> Sequence[Change]:
        """Number the next changes."""
        self._check()
        async with self._lock:
            taken, self._state.pending = self._state.pending[:limit], self._state.pending[limit:]
            changes = [
                Change(
                    position=position,
                    entity=pending.entity,
                    id=pending.id,
                    op=pending.op,
                    timestamp=pending.timestamp,
                )
                for position, pending in enumerate(taken, self._position + 1)
            ]
            self._changes += changes
            self._position += len(changes)
        return changes

    async def changes(self, after: int, limit: int) -> Sequence[Change]:
        """Changes with greater positions."""
        self._check()
        return [change for change in self._changes if change.position > after][:limit]

    async def position(self) -> int:
        """The newest position."""
        self._check()
        return self._position

    async def oldest_position(self) -> int:
        """The oldest position still kept."""
        self._check()
        return self._changes[0].position if self._changes else 0

    async def published_position(self) -> int:
        """Up to where the relay has published."""
        self._check()
        return self._published

    async def mark_published(self, position: int) -> None:
        """Never goes back."""
        self._check()
        self._published = max(self._published, position)

    async def prune_changes(self, keep: int) -> int:
        """Drop what is published and old."""
        self._check()
        end = min(self._published, self._position - keep)
        kept = [change for change in self._changes if change.position > end]
        dropped = len(self._changes) - len(kept)
        self._changes = kept
        return dropped

    async def purge_missing(self, before: str, now: str, limit: int) -> int:
        """Take out what is missing since before ``before``."""
        self._check()
        async with self._lock:
            state = self._state
            due = [
                place
                for place in state.places.values()
                if place.availability is Availability.MISSING
                and place.missing_since is not None
                and place.missing_since < before
            ][:limit]
            for place in due:
                del state.places[place.id], state.ids[place.path]
                state.tombstones[place.path] = Tombstone(place.path, place.version)
                state.pending.append(PendingChange("file", place.id, "deleted", now))
        return len(due)

    async def ping(self) -> None:
        """Raise while ``away``."""
        self._check()

    async def close(self) -> None:
        """Nothing to let go of."""

    async def graph_files(self, ids: Sequence[str]) -> Sequence[GraphFile]:
        """What the graph keeps of them."""
        self._check()
        places = self._state.places
        return [GraphFile.of(places[id_]) for id_ in ids if id_ in places]

    async def graph_versions(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Their versions."""
        return {file.id: file.version for file in await self.graph_files(ids)}

    async def ids(self, after: str, limit: int) -> Sequence[str]:
        """Ids greater than ``after``."""
        self._check()
        return sorted(id_ for id_ in self._state.places if id_ > after)[:limit]

    async def recorded(self, sha256s: Collection[str]) -> Mapping[str, Sequence[Recorded]]:
        """All results of these contents."""
        self._check()
        return self._state.recorded(sha256s)

    async def results(self, sha256_hash: str) -> Sequence[StoredResult]:
        """What was found in one content."""
        self._check()
        rows = [it for it in self._state.results.values() if it.sha256_hash == sha256_hash]
        rows.sort(key=lambda it: it.timestamp, reverse=True)
        return sorted(rows, key=lambda it: it.analyser)

    async def undone(self, after: int, limit: int) -> Sequence[UndoneFile]:
        """Present files that are pending, in the order they came."""
        self._check()
        return [
            UndoneFile(
                number=number,
                id=place.id,
                path=place.path,
                kind=place.kind,
                sha256_hash=place.sha256_hash,
                size=place.size,
                modified_time=place.modified_time,
            )
            for number, place in enumerate(self._state.places.values(), 1)
            if number > after
            and place.analysis is AnalysisState.PENDING
            and place.availability is Availability.PRESENT
            and place.status is Status.CATALOGED
            and place.sha256_hash is not None
        ][:limit]

    async def outdated(self, kind: Kind, wanted: str, limit: int) -> Sequence[str]:
        """Contents that were judged by another set of analysers."""
        self._check()
        states = self._state.states.values()
        return [it.sha256_hash for it in states if it.kind is kind and it.wanted != wanted][:limit]

    async def apply(self, edits: Sequence[Edit]) -> None:
        """All of them; for the rest of the ``Edits`` port see ``MemoryEdits``."""
        self._check()
        async with self._lock:
            new = {it.id: it for it in edits if it.id not in self._state.edits}
            self._state.edits |= new
            targets = {it.target.key for it in new.values()}
            for id_, place in self._state.places.items():
                if targets & set(edited_as(place.id, place.sha256_hash)):
                    self._state.places[id_] = self._state.overlaid(place)
                    now = max(it.timestamp for it in new.values())
                    self._state.pending.append(PendingChange("file", id_, "updated", now))

    @property
    def edits(self) -> Mapping[str, Edit]:
        """Every edit by its id."""
        return dict(self._state.edits)

    @property
    def logged_plays(self) -> dict[str, Play]:
        """Every play by its id, to be added to."""
        return self._state.plays

    def place_at(self, path: bytes) -> Place | None:
        """A copy of what is at a path."""
        id_ = self._state.ids.get(path)
        return None if id_ is None else replace(self._state.places[id_])

    @property
    def all_places(self) -> Mapping[bytes, Place]:
        """Every place by its path."""
        return {place.path: place for place in self._state.places.values()}

    @property
    def tombstones(self) -> Mapping[bytes, Tombstone]:
        """Every tombstone by its path."""
        return dict(self._state.tombstones)

    @property
    def events(self) -> Sequence[StoredEvent]:
        """The log, in the order of appending."""
        return list(self._state.events.values())

    @property
    def logged(self) -> Sequence[LoggedEvent]:
        """The log of what is about no path, in the order of appending."""
        return list(self._state.log.values())

    @property
    def dead_letters(self) -> Sequence[DeadLetter]:
        """The dead letters kept."""
        return list(self._state.letters.values())

    def _check(self) -> None:
        if self.away:
            raise CatalogUnavailableError
