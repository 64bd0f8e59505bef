"""Whether what the catalog keeps beside its rows still fits them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Fault:
    """Things that do not fit: in which ``part``, how many, some of them, what puts it right."""

    part: str
    count: int
    words: str
    examples: Sequence[str] = ()
    repair: str = ""


class Consistency(Protocol):
    """Looks at the catalog alone. Raises ``CatalogUnavailableError``."""

    async def counts(self) -> Fault | None:
        """Kept numbers of files, bytes and time that are not those of the rows."""
        ...

    async def search(self) -> Fault | None:
        """Files whose entry in the search index is not that of their row, or that have none."""
        ...

    async def recount(self) -> None:
        """Make the kept numbers anew from the rows, while nobody writes."""
        ...

    async def reindex(self) -> None:
        """Make the search index anew from the rows."""
        ...
