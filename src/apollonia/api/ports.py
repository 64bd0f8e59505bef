"""What the API stands on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from apollonia.domain.place import Place
from apollonia.observe.health import Check
from apollonia.observe.metrics import Metrics
from apollonia.ports.blobs import Blob, Blobs
from apollonia.ports.broadcast import Broadcast
from apollonia.ports.bus import Bus
from apollonia.ports.cache import Cache
from apollonia.ports.catalog import Catalog
from apollonia.ports.clock import Clock
from apollonia.ports.control import Control
from apollonia.ports.dead_letters import DeadLetters
from apollonia.ports.identity import Identity
from apollonia.ports.library import Library
from apollonia.ports.search import Search


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture; not ``lasting`` when the file is no longer the one that the catalog knows."""

    blob: Blob
    lasting: bool = True


class ArtworkSource(Protocol):
    """The picture that stands for a file."""

    async def picture(self, place: Place, size: int) -> Drawn | None:
        """At most ``size`` pixels on its longer side, or ``None`` when there is none.

        MUST be bounded in time and in how many are made at once; raises ``Unavailable`` then.
        """
        ...


class PreviewSource(Protocol):
    """Storyboards, hover clips, and pictures of sounds."""

    async def preview(self, place: Place, name: str) -> Blob | None:
        """The preview of that name, or ``None`` when this file has none.

        MUST be bounded in time and in how many are made at once; raises ``Unavailable`` then.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPorts:
    """The ports of one API process, and its health checks by name."""

    library: Library
    search: Search
    catalog: Catalog
    control: Control
    dead_letters: DeadLetters
    identity: Identity
    cache: Cache
    blobs: Blobs
    broadcast: Broadcast
    bus: Bus
    artwork: ArtworkSource
    previews: PreviewSource
    metrics: Metrics
    clock: Clock
    checks: Mapping[str, Check] = field(default_factory=dict)
