"""Dead letters in one process' memory."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from apollonia.errors import CatalogUnavailableError, ConflictError, NotFoundError
from apollonia.ports.catalog import DeadLetter
from apollonia.ports.dead_letters import (
    WAITING,
    Letter,
    LetterCount,
    LetterFilter,
    LetterMark,
    LetterPage,
    LetterState,
    WholeLetter,
)


@dataclass(slots=True)
class _Row:
    letter: Letter
    headers: Mapping[str, str]
    body: bytes
    held_until_us: int = 0


class FakeDeadLetters:
    """A ``DeadLetters`` for tests; ``keep`` is what a unit of work does in a real one.

    Set ``away`` to make every call raise ``CatalogUnavailableError``.
    """

    def __init__(self) -> None:
        self.away = False
        self._rows: dict[str, _Row] = {}

    def keep(self, letters: Sequence[DeadLetter]) -> None:
        """New ones, and those that failed again."""
        for it in letters:
            old = self._rows.get(it.id)
            if old is None or old.letter.last_time != it.time:
                letter = _letter(it, None if old is None else old.letter)
                self._rows[it.id] = _Row(letter, dict(it.headers), it.body)

    async def page(
        self, where: LetterFilter, *, limit: int, after: LetterMark | None = None
    ) -> LetterPage:
        """The newest first."""
        found = [row.letter for row in self._fitting(where)]
        found.sort(key=lambda it: (it.last_time, it.id), reverse=True)
        if after is not None:
            end = (after.last_time, after.id)
            found = [it for it in found if (it.last_time, it.id) < end]
        items, more = tuple(found[:limit]), len(found) > limit
        return LetterPage(items, LetterMark(items[-1].last_time, items[-1].id) if more else None)

    async def find(self, letter_id: str) -> WholeLetter | None:
        """One letter."""
        self._check()
        row = self._rows.get(letter_id)
        return None if row is None else WholeLetter(row.letter, row.headers, row.body)

    async def counts(self) -> Sequence[LetterCount]:
        """The largest numbers first."""
        self._check()
        letters = [row.letter for row in self._rows.values()]
        numbers = Counter((it.queue, it.error, it.state) for it in letters)
        found = [LetterCount(*key, number) for key, number in numbers.items()]
        return sorted(found, key=lambda it: (-it.number, it.queue, it.error, it.state))

    async def request_requeue(self, where: LetterFilter, *, actor: str, time: str) -> int:
        """Those that are dead."""
        return self._change_all(where, {LetterState.DEAD}, LetterState.REQUESTED, (actor, time))

    async def request_requeue_of(self, letter_id: str, *, actor: str, time: str) -> None:
        """One that is dead or discarded."""
        within = {LetterState.DEAD, LetterState.DISCARDED}
        self._change_one(letter_id, within, LetterState.REQUESTED, (actor, time))

    async def discard(self, where: LetterFilter, *, actor: str, time: str) -> int:
        """Those that wait."""
        return self._change_all(where, WAITING, LetterState.DISCARDED, (actor, time))

    async def discard_of(self, letter_id: str, *, actor: str, time: str) -> None:
        """One that waits."""
        self._change_one(letter_id, WAITING, LetterState.DISCARDED, (actor, time))

    async def claim(self, limit: int, *, now_us: int, hold_us: int) -> Sequence[WholeLetter]:
        """Oldest wishes first."""
        rows = self._fitting(LetterFilter(states=frozenset({LetterState.REQUESTED})))
        due = [row for row in rows if row.held_until_us <= now_us]
        due.sort(key=lambda row: (row.letter.changed_time or "", row.letter.id))
        for row in due[:limit]:
            row.held_until_us = now_us + hold_us
        return [WholeLetter(row.letter, row.headers, row.body) for row in due[:limit]]

    async def mark_requeued(self, letters: Sequence[Letter], *, time: str) -> None:
        """Unless they failed again."""
        for row in self._unchanged(letters):
            row.letter = replace(
                row.letter, state=LetterState.REQUEUED, changed_time=time, note=None
            )

    async def refuse_requeue(self, letters: Sequence[Letter], *, note: str) -> None:
        """Dead as before."""
        for row in self._unchanged(letters):
            row.letter = replace(row.letter, state=LetterState.DEAD, note=note)

    async def prune(self, before: str, limit: int) -> int:
        """Those that nobody waits for."""
        settled = frozenset({LetterState.REQUEUED, LetterState.DISCARDED})
        rows = [row.letter for row in self._fitting(LetterFilter(states=settled))]
        old = sorted((it.changed_time or "", it.id) for it in rows)
        gone = [id_ for time, id_ in old if time < before][:limit]
        for id_ in gone:
            del self._rows[id_]
        return len(gone)

    def _fitting(self, where: LetterFilter) -> list[_Row]:
        self._check()
        return [row for row in self._rows.values() if _fits(row.letter, where)]

    def _unchanged(self, letters: Sequence[Letter]) -> list[_Row]:
        self._check()
        times = {it.id: it.occurrences for it in letters}
        rows = self._fitting(LetterFilter(states=frozenset({LetterState.REQUESTED})))
        return [row for row in rows if times.get(row.letter.id) == row.letter.occurrences]

    def _change_all(
        self,
        where: LetterFilter,
        within: Collection[LetterState],
        state: LetterState,
        wish: tuple[str, str],
    ) -> int:
        rows = [row for row in self._fitting(where) if row.letter.state in within]
        for row in rows:
            _wish(row, state, *wish)
        return len(rows)

    def _change_one(
        self,
        letter_id: str,
        within: Collection[LetterState],
        state: LetterState,
        wish: tuple[str, str],
    ) -> None:
        self._check()
        row = self._rows.get(letter_id)
        if row is None:
            raise NotFoundError(f"no dead letter has the id {letter_id}")
        if row.letter.state not in within:
            raise ConflictError(f"the dead letter {letter_id} is {row.letter.state} already")
        _wish(row, state, *wish)

    def _check(self) -> None:
        if self.away:
            raise CatalogUnavailableError


def _letter(it: DeadLetter, old: Letter | None) -> Letter:
    return Letter(
        id=it.id,
        queue=it.queue,
        message_id=it.message_id,
        schema=it.schema,
        error=it.error,
        reason=it.reason,
        attempts=it.attempts,
        occurrences=1 if old is None else old.occurrences + 1,
        size=len(it.body),
        first_time=it.time if old is None else old.first_time,
        last_time=it.time,
        state=LetterState.DEAD,
        actor=None if old is None else old.actor,
        changed_time=None if old is None else old.changed_time,
        note=None,
    )


def _fits(letter: Letter, where: LetterFilter) -> bool:
    return (
        (not where.states or letter.state in where.states)
        and where.queue in {None, letter.queue}
        and where.error in {None, letter.error}
        and (where.reason or "").lower() in letter.reason.lower()
    )


def _wish(row: _Row, state: LetterState, actor: str, time: str) -> None:
    row.letter = replace(row.letter, state=state, actor=actor, changed_time=time, note=None)
    row.held_until_us = 0
