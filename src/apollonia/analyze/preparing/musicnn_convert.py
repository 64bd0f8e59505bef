"""Converts musicnn's Keras weights to LiteRT, by itself, where TensorFlow is and nothing else.

    python musicnn_convert.py WEIGHTS.h5 MODEL.tflite fp32|fp16|int8

The layers are rebuilt from plain operations (Keras 3 cannot read these files). Architecture: Pons
and Serra, "musicnn: pre-trained convolutional neural networks for music audio tagging", 2019.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

FRAMES, BANDS = 187, 96
OUTPUTS = ("tags", "penultimate", "mean_pool", "max_pool")
_EPSILON = 1e-3  # Keras' default of BatchNormalization

type Weights = Mapping[str, Any]


def read_weights(path: Path) -> Weights:
    """Every array by ``layer/name``, such as ``conv2d_1/kernel``. Raises ``OSError``."""
    import h5py

    weights: dict[str, Any] = {}

    def note(name: str, item: Any) -> None:
        if hasattr(item, "shape"):
            layer, variable = name.split("/", maxsplit=1)[0], name.rpartition("/")[2]
            weights[f"{layer}/{variable.partition(':')[0].removesuffix('_1')}"] = item[()]

    with h5py.File(path) as file:
        file["model_weights"].visititems(note)
    return weights


def musicnn(weights: Weights) -> Callable[[Any], dict[str, Any]]:
    """Log-mel patches (n, 187, 96) float32 to ``OUTPUTS``: (n, 50), (n, 200), two of (n, 753)."""
    import tensorflow as tf

    def of(layer: str, *names: str) -> list[Any]:
        return [tf.constant(weights[f"{layer}/{name}"]) for name in names]

    def convolved(signal: Any, layer: str, norm: str, padding: str = "VALID") -> Any:
        kernel, bias = of(layer, "kernel", "bias")
        found = tf.nn.relu(tf.nn.conv2d(signal, kernel, strides=1, padding=padding) + bias)
        return normalised(found, norm)

    def normalised(signal: Any, layer: str) -> Any:
        gamma, beta, mean, variance = of(layer, "gamma", "beta", "moving_mean", "moving_variance")
        scale = gamma / tf.sqrt(variance + _EPSILON)
        return signal * scale + (beta - mean * scale)

    def over_bands(signal: Any) -> Any:
        return tf.squeeze(tf.nn.max_pool2d(signal, [1, signal.shape[2]], 1, "VALID"), 2)

    def in_time(signal: Any) -> Any:
        return tf.pad(signal, [[0, 0], [3, 3], [0, 0], [0, 0]])

    def back_end(rows: Any) -> dict[str, Any]:
        largest, mean = tf.reduce_max(rows, 1), tf.reduce_mean(rows, 1)
        flat = tf.reshape(tf.stack([largest, mean], 2), [-1, 2 * largest.shape[1]])
        kernel, bias = of("dense", "kernel", "bias")
        inner = tf.nn.relu(tf.matmul(normalised(flat, "bn_flatpool"), kernel) + bias)
        kernel, bias = of("dense_1", "kernel", "bias")
        tags = tf.sigmoid(tf.matmul(normalised(inner, "bn_dense"), kernel) + bias)
        return dict(zip(OUTPUTS, (tags, inner, mean, largest), strict=True))

    def model(logmel: Any) -> dict[str, Any]:
        signal = normalised(logmel[..., tf.newaxis], "batch_normalization")
        timbral = [
            over_bands(convolved(in_time(signal), f"conv2d{n}", f"batch_normalization_{k}"))
            for n, k in (("", 1), ("_1", 2))
        ]
        temporal = [
            over_bands(convolved(signal, f"conv2d_{n}", f"batch_normalization_{n + 1}", "SAME"))
            for n in (2, 3, 4)
        ]
        front = tf.concat([*timbral, *temporal], 2)[..., tf.newaxis]
        rows = [front]
        for number in (1, 2, 3):
            found = convolved(in_time(rows[-1]), f"midend_conv{number}", f"bn_midend_conv{number}")
            found = tf.transpose(found, [0, 1, 3, 2])
            rows.append(found if number == 1 else found + rows[-1])
        return back_end(tf.squeeze(tf.concat(rows, 2), 3))

    return model


def convert(source: Path, target: Path, precision: str) -> None:
    """Write the LiteRT model for one patch. ``int8``: weights only, to measure what it costs."""
    import tensorflow as tf

    class Module(tf.Module):  # type: ignore[misc]  # TensorFlow has no types
        def __init__(self) -> None:
            super().__init__()
            self.model = musicnn(read_weights(source))

        @tf.function(  # type: ignore[untyped-decorator]
            input_signature=[tf.TensorSpec([1, FRAMES, BANDS], tf.float32, name="logmel")]
        )
        def __call__(self, logmel: Any) -> dict[str, Any]:
            return self.model(logmel)

    module = Module()
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [module.__call__.get_concrete_function()], module
    )
    if precision != "fp32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if precision == "fp16":
        converter.target_spec.supported_types = [tf.float16]
    target.write_bytes(converter.convert())


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
