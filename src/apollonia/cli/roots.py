"""What people ask of the watched folders from a terminal: their state, scans, rest."""

import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from apollonia.api.present import root_status
from apollonia.config import Settings
from apollonia.domain.kinds import RootState
from apollonia.domain.paths import display, is_inside
from apollonia.domain.roots import RootStatus, root_of
from apollonia.errors import NotFoundError
from apollonia.ports.control import Control
from apollonia.wiring.data_folder import prepare_data_folder
from apollonia.wiring.ports import open_ports
from apollonia.work.folder_check import check_folder

_COLOURS = {
    RootState.WATCHING: "green",
    RootState.SCANNING: "cyan",
    RootState.STARTING: "cyan",
    RootState.UNAVAILABLE: "red",
    RootState.DEGRADED: "yellow",
    RootState.PAUSED: "yellow",
}
_SHOWN_FILES = 10
_WIDE = 200  # columns, where nobody looks at a terminal


async def scan(settings: Settings, paths: Sequence[Path], *, verify: bool) -> None:
    """Ask for a scan of these roots and folders, or of all roots."""

    async def ask(control: Control, status: RootStatus, folder: bytes | None) -> None:
        await control.request_scan(status.root, folder=folder, verify=verify)
        what = status.root if folder is None else display(folder)
        words = "A scan that reads every file again" if verify else "A scan"
        _tell(f"{words} of {what} was asked for{_when(status)}")

    await _each(settings, paths, ask)


async def set_paused(settings: Settings, paths: Sequence[Path], *, paused: bool) -> None:
    """Let these roots, or all of them, rest or go on."""

    async def change(control: Control, status: RootStatus, folder: bytes | None) -> None:
        if folder is not None:
            raise NotFoundError(
                f"{display(folder)} lies in {status.root}: only a whole root can be paused or"
                " resumed"
            )
        await control.set_paused(status.root, paused)
        words = "rests until it is resumed" if paused else "goes on"
        _tell(f"{status.root} {words}{_when(status)}")

    await _each(settings, paths, change)


async def show(settings: Settings, *, as_json: bool) -> None:
    """A table of all roots, or the same as JSON as ``/api/v1/roots`` gives it."""
    folder = prepare_data_folder(settings.data, needs_space=False)
    async with open_ports(settings, folder) as ports:
        roots = await ports.control.roots()
    if as_json:
        print(json.dumps([root_status(root) for root in roots], indent=2))  # noqa: T201 - the result itself
    elif roots:
        Console(width=None if sys.stdout.isatty() else _WIDE).print(_table(roots))
        for line in notes(roots):
            _tell(line)
    else:
        _tell(f"No folder is cataloged with the data folder {folder}.")


async def _each(
    settings: Settings,
    paths: Sequence[Path],
    work: Callable[[Control, RootStatus, bytes | None], Awaitable[None]],
) -> None:
    """All paths must be known before anything is asked for."""
    folder = prepare_data_folder(settings.data, needs_space=False)
    async with open_ports(settings, folder) as ports:
        roots = {status.root: status for status in await ports.control.roots()}
        if not roots:
            raise NotFoundError(
                f"no folder is cataloged with the data folder {folder}: start `apollonia up DIR`,"
                " or name another data folder with --data"
            )
        found = [find_root(path, list(roots)) for path in paths] or [(root, None) for root in roots]
        for root, below in found:
            if below is not None:
                await check_folder(roots[root], below)
        for root, below in found:
            await work(ports.control, roots[root], below)


def find_root(path: Path, roots: Sequence[str]) -> tuple[str, bytes | None]:
    """The root that a path is or lies in, and the path where it is not the root itself.

    Raises:
        NotFoundError: it lies in none of them.
    """
    whole = os.fsencode(os.path.abspath(path.expanduser()))  # noqa: PTH100 - links are kept
    root = root_of(whole, roots)
    if root is None:  # the root, or the path, may be named through a link
        real = os.fsencode(os.path.realpath(path.expanduser()))
        for name in roots:
            top = os.path.realpath(os.fsencode(name))
            if is_inside(real, top):
                root, whole = name, os.fsencode(name).rstrip(b"/") + real[len(top) :]
    if root is None:
        known = ", ".join(roots)
        raise NotFoundError(f"{path} lies in no folder that is cataloged; those are: {known}")
    return root, None if display(whole) == root else whole


def _when(status: RootStatus) -> str:
    if status.state is RootState.STOPPED:
        return ", and will be done when it is cataloged again: nobody works on it now."
    return "."


def _tell(words: str) -> None:
    Console(soft_wrap=True).print(words, markup=False, highlight=False)


def _table(roots: Sequence[RootStatus]) -> Table:
    table = Table(show_edge=False)
    table.add_column("root", overflow="fold")
    table.add_column("state")
    for name in ("found", "done", "left", "files/s", "to go"):
        table.add_column(name, justify="right", no_wrap=True)
    for root in roots:
        table.add_row(
            Text(root.root),
            Text(root.state, style=_COLOURS.get(root.state, "")),
            str(root.found),
            str(root.done),
            str(root.left),
            "" if root.rate is None else f"{root.rate:.0f}",
            "" if root.remaining_s is None else str(timedelta(seconds=round(root.remaining_s))),
        )
    return table


def notes(roots: Sequence[RootStatus]) -> list[str]:
    """What each root says beyond its numbers: a line each."""
    lines = []
    for root in roots:
        error = root.last_error
        if root.message:
            lines.append(f"{root.root}: {root.message}")
        if error is not None and error.message != root.message:
            where = "" if error.path is None else f"{error.path}: "
            lines.append(f"{root.root}: last error at {error.time[:19]}: {where}{error.message}")
        if root.corrupted_count:
            lines.append(f"{root.root}: {root.corrupted_count} files changed silently")
            lines += [f"  {one.path}: {one.reason}" for one in root.corrupted[:_SHOWN_FILES]]
    return lines
