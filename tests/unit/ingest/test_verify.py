"""A scan that reads everything again, and a scan of one folder."""

import asyncio

TREE = """
/music/
    a.flac = one
    album/
        b.flac = two
        deep/
            c.flac = three
"""


async def scan(rig, service, **asked):
    (root,) = service._roots
    task = asyncio.create_task(root._scan.run(**asked))
    await rig.quiet()
    task.result()


async def test_verify_reads_everything_again_and_tells_nothing_of_sound_files(rig):
    rig = rig(TREE)
    async with rig.running() as service:
        rig.told()
        rig.inspector.hashed.clear()
        await scan(rig, service, verify=True)
        assert sorted(rig.inspector.hashed) == sorted(rig.files.paths())
        assert rig.told() == []
        assert rig.status().corrupted == ()


async def test_verify_tells_of_a_content_that_changed_while_its_times_did_not(rig):
    rig = rig(TREE)
    async with rig.running() as service:
        rig.told()
        rig.files.rot(b"/music/album/b.flac", b"tWo")
        await scan(rig, service)
        assert rig.told() == []
        await scan(rig, service, verify=True)
        (event,) = rig.events()
        assert (event.event_type, event.origin) == ("IN_CLOSE_WRITE", "verify")
        assert event.error.code == "silent_change"
        assert [one.path for one in rig.status().corrupted] == ["/music/album/b.flac"]


async def test_mark_of_a_silent_change_stays_until_the_file_is_written_again(rig):
    rig = rig(TREE)
    async with rig.running() as service:
        rig.files.rot(b"/music/a.flac", b"oNe")
        await scan(rig, service, verify=True)
        rig.told()
        await scan(rig, service, verify=True)
        assert rig.told() == []
        assert rig.status().corrupted_count == 1
        rig.files.write(b"/music/a.flac", b"one")
        await rig.quiet()
        (event,) = rig.events()
        assert event.error is None
        assert rig.status().corrupted_count == 0


async def test_scan_of_a_folder_looks_at_nothing_else(rig):
    rig = rig(TREE, poll_s=1e6)
    rig.files.can_watch = False
    async with rig.running() as service:
        rig.told()
        rig.files.write(b"/music/a.flac", b"changed")
        rig.files.write(b"/music/album/deep/new.flac", b"new")
        rig.files.delete(b"/music/album/b.flac")
        await rig.clock.advance(60)
        before = rig.status().found
        await scan(rig, service, folder=b"/music/album")
        assert sorted(rig.told()) == [
            ("IN_CREATE", "/music/album/deep/new.flac"),
            ("IN_DELETE", "/music/album/b.flac"),
        ]
        assert rig.status().found == before + 1


async def test_interrupted_verify_reads_no_folder_twice(rig):
    folders = [b"/music/%03d" % number for number in range(300)]
    tree = "/music/\n" + "".join(f"    {f[7:].decode()}/\n        a.mp3\n" for f in folders)
    rig = rig(tree, chunk_entries=20, queue_files=16, batch_files=8, commit_files=8)
    async with rig.running() as service:
        rig.inspector.hashed.clear()
        (root,) = service._roots
        task = asyncio.create_task(root._scan.run(verify=True))
        while len(rig.inspector.hashed) < 150:  # noqa: ASYNC110 - it is in the middle
            await asyncio.sleep(0)
        task.cancel()
        await rig.kill()
    begun = len(rig.inspector.hashed)
    assert begun < 300
    rig.inspector.hashed.clear()
    async with rig.running() as service:
        await scan(rig, service, verify=True)
        assert len(rig.inspector.hashed) < 300 - begun + 100
        rig.inspector.hashed.clear()
        await scan(rig, service, verify=True)
        assert len(rig.inspector.hashed) == 300
