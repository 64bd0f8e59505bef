"""Both runtimes answer alike, and what is converted here is what the mirror has ready.

They need TensorFlow: `make test-tensorflow` gives them one of their own.
"""

import os
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from apollonia.adapters.models import FolderModels, Sources
from apollonia.analyze.preparing import musicnn_convert
from apollonia.analyze.preparing.preparer import Asides, Preparer
from apollonia.analyze.runtimes.device import choose
from apollonia.analyze.runtimes.litert import LiteRt
from apollonia.domain.models import Ticket

ALIKE, EQUAL = 1e-3, 1e-5


@pytest.fixture(autouse=True)
def tensorflow() -> None:
    if find_spec("tensorflow") is not None:
        return
    if os.environ.get("APOLLONIA_TEST_TENSORFLOW") == "required":
        pytest.fail("TensorFlow is not installed")
    pytest.skip("no TensorFlow here: `make test-tensorflow`")


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """Weights of musicnn's shape with random values, as Keras writes them."""
    import h5py

    random = np.random.default_rng(3)

    def norm(layer: str, size: int, suffix: str = "_1") -> dict[str, np.ndarray]:
        values = {
            "gamma": random.uniform(0.5, 1.5, size),
            "beta": random.normal(0, 0.1, size),
            "moving_mean": random.normal(0, 0.1, size),
            "moving_variance": random.uniform(0.5, 1.5, size),
        }
        return {f"{layer}/{layer}/{name}{suffix}:0": it for name, it in values.items()}

    def layer(name: str, *shape: int, suffix: str = "_1") -> dict[str, np.ndarray]:
        scale = 1 / np.sqrt(np.prod(shape[:-1]))
        return {
            f"{name}/{name}/kernel{suffix}:0": random.normal(0, scale, shape),
            f"{name}/{name}/bias{suffix}:0": random.normal(0, 0.1, shape[-1]),
        }

    arrays = norm("batch_normalization", 1)
    for number, (height, width, count) in enumerate(
        [(7, 38, 204), (7, 67, 204), (128, 1, 51), (64, 1, 51), (32, 1, 51)]
    ):
        arrays |= layer("conv2d" + f"_{number}" * (number > 0), height, width, 1, count)
        arrays |= norm(f"batch_normalization_{number + 1}", count)
    for number, width in ((1, 561), (2, 64), (3, 64)):
        arrays |= layer(f"midend_conv{number}", 7, width, 1, 64, suffix="")
        arrays |= norm(f"bn_midend_conv{number}", 64, suffix="")
    arrays |= norm("bn_flatpool", 1506, suffix="") | norm("bn_dense", 200, suffix="")
    arrays |= layer("dense", 1506, 200) | layer("dense_1", 200, 50)
    path = tmp_path / "weights.h5"
    with h5py.File(path, "w") as file:
        for name, value in arrays.items():
            file[f"model_weights/{name}"] = value.astype(np.float32)
    return path


def a_ticket(file: str, **sources: str) -> Ticket:
    return Ticket(
        name="musicnn-msd",
        version="1",
        runtime="litert",
        file=file,
        sha256="",
        size=0,
        precision="fp32",
        origin="",
        labels=(),
        sources={name.replace("_h5", ".h5"): path for name, path in sources.items()},
    )


def convert(source: Path, target: Path, precision: str = "fp32") -> None:
    """In a process of its own, as preparing does it."""
    line = [sys.executable, "-I", "-B", musicnn_convert.__file__, str(source), str(target)]
    subprocess.run([*line, precision], check=True, capture_output=True, timeout=300)


@pytest.mark.timeout(400)
def test_both_runtimes_answer_alike(weights, tmp_path):
    from apollonia.analyze.runtimes.tensorflow import TensorFlow

    convert(weights, tmp_path / "model.tflite")
    ticket = a_ticket("model.tflite", weights_h5="weights.h5")
    given = np.random.default_rng(1).uniform(0, 4, (3, 187, 96)).astype(np.float32)
    theirs = LiteRt().load(tmp_path, ticket).run(logmel=given)
    assert TensorFlow("CPU:0").takes(ticket)
    ours = TensorFlow("CPU:0").load(tmp_path, ticket).run(logmel=given)
    assert set(ours) == set(theirs) == set(musicnn_convert.OUTPUTS)
    for name, value in theirs.items():
        assert np.abs(ours[name] - value).max() <= ALIKE * max(1.0, np.abs(value).max())
    assert not TensorFlow("CPU:0").takes(replace(ticket, sources={}))


@pytest.mark.media
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["musicnn-msd", "musicnn-mtt"])
async def test_what_is_converted_here_is_what_the_mirror_has(real_models, tmp_path, name):
    from apollonia.analyze.runtimes.tensorflow import TensorFlow

    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "upstream").symlink_to(real_models / "upstream")
    store = FolderModels(tmp_path / "s", Sources(mirror=str(raw), published=False))

    async def never(_words: str) -> bool:
        return False

    def quiet(*_: object) -> None:
        pass

    async with Preparer(store, Asides(progress=quiet, say=quiet, consent=never)) as preparer:
        status = await preparer.prepare(name)
    assert status.ticket is not None
    ready = replace(status.ticket, file=Path(status.spec.made["fp32"].path).name)
    given = np.random.default_rng(2).uniform(0, 4, (2, 187, 96)).astype(np.float32)
    ours = LiteRt().load(store.folder, status.ticket).run(logmel=given)
    theirs = LiteRt().load(real_models / "converted", ready).run(logmel=given)
    other = TensorFlow("CPU:0").load(store.folder, status.ticket).run(logmel=given)
    for output, value in theirs.items():
        assert np.abs(ours[output] - value).max() <= EQUAL
        assert np.abs(other[output] - value).max() <= ALIKE * max(1.0, np.abs(value).max())


@pytest.mark.timeout(200)
async def test_enable_gpu_without_a_gpu_falls_back_aloud(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    choice = await choose("gpu")
    assert (choice.device, choice.fell_back) == ("cpu", True)
    assert "no GPU" in choice.words
