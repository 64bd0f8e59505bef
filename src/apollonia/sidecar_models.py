"""What files beside media tell, as it travels in ``messages.Media``; lists hold at most 1,000.

Times are milliseconds from the start of the recording. ``truncated``: there is more in the file.
"""

from pydantic import Field

from apollonia.wire_model import WireModel


class CueTrack(WireModel):
    """One track of a cue sheet; ``file`` where the sheet speaks of several."""

    number: int
    title: str | None = None
    performer: str | None = None
    isrc: str | None = None
    start_ms: int | None = None
    file: str | None = None


class Cue(WireModel):
    """A cue sheet: the tracks of one recording, as it names its files."""

    title: str | None = None
    performer: str | None = None
    genre: str | None = None
    date: str | None = None
    files: list[str] = Field(default_factory=list)
    tracks: list[CueTrack] = Field(default_factory=list)
    truncated: bool = False


class Nfo(WireModel):
    """A description as Kodi writes it. ``ids`` by site: ``imdb``, ``tmdb``, ``tvdb`` and others."""

    type: str | None = Field(
        None, description="movie, tvshow, season, episode, musicvideo, album, artist or set"
    )
    title: str | None = None
    original_title: str | None = None
    show_title: str | None = None
    year: int | None = None
    date: str | None = None
    season: int | None = Field(None, description="0 holds the specials")
    episode: int | None = None
    tagline: str | None = None
    outline: str | None = None
    plot: str | None = None
    runtime_minutes: int | None = None
    rating: float | None = None
    genres: list[str] = Field(default_factory=list)
    studios: list[str] = Field(default_factory=list)
    directors: list[str] = Field(default_factory=list)
    artists: list[str] = Field(default_factory=list)
    actors: list[str] = Field(default_factory=list)
    ids: dict[str, str] = Field(default_factory=dict)


class Xmp(WireModel):
    """What people and their programs noted about a picture or a film."""

    title: str | None = None
    description: str | None = None
    creators: list[str] = Field(default_factory=list)
    subjects: list[str] = Field(default_factory=list)
    rating: float | None = Field(None, description="0 to 5 stars; -1 is rejected")
    label: str | None = None
    date: str | None = None
    tool: str | None = None


class PlaylistEntry(WireModel):
    """One entry as it is written: a path or an address; it is not followed."""

    path: str
    title: str | None = None
    duration_ms: int | None = None


class Playlist(WireModel):
    """A playlist; ``count`` entries in all."""

    title: str | None = None
    entries: list[PlaylistEntry] = Field(default_factory=list)
    count: int = 0
    truncated: bool = False


class LyricsLine(WireModel):
    """One line, and its moment where it is known."""

    text: str
    start_ms: int | None = None


class Lyrics(WireModel):
    """Lyrics; ``synced``: the lines have their moments."""

    synced: bool = False
    title: str | None = None
    artist: str | None = None
    album: str | None = None
    lines: list[LyricsLine] = Field(default_factory=list)
    truncated: bool = False


class Subtitle(WireModel):
    """A file of subtitles: how many, from when to when; languages as ISO 639-1."""

    format: str
    language: str | None = None
    languages: list[str] = Field(default_factory=list)
    title: str | None = None
    cues: int = 0
    start_ms: int | None = None
    end_ms: int | None = None


class Checksums(WireModel):
    """A checksum file and what came of comparing; ``matched`` is null until that was done.

    ``unread`` could not be compared: not readable, or a name that leads out of the folder.
    """

    algorithm: str | None = None
    entries: int = 0
    matched: int | None = None
    mismatched: list[str] = Field(default_factory=list)
    missing: list[str] = Field(default_factory=list)
    unread: list[str] = Field(default_factory=list)
    truncated: bool = False
