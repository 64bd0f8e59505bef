"""What is written into watched folders is told, in time and once."""

from apollonia.domain.kinds import RootState

TREE = """
/music/
    a.flac = one
    album/
        b.flac = two
"""


async def test_closed_file_is_told_without_the_settle_time(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.files.write(b"/music/new.mp3", b"three")
        await rig.quiet(0.1)
        (event,) = rig.events()
        assert (event.raw_path(), event.event_type, event.origin) == (
            b"/music/new.mp3",
            "IN_CREATE",
            "watch",
        )
        assert event.sha256_hash is not None
        await rig.quiet()
        assert len(rig.events()) == 1


async def test_closed_again_and_again_is_told_once(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        for number in range(20):
            rig.files.write(b"/music/new.mp3", b"x" * (number + 1))
            await rig.clock.advance(0.01)
            await rig.work()
        await rig.quiet()
        assert rig.told() == [("IN_CREATE", "/music/new.mp3")]
        assert rig.index.files[b"/music/new.mp3"].size == 20


async def test_closed_again_soon_after_it_was_told_is_told_once_more_when_it_is_quiet(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.files.write(b"/music/new.mp3", b"first")
        await rig.quiet(0.2)
        rig.told()
        for number in range(5):
            rig.files.write(b"/music/new.mp3", b"x" * (number + 1))
            await rig.quiet(0.2)
        assert rig.told() == []
        await rig.quiet()
        assert rig.told() == [("IN_CLOSE_WRITE", "/music/new.mp3")]


async def test_closed_again_while_it_is_read_is_told_once(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.inspector.gate.clear()
        rig.files.write(b"/music/new.mp3", b"first")
        await rig.quiet(0.2)
        rig.files.write(b"/music/new.mp3", b"second")
        await rig.quiet(0.1)
        rig.inspector.gate.set()
        await rig.quiet()
        assert rig.told() == [("IN_CREATE", "/music/new.mp3")]
        assert rig.index.files[b"/music/new.mp3"].size == len(b"second")


async def test_empty_file_waits_whether_it_is_filled(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.files.write(b"/music/new.mp3", b"")
        await rig.quiet(0.5)
        rig.files.write(b"/music/new.mp3", b"content")
        await rig.quiet()
        assert rig.told() == [("IN_CREATE", "/music/new.mp3")]
        rig.files.write(b"/music/empty.mp3", b"")
        await rig.quiet()
        assert rig.told() == [("IN_CREATE", "/music/empty.mp3")]


async def test_slow_writer_is_waited_for(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        for number in range(40):
            rig.files.write(b"/music/slow.mp3", b"x" * (number + 1), close=False)
            await rig.quiet(0.5)
        assert rig.told() == []
        rig.files.close(b"/music/slow.mp3")
        await rig.quiet(0.2)
        assert rig.told() == [("IN_CREATE", "/music/slow.mp3")]
        assert rig.index.files[b"/music/slow.mp3"].size == 40


async def test_file_that_is_closed_for_ever_is_told_at_the_settle_limit(rig):
    rig = rig(TREE, settle_limit_s=10.0)
    async with rig.running():
        rig.told()
        for number in range(30):
            rig.files.write(b"/music/log.txt", b"x" * (number % 7 + 1))
            rig.files.write(b"/music/log.txt", b"y" * (number % 7 + 1))
            await rig.quiet(0.5)
        assert ("IN_CREATE", "/music/log.txt") in rig.told()


async def test_second_name_is_told_after_the_settle_time(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.files.link(b"/music/a.flac", b"/music/same.flac")
        await rig.quiet(0.5)
        assert rig.told() == []
        await rig.quiet()
        assert rig.told() == [("IN_CREATE", "/music/same.flac")]


async def test_new_folder_with_files_is_seen_whole(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.files.make_folder(b"/music/x/y/z")
        rig.files.write(b"/music/x/y/z/1.mp3", b"1")
        await rig.work()
        rig.files.write(b"/music/x/y/2.mp3", b"2")
        await rig.quiet()
        assert sorted(rig.told()) == [
            ("IN_CREATE", "/music/x/y/2.mp3"),
            ("IN_CREATE", "/music/x/y/z/1.mp3"),
        ]


async def test_burst_into_one_folder_is_listed_a_few_times_only(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.files.listed = 0
        for number in range(500):
            rig.files.write(b"/music/album/%03d.mp3" % number, b"%d" % number)
        await rig.quiet()
        told = rig.told()
        assert len(told) == len(set(told)) == 500
        assert rig.files.listed < 10


async def test_folder_does_not_rest_for_what_its_readers_took(rig):
    rig = rig(TREE, queue_files=4, batch_files=2)
    async with rig.running():
        rig.told()
        rig.inspector.gate.clear()
        for number in range(30):  # more than there is room for: the look waits
            rig.files.write(b"/music/album/%03d.mp3" % number, b"%d" % number)
        await rig.quiet(5)
        rig.inspector.gate.set()
        await rig.work()
        rig.told()
        rig.files.write(b"/music/album/late.mp3", b"late")
        await rig.clock.advance(0.06)  # a burst's wait is over
        await rig.clock.advance(0.06)
        await rig.work()
        assert rig.told() == [("IN_CREATE", "/music/album/late.mp3")]


async def test_overflow_loses_nothing(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.files.write(b"/music/new.mp3", b"x")
        rig.files.delete(b"/music/a.flac")
        rig.files.overflow()
        await rig.quiet()
        assert sorted(rig.told()) == [
            ("IN_CREATE", "/music/new.mp3"),
            ("IN_DELETE", "/music/a.flac"),
        ]


async def test_folder_that_cannot_be_watched_is_polled_and_said(rig):
    rig = rig(TREE)
    rig.files.unwatchable.add(b"/music/album")
    async with rig.running():
        rig.told()
        assert rig.status().state is RootState.DEGRADED
        assert "1 folders are not watched but polled every 10 s" in rig.status().message
        rig.files.write(b"/music/album/new.mp3", b"x")
        rig.files.delete(b"/music/album/b.flac")
        await rig.quiet(14)
        assert sorted(rig.told()) == [
            ("IN_CREATE", "/music/album/new.mp3"),
            ("IN_DELETE", "/music/album/b.flac"),
        ]
        rig.files.unwatchable.clear()
        await rig.quiet(14)
        assert rig.status().state is RootState.WATCHING
        rig.files.write(b"/music/album/newer.mp3", b"x")
        await rig.quiet(0.2)
        assert rig.told() == [("IN_CREATE", "/music/album/newer.mp3")]


async def test_system_without_watching_polls_everything(rig):
    rig = rig(TREE)
    rig.files.can_watch = False
    async with rig.running():
        rig.told()
        assert rig.status().state is RootState.DEGRADED
        rig.files.write(b"/music/album/new.mp3", b"x")
        await rig.quiet(14)
        assert rig.told() == [("IN_CREATE", "/music/album/new.mp3")]


async def test_workers_that_are_away_are_waited_for(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.inspector.away = True
        rig.files.write(b"/music/new.mp3", b"x")
        await rig.quiet()
        assert rig.status().state is RootState.DEGRADED
        rig.inspector.away = False
        await rig.quiet(20)
        assert rig.told() == [("IN_CREATE", "/music/new.mp3")]
        assert rig.status().state is RootState.WATCHING


async def test_full_index_is_said_and_nothing_is_lost(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.files.write(b"/music/new.mp3", b"x")
        await rig.clock.advance(0.03)
        rig.index.fail_with = "the disk is full"
        await rig.quiet(1.0)
        rig.index.fail_with = None
        await rig.quiet(30)
        assert rig.told() == [("IN_CREATE", "/music/new.mp3")]


async def test_what_may_be_read_again_is_found_within_a_minute(rig):
    rig = rig(TREE)
    rig.files.unreadable |= {b"/music/a.flac", b"/music/album"}
    async with rig.running():
        rig.told()
        rig.files.unreadable.clear()
        rig.files.touch_status(b"/music/a.flac")
        await rig.quiet(70)
        assert sorted(rig.told()) == [
            ("IN_CLOSE_WRITE", "/music/a.flac"),
            ("IN_CREATE", "/music/album/b.flac"),
        ]
        (root,) = rig.engine.roots
        assert root.refused == root.closed == set()
