"""Answers that stay true until somebody commits."""

from collections.abc import Awaitable, Callable, Hashable
from time import monotonic
from typing import Any

_TRUSTED_S = 5.0  # some answers depend on the time, too
_ANSWERS = 256


class Memory:
    """What was read from one database: for those who ask again and again whether there is news.

    ``mark`` is that of a ``Store``.
    """

    def __init__(self, mark: Callable[[], Hashable | None]) -> None:
        self._mark = mark
        self._answers: dict[Hashable, tuple[Hashable, float, Any]] = {}

    async def recall[T](self, key: Hashable, read: Callable[[], Awaitable[T]]) -> T:
        """What ``read`` gives, or gave since the last commit."""
        mark, now = self._mark(), monotonic()
        if mark is None:
            return await read()
        known = self._answers.get(key)
        if known is not None:
            at, until, answer = known
            if at == mark and now < until:
                return answer  # type: ignore[no-any-return]
        if len(self._answers) >= _ANSWERS:
            self._answers.clear()
        answer = await read()
        self._answers[key] = (mark, now + _TRUSTED_S, answer)
        return answer
