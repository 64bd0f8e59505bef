"""Sound is decoded, measured and kept; each figure beside what was put in."""

import math
import os

import numpy as np
import pytest

from apollonia.media.faults import MediaFault
from apollonia.media.sniffing.content import Content
from apollonia.media.sound.decode import decode_sound, sound_seconds
from apollonia.media.sound.keeping import Keeper
from apollonia.media.sound.sound import MODEL_RATE, RATE, SoundLimits
from apollonia.testing.sounds import tone, write_sound

LIMITS = SoundLimits()


def decode(path, limits=LIMITS):
    fd = os.open(path, os.O_RDONLY)
    try:
        return decode_sound(Content(fd, path.stat().st_size, path.name), limits)
    finally:
        os.close(fd)


@pytest.mark.parametrize(
    ("name", "rate", "channels"),
    [("a.wav", 44_100, 2), ("a.flac", 48_000, 2), ("a.flac", 96_000, 1), ("a.wav", 8_000, 1)],
)
def test_a_tone_keeps_its_length_level_and_pitch_at_both_rates(tmp_path, name, rate, channels):
    path = tmp_path / name
    write_sound(path, np.tile(tone(1000.0, 3.0, rate, 0.5), (channels, 1)), rate)
    sound = decode(path)
    [span] = sound.spans
    assert sound.is_whole
    assert sound.complete
    assert (sound.sample_rate, sound.channels) == (rate, channels)
    assert sound.seconds == pytest.approx(3.0, abs=0.01)
    for samples, at in ((span.mono_44k, RATE), (span.mono_16k, MODEL_RATE)):
        assert samples.dtype == np.float32
        assert len(samples) == pytest.approx(3 * at, abs=at * 0.01)
        middle = samples[at : 2 * at]
        assert np.abs(middle).max() == pytest.approx(0.5, abs=0.02)
        assert np.argmax(np.abs(np.fft.rfft(middle))) == 1000


def test_loudness_is_that_of_the_standard(tmp_path):
    """EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS has -23 LUFS, within 0.1."""
    path = tmp_path / "a.wav"
    amplitude = 10 ** (-23 / 20)
    write_sound(path, np.tile(tone(1000.0, 20.0, 48_000, amplitude), (2, 1)), 48_000)
    loudness = decode(path).loudness
    assert loudness.integrated_lufs == pytest.approx(-23.0, abs=0.1)
    assert loudness.range_lu == pytest.approx(0.0, abs=0.1)
    assert loudness.true_peak_db == pytest.approx(-23.0, abs=0.3)
    assert len(loudness.momentary_lufs) == 200


def test_true_peak_lies_between_samples(tmp_path):
    """A quarter of the sample rate, 45 degrees off: every sample is 3 dB below the real peak."""
    path = tmp_path / "a.wav"
    n = np.arange(48_000 * 2)
    swell = np.minimum(1.0, np.minimum(n, n[::-1]) / 4800)  # without clicks, which peak higher
    write_sound(path, (0.5 * swell * np.sin(np.pi / 2 * n + np.pi / 4))[np.newaxis], 48_000)
    sound = decode(path)
    assert 20 * math.log10(sound.measures.peak) == pytest.approx(-9.03, abs=0.1)
    assert sound.loudness.true_peak_db == pytest.approx(-6.02, abs=0.1)


def test_silence_has_no_loudness(tmp_path):
    path = tmp_path / "a.wav"
    write_sound(path, np.zeros((2, RATE * 2)), RATE)
    sound = decode(path)
    assert sound.loudness.integrated_lufs is None
    assert sound.measures.rms_db is None
    assert sound.measures.correlation is None


def test_stereo_and_clipping_are_measured(tmp_path):
    path = tmp_path / "a.wav"
    left = tone(440.0, 2.0, RATE, 1.5)
    write_sound(path, np.stack([left, -left]).clip(-1, 1), RATE)
    measures = decode(path).measures
    assert measures.correlation == pytest.approx(-1.0, abs=0.001)
    assert measures.side_share == pytest.approx(1.0, abs=0.001)
    assert measures.clipped > 400  # 880 half waves a second, each flat on top; the louder channel
    write_sound(path, tone(440.0, 2.0, RATE, 0.9)[np.newaxis], RATE)
    assert decode(path).measures.clipped < 40


def test_what_has_no_sound_says_so(tmp_path):
    path = tmp_path / "a.mp3"
    path.write_bytes(b"\xff\xfb\x90\x64" + bytes(400))
    with pytest.raises(MediaFault):
        decode(path)
    path.write_bytes(b"")
    with pytest.raises(MediaFault):
        decode(path)


def test_a_damaged_file_gives_what_can_be_decoded(tmp_path):
    path = tmp_path / "a.flac"
    write_sound(path, tone(440.0, 4.0, RATE, 0.5)[np.newaxis], RATE)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 400] = bytes(400)
    path.write_bytes(data[: len(data) * 9 // 10])
    sound = decode(path)
    assert 2.0 < sound.seconds < 4.0


def test_sound_is_bounded(tmp_path):
    path = tmp_path / "a.wav"
    write_sound(path, tone(440.0, 10.0, 8000, 0.5)[np.newaxis], 8000)
    sound = decode(path, SoundLimits(longest_s=4))
    assert 4 <= sound.seconds <= 6
    assert not sound.complete
    late = decode(path, SoundLimits(time_limit_s=0.0))
    assert not late.complete
    fd = os.open(path, os.O_RDONLY)
    assert sound_seconds(Content(fd, path.stat().st_size, "a.wav")) == pytest.approx(10.0)
    os.close(fd)


def keep(levels, held_s, told_s):
    """A minute of each level."""
    keeper = Keeper(held_s, told_s)
    for level in levels:
        for _ in range(60):
            keeper.add(np.full(RATE, level, np.float32), np.full(MODEL_RATE, level, np.float32))
    return keeper.spans()


@pytest.mark.parametrize("told_s", [None, 480.0])
def test_of_long_sound_the_loud_minutes_are_kept(told_s):
    spans = keep([0.1, 0.3, 0.2, 0.1, 0.1, 0.2, 0.5, 0.1], 120, told_s)
    assert [span.start_s for span in spans] == [60.0, 360.0]
    assert [float(span.mono_44k[0]) for span in spans] == pytest.approx([0.3, 0.5])
    assert all(len(span.mono_16k) == 60 * MODEL_RATE for span in spans)


def test_all_of_short_sound_is_kept():
    [span] = keep([0.1, 0.2], 120, 120.0)
    assert span.seconds == 120.0
    assert keep([], 120, None) == ()


def test_excerpts_are_the_loudest_stretch_of_each_part(tmp_path):
    path = tmp_path / "a.wav"
    level = np.repeat([0.1, 0.1, 0.8, 0.1, 0.1, 0.1, 0.1, 0.6, 0.1, 0.1], 8000)
    write_sound(path, (level * tone(440.0, 10.0, 8000, 1.0))[np.newaxis], 8000)
    sound = decode(path)
    starts = [span.start_s for span in sound.excerpts(1.0, 2)]
    assert starts == pytest.approx([2.0, 7.0], abs=0.5)
    assert [round(span.seconds, 2) for span in sound.excerpts(1.0, 2)] == [1.0, 1.0]
    assert sound.excerpts(5.0, 2) == sound.spans
