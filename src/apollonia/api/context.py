"""What every handler of one application shares."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from apollonia.api.cursors import Cursors
from apollonia.api.docs_page import Docs
from apollonia.api.hosts import Hosts
from apollonia.api.live_feed import LiveFeed
from apollonia.api.options import ApiOptions
from apollonia.api.ports import ApiPorts
from apollonia.api.site import Site
from apollonia.domain.principal import Principal
from apollonia.observe.readings import Readings


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiContext:
    """The ports, and what was made of the options once."""

    ports: ApiPorts
    options: ApiOptions
    cursors: Cursors
    docs: Docs
    hosts: Hosts
    feed: LiveFeed
    readings: Readings
    site: Site


def context_of(connection: HTTPConnection) -> ApiContext:
    """The application's context."""
    return cast("ApiContext", connection.app.state.api)


def principal_of(connection: HTTPConnection) -> Principal:
    """Who is asking: the gate has put it there, nothing behind it runs without."""
    return cast("Principal", connection.state.principal)


async def _context(connection: HTTPConnection) -> ApiContext:
    return context_of(connection)


async def _caller(connection: HTTPConnection) -> Principal:
    return principal_of(connection)


# Coroutines, though they wait for nothing: FastAPI runs plain functions in a thread of a pool,
# and each such visit waits behind everything else that is busy.
Context = Annotated[ApiContext, Depends(_context)]
Caller = Annotated[Principal, Depends(_caller)]
