"""Checksum files are compared with what they list, and what comes of it is told."""

import hashlib
import zlib

import pytest


def sha(data):
    return hashlib.sha256(data).hexdigest().encode()


def md5(data):
    return hashlib.md5(data).hexdigest().encode()


@pytest.fixture
def tree(rig):
    def make(files, **options):
        made = rig("/music/\n    x.txt = x", check_poll_s=0.5, **options)
        for path, data in files.items():
            folder = (b"/music/" + path).rpartition(b"/")[0]
            if folder not in made.files.nodes:
                made.files.make_folder(folder)
            made.files.write(b"/music/" + path, data)
        made.files.age(100)
        return made

    return make


def told(rig, name=b"sums.sha256"):
    """What the newest event of the checksum file says, and whether it was a comparing."""
    event = [e for e in rig.events() if e.raw_path() == b"/music/" + name][-1]
    return event, event.media.checksums


SUMS = sha(b"one") + b"  a.flac\n" + sha(b"two") + b" *CD1/b.flac\n"
FILES = {b"a.flac": b"one", b"CD1/b.flac": b"two", b"sums.sha256": SUMS}


async def test_files_that_are_as_listed_are_told_to_match(tree):
    rig = tree(FILES)
    async with rig.running():
        event, sums = told(rig)
    assert (event.event_type, event.origin, event.error) == ("IN_CLOSE_WRITE", "verify", None)
    assert (sums.algorithm, sums.entries, sums.matched) == ("sha256", 2, 2)
    assert rig.inspector.digested == []  # the index has these hashes
    assert event.sha256_hash == sha(SUMS).decode()
    assert event.neighbors == ["/music/a.flac"]
    assert event.file_id == rig.file_id(b"/music/sums.sha256")


async def test_a_file_that_is_not_as_listed_is_named(tree):
    rig = tree(FILES | {b"CD1/b.flac": b"rotten"})
    async with rig.running():
        event, sums = told(rig)
    assert (sums.matched, sums.mismatched) == (1, ["CD1/b.flac"])
    assert event.error.code == "checksum_mismatch"
    assert "1 of 2" in event.error.message
    assert "CD1/b.flac" in event.error.message
    assert rig.index.files[b"/music/sums.sha256"].error_code == "checksum_mismatch"


async def test_files_that_are_not_there_and_names_that_lead_out_are_told_apart(tree):
    names = [b"gone.flac", b"../x.txt", b"/etc/passwd", b".hidden", b"a\x00\x1bb"]
    lines = b"".join(sha(b"x") + b"  " + name + b"\n" for name in names)
    rig = tree({b"sub/sums.sha256": lines, b"sub/.hidden": b"x"})
    async with rig.running():
        event, sums = told(rig, b"sub/sums.sha256")
    assert (sums.matched, sums.mismatched, event.error) == (0, [], None)
    assert sums.missing == ["gone.flac"]
    assert sums.unread == ["../x.txt", "/etc/passwd", ".hidden", "ab"]
    assert rig.inspector.digested == []


async def test_other_digests_are_read_once_for_each_content(tree):
    lines = md5(b"one") + b"  a.flac\n" + md5(b"one") + b"  copy.flac\n"
    crc = b"; made by\r\nA.FLAC %08X\r\nSub\\c.flac %08x\r\n" % (zlib.crc32(b"one"), 1)
    rig = tree(
        {b"a.flac": b"one", b"copy.flac": b"one", b"l.md5": lines, b"l.sfv": crc,
         b"Sub/c.flac": b"three"}
    )  # fmt: skip
    async with rig.running():
        assert told(rig, b"l.md5")[1].matched == 2
        event, sums = told(rig, b"l.sfv")
        assert (sums.algorithm, sums.matched) == ("crc32", 1)
        assert sums.mismatched == ["Sub\\c.flac"]
        assert event.error.code == "checksum_mismatch"
        assert rig.inspector.digested == [
            b"/music/a.flac", b"/music/a.flac", b"/music/Sub/c.flac"
        ]  # fmt: skip
        rig.files.write(b"/music/new.flac", b"new")
        await rig.quiet(4.0)
    assert len(rig.inspector.digested) == 3


