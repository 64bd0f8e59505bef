"""An audit at the start: what populators still hold is not lost."""

import asyncio

import pytest

from apollonia.domain.paging import Page
from apollonia.domain.paths import folder_of
from apollonia.domain.times import parse_micros
from apollonia.ingest.audit import Audit, Audited
from apollonia.ingest.root.roots import Root
from apollonia.messages import POPULATOR_QUEUE, topology
from apollonia.ports.index import Commit, Entry
from apollonia.testing.builders import a_place, a_time
from apollonia.testing.fake_library import FakeLibrary
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_bus import MemoryBus
from apollonia.testing.memory_index import MemoryIndex


class LateLibrary(FakeLibrary):
    """Knows the file from a moment on."""

    def __init__(self, clock, path, since):
        super().__init__()
        self._clock = clock
        self._place = a_place(path=path, root=path.rpartition(b"/")[0].decode())
        self._since = since

    @property
    def _is_there(self):
        return self._clock.monotonic() >= self._since

    async def root_summary(self, _root):
        return (1, a_time()) if self._is_there else (0, None)

    async def places_at(self, _paths):
        return {self._place.path: self._place} if self._is_there else {}

    async def page(self, *_args, **_options):
        return Page((), None)


@pytest.fixture
async def stand(tmp_path):
    clock, path = ManualClock(), bytes(tmp_path / "song.flac")
    place = a_place(path=path)
    entry = Entry(
        path=path, size=1, mtime_ns=1, ctime_ns=1, atime_ns=1, inode=1, device=1, links=1,
        sha256_hash=place.sha256_hash, xxh128_hash=place.xxh128_hash, file_id=place.id,
    )  # fmt: skip
    index = MemoryIndex()
    told = {bytes(tmp_path): parse_micros(a_time())}
    await index.commit(Commit([entry], last_timestamps=told))
    bus = MemoryBus(clock=clock)
    await bus.declare(topology(POPULATOR_QUEUE))
    return clock, path, index, bus


async def audited(stand, known_after_s):
    clock, path, index, bus = stand
    library = LateLibrary(clock, path, known_after_s)
    audit = Audit(index=index, library=library, bus=bus, clock=clock)
    running = asyncio.create_task(audit.run(Root(folder_of(path))))
    while not running.done():
        await clock.advance(0.1)
    return await running


async def test_what_a_populator_holds_at_the_start_is_not_told_again(stand):
    assert await audited(stand, known_after_s=2.0) == Audited()
    assert stand[2].files[stand[1]].is_live


async def test_what_never_arrives_is_told_again(stand):
    assert await audited(stand, known_after_s=1e9) == Audited(lost=1)
    assert not stand[2].files[stand[1]].is_live
