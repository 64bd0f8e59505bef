"""One of the databases is lost or older than the others: the next start mends it by itself."""

import asyncio
import shutil

import pytest

from apollonia.adapters.bus import SqlBus
from apollonia.adapters.clock import SystemClock
from apollonia.messages import POPULATOR_QUEUE
from apollonia.testing.installation import Installation
from apollonia.testing.media_files import make_library

pytestmark = pytest.mark.timeout(180)
FILES = 60


@pytest.fixture
def media(tmp_path):
    make_library(tmp_path / "media", FILES)
    return tmp_path / "media"


def on_disk(media):
    return {str(path) for path in media.rglob("*") if path.is_file()}


def present(installation):
    return {row["file_path"] for row in installation.all_files(availability="present")}


def started(media, tmp_path):
    return Installation([media], tmp_path / "data")


def settle(installation, expected):
    installation.wait_for(lambda: present(installation) == expected, 60, "the right files")
    installation.wait_scanned()


@pytest.fixture
def stopped(media, tmp_path):
    """An installation that has cataloged everything, and was stopped."""
    with started(media, tmp_path) as installation:
        settle(installation, on_disk(media))
        return {row["file_path"]: row["id"] for row in installation.all_files()}


def on_the_bus(tmp_path):
    """How many events wait for the catalog."""

    async def depth():
        bus = SqlBus(tmp_path / "data" / "bus.db", clock=SystemClock())
        try:
            return await bus.depth(POPULATOR_QUEUE)
        finally:
            await bus.close()

    return asyncio.run(depth())


def remove(data, name):
    for path in data.glob(f"{name}*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.usefixtures("stopped")
def test_a_lost_catalog_is_filled_again(media, tmp_path):
    remove(tmp_path / "data", "catalog.db")
    with started(media, tmp_path) as installation:
        settle(installation, on_disk(media))


def test_an_older_catalog_learns_what_it_missed(media, tmp_path, stopped):
    shutil.copy(tmp_path / "data" / "catalog.db", tmp_path / "backup.db")
    changed = min(media.rglob("*.flac"))
    with started(media, tmp_path) as installation:
        changed.write_bytes(changed.read_bytes() + b"more")
        shutil.copy(changed, media / "new.flac")
        settle(installation, on_disk(media))
        fresh = {row["file_path"]: row["sha256_hash"] for row in installation.all_files()}
    remove(tmp_path / "data", "catalog.db")
    shutil.copy(tmp_path / "backup.db", tmp_path / "data" / "catalog.db")
    with started(media, tmp_path) as installation:
        settle(installation, on_disk(media))
        installation.wait_for(
            lambda: {r["file_path"]: r["sha256_hash"] for r in installation.all_files()} == fresh,
            30,
            "the fresh hashes",
        )
        ids = {row["file_path"]: row["id"] for row in installation.all_files()}
    assert {path: ids[path] for path in stopped} == stopped


def test_with_a_lost_index_files_that_went_meanwhile_are_found_missing(media, tmp_path, stopped):
    remove(tmp_path / "data", "ingest.db")
    gone = sorted(media.rglob("*.mp3"))[:5]
    for path in gone:
        path.unlink()
    with started(media, tmp_path) as installation:
        settle(installation, on_disk(media))
        rows = installation.all_files()
    assert {row["file_path"] for row in rows if row["availability"] == "missing"} == {
        str(path) for path in gone
    }
    assert {row["file_path"]: row["id"] for row in rows} == stopped


def test_events_lost_with_the_bus_are_told_again(media, tmp_path):
    with started(media, tmp_path) as installation:
        settle(installation, on_disk(media))
    only_ingest = started(media, tmp_path)
    extra = make_library(media / "extra", 30)
    told = len(extra)
    done = only_ingest.run_until(lambda: on_the_bus(tmp_path) == told, 30, "ingest", str(media))
    assert done == 0
    remove(tmp_path / "data", "bus.db")
    with started(media, tmp_path) as installation:
        settle(installation, on_disk(media))
        assert {str(path) for path in extra} <= present(installation)
