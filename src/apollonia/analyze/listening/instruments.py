"""Instruments, and whether somebody sings."""

from collections.abc import Mapping
from typing import Literal

from apollonia.analyze.listening.scores import Heard, Meaning, Scores, ranked

_SUPPORT = 3.0
_LEAST, _SHARE, _MOST = 0.15, 0.3, 6

INSTRUMENTS: Mapping[str, Meaning] = {
    "accordion": Meaning((), (), ("Accordion",)),
    "acoustic guitar": Meaning((), (), ("Acoustic guitar",)),
    "banjo": Meaning((), (), ("Banjo",)),
    "bass": Meaning((), (), ("Bass guitar", "Double bass")),
    "bells": Meaning((), (), ("Church bell", "Tubular bells", "Jingle bell")),
    "brass": Meaning((), (), ("Brass instrument", "Trumpet", "Trombone", "French horn")),
    "cello": Meaning((), ("cello",), ("Cello",)),
    "choir": Meaning((), ("choir", "choral"), ("Choir",)),
    "clarinet": Meaning((), (), ("Clarinet",)),
    "drums": Meaning((), ("drums", "beats"), ("Drum kit", "Drum machine", "Drum", "Snare drum")),
    "electric guitar": Meaning((), (), ("Electric guitar",)),
    "flute": Meaning((), ("flute",), ("Flute",)),
    "guitar": Meaning(("guitar",), ("guitar",), ("Guitar", "Strum")),
    "harmonica": Meaning((), (), ("Harmonica",)),
    "harp": Meaning((), ("harp",), ("Harp",)),
    "harpsichord": Meaning((), ("harpsichord",), ("Harpsichord",)),
    "mallet percussion": Meaning(
        (), (), ("Mallet percussion", "Marimba, xylophone", "Vibraphone", "Glockenspiel")
    ),
    "organ": Meaning((), (), ("Organ", "Hammond organ", "Electronic organ")),
    "piano": Meaning((), ("piano",), ("Piano", "Electric piano")),
    "saxophone": Meaning((), (), ("Saxophone",)),
    "sitar": Meaning((), ("sitar",), ("Sitar",)),
    "strings": Meaning((), ("strings",), ("String section", "Bowed string instrument")),
    "synthesizer": Meaning((), ("synth",), ("Synthesizer",)),
    "violin": Meaning((), ("violin",), ("Violin, fiddle",)),
}

_VOICE = Meaning(
    ("female vocalists", "male vocalists", "female vocalist"),
    (
        "vocal",
        "vocals",
        "singing",
        "voice",
        "female",
        "woman",
        "female vocal",
        "female voice",
        "male",
        "man",
        "male vocal",
        "male voice",
        "choir",
        "choral",
        "opera",
    ),
    ("Singing", "Choir", "Rapping", "Vocal music", "A capella", "Child singing", "Chant"),
)
_NO_VOICE = Meaning(("instrumental",), ("no vocals", "no vocal", "no voice"))


def instrument_scores(heard: Heard) -> Scores:
    """Each instrument between 0 and 1."""
    return {name: meaning.score(heard, _SUPPORT) for name, meaning in INSTRUMENTS.items()}


def instruments(scores: Scores) -> list[str]:
    """Those that stand out, the strongest first."""
    return [name for name, _ in ranked(scores, least=_LEAST, share=_SHARE, most=_MOST)]


def vocal_share(heard: Heard) -> float:
    """How much speaks for a voice, against what speaks for none: 0 to 1."""
    voice, none = _VOICE.score(heard, _SUPPORT), _NO_VOICE.score(heard, 0.0)
    return voice / (voice + none) if voice + none > 0 else 0.0


def voice(share: float) -> Literal["vocal", "instrumental"]:
    """The likelier of both."""
    return "vocal" if share >= 0.5 else "instrumental"  # noqa: PLR2004 - half
