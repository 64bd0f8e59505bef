"""The contract of ``FileSystem``: the disk of this machine, and the double that tests stand on."""

import asyncio
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from apollonia.adapters.file_system import LocalFiles
from apollonia.errors import FilesUnavailableError, NotFoundError
from apollonia.ports.file_system import Storage, StorageKind, WatchEvent, What
from apollonia.testing.fake_files import FakeFiles
from apollonia.testing.manual_clock import ManualClock


def as_path(path):
    return Path(os.fsdecode(path))


class LocalDisk:
    """What ``FakeFiles`` can do, on the real disk."""

    def __init__(self, root):
        self.root = root
        self.files = LocalFiles()

    def make_folder(self, path):
        as_path(path).mkdir(parents=True, exist_ok=True)

    def write(self, path, data):
        as_path(path).write_bytes(data)

    def link(self, path, new):
        as_path(new).hardlink_to(as_path(path))

    def make_link(self, path, target):
        as_path(path).symlink_to(as_path(target))

    def make_pipe(self, path):
        os.mkfifo(path)

    def move(self, path, new):
        as_path(path).rename(as_path(new))

    def delete(self, path):
        if as_path(path).is_dir():
            shutil.rmtree(path)
        else:
            as_path(path).unlink()


class FakeDisk:
    def __init__(self):
        self.root = b"/disk"
        self.files = FakeFiles(ManualClock())
        self.files.make_folder(self.root)

    def __getattr__(self, name):
        return getattr(self.files, name)


@pytest.fixture(params=["fake", "local"])
def disk(request, tmp_path):
    if request.param == "local":
        return LocalDisk(os.fsencode(tmp_path))
    return FakeDisk()


@pytest.fixture
def watcher(disk):
    if isinstance(disk, LocalDisk) and sys.platform != "linux":
        pytest.skip("this system has no inotify")
    made = disk.files.watch()
    yield made
    made.close()


async def heard(watcher, number):
    """So many events; more that come with them fail the test."""
    events: list[WatchEvent] = []
    async with asyncio.timeout(5):
        while len(events) < number:
            events.extend(await watcher.next())
    assert len(events) == number, events
    return events


def test_listing_sorts_names_by_what_they_are(disk):
    root = disk.root
    disk.write(root + b"/a\n\xff.mp3", b"123")
    disk.make_folder(root + b"/folder")
    disk.write(root + b"/folder/below", b"")
    disk.make_link(root + b"/link", root + b"/folder")
    disk.make_pipe(root + b"/pipe")
    listing = disk.files.list_folder(root)
    assert list(listing.names) == [b"a\n\xff.mp3"]
    assert listing.stats[b"a\n\xff.mp3"].st_size == 3
    assert list(listing.folders) == [b"folder"]
    assert list(listing.links) == [b"link"]
    assert listing.others == {b"pipe": "named pipe"}
    assert not listing.is_empty


def test_listing_tells_only_the_facts_asked_for(disk):
    for name in (b"/a", b"/b", b"/c"):
        disk.write(disk.root + name, b"x")
    listing = disk.files.list_folder(disk.root, {b"b", b"missing"})
    assert sorted(listing.names) == [b"a", b"b", b"c"]
    assert list(listing.stats) == [b"b"]
    assert disk.files.list_folder(disk.root, ()).stats == {}


def test_listing_of_what_is_no_folder(disk):
    disk.write(disk.root + b"/file", b"x")
    for name in (b"/missing", b"/file"):
        with pytest.raises(NotFoundError):
            disk.files.list_folder(disk.root + name)
    disk.make_folder(disk.root + b"/empty")
    assert disk.files.list_folder(disk.root + b"/empty").is_empty


def test_stat_follows_no_link(disk):
    disk.write(disk.root + b"/file", b"12345")
    disk.make_link(disk.root + b"/link", disk.root + b"/file")
    assert disk.files.stat(disk.root + b"/file").st_size == 5
    link, file = (disk.files.stat(disk.root + name) for name in (b"/link", b"/file"))
    assert link.st_ino != file.st_ino
    assert disk.files.stat(disk.root + b"/missing") is None


def test_hard_links_share_inode_and_count(disk):
    disk.write(disk.root + b"/a", b"x")
    disk.link(disk.root + b"/a", disk.root + b"/b")
    a, b = (disk.files.stat(disk.root + name) for name in (b"/a", b"/b"))
    assert (a.st_ino, a.st_dev, a.st_nlink) == (b.st_ino, b.st_dev, 2)


