"""Uploads through a whole Apollonia: handed over, landed, watched, cataloged."""

import asyncio
import hashlib
import os
from pathlib import Path

import pytest

from apollonia.adapters.uploads import FolderSpool
from apollonia.domain.ids import uuid7
from apollonia.ports.uploads import Upload, UploadResult
from apollonia.testing.builders import a_time
from apollonia.testing.installation import Installation
from apollonia.testing.media_files import make_audio, make_image, make_video

pytestmark = pytest.mark.timeout(120)


def hand_over(data: Path, source: Path, **changes) -> str:
    content = source.read_bytes()
    fields = {
        "id": uuid7(),
        "name": source.name,
        "root": "",
        "size": len(content),
        "sha256_hash": hashlib.sha256(content).hexdigest(),
        "who": "owner",
        "time": a_time(),
    }
    spool, upload = FolderSpool(data / "uploads"), Upload(**{**fields, **changes})
    spooled = asyncio.run(spool.begin(upload))
    Path(os.fsdecode(spooled.content)).write_bytes(content)
    asyncio.run(spool.commit(upload.id))
    return upload.id


def spool_of(installation: Installation) -> FolderSpool:
    return FolderSpool(installation.data / "uploads")


def result_of(installation: Installation, id_: str) -> UploadResult:
    spool = spool_of(installation)
    installation.wait_for(lambda: asyncio.run(spool.result(id_)) is not None, 20, "the result")
    result = asyncio.run(spool.result(id_))
    assert result is not None
    return result


def send(installation: Installation, *sources: Path) -> list[UploadResult]:
    ids = [hand_over(installation.data, source) for source in sources]
    return [result_of(installation, id_) for id_ in ids]


def test_uploads_are_cataloged_where_the_rule_puts_them(tmp_path):
    media, work = tmp_path / "media", tmp_path / "work"
    media.mkdir()
    work.mkdir()
    song = make_audio(work / "in.flac")
    film = make_video(work / "in.mkv", title="A Film", date="2020")
    image = make_image(work / "IMG_1.jpg")
    text = work / "text.mp3"
    text.write_bytes(b"this is no music at all" * 100)
    broken = work / "broken.flac"
    broken.write_bytes(song.read_bytes()[:30])
    environ = {"APOLLONIA_FILES__UPLOADS": "true"}
    with Installation([media], tmp_path / "data", environ=environ) as installation:
        installation.wait_scanned()
        landed = send(installation, song, film, image)
        damaged_id = hand_over(installation.data, song, sha256_hash="0" * 64)
        again, *refused = send(installation, song, text, broken)
        damaged = result_of(installation, damaged_id)

        expected = [
            "Various/The Album (2021)/1-03 A Title \u2603.flac",
            "A Film (2020)/A Film (2020).mkv",
            "2024/01/IMG_1.jpg",
        ]
        paths = [str(media / it) for it in expected]
        assert [os.fsdecode(it.path or b"") for it in landed] == paths
        assert (again.state, again.path) == ("duplicate", landed[0].path)
        assert [(it.state, it.path) for it in (*refused, damaged)] == [("rejected", None)] * 3
        assert "damaged on its way" in (damaged.reason or "")
        assert sorted(str(it) for it in media.rglob("*") if it.is_file()) == sorted(paths)

        def rows():
            return {it["file_path"]: it for it in installation.all_files()}

        installation.wait_for(lambda: set(rows()) == set(paths), 15, "the files in the catalog")
        row = rows()[paths[0]]
        assert row["sha256_hash"] == hashlib.sha256(song.read_bytes()).hexdigest()
        (event,) = installation.get(f"/files/{row['id']}")["events"]
        assert (event["event_type"], event["origin"]) == ("IN_CREATE", "watch")
        hidden_by_a_rule_file(installation, make_audio(work / "two.flac", title="B", artist="X"))


def hidden_by_a_rule_file(installation: Installation, song: Path) -> None:
    """It waits until the rule goes."""
    rules, spool = installation.roots[0] / ".apolloniaignore", spool_of(installation)
    rules.write_text("X/\n")
    id_ = hand_over(installation.data, song)

    def reason() -> str:
        spooled = asyncio.run(spool.get(id_))
        return "" if spooled is None else spooled.waiting or ""

    installation.wait_for(lambda: "leave alone" in reason(), 15, "the reason")
    assert not (rules.parent / "X").exists()
    rules.unlink()
    result = result_of(installation, id_)
    assert result.path == os.fsencode(rules.parent / "X/Unknown Album/B.flac")
    installation.wait_for(lambda: len(installation.all_files()) == 4, 15, "its row")


def test_without_the_setting_nothing_is_written(tmp_path):
    media = tmp_path / "media"
    media.mkdir()
    song = make_audio(tmp_path / "in.flac")
    with Installation([media], tmp_path / "data") as installation:
        installation.wait_scanned()
        id_ = hand_over(installation.data, song)
        (media / "sign.flac").write_bytes(song.read_bytes() + b"x")
        installation.wait_for(lambda: len(installation.all_files()) == 1, 15, "a sign of life")
        assert asyncio.run(spool_of(installation).ready()) == [id_]
        assert [it.name for it in media.iterdir()] == ["sign.flac"]
