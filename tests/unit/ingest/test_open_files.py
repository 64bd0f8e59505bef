"""Files whose writer stops for a while, and does not close."""

TREE = "/music/\n    keep.txt\n"


async def test_writer_that_stops_and_goes_on_is_waited_for(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.files.write(b"/music/a.mp3", b"first", close=False)
        await rig.quiet(20)
        assert rig.told() == []
        rig.files.write(b"/music/a.mp3", b"first and last")
        await rig.quiet()
        assert rig.told() == [("IN_CREATE", "/music/a.mp3")]
        assert rig.index.files[b"/music/a.mp3"].size == 14


async def test_scan_meanwhile_waits_for_the_writer_too(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.files.write(b"/music/a.mp3", b"first", close=False)
        await rig.quiet(5)
        rig.files.overflow()
        await rig.quiet(10)
        assert rig.told() == []
        rig.files.write(b"/music/a.mp3", b"first and last")
        await rig.quiet()
        assert rig.told() == [("IN_CREATE", "/music/a.mp3")]


async def test_file_that_is_never_closed_is_told_at_the_settle_limit(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.files.write(b"/music/a.mp3", b"first", close=False)
        await rig.quiet(59)
        assert rig.told() == []
        await rig.quiet(4)
        assert rig.told() == [("IN_CREATE", "/music/a.mp3")]


async def test_file_written_through_a_name_that_goes_at_once_is_read_under_the_other(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.files.link(b"/music/keep.txt", b"/music/other.txt")
        await rig.quiet()
        rig.told()
        rig.files.write(b"/music/other.txt", b"changed")
        rig.files.delete(b"/music/other.txt")
        await rig.quiet()
        assert sorted(rig.told()) == [
            ("IN_CLOSE_WRITE", "/music/keep.txt"),
            ("IN_DELETE", "/music/other.txt"),
        ]
        assert rig.index.files[b"/music/keep.txt"].size == 7
