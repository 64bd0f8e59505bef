"""What every ``Library`` promises. A new adapter joins by a line in ``LIBRARIES``."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database import Database
from apollonia.adapters.library import SqlLibrary
from apollonia.domain.ids import uuid7
from apollonia.domain.kinds import AnalysisState, Availability, Kind, Status
from apollonia.domain.neighbours import Role
from apollonia.domain.paging import After, FileFilter, Page, Sort, SortKey
from apollonia.domain.paths import folder_of, is_inside
from apollonia.domain.place import Place, Relation
from apollonia.errors import InvalidError
from apollonia.messages import Tags
from apollonia.ports.catalog import Catalog, DeadLetter, StoredEvent
from apollonia.ports.graph import GraphEdge, GraphFile
from apollonia.ports.library import Library
from apollonia.testing.builders import a_media, a_place, a_time

ALL = FileFilter()
SORTS = [key for key in SortKey if key is not SortKey.RELEVANCE]


@dataclass
class Setup:
    """A library, and a catalog that fills it."""

    library: Library
    catalog: Catalog

    async def save(self, *places: Place) -> None:
        async with self.catalog.begin() as unit:
            await unit.save_places(places)

    async def walk(self, where: FileFilter, sort: Sort, limit: int) -> list[Place]:
        """All pages, one after the other."""
        found: list[Place] = []
        after = None
        while True:
            page = await self.library.page(where, sort, limit=limit, after=after)
            assert len(page.items) <= limit
            found += page.items
            if page.next is None:
                return found
            assert len(page.items) == limit
            after = page.next


async def _sql(open_database: Callable[[], Awaitable[Database]]) -> Setup:
    database = await open_database()
    return Setup(SqlLibrary(database), SqlCatalog(database))


LIBRARIES = {"sql": _sql}


@pytest.fixture(params=LIBRARIES)
async def setup(request, open_database) -> Setup:
    return await LIBRARIES[request.param](open_database)


def tagged(title: str | None = None, **changes) -> Place:
    """A place with these tags and media facts."""
    tags = Tags(title=title, artist=changes.pop("artist", None), album=changes.pop("album", None))
    media = a_media(tags=tags, duration_ms=changes.pop("duration_ms", 1_000))
    return a_place(media=media.model_dump(mode="json"), **changes)


def titles(places) -> list[str | None]:
    return [place.media["tags"]["title"] for place in places]


def named(places) -> list[bytes]:
    return [place.path for place in places]


async def test_page_of_nothing_is_empty(setup):
    page = await setup.library.page(ALL, Sort(), limit=10)

    assert page == Page((), None, 0)


async def test_page_tells_where_the_next_starts_and_how_many_there_are(setup):
    places = [a_place(added_time=a_time(n)) for n in range(5)]
    await setup.save(*places)

    first = await setup.library.page(ALL, Sort(), limit=3)
    second = await setup.library.page(ALL, Sort(), limit=3, after=first.next)

    assert first.items == tuple(reversed(places[2:]))
    assert first.next is not None
    assert second.items == tuple(reversed(places[:2]))
    assert second.next is None
    assert first.total == second.total == 5


async def test_page_that_is_just_full_is_the_last(setup):
    await setup.save(a_place(), a_place())

    assert (await setup.library.page(ALL, Sort(), limit=2)).next is None


async def test_page_leaves_neighbours_out_and_place_has_them(setup):
    place = a_place(neighbors=(Relation(b"/music/cover.jpg", Role.ARTWORK),))
    await setup.save(place)

    page = await setup.library.page(ALL, Sort(), limit=1)

    assert page.items == (replace(place, neighbors=()),)
    assert await setup.library.place(place.id) == place
    assert await setup.library.place("nobody") is None


async def test_library_tells_what_the_graph_keeps_of_files(setup):
    place = a_place(neighbors=(Relation(b"/music/cover.jpg", Role.ARTWORK),))
    gone = a_place(availability=Availability.MISSING)
    await setup.save(place, gone)

    files = {file.id: file for file in await setup.library.graph_files([place.id, gone.id, "no"])}

    assert files == {place.id: GraphFile.of(place), gone.id: GraphFile.of(gone)}
    kept, lost = files[place.id], files[gone.id]
    assert (kept.present, lost.present) == (True, False)
    assert kept.neighbors == (GraphEdge(b"/music/cover.jpg", "artwork"),)
    assert (kept.artists, kept.album, kept.sha256_hash) == (
        ("Artist",),
        "Album",
        place.sha256_hash,
    )
    assert await setup.library.graph_versions([place.id, gone.id, "no"]) == {
        id_: file.version for id_, file in files.items()
    }
    assert list(await setup.library.graph_files([])) == []
    assert dict(await setup.library.graph_versions([])) == {}


async def test_library_pages_through_all_ids(setup):
    places = [a_place(), a_place(availability=Availability.MISSING), a_place(media=None)]
    await setup.save(*places)
    ids = sorted(place.id for place in places)

    assert list(await setup.library.ids("", 2)) == ids[:2]
    assert list(await setup.library.ids(ids[1], 2)) == ids[2:]
    assert list(await setup.library.ids(ids[2], 2)) == []


@pytest.mark.parametrize(
    ("key", "places"),
    [
        (SortKey.ADDED, [a_place(added_time=a_time(n)) for n in range(3)]),
        (SortKey.MODIFIED, [a_place(modified_time=a_time(n)) for n in range(3)]),
        (SortKey.SIZE, [a_place(size=n) for n in (0, 9, 10, 2**40)]),
        (SortKey.DURATION, [tagged(duration_ms=n) for n in (9, 10, 11_000_000)]),
        (SortKey.PATH, [a_place(path=p) for p in (b"/m/B", b"/m/a", b"/m/\xc3\xa9", b"/m/\xff")]),
        (SortKey.TITLE, [tagged(t) for t in ("abba", "\u00c1bbb", "ABBC", "\u00e4bbd", "Zoo")]),
        (SortKey.ARTIST, [tagged(artist=t) for t in ("bj\u00f6rk", "BJORL", "Z", "\u65e5")]),
        (SortKey.ALBUM, [tagged(album=t) for t in ("a b", "A  c", "\u00c6on", "b")]),
    ],
)
async def test_sort_orders_as_people_read(setup, key, places):
    shuffled = list(places)
    random.Random(key).shuffle(shuffled)
    await setup.save(*shuffled)

    upward = await setup.walk(ALL, Sort(key, descending=False), 2)
    downward = await setup.walk(ALL, Sort(key, descending=True), 2)

    assert named(upward) == named(places)
    assert named(downward) == named(reversed(places))


@pytest.mark.parametrize("key", [SortKey.DURATION, SortKey.ARTIST, SortKey.ALBUM])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 3, 9])
async def test_files_without_a_value_come_last_in_both_directions(setup, key, descending, limit):
    valued = [tagged(artist=f"a{n}", album=f"b{n}", duration_ms=n) for n in (1, 2, 3)]
    lacking = [tagged(f"nothing {n}", duration_ms=None) for n in (1, 2, 3)]
    await setup.save(*lacking, *valued)

    found = await setup.walk(ALL, Sort(key, descending=descending), limit)

    by_id = sorted(lacking, key=lambda place: place.id, reverse=descending)
    assert named(found) == named([*(reversed(valued) if descending else valued), *by_id])


async def test_untitled_files_sort_by_their_name(setup):
    places = [tagged("Alpha"), tagged(None, path=b"/m/Beta.mp4"), tagged("gamma")]
    await setup.save(*places)

    assert await setup.walk(ALL, Sort(SortKey.TITLE, descending=False), 9) == places


@pytest.mark.parametrize("key", SORTS)
@pytest.mark.parametrize("descending", [False, True])
async def test_ties_are_broken_by_id_in_the_same_direction(setup, key, descending):
    same = {"modified_time": a_time(), "size": 1, "added_time": a_time()}
    places = [tagged("t", artist="a", album="b", **same) for _ in range(30)]
    if key is SortKey.PATH:  # the same as far as paths are sorted
        places = [a_place(path=b"/m/" + b"x" * 600 + b"%d" % n) for n in range(30)]
    places[0] = replace(places[0], kind=Kind.IMAGE)
    places[1] = replace(places[1], format="mp3")
    await setup.save(*places)

    found = [place.id for place in await setup.walk(ALL, Sort(key, descending), 7)]

    assert found == sorted((place.id for place in places), reverse=descending)


async def test_pages_visit_unchanged_files_once_while_others_come_and_change(setup):
    steady = [a_place(path=b"/m/%03d" % n, size=n) for n in range(0, 100, 2)]
    restless = [a_place(path=b"/m/r%03d" % n, size=n) for n in range(1, 100, 20)]
    await setup.save(*steady, *restless)
    seen: list[str] = []
    after = None
    for step in range(100):
        page = await setup.library.page(
            ALL, Sort(SortKey.SIZE, descending=False), limit=7, after=after
        )
        seen += [place.id for place in page.items]
        await setup.save(
            a_place(path=b"/m/new%03d" % step, size=step % 90),
            *(replace(place, size=(place.size + step) % 100) for place in restless),
        )
        after = page.next
        if after is None:
            break

    counts = Counter(seen)
    assert after is None
    assert {counts[place.id] for place in steady} == {1}


async def test_filters_narrow_alone_and_together(setup):
    audio = a_place()
    video = a_place(kind=Kind.VIDEO, format="mkv", availability=Availability.MISSING)
    image = a_place(kind=Kind.IMAGE, format="png", status=Status.UNREADABLE)
    other = a_place(kind=Kind.OTHER, format=None, root="/other", availability=Availability.TRASHED)
    await setup.save(audio, video, image, other)

    async def found(**filters) -> set[str]:
        page = await setup.library.page(FileFilter(**filters), Sort(), limit=10)
        assert page.total == len(page.items)
        return {place.id for place in page.items}

    assert await found() == {audio.id, video.id, image.id, other.id}
    assert await found(kinds=("audio", "video")) == {audio.id, video.id}
    assert await found(formats=("png", "mkv")) == {video.id, image.id}
    assert await found(availabilities=("present", "missing")) == {audio.id, video.id, image.id}
    assert await found(statuses=("unreadable",)) == {image.id}
    assert await found(root="/other") == {other.id}
    assert await found(kinds=("audio",), formats=("png",)) == set()
    assert await found(kinds=("image", "other"), availabilities=("present",)) == {image.id}
    assert await found(kinds=("nonsense",)) == set()


async def test_changed_file_moves_between_filters(setup):
    place = a_place()
    await setup.save(place)

    await setup.save(replace(place, availability=Availability.TRASHED, kind=Kind.OTHER))

    present = await setup.library.page(FileFilter(availabilities=("present",)), Sort(), limit=1)
    trashed = await setup.library.page(FileFilter(availabilities=("trashed",)), Sort(), limit=1)
    assert (present.total, trashed.total) == (0, 1)


FOLDERS = [
    b"/m",
    b"/m/a",
    b"/m/a b",
    b"/m/a-",
    b"/m/a0",
    b"/m/\xff\n",
    b"/m/" + b"/".join([b"y" * 200] * 4),
    b"/m/" + b"x" * 509,
    b"/m/" + b"x" * 510,
]


@pytest.mark.parametrize("folder", [*FOLDERS, b"/", b"/m/", b"/m/a/", b"/none", b"/M"])
@pytest.mark.parametrize("recursive", [True, False])
@pytest.mark.parametrize("key", [SortKey.PATH, SortKey.SIZE])
async def test_folder_is_told_by_raw_bytes(setup, folder, recursive, key):
    names = (b"/1.flac", b"/2.mp3", b"/deep/er/3.flac", b".flac", b"/sub/4.flac")
    places = [
        a_place(path=base + name, size=len(base + name)) for base in FOLDERS for name in names
    ]
    await setup.save(*places)
    base = folder.rstrip(b"/") or b"/"

    found = await setup.walk(FileFilter(folder=folder, recursive=recursive), Sort(key), 4)

    expected = {
        place.path
        for place in places
        if (is_inside(place.path, base) if recursive else folder_of(place.path) == base)
    }
    assert set(named(found)) == expected
    assert len(found) == len(expected)


KINDS = st.sampled_from(list(Kind))
PLACES = st.builds(
    lambda **fields: fields,
    kind=KINDS,
    format=st.sampled_from([None, "mp3", "flac", "png"]),
    availability=st.sampled_from(list(Availability)),
    status=st.sampled_from(list(Status)),
    root=st.sampled_from(["/a", "/b"]),
    size=st.integers(0, 5),
    folder=st.sampled_from([b"", b"/x", b"/x/y", b"/x y"]),
)
FILTERS = st.builds(
    FileFilter,
    kinds=st.lists(KINDS.map(str), max_size=3).map(tuple),
    formats=st.lists(st.sampled_from(["mp3", "flac", "ogg"]), max_size=2).map(tuple),
    availabilities=st.lists(st.sampled_from(list(map(str, Availability))), max_size=2).map(tuple),
    statuses=st.lists(st.sampled_from(list(map(str, Status))), max_size=1).map(tuple),
    root=st.sampled_from([None, None, "/a"]),
    folder=st.sampled_from([None, None, b"/a", b"/a/x", b"/b/x/y"]),
    recursive=st.booleans(),
)


def allowed(place: Place, where: FileFilter) -> bool:
    """What a filter means, told without a database."""
    folder = where.folder
    return (
        (not where.kinds or place.kind in where.kinds)
        and (not where.formats or place.format in where.formats)
        and (not where.availabilities or place.availability in where.availabilities)
        and (not where.statuses or place.status in where.statuses)
        and where.root in {None, place.root}
        and (
            folder is None
            or (
                is_inside(place.path, folder)
                if where.recursive
                else folder_of(place.path) == folder
            )
        )
    )


@given(
    drafts=st.lists(PLACES, max_size=25), where=FILTERS, descending=st.booleans(), data=st.data()
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_pages_facets_and_stats_agree_with_a_plain_list(
    setup, drafts, where, descending, data
):
    # the catalog keeps what earlier examples left: what it holds is read back first
    places = []
    for number, draft in enumerate(drafts):
        path = draft["root"].encode() + draft.pop("folder") + b"/%d" % number
        places.append(a_place(path=path, **draft))
    await setup.save(*places)
    everything = await setup.walk(ALL, Sort(SortKey.PATH), 500)
    key = data.draw(st.sampled_from([SortKey.SIZE, SortKey.PATH]))
    limit = data.draw(st.integers(1, 9))

    found = await setup.walk(where, Sort(key, descending), limit)

    def order(place: Place):
        return (place.size if key is SortKey.SIZE else place.path, place.id)

    expected = [place for place in everything if allowed(place, where)]
    assert found == sorted(expected, key=order, reverse=descending)
    page = await setup.library.page(where, Sort(), limit=1)
    assert page.total == len(expected)
    await _check_counts(setup.library, everything, where)


async def _check_counts(library: Library, everything: list[Place], where: FileFilter) -> None:
    facets = await library.facets(where)
    kinds = Counter(str(p.kind) for p in everything if allowed(p, replace(where, kinds=())))
    formats = Counter(
        p.format for p in everything if p.format and allowed(p, replace(where, formats=()))
    )
    assert facets == {"kind": kinds, "format": formats}
    kept = [p for p in everything if p.availability is not Availability.TRASHED]
    present = [p for p in kept if p.availability is Availability.PRESENT]
    stats = await library.stats()
    assert stats.files == len(kept)
    assert stats.by_kind == Counter(str(p.kind) for p in kept)
    assert stats.by_format == Counter(p.format for p in kept if p.format)
    assert stats.by_status == Counter(str(p.status) for p in kept)
    assert stats.by_availability == Counter(str(p.availability) for p in kept)
    assert stats.total_size == sum(p.size for p in present)
    assert stats.total_duration_ms == 180_000 * len(present)


async def test_words_are_for_search(setup):
    with pytest.raises(InvalidError):
        await setup.library.page(FileFilter(text="x"), Sort(), limit=1)
    with pytest.raises(InvalidError):
        await setup.library.page(ALL, Sort(SortKey.RELEVANCE), limit=1)


@pytest.mark.parametrize(
    ("key", "value"),
    [(SortKey.SIZE, "x"), (SortKey.PATH, 1), (SortKey.PATH, "\u65e5"), (SortKey.ADDED, 1.5)],
)
async def test_foreign_cursor_is_refused(setup, key, value):
    await setup.save(a_place())

    with pytest.raises(InvalidError, match="cursor"):
        await setup.library.page(ALL, Sort(key), limit=1, after=After(value, "x"))


async def test_many_formats_are_one_sorted_list(setup):
    places = [a_place(format=f"f{n % 230}", size=n) for n in range(460)]
    await setup.save(*places)

    found = await setup.walk(ALL, Sort(SortKey.SIZE, descending=False), 100)

    assert named(found) == named(places)


async def test_a_neighbour_that_came_later_has_its_role_too(setup):
    film = a_place(path=b"/m/Film.mkv", kind=Kind.VIDEO)
    beside = Relation(film.path, Role.SIBLING)
    late = [
        a_place(path=path, neighbors=(beside,))
        for path in (b"/m/Film.de.forced.srt", b"/m/Film.nfo", b"/m/poster.jpg", b"/n/odd.txt")
    ]
    await setup.save(film, *late)

    facts = {fact.path: fact for fact in await setup.library.neighbors(film.id)}

    assert {path: fact.role for path, fact in facts.items()} == {
        b"/m/Film.de.forced.srt": Role.SUBTITLE,
        b"/m/Film.nfo": Role.METADATA,
        b"/m/poster.jpg": Role.ARTWORK,
        b"/n/odd.txt": Role.SIBLING,
    }
    subtitle = facts[b"/m/Film.de.forced.srt"]
    assert (subtitle.language, subtitle.forced) == ("de", True)


async def test_neighbors_are_told_from_both_ends(setup):
    song, cover = a_place(path=b"/m/song.flac"), a_place(path=b"/m/\xff.jpg", kind=Kind.IMAGE)
    song = replace(
        song,
        neighbors=(
            Relation(b"/m/song.en.srt", Role.SUBTITLE, "en", forced=True),
            Relation(cover.path, Role.ARTWORK),
        ),
    )
    await setup.save(song, cover)

    named_by_song = await setup.library.neighbors(song.id)
    naming_cover = await setup.library.neighbors(cover.id)

    subtitle, artwork = named_by_song
    assert (subtitle.path, subtitle.role, subtitle.language, subtitle.forced, subtitle.place) == (
        b"/m/song.en.srt",
        Role.SUBTITLE,
        "en",
        True,
        None,
    )
    assert artwork.role is Role.ARTWORK
    assert artwork.place is not None
    assert artwork.place.id == cover.id
    assert [(fact.path, fact.place and fact.place.id) for fact in naming_cover] == [
        (song.path, song.id)
    ]
    assert await setup.library.neighbors("nobody") == ()


async def test_neighbor_becomes_known_when_its_file_comes(setup):
    song = a_place(path=b"/m/a.flac", neighbors=(Relation(b"/m/a.lrc", Role.LYRICS),))
    await setup.save(song)
    lyrics = a_place(path=b"/m/a.lrc")

    await setup.save(lyrics)

    (fact,) = await setup.library.neighbors(song.id)
    assert fact.place is not None
    assert fact.place.id == lyrics.id


async def test_files_that_name_each_other_are_told_once(setup):
    one = a_place(path=b"/m/a.flac", neighbors=(Relation(b"/m/a.mp3", Role.SIBLING),))
    two = a_place(path=b"/m/a.mp3", neighbors=(Relation(b"/m/a.flac", Role.SIBLING),))
    await setup.save(one, two)

    assert len(await setup.library.neighbors(one.id)) == 1


async def test_neighbors_are_at_most_256(setup):
    cover = a_place(path=b"/m/cover.jpg")
    songs = [
        a_place(path=b"/m/%d" % n, neighbors=(Relation(cover.path, Role.ARTWORK),))
        for n in range(300)
    ]
    await setup.save(cover, *songs)

    assert len(await setup.library.neighbors(cover.id)) == 256


async def test_history_is_newest_first(setup):
    place_id = uuid7()
    events = [
        StoredEvent(
            event_id=uuid7(),
            place_id=place_id if n != 2 else uuid7(),
            path=b"/m/a",
            event_type="IN_CREATE",
            timestamp=a_time(n),
            received_time=a_time(n),
            origin="scan" if n else None,
            traceparent=None,
            body=orjson.dumps({"n": n}) if n != 1 else b"not json",
        )
        for n in (3, 0, 1, 2)
    ]
    async with setup.catalog.begin() as unit:
        await unit.append_events(events)

    history = await setup.library.events(place_id, 10)

    assert [fact.timestamp for fact in history] == [a_time(n) for n in (3, 1, 0)]
    assert [fact.body for fact in history] == [{"n": 3}, {}, {"n": 0}]
    assert history[2].origin is None
    assert history[0].event_id == events[0].event_id
    assert len(await setup.library.events(place_id, 2)) == 2
    assert list(await setup.library.events("nobody", 2)) == []


async def test_stats_count_dead_letters(setup):
    letter = DeadLetter("m", "q", "s/1", b"\x00", "malformed", "no\x00\ud800", 3, a_time())
    for _ in range(2):
        async with setup.catalog.begin() as unit:
            await unit.save_dead_letters([letter, replace(letter, queue="other")])

    assert (await setup.library.stats()).dead_letters == 2


async def test_transaction_is_seen_wholly_or_not_at_all(setup):
    async def write():
        for n in range(20):
            await setup.save(
                *(
                    a_place(path=b"/m/%d/%d" % (n, i), format=f"f{n}" if i % 2 else "flac")
                    for i in range(20)
                )
            )

    async def read():
        totals = [0]
        while totals[-1] < 400:
            page = await setup.library.page(ALL, Sort(), limit=500)
            assert len(page.items) == page.total
            assert page.total is not None
            assert page.total % 20 == 0
            totals.append(page.total)
        assert all(before <= after for before, after in pairwise(totals))

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(write())
        group.create_task(read())


async def test_filter_by_analysis_narrows_pages_facets_and_folders(setup: Setup) -> None:
    done = a_place(analysis=AnalysisState.DONE, path=b"/music/a/1.flac")
    failed = a_place(analysis=AnalysisState.FAILED, path=b"/music/b/2.flac", format="mp3")
    await setup.save(done, failed, a_place(path=b"/music/a/3.flac"))

    for analyses, expected in {
        ("done",): {done.id},
        ("done", "failed"): {done.id, failed.id},
        ("partial",): set(),
    }.items():
        where = FileFilter(analyses=analyses)
        for sort in SORTS:
            found = await setup.walk(where, Sort(sort), limit=1)
            assert {place.id for place in found} == expected
        page = await setup.library.page(where, Sort(), limit=10)
        assert page.total == len(expected)
    both = FileFilter(analyses=("done", "failed"), folder=b"/music/b")
    assert [it.id for it in await setup.walk(both, Sort(), limit=5)] == [failed.id]
    facets = await setup.library.facets(FileFilter(analyses=("failed",)))
    assert facets["format"] == {"mp3": 1}
