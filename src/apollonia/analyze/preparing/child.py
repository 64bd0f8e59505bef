"""Programs that preparing starts: with a time limit, and gone when nobody waits for them."""

import asyncio
import contextlib
import os
from collections.abc import Sequence

from apollonia.errors import ModelsUnavailableError

_LAST_LINES = 6


async def run(line: Sequence[str], *, limit_s: float, doing: str) -> None:
    """Run it to its end.

    Raises:
        ModelsUnavailableError: it cannot be started, failed (its last lines), or took too long.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *line,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONNOUSERSITE": "1"},
        )
    except OSError as error:
        raise ModelsUnavailableError(f"{doing}: {line[0]} cannot be started: {error}") from error
    try:
        async with asyncio.timeout(limit_s):
            output, _ = await process.communicate()
    except TimeoutError:
        raise ModelsUnavailableError(f"{doing} took longer than {limit_s:.0f} s") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await asyncio.shield(process.wait())
    if process.returncode:
        last = " · ".join(output.decode(errors="replace").strip().splitlines()[-_LAST_LINES:])
        raise ModelsUnavailableError(f"{doing} failed (exit {process.returncode}): {last}")
