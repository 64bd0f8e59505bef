"""Several moves before anybody has looked."""

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
