"""A file that was purged, and what becomes of it when it returns: the whole embedded stack."""

import shutil
import urllib.error

import pytest

from apollonia.testing.installation import Installation
from apollonia.testing.media_files import make_library

pytestmark = pytest.mark.timeout(120)


def rows(installation, **query):
    return {row["file_path"]: row for row in installation.all_files(**query)}


def status_of(installation, path):
    try:
        installation.get(path)
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get_content_type()
    return 200, "application/json"


def test_purged_file_is_gone_everywhere_and_returns_under_its_id(tmp_path):
    media = tmp_path / "media"
    make_library(media, 12)
    environ = {"APOLLONIA_CATALOG__PURGE_MISSING": "at_once"}
    with Installation([media], tmp_path / "data", environ=environ) as installation:
        installation.wait_for(lambda: len(rows(installation)) >= 12, 60, "all files")
        installation.wait_scanned()
        song = min(media.rglob("*.mp3"))
        before = rows(installation)
        id_ = before[str(song)]["id"]
        shutil.move(song, tmp_path / "aside.mp3")

        installation.wait_for(
            lambda: status_of(installation, f"/files/{id_}")[0] == 404, 15, "the file to be purged"
        )
        assert status_of(installation, f"/files/{id_}")[1] == "application/problem+json"
        assert str(song) not in rows(installation, availability=["present", "missing"])
        assert "missing" not in installation.get("/stats")["by_availability"]
        word = before[str(song)]["title"] or song.stem
        assert id_ not in {row["id"] for row in installation.get("/files", q=word)["items"]}
        installation.stop()

    installation = Installation([media], tmp_path / "data", environ=environ)
    installation.log_path.write_text("")
    with installation:
        installation.wait_scanned()
        assert "index and catalog differ" not in installation.log_path.read_text()
        shutil.move(tmp_path / "aside.mp3", song)
        installation.wait_for(lambda: str(song) in rows(installation), 15, "the file to return")
        assert rows(installation)[str(song)]["id"] == id_
        events = installation.get(f"/files/{id_}")["events"]
        assert [event["event_type"] for event in events] == ["IN_CREATE", "IN_DELETE", "IN_CREATE"]
