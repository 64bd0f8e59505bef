"""Rule files in the folders: what they leave alone has no event, no row, and is no neighbour."""

import asyncio

from apollonia.domain.kinds import RootState
from apollonia.testing.memory_index import MemoryIndex

TREE = """
/music/
    a.flac
    a.srt
    album/
        b.flac
        live/
            c.flac
"""
ALBUM = {"/music/album/b.flac", "/music/album/live/c.flac"}


async def cataloged(rig):
    """Everything known and told, then whatever the test does."""
    async with rig.running():
        pass
    return rig.told()


def paths(told, what="IN_DELETE"):
    assert {kind for kind, _ in told} <= {what}
    return {path for _, path in told}


async def test_ignored_files_are_neither_told_nor_neighbours(rig):
    rig = rig(TREE)
    rig.files.write(b"/music/.apolloniaignore", b"*.srt\nlive/\n")
    await rig.clock.advance(10)
    async with rig.running():
        assert {e.raw_path() for e in rig.events()} == {b"/music/a.flac", b"/music/album/b.flac"}
        assert all(e.neighbors == [] for e in rig.events())
        assert rig.status().skipped == ()


async def test_deeper_rules_override_those_above_and_ours_navidromes(rig):
    rig = rig(TREE)
    rig.files.write(b"/music/.ndignore", b"*.flac\n")
    rig.files.write(b"/music/.apolloniaignore", b"!a.flac\n")
    rig.files.write(b"/music/album/.ndignore", b"!b.flac\n")
    await rig.clock.advance(10)
    async with rig.running():
        told = paths(rig.told(), "IN_CREATE")
        assert told == {"/music/a.flac", "/music/a.srt", "/music/album/b.flac"}


async def test_a_marked_folder_is_left_alone_with_all_below_it(rig):
    for name, content in ((b".nomedia", b""), (b".ndignore", b""), (b".ndignore", b"# none\n\n")):
        made = rig(TREE)
        made.files.write(b"/music/album/" + name, content)
        made.files.age(10)
        async with made.running():
            assert paths(made.told(), "IN_CREATE") == {"/music/a.flac", "/music/a.srt"}


async def test_an_empty_list_of_ours_ignores_nothing(rig):
    rig = rig(TREE)
    rig.files.write(b"/music/.apolloniaignore", b"")
    rig.files.age(10)
    async with rig.running():
        assert len(rig.told()) == 4


