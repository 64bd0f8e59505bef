"""What can be set about the API."""

from dataclasses import dataclass, field
from importlib.metadata import version as installed_version
from pathlib import Path

from apollonia.api.http_protocol import ConnectionLimits
from apollonia.messages import POPULATOR_QUEUE


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiOptions:
    """Sizes in bytes, times in seconds.

    ``secret`` signs cursors and CSRF tokens: the same for all API processes, at least 16 bytes.
    ``allowed_hosts`` and ``allowed_origins`` are added to the server's own; ``*`` in the first lets
    any host name in. ``trusted_proxies`` are addresses whose forwarding headers are believed.
    """

    secret: bytes = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    web_folder: Path | None = None
    queues: tuple[str, ...] = (POPULATOR_QUEUE,)
    session_s: float = 30 * 24 * 3600.0
    request_s: float = 30.0
    stop_s: float = 2.0
    max_body: int = 1 << 20
    max_headers: int = 64 << 10
    max_live_clients: int = 1000
    live_poll_s: float = 1.0
    connections: ConnectionLimits = field(default_factory=ConnectionLimits)
    version: str = field(default_factory=lambda: installed_version("apollonia"))
