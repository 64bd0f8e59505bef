"""All pairs that are alike, asked for by a command."""

from collections.abc import Callable, Sequence

from apollonia.adapters.database.engine import Database
from apollonia.domain.matching.likeness import Family
from apollonia.ports.fingerprints import Found


class SqlSweep:
    """``Sweep`` of ``ports/fingerprints.py``. NumPy comes with the first: services make none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sweep(
        self, family: Family, told: Callable[[int], None] = lambda _: None
    ) -> Sequence[Found]:
        """All pairs that are alike."""
        from apollonia.adapters.fingerprints.whole_sweep import WholeSweep  # noqa: PLC0415 - as said

        return await WholeSweep(self._database).sweep(family, told)
