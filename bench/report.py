"""The form that every benchmark's result has, and where it is written."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

OUT = Path(__file__).parent / "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure beside its limit or peer, both from this run; ``target`` is what is asked for."""

    measure: str
    value: float
    unit: str
    against: str
    limit: float
    target: str
    holds: bool

    @property
    def ratio(self) -> float:
        """Value over limit."""
        return self.value / self.limit if self.limit else 0.0


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0 to 1) of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def write(area: str, measures: Sequence[Measure]) -> int:
    """Print a table, write ``bench/out/<area>.json``; 4 when a target does not hold."""
    OUT.mkdir(exist_ok=True)
    rows = [{**asdict(m), "ratio": round(m.ratio, 4)} for m in measures]
    (OUT / f"{area}.json").write_text(json.dumps(rows, indent=2) + "\n")
    for m in measures:
        mark = "ok " if m.holds else "NOT"
        against = f"{m.ratio:.3g} x {m.against} ({m.limit:,.4g})"
        print(f"{mark} {m.measure}: {m.value:,.2f} {m.unit}; target {m.target}; {against}")
    return 0 if all(m.holds for m in measures) else 4
