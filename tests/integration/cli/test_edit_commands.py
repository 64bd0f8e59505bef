"""What people say of files, from a terminal."""

import json

import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database import Database, migrate
from apollonia.cli import edits
from apollonia.cli.edits import patch_of
from apollonia.config import Settings
from apollonia.errors import InvalidError, NotFoundError
from apollonia.testing.builders import a_place


@pytest.fixture
async def place(tmp_path):
    await migrate(tmp_path / "catalog.db")
    database = Database(tmp_path / "catalog.db")
    await database.open()
    one = a_place()
    async with SqlCatalog(database).begin() as unit:
        await unit.save_places([one])
    await database.close()
    return one


@pytest.fixture
def settings(tmp_path):
    return Settings(data=tmp_path)


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


async def test_edits_are_said_shown_and_refused(settings, place, capsys):
    words = ["title=Say", "tempo_bpm=128", "+summer", "rating=4.5"]
    await edits.edit(settings, place.path.decode(), words, content=False, as_json=True)
    shown = json.loads(capsys.readouterr().out)
    assert {name: it["value"] for name, it in shown.items()} == {
        "title": "Say",
        "tempo_bpm": 128.0,
        "tag/summer": True,
        "rating": 4.5,
    }
    assert shown["title"]["actor"] == "owner"
    with pytest.raises(InvalidError, match=r"rating: must be from 0.5 to 5.*key: must be a key"):
        await edits.edit(settings, place.id, ["rating=9", "key=no"], content=False, as_json=False)
    with pytest.raises(NotFoundError, match="name its whole path"):
        await edits.edit(settings, "/nowhere/at/all", [], content=True, as_json=False)


async def test_collections_keep_files_in_order(settings, place, capsys):
    await edits.create_collection(settings, "Mix", None)
    id_ = capsys.readouterr().out.strip()
    await edits.add_items(settings, id_, [place.id])
    await edits.show_collection(settings, id_, as_json=False)
    assert capsys.readouterr().out.strip() == place.path.decode()
    await edits.change_collection(settings, id_, {"deleted": True})
    await edits.list_collections(settings, deleted=False, as_json=False)
    assert not capsys.readouterr().out.strip()
    await edits.list_collections(settings, deleted=True, as_json=False)
    assert "Mix" in capsys.readouterr().out
