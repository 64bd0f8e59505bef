"""What analysers there are, and how far the analysis of a content is by their results.

A result belongs to (content SHA-256, analyser, version): a moved or copied file is never analysed
again, a new version once.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from apollonia.domain.kinds import AnalysisState, Kind

ANALYSED_KINDS = (Kind.AUDIO, Kind.VIDEO, Kind.IMAGE)

_BYTES_A_MINUTE = 4 << 20  # where nobody knows how long it lasts

type ResultStatus = Literal["done", "failed", "unavailable"]


@dataclass(frozen=True, slots=True)
class Cost:
    """About how long one content takes: seconds at least, for each GiB and each minute of it."""

    base_s: float = 1.0
    per_gib_s: float = 60.0
    per_minute_s: float = 0.0

    def expected_s(self, size: int, minutes: float | None = None) -> float:
        """Seconds for a content of ``size`` bytes that lasts so long, if that is known."""
        lasts = size / _BYTES_A_MINUTE if minutes is None else minutes
        return self.base_s + self.per_gib_s * size / (1 << 30) + self.per_minute_s * lasts


@dataclass(frozen=True, slots=True)
class AnalyserSpec:
    """An analyser as everybody knows it; ``version`` grows when its answers would differ."""

    name: str
    version: str
    kinds: frozenset[Kind]
    cost: Cost = Cost()


@dataclass(frozen=True, slots=True)
class Recorded:
    """That there is a result, without what it says."""

    analyser: str
    version: str
    status: ResultStatus


def lane_of(kind: Kind) -> str:
    """The lane that contents of an analysed kind wait in."""
    return kind.value


def wanted_for(kind: Kind, specs: Iterable[AnalyserSpec]) -> Sequence[AnalyserSpec]:
    """Who looks at contents of this kind, by name."""
    return sorted((spec for spec in specs if kind in spec.kinds), key=lambda spec: spec.name)


def digest_of(wanted: Iterable[AnalyserSpec]) -> str:
    """Sixteen digits that stand for a set of analysers and versions; ``""`` for none."""
    names = sorted(f"{spec.name}/{spec.version}" for spec in wanted)
    return sha256("\n".join(names).encode()).hexdigest()[:16] if names else ""


def missing(wanted: Iterable[AnalyserSpec], recorded: Iterable[Recorded]) -> Sequence[AnalyserSpec]:
    """Those without a result of their version."""
    there = {(it.analyser, it.version) for it in recorded}
    return [spec for spec in wanted if (spec.name, spec.version) not in there]


def state_of(wanted: Collection[AnalyserSpec], recorded: Collection[Recorded]) -> AnalysisState:
    """How far a content is: by the results of the wanted versions alone."""
    if not wanted:
        return AnalysisState.UNAVAILABLE
    if missing(wanted, recorded):
        return AnalysisState.PENDING
    names = {(spec.name, spec.version) for spec in wanted}
    found = {it.status for it in recorded if (it.analyser, it.version) in names}
    if found == {"done"}:
        return AnalysisState.DONE
    if "done" in found:
        return AnalysisState.PARTIAL
    return AnalysisState.FAILED if "failed" in found else AnalysisState.UNAVAILABLE
