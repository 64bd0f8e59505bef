"""Tempo, key, loudness, quality and fingerprints of sounds whose truth is known."""

import base64

import numpy as np
import pytest

from apollonia.domain.musical_keys import camelot_of, name_of_key
from apollonia.testing.songs import (
    RATE,
    TONICS,
    chord_track,
    click_track,
    drum_track,
    noise_bursts,
)
from apollonia.testing.sounds import tone, write_sound

pytest.importorskip("essentia", reason="Essentia has no build for this machine")


def beats_of(found) -> np.ndarray:
    return np.frombuffer(base64.b64decode(found["beats"]), "<i4") / 1000


@pytest.mark.parametrize(
    ("make", "bpm"),
    [
        (click_track, 60),
        (drum_track, 64),
        (chord_track, 100),
        (drum_track, 138),
        (drum_track, 160),
    ],
)
def test_tempo_is_exact_and_its_octave_right(hear, make, bpm):
    song = make("A", "minor", bpm, 15.0) if make is chord_track else make(bpm, 15.0)
    found = hear(song, "tempo")
    assert found["bpm"] == pytest.approx(bpm, abs=0.5)
    assert found["facts"]["tempo_bpm"] == found["bpm"]
    assert len(found["alternatives"]) == 1
    ratio = found["alternatives"][0]["bpm"] / found["bpm"]
    assert ratio in (pytest.approx(0.5, abs=0.01), pytest.approx(2.0, abs=0.01))
    assert found["steadiness"] > 0.75
    steps = np.diff(beats_of(found))
    assert np.median(steps) == pytest.approx(60 / bpm, rel=0.03)


def test_beats_lie_where_something_begins(hear):
    beats = beats_of(hear(drum_track(96.0, 20.0), "tempo"))
    truth = 0.25 + np.arange(int(20 * 96 / 60)) * 60 / 96
    off = np.abs(beats[:, None] - truth[None]).min(axis=1)
    assert np.median(off) < 0.03
    assert len(beats) > 0.8 * len(truth)


def test_what_has_no_pulse_has_no_tempo(hear, tmp_path):
    for seed in (1, 2):
        found = hear(noise_bursts(12.0, seed=seed), "tempo")
        assert "bpm" not in found
        assert found["facts"] == {}
        assert "no regular pulse" in found["why"]
    assert "too short" in hear(click_track(120.0, 3.0), "tempo")["why"]
    assert "bpm" not in hear(tone(440.0, 7.0, RATE, 0.5), "tempo")
    assert "bpm" not in hear(np.zeros(RATE * 7), "tempo")


@pytest.mark.parametrize("scale", ["major", "minor"])
def test_all_keys_are_named(hear, scale):
    for tonic in TONICS:
        found = hear(chord_track(tonic, scale, 100.0, 9.8), "key")
        camelot = camelot_of(f"{tonic} {scale}") or ""
        assert (found["camelot"], found["name"]) == (camelot, name_of_key(camelot))
        assert found["open_key"] == {"8A": "1m", "8B": "1d"}.get(camelot, found["open_key"])
        assert found["facts"] == {"key_name": found["name"], "key_camelot": camelot}


def test_noise_has_no_key(hear):
    assert hear(np.random.default_rng(1).normal(0, 0.1, RATE * 8), "key")["facts"] == {}


def test_loudness_comes_with_the_gains_that_players_know(hear):
    found = hear(np.tile(tone(1000.0, 6.0, RATE, 10 ** (-18 / 20)), (2, 1)), "loudness")
    assert found["integrated_lufs"] == pytest.approx(-18.0, abs=0.1)
    assert found["replaygain"]["track_gain_db"] == pytest.approx(0.0, abs=0.1)
    assert found["r128_track_gain_db"] == pytest.approx(-5.0, abs=0.1)
    assert found["facts"]["loudness_lufs"] == found["integrated_lufs"]
    assert hear(np.zeros((2, RATE * 3)), "loudness")["facts"] == {}


