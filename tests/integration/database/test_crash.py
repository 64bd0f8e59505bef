"""A process killed while it writes leaves whole transactions only."""

import asyncio
import sys

import pytest
from sqlalchemy.engine import Connection

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database import Database
from apollonia.adapters.database.bulk import AnyRow, run
from apollonia.adapters.library import SqlLibrary
from apollonia.domain.paging import FileFilter, Sort

BATCH = 40
WRITER = f"""
import asyncio, sys
from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database import Database
from apollonia.ports.catalog import PendingChange, StoredEvent
from apollonia.testing.builders import a_place, a_time

async def main():
    database = Database(sys.argv[1])
    await database.open()
    catalog, start = SqlCatalog(database), int(sys.argv[2])
    for batch in range(100_000):
        places = [a_place(path=b"/music/%d/%d/%d" % (start, batch, n)) for n in range({BATCH})]
        async with catalog.begin() as unit:
            await unit.append_events([
                StoredEvent(event_id=f"e-{{place.id}}", place_id=place.id, path=place.path,
                    event_type="IN_CREATE", timestamp=a_time(), received_time=a_time(),
                    origin=None, traceparent=None, body=b"{{}}") for place in places])
            await unit.save_places(places)
            await unit.record_changes(
                [PendingChange("file", place.id, "created", a_time()) for place in places])
        print(batch, flush=True)
        await catalog.relay_changes({BATCH} // 3)

asyncio.run(main())
"""


@pytest.mark.timeout(180)
async def test_killed_writer_leaves_whole_batches_and_gap_free_changes(file):
    url = f"sqlite:///{file}"
    committed = 0
    for round_ in range(3):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITER, url, str(round_), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        async with asyncio.timeout(60):
            for _ in range(2 + round_):
                assert await process.stdout.readline()
            await asyncio.sleep(0.007 * round_)
            process.kill()
            rest = await process.stdout.read()
            await process.wait()
        committed += 2 + round_ + len(rest.splitlines())

    database = Database(url)
    await database.open()
    files = await _check_consistent(database)
    await database.close()

    assert files % BATCH == 0
    assert files >= committed * BATCH  # what was told as committed is there


async def _check_consistent(database: Database) -> int:
    catalog, library = SqlCatalog(database), SqlLibrary(database)
    while await catalog.relay_changes(1_000):
        pass

    def check(at: Connection) -> AnyRow:
        counts = run(
            at,
            "SELECT (SELECT count(*) FROM files), (SELECT count(*) FROM file_events),"
            " (SELECT count(*) FROM file_media), (SELECT sum(files) FROM shelves),"
            " (SELECT count(*) FROM changes), (SELECT max(position) FROM changes)",
        )
        run(
            at,
            "INSERT INTO files_fts (files_fts, rank) VALUES (?, 1)",
            ("integrity-check",),
        )
        assert run(at, "PRAGMA integrity_check") == [("ok",)]
        assert run(at, "PRAGMA foreign_key_check") == []
        return counts[0]

    counts = await database.write(check)
    assert len(set(counts)) == 1
    page = await library.page(FileFilter(), Sort(), limit=1)
    assert page.total == counts[0]
    return int(counts[0])
