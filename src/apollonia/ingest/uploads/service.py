"""Takes uploads that are ready to their places, one after another."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Protocol

from apollonia.domain.kinds import RootState
from apollonia.domain.paths import display
from apollonia.domain.roots import RootStatus
from apollonia.domain.times import format_micros
from apollonia.errors import ApolloniaError, NotFoundError, Unavailable
from apollonia.ingest.root.roots import Root
from apollonia.ingest.uploads.disk_work import DiskWork, StalledError
from apollonia.ingest.uploads.examine import Examined
from apollonia.ingest.uploads.landing import Landed, Landing, Target
from apollonia.ingest.uploads.options import UploadOptions
from apollonia.ingest.uploads.verdicts import UploadRefused, UploadWaits, waits_for_disk
from apollonia.observe.logs import get_logger
from apollonia.observe.metrics import Metrics
from apollonia.ports.clock import Clock
from apollonia.ports.index import Index
from apollonia.ports.uploads import Spool, Spooled, UploadResult, UploadState
from apollonia.work.pause import until_stopped, wait_for

log = get_logger(__name__)

_AT_WORK = frozenset({RootState.SCANNING, RootState.WATCHING, RootState.DEGRADED})
_BYTES_A_SECOND = 1_000_000  # a disk slower than this hangs
_MICROS = 1_000_000


class ExamineUpload(Protocol):
    """``Examiner`` of ``examine.py``."""

    async def examine(self, spooled: Spooled) -> Examined:
        """What is in it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPorts:
    """What the service stands on.

    ``statuses``: how the ingestor's roots are now. ``is_ignored``: whether a root's rules leave a
    path alone at this moment; it blocks, and raises ``FilesUnavailableError``.
    """

    spool: Spool
    examiner: ExamineUpload
    index: Index
    clock: Clock
    metrics: Metrics
    statuses: Callable[[], Sequence[RootStatus]]
    is_ignored: Callable[[Root, bytes], bool]


@dataclass(slots=True)
class _Waiting:
    reason: str
    attempts: int
    until: float


