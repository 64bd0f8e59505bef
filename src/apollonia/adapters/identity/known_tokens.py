"""Credentials that were verified a moment ago."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from apollonia.domain.principal import TokenKind

_MAX_TOKENS = 64
_MICROS = 1_000_000


class Token(NamedTuple):
    """What the database has of a credential; microseconds since 1970, ``None`` for no end."""

    id: str
    kind: TokenKind
    ends_us: int | None

    def is_over(self, now_us: int) -> bool:
        """Whether it expired."""
        return self.ends_us is not None and self.ends_us <= now_us


class KnownTokens:
    """At most 64 by digest, each for a limited time; none that a single use makes worthless.

    ``changes`` counts what this process changed: what was read before a change is never kept.
    """

    def __init__(self, *, seconds: float) -> None:
        self._keep_us = int(seconds * _MICROS)
        self._found: dict[bytes, tuple[int, Token]] = {}
        self.changes = 0

    def get(self, digest: bytes, now_us: int) -> Token | None:
        """The credential, if it was read less than the time ago; a clock set back forgets it."""
        read_us, token = self._found.get(digest, (now_us - self._keep_us, None))
        return token if 0 <= now_us - read_us < self._keep_us else None

    def put(self, digest: bytes, token: Token, read_us: int, changes: int) -> None:
        """Keep what was read at this time, when ``changes`` was this."""
        if changes != self.changes or token.kind is TokenKind.SIGN_IN:
            return
        if len(self._found) >= _MAX_TOKENS:
            self._found.clear()
        self._found[digest] = (read_us, token)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Forget everything once the block ended, however it ended."""
        try:
            yield
        finally:
            self.changes += 1
            self._found.clear()
