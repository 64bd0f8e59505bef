from apollonia.domain.kinds import RootState

TREE = "/music/\n" + "".join(f"    {number:02}.mp3\n" for number in range(40))


async def gone_while_away(rig, number):
    """The index knows all; while nobody watches, so many files go."""
    async with rig.running():
        pass
    rig.told()
    taken = {path: rig.files.nodes.pop(path) for path in sorted(rig.files.paths())[:number]}
    await rig.clock.advance(60)
    return taken


async def test_some_files_gone_are_deleted(rig):
    rig = rig(TREE)
    await gone_while_away(rig, 20)
    async with rig.running():
        assert [what for what, _ in rig.told()] == ["IN_DELETE"] * 20
        assert rig.status().state is RootState.WATCHING


async def test_mass_disappearance_deletes_nothing_and_says_so(rig):
    rig = rig(TREE)
    await gone_while_away(rig, 25)
    async with rig.running():
        assert rig.told() == []
        assert rig.status().state is RootState.UNAVAILABLE
        assert rig.status().message.startswith("25 of 40 files disappeared; nothing was deleted.")
        await rig.quiet(60)
        assert rig.told() == []


async def test_files_that_come_back_end_the_wait_by_themselves(rig):
    rig = rig(TREE)
    taken = await gone_while_away(rig, 25)
    async with rig.running():
        rig.files.bring_back(taken)
        rig.inspector.hashed.clear()
        await rig.quiet(8)
        assert rig.status().state is RootState.WATCHING
        assert rig.told() == []
        assert rig.inspector.hashed == []


async def test_rescan_asked_for_after_the_warning_confirms(rig):
    rig = rig(TREE)
    await gone_while_away(rig, 25)
    async with rig.running():
        await rig.control.request_scan("/music")
        await rig.quiet()
        assert [what for what, _ in rig.told()] == ["IN_DELETE"] * 25
        assert rig.status().state is RootState.WATCHING


async def test_rescan_asked_for_before_the_warning_confirms_nothing(rig):
    rig = rig(TREE)
    async with rig.running():
        for path in sorted(rig.files.paths())[:25]:
            del rig.files.nodes[path]
        rig.told()
        await rig.control.request_scan("/music")
        await rig.quiet(10)
        assert rig.told() == []
        assert rig.status().state is RootState.UNAVAILABLE


async def test_rescan_asked_for_while_the_scan_that_warns_still_runs_confirms_nothing(rig):
    rig = rig(TREE)
    async with rig.running():
        for path in sorted(rig.files.paths())[:25]:
            del rig.files.nodes[path]
        rig.files.nodes[b"/music/39.mp3"].data = b"changed without a word"
        rig.told()
        rig.inspector.gate.clear()
        for _ in range(2):
            await rig.control.request_scan("/music")
            await rig.quiet()
        rig.inspector.gate.set()
        await rig.quiet(10)
        assert rig.told() == [("IN_CLOSE_WRITE", "/music/39.mp3")]
        assert rig.status().state is RootState.UNAVAILABLE


async def test_confirmation_covers_no_more_than_what_was_told(rig):
    rig = rig(TREE)
    await gone_while_away(rig, 25)
    async with rig.running():
        for path in sorted(rig.files.paths())[:5]:
            del rig.files.nodes[path]
        await rig.control.request_scan("/music")
        await rig.quiet()
        assert rig.told() == []
        assert rig.status().message.startswith("30 of 40 files")


async def test_emptied_root_deletes_nothing_however_few_files_there_were(rig):
    rig = rig("/music/\n    a.mp3\n")
    await gone_while_away(rig, 1)
    async with rig.running():
        assert rig.told() == []
        assert rig.status().state is RootState.UNAVAILABLE


