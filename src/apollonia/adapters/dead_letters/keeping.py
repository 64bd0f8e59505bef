"""How letters get into their table: within a unit of work of the catalog."""

from collections.abc import Sequence

import orjson
from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.folding import clean
from apollonia.adapters.database.bulk import Values, insert_rows
from apollonia.adapters.database.driver import Otherwise
from apollonia.ports.catalog import DeadLetter

_COLUMNS = (
    "queue",
    "message_id",
    "schema",
    "body",
    "reason",
    "error",
    "attempts",
    "time",
    "id",
    "headers",
    "first_time",
)
_NEWEST = ("schema", "body", "reason", "error", "attempts", "time", "headers")
_SETS = ", ".join(f"{name} = excluded.{name}" for name in _NEWEST)
_FAILED_AGAIN = Otherwise(
    ("queue", "message_id"),
    f"UPDATE SET {_SETS},"
    " occurrences = dead_letters.occurrences + 1, state = 'dead', note = NULL, held_until_us = 0"
    " WHERE dead_letters.time <> excluded.time",
)

type _Key = tuple[str, str]


def keep(connection: Connection, letters: Sequence[DeadLetter]) -> None:
    """Insert new ones; one that is there failed once more, unless it is the same failure."""
    for wave in _waves(letters):
        rows = [_row(wave[key]) for key in sorted(wave)]  # sorted: writers do not deadlock
        insert_rows(connection, "dead_letters", _COLUMNS, rows, otherwise=_FAILED_AGAIN)


def _waves(letters: Sequence[DeadLetter]) -> list[dict[_Key, DeadLetter]]:
    """One statement may touch a row only once, so each wave has a letter once."""
    waves: list[dict[_Key, DeadLetter]] = []
    seen: set[tuple[_Key, str]] = set()
    for letter in letters:
        key = (clean(letter.queue), clean(letter.message_id))
        if (key, letter.time) in seen:
            continue
        seen.add((key, letter.time))
        wave = next((it for it in waves if key not in it), None)
        if wave is None:
            wave = {}
            waves.append(wave)
        wave[key] = letter
    return waves


def _row(letter: DeadLetter) -> Values:
    headers = {clean(name): clean(value) for name, value in letter.headers.items()}
    return (
        clean(letter.queue),
        clean(letter.message_id),
        clean(letter.schema),
        letter.body,
        clean(letter.reason),
        clean(letter.error),
        letter.attempts,
        letter.time,
        letter.id,
        orjson.dumps(headers).decode(),
        letter.time,
    )
