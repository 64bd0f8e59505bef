"""Whether a prepared model gives the answers that the manifest names."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apollonia.analyze.runtimes.litert import LiteRt
from apollonia.domain.models import ModelSpec, Precision, Tensor, Ticket

_FLOAT_TOLERANCE = {"fp32": 1e-3, "fp16": 5e-3}
_STEP_TOLERANCE = 2.0  # of 255, in models whose answers are bytes: processors round differently


def check_input(tensor: Tensor) -> NDArray[Any]:
    """What every model is checked with: a chirp, or bytes that run through all their values."""
    steps = np.arange(np.prod(tensor.shape), dtype=np.float64)
    if tensor.dtype == "uint8":
        return ((steps * 37) % 251).astype(np.uint8).reshape(tensor.shape)
    return (0.5 * np.sin(steps * steps * 1e-4)).astype(np.float32).reshape(tensor.shape)


def check_model(spec: ModelSpec, path: Path, precision: Precision) -> None:
    """Run it once, where the manifest has answers to compare with.

    Raises:
        ValueError: it answers something else, or cannot be run.
        ImportError: LiteRT is not installed.
    """
    if spec.runtime != "litert" or not spec.check:
        return
    ticket = _ticket(spec, path, precision)
    model = LiteRt().load(path.parent, ticket)
    first = spec.inputs[0]
    given = check_input(first)
    batch = given if first.shape[0] == 1 else given[np.newaxis]
    found = model.run(**{first.name: batch})
    missing = {tensor.name for tensor in spec.outputs} - set(found)
    if missing:
        raise ValueError(f"{spec.name} has no output {min(missing)}")
    values = found[spec.outputs[0].name].ravel()
    tolerance = _STEP_TOLERANCE if values.dtype == np.uint8 else _FLOAT_TOLERANCE[precision]
    for number, wanted in spec.check.items():
        if abs(float(values[number]) - wanted) > tolerance:
            raise ValueError(
                f"{spec.name} answers {float(values[number]):.4f} where the manifest has"
                f" {wanted:.4f}: what it was made with does not do it right"
            )


def _ticket(spec: ModelSpec, path: Path, precision: Precision) -> Ticket:
    return Ticket(
        name=spec.name,
        version=spec.version,
        runtime=spec.runtime,
        file=path.name,
        sha256="",
        size=path.stat().st_size,
        precision=precision,
        origin="",
        labels=(),
        sources={},
    )
