"""TensorFlow, on a GPU where there is one. Its models are rebuilt from their published weights."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apollonia.analyze.preparing.musicnn_convert import BANDS, FRAMES
from apollonia.analyze.runtimes.one_tensorflow import require_plain_essentia
from apollonia.analyze.runtimes.runtime import Arrays
from apollonia.domain.models import Ticket

_WEIGHTS = ".h5"
_MOST_AT_ONCE = 64


def import_tensorflow() -> Any:
    """TensorFlow, quiet, and taking GPU memory only as it needs it.

    Raises:
        ImportError: it is not installed.
        ConfigurationError: another TensorFlow is here.
    """
    require_plain_essentia()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, enable=True)
    return tf


class TensorFlow:
    """``Runtime`` for models whose Keras weights are at hand: musicnn.

    ``device``: TensorFlow's name of what computes, such as ``GPU:0`` or ``CPU:0``.
    """

    name = "tensorflow"

    def __init__(self, device: str) -> None:
        self._device = device

    def takes(self, ticket: Ticket) -> bool:
        """Models with weights for it beside them."""
        return any(name.endswith(_WEIGHTS) for name in ticket.sources)

    def load(self, folder: Path, ticket: Ticket) -> "TensorFlowModel":
        """The model, its weights on the device."""
        from apollonia.analyze.preparing.musicnn_convert import musicnn, read_weights

        tf = import_tensorflow()
        name = next(name for name in ticket.sources if name.endswith(_WEIGHTS))
        with tf.device(self._device):
            model = tf.function(
                musicnn(read_weights(folder / ticket.sources[name])),
                input_signature=[tf.TensorSpec([None, FRAMES, BANDS], tf.float32)],
            )
        return TensorFlowModel(tf, model, self._device)


class TensorFlowModel:
    """``LoadedModel``, in batches."""

    def __init__(self, tf: Any, model: Any, device: str) -> None:
        self._tf, self._model, self._device = tf, model, device

    def run(self, **inputs: NDArray[Any]) -> Arrays:
        """Run it; see ``LoadedModel``."""
        patches = inputs["logmel"]
        if patches.dtype != np.float32 or patches.shape[1:] != (FRAMES, BANDS) or not len(patches):
            raise ValueError(f"logmel is {patches.dtype} {patches.shape}, not float32 (n, 187, 96)")
        with self._tf.device(self._device):
            found = [
                self._model(self._tf.constant(patches[at : at + _MOST_AT_ONCE]))
                for at in range(0, len(patches), _MOST_AT_ONCE)
            ]
        return {name: np.concatenate([one[name].numpy() for one in found]) for name in found[0]}
