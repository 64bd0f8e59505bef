import asyncio

import pytest
import structlog

from apollonia.api.app import create_app
from apollonia.api.options import ApiOptions
from apollonia.domain.principal import TokenKind
from apollonia.errors import (
    ApolloniaError,
    BlobsUnavailableError,
    ConfigurationError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    MalformedMessageError,
    NotFoundError,
    Poison,
    Rejected,
    UnauthenticatedError,
    Unavailable,
    UnreadableMediaError,
)
from apollonia.testing.builders import a_place

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidError("x"), 400, "invalid"),
        (Rejected("x"), 400, "rejected"),
        (UnauthenticatedError("x"), 401, "unauthenticated"),
        (ForbiddenError("x"), 403, "forbidden"),
        (NotFoundError("x"), 404, "not_found"),
        (ConflictError("x"), 409, "conflict"),
        (Poison("x"), 422, "poison"),
        (UnreadableMediaError("x"), 422, "unreadable"),
        (MalformedMessageError("x"), 422, "malformed_message"),
        (Unavailable("x"), 503, "unavailable"),
        (BlobsUnavailableError("x"), 503, "blobs_unavailable"),
        (ConfigurationError("secret"), 500, "internal"),
        (ApolloniaError("x"), 500, "error"),
        (RuntimeError("secret"), 500, "internal"),
        (TimeoutError("secret"), 500, "internal"),
    ],
)
async def test_errors_become_problems(world, script, error, status, code):
    world.library.error = error
    answer = await script.get("/api/v1/files", headers={"X-Request-ID": "request-42"})
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["type"] == "about:blank"
    assert problem["title"]
    assert problem["instance"] == "/api/v1/files"
    assert problem["request_id"] == answer.headers["x-request-id"] == "request-42"
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_unexpected_errors_are_logged_with_their_traceback(world, script):
    world.library.error = RuntimeError("the reason")
    with structlog.testing.capture_logs() as logs:
        await script.get("/api/v1/files")
    told = [line for line in logs if line["event"] == "request failed"]
    assert len(told) == 1
    assert "the reason" in told[0]["traceback"]


@pytest.mark.parametrize("given", ["x", "a b c d e f g", "x" * 129, "evil\u00e9\u00e9\u00e9\u00e9"])
async def test_request_id_that_is_odd_is_replaced(world, given):
    async with world.client() as client:
        answer = await client.get("/health/live", headers={"X-Request-ID": given.encode()})
    assert answer.headers["x-request-id"] != given
    assert len(answer.headers["x-request-id"]) == 36


async def test_method_that_does_not_fit_is_refused(script):
    answer = await script.delete("/api/v1/files")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize(
    "path", ["/api/v1/files", "/api/v1/session", "/api/v1/openapi.json", "/health/ready", "/api/no"]
)
async def test_head_answers_like_get_without_a_body(world, script, path):
    world.library.add(*(a_place() for _ in range(50)))
    given = {"Accept-Encoding": "gzip"}
    got, head = await script.get(path, headers=given), await script.head(path, headers=given)
    assert head.status_code == got.status_code
    assert head.content == b""
    for name in ("content-length", "content-type", "content-encoding", "etag", "cache-control"):
        assert head.headers.get(name) == got.headers.get(name)


async def test_head_needs_a_credential_and_is_counted_by_route(world, script):
    async with world.client() as stranger:
        assert (await stranger.head("/api/v1/files")).status_code == 401
    await script.head(f"/api/v1/files/{a_place().id}")
    counted = 'method="HEAD",route="/api/v1/files/{file_id}",status="404"'
    assert f"apollonia_request_seconds_count{{{counted}}} 1.0" in world.metrics.render().decode()


async def test_head_does_not_use_up_a_sign_in_link(world):
    token = await world.identity.issue(TokenKind.SIGN_IN, label="x", ttl=60)
    async with world.client() as stranger:
        await stranger.head(f"/sign-in?code={token}")
        answer = await stranger.get(f"/sign-in?code={token}")
    assert "set-cookie" in answer.headers


async def test_large_answers_are_compressed(world, script):
    world.library.add(*(a_place() for _ in range(50)))
    answer = await script.get("/api/v1/files", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in answer.headers["vary"].lower()
    plain = await script.get("/api/v1/files", headers={"Accept-Encoding": "identity"})
    assert plain.content == answer.content
    assert int(answer.headers["content-length"]) < len(plain.content) / 5
    small = await script.get("/api/v1/session", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


async def test_body_that_is_too_large_is_refused(world):
    world.set(max_body=100)
    async with await world.script() as script:
        declared = await script.post("/api/v1/roots/rescan", content=b"x" * 101)

        async def streamed():
            for _ in range(20):
                yield b"x" * 10

        undeclared = await script.post("/api/v1/roots/rescan", content=streamed())
    for answer in (declared, undeclared):
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_headers_that_are_too_large_are_refused(world, script):
    answer = await script.get("/api/v1/files", headers={"X-Large": "x" * (64 << 10)})
    assert answer.status_code == 431
    answer = await script.get(f"/api/v1/files?root={'x' * (33 << 10)}")
    assert answer.status_code == 414
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("length", ["-1", "x", "1e3"])
async def test_content_length_that_is_no_number_is_refused(script, length):
    answer = await script.get("/api/v1/files", headers={"Content-Length": length})
    assert answer.status_code == 413


async def test_request_that_takes_too_long_is_given_up(world):
    world.set(request_s=0.05)

    async def hang(*_args, **_more):
        await asyncio.sleep(30)

    world.library.stats = hang
    async with await world.script() as script:
        answer = await script.get("/api/v1/stats")
    assert (answer.status_code, answer.json()["code"]) == (503, "timeout")
    assert answer.headers["retry-after"]


async def test_requests_are_counted_by_route_not_by_address(world, script):
    for _ in range(3):
        await script.get(f"/api/v1/files/{a_place().id}")
    await script.get("/api/v1/session")
    await script.request("INVENTED", "/api/v1/session")
    text = world.metrics.render().decode()
    route = 'method="GET",route="/api/v1/files/{file_id}",status="404"'
    assert f"apollonia_request_seconds_count{{{route}}} 3.0" in text
    assert 'method="other"' in text
    assert "INVENTED" not in text


async def test_traceparent_of_the_request_goes_along(world, script):
    from apollonia.observe.tracing import current_traceparent

    seen = []

    async def stats():
        seen.append(current_traceparent())
        raise NotFoundError

    world.library.stats = stats
    await script.get("/api/v1/stats", headers={"traceparent": TRACEPARENT})
    await script.get("/api/v1/stats", headers={"traceparent": "nonsense"})
    assert seen[0] == TRACEPARENT
    assert seen[1] not in {None, "nonsense", TRACEPARENT}


def test_secret_that_is_too_short_does_not_start(world):
    with pytest.raises(ConfigurationError):
        create_app(world.ports(), ApiOptions(secret=b"short"))


def test_options_do_not_show_the_secret():
    assert "0123456789" not in repr(ApiOptions(secret=b"0123456789abcdef"))
