from dataclasses import dataclass, replace

import pytest

from apollonia.domain.analysis import AnalyserSpec
from apollonia.domain.kinds import AnalysisState, Availability, Kind, Status
from apollonia.messages import Work, parse, topology
from apollonia.populate.analysis_projector import AnalysisProjector
from apollonia.populate.file_projector import FileProjector
from apollonia.populate.reconciler import ReconcileOptions, ReconcilePorts, Reconciler
from apollonia.ports.analyses import StoredResult
from apollonia.ports.bus import Delivery, Message
from apollonia.testing.builders import SHA256, a_file_body, a_message, a_place, a_time, a_work
from apollonia.testing.fake_control import FakeControl
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_bus import MemoryBus
from apollonia.testing.memory_catalog import MemoryCatalog
from apollonia.work.analysis_work import work_lease, work_message
from apollonia.work.refused import Refused

QUICK = AnalyserSpec("quick", "1", frozenset({Kind.AUDIO}))
NEWER = replace(QUICK, version="2")
LANE = "apollonia-analyzer.audio"


@dataclass
class World:
    bus: MemoryBus
    catalog: MemoryCatalog
    control: FakeControl
    clock: ManualClock

    def reconciler(self, *specs: AnalyserSpec, **changes) -> Reconciler:
        ports = ReconcilePorts(
            analyses=self.catalog,
            catalog=self.catalog,
            control=self.control,
            bus=self.bus,
            clock=self.clock,
        )
        options = ReconcileOptions(holder="me", **changes)
        return Reconciler(ports=ports, specs=specs or (QUICK,), options=options)

    async def save(self, *places):
        async with self.catalog.begin() as unit:
            await unit.save_places(places)

    async def project(self, body: bytes, *specs: AnalyserSpec):
        projector = AnalysisProjector(clock=self.clock, specs=specs or (QUICK,))
        message = Message(body, "id", "apollonia.analysis/1")
        async with self.catalog.begin() as unit:
            await projector(unit, [Delivery(message, "q", 0, 1)])

    def states(self) -> list[str]:
        return [place.analysis.value for place in self.catalog.all_places.values()]

    def queued(self) -> list[Work]:
        return [parse(Work, message.body) for message in self.bus.waiting(LANE)]

    async def flush(self):
        async with self.bus.consume(LANE) as consumer:
            await consumer.ack(await consumer.take(10_000, 0))


@pytest.fixture
async def world() -> World:
    clock = ManualClock()
    bus = MemoryBus(clock=clock)
    await bus.declare(topology())
    return World(bus, MemoryCatalog(), FakeControl(clock.monotonic), clock)


def hashed(number: int) -> str:
    return f"{number:064x}"


def results(status="done", version="1", n=1, forced=False) -> bytes:
    data = b'{"n":%d}' % n
    return (
        b'{"sha256_hash":"%s","kind":"audio","timestamp":"%s","forced":%s,"results":'
        b'[{"analyser":"quick","version":"%s","status":"%s","data":%s}]}'
        % (
            SHA256.encode(),
            a_time(n).encode(),
            str(forced).lower().encode(),
            version.encode(),
            status.encode(),
            data,
        )
    )


async def test_undone_files_are_queued_each_content_once(world):
    await world.save(a_place(), a_place(), a_place(sha256_hash=hashed(1), size=7))
    await world.reconciler().reconcile()
    assert sorted(it.sha256_hash for it in world.queued()) == sorted([SHA256, hashed(1)])
    assert {it.size for it in world.queued()} == {1024, 7}


async def test_files_that_are_away_unread_or_done_are_not_queued(world):
    await world.save(
        a_place(availability=Availability.MISSING),
        a_place(status=Status.UNREADABLE, analysis=AnalysisState.UNAVAILABLE),
        a_place(sha256_hash=hashed(2), analysis=AnalysisState.DONE),
    )
    await world.reconciler().reconcile()
    assert world.queued() == []


async def test_nothing_is_queued_while_the_lanes_hold_work(world):
    await world.save(a_place())
    await world.bus.publish("apollonia-work", [work_message(a_work())], "video")
    assert await world.reconciler().reconcile()
    assert world.queued() == []


