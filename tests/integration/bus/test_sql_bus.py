"""What only the embedded bus promises: crashes, a full disk, other processes, a shrinking file."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from apollonia.adapters.bus import statements, upkeep
from apollonia.adapters.bus.sql_bus import SqlBus
from apollonia.adapters.clock.system_clock import SystemClock
from apollonia.errors import BusUnavailableError
from apollonia.messages import GRAPH_QUEUE, POPULATOR_QUEUE, topology
from apollonia.testing.builders import a_message, messages

QUEUE = POPULATOR_QUEUE
TAKE_AND_HANG = """
import asyncio, sys
from pathlib import Path
from apollonia.adapters.bus.sql_bus import SqlBus
from apollonia.adapters.clock.system_clock import SystemClock

async def main():
    bus = SqlBus(Path(sys.argv[1]), clock=SystemClock())
    async with bus.consume(sys.argv[2]) as consumer:
        taken = await consumer.take(100, 5)
        print(len(taken), flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""
PUBLISH_FOR_EVER = """
import asyncio, sys
from pathlib import Path
from apollonia.adapters.bus.sql_bus import SqlBus
from apollonia.adapters.clock.system_clock import SystemClock
from apollonia.testing.builders import messages

async def main():
    bus = SqlBus(Path(sys.argv[1]), clock=SystemClock())
    while True:
        await bus.publish("apollonia", messages(50))
        print("confirmed", flush=True)

asyncio.run(main())
"""


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[SqlBus]:
    made = SqlBus(tmp_path / "bus.db", clock=SystemClock())
    await made.declare(topology(QUEUE, GRAPH_QUEUE))
    yield made
    await made.close()


def _start(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )


async def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return (await asyncio.to_thread(process.stdout.readline)).strip()


def _kill(process: subprocess.Popen[str]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


async def test_sql_bus_gives_back_at_once_what_a_killed_process_held(
    bus: SqlBus, tmp_path: Path
) -> None:
    await bus.publish("apollonia", messages(100))
    process = _start(TAKE_AND_HANG, tmp_path / "bus.db", QUEUE)
    assert await _line(process) == "100"
    async with bus.consume(QUEUE) as consumer:
        assert await consumer.take(100, 0.3) == []  # it lives, and holds them
        _kill(process)
        async with asyncio.timeout(5):
            assert len(await consumer.take(100, 5)) == 100


async def test_sql_bus_keeps_every_confirmed_message_through_a_kill(
    bus: SqlBus, tmp_path: Path
) -> None:
    process = _start(PUBLISH_FOR_EVER, tmp_path / "bus.db")
    confirmed = 0
    for _ in range(20):
        assert await _line(process) == "confirmed"
        confirmed += 50
    _kill(process)
    kept = await bus.depth(QUEUE)
    assert kept >= confirmed
    assert kept % 50 == 0


async def test_sql_bus_keeps_messages_from_one_start_to_the_next(tmp_path: Path) -> None:
    for expected in (3, 6):
        bus = SqlBus(tmp_path / "bus.db", clock=SystemClock())
        await bus.declare(topology(QUEUE))
        await bus.publish("apollonia", messages(3))
        async with bus.consume(QUEUE) as consumer:
            assert len(await consumer.take(100, 1)) == expected
        await bus.close()
    assert list((tmp_path / "bus.db-holders").iterdir()) == []


async def test_sql_bus_renews_what_a_slow_consumer_holds(tmp_path: Path) -> None:
    slow = SqlBus(tmp_path / "bus.db", clock=SystemClock(), lease_s=0.6)
    other = SqlBus(tmp_path / "bus.db", clock=SystemClock(), lease_s=0.6)
    await slow.declare(topology(QUEUE))
    await slow.publish("apollonia", messages(2))
    async with slow.consume(QUEUE) as consumer, other.consume(QUEUE) as rival:
        held = await consumer.take(10, 1)
        assert await rival.take(10, 1.5) == []
        await consumer.ack(held)
    assert await slow.depth(QUEUE) == 0
    await slow.close()
    await other.close()


async def test_sql_bus_says_when_the_disk_is_full_and_loses_nothing(bus: SqlBus) -> None:
    await bus.publish("apollonia", messages(10))
    await bus._connection.read(lambda raw: raw.execute("PRAGMA max_page_count = 20").fetchall())
    with pytest.raises(BusUnavailableError, match="free some disk space"):
        await bus.publish("apollonia", [a_message(b"x" * 10_000) for _ in range(100)])
    await bus._connection.read(lambda raw: raw.execute("PRAGMA max_page_count = 99999").fetchall())
    async with bus.consume(QUEUE) as consumer:
        assert len(await consumer.take(100, 1)) == 10


async def test_sql_bus_says_when_the_folder_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    bus = SqlBus(tmp_path / "file" / "bus.db", clock=SystemClock())
    with pytest.raises(BusUnavailableError, match=r"bus\.db"):
        await bus.ping()
    await bus.close()


async def test_sql_bus_gives_free_pages_back_to_the_file_system(
    bus: SqlBus, tmp_path: Path
) -> None:
    for _ in range(20):
        await bus.publish("apollonia", [a_message(b"x" * 20_000) for _ in range(50)])
    async with bus.consume(QUEUE) as consumer:
        while taken := await consumer.take(500, 0.1):
            await consumer.ack(taken)
    await bus._connection.read(lambda raw: raw.execute("PRAGMA wal_checkpoint").fetchall())
    full = (tmp_path / "bus.db").stat().st_size
    for _ in range(10):
        await bus._tidy()
    await bus._connection.read(lambda raw: raw.execute("PRAGMA wal_checkpoint").fetchall())
    assert full > 19_000_000
    assert (tmp_path / "bus.db").stat().st_size < 8_000_000


async def test_sql_bus_frees_retries_that_a_clock_set_back_would_hide(bus: SqlBus) -> None:
    await bus.publish("apollonia", messages(1))

    def hide(raw: sqlite3.Connection) -> None:
        raw.execute("UPDATE delivery SET slot = ?", (SystemClock().now_micros() + 10**12,))

    await bus._connection.write(hide)
    async with bus.consume(QUEUE) as consumer:
        assert len(await consumer.take(1, 1)) == 1


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (statements.READY, (1, 500)),
        (statements.DUE, (1, 10**15, 500)),
        (statements.ANY_WAITING, {"queue": 1, "now": 10**15}),
        (statements.HOLD_READY, (-5, 1, 500)),
        (statements.HOLD_DUE, (-5, 1, 10**15, 7)),
        (statements.FORGET, (1, -5, "[1,2]")),
        (statements.MOVE, (0, 1, 1, -5, "[1,2]")),
    ],
)
async def test_sql_bus_never_scans_or_sorts_a_backlog(bus: SqlBus, statement, values) -> None:
    def plan(raw: sqlite3.Connection) -> list[str]:
        return [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", values)]

    steps = await bus._connection.read(plan)
    slow = [
        step for step in steps if step.startswith(("SCAN d", "SCAN m", "USE TEMP B-TREE FOR ORDER"))
    ]
    assert slow == [], steps


async def test_sql_bus_free_page_count_ignores_a_small_reserve(bus: SqlBus) -> None:
    assert await bus._connection.read(upkeep.free_pages) == 0
