"""Three albums: what each song is made of, and how it becomes sound."""

import random
from dataclasses import dataclass
from functools import partial

from apollonia.media.demo.instruments import instrument
from apollonia.media.demo.mixer import Mix, Sound, pitched

_SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
_KEYS = {"C": 0, "D": 2, "Eb": 3, "E": 4, "F": 5, "G": 7, "A": 9, "Bb": 10}


@dataclass(frozen=True, slots=True)
class Song:
    """``chords`` are steps of the scale, one a bar; ``drums`` are hits on eighths (``ksh.``)."""

    title: str
    key: str
    scale: str
    bpm: int
    chords: tuple[int, ...]
    lead: str
    backing: str
    drums: str = ""


@dataclass(frozen=True, slots=True)
class Album:
    """An album with its songs; ``format_`` as in ``encode.AUDIO_FORMATS``."""

    title: str
    artist: str
    genre: str
    year: int
    formats: tuple[str, ...]
    colours: tuple[str, str, str]
    embedded_cover: bool
    songs: tuple[Song, ...]


ALBUMS = (
    Album(
        "Paper Lanterns", "The Slow Tide", "Ambient", 2019, ("flac",),
        ("#1d3557", "#457b9d", "#f1faee"), True,
        (
            Song("Harbour Before Dawn", "C", "major", 72, (0, 5, 3, 4), "bell", "pad"),
            Song("Paper Lanterns", "A", "minor", 66, (0, 5, 2, 6), "bell", "pad"),
            Song("Salt and Linen", "F", "major", 76, (0, 3, 5, 4), "pluck", "pad"),
            Song("The Tide Keeps Time", "D", "minor", 70, (0, 3, 6, 4), "bell", "pad", "k......."),
        ),
    ),
    Album(
        "Night Bus Timetable", "Kilowatt Garden", "Electronic", 2021, ("mp3",),
        ("#2b2d42", "#ef233c", "#ffd166"), True,
        (
            Song("Last Stop, Neon", "E", "minor", 124, (0, 5, 2, 6), "organ", "bass", "k.hsk.hs"),
            Song("Upper Deck", "G", "minor", 120, (0, 3, 5, 4), "bell", "bass", "k.h.s.h."),
            Song("Transfer Ticket", "D", "major", 128, (0, 4, 5, 3), "organ", "bass", "khshkhsh"),
            Song("Depot Lights", "Bb", "major", 118, (0, 5, 3, 4), "bell", "bass", "k.hhs.h."),
        ),
    ),
    Album(
        "Kitchen Sessions", "Ada & the Metronomes", "Folk", 2023, ("opus", "m4a"),
        ("#606c38", "#dda15e", "#fefae0"), False,
        (
            Song("Kettle Waltz", "G", "major", 96, (0, 3, 4, 0), "pluck", "organ"),
            Song("Flour on Radio", "C", "major", 104, (0, 5, 3, 4), "pluck", "bass", "k.h.s.h."),
            Song("Sunday Windows", "Eb", "major", 84, (0, 4, 5, 3), "pluck", "pad"),
            Song("Two Spoons", "A", "minor", 100, (0, 6, 5, 4), "pluck", "bass", "k..hs..h"),
        ),
    ),
)  # fmt: skip


def perform(song: Song, seconds: float) -> bytes:
    """The song as 16-bit stereo PCM at 44.1 kHz, in whole bars of about ``seconds``."""
    beat = 60 / song.bpm
    bars = max(4, round(seconds / (4 * beat)))
    mix = Mix(bars * 4 * beat + 1.5)
    chance = random.Random(song.title)  # noqa: S311 - the same song every time, no secret
    for bar in range(bars):
        start = bar * 4 * beat
        degree = song.chords[bar % len(song.chords)]
        _backing(mix, song, degree, start, beat)
        if bar:
            _lead(mix, song, degree, start, beat, chance)
        _drums(mix, song, start, beat)
    mix.echo(beat * 0.75, 0.28)
    return mix.pcm()


def _note(song: Song, step: int, seconds: float, name: str, octave: int = 0) -> Sound:
    scale = _SCALES[song.scale]
    semitones = scale[step % 7] + 12 * (step // 7 + octave) + _KEYS[song.key]
    return pitched(instrument(name), 2 ** (semitones / 12), seconds)


def _backing(mix: Mix, song: Song, degree: int, start: float, beat: float) -> None:
    note = partial(_note, song)
    if song.backing == "bass":
        for eighth in (0, 3, 4, 6):
            mix.add(note(degree, beat, "bass", -2), start + eighth * beat / 2, 0.55)
        for pan, third in ((-0.4, 0), (0.0, 2), (0.4, 4)):
            mix.add(note(degree + third, 4 * beat, "pad", -1), start, 0.14, pan)
        return
    mix.add(note(degree, 4 * beat, "bass", -2), start, 0.4)
    for pan, third in ((-0.5, 0), (0.1, 2), (0.5, 4)):
        mix.add(note(degree + third, 4.2 * beat, song.backing, -1), start, 0.24, pan)


def _lead(
    mix: Mix, song: Song, degree: int, start: float, beat: float, chance: random.Random
) -> None:
    """An arpeggio that wanders over the chord, with rests."""
    step = 0
    for eighth in range(8):
        if chance.random() < 0.25 and eighth:
            continue
        step = max(-1, min(4, step + chance.choice((-1, 1, 1, 2, -2))))
        pan = 0.35 * (1 if eighth % 2 else -1)
        sound = _note(song, degree + 2 * step, 2 * beat, song.lead)
        mix.add(sound, start + eighth * beat / 2, 0.3 if eighth % 4 else 0.4, pan)


def _drums(mix: Mix, song: Song, start: float, beat: float) -> None:
    levels = {"k": ("kick", 0.7), "s": ("snare", 0.28), "h": ("hat", 0.25)}
    for eighth, hit in enumerate(song.drums):
        if hit in levels:
            name, gain = levels[hit]
            mix.add(instrument(name), start + eighth * beat / 2, gain, 0.15 * (hit == "h"))
