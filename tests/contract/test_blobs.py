"""What every ``Blobs`` promises. A new adapter joins by a line in ``BLOBS``."""

import asyncio
import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from apollonia.adapters.blobs import blob_file
from apollonia.adapters.blobs.folder_blobs import FolderBlobs
from apollonia.errors import BlobsUnavailableError
from apollonia.ports.blobs import Blob, Blobs

BUDGET = 100_000
PICTURE = Blob(bytes(range(256)) * 4, "image/jpeg")


def _folder_blobs(folder: Path) -> Blobs:
    return FolderBlobs(folder / "blobs", budget_bytes=BUDGET)


BLOBS: dict[str, Callable[[Path], Blobs]] = {"folder": _folder_blobs}


@pytest.fixture(params=BLOBS)
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    return BLOBS[request.param](tmp_path)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_blobs_return_what_was_put(blobs: Blobs) -> None:
    assert await blobs.get("cover") is None
    await blobs.put("cover", PICTURE)
    assert await blobs.get("cover") == PICTURE


async def test_blobs_replace_what_is_put_again(blobs: Blobs) -> None:
    await blobs.put("cover", PICTURE)
    await blobs.put("cover", Blob(b"", "text/plain"))
    assert await blobs.get("cover") == Blob(b"", "text/plain")


async def test_blobs_take_any_key(blobs: Blobs) -> None:
    keys = ["../../etc/passwd", "", "a/b", "ü" * 500, "\x00"]
    for number, key in enumerate(keys):
        await blobs.put(key, Blob(bytes([number]), "x/y"))
    assert [await blobs.get(key) for key in keys] == [
        Blob(bytes([number]), "x/y") for number in range(len(keys))
    ]


async def test_blobs_stay_within_their_budget_and_keep_what_is_used(blobs: Blobs) -> None:
    await blobs.put("used", Blob(b"u" * 10_000, "x/y"))
    for number in range(30):
        await blobs.put(str(number), Blob(b"v" * 10_000, "x/y"))
        assert await blobs.get("used") is not None
    kept = [number for number in range(30) if await blobs.get(str(number))]
    assert 0 < len(kept) <= 9
    assert kept == list(range(30 - len(kept), 30))


async def test_blobs_do_not_keep_what_is_larger_than_everything(blobs: Blobs) -> None:
    await blobs.put("small", PICTURE)
    await blobs.put("huge", Blob(b"v" * (BUDGET + 1), "x/y"))
    assert await blobs.get("huge") is None
    assert await blobs.get("small") == PICTURE


async def test_blobs_are_whole_for_readers_while_they_are_written(blobs: Blobs) -> None:
    versions = [Blob(bytes([number]) * 20_000, "x/y") for number in range(20)]
    await blobs.put("k", versions[0])

    async def read() -> None:
        for _ in range(60):
            assert await blobs.get("k") in versions

    async def write() -> None:
        for version in versions:
            await blobs.put("k", version)

    await asyncio.gather(read(), write(), read(), write())


async def test_blobs_answer_a_ping(blobs: Blobs) -> None:
    await blobs.ping()


async def test_folder_blobs_survive_a_restart_with_their_order(tmp_path: Path) -> None:
    first = _folder_blobs(tmp_path)
    for number in range(8):
        await first.put(str(number), Blob(b"v" * 10_000, "x/y"))
    for age, path in enumerate(sorted(_files(tmp_path), key=lambda path: path.stat().st_mtime_ns)):
        os.utime(path, (age, age))
    second = _folder_blobs(tmp_path)
    for number in range(8, 13):
        await second.put(str(number), Blob(b"v" * 10_000, "x/y"))
    kept = [number for number in range(13) if await second.get(str(number))]
    assert kept == list(range(13 - len(kept), 13))
    assert sum(path.stat().st_size for path in _files(tmp_path)) <= BUDGET


@pytest.mark.parametrize("damage", ["truncate", "flip", "empty", "foreign"])
async def test_folder_blobs_never_return_a_damaged_file(tmp_path: Path, damage: str) -> None:
    blobs = _folder_blobs(tmp_path)
    await blobs.put("k", PICTURE)
    (path,) = _files(tmp_path)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    damaged: dict[str, bytes | bytearray] = {
        "truncate": content[:-10],
        "flip": content,
        "empty": b"",
        "foreign": b"GIF89a" * 90,
    }
    path.write_bytes(damaged[damage])
    assert await blobs.get("k") is None
    assert not path.exists()
    await blobs.put("k", PICTURE)
    assert await blobs.get("k") == PICTURE


async def test_folder_blobs_sweep_what_a_crash_left(tmp_path: Path) -> None:
    abandoned = tmp_path / "blobs" / "ab" / f"{blob_file.TEMPORARY}x"
    fresh = abandoned.with_name(f"{blob_file.TEMPORARY}y")
    abandoned.parent.mkdir(parents=True)
    abandoned.write_bytes(b"half")
    fresh.write_bytes(b"half")
    os.utime(abandoned, (1, 1))
    await _folder_blobs(tmp_path).get("anything")
    assert not abandoned.exists()
    assert fresh.exists()


async def test_folder_blobs_say_when_the_folder_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_bytes(b"a file")
    blobs = _folder_blobs(tmp_path)
    with pytest.raises(BlobsUnavailableError, match="blobs"):
        await blobs.put("k", PICTURE)
    with pytest.raises(BlobsUnavailableError, match="blobs"):
        await blobs.ping()


def test_blob_errors_tell_what_to_do_about_a_full_disk(tmp_path: Path) -> None:
    error = blob_file.unavailable(tmp_path, OSError(errno.ENOSPC, "No space left on device"))
    assert "free some space" in error.message


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_blob_file_leaves_nothing_behind_on_a_full_disk(tmp_path: Path) -> None:
    class Full(type(tmp_path)):  # type: ignore[misc]
        def write_bytes(self, data: bytes) -> int:
            super().write_bytes(data[:10])
            with Path("/dev/full").open("wb", buffering=0) as full:
                return full.write(data)

    with pytest.raises(BlobsUnavailableError, match="free some space"):
        blob_file.write(Full(tmp_path / "ab" / "blob"), b"x" * 100)
    assert _files(tmp_path) == []