async def test_unmounted_root_is_away_until_it_is_back(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        disk = rig.files.take_away(b"/music", device=99)
        await rig.quiet(8)
        assert rig.status().state is RootState.UNAVAILABLE
        assert "is empty and on another disk" in rig.status().message
        await rig.control.request_scan("/music")
        await rig.quiet(8)
        assert rig.told() == []
        rig.files.bring_back(disk)
        rig.inspector.hashed.clear()
        await rig.quiet(8)
        assert rig.status().state is RootState.WATCHING
        assert rig.told() == []
        assert rig.inspector.hashed == []
        rig.files.write(b"/music/new.mp3", b"x")
        await rig.quiet(1)
        assert rig.told() == [("IN_CREATE", "/music/new.mp3")]


async def test_missing_root_is_away_until_it_is_back(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        below = rig.files.take_away(b"/music", device=1)
        del rig.files.nodes[b"/music"]
        await rig.quiet(8)
        assert rig.status().state is RootState.UNAVAILABLE
        assert "/music is not there" in rig.status().message
        rig.files.bring_back(below)
        await rig.quiet(8)
        assert rig.status().state is RootState.WATCHING
        assert rig.told() == []


async def test_disk_unmounted_below_the_root_loses_nothing(rig):
    rig = rig(TREE)
    rig.files.make_folder(b"/music/disk")
    rig.files.device = 2
    rig.files.write(b"/music/disk/z.mp3", b"z")
    await rig.clock.advance(60)
    async with rig.running():
        pass
    rig.told()
    disk = rig.files.take_away(b"/music/disk", device=1)
    async with rig.running():
        assert rig.told() == []
        assert rig.status().state is RootState.DEGRADED
        assert "1 files are out of reach" in rig.status().message
        rig.files.bring_back(disk)
        await rig.control.request_scan("/music")
        await rig.quiet()
        assert rig.status().state is RootState.WATCHING
        assert rig.told() == []


async def test_folder_that_may_not_be_read_loses_nothing(rig):
    rig = rig("/music/\n    a.mp3\n    album/\n        deep/\n            b.mp3\n")
    async with rig.running():
        pass
    rig.told()
    rig.files.unreadable.add(b"/music/album")
    async with rig.running():
        assert rig.told() == []
        assert rig.status().state is RootState.DEGRADED


async def test_root_held_by_another_ingestor_is_left_alone(rig):
    rig = rig(TREE)
    lease = await rig.control.acquire("root:/music", "the other one", 30)
    async with rig.running():
        assert rig.told() == []
        assert rig.status().state is RootState.UNAVAILABLE
        assert "the other one" in rig.status().message
        await rig.control.release(lease)
        await rig.quiet(8)
        assert len(rig.told()) == 40


async def test_lost_lease_ends_the_work(rig):
    rig = rig(TREE)
    async with rig.running() as service:
        rig.told()
        await rig.control.take_over("root:/music", "the other one", 30)
        await rig.quiet(3)
        (status,) = service.statuses()
        assert status.state is RootState.UNAVAILABLE
        assert "the other one" in status.message
        assert rig.status().state is RootState.WATCHING  # the other one reports from now on
        rig.files.write(b"/music/new.mp3", b"x")
        await rig.quiet()
        assert rig.told() == []


async def test_file_in_hand_when_the_lease_is_lost_is_left_to_the_next_ingestor(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.inspector.gate.clear()
        rig.files.write(b"/music/new.mp3", b"x")
        await rig.quiet(0.3)
        rig.control._leases.clear()
        await rig.control.acquire("root:/music", "the other one", 30)
        await rig.quiet(12)
        rig.inspector.gate.set()
        await rig.quiet()
        assert rig.told() == []


async def test_stopped_root_says_so_and_gives_its_lease_back(rig):
    rig = rig(TREE)
    async with rig.running():
        pass
    assert rig.status().state is RootState.STOPPED
    await rig.control.acquire("root:/music", "the next one", 30)


async def test_rescan_on_request_finds_what_was_not_heard(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.files.nodes[b"/music/00.mp3"].data = b"changed without a word"
        await rig.quiet()
        assert rig.told() == []
        await rig.control.request_scan("/music")
        await rig.quiet()
        assert rig.told() == [("IN_CLOSE_WRITE", "/music/00.mp3")]


async def test_scan_on_schedule(rig):
    rig = rig(TREE, scan_interval_s=100.0)
    async with rig.running():
        rig.told()
        rig.files.nodes[b"/music/00.mp3"].data = b"changed without a word"
        await rig.quiet(80)
        assert rig.told() == []
        await rig.quiet(40)
        assert rig.told() == [("IN_CLOSE_WRITE", "/music/00.mp3")]
