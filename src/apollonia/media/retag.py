"""Many small files from few: the same sound under other titles, without encoding it again."""

from collections.abc import Sequence
from pathlib import Path

_PLACEHOLDER = b"0" * 40


def numbered_copies(
    sources: Sequence[Path], folder: Path, count: int, per_album: int
) -> list[Path]:
    """``count`` files in folders of ``per_album``; each source holds a title of forty zeros.

    The title is replaced in place by one of the same length, which neither MP3 (Latin-1 or UTF-16)
    nor FLAC notices.
    """
    bodies = [source.read_bytes() for source in sources]
    made: list[Path] = []
    for number in range(count):
        which = number % len(bodies)
        album = (
            folder / f"Artist {number // (4 * per_album):04d}" / f"Album {number // per_album:05d}"
        )
        if number % per_album == 0:
            album.mkdir(parents=True, exist_ok=True)
        path = album / f"{number % per_album + 1:02d} Track {number}{sources[which].suffix}"
        path.write_bytes(_retitled(bodies[which], f"Track {number} of a made-up library".ljust(40)))
        made.append(path)
    return made


def _retitled(body: bytes, title: str) -> bytes:
    for encoding in ("latin-1", "utf-16-le"):
        before = _PLACEHOLDER.decode().encode(encoding)
        if before in body:
            return body.replace(before, title[:40].encode(encoding), 1)
    raise ValueError("the source has no title to replace")
