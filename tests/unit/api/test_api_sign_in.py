import pytest

from apollonia.domain.principal import TokenKind


async def code(world) -> str:
    secret: str = await world.identity.issue(TokenKind.SIGN_IN, label="x", ttl=60)
    return secret


async def test_sign_in_sets_a_cookie_that_no_script_reads(world):
    async with world.client() as client:
        answer = await client.get("/sign-in", params={"code": await code(world)})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/"
        assert answer.headers["cache-control"] == "no-store"
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("apollonia_session=")
        for part in ("HttpOnly", "Path=/", "SameSite=strict", "Max-Age=2592000"):
            assert part in cookie
        assert "Secure" not in cookie
        assert (await client.get("/api/v1/session")).json()["principal"] == "owner"


async def test_sign_in_over_https_keeps_the_cookie_there(world):
    async with world.client() as client:
        url = f"https://127.0.0.1:8000/sign-in?code={await code(world)}"
        assert "Secure" in (await client.get(url)).headers["set-cookie"]


async def test_sign_in_code_works_once(world):
    once = await code(world)
    async with world.client() as first, world.client() as second:
        assert (await first.get("/sign-in", params={"code": once})).status_code == 303
        answer = await second.get("/sign-in", params={"code": once})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "apollonia token --link" in answer.text
        assert "set-cookie" not in answer.headers
        # The browser whose prefetch used it up is signed in, and is sent on.
        assert (await first.get("/sign-in", params={"code": once})).headers["location"] == "/"


@pytest.mark.parametrize("bad", ["", "wrong", "<script>alert(1)</script>", "x" * 5000, "%00"])
async def test_sign_in_refuses_a_wrong_code_and_repeats_nothing_of_it(world, bad):
    async with world.client() as client:
        answer = await client.get("/sign-in", params={"code": bad})
    assert answer.status_code == 401
    assert "<script" not in answer.text
    assert "set-cookie" not in answer.headers


async def test_sign_in_head_uses_nothing_up(world):
    once = await code(world)
    async with world.client() as client:
        assert "set-cookie" not in (await client.head(f"/sign-in?code={once}")).headers
        assert (await client.get(f"/sign-in?code={once}")).status_code == 303
