"""Everybody who writes files, as they really do it: one right event for each file."""

import asyncio
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apollonia.ingest.options import IngestOptions

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs inotify")

SETTLE_S = 0.3
SLOW_STEPS = int(os.environ.get("APOLLONIA_TEST_SLOW_STEPS", "30"))  # of 100 ms; `make chaos`: 200
FAST_DISK = Path("/dev/shm")


def blob(number=0, size=20_000):
    return hashlib.shake_128(b"%d" % number).digest(size)


def tree(folder, files=12):
    """A few albums to copy from."""
    for number in range(files):
        path = folder / f"album {number % 3}" / f"{number:02}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(blob(number))
    return folder


def run(*words, cwd=None):
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not installed here")
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr


def slow(root, _other):
    with (root / "slow.bin").open("wb", buffering=0) as file:
        for number in range(SLOW_STEPS):
            file.write(blob(number, 1000))
            time.sleep(0.1)


def stops_and_goes_on(root, _other):
    with (root / "stops.bin").open("wb", buffering=0) as file:
        file.write(blob(1))
        time.sleep(SETTLE_S * 5)
        file.write(blob(2))


def closes_and_goes_on_at_once(root, _other):
    for number in range(10):
        with (root / "appended.bin").open("ab") as file:
            file.write(blob(number, 100))
        if not number:
            (root / "appended.bin").chmod(0o600)


def made_empty_and_filled_later(root, _other):
    (root / "filled.bin").touch()
    time.sleep(SETTLE_S / 2)
    (root / "filled.bin").write_bytes(blob())


def rsync(root, other):
    run("rsync", "-a", f"{tree(other / 'from')}/", str(root / "to"))


def rsync_in_place(root, other):
    run("rsync", "-r", "--inplace", f"{tree(other / 'from')}/", str(root / "to"))


def rsync_partial_slowly(root, other):
    other.joinpath("large.bin").write_bytes(blob(7, 1_500_000))
    run("rsync", "--partial", "--bwlimit=1m", str(other / "large.bin"), str(root))


def rsync_delayed(root, other):
    run("rsync", "-a", "--delay-updates", f"{tree(other / 'from')}/", str(root / "to"))


def mv_from_another_disk(root, _other):
    if not FAST_DISK.is_dir() or FAST_DISK.stat().st_dev == root.stat().st_dev:
        pytest.skip("there is no second file system here")
    folder = tree(FAST_DISK / f"apollonia-{os.getpid()}")
    run("mv", str(folder), str(root / "moved"))


def browser_download(root, _other):
    part = root / "film.bin.crdownload"
    with part.open("wb", buffering=0) as file:
        for number in range(5):
            file.write(blob(number))
            time.sleep(SETTLE_S / 2)
    part.rename(root / "film.bin")


def copy_of_a_tree(root, other):
    run("cp", "-r", str(tree(other / "from", 200)), str(root / "copy"))


def archive_unpacked(root, other):
    shutil.make_archive(str(other / "all"), "tar", tree(other / "from", 60))
    run("tar", "-xf", str(other / "all.tar"), "-C", str(root))


def unzip(root, other):
    shutil.make_archive(str(other / "all"), "zip", tree(other / "from", 60))
    run("unzip", "-q", str(other / "all.zip"), "-d", str(root))


NEW = [
    slow,
    stops_and_goes_on,
    made_empty_and_filled_later,
    rsync,
    rsync_in_place,
    rsync_partial_slowly,
    rsync_delayed,
    mv_from_another_disk,
    browser_download,
    copy_of_a_tree,
    archive_unpacked,
    unzip,
]