def test_resolve_leads_to_the_end_of_links(disk):
    disk.write(disk.root + b"/file", b"x")
    disk.make_link(disk.root + b"/one", disk.root + b"/two")
    disk.make_link(disk.root + b"/two", disk.root + b"/file")
    disk.make_link(disk.root + b"/circle", disk.root + b"/circle")
    disk.make_link(disk.root + b"/nowhere", disk.root + b"/missing")
    assert disk.files.resolve(disk.root + b"/one") == os.path.realpath(disk.root) + b"/file"
    assert disk.files.resolve(disk.root + b"/circle") is None
    assert disk.files.resolve(disk.root + b"/nowhere") is None


def test_small_files_are_read_whole_or_not_at_all(disk):
    disk.write(disk.root + b"/rules", b"12345")
    disk.write(disk.root + b"/empty", b"")
    disk.make_folder(disk.root + b"/folder")
    disk.make_pipe(disk.root + b"/pipe")
    assert disk.files.read_small(disk.root + b"/rules", 5) == b"12345"
    assert disk.files.read_small(disk.root + b"/rules", 5, top=disk.root) == b"12345"
    assert disk.files.read_small(disk.root + b"/empty", 5) == b""
    for name in (b"/missing", b"/folder", b"/pipe", b"/rules/below", b"/missing/below"):
        assert disk.files.read_small(disk.root + name, 5) is None
    with pytest.raises(FilesUnavailableError, match="larger than 4 bytes"):
        disk.files.read_small(disk.root + b"/rules", 4)


async def test_watcher_hears_what_happens_to_a_file(disk, watcher):
    watcher.add(disk.root)
    path = disk.root + b"/\xff\n.mp3"
    disk.write(path, b"x")
    created, written = await heard(watcher, 2)
    assert created[:4] == (What.CREATED, disk.root, b"\xff\n.mp3", False)
    assert written[:4] == (What.WRITTEN, disk.root, b"\xff\n.mp3", False)
    disk.delete(path)
    (deleted,) = await heard(watcher, 1)
    assert deleted[:4] == (What.DELETED, disk.root, b"\xff\n.mp3", False)


async def test_watcher_joins_both_halves_of_a_move(disk, watcher):
    disk.make_folder(disk.root + b"/a")
    disk.make_folder(disk.root + b"/b")
    disk.write(disk.root + b"/a/x", b"x")
    watcher.add(disk.root + b"/a")
    watcher.add(disk.root + b"/b")
    watcher.add(disk.root + b"/a")
    assert watcher.count == 2
    disk.move(disk.root + b"/a/x", disk.root + b"/b/y")
    left, came = await heard(watcher, 2)
    assert (left.what, left.folder, left.name) == (What.MOVED_FROM, disk.root + b"/a", b"x")
    assert (came.what, came.folder, came.name) == (What.MOVED_TO, disk.root + b"/b", b"y")
    assert left.cookie == came.cookie != 0


async def test_watch_of_a_renamed_folder_goes_on_under_the_path_it_is_added_with(disk, watcher):
    disk.make_folder(disk.root + b"/a")
    watcher.add(disk.root)
    watcher.add(disk.root + b"/a")
    disk.move(disk.root + b"/a", disk.root + b"/b")
    await heard(watcher, 2)
    watcher.add(disk.root + b"/b")
    assert watcher.count == 2
    disk.make_folder(disk.root + b"/b/c")
    (event,) = await heard(watcher, 1)
    assert event[:4] == (What.CREATED, disk.root + b"/b", b"c", True)


async def test_watcher_tells_that_a_folder_is_gone_and_can_watch_its_successor(disk, watcher):
    disk.make_folder(disk.root + b"/a")
    watcher.add(disk.root + b"/a")
    disk.delete(disk.root + b"/a")
    (event,) = await heard(watcher, 1)
    assert event[:2] == (What.FOLDER_GONE, disk.root + b"/a")
    disk.make_folder(disk.root + b"/a")
    watcher.add(disk.root + b"/a")
    disk.write(disk.root + b"/a/x", b"")
    assert [event.what for event in await heard(watcher, 2)] == [What.CREATED, What.WRITTEN]


