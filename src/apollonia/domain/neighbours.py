"""Which files of one folder belong together, from the folder's names alone.

``song.flac`` has the neighbours ``song.lrc`` (lyrics), ``song.cue`` (cue), ``cover.jpg`` (artwork);
``Show S01E02.en.srt`` is a subtitle of ``Show - S01E02 - Title.mkv``; two media files with one stem
are siblings. Works on the names of one listing, never on the disk, and costs a look-up or a few per
name: every name is entered under keys, and a file's neighbours stand under its keys.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from itertools import chain

from apollonia.domain.kinds import Kind, extension_of, kind_by_extension
from apollonia.domain.stems import Episode, Reading, episode_of, part_base, readings

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
_CHECKSUM_NAMES = frozenset({"md5sum", "md5sums", "sha256sum", "sha256sums"})
# The likeliest picture of a folder first.
_FOLDER_ARTWORK = (
    "cover", "folder", "front", "poster", "albumart", "artwork", "fanart", "backdrop",
)  # fmt: skip
_RANK = {word: rank for rank, word in enumerate(_FOLDER_ARTWORK)}
_PICTURE_WORDS = frozenset({*_FOLDER_ARTWORK, "thumb", "banner", "landscape", "clearlogo", "logo"})
_SEASON = re.compile(r"season(?:[ ._-]?\d{1,4}|-all|-specials)")
_MEDIA = frozenset({Kind.AUDIO, Kind.VIDEO})
_FOLDER_METADATA = {
    **dict.fromkeys(("movie", "tvshow", "season"), frozenset({Kind.VIDEO})),
    **dict.fromkeys(("album", "artist"), frozenset({Kind.AUDIO})),
    **dict.fromkeys(("metadata", "info"), _MEDIA),
}
_FOLDER_WIDE = {Role.PLAYLIST: _MEDIA, Role.CHECKSUM: _MEDIA, Role.CUE: frozenset({Kind.AUDIO})}
_DIGITS = "0123456789-_ "
_EPISODIC = frozenset({Kind.VIDEO, Kind.IMAGE, Kind.SUBTITLE, Kind.DOCUMENT})

type _Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One name, read. ``wide``: the kinds it belongs to in all of the folder.

    ``is_plain``: nothing but its stem connects it.
    """

    name: bytes
    full: str
    stem: str
    role: Role | None
    kind: Kind
    language: str | None = None
    forced: bool = False
    wide: frozenset[Kind] = frozenset()
    rank: int = 0
    file: str | None = None
    episode: Episode | None = None
    part_of: str | None = None
    readings: tuple[Reading, ...] = ()
    is_plain: bool = False


@dataclass(slots=True)
class FolderNeighbours:
    """The relations inside one folder, computed once for all of its files."""

    _by_name: dict[bytes, _Entry] = field(default_factory=dict)
    _by_key: dict[_Key, list[_Entry]] = field(default_factory=lambda: defaultdict(list))
    _wide: dict[Kind, list[_Entry]] = field(default_factory=lambda: defaultdict(list))
    _media: dict[Kind, list[_Entry]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, names: Iterable[bytes]) -> "FolderNeighbours":
        """Index the regular files of one folder by what their names say."""
        folder = cls()
        entries = [_describe(name) for name in names]
        for entry in entries:
            folder._by_key["name", entry.full].append(entry)
            if entry.kind in _MEDIA:
                folder._media[entry.kind].append(entry)
                folder._by_key["media", entry.stem].append(entry)
        by_name, by_key = folder._by_name, folder._by_key
        for entry in entries:
            if entry.is_plain:  # as most are: a folder is read anew with each burst of files
                by_name[entry.name] = entry
                by_key["stem", entry.stem].append(entry)
            else:
                folder._enter(entry)
        for wide in folder._wide.values():
            wide.sort(key=_rank)
        return folder

    def _enter(self, entry: _Entry) -> None:
        if entry.readings:
            reading = self._owner(entry)
            entry = replace(
                entry, stem=reading.stem, language=reading.language, forced=reading.forced
            )
        if entry.role in _FOLDER_WIDE and self._is_of_one(entry):
            entry = replace(entry, wide=frozenset())
        self._by_name[entry.name] = entry
        for key in self._keys_of(entry):
            self._by_key[key].append(entry)
        for kind in entry.wide:
            self._wide[kind].append(entry)

    def _owner(self, entry: _Entry) -> Reading:
        """Whose a file with a language in its name is: the longest stem that a medium here has."""
        for reading in entry.readings:
            if ("media", reading.stem) in self._by_key:
                return reading
        if entry.episode is not None:
            return entry.readings[-1]
        return [one for one in entry.readings if one.strict][-1]

    def _is_of_one(self, entry: _Entry) -> bool:
        """``album.flac.md5`` and ``album.cue`` are beside ``album.flac``, not of all the folder."""
        return self._names_a_file(entry) or ("media", entry.stem) in self._by_key

    def _keys_of(self, entry: _Entry) -> Iterator[_Key]:
        """The keys that a file stands under."""
        if self._names_a_file(entry):
            yield "of", entry.file
            return
        yield "stem", entry.stem
        if entry.part_of is not None:
            yield "part", entry.part_of
        if entry.episode is not None:
            show, season = entry.episode.show, entry.episode.season
            for number in entry.episode.numbers:
                yield "episode", show, season, number
                yield "any show", season, number

    def _keys_beside(self, entry: _Entry) -> Iterator[_Key]:
        """The keys that its neighbours stand under, the nearest first."""
        if self._names_a_file(entry):
            yield "name", entry.file
            yield "of", entry.file
            return
        yield "of", entry.full
        yield "stem", entry.stem
        if entry.part_of is not None:
            yield "stem", entry.part_of
        yield "part", entry.part_of or entry.stem
        if entry.episode is not None:
            show, season = entry.episode.show, entry.episode.season
            for number in entry.episode.numbers:
                if show:
                    yield "episode", show, season, number
                    yield "episode", "", season, number
                else:
                    yield "any show", season, number

    def _names_a_file(self, entry: _Entry) -> bool:
        """``photo.jpg.xmp`` belongs to ``photo.jpg`` alone, when that is here."""
        return entry.file is not None and ("name", entry.file) in self._by_key

    def neighbours(self, name: bytes) -> tuple[Sequence[Neighbour], bool]:
        """The neighbours of one file, nearest first, at most 256; and whether some were cut off."""
        entry = self._by_name.get(name) or _describe(name)
        near = chain.from_iterable(self._by_key.get(key, ()) for key in self._keys_beside(entry))
        wide: Iterable[_Entry] = ()
        if entry.kind in _MEDIA:
            wide = self._wide.get(entry.kind, ())
        elif entry.wide:
            wide = chain.from_iterable(self._media.get(kind, ()) for kind in sorted(entry.wide))
        found: dict[bytes, Neighbour] = {}
        for other in chain(near, wide):
            if other.name == name or other.name in found:
                continue
            if len(found) == MAX_NEIGHBOURS:
                return tuple(found.values()), True
            found[other.name] = Neighbour(
                other.name, other.role or Role.SIBLING, other.language, other.forced
            )
        return tuple(found.values()), False


