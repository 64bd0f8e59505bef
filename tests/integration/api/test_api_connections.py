"""What becomes of connections on which nothing, or only half of it, comes."""

import asyncio
import contextlib
import resource
import time

import pytest
from fastapi import FastAPI, Request, WebSocket
from websockets.asyncio.client import connect

from apollonia.api.http_protocol import ConnectionLimits
from apollonia.api.options import ApiOptions
from apollonia.api.server import _config, _Server, bind

LIMITS = ConnectionLimits(head_s=0.4, body_s=0.4, connections=5)
GET = b"GET /quick HTTP/1.1\r\nHost: x\r\n\r\n"
HALF = b"GET /quick HTTP/1.1\r\nHost: x\r\nX-Half: "


def application() -> FastAPI:
    app = FastAPI()

    @app.get("/quick")
    async def quick():
        return "quick"

    @app.get("/slow")
    async def slow():
        await asyncio.sleep(1.0)
        return "slow"

    @app.post("/body")
    async def body(request: Request):
        return len(await request.body())

    @app.post("/unread")
    async def unread():
        return "unread"

    @app.websocket("/live")
    async def live(socket: WebSocket):
        await socket.accept()
        with contextlib.suppress(Exception):
            while True:
                await socket.send_text(await socket.receive_text())

    return app


@pytest.fixture
async def port():
    listener = bind("127.0.0.1", 0)
    options = ApiOptions(secret=b"0123456789abcdef", connections=LIMITS)
    started = asyncio.Event()
    server = _Server(_config(application(), options), started.set)
    serving = asyncio.create_task(server.serve([listener]))
    async with asyncio.timeout(5):
        await started.wait()
    yield listener.getsockname()[1]
    server.should_exit = True
    await serving
    listener.close()


class Line:
    """A client's end of a connection."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        with contextlib.suppress(ConnectionError):
            await self.writer.drain()

    async def rest(self, limit: float = 3.0) -> bytes:
        """All that comes until the server closes; fails when it does not."""
        async with asyncio.timeout(limit):
            with contextlib.suppress(ConnectionResetError):
                return bytes(await self.reader.read())
        return b""

    async def answer(self) -> bytes:
        async with asyncio.timeout(3):
            head = await self.reader.readuntil(b"\r\n\r\n")
            return bytes(head + await self.reader.readexactly(len(b'"quick"')))

    async def drip(self, data: bytes = b"x") -> None:
        while True:
            await self.send(data)
            await asyncio.sleep(0.05)


@pytest.fixture
async def line(port):
    async with opened(port) as made:
        yield made


@contextlib.asynccontextmanager
async def opened(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield Line(reader, writer)
    writer.close()


@contextlib.asynccontextmanager
async def dripping(line, data=b"x"):
    task = asyncio.create_task(line.drip(data))
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_connection_that_says_nothing_is_closed(line):
    before = time.monotonic()
    assert await line.rest() == b""
    assert time.monotonic() - before > 0.3


async def test_half_a_head_is_given_up(line):
    await line.send(HALF)
    assert (await line.rest()).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("start", [HALF, b"\r\n"])
async def test_head_that_comes_byte_by_byte_is_given_up(line, start):
    await line.send(start)
    async with dripping(line, start[-2:]):
        await line.rest()


@pytest.mark.parametrize("start", [HALF, b"\r\n", b"G"])
async def test_half_a_head_after_an_answer_is_given_up(line, start):
    await line.send(GET)
    assert b"200 OK" in await line.answer()
    await line.send(start)
    assert (await line.rest()).startswith(b"HTTP/1.1 408 ")


async def test_connection_between_requests_is_kept(line):
    for _ in range(3):
        await line.send(GET)
        assert b"200 OK" in await line.answer()
        await asyncio.sleep(0.6)  # more than head_s; keep-alive is longer


async def test_answer_that_takes_long_is_sent(line):
    await line.send(GET.replace(b"quick", b"slow"))
    async with asyncio.timeout(3):
        assert b"200 OK" in await line.reader.readuntil(b'"slow"')
    await line.send(GET)
    assert b"200 OK" in await line.answer()


async def test_half_a_head_behind_a_request_ends_the_connection_after_its_answer(line):
    await line.send(GET.replace(b"quick", b"slow") + HALF)
    told = await line.rest()
    assert b"200 OK" in told
    assert told.endswith(b'"slow"')


@pytest.mark.parametrize("path", [b"body", b"unread"])
async def test_half_a_body_is_given_up(line, path):
    await line.send(b"POST /" + path + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
    async with dripping(line):
        told = await line.rest()
    assert (b"200 OK" in told) == (path == b"unread")


async def test_whole_body_is_read(line):
    await line.send(b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nab")
    await asyncio.sleep(0.2)
    await line.send(b"c")
    async with asyncio.timeout(3):
        assert b"200 OK" in await line.reader.readuntil(b"\r\n\r\n3")


async def test_websocket_that_is_silent_stays(port):
    async with connect(f"ws://127.0.0.1:{port}/live", proxy=None) as socket:
        await asyncio.sleep(1.0)
        await socket.send("there?")
        assert await socket.recv() == "there?"


async def test_connections_at_once_are_bounded(port):
    async with contextlib.AsyncExitStack() as stack:
        socket = await stack.enter_async_context(connect(f"ws://127.0.0.1:{port}/live", proxy=None))
        for _ in range(LIMITS.connections - 1):
            kept = await stack.enter_async_context(opened(port))
            await kept.send(GET)
            await kept.answer()
        one_more = await stack.enter_async_context(opened(port))
        assert (await one_more.rest()).startswith(b"HTTP/1.1 503 ")
        await kept.send(GET)
        assert b"200 OK" in await kept.answer()
        await socket.close()
        again = await stack.enter_async_context(opened(port))
        await again.send(GET)
        assert b"200 OK" in await again.answer()


def test_connections_leave_descriptors_for_others():
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    limits = ConnectionLimits(connections=10**12).within_descriptors()
    expected = 10**12 if files == resource.RLIM_INFINITY else files // 2
    assert limits.connections == expected
    assert ConnectionLimits(connections=7).within_descriptors().connections == min(7, files // 2)
