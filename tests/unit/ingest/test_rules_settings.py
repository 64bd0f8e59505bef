"""What a person sets for all roots or for one: patterns, sizes, hidden files."""

from dataclasses import replace

import pytest

from apollonia.ingest.root.roots import Root, RootChoices

TREE = """
/music/
    a.flac
    small = x
    large = xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    album/
        b.flac
        b.srt
        .hidden
"""


def paths(told, what):
    assert {kind for kind, _ in told} <= {what}
    return {path.removeprefix("/music/") for _, path in told}


async def test_only_files_that_fit_are_included(rig):
    rig = rig(TREE, include=("*.flac",))
    async with rig.running():
        assert paths(rig.told(), "IN_CREATE") == {"a.flac", "album/b.flac"}


async def test_an_included_folder_counts_with_all_but_what_is_taken_back(rig):
    rig = rig(TREE, include=("album/", "!*.srt"))
    async with rig.running():
        assert paths(rig.told(), "IN_CREATE") == {"album/b.flac"}


async def test_no_rule_file_undoes_what_is_excluded(rig):
    rig = rig(TREE, exclude=("/album", "large"))
    rig.files.write(b"/music/.apolloniaignore", b"!album\n!large\n")
    rig.files.age(10)
    async with rig.running():
        assert paths(rig.told(), "IN_CREATE") == {"a.flac", "small"}


async def test_a_roots_own_choices_come_first(rig):
    rig = rig(TREE, exclude=("*.flac",), max_bytes=20, hidden=True)
    choices = RootChoices(exclude=("*.srt",), max_bytes=0, hidden=False)
    rig.roots = [Root(b"/music", choices=choices)]
    async with rig.running():
        assert {e.error for e in rig.events()} == {None}
        assert paths(rig.told(), "IN_CREATE") == {"a.flac", "small", "large", "album/b.flac"}


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        ({}, {"exclude": ("album",)}, {"album/b.flac", "album/b.srt"}),
        ({}, {"include": ("*.flac",)}, {"small", "large", "album/b.srt"}),
        ({"hidden": True}, {}, {"album/.hidden"}),
    ],
)
async def test_what_new_settings_leave_alone_leaves_the_catalog(rig, before, after, left):
    rig = rig(TREE, **before)
    async with rig.running():
        rig.told()
    rig.options = replace(rig.options, **{"hidden": False, **after})
    async with rig.running():
        assert {e.origin for e in rig.events()} == {"ignored"}
        assert paths(rig.told(), "IN_DELETE") == left


def limited(rig):
    return {
        (e.file_path.removeprefix("/music/"), e.error.code, e.sha256_hash)
        for e in rig.events()
        if e.error is not None
    }


async def test_files_outside_of_the_sizes_have_a_row_but_are_never_read(rig):
    rig = rig(TREE, min_bytes=2, max_bytes=29)
    async with rig.running():
        assert limited(rig) == {("large", "too_large", None), ("small", "too_small", None)}
        assert len(rig.told()) == 5
        assert not {b"/music/large", b"/music/small"} & {
            *rig.inspector.hashed,
            *rig.inspector.looked,
        }
        assert (rig.status().found, rig.status().done, rig.status().errors) == (5, 5, 0)
        await rig.control.request_scan("/music")
        await rig.quiet()
        assert rig.told() == []
    async with rig.running():
        assert rig.told() == []


async def test_a_file_that_grows_into_the_limits_becomes_a_normal_one_and_back(rig):
    rig = rig(TREE, min_bytes=2, max_bytes=29)
    async with rig.running():
        rig.told()
        known = rig.file_id(b"/music/small")
        rig.files.write(b"/music/small", b"not so small")
        await rig.quiet()
        (event,) = rig.events()
        assert (event.event_type.value, event.error, event.file_id) == (
            "IN_CLOSE_WRITE",
            None,
            known,
        )
        assert event.sha256_hash is not None
        rig.told()
        rig.files.write(b"/music/small", b"y")
        await rig.quiet()
        assert limited(rig) == {("small", "too_small", None)}


async def test_other_limits_are_heeded_at_the_next_start(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
    rig.options = replace(rig.options, max_bytes=29)
    async with rig.running():
        assert limited(rig) == {("large", "too_large", None)}
        rig.told()
    rig.options = replace(rig.options, max_bytes=30)
    async with rig.running():
        (event,) = rig.events()
        assert event.error is None
        assert event.sha256_hash is not None
        rig.told()


async def test_a_file_in_a_renamed_folder_takes_no_hashes_along_that_it_may_not_have(rig):
    rig = rig(TREE)
    async with rig.running():
        rig.told()
    rig.files.move(b"/music/album", b"/music/moved")
    rig.options = replace(rig.options, max_bytes=1)
    async with rig.running():
        assert ("moved/b.flac", "too_large", None) in limited(rig)


async def test_rule_files_are_no_files_even_where_hidden_ones_are(rig):
    rig = rig(TREE, hidden=True)
    rig.files.write(b"/music/album/.apolloniaignore", b"b.*\n")
    rig.files.write(b"/music/album/.ndignore", b"none\n")
    rig.files.age(10)
    async with rig.running():
        assert paths(rig.told(), "IN_CREATE") == {"a.flac", "small", "large", "album/.hidden"}


async def test_a_checksum_file_does_not_make_it_read_either(rig):
    rig = rig(TREE, max_bytes=60, check_poll_s=0.5)
    rig.files.write(b"/music/large", b"x" * 61)
    rig.files.write(b"/music/l.md5", b"0" * 32 + b"  large\n")
    rig.files.age(100)
    async with rig.running():
        (sums,) = (e.media.checksums for e in rig.events() if e.media and e.media.checksums)
        assert (sums.entries, sums.mismatched, sums.unread) == (1, [], ["large"])
        assert rig.inspector.digested == []


async def test_a_file_that_is_not_read_can_be_renamed(rig):
    rig = rig(TREE, max_bytes=29)
    async with rig.running():
        rig.told()
        known = rig.file_id(b"/music/large")
        rig.files.move(b"/music/large", b"/music/larger")
        await rig.quiet()
        assert limited(rig) == {("larger", "too_large", None)}
        assert rig.told() == [("IN_MOVED_TO", "/music/larger")]
        assert rig.file_id(b"/music/larger") == known
