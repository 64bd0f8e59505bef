"""What is kept beside the files follows them exactly: search index, counts, media, neighbours."""

import random
from dataclasses import replace

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.catalog.columns import columns_of
from apollonia.adapters.database.bulk import run
from apollonia.adapters.database.schema import FILES
from apollonia.adapters.library import SqlLibrary
from apollonia.domain.effective import effective
from apollonia.domain.kinds import Availability, Kind
from apollonia.domain.neighbours import Role
from apollonia.domain.ordering import Version
from apollonia.domain.place import Place, Relation
from apollonia.messages import Tags
from apollonia.testing.builders import a_media, a_place, a_time

WORDS = [
    "love",
    "\u00fcber",
    "\u65e5\u672c",
    "AC/DC",
    "Jo\u0301ga",
    "a",
    "I",
    "99",
    "\U0001f3a7",
    "o'clock",
]


def random_place(rng: random.Random, path: bytes) -> Place:
    tags = Tags(
        title=rng.choice([None, " ".join(rng.choices(WORDS, k=3))]),
        artist=rng.choice([None, *WORDS]),
        genre=rng.choice([None, *WORDS]),
    )
    found = {"energy": 0.5, "key_camelot": "8A", "moods": rng.sample(WORDS, 2)}
    media = a_media(tags=tags, duration_ms=rng.choice([None, 1, 10**6])).model_dump(mode="json")
    return a_place(
        path=path,
        found=rng.choice([None, found]),
        kind=rng.choice(list(Kind)),
        availability=rng.choice(list(Availability)),
        size=rng.randrange(10**9),
        media=rng.choice([None, media]),
        neighbors=tuple(
            Relation(b"/music/%d" % rng.randrange(50), Role.SIBLING)
            for _ in range(rng.randrange(4))
        ),
    )


async def test_everything_follows_random_changes(database):
    catalog, rng = SqlCatalog(database), random.Random(7)
    alive: dict[str, Place] = {}
    for _ in range(30):
        batch: dict[str, Place] = {}
        for _ in range(rng.randrange(1, 150)):
            path = b"/music/%d" % rng.randrange(600)
            place = random_place(rng, path)
            batch[place.id] = place
        alive |= batch
        async with catalog.begin() as unit:
            await unit.save_places(list(batch.values()))

    await check(database, alive)


async def test_everything_follows_a_purge(database):
    catalog, rng = SqlCatalog(database), random.Random(3)
    places = [random_place(rng, b"/music/%d" % number) for number in range(400)]
    places = [
        replace(place, missing_since=a_time(rng.randrange(9)))
        if place.availability is Availability.MISSING
        else place
        for place in places
    ]
    newest = replace(
        places[0],
        availability=Availability.MISSING,
        missing_since=a_time(5),
        version=Version(a_time(50), "m"),
    )
    async with catalog.begin() as unit:
        await unit.save_places([newest, *places[1:]])
    before = await SqlLibrary(database).root_summary("/music")

    while await catalog.purge_missing(a_time(6), a_time(99), 50):
        pass

    alive = {
        it.id: it
        for it in places[1:]
        if it.availability is not Availability.MISSING or (it.missing_since or "") >= a_time(6)
    }
    assert len(alive) < 350
    await check(database, alive)
    assert await SqlLibrary(database).root_summary("/music") == before == (before[0], a_time(50))


async def check(database, alive: dict[str, Place]) -> None:
    """Search index, media, neighbours and counts are those of the files that are there."""
    async with database.writing() as session:
        await session.visit(
            lambda at: run(
                at,
                "INSERT INTO files_fts (files_fts, rank) VALUES (?, 1)",
                ("integrity-check",),
            )
        )
        media = sum((it.media or it.found) is not None for it in alive.values())
        neighbors = sum(len(place.neighbors) for place in alive.values())
        rows = await session.visit(
            lambda at: run(
                at,
                "SELECT (SELECT count(*) FROM files), (SELECT count(*) FROM file_media),"
                " (SELECT count(*) FROM file_neighbors)",
            )
        )
        assert tuple(rows[0]) == (len(alive), media, neighbors)
        terms = await session.visit(
            lambda at: run(
                at,
                "SELECT f.id, t.field, coalesce(t.name, t.term) FROM file_terms t"
                " LEFT JOIN files f ON f.number = t.file",
            )
        )
        known = {it.id: effective(it.media, it.found) for it in alive.values()}
        assert sorted(map(tuple, terms)) == sorted(
            (id_, *term) for id_, it in known.items() for term in it.terms
        )
        numbers = await session.visit(
            lambda at: run(at, "SELECT id, tempo_bpm, musical_key, energy FROM files")
        )
        assert {row[0]: tuple(row[1:]) for row in numbers} == {
            id_: (it.tempo_bpm, it.musical_key, it.energy) for id_, it in known.items()
        }
        wrong = await session.visit(
            lambda at: run(
                at,
                "SELECT * FROM (SELECT s.number, s.files, s.size, s.duration_ms,"
                " count(f.number) AS n, coalesce(sum(f.size), 0) AS b,"
                " coalesce(sum(f.duration_ms), 0) AS d FROM shelves s"
                " LEFT JOIN files f ON f.shelf = s.number GROUP BY s.number)"
                " WHERE files != n OR size != b OR duration_ms != d",
            )
        )
        assert wrong == []


async def test_same_words_do_not_touch_the_search_index(database):
    catalog, place = SqlCatalog(database), a_place()

    async def index_state():
        statement = "SELECT id, block FROM files_fts_data ORDER BY id"
        return await database.read(lambda at: run(at, statement))

    async with catalog.begin() as unit:
        await unit.save_places([place])
    before = await index_state()
    async with catalog.begin() as unit:
        await unit.save_places([replace(place, size=9, availability=Availability.MISSING)])

    assert await index_state() == before


def test_columns_are_those_of_the_table_in_its_order():
    ours = [column.name for column in FILES.columns if column.name not in {"number", "shelf"}]

    assert list(columns_of(a_place())) == ours


def test_columns_bear_hostile_media():
    media = {
        "duration_ms": 10**30,
        "bit_rate": -5,
        "width": "wide",
        "frame_rate": "x",
        "codecs": [],
        "tags": {
            "title": 5,
            "artist": "\ud800\0",
            "year": 2**40,
            "track": True,
            "album": "a" * 9999,
        },
    }

    columns = columns_of(a_place(media=media, path=b"/music/\xff.mp3"))

    assert columns["duration_ms"] == 2**53
    assert columns["bit_rate"] is None
    assert columns["year"] is None
    assert columns["title_key"] == "\\xff"
    assert len(columns["album_key"]) == 512
    for value in columns.values():
        if isinstance(value, str):
            value.encode()
            assert "\0" not in value
