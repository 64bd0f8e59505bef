"""Small, valid media files for everybody's tests, made on the spot: nothing binary is checked in.

    make_audio(tmp_path / "song.flac", title="A title", artist="Somebody", cover=True)
    make_video(tmp_path / "film.mkv", subtitles=("eng", "ger"), chapters=2)
    make_image(tmp_path / "cover.jpg")

The extension decides the format. The same arguments give the same bytes; ``seed`` makes others.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from apollonia.media.imaging.encode import (
    AUDIO_FORMATS,
    VIDEO_FORMATS,
    Chapter,
    Extras,
    Film,
    Subtitle,
    sample_cover,
    write_audio,
    write_image,
    write_video,
)

__all__ = [
    "AUDIO_FORMATS",
    "VIDEO_FORMATS",
    "make_audio",
    "make_image",
    "make_library",
    "make_video",
]

TAGS = {
    "title": "A Title ☃",
    "artist": "An Artist",
    "album": "The Album",
    "album_artist": "Various",
    "composer": "A Composer",
    "genre": "Jazz",
    "date": "2021",
    "track": "3/9",
    "disc": "1/2",
    "comment": "A comment",
}
_SMALL = ("mp3", "flac")
_EXTENSIONS = {"jpg": "jpeg", "tif": "tiff"}


def make_audio(
    path: Path,
    *,
    format_: str | None = None,
    seconds: float = 0.4,
    cover: bool = False,
    chapters: int = 0,
    seed: int = 0,
    **tags: str,
) -> Path:
    """A tone with tags (FFmpeg's names; without any, those of ``TAGS``)."""
    extras = _extras(seconds, cover=cover, chapters=chapters, tags=tags, seed=seed)
    return write_audio(path, format_ or path.suffix[1:], seconds=seconds, extras=extras)


def make_video(  # noqa: PLR0913 - a builder: each keyword is one thing a test may want
    path: Path,
    *,
    format_: str | None = None,
    seconds: float = 1.0,
    cover: bool = False,
    chapters: int = 0,
    subtitles: tuple[str, ...] = (),
    rotation: int = 0,
    sound: bool = True,
    seed: int = 0,
    **tags: str,
) -> Path:
    """Wandering bars with a tone; ``subtitles`` are languages, the first one is the default."""
    extras = _extras(seconds, cover=cover, chapters=chapters, tags=tags, seed=seed)
    tracks = tuple(
        Subtitle(language, ((0, 400, f"Hello in {language}"),), default=not number)
        for number, language in enumerate(subtitles)
    )
    film = Film(seconds=seconds, rotation=rotation, sound=sound, subtitles=tracks)
    return write_video(path, format_ or path.suffix[1:], film, extras)


def make_image(path: Path, *, size: tuple[int, int] = (64, 48), orientation: int = 1) -> Path:
    """Coloured bars; the EXIF orientation where the format has one."""
    extension = path.suffix[1:]
    return write_image(
        path, _EXTENSIONS.get(extension, extension), size=size, orientation=orientation
    )


def make_library(folder: Path, count: int, *, per_album: int = 12) -> list[Path]:
    """``count`` tagged MP3 and FLAC files of some KiB in album folders, no two of one content.

    They are encoded once and then only re-tagged: thousands a second.
    """
    from apollonia.media.retag import numbered_copies  # noqa: PLC0415 - encodes when first used

    with TemporaryDirectory() as work:
        sources = [make_audio(Path(work) / f"seed.{kind}", title="0" * 40) for kind in _SMALL]
        return numbered_copies(sources, folder, count, per_album)


def _extras(
    seconds: float, *, cover: bool, chapters: int, tags: dict[str, str], seed: int
) -> Extras:
    named = tags or TAGS
    if seed:
        named = named | {"comment": f"Seed {seed}"}
    length = round(seconds * 1000 / max(chapters, 1))
    return Extras(
        tags=named,
        cover=sample_cover() if cover else None,
        chapters=[
            Chapter(length * n, length * (n + 1), f"Chapter {n + 1}") for n in range(chapters)
        ],
    )
