import asyncio
import hashlib
import os
import shutil
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from apollonia.adapters.uploads import FolderSpool
from apollonia.domain.ids import uuid7
from apollonia.domain.kinds import Kind, RootState
from apollonia.domain.roots import RootStatus
from apollonia.domain.times import format_micros
from apollonia.ingest.root.roots import Root
from apollonia.ingest.uploads.examine import Examined
from apollonia.ingest.uploads.options import UploadOptions
from apollonia.ingest.uploads.service import UploadLanding, UploadPorts
from apollonia.messages import Media, Tags
from apollonia.observe.metrics import Metrics
from apollonia.ports.index import RootRecord
from apollonia.ports.uploads import Upload, UploadResult
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_index import MemoryIndex

SHARED_MEMORY = Path("/dev/shm")


def path_of(path: bytes) -> Path:
    return Path(os.fsdecode(path))


class KnownTags:
    """An examiner that hashes, and believes that everything is a song of one title."""

    title = "Song"

    async def examine(self, spooled):
        content = path_of(spooled.content).read_bytes()
        media = Media(
            kind=Kind.AUDIO,
            format="flac",
            tags=Tags(title=self.title, artist="Singer", album="Record", track=1),
        )
        return Examined(media, len(content), hashlib.sha256(content).hexdigest())


class World:
    """Uploads landing in a root of this disk, or of another one."""

    song = "Singer/Record/01 Song.flac"

    def __init__(self, data: Path, root: Path) -> None:
        self.root = root
        self.clock = ManualClock()
        self.spool = FolderSpool(data / "uploads", margin_bytes=0)
        self.index = MemoryIndex()
        self.examiner = KnownTags()
        self.state = RootState.WATCHING
        self.ignored: set[bytes] = set()
        root_ = Root(os.fsencode(root))
        self.options = UploadOptions(roots=(root_,), margin_bytes=0, stall_s=1e9)

    def service(self) -> UploadLanding:
        return UploadLanding(
            ports=UploadPorts(
                spool=self.spool,
                examiner=self.examiner,
                index=self.index,
                clock=self.clock,
                metrics=Metrics(),
                statuses=lambda: [RootStatus(root=str(self.root), state=self.state)],
                is_ignored=lambda _root, path: path in self.ignored,
            ),
            options=self.options,
        )

    async def upload(self, content: bytes = b"content", *, name="song.flac", **changes) -> str:
        """Handed over; its id."""
        fields = {
            "id": uuid7(),
            "name": name,
            "root": "",
            "size": len(content),
            "sha256_hash": None,
            "who": "owner",
            "time": format_micros(self.clock.now_micros()),
        }
        upload = Upload(**{**fields, **changes})
        spooled = await self.spool.begin(upload)
        path_of(spooled.content).write_bytes(content)
        await self.spool.commit(upload.id)
        return upload.id

    async def settle(self, *ids: str) -> list[UploadResult]:
        """Run until all of these are settled; what became of them."""
        async with self.running():
            return [await self.result(id_) for id_ in ids]

    @asynccontextmanager
    async def running(self):
        stop, service = asyncio.Event(), self.service()
        task = asyncio.create_task(service.run(stop))
        try:
            yield service
        finally:
            stop.set()
            async with asyncio.timeout(5):
                await task

    async def result(self, id_: str):
        async with asyncio.timeout(5):
            while True:
                found = await self.spool.result(id_)
                if found is not None and await self.spool.get(id_) is None:
                    return found
                await self.clock.advance(1)
                await asyncio.sleep(0.005)

    async def waits(self, id_: str) -> str:
        """Its reason, once it has one."""
        async with asyncio.timeout(5):
            while True:
                spooled = await self.spool.get(id_)
                if spooled is not None and spooled.waiting:
                    return spooled.waiting
                await asyncio.sleep(0.005)

    @property
    def is_near(self) -> bool:
        """Whether spool and root are on one disk."""
        return self.root.stat().st_dev == self.spool._folder.parent.stat().st_dev

    def files(self) -> dict[str, bytes]:
        """Everything in the root, whatever it is called."""
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }

    def scanned_on(self, device: int) -> None:
        self.index._roots[os.fsencode(self.root)] = RootRecord(device=device)


def _elsewhere() -> Path | None:
    """A folder on another disk than the temporary one, if this machine has one."""
    there = SHARED_MEMORY.is_dir() and os.access(SHARED_MEMORY, os.W_OK)
    here = Path(tempfile.gettempdir()).stat().st_dev
    return SHARED_MEMORY if there and SHARED_MEMORY.stat().st_dev != here else None


@pytest.fixture(params=["same disk", "other disk"])
def world(request, tmp_path):
    if request.param == "same disk":
        (tmp_path / "root").mkdir()
        yield World(tmp_path, tmp_path / "root")
        return
    other = _elsewhere()
    if other is None:
        pytest.skip("this machine has one file system only")
    root = Path(tempfile.mkdtemp(dir=other, prefix="apollonia-test-"))
    yield World(tmp_path, root)
    shutil.rmtree(root)


@pytest.fixture
def near(tmp_path):
    """A world whose root is on the spool's own disk."""
    (tmp_path / "root").mkdir()
    return World(tmp_path, tmp_path / "root")
