"""What people say of files, from a terminal."""

import asyncio
import json
import subprocess
import sys

import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database import Database, migrate
from apollonia.cli.edits import patch_of
from apollonia.errors import InvalidError
from apollonia.testing.builders import a_place


@pytest.fixture
def run(tmp_path):
    def command(*words: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "apollonia", *words, "--data", str(tmp_path)]
        return subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)

    return command


@pytest.fixture
def place(tmp_path):
    one = a_place()

    async def save() -> None:
        await migrate(tmp_path / "catalog.db")
        database = Database(tmp_path / "catalog.db")
        await database.open()
        async with SqlCatalog(database).begin() as unit:
            await unit.save_places([one])
        await database.close()

    asyncio.run(save())
    return one


def test_words_become_a_patch():
    assert patch_of(["title=A = B", "year=1999", "rating=", "genre=House; Pop", "+x y", "-z"]) == {
        "title": "A = B",
        "year": 1999.0,
        "rating": None,
        "genre": ["House", "Pop"],
        "tags": {"x y": True, "z": None},
    }
    assert patch_of(["favourite=yes", "year=x"]) == {"favourite": True, "year": "x"}
    with pytest.raises(InvalidError, match="field=value"):
        patch_of(["title"])


def test_edits_are_said_shown_and_refused(run, place):
    done = run("edit", place.path.decode(), "title=Say", "tempo_bpm=128", "+summer", "rating=4.5")
    assert done.returncode == 0, done.stderr
    shown = json.loads(run("edit", place.id, "--json").stdout)
    assert {name: it["value"] for name, it in shown.items()} == {
        "title": "Say",
        "tempo_bpm": 128.0,
        "tag/summer": True,
        "rating": 4.5,
    }
    assert shown["title"]["actor"] == "owner"
    refused = run("edit", place.id, "rating=9", "key=nothing")
    assert refused.returncode == 1
    assert "rating: must be from" in refused.stderr
    assert "key: must be a key" in refused.stderr
    assert run("edit", "/nowhere/at/all", "title=x").returncode == 1


def test_collections_keep_files_in_order(run, place):
    id_ = run("collection", "create", "Mix").stdout.strip()
    assert run("collection", "add", id_, place.id).returncode == 0
    assert run("collection", "show", id_).stdout.strip() == place.path.decode()
    assert "Mix" in run("collection", "list").stdout
    run("collection", "delete", id_)
    assert run("collection", "list").stdout.strip() == ""
