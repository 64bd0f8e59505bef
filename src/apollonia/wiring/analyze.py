"""The analyser's services over open ports."""

import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from apollonia.analyze import registry, services
from apollonia.analyze.options import AnalyzeOptions
from apollonia.analyze.runtimes import device
from apollonia.analyze.runtimes.device import Device
from apollonia.analyze.services import AnalyzePorts
from apollonia.analyze.work_settings import WorkSettings
from apollonia.config import Settings
from apollonia.domain.analysis import AnalyserSpec
from apollonia.domain.kinds import RootState
from apollonia.messages import LANES, POPULATOR_QUEUE
from apollonia.observe.logs import get_logger
from apollonia.ports.bus import Bus
from apollonia.ports.clock import Clock
from apollonia.ports.control import Control
from apollonia.wiring.models import models_folder, open_models
from apollonia.wiring.ports import Ports
from apollonia.work.service import Service
from apollonia.work.yielding import YieldingBus

log = get_logger(__name__)

_MIB = 1 << 20
_BUSY = frozenset({RootState.STARTING, RootState.SCANNING})
_MANY_EVENTS = 200
_KEPT_S = 0.5
_PATIENCE_S = 600.0


def analyser_specs(settings: Settings) -> tuple[AnalyserSpec, ...]:
    """The analysers that are switched on."""
    return registry.specs(settings.analyze.off)


def process_name(capability: str) -> str:
    """What a process is called in leases: another one after each start."""
    return f"{capability}:{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"


def analyze_services(
    ports: Ports, settings: Settings, *, runs_on: Device = "cpu", after_scans: bool = False
) -> Sequence[Service]:
    """Intake and lanes; ``runs_on``: where models run.

    ``after_scans``: in one process with the ingestor, they let it go first.
    """
    analyze = AnalyzePorts(
        bus=ports.bus,
        cache=ports.cache,
        analyses=ports.analyses,
        control=ports.control,
        clock=ports.clock,
        metrics=ports.metrics,
    )
    if after_scans:
        busy = scans_first(ports.control, ports.bus, ports.clock)
        analyze = replace(analyze, bus=YieldingBus(ports.bus, busy))
    supply = [_supply(settings, ports.folder)] if settings.models.auto_pull else []
    return [*supply, *services.analyze_services(analyze, _options(settings, ports.folder, runs_on))]


def scans_first(control: Control, bus: Bus, clock: Clock) -> Callable[[], Awaitable[bool]]:
    """Whether a scan is running or its events wait; for ten minutes at most, then others may, too.

    What it found is kept for half a second, however many ask.
    """
    answer, asked, since = False, -_KEPT_S, clock.monotonic()

    async def is_busy() -> bool:
        nonlocal answer, asked, since
        now = clock.monotonic()
        if now - asked >= _KEPT_S:
            asked = now
            answer = await is_scanning(control, bus)
            since = since if answer else now
        return answer and now - since < _PATIENCE_S

    return is_busy


async def is_scanning(control: Control, bus: Bus) -> bool:
    """Whether files are being found, or many wait for the catalog."""
    if any(root.state in _BUSY for root in await control.roots()):
        return True
    return await bus.depth(POPULATOR_QUEUE) > _MANY_EVENTS


def _supply(settings: Settings, folder: Path) -> Service:
    from apollonia.analyze.preparing.supply import ModelSupply  # noqa: PLC0415 - it needs NumPy

    return ModelSupply(open_models(settings, folder))


async def choose_device(settings: Settings) -> Device:
    """What models run on; a wish that cannot be met is told in the log."""
    choice = await device.choose(settings.analyze.device)
    tell = log.warning if choice.fell_back else log.debug if choice.device == "cpu" else log.info
    tell(choice.words)
    return choice.device


def _options(settings: Settings, folder: Path, runs_on: Device) -> AnalyzeOptions:
    chosen = settings.analyze
    return AnalyzeOptions(
        holder=process_name("analyze"),
        specs=analyser_specs(settings),
        slots={lane: getattr(chosen, f"slots_{lane}") for lane in LANES},
        time_limit_s=chosen.time_limit_seconds,
        memory_limit_bytes=chosen.memory_limit_mb * _MIB,
        settings=WorkSettings(
            windows=chosen.windows,
            gps=chosen.gps,
            models_folder=str(models_folder(settings, folder).absolute()),
            models_memory_mb=settings.models.memory_mb,
            device=runs_on,
        ),
    )
