"""The populator's peer: aio-pika, orjson and asyncpg by hand, nothing else around them."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aio_pika
import asyncpg
import orjson

BATCH = 500
PREFETCH = 1000

_LOG = "file_events"
_OF_EVENT = {  # table: the rows of an event, by its id
    "file_events": "SELECT {columns}, event_id AS of_event FROM file_events t",
    "files": "SELECT {columns}, e.event_id AS of_event FROM files t"
    " JOIN file_events e ON e.place_id = t.id",
    "file_media": "SELECT {columns}, e.event_id AS of_event FROM file_media t"
    " JOIN files f ON f.number = t.file JOIN file_events e ON e.place_id = f.id",
    "file_neighbors": "SELECT {columns}, e.event_id AS of_event FROM file_neighbors t"
    " JOIN files f ON f.number = t.file JOIN file_events e ON e.place_id = f.id",
    "pending_changes": "SELECT {columns}, e.event_id AS of_event FROM pending_changes t"
    " JOIN file_events e ON e.place_id = t.id",
}
_KEYS = {
    "file_events": "event_id",
    "files": "id",
    "file_media": "file",
    "file_neighbors": "file, rank",
    "pending_changes": "number",
}
_COLUMNS = (
    "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = $1::regclass"
    " AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"
)
_COUNT = "UPDATE shelves SET files = files + $1 WHERE number = (SELECT min(number) FROM shelves)"


@dataclass(frozen=True, slots=True)
class Rows:
    """For each table its insert, and for each event its rows there; and all rows of shelves."""

    inserts: Mapping[str, str]
    rows: Mapping[str, Mapping[str, Sequence[Any]]]
    shelves: Sequence[Any]


async def rows_of(url: str) -> Rows:
    """What the populator left in a database."""
    connection = await asyncpg.connect(url)
    inserts, rows = {}, {}
    for table, select in _OF_EVENT.items():
        columns = await connection.fetch(_COLUMNS, table)
        names = ", ".join(row[0] for row in columns)
        arrays = ", ".join(f"${at}::{row[1]}[]" for at, row in enumerate(columns, 1))
        first = columns[0][0]
        again = f"UPDATE SET {first} = excluded.{first}"
        inserts[table] = (
            f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays})"
            f" ON CONFLICT ({_KEYS[table]}) DO {'NOTHING' if table == _LOG else again}"
        )
        mine = ", ".join(f"t.{row[0]}" for row in columns)
        found: dict[str, list[Any]] = defaultdict(list)
        for *row, event in await connection.fetch(select.format(columns=mine)):
            found[event].append(row)
        rows[table] = found
    shelves = await connection.fetch(
        "SELECT number, root, kind, format, availability, status FROM shelves"
    )
    await connection.close()
    return Rows(inserts, rows, shelves)


async def bare_populate(amqp: str, queue_name: str, url: str, rows: Rows) -> float:
    """Files per second; each batch is one transaction, then one acknowledgement."""
    number = len(rows.rows["file_events"])
    database = await asyncpg.connect(url)
    await database.executemany(
        "INSERT INTO shelves (number, root, kind, format, availability, status)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        rows.shelves,
    )
    connection = await aio_pika.connect(amqp)
    async with connection:
        channel = await connection.channel()
        await channel.set_qos(PREFETCH)
        queue = await channel.get_queue(queue_name)
        arrived: asyncio.Queue[Any] = asyncio.Queue()
        began = time.perf_counter()
        await queue.consume(arrived.put)
        done = 0
        while done < number:
            batch = [await arrived.get() for _ in range(min(BATCH, number - done))]
            for message in batch:
                orjson.loads(message.body)
            await _insert(database, rows, [message.message_id for message in batch])
            await batch[-1].ack(multiple=True)
            done += len(batch)
        took = time.perf_counter() - began
    await database.close()
    return number / took


async def _insert(database: Any, rows: Rows, events: Sequence[str]) -> None:
    async with database.transaction():
        for table, insert in rows.inserts.items():
            mine = [row for event in events for row in rows.rows[table].get(event, ())]
            if mine:
                await database.execute(insert, *zip(*mine, strict=True))
        await database.execute(_COUNT, len(events))
