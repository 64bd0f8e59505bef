import asyncio
import hashlib
import os
import shutil
import socket
import sys
import time

import pytest
import xxhash

from apollonia.domain.kinds import RootState
from apollonia.testing.media_files import make_audio

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs inotify")


async def test_file_is_told_within_a_moment_of_its_close(stand, tmp_path):
    made = make_audio(tmp_path / "song.mp3", title="A Song", artist="Somebody").read_bytes()
    async with stand.running():
        stand.write("first.mp3", made)
        await stand.hear(1)
        began = time.perf_counter()
        stand.write("second.mp3", made + b"\0")
        await stand.until(stand.events)
        took = time.perf_counter() - began
        (event,) = stand.events()
        assert took < 0.5, took  # about 0.08 s on a machine that has nothing else to do
        assert event.sha256_hash == hashlib.sha256(made + b"\0").hexdigest()
        assert event.xxh128_hash == xxhash.xxh3_128_hexdigest(made + b"\0")
        assert event.media.tags.title == "A Song"
        assert event.media.kind == "audio"


async def test_life_of_a_file_as_people_live_it(stand):
    async with stand.running():
        path = stand.write("album/a.bin", b"one")
        assert await stand.hear(1) == [("IN_CREATE", "album/a.bin")]
        path.write_bytes(b"two")
        assert await stand.hear(1) == [("IN_CLOSE_WRITE", "album/a.bin")]
        path.rename(stand.root / "b.bin")
        assert await stand.hear(1) == [("IN_MOVED_TO", "b.bin")]
        (stand.root / "b.bin").rename(stand.data / "b.bin")
        assert await stand.hear(1) == [("IN_DELETE", "b.bin")]
        (stand.data / "b.bin").rename(stand.root / "c.bin")
        assert await stand.hear(1) == [("IN_MOVED_TO", "c.bin")]
        (stand.root / "c.bin").unlink()
        assert await stand.hear(1) == [("IN_DELETE", "c.bin")]


async def test_slow_writer_gives_one_event(stand):
    async with stand.running():
        with (stand.root / "slow.bin").open("wb", buffering=0) as file:
            for _ in range(15):
                file.write(b"x" * 1000)
                await asyncio.sleep(0.1)
        assert await stand.hear(1) == [("IN_CREATE", "slow.bin")]


async def test_folders_made_renamed_and_moved_in_after_the_start_are_watched(stand):
    async with stand.running():
        stand.write("one/two/a.bin", b"a")
        assert await stand.hear(1) == [("IN_CREATE", "one/two/a.bin")]
        (stand.root / "one").rename(stand.root / "eins")
        assert await stand.hear(1) == [("IN_MOVED_TO", "eins/two/a.bin")]
        stand.write("eins/two/b.bin", b"b")
        assert await stand.hear(1) == [("IN_CREATE", "eins/two/b.bin")]
        (stand.data / "in" / "deep").mkdir(parents=True)
        (stand.data / "in" / "deep" / "c.bin").write_bytes(b"c")
        (stand.data / "in").rename(stand.root / "in")
        assert await stand.hear(1) == [("IN_CREATE", "in/deep/c.bin")]
        stand.write("in/deep/d.bin", b"d")
        assert await stand.hear(1) == [("IN_CREATE", "in/deep/d.bin")]
        shutil.rmtree(stand.root / "in")
        assert sorted(await stand.hear(2)) == [
            ("IN_DELETE", "in/deep/c.bin"),
            ("IN_DELETE", "in/deep/d.bin"),
        ]


@pytest.mark.parametrize("folders", [1, 20])
async def test_burst_of_files_gives_one_right_event_each(stand, folders):
    async with stand.running():
        contents = {}
        for number in range(500):
            name = f"album {number % folders}/{number:03}.bin"
            contents[name] = os.urandom(3000)
            await asyncio.to_thread(stand.write, name, contents[name])
        told = await stand.hear(500)
        assert len(set(told)) == 500
        assert {what for what, _ in told} == {"IN_CREATE"}


async def test_names_of_every_kind(stand):
    names = [
        b"new\nline.mp3",
        b"caf\xe9.mp3",
        b"x" * 251 + b".mp3",
        "שלום é e\u0301.mp3".encode(),
        b" lead and trail .mp3 ",
        b"back\\slash \\xe9.mp3",
    ]
    for name in names[:3]:
        stand.write(os.fsdecode(name), name)
    async with stand.running():
        for name in names[3:]:
            stand.write(os.fsdecode(name), name)
        await stand.until(lambda: len(stand.events()) == len(names))
        by_path = {event.raw_path(): event for event in stand.events()}
        for name in names:
            event = by_path[os.fsencode(stand.root) + b"/" + name]
            assert event.sha256_hash == hashlib.sha256(name).hexdigest()


