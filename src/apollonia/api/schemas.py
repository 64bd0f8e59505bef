"""What the API answers, as OpenAPI shows it. Handlers build dictionaries (``present``)."""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from apollonia.api.schema_examples import FILE_ITEM, PROBLEM, ROOT_STATUS, STATS
from apollonia.domain.kinds import AnalysisState, Availability, Kind, RootState, Status
from apollonia.domain.neighbours import Role
from apollonia.messages import Media

MAX_PATH: Final = 4096
"""Characters: as long as a path can be on Linux."""


class Answer(BaseModel):
    """Every field is always there; a field without a value is null."""

    model_config = ConfigDict(extra="forbid")


class Sort(StrEnum):
    """Order of a list; ``-`` first means descending. ``relevance`` needs ``q``."""

    ADDED = "added"
    ADDED_DESC = "-added"
    PATH = "path"
    PATH_DESC = "-path"
    TITLE = "title"
    TITLE_DESC = "-title"
    ARTIST = "artist"
    ARTIST_DESC = "-artist"
    ALBUM = "album"
    ALBUM_DESC = "-album"
    DURATION = "duration"
    DURATION_DESC = "-duration"
    SIZE = "size"
    SIZE_DESC = "-size"
    MODIFIED = "modified"
    MODIFIED_DESC = "-modified"
    YEAR = "year"
    YEAR_DESC = "-year"
    TRACK = "track"
    TRACK_DESC = "-track"
    BITRATE = "bitrate"
    BITRATE_DESC = "-bitrate"
    TEMPO = "tempo"
    TEMPO_DESC = "-tempo"
    LOUDNESS = "loudness"
    LOUDNESS_DESC = "-loudness"
    ENERGY = "energy"
    ENERGY_DESC = "-energy"
    QUALITY = "quality"
    QUALITY_DESC = "-quality"
    RELEVANCE = "relevance"


class FieldError(Answer):
    """One value of a request that is not acceptable."""

    field: str = Field(description="Where: `query.limit`, `body.root`")
    message: str


class Problem(BaseModel):
    """RFC 9457 problem details. `code` is stable; `detail` is for people."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [PROBLEM]})

    type: str
    title: str
    status: int
    code: str
    detail: str = Field(description="What failed, on which item, and what to do")
    instance: str
    request_id: str
    errors: list[FieldError] | None = Field(None, description="Only with code `invalid`")
    position: int | None = Field(
        None, description="Only with code `invalid_query`: where in `q`, in characters from 0"
    )
    length: int | None = Field(None, description="How many characters from there are meant")
    suggestion: str | None = Field(None, description="What can stand there instead")


class FileItem(Answer):
    """A place: one path on a root, with what is known of the file there."""

    model_config = ConfigDict(json_schema_extra={"examples": [FILE_ITEM]})

    id: str = Field(description="UUID; stays the same when the file is moved")
    file_path: str = Field(description=r"Bytes that are not UTF-8 show as `\xNN`")
    file_path_b64: str | None = Field(description="The raw path, when `file_path` cannot tell it")
    root: str
    folder: str
    name: str
    kind: Kind
    format: str | None = Field(description="Short name: mp3, flac, mkv, jpeg …")
    availability: Availability
    status: Status
    reason: str | None = Field(description="Why it is not `cataloged`, in words")
    reason_code: str | None = Field(description="The same as a stable code: empty, truncated …")
    analysis: AnalysisState
    sha256_hash: str | None
    xxh128_hash: str | None
    size: int = Field(description="Bytes")
    modified_time: str
    accessed_time: str
    changed_time: str
    timestamp: str = Field(description="Time of the newest event")
    added_time: str
    missing_since: str | None
    title: str | None
    artist: str | None
    album: str | None
    album_artist: str | None
    year: int | None
    genre: str | None
    track: int | None
    disc: int | None
    duration_ms: int | None
    codec: str | None = Field(description="The main one")
    container: str | None
    bit_rate: int | None = Field(description="Bits per second")
    sample_rate: int | None = Field(description="Hz")
    channels: int | None
    width: int | None = Field(description="Pixels")
    height: int | None = Field(description="Pixels")
    frame_rate: float | None = Field(description="Frames per second")
    has_artwork: bool = Field(description="The file itself gives a picture")
    artwork_url: str | None = Field(
        description="Where a picture may be: of the file itself or from its folder (else 404)"
    )


class Corrected(Answer):
    """A word that no file has, and the one that was looked for instead."""

    typed: str
    used: str


class FilePage(Answer):
    """Some files, and where the next page starts."""

    items: list[FileItem]
    next: str | None = Field(description="Give it back as `cursor`; null: this was the last page")
    total: int | None = Field(description="Exact up to 10,000, null beyond")
    total_at_least: int | None = Field(description="10,000 when there are more than that")
    sorted_by: str = Field(
        description="What the page is really sorted by: beyond 10,000 matches `added` in place of"
        " `relevance` and of sorts that take too long"
    )
    corrections: list[Corrected] = Field(
        description="Not empty: nothing matched as typed, this was looked for instead"
    )
    query: str | None = Field(description="The corrected query, when there are corrections")


class Neighbor(Answer):
    """A file that belongs to another one: subtitles, cover, lyrics, a sibling."""

    file_path: str
    role: Role
    language: str | None = Field(description="ISO 639-1")
    forced: bool
    id: str | None = Field(description="Null while only its path is known")
    kind: Kind | None
    present: bool


class EventError(Answer):
    """Why a file could not be read or understood."""

    code: str
    message: str


class FileEvent(Answer):
    """One line of a file's history."""

    event_id: str
    event_type: str = Field(description="IN_CREATE, IN_CLOSE_WRITE, IN_MOVED_TO, IN_DELETE")
    timestamp: str
    origin: str | None
    moved_from: str | None
    size: int | None
    sha256_hash: str | None
    error: EventError | None


