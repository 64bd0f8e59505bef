"""What could not be handled, on the catalog's database."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.folding import clean
from apollonia.adapters.database.bulk import change_by_keys, run
from apollonia.adapters.database.engine import Database
from apollonia.adapters.dead_letters.rows import LETTER, WHOLE, condition, letter_of, whole_of
from apollonia.errors import ConflictError, NotFoundError
from apollonia.ports.dead_letters import (
    MAX_LETTER_PAGE,
    WAITING,
    Letter,
    LetterCount,
    LetterFilter,
    LetterMark,
    LetterPage,
    LetterState,
    WholeLetter,
)

_MAX_COUNTS = 500
_DEAD: Final = frozenset({LetterState.DEAD})
_LOST: Final = frozenset({LetterState.DEAD, LetterState.DISCARDED})
_COUNTS = (
    "SELECT queue, error, state, count(*) FROM dead_letters"
    " GROUP BY queue, error, state ORDER BY count(*) DESC, queue, error, state LIMIT ?"
)
_DUE = "state = 'requested' AND held_until_us <= ?"
_CLAIM = (
    f"UPDATE dead_letters SET held_until_us = ? WHERE {_DUE} AND id IN"  # noqa: S608 - our words
    f" (SELECT id FROM dead_letters WHERE {_DUE} ORDER BY changed_time, id LIMIT ?)"
    f" RETURNING {WHOLE}"
)
_ANY_DUE = f"SELECT 1 FROM dead_letters WHERE {_DUE} LIMIT 1"  # noqa: S608 - our words
_REQUEUED = (
    "UPDATE dead_letters SET state = 'requeued', changed_time = ?, note = NULL"
    " WHERE id = ? AND state = 'requested' AND occurrences = ?"
)
_REFUSED = (
    "UPDATE dead_letters SET state = 'dead', note = ?"
    " WHERE id = ? AND state = 'requested' AND occurrences = ?"
)
_OLD = (
    "SELECT id FROM dead_letters WHERE state IN ('discarded', 'requeued') AND changed_time < ?"
    " ORDER BY changed_time LIMIT ?"
)


class SqlDeadLetters:
    """``DeadLetters`` of ``ports/dead_letters.py``; the database is opened and closed elsewhere."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, where: LetterFilter, *, limit: int, after: LetterMark | None = None
    ) -> LetterPage:
        """The newest letters first."""
        limit = max(1, min(limit, MAX_LETTER_PAGE))
        fits, values = condition(where)
        if after is not None:
            fits += " AND (time, id) < (?, ?)"
            values += [after.last_time, after.id]
        statement = (
            f"SELECT {LETTER} FROM dead_letters WHERE {fits}"  # noqa: S608 - our own words
            " ORDER BY time DESC, id DESC LIMIT ?"
        )
        rows = await self._database.read(lambda at: run(at, statement, (*values, limit + 1)))
        items = tuple(letter_of(row) for row in rows[:limit])
        more = len(rows) > limit
        return LetterPage(items, LetterMark(items[-1].last_time, items[-1].id) if more else None)

    async def find(self, letter_id: str) -> WholeLetter | None:
        """One letter with its message."""
        statement = f"SELECT {WHOLE} FROM dead_letters WHERE id = ?"  # noqa: S608 - our own words
        rows = await self._database.read(lambda at: run(at, statement, (clean(letter_id),)))
        return whole_of(rows[0]) if rows else None

    async def counts(self) -> Sequence[LetterCount]:
        """By queue, error and state."""
        rows = await self._database.read(lambda at: run(at, _COUNTS, (_MAX_COUNTS,)))
        return tuple(LetterCount(row[0], row[1], LetterState(row[2]), row[3]) for row in rows)

    async def request_requeue(self, where: LetterFilter, *, actor: str, time: str) -> int:
        """Have every dead letter that fits sent back."""
        return await self._change(where, _DEAD, LetterState.REQUESTED, actor, time)

    async def request_requeue_of(self, letter_id: str, *, actor: str, time: str) -> None:
        """The same for one letter; a discarded one comes back by this."""
        await self._change_one(letter_id, _LOST, LetterState.REQUESTED, actor, time)

    async def discard(self, where: LetterFilter, *, actor: str, time: str) -> int:
        """Give up every letter that fits and waits."""
        return await self._change(where, WAITING, LetterState.DISCARDED, actor, time)

    async def discard_of(self, letter_id: str, *, actor: str, time: str) -> None:
        """The same for one letter."""
        await self._change_one(letter_id, WAITING, LetterState.DISCARDED, actor, time)

    async def claim(self, limit: int, *, now_us: int, hold_us: int) -> Sequence[WholeLetter]:
        """The next letters to send back; looking costs no write."""
        if not await self._database.recall(_ANY_DUE, lambda at: run(at, _ANY_DUE, (now_us,))):
            return ()
        values = (now_us + hold_us, now_us, now_us, limit)
        rows = await self._database.write(lambda at: run(at, _CLAIM, values))
        found = [whole_of(row) for row in rows]
        return sorted(found, key=lambda it: (it.letter.changed_time or "", it.letter.id))

    async def mark_requeued(self, letters: Sequence[Letter], *, time: str) -> None:
        """They were published."""
        await self._settle(_REQUEUED, time, letters)

    async def refuse_requeue(self, letters: Sequence[Letter], *, note: str) -> None:
        """They cannot be published."""
        await self._settle(_REFUSED, clean(note), letters)

    async def prune(self, before: str, limit: int) -> int:
        """Drop letters that were requeued or discarded before this time."""

        def drop(at: Connection) -> int:
            ids = [row[0] for row in run(at, _OLD, (before, limit))]
            change_by_keys(at, "DELETE FROM dead_letters WHERE id IN {keys}", ids)
            return len(ids)

        return await self._database.write(drop)

    async def _change(
        self,
        where: LetterFilter,
        within: Collection[LetterState],
        state: LetterState,
        actor: str,
        time: str,
    ) -> int:
        fits, values = condition(where, within)

        def change(at: Connection) -> int:
            counting = f"SELECT count(*) FROM dead_letters WHERE {fits}"  # noqa: S608 - our words
            number = int(run(at, counting, values)[0][0])
            if number:
                run(at, _set_state(fits), (state.value, clean(actor), time, *values))
            return number

        return await self._database.write(change)

    async def _change_one(
        self,
        letter_id: str,
        within: Collection[LetterState],
        state: LetterState,
        actor: str,
        time: str,
    ) -> None:
        fits, values = condition(LetterFilter(), within)
        statement = _set_state(f"id = ? AND {fits}") + " RETURNING id"
        key = clean(letter_id)

        def change(at: Connection) -> None:
            if run(at, statement, (state.value, clean(actor), time, key, *values)):
                return
            found: Any = run(at, "SELECT state FROM dead_letters WHERE id = ?", (key,))
            if not found:
                raise NotFoundError(f"no dead letter has the id {letter_id}")
            raise ConflictError(f"the dead letter {letter_id} is {found[0][0]} already")

        await self._database.write(change)

    async def _settle(self, statement: str, value: str, letters: Sequence[Letter]) -> None:
        def settle(at: Connection) -> None:
            for letter in sorted(letters, key=lambda it: it.id):
                run(at, statement, (value, letter.id, letter.occurrences))

        await self._database.write(settle)


def _set_state(fits: str) -> str:
    return (
        "UPDATE dead_letters SET state = ?, actor = ?, changed_time = ?, note = NULL,"  # noqa: S608
        f" held_until_us = 0 WHERE {fits}"
    )
