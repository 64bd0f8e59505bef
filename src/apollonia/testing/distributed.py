"""A distributed installation for fault campaigns: two of each service over real servers."""

import asyncio
import json
import secrets
import sqlite3
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, closing, suppress
from pathlib import Path
from random import Random
from typing import Any, Self
from urllib.parse import quote, urlsplit

import asyncpg
import neo4j

from apollonia.testing.disturbed_database import DisturbedDatabase
from apollonia.testing.fleet import Fleet
from apollonia.testing.installation import free_port
from apollonia.testing.real_server import RealServer
from apollonia.testing.tcp_proxy import TcpProxy

SERVERS = ("rabbitmq", "postgresql", "neo4j", "redis")

_POLL_S = 0.5
_TALLY = {
    "places twice": "SELECT count(*) FROM (SELECT 1 FROM files GROUP BY path_key HAVING"
    " count(*) > 1) twice",
    "created twice": "SELECT count(*) FROM (SELECT 1 FROM file_events WHERE event_type ="
    " 'IN_CREATE' GROUP BY path HAVING count(*) > 1) twice",
    "events": "SELECT count(*) FROM file_events",
    "dead letters": "SELECT count(*) FROM dead_letters",
    "analysed twice": "SELECT count(*) FROM (SELECT 1 FROM analyses GROUP BY sha256_hash,"
    " analyser HAVING count(*) > 1) twice",
    "undone analyses": "SELECT count(*) FROM files WHERE analysis IN ('pending', 'running')",
}
_PRESENT = (
    "SELECT f.path, f.sha256_hash FROM files f JOIN shelves s ON s.number = f.shelf"
    " WHERE s.availability = 'present'"
)


