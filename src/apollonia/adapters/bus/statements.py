"""What the bus does inside one transaction, as plain functions on a connection."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from sqlite3 import Connection as Raw

import orjson

from apollonia.errors import NotFoundError
from apollonia.messages import Topology
from apollonia.ports.bus import Delivery, Message

READY = """
SELECT d.slot, d.message, d.attempts, m.message_id, m.schema, m.headers, m.body
FROM delivery AS d JOIN message AS m ON m.id = d.message
WHERE d.queue = ? AND d.slot = 0 ORDER BY d.message LIMIT ?
"""
DUE = """
SELECT d.slot, d.message, d.attempts, m.message_id, m.schema, m.headers, m.body
FROM delivery AS d JOIN message AS m ON m.id = d.message
WHERE d.queue = ? AND d.slot > 0 AND d.slot <= ? ORDER BY d.slot, d.message LIMIT ?
"""
ANY_WAITING = """
SELECT EXISTS (SELECT 1 FROM delivery WHERE queue = :queue AND slot BETWEEN 0 AND :now)
OR EXISTS (SELECT 1 FROM lease WHERE queue = :queue AND expires_micros <= :now),
(SELECT min(due) FROM (
    SELECT min(slot) AS due FROM delivery WHERE queue = :queue AND slot > :now
    UNION ALL SELECT min(expires_micros) FROM lease WHERE queue = :queue))
"""
HOLD_READY = "UPDATE delivery SET slot = ? WHERE queue = ? AND slot = 0 AND message <= ?"
HOLD_DUE = "UPDATE delivery SET slot = ? WHERE queue = ? AND slot = ? AND message = ?"
_THESE = "queue = ? AND slot = ? AND message IN (SELECT value FROM json_each(?))"
FORGET = f"DELETE FROM delivery WHERE {_THESE} RETURNING message"  # noqa: S608 - constants only
MOVE = f"UPDATE delivery SET slot = ?, attempts = attempts + ? WHERE {_THESE}"  # noqa: S608 - same


@dataclass(frozen=True, slots=True)
class Tag:
    """What settles a delivery: the lease that holds it, and its number."""

    lease: int
    message: int


@dataclass(frozen=True, slots=True)
class Holding:
    """Who takes, from which queue, and until when it has what it takes."""

    queue: int
    queue_name: str
    holder: str
    expires_micros: int


def declare(raw: Raw, topology: Topology) -> None:
    """Make what is missing."""
    raw.executemany(
        "INSERT OR REPLACE INTO exchange (name, kind) VALUES (?, ?)",
        [(exchange.name, exchange.kind) for exchange in topology.exchanges],
    )
    for queue in topology.queues:
        raw.execute("INSERT OR IGNORE INTO queue (name) VALUES (?)", (queue.name,))
        number = queue_number(raw, queue.name)
        raw.executemany(
            "INSERT OR IGNORE INTO binding (exchange, routing_key, queue) VALUES (?, ?, ?)",
            [(exchange, key, number) for exchange, key in queue.bindings],
        )


def queue_number(raw: Raw, name: str) -> int:
    """Raises ``NotFoundError`` for a queue that was never declared."""
    row = raw.execute("SELECT id FROM queue WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise NotFoundError(f"queue {name!r} was never declared")
    return int(row[0])


def publish(raw: Raw, exchange: str, routing_key: str, messages: Sequence[Message]) -> list[str]:
    """Put the messages in every bound queue; the names of these queues."""
    targets = _targets(raw, exchange, routing_key)
    number = len(targets) * len(messages)
    if not number:
        return []
    (last,) = raw.execute(
        "UPDATE counter SET value = value + ? WHERE name = 'message' RETURNING value", (number,)
    ).fetchone()
    rows = [_row(message) for message in messages]
    first = last - number + 1
    for queue, _ in targets:
        ids = range(first, first + len(rows))
        raw.executemany(
            "INSERT INTO message (id, message_id, schema, headers, body) VALUES (?, ?, ?, ?, ?)",
            [(id_, *row) for id_, row in zip(ids, rows, strict=True)],
        )
        raw.executemany(
            "INSERT INTO delivery (queue, slot, message) VALUES (?, 0, ?)",
            [(queue, id_) for id_ in ids],
        )
        _count(raw, queue, len(rows))
        first += len(rows)
    return [name for _, name in targets]


def take(
    raw: Raw, holding: Holding, lease: int | None, limit: int, now: int
) -> tuple[int | None, list[Delivery]]:
    """Hold up to ``limit`` deliveries under the lease, made or renewed as needed."""
    give_back_expired(raw, now)
    due = raw.execute(DUE, (holding.queue, now, limit)).fetchall()
    ready = raw.execute(READY, (holding.queue, limit - len(due))).fetchall()
    if not due and not ready:
        return lease, []
    number = _lease(raw, holding, lease)
    if ready:
        raw.execute(HOLD_READY, (-number, holding.queue, ready[-1][1]))
    raw.executemany(HOLD_DUE, [(-number, holding.queue, row[0], row[1]) for row in due])
    return number, [_delivery(holding.queue_name, number, row) for row in (*due, *ready)]


def acknowledge(raw: Raw, queue: int, tags: Iterable[Tag]) -> None:
    """Delete what the tags' leases still hold."""
    for lease, ids in _by_lease(tags).items():
        gone = [row[0] for row in raw.execute(FORGET, (queue, -lease, orjson.dumps(ids).decode()))]
        raw.execute(
            "DELETE FROM message WHERE id IN (SELECT value FROM json_each(?))",
            (orjson.dumps(gone).decode(),),
        )
        _count(raw, queue, -len(gone))


