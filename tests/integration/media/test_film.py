"""Films that are really encoded, decoded in one pass."""

import os
from contextlib import contextmanager

import numpy as np
import pytest

from apollonia.analyze.seeing.joins import find_joins
from apollonia.media.faults import MediaFault
from apollonia.media.film.decode import decode_film
from apollonia.media.film.film import FilmLimits
from apollonia.media.imaging.encode import Film, Subtitle, write_video
from apollonia.media.imaging.encode_frames import write_frames
from apollonia.media.sniffing.content import Content
from apollonia.testing.clips import Scene, make_clip

SIZE = (160, 96)


@contextmanager
def opened(path):
    fd = os.open(path, os.O_RDONLY)
    try:
        yield Content(fd, os.fstat(fd).st_size, path.name)
    finally:
        os.close(fd)


def decoded(path, limits=None, look=None):
    with opened(path) as content:
        return decode_film(content, limits or FilmLimits(), look)


@pytest.fixture(scope="module")
def clip():
    return make_clip(4, kinds=("cut",), scenes=3, size=SIZE)


@pytest.mark.parametrize(("muxer", "codec"), [("mp4", "libx264"), ("matroska", "mpeg4")])
def test_every_frame_is_seen_and_cuts_are_where_they_were(tmp_path, clip, muxer, codec):
    path = tmp_path / "clip.mkv"
    count = write_frames(
        path, clip.frames(), muxer=muxer, codec=codec, options={"bit_rate": "900000"}
    )
    film = decoded(path, look=lambda luma: luma.shape)
    assert len(film.times_s) == len(film.tiny) == count
    assert film.every == "frame"
    assert film.complete
    assert film.seconds == pytest.approx(count / 25, abs=0.1)
    found = [join.start for join in find_joins(film.tiny)]
    assert found == pytest.approx([join.start for join in clip.joins], abs=1)
    assert {shape for _, shape in film.looked} == {(SIZE[1], SIZE[0])}
    assert [round(still.at_s / 0.5) for still in film.stills] == list(range(len(film.stills)))


def test_a_turned_film_is_shown_upright(tmp_path):
    path = write_video(tmp_path / "turned.mp4", "mp4", Film(size=(160, 96), rotation=90))
    film = decoded(path)
    assert film.facts.rotation == 90
    assert film.facts.shown == (96, 160)
    assert film.stills[0].image.shape == (160, 96, 3)


def test_ten_bits_and_their_luma(tmp_path):
    scene = Scene(np.random.default_rng(1), SIZE, calm=True)
    options = {"preset": "ultrafast", "crf": "20", "pix_fmt": "yuv420p10le"}
    path = tmp_path / "deep.mp4"
    write_frames(path, [scene.frame(0)] * 5, options=options)
    lumas: list[np.ndarray] = []
    film = decoded(path, look=lumas.append)
    assert film.facts.bit_depth == 10
    assert lumas[0].dtype == np.uint8
    assert lumas[0].std() > 3


def test_subtitles_are_read_on_the_way(tmp_path):
    lines = (Subtitle("eng", ((0, 400, "<i>Hello</i> there"),)),)
    path = write_video(tmp_path / "told.mkv", "mkv", Film(subtitles=lines))
    film = decoded(path)
    assert [(text.language, list(text.lines)) for text in film.texts] == [("en", ["Hello there"])]


def test_limits_hold(tmp_path, clip):
    path = tmp_path / "clip.mp4"
    write_frames(path, clip.frames())
    with pytest.raises(MediaFault) as refused:
        decoded(path, FilmLimits(pixel_limit=1_000))
    assert refused.value.fault == "too_many_pixels"
    short = decoded(path, FilmLimits(most_frames=20))
    assert len(short.times_s) == 20
    assert not short.complete
    assert decoded(path, FilmLimits(most_stills=4)).stills[-1].at_s > 1.5
    keys = decoded(path, FilmLimits(full_pixels=1, reference_pixels=1))
    assert keys.every == "key"
    assert len(keys.times_s) < 20


def test_sound_alone_is_no_film(tmp_path):
    from apollonia.testing.media_files import make_audio

    with pytest.raises(MediaFault) as refused:
        decoded(make_audio(tmp_path / "song.m4a"))
    assert refused.value.fault == "no_streams"
