"""What a root's report says from its first moment on, over restarts."""


async def test_silent_changes_and_the_last_error_are_reported_after_a_restart(rig):
    rig = rig("/music/\n    a.flac\n    b.flac\n    bad.mp3\n")
    async with rig.running():
        rig.files.unreadable.add(b"/music/bad.mp3")
        rig.files.rot(b"/music/b.flac", b"/music/B.flac")
        await rig.control.request_scan("/music", verify=True)
        await rig.quiet(5)
        before = rig.status()
        assert [one.path for one in before.corrupted] == ["/music/b.flac"]
        assert before.last_error is not None
    async with rig.running():
        assert rig.status().corrupted == before.corrupted
        assert rig.status().corrupted_count == 1
        assert rig.status().last_error is not None
        rig.files.write(b"/music/b.flac", b"from the backup")
        await rig.quiet(5)
        assert rig.status().corrupted == ()
        assert rig.status().corrupted_count == 0


async def test_storage_is_told_while_the_first_scan_runs(rig):
    rig = rig("/music/\n    a.flac\n")
    rig.inspector.gate.clear()
    async with rig.running():
        assert (rig.status().state, rig.status().storage) == ("scanning", "unknown")
        rig.inspector.gate.set()


async def test_scan_of_a_folder_that_is_not_there_ends_with_an_error(rig):
    rig = rig("/music/\n    a.flac\n")
    async with rig.running():
        rig.files.make_link(b"/music/link", b"/outside")
        for name, words in (
            ("none", "no such folder"),
            ("link", "no folder"),
            ("a.flac", "no folder"),
        ):
            await rig.control.request_scan("/music", folder=b"/music/" + name.encode())
            await rig.quiet(4)
            error = rig.status().last_error
            assert error is not None
            assert error.path == f"/music/{name}"
            assert words in error.message
        assert (await rig.control.desired("/music")).scans == ()
        assert rig.status().state == "watching"


async def test_scan_of_a_folder_that_went_finds_its_files_gone(rig):
    rig = rig("/music/\n    a.flac\n    album/\n        b.flac\n")
    async with rig.running():
        rig.told()
        for path in (b"/music/album/b.flac", b"/music/album"):
            del rig.files.nodes[path]  # unheard
        await rig.control.request_scan("/music", folder=b"/music/album")
        await rig.quiet(4)
        assert rig.told() == [("IN_DELETE", "/music/album/b.flac")]
