"""What every record of analyses promises. A new adapter joins by a line in ``RECORDS``."""

from dataclasses import dataclass, replace

import pytest

from apollonia.adapters.analyses import SqlAnalyses
from apollonia.adapters.catalog import SqlCatalog
from apollonia.domain.analysis import Recorded
from apollonia.domain.facts import Facts
from apollonia.domain.kinds import AnalysisState, Availability, Kind, Status
from apollonia.ports.analyses import Analyses, ContentState, StoredResult
from apollonia.ports.catalog import Catalog
from apollonia.testing.builders import SHA256, a_place, a_time
from apollonia.testing.memory_catalog import MemoryCatalog

OTHER = "c" * 64
RESULT = StoredResult(
    sha256_hash=SHA256,
    analyser="tempo",
    version="1",
    model=None,
    status="done",
    reason=None,
    data=b'{"bpm":120}',
    timestamp=a_time(),
)


@dataclass
class Setup:
    catalog: Catalog
    analyses: Analyses

    async def save(self, *results, force=False):
        async with self.catalog.begin() as unit:
            await unit.save_results([replace(it, forced=force) for it in results])

    async def places(self, *places):
        async with self.catalog.begin() as unit:
            await unit.save_places(places)

    async def judge(self, *states):
        async with self.catalog.begin() as unit:
            return await unit.save_content_states(states)


async def _sql(open_database) -> Setup:
    database = await open_database()
    return Setup(SqlCatalog(database), SqlAnalyses(database))


async def _memory(_open_database) -> Setup:
    catalog = MemoryCatalog()
    return Setup(catalog, catalog)


RECORDS = {"sql": _sql, "memory": _memory}


@pytest.fixture(params=RECORDS)
async def setup(request, open_database) -> Setup:
    return await RECORDS[request.param](open_database)


def state_of(sha256=SHA256, state=AnalysisState.DONE, wanted="w"):
    return ContentState(sha256, Kind.AUDIO, state, wanted)


async def test_results_come_back_as_they_were_saved(setup):
    odd = replace(RESULT, version="2", model="m", status="failed", reason="né\x00", data=None)
    await setup.save(RESULT, odd, replace(RESULT, sha256_hash=OTHER))
    found = {it.version: it for it in await setup.analyses.results(SHA256)}
    assert found["1"] == RESULT
    assert (found["2"].status, found["2"].model, found["2"].data) == ("failed", "m", None)
    assert await setup.analyses.recorded([SHA256, "d" * 64]) == {
        SHA256: [Recorded("tempo", "1", "done"), Recorded("tempo", "2", "failed")]
    }


async def test_what_is_done_stays_however_often_and_in_whatever_batch_it_is_told(setup):
    await setup.save(RESULT, replace(RESULT, data=b"2"))
    await setup.save(replace(RESULT, data=b"3"), replace(RESULT, status="failed", data=None))
    [stored] = await setup.analyses.results(SHA256)
    assert stored.data == RESULT.data


async def test_what_failed_gives_way_to_what_is_done_and_force_to_anything(setup):
    failed = replace(RESULT, status="failed", data=None, reason="no")
    await setup.save(failed)
    await setup.save(replace(failed, reason="again"))
    assert (await setup.analyses.results(SHA256))[0].reason == "no"
    await setup.save(RESULT)
    assert (await setup.analyses.results(SHA256))[0].status == "done"
    await setup.save(failed, force=True)
    assert (await setup.analyses.results(SHA256))[0].status == "failed"


async def test_a_state_reaches_the_cataloged_files_of_its_content_and_kind(setup):
    one, two = a_place(), a_place(availability=Availability.MISSING)
    unread = a_place(status=Status.UNREADABLE, analysis=AnalysisState.UNAVAILABLE)
    other = a_place(kind=Kind.VIDEO)
    await setup.places(one, two, unread, other, a_place(sha256_hash=OTHER))

    assert set(await setup.judge(state_of())) == {one.id, two.id}
    assert await setup.judge(state_of()) == []
    async with setup.catalog.begin() as unit:
        found = await unit.places_by_id([one.id, two.id, unread.id, other.id])
        assert await unit.content_states([SHA256, OTHER]) == {SHA256: state_of()}
    assert [found[it.id].analysis.value for it in (one, two, unread, other)] == [
        "done",
        "done",
        "unavailable",
        "pending",
    ]


