"""Artwork through the real media workers."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from apollonia.api.artwork import Artwork
from apollonia.domain.kinds import Kind
from apollonia.domain.neighbours import Role
from apollonia.media.options import MediaOptions
from apollonia.media.pool import MediaPool
from apollonia.ports.library import NeighborFact
from apollonia.testing.builders import a_place
from apollonia.testing.fake_library import FakeLibrary
from apollonia.testing.fake_stores import FakeBlobs, FakeCache


@pytest.fixture
async def pool():
    async with MediaPool(MediaOptions(workers=1)) as started:
        yield started


async def test_artwork_of_an_album_comes_from_its_folder(pool, tmp_path):
    pixels = np.random.default_rng(7).integers(0, 255, (600, 900, 3), dtype=np.uint8)
    cover_path = tmp_path / "c\udcffover.jpg"  # a name that is not UTF-8
    Image.fromarray(pixels).save(cover_path, "JPEG")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8 broken")
    broken = a_place(path=bytes(tmp_path / "broken.jpg"), kind=Kind.IMAGE, sha256_hash="1" * 64)
    cover = a_place(path=bytes(cover_path), kind=Kind.IMAGE, sha256_hash="2" * 64)
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
    shown = Image.open(BytesIO(picture.data))
    assert shown.get_format_mimetype() == picture.mime
    assert max(shown.size) <= 320
    assert shown.width / shown.height == pytest.approx(1.5, abs=0.02)
    assert await artwork.picture(broken, 320) is None
