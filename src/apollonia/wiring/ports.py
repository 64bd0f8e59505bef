"""Opens the adapter behind every port, chosen by one URL each."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from apollonia.adapters.analyses import SqlAnalyses
from apollonia.adapters.blobs.folder_blobs import FolderBlobs
from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.catalog.sql_history import SqlCompaction, SqlHistory
from apollonia.adapters.clock.system_clock import SystemClock
from apollonia.adapters.consistency import SqlConsistency
from apollonia.adapters.control import SqlControl
from apollonia.adapters.database import Database, DatabaseOptions, migrate
from apollonia.adapters.database.postgres_doctor import shortcomings
from apollonia.adapters.database.replica import Replica
from apollonia.adapters.dead_letters import SqlDeadLetters
from apollonia.adapters.duplicates import SqlDuplicates
from apollonia.adapters.edits import SqlEdits
from apollonia.adapters.fingerprints import SqlFingerprints, SqlSweep
from apollonia.adapters.identity import SqlIdentity
from apollonia.adapters.library import SqlLibrary
from apollonia.adapters.relations import SqlRelations
from apollonia.adapters.search import SqlSearch, SqlVocabulary
from apollonia.adapters.similarity import SqlSimilarity
from apollonia.config import Settings
from apollonia.config.names import environment_name
from apollonia.errors import ConfigurationError
from apollonia.messages import topology
from apollonia.observe.health import Check
from apollonia.observe.metrics import Metrics
from apollonia.observe.probe import Probe
from apollonia.ports.analyses import Analyses
from apollonia.ports.blobs import Blobs
from apollonia.ports.broadcast import Broadcast
from apollonia.ports.bus import Bus
from apollonia.ports.cache import Cache
from apollonia.ports.catalog import Catalog
from apollonia.ports.clock import Clock
from apollonia.ports.consistency import Consistency
from apollonia.ports.control import Control
from apollonia.ports.dead_letters import DeadLetters
from apollonia.ports.duplicates import Duplicates
from apollonia.ports.edits import Edits
from apollonia.ports.fingerprints import Fingerprints, Sweep
from apollonia.ports.graph import Graph
from apollonia.ports.history import Compaction, History
from apollonia.ports.identity import Identity
from apollonia.ports.library import Library
from apollonia.ports.relations import Relations
from apollonia.ports.search import Search
from apollonia.ports.similarity import Similarity
from apollonia.ports.vocabulary import Vocabulary
from apollonia.wiring.bus import open_bus
from apollonia.wiring.resilience import Shields
from apollonia.wiring.shared_stores import make_broadcast, make_cache, open_graph
from apollonia.wiring.start import Start, closing
from apollonia.wiring.urls import database_url, is_postgresql

_MIB = 1 << 20
_READ_URL = environment_name(("catalog", "read_url"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Every port of one process, open."""

    folder: Path
    clock: Clock
    metrics: Metrics
    bus: Bus
    broadcast: Broadcast
    catalog: Catalog
    library: Library
    lists: Library
    """The same for people's queries, from a replica where there is one."""
    search: Search
    graph: Graph
    control: Control
    analyses: Analyses
    fingerprints: Fingerprints
    sweep: Sweep
    relations: Relations
    consistency: Consistency
    duplicates: Duplicates
    similarity: Similarity
    dead_letters: DeadLetters
    vocabulary: Vocabulary
    edits: Edits
    history: History
    compaction: Compaction
    identity: Identity
    cache: Cache
    blobs: Blobs
    replica: Check | None = None
    server: Check | None = None
    """What the catalog's database server lacks, for `apollonia doctor`."""

    def checks(self) -> Mapping[str, Check]:
        """A health check for each port that can be away."""
        replica = {} if self.replica is None else {"catalog replica": self.replica}
        return {
            "catalog": self.catalog.ping,
            **replica,
            "bus": self.bus.ping,
            "graph": self.graph.ping,
            "cache": self.cache.ping,
            "broadcast": self.broadcast.ping,
            "blobs": self.blobs.ping,
        }


async def migrate_catalog(settings: Settings, folder: Path) -> None:
    """Bring the schema up to date; several processes may try at once."""
    url = settings.catalog.migrate_url
    await migrate(url or catalog_url(settings, folder))


