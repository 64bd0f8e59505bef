"""Words as people type them, and the files that match, on whichever database there is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from sqlalchemy.engine import Connection

from apollonia.adapters.library.expressions import Expression, Listed, of_words, words_of_text
from apollonia.adapters.library.fts5 import Fts5Matches
from apollonia.adapters.library.keyset import Hit, Order
from apollonia.adapters.library.row_matches import RowMatches
from apollonia.adapters.library.selection import Condition, Narrowing, ShelfRow
from apollonia.adapters.library.tsvector import VectorMatches
from apollonia.domain.paging import After


class Matches(Protocol):
    """The files that an expression finds; worthless after its transaction."""

    def count(self, within: Narrowing, *, at_most: int) -> int:
        """How many files; counts no further than ``at_most``."""
        ...

    def source(self, within: Narrowing) -> Condition:
        """``FROM`` and what follows it for all of the files, in the cheapest order."""
        ...

    def by_shelf(self, shelves: Sequence[ShelfRow], folder: Condition) -> Mapping[int, int]:
        """How many of them stand on each of the shelves, among 100,000 of them."""
        ...

    def hits(
        self, within: Narrowing, order: Order, limit: int, after: After | None, *, many: bool
    ) -> list[Hit]:
        """The first ones of an order; ``many``: there are more than 10,000.

        The order may be by ``score`` or, for arrival, by ``number``.
        """
        ...


_ENGINES: Mapping[str, Callable[[Connection, Expression | Listed], Matches]] = {
    "sqlite": Fts5Matches,
    "postgresql": VectorMatches,
}
_BY_ROWS: Mapping[str, Callable[[Connection], Matches]] = {
    "sqlite": RowMatches,
    "postgresql": lambda connection: VectorMatches(connection, None),
}


def typed_words(text: str | None) -> list[str]:
    """The words that count, each once; none when there is no word in the text."""
    return words_of_text(text) if text else []


def matches_of(
    connection: Connection, found_by: Expression | Listed | Sequence[str] | None
) -> Matches:
    """The files that match an expression, or these words; ``None``: what is narrowed to alone."""
    dialect = connection.dialect.name
    if found_by is None:
        return _BY_ROWS[dialect](connection)
    if isinstance(found_by, Expression | Listed):
        return _ENGINES[dialect](connection, found_by)
    return _ENGINES[dialect](connection, of_words(dialect, found_by))
