"""TensorFlow in a folder that is thrown away: 1.3 GB, for a conversion that takes half a minute."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from apollonia.analyze.preparing.child import run
from apollonia.errors import ModelsUnavailableError

NEEDED_BYTES = 3 << 30
_LIMIT_S = 1800.0
_VENV_LIMIT_S = 120.0


def requirements() -> Path:
    """The hashed list of what TensorFlow needs: beside the sources, or inside the package.

    Raises:
        ModelsUnavailableError: it did not come with this installation.
    """
    package = Path(__file__).resolve().parents[2]
    for place in (package.parents[1] / "requirements", package / "requirements"):
        if (place / "tensorflow.txt").is_file():
            return place / "tensorflow.txt"
    raise ModelsUnavailableError("this installation lacks requirements/tensorflow.txt")


@asynccontextmanager
async def throwaway_tensorflow(say: Callable[[str], None]) -> AsyncIterator[str]:
    """An interpreter that has TensorFlow, until the end; its packages are checked by hash.

    Raises:
        ModelsUnavailableError: there is no room for it, or it cannot be installed.
    """
    wanted = requirements()
    with tempfile.TemporaryDirectory(prefix="apollonia-tensorflow-") as folder:
        free = shutil.disk_usage(folder).free
        if free < NEEDED_BYTES:
            raise ModelsUnavailableError(
                f"TensorFlow needs {NEEDED_BYTES >> 30} GiB for a while, and {folder} has"
                f" {free >> 20} MiB free: set TMPDIR to a larger disk"
            )
        say(f"installing TensorFlow into {folder}, which is removed afterwards (1.3 GB)")
        python = await _installed(Path(folder) / "environment", wanted)
        try:
            yield python
        finally:
            say(f"removing {folder}")
            await asyncio.to_thread(shutil.rmtree, Path(folder) / "environment", ignore_errors=True)


async def _installed(environment: Path, wanted: Path) -> str:
    python = str(environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
    uv = shutil.which("uv")
    if uv:
        make = [uv, "venv", "--quiet", "--python", sys.executable, str(environment)]
        install = [uv, "pip", "install", "--quiet", "--python", python]
    else:
        make = [sys.executable, "-m", "venv", str(environment)]
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        install += ["--no-input", "--only-binary=:all:"]
    await run(make, limit_s=_VENV_LIMIT_S, doing="making an environment")
    install += ["--require-hashes", "-r", str(wanted)]
    await run(install, limit_s=_LIMIT_S, doing="installing TensorFlow")
    return python
