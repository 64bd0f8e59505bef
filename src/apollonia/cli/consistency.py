"""``apollonia check``: whether everything still fits together, and putting it right."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from rich.console import Console

from apollonia.cli.exits import FAULTS
from apollonia.config import Settings
from apollonia.domain.paths import display
from apollonia.ingest.reconcile.disk_check import Difference
from apollonia.ingest.root.roots import Root
from apollonia.populate import checkup
from apollonia.ports.consistency import Fault
from apollonia.wiring.checking import cataloged_roots, disk_check, intake_memory
from apollonia.wiring.data_folder import prepare_data_folder
from apollonia.wiring.ports import Ports, open_ports

_SHOWN = 5
type Repair = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Found:
    """A fault, and what puts it right; ``None``: a person must."""

    fault: Fault
    repair: Repair | None


async def check(settings: Settings, *, repair: bool, as_json: bool) -> int:
    """Compare all parts; the exit code: 4 when there are faults that were not put right."""
    folder = prepare_data_folder(settings.data, needs_space=False)
    async with open_ports(settings, folder) as ports:
        found = await _all(settings, ports)
        if repair:
            for it in found:
                if it.repair is not None:
                    await it.repair()
    if as_json:
        print(json.dumps([_item(it, repaired=repair) for it in found], indent=2))  # noqa: T201
    else:
        _tell(found, repaired=repair)
    left = [it for it in found if not repair or it.repair is None]
    return FAULTS if left else 0


async def _all(settings: Settings, ports: Ports) -> list[Found]:
    found: list[Found] = []
    for root in await cataloged_roots(ports, settings):
        found += await _disk(settings, ports, root)
    for look in (ports.consistency.counts, ports.consistency.search):
        fault = await look()
        if fault is not None:
            found.append(Found(fault, _catalog_repair(ports, fault)))
    fault = await checkup.graph_fault(ports.library, ports.graph)
    if fault is not None:
        found.append(Found(fault, lambda: checkup.repair_graph(ports.library, ports.graph)))
    memory = intake_memory(settings)
    fault, keys = await checkup.cache_fault(ports.analyses, ports.cache, *memory)
    if fault is not None:
        found.append(Found(fault, lambda: checkup.forget(ports.cache, keys)))
    return found


async def _disk(settings: Settings, ports: Ports, root: Root) -> list[Found]:
    faults = await disk_check(ports, settings).run(root)

    async def rescan() -> None:
        await ports.control.request_scan(root.name)

    found = [
        Found(_of_files(root, it, words), rescan)
        for it, words in (
            (faults.unknown, "files are on the disk and not in the catalog"),
            (faults.gone, "files are in the catalog and not on the disk"),
            (faults.changed, "files have another size or time than in the catalog"),
        )
        if it.count
    ]
    if faults.unreadable:
        words = "the folder, or parts of it, cannot be looked at"
        fault = Fault(f"folder {root.name}", len(faults.unreadable), words,
                      faults.unreadable[:_SHOWN])  # fmt: skip
        found.append(Found(fault, None))
    return found


def _of_files(root: Root, those: Difference, words: str) -> Fault:
    shown = [display(path) for path in those.paths[:_SHOWN]]
    return Fault(f"folder {root.name}", those.count, words, shown, "a scan is asked for")


def _catalog_repair(ports: Ports, fault: Fault) -> Repair:
    return lambda: checkup.repair_catalog(fault, ports.consistency)


def _item(found: Found, *, repaired: bool) -> dict[str, object]:
    fault = found.fault
    return {
        "part": fault.part,
        "count": fault.count,
        "message": fault.words,
        "examples": list(fault.examples),
        "repair": fault.repair or None,
        "repaired": repaired and found.repair is not None,
    }


def _tell(found: list[Found], *, repaired: bool) -> None:
    console = Console(soft_wrap=True)
    for it in found:
        fault = it.fault
        console.print(f"{fault.part}: {fault.count}: {fault.words}", markup=False, style="bold")
        for example in fault.examples:
            console.print(f"    {example}", markup=False, highlight=False)
        if it.repair is None:
            console.print("    has to be seen to by a person", markup=False)
        else:
            prefix = "done" if repaired else "--repair"
            console.print(f"    {prefix}: {fault.repair}", markup=False)
    if not found:
        console.print("Folders, catalog, search index, graph and cache fit together.")
