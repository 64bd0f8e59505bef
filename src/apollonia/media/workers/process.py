"""One worker process, as the pool holds it: started, spoken to, killed."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from apollonia.errors import MediaUnavailableError
from apollonia.media.workers.frames import HEADER, body_length, decode, encode

_COMMAND = ("-I", "-B", "-X", "frozen_modules=on", "-m")
_KEPT_VARIABLES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
_READ_LIMIT = 1 << 20
_ONE_CORE = {  # more workers are what is scaled by, not threads of one
    "MALLOC_ARENA_MAX": "2",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


@dataclass(frozen=True, slots=True)
class Program:
    """What a worker runs: a module of ours, the limits that it is told first, its name for people.

    The first frame it is sent has ``greeting`` and ``parent``, the id of the process that it must
    not outlive; it answers when it is confined and ready, with the ``fences`` that hold.
    """

    module: str
    greeting: Mapping[str, Any]
    start_time_limit_s: float
    name: str


class WorkerLostError(Exception):
    """The worker died, fell silent or talked nonsense; it has been killed."""

    def __init__(self, how: Literal["crashed", "timeout"], detail: str = "") -> None:
        super().__init__(detail or how)
        self.how = how


class WorkerProcess:
    """A live worker. Not for two callers at once: the pool sees to that."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.handled = 0
        self.rss_bytes = 0
        self.fences: tuple[str, ...] = ()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @classmethod
    async def start(cls, program: Program) -> Self:
        """A worker that is confined and ready.

        Raises:
            MediaUnavailableError: it cannot be started.
        """
        environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *_COMMAND,
                program.module,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=environment | _ONE_CORE,
                cwd="/",
                start_new_session=True,
                limit=_READ_LIMIT,
            )
        except OSError as error:
            raise MediaUnavailableError(f"No {program.name} could be started: {error}.") from error
        worker = cls(process)
        try:
            await worker._greet(program)
        except WorkerLostError as error:
            await worker.reap()
            raise MediaUnavailableError(
                f"A {program.name} ended before it was ready (exit code {process.returncode});"
                " run `apollonia doctor`."
            ) from error
        except BaseException:
            worker.kill()
            await asyncio.shield(worker.reap())
            raise
        return worker

    async def _greet(self, program: Program) -> None:
        await self.send({**program.greeting, "parent": os.getpid()})
        hello = await self.receive(program.start_time_limit_s)
        self.fences = tuple(str(fence) for fence in hello.get("fences", ()))

    async def send(self, message: dict[str, Any]) -> None:
        """Write one frame.

        Raises:
            WorkerLostError: the worker is gone.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(encode(message))
            await self._process.stdin.drain()
        except (OSError, RuntimeError) as error:
            raise self._lost("crashed", str(error)) from error

    async def receive(self, time_limit_s: float) -> dict[str, Any]:
        """The next frame.

        Raises:
            WorkerLostError: none came in time, or none can come any more.
        """
        stdout = self._process.stdout
        assert stdout is not None
        try:
            async with asyncio.timeout(time_limit_s):
                length = body_length(await stdout.readexactly(HEADER.size))
                return decode(await stdout.readexactly(length))
        except TimeoutError as error:
            raise self._lost("timeout", f"silent for {time_limit_s:.0f} s") from error
        except (asyncio.IncompleteReadError, OSError, ValueError) as error:
            raise self._lost("crashed", str(error)) from error

    def _lost(self, how: Literal["crashed", "timeout"], detail: str) -> WorkerLostError:
        self.kill()
        return WorkerLostError(how, detail)

    def kill(self) -> None:
        """SIGKILL, now; ``reap`` has to follow."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def reap(self) -> None:
        """Kill it if it lives, wait until it is gone and its pipes are closed."""
        self.kill()
        await self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.stdout is not None:
            with contextlib.suppress(OSError, RuntimeError):
                while await self._process.stdout.read(_READ_LIMIT):
                    continue
