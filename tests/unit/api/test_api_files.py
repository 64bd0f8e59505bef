import base64

import pytest
from pydantic import TypeAdapter

from apollonia.api.schemas import Facets, FileDetail, FileItem, FilePage
from apollonia.domain.kinds import Availability, Kind, Status
from apollonia.domain.neighbours import Role
from apollonia.domain.paging import FileFilter
from apollonia.errors import CatalogUnavailableError, MediaUnavailableError
from apollonia.ports.blobs import Blob
from apollonia.ports.library import EventFact, NeighborFact
from apollonia.testing.builders import a_media, a_place, a_time


def titled(title: str, **changes):
    media = a_media(tags={"title": title}).model_dump(mode="json")
    return a_place(media=media, path=f"/music/{title}.flac".encode(), **changes)


async def test_files_answer_matches_its_schema(world, script):
    world.library.add(titled("Dawn"), a_place(media=None, sha256_hash=None))
    answer = await script.get("/api/v1/files")
    assert answer.status_code == 200
    page = TypeAdapter(FilePage).validate_json(answer.content, strict=False)
    assert {item.title for item in page.items} == {"Dawn", None}
    assert page.total == 2
    assert set(answer.json()["items"][0]) == set(FileItem.model_fields)


async def test_files_are_newest_first_unless_told_otherwise(world, script):
    world.library.add(titled("old", added_time=a_time(1)), titled("new", added_time=a_time(2)))
    by_default = (await script.get("/api/v1/files")).json()["items"]
    assert [item["title"] for item in by_default] == ["new", "old"]
    ascending = (await script.get("/api/v1/files?sort=added")).json()["items"]
    assert [item["title"] for item in ascending] == ["old", "new"]


@pytest.mark.parametrize("sort", ["title", "-title", "path", "-size", "-added"])
async def test_files_pages_visit_each_file_once(world, script, sort):
    world.library.add(*(titled(f"{number:02}") for number in range(25)))
    seen, cursor = [], None
    for _ in range(10):
        params = {"limit": 7, "sort": sort} | ({"cursor": cursor} if cursor else {})
        page = (await script.get("/api/v1/files", params=params)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == 25
    assert len(set(seen)) == 25


async def test_files_total_is_open_beyond_the_cap(world, script):
    world.library.add(*(a_place() for _ in range(10_001)))
    page = (await script.get("/api/v1/files?limit=1")).json()
    assert page["total"] is None
    assert page["total_at_least"] == 10_000


async def test_files_filters_reach_the_library(world, script):
    query = (
        "kind=video&kind=audio&kind=audio&format=FLAC&root=/m&folder=/m/a/&recursive=false"
        "&status=unreadable&availability=trashed&analysis=failed"
    )
    assert (await script.get(f"/api/v1/files?{query}")).status_code == 200
    assert world.library.asked == [
        FileFilter(
            kinds=("audio", "video"),
            formats=("flac",),
            availabilities=("trashed",),
            statuses=("unreadable",),
            analyses=("failed",),
            root="/m",
            folder=b"/m/a",
            recursive=False,
        )
    ]


async def test_files_leave_out_what_is_in_the_trash(world, script):
    world.library.add(
        titled("here"),
        titled("gone", availability=Availability.MISSING, missing_since=a_time()),
        titled("trash", availability=Availability.TRASHED),
    )
    titles = {item["title"] for item in (await script.get("/api/v1/files")).json()["items"]}
    assert titles == {"here", "gone"}


async def test_files_folder_takes_bytes_that_are_not_utf8(world, script):
    world.library.add(a_place(path=b"/music/\xff/song.flac"), a_place(path=b"/music/b/song.flac"))
    page = (await script.get("/api/v1/files?folder=/music/%FF")).json()
    assert [item["file_path"] for item in page["items"]] == ["/music/\\xff/song.flac"]


async def test_files_search_goes_to_search_and_sorts_by_relevance(world, script):
    world.library.add(titled("Dawn chorus"), titled("Dusk"))
    page = (await script.get("/api/v1/files", params={"q": "  dawn "})).json()
    assert [item["title"] for item in page["items"]] == ["Dawn chorus"]
    assert world.library.asked[-1].text == "dawn"


async def test_files_blank_search_is_no_search(script, world):
    assert (await script.get("/api/v1/files", params={"q": "   "})).status_code == 200
    assert world.library.asked[-1].text is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "query.limit"),
        ("limit=501", "query.limit"),
        ("limit=many", "query.limit"),
        ("kind=music", "query.kind.0"),
        ("sort=-relevance", "query.sort"),
        ("status=fine", "query.status.0"),
        ("analysis=fine", "query.analysis.0"),
        (f"q={'x' * 2_001}", "query.q"),
        ("recursive=perhaps", "query.recursive"),
        (f"cursor={'x' * 16_385}", "query.cursor"),
    ],
)
async def test_files_refuse_a_bad_value_naming_its_field(script, query, field):
    answer = await script.get(f"/api/v1/files?{query}")
    problem = answer.json()
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["code"] == "invalid"
    assert [error["field"] for error in problem["errors"]] == [field]


