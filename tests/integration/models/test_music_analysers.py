"""What analysers that need models find in real sound, and what they say without the models."""

import hashlib
import json
import math
import os
import struct
import wave
from pathlib import Path
from typing import Any

import pytest

from apollonia.adapters.models import FolderModels, Sources
from apollonia.analyze import registry
from apollonia.analyze.listening.embedding import embedding_values
from apollonia.analyze.looking import look
from apollonia.analyze.preparing.preparer import Asides, Preparer
from apollonia.analyze.work_settings import WorkSettings
from apollonia.domain.kinds import Kind

OURS = ("sounds", "music-tags", "genre", "instruments", "mood")


@pytest.fixture(scope="session")
def media() -> Path:
    named = os.environ.get("APOLLONIA_SHARED_MEDIA")
    folder = Path(named) if named else Path(__file__).resolve().parents[4] / "shared" / "media"
    if not (folder / "MANIFEST.tsv").is_file():
        pytest.skip("no shared media: set APOLLONIA_SHARED_MEDIA to the folder of MANIFEST.tsv")
    return folder / "audio"


@pytest.fixture
async def models(real_models: Path, tmp_path: Path) -> str:
    async def never(_words: str) -> bool:
        return False

    def quiet(*_: object) -> None:
        pass

    store = FolderModels(tmp_path / "models", Sources(mirror=str(real_models), published=False))
    async with Preparer(store, Asides(progress=quiet, say=quiet, consent=never)) as preparer:
        for name in ("musicnn-msd", "musicnn-mtt", "yamnet"):
            await preparer.pull(name)
    return str(store.folder)


def looked_at(path: Path, settings: WorkSettings, names: tuple[str, ...]) -> dict[str, Any]:
    content = path.read_bytes()
    request = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": None,
        "modified_us": None,
        "analysers": list(names),
        "kind": "audio",
    }
    answers = list(look(request, os.fsencode(path), settings))
    return {it["result"]["analyser"]: it["result"] for it in answers if "result" in it}


def facts(results: dict[str, Any]) -> dict[str, Any]:
    assert {it["status"] for it in results.values()} == {"done"}
    assert len(json.dumps(results)) < 100_000
    return {
        name: value
        for result in results.values()
        for name, value in result["data"].get("facts", {}).items()
    }


def tone(path: Path) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(
            b"".join(
                struct.pack("<h", round(9_000 * math.sin(step * 0.2))) for step in range(64_000)
            )
        )
    return path


def test_without_models_their_results_are_unavailable_and_others_go_on(tmp_path):
    settings = WorkSettings(models_folder=str(tmp_path / "none"))
    path = tone(tmp_path / "tone.wav")
    found = looked_at(path, settings, (*OURS, "byte-profile"))
    assert found.pop("byte-profile")["status"] == "done"
    assert {it["status"] for it in found.values()} == {"unavailable"}
    assert "`apollonia models prepare yamnet`" in found["sounds"]["reason"]
    for name in ("music-tags", "genre", "instruments", "mood"):
        assert "`apollonia models prepare musicnn-msd`" in found[name]["reason"]


def test_all_of_them_are_found_by_name():
    chosen = registry.chosen(Kind.AUDIO)
    assert set(OURS) <= set(chosen)


@pytest.mark.media
@pytest.mark.timeout(300)
def test_real_tracks_are_what_they_are(media, models):
    settings = WorkSettings(models_folder=models)
    music = media / "music"
    jazz = looked_at(music / "kevin_macleod_vibe_ace.ogg", settings, OURS)
    classical = looked_at(music / "tchaikovsky_sugar_plum_fairy.ogg", settings, OURS[:4])
    sung = looked_at(music / "karissa_hobbs_lets_go_fishin.ogg", settings, OURS[:4])
    assert facts(jazz)["genres"][0] == "jazz"
    assert facts(jazz)["voice"] == "instrumental"
    assert facts(classical)["genres"][0] == "classical"
    assert facts(classical)["voice"] == "instrumental"
    assert {"folk", "pop"} <= set(facts(sung)["genres"])
    assert facts(sung)["voice"] == "vocal"
    assert "guitar" in facts(sung)["instruments"]
    for found in (jazz, classical, sung):
        assert facts(found)["sound"] == "music"
        assert len(embedding_values(found["music-tags"]["data"]["embedding"])) == 200
        assert len(embedding_values(found["sounds"]["data"]["embedding"])) == 1024
    assert 0 < facts(jazz)["valence"] < 1
    assert 0 < facts(jazz)["arousal"] < 1
    assert jazz["mood"]["data"]["estimate"] is True
    assert jazz["music-tags"]["data"]["top"]["msd"][:2] == ["jazz", "electronic"]
    assert classical["music-tags"]["data"]["top"]["mtt"][:2] == ["classical", "strings"]


@pytest.mark.media
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("speech/librispeech_198-209-0000.ogg", "speech"),
        ("speech/librispeech_3436-172162-0000.ogg", "speech"),
        ("nature/robin.ogg", "other"),
    ],
)
def test_speech_and_birds_are_no_music(media, models, name, kind):
    found = looked_at(media / name, WorkSettings(models_folder=models), OURS)
    assert facts(found) == {"sound": kind, "genres": [], "instruments": [], "moods": []}
