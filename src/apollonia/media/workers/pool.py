"""The pool of media workers: lent to one caller at a time, in the order they came."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

from apollonia.errors import MediaUnavailableError
from apollonia.media.options import MediaOptions
from apollonia.media.previews.previews import GROUPS
from apollonia.media.workers.batches import Batch
from apollonia.media.workers.frames import path_to_text
from apollonia.media.workers.process import Program, WorkerLostError
from apollonia.media.workers.requests import (
    MAX_BATCH,
    ArtworkRequest,
    Inspection,
    InspectRequest,
    Picture,
    PreviewRequest,
)
from apollonia.media.workers.slot import WorkerSlot
from apollonia.observe.logs import get_logger

log = get_logger(__name__)

_MODULE = "apollonia.media.workers.worker"


class MediaPool:
    """Looks into files, in processes that can be killed one by one.

    Owned by one event loop; an async context manager. Workers start when they are first needed.
    """

    def __init__(self, options: MediaOptions | None = None) -> None:
        self._options = options or MediaOptions()
        self._slots = [_slot(self._options) for _ in range(self._options.workers)]
        self._free = list(self._slots)
        self._turns = asyncio.Semaphore(self._options.workers)
        self._callers: set[asyncio.Task[Any]] = set()
        self._stopped = False

    @property
    def options(self) -> MediaOptions:
        """The limits it works under."""
        return self._options

    @property
    def worker_pids(self) -> tuple[int, ...]:
        """The processes that are alive now."""
        return tuple(w.pid for slot in self._slots if (w := slot.current()) is not None)

    @property
    def fences(self) -> tuple[str, ...]:
        """What every live worker gave up, by ``confine``'s names; none while there is no worker."""
        alive = [worker.fences for slot in self._slots if (worker := slot.current()) is not None]
        return tuple(name for name in alive[0] if all(name in it for it in alive)) if alive else ()

    async def start(self) -> None:
        """Begin to take requests."""
        self._stopped = False

    async def stop(self) -> None:
        """Kill every worker, refuse whoever waits; nothing is left when it returns."""
        self._stopped = True
        for caller in tuple(self._callers):
            caller.cancel("the media workers are stopped")
        for slot in self._slots:
            slot.drop()
        if self._callers:
            await asyncio.wait(set(self._callers))
        for slot in self._slots:
            slot.drop()
            await slot.settled()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def inspect(self, requests: Sequence[InspectRequest]) -> list[Inspection]:
        """What each file is, in the order asked; at most 64 files, which one worker looks at.

        What is wrong with a file is said in its inspection. Cancelling kills the worker at it.

        Raises:
            MediaUnavailableError: stopped, too many callers wait, or no worker can be started.
            ValueError: more than 64 files.
        """
        if len(requests) > MAX_BATCH:
            raise ValueError(f"{len(requests)} files in one batch; at most {MAX_BATCH}")
        if not requests:
            return []
        return await self._call(self._inspect(requests))

    async def artwork(self, request: ArtworkRequest) -> Picture | None:
        """The picture that stands for a file; ``None``: it has none, or none that can be read.

        Raises:
            MediaUnavailableError: as for ``inspect``.
        """
        return await self._call(self._artwork(request))

    async def previews(self, request: PreviewRequest) -> Mapping[str, bytes]:
        """The previews of a group by name; none: it has none, or none that can be made.

        Raises:
            MediaUnavailableError: as for ``inspect``.
        """
        return await self._call(self._previews(request))

    async def _call[T](self, work: "asyncio._CoroutineLike[T]") -> T:
        """Run in a task of ours, so that ``stop`` can end it without cancelling the caller."""
        if self._stopped or len(self._callers) >= self._options.queue_limit:
            work.close()
            raise MediaUnavailableError(
                "The media workers are stopped."
                if self._stopped
                else f"{len(self._callers)} callers wait for a media worker; try again later."
            )
        task = asyncio.create_task(work, name="media request")
        self._callers.add(task)
        task.add_done_callback(self._callers.discard)
        try:
            return await task
        except asyncio.CancelledError:
            if self._stopped and task.cancelled() and not _is_cancelling():
                raise MediaUnavailableError("The media workers are stopped.") from None
            raise

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[WorkerSlot]:
        async with self._turns:
            slot = self._free.pop()
            try:
                yield slot
                slot.drop_if_old()
            except BaseException:
                slot.drop()  # in the middle of an exchange: nothing more can be made of it
                raise
            finally:
                self._free.append(slot)

    async def _inspect(self, requests: Sequence[InspectRequest]) -> list[Inspection]:
        async with self._slot() as slot:
            return await Batch(slot, self._options, requests).run()

    async def _previews(self, request: PreviewRequest) -> Mapping[str, bytes]:
        message = {
            "op": "previews",
            "path": path_to_text(request.path),
            "group": request.group,
        }
        async with self._slot() as slot:
            worker = await slot.worker()
            try:
                await worker.send(message)
                answer = await worker.receive(self._options.file_time_limit_s)
                worker.handled += 1
                worker.rss_bytes = int(answer.get("rss", 0))
                return {
                    name: b64decode(answer["previews"][name], validate=True)
                    for name in GROUPS
                    if GROUPS[name] == request.group and name in answer["previews"]
                }
            except (WorkerLostError, TypeError, ValueError, KeyError) as error:
                log.warning("no previews", path=request.path, error=str(error))
                await slot.discard()
                return {}

    async def _artwork(self, request: ArtworkRequest) -> Picture | None:
        message = {"op": "artwork", "path": path_to_text(request.path), "size": request.size}
        async with self._slot() as slot:
            worker = await slot.worker()
            try:
                await worker.send(message)
                answer = await worker.receive(self._options.file_time_limit_s)
                worker.handled += 1
                worker.rss_bytes = int(answer.get("rss", 0))
                return _read_picture(answer.get("picture"))
            except (WorkerLostError, TypeError, ValueError, KeyError) as error:
                log.warning("no artwork", path=request.path, error=str(error))
                await slot.discard()
                return None


def _slot(options: MediaOptions) -> WorkerSlot:
    greeting = {
        "memory_limit_bytes": options.memory_limit_bytes,
        "pixel_limit": options.pixel_limit,
        "buffer_bytes": options.large_file_bytes + 1,
        "nice": options.nice,
    }
    program = Program(_MODULE, greeting, options.start_time_limit_s, "media worker")
    return WorkerSlot(
        program,
        recycle_after=options.recycle_after,
        recycle_rss_bytes=options.recycle_rss_bytes,
    )


def _is_cancelling() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _read_picture(answer: Any) -> Picture | None:
    if answer is None:
        return None
    if answer["source"] not in {"embedded", "image", "frame"}:
        raise ValueError("no such source")
    return Picture(
        mime="image/webp",
        data=b64decode(answer["data"], validate=True),
        width=int(answer["width"]),
        height=int(answer["height"]),
        source=answer["source"],
    )
