"""Watches that run out, events that are lost and disks that come and go, on the real kernel.

Limits and mounts are set in a user namespace of the child's own: nobody else feels them.
"""

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")

CHILD = Path(__file__).with_name("watching_child.py")
ISOLATE = ("unshare", "--user", "--map-root-user", "--mount")
LIMIT = Path("/proc/sys/user/max_inotify_watches")
QUEUE = Path("/proc/sys/fs/inotify/max_queued_events")


class Child:
    """Ingest in a process of its own; ``status`` is the last it told."""

    def __init__(self, folder, *, watches=None, isolated=True, **options):
        self.root, self.data = folder / "media", folder / "data"
        self.root.mkdir(exist_ok=True)
        self.data.mkdir(exist_ok=True)
        run = [sys.executable, str(CHILD), str(self.root), str(self.data), json.dumps(options)]
        if watches is not None:
            run = ["sh", "-c", f'echo {watches} > {LIMIT}; exec "$@"', "sh", *run]
        self.process: Any = subprocess.Popen(
            [*ISOLATE, *run] if isolated else run,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.status = {}
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.status = json.loads(line)

    def tell(self, command):
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()

    def until(self, holds, seconds=30.0):
        end = time.monotonic() + seconds
        while not holds():
            assert self.process.poll() is None, "the child has ended"
            assert time.monotonic() < end, f"waited {seconds} s: {self.status}"
            time.sleep(0.02)

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(15)
        finally:
            self.process.kill()
            self._reader.join()
            self.process.stdout.close()

    def events(self):
        log = self.data / "bus.log"
        text = log.read_text() if log.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def catalog(self):
        """Path below the root → SHA-256, as who heard all events knows it."""
        known: dict[str, str] = {}
        for what, path, sha, moved_from in self.events():
            if what == "IN_DELETE":
                known.pop(path, None)
            else:
                known.pop(moved_from, None)
                known[path] = sha
        base = len(str(self.root)) + 1
        return {path[base:]: sha for path, sha in known.items()}

    def folder(self):
        """The same, as it is."""
        return {
            str(path.relative_to(self.root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in self.root.rglob("*")
            if path.is_file()
        }


@pytest.fixture
def child(tmp_path):
    started = []

    def start(**options):
        if options.get("isolated", True) and not _may_isolate():
            pytest.skip("user namespaces are not permitted here")
        started.append(Child(tmp_path, **options))
        return started[-1]

    yield start
    for one in started:
        one.stop()


def _may_isolate():
    try:
        tried = subprocess.run(
            [*ISOLATE, "sh", "-c", f"echo 100 > {LIMIT}"], capture_output=True, check=False
        )
    except OSError:
        return False
    return tried.returncode == 0


def test_watches_that_run_out_are_said_and_healed_and_no_file_is_lost(child, tmp_path):
    folders = [tmp_path / "media" / f"{number:02}" for number in range(40)]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "first.bin").write_bytes(folder.name.encode())
    one = child(watches=15, poll_s=0.5)
    one.until(lambda: one.status.get("state") == "degraded")
    assert "26 folders are not watched but polled every 0.5 s" in one.status["message"]
    assert "raise fs.inotify.max_user_watches" in one.status["message"]
    assert one.status["watches"] == 15
    assert one.status["polled_folders"] == 26
    assert one.status["root_degraded"] == 1
    for folder in folders:
        (folder / "second.bin").write_bytes(b"2" + folder.name.encode())
    (folders[39] / "deep" / "er").mkdir(parents=True)
    (folders[39] / "deep" / "er" / "new.bin").write_bytes(b"new")
    (folders[38] / "first.bin").unlink()
    one.until(lambda: one.catalog() == one.folder())
    assert one.status["state"] == "degraded"
    one.tell("watches 1000000")
    one.until(lambda: one.status["state"] == "watching")
    one.until(lambda: one.status["watches"] == 43)
    assert (one.status["message"], one.status["polled_folders"]) == (None, 0)
    for folder in folders:
        (folder / "third.bin").write_bytes(b"3" + folder.name.encode())
    one.until(lambda: one.catalog() == one.folder())
    events = one.events()
    assert len(events) == 40 + 40 + 1 + 1 + 40, "one event each"


def test_root_without_any_watch_is_polled_then_watched(child, tmp_path):
    (tmp_path / "media" / "a").mkdir(parents=True)
    one = child(watches=0, poll_s=0.3)
    one.until(lambda: one.status.get("state") == "degraded")
    assert one.status["watches"] == 0
    (tmp_path / "media" / "a" / "x.bin").write_bytes(b"x")
    one.until(lambda: one.catalog() == one.folder())
    one.tell("watches 1000")
    one.until(lambda: one.status["state"] == "watching")
    (tmp_path / "media" / "a" / "y.bin").write_bytes(b"y")
    one.until(lambda: one.catalog() == one.folder())


def test_events_lost_in_a_burst_lose_no_file(child, tmp_path):
    room = int(QUEUE.read_text())
    if room > 200_000:
        pytest.skip(f"{room} events fit into the queue here: a burst of that size takes too long")
    root = tmp_path / "media"
    root.mkdir()
    for number in range(40):
        (root / f"old {number}.bin").write_bytes(b"old %d" % number)
    one = child(isolated=False)
    one.until(lambda: one.status.get("state") == "watching" and len(one.events()) == 40)
    one.tell("hold 4")
    time.sleep(0.5)
    for number in range(room // 2 + 100):  # two files in turn: equal neighbours would be one event
        os.close(os.open(root / f"old {number % 2}.bin", os.O_WRONLY))
        os.close(os.open(root / "noise.bin", os.O_WRONLY | os.O_CREAT))
    for number in range(30):
        (root / f"new {number}.bin").write_bytes(b"new %d" % number)
    for number in range(10, 20):
        (root / f"old {number}.bin").unlink()
    for number in range(20, 30):
        (root / f"old {number}.bin").rename(root / f"moved {number}.bin")
    (root / "old 30.bin").write_bytes(b"changed")
    (root / "folder").mkdir()
    (root / "folder" / "in.bin").write_bytes(b"in")
    one.until(lambda: one.status["watch_overflows_total"] == 1)
    one.until(lambda: one.catalog() == one.folder())
    (root / "folder" / "later.bin").write_bytes(b"later")  # made unheard, watched all the same
    one.until(lambda: one.catalog() == one.folder())
    told = [(what, path) for what, path, _, _ in one.events()[40:]]
    assert len(told) == len(set(told)) == 30 + 10 + 10 + 1 + 1 + 1 + 1
    assert sum(what == "IN_MOVED_TO" for what, _ in told) == 10


def test_disk_mounted_and_unmounted_while_we_run(child, tmp_path):
    nas = tmp_path / "media" / "disk"
    nas.mkdir(parents=True)
    (tmp_path / "media" / "a.bin").write_bytes(b"a")
    one = child(root_poll_s=0.2)
    one.until(lambda: one.status.get("state") == "watching" and len(one.events()) == 1)
    within = Path(f"/proc/{one.process.pid}/root{nas}")
    one.tell(f"mount {nas}")
    one.until(lambda: os.path.ismount(within) or _device(within) != _device(nas))
    time.sleep(1.0)  # the mount is noticed, its folder watched
    (within / "on disk.bin").write_bytes(b"on disk")
    one.until(lambda: "disk/on disk.bin" in one.catalog())
    one.tell(f"umount {nas}")
    one.until(lambda: _device(within) == _device(nas))
    one.until(lambda: "out of reach" in (one.status["message"] or ""))
    assert "disk/on disk.bin" in one.catalog(), "nothing was deleted"
    (nas / "beneath.bin").write_bytes(b"beneath")
    one.until(lambda: "disk/beneath.bin" in one.catalog())


def _device(path):
    return path.stat().st_dev
