"""Words as people type them, and the files that match, on whichever database there is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.folding import fold
from apollonia.adapters.catalog.vectors import MAX_WORD, words_in
from apollonia.adapters.library.fts5 import Fts5Matches
from apollonia.adapters.library.keyset import Hit, Order
from apollonia.adapters.library.selection import Condition, Narrowing, ShelfRow
from apollonia.adapters.library.tsvector import VectorMatches
from apollonia.domain.paging import After

_MAX_WORDS = 24


class Matches(Protocol):
    """The files in which all of the words begin some word; worthless after its transaction."""

    def count(self, within: Narrowing, *, at_most: int) -> int:
        """How many files; counts no further than ``at_most``."""
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


_ENGINES: Mapping[str, Callable[[Connection, Sequence[str]], Matches]] = {
    "sqlite": Fts5Matches,
    "postgresql": VectorMatches,
}


def typed_words(text: str | None) -> list[str]:
    """The words that count, each once; none when there is no word in the text."""
    words = words_in(fold(text)) if text else ()
    return list(dict.fromkeys(word[:MAX_WORD] for word in words))[-_MAX_WORDS:]


def matches_of(connection: Connection, words: Sequence[str]) -> Matches:
    """The files that match these words; at least one."""
    return _ENGINES[connection.dialect.name](connection, words)
