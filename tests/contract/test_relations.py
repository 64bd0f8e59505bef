"""What ``Relations`` and ``Duplicates`` promise."""

from dataclasses import dataclass

import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.duplicates import SqlDuplicates
from apollonia.adapters.fingerprints import SqlFingerprints
from apollonia.adapters.relations import SqlRelations
from apollonia.domain.ids import uuid7
from apollonia.domain.kinds import Availability, Kind
from apollonia.domain.matching.likeness import Decision, Family, Likeness, Nature
from apollonia.domain.neighbours import Role
from apollonia.domain.place import Relation
from apollonia.errors import ConflictError, NotFoundError
from apollonia.messages import Tags
from apollonia.ports.duplicates import GroupKind
from apollonia.ports.fingerprints import Found
from apollonia.ports.relations import RelationKind
from apollonia.testing.builders import a_media, a_place, a_time


@dataclass
class Setup:
    catalog: SqlCatalog
    fingerprints: SqlFingerprints
    relations: SqlRelations
    duplicates: SqlDuplicates

    async def places(self, *places):
        async with self.catalog.begin() as unit:
            await unit.save_places(places)

    async def alike(self, one, other, nature=Nature.SAME, **evidence):
        one, other = sorted((one.sha256_hash, other.sha256_hash))
        found = Found(Family.ACOUSTIC, one, other, Likeness(nature, 0.9, evidence))
        await self.fingerprints.relate([found], a_time())

    async def of(self, place):
        return [(it.kind, it.place.id) for it in await self.relations.of(place.id)]


@pytest.fixture
async def setup(open_database):
    database = await open_database()
    return Setup(
        SqlCatalog(database),
        SqlFingerprints(database),
        SqlRelations(database),
        SqlDuplicates(database),
    )


def song(number, title="", artist="A", album=None, **changes):
    tags = Tags(title=title or f"T{number}", artist=artist, album=album, track=number)
    duration = changes.pop("duration_ms", 180_000)
    media = a_media(tags=tags, duration_ms=duration).model_dump(mode="json")
    return a_place(sha256_hash=f"{number:064x}", media=media, **changes)


async def test_neighbours_copies_and_hard_links(setup):
    cover = a_place(path=b"/music/cover.jpg", kind=Kind.IMAGE, sha256_hash="e" * 64)
    one = song(1, neighbors=(Relation(cover.path, Role.ARTWORK),), inode=5, links=2)
    link, copy = song(1, inode=5, links=2), song(1, inode=6, links=1)
    gone = song(1, availability=Availability.MISSING)
    await setup.places(cover, one, link, copy, gone)
    assert set(await setup.of(one)) == {
        (RelationKind.NEIGHBOUR, cover.id),
        (RelationKind.HARDLINK, link.id),
        (RelationKind.SAME_CONTENT, copy.id),
    }
    with pytest.raises(NotFoundError):
        await setup.relations.of(uuid7())


async def test_what_is_alike_is_seen_from_both_ends_with_its_evidence(setup):
    one, other = song(1, "Aa"), song(2, "Bb")
    await setup.places(one, other)
    await setup.alike(one, other, Nature.EXCERPT, offset_s=12.5)
    for place, end, offset in ((one, other, 12.5), (other, one, -12.5)):
        [fact] = await setup.relations.of(place.id)
        assert (fact.kind, fact.place.id, fact.score) == (RelationKind.EXCERPT, end.id, 0.9)
        assert fact.evidence == {"by": "acoustic", "offset_s": offset}
        assert fact.state is Decision.PROPOSED


async def test_a_rejection_sticks_whatever_is_found_again_and_can_be_taken_back(setup):
    one, other = song(1, "Aa"), song(2, "Bb")
    await setup.places(one, other)
    await setup.alike(one, other)
    assert len(await setup.duplicates.groups(GroupKind.NEAR, limit=9)) == 1

    said = {"actor": "ann", "now": a_time(5)}
    await setup.relations.decide(one.id, other.id, Decision.REJECTED, **said)
    await setup.alike(one, other)
    [fact] = await setup.relations.of(other.id)
    assert (fact.state, fact.actor, fact.decided_time) == (Decision.REJECTED, "ann", a_time(5))
    assert await setup.duplicates.groups(GroupKind.NEAR, limit=9) == []
    assert (await setup.duplicates.totals(GroupKind.NEAR)).groups == 0

    await setup.relations.decide(other.id, one.id, Decision.PROPOSED, **said)
    assert [it.state for it in await setup.relations.of(one.id)] == [Decision.PROPOSED]


