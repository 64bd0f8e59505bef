"""Every setting with its type, default and meaning. The reference page is generated from here.

``APOLLONIA_`` + section + ``__`` + name sets one, from the environment, ``.env`` or
``apollonia.toml``; ``…_FILE`` names a file that holds the value. URLs left empty mean "embedded, in
the data folder".
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator

from apollonia.domain.keeper import DEFAULT_RULES, FOLDER, RULES


def default_home() -> Path:
    """Where data lives unless told otherwise: ``$XDG_DATA_HOME`` or ``~/.local/share``."""
    base = os.environ.get("XDG_DATA_HOME")
    return Path(base) if base else Path.home() / ".local" / "share"


def _split(value: object) -> object:
    """``"a, b"`` → ``["a", "b"]``; lists stay as they are."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _expand(value: object) -> object:
    return Path(value).expanduser() if isinstance(value, str) else value


def _parse(value: object) -> object:
    """JSON, as the environment has it; tables stay as they are."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value.strip() else {}
    except json.JSONDecodeError as error:
        raise ValueError(f"is no JSON: {error}") from None


def _device(value: object) -> object:
    """``ENABLE_GPU=true`` and the like."""
    if isinstance(value, bool):
        return "gpu" if value else "cpu"
    word = value.strip().lower() if isinstance(value, str) else value
    if word in {"true", "1", "yes", "on"}:
        return "gpu"
    return "cpu" if word in {"false", "0", "no", "off"} else word


Device = Annotated[Literal["auto", "cpu", "gpu"], BeforeValidator(_device)]
Folder = Annotated[Path, BeforeValidator(_expand)]
Folders = Annotated[tuple[Folder, ...], BeforeValidator(_split)]
Words = Annotated[tuple[str, ...], BeforeValidator(_split)]

Days = Annotated[int, Field(ge=1, le=36_500)]


class Section(BaseModel):
    """Unknown names are refused: a misspelt setting must not be ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class RootSettings(Section):
    """What is different for one folder; what is not set is as in `[ingest]`."""

    include: Words | None = Field(
        None, max_length=1000, description="Patterns: only files that fit are looked at"
    )
    exclude: Words | None = Field(
        None, max_length=1000, description="Patterns of files and folders to leave alone"
    )
    hidden: bool | None = Field(None, description="Catalog hidden files and folders too")
    max_file_mb: float | None = Field(None, ge=0, description="Larger files are not read, MiB")
    min_file_bytes: int | None = Field(None, ge=0, description="Smaller files are not read")
    poll_interval_seconds: float | None = Field(
        None, gt=0, description="Time between looks at what cannot be watched"
    )
    uploads: bool | None = Field(None, description="It takes uploads")


PerRoot = Annotated[Mapping[Folder, RootSettings], BeforeValidator(_parse)]


class FilesSettings(Section):
    """Which folders are cataloged."""

    roots: Folders = Field((), description="Folders to catalog, separated by commas")
    uploads: bool = Field(
        default=False, description="Folders take uploads; without it none is ever written to"
    )
    uploads_root: Folder | None = Field(
        None, description="Folder that uploads go to unless another is named; default: the first"
    )
    uploads_margin_mb: int = Field(256, ge=0, description="What uploads leave free on a disk, MiB")
    per_root: PerRoot = Field(
        {},
        description='What is different for one folder: `[files.per_root."/srv/music"]` with'
        " `include`, `exclude`, `hidden`, `max_file_mb`, `min_file_bytes`,"
        " `poll_interval_seconds`, `uploads`; in the environment as JSON",
    )


class BusSettings(Section):
    """How messages travel between the services."""

    url: str = Field(
        "",
        description="Message bus: `amqp://` or `amqps://user:password@host:port/vhost`, several"
        " hosts of one cluster separated by commas; empty: `bus.db` in the data folder",
    )
    heartbeat_seconds: int = Field(
        30, ge=1, le=3600, description="How often a RabbitMQ connection shows that it lives"
    )
    timeout_seconds: float = Field(20.0, gt=0, description="Time for one call of RabbitMQ")
    tls_ca: Folder | None = Field(
        None, description="Who signed the broker's certificate (PEM file); default: the system's"
    )
    tls_cert: Folder | None = Field(
        None, description="Certificate to show to the broker (PEM file), where it asks for one"
    )
    tls_key: Folder | None = Field(None, description="That certificate's key (PEM file)")