async def test_a_flushed_broker_loses_nothing_undone_and_repeats_nothing_done(world):
    await world.save(a_place(), a_place(sha256_hash=hashed(1)))
    reconciler = world.reconciler()
    await reconciler.reconcile()
    await world.flush()
    await world.project(results())
    await reconciler.reconcile()
    assert [it.sha256_hash for it in world.queued()] == [hashed(1)]


async def test_work_under_a_live_lease_is_left_alone_until_the_lease_is_lost(world):
    await world.save(a_place())
    await world.control.acquire(work_lease(SHA256, "audio"), "worker", 60)
    await world.reconciler().reconcile()
    assert world.queued() == []

    await world.clock.advance(61)
    await world.reconciler().reconcile()
    assert len(world.queued()) == 1


async def test_a_round_is_bounded_and_the_next_one_goes_on_where_it_stopped(world):
    await world.save(*(a_place(sha256_hash=hashed(number)) for number in range(25)))
    reconciler = world.reconciler(batch=5, most=10)
    seen: set[str] = set()
    for more in (True, True, True):
        assert await reconciler.reconcile() is more
        seen |= {it.sha256_hash for it in world.queued()}
        await world.flush()
    assert len(seen) == 25


async def test_one_populator_reconciles_at_a_time(world):
    await world.save(a_place())
    await world.control.acquire("reconciler", "another", 60)
    assert not await world.reconciler().reconcile()
    assert world.queued() == []


async def test_a_new_version_is_analysed_once(world):
    await world.save(a_place())
    await world.project(results())
    assert world.states() == ["done"]

    await world.reconciler(NEWER).reconcile()
    assert world.states() == ["pending"]
    assert len(world.queued()) == 1

    await world.project(results(version="2"), NEWER)
    assert world.states() == ["done"]


async def test_an_analyser_that_is_switched_off_and_on_again_costs_no_work(world):
    await world.save(a_place())
    await world.project(results())
    off = replace(QUICK, name="another", kinds=frozenset({Kind.IMAGE}))
    await world.reconciler(off).reconcile()
    assert world.states() == ["unavailable"]
    await world.reconciler().reconcile()
    assert world.states() == ["done"]
    assert world.queued() == []


async def test_a_row_that_missed_its_results_is_put_right(world):
    async with world.catalog.begin() as unit:
        await unit.save_results(
            [
                StoredResult(
                    sha256_hash=SHA256,
                    analyser="quick",
                    version="1",
                    model=None,
                    status="failed",
                    reason="no",
                    data=None,
                    timestamp=a_time(),
                )
            ]
        )
    await world.save(a_place())
    await world.reconciler().reconcile()
    assert world.states() == ["failed"]
    assert world.queued() == []


async def test_results_bring_all_places_of_the_content_to_their_state_with_a_change(world):
    await world.save(a_place(), a_place(), a_place(sha256_hash=hashed(1)))
    await world.project(results())
    assert sorted(world.states()) == ["done", "done", "pending"]
    assert len(await world.catalog.relay_changes(10)) == 2

    await world.project(results())  # told again
    assert await world.catalog.relay_changes(10) == []


async def test_work_that_was_done_twice_is_stored_once(world):
    await world.project(results(n=1))
    await world.project(results(n=2))
    [stored] = await world.catalog.results(SHA256)
    assert stored.data == b'{"n":1}'

    await world.project(results(n=3, forced=True))
    [stored] = await world.catalog.results(SHA256)
    assert stored.data == b'{"n":3}'


async def test_what_failed_is_replaced_by_what_did_not_and_never_the_other_way(world):
    await world.save(a_place())
    await world.project(results(status="failed"))
    assert world.states() == ["failed"]
    await world.project(results(n=2))
    await world.project(results(status="failed", n=3))
    assert world.states() == ["done"]


async def test_a_new_place_of_a_known_content_is_as_far_as_that(world):
    await world.save(a_place())
    await world.project(results())
    async with world.catalog.begin() as unit:
        message = a_message(a_file_body(path=b"/music/copy.flac"))
        await FileProjector(clock=world.clock)(unit, [Delivery(message, "q", 0, 1)])
    assert world.states() == ["done", "done"]


@pytest.mark.parametrize(
    "body", [b"{}", results().replace(b'"n":1', b'"n":"%s"' % (b"x" * 300_000))]
)
async def test_what_is_no_analysis_or_too_large_is_refused(world, body):
    with pytest.raises(Refused):
        await world.project(body)
