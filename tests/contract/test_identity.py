"""What every ``Identity`` promises. A new adapter joins by a line in ``IDENTITIES``."""

import asyncio
from dataclasses import dataclass

import pytest

from apollonia.adapters.database.bulk import run
from apollonia.adapters.identity import SqlIdentity
from apollonia.adapters.identity.sql_identity import MAX_TOKENS
from apollonia.domain.principal import Role, TokenKind
from apollonia.errors import ConflictError
from apollonia.ports.identity import Identity

ANY = frozenset(TokenKind)


@dataclass
class Setup:
    """An identity, another process's, and their clock in seconds."""

    identity: Identity
    second: Identity
    clock: list[float]


async def _sql(open_database) -> Setup:
    clock = [1_700_000_000.0]

    def now() -> float:
        return clock[0]

    first, second = await open_database(), await open_database()
    return Setup(SqlIdentity(first, now=now), SqlIdentity(second, now=now), clock)


IDENTITIES = {"sql": _sql}


@pytest.fixture(params=IDENTITIES)
async def setup(request, open_database) -> Setup:
    return await IDENTITIES[request.param](open_database)


@pytest.fixture
def identity(setup):
    return setup.identity


@pytest.mark.parametrize("kind", TokenKind)
async def test_secret_tells_its_owner(setup, kind):
    secret = await setup.identity.issue(kind, label="a script", ttl=60)

    principal = await setup.second.verify(secret, ANY)

    assert principal is not None
    assert (principal.name, principal.role, principal.kind) == ("owner", Role.ADMIN, kind)
    assert principal.token_id not in secret


async def test_secrets_differ_and_are_long(identity):
    secrets = {await identity.issue(TokenKind.API, label="x", ttl=None) for _ in range(20)}

    assert len(secrets) == 20
    assert min(map(len, secrets)) >= 43  # 256 bits


@pytest.mark.parametrize("guess", ["", "x", "x" * 43, "x" * 100_000, "\ud800", "\0", "' OR 1=1 --"])
async def test_unknown_secret_is_nobody(identity, guess):
    await identity.issue(TokenKind.API, label="x", ttl=None)

    assert await identity.verify(guess, ANY) is None
    assert await identity.redeem(guess) is None


async def test_secret_of_another_kind_is_nobody(identity):
    secret = await identity.issue(TokenKind.SIGN_IN, label="x", ttl=60)

    assert await identity.verify(secret, frozenset({TokenKind.SESSION, TokenKind.API})) is None
    assert await identity.verify(secret, frozenset()) is None


async def test_secret_expires(setup):
    secret = await setup.identity.issue(TokenKind.SIGN_IN, label="x", ttl=60)
    setup.clock[0] += 59
    assert await setup.identity.verify(secret, ANY) is not None

    setup.clock[0] += 1

    assert await setup.identity.verify(secret, ANY) is None
    assert await setup.identity.redeem(secret) is None


async def test_secret_without_end_lasts(setup):
    secret = await setup.identity.issue(TokenKind.API, label="x", ttl=None)
    setup.clock[0] += 50 * 365 * 86_400

    assert await setup.identity.verify(secret, ANY) is not None


async def test_sign_in_is_redeemed_once(setup):
    secret = await setup.identity.issue(TokenKind.SIGN_IN, label="x", ttl=60)

    principal = await setup.identity.redeem(secret)

    assert principal is not None
    assert principal.kind is TokenKind.SIGN_IN
    assert await setup.second.redeem(secret) is None
    assert await setup.second.verify(secret, ANY) is None


async def test_sign_in_is_redeemed_once_in_a_race(setup):
    secret = await setup.identity.issue(TokenKind.SIGN_IN, label="x", ttl=60)
    both = (setup.identity, setup.second)

    results = await asyncio.gather(*(both[n % 2].redeem(secret) for n in range(20)))

    assert sum(result is not None for result in results) == 1


@pytest.mark.parametrize("kind", [TokenKind.SESSION, TokenKind.API])
async def test_only_sign_in_secrets_are_redeemed(identity, kind):
    secret = await identity.issue(kind, label="x", ttl=60)

    assert await identity.redeem(secret) is None
    assert await identity.verify(secret, ANY) is not None


async def test_revoked_secret_is_nobody_at_once(setup):
    secret = await setup.identity.issue(TokenKind.SESSION, label="x", ttl=60)
    principal = await setup.identity.verify(secret, ANY)
    assert principal is not None

    await setup.identity.revoke(principal.token_id)

    assert await setup.identity.verify(secret, ANY) is None


async def test_secret_revoked_by_another_process_is_nobody_within_a_second(setup):
    secret = await setup.identity.issue(TokenKind.SESSION, label="x", ttl=60)
    other = await setup.identity.issue(TokenKind.SESSION, label="y", ttl=60)
    principal = await setup.identity.verify(secret, ANY)
    assert principal is not None

    await setup.second.revoke(principal.token_id)
    await setup.second.revoke("nobody")
    setup.clock[0] += 1

    assert await setup.identity.verify(secret, ANY) is None
    assert await setup.identity.verify(other, ANY) is not None


async def test_prune_forgets_what_expired(setup):
    for ttl in (10, 20, None):
        secret = await setup.identity.issue(TokenKind.API, label="x", ttl=ttl)
    setup.clock[0] += 30

    assert await setup.identity.prune() == 2
    assert await setup.identity.prune() == 0
    assert await setup.identity.verify(secret, ANY) is not None


async def test_label_is_any_text(identity):
    secret = await identity.issue(TokenKind.API, label="\ud800\0" + "x" * 10_000, ttl=None)

    assert await identity.verify(secret, ANY) is not None


async def test_secrets_are_kept_as_digests_only(setup, open_database, tmp_path):
    secrets = [await setup.identity.issue(kind, label="x", ttl=None) for kind in TokenKind]

    database = await open_database()
    rows = await database.read(lambda at: run(at, "SELECT * FROM tokens"))
    files = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    kept = b"".join([repr(list(map(tuple, rows))).encode(), *files])

    assert len(rows) == len(secrets)
    assert not [secret for secret in secrets if secret.encode() in kept]


async def test_credentials_are_bounded(setup):
    first = await setup.identity.issue(TokenKind.SESSION, label="first", ttl=None)
    script = await setup.identity.issue(TokenKind.API, label="script", ttl=None)
    for _ in range(MAX_TOKENS):
        setup.clock[0] += 1
        last = await setup.identity.issue(TokenKind.SESSION, label="x", ttl=None)

    assert await setup.identity.verify(first, ANY) is None
    assert await setup.identity.verify(last, ANY) is not None
    assert await setup.identity.verify(script, ANY) is not None


async def test_scripts_tokens_are_refused_rather_than_dropped(identity):
    first = await identity.issue(TokenKind.API, label="first", ttl=None)
    for _ in range(MAX_TOKENS - 1):
        await identity.issue(TokenKind.API, label="x", ttl=None)

    with pytest.raises(ConflictError, match="revoke"):
        await identity.issue(TokenKind.API, label="x", ttl=None)
    assert await identity.verify(first, ANY) is not None
