from apollonia.domain.kinds import RootState

TREE = "/music/\n    a.mp3\n    album/\n        b.mp3\n"


async def pause(rig, root="/music"):
    await rig.control.set_paused(root, True)
    await rig.quiet(2)


async def resume(rig, root="/music"):
    await rig.control.set_paused(root, False)
    await rig.quiet(2)


async def test_paused_root_reads_nothing_and_finds_everything_on_resume(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        await pause(rig)
        rig.files.write(b"/music/c.mp3", b"c")
        rig.files.move(b"/music/a.mp3", b"/music/album/a.mp3")
        rig.files.delete(b"/music/album/b.mp3")
        rig.inspector.hashed.clear()
        listed = rig.files.listed
        await rig.quiet(120)
        assert rig.told() == []
        assert rig.files.listed == listed  # the disk may sleep
        assert rig.inspector.hashed == []
        assert rig.status().state is RootState.PAUSED
        assert rig.status().paused
        await rig.control.request_scan("/music")
        await resume(rig)
        assert sorted(rig.told()) == [
            ("IN_CREATE", "/music/c.mp3"),
            ("IN_DELETE", "/music/album/b.mp3"),
            ("IN_MOVED_TO", "/music/album/a.mp3"),
        ]
        assert rig.status().state is RootState.WATCHING
        assert not rig.status().paused


async def test_pause_is_seen_within_two_seconds(rig):
    rig = rig(TREE)
    async with rig.running():
        await rig.control.set_paused("/music", True)
        await rig.quiet(1.9)
        assert rig.status().state is RootState.PAUSED
        await rig.control.set_paused("/music", False)
        await rig.quiet(1.9)
        assert rig.status().state is RootState.WATCHING


async def test_pause_outlives_a_restart(rig):
    rig = rig(TREE)
    async with rig.running():
        await pause(rig)
    rig.told()
    rig.files.write(b"/music/c.mp3", b"c")
    async with rig.running():
        await rig.quiet(30)
        assert rig.status().state is RootState.PAUSED
        assert rig.told() == []
        await resume(rig)
        assert rig.told() == [("IN_CREATE", "/music/c.mp3")]
        assert rig.status().state is RootState.WATCHING


async def test_paused_root_keeps_its_lease(rig):
    rig = rig(TREE, holder="me", lease_ttl_s=10.0)
    rig.control._now = rig.clock.monotonic
    async with rig.running():
        await pause(rig)
        await rig.quiet(60)
        assert (await rig.control.desired("/music")).holder == "me"


async def test_scan_is_paused_amid_its_chunks_and_goes_on_where_it_was(rig):
    tree = "/music/\n" + "".join(f"    {n:02}/\n        x.mp3\n" for n in range(12))
    rig = rig(tree, chunk_entries=2, queue_files=2, batch_files=1, concurrency=1)
    rig.inspector.gate.clear()
    async with rig.running(quiet=False):
        await rig.quiet(1)
        await pause(rig)
        rig.inspector.gate.set()
        await rig.quiet(10)
        read = len(rig.inspector.hashed)
        assert 0 < read < 6
        assert rig.status().state is RootState.PAUSED
        assert (rig.status().rate, rig.status().remaining_s) == (None, None)
        await rig.quiet(10)
        assert len(rig.inspector.hashed) == read
        await resume(rig)
        assert sorted(rig.inspector.hashed) == sorted(rig.files.paths())  # each of them once
        assert rig.status().state is RootState.WATCHING
        assert (rig.status().found, rig.status().done) == (12, 12)


async def test_paused_root_holds_up_no_other_one(rig):
    tree = "/music/\n" + "".join(f"    {n:02}.mp3\n" for n in range(20)) + "/films/\n    f.mkv\n"
    rig = rig(tree, roots=(b"/music", b"/films"), queue_files=2, batch_files=1, concurrency=1)
    rig.inspector.gate.clear()
    async with rig.running(quiet=False):
        await rig.quiet(1)
        await pause(rig)
        rig.inspector.gate.set()
        await rig.quiet(5)
        rig.files.write(b"/films/g.mkv", b"g")
        await rig.quiet(5)
        films = {path for what, path in rig.told() if path.startswith("/films")}
        assert films == {"/films/f.mkv", "/films/g.mkv"}
        assert len(rig.inspector.hashed) < 10
        await resume(rig)
        assert len(rig.inspector.hashed) == 22


async def test_more_changes_than_are_remembered_are_found_by_a_scan_on_resume(rig, monkeypatch):
    monkeypatch.setattr("apollonia.ingest.watch.hints._NAMES_LIMIT", 3)
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        await pause(rig)
        for number in range(10):
            rig.files.write(b"/music/new%d.mp3" % number, b"%d" % number)
            await rig.work()
        assert rig.engine.roots[0].hints._names <= 4
        await resume(rig)
        assert len(rig.told()) == 10


async def test_events_lost_while_paused_make_a_scan_on_resume(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        await pause(rig)
        rig.files.write(b"/music/unheard.mp3", b"x")
        rig.files.overflow()
        await rig.quiet(5)
        assert rig.told() == []
        await resume(rig)
        assert rig.told() == [("IN_CREATE", "/music/unheard.mp3")]


async def test_schedule_rests_too_and_counts_stay(rig):
    rig = rig(TREE, scan_interval_s=20.0)
    async with rig.running():
        await pause(rig)
        scanned = rig.status().last_scan_time
        await rig.quiet(100)
        assert rig.status().last_scan_time == scanned
        assert (rig.status().found, rig.status().done) == (2, 2)
        await resume(rig)
        assert rig.status().last_scan_time > scanned


async def test_root_that_is_away_says_so_while_it_is_paused(rig):
    rig = rig(TREE)
    async with rig.running():
        await pause(rig)
    rig.files.take_away(b"/music", device=99)
    async with rig.running():
        await rig.quiet(8)
        assert rig.status().state is RootState.UNAVAILABLE
        assert rig.status().paused
