"""What every index of fingerprints promises."""

from dataclasses import dataclass, replace
from random import Random

import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database import Database
from apollonia.adapters.database.bulk import run
from apollonia.adapters.fingerprints import SqlFingerprints, SqlSweep
from apollonia.adapters.similarity import SqlSimilarity
from apollonia.domain.matching.likeness import Family, Likeness, Nature
from apollonia.domain.matching.perceptual import Frame
from apollonia.populate.matcher import Matcher
from apollonia.ports.analyses import StoredResult
from apollonia.ports.fingerprints import Fingerprint, Found
from apollonia.testing.builders import a_time
from apollonia.testing.fingerprints import a_phash, a_recording, encoded_again, turned
from apollonia.testing.manual_clock import ManualClock


@dataclass
class Setup:
    catalog: SqlCatalog
    fingerprints: SqlFingerprints
    sweep: SqlSweep
    similarity: SqlSimilarity
    database: Database

    async def pairs(self):
        rows = await self.database.read(
            lambda at: run(at, "SELECT one, other, nature FROM content_relations")
        )
        return {(one, other): nature for one, other, nature in rows}


@pytest.fixture
async def setup(open_database, tmp_path):
    database = await open_database()
    return Setup(
        SqlCatalog(database),
        SqlFingerprints(database),
        SqlSweep(database),
        SqlSimilarity(database, tmp_path),
        database,
    )


def sha(number: int) -> str:
    return f"{number:064x}"


def recording(number, items):
    return Fingerprint(sha256_hash=sha(number), family=Family.ACOUSTIC, version="1", items=items)


def picture(number, *hashes, family=Family.IMAGE):
    frames = tuple(Frame(at * 5_000, phash) for at, phash in enumerate(hashes))
    return Fingerprint(sha256_hash=sha(number), family=family, version="1", frames=frames)


async def test_a_saved_fingerprint_comes_back_near_another_and_never_near_itself(setup):
    random = Random(1)
    items = a_recording(random)
    one, other = recording(1, items), recording(2, encoded_again(random, items, 0.03))
    assert list(await setup.fingerprints.save([one])) == [one]
    assert list(await setup.fingerprints.save([one])) == []
    assert await setup.fingerprints.near(one, 9) == []
    await setup.fingerprints.save([other, recording(3, a_recording(random))])
    assert await setup.fingerprints.near(one, 9) == [other]
    assert await setup.fingerprints.near(other, 9) == [one]


async def test_pictures_within_the_radius_are_near_the_nearest_first(setup):
    random = Random(2)
    phash = a_phash(random)
    far, near = picture(2, turned(random, phash, 6)), picture(3, turned(random, phash, 1))
    video = picture(4, phash, family=Family.VIDEO)
    await setup.fingerprints.save([far, near, video, picture(5, turned(random, phash, 9))])
    assert await setup.fingerprints.near(picture(1, phash), 9) == [near, far]
    assert await setup.fingerprints.near(picture(1, phash), 1) == [near]


async def test_a_replaced_fingerprint_takes_along_what_it_was_found_by(setup):
    random = Random(3)
    phash = a_phash(random)
    await setup.fingerprints.save([picture(1, phash), picture(2, phash)])
    found = Found(Family.IMAGE, sha(1), sha(2), Likeness(Nature.SAME, 1.0))
    assert await setup.fingerprints.relate([found], a_time()) == 1
    assert await setup.fingerprints.relate([found], a_time(1)) == 0
    again = replace(picture(1, a_phash(random)), version="2")
    assert list(await setup.fingerprints.save([again])) == [again]
    assert await setup.pairs() == {}
    assert await setup.fingerprints.near(picture(3, phash), 9) == [picture(2, phash)]
    await setup.catalog.relay_changes(9)
    assert [it.entity for it in await setup.catalog.changes(0, 9)] == ["relation"]


async def test_matched_one_by_one_and_all_at_once_find_the_truth(setup):
    random = Random(4)
    originals = [a_recording(random, 600) for _ in range(25)]
    known, prints, number = {}, [], 0
    for items in originals:
        number += 3
        prints.append(recording(number, items))
        prints.append(recording(number + 1, encoded_again(random, items, 0.04)))
        known[sha(number), sha(number + 1)] = "same"
        if number % 2:
            start = random.randrange(300)
            prints.append(recording(number + 2, items[start : start + 240]))
            known[sha(number), sha(number + 2)] = known[sha(number + 1), sha(number + 2)] = (
                "excerpt"
            )
    random.shuffle(prints)

    matcher = Matcher(
        fingerprints=setup.fingerprints, similarity=setup.similarity, clock=ManualClock()
    )
    assert await matcher.match(prints) == len(known)
    assert await setup.pairs() == known
    swept = await setup.sweep.sweep(Family.ACOUSTIC)
    assert {(it.one, it.other): it.likeness.nature.value for it in swept} == known


async def test_a_sweep_finds_every_picture_within_the_radius_and_no_other(setup):
    random = Random(5)
    prints, known = [], set()
    for number in range(0, 400, 4):
        phash = a_phash(random)
        prints.append(picture(number, phash))
        prints.append(picture(number + 1, turned(random, phash, number % 7)))
        prints.append(picture(number + 2, turned(random, phash, 20)))
        known.add((sha(number), sha(number + 1)))
    await setup.fingerprints.save(prints)
    assert {(it.one, it.other) for it in await setup.sweep.sweep(Family.IMAGE)} == known
    assert await setup.sweep.sweep(Family.VIDEO) == []


async def test_a_sweep_finds_videos_by_their_frames(setup):
    random = Random(6)
    logo = a_phash(random)
    films = [[logo, *(a_phash(random) for _ in range(9))] for _ in range(80)]
    prints = [picture(at, *film, family=Family.VIDEO) for at, film in enumerate(films)]
    again = [logo, *(turned(random, it, 2) for it in films[7][1:])]
    prints.append(picture(100, *again, family=Family.VIDEO))
    await setup.fingerprints.save(prints)
    [found] = await setup.sweep.sweep(Family.VIDEO)
    assert (found.one, found.other) == (sha(7), sha(100))


async def test_what_was_analysed_before_is_matched_later(setup):
    random = Random(7)
    phash = a_phash(random)
    data = b'{"frames":[{"at_ms":0,"phash":"%016x"}]}' % phash
    result = StoredResult(
        sha256_hash=sha(1), analyser="perceptual-hash", version="1", model=None, status="done",
        reason=None, data=data, timestamp=a_time(),
    )  # fmt: skip
    async with setup.catalog.begin() as unit:
        await unit.save_results([result, replace(result, sha256_hash=sha(2))])
        await unit.save_results([replace(result, analyser="tempo", data=b"{}")])
    matcher = Matcher(
        fingerprints=setup.fingerprints, similarity=setup.similarity, clock=ManualClock()
    )
    assert await matcher.backfill(batch=1) == 1
    assert await setup.pairs() == {(sha(1), sha(2)): "same"}
