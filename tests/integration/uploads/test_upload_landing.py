"""Uploads onto their places, on the real disk: whole, never over something, never elsewhere."""

import asyncio
import errno
import hashlib
import os
import resource
import stat
from dataclasses import replace
from threading import Event

import pytest

from apollonia.domain.kinds import RootState
from apollonia.errors import MediaUnavailableError
from apollonia.ingest.root.roots import Root
from apollonia.ingest.uploads.landing import Landing, Target
from apollonia.ingest.uploads.naming import Destination
from apollonia.ingest.uploads.rename import link_no_replace, move_no_replace
from apollonia.media.reading import StoppedError
from apollonia.ports.uploads import UploadState

SONG = "Singer/Record/01 Song.flac"
SECOND = "Singer/Record/01 Song (2).flac"
DESTINATION = Destination(("Singer", "Record"), "01 Song", ".flac")


async def test_upload_lands_where_the_rule_says(world):
    (result,) = await world.settle(await world.upload())

    assert world.files() == {SONG: b"content"}
    assert result.state is UploadState.LANDED
    assert result.path == os.fsencode(world.root / SONG)
    assert await world.spool.list() == []


async def test_the_same_file_is_a_duplicate(world):
    first, second = await world.settle(await world.upload(), await world.upload())

    assert world.files() == {SONG: b"content"}
    assert (first.state, second.state) == (UploadState.LANDED, UploadState.DUPLICATE)
    assert second.path == first.path


async def test_another_file_of_the_name_gets_a_number_and_nothing_is_replaced(world):
    contents = (b"one", b"two", b"six", b"two")
    results = await world.settle(*[await world.upload(it) for it in contents])

    third = "Singer/Record/01 Song (3).flac"
    assert world.files() == {SONG: b"one", SECOND: b"two", third: b"six"}
    assert [it.state.value for it in results] == ["landed", "landed", "landed", "duplicate"]


async def test_file_that_appears_in_the_last_moment_is_not_replaced(world):
    id_ = await world.upload()
    spooled = await world.spool.get(id_)

    def move(*args):
        if not (world.root / SONG).exists():
            (world.root / SONG).write_bytes(b"somebody else's")
        move_no_replace(*args)

    target = Target(root=os.fsencode(world.root), device=None, margin_bytes=0)
    landing = Landing(spooled.folder, target, Event(), move=move)
    landed = landing.land(DESTINATION, 7, hashlib.sha256(b"content").hexdigest())

    assert landed.path == os.fsencode(world.root / SECOND)
    assert world.files() == {SONG: b"somebody else's", SECOND: b"content"}


async def test_rights_are_those_of_the_folder_it_goes_into(world):
    (world.root / "Singer").mkdir()
    (world.root / "Singer").chmod(0o2775)
    before = os.umask(0o077)
    try:
        await world.settle(await world.upload())
    finally:
        os.umask(before)

    album = world.root / "Singer" / "Record"
    assert stat.S_IMODE(album.stat().st_mode) == 0o2775
    assert stat.S_IMODE((world.root / SONG).stat().st_mode) == 0o664


@pytest.mark.parametrize("place", ["Singer", "Singer/Record"])
async def test_links_below_the_root_are_not_followed(world, tmp_path, place):
    outside = tmp_path / "outside"
    outside.mkdir()
    link = world.root / place
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(outside)

    (result,) = await world.settle(await world.upload())

    assert list(outside.iterdir()) == []
    assert result.state is UploadState.LANDED
    assert world.files()[os.fsdecode(result.path[len(os.fsencode(world.root)) + 1 :])] == b"content"
    assert place + " (2)" in os.fsdecode(result.path)


async def test_link_with_the_name_of_the_file_is_left_alone(world, tmp_path):
    (tmp_path / "outside").write_bytes(b"content")
    (world.root / SONG).parent.mkdir(parents=True)
    (world.root / SONG).symlink_to(tmp_path / "outside")

    (result,) = await world.settle(await world.upload())

    assert result.path == os.fsencode(world.root / SECOND)
    assert (world.root / SONG).is_symlink()


async def test_root_behind_a_link_is_a_root(near, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(near.root)
    near.options = replace(near.options, roots=(Root(os.fsencode(link)),))
    service = near.service
    near.root, real = link, near.root
    near.service = service

    await near.settle(await near.upload())

    assert (real / SONG).read_bytes() == b"content"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": RootState.PAUSED}, "paused"),
        ({"state": RootState.UNAVAILABLE}, "unavailable"),
        ({"state": RootState.STOPPED}, "stopped"),
    ],
)
async def test_upload_waits_while_its_root_is_not_at_work(world, changes, words):
    world.state = changes["state"]
    id_ = await world.upload()
    async with world.running():
        assert words in await world.waits(id_)
        assert world.files() == {}
        world.state = RootState.WATCHING
        assert (await world.result(id_)).state is UploadState.LANDED


async def test_upload_for_a_folder_that_takes_none_waits(near):
    id_ = await near.upload(root="/elsewhere")
    async with near.running():
        assert "takes uploads" in await near.waits(id_)


