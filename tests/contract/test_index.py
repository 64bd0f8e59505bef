"""The contract of ``Index``: each adapter plugs in as one parameter."""

import asyncio
import sqlite3
from dataclasses import replace

import pytest

from apollonia.adapters.index import SqliteIndex
from apollonia.errors import IndexUnavailableError
from apollonia.ports.index import Check, Commit, Entry, RootRecord
from apollonia.testing.builders import messages
from apollonia.testing.memory_index import MemoryIndex


def an_entry(path, **changes):
    entry = Entry(
        path=path,
        size=10,
        mtime_ns=1,
        ctime_ns=2,
        atime_ns=3,
        inode=4,
        device=5,
        links=1,
        sha256_hash="a" * 64,
        xxh128_hash="b" * 32,
        file_id="0190a0a0-0000-7000-8000-000000000001",
    )
    return replace(entry, **changes)


@pytest.fixture(params=["memory", "sqlite"])
async def index(request, tmp_path):
    made = MemoryIndex() if request.param == "memory" else SqliteIndex(tmp_path / "ingest.db")
    yield made
    await made.close()


async def test_index_gives_back_what_was_committed(index):
    entries = [
        an_entry(b"/m/a.flac"),
        an_entry(b"/m/\xff\n.flac", sha256_hash=None, xxh128_hash=None, error_code="unreadable"),
        an_entry(b"/m/" + b"x" * 4000 + b"/y", inode=(1 << 64) - 1, device=(1 << 63) + 5),
        an_entry(b"/top", file_id=None, gone_micros=7),
    ]
    await index.commit(Commit(entries))
    assert await index.entries([*(e.path for e in entries), b"/m/unknown"]) == {
        entry.path: entry for entry in entries
    }


@pytest.mark.parametrize("inode", [4, (1 << 64) - 1])
async def test_fingerprint_of_a_file_that_was_not_read_is_no_other_files(index, inode):
    for name, code in (
        (b"a", "too_large"),
        (b"b", "too_small"),
        (b"c", "unreadable"),
        (b"d", None),
    ):
        await index.commit(Commit([an_entry(b"/m/" + name, inode=inode, error_code=code)]))
    found = (await index.fingerprints([b"/m"]))[b"/m"]
    assert [found[name][3] for name in (b"a", b"b", b"c", b"d")] == [~inode, ~inode, inode, inode]


async def test_index_replaces_an_entry_by_path(index):
    await index.commit(Commit([an_entry(b"/m/a")]))
    await index.commit(Commit([an_entry(b"/m/a", size=11)]))
    assert (await index.entries([b"/m/a"]))[b"/m/a"].size == 11
    assert await index.count_under(b"/m") == 1


async def test_index_tells_fingerprints_of_live_files_by_folder(index):
    big = (1 << 64) - 2
    await index.commit(
        Commit(
            [
                an_entry(b"/m/a", inode=big),
                an_entry(b"/m/gone", gone_micros=1),
                an_entry(b"/m/sub/b", size=11),
            ]
        )
    )
    assert await index.fingerprints([b"/m", b"/m/sub", b"/none"]) == {
        b"/m": {b"a": (10, 1, 2, big)},
        b"/m/sub": {b"b": (11, 1, 2, 4)},
        b"/none": {},
    }


async def test_index_finds_entries_by_inode_of_one_device(index):
    await index.commit(
        Commit(
            [
                an_entry(b"/m/a"),
                an_entry(b"/m/b", gone_micros=9),
                an_entry(b"/m/c", device=6),
                an_entry(b"/m/d", inode=9),
            ]
        )
    )
    found = await index.entries_by_inode([(5, 4), (5, 77)])
    assert sorted(entry.path for entry in found) == [b"/m/a", b"/m/b"]


async def test_index_knows_what_is_below_a_folder_and_no_more(index):
    paths = [b"/m/a", b"/m/sub/b", b"/m/sub/deep/c", b"/m2/d", b"/m.x/e", b"/m0/f"]
    await index.commit(
        Commit([*(an_entry(path) for path in paths), an_entry(b"/m/dead/x", gone_micros=1)])
    )
    assert await index.folders_under(b"/m") == [b"/m", b"/m/sub", b"/m/sub/deep"]
    assert await index.count_under(b"/m") == 3
    assert await index.count_under(b"/m/sub") == 2
    assert await index.count_under(b"/") == 6


