"""The kernel drops events, for the event loop is held while too many happen."""

import hashlib
import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from apollonia.testing.replay import replay

QUEUE = Path("/proc/sys/fs/inotify/max_queued_events")
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="needs inotify"),
    pytest.mark.timeout(120),
]


def hold_the_loop_until_events_are_lost(root):
    """Blocks. More events than the queue holds, and real changes before, amid and after them."""
    limit = int(QUEUE.read_text())
    if limit > 65_536:
        pytest.skip(f"the kernel queues {limit} events here: too long a test")
    noise = [root / "noise" / f"{number}.part" for number in range(2)]
    for number in range(limit // 4 + 500):  # each is made, written and deleted, twice
        for path in noise:
            path.touch()
            path.unlink()
        if number % 400 == 0:
            (root / "new" / f"{number}.bin").write_bytes(b"%d" % number)
    (root / "changed.bin").write_bytes(b"changed")
    (root / "gone.bin").unlink()
    (root / "here.bin").rename(root / "there.bin")
    shutil.copytree(root / "new", root / "made" / "deep")
    (root / "renamed").rename(root / "renamed since")


async def test_overflow_loses_nothing(stand):
    for name in ("changed.bin", "gone.bin", "here.bin", "renamed/a.bin"):
        stand.write(name, name.encode())
    for name in ("noise", "new"):
        (stand.root / name).mkdir()
    async with stand.running() as service:
        await stand.until(lambda: len(stand.events()) == 4)
        ids = {event.raw_path(): event.file_id for event in stand.events()}
        time.sleep(0.5)  # noqa: ASYNC251 - everything is older than the settle time
        hold_the_loop_until_events_are_lost(stand.root)
        assert service._engine.roots[0].overflows == 0
        await stand.until(lambda: service._engine.roots[0].overflows > 0)
        expected = {
            os.fsencode(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in stand.root.rglob("*")
            if path.is_file()
        }
        await stand.until(lambda: hashes(stand) == expected, 30)
        kept = {event.raw_path(): event.file_id for event in stand.events()}
    for old, new in (("here.bin", "there.bin"), ("renamed/a.bin", "renamed since/a.bin")):
        assert kept[path_of(stand, new)] == ids[path_of(stand, old)]
    once = [(e.event_type, e.raw_path()) for e in stand.events()]
    assert len(set(once)) == len(once)


def hashes(stand):
    return {path: sha for path, (_, sha) in replay(stand.events()).items()}


def path_of(stand, name):
    return os.fsencode(stand.root / name)