class FileDetail(FileItem):
    """A file with all that was probed, its neighbours and its history."""

    media: Media | None
    neighbors: list[Neighbor]
    events: list[FileEvent] = Field(description="Newest first, at most 50")


class Skipped(Answer):
    """Something in a root that gets no row of its own, and why."""

    path: str
    reason: str


class RootError(Answer):
    """What went wrong last."""

    message: str
    path: str | None = Field(description="The file that it was; null: the root itself")
    time: str


class RootStatus(Answer):
    """What the ingestor of a root is doing; counts since the last scan began."""

    model_config = ConfigDict(json_schema_extra={"examples": [ROOT_STATUS]})

    root: str
    state: RootState
    message: str | None
    paused: bool = Field(description="Somebody wants it to rest, whatever its state is")
    found: int
    done: int
    left: int
    errors: int
    rate: float | None = Field(description="Files per second")
    remaining_seconds: float | None = Field(description="Until nothing is left; null: unknown")
    last_error: RootError | None
    holder: str | None = Field(description="The ingestor that has it: `host:data folder`")
    storage: str | None = Field(description="What kind of disk it is on, where that is known")
    polled_seconds: float | None = Field(
        description="Looked at so often, since its changes cannot be watched; null: watched"
    )
    skipped: list[Skipped] = Field(description="The newest 100")
    skipped_count: int
    corrupted: list[Skipped] = Field(
        description="The newest 100 files whose content changed although their times did not"
    )
    corrupted_count: int
    last_scan_time: str | None
    updated_time: str | None


class RootList(Answer):
    """Every watched root."""

    items: list[RootStatus]


class Stats(Answer):
    """Counts over everything that is not trashed; ``total_*`` over what is present."""

    model_config = ConfigDict(json_schema_extra={"examples": [STATS]})

    files: int
    by_kind: dict[str, int]
    by_format: dict[str, int]
    by_status: dict[str, int]
    by_availability: dict[str, int]
    total_size: int = Field(description="Bytes")
    total_duration_ms: int
    roots: list[RootStatus]
    position: int = Field(description="Newest change; `since` of the live connection")
    queues: dict[str, int] = Field(description="Messages that wait, by queue")
    dead_letters: int


class Facets(Answer):
    """Counts under the current filters; each facet ignores its own filter."""

    kind: dict[str, int]
    format: dict[str, int]


class Session(Answer):
    """Who is signed in, and the proof that requests which change something must carry."""

    principal: str
    role: str
    csrf_token: str = Field(description="Send it as `X-CSRF-Token` together with the cookie")
    version: str


class RootRequest(BaseModel):
    """Which root is meant; null means all of them."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"root": "/music"}]})

    root: str | None = Field(None, max_length=MAX_PATH)


class RescanRequest(BaseModel):
    """What to scan again: a folder, else a root, else all of them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"root": "/music"}, {"folder": "/music/Ada"}]},
    )

    root: str | None = Field(None, max_length=MAX_PATH)
    folder: str | None = Field(
        None, max_length=MAX_PATH, description="Only this folder, with all that is in it"
    )
    folder_b64: str | None = Field(
        None,
        max_length=2 * MAX_PATH,
        description="The raw path of the folder in base64, when text cannot tell it",
    )
    verify: bool = Field(
        default=False, description="Read every file again, and report those that silently changed"
    )


class RootsAnswer(Answer):
    """The roots that were asked; their ingestors see it within two seconds."""

    requested: list[str]


class HealthCheck(Answer):
    """One part's state: `ok`, `degraded` or `unavailable`, and what to do about it."""

    status: str
    detail: str | None
    since: str | None = Field(description="Since when it is not well, as this process saw it")


class Liveness(Answer):
    """The process answers."""

    status: str


class Readiness(Answer):
    """Whether the process can do its work."""

    status: str
    checks: dict[str, HealthCheck]
