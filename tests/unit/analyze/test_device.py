"""What models run on: a wish that cannot be met is met by the CPU, and that is said."""

import sys
from types import SimpleNamespace

import pytest

from apollonia.analyze.runtimes import device
from apollonia.analyze.runtimes.device import Probe, choose
from apollonia.analyze.runtimes.one_tensorflow import require_plain_essentia
from apollonia.errors import ConfigurationError


async def test_cpu_asks_nobody():
    choice = await choose("cpu", gpus=lambda: pytest.fail("asked"))
    assert (choice.device, choice.fell_back) == ("cpu", False)


async def test_a_gpu_that_is_there_is_taken_and_named():
    choice = await choose("gpu", gpus=lambda: Probe(("Model X",)))
    assert choice.device == "gpu"
    assert "Model X" in choice.words


async def test_a_gpu_that_is_not_there_falls_back_aloud():
    choice = await choose("gpu", gpus=lambda: Probe(fault="no driver"))
    assert choice == device.Choice("cpu", "models run on the CPU: no driver", fell_back=True)


@pytest.mark.skipif(device.has_driver(), reason="there is a GPU's driver here")
async def test_auto_does_not_even_ask_where_there_is_no_driver():
    choice = await choose("auto", gpus=lambda: pytest.fail("asked"))
    assert (choice.device, choice.fell_back) == ("cpu", False)


def test_two_tensorflows_never_meet(monkeypatch):
    require_plain_essentia()
    monkeypatch.setitem(sys.modules, "essentia.standard", SimpleNamespace(TensorflowPredict=1))
    with pytest.raises(ConfigurationError, match="pip uninstall essentia-tensorflow"):
        require_plain_essentia()
