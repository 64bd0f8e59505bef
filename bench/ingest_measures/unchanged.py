"""A scan of two hundred thousand files of which none has changed, against ``find``."""

import shutil
from pathlib import Path

from ingest_measures import baselines
from ingest_measures.generated import make_tree, prime
from ingest_measures.ground import Ground
from ingest_measures.running import RunningIngest
from report import Measure, median

_FILES = 200_000
_SHARE = 0.3


def measure(ground: Ground) -> list[Measure]:
    """Median of the ratios, each to the ``find`` right before it."""
    root, data = ground.fresh("unchanged"), ground.base / "unchanged-data"
    make_tree(root, _FILES)
    prime(root, data)
    rates, finds = [], []
    for _ in range(ground.repeat):
        finds.append(max(baselines.find(root) for _ in range(2)))
        rates.append(_rate(root, data))
    shutil.rmtree(root)
    ratio = median([rate / find for rate, find in zip(rates, finds, strict=True)])
    limit = median(finds)
    return [
        Measure(measure=f"{_FILES} files unchanged, start of the scan to its end",
                value=ratio * limit, unit="files/s", against="find -printf", limit=limit,
                target=f">= {_SHARE} of it", holds=ratio >= _SHARE),
        Measure(measure=f"{_FILES} files unchanged: the worst of {len(rates)}",
                value=min(rates), unit="files/s", against="find -printf", limit=limit,
                target="reported", holds=True),
    ]  # fmt: skip


def _rate(root: Path, data: Path) -> float:
    """One start, scan and stop; nothing may be read or told."""
    data.with_name(data.name + ".log").unlink(missing_ok=True)
    with RunningIngest(root, data, cataloged=_FILES) as ingest:
        seconds = ingest.wait_scanned(120)
        assert ingest.published() == 0, "unchanged files were told of"
        assert not ingest.workers, "unchanged files were read"
    return _FILES / seconds
