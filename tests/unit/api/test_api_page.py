import os

import pytest

HTML = {"Accept": "text/html"}


@pytest.fixture
def web(tmp_path, world):
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>The page</title>")
    (folder / "assets" / "index-1a2b.js").write_text("console.log(1)" + " " * 2000)
    (folder / "assets" / "font-1a2b.woff2").write_bytes(b"font")
    (folder / "mark.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "up").symlink_to(tmp_path)
    world.set(web_folder=folder)
    return folder


@pytest.mark.parametrize(
    "path", ["/", "/files/0198c0de", "/search?q=x", "/sign-in-needed", "/a/b/c"]
)
async def test_page_answers_its_own_addresses(world, web, path):
    async with world.client() as client:
        answer = await client.get(path, headers=HTML)
    assert answer.status_code == 200
    assert "The page" in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


async def test_page_assets_are_kept_for_ever(world, web):
    async with world.client() as client:
        script = await client.get("/assets/index-1a2b.js")
        font = await client.get("/assets/font-1a2b.woff2")
        mark = await client.get("/mark.svg")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["content-encoding"] == "gzip"
    assert font.headers["content-type"] == "font/woff2"
    assert mark.headers["content-type"] == "image/svg+xml"
    assert mark.headers["cache-control"] == "no-cache"


async def test_page_is_not_sent_twice(world, web):
    async with world.client() as client:
        first = await client.get("/")
        again = await client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.parametrize("path", ["/assets/missing.js", "/favicon.ico", "/health/none", "/api.txt"])
async def test_page_does_not_stand_in_for_missing_files(world, web, path):
    async with world.client() as client:
        answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/..\\secret.txt",
        "/assets/%2e%2e%5csecret.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/file:///etc/passwd",
        "/link.txt",
        "/up/secret.txt",
        "/index.html%00.txt",
        "/assets/\xff",
    ],
)
async def test_page_shows_nothing_outside_the_build(world, web, path):
    # By hand: a client tidies such addresses before it sends them.
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path.replace("%2f", "/").replace("%2e", ".").replace("%5c", "\\"),
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1:8000")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    await world.app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent)
    assert sent[0]["status"] in {200, 404}
    assert b"The page" in body or b"not_found" in body


async def test_page_takes_head_but_no_other_method(world, web):
    async with world.client() as client:
        assert (await client.head("/")).status_code == 200
        assert (await client.post("/")).status_code == 405


async def test_page_that_is_not_built_says_what_to_do(world, tmp_path):
    world.set(web_folder=tmp_path / "nothing")
    async with world.client() as client:
        answer = await client.get("/", headers=HTML)
        health = await client.get("/health/live")
    assert answer.status_code == 503
    assert "npm run build" in answer.text
    assert answer.headers["retry-after"] == "5"
    assert health.status_code == 200


async def test_page_built_anew_is_served_without_a_restart(world, web):
    async with world.client() as client:
        await client.get("/")
        (web / "index.html").write_text("newer")
        os.utime(web / "index.html", (1, 1))
        assert "The page" in (await client.get("/")).text
        await world.clock.advance(3)
        assert (await client.get("/")).text == "newer"
