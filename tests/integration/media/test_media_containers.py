"""What was written into each container is what is read out of it."""

import pytest

from apollonia.media.workers.requests import ArtworkRequest
from apollonia.messages import Media
from apollonia.testing.media_files import make_audio, make_image, make_video

EVERY_TAG = {
    "title": "A Title ☃",
    "artist": "An Artist",
    "album": "The Album",
    "album_artist": "Various",
    "composer": "A Composer",
    "genre": "Jazz",
    "date": "2021",
    "year": 2021,
    "track": 3,
    "track_total": 9,
    "disc": 1,
    "disc_total": 2,
    "comment": "A comment",
}
WAV_TAGS = ("title", "artist", "album", "genre", "date", "track", "comment")
AUDIO = [
    # format, kind of file, codec, tags that it keeps, keeps a cover, keeps chapters
    ("mp3", "mp3", "mp3", tuple(EVERY_TAG), True, True),
    ("flac", "flac", "flac", tuple(EVERY_TAG), True, False),
    ("m4a", "m4a", "aac", tuple(EVERY_TAG), True, True),
    ("alac", "m4a", "alac", tuple(EVERY_TAG), True, True),
    ("ogg", "ogg", "vorbis", tuple(EVERY_TAG), True, False),
    ("opus", "opus", "opus", tuple(EVERY_TAG), True, False),
    ("oga", "ogg", "flac", tuple(EVERY_TAG), True, False),
    ("wav", "wav", "pcm_s16le", WAV_TAGS, False, False),
    ("aiff", "aiff", "pcm_s16be", tuple(EVERY_TAG), False, True),
    ("wma", "wma", "wmav2", tuple(EVERY_TAG), False, True),
    ("wv", "wv", "wavpack", tuple(EVERY_TAG), False, False),
    ("tta", "tta", "tta", tuple(EVERY_TAG), False, False),
    ("caf", "caf", "alac", tuple(EVERY_TAG), False, False),
    ("mka", "mka", "flac", tuple(EVERY_TAG), True, True),
    ("ac3", "ac3", "ac3", (), False, False),
    ("eac3", "eac3", "eac3", (), False, False),
    ("aac", "aac", "aac", (), False, False),
    ("mp2", "mp2", "mp2", (), False, False),
    ("au", "au", "pcm_s16be", ("title",), False, False),
]
VIDEO = [
    # format, video codec, keeps tags, cover, chapters, subtitle codec, rotation
    ("mp4", "h264", True, True, True, "mov_text", True),
    ("mov", "h264", False, False, True, "mov_text", True),
    ("mkv", "h264", True, True, True, "subrip", True),
    ("webm", "vp9", True, False, True, "webvtt", False),
    ("avi", "mpeg4", False, False, False, None, False),
    ("flv", "flv1", True, False, False, None, False),
    ("ts", "mpeg2video", False, False, False, None, False),
    ("m2ts", "mpeg2video", False, False, False, None, False),
    ("mpg", "mpeg2video", False, False, False, None, False),
    ("wmv", "wmv2", True, False, True, None, False),
    ("3gp", "mpeg4", False, False, False, None, False),
]


def names(cases):
    return [case[0] for case in cases]


def parsed(found):
    """The media, by the contract's own model, which must find nothing to complain about."""
    assert found.outcome == "ok", found.error
    return Media.model_validate(found.media)


@pytest.mark.parametrize("case", AUDIO, ids=names(AUDIO))
async def test_audio_container(tmp_path, look, case):
    kind, format_, codec, kept, cover, chapters = case
    path = make_audio(tmp_path / "a.bin", format_=kind, cover=True, chapters=2)
    media = parsed(await look(path))
    assert (media.kind, media.format, media.codecs) == ("audio", format_, [codec])
    assert (media.sample_rate in {44_100, 48_000}, media.channels) == (True, 2)
    assert media.duration_ms is not None
    assert 380 <= media.duration_ms <= 480
    for tag in kept:
        assert getattr(media.tags, tag) == EVERY_TAG[tag], tag
    assert media.artwork_count == (1 if cover else 0)
    if cover:
        assert media.artwork is not None
        assert media.artwork.mime == "image/jpeg"
        assert (media.artwork.width, media.artwork.height) == (60, 40)
    if chapters:
        told = [(c.start_ms, c.title) for c in media.chapters]
        assert told == [(0, "Chapter 1"), (200, "Chapter 2")]


