"""Who is asking."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do, from most to least."""

    ADMIN = "admin"
    EDITOR = "editor"
    VIEWER = "viewer"


class TokenKind(StrEnum):
    """What a credential is for."""

    SIGN_IN = "sign_in"  # once, turns into a session
    SESSION = "session"  # a browser
    API = "api"  # a script


@dataclass(frozen=True, slots=True)
class Principal:
    """The owner until users exist; ``token_id`` names the credential that was shown."""

    name: str
    role: Role
    token_id: str
    kind: TokenKind