class CatalogSettings(Section):
    """Where the catalog is kept."""

    url: str = Field(
        "",
        description="Database, `postgresql://user:password@host/database` (15 or newer; options as"
        " of libpq, such as `?sslmode=verify-full`); empty: `catalog.db` in the data folder",
    )
    read_url: str = Field(
        "",
        description="A streaming replica of that PostgreSQL: lists and searches are read there"
        " while it has all that this process knows of",
    )
    migrate_url: str = Field(
        "",
        description="The same PostgreSQL database as a user who may change its tables, for"
        " `apollonia migrate`; default: as `url`",
    )
    pool: int = Field(
        8, ge=2, le=200, description="Connections to PostgreSQL of one process, at most"
    )
    statement_timeout_seconds: float = Field(
        60.0, gt=0, description="PostgreSQL gives a statement up after this time"
    )
    lock_timeout_seconds: float = Field(
        20.0, gt=0, description="PostgreSQL gives up waiting for another's lock after this time"
    )
    purge_missing: Literal["never", "at_once"] | Days = Field(
        "never",
        description="When files that are missing leave the catalog: `never`, `at_once`, or after"
        " so many days",
    )
    keep_settled_letters_days: Days = Field(
        30,
        description="How long dead letters that were sent back or discarded are kept to be seen,"
        " days",
    )


class GraphSettings(Section):
    """Where the graph of files is kept."""

    url: str = Field(
        "",
        description="Graph database, `neo4j://`, `neo4j+s://` or `bolt://`; empty: tables beside"
        " the catalog",
    )
    user: str = Field("neo4j", description="Its user, where the URL names none")
    password: SecretStr | None = Field(None, description="Its password")
    database: str = Field("neo4j", description="Database on that server")
    ca_file: Folder | None = Field(
        None, description="Certificates that are trusted instead of the system's, in PEM"
    )


class CacheSettings(Section):
    """What is kept to answer faster."""

    url: str = Field(
        "",
        description="Shared cache, `redis://` or `rediss://`; empty: in the memory of each process",
    )
    prefix: str = Field(
        "apollonia",
        pattern=r"^[A-Za-z0-9_.-]{1,64}$",
        description="Start of all keys there: one for each installation that shares the server",
    )
    max_mb: int = Field(64, ge=1, description="Memory for the in-process cache, MiB")


class BroadcastSettings(Section):
    """How processes nudge one another."""

    url: str = Field(
        "",
        description="Broadcast channel, `redis://` or `rediss://`; empty: within the process,"
        " others poll",
    )
    prefix: str = Field(
        "apollonia",
        pattern=r"^[A-Za-z0-9_.-]{1,64}$",
        description="Start of all channels there: one for each installation",
    )


class BlobsSettings(Section):
    """Where scaled artwork and other derived pictures are kept."""

    folder: Folder | None = Field(None, description="Folder; default: `blobs` in the data folder")
    budget_mb: int = Field(2048, ge=16, description="Space for derived pictures, MiB")


class IngestSettings(Section):
    """How folders are scanned and watched."""

    settle_seconds: float = Field(
        1.0, ge=0.0, le=600, description="Quiet time before a file without a close event is read"
    )
    scan_interval_hours: float = Field(
        6.0, gt=0, description="Time between reconciling scans, with jitter"
    )
    poll_interval_seconds: float = Field(
        10.0, gt=0, description="Time between looks at folders that cannot be watched"
    )
    network_poll_interval_seconds: float = Field(
        60.0, gt=0, description="Time between looks at network and FUSE file systems, with jitter"
    )
    watch: Literal["auto", "always", "never"] = Field(
        "auto",
        description="`auto`: local disks are watched, network and FUSE file systems polled;"
        " `always`: all are watched; `never`: all are polled",
    )
    readers: int = Field(
        0,
        ge=0,
        le=64,
        description="Batches and large files read at once from one disk or share; 0: by its kind"
        " (hard disk 1, network 4, others one per core)",
    )
    hidden: bool = Field(default=False, description="Catalog hidden files and folders too")
    upload_naming_audio: str = Field(
        "{albumartist|artist}/{album} ({year})/{disc:}{track:02} {title}.{ext}",
        description="Where an uploaded audio file goes below its root: see the README of ingest",
    )
    upload_naming_video: str = Field(
        "{title} ({year})/{title} ({year}).{ext}", description="The same for a video"
    )
    upload_naming_image: str = Field(
        "{year}/{month}/{name}.{ext}", description="The same for an image"
    )
    upload_unfinished_hours: float = Field(
        24.0, gt=0, description="How long an upload that stopped arriving is kept"
    )
    include: Words = Field(
        (),
        max_length=1000,
        description="Patterns as in `.gitignore`: only files that fit are looked at; empty: all",
    )
    exclude: Words = Field(
        (),
        max_length=1000,
        description="Patterns as in `.gitignore` of files and folders to leave alone",
    )
    max_file_mb: float = Field(
        0, ge=0, description="Larger files are listed but not read, MiB; 0: no limit"
    )
    min_file_bytes: int = Field(
        0, ge=0, description="Smaller files are listed but not read; 0: no limit"
    )


class MediaSettings(Section):
    """Limits of the worker processes that read media."""

    workers: int = Field(0, ge=0, le=64, description="Worker processes; 0: one per core")
    memory_limit_mb: int = Field(2048, ge=256, description="Address space of one worker, MiB")
    file_time_limit_seconds: float = Field(30.0, gt=0, description="Time for one file")
    pixel_limit: int = Field(
        120_000_000, ge=1_000_000, description="Largest picture that is decoded, pixels"
    )


