from apollonia.domain.kinds import RootState
from apollonia.ports.file_system import Storage, StorageKind

TREE = """
/music/
    a.flac
    album/
        b.flac
    nas/
        n.flac
        deep/
            d.flac
"""
NFS = Storage(StorageKind.NETWORK, "nfs4", "nas:/music", "nas:/music")
SSD = Storage(StorageKind.SSD, "ext4", "/dev/sda1", "sda")


def gauge(rig, name, root="/music"):
    return rig.metrics.registry.get_sample_value(f"apollonia_{name}", {"root": root})


async def test_network_root_is_polled_and_not_degraded(rig):
    rig = rig(TREE)
    rig.files.storages[b"/music"] = NFS
    async with rig.running():
        rig.told()
        (root,) = rig.engine.roots
        assert root.watcher.count == 0
        status = rig.status()
        assert (status.state, status.message) == (RootState.WATCHING, None)
        assert (status.storage, status.polled_s) == ("network", 60.0)
        rig.files.write(b"/music/album/new.mp3", b"x")
        rig.files.delete(b"/music/a.flac")
        rig.files.write(b"/music/nas/n.flac", b"changed")
        await rig.quiet(5)
        assert rig.told() == []
        await rig.quiet(62)
        assert sorted(rig.told()) == [
            ("IN_CLOSE_WRITE", "/music/nas/n.flac"),
            ("IN_CREATE", "/music/album/new.mp3"),
            ("IN_DELETE", "/music/a.flac"),
        ]
        assert gauge(rig, "polled_folders") == 4
        assert gauge(rig, "watches") == 0
        assert gauge(rig, "root_degraded") == 0


async def test_network_mount_inside_a_local_root_is_polled_the_rest_watched(rig):
    rig = rig(TREE, network_poll_s=20.0)
    rig.files.storages |= {b"/music": SSD, b"/music/nas": NFS}
    async with rig.running():
        rig.told()
        assert gauge(rig, "watches") == 2
        assert rig.status().polled_s is None
        rig.files.write(b"/music/album/new.mp3", b"x")
        rig.files.write(b"/music/nas/deep/new.mp3", b"x")
        await rig.quiet(0.3)
        assert rig.told() == [("IN_CREATE", "/music/album/new.mp3")]
        await rig.quiet(24)
        assert rig.told() == [("IN_CREATE", "/music/nas/deep/new.mp3")]
        assert gauge(rig, "polled_folders") == 2


async def test_poll_leaves_a_mass_disappearance_to_the_guard(rig):
    files = "".join(f"        {number:02}.mp3\n" for number in range(40))
    rig = rig("/music/\n    keep.mp3\n    many/\n" + files, network_poll_s=10.0)
    rig.files.storages[b"/music"] = NFS
    async with rig.running():
        rig.told()
        rig.files.delete(b"/music/many")
        await rig.quiet(14)
        assert rig.told() == []
        assert rig.status().state is RootState.UNAVAILABLE
        assert "40 of 41 files disappeared" in rig.status().message
        listed = rig.files.listed
        await rig.quiet(14)
        assert rig.files.listed < listed + 10  # polled on, but not scanned over and over
        await rig.control.request_scan("/music")
        await rig.quiet()
        assert [what for what, _ in rig.told()] == ["IN_DELETE"] * 40


async def test_polls_deletions_little_by_little_are_held_past_the_threshold(rig):
    files = "".join(f"    {number:02}.mp3\n" for number in range(40))
    rig = rig("/music/\n" + files, network_poll_s=10.0)
    rig.files.storages[b"/music"] = NFS
    async with rig.running():
        rig.told()
        for start in (0, 15):
            for number in range(start, start + 15):
                rig.files.delete(b"/music/%02d.mp3" % number)
            await rig.quiet(14)
        assert len(rig.told()) == 15
        for _ in range(30):
            await rig.quiet(0.5)
            assert rig.status().state is RootState.UNAVAILABLE


