"""Previews through the real media workers."""

import re
from io import BytesIO

import pytest
from PIL import Image

from apollonia.api.previews import Previews
from apollonia.domain.kinds import Kind
from apollonia.domain.times import format_nanos
from apollonia.media.imaging.encode import Film, write_video
from apollonia.media.options import MediaOptions
from apollonia.media.workers.pool import MediaPool
from apollonia.testing.builders import a_place
from apollonia.testing.fake_stores import FakeBlobs, FakeCache
from apollonia.testing.media_files import make_audio


@pytest.fixture
async def pool():
    async with MediaPool(MediaOptions(workers=1)) as started:
        yield started


def cataloged(path, kind, sha="5" * 64):
    found = path.stat()
    return a_place(
        path=bytes(path),
        kind=kind,
        sha256_hash=sha,
        size=found.st_size,
        modified_time=format_nanos(found.st_mtime_ns),
        inode=found.st_ino,
    )


def previews(pool, tmp_path, blobs):
    return Previews(blobs=blobs, cache=FakeCache(), media=pool, roots=[bytes(tmp_path)])


async def test_a_film_has_a_storyboard_whose_cues_lie_on_its_sheet(pool, tmp_path):
    path = write_video(tmp_path / "film.mp4", "mp4", Film(seconds=4, size=(320, 176)))
    blobs = FakeBlobs()
    source = previews(pool, tmp_path, blobs)
    film = cataloged(path, Kind.VIDEO)
    cues = await source.preview(film, "storyboard.vtt")
    assert cues is not None
    assert cues.mime == "text/vtt"
    text = cues.data.decode()
    assert text.startswith("WEBVTT\n\n00:00:00.000 --> 00:00:0")
    sheet = Image.open(BytesIO(blobs.blobs[f"preview/1/{'5' * 64}/storyboard.webp"].data))
    boxes = [tuple(map(int, box)) for box in re.findall(r"xywh=(\d+),(\d+),(\d+),(\d+)", text)]
    assert len(boxes) == 4
    assert all(x + w <= sheet.width and y + h <= sheet.height for x, y, w, h in boxes)

    path.unlink()  # it is kept, but not shown of a file that another content may stand for
    assert await source.preview(film, "storyboard.webp") is not None
    blobs.blobs.clear()
    assert await source.preview(film, "storyboard.webp") is None


async def test_a_hover_clip_moves(pool, tmp_path):
    path = write_video(tmp_path / "film.mkv", "mkv", Film(seconds=2, size=(320, 176), rotation=0))
    clip = await previews(pool, tmp_path, FakeBlobs()).preview(
        cataloged(path, Kind.VIDEO), "hover.webp"
    )
    assert clip is not None
    image = Image.open(BytesIO(clip.data))
    assert image.size == (320, 176)
    assert getattr(image, "n_frames", 1) >= 8


async def test_a_sound_has_a_waveform_and_a_spectrogram_and_no_storyboard(pool, tmp_path):
    blobs = FakeBlobs()
    source = previews(pool, tmp_path, blobs)
    song = cataloged(make_audio(tmp_path / "song.flac", seconds=1.0), Kind.AUDIO)
    for name in ("waveform.webp", "spectrogram.webp"):
        blob = await source.preview(song, name)
        assert blob is not None
        assert Image.open(BytesIO(blob.data)).width == 1200
    assert await source.preview(song, "storyboard.webp") is None


async def test_what_cannot_be_decoded_has_none_and_is_asked_once(pool, tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(b"no film at all" * 100)
    source = previews(pool, tmp_path, FakeBlobs())
    film = cataloged(path, Kind.VIDEO)
    assert await source.preview(film, "hover.webp") is None
    path.unlink()
    assert await source.preview(film, "hover.webp") is None


async def test_a_file_outside_the_roots_is_not_opened(pool, tmp_path):
    (tmp_path / "in").mkdir()
    path = write_video(tmp_path / "film.mp4", "mp4")
    source = previews(pool, tmp_path / "in", FakeBlobs())
    assert await source.preview(cataloged(path, Kind.VIDEO), "hover.webp") is None
