import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from apollonia.api.app import create_app
from apollonia.api.options import ApiOptions
from apollonia.api.ports import ApiPorts, Drawn
from apollonia.domain.place import Place
from apollonia.domain.principal import TokenKind
from apollonia.observe.metrics import Metrics
from apollonia.ports.blobs import Blob
from apollonia.testing.fake_changes import FakeChanges
from apollonia.testing.fake_control import FakeControl
from apollonia.testing.fake_dead_letters import FakeDeadLetters
from apollonia.testing.fake_identity import FakeIdentity
from apollonia.testing.fake_library import FakeLibrary
from apollonia.testing.fake_stores import FakeBlobs, FakeCache
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_bus import MemoryBus

SECRET = b"0123456789abcdef0123456789abcdef"


class FakeArtwork:
    """Pictures by file id; ``error`` is raised instead."""

    def __init__(self):
        self.pictures: dict[str, Blob] = {}
        self.error: Exception | None = None
        self.lasting = True

    async def picture(self, place: Place, size: int) -> Drawn | None:
        del size
        if self.error is not None:
            raise self.error
        blob = self.pictures.get(place.id)
        return None if blob is None else Drawn(blob, self.lasting)


class FakePreviews:
    """Previews by file id and name."""

    def __init__(self):
        self.previews: dict[tuple[str, str], Blob] = {}

    async def preview(self, place: Place, name: str) -> Blob | None:
        return self.previews.get((place.id, name))


@dataclass
class World:
    """An application over fakes, and who can ask it."""

    library: FakeLibrary = field(default_factory=FakeLibrary)
    changes: FakeChanges = field(default_factory=FakeChanges)
    control: FakeControl = field(default_factory=FakeControl)
    dead_letters: FakeDeadLetters = field(default_factory=FakeDeadLetters)
    identity: FakeIdentity = field(default_factory=FakeIdentity)
    bus: MemoryBus = field(default_factory=MemoryBus)
    artwork: FakeArtwork = field(default_factory=FakeArtwork)
    previews: FakePreviews = field(default_factory=FakePreviews)
    clock: ManualClock = field(default_factory=ManualClock)
    metrics: Metrics = field(default_factory=Metrics)
    checks: dict[str, Any] = field(default_factory=dict)
    options: ApiOptions = field(default_factory=lambda: ApiOptions(secret=SECRET, live_poll_s=0.1))
    _app: FastAPI | None = None

    @property
    def app(self) -> FastAPI:
        if self._app is None:
            self._app = create_app(self.ports(), self.options)
        return self._app

    def ports(self) -> ApiPorts:
        fakes: Any = self.changes
        return ApiPorts(
            library=self.library,
            search=self.library,
            catalog=fakes,
            control=self.control,
            dead_letters=self.dead_letters,
            identity=self.identity,
            cache=FakeCache(),
            blobs=FakeBlobs(),
            broadcast=self.changes,
            bus=self.bus,
            artwork=self.artwork,
            previews=self.previews,
            metrics=self.metrics,
            clock=self.clock,
            checks=self.checks,
        )

    def set(self, **options: Any) -> None:
        assert self._app is None, "the application is made already"
        self.options = replace(self.options, **options)

    def client(self, **more: Any) -> AsyncClient:
        """Somebody without a credential."""
        transport = ASGITransport(self.app, raise_app_exceptions=False)
        return AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", **more)

    async def script(self, **more: Any) -> AsyncClient:
        """Somebody with a token."""
        token = await self.identity.issue(TokenKind.API, label="test", ttl=None)
        return self.client(headers={"Authorization": f"Bearer {token}"}, **more)

    async def browser(self) -> AsyncClient:
        """Somebody with a session cookie."""
        code = await self.identity.issue(TokenKind.SIGN_IN, label="test", ttl=None)
        async with self.client() as client:
            answer = await client.get("/sign-in", params={"code": code})
        assert answer.status_code == 303
        signed_in = self.client()
        signed_in.cookies.update(client.cookies)
        return signed_in

    async def open(self, path: str = "/api/v1/live", **headers: str) -> "Line":
        """A WebSocket by hand; the feed must be running."""
        if "authorization" not in headers and "cookie" not in headers:
            token = await self.identity.issue(TokenKind.API, label="test", ttl=None)
            headers["authorization"] = f"Bearer {token}"
        line = Line(self.app, path, {"host": "127.0.0.1:8000", **headers})
        line.start()
        return line


class Line:
    """The browser's end of a WebSocket, without a network in between."""

    def __init__(self, app: FastAPI, path: str, headers: dict[str, str]):
        path, _, query = path.partition("?")
        self._app = app
        self._scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
            "subprotocols": [],
            "state": {},
        }
        self._in: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.reads = asyncio.Event()
        self.reads.set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._in.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._app(self._scope, self._in.get, self._receive))

    async def _receive(self, message):
        await self.reads.wait()
        self._out.put_nowait(message)

    async def message(self, seconds: float = 3.0) -> dict[str, Any]:
        async with asyncio.timeout(seconds):
            return await self._out.get()

    async def event(self, *skipping: str) -> dict[str, Any]:
        """The next frame as JSON, without those of a type that is skipped."""
        while True:
            message = await self.message()
            if message["type"] == "websocket.accept":
                continue
            assert message["type"] == "websocket.send", message
            event: dict[str, Any] = orjson.loads(message["text"])
            if event["type"] not in skipping:
                return event

    async def closed(self) -> int:
        """The close code; skips everything before."""
        while True:
            message = await self.message()
            if message["type"] == "websocket.close":
                code: int = message["code"]
                return code

    def say(self, text: str) -> None:
        self._in.put_nowait({"type": "websocket.receive", "text": text})

    async def leave(self) -> None:
        self._in.put_nowait({"type": "websocket.disconnect", "code": 1000})
        assert self._task is not None
        async with asyncio.timeout(3):
            await self._task


@pytest.fixture
async def world() -> World:
    return World()


@pytest.fixture
async def feeding(world: World) -> AsyncIterator[World]:
    """The world with its live feed running."""
    stop = asyncio.Event()
    task = asyncio.create_task(world.app.state.api.feed.run(stop))
    yield world
    stop.set()
    async with asyncio.timeout(3):
        await task


@pytest.fixture
async def script(world: World) -> AsyncIterator[AsyncClient]:
    client = await world.script()
    async with client:
        yield client


@pytest.fixture
async def browser(world: World) -> AsyncIterator[AsyncClient]:
    client = await world.browser()
    async with client:
        yield client
