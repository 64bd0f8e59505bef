"""A small library of our own, for a first look without any: music, a film, pictures. All CC0.

``create_demo_library`` is for services: it works in a process of its own. ``make_demo_library``
does the work where it is called.
"""

import asyncio
import sys
from pathlib import Path

from apollonia.errors import MediaUnavailableError

__all__ = ["create_demo_library", "make_demo_library"]


def make_demo_library(folder: Path) -> None:
    """Build the library at ``folder``, all of it or nothing; a folder that is there is left alone.

    Raises:
        OSError: the disk is full, or the folder's parent cannot be written.
    """
    from apollonia.media.demo.library import build  # noqa: PLC0415 - loads the encoders

    build(folder)


async def create_demo_library(folder: Path, *, time_limit_s: float = 180.0) -> None:
    """The same in a process of its own; cancelling it leaves nothing behind but a hidden folder.

    ``folder`` is absolute.

    Raises:
        MediaUnavailableError: it failed, or took too long.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        "apollonia.media.demo",
        str(folder),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(time_limit_s):
            _, words = await process.communicate()
    except TimeoutError:
        raise MediaUnavailableError(f"The demo library took over {time_limit_s:.0f} s.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        last = words.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise MediaUnavailableError(f"The demo library could not be made at {folder}: {last}")
