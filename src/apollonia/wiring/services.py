"""The services of each kind of process, over open ports."""

import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from apollonia.adapters.file_system.local import LocalFiles
from apollonia.adapters.index.sqlite import SqliteIndex
from apollonia.api import server
from apollonia.api.app import create_app
from apollonia.api.artwork import Artwork
from apollonia.api.options import ApiOptions
from apollonia.api.ports import ApiPorts
from apollonia.config import Settings
from apollonia.domain.kinds import RootState
from apollonia.ingest.options import IngestOptions
from apollonia.ingest.ports import IngestPorts
from apollonia.ingest.publisher import Publisher
from apollonia.ingest.roots import Root, check_roots
from apollonia.ingest.service import IngestService
from apollonia.media.hashing import LargeFiles
from apollonia.media.options import MediaOptions
from apollonia.media.pool import MediaPool
from apollonia.observe.health import Check
from apollonia.populate.services import CONSUMED, PopulatePorts
from apollonia.populate.services import populate_services as make_populate_services
from apollonia.ports.control import Control
from apollonia.wiring.data_folder import secret_key
from apollonia.wiring.ports import Ports
from apollonia.work.service import Service

_MIB = 1 << 20
_HOUR_S = 3600.0


def resolve_roots(roots: Sequence[Path], folder: Path) -> Sequence[Root]:
    """The configured roots, checked against each other and the data folder."""
    return check_roots(roots, folder)


def bind(settings: Settings) -> socket.socket:
    """The API's listening socket, taken before anything else starts."""
    return server.bind(settings.api.host, settings.api.port)


def media_options(settings: Settings) -> MediaOptions:
    """The limits of the media workers."""
    media = settings.media
    return MediaOptions(
        workers=media.workers or len(os.sched_getaffinity(0)),
        memory_limit_bytes=media.memory_limit_mb * _MIB,
        file_time_limit_s=media.file_time_limit_seconds,
        pixel_limit=media.pixel_limit,
    )


def page_folder(settings: Settings) -> Path:
    """Where the built page is: as set, beside the sources, or inside the installed package."""
    if settings.api.web is not None:
        return settings.api.web
    package = Path(__file__).resolve().parent.parent
    beside = package.parent.parent / "web" / "dist"
    return beside if beside.is_dir() else package / "web"


def populate_services(ports: Ports) -> Sequence[Service]:
    """Everything that keeps the catalog and the graph."""
    return make_populate_services(
        PopulatePorts(
            bus=ports.bus,
            broadcast=ports.broadcast,
            catalog=ports.catalog,
            library=ports.library,
            graph=ports.graph,
            clock=ports.clock,
            metrics=ports.metrics,
        )
    )


@asynccontextmanager
async def ingest_services(
    ports: Ports, settings: Settings, roots: Sequence[Root], media: MediaPool
) -> AsyncIterator[Sequence[Service]]:
    """The publisher, then the ingestor; their index is closed at the end."""
    index = SqliteIndex(ports.folder / "ingest.db")
    await ports.control.forget_roots([root.name for root in roots])
    async with LargeFiles() as large:
        try:
            publisher = Publisher(
                index=index, bus=ports.bus, clock=ports.clock, metrics=ports.metrics
            )
            ingest = IngestService(
                roots=roots,
                ports=IngestPorts(
                    files=LocalFiles(),
                    index=index,
                    inspector=media,
                    large=large,
                    control=ports.control,
                    clock=ports.clock,
                    metrics=ports.metrics,
                ),
                options=_ingest_options(settings, ports, media),
                on_commit=publisher.wake,
            )
            yield (publisher, ingest)
        finally:
            await index.close()


def _ingest_options(settings: Settings, ports: Ports, media: MediaPool) -> IngestOptions:
    chosen = settings.ingest
    return IngestOptions(
        holder=f"{socket.gethostname()}:{ports.folder}",
        settle_s=chosen.settle_seconds,
        scan_interval_s=chosen.scan_interval_hours * _HOUR_S,
        poll_s=chosen.poll_interval_seconds,
        hidden=chosen.hidden,
        concurrency=media.options.workers + 1,
        large_file_bytes=media.options.large_file_bytes,
    )


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
    options = _api_options(settings, ports, listener)
    app = create_app(
        ApiPorts(
            library=ports.library,
            search=ports.search,
            catalog=ports.catalog,
            control=ports.control,
            identity=ports.identity,
            cache=ports.cache,
            blobs=ports.blobs,
            broadcast=ports.broadcast,
            bus=ports.bus,
            artwork=artwork,
            metrics=ports.metrics,
            clock=ports.clock,
            checks={**ports.checks(), "roots": _roots_check(ports.control)},
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
        queues=CONSUMED,
    )


def _roots_check(control: Control) -> Check:
    async def check() -> str | None:
        ill = [
            f"{root.root}: {root.message or root.state}"
            for root in await control.roots()
            if root.state in {RootState.UNAVAILABLE, RootState.DEGRADED}
        ]
        return "; ".join(ill) or None

    return check
