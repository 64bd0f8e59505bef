"""What a terminal shows while ``up`` runs: the sign-in link, and files found and cataloged."""

import asyncio
import ipaddress
import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn
from rich.progress import Progress as Bars

from apollonia.domain.kinds import RootState, Status
from apollonia.domain.roots import RootStatus
from apollonia.errors import Unavailable
from apollonia.observe.logs import get_logger
from apollonia.ports.control import Control
from apollonia.ports.library import Library

_PERIOD_S = 0.5
_QUIET_PERIOD_S = 2.0

log = get_logger(__name__)


def program() -> str:
    """The command as this person can type it: by its path from here where it has one."""
    path = Path(sys.argv[0])
    if path.name != "apollonia" or shutil.which("apollonia") == str(path):
        return "apollonia"
    return shlex.quote(os.path.relpath(path))


def sign_in_link(host: str, port: int, secret: str) -> str:
    """The address that signs a browser in, once; every address is shown as this machine's own."""
    address = ipaddress.ip_address(host) if _is_address(host) else None
    name = "127.0.0.1" if address is not None and address.is_unspecified else host
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/sign-in?code={secret}"


class Progress:
    """A service that reads the roots' status and draws one bar for all of them."""

    name = "progress"

    def __init__(
        self, control: Control, library: Library, console: Console, *, link: str, folder: Path
    ) -> None:
        self._control = control
        self._library = library
        self._console = console
        self._link = link
        self._folder = folder
        self._told: dict[str, tuple[RootState, str | None]] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Draw until ``stop``; without a terminal only the link and the root's states are told."""
        tell = partial(self._console.print, markup=False, highlight=False, soft_wrap=True)
        tell(f"Open {self._link}")
        tell("(the link signs one browser in; Ctrl-C stops)")
        tell(f"For scripts: {program()} token --data {shlex.quote(str(self._folder))}")
        bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[words]}"),
            console=self._console,
            disable=not self._console.is_terminal,
            auto_refresh=False,  # else it is drawn ten times a second, whatever happens
        )
        with bars:
            task = bars.add_task("files cataloged", total=None, words="")
            while not stop.is_set():
                busy = await self._look(bars, task)
                bars.refresh()
                try:
                    async with asyncio.timeout(_PERIOD_S if busy else _QUIET_PERIOD_S):
                        await stop.wait()
                except TimeoutError:
                    continue

    async def _look(self, bars: Bars, task: TaskID) -> bool:
        """Draw what there is; whether it is going to change."""
        try:
            roots = await self._control.roots()
            stats = await self._library.stats()
        except Unavailable as error:
            bars.update(task, words=error.message)
            return True
        for root in roots:
            self._tell(root)
        found, left = sum(r.found for r in roots), sum(r.left for r in roots)
        busy = bool(left) or any(r.state in _BUSY for r in roots)
        if not left and not any(r.state is RootState.SCANNING for r in roots):
            found = stats.files  # roots count looks, of which one file may have had several
        words = _words(roots, unreadable=stats.by_status.get(Status.UNREADABLE, 0))
        bars.update(task, total=found or None, completed=found - left, words=words)
        return busy or not roots

    def _tell(self, root: RootStatus) -> None:
        state = (root.state, root.message)
        calm = root.state in _CALM
        if self._told.get(root.root) != state:
            self._told[root.root] = state
            if calm and self._console.is_terminal:
                return  # the bar says it
            tell = log.info if calm else log.warning
            tell(
                "root",
                path=root.root,
                state=str(root.state),
                message=root.message,
                found=root.found,
                done=root.done,
                skipped=root.skipped_count,
            )


_CALM = {
    RootState.STARTING,
    RootState.SCANNING,
    RootState.WATCHING,
    RootState.PAUSED,
    RootState.STOPPED,
}
_BUSY = {RootState.STARTING, RootState.SCANNING}
_PLAIN = _CALM - {RootState.PAUSED}


def _words(roots: Sequence[RootStatus], *, unreadable: int) -> str:
    """States that differ from plain watching, and what could not be read."""
    parts = [f"{r.root}: {r.message or r.state}" for r in roots if r.state not in _PLAIN]
    skipped = sum(r.skipped_count for r in roots)
    if any(r.state is RootState.SCANNING for r in roots):
        parts.append(f"scanning, {sum(r.rate or 0 for r in roots):.0f} files/s")
    elif any(r.state is RootState.WATCHING for r in roots):
        parts.append("watching")
    elif not parts:
        parts.append("starting")
    parts += [f"{unreadable} unreadable"] if unreadable else []
    parts += [f"{skipped} skipped"] if skipped else []
    return " · ".join(parts)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
