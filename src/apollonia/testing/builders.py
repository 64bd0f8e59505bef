"""Values with sensible defaults: a test names only what it is about."""

from dataclasses import replace
from itertools import count
from typing import Any

import orjson

from apollonia.domain.ids import uuid5_of, uuid7
from apollonia.domain.kinds import AnalysisState, Availability, Kind, Status
from apollonia.domain.ordering import Version
from apollonia.domain.paths import display, to_base64
from apollonia.domain.place import Place
from apollonia.domain.times import format_micros
from apollonia.messages import FileEvent, Media, Tags, Work
from apollonia.ports.bus import Message

START_MICROS = 1_704_110_400_000_000
SHA256 = "a" * 64
XXH128 = "b" * 32
_numbers = count(1)


def a_time(seconds: float = 0.0) -> str:
    """Wire time, ``seconds`` after noon of 2024-01-01 UTC."""
    return format_micros(START_MICROS + round(seconds * 1_000_000))


def a_media(**changes: Any) -> Media:
    """What probing a tagged FLAC finds."""
    facts: dict[str, Any] = {
        "kind": Kind.AUDIO,
        "format": "flac",
        "mime": "audio/flac",
        "container": "flac",
        "codecs": ["flac"],
        "duration_ms": 180_000,
        "bit_rate": 900_000,
        "sample_rate": 44_100,
        "channels": 2,
        "tags": Tags(title="Title", artist="Artist", album="Album"),
    }
    return Media.model_validate({**facts, **changes})


def a_file_event(**changes: Any) -> FileEvent:
    """A FLAC that a watch saw; ``path=b"…"`` sets both forms of the path."""
    path = changes.pop("path", b"/music/song.flac")
    moved_from = changes.pop("moved_from", None)
    if isinstance(moved_from, bytes):
        changes |= {"moved_from_b64": to_base64(moved_from)}
        moved_from = display(moved_from)
    fields: dict[str, Any] = {
        "file_path": display(path),
        "file_path_b64": to_base64(path),
        "event_type": "IN_CREATE",
        "sha256_hash": SHA256,
        "xxh128_hash": XXH128,
        "size": 1024,
        "modified_time": a_time(-60),
        "accessed_time": a_time(-60),
        "changed_time": a_time(-60),
        "timestamp": a_time(),
        "neighbors": [],
        "moved_from": moved_from,
        "origin": "watch",
        "root": "/music",
        "media": a_media(),
    }
    return FileEvent.model_validate({**fields, **changes})


def a_file_body(**changes: Any) -> bytes:
    """``a_file_event`` as it travels."""
    return a_file_event(**changes).model_dump_json(exclude_none=False).encode()


def a_work(**changes: Any) -> Work:
    """A FLAC that analysers shall look at."""
    fields: dict[str, Any] = {
        "sha256_hash": SHA256,
        "kind": Kind.AUDIO,
        "file_id": "018cc251-f400-7000-8000-000000000001",
        "file_path": "/music/song.flac",
        "size": 1024,
        "modified_time": a_time(),
        "timestamp": a_time(),
    }
    return Work.model_validate({**fields, **changes})


def a_message(body: bytes | None = None, **changes: Any) -> Message:
    """A message with an id of its own; without a body, a file event."""
    message = Message(
        body=a_file_body() if body is None else body,
        message_id=uuid7(),
        schema="apollonia.file/1",
    )
    return replace(message, **changes)


def messages(number: int) -> list[Message]:
    """Small distinct messages, in order, numbered by their ``n``."""
    return [a_message(orjson.dumps({"n": n}), schema="test/1") for n in range(number)]


def a_place(**changes: Any) -> Place:
    """A cataloged FLAC; each has a path, and so an id, of its own unless named."""
    path = changes.pop("path", None) or f"/music/song-{next(_numbers):06}.flac".encode()
    place = Place(
        id=uuid5_of(path),
        path=path,
        root="/music",
        kind=Kind.AUDIO,
        format="flac",
        availability=Availability.PRESENT,
        status=Status.CATALOGED,
        reason_code=None,
        reason=None,
        analysis=AnalysisState.PENDING,
        sha256_hash=SHA256,
        xxh128_hash=XXH128,
        size=1024,
        modified_time=a_time(-60),
        accessed_time=a_time(-60),
        changed_time=a_time(-60),
        added_time=a_time(),
        missing_since=None,
        inode=None,
        links=None,
        version=Version(a_time(), "00000000-0000-7000-8000-000000000000"),
        media=a_media().model_dump(mode="json"),
    )
    return replace(place, **changes)
