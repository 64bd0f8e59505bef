"""How sound is cut for the models, and what becomes of their answers."""

import numpy as np
import pytest

from apollonia.analyze.listening.hearing import YAMNET_SAMPLES, all_patches, sounds_of, tags_of


class Echo:
    """A model that answers with what it was given."""

    def run(self, **inputs):
        [given] = inputs.values()
        rows = given.reshape(len(given), -1)
        return {
            "tags": rows[:, :50],
            "penultimate": rows[:, :200],
            "tower0/network/layer32/final_output": rows[:, :521],
            "embedding": rows[:, :1024].reshape(-1, 1, 1, 1024),
        }


def test_yamnet_hears_all_frames_or_evenly_chosen_ones():
    ramp = np.repeat(np.arange(10, dtype=np.float32), YAMNET_SAMPLES)
    assert sounds_of(Echo(), [ramp, ramp], 99).scores[:, 0].tolist() == [*range(10)] * 2
    assert sounds_of(Echo(), [ramp], 4).scores[:, 0].tolist() == [0, 3, 6, 9]
    assert sounds_of(Echo(), [ramp], 99).embedding == pytest.approx(np.full(1024, 4.5))


def test_yamnet_hears_sound_that_is_shorter_than_a_frame():
    assert sounds_of(Echo(), [np.ones(10, np.float32)], 9).scores.shape == (1, 521)


def test_tags_come_for_each_patch_of_all_excerpts():
    excerpts = [np.zeros(100_000, np.float32), np.zeros(50_000, np.float32)]
    patches = all_patches(excerpts)
    assert patches.shape == (3, 187, 96)
    found = tags_of(Echo(), patches)
    assert found.scores.shape == (3, 50)
    assert found.embedding.shape == (200,)
