"""Threads that run database work, one connection for each."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from apollonia.adapters.database.sqlite_errors import ClosedError
from apollonia.adapters.database.store import Work


class Lane:
    """An engine with as many threads as connections: each visit takes one of both.

    Whoever is cancelled during a visit waits for its end: what runs in a thread cannot be left
    behind, and the next in line needs the connection.
    """

    def __init__(self, engine: Engine, *, name: str, threads: int, patience_s: float) -> None:
        self._engine = engine
        self._executor: Executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._free = asyncio.Semaphore(threads)
        self._patience_s = patience_s
        self._begun: set[Connection] = set()

    async def transaction[T](self, work: Work[T]) -> T:
        """One transaction around ``work``, in one visit: rolled back when it raises."""

        def whole() -> T:
            with self._engine.begin() as connection:
                return work(connection)

        return await self.visit(whole)

    def begun(self) -> Connection:
        """A connection within a new transaction; called, used and ended in visits."""
        connection = self._engine.connect()
        self._begun.add(connection)
        try:
            connection.begin()
        except BaseException:
            self.ended(connection)
            raise
        return connection

    def ended(self, connection: Connection) -> None:
        """Give it back; rolls back what was not committed."""
        self._begun.discard(connection)
        connection.close()

    async def visit[T](self, work: Callable[[], T]) -> T:
        """Run in one of the threads; waits a limited time for one of them to be free.

        Raises:
            sqlalchemy.exc.TimeoutError: all threads stayed busy.
            ClosedError: ``close`` came before.
        """
        await self._take()
        try:
            future = asyncio.get_running_loop().run_in_executor(self._executor, work)
        except RuntimeError as error:
            self._free.release()
            raise ClosedError from error
        future.add_done_callback(self._give_back)
        return await finished(future)

    async def close(self) -> None:
        """End the threads, once what they do is done; rolls back what is open, and disconnects."""
        await finished(asyncio.ensure_future(asyncio.to_thread(self._shut)))

    async def _take(self) -> None:
        if not self._free.locked():
            await self._free.acquire()  # at once
            return
        try:
            async with asyncio.timeout(self._patience_s):
                await self._free.acquire()
        except TimeoutError as error:
            raise PoolTimeoutError("all connections stayed in use") from error

    def _give_back(self, _future: object) -> None:
        self._free.release()

    def _shut(self) -> None:
        self._executor.shutdown(wait=True)
        for connection in tuple(self._begun):
            self.ended(connection)
        self._engine.dispose()


async def finished[T](future: asyncio.Future[T]) -> T:
    """Its result; who is cancelled meanwhile waits for its end all the same."""
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        while not future.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([future])
        if not future.cancelled():
            future.exception()  # nobody else will ask for it
        raise
