"""Disks that go, with something left beneath, and files that go in masses while watched."""

from apollonia.domain.kinds import RootState

TREE = "/music/\n    keep.txt\n" + "".join(f"    {number:02}.mp3\n" for number in range(40))
FEW = "/music/\n" + "".join(f"    {number:02}.mp3\n" for number in range(15))


def put_beneath(rig, path, device):
    rig.files.device = device
    rig.files.write(path, b"put the disk here")


async def test_disk_unmounted_below_the_root_with_a_file_beneath_loses_nothing(rig):
    rig = rig(TREE)
    rig.files.make_folder(b"/music/disk")
    rig.files.device = 2
    for number in range(100):
        rig.files.write(b"/music/disk/%d.mp3" % number, b"z")
    await rig.clock.advance(60)
    async with rig.running():
        pass
    rig.told()
    rig.files.take_away(b"/music/disk", device=1)
    put_beneath(rig, b"/music/disk/README", 1)
    await rig.clock.advance(60)
    async with rig.running():
        assert rig.told() == [("IN_CREATE", "/music/disk/README")]
        assert "100 files are out of reach" in rig.status().message


async def test_few_files_whose_root_is_on_another_disk_wait_for_a_person(rig):
    rig = rig(FEW)
    async with rig.running():
        pass
    rig.told()
    rig.files.take_away(b"/music", device=7)
    put_beneath(rig, b"/music/README", 7)
    await rig.clock.advance(60)
    async with rig.running():
        assert rig.told() == [("IN_CREATE", "/music/README")]
        assert rig.status().state is RootState.UNAVAILABLE
        assert "15 of 16 files disappeared and the folder is on another" in rig.status().message
        await rig.control.request_scan("/music")
        await rig.quiet()
        assert [what for what, _ in rig.told()] == ["IN_DELETE"] * 15


async def test_disk_with_another_number_is_the_same_disk(rig):
    rig = rig(FEW)
    async with rig.running():
        pass
    for node in rig.files.nodes.values():
        node.device = 9
    rig.told()
    async with rig.running():
        assert rig.told() == []
        assert rig.status().state is RootState.WATCHING
        rig.files.delete(b"/music/03.mp3")
        await rig.quiet()
        assert rig.told() == [("IN_DELETE", "/music/03.mp3")]


async def test_mass_deletion_while_watched_is_held_until_a_person_confirms(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        for number in range(40):
            rig.files.delete(b"/music/%02d.mp3" % number)
        await rig.quiet(10)
        assert rig.told() == []
        assert rig.status().state is RootState.UNAVAILABLE
        await rig.control.request_scan("/music")
        await rig.quiet()
        assert [what for what, _ in rig.told()] == ["IN_DELETE"] * 40
        assert rig.status().state is RootState.WATCHING


async def test_mass_deletion_little_by_little_is_held_past_the_threshold(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        for number in range(40):
            rig.files.delete(b"/music/%02d.mp3" % number)
            await rig.quiet(0.3)
        await rig.quiet(10)
        assert len(rig.told()) == 20
        assert rig.status().state is RootState.UNAVAILABLE


async def test_renamed_folder_with_nearly_all_files_is_no_disappearance(rig):
    rig = rig("/music/\n    a/\n" + "".join(f"        {n:02}.mp3\n" for n in range(40)))
    async with rig.running():
        rig.told()
        rig.files.move(b"/music/a", b"/music/b")
        await rig.quiet(10)
        assert {what for what, _ in rig.told()} == {"IN_MOVED_TO"}
        assert rig.status().state is RootState.WATCHING


async def test_some_of_many_files_that_came_since_the_scan_may_go(rig):
    rig = rig(FEW)
    async with rig.running():
        for number in range(100):
            rig.files.write(b"/music/new%d.mp3" % number, b"%d" % number)
        await rig.quiet()
        rig.told()
        for number in range(30):
            rig.files.delete(b"/music/new%d.mp3" % number)
        await rig.quiet()
        assert [what for what, _ in rig.told()] == ["IN_DELETE"] * 30
