import os

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