@pytest.mark.parametrize("query", ["folder=music", "folder=", "folder=/a%00b", "sort=relevance"])
async def test_files_refuse_what_makes_no_sense(script, query):
    answer = await script.get(f"/api/v1/files?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize(
    "other",
    ["sort=title", "sort=-path&kind=audio", "sort=-path&q=x", "sort=path", "sort=-path&folder=/m"],
)
async def test_files_cursor_belongs_to_its_list(world, script, other):
    world.library.add(*(a_place() for _ in range(3)))
    cursor = (await script.get("/api/v1/files?limit=1&sort=-path")).json()["next"]
    answer = await script.get(f"/api/v1/files?limit=1&{other}&cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")
    same = await script.get(f"/api/v1/files?limit=2&sort=-path&cursor={cursor}")
    assert same.status_code == 200


async def test_files_say_when_the_catalog_is_away(world, script):
    world.library.error = CatalogUnavailableError("no catalog today")
    answer = await script.get("/api/v1/files")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["code"] == "catalog_unavailable"
    assert answer.json()["detail"] == "no catalog today"


HOSTILE = [
    b"/music/line\nbreak\r\t.flac",
    b"/music/<script>alert(1)</script>.flac",
    b'/music/"quotes" and \\back\\.flac',
    b"/music/\xff\xfe\x80.flac",
    "/music/עברית \u202e.flac".encode(),
    "/music/e\u0301\u200d\U0001f3b5.flac".encode(),
    b"/music/" + b"x" * 4000 + b".flac",
]


@pytest.mark.parametrize("path", HOSTILE, ids=range(len(HOSTILE)))
async def test_files_carry_hostile_names_whole(world, script, path):
    place = a_place(path=path)
    world.library.add(place)
    answer = await script.get(f"/api/v1/files/{place.id}")
    item = answer.json()
    assert answer.headers["content-type"] == "application/json"
    raw = item["file_path_b64"]
    given = base64.b64decode(raw) if raw else item["file_path"].encode()
    assert given == path


async def test_files_with_tags_that_utf8_cannot_say_are_shown(world, script):
    place = a_place(media={"kind": "audio", "tags": {"title": "a\udcffb"}, "size": 1 << 70})
    world.library.add(place)
    answer = await script.get("/api/v1/files")
    assert answer.json()["items"][0]["title"] == "a?b"


async def test_file_detail_matches_its_schema(world, script):
    place, cover = a_place(path=b"/music/a.flac"), a_place(path=b"/music/cover.jpg")
    world.library.add(place)
    world.library.neighbor_facts[place.id] = [
        NeighborFact(cover.path, Role.ARTWORK, None, forced=False, place=cover),
        NeighborFact(b"/music/a.\xff.lrc", Role.LYRICS, "en", forced=False, place=None),
    ]
    world.library.event_facts[place.id] = [
        EventFact("e2", "IN_MOVED_TO", a_time(2), "watch", {"moved_from": "/b", "size": 3}),
        EventFact("e1", "IN_CREATE", a_time(), None, {"error": {"code": "empty", "message": "m"}}),
    ]
    answer = await script.get(f"/api/v1/files/{place.id.upper()}")
    detail = TypeAdapter(FileDetail).validate_json(answer.content)
    assert detail.media is not None
    assert detail.media.tags.title == "Title"
    assert answer.json()["media"]["chapters"] == []
    assert [(n.file_path, n.present, n.id) for n in detail.neighbors] == [
        ("/music/cover.jpg", True, cover.id),
        ("/music/a.\\xff.lrc", False, None),
    ]
    assert detail.events[0].moved_from == "/b"
    assert detail.events[1].error is not None
    assert detail.events[1].error.code == "empty"


async def test_file_media_with_defaults_left_out_is_whole_again(world, script):
    place = a_place(media={"kind": "audio", "duration_ms": 5})
    world.library.add(place)
    media = (await script.get(f"/api/v1/files/{place.id}")).json()["media"]
    assert media["duration_ms"] == 5
    assert media["streams"] == []
    assert media["tags"]["other"] == {}


