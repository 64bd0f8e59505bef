"""The fields of the query language: one table for the parser, the documentation and completion."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache

from apollonia.domain.kinds import AnalysisState, Availability, Kind, Status
from apollonia.domain.neighbours import Role


class Type(StrEnum):
    """What a field's values are."""

    TEXT = "text"
    PATH = "path"
    WORD = "word"
    CHOICE = "choice"
    TERM = "term"
    INTEGER = "integer"
    NUMBER = "number"
    YEAR = "year"
    DURATION = "duration"
    SIZE = "size"
    BITRATE = "bitrate"
    FREQUENCY = "frequency"
    DATE = "date"
    KEY = "key"
    FLAG = "flag"
    HAS = "has"


RANGED = frozenset(
    {
        Type.INTEGER,
        Type.NUMBER,
        Type.YEAR,
        Type.DURATION,
        Type.SIZE,
        Type.BITRATE,
        Type.FREQUENCY,
        Type.DATE,
    }
)
"""Types whose values can be compared."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field; ``values`` where there are only these."""

    name: str
    type: Type
    help: str
    examples: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


_LACKABLE = (
    "artist",
    "album",
    "albumartist",
    "composer",
    "genre",
    "year",
    "track",
    "disc",
    "codec",
    "duration",
    "bitrate",
    "samplerate",
    "channels",
    "width",
    "height",
    "hash",
    "tempo",
    "key",
    "loudness",
    "energy",
    "valence",
    "arousal",
    "quality",
    "mood",
    "instrument",
    "object",
    "tag",
    "language",
    "voice",
    "sound",
)

HAS = ("subtitles", "lyrics", "artwork", "metadata", "cue", "playlist", "checksum", "sibling")
"""What ``has:`` takes besides the names of fields: a neighbour of this role."""

_YES_NO = ("yes", "no")

