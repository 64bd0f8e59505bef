from apollonia.domain.kinds import Kind
from apollonia.ports.blobs import Blob
from apollonia.testing.builders import a_place

SHA = "7" * 64


def address(place, name="hover.webp"):
    return f"/api/v1/files/{place.id}/previews/{name}"


async def test_a_preview_by_its_content_is_kept_for_ever(world, script):
    film = a_place(kind=Kind.VIDEO, sha256_hash=SHA)
    world.library.add(film)
    world.previews.previews[film.id, "hover.webp"] = Blob(b"clip", "image/webp")
    first = await script.get(address(film), params={"v": SHA})
    assert (first.status_code, first.content) == (200, b"clip")
    assert first.headers["content-type"] == "image/webp"
    assert first.headers["cache-control"] == "private, max-age=31536000, immutable"
    again = await script.get(address(film), headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["cache-control"] == "private, max-age=86400"


async def test_what_is_not_there_is_said(world, script):
    film = a_place(kind=Kind.VIDEO, sha256_hash=SHA)
    world.library.add(film)
    missing = await script.get(address(film))
    assert (missing.status_code, missing.json()["code"]) == (404, "no_preview")
    assert (await script.get(address(film, "passwd"))).status_code in {400, 404, 422}
    assert (await script.get("/api/v1/files/nobody/previews/hover.webp")).status_code == 404
