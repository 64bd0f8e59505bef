"""Whether a file is gone, while its disk comes and goes."""

from dataclasses import replace

import pytest

from apollonia.ingest.reconcile.lost import Verdicts
from apollonia.ports.index import Entry
from apollonia.testing.fake_files import FakeFiles
from apollonia.testing.manual_clock import ManualClock

TREE = "/music/\n    keep.txt\n    disk/\n        a.mp3\n        b.mp3\n        c.mp3\n"
DISK = b"/music/disk"


class Flickering(FakeFiles):
    """Does something the first time that it was asked about ``after``."""

    after, then = b"", None

    def stat(self, path, *, top=None):
        found = super().stat(path, top=top)
        if path == self.after and self.then is not None:
            then, self.then = self.then, None
            then()
        return found


@pytest.fixture
def files():
    files = Flickering.of(TREE, ManualClock())
    files.mounts[DISK] = 2
    for path, node in files.nodes.items():
        if path.startswith(DISK):
            node.device = 2
    return files


def entries(files):
    found = []
    for name in (b"a", b"b", b"c"):
        path = DISK + b"/" + name + b".mp3"
        stat = files.stat(path)
        found.append(
            Entry(
                path=path,
                size=stat.st_size,
                mtime_ns=stat.st_mtime_ns,
                ctime_ns=stat.st_ctime_ns,
                atime_ns=0,
                inode=stat.st_ino,
                device=stat.st_dev,
                links=1,
                sha256_hash=None,
                xxh128_hash=None,
                file_id=name.decode(),
            )
        )
    return found


def test_disk_that_comes_back_between_two_looks_has_lost_nothing(files):
    known = entries(files)
    disk = files.unmount(DISK, files.new_folder(DISK))
    files.after, files.then = known[0].path, lambda: files.mount(DISK, disk)
    gone, away = Verdicts(files, b"/music", 1).gone(known)
    assert gone == []
    assert known[0].path in away  # until somebody looks again


def test_disk_that_goes_after_one_of_its_files_was_found_gone_takes_the_others_along(files):
    known = entries(files)
    files.delete(known[0].path)
    beneath = files.new_folder(DISK)
    files.after, files.then = known[1].path, lambda: files.unmount(DISK, beneath)
    gone, away = Verdicts(files, b"/music", 1).gone(known)
    assert gone == []
    assert known[2].path in away


def test_file_that_is_gone_from_its_disk_is_gone(files):
    known = entries(files)
    files.delete(known[1].path)
    assert Verdicts(files, b"/music", 1).gone(known) == ([known[1].path], [])


def test_file_of_a_disk_that_was_replaced_by_nothing_is_away(files):
    known = [replace(one, device=2) for one in entries(files)]
    files.unmount(DISK, files.new_folder(DISK))
    assert Verdicts(files, b"/music", 1).gone(known) == ([], [one.path for one in known])