class UploadLanding:
    """A ``Service``: nothing is lost or half there whenever it is killed.

    What cannot land now waits with its reason, and holds up nothing behind it.
    """

    name = "uploads"

    def __init__(self, *, ports: UploadPorts, options: UploadOptions) -> None:
        self._spool = ports.spool
        self._ports = ports
        self._clock = ports.clock
        self._metrics = ports.metrics
        self._options = options
        self._disks = DiskWork(ports.clock)
        self._woken = asyncio.Event()
        self._waiting: dict[str, _Waiting] = {}
        self._next_upkeep = 0.0

    def wake(self) -> None:
        """An upload was handed over."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``; what is in hand then is begun again by the next start."""
        try:
            await until_stopped(stop, self._work())
        finally:
            await self._disks.close(self._options.stop_s)

    async def _work(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self._round()
                await self._keep_up()
            except Unavailable as error:
                log.warning("uploads wait", reason=error.message)
            await wait_for(self._woken, self._clock, self._options.poll_s)

    async def _round(self) -> None:
        ready = await self._spool.ready()
        self._waiting = {id_: self._waiting[id_] for id_ in ready if id_ in self._waiting}
        for id_ in ready:
            waiting = self._waiting.get(id_)
            if waiting is None or waiting.until <= self._clock.monotonic():
                await self._settle(id_)
        self._metrics.uploads_waiting.set(len(self._waiting))

    async def _settle(self, upload_id: str) -> None:
        try:
            result = await self._spool.result(upload_id) or await self._result(upload_id)
            await self._spool.finish(result)
        except NotFoundError:
            return
        except (UploadWaits, ApolloniaError) as error:
            await self._wait(upload_id, str(error))
            return
        except Exception as error:
            log.exception("upload failed", upload=upload_id)
            await self._wait(upload_id, f"It could not be handled ({type(error).__name__}).")
            return
        self._waiting.pop(upload_id, None)
        self._metrics.uploads.labels(result.state.value).inc()
        log.info(
            "upload settled",
            state=result.state.value,
            upload=upload_id,
            path=result.path,
            reason=result.reason,
        )

    async def _result(self, upload_id: str) -> UploadResult:
        spooled = await self._spool.get(upload_id)
        if spooled is None:
            raise NotFoundError
        root = self._root_of(spooled)
        try:
            landed = await self._land(spooled, root)
        except UploadRefused as refused:
            return self._told(spooled, UploadState.REJECTED, reason=str(refused))
        state = UploadState.LANDED if landed.new else UploadState.DUPLICATE
        return self._told(spooled, state, path=landed.path)

    async def _land(self, spooled: Spooled, root: Root) -> Landed:
        options, folder = self._options, spooled.folder
        record = await self._ports.index.root(root.path)
        target = Target(root=root.path, device=record.device, margin_bytes=options.margin_bytes)
        landed = await self._on_disk(
            spooled, root, lambda stop: Landing(folder, target, stop).resume()
        )
        if landed is not None:
            return landed
        examined = await self._ports.examiner.examine(spooled)
        upload = spooled.upload
        destination = options.naming.destination(examined.media, upload.name, upload.time)
        path = destination.path(root.path)
        if await self._on_disk(spooled, root, lambda _: self._ports.is_ignored(root, path)):
            raise UploadWaits(
                f"It would land at {display(path)}, which the rules of that folder leave alone:"
                " change them, or the naming rule."
            )
        return await self._on_disk(
            spooled,
            root,
            lambda stop: Landing(folder, target, stop).land(
                destination, examined.size, examined.sha256_hash
            ),
        )

    async def _on_disk[T](self, spooled: Spooled, root: Root, work: Callable[[Event], T]) -> T:
        upload = spooled.upload
        limit_s = self._options.stall_s + upload.size / _BYTES_A_SECOND
        try:
            return await self._disks.run(upload.id, work, limit_s)
        except StalledError as error:
            raise UploadWaits(f"The disk of {root.name} does not answer: check it.") from error
        except OSError as error:
            raise waits_for_disk(root.name, error) from error

    def _root_of(self, spooled: Spooled) -> Root:
        """The root it goes to, if its ingestor is at work."""
        wanted, roots = spooled.upload.root, self._options.roots
        root = next((root for root in roots if wanted in {"", root.name}), None)
        if root is None:
            raise UploadWaits(
                f"{wanted} is no folder that takes uploads here: allow it in APOLLONIA_FILES__"
                "UPLOADS_ROOT, or name another."
            )
        states = {status.root: status for status in self._ports.statuses()}
        status = states.get(root.name)
        if status is None or status.state not in _AT_WORK:
            state = "not at work" if status is None else status.state.value
            words = f": {status.message}" if status is not None and status.message else "."
            raise UploadWaits(f"{root.name} is {state}{words}")
        return root

    async def _wait(self, upload_id: str, reason: str) -> None:
        before = self._waiting.get(upload_id)
        attempts = 0 if before is None else before.attempts + 1
        options = self._options
        pause = min(options.longest_wait_s, options.first_wait_s * 2.0 ** min(attempts, 30))
        until = self._clock.monotonic() + pause
        self._waiting[upload_id] = _Waiting(reason, attempts, until)
        if before is None or before.reason != reason:
            log.warning("upload waits", upload=upload_id, reason=reason)
            try:
                await self._spool.wait(upload_id, reason)
            except ApolloniaError as error:
                log.warning("why an upload waits is not kept", reason=error.message)

    def _told(
        self,
        spooled: Spooled,
        state: UploadState,
        *,
        path: bytes | None = None,
        reason: str | None = None,
    ) -> UploadResult:
        time = format_micros(self._clock.now_micros())
        return UploadResult(upload=spooled.upload, state=state, time=time, path=path, reason=reason)

    async def _keep_up(self) -> None:
        if self._clock.monotonic() < self._next_upkeep:
            return
        self._next_upkeep = self._clock.monotonic() + self._options.upkeep_s
        now = self._clock.now_micros()
        removed = await self._spool.sweep(
            unfinished_before=now - int(self._options.unfinished_s * _MICROS),
            done_before=now - int(self._options.results_s * _MICROS),
        )
        if removed:
            log.info("uploads swept", removed=removed)
