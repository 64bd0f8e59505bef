"""What analysis may cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from apollonia.analyze.work_settings import WorkSettings
from apollonia.domain.analysis import AnalyserSpec, Cost

_LEAST_LIMIT_S = 10.0
_PATIENCE = 10.0
LONG_WORK_S = 20 * 60.0
"""Brokers take a message back after 30 minutes: what may take longer than this holds a lease."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzeOptions:
    """``slots``: worker processes for each lane; ``holder`` names this process in leases.

    An analyser has ten times its expected time for a content, at least 10 s, at most
    ``time_limit_s``. A content that costs its worker ``tries`` times is recorded as failed.
    """

    holder: str
    specs: tuple[AnalyserSpec, ...]
    slots: Mapping[str, int] = field(default_factory=dict)
    time_limit_s: float = 600.0
    memory_limit_bytes: int = 2 << 30
    tries: int = 2
    nice: int = 10
    start_time_limit_s: float = 30.0
    recycle_after: int = 1_000
    recycle_rss_bytes: int = 700 << 20
    drain_s: float = 2.0
    lease_s: float = 90.0
    cached_s: float = 7 * 86_400.0
    settings: WorkSettings = field(default_factory=WorkSettings)

    def limit_for(self, spec: AnalyserSpec, size: int, minutes: float | None = None) -> float:
        """Seconds that the analyser has for a content of ``size`` bytes that lasts so long."""
        return self.limit_of(spec.cost, size, minutes)

    def limit_of(self, cost: Cost, size: int, minutes: float | None = None) -> float:
        """Seconds for anything of this cost."""
        wanted = max(_LEAST_LIMIT_S, _PATIENCE * cost.expected_s(size, minutes))
        return min(self.time_limit_s, wanted)