def put_back(raw: Raw, queue: int, tags: Iterable[Tag], due: int = 0, failures: int = 0) -> None:
    """Return what the tags' leases still hold: at once, or when ``due`` has come."""
    for lease, ids in _by_lease(tags).items():
        raw.execute(MOVE, (due, failures, queue, -lease, orjson.dumps(ids).decode()))


def give_back_expired(raw: Raw, now: int) -> None:
    """Return everything whose lease ran out."""
    rows = raw.execute("SELECT id FROM lease WHERE expires_micros <= ?", (now,)).fetchall()
    for (lease,) in rows:
        end_lease(raw, lease)


def end_lease(raw: Raw, lease: int) -> None:
    """Return everything that the lease holds, and forget it."""
    gone = raw.execute("DELETE FROM lease WHERE id = ? RETURNING queue", (lease,)).fetchone()
    if gone is not None:
        raw.execute("UPDATE delivery SET slot = 0 WHERE queue = ? AND slot = ?", (*gone, -lease))


def end_leases_of(raw: Raw, holder: str) -> None:
    """Return everything that a process holds."""
    for (lease,) in raw.execute("SELECT id FROM lease WHERE holder = ?", (holder,)).fetchall():
        end_lease(raw, lease)


def _targets(raw: Raw, exchange: str, routing_key: str) -> list[tuple[int, str]]:
    kind = raw.execute("SELECT kind FROM exchange WHERE name = ?", (exchange,)).fetchone()
    if kind is None:
        raise NotFoundError(f"exchange {exchange!r} was never declared")
    sql = "SELECT DISTINCT q.id, q.name FROM binding AS b JOIN queue AS q ON q.id = b.queue"
    if kind[0] == "fanout":
        return raw.execute(f"{sql} WHERE b.exchange = ?", (exchange,)).fetchall()
    found = raw.execute(
        f"{sql} WHERE b.exchange = ? AND b.routing_key = ?", (exchange, routing_key)
    ).fetchall()
    if not found:
        raise NotFoundError(f"exchange {exchange!r} has no queue for {routing_key!r}")
    return found


def _lease(raw: Raw, holding: Holding, lease: int | None) -> int:
    """The lease's number: renewed, or a new one where it ran out or never was."""
    if lease is not None:
        renewed = raw.execute(
            "UPDATE lease SET expires_micros = ? WHERE id = ?", (holding.expires_micros, lease)
        )
        if renewed.rowcount:
            return lease
    made = raw.execute(
        "INSERT INTO lease (queue, holder, expires_micros) VALUES (?, ?, ?) RETURNING id",
        (holding.queue, holding.holder, holding.expires_micros),
    ).fetchone()
    return int(made[0])


def _count(raw: Raw, queue: int, more: int) -> None:
    raw.execute("UPDATE queue SET depth = depth + ? WHERE id = ?", (more, queue))


def _by_lease(tags: Iterable[Tag]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for tag in tags:
        found.setdefault(tag.lease, []).append(tag.message)
    return found


def _row(message: Message) -> tuple[str, str, str, bytes]:
    headers = orjson.dumps(dict(message.headers)).decode() if message.headers else ""
    return message.message_id, message.schema, headers, message.body


def _delivery(queue: str, lease: int, row: tuple[int, int, int, str, str, str, bytes]) -> Delivery:
    _, number, attempts, message_id, schema, headers, body = row
    message = Message(body, message_id, schema, orjson.loads(headers) if headers else {})
    return Delivery(message, queue, attempts, Tag(lease, number))
