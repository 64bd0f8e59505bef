"""One batch on one worker, and what happens when the worker does not survive it.

Answers come in small groups. When a worker dies, the files of the group it was at are tried again
one by one, each poisonous one in workers of its own and at most ``tries`` times; then it is only
hashed. The rest of the batch goes on as a batch. So one file costs only itself.
"""

import time
from collections.abc import Sequence
from typing import Any, Protocol

from apollonia.media.facts import FileFacts
from apollonia.media.options import MediaOptions
from apollonia.media.sidecars.checksum_files import ALGORITHMS, Sum, SumList
from apollonia.media.sidecars.limits import MAX_SUMS
from apollonia.media.workers.frames import path_from_text, path_to_text
from apollonia.media.workers.process import WorkerLostError, WorkerProcess
from apollonia.media.workers.requests import Inspection, InspectRequest
from apollonia.messages import FileError

SUSPECTS = 8
_OUTCOMES = frozenset({"ok", "error", "vanished", "changed", "not_regular"})
_WORDS = {
    "timeout": "It kept its decoder busy for more than {limit:g} s, {tries} times",
    "crashed": "It crashed its decoder {tries} times",
}


class Slot(Protocol):
    """A place in the pool, with a worker that is replaced when it is lost."""

    async def worker(self) -> WorkerProcess:
        """The live worker, started where there is none."""
        ...

    async def discard(self) -> None:
        """Kill the worker and wait until it is gone."""
        ...


class Batch:
    """The inspections of one batch; ``run`` may be called once."""

    def __init__(
        self, slot: Slot, options: MediaOptions, requests: Sequence[InspectRequest]
    ) -> None:
        self._slot = slot
        self._options = options
        self._requests = requests
        self._found: list[Inspection | None] = [None] * len(requests)

    async def run(self) -> list[Inspection]:
        """One inspection per request, in order.

        Raises:
            MediaUnavailableError: no worker can be started.
        """
        left = list(range(len(self._requests)))
        while left:
            lost = await self._attempt(left)
            left = [index for index in left if self._found[index] is None]
            if lost is not None:
                for index in left[:SUSPECTS]:
                    await self._alone(index)
                left = left[SUSPECTS:]
        return [found for found in self._found if found is not None]

    async def _alone(self, index: int) -> None:
        """A suspect by itself, as often as it deserves; at last without looking into it."""
        lost: WorkerLostError | None = None
        for _ in range(self._options.tries):
            lost = await self._attempt([index])
            if lost is None:
                return
        error = self._error(lost)
        await self._attempt([index], probe=False)
        hashed = self._found[index]
        if hashed is None:
            self._found[index] = Inspection(
                path=self._requests[index].path, outcome="error", error=error
            )
        elif hashed.outcome == "ok":
            self._found[index] = Inspection(
                path=hashed.path,
                outcome="error",
                facts=hashed.facts,
                sha256_hash=hashed.sha256_hash,
                xxh128_hash=hashed.xxh128_hash,
                error=error,
            )

    def _error(self, lost: WorkerLostError | None) -> FileError:
        how = lost.how if lost else "crashed"
        limit, tries = self._options.file_time_limit_s, self._options.tries
        words = _WORDS[how].format(limit=limit, tries=tries)
        return FileError(code=how, message=f"{words}; it is left alone until its content changes.")

    async def _attempt(self, indices: list[int], *, probe: bool = True) -> WorkerLostError | None:
        """Ask for these; how the worker was lost, if it was."""
        worker = await self._slot.worker()
        files = [
            (
                path_to_text(request.path),
                request.hash,
                probe,
                None if request.top is None else path_to_text(request.top),
                probe and request.sums,
            )
            for request in (self._requests[index] for index in indices)
        ]
        try:
            await worker.send({"op": "inspect", "files": files})
            await self._receive(worker, indices)
        except WorkerLostError as lost:
            await self._slot.discard()
            return lost
        except (TypeError, ValueError, KeyError) as error:
            await self._slot.discard()
            return WorkerLostError("crashed", f"the worker talked nonsense: {error}")
        return None

    async def _receive(self, worker: WorkerProcess, indices: list[int]) -> None:
        """Take the answers as they come, one for each file that was asked for."""
        ends = time.monotonic() + self._options.batch_time_limit_s
        left = list(reversed(indices))
        while True:
            limit = min(self._options.file_time_limit_s, ends - time.monotonic())
            answer = await worker.receive(max(limit, 0.01))
            for result in answer["results"][: len(left)]:
                index = left.pop()
                self._found[index] = read_inspection(self._requests[index].path, result)
            if answer.get("done", False):
                break
        if left:
            raise ValueError("it left files out")
        worker.handled += len(indices)
        worker.rss_bytes = int(answer["rss"])


def read_inspection(path: bytes, result: Any) -> Inspection:
    """A worker's answer about the file it was asked for.

    Raises:
        TypeError, ValueError, KeyError: no such answer.
    """
    outcome = result["outcome"]
    if outcome not in _OUTCOMES:
        raise ValueError(f"no such outcome: {outcome!r}")
    code, media, facts = result.get("code"), result.get("media"), result.get("facts")
    if media is not None and not isinstance(media, dict):
        raise TypeError("media is an object")
    error = FileError(code=code[:64], message=result["message"][:4096]) if code else None
    return Inspection(
        path=path,
        outcome=outcome,
        facts=FileFacts(*map(int, facts)) if facts else None,
        sha256_hash=_digest(result.get("sha"), 64),
        xxh128_hash=_digest(result.get("xxh"), 32),
        media=media,
        error=error,
        sums=_sums(result.get("sums")),
    )


def _sums(told: Any) -> SumList | None:
    if told is None:
        return None
    rows = told["rows"][:MAX_SUMS]
    if not all(algorithm in ALGORITHMS for _, algorithm, _ in rows):
        raise ValueError("no such algorithm")
    sums = (Sum(path_from_text(name), algorithm, str(digest)) for name, algorithm, digest in rows)
    return SumList(tuple(sums), int(told["count"]))


def _digest(text: Any, length: int) -> str | None:
    if text is None:
        return None
    if len(text) != length or int(text, 16) < 0:
        raise ValueError("no hash")
    return str(text)