@pytest.mark.parametrize("case", VIDEO, ids=names(VIDEO))
async def test_video_container(tmp_path, look, case):
    kind, codec, tags, cover, chapters, subtitle, turned = case
    path = make_video(
        tmp_path / "v.bin",
        format_=kind,
        cover=True,
        chapters=2,
        subtitles=("eng", "ger"),
        rotation=90 if turned else 0,
    )
    media = parsed(await look(path))
    assert (media.kind, media.format, media.codecs[0]) == ("video", kind, codec)
    assert (media.width, media.height, media.frame_rate) == (176, 144, 25.0)
    assert media.rotation == (90 if turned else None)
    assert {s.type for s in media.streams} >= {"video", "audio"}
    if tags:
        assert (media.tags.title, media.tags.album) == ("A Title ☃", "The Album")
    assert media.artwork_count == (1 if cover else 0)
    assert len(media.chapters) == (2 if chapters else 0) or kind == "3gp"
    told = [(s.codec, s.language, s.default) for s in media.streams if s.type == "subtitle"]
    assert told == ([(subtitle, "en", True), (subtitle, "de", False)] if subtitle else [])


@pytest.mark.parametrize("kind", ["jpeg", "png", "bmp", "webp", "gif", "avif", "tiff"])
async def test_image_format(tmp_path, look, kind):
    media = parsed(await look(make_image(tmp_path / f"p.{kind}")))
    assert (media.kind, media.format, media.width, media.height) == ("image", kind, 64, 48)


async def test_image_orientation_is_told_and_respected(tmp_path, pool, look):
    path = make_image(tmp_path / "p.jpg", orientation=6)
    media = parsed(await look(path))
    assert (media.width, media.height, media.rotation) == (64, 48, 90)
    picture = await pool.artwork(ArtworkRequest(bytes(path), 32))
    assert picture is not None
    assert (picture.width, picture.height) == (24, 32)


@pytest.mark.parametrize("kind", ["mp3", "flac", "m4a", "ogg", "opus", "mka"])
async def test_artwork_is_the_embedded_cover(tmp_path, pool, kind):
    path = make_audio(tmp_path / f"a.{kind}", cover=True)
    picture = await pool.artwork(ArtworkRequest(bytes(path), 30))
    assert picture is not None
    assert (picture.source, picture.mime) == ("embedded", "image/webp")
    assert (picture.width, picture.height, picture.data[8:12]) == (30, 20, b"WEBP")


@pytest.mark.parametrize("kind", ["mp4", "mkv", "webm", "avi", "flv", "ts", "mpg", "wmv", "3gp"])
async def test_artwork_of_a_film_is_one_of_its_frames(tmp_path, pool, kind):
    path = make_video(tmp_path / f"v.{kind}")
    picture = await pool.artwork(ArtworkRequest(bytes(path), 88))
    assert picture is not None
    assert (picture.source, picture.width, picture.height) == ("frame", 88, 72)


async def test_artwork_is_turned_as_the_film_is(tmp_path, pool):
    path = make_video(tmp_path / "v.mp4", rotation=90)
    picture = await pool.artwork(ArtworkRequest(bytes(path), 88))
    assert picture is not None
    assert (picture.width, picture.height) == (72, 88)


async def test_artwork_is_none_where_there_is_no_picture(tmp_path, pool):
    (tmp_path / "words.txt").write_text("words")
    for path in (make_audio(tmp_path / "a.wav"), tmp_path / "words.txt", tmp_path / "gone.mp3"):
        assert await pool.artwork(ArtworkRequest(bytes(path))) is None


@pytest.mark.parametrize("kind", ["mp4", "mkv", "webm", "wmv", "ts", "mov"])
async def test_films_are_video_even_without_sound(tmp_path, look, kind):
    media = parsed(await look(make_video(tmp_path / f"v.{kind}", sound=False)))
    assert (media.kind, media.channels) == ("video", None)
