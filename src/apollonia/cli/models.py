"""Models at a terminal: which are here, fetching them with progress, checking, removing."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn
from rich.table import Table

from apollonia.analyze.preparing.preparer import Asides, Preparer
from apollonia.config import Settings
from apollonia.errors import ModelsUnavailableError
from apollonia.ports.models import Models, ModelStatus
from apollonia.wiring.data_folder import prepare_data_folder
from apollonia.wiring.models import open_models

_WIDE = 200  # columns, where nobody looks at a terminal
_NEXT = {"raw": "`apollonia models prepare {name}` makes it ready"}


async def show_list(settings: Settings, *, as_json: bool) -> None:
    """All models, and how each is here."""
    store = _open(settings)
    statuses = await _statuses(store, [], store.status)
    if as_json:
        _print(json.dumps([_item(status) for status in statuses], indent=2))
        return
    table = Table("model", "state", "MB", "licence", "what it tells", show_edge=False)
    for status in statuses:
        table.add_row(
            status.spec.id,
            status.state + (f": {status.fault}" if status.fault else ""),
            f"{_size(status) / 1e6:.1f}",
            status.spec.licence,
            status.spec.task,
        )
    Console(width=None if sys.stdout.isatty() else _WIDE).print(table)


async def pull(settings: Settings, names: Sequence[str]) -> None:
    """Fetch them."""
    store = _open(settings)
    async with _preparer(store, yes=False) as preparer:
        await _each(store, names, preparer.pull)


async def prepare(
    settings: Settings, names: Sequence[str], *, yes: bool, precision: str, again: bool
) -> None:
    """Make them ready."""
    store = _open(settings)
    async with _preparer(store, yes=yes) as preparer:

        async def one(name: str) -> ModelStatus:
            status = await store.status(name)
            same = status.ticket is not None and status.ticket.precision == precision
            if status.state == "ready" and same and not again:
                return status
            only = precision if names or status.spec.needs_conversion else "fp32"
            return await preparer.prepare(name, only)

        await _each(store, names, one)


async def verify(settings: Settings, names: Sequence[str], faults: list[str]) -> None:
    """Read every file; ``faults`` gets what is wrong."""
    store = _open(settings)
    for status in await _statuses(store, names, store.verify):
        _report(status)
        if status.state == "damaged":
            faults.append(status.fault)


async def remove(settings: Settings, names: Sequence[str]) -> None:
    """Let them go."""
    store = _open(settings)
    for name in names:
        store.spec(name)
    for name in names:
        freed = await store.remove(name)
        _print(f"{name} is removed; {freed / 1e6:.1f} MB are free again.")


def _open(settings: Settings) -> Models:
    return open_models(settings, prepare_data_folder(settings.data))


async def _statuses(
    store: Models, names: Sequence[str], ask: Callable[[str], object]
) -> Sequence[ModelStatus]:
    wanted = names or [spec.name for spec in store.specs()]
    return [await ask(name) for name in wanted]  # type: ignore[misc]  # either of two methods


async def _each(store: Models, names: Sequence[str], work: Callable[[str], object]) -> None:
    """All of them, however one fares; the first fault is raised at the end."""
    for name in names:
        store.spec(name)
    faults: list[ModelsUnavailableError] = []
    for name in names or [spec.name for spec in store.specs()]:
        try:
            _report(await work(name))  # type: ignore[misc]  # either of two methods
        except ModelsUnavailableError as error:
            faults.append(error)
            _tell(error.message)
    if faults:
        raise ModelsUnavailableError(f"{len(faults)} of the models are not ready, see above")


@asynccontextmanager
async def _preparer(store: Models, *, yes: bool) -> AsyncIterator[Preparer]:
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def told(name: str, have: int, size: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=size)
            bars.update(tasks[name], completed=have)

        asides = Asides(progress=told, say=_tell, consent=partial(_consent, bars, yes=yes))
        async with Preparer(store, asides) as preparer:
            yield preparer


async def _consent(bars: Progress, words: str, *, yes: bool) -> bool:
    """Ask at a terminal; elsewhere only ``--yes`` is a yes."""
    _tell(words)
    if yes or not sys.stdin.isatty():
        return yes
    bars.stop()
    try:
        answer = await asyncio.to_thread(input, "Do it? [y/N] ")
    except EOFError:
        return False
    finally:
        bars.start()
    return answer.strip().lower() in {"y", "yes"}


def _report(status: ModelStatus) -> None:
    words = status.fault or (status.ticket.origin if status.ticket else "")
    hint = _NEXT.get(status.state, "").format(name=status.spec.name)
    _print(" · ".join(filter(None, [status.spec.id, status.state, words, hint])))


def _item(status: ModelStatus) -> dict[str, object]:
    spec, ticket = status.spec, status.ticket
    return {
        "name": spec.name,
        "version": spec.version,
        "state": status.state,
        "fault": status.fault or None,
        "size": _size(status),
        "licence": spec.licence,
        "authors": spec.authors,
        "task": spec.task,
        "runtime": spec.runtime,
        "sha256": ticket.sha256 if ticket else None,
        "precision": ticket.precision if ticket else None,
        "origin": ticket.origin if ticket else None,
        "files": [file.path for file in spec.files],
    }


def _size(status: ModelStatus) -> int:
    if status.ticket is not None:
        return status.ticket.size
    return sum(file.size for file in status.spec.files)


def _print(words: str) -> None:
    print(words)  # noqa: T201 - the result itself


def _tell(words: str) -> None:
    Console(stderr=True, soft_wrap=True).print(words, markup=False, highlight=False)
