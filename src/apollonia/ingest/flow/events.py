"""File events as they travel: schema ``apollonia.file/1``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from apollonia.domain.ids import uuid7
from apollonia.domain.neighbours import FolderNeighbours, Neighbour
from apollonia.domain.paths import display, folder_of, name_of, to_base64
from apollonia.domain.times import format_nanos
from apollonia.ingest.reconcile.look import join
from apollonia.messages import MAX_BODY_BYTES, FileError, FileEventType
from apollonia.observe.tracing import HEADER, new_traceparent
from apollonia.ports.bus import Message
from apollonia.ports.index import Entry

SCHEMA = "apollonia.file/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What an event tells; the facts are those of ``entry``, whose path is the place's."""

    entry: Entry
    event_type: FileEventType
    root: str
    origin: str
    timestamp: str
    moved_from: bytes | None = None
    media: Mapping[str, Any] | None = None
    error: FileError | None = None
    neighbours: FolderNeighbours | None = None


def make_message(happened: Happened, now_micros: int) -> Message:
    """The event with an id and a trace of its own, at most 1 MiB."""
    neighbours, truncated = _neighbours(happened)
    body = _body(happened, neighbours, happened.media, truncated=truncated)
    while len(body) > MAX_BODY_BYTES and neighbours:
        neighbours = neighbours[: len(neighbours) // 2]
        body = _body(happened, neighbours, happened.media, truncated=True)
    if len(body) > MAX_BODY_BYTES:
        body = _body(happened, (), None, truncated=truncated)
    headers = {HEADER: new_traceparent()}
    return Message(body, uuid7(now_micros // 1000), SCHEMA, headers)


def _neighbours(happened: Happened) -> tuple[Sequence[Neighbour], bool]:
    if happened.neighbours is None:
        return (), False
    return happened.neighbours.neighbours(name_of(happened.entry.path))


def _body(
    happened: Happened,
    neighbours: Sequence[Neighbour],
    media: Mapping[str, Any] | None,
    *,
    truncated: bool,
) -> bytes:
    entry = happened.entry
    related = [_related(folder_of(entry.path), neighbour) for neighbour in neighbours]
    event: dict[str, Any] = {
        "file_path": display(entry.path),
        "event_type": happened.event_type.value,
        "sha256_hash": entry.sha256_hash,
        "xxh128_hash": entry.xxh128_hash,
        "size": entry.size,
        "modified_time": format_nanos(entry.mtime_ns),
        "accessed_time": format_nanos(entry.atime_ns),
        "changed_time": format_nanos(entry.ctime_ns),
        "timestamp": happened.timestamp,
        "neighbors": [one["file_path"] for one in related],
        "file_id": entry.file_id,
        "origin": happened.origin,
        "root": happened.root,
        "inode": entry.inode,
        "links": entry.links,
        "related": related,
        "neighbors_truncated": truncated,
    }
    _add_path(event, "file_path", entry.path)
    if happened.moved_from is not None:
        event["moved_from"] = display(happened.moved_from)
        _add_path(event, "moved_from", happened.moved_from)
    if media is not None:
        event["media"] = media
    if happened.error is not None:
        event["error"] = {"code": happened.error.code, "message": happened.error.message}
    return orjson.dumps(event)


def _add_path(event: dict[str, Any], key: str, path: bytes) -> None:
    """The raw bytes go along where the text does not give them back."""
    encoded = to_base64(path)
    if encoded is not None:
        event[f"{key}_b64"] = encoded


def _related(folder: bytes, neighbour: Neighbour) -> dict[str, Any]:
    path = join(folder, neighbour.name)
    related: dict[str, Any] = {"file_path": display(path), "role": neighbour.role.value}
    _add_path(related, "file_path", path)
    if neighbour.language is not None:
        related["language"] = neighbour.language
    if neighbour.forced:
        related["forced"] = True
    return related
