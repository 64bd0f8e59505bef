"""``apollonia check`` over real folders and an embedded catalog: each fault found and repaired."""

import os

import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database import Database, migrate
from apollonia.adapters.database.bulk import run
from apollonia.cli import consistency
from apollonia.config import Settings
from apollonia.config.settings import FilesSettings
from apollonia.domain.kinds import AnalysisState, RootState
from apollonia.domain.roots import RootStatus
from apollonia.domain.times import format_micros
from apollonia.populate.checkup import cache_fault, forget, graph_fault, repair_graph
from apollonia.testing.builders import a_place
from apollonia.wiring.checking import intake_memory
from apollonia.wiring.ports import open_ports

WORDS = "files are on the disk", "files are in the catalog and not", "another size or time"


@pytest.fixture
async def world(tmp_path):
    """A root of three files, all of them in the catalog as they are."""
    root, data = tmp_path / "music", tmp_path / "data"
    root.mkdir()
    data.mkdir()
    for name in ("a.flac", "b.flac", ".hidden"):
        (root / name).write_bytes(b"x" * 10)
    settings = Settings(data=data, files=FilesSettings(roots=(root,)))
    url = f"sqlite:///{data / 'catalog.db'}"
    await migrate(url)
    database = Database(url)
    await database.open()
    places = []
    for name in ("a.flac", "b.flac"):
        stat = (root / name).stat()
        time = format_micros(stat.st_mtime_ns // 1_000)
        facts = {"size": 10, "modified_time": time, "analysis": AnalysisState.PENDING}
        places.append(a_place(path=os.fsencode(root / name), root=str(root), **facts))
    async with SqlCatalog(database).begin() as unit:
        await unit.save_places(places)
    async with open_ports(settings, data) as ports:
        await repair_graph(ports.library, ports.graph)
        await ports.control.report_root(RootStatus(root=str(root), state=RootState.WATCHING))
    yield settings, root, database, places
    await database.close()


async def checked(settings, capsys, *, repair=False):
    code = await consistency.check(settings, repair=repair, as_json=False)
    return code, capsys.readouterr().out


async def test_what_fits_is_no_fault(world, capsys):
    code, told = await checked(world[0], capsys)
    assert (code, "fit together" in told) == (0, True), told


async def test_differences_of_a_folder_are_told_and_a_scan_is_asked_for(world, capsys):
    settings, root, _, _ = world
    (root / "new.flac").write_bytes(b"1")
    (root / "a.flac").unlink()
    (root / "b.flac").write_bytes(b"longer than before")
    code, told = await checked(settings, capsys)
    assert code == 4
    assert all(words in told for words in WORDS)
    assert str(root / "new.flac") in told
    code, _ = await checked(settings, capsys, repair=True)
    assert code == 0
    async with open_ports(settings, settings.data) as ports:
        assert (await ports.control.desired(str(root))).scans
    assert {it.name for it in root.iterdir()} == {"new.flac", "b.flac", ".hidden"}


async def test_an_empty_root_is_for_a_person_to_see_to(world, capsys):
    settings, root, _, _ = world
    for path in root.iterdir():
        path.unlink()
    for repair in (False, True):
        code, told = await checked(settings, capsys, repair=repair)
        assert (code, "is its disk mounted" in told, "a person" in told) == (4, True, True)


async def test_counts_search_and_graph_are_made_anew(world, capsys):
    settings, _, database, places = world
    for harm in (
        "UPDATE shelves SET files = 9",
        "INSERT INTO files_fts (files_fts) VALUES ('delete-all')",
        f"UPDATE graph_files SET id = 'zz' WHERE id = '{places[0].id}'",
    ):
        await database.write(lambda at, harm=harm: run(at, harm))
    code, told = await checked(settings, capsys)
    assert code == 4
    assert all(f"{part}: " in told for part in ("counts", "search", "graph"))
    assert (await checked(settings, capsys, repair=True))[0] == 0
    code, told = await checked(settings, capsys)
    assert code == 0, told


async def test_a_cache_that_says_more_than_the_catalog_is_forgotten(world):
    settings, _, _, places = world
    async with open_ports(settings, settings.data) as ports:
        key, settled = intake_memory(settings)
        await ports.cache.set(key(places[0].sha256_hash), settled(places[0].kind), ttl=60)
        fault, keys = await cache_fault(ports.analyses, ports.cache, key, settled)
        assert fault is not None
        await forget(ports.cache, keys)
        assert await cache_fault(ports.analyses, ports.cache, key, settled) == (None, ())
        assert await graph_fault(ports.library, ports.graph) is None
