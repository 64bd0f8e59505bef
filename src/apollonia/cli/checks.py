"""What ``apollonia doctor`` looks at."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

from apollonia.config import Settings
from apollonia.errors import (
    BusUnavailableError,
    ConfigurationError,
    FilesUnavailableError,
    Unavailable,
)
from apollonia.media.workers.pool import MediaPool
from apollonia.media.workers.requests import InspectRequest
from apollonia.messages import ALL_QUEUES
from apollonia.observe.health import Check, CheckResult, run_checks
from apollonia.wiring.data_folder import low_space, prepare_data_folder
from apollonia.wiring.ingest import resolve_roots
from apollonia.wiring.media import media_options
from apollonia.wiring.models import models_here, open_models
from apollonia.wiring.page import page_folder
from apollonia.wiring.ports import Ports, open_ports

_FENCES = {
    "limits": "limits on memory, files and descriptors",
    "network": "a network namespace with nothing in it",
    "privileges": "no new privileges",
    "calls": "a filter of system calls (seccomp)",
}
_INOTIFY_LIMIT = Path("/proc/sys/fs/inotify/max_user_watches")
_FEW_WATCHES = 65_536


async def examine(settings: Settings) -> Mapping[str, CheckResult]:
    """Ask every part; those that need the data folder are left out when it cannot be used."""
    try:
        folder = prepare_data_folder(settings.data, needs_space=False)
    except ConfigurationError as error:
        return {"data folder": CheckResult("unavailable", error.message)}
    try:
        async with open_ports(settings, folder) as ports:
            results = await run_checks(_checks(settings, folder, ports))
            return {
                **results,
                "sandbox": await _sandbox(settings),
                "models": await _models(settings, folder),
                "queues": await _queues(ports),
            }
    except Unavailable as error:  # then the others cannot be asked
        part = error.code.removesuffix("_unavailable")
        return {part: CheckResult("unavailable", error.message)}


async def _sandbox(settings: Settings) -> CheckResult:
    """Which fences stand around the processes that decode; FFmpeg has no protocol but one file."""
    try:
        async with MediaPool(media_options(settings)) as pool:
            await pool.inspect([InspectRequest(os.fsencode(__file__), hash=True)])
            fences = pool.fences
    except Unavailable as error:
        return CheckResult("unavailable", error.message)
    holds = ", ".join(_FENCES[name] for name in _FENCES if name in fences) or "none"
    missing = [_FENCES[name] for name in _FENCES if name not in fences]
    if not missing:
        return CheckResult("ok", f"decoding is confined: {holds}")
    words = f"decoding is confined by: {holds}; this system refuses: {', '.join(missing)}"
    return CheckResult("degraded" if "calls" not in fences else "ok", words)


async def _queues(ports: Ports) -> CheckResult:
    """How many messages wait; that they do is no fault."""
    try:
        depths = [(queue, await ports.bus.depth(queue)) for queue in ALL_QUEUES]
    except BusUnavailableError as error:
        return CheckResult("unavailable", error.message)
    waiting = ", ".join(f"{queue} {depth}" for queue, depth in depths if depth)
    return CheckResult("ok", f"waiting: {waiting}" if waiting else "nothing waits")


async def _models(settings: Settings, folder: Path) -> CheckResult:
    """Whether those that are here are whole; that some are not here is no fault."""
    try:
        store = open_models(settings, folder)
    except ConfigurationError as error:
        return CheckResult("unavailable", error.message)
    statuses = await models_here(store)
    damaged = [f"{it.spec.name}: {it.fault}" for it in statuses if it.state == "damaged"]
    if damaged:
        return CheckResult("degraded", "; ".join(damaged))
    absent = [it.spec.name for it in statuses if it.state != "ready"]
    if not absent:
        return CheckResult("ok", "all are here")
    words = f"not here: {', '.join(absent)}; results that need them are unavailable until you run"
    return CheckResult("ok", f"{words} `apollonia models prepare`")


def _watch_limit() -> int | None:
    """How many folders the system lets one user watch; ``None`` where it does not say."""
    try:
        return int(_INOTIFY_LIMIT.read_text())
    except (OSError, ValueError):
        return None


def _checks(settings: Settings, folder: Path, ports: Ports) -> Mapping[str, Check]:
    async def data_folder() -> str | None:
        return await asyncio.to_thread(low_space, folder)

    async def roots() -> str | None:
        if not settings.files.roots:
            return "no folder to catalog is configured; name one on the command line of `up`"
        try:
            resolve_roots(settings.files, folder)
        except ConfigurationError as error:
            raise FilesUnavailableError(error.message) from error
        return None

    async def page() -> str | None:
        if (page_folder(settings) / "index.html").is_file():
            return None
        return "the page is not built: run `make web`; the API works without it"

    async def watches() -> str | None:
        limit = await asyncio.to_thread(_watch_limit)
        if limit is None or limit >= _FEW_WATCHES:
            return None
        return (
            f"the system allows {limit} watched folders; further ones are polled. Raise it with: "
            f"sysctl fs.inotify.max_user_watches=524288"
        )

    async def media() -> str | None:
        async with MediaPool(media_options(settings)) as pool:
            [answer] = await pool.inspect([InspectRequest(os.fsencode(__file__), hash=True)])
            return None if answer.sha256_hash else "a worker could not read this very program"

    return {
        "data folder": data_folder,
        **ports.checks(),
        **({} if ports.server is None else {"catalog server": ports.server}),
        "media workers": media,
        "folders": roots,
        "folder watching": watches,
        "page": page,
    }
