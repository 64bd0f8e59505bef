"""Adds the embedding to the outputs of a quantised classifier, without TensorFlow.

Image and sound classifiers of this kind end in a mean over space, which is the embedding, and one
layer from there to the classes. The mean is a tensor of the graph already; an operator that turns
it into floats is added, and its result to the outputs. Weights and answers stay as they are.
"""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

_MEAN, _DEQUANTIZE = 40, 6  # tflite::BuiltinOperator
_FLOAT32 = 0  # tflite::TensorType
_DEQUANTIZE_INT8_VERSION = 2
_IDENTIFIER = b"TFL3"
OUTPUT = "embedding"


def add_embedding(source: Path, target: Path) -> None:
    """Write ``source``, a LiteRT model, with one more output, to ``target``; its lists stay in it.

    Raises:
        ValueError: it is no such model.
        ImportError: LiteRT is not installed.
    """
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    content = source.read_bytes()
    if content[4:8] != _IDENTIFIER:
        raise ValueError(f"{source} is no LiteRT model")
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    if len(model.subgraphs) != 1:
        raise ValueError(f"{source} has {len(model.subgraphs)} graphs and not one")
    graph = model.subgraphs[0]
    mean = _last_mean(model, graph)
    tensor = schema.TensorT()
    tensor.name, tensor.shape = OUTPUT.encode(), graph.tensors[mean].shape
    tensor.type, tensor.buffer = _FLOAT32, 0
    graph.tensors.append(tensor)
    operator = schema.OperatorT()
    operator.opcodeIndex = len(model.operatorCodes)
    operator.inputs, operator.outputs = [mean], [len(graph.tensors) - 1]
    graph.operators.append(operator)
    graph.outputs = [*graph.outputs, len(graph.tensors) - 1]
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = _DEQUANTIZE
    code.version = _DEQUANTIZE_INT8_VERSION
    model.operatorCodes.append(code)
    builder = flatbuffers.Builder(len(content) + 4096)
    builder.Finish(model.Pack(builder), _IDENTIFIER)
    target.write_bytes(bytes(builder.Output()) + _lists(content))


def _last_mean(model: Any, graph: Any) -> int:
    """The number of the tensor that the last mean over space gives."""
    for operator in reversed(graph.operators):
        code = model.operatorCodes[operator.opcodeIndex]
        if max(code.builtinCode, code.deprecatedBuiltinCode) == _MEAN:
            return int(operator.outputs[0])
    raise ValueError("there is no mean over space in it")


def _lists(content: bytes) -> bytes:
    """The ZIP archive with lists that such files carry behind the model, made anew."""
    if not zipfile.is_zipfile(BytesIO(content)):
        return b""
    into = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as lists, zipfile.ZipFile(into, "w") as archive:
        for entry in lists.infolist():
            archive.writestr(zipfile.ZipInfo(entry.filename), lists.read(entry))
    return into.getvalue()
