"""How much others used of the machine while something was measured: then figures mean little."""

import os
import resource
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_TICKS = os.sysconf("SC_CLK_TCK")
_IDLE, _WAITING = 3, 4


@dataclass(frozen=True, slots=True)
class Moment:
    """CPU seconds up to a moment: of the whole machine, and of us with all that we waited for."""

    wall: float
    machine: float
    ours: float

    @classmethod
    def now(cls) -> Self:
        return cls(time.monotonic(), busy_core_seconds(), _ours())

    def until_now(self) -> str:
        """Words for a person."""
        now = type(self).now()
        wall = now.wall - self.wall
        others = max(0.0, (now.machine - self.machine) - (now.ours - self.ours))
        return f"{wall:.0f} s; others used {others / wall:.2f} of {os.cpu_count()} cores"


def busy_core_seconds() -> float:
    """Seconds that the cores were not idle; user time holds that of guests already."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    ticks = [int(field) for field in fields]
    return (sum(ticks) - ticks[_IDLE] - ticks[_WAITING]) / _TICKS


def _ours() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
