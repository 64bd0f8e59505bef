"""What every ``Search`` promises. A new adapter joins by a line in ``SEARCHES``."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database import Database
from apollonia.adapters.search import SqlSearch
from apollonia.domain.kinds import Kind
from apollonia.domain.paging import FileFilter, Sort, SortKey
from apollonia.domain.place import Place
from apollonia.messages import Tags
from apollonia.ports.catalog import Catalog
from apollonia.ports.search import Search
from apollonia.testing.builders import a_media, a_place, a_time

RELEVANCE = Sort(SortKey.RELEVANCE)


@dataclass
class Setup:
    """A search, and a catalog that fills it."""

    search: Search
    catalog: Catalog

    async def save(self, *places: Place) -> None:
        async with self.catalog.begin() as unit:
            await unit.save_places(places)

    async def find(self, text: str, sort: Sort = RELEVANCE, **filters) -> list[Place]:
        """The first page, in order."""
        page = await self.search.search(FileFilter(text=text, **filters), sort, limit=100)
        assert page.total == len(page.items)
        return list(page.items)

    async def names(self, text: str, **filters) -> set[str]:
        """The file names of what is found."""
        found = await self.find(text, **filters)
        return {place.path.rpartition(b"/")[2].decode() for place in found}


async def _sql(open_database: Callable[[], Awaitable[Database]]) -> Setup:
    database = await open_database()
    return Setup(SqlSearch(database), SqlCatalog(database))


SEARCHES = {"sql": _sql}


@pytest.fixture(params=SEARCHES)
async def setup(request, open_database) -> Setup:
    return await SEARCHES[request.param](open_database)


def tagged(path: str, **tags) -> Place:
    """A file with these tags only."""
    media = a_media(tags=Tags(**tags)).model_dump(mode="json")
    return a_place(path=f"/music/{path}".encode(), media=media)


@pytest.mark.parametrize(
    "text",
    [
        "Jóga",
        "joga",
        "JOGA",
        "jo\u0301ga",
        "björk",
        "BJORK",
        "bjork homogenic",
        "homogenic bjo",
        "bjork,   joga!",
        "electro",
        "gudmundsdottir",
        "thorhallur",
        "02",
        "joga flac",
        "archive",
        "pagan poetry",
        "PaganPoetry",
        "jog homog",
        "music",
        "mus archi",
        "1997",
        "dont look",
        "don't look",
        "don\u2019t look",
    ],
)
async def test_words_are_found_in_every_field(setup, text):
    place = tagged(
        "Archive/PaganPoetry_live/02 take don't look.flac",
        title="Jóga",
        artist="Björk",
        album="Homogenic",
        album_artist="Guðmundsdóttir",
        composer="Þórhallur",
        genre="Electronic",
        year=1997,
    )
    other = tagged("other.flac", title="Other", artist="Nobody")
    await setup.save(place, replace(other, path=b"/elsewhere/other.flac", root="/elsewhere"))

    assert await setup.find(text) == [place]


@pytest.mark.parametrize("text", ["joga nobody", "oga", "bjork jogga", "musicbox", "omogenic joga"])
async def test_all_words_must_match_from_their_beginning(setup, text):
    await setup.save(tagged("02.flac", title="Jóga", artist="Björk", album="Homogenic"))

    assert await setup.find(text) == []


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Größe", "GROSSE"),
        ("\ufb01nal \uff37\uff49\uff44\uff45", "final wide"),
        ("Ærø Øst", "aero ost"),
        ("Łódź", "lodz"),
        ("Любовь", "любов"),
        ("日本語", "日本"),
        ("한국어", "한국"),
        ("हिन्दी गीत", "हिन्दी"),
        ("مَرحبا", "مرحبا"),
        ("AC/DC", "ac/dc"),
        ("Don't", "don't"),
        ("R.E.M.", "r.e.m."),
        ("50% off: $9", "50% $9"),
        ("C++ \\ NEAR", "c++ near"),
    ],
)
async def test_writing_systems_and_signs_are_text(setup, title, text):
    place = tagged("a.flac", title=title)
    await setup.save(place, tagged("b.flac", title="Else"))

    assert await setup.find(text) == [place]


@pytest.mark.parametrize("text", ["", " ", "***", '"', "()", "- ^ :", "\0", "…", "🎧", "\u0301"])
async def test_text_without_a_word_does_not_narrow(setup, text):
    places = [tagged(f"{n}.flac") for n in range(3)]
    await setup.save(*places)

    assert len(await setup.find(text)) == 3
    assert len(await setup.find(text, sort=Sort(SortKey.PATH))) == 3


@given(text=st.text(max_size=60))
@example(text='"')
@example(text="title:x")
@example(text="a NOT b OR c AND NEAR(d e, 1)")
@example(text="\ud800 half")
@example(text="\U0010ffff \uffff")
@example(text="x" * 5_000)
@example(text="word " * 5_000)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_no_text_is_an_error(setup, text):
    await setup.search.search(FileFilter(text=text), RELEVANCE, limit=3)


@given(title=st.text(st.characters(codec="utf-8", categories=["L", "N", "Zs"]), min_size=1))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_title_finds_itself(setup, title):
    place = tagged("itself.flac", title=title)
    await setup.save(place)

    assert place in await setup.find(title)


async def test_title_counts_more_than_artist_and_artist_more_than_path(setup):
    in_path = tagged("spirit/c.flac", title="Sea", artist="Someone", album="Thing")
    in_artist = tagged("b.flac", title="Sea", artist="Spirit", album="Thing")
    in_title = tagged("a.flac", title="Spirit", artist="Someone", album="Thing")
    await setup.save(in_path, in_artist, in_title)

    assert await setup.find("spirit") == [in_title, in_artist, in_path]
    assert await setup.find("spirit", sort=Sort(SortKey.RELEVANCE, descending=False)) == [
        in_path,
        in_artist,
        in_title,
    ]


@pytest.mark.parametrize("key", [key for key in SortKey if key is not SortKey.RELEVANCE])
async def test_found_files_are_sorted_as_any_list(setup, key):
    places = [
        replace(
            tagged(f"{n}.flac", title=f"love {n}", artist=f"a{n}", album=f"b{n}"),
            size=n,
            added_time=a_time(n),
            modified_time=a_time(n),
            found={
                "tempo_bpm": 90.1 + n,
                "loudness_lufs": n - 9.3,
                "energy": n / 7,
                "quality": n / 9,
            },
        )
        for n in range(1, 6)
    ]
    for place in places:
        assert place.media is not None
        place.media["duration_ms"] = place.media["bit_rate"] = place.size  # type: ignore[index]
        place.media["tags"] |= {"year": 2000 + place.size, "track": place.size}  # type: ignore[index]
    await setup.save(*reversed(places), tagged("not.flac", title="hate"))

    assert await setup.find("love", sort=Sort(key, descending=False)) == places
    assert await setup.find("love", sort=Sort(key, descending=True)) == places[::-1]


@pytest.mark.parametrize("key", [SortKey.RELEVANCE, SortKey.ADDED, SortKey.ALBUM, SortKey.TEMPO])
@pytest.mark.parametrize("descending", [True, False])
async def test_pages_visit_each_match_once(setup, key, descending):
    places = [tagged(f"{n}.flac", title=f"love{' love' * (n % 4)}") for n in range(40)]
    await setup.save(*places, *(tagged(f"x{n}.flac", title="hate") for n in range(20)))
    where = FileFilter(text="love")
    seen: list[str] = []
    after = None
    while True:
        page = await setup.search.search(where, Sort(key, descending), limit=7, after=after)
        assert page.total == 40
        seen += [place.id for place in page.items]
        after = page.next
        if after is None:
            break

    assert sorted(seen) == sorted(place.id for place in places)


async def test_pages_by_relevance_go_on_while_the_catalog_grows(setup):
    places = [tagged(f"{n}.flac", title="love " + "and more " * n) for n in range(30)]
    await setup.save(*places)
    seen: list[str] = []
    after = None
    for step in range(30):
        page = await setup.search.search(FileFilter(text="love"), RELEVANCE, limit=4, after=after)
        seen += [place.id for place in page.items]
        await setup.save(*(tagged(f"new {step} {n}.flac", title="hate") for n in range(50)))
        after = page.next
        if after is None:
            break

    assert seen == [place.id for place in places]


async def test_search_is_narrowed_by_the_rest_of_the_filter(setup):
    song = tagged("a/love.flac")
    image = replace(tagged("b/love.png"), kind=Kind.IMAGE, format="png")
    await setup.save(song, image, tagged("b/hate.flac"))

    assert await setup.names("love", kinds=("image",)) == {"love.png"}
    assert await setup.names("love", formats=("flac",)) == {"love.flac"}
    assert await setup.names("love", folder=b"/music/b") == {"love.png"}
    assert await setup.names("love", folder=b"/music") == {"love.flac", "love.png"}
    assert await setup.names("love", folder=b"/music", recursive=False) == set()
    assert await setup.names("love", root="/other") == set()
    assert await setup.names("", kinds=("image",)) == {"love.png"}


async def test_changed_file_is_found_by_its_new_words_only(setup):
    place = tagged("old.flac", title="before", artist="same")
    await setup.save(place)

    after = replace(tagged("new.flac", title="after", artist="same"), id=place.id)
    await setup.save(after)
    await setup.save(replace(after, size=5))

    assert await setup.find("before") == []
    assert await setup.find("old") == []
    assert [found.id for found in await setup.find("same after new")] == [place.id]


async def test_failed_unit_of_work_is_not_found(setup):
    async def fail():
        async with setup.catalog.begin() as unit:
            await unit.save_places([tagged("a.flac", title="ghost")])
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await fail()

    assert await setup.find("ghost") == []
