from base64 import b64encode

import pytest
from pydantic import TypeAdapter

from apollonia.api.schemas import RootList
from apollonia.domain.kinds import RootState
from apollonia.domain.roots import RootError, RootStatus, Skipped
from apollonia.errors import CatalogUnavailableError
from apollonia.ports.control import ScanRequest
from apollonia.testing.builders import a_time


@pytest.fixture
async def roots(world):
    for root in ("/films", "/music"):
        await world.control.report_root(RootStatus(root=root, state=RootState.WATCHING))
    return world.control


async def post(script, path, body):
    answer = await script.post(f"/api/v1/roots/{path}", json=body)
    return answer.status_code, answer.json()


async def scans(control, root):
    return (await control.desired(root)).scans


async def test_roots_are_listed_with_all_that_is_known(world, script):
    await world.control.report_root(
        RootStatus(
            root="/music",
            state=RootState.SCANNING,
            found=10,
            done=4,
            rate=3.0,
            remaining_s=2.0,
            last_error=RootError("It ends early.", "/music/a.mp3", a_time()),
            holder="box:/data",
            storage="network",
            polled_s=30.0,
            skipped=(Skipped("/music/p", "named pipe"),),
            skipped_count=1,
            corrupted=(Skipped("/music/b.mp3", "other content"),),
            corrupted_count=1,
        )
    )
    answer = await script.get("/api/v1/roots")
    (root,) = TypeAdapter(RootList).validate_json(answer.content).items
    assert (root.left, root.remaining_seconds, root.paused) == (6, 2.0, False)
    assert root.last_error is not None
    assert root.last_error.path == "/music/a.mp3"
    assert (root.holder, root.storage, root.polled_seconds) == ("box:/data", "network", 30.0)
    assert root.skipped[0].reason == "named pipe"
    assert root.corrupted[0].path == "/music/b.mp3"


async def test_rescan_of_everything_of_a_root_and_of_a_folder(roots, script):
    assert await post(script, "rescan", {}) == (202, {"requested": ["/films", "/music"]})
    asked = {"root": "/music", "verify": True}
    assert await post(script, "rescan", asked) == (202, {"requested": ["/music"]})
    asked = {"folder": "/music/Ada//First Light/"}
    assert await post(script, "rescan", asked) == (202, {"requested": ["/music"]})
    asked = {"root": "/films", "folder": "/films"}
    assert await post(script, "rescan", asked) == (202, {"requested": ["/films"]})
    assert await scans(roots, "/music") == (
        ScanRequest(1),
        ScanRequest(2, None, True),
        ScanRequest(3, b"/music/Ada/First Light"),
    )
    assert await scans(roots, "/films") == (ScanRequest(1), ScanRequest(2, b"/films"))


async def test_rescan_of_a_folder_whose_name_is_no_text(roots, script):
    raw = b"/music/caf\xe9"
    body = {"folder_b64": b64encode(raw).decode()}
    assert (await post(script, "rescan", body))[0] == 202
    assert [scan.folder for scan in await scans(roots, "/music")] == [raw]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"root": "/etc"}, 404, "not_found"),
        ({"folder": "/etc"}, 404, "not_found"),
        ({"folder": "/musical"}, 404, "not_found"),
        ({"root": "/music", "folder": "/films/a"}, 400, "invalid"),
        ({"folder": "music/a"}, 400, "invalid"),
        ({"folder": ""}, 400, "invalid"),
        ({"folder": "/music/../etc"}, 400, "invalid"),
        ({"folder": "/music/a\0b"}, 400, "invalid"),
        ({"folder_b64": "*"}, 400, "invalid"),
        ({"folder": "/music/" + "x" * 5000}, 400, "invalid"),
        ({"verify": "perhaps"}, 400, "invalid"),
    ],
)
async def test_rescan_refuses_what_it_cannot_do(roots, script, body, status, code):
    got, problem = await post(script, "rescan", body)
    assert (got, problem["code"]) == (status, code)
    assert await scans(roots, "/music") == ()
    assert await scans(roots, "/films") == ()


async def test_pause_and_resume_of_one_root_and_of_all(roots, script):
    assert await post(script, "pause", {"root": "/music"}) == (202, {"requested": ["/music"]})
    assert [(await roots.desired(root)).paused for root in ("/films", "/music")] == [False, True]
    assert await post(script, "pause", {}) == (202, {"requested": ["/films", "/music"]})
    assert (await roots.desired("/films")).paused
    assert (await post(script, "resume", {"root": None}))[0] == 202
    assert not any([(await roots.desired(root)).paused for root in ("/films", "/music")])


@pytest.mark.parametrize("verb", ["pause", "resume"])
async def test_pause_of_an_unknown_root_is_not_found(roots, script, verb):
    assert (await post(script, verb, {"root": "/etc"}))[0] == 404


@pytest.mark.parametrize("verb", ["pause", "resume", "rescan"])
async def test_changing_roots_needs_the_csrf_proof_with_the_cookie(roots, browser, verb):
    status, problem = await post(browser, verb, {})
    assert (status, problem["code"]) == (403, "csrf")
    assert not (await roots.desired("/music")).paused


async def test_roots_say_that_the_catalog_is_away(world, script, monkeypatch):
    async def away():
        raise CatalogUnavailableError

    monkeypatch.setattr(world.control, "roots", away)
    answer = await script.get("/api/v1/roots")
    assert (answer.status_code, answer.json()["code"]) == (503, "catalog_unavailable")