@asynccontextmanager
async def open_ports(
    settings: Settings, folder: Path, *, probe: Probe | None = None
) -> AsyncIterator[Ports]:
    """All ports, with the schema up to date and the topology declared; closed at the end.

    With a ``probe`` it is a service that starts: it waits for servers that are away, and tells the
    probe. Without, it is a command that ends: what is away is an error at once.
    """
    clock = SystemClock() if probe is None else probe.clock
    metrics = Metrics() if probe is None else probe.metrics
    start = Start(clock, probe)
    shields = Shields(clock, metrics)
    url = settings.catalog.url
    bus = open_bus(settings.bus, folder, clock)  # a wrong URL is told before anything is made
    database = _database(settings, folder)
    await start.wait("catalog", url, lambda: migrate_catalog(settings, folder))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(closing("catalog", database.close, url))
        await start.wait("catalog", url, database.open)
        replica = _replica(settings, database)
        if replica is not None:
            stack.push_async_callback(closing("replica", replica.close, url))
            await replica.open()
        reads = url if replica is None else ""  # a replica falls back by itself
        stack.push_async_callback(closing("bus", bus.close, settings.bus.url))
        await start.wait("bus", settings.bus.url, lambda: bus.declare(topology()))
        broadcast = make_broadcast(settings, clock)
        stack.push_async_callback(closing("broadcast", broadcast.close, settings.broadcast.url))
        cache = make_cache(settings, clock, metrics)
        stack.push_async_callback(closing("cache", cache.close, settings.cache.url))
        graph = await start.wait(
            "graph",
            settings.graph.url,
            lambda: stack.enter_async_context(open_graph(settings, database)),
        )
        blobs_folder = settings.blobs.folder or folder / "blobs"
        yield Ports(
            folder=folder,
            clock=clock,
            metrics=metrics,
            bus=shields.around(bus, "bus", settings.bus.url),
            broadcast=broadcast,
            catalog=shields.around(SqlCatalog(database), "catalog", url),
            library=shields.around(SqlLibrary(database), "catalog", url, reads=True),
            lists=shields.around(SqlLibrary(replica or database), "catalog", reads, reads=True),
            search=shields.around(SqlSearch(replica or database), "catalog", reads, reads=True),
            graph=shields.around(graph, "graph", settings.graph.url),
            control=shields.around(SqlControl(database), "catalog", url),
            analyses=shields.around(SqlAnalyses(database), "catalog", url),
            fingerprints=shields.around(SqlFingerprints(database), "catalog", url),
            sweep=SqlSweep(database),  # takes longer than a shield lets anybody
            consistency=SqlConsistency(database),  # as the sweep
            relations=shields.around(SqlRelations(database), "catalog", url),
            similarity=shields.around(
                SqlSimilarity(database, folder / "similarity"), "catalog", url
            ),
            duplicates=shields.around(SqlDuplicates(database), "catalog", url, reads=True),
            vocabulary=shields.around(SqlVocabulary(database), "catalog", url),
            dead_letters=shields.around(SqlDeadLetters(database), "catalog", url),
            compaction=shields.around(SqlCompaction(database), "catalog", url),
            history=shields.around(SqlHistory(database), "catalog", url),
            edits=shields.around(SqlEdits(database, clock=clock), "catalog", url),
            identity=shields.around(SqlIdentity(database), "catalog", url),
            cache=cache,
            blobs=FolderBlobs(blobs_folder, budget_bytes=settings.blobs.budget_mb * _MIB),
            replica=None if replica is None else replica.check,
            server=_server_check(settings, database),
        )


def _database(settings: Settings, folder: Path) -> Database:
    return Database(catalog_url(settings, folder), options=database_options(settings))


def _replica(settings: Settings, database: Database) -> Replica | None:
    url = settings.catalog.read_url
    if not url:
        return None
    if not is_postgresql(settings.catalog.url):
        raise ConfigurationError(f"{_READ_URL}: only a PostgreSQL catalog has replicas")
    if not is_postgresql(url):
        raise ConfigurationError(f"{_READ_URL}: a replica's URL begins with postgresql://")
    return Replica(url, database, options=database_options(settings))


def _server_check(settings: Settings, database: Database) -> Check | None:
    if not is_postgresql(settings.catalog.url):
        return None

    async def check() -> str | None:
        return await shortcomings(database)

    return check


def database_options(settings: Settings) -> DatabaseOptions:
    """As the settings have them."""
    catalog = settings.catalog
    return DatabaseOptions(
        pool=catalog.pool,
        statement_timeout_s=catalog.statement_timeout_seconds,
        lock_timeout_s=catalog.lock_timeout_seconds,
    )


def catalog_url(settings: Settings, folder: Path) -> str | Path:
    """The settings' database, or the file in the data folder."""
    return database_url(settings.catalog.url, key=("catalog", "url"), default=folder / "catalog.db")
