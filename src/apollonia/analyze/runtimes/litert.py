"""LiteRT (TensorFlow Lite) on one core of the processor."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apollonia.analyze.runtimes.runtime import Arrays
from apollonia.domain.models import Ticket


class LiteRt:
    """``Runtime`` for ``.tflite`` files, which are mapped and so shared by all processes."""

    name = "litert"

    def takes(self, ticket: Ticket) -> bool:
        """All that the manifest calls ``litert``."""
        return ticket.runtime == "litert"

    def load(self, folder: Path, ticket: Ticket) -> "LiteRtModel":
        """The model, ready to run."""
        from ai_edge_litert.interpreter import Interpreter

        return LiteRtModel(Interpreter(str(folder / ticket.file), num_threads=1))


class LiteRtModel:
    """``LoadedModel``. Where the first axis is 1 for good, a batch is run one by one."""

    def __init__(self, interpreter: Any) -> None:
        self._interpreter = interpreter
        interpreter.allocate_tensors()
        signatures = interpreter.get_signature_list()
        if signatures:  # converters number the outputs of a graph; the signature has their names
            runner = interpreter.get_signature_runner(next(iter(signatures)))
            inputs, outputs = runner.get_input_details(), runner.get_output_details()
        else:
            inputs = {it["name"]: it for it in interpreter.get_input_details()}
            outputs = {it["name"]: it for it in interpreter.get_output_details()}
        self._inputs = {
            name: (it["index"], tuple(it["shape"]), it["dtype"]) for name, it in inputs.items()
        }
        self._outputs = {name: it["index"] for name, it in outputs.items()}

    def run(self, **inputs: NDArray[Any]) -> Arrays:
        """Run it for each of the batch; see ``LoadedModel``."""
        if set(inputs) != set(self._inputs):
            raise ValueError(f"the model takes {sorted(self._inputs)}, not {sorted(inputs)}")
        rows = {name: self._rows(name, value) for name, value in inputs.items()}
        found = [
            self._once(dict(zip(rows, one, strict=True)))
            for one in zip(*rows.values(), strict=True)
        ]
        return {name: np.concatenate([one[name] for one in found]) for name in self._outputs}

    def _rows(self, name: str, value: NDArray[Any]) -> NDArray[Any]:
        """The input as a sequence of what the model takes at once."""
        _, shape, dtype = self._inputs[name]
        one = shape[1:] if shape[0] == 1 and len(shape) > 1 else shape
        if value.dtype != dtype or value.shape[1:] != one or not len(value):
            raise ValueError(
                f"{name} is {value.dtype} {value.shape} and has to be {np.dtype(dtype)} (n, {one})"
            )
        return value.reshape(-1, *shape)

    def _once(self, inputs: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        for name, value in inputs.items():
            self._interpreter.set_tensor(self._inputs[name][0], value)
        self._interpreter.invoke()
        return {name: self._interpreter.get_tensor(at) for name, at in self._outputs.items()}
