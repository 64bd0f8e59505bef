"""What ``Similarity`` promises."""

from dataclasses import dataclass
from math import sqrt
from random import Random

import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.edits import SqlEdits
from apollonia.adapters.similarity import SqlSimilarity
from apollonia.domain.edits import Edit, Target, TargetKind, checked
from apollonia.domain.ids import uuid7
from apollonia.domain.kinds import Availability
from apollonia.errors import NotFoundError
from apollonia.messages import Tags
from apollonia.ports.edits import Play
from apollonia.ports.similarity import Embedding, Similarity
from apollonia.testing.builders import a_media, a_place, a_time
from apollonia.testing.manual_clock import ManualClock


@dataclass
class Setup:
    catalog: SqlCatalog
    edits: SqlEdits
    similarity: Similarity

    async def places(self, *places):
        async with self.catalog.begin() as unit:
            await unit.save_places(places)

    async def similar(self, place, limit=50):
        return [it.place.id for it in await self.similarity.similar(place.id, limit)]


@pytest.fixture
async def setup(open_database, tmp_path):
    database = await open_database()
    similarity = SqlSimilarity(database, tmp_path / "similarity")
    return Setup(SqlCatalog(database), SqlEdits(database, clock=ManualClock()), similarity)


def song(number, artist=None, album=None, genre=None, **changes):
    tags = Tags(title=f"T{number}", artist=artist, album=album, genre=genre,
                bpm=changes.pop("bpm", None))  # fmt: skip
    changes.setdefault("path", f"/music/{number}/song.flac".encode())
    media = a_media(tags=tags).model_dump(mode="json")
    return a_place(sha256_hash=f"{number:064x}", media=media, **changes)


def near(random, values, noise):
    return tuple(it + random.gauss(0, noise) for it in values)


async def test_the_nearest_by_embedding_come_in_their_order_and_say_so(setup):
    random = Random(1)
    here = tuple(random.gauss(0, 1) for _ in range(24))
    songs = [song(at) for at in range(6)]
    await setup.places(*songs, song(3, path=b"/copy", availability=Availability.MISSING))
    noises = (0, 0.1, 0.3, 0.5)
    embeddings = [
        Embedding(it.sha256_hash or "", "m", near(random, here, noise))
        for it, noise in zip(songs, noises, strict=False)
    ]
    opposite = Embedding(songs[4].sha256_hash or "", "m", tuple(-it for it in here))
    elsewhere = Embedding(songs[5].sha256_hash or "", "other", here)
    await setup.similarity.save([*embeddings, opposite, elsewhere])
    found = await setup.similarity.similar(songs[0].id)
    assert [it.place.id for it in found] == [it.id for it in songs[1:4]]
    scores = [it.score for it in found]
    assert 1 >= scores[0] > scores[1] > scores[2] > 0
    assert found[0].why[0].startswith("sounds alike (m, ")


async def test_what_is_saved_later_or_anew_is_found_and_the_old_is_not(setup):
    one, other, third = song(1), song(2), song(3)
    await setup.places(one, other, third)
    await setup.similarity.save([Embedding(one.sha256_hash, "m", (1.0, 0.0))])
    assert await setup.similar(one) == []
    await setup.similarity.save([Embedding(other.sha256_hash, "m", (1.0, 0.1))])
    assert await setup.similar(one) == [other.id]
    await setup.similarity.save(
        [
            Embedding(other.sha256_hash, "m", (0.0, -1.0)),
            Embedding(third.sha256_hash, "m", (2.0, 0.0)),
            Embedding("f" * 64, "m", (0.0, 0.0)),
        ]
    )
    assert await setup.similar(one) == [third.id]


async def test_shared_tags_weigh_together_and_say_why(setup):
    one = song(1, "A", "Al", "Jazz; Soul", bpm=120)
    both = song(2, "A", None, "Jazz", bpm=121)
    genre, tempo = song(3, "B", None, "Soul"), song(4, "C", bpm=120.5)
    await setup.places(one, both, genre, tempo, song(5, "D"), song(1, "A", path=b"/same/content"))
    found = await setup.similarity.similar(one.id)
    assert [it.place.id for it in found] == [both.id, genre.id, tempo.id]
    assert found[0].why[:2] == ("the same artist: a", "the same genre: Jazz")
    assert "BPM" in found[2].why[0]
    with pytest.raises(NotFoundError):
        await setup.similarity.similar(uuid7())


async def say(setup, target, person="ann", **patch):
    edit = Edit(uuid7(), target, person, a_time(1), checked(target.kind, patch))
    await setup.edits.apply([edit])


async def test_collections_and_plays_bring_files_together(setup):
    one, beside, played = song(1), song(2), song(3)
    await setup.places(one, beside, played, song(4))
    collection = Target(TargetKind.COLLECTION, uuid7())
    await say(setup, collection, name="C", items={one.id: 1, beside.id: 2})
    await setup.edits.play(
        [Play(uuid7(), it.id, "ann", a_time(60 * at)) for at, it in enumerate((one, played))]
    )
    found = {it.place.id: it.why for it in await setup.similarity.similar(one.id)}
    assert found == {beside.id: ("in a collection together",), played.id: ("played together",)}


async def test_recommended_is_what_is_like_the_liked_and_not_known(setup):
    liked, like, disliked = song(1, "A"), song(2, "A"), song(3, "B")
    await setup.places(liked, like, disliked, song(4, "B"), song(5, "C"))
    await say(setup, Target(TargetKind.PLACE, liked.id), rating=5)
    await say(setup, Target(TargetKind.PLACE, disliked.id), rating=1)
    found = await setup.similarity.recommend("ann")
    assert [it.place.id for it in found] == [like.id]
    assert found[0].why[0] == "like t1, which you like"
    assert await setup.similarity.recommend("bob") == []


async def test_tracks_for_a_mix_have_their_facts(setup):
    seed, like = song(1, "A", bpm=120), song(2, "A", bpm=121)
    await setup.places(seed, like, song(3, "B"))
    found = {it.id: it for it in await setup.similarity.tracks([seed.id], 10)}
    assert found.keys() == {seed.id, like.id}
    assert (found[seed.id].likeness, found[seed.id].tempo_bpm) == (1.0, 120)
    assert 0 < found[like.id].likeness < 1
    assert (found[like.id].artist, found[like.id].duration_ms) == ("a", 180_000)


async def test_many_vectors_are_searched_as_by_hand(setup):
    random = Random(5)
    songs = [song(at) for at in range(300)]
    await setup.places(*songs)
    values = {it.sha256_hash: tuple(random.gauss(0, 1) for _ in range(16)) for it in songs}
    await setup.similarity.save([Embedding(sha, "m", it) for sha, it in values.items()])

    def cosine(one, other):
        product = sum(a * b for a, b in zip(one, other, strict=True))
        return product / sqrt(sum(a * a for a in one) * sum(b * b for b in other))

    mine = values[songs[0].sha256_hash]
    by_hand = sorted(songs[1:], key=lambda it: -cosine(values[it.sha256_hash], mine))
    assert await setup.similar(songs[0], 10) == [it.id for it in by_hand[:10]]
