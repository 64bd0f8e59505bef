"""Work on a disk that may hang: waited for, not for ever, and it holds up nothing else."""

import asyncio
from threading import Event

import pytest

from apollonia.ingest.uploads.disk_work import DiskWork, StalledError
from apollonia.testing.manual_clock import ManualClock


class Disk:
    """Hangs until told; ``begun`` and ``told`` are what its work saw."""

    def __init__(self) -> None:
        self.answers, self.begun, self.told = Event(), Event(), Event()

    def work(self, stop: Event) -> str:
        self.begun.set()
        assert self.answers.wait(10)
        if stop.is_set():
            self.told.set()
        return "done"


@pytest.fixture
async def clock():
    return ManualClock()


@pytest.fixture
async def disks(clock):
    made = DiskWork(clock)
    yield made
    await made.close(5)


async def begun(disk: Disk) -> None:
    assert await asyncio.to_thread(disk.begun.wait, 5)


async def test_work_gives_its_result_or_its_error(disks):
    def fail(_stop):
        raise OSError("broken")

    assert await disks.run("a", lambda _stop: 5, 10) == 5
    with pytest.raises(OSError, match="broken"):
        await disks.run("a", fail, 10)


async def test_hanging_work_is_told_to_stop_and_blocks_its_own_name_only(disks, clock):
    disk = Disk()
    task = asyncio.create_task(disks.run("hangs", disk.work, 60))
    await begun(disk)
    await clock.advance(61)
    with pytest.raises(StalledError):
        await task

    with pytest.raises(StalledError):
        await disks.run("hangs", lambda _stop: 5, 60)
    assert await disks.run("other", lambda _stop: 6, 60) == 6

    disk.answers.set()
    assert await asyncio.to_thread(disk.told.wait, 5)
    while True:
        try:
            assert await disks.run("hangs", lambda _stop: 7, 60) == 7
            break
        except StalledError:
            await asyncio.sleep(0.001)


async def test_hanging_disks_take_a_bounded_number_of_threads(disks, clock):
    stuck = [Disk() for _ in range(4)]
    for number, disk in enumerate(stuck):
        task = asyncio.create_task(disks.run(str(number), disk.work, 60))
        await begun(disk)
        await clock.advance(61)
        with pytest.raises(StalledError):
            await task
    with pytest.raises(StalledError):
        await disks.run("one more", lambda _stop: 5, 60)
    for disk in stuck:
        disk.answers.set()


async def test_cancelled_work_is_told_to_stop(disks):
    disk = Disk()
    task = asyncio.create_task(disks.run("a", disk.work, 60))
    await begun(disk)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    disk.answers.set()
    assert await asyncio.to_thread(disk.told.wait, 5)
