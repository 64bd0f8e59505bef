"""The words that files are looked up by as a whole: genres, moods, instruments, objects, tags."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.folding import KEY_CHARACTERS, clean, fold
from apollonia.adapters.database.bulk import change_by_keys, insert_rows
from apollonia.adapters.database.schema import FILE_TERMS
from apollonia.domain.effective import effective
from apollonia.domain.place import Place

_COLUMNS = tuple(column.name for column in FILE_TERMS.columns)
_DELETE = "DELETE FROM file_terms WHERE file IN {keys}"

type _Row = tuple[int, str, str, str | None]


def insert_terms(connection: Connection, places: Iterable[tuple[int, Place]]) -> None:
    """For files that have none, by their numbers."""
    rows = (row for number, place in places for row in _rows(number, place))
    insert_rows(connection, FILE_TERMS.name, _COLUMNS, rows)


def delete_terms(connection: Connection, numbers: Iterable[int]) -> None:
    """Of these files."""
    change_by_keys(connection, _DELETE, numbers)


def _rows(number: int, place: Place) -> Iterator[_Row]:
    terms = effective(place.media, place.found, place.edited).terms
    if not terms:
        return
    seen: set[tuple[str, str]] = set()
    for field, word in terms:
        term, name = _term(word)
        if term and (field, term) not in seen:
            seen.add((field, term))
            yield number, field, term, name


@lru_cache(maxsize=4096)  # genres and moods come back with each of their songs
def _term(word: str) -> tuple[str, str | None]:
    """The word as it is looked up, and as it is shown where that is something else."""
    term, name = fold(word), " ".join(clean(word).split())[:KEY_CHARACTERS]
    return term, name if name != term else None
