"""What every ``Search`` finds for the query language, over files with odd names."""

import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.search import SqlSearch
from apollonia.domain.kinds import AnalysisState, Availability, Kind, Status
from apollonia.domain.neighbours import Role
from apollonia.domain.paging import FileFilter, Sort, SortKey
from apollonia.domain.place import Relation
from apollonia.domain.query import parse
from apollonia.messages import Tags
from apollonia.testing.builders import START_MICROS, a_media, a_place, a_time

DAY = 86_400


def song(name, folder="/music", **facts):
    """A file called ``name``; tags, media and the place's own facts by their names."""
    tags = {key: facts.pop(key) for key in list(facts) if key in Tags.model_fields}
    media = {key: facts.pop(key) for key in list(facts) if key in MEDIA}
    path = f"{folder}/{name}".encode()
    return a_place(
        path=path, media=a_media(tags=Tags(**tags), **media).model_dump(mode="json"), **facts
    )


MEDIA = {"duration_ms", "bit_rate", "sample_rate", "channels", "width", "height", "codecs"}
FILES = [
    song(
        "joga.flac",
        "/music/Björk/Homogenic",
        title="Jóga",
        artist="Björk",
        album="Homogenic",
        genre="Electronic; Trip Hop",
        year=1997,
        track=2,
        duration_ms=305_000,
        size=30_000_000,
        added_time=a_time(-DAY),
        found={"tempo_bpm": 127.6, "key_camelot": "8A", "energy": 0.7, "moods": ["Dreamy"]},
        analysis=AnalysisState.DONE,
        neighbors=(Relation(b"/music/cover.jpg", Role.ARTWORK),),
        sha256_hash="ab" * 32,
    ),
    song(
        "bachelorette_live.mp3",
        "/music/Björk/Live (100%_real)",
        title="Bachelorette",
        artist="Björk",
        album="Live Box",
        album_artist="Various Artists",
        genre="electronic",
        year=2003,
        duration_ms=180_000,
        format="mp3",
        codecs=["mp3"],
        bit_rate=320_000,
        size=7_000_000,
        added_time=a_time(-10 * DAY),
    ),
    song(
        "dont_stop.flac",
        "/music/O'Brien",
        title="Don't Stop",
        artist="Sinéad O'Brien",
        album="Homogenic Remixes",
        composer="Live Wire",
        genre="Rock",
        year=1999,
        duration_ms=0,
        found={"tempo_bpm": 120.0, "key_camelot": "8B", "instruments": ["piano"]},
    ),
    song("日本語の歌.flac", "/music/日本", title="日本語の歌", artist="山田太郎", year=2020),
    song("🎧 party.flac", "/music/🎧", title="🎧 Party", artist="DJ 100%", genre="Dance_Pop"),
    song(
        f"{'long' * 50}.mkv",
        "/films/Big_Movie",
        title="Übermovie",
        root="/films",
        kind=Kind.VIDEO,
        format="mkv",
        codecs=["h264"],
        width=1920,
        height=1080,
        neighbors=(Relation(b"/films/a.srt", Role.SUBTITLE),),
        duration_ms=5_400_000,
        size=2_000_000_000,
    ),
    song(
        "IMG_2034.JPG",
        "/music/scans",
        kind=Kind.IMAGE,
        format="jpeg",
        codecs=[],
        duration_ms=None,
        found={"objects": ["car", "red bus"]},
        availability=Availability.MISSING,
        missing_since=a_time(),
    ),
    song(
        "broken.ogg", format="ogg", status=Status.UNREADABLE, title="Liver let die", artist="Live"
    ),
]
NAMES = {
    file.path: name
    for file, name in zip(
        FILES, ["joga", "bach", "stop", "jp", "party", "film", "img", "broken"], strict=True
    )
}

