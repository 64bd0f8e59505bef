"""The picture that stands for a file: found, made small once, and kept by content."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from apollonia.api.cataloged import is_cataloged, is_there, look
from apollonia.api.errors import BusyError, TimeLimitError
from apollonia.api.ports import Drawn
from apollonia.domain.kinds import Kind
from apollonia.domain.neighbours import Role
from apollonia.domain.place import Place
from apollonia.errors import BlobsUnavailableError, Poison
from apollonia.media.workers.requests import ArtworkRequest, Picture
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
    album's cover is made once. That there is none is remembered for ten minutes. Both only while
    the file on the disk is what the catalog says: else what was drawn is of another content.
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

    async def picture(self, place: Place, size: int) -> Drawn | None:
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

    async def _from(self, source: Place, size: int) -> Drawn | None:
        if source.sha256_hash is None or not is_there(source):
            return None
        key, nothing = f"artwork/{source.sha256_hash}/{size}", f"no-artwork/{source.sha256_hash}"
        kept = await self._kept(key)
        if kept is not None:
            return Drawn(kept)
        if await self._cache.get(nothing) is not None:
            return None
        # Flights are per path: what goes wrong at one path says nothing about its duplicates.
        flight = f"drawing/{source.id}/{source.sha256_hash}/{size}"
        try:
            made = await self._cache.get_or_make(
                flight, lambda: self._make(source, size, key), ttl=_FLIGHT_TTL_S
            )
        except _OtherContentError as other:
            return None if other.blob is None else Drawn(other.blob, lasting=False)
        if not made:
            await self._cache.set(nothing, b"1", ttl=_NOTHING_TTL_S)
            return None
        return Drawn(_unpack(made))

    async def _make(self, source: Place, size: int, key: str) -> bytes:
        """The packed picture, kept in ``Blobs`` too; empty: this content has none.

        Raises:
            _OtherContentError: it is not, or no longer, the content that the catalog knows.
        """
        before = await asyncio.to_thread(look, source.path, self._roots)
        if before is None:
            raise _OtherContentError(None)
        picture = await self._draw(ArtworkRequest(source.path, size))
        after = await asyncio.to_thread(look, source.path, self._roots)
        if after is None:
            raise _OtherContentError(None)
        blob = None if picture is None else Blob(picture.data, picture.mime)
        if not (is_cataloged(before, source) and is_cataloged(after, source)):
            raise _OtherContentError(blob)
        if blob is None:
            return b""
        await self._keep(key, blob)
        return _pack(blob)

    async def _draw(self, request: ArtworkRequest) -> Picture | None:
        if self._waiting >= _MAX_WAITING:
            raise BusyError("Too many pictures are being made at once; try again in a moment.")
        self._waiting += 1
        try:
            async with self._slots:
                return await self._media.artwork(request)
        except Poison:
            return None
        finally:
            self._waiting -= 1

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


class _OtherContentError(Exception):
    """What is at the path is not what the catalog says; raised, since the cache keeps no failure.

    ``blob``: what was drawn nevertheless, for this answer only.
    """

    def __init__(self, blob: Blob | None) -> None:
        super().__init__()
        self.blob = blob


def _pack(blob: Blob) -> bytes:
    return blob.mime.encode("ascii") + b"\0" + blob.data


def _unpack(packed: bytes) -> Blob:
    mime, _, data = packed.partition(b"\0")
    return Blob(data, mime.decode("ascii"))
