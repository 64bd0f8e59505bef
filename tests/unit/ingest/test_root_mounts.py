"""Disks that go and come back while the folders are watched; what is written beneath; clocks."""

from apollonia.ports.file_system import Storage, StorageKind

TREE = "/music/\n    keep.txt\n    disk/\n        a.mp3\n"


def with_disk(rig, path):
    """A rig with a disk of its own at ``path``, and the folder that is beneath it."""
    rig = rig(TREE)
    rig.files.mounts[path] = 2
    rig.files.storages[path] = Storage(StorageKind.SSD, device="2")
    for below, node in rig.files.nodes.items():
        if below.startswith(path):
            node.device = 2
    return rig, rig.files.new_folder(path)


async def test_disk_mounted_again_before_anybody_looks_is_watched_again(rig):
    rig, beneath = with_disk(rig, b"/music/disk")
    async with rig.running():
        rig.told()
        disk = rig.files.unmount(b"/music/disk", beneath)
        await rig.quiet(1)
        rig.files.mount(b"/music/disk", disk)
        await rig.quiet(8)
        assert rig.told() == []
        rig.files.write(b"/music/disk/new.mp3", b"n")
        await rig.quiet(1)
        assert rig.told() == [("IN_CREATE", "/music/disk/new.mp3")]


async def test_disk_that_went_is_said_to_be_out_of_reach(rig):
    rig, beneath = with_disk(rig, b"/music/disk")
    async with rig.running():
        rig.told()
        rig.files.unmount(b"/music/disk", beneath)
        await rig.quiet(8)
        assert rig.told() == []
        assert "1 files are out of reach" in rig.status().message


async def test_disk_that_went_and_came_back_unheard_is_watched_again(rig):
    rig, beneath = with_disk(rig, b"/music/disk")
    async with rig.running():
        rig.told()
        disk = rig.files.unmount(b"/music/disk", beneath)
        rig.files.overflow()
        await rig.quiet(1)
        rig.files.mount(b"/music/disk", disk)
        await rig.quiet(8)
        rig.files.write(b"/music/disk/new.mp3", b"n")
        await rig.quiet(1)
        assert rig.told() == [("IN_CREATE", "/music/disk/new.mp3")]


async def test_disk_that_was_away_only_while_it_was_scanned_is_scanned_again(rig):
    rig, beneath = with_disk(rig, b"/music/disk")
    async with rig.running():
        await rig.quiet(3)  # past the look at what is mounted
        rig.told()
        disk = rig.files.unmount(b"/music/disk", beneath, heard=False)
        await rig.control.request_scan("/music")
        await rig.quiet(2.5)
        assert rig.status().found == 1  # without the disk
        rig.files.mount(b"/music/disk", disk)
        rig.files.write(b"/music/disk/unheard.mp3", b"u")
        await rig.quiet(8)
        assert rig.status().message is None
        assert rig.told() == [("IN_CREATE", "/music/disk/unheard.mp3")]


async def test_file_that_a_disk_hides_is_gone(rig):
    rig, beneath = with_disk(rig, b"/music/disk")
    async with rig.running():
        rig.told()
        disk = rig.files.unmount(b"/music/disk", beneath)
        rig.files.write(b"/music/disk/beneath.mp3", b"b")
        await rig.quiet(8)
        assert rig.told() == [("IN_CREATE", "/music/disk/beneath.mp3")]
        rig.files.mount(b"/music/disk", disk)
        await rig.quiet(8)
        assert rig.told() == [("IN_DELETE", "/music/disk/beneath.mp3")]


async def test_file_written_beneath_the_roots_own_disk_is_gone_when_that_is_back(rig):
    rig, beneath = with_disk(rig, b"/music")
    async with rig.running():
        rig.told()
        disk = rig.files.unmount(b"/music", beneath)
        rig.files.write(b"/music/beneath.mp3", b"b")
        await rig.quiet(8)
        assert rig.told() == [("IN_CREATE", "/music/beneath.mp3")]
        rig.files.mount(b"/music", disk)
        await rig.quiet(12)
        assert rig.told() == [("IN_DELETE", "/music/beneath.mp3")]


async def test_clock_set_back_while_a_root_is_away_sets_no_event_back(rig):
    rig, beneath = with_disk(rig, b"/music/disk")
    rig.roots = [type(rig.roots[0])(path) for path in (b"/music/disk", b"/other")]
    rig.files.make_folder(b"/other")
    async with rig.running():
        await rig.kill()
    rig.control = type(rig.control)()  # killed: the lease does not know the last event
    (newest,) = (event.timestamp for event in rig.events())
    rig.files.unmount(b"/music/disk", beneath)
    rig.clock.set_wall(rig.clock.now_micros() - 3_600_000_000)
    rig.files.write(b"/other/x.mp3", b"x")
    rig.told()
    async with rig.running():
        (event,) = rig.events()
        assert event.timestamp > newest
