"""The wire contract: what travels between the capabilities, and over which exchanges and queues.

Bodies are UTF-8 JSON. Any other language may produce or consume them: unknown keys are ignored, and
every message may come twice, late or out of order. JSON Schema and AsyncAPI are generated from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, ValidationError, model_validator

from apollonia.domain.ids import uuid5_of
from apollonia.domain.kinds import Kind
from apollonia.domain.neighbours import Role
from apollonia.domain.paths import from_wire
from apollonia.domain.times import normalize
from apollonia.errors import MalformedMessageError
from apollonia.sidecar_models import Checksums, Cue, Lyrics, Nfo, Playlist, Subtitle, Xmp
from apollonia.wire_model import WireModel

MAX_BODY_BYTES = 1 << 20
MAX_ANALYSIS_BYTES = 256 << 10

WireTime = Annotated[str, AfterValidator(normalize)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Xxh128 = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Uuid = Annotated[str, AfterValidator(lambda text: str(UUID(text)))]


class FileEventType(StrEnum):
    """The inotify name that best tells what happened."""

    CREATE = "IN_CREATE"
    CLOSE_WRITE = "IN_CLOSE_WRITE"
    MOVED_TO = "IN_MOVED_TO"
    DELETE = "IN_DELETE"


class Stream(WireModel):
    """One stream of a container, with the facts that its type has."""

    type: Literal["audio", "video", "subtitle", "data", "attachment", "other"]
    codec: str | None = None
    profile: str | None = None
    language: str | None = None
    title: str | None = None
    default: bool = False
    forced: bool = False
    bit_rate: int | None = None
    sample_rate: int | None = None
    channels: int | None = None
    channel_layout: str | None = None
    bit_depth: int | None = None
    width: int | None = None
    height: int | None = None
    frame_rate: float | None = None
    pixel_format: str | None = None
    rotation: int | None = None


class Chapter(WireModel):
    """A named stretch of a recording; times in milliseconds from its start."""

    start_ms: int
    end_ms: int
    title: str | None = None


class Artwork(WireModel):
    """An embedded picture: its MIME type, and pixels where its header tells them."""

    mime: str
    width: int | None = None
    height: int | None = None


class Tags(WireModel):
    """The tags people search by; everything else that was found is in ``other`` (bounded)."""

    title: str | None = None
    artist: str | None = None
    album: str | None = None
    album_artist: str | None = None
    composer: str | None = None
    genre: str | None = None
    comment: str | None = None
    date: str | None = None
    year: int | None = None
    track: int | None = None
    track_total: int | None = None
    disc: int | None = None
    disc_total: int | None = None
    bpm: float | None = None
    lyrics: str | None = None
    other: dict[str, list[str]] = Field(default_factory=dict)


class Media(WireModel):
    """What probing found. ``codecs`` are short lower-case names, the main one first."""

    kind: Kind
    format: str | None = Field(None, description="Short name of the format: mp3, flac, mkv, jpeg …")
    mime: str | None = None
    container: str | None = None
    codecs: list[str] = Field(default_factory=list)
    duration_ms: int | None = None
    bit_rate: int | None = None
    sample_rate: int | None = None
    channels: int | None = None
    width: int | None = None
    height: int | None = None
    frame_rate: float | None = None
    rotation: int | None = Field(None, description="Degrees clockwise to turn it for display")
    streams: list[Stream] = Field(default_factory=list)
    tags: Tags = Field(default_factory=Tags)
    artwork: Artwork | None = None
    artwork_count: int = 0
    chapters: list[Chapter] = Field(default_factory=list)
    damage: str | None = Field(None, description="What is wrong with a file that still opens")
    cue: Cue | None = None
    nfo: Nfo | None = None
    xmp: Xmp | None = None
    playlist: Playlist | None = None
    lyrics: Lyrics | None = None
    subtitle: Subtitle | None = None
    checksums: Checksums | None = None


class FileError(WireModel):
    """Why a file could not be read or understood: a stable code and words for a person."""

    code: str
    message: str


class Related(WireModel):
    """A neighbour with its role; language as ISO 639-1."""

    file_path: str
    file_path_b64: str | None = None
    role: Role
    language: str | None = None
    forced: bool = False


class FileEvent(WireModel):
    """Schema ``apollonia.file/1``: something happened to one place."""

    file_path: str = Field(min_length=1)
    event_type: FileEventType
    sha256_hash: Sha256 | None
    xxh128_hash: Xxh128 | None
    size: int = Field(ge=0)
    modified_time: WireTime
    accessed_time: WireTime
    changed_time: WireTime
    timestamp: WireTime
    neighbors: list[str]
    file_path_b64: str | None = None
    moved_from: str | None = None
    moved_from_b64: str | None = None
    file_id: Uuid | None = None
    origin: Literal["watch", "scan", "trash", "upload", "verify", "ignored"] | None = None
    root: str | None = None
    inode: int | None = None
    links: int | None = None
    media: Media | None = None
    related: list[Related] = Field(default_factory=list)
    neighbors_truncated: bool = False
    error: FileError | None = None

    @model_validator(mode="after")
    def _paths_and_hashes_fit(self) -> Self:
        self.raw_path()
        moved = self.event_type is FileEventType.MOVED_TO
        if moved and self.moved_from is None and self.origin != "trash":
            raise ValueError("IN_MOVED_TO needs moved_from")
        gone = self.event_type is FileEventType.DELETE
        if self.sha256_hash is None and self.error is None and not gone:
            raise ValueError("hashes may be null only with an error")
        return self

    def raw_path(self) -> bytes:
        """The raw bytes of the place's path."""
        return from_wire(self.file_path, self.file_path_b64)

    def raw_moved_from(self) -> bytes | None:
        """The raw bytes of the path it came from."""
        if self.moved_from is None:
            return None
        return from_wire(self.moved_from, self.moved_from_b64)

    def place_id(self) -> str:
        """The place's id: minted by ingest, or else UUIDv5 of the path."""
        return self.file_id or uuid5_of(self.raw_path())


