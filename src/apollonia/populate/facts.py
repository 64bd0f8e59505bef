"""The row that follows from one event, with what an older row of the same file already knows."""

from collections.abc import Iterator, Mapping
from typing import Any

from apollonia.domain.analysis import ANALYSED_KINDS
from apollonia.domain.kinds import (
    WARNING_CODES,
    AnalysisState,
    Availability,
    Kind,
    Status,
    extension_of,
    kind_by_extension,
)
from apollonia.domain.neighbours import MAX_NEIGHBOURS, FolderNeighbours, Role
from apollonia.domain.ordering import Version
from apollonia.domain.paths import folder_of, from_wire, name_of
from apollonia.domain.place import Place, Relation
from apollonia.messages import FileEvent, FileEventType

_SKIPPED = frozenset({"skipped", "too_large", "too_small", "path_too_long"})


def place_from(
    event: FileEvent, path: bytes, version: Version, *, id_: str, known: Place | None
) -> Place:
    """The row at ``path`` after this event; a deletion keeps the facts that it does not carry."""
    gone = event.event_type is FileEventType.DELETE
    old = known if gone else None
    kind, format_ = _kind_and_format(event, path, old)
    status = _status(event, old)
    sha256_hash = event.sha256_hash or (old.sha256_hash if old else None)
    root = event.root if event.root is not None else (known.root if known else "")
    return Place(
        id=id_,
        path=path,
        root=root,
        kind=kind,
        format=format_,
        availability=_availability(event),
        status=status,
        reason_code=event.error.code if event.error else (old.reason_code if old else None),
        reason=event.error.message if event.error else (old.reason if old else None),
        analysis=_analysis(kind, status, sha256_hash, known),
        sha256_hash=sha256_hash,
        xxh128_hash=event.xxh128_hash or (old.xxh128_hash if old else None),
        size=event.size,
        modified_time=event.modified_time,
        accessed_time=event.accessed_time,
        changed_time=event.changed_time,
        added_time=min(known.added_time, version.timestamp) if known else version.timestamp,
        missing_since=version.timestamp if gone else None,
        inode=event.inode,
        links=event.links,
        version=version,
        media=_media(event, old),
        neighbors=_neighbors(event, path) or (old.neighbors if old else ()),
        found=known.found if known and known.sha256_hash == sha256_hash else None,
    )


def _availability(event: FileEvent) -> Availability:
    if event.event_type is not FileEventType.DELETE:
        return Availability.PRESENT
    return Availability.TRASHED if event.origin == "trash" else Availability.MISSING


def _kind_and_format(event: FileEvent, path: bytes, old: Place | None) -> tuple[Kind, str | None]:
    if event.media is not None:
        return event.media.kind, event.media.format
    if old is not None:
        return old.kind, old.format
    name = name_of(path).decode("utf-8", "backslashreplace")
    return kind_by_extension(name), extension_of(name) or None


def _status(event: FileEvent, old: Place | None) -> Status:
    if event.error is None:
        return old.status if old else Status.CATALOGED
    if event.error.code in WARNING_CODES:
        return Status.CATALOGED
    return Status.SKIPPED if event.error.code in _SKIPPED else Status.UNREADABLE


def _analysis(
    kind: Kind, status: Status, sha256_hash: str | None, known: Place | None
) -> AnalysisState:
    """What is done for a content stays done while the content stays."""
    if kind not in ANALYSED_KINDS or status is not Status.CATALOGED or sha256_hash is None:
        return AnalysisState.UNAVAILABLE
    same = known is not None and known.sha256_hash == sha256_hash
    if known is None or not same or known.analysis is AnalysisState.UNAVAILABLE:
        return AnalysisState.PENDING
    return known.analysis


def _media(event: FileEvent, old: Place | None) -> Mapping[str, Any] | None:
    if event.media is not None:
        return event.media.model_dump(mode="json")
    return old.media if old else None


def _neighbors(event: FileEvent, path: bytes) -> tuple[Relation, ...]:
    """``related`` where the producer knows roles; plain ``neighbors`` get them from their names."""
    if not event.neighbors and not event.related:
        return ()
    found: dict[bytes, Relation] = {}
    for it in event.related:
        raw = from_wire(it.file_path, it.file_path_b64)
        found.setdefault(raw, Relation(raw, it.role, it.language, it.forced))
    told = {it.file_path for it in event.related}
    plain = [text for text in event.neighbors if text not in told]
    for relation in _by_name(plain, path) if plain else ():
        found.setdefault(relation.path, relation)
    found.pop(path, None)
    return tuple(found.values())[:MAX_NEIGHBOURS]


def _by_name(texts: list[str], path: bytes) -> Iterator[Relation]:
    paths = [text.encode("utf-8", "surrogatepass") for text in texts]
    folder, name = folder_of(path), name_of(path)
    names = [name_of(other) for other in paths if folder_of(other) == folder]
    near, _ = FolderNeighbours.of([name, *names]).neighbours(name)
    roles = {it.name: it for it in near}
    for other in paths:
        it = roles.get(name_of(other)) if folder_of(other) == folder else None
        if it is None:
            yield Relation(other, Role.SIBLING)
        else:
            yield Relation(other, it.role, it.language, it.forced)
