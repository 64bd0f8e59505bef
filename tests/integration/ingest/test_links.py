"""No link below a root leads anywhere, whenever it comes to be there."""

import asyncio
import ctypes
import hashlib
import os
import shutil
import sys

import pytest

from apollonia.media.options import MediaOptions
from apollonia.media.reading import open_regular
from apollonia.media.workers.pool import MediaPool
from apollonia.media.workers.requests import InspectRequest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs inotify")


async def test_link_in_place_of_a_folder_is_never_followed(stand, tmp_path):
    secret = tmp_path / "secret"
    for folder in ("deep", "deep/er"):
        (secret / folder).mkdir(parents=True)
        (secret / folder / "s.bin").write_bytes(b"secret")
    async with stand.running():
        for number in range(40):
            stand.write(f"s{number}/deep/a.bin", b"a")
            stand.write(f"keep/{number}.bin", b"k")
        await stand.hear(80)
        for number in range(40):
            shutil.rmtree(stand.root / f"s{number}")
            (stand.root / f"s{number}").symlink_to(secret)
        await stand.hear(40)
        (secret / "deep" / "s.bin").write_bytes(b"changed")
        await asyncio.sleep(1)
        assert stand.told() == []


async def test_folder_moved_away_with_a_link_left_in_its_place_is_gone(stand, tmp_path):
    async with stand.running():
        stand.write("keep.bin", b"k")
        stand.write("album/a.bin", b"a")
        await stand.hear(2)
        (stand.root / "album").rename(tmp_path / "album")
        (stand.root / "album").symlink_to(tmp_path / "album")
        assert await stand.hear(1) == [("IN_DELETE", "album/a.bin")]


async def test_folder_replaced_by_a_link_while_stopped_is_gone(stand, tmp_path):
    stand.write("keep.bin", b"k")
    stand.write("album/deep/a.bin", b"a")
    async with stand.running():
        await stand.hear(2)
    (stand.root / "album").rename(tmp_path / "album")
    (stand.root / "album").symlink_to(tmp_path / "album")
    async with stand.running():
        assert await stand.hear(1) == [("IN_DELETE", "album/deep/a.bin")]


async def test_worker_follows_no_link_below_the_root(tmp_path):
    (tmp_path / "root" / "real").mkdir(parents=True)
    (tmp_path / "root" / "real" / "a.bin").write_bytes(b"a")
    (tmp_path / "root" / "link").symlink_to(tmp_path / "root" / "real")
    (tmp_path / "way").symlink_to(tmp_path / "root")
    top = bytes(tmp_path / "way")
    async with MediaPool(MediaOptions(workers=1)) as pool:
        real, link = await pool.inspect(
            [InspectRequest(top + name, top=top) for name in (b"/real/a.bin", b"/link/a.bin")]
        )
    assert (real.outcome, link.outcome) == ("ok", "vanished")
    assert real.sha256_hash == hashlib.sha256(b"a").hexdigest()
    with pytest.raises(NotADirectoryError), open_regular(top + b"/link/a.bin", top):
        pass


async def test_two_folders_that_change_places_are_watched_under_their_new_names(stand):
    async with stand.running():
        for name in ("f/f0.bin", "f/sub/f1.bin", "g/g0.bin", "g/sub/g1.bin"):
            stand.write(name, name.encode())
        await stand.hear(4)
        libc = ctypes.CDLL(None, use_errno=True)
        two = [os.fsencode(stand.root / name) for name in "fg"]
        assert libc.renameat2(-100, two[0], -100, two[1], 2) == 0  # RENAME_EXCHANGE
        await stand.hear(4)
        stand.write("f/new.bin", b"n")
        stand.write("g/f0.bin", b"changed")
        (stand.root / "f" / "sub" / "g1.bin").unlink()
        assert sorted(await stand.hear(3)) == [
            ("IN_CLOSE_WRITE", "g/f0.bin"),
            ("IN_CREATE", "f/new.bin"),
            ("IN_DELETE", "f/sub/g1.bin"),
        ]