class Change(WireModel):
    """Schema ``apollonia.change/1``: something in the catalog changed; gap-free by position."""

    position: int = Field(ge=1)
    entity: str
    id: str
    op: Literal["created", "updated", "deleted"]
    timestamp: WireTime


class Work(WireModel):
    """Schema ``apollonia.work/1``: content that an analyser shall look at."""

    sha256_hash: Sha256
    kind: Kind
    file_id: Uuid
    file_path: str
    analysers: list[str] | None = None
    force: bool = False
    timestamp: WireTime
    file_path_b64: str | None = None
    size: int | None = Field(None, ge=0)
    modified_time: WireTime | None = None
    duration_ms: int | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _path_fits(self) -> Self:
        self.raw_path()
        return self

    def raw_path(self) -> bytes:
        """The raw bytes of the path."""
        return from_wire(self.file_path, self.file_path_b64)

    @property
    def minutes(self) -> float | None:
        """How long it lasts, where that is known."""
        return None if self.duration_ms is None else self.duration_ms / 60_000


class AnalysisResult(WireModel):
    """What one analyser found."""

    analyser: str
    version: str
    model: str | None = None
    status: Literal["done", "failed", "unavailable"]
    reason: str | None = None
    data: dict[str, Any] | None = None


class AnalysisEvent(WireModel):
    """Schema ``apollonia.analysis/1``: results for one content."""

    sha256_hash: Sha256
    kind: Kind
    timestamp: WireTime
    results: list[AnalysisResult]
    forced: bool = Field(default=False, description="Results that are there already are replaced")


SCHEMAS: Mapping[str, type[WireModel]] = {
    "apollonia.file/1": FileEvent,
    "apollonia.change/1": Change,
    "apollonia.work/1": Work,
    "apollonia.analysis/1": AnalysisEvent,
}


def parse[M: WireModel](model: type[M], body: bytes) -> M:
    """The body as a message of the contract.

    Raises:
        MalformedMessageError: no JSON, a field missing or wrong, or larger than 1 MiB.
    """
    if len(body) > MAX_BODY_BYTES:
        raise MalformedMessageError(f"message of {len(body)} bytes; at most {MAX_BODY_BYTES}")
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise MalformedMessageError(f"{model.__name__}: {where}: {first['msg']}") from error


def foreign_message_id(body: bytes) -> str:
    """The id of a message that came without one: follows from its body, so a repeat is known."""
    return uuid5_of(sha256(body).digest())


@dataclass(frozen=True, slots=True)
class Exchange:
    """A named place to publish to."""

    name: str
    kind: Literal["fanout", "direct"]


@dataclass(frozen=True, slots=True)
class Queue:
    """A durable queue and the (exchange, routing key) pairs that fill it."""

    name: str
    bindings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Topology:
    """Exchanges and queues that a process declares before it publishes or consumes."""

    exchanges: tuple[Exchange, ...] = ()
    queues: tuple[Queue, ...] = field(default=())

    def dead_queue(self, queue: str) -> str:
        """Where the messages of ``queue`` end that cannot be handled."""
        return f"{queue}.dead"


FILES = Exchange("apollonia", "fanout")
WORK = Exchange("apollonia-work", "direct")
ENRICHED = Exchange("apollonia-enriched", "fanout")
CATALOG = Exchange("apollonia-catalog", "fanout")
DEAD = Exchange("apollonia-dead", "direct")
REQUEUE = Exchange("apollonia-requeue", "direct")

POPULATOR_QUEUE = "apollonia-populator"
ENRICHED_QUEUE = "apollonia-populator-enriched"
MATCHER_QUEUE = "apollonia-matcher"
GRAPH_QUEUE = "apollonia-graph"
ANALYZER_QUEUE = "apollonia-analyzer"
LANES = ("urgent", "image", "audio", "video")


ALL_QUEUES = (
    POPULATOR_QUEUE,
    ENRICHED_QUEUE,
    MATCHER_QUEUE,
    GRAPH_QUEUE,
    ANALYZER_QUEUE,
    *(f"{ANALYZER_QUEUE}.{lane}" for lane in LANES),
)


def topology(*only: str) -> Topology:
    """The whole contract; every process declares it, so that nothing is published into the void.

    ``only`` narrows it to some queues, for tests. Each queue brings its ``.dead`` queue, and
    is bound to ``apollonia-requeue`` by its name: what comes back from there comes to it alone.
    What nobody consumes waits: that is what queues are for (docs/analysis.md: what that costs).
    """
    names = only or ALL_QUEUES
    bindings = {
        POPULATOR_QUEUE: (FILES.name, ""),
        ANALYZER_QUEUE: (FILES.name, ""),
        ENRICHED_QUEUE: (ENRICHED.name, ""),
        MATCHER_QUEUE: (ENRICHED.name, ""),
        GRAPH_QUEUE: (CATALOG.name, ""),
        **{f"{ANALYZER_QUEUE}.{lane}": (WORK.name, lane) for lane in LANES},
    }
    queues = [Queue(name, (bindings[name], (REQUEUE.name, name))) for name in names]
    dead = [Queue(f"{name}.dead", ((DEAD.name, name),)) for name in names]
    return Topology((FILES, WORK, ENRICHED, CATALOG, DEAD, REQUEUE), (*queues, *dead))