async def test_path_too_long_for_the_system_is_skipped_and_stops_nothing(stand):
    depth = 0
    here = os.open(stand.root, os.O_RDONLY)
    while depth < 22:  # 22 times 200 bytes: beyond the 4,096 that a path may have
        os.mkdir("d" * 199, dir_fd=here)
        below = os.open("d" * 199, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here, depth = below, depth + 1
    os.close(os.open("deep.bin", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    stand.write("near.bin", b"x")
    try:
        async with stand.running():
            await stand.until(lambda: stand.told() == [("IN_CREATE", "near.bin")])
            await stand.until(lambda: stand.status().skipped_count == 1)
            (skipped,) = stand.status().skipped
            assert "name too long" in skipped.reason
    finally:
        shutil.rmtree(stand.root)


async def test_pipes_sockets_and_links_hang_nothing_and_are_said(stand, tmp_path, monkeypatch):
    os.mkfifo(stand.root / "pipe")
    server = socket.socket(socket.AF_UNIX)
    monkeypatch.chdir(stand.root)  # a socket's own path may have 107 bytes only
    server.bind("socket")
    (stand.root / "loop").symlink_to(stand.root / "loop")
    (stand.root / "up").symlink_to(stand.root)
    (stand.root / "out").symlink_to(tmp_path)
    stand.write("a.bin", b"a")
    async with stand.running():
        await stand.until(lambda: stand.status().skipped_count == 5)
        reasons = {s.path.rpartition("/")[2]: s.reason for s in stand.status().skipped}
        assert reasons["pipe"] == "named pipe"
        assert reasons["socket"] == "socket"
        assert "circle" in reasons["loop"]
        assert "outside of the root" in reasons["out"]
        assert await stand.hear(1) == [("IN_CREATE", "a.bin")]
        os.mkfifo(stand.root / "later")
        await stand.until(lambda: stand.status().skipped_count == 6)
    server.close()


async def test_second_start_reads_nothing_unchanged_and_tells_what_changed(stand):
    for number in range(50):
        stand.write(f"{number % 5}/{number}.bin", b"%d" % number)
    async with stand.running():
        await stand.hear(50)
    os.utime(stand.root / "0" / "0.bin")
    (stand.root / "1" / "1.bin").rename(stand.root / "moved.bin")
    (stand.root / "2" / "2.bin").unlink()
    read = stand.metrics.bytes_read.labels(str(stand.root))._value.get()
    await asyncio.sleep(0.5)
    async with stand.running():
        assert sorted(await stand.hear(3)) == [
            ("IN_CLOSE_WRITE", "0/0.bin"),
            ("IN_DELETE", "2/2.bin"),
            ("IN_MOVED_TO", "moved.bin"),
        ]
    read_now = stand.metrics.bytes_read.labels(str(stand.root))._value.get()
    assert read_now == read + 2  # changed, moved


async def test_emptied_root_waits_for_its_files(stand, tmp_path):
    stand.write("a.bin", b"a")
    async with stand.running():
        await stand.hear(1)
    (stand.root / "a.bin").rename(tmp_path / "a.bin")
    stand.options = type(stand.options)(concurrency=2, settle_s=0.4, root_poll_s=0.2)

    async def put_back():
        await stand.until(lambda: stand.state() is RootState.UNAVAILABLE)
        assert "1 of 1 files disappeared" in stand.status().message
        (tmp_path / "a.bin").rename(stand.root / "a.bin")

    task = asyncio.create_task(put_back())
    async with stand.running():
        await task
        await asyncio.sleep(1.5)
        assert stand.told() == []


async def test_large_file_is_hashed_right(stand):
    data = os.urandom(5 << 20)
    async with stand.running():
        stand.write("large.bin", data)
        await stand.until(stand.events)
        (event,) = stand.events()
        assert event.sha256_hash == hashlib.sha256(data).hexdigest()
        assert event.size == len(data)


async def test_data_folder_inside_the_root_is_not_cataloged(stand):
    stand.data = stand.root / "own"
    stand.data.mkdir()
    stand.write("a.bin", b"a")
    async with stand.running():
        assert await stand.hear(1) == [("IN_CREATE", "a.bin")]


async def test_stop_under_full_load_is_quick_and_the_next_start_completes(stand):
    for number in range(2000):
        stand.write(f"{number % 40}/{number}.bin", b"%d" % number)
    await asyncio.sleep(0.5)
    async with stand.running(until_watching=False):
        await stand.until(lambda: len(stand.events()) > 100)
    part = len(stand.events())
    assert 100 < part < 2000
    async with stand.running():
        await stand.until(lambda: len(stand.events()) >= 2000)
    assert len(set(stand.told())) == len(stand.told()) == 2000