async def test_a_listed_file_that_changes_is_compared_again(tree):
    rig = tree(FILES)
    async with rig.running():
        rig.told()
        rig.files.write(b"/music/CD1/b.flac", b"changed")
        await rig.quiet(4.0)
        event, sums = told(rig)
        assert (sums.mismatched, event.error.code) == (["CD1/b.flac"], "checksum_mismatch")
        rig.files.write(b"/music/CD1/b.flac", b"two")
        await rig.quiet(4.0)
        event, sums = told(rig)
        assert (sums.matched, event.error) == (2, None)
        rig.files.delete(b"/music/a.flac")
        await rig.quiet(4.0)
        assert told(rig)[1].missing == ["a.flac"]
    assert rig.index.files[b"/music/sums.sha256"].error_code is None


async def test_what_is_as_it_was_is_not_told_again(tree):
    rig = tree(FILES | {b"CD1/b.flac": b"rotten"})
    async with rig.running():
        rig.told()
        rig.files.write(b"/music/new.flac", b"new")
        await rig.quiet(4.0)
        assert rig.told() == [("IN_CREATE", "/music/new.flac")]
    async with rig.running():
        await rig.quiet(4.0)
        assert rig.told() == []
    assert not await rig.index.due_checks(b"/music", 10)


async def test_a_new_list_replaces_the_old_result(tree):
    rig = tree(FILES | {b"CD1/b.flac": b"rotten"})
    async with rig.running():
        rig.files.write(b"/music/sums.sha256", sha(b"rotten") + b"  CD1/b.flac\n")
        await rig.quiet(4.0)
        event, sums = told(rig)
    assert (event.error, sums.matched, sums.entries) == (None, 1, 1)


async def test_a_list_that_is_touched_keeps_its_result(tree):
    rig = tree(FILES | {b"CD1/b.flac": b"rotten"})
    async with rig.running():
        rig.told()
        rig.files.write(b"/music/sums.sha256", SUMS)
        await rig.quiet(4.0)
        event, sums = told(rig)
    assert (event.error.code, sums.matched) == ("checksum_mismatch", 1)


async def test_what_was_not_compared_when_the_process_died_is_compared_later(tree):
    rig = tree(FILES, guard_files=99)
    rig.options = type(rig.options)(check_poll_s=60.0)
    async with rig.running():
        assert told(rig)[1] is None or told(rig)[1].matched is None
        await rig.kill()
    rig.told()
    rig.options = type(rig.options)(check_poll_s=0.5)
    async with rig.running():
        assert told(rig)[1].matched == 2


async def test_while_the_media_workers_are_away_nothing_is_forgotten(tree):
    rig = tree(FILES)
    rig.options = type(rig.options)(check_poll_s=2.0)
    async with rig.running(quiet=False):
        await rig.quiet(1.5)
        rig.inspector.away = True
        await rig.quiet(6.0)
        assert told(rig)[1] is None
        rig.inspector.away = False
        await rig.quiet(70.0)
        assert told(rig)[1].matched == 2


async def test_a_list_that_is_gone_is_forgotten(tree):
    rig = tree(FILES)
    async with rig.running():
        rig.files.delete(b"/music/sums.sha256")
        await rig.quiet(4.0)
        rig.files.write(b"/music/a.flac", b"other")
        await rig.quiet(4.0)
    assert not rig.index._checks


async def test_nothing_is_compared_while_a_file_is_read(tree):
    rig = tree(FILES | {b"l.md5": md5(b"one") + b"  a.flac\n"})
    async with rig.running():
        rig.files.write(b"/music/a.flac", b"changed")
        await rig.quiet(0.3)
        rig.inspector.gate.clear()
        rig.inspector.hashed.clear()
        rig.files.write(b"/music/new.flac", b"new")
        await rig.quiet(4.0)
        assert rig.inspector.hashed == [b"/music/new.flac"]
        rig.inspector.gate.set()
        await rig.quiet(4.0)
    assert told(rig, b"l.md5")[1].mismatched == ["a.flac"]
