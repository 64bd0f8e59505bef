import hashlib
import os
from collections import Counter
from pathlib import Path

import pytest

from apollonia.errors import MediaUnavailableError
from apollonia.media.demo import create_demo_library
from apollonia.media.workers.pool import MediaPool
from apollonia.media.workers.requests import InspectRequest

KINDS = {"audio": 13, "video": 1, "image": 4, "subtitle": 2, "document": 1}


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


async def test_demo_library_is_whole_and_right_and_then_left_alone(tmp_path):
    demo = tmp_path / "Apollonia demo"
    await create_demo_library(demo)
    await _check_contents(demo)
    digests = Counter(hashlib.sha256(path.read_bytes()).hexdigest() for path in files(demo))
    assert sorted(digests.values())[-2:] == [1, 2]  # one duplicate
    before = {path: path.stat().st_mtime_ns for path in files(demo)}
    await create_demo_library(demo)
    assert {path: path.stat().st_mtime_ns for path in files(demo)} == before
    assert os.listdir(tmp_path) == [demo.name]  # noqa: PTH208 - hidden ones, too


async def _check_contents(demo):
    async with MediaPool() as pool:
        found = await pool.inspect([InspectRequest(bytes(path)) for path in files(demo)])
    assert {one.outcome for one in found} == {"ok"}
    media = [one.media for one in found if one.media]
    assert Counter(one["kind"] for one in media) == KINDS
    songs = [one for one in media if one["kind"] == "audio"]
    assert {one["format"] for one in songs} == {"flac", "mp3", "opus", "m4a"}
    assert len({one["tags"]["album"] for one in songs}) == 3
    assert all(12_000 < one["duration_ms"] < 26_000 for one in songs)
    assert all({"title", "artist", "genre", "year", "track"} <= set(one["tags"]) for one in songs)
    assert sum(one.get("artwork_count", 0) for one in songs) == 9
    (film,) = (one for one in media if one["kind"] == "video")
    assert (film["duration_ms"], len(film["chapters"])) == (12_000, 3)
    told = [s["language"] for s in film["streams"] if s["type"] == "subtitle"]
    assert told == ["en", "de"]


async def test_demo_library_says_why_it_could_not_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(MediaUnavailableError, match="could not be made"):
        await create_demo_library(Path(tmp_path / "file" / "demo"))


async def test_demo_library_leaves_nothing_half_made(tmp_path):
    with pytest.raises(MediaUnavailableError, match="took over"):
        await create_demo_library(tmp_path / "demo", time_limit_s=0.8)
    assert not (tmp_path / "demo").exists()
