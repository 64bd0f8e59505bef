"""The owner's credentials on an SQL database: digests only, never a secret."""

import hashlib
import secrets
import time
from collections.abc import Callable

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.folding import clean
from apollonia.adapters.database.bulk import lock_names, run
from apollonia.adapters.database.engine import Database
from apollonia.adapters.identity.known_tokens import KnownTokens, Token
from apollonia.domain.ids import uuid7
from apollonia.domain.principal import Principal, Role, TokenKind
from apollonia.errors import ConflictError

MAX_TOKENS = 1_000
"""Of each kind: the oldest sign-in links and sessions make room, tokens of scripts never."""
OWNER = "owner"
KNOWN_S = 1.0
"""How long a verified credential needs no look into the database, in seconds."""

_MICROS = 1_000_000
_MAX_TTL_S = 100 * 365 * 86_400.0
_SECRET_BYTES = 32
_MAX_SECRET = 256
_MAX_LABEL = 200
_ADD = (
    "INSERT INTO tokens (id, digest, kind, label, created_us, expires_us) VALUES (?, ?, ?, ?, ?, ?)"
)
_FIND = "SELECT id, kind, expires_us FROM tokens WHERE digest = ?"
_REDEEM = (
    "DELETE FROM tokens WHERE digest = ? AND kind = ? AND (expires_us IS NULL OR expires_us > ?)"
    " RETURNING id"
)
_REVOKE = "DELETE FROM tokens WHERE id = ?"
_PRUNE = "DELETE FROM tokens WHERE expires_us <= ? RETURNING id"
_MAKE_ROOM = (
    "DELETE FROM tokens WHERE kind = ? AND id NOT IN (SELECT id FROM tokens WHERE kind = ?"
    " ORDER BY created_us DESC, id DESC LIMIT ?)"
)


class SqlIdentity:
    """``Identity`` of ``ports/identity.py``; the database belongs to whoever made it.

    ``now`` gives seconds since 1970. What is used up or revoked is deleted at once, and worthless
    here at once; another process that verified it within the last second goes on for that second.
    Sign-in secrets are worthless at once everywhere.
    """

    def __init__(self, database: Database, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now
        self._known = KnownTokens(seconds=KNOWN_S)

    async def issue(self, kind: TokenKind, *, label: str, ttl: float | None) -> str:
        """A new secret for the owner; ``ttl`` in seconds, ``None`` for no end.

        Raises:
            ConflictError: there are 1,000 API tokens already.
        """
        secret = secrets.token_urlsafe(_SECRET_BYTES)

        def add(at: Connection) -> None:
            now = self._now_us()
            lock_names(at, "tokens")
            run(at, _PRUNE, (now,))
            _make_room(at, kind)
            ends = None if ttl is None else now + int(min(ttl, _MAX_TTL_S) * _MICROS)
            values = (uuid7(), _digest(secret), kind.value, clean(label)[:_MAX_LABEL], now, ends)
            run(at, _ADD, values)

        with self._known.changing():
            await self._database.write(add)
        return secret

    async def verify(self, secret: str, kinds: frozenset[TokenKind]) -> Principal | None:
        """Whose it is, or ``None`` when unknown, of another kind, expired, used up or revoked."""
        if not 0 < len(secret) <= _MAX_SECRET:
            return None
        digest, now = _digest(secret), self._now_us()
        token = self._known.get(digest, now)
        if token is None:
            changes = self._known.changes
            rows = await self._database.read(lambda at: run(at, _FIND, (digest,)))
            for token_id, kind, ends in rows:
                token = Token(token_id, TokenKind(kind), ends)
                self._known.put(digest, token, now, changes)
        if token is None or token.kind not in kinds or token.is_over(self._now_us()):
            return None
        return Principal(OWNER, Role.ADMIN, token.id, token.kind)

    async def redeem(self, secret: str) -> Principal | None:
        """As ``verify`` for a sign-in secret, and use it up: succeeds at most once."""
        if await self.verify(secret, frozenset({TokenKind.SIGN_IN})) is None:
            return None  # guesses never wait for the lock of those who write
        values = (_digest(secret), TokenKind.SIGN_IN.value, self._now_us())
        with self._known.changing():
            rows = await self._database.write(lambda at: run(at, _REDEEM, values))
        return Principal(OWNER, Role.ADMIN, rows[0][0], TokenKind.SIGN_IN) if rows else None

    async def revoke(self, token_id: str) -> None:
        """Make a credential worthless at once; unknown ids are ignored."""
        with self._known.changing():
            await self._database.write(lambda at: run(at, _REVOKE, (token_id,)))

    async def prune(self) -> int:
        """Forget expired credentials; how many went."""
        values = (self._now_us(),)
        return len(await self._database.write(lambda at: run(at, _PRUNE, values)))

    def _now_us(self) -> int:
        return int(self._now() * _MICROS)


def _make_room(connection: Connection, kind: TokenKind) -> None:
    if kind is not TokenKind.API:
        run(connection, _MAKE_ROOM, (kind.value, kind.value, MAX_TOKENS - 1))
        return
    rows = run(connection, "SELECT count(*) FROM tokens WHERE kind = ?", (kind.value,))
    if rows[0][0] >= MAX_TOKENS:
        raise ConflictError(f"there are {MAX_TOKENS} API tokens already: revoke some first")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
