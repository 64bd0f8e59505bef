"""``apollonia search`` over a real data folder."""

import json

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database import Database, migrate
from apollonia.adapters.search import SqlVocabulary
from apollonia.messages import Tags
from apollonia.testing.builders import a_media, a_place
from apollonia.testing.installation import Installation


async def test_catalog_is_searched_at_a_terminal(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    await migrate(data / "catalog.db")
    database = Database(data / "catalog.db")
    await database.open()
    media = a_media(tags=Tags(title="[Jóga]", artist="Björk")).model_dump(mode="json")
    async with SqlCatalog(database).begin() as unit:
        await unit.save_places([a_place(path=b"/music/joga.flac", media=media), a_place()])
    await SqlVocabulary(database).learn(100)
    await database.close()
    installation = Installation([], data)

    def search(*words, code=0):
        done = installation.command("search", *words, "--data", str(data))
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    assert "[Jóga]" in search("artist:bjork", "duration:>1m")
    found = json.loads(search("bjrok", "--json"))
    assert [item["name"] for item in found["items"]] == ["joga.flac"]
    assert found["corrections"] == [{"typed": "bjrok", "used": "bjork"}]
    assert "query: artist:bjork" in search("artist:bjork", "--explain")
    fault = search("love artst:bjork", code=1)
    assert "did you mean artist:" in fault
    assert "       ^^^^^" in fault