async def test_outbox_keeps_order_until_sent(index):
    first, second = messages(3), messages(3)
    await index.commit(Commit(messages=first))
    await index.commit(Commit(messages=second))
    unsent = await index.unsent(4)
    assert [one.message for one in unsent] == [*first, second[0]]
    await index.mark_sent([one.position for one in unsent])
    assert [one.message for one in await index.unsent(10)] == second[1:]
    assert await index.unsent_count() == 2


async def test_commit_can_be_repeated(index):
    commit = Commit([an_entry(b"/m/a")], messages(2), {b"/m": 5})
    await index.commit(commit)
    await index.commit(commit)
    assert await index.unsent_count() == 2
    assert await index.count_under(b"/m") == 1


async def test_stamps_of_a_root_never_go_back(index):
    assert await index.root(b"/m") == RootRecord()
    await index.commit(Commit(last_timestamps={b"/m": 50, b"/n": 10}))
    await index.commit(Commit(last_timestamps={b"/m": 40}))
    await index.save_scan(b"/m", (1 << 64) - 1, 99)
    assert await index.root(b"/m") == RootRecord((1 << 64) - 1, 50, 99)
    assert await index.root(b"/n") == RootRecord(None, 10, None)


async def test_prune_forgets_old_tombstones_only(index):
    entries = [
        an_entry(b"/m/a"),
        an_entry(b"/m/old/b", gone_micros=10),
        an_entry(b"/m/c", gone_micros=20),
    ]
    await index.commit(Commit(entries))
    assert await index.prune(15) == 1
    assert set(await index.entries([e.path for e in entries])) == {b"/m/a", b"/m/c"}


async def test_sqlite_index_keeps_everything_over_a_restart(tmp_path):
    index = SqliteIndex(tmp_path / "ingest.db")
    await index.commit(Commit([an_entry(b"/m/a")], messages(1), {b"/m": 3}))
    await index.close()
    index = SqliteIndex(tmp_path / "ingest.db")
    assert await index.count_under(b"/m") == 1
    assert await index.unsent_count() == 1
    assert (await index.root(b"/m")).last_timestamp == 3
    await index.close()


async def test_sqlite_index_is_for_one_process(tmp_path):
    index = SqliteIndex(tmp_path / "ingest.db")
    await index.ping()
    other = SqliteIndex(tmp_path / "ingest.db")
    with pytest.raises(IndexUnavailableError, match=r"in use by process \d+"):
        await other.ping()
    await index.close()
    await other.ping()
    await other.close()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"no database at all, but longer than a header is" * 99, "no SQLite database")],
)
async def test_sqlite_index_says_what_is_wrong_with_its_file(tmp_path, content, words):
    (tmp_path / "ingest.db").write_bytes(content)
    index = SqliteIndex(tmp_path / "ingest.db")
    with pytest.raises(IndexUnavailableError, match=words):
        await index.ping()
    await index.close()


