"""Which files of one folder belong together, from the folder's names alone.

``song.flac`` has the neighbours ``song.lrc`` (lyrics), ``song.cue`` (cue), ``cover.jpg`` (artwork);
two media files with one stem are siblings. Works on the names of one listing, never on the disk.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain

from apollonia.domain.kinds import Kind, extension_of, kind_by_extension
from apollonia.domain.languages import language_code

MAX_NEIGHBOURS = 256


class Role(StrEnum):
    """What a neighbour is to the file beside it."""

    SUBTITLE = "subtitle"
    LYRICS = "lyrics"
    ARTWORK = "artwork"
    METADATA = "metadata"
    CUE = "cue"
    PLAYLIST = "playlist"
    CHECKSUM = "checksum"
    SIBLING = "sibling"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One neighbour by name, with its role; language as ISO 639-1 where the name tells it."""

    name: bytes
    role: Role
    language: str | None = None
    forced: bool = False


_ROLE_BY_EXTENSION = {
    **dict.fromkeys(("srt", "ass", "ssa", "vtt", "sub", "idx", "smi", "sup"), Role.SUBTITLE),
    **dict.fromkeys(("lrc",), Role.LYRICS),
    **dict.fromkeys(("nfo", "xmp", "xml", "json"), Role.METADATA),
    **dict.fromkeys(("cue",), Role.CUE),
    **dict.fromkeys(("m3u", "m3u8", "pls"), Role.PLAYLIST),
    **dict.fromkeys(("md5", "sfv", "sha256"), Role.CHECKSUM),
}
_FOLDER_ARTWORK = ("cover", "folder", "front", "poster", "fanart", "albumart", "artwork")
_FOLDER_METADATA = ("album", "artist", "movie", "tvshow", "season", "metadata", "info")
_FOLDER_WIDE = frozenset({Role.PLAYLIST, Role.CHECKSUM, Role.CUE})
_FLAGS = frozenset({"forced", "sdh", "hi", "cc", "default", "foreign"})
_MEDIA = frozenset({Kind.AUDIO, Kind.VIDEO})


@dataclass(frozen=True, slots=True)
class _Entry:
    name: bytes
    stem: str
    role: Role | None
    kind: Kind
    language: str | None = None
    forced: bool = False
    folder_wide: bool = False


@dataclass(slots=True)
class FolderNeighbours:
    """The relations inside one folder, computed once for all of its files."""

    _by_name: dict[bytes, _Entry] = field(default_factory=dict)
    _by_stem: dict[str, list[_Entry]] = field(default_factory=lambda: defaultdict(list))
    _folder_wide: list[_Entry] = field(default_factory=list)
    _media: list[_Entry] = field(default_factory=list)

    @classmethod
    def of(cls, names: Iterable[bytes]) -> "FolderNeighbours":
        """Index the regular files of one folder by what their names say."""
        folder = cls()
        for name in names:
            entry = _describe(name)
            folder._by_name[name] = entry
            folder._by_stem[entry.stem].append(entry)
            if entry.folder_wide:
                folder._folder_wide.append(entry)
            if entry.kind in _MEDIA:
                folder._media.append(entry)
        return folder

    def neighbours(self, name: bytes) -> tuple[Sequence[Neighbour], bool]:
        """The neighbours of one file, nearest first, at most 256; and whether some were cut off."""
        entry = self._by_name.get(name) or _describe(name)
        same_stem = (other for other in self._by_stem.get(entry.stem, ()) if other.name != name)
        wide: Iterable[_Entry] = ()
        if entry.folder_wide:
            wide = self._media
        elif entry.kind in _MEDIA:
            wide = self._folder_wide
        found: dict[bytes, Neighbour] = {}
        for other in chain(same_stem, wide):
            if other.name == name or other.name in found:
                continue
            if len(found) == MAX_NEIGHBOURS:
                return tuple(found.values()), True
            found[other.name] = _relation(other)
        return tuple(found.values()), False


def _relation(other: _Entry) -> Neighbour:
    return Neighbour(other.name, other.role or Role.SIBLING, other.language, other.forced)


def _describe(name: bytes) -> _Entry:
    text = name.decode("utf-8", "backslashreplace")
    extension = extension_of(text)
    stem = (text[: -len(extension) - 1] if extension else text).casefold()
    role = _ROLE_BY_EXTENSION.get(extension)
    kind = kind_by_extension(text)
    if kind is Kind.IMAGE and _is_artwork(stem):
        return _Entry(name, stem, Role.ARTWORK, kind, folder_wide=True)
    if kind is Kind.IMAGE:
        return _Entry(name, _artwork_stem(stem), Role.ARTWORK, kind)
    if role in {Role.SUBTITLE, Role.LYRICS}:
        base, language, forced = _split_subtitle(stem)
        return _Entry(name, base, role, kind, language, forced)
    wide = role in _FOLDER_WIDE or (role is Role.METADATA and stem in _FOLDER_METADATA)
    return _Entry(name, stem, role, kind, folder_wide=wide)


def _is_artwork(stem: str) -> bool:
    return stem.rstrip("0123456789-_ ") in _FOLDER_ARTWORK


def _artwork_stem(stem: str) -> str:
    """``film-poster`` belongs to ``film``."""
    head, dash, tail = stem.rpartition("-")
    return head if dash and (tail in _FOLDER_ARTWORK or tail == "thumb") else stem


def _split_subtitle(stem: str) -> tuple[str, str | None, bool]:
    """``film.en.forced`` → ``("film", "en", True)``; unknown parts stay in the stem."""
    language: str | None = None
    forced = False
    while True:
        head, dot, tail = stem.rpartition(".")
        if not dot:
            return stem, language, forced
        code = language_code(tail)
        if tail in _FLAGS:
            forced = forced or tail in {"forced", "foreign"}
        elif code and language is None:
            language = code
        else:
            return stem, language, forced
        stem = head
