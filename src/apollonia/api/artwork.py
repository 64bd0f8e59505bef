"""The picture that stands for a file: found, made small once, and kept by content."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from apollonia.api.errors import BusyError, TimeLimitError
from apollonia.domain.kinds import Availability, Kind, Status
from apollonia.domain.neighbours import Role
from apollonia.domain.paths import is_inside
from apollonia.domain.place import Place
from apollonia.errors import BlobsUnavailableError, Poison
from apollonia.media.requests import ArtworkRequest, Picture
from apollonia.observe.logs import get_logger
from apollonia.ports.blobs import Blob, Blobs
from apollonia.ports.cache import Cache
from apollonia.ports.library import Library

_STEP = 64
_NOTHING_TTL_S = 600.0
_FLIGHT_TTL_S = 15.0
_MAX_AT_ONCE = 4
_MAX_WAITING = 256
_MAX_NEIGHBOURS = 4
_HAS_ARTWORK = frozenset({Kind.AUDIO, Kind.VIDEO, Kind.IMAGE})


class PictureMaker(Protocol):
    """What ``apollonia.media``'s pool gives: decodes in a confined worker."""

    async def artwork(self, request: ArtworkRequest) -> Picture | None:
        """The embedded picture, the image itself, or a film's frame; ``None``: there is none."""
        ...


class Artwork:
    """An ``ArtworkSource``: embedded, else of the folder, else the image itself or a frame.

    Kept in ``Blobs`` as ``artwork/{sha256}/{size}`` of the file it was made from, so that an
    album's cover is made once. That there is none is remembered for ten minutes.
    """

    def __init__(
        self,
        *,
        library: Library,
        blobs: Blobs,
        cache: Cache,
        media: PictureMaker,
        roots: Sequence[bytes],
        time_limit_s: float = 20.0,
    ) -> None:
        self._library = library
        self._blobs = blobs
        self._cache = cache
        self._media = media
        self._roots = tuple(roots)
        self._time_limit_s = time_limit_s
        self._slots = asyncio.Semaphore(_MAX_AT_ONCE)
        self._waiting = 0

    async def picture(self, place: Place, size: int) -> Blob | None:
        """At most ``size`` pixels, in steps of 64; raises ``TimeLimitError`` when it takes long."""
        if place.kind not in _HAS_ARTWORK:
            return None
        stepped = max(_STEP, size - size % _STEP)
        try:
            async with asyncio.timeout(self._time_limit_s):
                async for source in self._sources(place):
                    found = await self._from(source, stepped)
                    if found is not None:
                        return found
        except TimeoutError as error:
            raise TimeLimitError("The picture could not be made in time; try again.") from error
        return None

    async def _sources(self, place: Place) -> AsyncIterator[Place]:
        """Files that may give the picture, the likeliest first."""
        media = place.media or {}
        of_itself = place.kind is Kind.IMAGE or media.get("artwork") is not None
        if of_itself:
            yield place
        if place.kind is Kind.IMAGE:
            return
        covers = 0
        for fact in await self._library.neighbors(place.id):
            cover = fact.place
            if fact.role is Role.ARTWORK and cover is not None and cover.kind is Kind.IMAGE:
                yield cover
                covers += 1
            if covers == _MAX_NEIGHBOURS:
                break
        if place.kind is Kind.VIDEO and not of_itself:
            yield place

    async def _from(self, source: Place, size: int) -> Blob | None:
        if source.sha256_hash is None or not _is_there(source):
            return None
        key, nothing = f"artwork/{source.sha256_hash}/{size}", f"no-artwork/{source.sha256_hash}"
        kept = await self._kept(key)
        if kept is not None:
            return kept
        if await self._cache.get(nothing) is not None:
            return None
        made = await self._cache.get_or_make(
            key, lambda: self._make(source, size, key), ttl=_FLIGHT_TTL_S
        )
        if not made:
            await self._cache.set(nothing, b"1", ttl=_NOTHING_TTL_S)
            return None
        return _unpack(made)

    async def _make(self, source: Place, size: int, key: str) -> bytes:
        if not await asyncio.to_thread(_is_allowed, source.path, self._roots):
            get_logger(__name__).warning("picture outside the roots refused", id=source.id)
            return b""
        if self._waiting >= _MAX_WAITING:
            raise BusyError("Too many pictures are being made at once; try again in a moment.")
        self._waiting += 1
        try:
            async with self._slots:
                picture = await self._media.artwork(ArtworkRequest(source.path, size))
        except Poison:
            return b""
        finally:
            self._waiting -= 1
        if picture is None:
            return b""
        blob = Blob(picture.data, picture.mime)
        await self._keep(key, blob)
        return _pack(blob)

    async def _kept(self, key: str) -> Blob | None:
        try:
            return await self._blobs.get(key)
        except BlobsUnavailableError:
            return None  # it can be made again

    async def _keep(self, key: str, blob: Blob) -> None:
        try:
            await self._blobs.put(key, blob)
        except BlobsUnavailableError as error:
            get_logger(__name__).warning("picture not kept", error=error.message)


def _is_there(place: Place) -> bool:
    return place.availability is Availability.PRESENT and place.status is Status.CATALOGED


def _is_allowed(path: bytes, roots: Sequence[bytes]) -> bool:
    """Inside a configured root, by its name and after every symbolic link was followed."""
    if b".." in path.split(b"/"):
        return False
    real = os.path.realpath(path)
    return any(is_inside(path, root) and is_inside(real, os.path.realpath(root)) for root in roots)


def _pack(blob: Blob) -> bytes:
    return blob.mime.encode("ascii") + b"\0" + blob.data


def _unpack(packed: bytes) -> Blob:
    mime, _, data = packed.partition(b"\0")
    return Blob(data, mime.decode("ascii"))
