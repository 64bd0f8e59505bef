"""What models run on, decided once for a process and said aloud."""

import asyncio
import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

type Wanted = Literal["auto", "cpu", "gpu"]
type Device = Literal["cpu", "gpu"]

_PROBE_LIMIT_S = 120.0
_DRIVERS = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")  # NVIDIA's, the same under WSL, AMD's
_GPU_EXTRA = "install the extra: `pip install apollonia[gpu]` (requirements/gpu.txt)"


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, in words for people; ``fell_back``: something else was asked for."""

    device: Device
    words: str
    fell_back: bool = False


async def choose(wanted: Wanted, gpus: "Callable[[], Probe] | None" = None) -> Choice:
    """The device for a wish. TensorFlow is asked in a process of its own, and only where it helps.

    ``gpus`` stands in for that in tests.
    """
    if wanted == "cpu":
        return Choice("cpu", "models run on the CPU, as set")
    if wanted == "auto" and not has_driver():
        return Choice("cpu", "models run on the CPU: this machine shows no GPU")
    found = gpus() if gpus is not None else await probe()
    if found.names:
        return Choice("gpu", f"models run on the GPU: {', '.join(found.names)}")
    words = f"models run on the CPU: {found.fault}"
    return Choice("cpu", words, fell_back=wanted == "gpu")


@dataclass(frozen=True, slots=True)
class Probe:
    """The GPUs that TensorFlow can use, or why there are none."""

    names: tuple[str, ...] = ()
    fault: str = ""


def has_driver() -> bool:
    """Whether the system has a GPU's driver, by the files it makes."""
    return any(Path(path).exists() for path in _DRIVERS)


async def probe() -> Probe:
    """Ask TensorFlow; importing it takes seconds and half a GiB, so another process does it."""
    if find_spec("tensorflow") is None:
        return Probe(fault=f"a GPU needs TensorFlow, which is not installed; {_GPU_EXTRA}")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "apollonia.analyze.runtimes.gpu_probe"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=dict(os.environ),
    )
    try:
        async with asyncio.timeout(_PROBE_LIMIT_S):
            output, _ = await process.communicate()
        told = json.loads(output)
        return Probe(tuple(told["gpus"]), str(told["fault"]))
    except TimeoutError:
        return Probe(fault=f"TensorFlow did not answer within {_PROBE_LIMIT_S:.0f} s")
    except (ValueError, KeyError, TypeError):
        return Probe(fault=f"TensorFlow crashed when asked for GPUs (exit {process.returncode})")
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await asyncio.shield(process.wait())
