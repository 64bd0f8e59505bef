"""What is renamed, moved and deleted in watched folders."""

from apollonia.domain.kinds import RootState

TREE = """
/music/
    a.flac = one
    album/
        b.flac = two
"""


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
