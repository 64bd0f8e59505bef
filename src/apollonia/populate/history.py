"""A file as it was at some time: its own events, results and edits up to then, worked in again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import orjson

from apollonia.domain.edits import Edit, Target, TargetKind, edited_as, fold_edits, overlaid
from apollonia.domain.facts import Facts, Told, merged
from apollonia.domain.place import Place
from apollonia.errors import MalformedMessageError
from apollonia.messages import FileEvent, parse
from apollonia.populate.projection import BatchProjection, SeenEvent
from apollonia.ports.catalog import LoggedEvent, StoredEvent
from apollonia.ports.history import History

_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Life:
    """All that happened to one file, oldest first, and what it was in the end."""

    files: Sequence[StoredEvent]
    others: Sequence[LoggedEvent]
    state: Place | None


class FileHistory:
    """Point-in-time history over the log."""

    def __init__(self, history: History) -> None:
        self._history = history

    async def life(self, place_id: str, until: str | None = None) -> Life:
        """Up to ``until``, a wire time, and with it; ``state`` is ``None`` before the first event.

        Raises:
            CatalogUnavailableError: the database is away.
        """
        files = [it for it in await self._history.file_events(place_id) if _is_by(it, until)]
        seen = [it for event in files if (it := _seen(event)) is not None]
        contents = dict.fromkeys(it.event.sha256_hash for it in seen if it.event.sha256_hash)
        subjects = [Target(TargetKind.PLACE, place_id).key]
        subjects += [Target(TargetKind.CONTENT, sha256).key for sha256 in contents]
        others = [
            event
            for subject in subjects
            for event in await self._history.events(subject, _MOST)
            if _is_by(event, until)
        ]
        others.sort(key=lambda it: (it.timestamp, it.event_id))
        return Life(files, others, _state(place_id, seen, others))


def _state(place_id: str, seen: list[SeenEvent], others: list[LoggedEvent]) -> Place | None:
    work = BatchProjection(seen, places=(), tombstones=())
    for _ in work.portions(_MOST):
        pass
    places = list(work.result().places)
    newest = max(seen, key=lambda it: it.version, default=None)
    place = next((it for it in places if newest is not None and it.path == newest.path), None)
    if place is None:
        return None
    edits = [_edit(it) for it in others if it.entity == "edit"]
    keys = edited_as(place_id, place.sha256_hash)
    layers = [fold_edits(it for it in edits if it.target.key == key).values() for key in keys]
    return replace(
        place,
        id=place_id,
        found=_found(others, place.sha256_hash),
        edited=overlaid(layers) or None,
    )


def _found(events: Iterable[LoggedEvent], sha256_hash: str | None) -> Facts | None:
    told: dict[tuple[str, str], Told] = {}
    for event in events:
        if event.entity == "analysis" and event.subject == f"content:{sha256_hash}":
            for it in orjson.loads(event.body)["results"]:
                if it["status"] == "done" and it["facts"]:
                    key = (it["analyser"], it["version"])
                    told[key] = Told(*key, event.timestamp, it["facts"])
    return merged(told.values()) or None


def _edit(event: LoggedEvent) -> Edit:
    patch = orjson.loads(event.body)
    target, actor = Target.of(event.subject), event.actor or ""
    return Edit(event.event_id, target, actor, event.timestamp, patch, event.origin or "")


def _seen(event: StoredEvent) -> SeenEvent | None:
    try:
        return SeenEvent.of(event.event_id, parse(FileEvent, event.body))
    except MalformedMessageError:
        return None


def _is_by(event: StoredEvent | LoggedEvent, until: str | None) -> bool:
    return until is None or event.timestamp <= until
