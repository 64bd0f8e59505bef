"""What happens to files while they are read."""

TREE = """
/music/
    a.flac = one
    album/
        b.flac = two
"""


async def test_file_that_vanishes_while_it_is_read_leaves_nothing(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.inspector.outcomes[b"/music/new.mp3"] = "changed"
        rig.files.write(b"/music/new.mp3", b"x")
        await rig.quiet(0.5)
        assert rig.told() == []
        await rig.quiet()
        assert rig.told() == [("IN_CREATE", "/music/new.mp3")]
        rig.files.write(b"/music/brief.mp3", b"x")
        rig.files.delete(b"/music/brief.mp3")
        await rig.quiet()
        assert rig.told() == []
        status = rig.status()
        assert status.found == status.done


async def test_file_deleted_while_it_is_read_does_not_stay(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.inspector.gate.clear()
        rig.files.write(b"/music/new.mp3", b"x")
        await rig.quiet(0.3)
        rig.files.delete(b"/music/new.mp3")
        await rig.quiet(0.3)
        rig.inspector.gate.set()
        await rig.quiet()
        assert rig.told() == [("IN_CREATE", "/music/new.mp3"), ("IN_DELETE", "/music/new.mp3")]


async def test_file_deleted_unheard_while_it_is_read_does_not_stay(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.inspector.gate.clear()
        rig.files.write(b"/music/new.mp3", b"x")
        await rig.quiet(0.3)
        rig.files.delete(b"/music/new.mp3")
        rig.files.overflow()
        await rig.quiet(1.0)
        rig.inspector.gate.set()
        await rig.quiet()
        assert rig.told() == [("IN_CREATE", "/music/new.mp3"), ("IN_DELETE", "/music/new.mp3")]


async def test_counts_stay_right_when_a_scan_begins_while_files_are_in_hand(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.inspector.gate.clear()
        rig.files.write(b"/music/new.mp3", b"x")
        await rig.quiet(0.3)
        await rig.control.request_scan("/music")
        await rig.quiet()
        assert rig.status().left == 1
        rig.inspector.gate.set()
        await rig.quiet()
        assert (rig.status().found, rig.status().done) == (3, 3)


async def test_source_of_a_move_in_hand_is_not_taken_for_deleted(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.inspector.gate.clear()
        rig.files.move(b"/music/a.flac", b"/music/album/a.flac")
        await rig.work()
        rig.files.overflow()
        await rig.quiet()
        rig.inspector.gate.set()
        await rig.quiet()
        assert rig.told() == [("IN_MOVED_TO", "/music/album/a.flac")]


async def test_file_renamed_while_it_is_read_keeps_its_id(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.inspector.gate.clear()
        rig.files.write(b"/music/new.mp3", b"x")
        await rig.quiet(0.2)
        rig.files.move(b"/music/new.mp3", b"/music/renamed.mp3")
        await rig.work()
        rig.inspector.gate.set()
        await rig.quiet()
        assert rig.told() == [
            ("IN_CREATE", "/music/new.mp3"),
            ("IN_MOVED_TO", "/music/renamed.mp3"),
        ]


async def test_file_deleted_right_after_its_folder_was_renamed_is_told(rig):
    rig = rig(TREE)
    rig.files.write(b"/music/album/c.flac", b"three")
    await rig.clock.advance(60)
    async with rig.running():
        rig.told()
        rig.files.move(b"/music/album", b"/music/disc")
        rig.files.delete(b"/music/disc/b.flac")
        await rig.quiet()
        assert sorted(rig.told()) == [
            ("IN_DELETE", "/music/album/b.flac"),
            ("IN_MOVED_TO", "/music/disc/c.flac"),
        ]


async def test_file_deleted_unheard_from_a_renamed_folder_is_told(rig):
    rig = rig(TREE)
    rig.files.unwatchable.add(b"/music/album")
    async with rig.running():
        rig.told()
        rig.files.move(b"/music/album", b"/music/disc")
        rig.files.delete(b"/music/disc/b.flac")
        await rig.quiet(2)
        assert rig.told() == [("IN_DELETE", "/music/album/b.flac")]


async def test_file_deleted_right_after_it_was_renamed_is_told(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.files.move(b"/music/a.flac", b"/music/b.flac")
        rig.files.delete(b"/music/b.flac")
        await rig.quiet()
        assert rig.told() == [("IN_DELETE", "/music/a.flac")]


async def test_known_file_changed_and_renamed_while_it_is_read_is_one_move(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        a_id = rig.file_id(b"/music/a.flac")
        rig.inspector.outcomes[b"/music/a.flac"] = "vanished"
        rig.files.write(b"/music/a.flac", b"changed")
        rig.inspector.gate.clear()
        await rig.quiet(0.2)
        rig.files.move(b"/music/a.flac", b"/music/b.flac")
        await rig.work()
        rig.inspector.gate.set()
        await rig.quiet()
        assert rig.told() == [("IN_MOVED_TO", "/music/b.flac")]
        assert rig.file_id(b"/music/b.flac") == a_id


async def test_folder_moved_out_takes_everything_below_along(rig):
    rig = rig("/music/\n    x/\n        y/\n            z/\n                1.mp3\n/outside/\n")
    async with rig.running():
        rig.told()
        rig.files.move(b"/music/x", b"/outside/x")
        await rig.quiet()
        assert rig.told() == [("IN_DELETE", "/music/x/y/z/1.mp3")]