class AnalyzeSettings(Section):
    """What analysis may cost: worker processes that look at contents one by one."""

    slots_urgent: int = Field(
        1, ge=0, le=64, description="Workers for what a person waits for; 0: this process does none"
    )
    slots_image: int = Field(1, ge=0, le=64, description="Workers for pictures")
    slots_audio: int = Field(1, ge=0, le=64, description="Workers for audio")
    slots_video: int = Field(1, ge=0, le=64, description="Workers for video")
    time_limit_seconds: float = Field(
        600.0, gt=0, le=86_400, description="Longest time for one analyser and one content"
    )
    memory_limit_mb: int = Field(2048, ge=256, description="Address space of one worker, MiB")
    windows: Literal["energy", "whole"] = Field(
        "energy",
        description="What models hear of a sound: its most energetic stretches, or all of it",
    )
    gps: bool = Field(False, description="Keep where pictures were taken, as their cameras tell it")
    off: Words = Field((), description="Analysers that are switched off, by name")
    device: Device = Field(
        "auto",
        description="What models run on: `cpu`; `gpu`, with the `gpu` extra, else on the CPU and"
        " said so; `auto`: a GPU where both are there. `true` and `false` stand for `gpu`, `cpu`",
    )
    reconcile_minutes: float = Field(
        5.0, gt=0, description="Time between looks for contents whose analysis is undone"
    )


class ModelsSettings(Section):
    """Where models are kept and come from."""

    folder: Folder | None = Field(
        None, description="Folder of models, may be shared; default: `models` in the data folder"
    )
    mirror: str = Field(
        "",
        description="Where models are fetched from first: a folder or an `https://` URL, with files"
        " by the paths of the manifest",
    )
    published: bool = Field(
        default=True,
        description="Whether they may be fetched from where they are published, when asked for",
    )
    auto_pull: bool = Field(
        default=False,
        description="An analyser that starts fetches and prepares the models that are missing, as"
        " far as that takes no TensorFlow; without it nothing is fetched unasked",
    )
    memory_mb: int = Field(
        256, ge=16, description="Memory for loaded models in one worker, MiB; others are let go"
    )


class DuplicatesSettings(Section):
    """Which of several copies is proposed to be kept."""

    keep: Words = Field(
        DEFAULT_RULES,
        min_length=1,
        description="Rules that are asked one after the other which copy is better: "
        + ", ".join(f"`{name}`" for name in (*RULES, FOLDER)),
    )
    folders: Folders = Field(
        (), description="Folders whose copies are kept, the most preferred first (rule `folder`)"
    )

    @field_validator("keep")
    @classmethod
    def _are_rules(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in RULES and name != FOLDER:
                raise ValueError(f"has no rule {name!r}; there are {', '.join((*RULES, FOLDER))}")
        return value


class ApiSettings(Section):
    """The web page and its API."""

    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0: any free one")
    allowed_hosts: Words = Field(
        (), description="Host names, beside local ones, that requests may be addressed to"
    )
    allowed_origins: Words = Field(
        (), description="Origins of other pages that may use the API with a browser's session"
    )
    trusted_proxies: Words = Field(
        (), description="Addresses of proxies whose forwarding headers are believed"
    )
    secret_key: SecretStr | None = Field(
        None, description="Signs cursors and proofs; default: made once, kept in the data folder"
    )
    web: Folder | None = Field(None, description="Built web page; default: the one that ships")


class ObserveSettings(Section):
    """What processes tell about themselves."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least level that is logged"
    )
    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="`auto`: console on a terminal, JSON elsewhere"
    )
    metrics_host: str = Field("127.0.0.1", description="Address that metrics are served on")
    metrics_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port with `/metrics`, `/health/live` and `/health/ready` of this process, such"
        " as 9101 for ingest, 9102 for analyze, 9103 for populate; 0: none",
    )


class Settings(Section):
    """All settings. ``APOLLONIA_DATA`` is the one without a section."""

    data: Folder = Field(
        default_factory=lambda: default_home() / "apollonia",
        description="Folder for Apollonia's own state; never inside it: your media",
    )
    files: FilesSettings = FilesSettings()
    bus: BusSettings = BusSettings()
    catalog: CatalogSettings = CatalogSettings()
    graph: GraphSettings = GraphSettings()
    cache: CacheSettings = CacheSettings()
    broadcast: BroadcastSettings = BroadcastSettings()
    blobs: BlobsSettings = BlobsSettings()
    ingest: IngestSettings = IngestSettings()
    media: MediaSettings = MediaSettings()
    analyze: AnalyzeSettings = AnalyzeSettings()
    models: ModelsSettings = ModelsSettings()
    duplicates: DuplicatesSettings = DuplicatesSettings()
    api: ApiSettings = ApiSettings()
    observe: ObserveSettings = ObserveSettings()
