"""musicnn's front end against the library that it was trained with."""

import numpy as np
import pytest

from apollonia.analyze.listening.mel import log_mel


def test_log_mel_is_librosas():
    librosa = pytest.importorskip("librosa")
    sound = np.random.default_rng(5).uniform(-0.9, 0.9, 48_000).astype(np.float32)
    theirs = librosa.feature.melspectrogram(
        y=sound, sr=16_000, n_fft=512, hop_length=256, n_mels=96, pad_mode="reflect"
    )
    assert np.abs(log_mel(sound) - np.log10(1 + 10_000 * theirs).T).max() < 1e-4
