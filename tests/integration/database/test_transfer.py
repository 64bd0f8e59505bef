"""A whole embedded catalog moves to PostgreSQL: its rows, its order, and its numbers go on."""

import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.control import SqlControl
from apollonia.adapters.database import Database
from apollonia.adapters.database.bulk import run
from apollonia.adapters.database.schema import METADATA
from apollonia.adapters.database.transfer import transfer
from apollonia.adapters.library import SqlLibrary
from apollonia.adapters.search import SqlSearch
from apollonia.domain.kinds import Availability
from apollonia.domain.neighbours import Role
from apollonia.domain.paging import FileFilter, Sort, SortKey
from apollonia.domain.place import Relation
from apollonia.errors import ConflictError
from apollonia.populate.file_projector import FileProjector
from apollonia.ports.bus import Delivery
from apollonia.testing.builders import a_file_body, a_message, a_place
from apollonia.testing.manual_clock import ManualClock

NEIGHBOUR = Relation(b"/music/\xff cover.jpg", Role.SIBLING, None, forced=True)


@pytest.fixture
async def target(postgresql_url):
    """A migrated, empty database on the server."""
    opened = Database(postgresql_url)
    await opened.open()
    yield opened
    await opened.close()


async def fill(database, number=10):
    catalog = SqlCatalog(database)
    bodies = [a_file_body(path=b"/music/%d.flac" % at) for at in range(number)]
    deliveries = [Delivery(a_message(body), "apollonia-populator", 0, None) for body in bodies]
    async with catalog.begin() as unit:
        await FileProjector(clock=ManualClock())(unit, deliveries)
        place = a_place(
            path=b"/music/\xff.flac", availability=Availability.MISSING, inode=2**64 - 1
        )
        with_neighbours = a_place(path=b"/music/album.cue", neighbors=(NEIGHBOUR,))
        await unit.save_places([place, with_neighbours])
    await catalog.relay_changes(4)
    await catalog.mark_published(3)
    await SqlControl(database).acquire("root:/music", "host:/data", 30)
    return await rows_of(database)


async def rows_of(database):
    tables = ("files", "file_events", "file_media", "file_neighbors", "shelves", "relay", "changes")
    columns = {name: ", ".join(table.columns.keys()) for name, table in METADATA.tables.items()}
    reading = {
        table: await database.read(
            lambda at, table=table: run(at, f"SELECT {columns[table]} FROM {table}")
        )
        for table in (*tables, "pending_changes", "leases")
    }
    return {table: sorted(map(repr, map(tuple, rows))) for table, rows in reading.items()}


async def test_transfer_moves_every_row_and_goes_on_from_there(database, target):
    before = await fill(database)
    heard = []

    counts = await transfer(database, target, told=lambda *words: heard.append(words))

    assert counts["files"] == 12
    assert ("files", 12) in heard
    moved = await rows_of(target)
    flags = before.pop("file_neighbors"), moved.pop("file_neighbors")
    assert [text.replace("1)", "True)") for text in flags[0]] == flags[1]
    assert moved == before
    library, old = SqlLibrary(target), SqlLibrary(database)
    assert await library.stats() == await old.stats()
    words = FileFilter(text="music 7")
    found = await SqlSearch(target).search(words, Sort(SortKey.RELEVANCE), limit=9)
    assert [place.path for place in found.items] == [b"/music/7.flac"]
    catalog = SqlCatalog(target)
    async with catalog.begin() as unit:  # new numbers meet none of the old ones
        await unit.save_places([a_place(path=b"/other/new.flac", root="/other")])
    assert (await library.stats()).files == 13
    assert (await catalog.relay_changes(100))[0].position == 5


async def test_transfer_of_many_pages_loses_none(database, target, monkeypatch):
    monkeypatch.setattr("apollonia.adapters.database.transfer._ROWS", 3)
    before = await fill(database, 20)

    await transfer(database, target, told=lambda *_: None)

    assert (await rows_of(target))["file_events"] == before["file_events"]
    assert (await rows_of(target))["files"] == before["files"]


async def test_transfer_refuses_a_catalog_that_has_files(database, target):
    await fill(database)
    await fill(target, 3)
    before = await rows_of(target)

    with pytest.raises(ConflictError, match="empty database"):
        await transfer(database, target, told=lambda *_: None)

    assert await rows_of(target) == before


async def test_transfer_that_fails_in_the_middle_leaves_nothing(database, target):
    await fill(database)

    def interrupt(table, _rows):
        if table == "files":
            raise KeyError(table)

    with pytest.raises(KeyError):
        await transfer(database, target, told=interrupt)

    assert (await SqlLibrary(target).stats()).files == 0
    await transfer(database, target, told=lambda *_: None)
    assert (await SqlLibrary(target).stats()).files == 12
