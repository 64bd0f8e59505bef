"""The populator from RabbitMQ to PostgreSQL, beside a bare loop over the same messages.

The bare loop consumes, parses, inserts the very rows that the populator made of them, in the same
batches, tables and indexes, and acknowledges. It builds no rows: they are ready before it starts.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

from apollonia.adapters.bus.rabbit import RabbitBus
from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.clock import SystemClock
from apollonia.adapters.database import Database, migrate
from apollonia.domain.ids import uuid7
from apollonia.messages import FILES, GRAPH_QUEUE, Tags
from apollonia.observe.metrics import Metrics
from apollonia.populate.file_projector import FileProjector
from apollonia.ports.bus import Delivery, Message
from apollonia.ports.catalog import UnitOfWork
from apollonia.testing.builders import a_file_body, a_media, a_message, a_time
from apollonia.work.job import Job
from apollonia.work.runner import Runner
from bus_measures.bare_populate import bare_populate, rows_of
from bus_measures.ground import FAN_OUT, QUEUE, Ground, as_in_service, settle
from report import Measure, median

_LEAST_PER_S = 1_500
_LEAST = 0.5
_ALBUM = 12


def measure(ground: Ground) -> list[Measure]:
    """Medians; both take the same messages, each from a queue of its own."""
    ours: list[float] = []
    peers: list[float] = []
    for _ in range(ground.repeat):
        as_in_service(_both(ground, ours, peers))
        settle()
    value, limit = median(ours), median(peers)
    return [
        Measure(
            measure="populate PostgreSQL from RabbitMQ",
            value=value,
            unit="files/s",
            against="bare loop: consume, parse, insert ready rows in batches of 500, acknowledge",
            limit=limit,
            target=f">= {_LEAST_PER_S:,} files/s and >= {_LEAST} x",
            holds=value >= _LEAST_PER_S and value >= _LEAST * limit,
        )
    ]


async def _both(ground: Ground, ours: list[float], peers: list[float]) -> None:
    messages = events(ground.messages)
    async with ground.host() as amqp:
        bus = RabbitBus(amqp)
        await bus.declare(FAN_OUT)
        await bus.publish(FILES.name, messages)
        async with migrated_database(ground) as url:
            ours.append(await _ours(bus, url, len(messages)))
            rows = await rows_of(url)
        async with migrated_database(ground) as url:
            peers.append(await bare_populate(amqp, GRAPH_QUEUE, url, rows))
        await bus.close()


async def _ours(bus: RabbitBus, url: str, number: int) -> float:
    """Files per second, from the first message taken to the last batch acknowledged."""
    database, clock, stop = Database(url), SystemClock(), asyncio.Event()
    await database.open()
    handle = _Counting(FileProjector(clock=clock), number)

    def committed() -> None:
        if not handle.left:
            stop.set()

    catalog = SqlCatalog(database)
    job = Job(queue=QUEUE, scope=catalog.begin, handle=handle, after_commit=committed)
    runners = [
        Runner(job=job, bus=bus, clock=clock, metrics=Metrics()) for _ in range(catalog.writers)
    ]
    began = time.perf_counter()
    await asyncio.gather(*(one.run(stop) for one in runners))
    took = time.perf_counter() - began
    await database.close()
    return number / took


class _Counting:
    """The projector, and how many messages it has not seen."""

    def __init__(self, projector: FileProjector, number: int) -> None:
        self._projector = projector
        self.left = number

    async def __call__(self, scope: UnitOfWork, deliveries: Sequence[Delivery]) -> None:
        await self._projector(scope, deliveries)
        self.left -= len(deliveries)


@asynccontextmanager
async def migrated_database(ground: Ground) -> AsyncIterator[str]:
    """The URL of a migrated database that goes afterwards."""
    server = ground.url("postgresql")
    name = f"bench_{secrets.token_hex(6)}"
    url = f"{server.rpartition('/')[0]}/{name}"
    admin = await asyncpg.connect(server)
    try:
        await admin.execute(f"CREATE DATABASE {name}")
        await migrate(url)
        yield url
        await admin.execute("CHECKPOINT")
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


def events(number: int) -> list[Message]:
    """New songs with tags and three neighbours each, twelve to a folder."""
    found = []
    for at in range(number):
        album, track = divmod(at, _ALBUM)
        folder = f"/music/Artist {album // 5}/Album {album}"
        name = f"{folder}/{track:02} Title {at}"
        tags = Tags(title=f"Title {at}", artist=f"Artist {album // 5}", album=f"Album {album}")
        body = a_file_body(
            path=f"{name}.flac".encode(),
            file_id=uuid7(),
            timestamp=a_time(at / 1000),
            sha256_hash=secrets.token_hex(32),
            xxh128_hash=secrets.token_hex(16),
            media=a_media(tags=tags).model_dump(mode="json"),
            neighbors=[f"{folder}/cover.jpg", f"{name}.lrc", f"{folder}/disc.cue"],
        )
        found.append(a_message(body))
    return found
