"""Real recordings, where they are at hand: what their manifest states, and which are the same."""

import base64
import struct
from itertools import combinations

import pytest

from apollonia.domain.matching.acoustic import compare

pytest.importorskip("essentia", reason="Essentia has no build for this machine")
pytestmark = [pytest.mark.media, pytest.mark.timeout(300)]


@pytest.mark.parametrize(
    ("name", "bpm", "key"),
    [
        ("synthetic/drums_128.flac", 128.0, None),
        ("synthetic/key_C_minor_100bpm.flac", 100.0, "C minor"),
        ("synthetic/key_Bb_major_100bpm.flac", 100.0, "Bb major"),
        ("derived/vibe_ace.flac", 130.0, "E major"),
        ("derived/fishin.wma", 88.5, "Bb major"),
    ],
)
def test_tempo_and_key_are_those_of_the_manifest(hear, shared_media, name, bpm, key):
    tempo, found = hear(shared_media / "audio" / name, "tempo", "key")
    assert tempo["bpm"] == pytest.approx(bpm, abs=0.5)
    assert found["facts"].get("key_name") == key


@pytest.mark.parametrize(
    "name",
    [
        "speech/librispeech_198-209-0000.ogg",
        "speech/librispeech_3436-172162-0000.ogg",
        "nature/robin.ogg",
    ],
)
def test_speech_and_birds_have_no_tempo_and_no_key(hear, shared_media, name):
    tempo, key = hear(shared_media / "audio" / name, "tempo", "key")
    assert tempo["facts"] == key["facts"] == {}


def test_copies_of_a_recording_are_found_and_others_not_joined(hear, shared_media):
    groups = {
        "ace": (
            "music/kevin_macleod_vibe_ace.ogg",
            "derived/vibe_ace.mp3",
            "derived/vibe_ace.flac",
        ),
        "fishin": ("derived/fishin.wav", "derived/fishin.wma", "derived/fishin_24bit_48k.flac"),
        "plum": ("derived/sugar_plum.m4a", "derived/sugar_plum.opus"),
    }
    prints = {
        (group, name): items_of(hear(shared_media / "audio" / name, "fingerprint"))
        for group, names in groups.items()
        for name in names
    }
    for (one, mine), (other, theirs) in combinations(prints.items(), 2):
        alike = compare(mine, theirs) is not None
        assert alike == (one[0] == other[0]), (one, other)


def items_of(found) -> tuple[int, ...]:
    data = base64.b64decode(found["chromaprint"])
    return struct.unpack(f"<{len(data) // 4}I", data)
