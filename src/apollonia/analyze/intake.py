"""File events become work: what is there, is media, and was not analysed yet."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from apollonia.analyze.options import AnalyzeOptions
from apollonia.domain.analysis import AnalyserSpec, digest_of, lane_of, missing, wanted_for
from apollonia.domain.ids import uuid5_of
from apollonia.domain.kinds import WARNING_CODES, Kind, kind_by_extension
from apollonia.domain.paths import from_wire
from apollonia.domain.times import format_micros
from apollonia.errors import MalformedMessageError
from apollonia.messages import WORK, FileEventType, Sha256, Uuid, WireTime, Work, parse
from apollonia.observe.logs import get_logger
from apollonia.ports.analyses import Analyses
from apollonia.ports.bus import Bus, Delivery, Message
from apollonia.ports.cache import Cache
from apollonia.ports.clock import Clock
from apollonia.wire_model import WireModel
from apollonia.work.analysis_work import work_message

log = get_logger(__name__)


class _Media(WireModel):
    kind: Kind
    duration_ms: int | None = Field(None, ge=0)


class _Error(WireModel):
    code: str


class SeenContent(WireModel):
    """What the intake reads of a file event; the populator reads, and judges, all of it."""

    file_path: str
    event_type: FileEventType
    sha256_hash: Sha256 | None
    timestamp: WireTime
    size: int
    modified_time: WireTime
    file_path_b64: str | None = None
    file_id: Uuid | None = None
    media: _Media | None = None
    error: _Error | None = None

    @property
    def kind(self) -> Kind:
        """By content, or by name where that told nothing."""
        name = self.file_path.rpartition("/")[2]
        return kind_by_extension(name) if self.media is None else self.media.kind

    def is_cataloged(self) -> bool:
        """Whether there is a file, and it could be read."""
        fine = self.error is None or self.error.code in WARNING_CODES
        return fine and self.event_type is not FileEventType.DELETE

    def work(self, timestamp: str) -> Work:
        """The work on this content, wherever it is not done."""
        path = from_wire(self.file_path, self.file_path_b64)
        return Work(
            sha256_hash=self.sha256_hash or "",
            kind=self.kind,
            file_id=self.file_id or uuid5_of(path),
            file_path=self.file_path,
            file_path_b64=self.file_path_b64,
            size=self.size,
            modified_time=self.modified_time,
            duration_ms=None if self.media is None else self.media.duration_ms,
            timestamp=timestamp,
        )


class Intake:
    """The handler of ``apollonia-analyzer``; asks the cache, then the catalog's record.

    The same content is queued under the same message id, however often it is told.
    """

    def __init__(
        self,
        *,
        bus: Bus,
        cache: Cache,
        analyses: Analyses,
        clock: Clock,
        options: AnalyzeOptions,
    ) -> None:
        self._bus = bus
        self._cache = cache
        self._analyses = analyses
        self._clock = clock
        self._options = options

    async def __call__(self, scope: None, deliveries: Sequence[Delivery]) -> None:  # noqa: ARG002 - no transaction of ours
        """Queue the work that these events make."""
        contents: dict[str, SeenContent] = {}
        for delivery in deliveries:
            seen = _read(delivery)
            if seen is not None and seen.sha256_hash is not None and self._wanted(seen):
                contents[seen.sha256_hash] = seen
        undone = await self._undone(contents)
        now = format_micros(self._clock.now_micros())
        lanes: dict[str, list[Message]] = {}
        for seen in undone:
            lanes.setdefault(lane_of(seen.kind), []).append(work_message(seen.work(now)))
        for lane, messages in lanes.items():
            await self._bus.publish(WORK.name, messages, lane)

    def _wanted(self, seen: SeenContent) -> Sequence[AnalyserSpec]:
        return wanted_for(seen.kind, self._options.specs) if seen.is_cataloged() else ()

    async def _undone(self, contents: Mapping[str, SeenContent]) -> Sequence[SeenContent]:
        unknown: dict[str, tuple[SeenContent, str]] = {}
        for sha256, seen in contents.items():
            digest = digest_of(self._wanted(seen))
            if await self._cache.get(settled_key(sha256)) != digest.encode():
                unknown[sha256] = (seen, digest)
        recorded = await self._analyses.recorded(unknown.keys()) if unknown else {}
        undone = []
        for sha256, (seen, digest) in unknown.items():
            if missing(self._wanted(seen), recorded.get(sha256, ())):
                undone.append(seen)
            else:
                ttl = self._options.cached_s
                await self._cache.set(settled_key(sha256), digest.encode(), ttl=ttl)
        return undone


def _read(delivery: Delivery) -> SeenContent | None:
    """``None`` for what is no file event: the populator has it too, and makes the dead letter."""
    try:
        return parse(SeenContent, delivery.message.body)
    except MalformedMessageError as error:
        log.debug("not for analysis", message_id=delivery.message.message_id, error=error.message)
        return None


def settled_key(sha256_hash: str) -> str:
    """Where the cache remembers by which analysers a content is analysed."""
    return f"analysed:{sha256_hash}"
