"""A place: one path on a root, with the newest that is known of the file there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apollonia.domain.facts import Facts
from apollonia.domain.kinds import AnalysisState, Availability, Kind, Status
from apollonia.domain.neighbours import Role
from apollonia.domain.ordering import Version


@dataclass(frozen=True, slots=True)
class Relation:
    """A neighbour of a place, by path; ``None`` ids are resolved when both ends are known."""

    path: bytes
    role: Role
    language: str | None = None
    forced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One row of the catalog. Times are wire times, ``media`` is ``messages.Media`` as JSON.

    ``found``: what analysers say of its content (``domain.facts``); ``None``: nothing yet.
    ``edited``: what people say of it (``domain.edits.overlaid``); the catalog lays it over.
    """

    id: str
    path: bytes
    root: str
    kind: Kind
    format: str | None
    availability: Availability
    status: Status
    reason_code: str | None
    reason: str | None
    analysis: AnalysisState
    sha256_hash: str | None
    xxh128_hash: str | None
    size: int
    modified_time: str
    accessed_time: str
    changed_time: str
    added_time: str
    missing_since: str | None
    inode: int | None
    links: int | None
    version: Version
    media: Mapping[str, Any] | None = None
    neighbors: tuple[Relation, ...] = field(default=())
    found: Facts | None = None
    edited: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What stays of a path that a file left: later events about it must be newer than this."""

    path: bytes
    version: Version
