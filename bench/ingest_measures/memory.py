"""What the main process has of memory with a million files: an unchanged scan over real ones.

Empty files on a memory file system, where there is room for them, with an index that knows them.
The first scan of twenty thousand files measures the smaller case and the media workers.
"""

import os
import shutil
import tempfile
from pathlib import Path

from ingest_measures import baselines
from ingest_measures.generated import PER_FOLDER, make_tree, prime
from ingest_measures.ground import Ground
from ingest_measures.processes import peak_mib
from ingest_measures.running import RunningIngest
from report import Measure

_FILES = 1_000_000
_LIMIT_MIB = 250
_BYTES_EACH = 1500  # of the memory file system, names and folders included
_MEMORY = Path("/dev/shm")


def measure(ground: Ground) -> list[Measure]:
    """The peak over one scan: it does not depend on how busy the machine is."""
    with tempfile.TemporaryDirectory(prefix="apollonia-bench-", dir=_room(ground)) as work:
        root, data = Path(work) / "million", ground.base / "million-data"
        root.mkdir()
        make_tree(root, _FILES)
        prime(root, data)
        find = baselines.find(root)
        with RunningIngest(root, data, cataloged=_FILES) as ingest:
            seconds = ingest.wait_scanned(300)
            peak = peak_mib(ingest.pid)
            assert ingest.published() == 0, "unchanged files were told of"
    shutil.rmtree(data)
    return [
        Measure(measure=f"memory of the main process at its peak (VmHWM), {_FILES} files",
                value=peak, unit="MiB", against="asked for", limit=_LIMIT_MIB,
                target=f"<= {_LIMIT_MIB}", holds=peak <= _LIMIT_MIB),
        Measure(measure=f"{_FILES} files unchanged, start of the scan to its end",
                value=_FILES / seconds, unit="files/s", against="find -printf", limit=find,
                target="reported", holds=True),
    ]  # fmt: skip


def _room(ground: Ground) -> Path:
    """Memory where it has room, else the disk."""
    if not _MEMORY.is_dir():
        return ground.base
    disk = os.statvfs(_MEMORY)
    inodes = _FILES + 2 * _FILES // PER_FOLDER
    has_room = disk.f_favail > inodes and _available_bytes() > 2 * _FILES * _BYTES_EACH
    return _MEMORY if has_room else ground.base


def _available_bytes() -> int:
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable"))
