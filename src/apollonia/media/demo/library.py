"""The demo library, file by file, built beside its place and moved there when it is whole."""

import os
import shutil
import tempfile
from pathlib import Path

from apollonia.media.demo.pictures import cover, film, landscape
from apollonia.media.demo.songs import ALBUMS, Album, Song, perform
from apollonia.media.imaging.encode import (
    Chapter,
    Extras,
    Film,
    Subtitle,
    cover_jpeg,
    write_audio,
    write_video,
)

_SONG_SECONDS = (13.0, 17.0, 15.0, 20.0)
_FILM_SECONDS = 12.0
_CUES = (
    (500, 3200, "Every evening somebody lights a lantern."),
    (4200, 7400, "The tide takes it, as it takes everything."),
    (8400, 11400, "And in the morning there is one more star."),
)
_CUES_DE = (
    (500, 3200, "Jeden Abend zündet jemand eine Laterne an."),
    (4200, 7400, "Die Flut nimmt sie mit, wie alles."),
    (8400, 11400, "Und am Morgen gibt es einen Stern mehr."),
)
_CHAPTERS = (
    Chapter(0, 4000, "Dusk"),
    Chapter(4000, 8000, "The tide"),
    Chapter(8000, 12000, "One more star"),
)
_LYRICS = """[ti:Kettle Waltz]
[ar:Ada & the Metronomes]
[00:00.50]One for the kettle that sings on the stove
[00:05.00]Two for the table, three for the clove
[00:09.50]Turn with the steam and sit down when it's done
"""
_LICENCE = """Everything in this folder was made by Apollonia itself, from arithmetic.

It is dedicated to the public domain under CC0 1.0 Universal
(https://creativecommons.org/publicdomain/zero/1.0/): copy it, change it, use it for anything.
The artists, albums and titles are made up.
"""


def build(folder: Path) -> None:
    """The whole library at ``folder``; nothing where the folder is there already.

    Raises:
        OSError: it cannot be written.
    """
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", suffix=".part", dir=folder.parent))
    try:
        for album in ALBUMS:
            _album(work / "Music" / album.artist / album.title, album)
        _film(work / "Films" / "The Lantern (2024)")
        _pictures(work / "Pictures")
        _rest(work)
        work.chmod(0o755)
        os.rename(work, folder)  # noqa: PTH104 - atomic, and fails where another was faster
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        if not folder.exists():
            raise


def _album(folder: Path, album: Album) -> None:
    folder.mkdir(parents=True)
    picture = cover_jpeg(cover(album.colours, album.title))
    if not album.embedded_cover:
        (folder / "cover.jpg").write_bytes(picture)
    for number, song in enumerate(album.songs, 1):
        format_ = album.formats[number % len(album.formats)]
        extras = Extras(
            tags=_tags(album, song, number), cover=picture if album.embedded_cover else None
        )
        pcm = perform(song, _SONG_SECONDS[number % len(_SONG_SECONDS)])
        write_audio(
            folder / f"{number:02d} {song.title}.{format_}", format_, pcm=pcm, extras=extras
        )
    if album.title == "Kitchen Sessions":
        first = next(folder.glob("01 *"))
        first.with_suffix(".lrc").write_text(_LYRICS, encoding="utf-8")


def _tags(album: Album, song: Song, number: int) -> dict[str, str]:
    return {
        "title": song.title,
        "artist": album.artist,
        "album": album.title,
        "album_artist": album.artist,
        "genre": album.genre,
        "date": str(album.year),
        "track": f"{number}/{len(album.songs)}",
        "disc": "1/1",
        "comment": "Made by Apollonia; CC0",
    }


def _film(folder: Path) -> None:
    folder.mkdir(parents=True)
    song = ALBUMS[0].songs[1]
    size = (640, 360)
    write_video(
        folder / "The Lantern (2024).mp4",
        "mp4",
        Film(
            seconds=_FILM_SECONDS,
            size=size,
            rate=24,
            draw=film(size, _FILM_SECONDS),
            pcm=perform(song, _FILM_SECONDS)[: round(_FILM_SECONDS * 44_100) * 4],
            subtitles=(Subtitle("eng", _CUES, default=True), Subtitle("ger", _CUES_DE)),
        ),
        Extras(
            tags={"title": "The Lantern", "artist": "Apollonia", "date": "2024", "genre": "Short"},
            chapters=_CHAPTERS,
        ),
    )
    lines = [
        f"{number}\n{_stamp(start)} --> {_stamp(end)}\n{text}\n"
        for number, (start, end, text) in enumerate(_CUES, 1)
    ]
    (folder / "The Lantern (2024).en.srt").write_text("\n".join(lines), encoding="utf-8")


def _stamp(millis: int) -> str:
    return f"00:00:{millis // 1000:02d},{millis % 1000:03d}"


def _pictures(folder: Path) -> None:
    folder.mkdir()
    landscape("evening").save(folder / "Evening hills.jpg", quality=88)
    landscape("autumn", (640, 640)).save(folder / "Autumn hills.png", optimize=True)
    cover(("#264653", "#2a9d8f", "#e9c46a"), "tiles", 480).save(folder / "Tiles.webp", quality=85)


def _rest(folder: Path) -> None:
    """One song twice, under a name that tells nothing, and what may be done with all this."""
    song = next((folder / "Music").glob("*/Paper Lanterns/01 *"))
    inbox = folder / "Downloads"
    inbox.mkdir()
    shutil.copyfile(song, inbox / f"unnamed (1){song.suffix}")
    (folder / "LICENSE.txt").write_text(_LICENCE, encoding="utf-8")
