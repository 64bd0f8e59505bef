"""musicnn's front end."""

import numpy as np
import pytest

from apollonia.analyze.listening.mel import PATCH_SAMPLES, log_mel, patches

RANDOM = np.random.default_rng(5)


def noise(samples: int, peak: float = 0.5) -> np.ndarray:
    return (RANDOM.uniform(-peak, peak, samples)).astype(np.float32)


@pytest.mark.parametrize("samples", [257, 512, 16_000, 600_001])
def test_log_mel_has_a_frame_for_each_hop(samples):
    found = log_mel(noise(samples))
    assert found.shape == (samples // 256 + 1, 96)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()


def test_log_mel_of_silence_is_zero_and_of_full_scale_finite():
    assert not log_mel(np.zeros(16_000, np.float32)).any()
    assert np.isfinite(log_mel(np.ones(16_000, np.float32))).all()


def test_a_tone_is_loudest_in_its_band():
    times = np.arange(16_000) / 16_000
    low, high = (np.sin(2 * np.pi * f * times).astype(np.float32) for f in (300.0, 5_000.0))
    assert log_mel(low).mean(axis=0).argmax() < 12
    assert log_mel(high).mean(axis=0).argmax() > 75


@pytest.mark.parametrize(
    ("samples", "count"), [(0, 0), (100, 1), (PATCH_SAMPLES, 1), (PATCH_SAMPLES * 4 + 9, 4)]
)
def test_patches_are_as_many_as_fit_and_one_of_shorter_sound(samples, count):
    assert patches(noise(samples)).shape == (count, 187, 96)
