"""Rows of ``dead_letters`` as values, and filters as conditions."""

from collections.abc import Collection
from typing import Any

import orjson

from apollonia.adapters.database.bulk import AnyRow
from apollonia.ports.dead_letters import Letter, LetterFilter, LetterState, WholeLetter

LETTER = (
    "id, queue, message_id, schema, error, reason, attempts, occurrences, length(body),"
    " first_time, time, state, actor, changed_time, note"
)
WHOLE = f"{LETTER}, headers, body"
_NUMBER_OF_FACTS = 15


def letter_of(row: AnyRow) -> Letter:
    """The letter of a row of ``LETTER``."""
    return Letter(
        id=row[0],
        queue=row[1],
        message_id=row[2],
        schema=row[3],
        error=row[4],
        reason=row[5],
        attempts=row[6],
        occurrences=row[7],
        size=row[8],
        first_time=row[9],
        last_time=row[10],
        state=LetterState(row[11]),
        actor=row[12],
        changed_time=row[13],
        note=row[14],
    )


def whole_of(row: AnyRow) -> WholeLetter:
    """The letter with its message of a row of ``WHOLE``."""
    headers, body = row[_NUMBER_OF_FACTS:]
    return WholeLetter(letter_of(row), orjson.loads(headers), bytes(body))


def condition(where: LetterFilter, within: Collection[LetterState] = ()) -> tuple[str, list[Any]]:
    """What follows ``WHERE``, and its values; ``within``: no other states, whatever it says."""
    parts, values = ["1 = 1"], list[Any]()
    for column, value in (("queue", where.queue), ("error", where.error)):
        if value is not None:
            parts.append(f"{column} = ?")
            values.append(value)
    if where.reason is not None:
        parts.append("lower(reason) LIKE lower(?) ESCAPE '!'")
        values.append(f"%{_literal(where.reason)}%")
    for states in (where.states, within):
        if states:
            parts.append(f"state IN ({', '.join('?' * len(states))})")
            values += sorted(state.value for state in states)
    return " AND ".join(parts), values


def _literal(text: str) -> str:
    for sign in "!%_":
        text = text.replace(sign, f"!{sign}")
    return text
