"""Whether a folder that a person wants scanned is there, where that can be told from here.

Only the ingestor knows for sure: it may run on another machine. On the same one the answer is given
at once, in a thread that nobody waits for when the disk does not answer.
"""

import asyncio
import os
import socket
import threading
from contextlib import suppress

from apollonia.domain.paths import display
from apollonia.domain.roots import RootStatus
from apollonia.errors import ApolloniaError, InvalidError, NotFoundError

_LIMIT_S = 2.0
_asking = threading.Semaphore(4)  # disks that do not answer cost no more threads than these


async def check_folder(status: RootStatus, folder: bytes) -> None:
    """Return where there is such a folder in the root, or nobody here can tell.

    Raises:
        NotFoundError: there is nothing at this path.
        InvalidError: it is no folder, or leads through a link out of what is scanned.
    """
    if (status.holder or "").partition(":")[0] != socket.gethostname():
        return
    if not _asking.acquire(blocking=False):
        return
    answer: asyncio.Future[ApolloniaError | None] = asyncio.get_running_loop().create_future()
    threading.Thread(
        target=_ask, args=(status.root, folder, answer), name="folder check", daemon=True
    ).start()
    with suppress(TimeoutError):
        error = await asyncio.wait_for(answer, _LIMIT_S)
        if error is not None:
            raise error


def _ask(root: str, folder: bytes, answer: "asyncio.Future[ApolloniaError | None]") -> None:
    try:
        error = _why_not(root.encode("utf-8", "surrogatepass"), folder)
    finally:
        _asking.release()

    def tell() -> None:
        if not answer.done():
            answer.set_result(error)

    with suppress(RuntimeError):  # nobody waits any more
        answer.get_loop().call_soon_threadsafe(tell)


def _why_not(root: bytes, folder: bytes) -> ApolloniaError | None:
    if not os.path.isdir(root):  # noqa: PTH112 - bytes
        return None  # it is away: its ingestor says so
    shown = display(folder)
    if not os.path.lexists(folder):
        return NotFoundError(f"There is no folder {shown}; a scan of the root finds what went.")
    top = os.path.realpath(root)
    if os.path.realpath(folder) != top.rstrip(b"/") + folder[len(root.rstrip(b"/")) :]:
        return InvalidError(f"{shown} leads through a link, which is not followed; scan its target")
    if not os.path.isdir(folder):  # noqa: PTH112 - bytes
        return InvalidError(f"{shown} is no folder; scan the folder that holds it.")
    return None
