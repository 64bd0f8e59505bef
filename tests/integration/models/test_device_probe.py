"""A GPU that was asked for where there is no TensorFlow."""

from importlib.util import find_spec

import pytest

from apollonia.analyze.runtimes.device import choose


@pytest.mark.skipif(find_spec("tensorflow") is not None, reason="TensorFlow is here")
async def test_enable_gpu_without_tensorflow_says_what_to_install():
    choice = await choose("gpu")
    assert (choice.device, choice.fell_back) == ("cpu", True)
    assert "pip install apollonia[gpu]" in choice.words
