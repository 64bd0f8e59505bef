"""Small LiteRT models that are made here, and the real ones where they are."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

_SHARED = Path(__file__).resolve().parents[4] / "shared" / "models"


@pytest.fixture(scope="session")
def real_models() -> Path:
    """A mirror of the real models; without it the test is skipped."""
    folder = Path(os.environ.get("APOLLONIA_SHARED_MODELS", _SHARED))
    if not (folder / "MANIFEST.tsv").is_file():
        pytest.skip("no real models here: set APOLLONIA_SHARED_MODELS to a mirror of them")
    return folder


@pytest.fixture
def tiny_model(tmp_path: Path) -> Callable[..., Path]:
    """A quantised LiteRT model: the mean over space of 2 x 2 pixels, doubled into classes."""
    pytest.importorskip("ai_edge_litert")
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    def tensor(name: str, shape: list[int], kind: int, buffer: int, scale: float = 0.0):
        it = schema.TensorT()
        it.name, it.shape, it.type, it.buffer = name.encode(), shape, kind, buffer
        if scale:
            it.quantization = schema.QuantizationParametersT()
            it.quantization.scale, it.quantization.zeroPoint = [scale], [0]
        return it

    def build(name: str = "tiny.tflite", *, classes: int = 4) -> Path:
        model, graph = schema.ModelT(), schema.SubGraphT()
        model.version, model.description = 3, b"made by a test"
        axes, weights = schema.BufferT(), schema.BufferT()
        axes.data = list(np.array([1, 2], "<i4").tobytes())
        weights.data = list((np.eye(classes, 4) * 2).astype("i1").tobytes())
        model.buffers = [schema.BufferT(), axes, weights]
        graph.tensors = [
            tensor("picture", [1, 2, 2, 4], 9, 0, 0.5),
            tensor("axes", [2], 2, 1),
            tensor("mean", [1, 1, 1, 4], 9, 0, 0.5),
            tensor("weights", [classes, 4], 9, 2, 1.0),
            tensor("classes", [1, classes], 9, 0, 1.0),
        ]
        graph.inputs, graph.outputs = [0], [4]
        mean, full = schema.OperatorT(), schema.OperatorT()
        mean.opcodeIndex, mean.inputs, mean.outputs = 0, [0, 1], [2]
        mean.builtinOptionsType = schema.BuiltinOptions.ReducerOptions
        mean.builtinOptions = schema.ReducerOptionsT()
        mean.builtinOptions.keepDims = True
        full.opcodeIndex, full.inputs, full.outputs = 1, [2, 3, -1], [4]
        full.builtinOptionsType = schema.BuiltinOptions.FullyConnectedOptions
        full.builtinOptions = schema.FullyConnectedOptionsT()
        graph.operators = [mean, full]
        model.operatorCodes = []
        for code, version in ((40, 2), (9, 4)):
            it = schema.OperatorCodeT()
            it.builtinCode = it.deprecatedBuiltinCode = code
            it.version = version
            model.operatorCodes.append(it)
        model.subgraphs = [graph]
        builder = flatbuffers.Builder(4096)
        builder.Finish(model.Pack(builder), b"TFL3")
        path = tmp_path / name
        path.write_bytes(bytes(builder.Output()))
        return path

    return build
