"""The API behind a real socket: listening, WebSockets, stopping."""

import asyncio
import contextlib
import http.client
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from apollonia.api.app import create_app
from apollonia.api.options import ApiOptions
from apollonia.api.ports import ApiPorts
from apollonia.api.server import ApiService, bind
from apollonia.domain.principal import TokenKind
from apollonia.errors import ConfigurationError
from apollonia.observe.metrics import Metrics
from apollonia.testing.fake_changes import FakeChanges
from apollonia.testing.fake_control import FakeControl
from apollonia.testing.fake_identity import FakeIdentity
from apollonia.testing.fake_library import FakeLibrary
from apollonia.testing.fake_stores import FakeBlobs, FakeCache
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_bus import MemoryBus


class Running:
    """A running service over fakes."""

    def __init__(self, options: ApiOptions):
        self.options = options
        self.library, self.changes = FakeLibrary(), FakeChanges()
        self.identity = FakeIdentity()
        fakes: Any = self.changes
        none: Any = None
        self.app = create_app(
            ApiPorts(
                library=self.library,
                search=self.library,
                catalog=fakes,
                control=FakeControl(),
                dead_letters=none,
                identity=self.identity,
                cache=FakeCache(),
                blobs=FakeBlobs(),
                broadcast=self.changes,
                bus=MemoryBus(),
                artwork=none,
                previews=none,
                metrics=Metrics(),
                clock=ManualClock(),
            ),
            options,
        )
        self.stop = asyncio.Event()
        self.ready = asyncio.Event()
        self.port = 0
        self.token = ""
        self.task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        listener = bind("127.0.0.1", 0)
        self.port = listener.getsockname()[1]
        self.token = await self.identity.issue(TokenKind.API, label="x", ttl=None)
        service = ApiService(self.app, listener, self.options, ready=self.ready.set)
        self.task = asyncio.create_task(service.run(self.stop))
        async with asyncio.timeout(5):
            await self.ready.wait()

    async def end(self) -> float:
        """Stop; how long it took."""
        assert self.task is not None
        before = asyncio.get_running_loop().time()
        self.stop.set()
        async with asyncio.timeout(10):
            await self.task
        return asyncio.get_running_loop().time() - before

    def live(self, query: str = "", **headers: str) -> connect:
        given = {"Authorization": f"Bearer {self.token}"} | headers
        url = f"ws://127.0.0.1:{self.port}/api/v1/live{query}"
        return connect(url, additional_headers=given, proxy=None)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Authorization": f"Bearer {self.token}"},
            trust_env=False,
        )


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    service = Running(ApiOptions(secret=b"0123456789abcdef"))
    await service.start()
    yield service
    await service.end()


async def event(line: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(3):
        found: dict[str, Any] = json.loads(await line.recv())
        return found


async def close_code_of(line: ClientConnection) -> int | None:
    async with asyncio.timeout(3):
        try:
            while True:
                await line.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


async def test_server_answers_once_it_is_ready(running):
    async with running.client() as client:
        answer = await client.get("/api/v1/files")
    assert answer.status_code == 200
    assert "server" not in answer.headers


async def test_server_answers_head_and_then_the_next_request(running):
    async with running.client() as client:
        head = await client.head("/api/v1/files")
        answer = await client.get("/api/v1/files")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == answer.headers["content-length"]


async def test_server_live_tells_changes(running):
    async with running.live() as line:
        assert (await event(line))["type"] == "hello"
        running.changes.add(3)
        await running.changes.send("changes", "3")
        changes = await event(line)
        assert [item["id"] for item in changes["items"]] == ["file-1", "file-2", "file-3"]
        await line.send('{"type": "pong"}')


async def test_server_live_refuses_with_codes_that_a_page_can_read(running):
    async with running.live(Authorization="Bearer wrong") as line:
        assert await close_code_of(line) == 4401
    async with running.live(Origin="https://evil.example") as line:
        assert await close_code_of(line) == 4403
    async with running.live("?since=x") as line:
        assert await close_code_of(line) == 4400


async def test_server_has_no_other_websocket(running):
    url = f"ws://127.0.0.1:{running.port}/elsewhere"
    headers = {"Authorization": f"Bearer {running.token}"}
    with pytest.raises(InvalidStatus):
        await connect(url, additional_headers=headers, proxy=None)


async def test_server_live_ends_on_a_message_that_is_too_large(running):
    async with running.live() as line:
        await event(line)
        await line.send("x" * (65 << 10))
        assert await close_code_of(line) == 1009


async def test_server_stops_quickly_with_open_connections():
    running = Running(ApiOptions(secret=b"0123456789abcdef"))
    await running.start()
    async with contextlib.AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(running.live()) for _ in range(20)]
        for line in lines:
            await event(line)
        client = await stack.enter_async_context(running.client())
        await client.get("/health/live")  # leaves an idle connection behind
        took = await running.end()
        codes = [await close_code_of(line) for line in lines]
    assert took < 2
    assert codes == [1001] * 20


