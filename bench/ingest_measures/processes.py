"""CPU time and memory of processes, by what the kernel counts."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

_MIB_IN_KB = 1024.0
_SCHEDULER_CLOCK = 2
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """CPU time of all threads of one process, ended ones too, in nanosecond steps; 0: it is gone.

    The clock of another process, as ``clock_getcpuclockid`` makes it: ticks would be too coarse.
    """
    try:
        return time.clock_gettime((~pid << 3) | _SCHEDULER_CLOCK)
    except OSError:
        return 0.0


def tree_cpu_seconds(pid: int) -> float:
    """CPU time of a process, its children and those that ended."""
    return sum(map(cpu_seconds, (pid, *children(pid)))) + _ended_seconds(pid)


def _ended_seconds(pid: int) -> float:
    """Of the children that it has waited for, in ticks."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[13]) + int(fields[14])) / _TICKS


def children(pid: int) -> Iterator[int]:
    """The processes that it started and that still run."""
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            yield from map(int, path.read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue  # that thread ended meanwhile


def peak_mib(pid: int) -> float:
    """The most memory that the process ever had in RAM at once (VmHWM); 0: it is gone."""
    return _field(Path(f"/proc/{pid}/status"), "VmHWM:")


def own_mib(pid: int) -> float:
    """What it has in RAM now, pages shared with others counted in shares (Pss)."""
    return _field(Path(f"/proc/{pid}/smaps_rollup"), "Pss:")


def _field(path: Path, name: str) -> float:
    try:
        lines = path.read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / _MIB_IN_KB for line in lines if line.startswith(name)), 0.0)