async def test_sqlite_index_refuses_a_foreign_or_newer_file(tmp_path):
    with sqlite3.connect(tmp_path / "foreign.db") as connection:
        connection.execute("CREATE TABLE something (x)")
    connection.close()
    foreign = SqliteIndex(tmp_path / "foreign.db")
    with pytest.raises(IndexUnavailableError, match="is not an index of Apollonia"):
        await foreign.ping()
    await foreign.close()
    index = SqliteIndex(tmp_path / "ingest.db")
    await index.ping()
    await index.close()
    with sqlite3.connect(tmp_path / "ingest.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    index = SqliteIndex(tmp_path / "ingest.db")
    with pytest.raises(IndexUnavailableError, match="newer Apollonia"):
        await index.ping()
    await index.close()


async def test_sqlite_index_without_a_folder_says_so(tmp_path):
    index = SqliteIndex(tmp_path / "missing" / "ingest.db")
    with pytest.raises(IndexUnavailableError, match="is the data folder there"):
        await index.ping()
    await index.close()


async def test_sqlite_index_on_a_full_disk_keeps_what_it_had(tmp_path):
    index = SqliteIndex(tmp_path / "ingest.db")
    await index.commit(Commit([an_entry(b"/m/a")], messages(1)))
    await index._database.read(lambda raw: raw.execute("PRAGMA max_page_count = 30"))
    with pytest.raises(IndexUnavailableError, match="no space left"):
        await index.commit(Commit([an_entry(b"/m/%05d" % n) for n in range(5000)], messages(5000)))
    assert await index.count_under(b"/m") == 1
    assert await index.unsent_count() == 1
    await index._database.read(
        lambda connection: connection.execute("PRAGMA max_page_count = 1000000")
    )
    await index.commit(Commit([an_entry(b"/m/b")]))
    assert await index.count_under(b"/m") == 2
    await index.close()


async def test_sqlite_commit_ends_even_when_its_caller_is_cancelled(tmp_path):
    index = SqliteIndex(tmp_path / "ingest.db")
    await index.ping()
    task = asyncio.create_task(index.commit(Commit([an_entry(b"/m/a")], messages(1))))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert (await index.count_under(b"/m"), await index.unsent_count()) in {(0, 0), (1, 1)}
    await index.close()


async def test_scan_on_another_device_takes_the_files_of_the_root_along(index):
    inside, outside, nested = (
        an_entry(path, device=device)
        for path, device in ((b"/m/a", 1), (b"/mm/a", 1), (b"/m/disk/a", 5))
    )
    await index.commit(Commit((inside, outside, nested)))
    await index.save_scan(b"/m", 1, 10)
    await index.save_scan(b"/m", 2**64 - 1, 20)
    found = await index.entries([b"/m/a", b"/mm/a", b"/m/disk/a"])
    assert [found[p].device for p in (b"/m/a", b"/mm/a", b"/m/disk/a")] == [2**64 - 1, 1, 5]


async def test_index_finds_entries_by_content_some_of_each(index):
    same = [an_entry(b"/m/%d" % number, gone_micros=number or None) for number in range(5)]
    other = an_entry(b"/m/other", sha256_hash="c" * 64)
    await index.commit(Commit([*same, other, an_entry(b"/m/none", sha256_hash=None)]))
    found = await index.entries_by_content(["a" * 64, "c" * 64, "d" * 64], 3)
    assert len([entry for entry in found if entry in same]) == 3
    assert other in found
    assert len(found) == 4


async def test_index_finds_the_one_place_that_has_the_id_among_many_that_gave_it_away(index):
    left = [an_entry(b"/m/%d" % number, file_id=None, gone_micros=9) for number in range(9)]
    here = an_entry(b"/m/here")
    await index.commit(Commit([*left, here]))
    assert list(await index.entries_by_content(["a" * 64], 3)) == [here]


async def test_index_remembers_what_a_verification_is_through_with_until_it_ends(index):
    await index.save_verified(b"/m", [b"/m/a", b"/m/b"])
    await index.save_verified(b"/m", [b"/m/b", b"/m/\xff"])
    await index.save_verified(b"/n", [b"/n"])
    assert set(await index.verified(b"/m")) == {b"/m/a", b"/m/b", b"/m/\xff"}
    await index.forget_verified(b"/m")
    assert set(await index.verified(b"/m")) == set()
    assert set(await index.verified(b"/n")) == {b"/n"}


async def test_checks_are_due_until_they_were_compared(index):
    await index.commit(Commit(checks=[b"/m/x.md5", b"/m/a/y.sfv", b"/other/z.md5"]))
    x, y = Check(b"/m/x.md5", 1), Check(b"/m/a/y.sfv", 1)
    assert set(await index.due_checks(b"/m", 10)) == {x, y}
    assert len(await index.due_checks(b"/m", 1)) == 1
    await index.commit(Commit(compared=[Check(b"/m/x.md5", 1, "fine"), Check(b"/m/a/y.sfv", 1)]))
    assert await index.due_checks(b"/m", 10) == []
    await index.commit(Commit(touched=[b"/m", b"/m/a"]))
    assert await index.due_checks(b"/m", 10) == [Check(b"/m/x.md5", 2, "fine")]


async def test_a_check_that_is_marked_while_it_is_compared_stays_due(index):
    await index.commit(Commit(checks=[b"/m/x.md5", b"/m/y.md5"]))
    await index.commit(Commit(touched=[b"/m"]))
    await index.commit(Commit(compared=[Check(b"/m/x.md5", 1, "old"), Check(b"/m/y.md5", 1)]))
    assert await index.due_checks(b"/m", 10) == [
        Check(b"/m/x.md5", 2, "old"),
        Check(b"/m/y.md5", 2),
    ]
    await index.commit(Commit(checks=[b"/m/x.md5"], compared=[Check(b"/m/y.md5", 2, "new")]))
    assert await index.due_checks(b"/m", 10) == [Check(b"/m/x.md5", 3)]
