"""Credentials."""

from typing import Protocol

from apollonia.domain.principal import Principal, TokenKind


class Identity(Protocol):
    """Secrets are returned once and kept only as SHA-256 digests (they carry 256 random bits)."""

    async def issue(self, kind: TokenKind, *, label: str, ttl: float | None) -> str:
        """A new secret for the owner; ``ttl`` in seconds, ``None`` for no end."""
        ...

    async def verify(self, secret: str, kinds: frozenset[TokenKind]) -> Principal | None:
        """Whose it is, or ``None`` when unknown, of another kind, expired, used up or revoked."""
        ...

    async def redeem(self, secret: str) -> Principal | None:
        """As ``verify`` for a sign-in secret, and use it up: MUST succeed at most once."""
        ...

    async def revoke(self, token_id: str) -> None:
        """Make a credential worthless: at once here, within 1 s elsewhere; unknown ids ignored."""
        ...

    async def prune(self) -> int:
        """Forget expired and used credentials; how many went."""
        ...