def _rank(entry: _Entry) -> int:
    return entry.rank


@lru_cache(16_384)
def _describe(name: bytes) -> _Entry:
    full = name.decode("utf-8", "backslashreplace")
    extension = extension_of(full)
    kind = kind_by_extension(full)
    full = full.casefold()
    stem = full[: -len(extension) - 1] if extension else full
    role = _ROLE_BY_EXTENSION.get(extension)
    if stem in _CHECKSUM_NAMES and extension in {"", "txt"}:
        role = Role.CHECKSUM
    if kind is Kind.IMAGE:
        return _picture(name, full, stem)
    if kind is Kind.VIDEO:
        episode, part_of = episode_of(stem), part_base(stem)
        plain = episode is None and part_of is None
        return _Entry(
            name, full, stem, None, kind, episode=episode, part_of=part_of, is_plain=plain
        )
    if role is None:
        return _Entry(name, full, stem, None, kind, is_plain=True)
    return _sidecar(name, full, stem, role, kind)


def _sidecar(name: bytes, full: str, stem: str, role: Role, kind: Kind) -> _Entry:
    file = stem if kind_by_extension(stem) in {*_MEDIA, Kind.IMAGE} else None
    episode = episode_of(stem) if role is not Role.LYRICS and kind in _EPISODIC else None
    wide = _FOLDER_WIDE.get(role, frozenset())
    if role is Role.METADATA:
        wide = _FOLDER_METADATA.get(stem, wide)
    if file is not None:
        stem = stem[: -len(extension_of(stem)) - 1]
    read: tuple[Reading, ...] = ()
    if role in {Role.SUBTITLE, Role.LYRICS}:
        read = tuple(map(_without_extension, readings(stem)))
        stem, language, forced = read[-1].stem, read[-1].language, read[-1].forced
        return _Entry(
            name, full, stem, role, kind, language, forced, wide, 0, file, episode, readings=read
        )
    return _Entry(name, full, stem, role, kind, wide=wide, file=file, episode=episode)


def _without_extension(reading: Reading) -> Reading:
    """``film.mkv.en.srt`` is said to be of ``film.mkv`` by some."""
    if kind_by_extension(reading.stem) not in _MEDIA:
        return reading
    stem = reading.stem[: -len(extension_of(reading.stem)) - 1]
    return Reading(stem, reading.language, reading.forced, reading.strict)


def _picture(name: bytes, full: str, stem: str) -> _Entry:
    """``cover.jpg`` is of the folder, ``film-poster.jpg`` of the film."""
    word = stem.rstrip(_DIGITS)
    rank = _RANK.get(word, len(_RANK))
    if word in _RANK:
        return _Entry(name, full, stem, Role.ARTWORK, Kind.IMAGE, wide=_MEDIA, rank=rank)
    head, dash, tail = stem.rpartition("-")
    if dash and head and tail.rstrip("0123456789") in _PICTURE_WORDS:
        stem = head
    if _SEASON.fullmatch(stem):
        wide = frozenset({Kind.VIDEO})
        return _Entry(name, full, stem, Role.ARTWORK, Kind.IMAGE, wide=wide, rank=rank)
    return _Entry(name, full, stem, Role.ARTWORK, Kind.IMAGE, episode=episode_of(stem))
