"""A network that misbehaves on demand: a TCP proxy that cuts, stalls, delays and refuses."""

import asyncio
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit, urlunsplit

_CHUNK = 64 << 10
_MOST_WAITING = 64  # chunks on the way in one direction


class _Connection:
    """Two pumps between a client and the server."""

    def __init__(self, proxy: "TcpProxy", client: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._writers = [client]

    async def run(self, reader: asyncio.StreamReader) -> None:
        client = self._writers[0]
        server_reader, server = await asyncio.open_connection(*self._proxy.target)
        self._writers.append(server)
        pumps = [
            asyncio.create_task(self._pump(reader, server, upwards=True)),
            asyncio.create_task(self._pump(server_reader, client, upwards=False)),
        ]
        await asyncio.wait(pumps)

    def abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def close(self) -> None:
        for writer in self._writers:
            writer.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, upwards: bool
    ) -> None:
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_MOST_WAITING)
        sending = asyncio.create_task(self._send(on_the_way, writer, upwards=upwards))
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while chunk := await reader.read(_CHUNK):
                await on_the_way.put((loop.time() + self._proxy.delay_s, chunk))
        await on_the_way.put((loop.time() + self._proxy.delay_s, b""))
        await sending

    async def _send(
        self,
        on_the_way: asyncio.Queue[tuple[float, bytes]],
        writer: asyncio.StreamWriter,
        *,
        upwards: bool,
    ) -> None:
        loop = asyncio.get_running_loop()
        lost = False
        while True:
            due, chunk = await on_the_way.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            await self._proxy.flowing.wait()
            if not chunk:
                break
            allowed = self._proxy.allow(len(chunk), upwards=upwards)
            if lost:
                continue
            try:
                writer.write(chunk[:allowed])
                await writer.drain()
            except OSError:
                lost = True  # read on: the other end must not be blocked by it
            if allowed < len(chunk):
                self._proxy.cut()
                lost = True
        writer.close()


class TcpProxy:
    """Listens on a free port of loopback while its context lasts.

    ``delay_s`` is added to everything in each direction; ``refuses`` closes new connections at
    once. Both may be changed at any time. ``connections`` and ``upward_bytes`` (to the server)
    count what passed.
    """

    def __init__(self, host: str, port: int, *, delay_s: float = 0.0) -> None:
        self.target = (host, port)
        self.delay_s = delay_s
        self.refuses = False
        self.connections = 0
        self.upward_bytes = 0
        self.flowing = asyncio.Event()
        self.flowing.set()
        self._left: int | None = None
        self._open: set[_Connection] = set()
        self._server: asyncio.Server | None = None

    @classmethod
    def before(cls, url: str, *, default_port: int = 0) -> Self:
        """In front of the server that a URL names."""
        parts = urlsplit(url)
        return cls(parts.hostname or "127.0.0.1", parts.port or default_port)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._server is not None
        self._server.close()
        self.resume()
        self.cut()
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def through(self, url: str) -> str:
        """The same URL by way of the proxy."""
        parts = urlsplit(url)
        account, at, _ = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{account}{at}127.0.0.1:{self.port}"))

    def cut(self) -> None:
        """Reset every connection; new ones are taken."""
        self._left = None
        for connection in list(self._open):
            connection.abort()

    def cut_after(self, upward_bytes: int) -> None:
        """Let so many bytes more reach the server, then ``cut``: in the middle of a frame."""
        self._left = upward_bytes

    def stall(self) -> None:
        """Let nothing pass; connections stay open, and new ones are taken and hear nothing."""
        self.flowing.clear()

    def resume(self) -> None:
        """End of ``stall``."""
        self.flowing.set()

    def allow(self, size: int, *, upwards: bool) -> int:
        """How many of so many bytes may pass."""
        if not upwards:
            return size
        allowed = size
        if self._left is not None:
            allowed = min(size, self._left)
            self._left -= allowed
        self.upward_bytes += allowed
        return allowed

    async def _accept(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection = _Connection(self, client)
        if self.refuses:
            connection.abort()
            return
        self._open.add(connection)
        try:
            with suppress(OSError):
                await connection.run(reader)
        finally:
            self._open.discard(connection)
            connection.close()
