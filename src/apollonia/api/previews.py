"""Previews of films and sounds: made when they are first looked at, and kept by content."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

from apollonia.api.cataloged import is_cataloged, is_there, look
from apollonia.api.errors import BusyError, TimeLimitError
from apollonia.domain.kinds import Kind
from apollonia.domain.place import Place
from apollonia.errors import BlobsUnavailableError
from apollonia.media.previews.previews import GROUPS, MIMES, VERSION
from apollonia.media.workers.requests import PreviewRequest
from apollonia.observe.logs import get_logger
from apollonia.ports.blobs import Blob, Blobs
from apollonia.ports.cache import Cache

_NOTHING_TTL_S = 600.0
_MAX_AT_ONCE = 2
_MAX_WAITING = 64
_OF_KIND: Mapping[Kind, frozenset[str]] = {
    Kind.VIDEO: frozenset(GROUPS),
    Kind.AUDIO: frozenset({"waveform.webp", "spectrogram.webp"}),
}


class PreviewMaker(Protocol):
    """What ``apollonia.media``'s pool gives: decodes in a confined worker."""

    async def previews(self, request: PreviewRequest) -> Mapping[str, bytes]:
        """The previews of a group by name; none: it has none."""
        ...


class Previews:
    """A ``PreviewSource``.

    Kept in ``Blobs`` as ``preview/{version}/{sha256}/{name}``: copies of a file share them, and
    what was evicted is made again when somebody asks for it. All of one group are made at once.
    That there are none is remembered for ten minutes.
    """

    def __init__(
        self,
        *,
        blobs: Blobs,
        cache: Cache,
        media: PreviewMaker,
        roots: Sequence[bytes],
        time_limit_s: float = 30.0,
    ) -> None:
        self._blobs = blobs
        self._cache = cache
        self._media = media
        self._roots = tuple(roots)
        self._time_limit_s = time_limit_s
        self._slots = asyncio.Semaphore(_MAX_AT_ONCE)
        self._flights: dict[str, asyncio.Lock] = {}
        self._waiting = 0

    async def preview(self, place: Place, name: str) -> Blob | None:
        """The preview; ``None``: this file has none. Raises ``TimeLimitError``, ``BusyError``."""
        sha256 = place.sha256_hash
        if name not in _OF_KIND.get(place.kind, ()) or sha256 is None or not is_there(place):
            return None
        kept = await self._kept(_key(sha256, name))
        if kept is not None:
            return kept
        if await self._cache.get(_nothing(sha256, name)) is not None:
            return None
        try:
            async with asyncio.timeout(self._time_limit_s):
                return await self._made_once(place, sha256, name)
        except TimeoutError as error:
            raise TimeLimitError("The preview could not be made in time; try again.") from error

    async def _made_once(self, place: Place, sha256: str, name: str) -> Blob | None:
        """Whoever asks while it is being made waits for it."""
        if self._waiting >= _MAX_WAITING:
            raise BusyError("Too many previews are being made at once; try again in a moment.")
        flight = f"{sha256}/{GROUPS[name]}"
        lock = self._flights.setdefault(flight, asyncio.Lock())
        self._waiting += 1
        try:
            async with lock, self._slots:
                kept = await self._kept(_key(sha256, name))
                return kept if kept is not None else await self._make(place, sha256, name)
        finally:
            self._waiting -= 1
            if not lock.locked():
                self._flights.pop(flight, None)

    async def _make(self, place: Place, sha256: str, name: str) -> Blob | None:
        """Only of the very file that the catalog knows, before and after."""
        if not await self._is_known(place):
            return None
        made = await self._media.previews(PreviewRequest(place.path, GROUPS[name]))
        if not await self._is_known(place):
            return None
        for other, data in made.items():
            await self._keep(_key(sha256, other), Blob(data, MIMES[other]))
        if name not in made:
            await self._cache.set(_nothing(sha256, name), b"1", ttl=_NOTHING_TTL_S)
            return None
        return Blob(made[name], MIMES[name])

    async def _is_known(self, place: Place) -> bool:
        found = await asyncio.to_thread(look, place.path, self._roots)
        return found is not None and is_cataloged(found, place)

    async def _kept(self, key: str) -> Blob | None:
        try:
            return await self._blobs.get(key)
        except BlobsUnavailableError:
            return None  # it can be made again

    async def _keep(self, key: str, blob: Blob) -> None:
        try:
            await self._blobs.put(key, blob)
        except BlobsUnavailableError as error:
            get_logger(__name__).warning("preview not kept", error=error.message)


def _key(sha256: str, name: str) -> str:
    return f"preview/{VERSION}/{sha256}/{name}"


def _nothing(sha256: str, name: str) -> str:
    return f"no-preview/{VERSION}/{sha256}/{name}"
