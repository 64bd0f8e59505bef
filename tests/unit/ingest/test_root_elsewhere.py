"""Whole folders that go from one root to another: moved, and no disappearance."""

import pytest

from apollonia.domain.kinds import RootState

ROOTS = (b"/music", b"/films")
TREE = "/films/\n    keep.txt\n/music/\n    p/\n" + "".join(
    f"        {number:02}.mp3\n" for number in range(30)
)


def moves():
    return {b"/music/p/%02d.mp3" % number: b"/films/p/%02d.mp3" % number for number in range(30)}


def copy(rig):
    rig.files.make_folder(b"/films/p")
    for path, new in moves().items():
        rig.files.write(new, rig.files.paths()[path])


async def set_paused(rig, paused):
    for root in ROOTS:
        await rig.control.set_paused(root.decode(), paused)
    await rig.quiet(2)


def is_moved(rig, before):
    now = {path: entry.file_id for path, entry in rig.index.files.items() if entry.is_live}
    return all(now.get(new) == before[path] for path, new in moves().items())


@pytest.mark.parametrize("held", [False, True])
async def test_move_to_another_disk_while_paused_keeps_all_ids_and_warns_of_nothing(rig, held):
    rig = rig(TREE, roots=ROOTS)
    async with rig.running():
        before = {path: rig.file_id(path) for path in moves()}
        await set_paused(rig, True)
        copy(rig)
        rig.files.delete(b"/music/p")
        if held:  # reading takes longer than looking
            rig.inspector.gate.clear()
        await set_paused(rig, False)
        for _ in range(6):
            await rig.quiet(0.5)
            assert rig.status().state is not RootState.UNAVAILABLE
        rig.inspector.gate.set()
        await rig.quiet(12)
        assert is_moved(rig, before)
        assert {rig.status(root.decode()).state for root in ROOTS} == {RootState.WATCHING}
        assert rig.status().last_error is None


async def test_root_that_goes_on_later_is_waited_for(rig):
    rig = rig(TREE, roots=ROOTS)
    async with rig.running():
        before = {path: rig.file_id(path) for path in moves()}
        await set_paused(rig, True)
        copy(rig)
        rig.files.delete(b"/music/p")
        await rig.quiet(1)
        await rig.control.set_paused("/music", False)
        await rig.quiet(4)
        await rig.control.set_paused("/films", False)
        await rig.quiet(12)
        assert is_moved(rig, before)
        assert rig.status().last_error is None


async def test_copy_that_was_read_before_the_originals_went_is_no_disappearance(rig):
    rig = rig(TREE, roots=ROOTS)
    async with rig.running():
        copy(rig)
        await rig.quiet(10)
        rig.told()
        rig.files.delete(b"/music/p")
        await rig.quiet(20)
        assert sorted(rig.told()) == [("IN_DELETE", path.decode()) for path in sorted(moves())]
        assert rig.status().state is RootState.WATCHING


async def test_mirror_that_was_there_before_explains_no_disappearance(rig):
    rig = rig(TREE, roots=ROOTS)
    copy(rig)
    rig.files.age(60)
    async with rig.running():
        rig.told()
        rig.files.delete(b"/music/p")
        await rig.quiet(20)
        assert rig.told() == []
        assert rig.status().state is RootState.UNAVAILABLE


async def test_file_on_an_inode_that_another_one_had_is_known_by_its_content(rig):
    rig = rig("/music/\n    x.mp3 = one\n/films/\n    y.mp3 = two\n", roots=ROOTS)
    async with rig.running():
        y_id = rig.file_id(b"/films/y.mp3")
        rig.files.delete(b"/music/x.mp3")
        await rig.quiet(1)
        await set_paused(rig, True)
        rig.files.write(b"/music/y.mp3", b"two")  # its inode was x.mp3's, and the size is the same
        rig.files.delete(b"/films/y.mp3")
        await set_paused(rig, False)
        await rig.quiet(5)
        assert rig.index.files[b"/music/y.mp3"].inode == rig.index.files[b"/music/x.mp3"].inode
        assert rig.file_id(b"/music/y.mp3") == y_id