async def test_server_stops_in_time_with_someone_who_never_reads():
    running = Running(ApiOptions(secret=b"0123456789abcdef"))
    await running.start()
    with socket.socket() as silent:
        silent.setblocking(False)
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(silent, ("127.0.0.1", running.port))
        handshake = (
            f"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Sec-WebSocket-Version: 13\r\nAuthorization: Bearer {running.token}\r\n\r\n"
        )
        await loop.sock_sendall(silent, handshake.encode())
        await asyncio.sleep(0.3)
        feed = running.app.state.api.feed
        (client,) = feed._clients
        async with asyncio.timeout(10):
            while client.close_code is None:  # too slow: its frames were given up
                client.offer("x" * 100_000, 1)
                await asyncio.sleep(0)
        assert await running.end() < 5


async def test_server_finishes_what_is_at_work():
    running = Running(ApiOptions(secret=b"0123456789abcdef"))
    await running.start()
    begun = asyncio.Event()
    stats = running.library.stats

    async def slow() -> Any:
        begun.set()
        await asyncio.sleep(0.5)
        return await stats()

    running.library.stats = slow  # type: ignore[method-assign]
    async with running.client() as client:
        asking = asyncio.create_task(client.get("/api/v1/stats"))
        await begun.wait()
        took = await running.end()
        assert (await asking).status_code == 200
    assert took < 3


async def test_server_gives_up_what_takes_too_long():
    running = Running(ApiOptions(secret=b"0123456789abcdef"))
    await running.start()
    begun = asyncio.Event()

    async def never() -> Any:
        begun.set()
        await asyncio.sleep(60)

    running.library.stats = never  # type: ignore[method-assign]
    async with running.client() as client:
        asking = asyncio.create_task(client.get("/api/v1/stats"))
        await begun.wait()
        assert await running.end() < 5
        with contextlib.suppress(httpx.HTTPError):
            await asking


async def test_server_may_be_cancelled():
    running = Running(ApiOptions(secret=b"0123456789abcdef"))
    await running.start()
    assert running.task is not None
    async with running.live() as line:
        await event(line)
        running.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            async with asyncio.timeout(5):
                await running.task
    bind("127.0.0.1", running.port).close()


async def test_server_oversized_header_is_refused(running):
    async with running.client() as client:
        answer = await client.get("/api/v1/files", headers={"X-Large": "x" * (65 << 10)})
    assert answer.status_code in {400, 431}


def test_bind_takes_any_free_port():
    with bind("127.0.0.1", 0) as listener:
        assert listener.getsockname()[1] > 0


def test_bind_says_when_the_port_is_taken():
    with bind("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"Port {port} on .* in use.*--port"):
            bind("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_bind_says_when_the_host_is_not_ours(host):
    with pytest.raises(ConfigurationError, match=host):
        bind(host, 0)


def post_all_then_read(running: Running, *, chunked: bool) -> tuple[int, str | None]:
    """As urllib does it: 20 MiB are sent before anything is read, and the connection ends."""
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=20)
    body = (b"x" * (1 << 20) for _ in range(20))
    headers = {"Connection": "close", "Authorization": f"Bearer {running.token}"}
    given = {} if chunked else {"Content-Length": str(20 << 20)}
    connection.request(
        "POST", "/api/v1/roots/rescan", body, headers | given, encode_chunked=chunked
    )
    answer = connection.getresponse()
    json.loads(answer.read())
    connection.close()
    return answer.status, answer.headers["content-type"]


@pytest.mark.parametrize("chunked", [False, True])
async def test_server_tells_who_sends_too_much_before_he_reads(running, chunked):
    answer = await asyncio.to_thread(post_all_then_read, running, chunked=chunked)
    assert answer == (413, "application/problem+json")
