"""Values of the domain as the dictionaries that the API sends. No models: it is hot."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from apollonia.domain.kinds import Availability, Kind, Status
from apollonia.domain.paths import display, folder_of, name_of, to_base64
from apollonia.domain.place import Place
from apollonia.domain.roots import RootStatus, Skipped
from apollonia.messages import Media
from apollonia.observe.logs import get_logger
from apollonia.ports.library import EventFact, NeighborFact

_NOTHING: Mapping[str, Any] = {}


def file_item(place: Place) -> dict[str, Any]:
    """``schemas.FileItem`` of a place."""
    media = place.media or _NOTHING
    tags = media.get("tags") or _NOTHING
    codecs = media.get("codecs")
    has_artwork, artwork_url = _artwork(place, media)
    return {
        "id": place.id,
        "file_path": display(place.path),
        "file_path_b64": to_base64(place.path),
        "root": place.root,
        "folder": display(folder_of(place.path)),
        "name": display(name_of(place.path)),
        "kind": place.kind,
        "format": place.format,
        "availability": place.availability,
        "status": place.status,
        "reason": place.reason,
        "reason_code": place.reason_code,
        "analysis": place.analysis,
        "sha256_hash": place.sha256_hash,
        "xxh128_hash": place.xxh128_hash,
        "size": place.size,
        "modified_time": place.modified_time,
        "accessed_time": place.accessed_time,
        "changed_time": place.changed_time,
        "timestamp": place.version.timestamp,
        "added_time": place.added_time,
        "missing_since": place.missing_since,
        "title": tags.get("title"),
        "artist": tags.get("artist"),
        "album": tags.get("album"),
        "album_artist": tags.get("album_artist"),
        "year": tags.get("year"),
        "genre": tags.get("genre"),
        "track": tags.get("track"),
        "disc": tags.get("disc"),
        "duration_ms": media.get("duration_ms"),
        "codec": codecs[0] if codecs else None,
        "container": media.get("container"),
        "bit_rate": media.get("bit_rate"),
        "sample_rate": media.get("sample_rate"),
        "channels": media.get("channels"),
        "width": media.get("width"),
        "height": media.get("height"),
        "frame_rate": media.get("frame_rate"),
        "has_artwork": has_artwork,
        "artwork_url": artwork_url,
    }


def file_detail(
    place: Place, neighbors: Sequence[NeighborFact], events: Sequence[EventFact]
) -> dict[str, Any]:
    """``schemas.FileDetail`` of a place."""
    return {
        **file_item(place),
        "media": _media(place),
        "neighbors": [_neighbor(fact) for fact in neighbors],
        "events": [_event(fact) for fact in events],
    }


def root_status(status: RootStatus, *, lists: bool = True) -> dict[str, Any]:
    """``schemas.RootStatus``; without the lists of files for progress frames."""
    error = status.last_error
    shown: dict[str, Any] = {
        "root": status.root,
        "state": status.state,
        "message": status.message,
        "paused": status.paused,
        "found": status.found,
        "done": status.done,
        "left": status.left,
        "errors": status.errors,
        "rate": status.rate,
        "remaining_seconds": status.remaining_s,
        "last_error": None
        if error is None
        else {"message": error.message, "path": error.path, "time": error.time},
        "holder": status.holder,
        "storage": status.storage,
        "polled_seconds": status.polled_s,
        "skipped_count": status.skipped_count,
        "corrupted_count": status.corrupted_count,
        "last_scan_time": status.last_scan_time,
        "updated_time": status.updated_time,
    }
    if lists:
        shown["skipped"] = _reasons(status.skipped)
        shown["corrupted"] = _reasons(status.corrupted)
    return shown


def _reasons(items: Sequence[Skipped]) -> list[dict[str, str]]:
    return [{"path": one.path, "reason": one.reason} for one in items]


def _artwork(place: Place, media: Mapping[str, Any]) -> tuple[bool, str | None]:
    """Whether the file itself gives a picture, and where a picture may be."""
    if place.status is not Status.CATALOGED or place.availability is not Availability.PRESENT:
        return False, None
    own = media.get("artwork") is not None
    match place.kind:
        case Kind.AUDIO:
            offered = True  # its folder may hold a cover
        case Kind.VIDEO:
            own = offered = own or _shows_frames(media)
        case Kind.IMAGE:
            own = offered = True
        case _:
            own = offered = False
    return own, f"/api/v1/files/{place.id}/artwork" if offered else None


def _shows_frames(media: Mapping[str, Any]) -> bool:
    """Whether a film has pictures to show: one of nothing but subtitles has none."""
    streams = media.get("streams")
    # Nothing known of its streams: another producer's message may leave them out.
    return not streams or any(stream.get("type") == "video" for stream in streams)


def _media(place: Place) -> dict[str, Any] | None:
    if place.media is None:
        return None
    try:
        return Media.model_validate(place.media).model_dump(mode="json")
    except ValidationError as error:
        get_logger(__name__).warning("media facts not understood", id=place.id, error=str(error))
        return None


def _neighbor(fact: NeighborFact) -> dict[str, Any]:
    place = fact.place
    return {
        "file_path": display(fact.path),
        "role": fact.role,
        "language": fact.language,
        "forced": fact.forced,
        "id": place.id if place else None,
        "kind": place.kind if place else None,
        "present": place is not None and place.availability is Availability.PRESENT,
    }


def _event(fact: EventFact) -> dict[str, Any]:
    error = fact.body.get("error")
    return {
        "event_id": fact.event_id,
        "event_type": fact.event_type,
        "timestamp": fact.timestamp,
        "origin": fact.origin,
        "moved_from": fact.body.get("moved_from"),
        "size": fact.body.get("size"),
        "sha256_hash": fact.body.get("sha256_hash"),
        "error": {"code": error["code"], "message": error["message"]} if error else None,
    }