async def test_nothing_is_written_below_a_disk_that_is_not_mounted(near):
    near.scanned_on(near.root.stat().st_dev + 1)
    id_ = await near.upload()
    async with near.running():
        assert "another disk" in await near.waits(id_)
        assert near.files() == {}
        near.scanned_on(near.root.stat().st_dev)
        await near.result(id_)


async def test_upload_that_the_rules_would_hide_waits(near):
    near.ignored = {os.fsencode(near.root / SONG)}
    id_ = await near.upload()
    async with near.running():
        assert "leave alone" in await near.waits(id_)
        assert near.files() == {}
        near.ignored.clear()
        assert (await near.result(id_)).state is UploadState.LANDED


async def test_one_that_waits_holds_up_nobody(near):
    waiting, good = await near.upload(root="/elsewhere"), await near.upload()
    async with near.running():
        await near.waits(waiting)
        assert (await near.result(good)).state is UploadState.LANDED


async def test_disk_that_is_too_full_is_waited_for(world):
    world.options = replace(world.options, margin_bytes=2**62)
    id_ = await world.upload()
    async with world.running():
        if world.is_near:
            assert (await world.result(id_)).state is UploadState.LANDED  # a rename needs no room
            return
        assert "full" in await world.waits(id_)
        assert world.files() == {}


async def test_failed_copy_leaves_nothing_behind(world):
    """The disk gets full, breaks, or turns read-only in the very last step."""
    id_ = await world.upload()
    spooled = await world.spool.get(id_)
    target = Target(root=os.fsencode(world.root), device=None, margin_bytes=0)
    sha = hashlib.sha256(b"content").hexdigest()

    def full(*_args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OSError, match="No space"):
        Landing(spooled.folder, target, Event(), move=full).land(DESTINATION, 7, sha)
    assert world.files() == {}
    assert Landing(spooled.folder, target, Event()).resume() is None
    assert (await world.settle(id_))[0].state is UploadState.LANDED


async def test_copy_that_fails_half_way_leaves_nothing_behind(world):
    content = os.urandom(3 << 20)
    id_ = await world.upload(content)
    spooled = await world.spool.get(id_)
    target = Target(root=os.fsencode(world.root), device=None, margin_bytes=0)

    def across(source_folder, source, folder, name):
        """As if there were two file systems in any case."""
        if source == b"content":
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        move_no_replace(source_folder, source, folder, name)

    def land():
        landing = Landing(spooled.folder, target, Event(), move=across)
        return landing.land(DESTINATION, len(content), hashlib.sha256(content).hexdigest())

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            land()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert world.files() == {}

    assert land().path == os.fsencode(world.root / SONG)
    assert world.files() == {SONG: content}
    assert (await world.settle(id_))[0].state is UploadState.LANDED
    assert world.files() == {SONG: content}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_read_only_folder_is_waited_for(near):
    near.root.chmod(0o500)
    id_ = await near.upload()
    async with near.running():
        assert "not permitted" in await near.waits(id_)
        near.root.chmod(0o700)
        await near.result(id_)


async def test_busy_media_workers_are_waited_for(near):
    busy = True

    class SometimesBusy:
        async def examine(self, spooled):
            if busy:
                raise MediaUnavailableError
            return await known.examine(spooled)

    known, near.examiner = near.examiner, SometimesBusy()
    id_ = await near.upload()
    async with near.running():
        assert "busy" in await near.waits(id_)
        busy = False
        await near.result(id_)


async def test_upload_that_confuses_us_waits_and_the_others_land(near):
    class Confused:
        async def examine(self, spooled):
            if spooled.upload.name == "bad":
                raise ZeroDivisionError
            return await known.examine(spooled)

    known, near.examiner = near.examiner, Confused()
    bad, good = await near.upload(name="bad"), await near.upload()
    async with near.running():
        await near.result(good)
        assert "ZeroDivisionError" in await near.waits(bad)


async def test_tries_become_rarer(near):
    tries = 0

    class Counting:
        async def examine(self, spooled):
            nonlocal tries
            tries += 1
            raise MediaUnavailableError

    near.examiner = Counting()
    id_ = await near.upload()
    async with near.running():
        await near.waits(id_)
        for _ in range(3600):
            await near.clock.advance(1)
            while not near.clock.sleeping:  # noqa: ASYNC110 - a try is in its threads
                await asyncio.sleep(0.001)
        assert 5 <= tries <= 14


async def test_stopped_reading_ends_and_loses_nothing(world):
    id_ = await world.upload()
    spooled = await world.spool.get(id_)
    (world.root / SONG).parent.mkdir(parents=True)
    stop = Event()
    stop.set()
    if not world.is_near:
        target = Target(root=os.fsencode(world.root), device=None, margin_bytes=0)
        with pytest.raises(StoppedError):
            Landing(spooled.folder, target, stop).land(DESTINATION, 7, "")
    assert world.files() == {}
    assert (await world.settle(id_))[0].state is UploadState.LANDED


def test_move_falls_back_to_a_second_name_where_it_must(tmp_path):
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    fd = os.open(tmp_path, os.O_RDONLY)
    for move in (move_no_replace, link_no_replace):
        with pytest.raises(FileExistsError):
            move(fd, b"a", fd, b"b")
        move(fd, b"a", fd, b"c")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "c"]
        (tmp_path / "c").rename(tmp_path / "a")
    os.close(fd)
