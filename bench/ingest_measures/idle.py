"""CPU time of doing nothing: ten thousand watched folders, nobody changes anything, no page open.

``apollonia ingest``, its workers included, is held to the target; ``apollonia up`` stands beside
it, with the same folders in the same minute. Counted in nanoseconds, extrapolated to an hour.
"""

import time

from apollonia.testing.installation import Installation
from ingest_measures.ground import Ground
from ingest_measures.processes import tree_cpu_seconds
from ingest_measures.running import RunningIngest
from report import Measure

_FOLDERS = 10_000
_IDLE_S = 60.0
_SETTLE_S = 8.0
_HOUR_S = 3600.0
_LIMIT_S = 5.0


def measure(ground: Ground) -> list[Measure]:
    """One minute of both at once."""
    root = ground.fresh("idle")
    for number in range(_FOLDERS):
        folder = root / f"{number // 100:03d}" / f"{number:05d}"
        folder.mkdir(parents=True)
        (folder / "notes.txt").write_text(f"Folder {number}.\n")
    whole = Installation([root], ground.base / "idle-up")
    with RunningIngest(root, ground.base / "idle-ingest") as ingest, whole:
        ingest.wait_scanned(120)
        whole.wait_scanned(120)
        time.sleep(_SETTLE_S)
        pids = (ingest.pid, whole.pid)
        before, began = [tree_cpu_seconds(pid) for pid in pids], time.monotonic()
        time.sleep(_IDLE_S)
        after, seconds = [tree_cpu_seconds(pid) for pid in pids], time.monotonic() - began
    hourly = [(b - a) / seconds * _HOUR_S for a, b in zip(before, after, strict=True)]
    return [
        _measure("apollonia ingest", hourly[0], judged=True),
        _measure("apollonia up, no page open", hourly[1], judged=False),
    ]


def _measure(what: str, seconds: float, *, judged: bool) -> Measure:
    return Measure(measure=f"CPU per idle hour, {_FOLDERS} watched folders: {what}", value=seconds,
                   unit="s", against="asked for", limit=_LIMIT_S,
                   target=f"< {_LIMIT_S:g}" if judged else "reported",
                   holds=not judged or seconds < _LIMIT_S)  # fmt: skip