async def test_known_files_leave_when_a_rule_comes_and_return_with_their_id(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        before = rig.file_id(b"/music/album/b.flac")
        rig.inspector.hashed.clear()
        rig.files.write(b"/music/.apolloniaignore", b"album\n")
        await rig.quiet(0.9)
        assert {e.origin for e in rig.events()} == {"ignored"}
        assert paths(rig.told()) == ALBUM
        assert rig.inspector.hashed == []
        rig.files.write(b"/music/.apolloniaignore", b"# nothing\n")
        await rig.quiet(0.9)
        assert paths(rig.told(), "IN_CREATE") == ALBUM
        assert rig.file_id(b"/music/album/b.flac") == before


async def test_rule_files_that_come_go_and_move_are_heeded(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.files.write(b"/music/album/.ndignore", b"")
        await rig.quiet(0.9)
        assert paths(rig.told()) == ALBUM
        rig.files.move(b"/music/album/.ndignore", b"/music/album/live/.ndignore")
        await rig.quiet(0.9)
        assert paths(rig.told(), "IN_CREATE") == {"/music/album/b.flac"}
        rig.files.delete(b"/music/album/live/.ndignore")
        await rig.quiet(0.9)
        assert paths(rig.told(), "IN_CREATE") == {"/music/album/live/c.flac"}


async def test_a_list_about_to_be_written_does_not_ignore_its_folder_for_a_moment(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.files.write(b"/music/album/.ndignore", b"", close=False)
        rig.files.write(b"/music/album/b.flac", b"b")
        await rig.quiet(0.1)
        rig.files.write(b"/music/album/.ndignore", b"*.srt\n")
        await rig.quiet()
        assert rig.told() == [("IN_CLOSE_WRITE", "/music/album/b.flac")]


async def test_rules_are_found_by_a_scan_too_and_no_mass_is_too_great(rig):
    rig = rig("/music/\n    keep.mp3\n    b/\n" + "".join(f"        {n}.mp3\n" for n in range(60)))
    await cataloged(rig)
    rig.files.write(b"/music/.apolloniaignore", b"/b\n")
    await rig.clock.advance(60)
    async with rig.running():
        assert rig.status().state is RootState.WATCHING
        assert {e.origin for e in rig.events()} == {"ignored"}
        assert len(paths(rig.told())) == 60
        rig.files.delete(b"/music/.apolloniaignore")
        await rig.quiet()
        assert len(paths(rig.told(), "IN_CREATE")) == 60


async def test_the_root_itself_can_be_left_alone(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.files.write(b"/music/.nomedia", b"")
        await rig.quiet()
        assert len(paths(rig.told())) == 4
        assert rig.status().state is RootState.WATCHING
        await rig.control.request_scan("/music")
        rig.files.write(b"/music/new.flac", b"new")
        await rig.quiet()
        assert rig.told() == []
        assert rig.status().state is RootState.WATCHING
        rig.files.delete(b"/music/.nomedia")
        await rig.quiet()
        assert len(paths(rig.told(), "IN_CREATE")) == 5


async def test_a_list_of_which_nothing_fits_is_not_empty(rig):
    rig = rig(TREE)
    rig.files.write(b"/music/album/.ndignore", b"a[\n")
    rig.files.age(10)
    async with rig.running():
        assert len(rig.told()) == 4


async def test_what_is_left_alone_is_not_watched_any_more(rig):
    rig = rig(TREE)
    async with rig.running():
        watcher = rig.engine.roots[0].watcher
        assert watcher.count == 3
        rig.files.write(b"/music/album/.nomedia", b"")
        await rig.quiet()
        assert watcher.count == 2  # its marker may go again
        rig.files.write(b"/music/.apolloniaignore", b"album\n")
        rig.files.delete(b"/music/album/.nomedia")
        await rig.quiet()
        rig.files.delete(b"/music/.apolloniaignore")
        await rig.quiet()
        assert watcher.count == 3
        rig.files.write(b"/music/.apolloniaignore", b"album\n")
        await rig.quiet()
        assert watcher.count == 1


async def test_a_second_name_of_an_ignored_file_does_not_take_its_id(rig):
    rig = rig(TREE)
    async with rig.running():
        known = rig.file_id(b"/music/a.flac")
        rig.files.write(b"/music/.apolloniaignore", b"a.flac\n")
        await rig.quiet()
        rig.told()
        rig.files.link(b"/music/a.flac", b"/music/second.flac")
        await rig.quiet()
        assert rig.told() == [("IN_CREATE", "/music/second.flac")]
        rig.files.delete(b"/music/.apolloniaignore")
        await rig.quiet()
        assert rig.told() == [("IN_CREATE", "/music/a.flac")]
        assert rig.file_id(b"/music/a.flac") == known


async def test_a_marker_on_the_folder_below_an_unmounted_disk_deletes_nothing(rig):
    rig = rig(TREE)
    await cataloged(rig)
    rig.files.take_away(b"/music", device=7)
    rig.files.write(b"/music/.nomedia", b"")
    async with rig.running():
        assert rig.told() == []
        assert rig.status().state is RootState.UNAVAILABLE


async def test_moves_into_and_out_of_ignored_places(rig):
    rig = rig(TREE + "    hide/\n        old.flac\n")
    rig.files.write(b"/music/.apolloniaignore", b"hide\n*.tmp\n")
    rig.files.age(10)
    async with rig.running():
        rig.told()
        kept = rig.file_id(b"/music/a.flac")
        rig.files.move(b"/music/a.flac", b"/music/hide/a.flac")
        await rig.quiet()
        assert rig.told() == [("IN_DELETE", "/music/a.flac")]
        rig.files.move(b"/music/hide/a.flac", b"/music/a.flac")
        await rig.quiet()
        assert rig.told() == [("IN_CREATE", "/music/a.flac")]
        assert rig.file_id(b"/music/a.flac") == kept
        rig.files.move(b"/music/a.flac", b"/music/a.tmp")
        await rig.quiet()
        assert rig.told() == [("IN_DELETE", "/music/a.flac")]
        rig.files.move(b"/music/hide/old.flac", b"/music/new.flac")
        await rig.quiet()
        assert rig.told() == [("IN_CREATE", "/music/new.flac")]
        rig.files.move(b"/music/album", b"/music/hide/album")
        await rig.quiet()
        assert paths(rig.told()) == ALBUM
        rig.files.move(b"/music/hide", b"/music/shown")
        await rig.quiet()
        assert {path for _, path in rig.told()} == {
            "/music/shown/album/b.flac",
            "/music/shown/album/live/c.flac",
        }


async def test_what_is_in_hand_when_the_rule_comes_does_not_stay(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.inspector.gate.clear()
        rig.files.write(b"/music/album/new.flac", b"new")
        await rig.quiet(0.3)
        rig.files.write(b"/music/.apolloniaignore", b"album/new.*\n")
        await rig.quiet(1)
        rig.inspector.gate.set()
        await rig.quiet()
        assert rig.told()[-1:] == [("IN_DELETE", "/music/album/new.flac")]


class HeldIndex(MemoryIndex):
    """Whose commits wait."""

    def __init__(self):
        super().__init__()
        self.gate = asyncio.Event()
        self.gate.set()

    async def commit(self, commit):
        await self.gate.wait()
        await super().commit(commit)


async def test_a_rule_that_is_taken_back_before_its_deletions_are_written(rig):
    rig = rig(TREE)
    rig.index = HeldIndex()
    async with rig.running():
        rig.told()
        rig.index.gate.clear()
        rig.files.write(b"/music/.apolloniaignore", b"a.flac\n")
        rig.files.close(b"/music/a.flac")  # looked at before the rule's own tree is
        await rig.quiet(0.1)
        rig.files.delete(b"/music/.apolloniaignore")
        await rig.quiet()
        rig.index.gate.set()
        await rig.quiet()
        assert rig.index.files[b"/music/a.flac"].is_live


async def test_a_broken_rule_file_is_reported_and_the_last_good_one_holds(rig):
    rig = rig(TREE)
    rig.files.write(b"/music/.apolloniaignore", b"live\n")
    rig.files.age(10)
    async with rig.running():
        assert len(rig.told()) == 3
        rig.files.write(b"/music/.apolloniaignore", b"#" * 70_000)
        await rig.quiet()
        assert rig.told() == []
        (skipped,) = rig.status().skipped
        assert (skipped.path, skipped.reason) == (
            "/music/.apolloniaignore",
            "rules not used: larger than 65536 bytes",
        )
        rig.files.write(b"/music/.apolloniaignore", b"album\n")
        await rig.quiet()
        assert rig.told() == [("IN_DELETE", "/music/album/b.flac")]
        assert rig.status().skipped == ()


async def test_a_rule_file_that_was_never_good_ignores_nothing(rig):
    rig = rig(TREE)
    rig.files.write(b"/music/.apolloniaignore", b"a\n" * 1001)
    rig.files.write(b"/music/album/.ndignore", b"*")
    rig.files.unreadable.add(b"/music/album/.ndignore")
    rig.files.make_link(b"/music/album/live/.ndignore", b"/music/a.srt")
    rig.files.age(10)
    async with rig.running():
        assert len(rig.told()) == 4
        assert {(one.path, one.reason) for one in rig.status().skipped} == {
            ("/music/.apolloniaignore", "rules not used: more than 1000 rules"),
            ("/music/album/.ndignore", "rules not used: permission denied"),
            ("/music/album/live/.ndignore", "rules not used: links are not followed"),
        }
