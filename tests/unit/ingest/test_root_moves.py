"""Several moves before anybody has looked."""

import pytest

from apollonia.testing.replay import replay

TREE = "/music/\n" + "".join(f"    {name}.mp3\n" for name in "abcdef")


async def consistent(rig):
    await rig.quiet()
    live = {path for path, entry in rig.index.files.items() if entry.is_live}
    assert live == set(rig.files.paths())


async def test_two_moves_onto_one_name_lose_neither_source(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.files.move(b"/music/a.mp3", b"/music/x.mp3")
        rig.files.move(b"/music/b.mp3", b"/music/x.mp3")
        await consistent(rig)
        assert sorted(rig.told()) == [
            ("IN_DELETE", "/music/a.mp3"),
            ("IN_MOVED_TO", "/music/x.mp3"),
        ]


async def test_chain_over_a_file_that_was_there_loses_nothing(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.files.move(b"/music/a.mp3", b"/music/b.mp3")
        rig.files.move(b"/music/b.mp3", b"/music/x.mp3")
        await consistent(rig)


async def test_new_file_where_a_moved_one_was_deleted_has_its_own_id(rig):
    rig = rig(TREE)
    async with rig.running():
        a_id = rig.file_id(b"/music/a.mp3")
        rig.files.move(b"/music/a.mp3", b"/music/x.mp3")
        rig.files.delete(b"/music/x.mp3")
        rig.files.write(b"/music/x.mp3", b"another")
        await consistent(rig)
        assert rig.file_id(b"/music/x.mp3") != a_id


async def test_two_files_that_change_places_are_both_looked_at(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.files.move(b"/music/a.mp3", b"/music/t.mp3")
        rig.files.move(b"/music/b.mp3", b"/music/a.mp3")
        rig.files.move(b"/music/t.mp3", b"/music/b.mp3")
        await consistent(rig)
        for path, data in rig.files.paths().items():
            assert rig.index.files[path].size == len(data)
            assert rig.index.files[path].inode == rig.files.nodes[path].inode


def exchange(rig, *names):
    """What was under each name is under the one before it then, the first's under the last."""
    rig.files.move(b"/music/%s.mp3" % names[0], b"/music/between.mp3")
    for old, new in zip((*names[1:], b"between"), names, strict=True):
        rig.files.move(b"/music/%s.mp3" % old, b"/music/%s.mp3" % new)


def ids_of(rig, *names):
    return [rig.file_id(b"/music/%s.mp3" % name) for name in names]


@pytest.mark.parametrize(
    ("names", "watched"),
    [((b"a", b"b"), True), ((b"a", b"b"), False), ((b"a", b"b", b"c"), False)],
)
async def test_files_that_change_places_take_their_ids_along(rig, names, watched):
    rig = rig(TREE)
    async with rig.running():
        before = ids_of(rig, *names)
        if watched:
            exchange(rig, *names)
            await consistent(rig)
            assert ids_of(rig, *names) == [*before[1:], before[0]]
    if not watched:
        exchange(rig, *names)
        rig.files.age(60)
        async with rig.running():
            assert ids_of(rig, *names) == [*before[1:], before[0]]
    told = replay(rig.events())
    assert [told[b"/music/%s.mp3" % name][0] for name in names] == [*before[1:], before[0]]
    assert len(told) == 6


async def test_files_that_changed_places_and_were_written_since_keep_their_places_ids(rig):
    rig = rig(TREE)
    async with rig.running():
        before = ids_of(rig, b"a", b"b")
    exchange(rig, b"a", b"b")
    rig.files.write(b"/music/a.mp3", b"written since")
    rig.files.age(60)
    async with rig.running():
        assert ids_of(rig, b"a", b"b") == before


def moved_to_another_disk(rig, moves):
    """As ``mv`` between file systems leaves them: other inodes, the same bytes."""
    for path, new in moves.items():
        rig.files.write(new, rig.files.paths()[path])
    for path in moves:
        rig.files.delete(path)
    rig.files.age(3600)


async def test_file_that_was_moved_to_another_disk_while_nobody_watched_keeps_its_id(rig):
    rig = rig(TREE + "/films/\n    keep.txt\n", roots=(b"/music", b"/films"))
    async with rig.running():
        a_id = rig.file_id(b"/music/a.mp3")
    rig.told()
    moved_to_another_disk(rig, {b"/music/a.mp3": b"/films/a.mp3"})
    async with rig.running():
        (event,) = [e for e in rig.events() if e.raw_path() == b"/films/a.mp3"]
        assert (event.event_type, event.raw_moved_from()) == ("IN_MOVED_TO", b"/music/a.mp3")
        assert rig.file_id(b"/films/a.mp3") == a_id
        assert ("IN_DELETE", "/music/a.mp3") not in rig.told()


async def test_copy_of_a_file_that_is_still_there_has_an_id_of_its_own(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
        rig.files.write(b"/music/copy.mp3", rig.files.paths()[b"/music/a.mp3"])
        await rig.quiet()
        assert rig.told() == [("IN_CREATE", "/music/copy.mp3")]
        assert rig.file_id(b"/music/copy.mp3") != rig.file_id(b"/music/a.mp3")


async def test_deleted_file_that_returns_under_another_name_is_known_again(rig):
    rig = rig(TREE)
    async with rig.running():
        a_id, data = rig.file_id(b"/music/a.mp3"), rig.files.paths()[b"/music/a.mp3"]
        rig.files.delete(b"/music/a.mp3")
        await rig.quiet()
        rig.told()
        rig.files.write(b"/music/z.mp3", b"takes the free inode")
        rig.files.write(b"/music/new name.mp3", data)
        await rig.quiet()
        assert ("IN_MOVED_TO", "/music/new name.mp3") in rig.told()
        assert rig.file_id(b"/music/new name.mp3") == a_id


async def test_of_two_moved_files_with_one_content_each_keeps_its_own_name(rig):
    rig = rig("/music/\n    x/\n        1.jpg = same\n        2.jpg = same\n    y/\n")
    async with rig.running():
        ids = [rig.file_id(b"/music/x/1.jpg"), rig.file_id(b"/music/x/2.jpg")]
    moved_to_another_disk(
        rig, {b"/music/x/" + name: b"/music/y/" + name for name in (b"2.jpg", b"1.jpg")}
    )
    async with rig.running():
        assert [rig.file_id(b"/music/y/1.jpg"), rig.file_id(b"/music/y/2.jpg")] == ids


async def test_rename_that_changes_only_the_case_is_one_move(rig):
    rig = rig(TREE)
    async with rig.running():
        a_id = rig.file_id(b"/music/a.mp3")
        rig.told()
        rig.files.move(b"/music/a.mp3", b"/music/A.mp3")
        await consistent(rig)
        assert rig.told() == [("IN_MOVED_TO", "/music/A.mp3")]
        assert rig.file_id(b"/music/A.mp3") == a_id


async def test_rename_of_case_is_one_move_where_the_file_system_does_not_tell_it(rig):
    rig = rig(TREE)
    rig.files.folds_case = True
    async with rig.running():
        ids = [rig.file_id(b"/music/a.mp3"), rig.file_id(b"/music/b.mp3")]
        rig.told()
        rig.files.move(b"/music/a.mp3", b"/music/A.mp3")
        await consistent(rig)
        assert rig.told() == [("IN_MOVED_TO", "/music/A.mp3")]
    rig.files.move(b"/music/b.mp3", b"/music/B.mp3")
    await rig.clock.advance(60)
    async with rig.running():
        await consistent(rig)
        assert rig.told() == [("IN_MOVED_TO", "/music/B.mp3")]
    assert [rig.file_id(b"/music/A.mp3"), rig.file_id(b"/music/B.mp3")] == ids


async def test_file_rewritten_under_another_case_leaves_no_second_row(rig):
    rig = rig(TREE)
    rig.files.folds_case = True
    async with rig.running():
        pass
    rig.files.move(b"/music/a.mp3", b"/music/A.mp3")
    rig.files.write(b"/music/A.mp3", b"another content")
    rig.files.age(3600)
    async with rig.running():
        await consistent(rig)