def test_silence_and_energy(hear):
    song = np.concatenate([np.zeros(2 * RATE), drum_track(120.0, 6.0), np.zeros(RATE)])
    found = hear(song, "dynamics")
    assert found["silence"]["lead_s"] == pytest.approx(2.2, abs=0.4)
    assert found["silence"]["trail_s"] == pytest.approx(1.2, abs=0.5)
    quiet, loud = hear(0.02 * song, "dynamics"), hear(np.clip(3 * song, -1, 1), "dynamics")
    assert 0 <= quiet["energy"] < found["energy"] < loud["energy"] <= 1
    assert hear(np.zeros(RATE * 3), "dynamics")["facts"] == {"is_silent": True}


def test_faults_are_named(hear, tmp_path):
    fine = 0.5 * drum_track(120.0, 8.0)
    assert hear(np.stack([fine, 0.8 * fine]), "quality")["issues"] == []
    assert hear(np.stack([fine, fine]), "quality")["issues"] == ["dual_mono"]
    assert "clipping" in hear((20 * fine).clip(-1, 1), "quality")["issues"]
    assert "dc_offset" in hear(fine + 0.02, "quality")["issues"]
    assert "one_sided" in hear(np.stack([fine, 0 * fine]), "quality")["issues"]


def test_a_lossless_file_that_was_lossy_is_suspected(hear, tmp_path):
    noise = np.random.default_rng(1).normal(0, 0.1, (1, RATE * 6))
    assert hear(write_sound(tmp_path / "a.flac", noise, RATE), "quality")["lossy_suspicion"] == 0
    spectrum = np.fft.rfft(noise)
    spectrum[:, (16_000 * 6) :] *= 1e-5  # as MP3 encoders at 128 kbit/s end it
    cut = np.fft.irfft(spectrum)
    found = hear(write_sound(tmp_path / "b.flac", cut, RATE), "quality")
    assert "lossy_source" in found["issues"]
    assert found["cutoff_hz"] == pytest.approx(16_000, abs=300)
    dark = np.fft.irfft(spectrum / (1 + np.arange(spectrum.shape[1]) / 6000) ** 4)
    assert hear(write_sound(tmp_path / "c.flac", dark, RATE), "quality")["lossy_suspicion"] == 0


def words_of(found) -> np.ndarray:
    return np.frombuffer(base64.b64decode(found["chromaprint"]), "<u4")


def test_a_fingerprint_outlives_the_encoder_and_tells_songs_apart(hear, tmp_path):
    song = chord_track("A", "minor", 100.0, 16.0, seed=1)
    one = words_of(hear(song, "fingerprint"))
    ogg = words_of(hear(write_sound(tmp_path / "a.ogg", song[None], RATE), "fingerprint"))
    other = words_of(hear(chord_track("C#", "major", 87.0, 16.0, seed=2), "fingerprint"))
    assert 100 < len(one) < 16 * 8.5  # the first one needs 2.6 s
    assert differing(one, ogg) < 0.1
    assert differing(one, other) > 0.3


def differing(one, two) -> float:
    """The share of bits that are not the same."""
    count = min(len(one), len(two))
    return float(np.bitwise_count(one[:count] ^ two[:count]).mean() / 32)


def test_peaks_are_those_of_the_sound_in_every_zoom(hear):
    song = np.concatenate([np.zeros(RATE * 5), tone(50.0, 5.0, RATE, 0.5)])
    found = hear(song, "waveform")
    assert [zoom["points"] for zoom in found["zooms"]] == [200]
    pairs = np.frombuffer(base64.b64decode(found["zooms"][0]["peaks"]), "i1").reshape(-1, 2)
    assert np.abs(pairs[:98]).max() == 0
    assert pairs[110:190, 0].max() < -60
    assert pairs[110:190, 1].min() > 60
