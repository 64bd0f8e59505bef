import os
from pathlib import Path

import pytest

from apollonia.media.options import MediaOptions
from apollonia.media.workers.pool import MediaPool
from apollonia.media.workers.requests import InspectRequest


@pytest.fixture
async def pool():
    async with MediaPool(MediaOptions(workers=1, file_time_limit_s=20)) as running:
        yield running


@pytest.fixture
def look(pool):
    """Inspect one file."""

    async def inspect(path, **options):
        (found,) = await pool.inspect([InspectRequest(os.fsencode(path), **options)])
        return found

    return inspect


@pytest.fixture(scope="session")
def shared_media():
    """The folder of real media, with its truth in MANIFEST.tsv; skipped where it is absent."""
    named = os.environ.get("APOLLONIA_SHARED_MEDIA")
    folder = Path(named) if named else Path(__file__).parents[4] / "shared" / "media"
    if not (folder / "MANIFEST.tsv").is_file():
        pytest.skip("no shared media: set APOLLONIA_SHARED_MEDIA to the folder of MANIFEST.tsv")
    return folder
