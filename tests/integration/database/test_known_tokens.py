"""Credentials that were verified a moment ago: never longer than a second, never after a change."""

import pytest

from apollonia.adapters.identity import SqlIdentity
from apollonia.adapters.identity.known_tokens import KnownTokens, Token
from apollonia.domain.principal import TokenKind

ANY = frozenset(TokenKind)
TOKEN = Token("id", TokenKind.API, None)


@pytest.fixture
def clock():
    return [1_700_000_000.0]


@pytest.fixture
def identity(database, clock):
    return SqlIdentity(database, now=lambda: clock[0])


async def test_verified_credential_needs_no_database_for_a_second(identity, database, clock):
    secret = await identity.issue(TokenKind.API, label="x", ttl=None)
    principal = await identity.verify(secret, ANY)
    await SqlIdentity(database).revoke(principal.token_id)  # as another process does

    clock[0] += 0.99
    assert await identity.verify(secret, ANY) == principal
    clock[0] += 0.01
    assert await identity.verify(secret, ANY) is None


async def test_known_credential_is_checked_for_its_kind_and_end(identity, clock):
    secret = await identity.issue(TokenKind.API, label="x", ttl=0.5)
    assert await identity.verify(secret, ANY) is not None

    assert await identity.verify(secret, frozenset({TokenKind.SESSION})) is None
    clock[0] += 0.5
    assert await identity.verify(secret, ANY) is None


async def test_sign_in_secret_is_never_remembered(identity, database):
    secret = await identity.issue(TokenKind.SIGN_IN, label="x", ttl=60)
    assert await identity.verify(secret, ANY) is not None

    assert await SqlIdentity(database).redeem(secret) is None  # its own clock is far ahead
    principal = await identity.verify(secret, ANY)
    assert principal is not None
    await SqlIdentity(database).revoke(principal.token_id)

    assert await identity.verify(secret, ANY) is None


def test_nothing_read_before_a_change_is_kept():
    known = KnownTokens(seconds=1)
    before = known.changes
    with known.changing():
        pass

    known.put(b"d", TOKEN, 0, before)

    assert known.get(b"d", 0) is None


def test_failed_change_forgets_too():
    known = KnownTokens(seconds=1)
    known.put(b"d", TOKEN, 0, known.changes)
    with pytest.raises(ZeroDivisionError), known.changing():
        _ = 1 / 0

    assert known.get(b"d", 0) is None


def test_clock_set_back_forgets():
    known = KnownTokens(seconds=1)
    known.put(b"d", TOKEN, 5_000_000, known.changes)

    assert known.get(b"d", 5_999_999) == TOKEN
    assert known.get(b"d", 4_999_999) is None


def test_number_of_known_credentials_is_bounded():
    known = KnownTokens(seconds=1)
    for number in range(1_000):
        known.put(b"%d" % number, TOKEN, 0, known.changes)

    assert sum(known.get(b"%d" % number, 0) is not None for number in range(1_000)) <= 64