FIELDS: tuple[Field, ...] = (
    Field("title", Type.TEXT, "Its title; its name where it has none", ("title:joga",)),
    Field("artist", Type.TEXT, "Who performs it", ('artist:"Björk"', "artist:=Björk"), ("by",)),
    Field("album", Type.TEXT, "The album it is on", ("album:homogenic",)),
    Field(
        "albumartist",
        Type.TEXT,
        "The album's artist",
        ('albumartist:"Various Artists"',),
        ("album_artist",),
    ),
    Field("composer", Type.TEXT, "Who wrote it", ("composer:bach",)),
    Field(
        "genre",
        Type.TERM,
        "A genre that its tags name, or that was heard",
        ("genre:jazz,soul", 'genre:"trip hop"'),
    ),
    Field("name", Type.TEXT, "The file's name", ("name:cover.jpg",), ("filename", "file")),
    Field("path", Type.PATH, "Words of the whole path, or where it begins", ("path:live",)),
    Field(
        "folder",
        Type.PATH,
        "Words of the folders above, or a folder with all that is in it",
        ('folder:"/music/Björk"', "folder:live"),
        ("dir",),
    ),
    Field("root", Type.WORD, "The cataloged folder it is in", ("root:/music",)),
    Field(
        "kind", Type.CHOICE, "What it is", ("kind:audio,video",), ("type",), tuple(map(str, Kind))
    ),
    Field("format", Type.WORD, "The file's format", ("format:flac",), ("ext",)),
    Field("codec", Type.WORD, "How its main stream is encoded", ("codec:h264",)),
    Field(
        "availability",
        Type.CHOICE,
        "Where the file is now",
        ("availability:missing",),
        values=tuple(map(str, Availability)),
    ),
    Field("missing", Type.FLAG, "Whether the file is gone", ("missing:yes",), values=_YES_NO),
    Field(
        "status",
        Type.CHOICE,
        "What the catalog could make of it",
        ("status:unreadable",),
        values=tuple(map(str, Status)),
    ),
    Field(
        "analysis",
        Type.CHOICE,
        "How far its analysis is",
        ("analysis:failed",),
        values=tuple(map(str, AnalysisState)),
    ),
    Field("size", Type.SIZE, "How large it is", ("size:>10MB", "size:1MiB..5MiB")),
    Field(
        "duration",
        Type.DURATION,
        "How long it plays",
        ("duration:>3m", "duration:1h..1h20m", "duration:<0:30"),
        ("length",),
    ),
    Field("added", Type.DATE, "When it came into the catalog", ("added:<7d", "added:2024-01")),
    Field(
        "modified",
        Type.DATE,
        "When the file was last written",
        ("modified:>2023", "modified:today"),
        ("changed",),
    ),
    Field("year", Type.YEAR, "The year its tags name", ("year:1990..1999", "year:90s")),
    Field("track", Type.INTEGER, "Its number on the disc", ("track:1",)),
    Field("disc", Type.INTEGER, "Its disc", ("disc:2",)),
    Field(
        "bitrate",
        Type.BITRATE,
        "In kbit/s unless it says otherwise",
        ("bitrate:<128", "bitrate:1.4M"),
        ("bit_rate",),
    ),
    Field(
        "samplerate", Type.FREQUENCY, "In Hz", ("samplerate:>=96kHz",), ("sample_rate", "frequency")
    ),
    Field("channels", Type.INTEGER, "Audio channels", ("channels:>2",)),
    Field("width", Type.INTEGER, "In pixels", ("width:>=3840",)),
    Field("height", Type.INTEGER, "In pixels", ("height:720..1080",)),
    Field("tempo", Type.NUMBER, "Beats per minute", ("tempo:120..128", "tempo:128"), ("bpm",)),
    Field("key", Type.KEY, "Its key, by name or on Camelot's wheel", ("key:8A", "key:Am")),
    Field("loudness", Type.NUMBER, "In LUFS", ("loudness:>-14",), ("lufs",)),
    Field("energy", Type.NUMBER, "From 0 (calm) to 1", ("energy:>0.8",)),
    Field("valence", Type.NUMBER, "From 0 (sad) to 1 (glad)", ("valence:<0.3",)),
    Field("arousal", Type.NUMBER, "From 0 (sleepy) to 1 (excited)", ("arousal:>0.7",)),
    Field("quality", Type.NUMBER, "From 0 (poor) to 1", ("quality:<0.4",)),
    Field("mood", Type.TERM, "A mood that was heard", ("mood:happy",)),
    Field("instrument", Type.TERM, "An instrument that was heard", ("instrument:piano",)),
    Field("object", Type.TERM, "Something that was seen", ("object:car", "scene:car"), ("scene",)),
    Field("voice", Type.TERM, "vocal or instrumental", ("voice:instrumental",)),
    Field("sound", Type.TERM, "speech, music or other", ("sound:speech",)),
    Field("tag", Type.TERM, "A tag that somebody gave it", ("tag:summer", 'tag:"to do"')),
    Field("language", Type.TERM, "A language that somebody said", ("language:en",)),
    Field("id", Type.WORD, "Its id", ("id:018cc251-f400-7000-8000-000000000001",)),
    Field(
        "hash",
        Type.WORD,
        "SHA-256 or XXH128 of its content",
        ("hash:9f86d0…",),
        ("sha256", "xxh128"),
    ),
    Field(
        "role",
        Type.CHOICE,
        "Files beside which there is one of this role",
        ("role:subtitle",),
        values=tuple(map(str, Role)),
    ),
    Field(
        "has",
        Type.HAS,
        "It has such a file beside it, or a value of this field",
        ("has:subtitles", "-has:artist"),
        values=(*HAS, *_LACKABLE),
    ),
)


@cache
def field_names() -> Mapping[str, Field]:
    """All fields by each of their names."""
    return {name: it for it in FIELDS for name in (it.name, *it.aliases)}


def field_named(name: str) -> Field | None:
    """The field of this name, whatever its case."""
    return field_names().get(name.lower())


def closest_field(name: str) -> str | None:
    """The field that was meant, if that can be guessed."""
    return closest(name, field_names())


def closest(typed: str, names: Mapping[str, object] | tuple[str, ...]) -> str | None:
    """The one of these names that was meant, if that can be guessed."""
    found = get_close_matches(typed.lower(), list(names), n=1, cutoff=0.6)
    return found[0] if found else None
