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


async def test_rename_keeps_id_and_hashes_and_is_told_at_once(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        a_id = rig.file_id(b"/music/a.flac")
        rig.inspector.hashed.clear()
        rig.files.move(b"/music/a.flac", b"/music/album/c.flac")
        await rig.work()
        (event,) = rig.events()
        assert event.event_type == "IN_MOVED_TO"
        assert (event.raw_moved_from(), event.raw_path()) == (
            b"/music/a.flac",
            b"/music/album/c.flac",
        )
        assert event.file_id == a_id
        assert event.sha256_hash is not None
        assert rig.inspector.hashed == []
        await rig.quiet()
        assert len(rig.events()) == 1


async def test_new_file_at_a_path_that_was_left_has_an_id_of_its_own(rig):
    rig = rig(TREE)
    async with rig.running():
        a_id = rig.file_id(b"/music/a.flac")
        rig.files.move(b"/music/a.flac", b"/music/b.flac")
        await rig.quiet()
        rig.told()
        rig.files.write(b"/music/a.flac", b"another")
        await rig.quiet()
        assert rig.told() == [("IN_CREATE", "/music/a.flac")]
        assert rig.file_id(b"/music/b.flac") == a_id != rig.file_id(b"/music/a.flac")


async def test_rename_of_a_file_changed_just_before_keeps_its_id(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        a_id = rig.file_id(b"/music/a.flac")
        rig.files.write(b"/music/a.flac", b"new tags")
        rig.files.move(b"/music/a.flac", b"/music/tagged.flac")
        await rig.quiet()
        assert rig.told() == [("IN_MOVED_TO", "/music/tagged.flac")]
        assert rig.file_id(b"/music/tagged.flac") == a_id
        assert rig.index.files[b"/music/tagged.flac"].size == len(b"new tags")


async def test_download_that_is_renamed_at_its_end_is_told_once(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.files.write(b"/music/film.mkv.part", b"all of it")
        rig.files.write(b"/music/.song.mp3.a1B2c3", b"all of it too")
        await rig.quiet()
        rig.files.move(b"/music/film.mkv.part", b"/music/film.mkv")
        rig.files.move(b"/music/.song.mp3.a1B2c3", b"/music/song.mp3")
        await rig.work()
        assert rig.told() == [("IN_CREATE", "/music/film.mkv"), ("IN_CREATE", "/music/song.mp3")]
        await rig.quiet()
        assert rig.told() == []


async def test_file_saved_over_another_keeps_the_id_of_the_place(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        a_id = rig.file_id(b"/music/a.flac")
        rig.files.write(b"/music/a.flac.tmp", b"better")
        await rig.quiet()
        rig.told()
        rig.files.move(b"/music/a.flac.tmp", b"/music/a.flac")
        await rig.quiet()
        assert rig.told() == [
            ("IN_CLOSE_WRITE", "/music/a.flac"),
            ("IN_DELETE", "/music/a.flac.tmp"),
        ]
        assert rig.file_id(b"/music/a.flac") == a_id


async def test_folder_rename_moves_every_file_in_one_commit(rig):
    rig = rig(TREE)
    for number in range(30):
        rig.files.write(b"/music/album/%02d.mp3" % number, b"%d" % number)
    await rig.clock.advance(60)
    async with rig.running():
        rig.told()
        commits = len(rig.index.commits)
        rig.inspector.hashed.clear()
        rig.files.move(b"/music/album", b"/music/disc")
        await rig.quiet()
        told = rig.told()
        assert {what for what, _ in told} == {"IN_MOVED_TO"}
        assert len(told) == 31
        assert rig.inspector.hashed == []
        assert len(rig.index.commits) == commits + 1
        rig.files.write(b"/music/disc/later.mp3", b"later")
        await rig.quiet(0.2)
        assert rig.told() == [("IN_CREATE", "/music/disc/later.mp3")]


async def test_deleted_file_leaves_its_last_facts(rig):
    rig = rig(TREE)
    async with rig.running():
        created = next(e for e in rig.events() if e.raw_path() == b"/music/a.flac")
        rig.told()
        rig.files.delete(b"/music/a.flac")
        await rig.quiet(0.2)
        (event,) = rig.events()
        assert event.event_type == "IN_DELETE"
        assert (event.size, event.sha256_hash, event.file_id) == (
            created.size,
            created.sha256_hash,
            created.file_id,
        )


async def test_last_file_of_a_root_can_be_deleted_while_watched(rig):
    rig = rig("/music/\n    a.flac\n")
    async with rig.running():
        rig.told()
        rig.files.delete(b"/music/a.flac")
        await rig.quiet(20)
        assert rig.told() == [("IN_DELETE", "/music/a.flac")]
        assert rig.status().state is RootState.WATCHING


async def test_deleted_folder_deletes_what_was_in_it(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.files.delete(b"/music/album")
        await rig.quiet()
        assert rig.told() == [("IN_DELETE", "/music/album/b.flac")]


async def test_moved_out_is_deleted_and_returns_with_its_id(rig):
    rig = rig(TREE)
    rig.files.make_folder(b"/outside")
    async with rig.running():
        rig.told()
        a_id = rig.file_id(b"/music/a.flac")
        rig.files.move(b"/music/a.flac", b"/outside/a.flac")
        await rig.quiet()
        assert rig.told() == [("IN_DELETE", "/music/a.flac")]
        rig.files.move(b"/outside/a.flac", b"/music/a.flac")
        await rig.work()
        assert rig.told() == [("IN_CREATE", "/music/a.flac")]
        assert rig.file_id(b"/music/a.flac") == a_id


async def test_folder_moved_out_and_in_under_another_name(rig):
    rig = rig(TREE)
    rig.files.make_folder(b"/outside")
    async with rig.running():
        rig.told()
        b_id = rig.file_id(b"/music/album/b.flac")
        rig.files.move(b"/music/album", b"/outside/album")
        await rig.quiet()
        assert rig.told() == [("IN_DELETE", "/music/album/b.flac")]
        rig.files.write(b"/outside/album/unseen.mp3", b"x")
        await rig.quiet()
        assert rig.told() == []
        rig.files.move(b"/outside/album", b"/music/again")
        await rig.quiet()
        assert sorted(rig.told()) == [
            ("IN_CREATE", "/music/again/unseen.mp3"),
            ("IN_MOVED_TO", "/music/again/b.flac"),
        ]
        assert rig.file_id(b"/music/again/b.flac") == b_id


async def test_move_across_roots_is_one_event_of_the_new_root(rig):
    rig = rig(TREE + "/films/\n    f.mkv\n", roots=(b"/music", b"/films"))
    async with rig.running():
        rig.told()
        a_id = rig.file_id(b"/music/a.flac")
        rig.files.move(b"/music/a.flac", b"/films/a.flac")
        await rig.quiet()
        (event,) = rig.events()
        assert (event.event_type, event.root, event.raw_moved_from()) == (
            "IN_MOVED_TO",
            "/films",
            b"/music/a.flac",
        )
        assert event.file_id == a_id


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