async def test_removed_watches_are_silent(disk, watcher):
    disk.make_folder(disk.root + b"/a")
    disk.make_folder(disk.root + b"/ab")
    for name in (b"/a", b"/ab"):
        watcher.add(disk.root + name)
    watcher.remove_under(disk.root + b"/a")
    disk.make_folder(disk.root + b"/a/x")
    disk.make_folder(disk.root + b"/ab/y")
    (event,) = await heard(watcher, 1)
    assert event.name == b"y"


def test_missing_folder_cannot_be_watched(disk, watcher):
    with pytest.raises(NotFoundError):
        watcher.add(disk.root + b"/missing")


def test_local_listing_of_an_overlong_path_says_so(tmp_path):
    with pytest.raises(FilesUnavailableError, match="too long"):
        LocalFiles().list_folder(os.fsencode(tmp_path) + b"/x" * 3000)


def test_nothing_is_found_behind_a_link_below_the_top(disk):
    top, outside = disk.root + b"/top", disk.root + b"/outside"
    for path in (top + b"/real/deep", outside + b"/deep"):
        disk.make_folder(path)
        disk.write(path + b"/a", b"x")
    disk.make_link(top + b"/link", outside)
    assert list(disk.files.list_folder(top + b"/real/deep", top=top).names) == [b"a"]
    assert disk.files.stat(top + b"/real/deep/a", top=top) is not None
    assert disk.files.stat(top, top=top) is not None
    for folder in (b"/link", b"/link/deep"):
        with pytest.raises(NotFoundError):
            disk.files.list_folder(top + folder, top=top)
        assert disk.files.stat(top + folder + b"/a", top=top) is None
        assert disk.files.read_small(top + folder + b"/a", 9, top=top) is None
    disk.make_link(top + b"/file", top + b"/real/deep/a")
    assert disk.files.read_small(top + b"/real/deep/a", 9, top=top) == b"x"
    assert disk.files.read_small(top + b"/file", 9, top=top) is None


def test_top_itself_may_be_a_link(tmp_path):
    (tmp_path / "real" / "below").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    top = os.fsencode(tmp_path / "link")
    assert LocalFiles().list_folder(top, top=top).folders == [b"below"]
    assert LocalFiles().list_folder(top + b"/below", top=top).is_empty


def test_folder_with_anything_in_it_has_entries(disk):
    disk.make_folder(disk.root + b"/a")
    assert not disk.files.has_entries(disk.root + b"/a")
    disk.make_link(disk.root + b"/a/link", disk.root + b"/missing")
    assert disk.files.has_entries(disk.root + b"/a")
    with pytest.raises(NotFoundError):
        disk.files.has_entries(disk.root + b"/missing")


def test_storage_is_that_of_the_nearest_mount(disk):
    root, below = disk.root, disk.root + b"/music"
    disk.make_folder(below + b"/deep")
    nfs = Storage(StorageKind.NETWORK, "nfs4", "nas:/music", "nas:/music")
    if isinstance(disk, LocalDisk):
        table = as_path(root + b"/mountinfo")
        real = os.path.realpath(below).replace(b" ", b"\\040")
        table.write_bytes(
            b"1 0 0:7 / / rw - tmpfs tmpfs rw\n2 1 0:9 / %s rw - nfs4 nas:/music rw\n" % real
        )
        disk.files = LocalFiles(mounts=table)
    else:
        disk.files.storages = {b"/": Storage(StorageKind.MEMORY, "tmpfs"), below: nfs}
    assert disk.files.storage(root).kind is StorageKind.MEMORY
    found = disk.files.storage(below)
    assert found == disk.files.storage(below + b"/deep")
    assert replace(found, mounting="") == nfs
    assert disk.files.storages_below(root).keys() == {below}
    assert disk.files.storages_below(below) == {}
    assert disk.files.mounts_mark() is not None


def test_local_storage_of_a_real_folder_is_known(tmp_path):
    if sys.platform != "linux":
        pytest.skip("needs the mount table of Linux")
    storage = LocalFiles().storage(os.fsencode(tmp_path))
    assert storage.file_system
    assert not storage.is_remote


def test_local_storage_without_a_mount_table_is_unknown(tmp_path):
    files = LocalFiles(mounts=tmp_path / "missing")
    assert files.storage(os.fsencode(tmp_path)) == Storage()
    assert files.storages_below(b"/") == {}
