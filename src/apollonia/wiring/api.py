"""The API's services over open ports; imported only by processes that serve."""

import asyncio
import os
import socket
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from apollonia.api import server
from apollonia.api.app import create_app
from apollonia.api.artwork import Artwork
from apollonia.api.options import ApiOptions
from apollonia.api.ports import ApiPorts
from apollonia.api.previews import Previews
from apollonia.config import Settings
from apollonia.domain.kinds import RootState
from apollonia.errors import FilesUnavailableError
from apollonia.media.workers.pool import MediaPool
from apollonia.messages import ALL_QUEUES
from apollonia.observe.health import Check
from apollonia.ports.control import Control
from apollonia.ports.dead_letters import DeadLetters, LetterState
from apollonia.wiring.data_folder import low_space, secret_key
from apollonia.wiring.page import page_folder
from apollonia.wiring.ports import Ports
from apollonia.work.service import Service


def bind(settings: Settings) -> socket.socket:
    """The API's listening socket, taken before anything else starts."""
    return server.bind(settings.api.host, settings.api.port)


async def api_services(
    ports: Ports, settings: Settings, listener: socket.socket, media: MediaPool
) -> Sequence[Service]:
    """The API with the page. Pictures are made of files in roots that are or were ingested."""
    roots = {os.fsencode(root.absolute()) for root in settings.files.roots}
    roots |= {os.fsencode(report.root) for report in await ports.control.roots()}
    artwork = Artwork(
        library=ports.library,
        blobs=ports.blobs,
        cache=ports.cache,
        media=media,
        roots=sorted(roots),
    )
    previews = Previews(blobs=ports.blobs, cache=ports.cache, media=media, roots=sorted(roots))
    options = _api_options(settings, ports, listener)
    app = create_app(
        ApiPorts(
            library=ports.lists,
            search=ports.search,
            catalog=ports.catalog,
            control=ports.control,
            dead_letters=ports.dead_letters,
            identity=ports.identity,
            cache=ports.cache,
            blobs=ports.blobs,
            broadcast=ports.broadcast,
            bus=ports.bus,
            artwork=artwork,
            previews=previews,
            metrics=ports.metrics,
            clock=ports.clock,
            checks={
                **ports.checks(),
                "roots": roots_check(ports.control),
                "dead letters": dead_letters_check(ports.dead_letters),
                "disk": disk_check(ports.folder),
            },
        ),
        options,
    )
    return (server.ApiService(app, listener, options),)


def _api_options(settings: Settings, ports: Ports, listener: socket.socket) -> ApiOptions:
    chosen = settings.api
    secret = chosen.secret_key.get_secret_value() if chosen.secret_key else secret_key(ports.folder)
    return ApiOptions(
        secret=secret.encode(),
        host=chosen.host,
        port=listener.getsockname()[1],
        allowed_hosts=chosen.allowed_hosts,
        allowed_origins=chosen.allowed_origins,
        trusted_proxies=chosen.trusted_proxies,
        web_folder=page_folder(settings),
        queues=ALL_QUEUES,
    )


def roots_check(control: Control) -> Check:
    """Which roots are away, or work with less, and why."""

    async def check() -> str | None:
        ill = [
            f"{root.root}: {root.message or root.state}"
            for root in await control.roots()
            if root.state in {RootState.UNAVAILABLE, RootState.DEGRADED}
        ]
        return "; ".join(ill) or None

    return check


def dead_letters_check(letters: DeadLetters) -> Check:
    """Whether messages wait for a person, and where."""

    async def check() -> str | None:
        waiting = Counter[str]()
        for count in await letters.counts():
            if count.state is LetterState.DEAD:
                waiting[count.queue] += count.number
        if not waiting:
            return None
        shown = ", ".join(f"{number} of {queue}" for queue, number in waiting.most_common(5))
        return (
            f"{waiting.total()} messages could not be handled and wait for a person ({shown}):"
            " `apollonia dead list` shows them"
        )

    return check


def disk_check(folder: Path) -> Check:
    """Whether the data folder's disk has room for what is yet to come."""

    async def check() -> str | None:
        try:
            return await asyncio.to_thread(low_space, folder)
        except OSError as error:
            message = f"the data folder {folder} cannot be reached: {error.strerror}"
            raise FilesUnavailableError(message) from error

    return check
