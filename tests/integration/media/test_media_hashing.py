import asyncio
import ctypes
import hashlib
import mmap
import os
import threading
import time

import pytest
import xxhash

from apollonia.media.hashing import ContentChangedError, LargeFiles, StoppedError, hash_file
from apollonia.media.reading import NotRegularError, read_buffer


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5 << 20])
def test_hash_file_agrees_with_the_libraries(tmp_path, size):
    body = os.urandom(size)
    path = tmp_path / "large"
    path.write_bytes(body)
    found = hash_file(bytes(path), stop=threading.Event())
    assert found.sha256_hash == hashlib.sha256(body).hexdigest()
    assert found.xxh128_hash == xxhash.xxh3_128_hexdigest(body)
    assert found.facts.size == size


def test_hash_file_refuses_what_is_no_regular_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotRegularError):
        hash_file(bytes(tmp_path / "pipe"), stop=threading.Event())
    with pytest.raises(FileNotFoundError):
        hash_file(bytes(tmp_path / "gone"), stop=threading.Event())


def test_hash_file_stops_when_told(tmp_path):
    path = tmp_path / "large"
    path.write_bytes(bytes(4 << 20))
    stop = threading.Event()
    stop.set()
    with pytest.raises(StoppedError):
        hash_file(bytes(path), stop=stop)


def test_hash_file_notices_writers(tmp_path):
    path = tmp_path / "large"
    path.write_bytes(bytes(4 << 20))

    class Writing(threading.Event):
        def is_set(self):
            with path.open("ab") as late:
                late.write(b"x")
            return False

    with pytest.raises(ContentChangedError):
        hash_file(bytes(path), stop=Writing())


async def test_large_files_are_hashed_in_threads(tmp_path):
    paths = [tmp_path / str(number) for number in range(4)]
    for number, path in enumerate(paths):
        path.write_bytes(bytes([number]) * (3 << 20))
    async with LargeFiles(threads=2) as files:
        found = await asyncio.gather(*(files.hash_large(bytes(path)) for path in paths))
    assert len({one.sha256_hash for one in found}) == 4


async def test_cancelling_stops_the_reading(tmp_path):
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(8 << 30)  # sparse: takes no room, and seconds to read
    async with LargeFiles(threads=1) as files:
        caller = asyncio.create_task(files.hash_large(bytes(path)))
        await asyncio.sleep(0.2)
        started = time.monotonic()
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
    assert time.monotonic() - started < 1.0  # the thread has ended, too


def test_read_buffer_begins_with_a_page():
    buffer = read_buffer((4 << 20) + 1)

    assert len(buffer) == (4 << 20) + 1
    assert ctypes.addressof(ctypes.c_char.from_buffer(buffer)) % mmap.PAGESIZE == 0
