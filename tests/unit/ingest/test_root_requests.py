"""What people ask of a root, and one root between two ingestors."""

from apollonia.domain.kinds import RootState
from apollonia.domain.times import parse_micros
from apollonia.errors import CatalogUnavailableError
from apollonia.testing.fake_control import FakeControl

TREE = "/music/\n    a.mp3\n    album/\n        b.mp3\n    other/\n        c.mp3\n"


async def waiting(rig):
    return [scan.number for scan in (await rig.control.desired("/music")).scans]


def unheard(rig, path):
    """Written without anybody being told."""
    watchers, rig.files._watchers = rig.files._watchers, []
    rig.files.write(path, path)
    rig.files._watchers = watchers


async def test_folder_is_scanned_and_nothing_else(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        scanned = rig.status().last_scan_time
        unheard(rig, b"/music/album/new.mp3")
        unheard(rig, b"/music/other/new.mp3")
        await rig.control.request_scan("/music", folder=b"/music/album")
        await rig.quiet(1.4)
        await rig.quiet(2)
        assert rig.told() == [("IN_CREATE", "/music/album/new.mp3")]
        assert rig.status().last_scan_time == scanned
        assert rig.status().state is RootState.WATCHING
        assert await waiting(rig) == []


async def test_scan_that_verifies_reads_everything_again(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.inspector.hashed.clear()
        await rig.control.request_scan("/music")
        await rig.quiet()
        assert rig.inspector.hashed == []
        await rig.control.request_scan("/music", folder=b"/music/album", verify=True)
        await rig.quiet()
        assert rig.inspector.hashed == [b"/music/album/b.mp3"]
        await rig.control.request_scan("/music", verify=True)
        await rig.quiet()
        assert sorted(rig.inspector.hashed[1:]) == sorted(rig.files.paths())


async def test_scan_asked_for_while_nobody_works_is_done_at_the_start(rig):
    rig = rig(TREE)
    async with rig.running():
        pass
    await rig.control.request_scan("/music", verify=True)
    await rig.control.request_scan("/music", folder=b"/music/album")
    rig.inspector.hashed.clear()
    async with rig.running():
        assert sorted(rig.inspector.hashed) == sorted(rig.files.paths())
        assert await waiting(rig) == []


async def test_scan_that_was_cut_off_is_asked_for_still(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.inspector.gate.clear()
        await rig.control.request_scan("/music", verify=True)
        await rig.quiet()
        assert await waiting(rig) == [1]
        await rig.kill()
    rig.inspector.gate.set()
    rig.inspector.hashed.clear()
    async with rig.running():
        assert sorted(rig.inspector.hashed) == sorted(rig.files.paths())
        assert await waiting(rig) == []


async def test_request_that_waited_over_a_restart_confirms_no_disappearance(rig):
    tree = "/music/\n" + "".join(f"    {number:02}.mp3\n" for number in range(40))
    rig = rig(tree)
    async with rig.running():
        pass
    rig.told()
    for path in sorted(rig.files.paths())[:25]:
        del rig.files.nodes[path]
    await rig.control.request_scan("/music")
    async with rig.running():
        await rig.quiet(10)
        assert rig.told() == []
        assert rig.status().state is RootState.UNAVAILABLE
        assert await waiting(rig) == []
        await rig.control.request_scan("/music", folder=b"/music/album")
        await rig.quiet(10)
        assert rig.told() == []  # asking for a folder confirms nothing either
        assert rig.status().state is RootState.UNAVAILABLE
        await rig.control.request_scan("/music")
        await rig.quiet(10)
        assert len(rig.told()) == 25


async def test_wishes_are_seen_when_the_catalog_is_back(rig, monkeypatch):
    rig = rig(TREE)
    async with rig.running():

        async def away(_root):
            raise CatalogUnavailableError

        with monkeypatch.context() as patch:
            patch.setattr(rig.control, "desired", away)
            await rig.control.request_scan("/music", verify=True)
            rig.inspector.hashed.clear()
            await rig.quiet(10)
            assert rig.status().state is RootState.WATCHING
            assert rig.inspector.hashed == []
        await rig.quiet()
        assert len(rig.inspector.hashed) == 3


async def test_newest_failure_is_told_with_its_file_and_time(rig):
    rig = rig(TREE)
    async with rig.running():
        assert rig.status().last_error is None
        rig.files.unreadable.add(b"/music/a.mp3")
        rig.files.write(b"/music/a.mp3", b"other")
        await rig.quiet(2)
        error = rig.status().last_error
        assert (error.path, error.message) == ("/music/a.mp3", "Reading it is not permitted.")
        before = parse_micros(error.time)
        assert before <= rig.clock.now_micros()
        rig.files.take_away(b"/music", device=99)
        await rig.quiet(8)
        error = rig.status().last_error
        assert (error.path, error.message) == (None, rig.status().message)
        assert parse_micros(error.time) > before


async def test_time_to_finish_is_told_once_the_number_of_files_is_known(rig):
    tree = "/music/\n" + "".join(f"    {n:02}/\n        x.mp3\n" for n in range(30))
    rig = rig(tree, chunk_entries=2, queue_files=2, batch_files=1, concurrency=1)
    async with rig.running():
        assert (rig.status().left, rig.status().remaining_s) == (0, None)
        for number in range(30):
            unheard(rig, b"/music/%02d/x.mp3" % number)
        rig.inspector.gate.clear()
        await rig.control.request_scan("/music")
        await rig.quiet(2)
        progress = rig.engine.roots[0].progress
        progress.rate = 2.0
        status = progress.status()
        assert status.state is RootState.SCANNING
        assert status.remaining_s == (30 - status.done) / 2.0
        rig.inspector.gate.set()


async def test_time_to_finish_of_a_first_scan_comes_from_counting_ahead(rig):
    tree = "/music/\n    .part/\n        no.mp3\n    closed/\n        no.mp3\n"
    tree += "".join(f"    {n:03}/\n        x.mp3\n        y.part\n" for n in range(200))
    rig = rig(tree, chunk_entries=2, queue_files=2, batch_files=1, concurrency=1)
    rig.files.unreadable.add(b"/music/closed")
    rig.inspector.gate.clear()
    async with rig.running(quiet=False):
        await rig.quiet(2)
        progress = rig.engine.roots[0].progress
        progress.rate = 10.0
        status = progress.status()
        assert status.state is RootState.SCANNING
        assert 0 < status.found < 20
        assert status.remaining_s == 20.0
        rig.inspector.gate.set()
        await rig.quiet(20)
        assert progress.status().state is not RootState.SCANNING
        assert progress.status().remaining_s is None


def beside(rig, first, **options):
    """A second ingestor of the same folder, with an index of its own."""
    second = rig("/music/\n", holder="two", **options)
    second.clock, second.files, second.control = first.clock, first.files, first.control
    second.inspector = type(first.inspector)(first.files)
    return second


async def test_second_ingestor_refuses_names_the_holder_and_follows_him(rig):
    first = rig(TREE, holder="one")
    second = beside(rig, first)
    async with first.running(), second.running() as refused:
        (status,) = refused.statuses()
        assert status.state is RootState.UNAVAILABLE
        assert "held by one" in status.message
        assert second.told() == []
        assert first.status().holder == "one"
        await first.kill()
        await second.quiet(8)
        assert len(second.told()) == 3
        assert second.status().holder == "two"


async def test_root_is_taken_over_within_two_seconds_and_not_taken_back(rig):
    first = rig(TREE, holder="one")
    second = beside(rig, first, take_over=True)
    async with first.running() as loser:
        first.told()
        async with second.running(quiet=False):
            await second.quiet(2)
            (status,) = loser.statuses()
            assert status.state is RootState.UNAVAILABLE
            assert "was taken over by two" in status.message
            assert not first.engine.roots[0].owned
            assert len(second.told()) == 3
            await second.quiet(60)
            first.files.write(b"/music/new.mp3", b"x")
            await second.quiet(3)
            assert second.told() == [("IN_CREATE", "/music/new.mp3")]
            assert first.told() == []
            assert second.status().holder == "two"
            # the winner was told to take over once: he who takes it from him keeps it
            await first.control.take_over("root:/music", "three", 30)
            await second.quiet(20)
            assert not second.engine.roots[0].owned


class Audits:
    def __init__(self):
        self.asked = []

    async def run(self, root, *, full=False):
        self.asked.append((root.name, full))


async def test_who_takes_over_compares_with_the_catalog_even_when_it_was_paused(rig):
    first = rig(TREE, holder="one")
    second = beside(rig, first, take_over=True)
    second.audit = Audits()
    async with first.running():
        await first.control.set_paused("/music", True)
        await first.quiet(2)
        async with second.running():
            assert second.status().state is RootState.PAUSED
            assert second.audit.asked == []
            await first.control.set_paused("/music", False)
            await second.quiet(3)
            assert second.audit.asked == [("/music", True)]
            assert len(second.told()) == 3
        async with second.running():
            assert len(second.audit.asked) == 1  # it was its own before


async def test_stamps_go_on_after_those_of_the_one_before(rig):
    first = rig(TREE, holder="one")
    second = beside(rig, first, take_over=True)
    ahead = first.clock.now_micros() + 3_600_000_000  # its clock is an hour ahead
    async with first.running(quiet=False):
        first.engine.pipeline.committer.not_before(ahead)
        await first.quiet(12)  # the lease was renewed, and carries the stamp
        first.files.write(b"/music/late.mp3", b"x")
        await first.quiet(2)
        told = max(parse_micros(event.timestamp) for event in first.events())
        assert told > ahead
        async with second.running():
            stamps = [parse_micros(event.timestamp) for event in second.events()]
            assert len(stamps) == 4
            assert min(stamps) > told


async def test_own_restart_goes_on_without_a_jump(rig):
    rig = rig(TREE)
    rig.control = FakeControl(rig.clock.monotonic)
    async with rig.running():
        await rig.quiet(12)
        await rig.kill()
    async with rig.running():
        rig.files.write(b"/music/new.mp3", b"x")
        await rig.quiet(1)
        newest = max(parse_micros(event.timestamp) for event in rig.events())
        assert newest <= rig.clock.now_micros()
