"""A hash is never taken on trust, and an id follows the content: numbers can lie."""

from hashlib import sha256

import pytest

TREE = "/music/\n    a.flac = one\n    album/\n        b.flac = two\n/outside/\n"
A, NEW, OUT = b"/music/a.flac", b"/music/new.flac", b"/outside/a.flac"


def edit_unseen(rig, path, data, mtime_ns):
    """Another content of the same size; the time of modification is set back."""
    node = rig.files.nodes[path]
    node.data, node.mtime_ns = data, mtime_ns
    rig.files.touch_status(path)


def hash_at(rig, path):
    return rig.index.files[path].sha256_hash


def hash_of(data):
    return sha256(data).hexdigest()


async def test_new_file_on_a_freed_inode_is_read_and_has_an_id_of_its_own(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        old, inode = rig.index.files[A], rig.files.nodes[A].inode
        rig.files.delete(A)
        await rig.quiet()
        rig.files.write(NEW, b"ONE")
        node = rig.files.nodes[NEW]
        node.mtime_ns = old.mtime_ns
        assert node.inode == inode
        await rig.quiet()
        assert rig.told() == [("IN_DELETE", "/music/a.flac"), ("IN_CREATE", "/music/new.flac")]
        assert hash_at(rig, NEW) == hash_of(b"ONE")
        assert rig.file_id(NEW) != old.file_id


@pytest.mark.parametrize("back", [A, NEW])
async def test_file_edited_outside_of_the_root_is_read_when_it_returns(rig, back):
    rig = rig(TREE)
    async with rig.running():
        old = rig.index.files[A]
        rig.files.move(A, OUT)
        await rig.quiet()
        edit_unseen(rig, OUT, b"ONE", old.mtime_ns)
        rig.told()
        rig.files.move(OUT, back)
        await rig.quiet()
        assert rig.told() == [("IN_CREATE", back.decode())]
        assert hash_at(rig, back) == hash_of(b"ONE")


async def test_file_that_returns_unchanged_under_another_name_keeps_its_id(rig):
    rig = rig(TREE)
    async with rig.running():
        a_id = rig.file_id(A)
        rig.files.move(A, OUT)
        await rig.quiet()
        rig.told()
        rig.files.move(OUT, NEW)
        await rig.quiet()
        assert rig.told() == [("IN_MOVED_TO", "/music/new.flac")]
        assert rig.file_id(NEW) == a_id


@pytest.mark.parametrize("changed", [False, True])
async def test_rename_while_stopped_is_a_move_only_if_the_content_is_the_same(rig, changed):
    rig = rig(TREE)
    async with rig.running():
        pass
    rig.told()
    old = rig.index.files[A]
    if changed:
        edit_unseen(rig, A, b"ONE", old.mtime_ns)
    rig.files.move(A, NEW)
    await rig.clock.advance(60)
    async with rig.running():
        told = sorted(rig.told())
    moved = [("IN_MOVED_TO", "/music/new.flac")]
    parted = [("IN_CREATE", "/music/new.flac"), ("IN_DELETE", "/music/a.flac")]
    assert told == (parted if changed else moved)
    assert hash_at(rig, NEW) == hash_of(b"ONE" if changed else b"one")
    assert (rig.file_id(NEW) == old.file_id) is not changed


async def test_edit_and_second_name_while_stopped_are_both_seen(rig):
    rig = rig(TREE)
    async with rig.running():
        pass
    edit_unseen(rig, A, b"ONE", rig.index.files[A].mtime_ns)
    rig.files.link(A, NEW)
    await rig.clock.advance(60)
    async with rig.running():
        assert hash_at(rig, A) == hash_at(rig, NEW) == hash_of(b"ONE")


async def test_write_through_one_name_is_seen_under_the_other(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.files.link(A, b"/music/album/other.flac")
        await rig.quiet()
        rig.told()
        rig.files.write(A, b"changed")
        await rig.quiet()
        assert sorted(rig.told()) == [
            ("IN_CLOSE_WRITE", "/music/a.flac"),
            ("IN_CLOSE_WRITE", "/music/album/other.flac"),
        ]
        assert hash_at(rig, b"/music/album/other.flac") == hash_of(b"changed")


async def test_folder_renamed_while_stopped_is_not_read_again(rig):
    rig = rig(TREE)
    async with rig.running():
        pass
    rig.told()
    rig.files.move(b"/music/album", b"/music/disc")
    await rig.clock.advance(60)
    rig.inspector.hashed.clear()
    async with rig.running():
        assert rig.told() == [("IN_MOVED_TO", "/music/disc/b.flac")]
    assert rig.inspector.hashed == []


async def test_edit_right_before_a_rename_is_read(rig):
    rig = rig(TREE)
    async with rig.running():
        old = rig.index.files[A]
        rig.files.write(A, b"ONE")
        rig.files.nodes[A].mtime_ns = old.mtime_ns
        rig.files.move(A, NEW)
        await rig.quiet()
        assert hash_at(rig, NEW) == hash_of(b"ONE")
        assert rig.file_id(NEW) == old.file_id


async def test_edit_between_a_rename_and_the_look_at_it_is_read(rig):
    rig = rig(TREE)
    async with rig.running():
        old = rig.index.files[A]
        rig.files.move(A, NEW)
        edit_unseen(rig, NEW, b"ONE", old.mtime_ns)
        await rig.work()  # the news of the rename came first
        rig.files.close(NEW)
        await rig.quiet()
        assert hash_at(rig, NEW) == hash_of(b"ONE")


async def test_rename_after_lost_events_is_read(rig):
    rig = rig(TREE)
    async with rig.running():
        old = rig.index.files[A]
        rig.files.write(A, b"ONE")
        rig.files.nodes[A].mtime_ns = old.mtime_ns
        rig.files.overflow()
        rig.files.move(A, NEW)
        await rig.quiet()
        assert hash_at(rig, NEW) == hash_of(b"ONE")
