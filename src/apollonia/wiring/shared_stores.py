"""Cache, broadcast and graph: on servers where a URL names one; drivers are imported only then."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from apollonia.adapters.broadcast.local_broadcast import LocalBroadcast
from apollonia.adapters.cache.local_cache import LocalCache
from apollonia.adapters.database import Database
from apollonia.adapters.graph import SqlGraph
from apollonia.config import Settings
from apollonia.errors import ConfigurationError
from apollonia.observe.metrics import Metrics
from apollonia.ports.broadcast import Broadcast
from apollonia.ports.cache import Cache
from apollonia.ports.clock import Clock
from apollonia.ports.graph import Graph
from apollonia.wiring.urls import is_server

_MIB = 1 << 20
_REDIS = ("redis", "rediss")
_NEO4J = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")


def make_cache(settings: Settings, clock: Clock, metrics: Metrics) -> Cache:
    """The cache; a server that is away is no reason not to start.

    Raises:
        ConfigurationError: a URL that we have no adapter for.
    """
    chosen = settings.cache
    if not is_server(chosen.url, key=("cache", "url"), schemes=_REDIS):
        return LocalCache(clock=clock, metrics=metrics, max_bytes=chosen.max_mb * _MIB)
    from apollonia.adapters.cache.redis_cache import RedisCache, RedisCacheOptions

    options = RedisCacheOptions(prefix=chosen.prefix)
    try:
        return RedisCache(chosen.url, clock=clock, metrics=metrics, options=options)
    except ValueError as error:
        raise ConfigurationError(f"APOLLONIA_CACHE__URL: {error}") from error


def make_broadcast(settings: Settings, clock: Clock) -> Broadcast:
    """The broadcast. Raises as ``make_cache``."""
    chosen = settings.broadcast
    if not is_server(chosen.url, key=("broadcast", "url"), schemes=_REDIS):
        return LocalBroadcast()
    from apollonia.adapters.broadcast.redis_broadcast import RedisBroadcast

    try:
        return RedisBroadcast(chosen.url, clock=clock, prefix=chosen.prefix)
    except ValueError as error:
        raise ConfigurationError(f"APOLLONIA_BROADCAST__URL: {error}") from error


@asynccontextmanager
async def open_graph(settings: Settings, database: Database) -> AsyncIterator[Graph]:
    """The graph, closed at the end; Neo4j that is away is asked again later.

    Raises:
        ConfigurationError: a URL that we have no adapter for, a user that is not let in.
    """
    chosen = settings.graph
    if not is_server(chosen.url, key=("graph", "url"), schemes=_NEO4J):
        yield SqlGraph(database)
        return
    from apollonia.adapters.graph.neo4j_access import Neo4jAccess
    from apollonia.adapters.graph.neo4j_graph import Neo4jGraph

    password = chosen.password.get_secret_value() if chosen.password else ""
    access = Neo4jAccess(
        url=chosen.url,
        user=chosen.user,
        password=password,
        database=chosen.database,
        ca_file=chosen.ca_file,
    )
    graph = Neo4jGraph(access)
    try:
        await graph.open()
        yield graph
    finally:
        await graph.close()
