"""``FakeIdentity``: credentials in a dictionary."""

from dataclasses import dataclass
from itertools import count

from apollonia.domain.principal import Principal, Role, TokenKind


@dataclass(slots=True)
class _Token:
    principal: Principal
    used: bool = False


class FakeIdentity:
    """An ``Identity`` whose secrets are readable; nothing expires. ``error`` makes calls raise."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self._tokens: dict[str, _Token] = {}
        self._numbers = count(1)

    async def issue(self, kind: TokenKind, *, label: str, ttl: float | None) -> str:
        """A new secret."""
        del label, ttl
        number = next(self._numbers)
        secret = f"{kind}-secret-{number}"
        principal = Principal("owner", Role.ADMIN, f"token-{number}", kind)
        self._tokens[secret] = _Token(principal)
        return secret

    async def verify(self, secret: str, kinds: frozenset[TokenKind]) -> Principal | None:
        """Whose it is."""
        if self.error is not None:
            raise self.error
        token = self._tokens.get(secret)
        if token is None or token.used or token.principal.kind not in kinds:
            return None
        return token.principal

    async def redeem(self, secret: str) -> Principal | None:
        """Whose it is, once."""
        principal = await self.verify(secret, frozenset({TokenKind.SIGN_IN}))
        if principal is not None:
            self._tokens[secret].used = True
        return principal

    async def revoke(self, token_id: str) -> None:
        """Forget it."""
        self._tokens = {
            secret: token
            for secret, token in self._tokens.items()
            if token.principal.token_id != token_id
        }

    async def prune(self) -> int:
        """Forget what was used."""
        used = [secret for secret, token in self._tokens.items() if token.used]
        for secret in used:
            del self._tokens[secret]
        return len(used)