class Distributed:
    """Two ingestors, populators, APIs and analyzers; ``service_url`` finds the servers.

    The database, the virtual host and the graph are its own while it lasts. The second of each
    service reaches the servers through proxies that can cut the network. ``environ`` is for all.
    """

    def __init__(
        self,
        folder: Path,
        roots: Sequence[Path],
        service_url: Callable[..., str],
        state: Path,
        **environ: str,
    ) -> None:
        self._mark = f"chaos_{secrets.token_hex(4)}"
        self._management = service_url("rabbitmq", "management")
        self._database = service_url("postgresql").rpartition("/")[0]
        self.database = DisturbedDatabase(f"{self._database}/{self._mark}")
        self._graph = service_url("neo4j")
        self._addresses = {name: service_url(name) for name in SERVERS}
        self._state = state
        self._servers: dict[str, RealServer] = {}
        graph = urlsplit(self._graph)
        self._urls = {
            "APOLLONIA_BUS__URL": f"{service_url('rabbitmq').rstrip('/')}/{self._mark}",
            "APOLLONIA_CATALOG__URL": f"{self._database}/{self._mark}",
            "APOLLONIA_CACHE__URL": service_url("redis"),
            "APOLLONIA_GRAPH__URL": f"{graph.scheme}://{graph.hostname}:{graph.port}",
        }
        self._roots = roots
        self._proxies: dict[str, TcpProxy] = {}
        self._stack = AsyncExitStack()
        self._api_ports = (free_port(), free_port())
        self.fleet = Fleet(
            folder,
            {
                **self._urls,
                "APOLLONIA_BROADCAST__URL": service_url("redis"),
                "APOLLONIA_GRAPH__USER": graph.username or "",
                "APOLLONIA_GRAPH__PASSWORD": graph.password or "",
                "APOLLONIA_API__SECRET_KEY": secrets.token_hex(32),
                **environ,
            },
        )

    def server(self, name: str) -> RealServer:
        """One of the servers, to stop and start."""
        if name not in self._servers:
            self._servers[name] = RealServer(self._state, name)
        return self._servers[name]

    async def answers(self, name: str) -> bool:
        """Whether somebody listens where this server was."""
        at = urlsplit(self._addresses[name])
        try:
            _, writer = await asyncio.open_connection(at.hostname, at.port)
        except OSError:
            return False
        writer.close()
        return True

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._manage, "PUT", f"/vhosts/{self._mark}")
        with_rights = json.dumps({"configure": ".*", "write": ".*", "read": ".*"}).encode()
        user = urlsplit(self._management).username
        path = f"/permissions/{self._mark}/{user}"
        await asyncio.to_thread(self._manage, "PUT", path, with_rights)
        await self._administer(f'CREATE DATABASE "{self._mark}"')
        await self._cypher("MATCH (n) DETACH DELETE n")
        for name, url in self._urls.items():
            self._proxies[name] = await self._stack.enter_async_context(TcpProxy.before(url))
        self._add_members()
        return self

    def _add_members(self) -> None:
        proxied = {name: self._proxies[name].through(url) for name, url in self._urls.items()}
        pairs = zip(self._roots, self._api_ports, ({}, proxied), strict=True)
        for number, (root, port, environ) in enumerate(pairs, 1):
            self.fleet.add(f"ingest-{number}", "ingest", str(root), **environ)
            self.fleet.add(f"populate-{number}", "populate", **environ)
            self.fleet.add(f"analyze-{number}", "analyze", **environ)
            self.fleet.add(f"api-{number}", "api", "--port", str(port), **environ)

    async def __aexit__(self, *error: object) -> None:
        await asyncio.to_thread(self.fleet.__exit__, *error)
        await self._stack.aclose()
        with suppress(OSError):
            await asyncio.to_thread(self._manage, "DELETE", f"/vhosts/{self._mark}")
        await self._administer(f'DROP DATABASE IF EXISTS "{self._mark}" WITH (FORCE)')

    async def until(
        self, condition: Callable[[], Awaitable[bool]], limit_s: float, what: str
    ) -> None:
        """Look twice a second; fails after the limit."""
        end = time.monotonic() + limit_s
        while not await condition():
            assert time.monotonic() < end, f"waited {limit_s:.0f} s for {what}: {self._news()}"
            await asyncio.sleep(_POLL_S)

    async def is_ready(self) -> bool:
        """Whether both APIs answer, and everybody else is still there."""
        assert not self.fleet.ended(), self._news()
        return all([await asyncio.to_thread(_answers, port) for port in self._api_ports])

    async def is_settled(self, files: int) -> bool:
        """Whether everything that is on disk went all the way."""
        try:
            waiting = await self.waiting_messages()
            rows = await self._query(f"SELECT count(*) FROM ({_PRESENT}) present")  # noqa: S608 - ours
            undone = await self._query(_TALLY["undone analyses"])
        except (OSError, asyncpg.PostgresError):
            return False
        done = rows[0][0] == files and undone[0][0] == 0
        return done and not any(waiting.values()) and self.unsent() == 0

    async def waiting_messages(self) -> Mapping[str, int]:
        """Messages in each queue, dead letters that are not drained yet too."""
        queues = await asyncio.to_thread(self._manage, "GET", f"/queues/{self._mark}")
        return {queue["name"]: queue.get("messages", 1) for queue in json.loads(queues)}

    async def tally(self) -> Mapping[str, int]:
        """What came of it."""
        counts = {name: (await self._query(sql))[0][0] for name, sql in _TALLY.items()}
        return {**counts, "unsent": self.unsent()}

    async def present_files(self) -> Mapping[str, str]:
        """Path to SHA-256 of what the catalog has."""
        return {row[0].decode(): row[1] for row in await self._query(_PRESENT)}

    async def graph_paths(self) -> set[str]:
        """Paths of the files that the graph has."""
        rows = await self._cypher("MATCH (f:File) WHERE f.present RETURN f.path AS path")
        return {row["path"] for row in rows}

    def unsent(self) -> int:
        """Events that the ingestors have not handed over."""
        total = 0
        for name, member in self.fleet.members.items():
            if name.startswith("ingest"):
                with closing(sqlite3.connect(member.data / "ingest.db", timeout=10)) as index:
                    total += index.execute("SELECT count(*) FROM outbox").fetchone()[0]
        return total

    def memory(self) -> Mapping[str, float]:
        """MiB of each member."""
        return {name: member.resident_mib for name, member in self.fleet.members.items()}

    def cut_in_the_middle(self, dice: Random) -> None:
        """Each network path of the second members ends within their next few thousand bytes."""
        for proxy in self._proxies.values():
            proxy.cut_after(dice.randrange(1, 4000))

    def cut_connections(self) -> None:
        """The broker drops every connection of ours."""
        with suppress(OSError):
            found = json.loads(self._manage("GET", f"/vhosts/{self._mark}/connections"))
            for connection in found:
                name = quote(connection["name"])
                with suppress(OSError):
                    self._manage("DELETE", f"/connections/{name}")

    def _news(self) -> str:
        """The last words of each member."""
        words = []
        for name, member in self.fleet.members.items():
            tail = member.log.read_text(errors="replace")[-600:] if member.log.exists() else ""
            words.append(f"\n== {name} {self.fleet.ended().get(name, 'runs')}\n{tail}")
        return "".join(words)

    async def _query(self, sql: str) -> list[Any]:
        connection = await asyncpg.connect(f"{self._database}/{self._mark}", timeout=10)
        try:
            return list(await connection.fetch(sql, timeout=60))
        finally:
            await connection.close()

    async def _administer(self, sql: str) -> None:
        connection = await asyncpg.connect(f"{self._database}/postgres", timeout=10)
        try:
            await connection.execute(sql, timeout=60)
        finally:
            await connection.close()

    async def _cypher(self, query: str) -> list[Mapping[str, Any]]:
        at = urlsplit(self._graph)
        address = f"{at.scheme}://{at.hostname}:{at.port}"
        auth = (at.username or "", at.password or "")
        async with neo4j.AsyncGraphDatabase.driver(address, auth=auth) as driver:
            found = await driver.execute_query(query)
            return [dict(record) for record in found.records]

    def _manage(self, method: str, path: str, body: bytes | None = None) -> bytes:
        at = urlsplit(self._management)
        request = urllib.request.Request(
            f"http://{at.hostname}:{at.port}/api{path}", method=method, data=body
        )
        secret = b64encode(f"{at.username}:{at.password}".encode()).decode()
        request.add_header("Authorization", f"Basic {secret}")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
            text: bytes = answer.read()
            return text


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5):
            return True
    except (OSError, urllib.error.URLError):
        return False