@pytest.mark.parametrize(
    "file_id", ["0198c0de-0000-7000-8000-000000000001", "nonsense", "..", "%00", "a b"]
)
@pytest.mark.parametrize("tail", ["", "/artwork"])
async def test_file_unknown_is_not_found(script, file_id, tail):
    answer = await script.get(f"/api/v1/files/{file_id}{tail}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


async def test_artwork_is_sent_with_a_tag_and_not_twice(world, script):
    place = a_place()
    world.library.add(place)
    world.artwork.pictures[place.id] = Blob(b"picture", "image/webp")
    first = await script.get(f"/api/v1/files/{place.id}/artwork")
    assert first.content == b"picture"
    assert first.headers["content-type"] == "image/webp"
    assert first.headers["cache-control"] == "private, max-age=86400"
    again = await script.get(
        f"/api/v1/files/{place.id}/artwork", headers={"If-None-Match": first.headers["etag"]}
    )
    assert again.status_code == 304
    assert again.content == b""


async def test_artwork_of_a_file_that_is_being_replaced_is_kept_by_nobody(world, script):
    place = a_place()
    world.library.add(place)
    world.artwork.pictures[place.id] = Blob(b"picture", "image/webp")
    world.artwork.lasting = False
    answer = await script.get(f"/api/v1/files/{place.id}/artwork")
    assert answer.content == b"picture"
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


async def test_artwork_that_does_not_exist_says_so(world, script):
    place = a_place()
    world.library.add(place)
    answer = await script.get(f"/api/v1/files/{place.id}/artwork?size=64")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_artwork")


@pytest.mark.parametrize("size", [63, 1025, "big"])
async def test_artwork_size_is_bounded(world, script, size):
    place = a_place()
    world.library.add(place)
    answer = await script.get(f"/api/v1/files/{place.id}/artwork?size={size}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


async def test_artwork_says_when_the_workers_are_busy(world, script):
    place = a_place()
    world.library.add(place)
    world.artwork.error = MediaUnavailableError()
    answer = await script.get(f"/api/v1/files/{place.id}/artwork")
    assert (answer.status_code, answer.json()["code"]) == (503, "media_unavailable")


@pytest.mark.parametrize(
    ("changes", "has", "offered"),
    [
        ({}, False, True),
        ({"media": {"artwork": {"mime": "image/jpeg"}}}, True, True),
        ({"kind": Kind.IMAGE}, True, True),
        ({"kind": Kind.VIDEO}, True, True),
        ({"kind": Kind.VIDEO, "media": {"streams": [{"type": "video"}]}}, True, True),
        ({"kind": Kind.VIDEO, "media": {"streams": [{"type": "subtitle"}]}}, False, False),
        (
            {
                "kind": Kind.VIDEO,
                "media": {"streams": [{"type": "subtitle"}], "artwork": {"mime": "image/png"}},
            },
            True,
            True,
        ),
        ({"kind": Kind.DOCUMENT}, False, False),
        ({"kind": Kind.IMAGE, "status": Status.UNREADABLE}, False, False),
        ({"kind": Kind.IMAGE, "availability": Availability.MISSING}, False, False),
    ],
)
async def test_files_offer_artwork_where_there_may_be_some(world, script, changes, has, offered):
    place = a_place(**changes)
    world.library.add(place)
    item = (await script.get(f"/api/v1/files/{place.id}")).json()
    assert item["has_artwork"] is has
    assert item["artwork_url"] == (f"/api/v1/files/{place.id}/artwork" if offered else None)


async def test_facets_each_ignore_their_own_filter(world, script):
    world.library.add(a_place(), a_place(kind=Kind.VIDEO, format="mkv"))
    answer = await script.get("/api/v1/facets?kind=video")
    facets = TypeAdapter(Facets).validate_json(answer.content)
    assert facets.kind == {"audio": 1, "video": 1}
    assert facets.format == {"mkv": 1}


async def test_query_language_narrows_the_list(world, script):
    world.library.add(a_place(path=b"/music/one.flac"), a_place(path=b"/music/two.flac"))

    answer = await script.get("/api/v1/files", params={"q": "one OR title:nonesuch"})

    assert [item["name"] for item in answer.json()["items"]] == ["one.flac"]
    assert answer.json()["sorted_by"] == "relevance"
    assert answer.json()["corrections"] == []


async def test_fault_in_a_query_is_a_problem_with_its_position(script):
    answer = await script.get("/api/v1/files", params={"q": "love artst:bjork"})

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "invalid_query"
    assert (problem["position"], problem["length"], problem["suggestion"]) == (5, 5, "artist")
    assert "did you mean artist:" in problem["detail"]
