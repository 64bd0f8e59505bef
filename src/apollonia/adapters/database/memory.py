"""Answers that stay true until somebody commits."""

from collections.abc import Awaitable, Callable, Hashable
from pathlib import Path
from time import monotonic
from typing import Any

from apollonia.adapters.sqlite.commits import Commits

_HEARD_S = 0.25  # another process' commit is seen this late at most
_TRUSTED_S = 5.0  # whatever is heard
_ANSWERS = 256


class Memory:
    """What was read from one file: for those who ask again and again whether there is news."""

    def __init__(self, path: Path) -> None:
        self._commits = Commits(path, self._commit, every_s=_HEARD_S)
        self._version = 0
        self._listens = False
        self._answers: dict[Hashable, tuple[int, float, Any]] = {}

    async def recall[T](self, key: Hashable, read: Callable[[], Awaitable[T]]) -> T:
        """What ``read`` gives, or gave since the last commit."""
        self._commits.start()
        version, now = self._version, monotonic()
        known = self._answers.get(key)
        if self._listens and known is not None:
            at, until, answer = known
            if at == version and now < until:
                return answer  # type: ignore[no-any-return]
        if len(self._answers) >= _ANSWERS:
            self._answers.clear()
        answer = await read()
        self._answers[key] = (version, now + _TRUSTED_S, answer)
        return answer

    def forget(self) -> None:
        """Something was committed by this process."""
        self._version += 1

    async def close(self) -> None:
        """Listen no more."""
        await self._commits.stop()

    def _commit(self) -> None:
        self._listens = True
        self._version += 1