def hashes(root):
    return {
        os.fsencode(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }


async def told(stand):
    """What was told, once nothing more comes: (type, path, hash)."""
    await asyncio.sleep(SETTLE_S + 0.3)
    return sorted((e.event_type.value, e.raw_path(), e.sha256_hash) for e in stand.events())


@pytest.mark.parametrize("writer", NEW, ids=lambda writer: writer.__name__)
async def test_writer_of_new_files_gives_one_right_event_each(stand, tmp_path, writer):
    stand.options = IngestOptions(concurrency=2, settle_s=SETTLE_S)
    other = tmp_path / "other"
    other.mkdir()
    async with stand.running():
        await asyncio.to_thread(writer, stand.root, other)
        expected = hashes(stand.root)
        await stand.until(lambda: len(stand.events()) >= len(expected))
        assert await told(stand) == sorted(("IN_CREATE", *one) for one in expected.items())


def editor_saves(root, _other):
    (root / ".00.bin.swp").write_bytes(b"swap")
    (root / "new~").write_bytes(blob(100))
    (root / "new~").rename(root / "00.bin")
    (root / ".00.bin.swp").unlink()


def editor_keeps_a_backup_while_it_saves(root, _other):
    (root / "00.bin").rename(root / "00.bin~")
    (root / "00.bin").write_bytes(blob(100))
    (root / "00.bin~").unlink()


def tagger_writes_in_place(root, _other):
    with (root / "00.bin").open("r+b", buffering=0) as file:
        file.write(b"tags")
        time.sleep(SETTLE_S)
        file.seek(500)
        file.write(b"more tags")


def written_anew_slowly(root, _other):
    with (root / "00.bin").open("wb", buffering=0) as file:
        for number in range(10):
            file.write(blob(number, 100))
            time.sleep(0.1)


def sed_in_place(root, _other):
    run("sed", "-i", "s/^/x/", str(root / "00.bin"))


@pytest.mark.parametrize(
    "writer",
    [
        editor_saves,
        editor_keeps_a_backup_while_it_saves,
        tagger_writes_in_place,
        written_anew_slowly,
        sed_in_place,
    ],
    ids=lambda writer: writer.__name__,
)
async def test_writer_of_a_known_file_gives_one_change(stand, tmp_path, writer):
    stand.options = IngestOptions(concurrency=2, settle_s=SETTLE_S)
    path = stand.write("00.bin", blob())
    stand.write("01.bin", blob(1))
    async with stand.running():
        await stand.hear(2)
        await asyncio.sleep(SETTLE_S)
        before = hashes(stand.root)
        await asyncio.to_thread(writer, stand.root, tmp_path)
        after = hashes(stand.root)
        assert after != before
        await stand.until(stand.events)
        key = os.fsencode(path)
        assert await told(stand) == [("IN_CLOSE_WRITE", key, after[key])]


async def test_closed_and_gone_on_with_at_once_is_told_twice_at_most(stand, tmp_path):
    stand.options = IngestOptions(concurrency=2, settle_s=SETTLE_S)
    async with stand.running():
        await asyncio.to_thread(closes_and_goes_on_at_once, stand.root, tmp_path)
        (expected,) = hashes(stand.root).values()
        await stand.until(stand.events)
        heard = await told(stand)
    assert [what for what, _, _ in heard] in (["IN_CREATE"], ["IN_CLOSE_WRITE", "IN_CREATE"])
    assert heard[0][2] == expected


async def test_git_checkout_gives_one_event_for_each_file_that_differs(stand):
    stand.options = IngestOptions(concurrency=2, settle_s=SETTLE_S)
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(stand.root))
    run(*git, "init", "-q", "-b", "one")
    tree(stand.root, 90)
    for branch, start in (("one", None), ("two", 30)):
        if start is not None:
            run(*git, "checkout", "-q", "-b", branch)
            for number in range(30):
                name = f"album {number % 3}/{number:02}.bin"
                (stand.root / name).write_bytes(blob(1000 + number))
            for number in range(30, 60):
                (stand.root / f"album {number % 3}" / f"{number:02}.bin").unlink()
            (stand.root / "new.bin").write_bytes(blob(5000))
        run(*git, "add", "-A")
        run(*git, "commit", "-q", "-m", branch)
    before = hashes(stand.root)
    async with stand.running():
        await stand.hear(len(before))
        await asyncio.sleep(SETTLE_S)
        await asyncio.to_thread(run, *git, "checkout", "-q", "one")
        after = hashes(stand.root)
        await stand.until(lambda: len(stand.events()) >= 61)
        heard = await told(stand)
    paths = before.keys() | after.keys()
    assert sorted((what, path) for what, path, _ in heard) == sorted(
        (_kind(path, before, after), path) for path in paths if before.get(path) != after.get(path)
    )
    assert all(sha == after[path] for what, path, sha in heard if what != "IN_DELETE")


def _kind(path, before, after):
    if path not in after:
        return "IN_DELETE"
    return "IN_CLOSE_WRITE" if path in before else "IN_CREATE"