FOUND = {
    "": "joga bach stop jp party film img broken",
    "bjork": "joga bach",
    "björk -bachelorette": "joga",
    "artist:bjo": "joga bach",
    'artist:"bjo"': "",
    'artist:"BJÖRK"': "joga bach",
    "artist:=bjork": "joga bach",
    "artist:=bjor": "",
    "artist:o'brien": "stop",
    "artist:obrien": "stop",
    'artist:"100%"': "party",
    "title:live": "broken",
    "album:live": "bach",
    "album:homogenic": "joga stop",
    'album:="homogenic"': "joga",
    'album:"homogenic remixes"': "stop",
    'album:"homogenic rem"*': "stop",
    "composer:live": "stop",
    "albumartist:various": "bach",
    "-albumartist:various album:live": "",
    'title:"don\'t stop"': "stop",
    '"dont stop"': "stop",
    '"stop dont"': "",
    "日本語": "jp",
    "title:日本": "jp",
    "artist:山田": "jp",
    "🎧 party": "party",
    "100%": "bach party",
    "name:joga": "joga",
    "name:bjork": "",
    "name:IMG_2034.JPG": "img",
    "folder:scans": "img",
    "folder:joga": "",
    "path:scans": "img",
    'folder:"/music/Björk"': "joga bach",
    "folder:/music/Bj": "",
    "path:/music/Bj": "joga bach",
    "folder:/films": "film",
    "root:/films": "film",
    f"name:{'long' * 50}": "film",
    "genre:electronic": "joga bach",
    "genre:electr": "",
    "genre:electr*": "joga bach",
    'genre:"trip hop"': "joga",
    "genre:rock,dance_pop": "stop party",
    "-genre:electronic artist:bjork": "",
    "year:1997": "joga",
    "year:1997..1999": "joga stop",
    "year:90s": "joga stop",
    "year:>=2003": "bach jp",
    "year:<2000": "joga stop",
    "-has:year": "party film img broken",
    "kind:video": "film",
    "kind:video,image": "film img",
    "-kind:audio": "film img",
    "kind:video OR artist:bjork": "joga bach film",
    "(kind:video OR bjork) -year:1997": "bach film",
    "format:mp3": "bach",
    "codec:h264": "film",
    "missing:yes": "img",
    "availability:missing": "img",
    "status:unreadable": "broken",
    "analysis:done": "joga",
    "duration:<3m1s": "bach jp party broken",
    "duration:3m": "bach jp party broken",
    "duration:>1h": "film",
    "duration:4m..6m": "joga",
    "size:>1GB": "film",
    "size:5MB..10MB": "bach",
    "bitrate:320": "bach",
    "width:>=1920": "film",
    "track:2": "joga",
    "tempo:128": "joga",
    "tempo:127.6": "joga",
    "tempo:127.5": "",
    "tempo:120..127": "stop",
    "tempo:>=120": "joga stop",
    "key:8A": "joga",
    "key:Am": "joga",
    'key:"C major"': "stop",
    "energy:>0.5": "joga",
    "mood:dreamy": "joga",
    "instrument:piano": "stop",
    "scene:car": "img",
    'object:"red bus"': "img",
    "has:tempo": "joga stop",
    "has:mood": "joga",
    "has:subtitles": "film",
    "has:artwork": "joga",
    "role:artwork": "joga",
    "hash:abab": "joga",
    f"hash:{'ab' * 32}": "joga",
    f"id:{FILES[0].id}": "joga",
    "added:<7d": "joga stop jp party film img broken",
    "added:>7d": "bach",
    "added:1d..20d": "joga bach",
    "added:2023-12-31": "joga",
    "added:2023-12": "joga bach",
    "added:>=2024": "stop jp party film img broken",
    "added:yesterday": "joga",
    "NOT (bjork OR live)": "jp party film img",
    "live -artist:live": "bach stop",
    "zz_b% OR jog": "joga",
}


@pytest.fixture
async def search(open_database):
    database = await open_database()
    async with SqlCatalog(database).begin() as unit:
        await unit.save_places(FILES)
    return SqlSearch(database, lambda: START_MICROS + 60_000_000)


async def found_by(search, query, sort=SortKey.ADDED):
    page = await search.search(FileFilter(query=parse(query)), Sort(sort), limit=50)
    assert page.total == len(page.items)
    return {NAMES[place.path] for place in page.items}


async def test_queries_find_the_same_on_every_database(search):
    wrong = {}
    for query, names in FOUND.items():
        found = await found_by(search, query)
        if found != set(names.split()):
            wrong[query] = (" ".join(sorted(found)), names)
        if query.isascii() and '"' not in query:
            assert await found_by(search, query, SortKey.RELEVANCE) == found

    assert wrong == {}


async def test_filters_and_queries_narrow_together(search):
    where = FileFilter(text="bjork", query=parse("-year:1997"), kinds=("audio",))
    page = await search.search(where, Sort(), limit=5)
    assert [NAMES[place.path] for place in page.items] == ["bach"]


async def test_values_never_reach_the_statement(search):
    for value in ("'; DROP TABLE files; --", "%", "_", "\\", "$1", "?", "a?b"):
        for field in ("artist", "genre", "codec", "root", "name", "path", "id", "hash", "format"):
            quoted = value.replace("\\", "\\\\")
            term = parse(f'{field}:"x{quoted}"')
            await search.search(FileFilter(query=term), Sort(), limit=1)
    assert await found_by(search, "bjork") == {"joga", "bach"}


async def test_facets_count_under_the_query(search):
    counts = await search.facet_counts(FileFilter(query=parse("artist:bjork OR stop")))

    shown = {name: {it.value: it.count for it in values} for name, values in counts.fields.items()}
    assert counts.exact
    assert counts.counted == 3
    assert shown["kind"] == {"audio": 3}
    assert shown["format"] == {"flac": 2, "mp3": 1}
    assert shown["artist"] == {"Björk": 2, "Sinéad O'Brien": 1}
    assert shown["genre"] == {"electronic": 2, "trip hop": 1, "rock": 1}
    assert shown["decade"] == {"1990s": 2, "2000s": 1}
    assert shown["tempo"] == {"120 to 130": 2}
    assert shown["key"] == {"8A": 1, "8B": 1}
    assert shown["analysis"] == {"pending": 2, "done": 1}
    for values in counts.fields.values():
        for value in values:
            under = await found_by(search, f"(artist:bjork OR stop) {value.query}")
            assert len(under) == value.count, value


async def test_facets_of_everything_and_of_nothing(search):
    assert (await search.facet_counts(FileFilter())).counted == len(FILES)
    assert (await search.facet_counts(FileFilter(query=parse("nonesuch")))).counted == 0


@pytest.mark.parametrize("key", [SortKey.YEAR, SortKey.TEMPO, SortKey.TITLE, SortKey.RELEVANCE])
async def test_pages_under_a_query_visit_each_match_once(search, key):
    where, seen, after = FileFilter(query=parse("kind:audio -year:1997")), [], None
    while True:
        page = await search.search(where, Sort(key), limit=2, after=after)
        seen += [NAMES[place.path] for place in page.items]
        after = page.next
        if after is None:
            break

    assert sorted(seen) == ["bach", "broken", "jp", "party", "stop"]


async def test_explanation_says_what_is_read(search):
    lines = await search.explain(FileFilter(query=parse("bjork tempo:>100 kind:audio")), Sort())

    assert lines[0] == "query: bjork tempo:>100 kind:audio"
    assert any(line.startswith("words: ") for line in lines)
    assert any(line.startswith("database: ") for line in lines)