async def test_undone_are_the_present_pending_files_in_order(setup):
    first, second = a_place(size=5), a_place(sha256_hash=OTHER)
    await setup.places(
        first,
        a_place(availability=Availability.MISSING),
        a_place(analysis=AnalysisState.DONE),
        a_place(sha256_hash=None),
        second,
    )
    found = await setup.analyses.undone(0, 10)
    assert [(it.id, it.path, it.sha256_hash, it.size) for it in found] == [
        (first.id, first.path, SHA256, 5),
        (second.id, second.path, OTHER, 1024),
    ]
    assert found[0].modified_time == first.modified_time
    assert [it.id for it in await setup.analyses.undone(0, 1)] == [first.id]
    assert [it.id for it in await setup.analyses.undone(found[0].number, 10)] == [second.id]


async def test_outdated_are_contents_judged_by_another_set(setup):
    await setup.judge(state_of(), state_of(OTHER, wanted="x"))
    assert list(await setup.analyses.outdated(Kind.AUDIO, "w", 10)) == [OTHER]
    assert list(await setup.analyses.outdated(Kind.VIDEO, "w", 10)) == []
    assert len(await setup.analyses.outdated(Kind.AUDIO, "", 1)) == 1


async def test_a_unit_of_work_that_fails_keeps_nothing(setup):
    async def fail():
        async with setup.catalog.begin() as unit:
            await unit.save_results([RESULT])
            assert await unit.recorded_analyses([SHA256])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await setup.analyses.results(SHA256) == []


FACTS: Facts = {"energy": 0.5, "moods": ["happy"], "tempo_bpm": 128.0}


async def places_of(setup, *places):
    async with setup.catalog.begin() as unit:
        found = await unit.places_by_id([it.id for it in places])
    return [found[it.id] for it in places]


async def test_facts_of_done_results_reach_the_files_of_their_content(setup):
    one, other = a_place(), a_place(sha256_hash=OTHER)
    await setup.places(one, other)
    failed = replace(RESULT, analyser="x", status="failed", facts={"energy": 0.9})
    await setup.save(replace(RESULT, facts=FACTS), failed)

    assert await setup.judge(state_of()) == [one.id]
    assert await setup.judge(state_of()) == []
    assert [it.found for it in await places_of(setup, one, other)] == [FACTS, None]


async def test_more_facts_of_a_content_change_its_files_again(setup):
    one = a_place()
    await setup.places(one)
    await setup.save(replace(RESULT, facts=FACTS))
    await setup.judge(state_of())
    await setup.save(replace(RESULT, analyser="voice", facts={"voice": "vocal"}))

    assert await setup.judge(state_of()) == [one.id]
    [found] = await places_of(setup, one)
    assert found.found == {**FACTS, "voice": "vocal"}
    async with setup.catalog.begin() as unit:
        assert await unit.content_facts([SHA256, OTHER]) == {SHA256: found.found}


async def test_facts_that_a_forced_result_takes_back_are_gone(setup):
    one = a_place()
    await setup.places(one)
    await setup.save(replace(RESULT, facts=FACTS))
    await setup.judge(state_of())
    await setup.save(replace(RESULT, facts={}), force=True)

    assert await setup.judge(state_of()) == [one.id]
    assert (await places_of(setup, one))[0].found is None


async def test_what_stays_of_two_results_does_not_depend_on_their_order(setup):
    late = replace(RESULT, data=b"late", timestamp=a_time(9))
    await setup.save(late)
    await setup.save(RESULT)
    assert (await setup.analyses.results(SHA256))[0].data == RESULT.data
    await setup.save(late, force=True)
    await setup.save(RESULT, force=True)
    await setup.save(RESULT)
    [stored] = await setup.analyses.results(SHA256)
    assert (stored.data, stored.forced) == (b"late", True)
