import re
from typing import Any, cast

import pytest
from fastapi import APIRouter

from apollonia.api.request_frame import content_security_policy
from apollonia.api.routes import add_routes
from apollonia.domain.kinds import RootState
from apollonia.domain.principal import TokenKind
from apollonia.domain.roots import RootStatus
from apollonia.errors import CatalogUnavailableError
from apollonia.testing.builders import a_place

OPEN = {"/health/live", "/health/ready", "/sign-in", "/{path:path}"}


def walk() -> list[tuple[str, str]]:
    """Every route with every method, from the application itself."""
    router = APIRouter()
    add_routes(router)
    return [
        (method, cast("Any", route).path)
        for route in router.routes
        for method in sorted(getattr(route, "methods", None) or {"WEBSOCKET"})
    ]


GUARDED = [(method, path) for method, path in walk() if path not in OPEN]


def test_walk_finds_the_routes():
    paths = {path for _, path in walk()}
    assert paths >= OPEN
    assert {"/api/v1/files", "/api/v1/live", "/api/v1/docs", "/api/v1/roots/rescan"} <= paths


@pytest.mark.parametrize(("method", "path"), GUARDED)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic b3duZXI6b3duZXI="},
        {"Cookie": "apollonia_session=wrong"},
        {"Cookie": "apollonia_session="},
        {"Authorization": "Bearer " + "x" * 600},
    ],
    ids=["none", "wrong", "empty", "basic", "cookie", "empty-cookie", "long"],
)
async def test_every_route_refuses_strangers(world, method, path, headers):
    path = re.sub(r"\{.*?\}", a_place().id, path)
    if method == "WEBSOCKET":
        given = {key.lower(): value for key, value in headers.items()} or {"cookie": "none"}
        line = await world.open(path, **given)
        assert await line.closed() == 4401
        return
    async with world.client() as stranger:
        answer = await stranger.request(method, path, headers=headers, content=b"{broken")
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v2/files", "/api/v1/nothing", "/api/v1"])
async def test_addresses_that_do_not_exist_tell_strangers_nothing(world, path):
    async with world.client() as stranger, await world.script() as script:
        assert (await stranger.get(path)).status_code == 401
        known = await script.get(path)
        assert (known.status_code, known.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/api/v1//files", "//api/v1/files", "/API/v1/files"])
async def test_spelling_an_address_otherwise_opens_nothing(world, path):
    world.library.add(a_place())
    async with world.client() as stranger:
        answer = await stranger.get(f"http://127.0.0.1:8000{path}")
    assert b"/music/" not in answer.content


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/sign-in"])
async def test_open_routes_need_no_credential(world, path):
    async with world.client() as stranger:
        answer = await stranger.get(path)
    assert answer.status_code in {200, 401}
    assert answer.headers["content-type"] != "application/problem+json"


async def test_a_kind_of_token_opens_only_its_own_door(world):
    for kind in (TokenKind.SIGN_IN, TokenKind.SESSION):
        secret = await world.identity.issue(kind, label="x", ttl=None)
        async with world.client(headers={"Authorization": f"Bearer {secret}"}) as client:
            assert (await client.get("/api/v1/session")).status_code == 401
    api = await world.identity.issue(TokenKind.API, label="x", ttl=None)
    async with world.client(cookies={"apollonia_session": api}) as client:
        assert (await client.get("/api/v1/session")).status_code == 401


async def test_a_wrong_token_is_not_saved_by_a_good_cookie(browser):
    answer = await browser.get("/api/v1/session", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401


async def test_identity_being_away_is_no_refusal(world, script):
    world.identity.error = CatalogUnavailableError()
    answer = await script.get("/api/v1/files")
    assert (answer.status_code, answer.json()["code"]) == (503, "catalog_unavailable")


async def csrf(browser) -> str:
    token: str = (await browser.get("/api/v1/session")).json()["csrf_token"]
    return token


async def test_session_tells_who_is_signed_in(browser):
    session = (await browser.get("/api/v1/session")).json()
    assert session["principal"] == "owner"
    assert session["role"] == "admin"
    assert session["version"] == "0.1.0"
    assert re.fullmatch("[0-9a-f]{64}", session["csrf_token"])


async def test_csrf_proof_is_needed_with_the_cookie(world, browser):
    await world.control.report_root(RootStatus(root="/music", state=RootState.WATCHING))
    for headers in ({}, {"X-CSRF-Token": "0" * 64}, {"X-CSRF-Token": b"\xe9"}):
        answer = await browser.post("/api/v1/roots/rescan", json={"root": None}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    assert (await world.control.desired("/music")).scans == ()
    proof = {"X-CSRF-Token": await csrf(browser)}
    answer = await browser.post("/api/v1/roots/rescan", json={"root": None}, headers=proof)
    assert answer.status_code == 202
    assert answer.json() == {"requested": ["/music"]}
    assert len((await world.control.desired("/music")).scans) == 1


async def test_csrf_proof_of_another_session_is_worth_nothing(world, browser):
    async with await world.browser() as other:
        proof = {"X-CSRF-Token": await csrf(other)}
    answer = await browser.post("/api/v1/session/sign-out", headers=proof)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:8000", 204),
        ("HTTP://127.0.0.1:8000", 204),
        ("http://127.0.0.1:9000", 403),
        ("http://localhost:8000", 403),
        ("https://evil.example", 403),
        ("http://127.0.0.1:8000.evil.example", 403),
        ("null", 403),
        ("file://", 403),
    ],
)
async def test_csrf_origin_must_be_our_own(browser, origin, status):
    headers = {"X-CSRF-Token": await csrf(browser), "Origin": origin}
    answer = await browser.post("/api/v1/session/sign-out", headers=headers)
    assert answer.status_code == status


async def test_csrf_origin_may_be_configured(world):
    world.set(allowed_origins=("http://localhost:3000",))
    async with await world.browser() as browser:
        headers = {"X-CSRF-Token": await csrf(browser), "Origin": "http://localhost:3000"}
        answer = await browser.post("/api/v1/session/sign-out", headers=headers)
    assert answer.status_code == 204


async def test_csrf_token_needs_no_proof(world, script):
    await world.control.report_root(RootStatus(root="/music", state=RootState.WATCHING))
    headers = {"Origin": "https://elsewhere.example"}
    answer = await script.post("/api/v1/roots/rescan", json={"root": "/music"}, headers=headers)
    assert answer.status_code == 202


async def test_sign_out_ends_the_session_at_once(world, browser):
    cookie = browser.cookies["apollonia_session"]
    answer = await browser.post(
        "/api/v1/session/sign-out", headers={"X-CSRF-Token": await csrf(browser)}
    )
    assert answer.status_code == 204
    assert "apollonia_session" not in browser.cookies
    async with world.client(cookies={"apollonia_session": cookie}) as thief:
        assert (await thief.get("/api/v1/session")).status_code == 401


async def test_rescan_of_an_unknown_root_is_not_found(script):
    answer = await script.post("/api/v1/roots/rescan", json={"root": "/etc"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"root": 3}', b'{"rooot": "/music"}', b"\xff", b""]
)
async def test_rescan_refuses_a_bad_body(script, body):
    answer = await script.post(
        "/api/v1/roots/rescan", content=body, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize(
    ("host", "answers"),
    [
        ("127.0.0.1:8000", True),
        ("localhost", True),
        ("LOCALHOST:9000", True),
        ("localhost.:8000", True),
        ("[::1]:8000", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost:8000@evil.example", False),
        ("192.168.1.7:8000", False),
        ("", False),
        ("local host", False),
    ],
)
@pytest.mark.parametrize("path", ["/", "/health/live", "/api/v1/session", "/sign-in?code=x"])
async def test_host_must_be_one_of_ours(world, host, answers, path):
    async with world.client() as stranger:
        answer = await stranger.get(path, headers={"Host": host})
    refused = answer.status_code == 421
    assert refused is not answers
    if refused:
        assert answer.json()["code"] == "host_not_allowed"


async def test_host_refusal_uses_up_no_sign_in_code(world):
    code = await world.identity.issue(TokenKind.SIGN_IN, label="x", ttl=None)
    async with world.client() as stranger:
        await stranger.get(f"/sign-in?code={code}", headers={"Host": "evil.example"})
        assert (await stranger.get(f"/sign-in?code={code}")).status_code == 303


@pytest.mark.parametrize(
    ("options", "host", "answers"),
    [
        ({"allowed_hosts": ("media.home",)}, "media.home:8000", True),
        ({"allowed_hosts": ("Media.Home",)}, "media.home", True),
        ({"allowed_hosts": ("media.home:8443",)}, "media.home:8000", False),
        ({"allowed_hosts": ("*",)}, "anything.example", True),
        ({"host": "0.0.0.0"}, "192.168.1.7:8000", True),
        ({"host": "0.0.0.0"}, "evil.example", False),
        ({"host": "media.home"}, "media.home", True),
        ({"host": "::"}, "[2001:db8::7]:8000", True),
    ],
)
async def test_host_names_can_be_configured(world, options, host, answers):
    world.set(**options)
    async with world.client() as stranger:
        answer = await stranger.get("/health/live", headers={"Host": host})
    assert answer.status_code == (200 if answers else 421)


async def test_host_given_twice_is_refused(world):
    async with world.client() as stranger:
        headers = [("Host", "127.0.0.1:8000"), ("Host", "evil.example")]
        answer = await stranger.get("/health/live", headers=headers)
    assert answer.status_code == 421


@pytest.mark.parametrize(
    "path", ["/", "/health/live", "/api/v1/files", "/sign-in", "/assets/no.js"]
)
async def test_every_answer_has_the_security_headers(world, path):
    async with world.client() as stranger:
        answer = await stranger.get(path)
    sockets = "ws://127.0.0.1:8000 wss://127.0.0.1:8000"
    assert answer.headers["content-security-policy"] == content_security_policy(sockets)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "camera=()" in answer.headers["permissions-policy"]
    assert float(answer.headers["x-process-time"]) < 5
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("localhost:8000", "'self' ws://localhost:8000 wss://localhost:8000"),
        ("Media.Example", "'self' ws://media.example wss://media.example"),
        ("[::1]:8000", "'self'"),
        ("evil.example", "'self'"),
        ("localhost; script-src *", "'self'"),
        ("localhost ws://evil.example", "'self'"),
    ],
)
async def test_policy_allows_no_connection_elsewhere(world, host, allowed):
    world.set(allowed_hosts=("media.example",))
    async with world.client() as stranger:
        answer = await stranger.get("/health/live", headers={"Host": host})
    parts = answer.headers["content-security-policy"].split("; ")
    assert [part for part in parts if part.startswith("connect-src")] == [f"connect-src {allowed}"]
    assert "script-src 'self'" in parts