async def test_network_mount_that_appears_while_we_run_is_polled(rig):
    rig = rig(TREE, network_poll_s=10.0)
    rig.files.storages[b"/music"] = SSD
    async with rig.running():
        rig.told()
        assert gauge(rig, "watches") == 4
        rig.files.storages[b"/music/nas"] = NFS
        rig.files.write(b"/music/nas/brought.mp3", b"x")
        await rig.quiet(8)
        assert rig.told() == [("IN_CREATE", "/music/nas/brought.mp3")]
        assert gauge(rig, "watches") == 2
        rig.files.write(b"/music/nas/later.mp3", b"x")
        await rig.quiet(1)
        assert rig.told() == []
        await rig.quiet(14)
        assert rig.told() == [("IN_CREATE", "/music/nas/later.mp3")]


async def test_disk_unmounted_while_we_run_loses_nothing_and_is_watched_beneath(rig):
    rig = rig(TREE)
    rig.files.device = 2
    rig.files.write(b"/music/nas/deep/on-nas.mp3", b"x")
    for path in (
        b"/music/nas",
        b"/music/nas/deep",
        b"/music/nas/n.flac",
        b"/music/nas/deep/d.flac",
    ):
        rig.files.nodes[path].device = 2
    rig.files.age(60)
    rig.files.storages |= {b"/music": SSD, b"/music/nas": NFS}
    async with rig.running():
        rig.told()
        del rig.files.storages[b"/music/nas"]
        disk = rig.files.take_away(b"/music/nas", device=1)
        await rig.quiet(8)
        assert rig.told() == []
        assert "3 files are out of reach" in rig.status().message
        assert gauge(rig, "watches") == 3
        rig.files.storages[b"/music/nas"] = NFS
        del rig.files.nodes[b"/music/nas"]
        rig.files.bring_back(disk)
        await rig.quiet(8)
        assert rig.told() == []
        assert rig.status().state is RootState.WATCHING
        assert gauge(rig, "watches") == 2


async def test_mount_in_a_folder_that_is_left_alone_starts_no_scan(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.files.make_folder(b"/music/.snapshot")
        await rig.quiet()
        listed = rig.files.listed
        rig.files.storages[b"/music/.snapshot/hourly"] = NFS
        await rig.quiet(8)
        assert rig.files.listed == listed


async def test_watch_always_watches_the_network_too(rig):
    rig = rig(TREE, watch="always")
    rig.files.storages[b"/music"] = NFS
    async with rig.running():
        rig.told()
        rig.files.write(b"/music/new.mp3", b"x")
        await rig.quiet(0.3)
        assert rig.told() == [("IN_CREATE", "/music/new.mp3")]
        assert rig.status().polled_s is None


async def test_watch_never_polls_local_disks(rig):
    rig = rig(TREE, watch="never")
    rig.files.storages[b"/music"] = SSD
    async with rig.running():
        rig.told()
        assert rig.status().state is RootState.WATCHING
        rig.files.write(b"/music/new.mp3", b"x")
        await rig.quiet(5)
        assert rig.told() == []
        await rig.quiet(62)
        assert rig.told() == [("IN_CREATE", "/music/new.mp3")]


async def test_system_that_has_a_watcher_again_is_watched_again(rig):
    rig = rig(TREE)
    rig.files.can_watch = False
    async with rig.running():
        rig.told()
        assert rig.status().state is RootState.DEGRADED
        assert "polled every 10 s" in rig.status().message
        assert rig.status().polled_s == 10.0
        assert gauge(rig, "root_degraded") == 1
        rig.files.can_watch = True
        await rig.quiet(14)
        assert rig.status().state is RootState.WATCHING
        assert rig.status().polled_s is None
        assert gauge(rig, "root_degraded") == 0
        rig.files.write(b"/music/new.mp3", b"x")
        await rig.quiet(0.3)
        assert rig.told() == [("IN_CREATE", "/music/new.mp3")]


async def test_folder_that_may_not_be_read_makes_its_root_degraded_until_it_may(rig):
    rig = rig(TREE)
    rig.files.unreadable.add(b"/music/album")
    async with rig.running():
        assert rig.status().state is RootState.DEGRADED
        assert "1 folders may not be read (/music/album)" in rig.status().message
        rig.files.unreadable.clear()
        await rig.quiet(74)
        assert rig.status().state is RootState.WATCHING
        assert ("IN_CREATE", "/music/album/b.flac") in rig.told()


async def test_lost_events_are_counted(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.files.overflow()
        await rig.quiet()
        assert gauge(rig, "watch_overflows_total") == 1
