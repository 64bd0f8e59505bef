"""Missing files leave the catalog by policy, and nothing told late brings them back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from apollonia.domain.kinds import Availability
from apollonia.domain.times import format_micros
from apollonia.populate.file_projector import FileProjector
from apollonia.populate.purger import PurgeOptions, Purger
from apollonia.ports.bus import Delivery
from apollonia.testing.builders import a_file_body, a_message
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_catalog import MemoryCatalog

DAY_S = 86_400.0
PATH = b"/music/a.flac"
ID = "018cc251-f400-7000-8000-000000000001"


class World:
    def __init__(self) -> None:
        self.catalog, self.clock = MemoryCatalog(), ManualClock()
        self.told = 0

    def now(self, later_s: float = 0.0) -> str:
        return format_micros(self.clock.now_micros() + int(later_s * 1_000_000))

    async def hear(self, what: str, **changes: object) -> None:
        fields = {"path": PATH, "event_type": what, "timestamp": self.now(), "file_id": ID}
        delivery = Delivery(a_message(a_file_body(**{**fields, **changes})), "q", 0, None)
        async with self.catalog.begin() as unit:
            await FileProjector(clock=self.clock)(unit, [delivery])

    def _count(self) -> None:
        self.told += 1

    @asynccontextmanager
    async def purging(self, after_s: float, **options: int) -> AsyncIterator[Purger]:
        purger = Purger(
            catalog=self.catalog,
            clock=self.clock,
            options=PurgeOptions(after_s=after_s, **options),
            on_purge=self._count,
        )
        stop = asyncio.Event()
        task = asyncio.create_task(purger.run(stop))
        await self.clock.advance(0)
        yield purger
        stop.set()
        await task


async def test_purger_waits_for_the_days_of_the_policy():
    world = World()
    await world.hear("IN_CREATE")
    await world.clock.advance(1)
    await world.hear("IN_DELETE")

    async with world.purging(30 * DAY_S):
        await world.clock.advance(30 * DAY_S - 3600)
        assert world.catalog.place_at(PATH) is not None
        await world.clock.advance(2 * 3600)

    assert world.catalog.place_at(PATH) is None
    assert world.told == 1


async def test_purger_of_at_once_acts_when_nudged():
    world = World()
    async with world.purging(0) as purger:
        await world.hear("IN_CREATE")
        await world.clock.advance(1)
        await world.hear("IN_DELETE", timestamp=world.now(3600))  # its clock is ahead
        purger.nudge()
        await world.clock.advance(0)

        assert world.catalog.place_at(PATH) is None


async def test_purger_with_days_is_not_woken_by_every_batch():
    world = World()
    async with world.purging(DAY_S) as purger:
        purger.nudge()
        await world.clock.advance(0)
        assert not purger._nudged.is_set()


async def test_purger_goes_on_when_the_catalog_is_back():
    world = World()
    await world.hear("IN_CREATE")
    await world.clock.advance(1)
    await world.hear("IN_DELETE")
    world.catalog.away = True

    async with world.purging(0):
        await world.clock.advance(60)
        assert world.told == 0
        world.catalog.away = False
        await world.clock.advance(60)

    assert world.catalog.place_at(PATH) is None


async def test_purger_takes_many_in_batches():
    world = World()
    for number in range(7):
        gone = {"path": b"/music/%d" % number, "file_id": None}
        await world.hear("IN_DELETE", **gone)

    async with world.purging(0, batch=3):
        pass

    assert world.catalog.all_places == {}
    assert world.told == 3


async def test_late_event_does_not_bring_a_purged_file_back_but_a_new_one_does():
    world = World()
    early = world.now()
    await world.clock.advance(1)
    await world.hear("IN_DELETE")
    async with world.purging(0):
        pass

    await world.hear("IN_CREATE", timestamp=early)
    assert world.catalog.place_at(PATH) is None

    await world.clock.advance(1)
    await world.hear("IN_CREATE")
    place = world.catalog.place_at(PATH)
    assert place is not None
    assert (place.id, place.availability) == (ID, Availability.PRESENT)
    assert world.catalog.tombstones == {}


async def test_file_that_moves_away_from_a_purged_place_keeps_its_id():
    world = World()
    await world.hear("IN_CREATE")
    await world.clock.advance(1)
    await world.hear("IN_DELETE")
    async with world.purging(0):
        pass
    await world.clock.advance(1)

    new = b"/music/b.flac"
    await world.hear("IN_MOVED_TO", path=new, moved_from=PATH)

    place = world.catalog.place_at(new)
    assert place is not None
    assert place.id == ID
