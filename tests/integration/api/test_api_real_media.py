"""Artwork through the real media workers."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from apollonia.api.artwork import Artwork
from apollonia.domain.kinds import Kind
from apollonia.domain.neighbours import Role
from apollonia.domain.times import format_nanos
from apollonia.media.options import MediaOptions
from apollonia.media.workers.pool import MediaPool
from apollonia.ports.library import NeighborFact
from apollonia.testing.builders import a_place
from apollonia.testing.fake_library import FakeLibrary
from apollonia.testing.fake_stores import FakeBlobs, FakeCache


def cataloged(path, sha256_hash):
    """An image as the catalog knows it."""
    found = path.stat()
    return a_place(
        path=bytes(path),
        kind=Kind.IMAGE,
        sha256_hash=sha256_hash,
        size=found.st_size,
        modified_time=format_nanos(found.st_mtime_ns),
        inode=found.st_ino,
    )


def colour_of(picture):
    return Image.open(BytesIO(picture.blob.data)).convert("RGB").getpixel((50, 50))


@pytest.fixture
async def pool():
    async with MediaPool(MediaOptions(workers=1)) as started:
        yield started


async def test_artwork_of_an_album_comes_from_its_folder(pool, tmp_path):
    pixels = np.random.default_rng(7).integers(0, 255, (600, 900, 3), dtype=np.uint8)
    cover_path = tmp_path / "c\udcffover.jpg"  # a name that is not UTF-8
    Image.fromarray(pixels).save(cover_path, "JPEG")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8 broken")
    broken = cataloged(tmp_path / "broken.jpg", "1" * 64)
    cover = cataloged(cover_path, "2" * 64)
    song = a_place(path=bytes(tmp_path / "song.flac"), sha256_hash="3" * 64)
    library = FakeLibrary([song])
    library.neighbor_facts[song.id] = [
        NeighborFact(place.path, Role.ARTWORK, None, forced=False, place=place)
        for place in (broken, cover)
    ]
    artwork = Artwork(
        library=library,
        blobs=FakeBlobs(),
        cache=FakeCache(),
        media=pool,
        roots=[bytes(tmp_path)],
    )
    picture = await artwork.picture(song, 320)
    assert picture is not None
    shown = Image.open(BytesIO(picture.blob.data))
    assert shown.get_format_mimetype() == picture.blob.mime
    assert max(shown.size) <= 320
    assert shown.width / shown.height == pytest.approx(1.5, abs=0.02)
    assert await artwork.picture(broken, 320) is None


async def test_artwork_of_another_picture_is_never_kept_under_the_old_hash(pool, tmp_path):
    red, blue = (255, 0, 0), (0, 0, 255)
    path, other = tmp_path / "pic.png", tmp_path / "new.png"
    Image.new("RGB", (100, 100), red).save(path)
    Image.new("RGB", (100, 100), blue).save(other)
    before = cataloged(path, "4" * 64)
    other.rename(path)
    blobs = FakeBlobs()
    artwork = Artwork(
        library=FakeLibrary(), blobs=blobs, cache=FakeCache(), media=pool, roots=[bytes(tmp_path)]
    )
    replaced = await artwork.picture(before, 320)
    assert replaced is not None
    assert colour_of(replaced) == pytest.approx(blue, abs=8)
    assert not replaced.lasting
    assert blobs.blobs == {}
    Image.new("RGB", (100, 100), red).save(tmp_path / "back.png")
    duplicate = cataloged(tmp_path / "back.png", "4" * 64)
    shown = await artwork.picture(duplicate, 320)
    assert shown is not None
    assert shown.lasting
    assert colour_of(shown) == pytest.approx(red, abs=8)
    assert list(blobs.blobs) == [f"artwork/{'4' * 64}/320"]