async def test_nothing_can_be_said_of_one_content_or_of_what_was_not_read(setup):
    one, copy, unread = song(1), song(1), a_place(sha256_hash=None)
    await setup.places(one, copy, unread)
    for other in (copy, unread):
        with pytest.raises(ConflictError):
            await setup.relations.decide(
                one.id, other.id, Decision.REJECTED, actor="a", now=a_time()
            )


async def test_works_versions_and_albums_follow_from_tags(setup):
    one = song(1, "Song", album="Al", path=b"/music/al/1.flac")
    next_ = song(2, "Next", album="Al", path=b"/music/al/2.flac")
    mp3 = song(3, "Song", duration_ms=181_000)
    live = song(4, "Song (live)", duration_ms=240_000)
    others = song(5, "Song", artist="B"), song(6, "Songs"), song(7, "X", album="Al", path=b"/n/x")
    await setup.places(one, next_, mp3, live, *others)
    facts = await setup.relations.of(one.id)
    assert [(it.kind, it.place.id) for it in facts] == [
        (RelationKind.ALBUM, next_.id),
        (RelationKind.SAME_WORK, mp3.id),
        (RelationKind.VERSION, live.id),
    ]
    assert facts[1].evidence["duration_difference_ms"] == 1_000
    [group] = await setup.duplicates.groups(GroupKind.WORK, limit=9)
    assert {it.id for it in group.members} == {one.id, mp3.id}

    said = {"actor": "ann", "now": a_time()}
    await setup.relations.decide(one.id, mp3.id, Decision.REJECTED, **said)
    assert await setup.duplicates.groups(GroupKind.WORK, limit=9) == []
    assert (await setup.relations.of(one.id))[1].state is Decision.REJECTED


async def test_episodes_of_a_folder_are_a_series_in_their_order(setup):
    names = [b"Show.S01E02.mkv", b"Show.S01E10.mkv", b"Show.S01E01.mkv", b"Other.S01E01.mkv"]
    media = a_media(kind=Kind.VIDEO, tags=Tags()).model_dump(mode="json")
    films = [
        a_place(path=b"/v/" + it, kind=Kind.VIDEO, media=media, sha256_hash=None) for it in names
    ]
    await setup.places(*films)
    assert await setup.of(films[0]) == [
        (RelationKind.SERIES, films[2].id),
        (RelationKind.SERIES, films[1].id),
    ]


async def test_exact_groups_come_by_what_they_save(setup):
    small = [song(1, size=10) for _ in range(3)]
    large = [song(2, size=900) for _ in range(2)]
    missing = [song(3, size=9_000), song(3, size=9_000, availability=Availability.MISSING)]
    await setup.places(*small, *large, *missing, song(4), *(song(5, size=0) for _ in range(2)))
    groups = await setup.duplicates.groups(GroupKind.EXACT, limit=9)
    assert [{it.id for it in group.members} for group in groups] == [
        {it.id for it in large},
        {it.id for it in small},
    ]
    [second] = await setup.duplicates.groups(GroupKind.EXACT, limit=1, offset=1)
    assert second.id == small[0].sha256_hash
    totals = await setup.duplicates.totals(GroupKind.EXACT)
    assert (totals.groups, totals.files, totals.bytes) == (2, 5, 920)


async def test_near_groups_have_the_copies_of_each_content(setup):
    one, copy, other = song(1, size=100), song(1, size=100), song(2, size=40)
    await setup.places(one, copy, other)
    await setup.alike(one, other)
    [group] = await setup.duplicates.groups(GroupKind.NEAR, limit=9)
    assert {it.id for it in group.members} == {one.id, copy.id, other.id}
    totals = await setup.duplicates.totals(GroupKind.NEAR)
    assert (totals.groups, totals.files, totals.bytes) == (1, 3, 140)
